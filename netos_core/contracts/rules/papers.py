"""Several papers about one thing: which of them says what holds on a day.

An amendment goes on under all it does not touch, so what holds is put together: what the paper above leaves to be said
there, then the paper that is amended, then its amendments in the order of the days they take effect.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from netos_core.contracts.rules.clauses import (
    ContractKind,
    EndOfTerm,
    Notice,
    NoticeCountedFrom,
    NoticeMethod,
    NoticeUnit,
    Terms,
)
from netos_core.contracts.rules.deadlines import deadline_of
from netos_core.contracts.rules.problems import problems_of

CLAUSES = (
    ("end_of_term",), ("renewal_term_months",), ("notice_count", "notice_unit"),
    ("notice_opens_count", "notice_opens_unit"), ("renewal_notice_count", "renewal_notice_unit"), ("notice_method",),
    ("notice_address",), ("notice_counted_from",), ("delivery_lead_days",),
)  # fmt: skip
"""Columns that say one thing together, and which an amendment leaves as they were by not stating it."""

TERM = ("term_end_date", "term_months", "co_terminus", "evergreen")
START = ("term_start_date",)
AMOUNTS = (("mrc",), ("nrc",), ("total_value",))
FROM_ABOVE = (("etf",), ("escalator",))
"""Clauses that an order without its own takes from its agreement, whether or not it leans on it."""

GROUPS = (TERM, START, *CLAUSES, *AMOUNTS, *FROM_ABOVE)
OF_MONEY = frozenset(name for group in (*AMOUNTS, *FROM_ABOVE) for name in group)
UNSTATED = (None, "unknown")


def states(row: Mapping[str, Any], group: Sequence[str]) -> bool:
    """Whether a paper says anything of what a group of columns says."""
    return row[group[0]] not in UNSTATED


def leans(row: Mapping[str, Any]) -> bool:
    """Whether the terms of a contract hang on those of the one above it."""
    return bool(row["kind"] == ContractKind.AMENDMENT or row["co_terminus"])


def left_to_above(row: Mapping[str, Any]) -> list[str]:
    """Name the columns that a contract which leans leaves to the one above it."""
    clauses = CLAUSES if row["kind"] == ContractKind.AMENDMENT else (("renewal_term_months",),)
    return [name for group in clauses if not states(row, group) for name in group]


def effective(row: Mapping[str, Any]) -> date | None:
    """Give the day a paper takes effect: that of its term, else of its signature; None counts as in force."""
    day: date | None = row["term_start_date"] or row["signed_date"]
    return day


@dataclass(frozen=True, slots=True)
class Paper:
    """A contract on file and what it says; `governs` is whether it governs circuits of its own."""

    row: Mapping[str, Any]
    governs: bool

    @property
    def id(self) -> UUID:
        found: UUID = self.row["id"]
        return found

    @property
    def ref(self) -> str:
        return str(self.row["ref"])

    @property
    def since(self) -> date | None:
        return effective(self.row)

    @property
    def amends(self) -> bool:
        return bool(self.row["kind"] == ContractKind.AMENDMENT)


class Papers:
    """Contracts by id, with all papers above them and all amendments of any of these."""

    def __init__(self, papers: Iterable[Paper] = ()) -> None:
        self.by_id: dict[UUID, Paper] = {}
        self._amending: dict[UUID, dict[UUID, Paper]] = {}
        for paper in papers:
            self.put(paper)

    def put(self, paper: Paper) -> None:
        """Add a paper, or set another reading of one."""
        self.drop(paper.id)
        self.by_id[paper.id] = paper
        if paper.amends and paper.row["parent_id"]:
            self._amending.setdefault(paper.row["parent_id"], {})[paper.id] = paper

    def drop(self, paper_id: UUID) -> None:
        """Leave a paper out."""
        known = self.by_id.pop(paper_id, None)
        if known is not None:
            self._amending.get(known.row["parent_id"], {}).pop(paper_id, None)

    def get(self, paper_id: UUID | None) -> Paper | None:
        return self.by_id.get(paper_id) if paper_id else None

    def amending(self, paper_id: UUID) -> Iterable[Paper]:
        """Give the amendments right under a paper."""
        return self._amending.get(paper_id, {}).values()


Held = Mapping[str, Paper]
"""By column the paper that says what holds; what no paper says is not in it."""


def amended(papers: Papers, paper_id: UUID) -> Paper:
    """Find what a paper amends, through amendments of amendments; any other paper is found itself.

    An amendment of an agreement that governs circuits of its own stands beside it, as an order does.
    """
    paper, seen = papers.by_id[paper_id], {paper_id}
    while paper.amends and (above := papers.get(paper.row["parent_id"])) is not None and above.id not in seen:
        if paper.governs and above.row["kind"] == ContractKind.AGREEMENT:
            break
        paper = above
        seen.add(above.id)
    return paper


def amendments(papers: Papers, root: Paper) -> list[Paper]:
    """List all amendments of a paper, those of amendments with them, in the order of the days they take effect.

    One without such a day comes first, and of the same day the later recorded one counts.
    """
    found: dict[UUID, Paper] = {}
    above = [root.id]
    while above:
        below = [paper for paper_id in above for paper in papers.amending(paper_id)]
        below = [paper for paper in below if paper.id not in found and amended(papers, paper.id) is root]
        found |= {paper.id: paper for paper in below}
        above = [paper.id for paper in below]
    return sorted(found.values(), key=lambda paper: (paper.since or date.min, paper.id))


def line_of(papers: Papers, paper_id: UUID) -> list[Paper]:
    """List the amendments that bear on a contract, in the order of the days they take effect.

    Where it governs circuits, another that has a term and circuits of its own stands beside it: each is for its own.
    """
    own = papers.by_id[paper_id]
    every = amendments(papers, amended(papers, paper_id))
    if not own.governs:
        return every
    return [paper for paper in every if paper is own or not (paper.governs and has_term(paper.row))]


def held_on(papers: Papers, paper_id: UUID, day: date, *, _seen: Collection[UUID] = ()) -> Held:
    """Say which paper's word holds on a day, column by column, for a contract or what it amends.

    Args:
        papers: The contract, all papers above it, and all their amendments.
        paper_id: The contract.
        day: The day; an amendment that takes effect later does not count.
    """
    root = amended(papers, paper_id)
    held: dict[str, Paper] = {}
    above = papers.get(root.row["parent_id"])
    if above is not None and above.id not in _seen:
        left = left_to_above(root.row) if leans(root.row) else []
        left += [name for group in FROM_ABOVE for name in group]
        left += ["term_end_date"] if root.row["co_terminus"] else []
        higher = held_on(papers, above.id, day, _seen=(*_seen, root.id, above.id))
        held |= {name: higher[name] for name in left if name in higher and _counts(higher[name], name, root)}
    ends_above = held.get("term_end_date")
    for group in GROUPS:
        if states(root.row, group) or (group is TERM and root.row["evergreen"]):
            held |= dict.fromkeys((name for name in group if _counts(root, name, root)), root)
    if ends_above is not None:
        held["term_end_date"] = ends_above
    for paper in line_of(papers, paper_id):
        if paper.since is None or paper.since <= day:
            held |= dict.fromkeys((name for name in _stated(paper.row) if _counts(paper, name, root)), paper)
    return held


def _counts(paper: Paper, name: str, root: Paper) -> bool:
    """Whether a paper's word counts: amounts of another currency are none of this contract's."""
    return name not in OF_MONEY or paper.row["currency"] == root.row["currency"]


def _stated(row: Mapping[str, Any]) -> Iterator[str]:
    """Name the columns an amendment states; the day it takes effect is no first day of a term."""
    own_term = has_term(row)
    for group in GROUPS:
        stated = own_term if group is TERM else states(row, group) and (group is not START or own_term)
        if stated:
            yield from group


def has_term(row: Mapping[str, Any]) -> bool:
    """Whether an amendment has a term of its own, and so stands in the place of what it amends."""
    return row["term_end_date"] is not None or bool(row["evergreen"])


def completed(row: Mapping[str, Any], papers: Papers, *, _seen: Collection[UUID] = ()) -> Mapping[str, Any]:
    """Give a contract's row with the clauses that hold for its own term.

    What it leaves to the paper above is said there; an amendment goes on under the clauses of those before it; and one
    that follows without a term of its own changes the clauses of the term it finds. It does not open a deadline again
    that has passed when it takes effect: of the two readings the earlier day counts.

    Args:
        row: The row, with its id where it has one.
        papers: It, all papers above it, and all their amendments.
    """
    root = amended(papers, row["id"]) if papers.get(row.get("id")) else None
    line = line_of(papers, row["id"]) if root else []
    base = row if root is None or root.id == row["id"] else root.row
    above = papers.get(base["parent_id"])
    held = {name: base[name] for group in CLAUSES for name in group}
    if above is not None and leans(base) and above.id not in _seen:
        higher = completed(above.row, papers, _seen=(*_seen, above.id))
        held |= {name: higher[name] for name in left_to_above(base)}
    passed = base is row
    for paper in line:
        if paper.id == row["id"]:
            held |= _clauses(row)
            passed = True
        elif not passed:
            held |= _clauses(paper.row)
        elif has_term(paper.row):
            break
        elif _in_time(paper.since, {**row, **held}):
            held |= _clauses(paper.row)
    return {**row, **held}


def _clauses(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for group in CLAUSES if states(row, group) for name in group}


def _in_time(since: date | None, row: Mapping[str, Any]) -> bool:
    terms = terms_of(row)
    due = None if problems_of(terms) else deadline_of(terms).notice_deadline
    return since is None or due is None or since <= due


def terms_of(row: Mapping[str, Any]) -> Terms:
    """Read the terms of a contract row after `completed`; an empty column is what no paper says."""
    end: date | None = row["term_end_date"]
    return Terms(
        term_start_date=row["term_start_date"],
        term_months=row["term_months"],
        term_end_date=end,
        end_of_term=EndOfTerm(row["end_of_term"]),
        evergreen=row["evergreen"],
        notice=_notice(row["notice_count"], row["notice_unit"]),
        notice_method=NoticeMethod(row["notice_method"] or NoticeMethod.UNKNOWN),
        delivery_lead_days=row["delivery_lead_days"],
        notice_counted_from=NoticeCountedFrom(row["notice_counted_from"] or NoticeCountedFrom.UNKNOWN),
        co_terminus_end=end if row["co_terminus"] else None,
        renewal_term_months=row["renewal_term_months"],
        renewal_notice=_notice(row["renewal_notice_count"], row["renewal_notice_unit"]),
        notice_opens=_notice(row["notice_opens_count"], row["notice_opens_unit"]),
    )


@lru_cache(maxsize=1000)
def _notice(count: int | None, unit: str | None) -> Notice | None:
    return None if count is None or unit is None else Notice(count, NoticeUnit(unit))


def turning_days(papers: Papers, paper_id: UUID) -> list[date]:
    """List the days on which an amendment takes effect, of what a contract is or amends and of the papers above."""
    days: set[date] = set()
    seen: set[UUID] = set()
    above = papers.get(paper_id)
    while above is not None and above.id not in seen:
        root = amended(papers, above.id)
        seen |= {above.id, root.id}
        days |= {paper.since for paper in line_of(papers, above.id) if paper.since is not None}
        above = papers.get(root.row["parent_id"])
    return sorted(days)


def row_held(held: Held, unheld: Mapping[str, Any]) -> dict[str, Any]:
    """Write what holds as one row; what no paper says is as in `unheld`."""
    return {name: held[name].row[name] if name in held else unheld[name] for group in GROUPS for name in group}
