"""What holds under a contract on a day: from the paper, its amendments and the terms that followed, with the proof."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from netos_core.changes.model import Proposal, ProposalChange
from netos_core.changes.rules import Status
from netos_core.contracts.queries import UNSAID, terms_of
from netos_core.contracts.queries.etf import Read, read_contract
from netos_core.contracts.rules import EndOfTerm, Terms, governing_end_date, problems_of
from netos_core.contracts.rules.days import plus_months
from netos_core.contracts.rules.etf import (
    Course,
    RateBasis,
    clause_words,
    course_of,
    escalator_of,
    escalator_words,
    etf_terms,
    spelled,
)
from netos_core.contracts.rules.papers import Held, Paper, amended, held_on, line_of, row_held
from netos_core.documents.model import Document, Extraction
from netos_core.documents.queries import may_see
from netos_core.documents.rules.extraction.fields import FieldName
from netos_core.extractions.rules import values as extracted
from netos_core.kernel.context import Context
from netos_core.overview.schemas.in_force import HeldValue, InForce, PaperLine, RateLine
from netos_core.renewals.queries import decided_about
from netos_core.renewals.rules import Opening, term_on
from netos_core.renewals.rules.course import InForce as TermInForce

AHEAD = 36
MOST_RATES = 60
READ_AS = {column: name for name, column in extracted.PLAIN.items()} | {
    "etf": FieldName.ETF, "escalator": FieldName.ESCALATOR,
}  # fmt: skip

NAMES = {
    "notice_count": "notice", "notice_opens_count": "notice_opens", "renewal_notice_count": "renewal_notice",
}  # fmt: skip
COLUMNS = (
    "term_start_date", "term_months", "term_end_date", "end_of_term", "renewal_term_months", "notice_count",
    "renewal_notice_count", "notice_opens_count", "notice_method", "notice_address", "notice_counted_from",
    "delivery_lead_days", "mrc", "nrc", "escalator", "etf",
)  # fmt: skip
ALWAYS = frozenset({
    "term_start_date", "term_months", "term_end_date", "end_of_term", "renewal_term_months", "notice_count",
    "notice_method", "mrc", "nrc", "escalator", "etf",
})  # fmt: skip
"""What is told as unknown where no paper says it; of the rest silence means nothing."""

OF_TERM = ("term_start_date", "term_months", "term_end_date")
BASES = {
    RateBasis.PAPER: "The paper's own amount.",
    RateBasis.AMENDMENT: "As amended.",
    RateBasis.ON_FILE: "What its circuits cost together, as they are on file today.",
    RateBasis.ESCALATOR: "Raised by the escalator.",
    RateBasis.DATED: "One of the dated amounts.",
}


@dataclass(frozen=True, slots=True)
class _Recorded:
    """The change that set a value last, and where a document says it."""

    change: str
    document: str | None = None
    page: int | None = None
    quote: str | None = None


def in_force(ctx: Context, contract_id: UUID, day: date) -> InForce:
    """Say what holds on a day."""
    read = read_contract(ctx, contract_id)
    root = amended(read.papers, contract_id)
    held = held_on(read.papers, contract_id, day)
    rates = course_of(read.papers, contract_id, price=read.price, today=ctx.today)
    papers = [root, *line_of(read.papers, contract_id)]
    terms = terms_of(row_held(held, UNSAID))
    began = min((d for d in (root.row["signed_date"], root.row["term_start_date"]) if d), default=None)
    term, decision = _term(ctx, held, terms, day)
    why = _why(root, term, decision, terms, day)
    if began is not None and day < began:
        why, held, term = f"{root.ref} is on file from {began}, so none of its terms held on {day}.", {}, None
    recorded = _recorded(ctx, {paper.id for paper in held.values()})
    shown = rates if ctx.principal.may("see:money") else None
    end = governing_end_date(term.terms) if term else None
    until = max(plus_months(max(day, ctx.today), AHEAD), min(end or day, plus_months(day, 2 * AHEAD)))
    return InForce(
        on=day,
        why=why,
        papers=[_paper(paper, counts=paper in held.values() or paper is root, day=day) for paper in papers],
        values=list(_values(held, term, shown if held else None, day, recorded)),
        rates=_rates(rates, until) if rates else [],
        rates_note=_disagreement(read, contract_id, rates, ctx.today),
    )


def _term(ctx: Context, held: Held, terms: Terms, day: date) -> tuple[TermInForce | None, str | None]:
    """Find the term that runs on a day, and the ref of the decision it began or ended by."""
    source = held.get("term_end_date")
    if source is None or problems_of(terms):
        return None, None
    decisions, refs = decided_about(ctx, source.id, terms)
    term = term_on(terms, decisions, day)
    before = governing_end_date(term.before) if term.before else None
    return term, refs.get(term.end) if term.end and term.end < day else refs.get(before)


def _why(root: Paper, term: TermInForce | None, decision: str | None, terms: Terms, day: date) -> str:
    if term is None:
        problems = problems_of(terms)
        if problems:
            return problems[0].message
        if terms.evergreen:
            return f"{root.ref} runs month to month."
        return f"No paper says when the term of {root.ref} ends, so whether it runs on {day} is unknown."
    if term.end is not None and term.end < day:
        by = f", as {decision} decides" if decision else ""
        return f"The last term on file ended on {term.end}{by}; nothing on file follows it."
    if term.terms.term_start_date is not None and day < term.terms.term_start_date:
        return f"The term has not begun: it starts on {term.terms.term_start_date}."
    if not term.number:
        return f"The term is the one its papers state, until {term.end}."
    how = f"by {decision}" if term.opening is Opening.DECISION and decision else "in silence"
    goes = "runs month to month" if term.terms.evergreen else f"runs until {term.end or 'an unknown day'}"
    return f"Renewed {how}: term {term.number + 1} began on {term.terms.term_start_date} and {goes}."


def _paper(paper: Paper, *, counts: bool, day: date) -> PaperLine:
    row = paper.row
    begun = paper.since is None or paper.since <= day
    return PaperLine(ref=paper.ref, title=row["title"], kind=row["kind"], since=paper.since, counts=counts and begun)


def _values(
    held: Held, term: TermInForce | None, rates: Course | None, day: date,
    recorded: Mapping[tuple[UUID, str], _Recorded],
) -> Iterable[HeldValue]:  # fmt: skip
    """Lay out what holds, in the order it is read; what is usual to say and no paper says is unknown."""
    for column in COLUMNS:
        paper = held.get(column)
        if column == "mrc" and rates is not None:
            yield _rate(rates, held, day, recorded)
            continue
        if paper is None and (column not in ALWAYS or (column == "renewal_term_months" and not _may_renew(held))):
            continue
        renewed = term if term is not None and term.number and column in OF_TERM else None
        if renewed is not None:
            paper = held.get("end_of_term", paper)
        since = renewed.terms.term_start_date if renewed else paper.since if paper else None
        note = f"Term {renewed.number + 1}, as it renews." if renewed else None
        value = _value(column, paper.row if paper else None, renewed)
        if column in OF_TERM and term is not None and value is None:
            paper, note = None, None
        yield _held(column, value, paper, since, note, {} if renewed else recorded)


def _may_renew(held: Held) -> bool:
    ends = held.get("end_of_term")
    return ends is None or ends.row["end_of_term"] == EndOfTerm.AUTO_RENEW


def _value(column: str, row: Mapping[str, Any] | None, renewed: TermInForce | None) -> Any:
    if renewed is not None:
        return {
            "term_start_date": renewed.terms.term_start_date,
            "term_months": renewed.terms.term_months,
            "term_end_date": renewed.end,
        }[column]
    if row is None:
        return None
    if column in NAMES:
        unit = row[column.replace("count", "unit")]
        return f"{row[column]} {unit.replace('_', ' ')}" if unit else None
    return row[column]


def _held(
    column: str, value: Any, paper: Paper | None, since: date | None, note: str | None,
    recorded: Mapping[tuple[UUID, str], _Recorded], amount: Any = None,
) -> HeldValue:  # fmt: skip
    clause: list[str] | None = None
    currency = paper.row["currency"] if paper else ""
    etf = etf_terms(value) if column == "etf" else None
    if column == "etf":
        clause, value = clause_words(etf, currency) if etf else None, None
    elif column == "escalator" and value:
        rising = escalator_of(value)
        clause, value = [escalator_words(rising, currency)] if rising else None, None
    elif column in ("mrc", "nrc"):
        amount, value = value if amount is None else amount, None
    elif column in ("term_months", "renewal_term_months") and value is not None:
        value = "1 month" if value == 1 else f"{value} months"
    elif column == "delivery_lead_days" and value is not None:
        value = f"{value} days"
    known = recorded.get((paper.id, column)) if paper else None
    if known is not None and known.document is None and etf is not None:
        known = replace(known, document=etf.document, page=etf.page, quote=etf.quote)
    return HeldValue(
        name=NAMES.get(column, column),
        value=None if value is None else str(value),
        amount=amount,
        clause=clause,
        source=paper.ref if paper else None,
        since=since,
        note=note,
        change=known.change if known else None,
        document=known.document if known else None,
        page=known.page if known else None,
        quote=known.quote if known else None,
    )


def _rate(rates: Course, held: Held, day: date, recorded: Mapping[tuple[UUID, str], _Recorded]) -> HeldValue:
    """Tell the MRC of a day with what made it."""
    step = rates.step_on(day)
    said = "escalator" if step.basis in (RateBasis.ESCALATOR, RateBasis.DATED) else "mrc"
    paper = held.get(said)
    proven = recorded if paper is not None and step.source == paper.ref else {}
    known = proven.get((paper.id, said)) if paper else None
    note = BASES[step.basis]
    if step.since is not None and day < step.since:
        note += " What it was before that day is not on file."
    if step.estimated:
        note += " An estimate: a raise that is to come is not known yet."
    made = _held("mrc", None, None, step.since, note, {}, amount=step.mrc)
    told: dict[str, Any] = {"source": step.source}
    if known is not None:
        told |= {"change": known.change, "document": known.document, "page": known.page, "quote": known.quote}
    return made.model_copy(update=told)


def _rates(rates: Course, until: date) -> list[RateLine]:
    return [
        RateLine(since=step.since, mrc=step.mrc, basis=step.basis, source=step.source, estimated=step.estimated)
        for step in rates.steps(until)[:MOST_RATES]
    ]


def _disagreement(read: Read, contract_id: UUID, rates: Course | None, today: date) -> str | None:
    """Tell where the prices of the circuits on file today and the papers say different amounts."""
    stated = course_of(read.papers, contract_id, price=None, today=today)
    if read.price is None or stated is None or (says := stated.on(today).mrc) == read.price:
        return None
    on_file, said = (spelled(amount, read.row["currency"]) for amount in (read.price, says))
    if rates == stated:
        return f"Its circuits are on file at {on_file} together; the amended {said} counts. Correct their prices."
    return f"By the papers it is {said} today; its circuits are on file at {on_file} together, and that counts."


def _recorded(ctx: Context, paper_ids: set[UUID]) -> dict[tuple[UUID, str], _Recorded]:
    """Find the change that set each column of papers last, with its proof where it was read out of a document."""
    if not paper_ids:
        return {}
    rows = ctx.session.execute(
        select(
            ProposalChange.entity_id, ProposalChange.columns, Proposal.ref, Proposal.source, Extraction.sensitivity,
            Document.ref.label("document"),
        )
        .join(Proposal, Proposal.id == ProposalChange.proposal_id)
        .outerjoin(Extraction, Extraction.proposal_id == Proposal.id)
        .outerjoin(Document, Document.id == Extraction.document_id)
        .where(
            ProposalChange.entity == "contract",
            ProposalChange.entity_id.in_(paper_ids),
            Proposal.status == Status.COMMITTED,
        )
        .order_by(Proposal.ended_at, Proposal.id)
    )  # fmt: skip
    found: dict[tuple[UUID, str], _Recorded] = {}
    for paper_id, columns, ref, source, sensitivity, document in rows:
        proofs = source.get("fields", {}) if sensitivity is not None and may_see(ctx, sensitivity) else {}
        for column in columns.split(","):
            proof = proofs.get(READ_AS.get(column)) or {}
            on = (document or proof.get("document")) if proof.get("page") else None
            found[paper_id, column] = _Recorded(ref, on, proof.get("page"), proof.get("quote"))
    return found
