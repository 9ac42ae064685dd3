"""How long the pages of circuits take, for a person who is signed in."""

from __future__ import annotations

import random
from collections.abc import Sequence

from sqlalchemy import select

from bench.data import SEED
from bench.figures import Figure, timed
from bench.house import House
from bench.wire import Wire, wire
from netos_core.circuits.model import Circuit

COUNT = 112
LISTS = ("/circuits", "/circuits?q=fort+wayne", "/circuits?sort=-mrc", "/circuits?state=IN", "/circuits?sort=act_by")
OK = 200


def figures(place: House, port: int) -> list[Figure]:
    """Time the list and the page of one circuit; nothing where there are no such pages yet."""
    rng = random.Random(SEED)  # noqa: S311
    with place.core.session() as session:
        refs = list(session.scalars(select(Circuit.ref).order_by(Circuit.id)))
    found: list[Figure] = []
    with wire(port) as client:
        for name, paths in (
            ("/circuits", [rng.choice(LISTS) for _ in range(COUNT)]),
            ("/circuits/{ref}", [f"/circuits/{rng.choice(refs)}" for _ in range(COUNT)]),
        ):
            if client.page(paths[0])[0] == OK:
                found += _timed(client, name, paths)
    return found


def _timed(client: Wire, name: str, paths: Sequence[str]) -> list[Figure]:
    times = timed([lambda path=path: client.page(path) for path in paths])  # type: ignore[misc]
    return [Figure(f"page {name}, {which}", "ms", value) for which, value in (("p50", times.p50), ("p95", times.p95))]
