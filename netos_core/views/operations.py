"""Keep a way to look at a list, and find it again. Who saves or deletes is a signed-in person on a page."""

from __future__ import annotations

from netos_core.access.model import Person
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Conflict, Forbidden
from netos_core.kernel.operation import Effect, operation
from netos_core.people.queries import MANAGE
from netos_core.views import queries, records
from netos_core.views.schemas import DeleteView, ListViews, SavedViewLine, SaveView, ViewList

EVERYONE = "read:overview"


@operation(Effect.READ, right=EVERYONE)
def list_views(ctx: Context, request: ListViews) -> ViewList:
    """List saved views of lists, yours and shared ones, with the operation and the arguments each stands for."""
    return queries.list_views(ctx, request.list)


@operation(Effect.RUN, right=EVERYONE, page_only=True)
def save_view(ctx: Context, request: SaveView) -> SavedViewLine:
    """Keep the filters, order and columns of a list under a name, for yourself or for everybody."""
    kept = queries.checked(ctx, request.list, request.query)
    known = queries.find(ctx, request.list, request.name, shared=request.shared)
    if known is not None and known.owner_id != ctx.principal.person_id:
        raise Conflict("Somebody else shares a view of that name.", field="name", fix="Choose another name.")
    view = records.save(ctx, known, name=request.list, title=request.name, query=kept, shared=request.shared)
    return queries.line(ctx, view, ctx.session.get_one(Person, ctx.principal.person_id).name)


@operation(Effect.RUN, right=EVERYONE, page_only=True)
def delete_view(ctx: Context, request: DeleteView) -> ViewList:
    """Delete a view of yours, or a shared one where you manage people."""
    view = queries.find(ctx, request.list, request.name, shared=request.shared)
    if view is None:
        raise queries.ViewNotFound("There is no such view.", field="name", fix="list_views lists them.")
    if view.owner_id != ctx.principal.person_id and not ctx.principal.may(MANAGE):
        raise Forbidden("Only who made a shared view, or an admin, deletes it.", field="name", fix="Ask one of them.")
    records.delete(ctx, view)
    return queries.list_views(ctx, request.list)
