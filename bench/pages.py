"""How long the pages of circuits take, for a person who is signed in."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from sqlalchemy import select

from bench.data import SEED
from bench.figures import Figure, timed
from bench.house import House
from bench.wire import Refused, Wire, wire
from netos_core.circuits.model import Circuit
from netos_core.demo.people import DANA

COUNT = 112
LISTS = ("/circuits", "/circuits?q=fort+wayne", "/circuits?sort=-mrc", "/circuits?state=IN", "/circuits?sort=act_by")
OK, SEE_OTHER = 200, 303
FORM_TOKEN = re.compile(rb'name="csrf" value="([^"]+)"')


def figures(place: House, port: int) -> list[Figure]:
    """Time the list and the page of one circuit."""
    rng = random.Random(SEED)  # noqa: S311
    with place.core.session() as session:
        refs = list(session.scalars(select(Circuit.ref).order_by(Circuit.id)))
    found: list[Figure] = []
    cookie = sign_in(port)
    with wire(port) as client:
        for name, paths in (
            ("/circuits", [rng.choice(LISTS) for _ in range(COUNT)]),
            ("/circuits/{ref}", [f"/circuits/{rng.choice(refs)}" for _ in range(COUNT)]),
        ):
            found += _timed(client, name, paths, cookie)
    return found


def sign_in(port: int) -> str:
    """Sign in as a person of the demo, and return the cookie.

    Raises:
        Refused: The form was not taken.
    """
    with wire(port) as client:
        _, first, page = client.page("/sign-in")
        token = FORM_TOKEN.search(page)
        form = {"csrf": token[1].decode() if token else "", "person": DANA.email, "next": "/"}
        status, cookies = client.form("/sign-in", form, first.partition(";")[0])
    session = next((c.partition(";")[0] for c in cookies if "session=" in c), None)
    if status != SEE_OTHER or session is None:
        raise Refused(f"The sign-in answered {status}.")
    return session


def _timed(client: Wire, name: str, paths: Sequence[str], cookie: str) -> list[Figure]:
    status = client.page(paths[0], cookie)[0]
    if status != OK:
        raise Refused(f"{paths[0]} answered {status}.")
    times = timed([lambda path=path: client.page(path, cookie) for path in paths])  # type: ignore[misc]
    return [Figure(f"page {name}, {which}", "ms", value) for which, value in (("p50", times.p50), ("p95", times.p95))]
