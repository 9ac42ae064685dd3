"""What a projection rests on, one statement for each kind: circuits, the papers that govern them, what is decided."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from netos_core.circuits.model import Circuit
from netos_core.circuits.rules import ENDED, NOT_INSTALLED
from netos_core.contracts.queries import UNSAID, terms_of
from netos_core.contracts.queries.etf import Read, read_contracts
from netos_core.contracts.rules import Terms
from netos_core.contracts.rules.days import ONE_DAY
from netos_core.contracts.rules.etf import Course, course_of
from netos_core.contracts.rules.papers import Papers, amended, held_on, leans, line_of, row_held, turning_days
from netos_core.finance.rules.months import first_of
from netos_core.kernel.context import Context
from netos_core.providers.queries import get_provider_id
from netos_core.renewals.queries.due import as_decided, decisions_about
from netos_core.spend.rules.ahead import Billed, Leg, Plan, legs_of
from netos_core.spend.rules.sheet import Months
from netos_core.spend.rules.way import Decisions, Settled, Way, joined, way_of
from netos_core.spend.schemas import SpendFilter


@dataclass(frozen=True, slots=True)
class Facts:
    """Circuits that are billed, by the contract that governs them, and the plans of these contracts.

    `unpriced` are in service and have no price; `unstarted` are ordered and begin on no known day; `currencies` are
    those of all of them.
    """

    circuits: Mapping[UUID | None, list[Billed]]
    plans: Mapping[UUID, Plan]
    reads: Mapping[UUID, Read]
    versions: Mapping[UUID, str]
    unpriced: int
    unstarted: int
    currencies: tuple[str, ...]


def wanted(ctx: Context, asked: SpendFilter, of: Any = Circuit) -> list[ColumnElement[bool]]:
    """Match the circuits that are asked about, or lines that say the same of one."""
    found: list[ColumnElement[bool]] = []
    if asked.provider:
        found.append(of.provider_id == get_provider_id(ctx, asked.provider, "provider").id)
    if asked.market:
        found.append(func.lower(of.market) == asked.market.strip().lower())
    if asked.service_type:
        found.append(of.service_type == asked.service_type)
    return found


def facts_of(ctx: Context, asked: SpendFilter, months: Months) -> Facts:
    """Read what is asked about."""
    circuits, unpriced, unstarted, currencies = _circuits(ctx, wanted(ctx, asked))
    ids = {one.contract_id for mine in circuits.values() for one in mine if one.contract_id is not None}
    reads = dict(read_contracts(ctx, ids))
    plans, versions = plans_of(ctx, reads, months)
    known: dict[UUID | None, list[Billed]] = {}
    for contract_id, mine in circuits.items():
        if contract_id is None or contract_id not in plans:
            known.setdefault(None, []).extend(mine)
        else:
            currency = reads[contract_id].row["currency"]
            known[contract_id] = [_in(one, currency) for one in mine]
    return Facts(known, plans, reads, versions, unpriced, unstarted, currencies)


def _in(one: Billed, currency: str) -> Billed:
    if one.currency == currency:
        return one
    return replace(one, flat=True)


def _circuits(
    ctx: Context, conditions: Iterable[ColumnElement[bool]]
) -> tuple[dict[UUID | None, list[Billed]], int, int, tuple[str, ...]]:
    rows = ctx.session.execute(
        select(
            Circuit.id, Circuit.ref, Circuit.currency, Circuit.mrc, Circuit.status, Circuit.contract_id,
            Circuit.billing_start_date, Circuit.install_date, Circuit.disconnect_date,
        )
        .where(Circuit.retired_at.is_(None), *conditions)
        .order_by(Circuit.id)
    )  # fmt: skip
    found: dict[UUID | None, list[Billed]] = {}
    unpriced = unstarted = 0
    currencies: set[str] = set()
    for row_id, ref, currency, mrc, status, contract_id, begins, installed, ends in rows:
        over = status in ENDED
        if over and ends is None:
            continue
        if begins is None and status in NOT_INSTALLED:
            unstarted += 1
            continue
        currencies.add(currency)
        if mrc is None:
            unpriced += not over
            continue
        governed = None if over else contract_id
        one = Billed(
            row_id, ref, currency, mrc, governed, begins or installed, ends, own=governed is None, flat=False
        )  # fmt: skip
        found.setdefault(governed, []).append(one)
    return found, unpriced, unstarted, tuple(sorted(currencies))


def plans_of(ctx: Context, reads: dict[UUID, Read], months: Months) -> tuple[dict[UUID, Plan], dict[UUID, str]]:
    """Plan contracts; those that take over from them are read too, and added to `reads`."""
    asked = list(reads)
    decided = _decided(ctx, reads)
    following = {
        row["successor_id"] for rows in decided.values() for row in rows if row["successor_id"] is not None
    } - reads.keys()
    if following:
        more = read_contracts(ctx, following)
        decided |= _decided(ctx, more)
        reads |= more
    ways: dict[UUID, Way] = {}
    settled: dict[UUID, Decisions] = {}
    courses: dict[UUID, Course | None] = {}
    today = first_of(ctx.today)
    for row_id, read in reads.items():
        terms = _terms(read.papers, row_id, ctx.today)
        about = _about(read.papers, row_id, decided)
        ways[row_id] = joined([
            (since, way_of(one, _settled(about, one), ctx.today, months.until)) for since, one in terms
        ])  # fmt: skip
        settled[row_id] = _settled(about, terms[0][1])
        courses[row_id] = course_of(read.papers, row_id, price=read.price, today=today)
    made = {row_id: _plan(row_id, reads, ways, settled, courses, months) for row_id in asked}
    return made, {row_id: _version(reads[row_id], row_id, decided) for row_id in asked}


def _plan(
    row_id: UUID, reads: Mapping[UUID, Read], ways: Mapping[UUID, Way], settled: Mapping[UUID, Decisions],
    courses: Mapping[UUID, Course | None], months: Months,
) -> Plan:  # fmt: skip
    """Lay the legs out, those of the contracts that take over one after the other behind its own."""
    read, way, course = reads[row_id], ways[row_id], courses[row_id]
    price = read.price if course is not None else None
    legs: list[Leg] = list(legs_of(way, course, price, months.first, months.until))
    seen, here = {row_id}, way
    while here.follows is not None and here.follows in ways and here.follows not in seen and here.ends_on is not None:
        seen.add(here.follows)
        after = max(here.ends_on + ONE_DAY, months.first)
        then, rates = ways[here.follows], courses[here.follows]
        same = reads[here.follows].row["currency"] == read.row["currency"]
        whole = rates if same and price is not None else None
        legs += [
            Leg(leg.first, leg.last, leg.footing, leg.course or course, price, modeled=whole is None, undone=leg.undone)
            for leg in legs_of(then, whole, price, after, months.until)
        ]
        here = then
    ends = here.ends_on if here.follows is None else None
    return Plan(row_id, read.row["ref"], way, course, tuple(legs), ends, settled[row_id])


def _terms(papers: Papers, row_id: UUID, today: date) -> list[tuple[date, Terms]]:
    """Give the terms that hold today, and those of amendments from the days on which they take effect."""
    if _stands_alone(papers, row_id):
        return [(date.min, terms_of(papers.by_id[row_id].row))]
    found = [(date.min, terms_of(row_held(held_on(papers, row_id, today), UNSAID)))]
    for day in turning_days(papers, row_id):
        if day > today:
            then = terms_of(row_held(held_on(papers, row_id, day), UNSAID))
            if then != found[-1][1]:
                found.append((day, then))
    return found


def _stands_alone(papers: Papers, row_id: UUID) -> bool:
    """Whether a contract's own paper says all of its term."""
    return not leans(papers.by_id[row_id].row) and not papers.amending(row_id)


