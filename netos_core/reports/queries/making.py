"""A report by rules: the looks of the engine as of a day, and the steps that were taken since the last report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, select

from netos_core.access.model import Person
from netos_core.contracts.model import Contract
from netos_core.contracts.rules import EndOfTerm, explain
from netos_core.kernel.clock import business_day
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Invalid
from netos_core.kernel.money import sum_by_currency
from netos_core.providers.model import Provider
from netos_core.renewals.model import RenewalDecision, Transition
from netos_core.renewals.queries.due import Subject
from netos_core.renewals.queries.looks import Taken, look_at
from netos_core.renewals.rules import Place, cost_of_silence
from netos_core.reports.rules.sections import (
    SECTIONS,
    Entry,
    Section,
    SectionName,
    add_all,
    empty_sections,
    headline,
    money_at_risk,
    section_of,
)
from netos_core.reports.schemas import ReportChange, ReportContent, ReportLine, SectionSums

MOST_CHANGES = 40
OVERLAP = timedelta(minutes=10)
"""How long a step may take to be committed after the moment it carries."""


class PastReport(Invalid):
    """Where contracts stood on an earlier day is in the report that was kept then."""


@dataclass(frozen=True, slots=True)
class Period:
    """From when changes are told, and the steps of its first minutes that were told before."""

    since: datetime
    told: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Made:
    """A report, and the steps of its last minutes."""

    content: ReportContent
    recent: list[str]


def report(ctx: Context, as_of: date, period: Period) -> Made:
    """Make a report as of a day; nothing is written.

    For a day to come every contract is walked on to it, as the engine will: what changed then tells those steps too.
    Steps of today that the engine has not kept yet are told by the next report, once.

    Raises:
        PastReport: The day is over.
    """
    if as_of < ctx.today:
        raise PastReport(
            "A report can not be made of a day that is over.",
            field="as_of",
            fix="list_reports has those that were kept.",
        )
    sections, taken, contracts = empty_sections(), list[Taken](), 0
    for seen in _looks(ctx, as_of):
        contracts += len(seen)
        add_all(sections, (entry for subject, place, _ in seen if (entry := _entry(subject, place))))
        taken += [step for _, _, steps in seen for step in steps if as_of > ctx.today and step.step.before]
    kept, recent = _kept_changes(ctx, period)
    coming = [_step(one) for one in taken]
    changes = sorted([*kept, *coming], key=lambda one: (one.missed, one.on, one.contract), reverse=True)
    lost = [(one.currency, one.missed_cost) for one in changes if one.currency and one.missed_cost is not None]
    content = ReportContent(
        as_of=as_of,
        since=business_day(period.since, ctx.policy.zone),
        contracts=contracts,
        headline=headline({name: section.total for name, section in sections.items()}),
        at_risk=money_at_risk(sections),
        sections=[_sums(section) for section in sections.values()],
        lines=_lines(ctx, as_of, sections.values()),
        changed=len(changes),
        missed_cost=dict(sorted(sum_by_currency(lost).items())),
        changes=changes[:MOST_CHANGES],
    )
    return Made(content, recent)


def _looks(ctx: Context, as_of: date) -> Iterator[list[tuple[Subject, Place, list[Taken]]]]:
    after = None
    while True:
        looks = look_at(ctx, as_of, every=True, after=after)
        yield [(s, look.place, [Taken(s, step) for step in look.steps]) for s, look in looks.seen]
        if (after := looks.last) is None:
            return


def _entry(subject: Subject, place: Place) -> Entry | None:
    section = section_of(place)
    if section is None:
        return None
    terms = place.term.terms
    silence = None if section is SectionName.UNKNOWN else cost_of_silence(terms, subject.monthly).amount
    renews = terms.end_of_term is EndOfTerm.AUTO_RENEW and not terms.evergreen and section is not SectionName.UNKNOWN
    return Entry(
        contract=subject.ref,
        title=subject.title,
        section=section,
        state=place.state,
        alarm=place.alarm,
        act_by=place.deadline.act_by,
        notice_deadline=place.deadline.notice_deadline,
        term_end_date=place.term.end,
        why=subject.problem or explain(terms, place.deadline),
        currency=subject.currency,
        at_risk=silence,
        uncosted=renews and silence is None,
    )


def _sums(section: Section) -> SectionSums:
    return SectionSums(
        name=section.name,
        contracts=section.total,
        at_risk=dict(sorted(section.at_risk.items())),
        uncosted=section.uncosted,
        meaning=SECTIONS[section.name],
    )


def _lines(ctx: Context, as_of: date, sections: Iterable[Section]) -> list[ReportLine]:
    entries = [entry for section in sections for entry in section.lines]
    refs = [entry.contract for entry in entries]
    decided = _decisions(ctx, refs)
    return [_line(entry, as_of, decided.get((entry.contract, entry.term_end_date))) for entry in entries]


def _line(entry: Entry, as_of: date, decision: Mapping[str, Any] | None) -> ReportLine:
    known = decision or {}
    return ReportLine(
        contract=entry.contract,
        section=entry.section,
        title=entry.title,
        state=entry.state,
        alarm=entry.alarm,
        act_by=entry.act_by,
        days_left=(entry.act_by - as_of).days if entry.act_by else None,
        notice_deadline=entry.notice_deadline,
        term_end_date=entry.term_end_date,
        at_risk=entry.at_risk.value if entry.at_risk else None,
        currency=entry.currency,
        decision=known.get("ref"),
        choice=known.get("choice"),
        owner=known.get("owner"),
        due_date=known.get("due_date"),
        why=entry.why,
    )


def _decisions(ctx: Context, refs: Sequence[str]) -> dict[tuple[str, date | None], Mapping[str, Any]]:
    rows = ctx.session.execute(
        select(
            Contract.ref.label("contract"), RenewalDecision.term_end_date, RenewalDecision.ref, RenewalDecision.choice,
            RenewalDecision.due_date, Person.name.label("owner"),
        )
        .join(Contract, Contract.id == RenewalDecision.contract_id)
        .outerjoin(Person, Person.id == RenewalDecision.owner_id)
        .where(Contract.ref.in_(refs), RenewalDecision.retired_at.is_(None))
    )  # fmt: skip
    return {(row["contract"], row["term_end_date"]): dict(row) for row in rows.mappings()}


def _step(taken: Taken) -> ReportChange:
    step = taken.step
    cost = step.missed_cost
    return ReportChange(
        contract=taken.subject.ref,
        title=taken.subject.title,
        on=step.on,
        from_state=step.before,
        state=step.place.state,
        alarm=step.place.alarm,
        missed=step.missed,
        missed_cost=cost.value if cost else None,
        currency=cost.currency if cost else None,
        why=explain(step.place.term.terms, step.place.deadline),
    )


def _kept_changes(ctx: Context, period: Period) -> tuple[list[ReportChange], list[str]]:
    """Read the steps that were kept since then; the first of a contract, when it was put on file, is no change."""
    rows = ctx.session.execute(
        select(
            Transition.id, Transition.at, Contract.ref, Contract.title, Provider.name.label("provider"), Transition.on,
            Transition.from_state, Transition.state, Transition.alarm, Transition.missed, Transition.missed_cost,
            Transition.currency, Transition.why,
        )
        .join(Contract, and_(Contract.id == Transition.contract_id, Contract.retired_at.is_(None)))
        .join(Provider, Provider.id == Contract.provider_id)
        .where(Transition.at > period.since - OVERLAP)
        .order_by(Transition.at.desc(), Transition.id.desc())
    )  # fmt: skip
    found, recent = list[ReportChange](), list[str]()
    for row in rows:
        if row.at > ctx.now - OVERLAP:
            recent.append(str(row.id))
        if str(row.id) in period.told or (row.from_state is None and not row.missed):
            continue
        found.append(_change(row))
    return found, recent


def _change(row: Any) -> ReportChange:
    cost: Decimal | None = row.missed_cost
    return ReportChange(
        contract=row.ref,
        title=f"{row.provider}: {row.title}",
        on=row.on,
        from_state=row.from_state,
        state=row.state,
        alarm=row.alarm,
        missed=row.missed,
        missed_cost=cost,
        currency=row.currency,
        why=row.why,
    )
