"""Saved views above a list: the tabs, the form that keeps one, and the button that deletes it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams
from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.kernel.errors import Invalid
from netos_core.views.operations import delete_view, list_views, save_view
from netos_core.views.schemas import DeleteView, ListViews, SavedViewLine, SaveView
from web_min import asked
from web_min.pages.find import page_of
from web_min.site import Site, Visit, post
from web_min.table import Spec, read

MOST_LETTERS = 4000


@dataclass(frozen=True, slots=True)
class Tab:
    """A saved view as a tab: where it leads, and whether the list stands so now."""

    view: SavedViewLine
    href: str
    current: bool


def list_of(path: str) -> str:
    """Return what views call the list of a page: /network/bgp is `bgp`."""
    return path.rsplit("/", 1)[-1]


def tabs(visit: Visit, spec: Spec, kept: Iterable[tuple[str, str]]) -> list[Tab]:
    """Return the saved views of a list as its reader may use them."""
    if not visit.may("read:overview"):
        return []
    now = sorted(kept)
    made = []
    for view in visit.call(list_views, ListViews.model_validate({"list": list_of(spec.path)})).views:
        pairs = pairs_of(view.query)
        made.append(Tab(view, asked.address(spec.path, pairs), not view.problem and sorted(pairs) == now))
    return made


def listed(
    visit: Visit, spec: Spec, chosen: Sequence[tuple[str, str]], template: str = "list.html", **more: Any
) -> Response:
    """Show a list under its tabs: the chosen views of the house and the saved ones.

    Args:
        visit: The call.
        spec: The list.
        chosen: Words of each view of the house and its filters as they stand in an address.
        template: What extends the list.
        more: What else its template shows; `add` and `selects` are nothing where they are not named.
    """
    sheet = read(visit, spec)
    return visit.page(
        template,
        sheet=sheet,
        views=chosen,
        saved=tabs(visit, spec, sheet.kept),
        view_query=visit.request.url.query,
        page_of=page_of,
        **{"add": None, "selects": None, **more},
    )


def pairs_of(query: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Write the arguments of a list as its address has them."""
    pairs = []
    for name, value in query.items():
        many = value if isinstance(value, list) else [value]
        pairs += [(name, one if isinstance(one, str) else json.dumps(one)) for one in many]
    return pairs


def routes(site: Site, specs: Iterable[Spec]) -> list[BaseRoute]:
    """Return the two forms; each knows the lists by their paths."""
    by_path = {spec.path: spec for spec in specs}

    def chosen(visit: Visit) -> Spec:
        spec = by_path.get(visit.text("path"))
        if spec is None:
            raise Invalid("Which list?", field="path", fix="Open the list and save its view there.")
        return spec

    def save(visit: Visit) -> Response:
        spec = chosen(visit)
        model = spec.operation.request
        pairs = asked.given(QueryParams(visit.text("query")[:MOST_LETTERS]), asked.filters_of(model))
        query = asked.values_of(model, [pair for pair in pairs if pair[0] not in asked.PAGING])
        wish = {"list": list_of(spec.path), "name": visit.text("name"), "shared": bool(visit.text("shared"))}
        saved = visit.call(save_view, asked.validated(SaveView, {**wish, "query": query}))
        return visit.go(asked.address(spec.path, pairs_of(saved.query)))

    def delete(visit: Visit) -> Response:
        spec = chosen(visit)
        wish = {"list": list_of(spec.path), "name": visit.text("name"), "shared": bool(visit.text("shared"))}
        visit.call(delete_view, asked.validated(DeleteView, wish))
        return visit.go(spec.path)

    return [post(site, "/views", save, "save_view"), post(site, "/views/delete", delete, "delete_view")]
