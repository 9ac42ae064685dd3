"""What an agent asks in a working day, in the proportions of one: seeded, so every run asks the same."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from bench.data import FIRST, PROVIDERS, SECOND, SEED, TOWNS, Circuit
from bench.house import House
from netos_core.circuits.model import Circuit as Row
from netos_core.kernel.context import Channel
from netos_core.overview import operations as overview
from netos_core.overview.schemas import SearchCircuits

LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
SHORT_NAMES = ("lakeshore", "meridian", "wabash", "crossroads", "blue river", "cardinal")


@dataclass(frozen=True, slots=True)
class Call:
    """One tool call, and what sort of question it is."""

    sort: str
    tool: str
    arguments: dict[str, Any] = field(hash=False)


def searches(place: House, asked: Sequence[Circuit], count: int) -> list[Call]:
    """Make up list calls: by words, by provider and state, by renewal state, paging on, and misspelt."""
    rng = random.Random(SEED)  # noqa: S311 - the same questions every time are the point
    pages = _pages(place, count // 5)
    makers = (_words, _provider_and_state, _renewals, _pages_of(pages), _ranked, _misspelt)
    shares = (30, 20, 20, 15, 10, 5)
    return [maker(rng, asked) for maker in rng.choices(makers, shares, k=count)]


def lookups(place: House, asked: Sequence[Circuit], count: int) -> list[Call]:
    """Make up detail calls: by ref, by the carrier's id as written, as people write it, and with a typing error."""
    rng = random.Random(SEED)  # noqa: S311
    with place.core.session() as session:
        refs = list(session.scalars(select(Row.ref).order_by(Row.id)))

    def by_ref() -> Call:
        return Call("by ref", "get_circuit", {"ref": rng.choice(refs)})

    def by_id() -> Call:
        return Call("by carrier id", "get_circuit", {"ref": rng.choice(asked).circuit_id})

    def by_loose_id() -> Call:
        said = rng.choice(asked).circuit_id.lower().replace("/", " ").replace(".", "-")
        return Call("by carrier id, loosely", "get_circuit", {"ref": said})

    def by_wrong_id() -> Call:
        return Call("by misspelt id: refused, nearest named", "get_circuit", {"ref": _typo(rng, rng.choice(asked))})

    return [maker() for maker in rng.choices((by_ref, by_id, by_loose_id, by_wrong_id), (40, 35, 15, 10), k=count)]


def _words(rng: random.Random, asked: Sequence[Circuit]) -> Call:
    town = rng.choice(TOWNS)[0].lower()
    query = rng.choice(
        (
            f"{rng.choice(SHORT_NAMES)} {town}",
            f"{town} {rng.choice(('pop', 'tower', 'henry', 'lima', 'airport'))}",
            f"{rng.choice(FIRST)} {rng.choice(SECOND)}".lower(),
            rng.choice(asked).circuit_id,
            f"{rng.choice(asked).circuit_id.split('/')[-1]} {town}",
            rng.choice(FIRST).lower(),
        )
    )
    return Call("by words", "search_circuits", {"query": query})


def _provider_and_state(rng: random.Random, asked: Sequence[Circuit]) -> Call:
    del asked
    arguments = {"provider": rng.choice(PROVIDERS)[0], "state": rng.choice(("IN", "OH", "KY", "IL", "MI"))}
    return Call("by provider and state", "search_circuits", arguments)


def _renewals(rng: random.Random, asked: Sequence[Circuit]) -> Call:
    del asked
    states = rng.choice((["critical"], ["critical", "active"], ["overdue"], ["watch"], ["unknown"], ["stable"]))
    return Call("by renewal state, act_by first", "search_circuits", {"renewal_state": states, "sort": "act_by"})


def _ranked(rng: random.Random, asked: Sequence[Circuit]) -> Call:
    del asked
    arguments = {"status": ["active"], "sort": rng.choice(("-mrc", "mrc", "-bandwidth_mbps")), "limit": 50}
    return Call("active, 50 dearest", "search_circuits", arguments)


def _misspelt(rng: random.Random, asked: Sequence[Circuit]) -> Call:
    return Call("misspelt: nearest", "search_circuits", {"query": _typo(rng, rng.choice(asked))})


def _pages_of(pages: Sequence[dict[str, Any]]) -> Any:
    return lambda rng, _: Call("paging on", "search_circuits", rng.choice(pages))


def _pages(place: House, count: int) -> list[dict[str, Any]]:
    """Walk two lists page by page and keep the arguments of each step."""
    found: list[dict[str, Any]] = []
    for arguments in ({"sort": "act_by"}, {"query": "indianapolis"}):
        asked: dict[str, Any] = arguments
        for _ in range(max(2, count // 2)):
            page = place.core.call(
                overview.search_circuits, SearchCircuits.model_validate(asked), place.person(), Channel.AGENT
            )
            if page.next_cursor is None:
                break
            asked = {**arguments, "cursor": page.next_cursor}
            found.append(asked)
    return found


def _typo(rng: random.Random, circuit: Circuit) -> str:
    """Change one letter or digit of a circuit id."""
    said = circuit.circuit_id
    at = rng.choice([place for place, sign in enumerate(said) if sign.isdigit()])
    return said[:at] + rng.choice(LETTERS) + said[at + 1 :]