def _decided(ctx: Context, reads: Mapping[UUID, Read]) -> dict[UUID, list[Mapping[str, Any]]]:
    """Read what is decided about contracts and about the papers that amend them."""
    papers = next((read.papers for read in reads.values()), None)  # they were read together, and share them
    return decisions_about(ctx.session, list(papers.by_id)) if papers is not None else {}


def _about(
    papers: Papers, row_id: UUID, decided: Mapping[UUID, list[Mapping[str, Any]]]
) -> list[Mapping[str, Any]]:  # fmt: skip
    if not decided or (_stands_alone(papers, row_id) and row_id not in decided):
        return []
    root = amended(papers, row_id)
    line = [paper.id for paper in line_of(papers, row_id)]
    return [row for one in dict.fromkeys((root.id, row_id, *line)) for row in decided.get(one, ())]


def _settled(rows: Collection[Mapping[str, Any]], terms: Terms) -> Decisions:
    return {
        row["term_end_date"]: Settled(
            row["ref"], as_decided(row, terms), row["served_date"], row["successor_id"]
        )
        for row in rows
    }  # fmt: skip


def _version(read: Read, row_id: UUID, decided: Mapping[UUID, list[Mapping[str, Any]]]) -> str:
    """Name what a contract's fees are worked out from: where that is another, they are worked out anew."""
    papers = read.papers
    counts = f"{read.row['circuits']}/{read.row['priced']}/{read.row['circuits_mrc']}/{read.row['installed']}"
    line: dict[UUID, None] = {}
    above = papers.get(row_id)
    if _stands_alone(papers, row_id) and above is not None and above.row["parent_id"] is None:
        line[row_id], above = None, None
    while above is not None and above.id not in line:
        line |= dict.fromkeys((above.id, amended(papers, above.id).id, *(one.id for one in line_of(papers, above.id))))
        above = papers.get(amended(papers, above.id).row["parent_id"])
    versions = sorted(f"{papers.by_id[one].ref}:{papers.by_id[one].row['version']}" for one in line)
    rows = sorted(f"{row['ref']}:{row['version']}" for one in line for row in decided.get(one, ()))
    return " ".join((counts, *versions, *rows))
