"""Which contracts the engine has to look at, each with what it needs to say where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session

from netos_core.circuits.model import Circuit
from netos_core.contracts import queries as contracts
from netos_core.contracts.model import Contract
from netos_core.contracts.rules import Terms, problems_of
from netos_core.kernel.context import Context
from netos_core.kernel.db import among
from netos_core.kernel.money import Amount, Basis
from netos_core.providers.model import Provider
from netos_core.renewals.model import RenewalDecision, Standing
from netos_core.renewals.queries.silence import all_monthly
from netos_core.renewals.queries.standing import superseded, with_standing
from netos_core.renewals.rules import Choice, Decided, Decisions, RenewalState, deadline_before, is_executed, is_in_time

OWN = [Contract.__table__.c[name] for name in ("id", "ref", "title", "version", "mrc", "currency", *contracts.READ)]
STOOD = {column.name: f"stood_{column.name}" for column in Standing.__table__.columns}
_SEEN = (
    select(RenewalDecision.contract_id, func.sum(RenewalDecision.version).label("versions"))
    .group_by(RenewalDecision.contract_id)
    .subquery()
)
VERSIONS = func.coalesce(_SEEN.c.versions, 0)


@dataclass(frozen=True, slots=True)
class Subject:
    """One contract as the engine looks at it.

    `stood` is its standing row, None where it is seen for the first time. `versions` are those of all decisions about
    it, added up.
    """

    id: UUID
    ref: str
    title: str
    version: int
    terms: Terms
    decisions: Decisions
    versions: int
    owner_id: UUID | None
    superseded: bool
    mrc: Decimal | None
    currency: str
    stood: Mapping[str, Any] | None

    @property
    def problem(self) -> str | None:
        """What in its terms contradicts itself."""
        problems = problems_of(self.terms)
        return problems[0].message if problems else None

    @property
    def monthly(self) -> Amount | None:
        """What it costs a month."""
        return None if self.mrc is None else Amount(self.mrc, self.currency, Basis.CONTRACTED, self.ref)

    @property
    def is_new(self) -> bool:
        """Whether it is another than the one that stood there: first seen, edited, or decided about."""
        known = self.stood
        return known is None or (known["contract_version"], known["decisions"]) != (self.version, self.versions)


def is_due(today: date) -> ColumnElement[bool]:
    """Match contracts whose standing is missing, behind what is on file, or has come to its next day."""
    return or_(
        Standing.contract_id.is_(None),
        Standing.contract_version != Contract.version,
        Standing.decisions != VERSIONS,
        Standing.next_on <= today,
        and_(superseded(today), Standing.state.not_in((RenewalState.SUPERSEDED, RenewalState.DECIDED))),
        and_(~superseded(today), Standing.state == RenewalState.SUPERSEDED),
    )


def subjects(
    ctx: Context, today: date, *, after: UUID | None, limit: int, wanted: ColumnElement[bool] | None = None
) -> list[Subject]:
    """Read live contracts in the order of their ids.

    Args:
        ctx: The call.
        today: The day they are looked at.
        after: The id of the last one read before.
        limit: How many at most.
        wanted: Which of them; all by default.
    """
    stood = [column.label(STOOD[column.name]) for column in Standing.__table__.columns]
    query = (
        with_standing(
            select(
                *OWN,
                Provider.name.label("provider"),
                *stood,
                VERSIONS.label("versions"),
                superseded(today, of_few=True).label("superseded"),
            )
        )
        .join(Provider, Provider.id == Contract.provider_id)
        .outerjoin(_SEEN, _SEEN.c.contract_id == Contract.id)
        .where(Contract.retired_at.is_(None), true() if wanted is None else wanted)
        .order_by(Contract.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(Contract.id > after)
    found = ctx.session.execute(query)
    names = tuple(found.keys())
    rows = [dict(zip(names, row, strict=True)) for row in found]
    ids = [row["id"] for row in rows]
    above = contracts.above(ctx.session, rows)
    decided = decisions_about(ctx.session, [row["id"] for row in rows if row["versions"]])
    monthly = _monthly(ctx.session, ids, today)
    return [_subject(contracts.completed(row, above), decided.get(row["id"], ()), monthly) for row in rows]


def _subject(
    row: Mapping[str, Any], decided: Sequence[Mapping[str, Any]], monthly: Mapping[tuple[UUID, str], Decimal]
) -> Subject:
    terms = contracts.terms_of(row)
    return Subject(
        id=row["id"],
        ref=row["ref"],
        title=f"{row['provider']}: {row['title']}",
        version=row["version"],
        terms=terms,
        decisions={d["term_end_date"]: as_decided(d, terms) for d in decided},
        versions=row["versions"],
        owner_id=next((d["owner_id"] for d in reversed(decided)), None),
        superseded=row["superseded"],
        mrc=monthly.get((row["id"], row["currency"]), row["mrc"]),
        currency=row["currency"],
        stood=_stood(row) if row[STOOD["contract_id"]] else None,
    )


def _stood(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: row[label] for name, label in STOOD.items()}


def as_decided(row: Mapping[str, Any], terms: Terms) -> Decided:
    """Read a row of a decision about a contract with these terms on paper."""
    choice = Choice(row["choice"])
    succeeded = row["successor_id"] is not None
    done = is_executed(choice, terms.end_of_term, served=served_in_time(row, terms), succeeded=succeeded)
    return Decided(row["term_end_date"], choice, row["decided_date"], done, succeeded)


def decided_about(ctx: Context, contract_id: UUID, terms: Terms) -> tuple[Decisions, dict[date | None, str]]:
    """Give what is decided about a contract, and the ref of each decision, by the end of the term it is about."""
    rows = decisions_about(ctx.session, [contract_id]).get(contract_id, [])
    return {d["term_end_date"]: as_decided(d, terms) for d in rows}, {d["term_end_date"]: d["ref"] for d in rows}


def served_in_time(row: Mapping[str, Any], terms: Terms) -> bool:
    """Tell of a decision's row whether notice was served in time, with its proof on file."""
    dates = deadline_before(terms, row["term_end_date"])
    due, accepted = dates.notice_deadline if dates else None, row["confirmed_date"] is not None
    return row["proof_id"] is not None and is_in_time(row["served_date"], due, accepted=accepted)


