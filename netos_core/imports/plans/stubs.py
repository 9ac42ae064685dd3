"""Flagged stubs for names a sheet uses and we do not know: enough to refer to, marked to be completed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from netos_core.changes.plans import PREFIXES, created, next_refs
from netos_core.changes.rules import Change
from netos_core.kernel.context import Context
from netos_core.kernel.db import new_id
from netos_core.kernel.lookup import Named, Names, folded

_REF = re.compile(rf"(?:{'|'.join(PREFIXES.values())})-\d+", re.IGNORECASE)


def stubs(ctx: Context, kind: str, wanted: Mapping[str, Mapping[str, Any]], names: Names) -> list[Change]:
    """Plan a stub for each name nobody answers to, and let the names know it.

    Args:
        ctx: The call.
        kind: provider, customer or site: the table and the reference's prefix.
        wanted: Name to the columns a stub gets besides; the first of several spellings wins.
        names: What was looked up; the stubs are added.
    """
    missing: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for name, values in wanted.items():
        # A reference nothing has is a mistake to be told, not a name to be kept.
        if name and not names.knows(name) and not _REF.fullmatch(name.strip()):
            missing.setdefault(folded(name), (" ".join(name.split()), values))
    changes: list[Change] = []
    refs = next_refs(ctx.session, kind, len(missing)) if missing else []
    for ref, (name, values) in zip(refs, missing.values(), strict=True):
        row_id = new_id()
        names.add(name, Named(row_id, ref, name))
        changes.append(
            created(kind, {"ref": ref, "name": name, "stub": True, **values}, ref=ref, part="stub", row_id=row_id)
        )
    return changes


def accounts(pairs: Sequence[tuple[Named, str]], known: dict[tuple[UUID, str], UUID]) -> list[Change]:
    """Plan the billing accounts (BAN) a sheet names and we do not have, and add them to the known ones."""
    changes: list[Change] = []
    for provider, ban in dict.fromkeys(pairs):
        if (provider.id, ban) in known:
            continue
        known[provider.id, ban] = row_id = new_id()
        values = {"provider_id": provider.id, "ban": ban}
        labels = {str(provider.id): provider.name}
        part = f"account {ban}"
        changes.append(created("billing_account", values, ref=provider.ref, part=part, labels=labels, row_id=row_id))
    return changes
