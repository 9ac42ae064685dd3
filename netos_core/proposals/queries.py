"""Find the record of any kind that a name means, for what can be on every kind: notes and tags."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from netos_core.annotations.queries import ENTITY_OF_PREFIX
from netos_core.annotations.schemas import TagEdit
from netos_core.changes.plans import Wanted
from netos_core.circuits import queries as circuits
from netos_core.contracts import queries as contracts
from netos_core.customers import queries as customers
from netos_core.electrical import queries as electrical
from netos_core.kernel.context import Context
from netos_core.kernel.lookup import Names
from netos_core.links import queries as links
from netos_core.network.queries import planning as network
from netos_core.providers import queries as providers
from netos_core.quotes.queries import names as quotes
from netos_core.sites import queries as sites

LookUp: TypeAlias = Callable[[Context, Iterable[str]], Names]

LOOK_UPS: Sequence[LookUp] = (
    circuits.names, sites.names, providers.names, customers.names, contracts.names, links.names, electrical.names,
    quotes.quote_names, quotes.order_names,
    lambda ctx, keys: network.names(ctx, "interface", keys),
    lambda ctx, keys: network.names(ctx, "ip_block", keys),
)  # fmt: skip
_REF = re.compile(rf"\s*(?:{'|'.join(ENTITY_OF_PREFIX)})-\d+\s*", re.IGNORECASE)


def named(ctx: Context, keys: Iterable[str]) -> Names:
    """Look records of every kind up by any of the words they are known by."""
    asked = sorted(set(keys))
    found = Names("record", "search")
    for look_up in LOOK_UPS if asked else ():
        of_kind = look_up(ctx, asked)
        for key in asked:
            for one in of_kind.all(key):
                found.add(key, one)
    return found


def by_ref(ctx: Context, wanted: Sequence[Wanted[Any]]) -> list[Wanted[Any]]:
    """Put refs in the place of the names that notes and tags say they are on.

    Raises:
        NotFound: Nothing has that name.
        Ambiguous: Several records have it, of one kind or of several; they are listed.
    """
    names = {id(w): on for w in wanted if (on := _on(w)) and not _REF.fullmatch(on)}
    found = named(ctx, names.values())
    refs: Mapping[int, str] = {key: found.get(on, "on").ref for key, on in names.items()}
    return [
        replace(w, edit=w.edit.model_copy(update={"on": refs[id(w)]})) if id(w) in refs else w for w in wanted
    ]  # fmt: skip


def _on(w: Wanted[Any]) -> str | None:
    """Return what a note or tag says it is on; a tag may be known by its record, a note has an id of its own."""
    return w.edit.on or (w.ref if isinstance(w.edit, TagEdit) else None)
