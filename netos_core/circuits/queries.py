"""Reads of circuits that planning and other features build on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Text, any_, bindparam, func, or_, select

from netos_core.circuits.model import Circuit, CircuitCustomer, Termination
from netos_core.kernel.context import Context
from netos_core.kernel.lookup import Named, Names, folded, nearest
from netos_core.sites.queries import within

CIRCUIT = Circuit.__table__
SHOWN = func.coalesce(Circuit.provider_circuit_id, Circuit.ref)


def circuit_key(text: str) -> str:
    """Return a carrier's circuit id as it is compared: letters and digits only, upper case."""
    return "".join(c for c in text.upper() if c.isascii() and c.isalnum())


def names(ctx: Context, keys: Iterable[str]) -> Names:
    """Look circuits up by ref or by the carrier's own circuit id, punctuation aside, in one statement."""
    wanted = list(keys)
    refs = {folded(k).upper() for k in wanted}
    keyed = {circuit_key(k): k for k in wanted if circuit_key(k)}
    found = Names("circuit", "search_circuits", lambda key: nearest(ctx.session, CIRCUIT, key, name=SHOWN))
    rows = ctx.session.execute(_NAMED, {"refs": sorted(refs), "keys": sorted(keyed)}) if wanted else ()
    for row in rows:
        named = Named(row.id, row.ref, row.ref)
        if row.ref in refs:
            found.add(row.ref, named)
        if row.provider_circuit_key in keyed:
            found.add(keyed[row.provider_circuit_key], named)
    return found


_NAMED = select(Circuit.id, Circuit.ref, Circuit.provider_circuit_key).where(
    or_(
        Circuit.ref == any_(bindparam("refs", type_=ARRAY(Text))),
        Circuit.provider_circuit_key == any_(bindparam("keys", type_=ARRAY(Text))),
    ),
    Circuit.retired_at.is_(None),
)


def get_circuit_id(ctx: Context, ref: str, field: str = "ref") -> Named:
    """Return the circuit a ref or a carrier's circuit id means.

    Raises:
        NotFound: None has it; the nearest are listed.
        Ambiguous: Two carriers use the same id.
    """
    return ctx.once(("circuit", ref), lambda: names(ctx, [ref]).get(ref, field))


def at_site(site_id: UUID) -> ColumnElement[bool]:
    """Match circuits that end at a site or at one inside it: what ends in a suite ends in its building."""
    ends = select(Termination.circuit_id).where(Termination.site_id.in_(within(site_id)))
    return Circuit.id.in_(ends.where(Termination.retired_at.is_(None)))


def rows_by_id(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """Return whole live circuit rows, for planning."""
    rows = ctx.session.execute(select(CIRCUIT).where(CIRCUIT.c.id.in_(list(ids)), CIRCUIT.c.retired_at.is_(None)))
    return {row["id"]: dict(row) for row in rows.mappings()}


def ends_by_circuit(ctx: Context, ids: Iterable[UUID]) -> dict[tuple[UUID, str], Mapping[str, Any]]:
    """Return live terminations by circuit and side."""
    table = Termination.__table__
    rows = ctx.session.execute(select(table).where(table.c.circuit_id.in_(list(ids)), table.c.retired_at.is_(None)))
    return {(row["circuit_id"], row["side"]): dict(row) for row in rows.mappings()}


def customers_by_circuit(ctx: Context, ids: Iterable[UUID]) -> dict[tuple[UUID, UUID], Mapping[str, Any]]:
    """Return live customer links by circuit and customer."""
    table = CircuitCustomer.__table__
    rows = ctx.session.execute(select(table).where(table.c.circuit_id.in_(list(ids)), table.c.retired_at.is_(None)))
    return {(row["circuit_id"], row["customer_id"]): dict(row) for row in rows.mappings()}


def by_provider_key(ctx: Context, keys: Iterable[str]) -> dict[tuple[UUID, str], str]:
    """Return the refs of live circuits by provider and comparable circuit id."""
    rows = ctx.session.execute(
        select(Circuit.provider_id, Circuit.provider_circuit_key, Circuit.ref).where(
            Circuit.provider_circuit_key.in_(list(keys)), Circuit.retired_at.is_(None)
        )
    )
    return {(row.provider_id, row.provider_circuit_key): row.ref for row in rows}