def decisions_about(session: Session, contract_ids: Sequence[UUID]) -> dict[UUID, list[Mapping[str, Any]]]:
    """Read the rows of what is decided about contracts."""
    rows = session.execute(
        select(RenewalDecision.__table__).where(
            among(RenewalDecision.contract_id, contract_ids), RenewalDecision.retired_at.is_(None)
        )
    )
    found: dict[UUID, list[Mapping[str, Any]]] = {}
    for row in rows.mappings():
        found.setdefault(row["contract_id"], []).append(dict(row))
    return found


def _monthly(session: Session, contract_ids: Sequence[UUID], today: date) -> dict[tuple[UUID, str], Decimal]:
    """Read what contracts cost a month as amended or by the circuits they govern, by contract and currency."""
    chosen = select(Contract.id).where(among(Contract.id, contract_ids))
    sums = all_monthly(today, chosen).sums
    rows = session.execute(select(sums).where(among(sums.c.contract_id, contract_ids), sums.c.mrc.is_not(None)))
    return {(row.contract_id, row.currency): row.mrc for row in rows}


def circuits_of(ctx: Context, contract_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """List the refs of the live circuits that contracts govern."""
    rows: Iterable[Any] = ctx.session.execute(
        select(Circuit.contract_id, Circuit.ref)
        .where(among(Circuit.contract_id, contract_ids), Circuit.retired_at.is_(None))
        .order_by(Circuit.id)
    )
    found: dict[UUID, list[str]] = {}
    for contract_id, ref in rows:
        found.setdefault(contract_id, []).append(ref)
    return found


def last_days(ctx: Context, contract_ids: Sequence[UUID]) -> dict[UUID, date]:
    """Give the last day of contracts that end with a term, as a decision about it is carried out; the others not."""
    decided = decisions_about(ctx.session, contract_ids)
    if not decided:
        return {}
    wanted = among(Contract.id, decided)
    found: dict[UUID, date] = {}
    for subject in subjects(ctx, ctx.today, after=None, limit=len(decided), wanted=wanted):
        ends = [end for end, about in subject.decisions.items() if end is not None and about.ends_the_contract]
        if ends:
            found[subject.id] = min(ends)
    return found
