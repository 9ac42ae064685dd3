"""Writes of views, which are people's preferences: at once, and in the trail."""

from __future__ import annotations

from typing import Any

from netos_core.changes import audit
from netos_core.kernel.context import Context
from netos_core.kernel.db import new_id
from netos_core.views.model import SavedView

ENTITY = "saved_view"


def save(
    ctx: Context, known: SavedView | None, *, name: str, title: str, query: dict[str, Any], shared: bool
) -> SavedView:
    """Write a view, or replace what a known one asks."""
    view = known
    if view is None:
        view = SavedView(
            id=new_id(), list=name, name=title, query=query, owner_id=ctx.principal.person_id, shared=shared,
            created_at=ctx.now, updated_at=ctx.now,
        )  # fmt: skip
        ctx.session.add(view)
    else:
        view.name, view.query, view.updated_at = title, query, ctx.now
    ctx.session.flush()
    _note(ctx, "create" if known is None else "update", view)
    return view


def delete(ctx: Context, view: SavedView) -> None:
    """Take a view away."""
    ctx.session.delete(view)
    ctx.session.flush()
    _note(ctx, "retire", view)


def _note(ctx: Context, action: str, view: SavedView) -> None:
    """Tell the trail which view and which filters; never their values, which may be amounts."""
    told = {"list": view.list, "name": view.name, "shared": view.shared, "fields": sorted(view.query)}
    audit.record(ctx, action, entity=ENTITY, entity_id=view.id, ref=f"{view.list}/{view.name}".lower(), after=told)
