"""Several papers about one thing: which of them says what holds on a day.

An amendment goes on under all it does not touch, so what holds is put together: what the paper above leaves to be said
there, then the paper that is amended, then its amendments in the order of the days they take effect.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from netos_core.contracts.rules.clauses import ContractKind

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


@dataclass(frozen=True)
class Papers:
    """Contracts by id, with all papers above them and all amendments of any of these."""

    by_id: Mapping[UUID, Paper]

    def get(self, paper_id: UUID | None) -> Paper | None:
        return self.by_id.get(paper_id) if paper_id else None

    @cached_property
    def amending(self) -> Mapping[UUID, Sequence[Paper]]:
        """The amendments right under each paper."""
        found: dict[UUID, list[Paper]] = {}
        for paper in self.by_id.values():
            if paper.amends and paper.row["parent_id"]:
                found.setdefault(paper.row["parent_id"], []).append(paper)
        return found


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
        below = [paper for paper_id in above for paper in papers.amending.get(paper_id, ())]
        below = [paper for paper in below if paper.id not in found and amended(papers, paper.id) is root]
        found |= {paper.id: paper for paper in below}
        above = [paper.id for paper in below]
    return sorted(found.values(), key=lambda paper: (paper.since or date.min, paper.id))


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
    for paper in amendments(papers, root):
        if paper.since is None or paper.since <= day:
            held |= dict.fromkeys((name for name in _stated(paper.row) if _counts(paper, name, root)), paper)
    return held


def _counts(paper: Paper, name: str, root: Paper) -> bool:
    """Whether a paper's word counts: amounts of another currency are none of this contract's."""
    return name not in OF_MONEY or paper.row["currency"] == root.row["currency"]


def _stated(row: Mapping[str, Any]) -> Iterator[str]:
    """Name the columns an amendment states. It has a term of its own where it says when that ends."""
    has_term = row["term_end_date"] is not None or row["evergreen"]
    for group in GROUPS:
        stated = has_term if group is TERM else states(row, group) and (group is not START or has_term)
        if stated:
            yield from group


def turning_days(papers: Papers, paper_id: UUID) -> list[date]:
    """List the days on which an amendment takes effect, of what a contract is or amends and of the papers above."""
    days: set[date] = set()
    seen: set[UUID] = set()
    above = papers.get(paper_id)
    while above is not None and above.id not in seen:
        root = amended(papers, above.id)
        seen |= {above.id, root.id}
        days |= {paper.since for paper in amendments(papers, root) if paper.since is not None}
        above = papers.get(root.row["parent_id"])
    return sorted(days)


def row_held(held: Held, unheld: Mapping[str, Any]) -> dict[str, Any]:
    """Write what holds as one row; what no paper says is as in `unheld`."""
    return {name: held[name].row[name] if name in held else unheld[name] for group in GROUPS for name in group}
