"""Saved views: whose they are, what they may ask, and what the trail tells of them."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.catalogue import BY_NAME
from netos_core.kernel.context import Channel, Context
from netos_core.kernel.errors import Conflict, Forbidden, Invalid, NetosError, NotFound
from netos_core.kernel.operation import PageOnly
from netos_core.views.model import SavedView
from netos_core.views.operations import delete_view, list_views, save_view
from netos_core.views.queries import LISTS
from netos_core.views.schemas import DeleteView, ListName, ListViews, SavedViewLine, SaveView
from tests.factories import audit_of, make_ctx


def page(session: Session, role: Role = Role.SALES) -> Context:
    return make_ctx(session, role, channel=Channel.PAGE)


def save(
    ctx: Context, name: str = "Ohio", *, shared: bool = False, of: str = "circuits", **query: Any
) -> SavedViewLine:
    return save_view(ctx, SaveView.model_validate({"list": of, "name": name, "query": query, "shared": shared}))


def names(ctx: Context, of: str | None = None) -> list[str]:
    return [view.name for view in list_views(ctx, ListViews.model_validate({"list": of})).views]


def delete(ctx: Context, name: str = "Ohio", *, shared: bool = False) -> None:
    delete_view(ctx, DeleteView(list="circuits", name=name, shared=shared))


def test_every_list_with_views_is_an_operation_of_the_catalogue() -> None:
    assert set(LISTS) == set(ListName.__args__)
    for source in LISTS.values():
        operation = BY_NAME[source.operation]
        assert (operation.request, operation.view, operation.right) == (source.request, source.listing, source.right)


def test_a_view_is_kept_as_the_arguments_of_its_list(session: Session) -> None:
    sales = page(session)
    kept = save(sales, state="OH", service_type=["dia"], sort="-mrc", fields=["ref", "mrc"], min_mrc="100.50")
    assert kept.operation == "search_circuits"
    assert kept.query == {
        "state": "OH", "service_type": ["dia"], "sort": "-mrc", "fields": ["ref", "mrc"], "min_mrc": "100.50"
    }  # fmt: skip
    LISTS["circuits"].request.model_validate(kept.query)


def test_an_own_view_is_seen_by_nobody_else_and_replaced_under_its_name(session: Session) -> None:
    sales, noc = page(session), page(session, Role.NOC)
    save(sales, state="OH")
    save(sales, "ohio", state="IN")
    save(noc, state="KY")
    assert [(v.name, v.query) for v in list_views(sales, ListViews(list=None)).views] == [("ohio", {"state": "IN"})]
    assert names(noc) == ["Ohio"]


def test_a_shared_view_is_everybodys_and_its_name_is_taken(session: Session) -> None:
    save(page(session), shared=True, state="OH")
    assert names(page(session, Role.NOC), "circuits") == ["Ohio"]
    assert names(page(session, Role.NOC), "sites") == []
    with pytest.raises(Conflict):
        save(page(session, Role.NOC), "OHIO", shared=True)


def test_only_its_maker_or_an_admin_deletes_a_shared_view(session: Session) -> None:
    save(page(session), shared=True)
    with pytest.raises(Forbidden):
        delete(page(session, Role.NOC), shared=True)
    with pytest.raises(NotFound):
        delete(page(session, Role.NOC))
    delete(page(session, Role.ADMIN), shared=True)
    assert names(page(session)) == []


@pytest.mark.parametrize(
    ("query", "refusal", "told"),
    [
        ({"colour": "red"}, Invalid, "colour"),
        ({"cursor": "x"}, Invalid, "keeps no cursor"),
        ({"limit": 5}, Invalid, "keeps no limit"),
        ({"status": ["green"]}, Invalid, "green"),
        ({"sort": "colour"}, Invalid, "colour"),
        ({"fields": ["colour"]}, Invalid, "colour"),
        ({"provider": "Nobody"}, NotFound, "provider"),
        ({"near": "Nowhere", "radius_km": 5}, NotFound, "site"),
    ],
)
def test_what_the_list_would_refuse_is_not_kept(
    session: Session, query: dict[str, Any], refusal: type[NetosError], told: str
) -> None:
    with pytest.raises(refusal, match=told):
        save(page(session), **query)


def test_who_does_not_see_amounts_saves_no_view_by_them(session: Session) -> None:
    with pytest.raises(Forbidden):
        save(page(session, Role.NOC), min_mrc="1")


def test_a_view_by_amounts_keeps_them_back_from_who_may_not_see_them(session: Session) -> None:
    save(page(session, Role.FINANCE), "Dear", shared=True, min_mrc="9000", sort="-mrc")
    (seen,) = list_views(page(session, Role.NOC), ListViews(list=None)).views
    assert seen.query == {}
    assert seen.problem == "It filters or sorts by min_mrc, sort, which your roles do not show."


def test_a_view_of_an_earlier_release_says_that_it_no_longer_fits(session: Session) -> None:
    save(page(session), state="OH")
    session.query(SavedView).one().query = {"shape": "round"}
    session.flush()
    (seen,) = list_views(page(session), ListViews(list=None)).views
    assert str(seen.problem).startswith("It no longer fits its list:")


def test_no_agent_saves_or_deletes_a_view(session: Session) -> None:
    agent = make_ctx(session, Role.SALES, "claude")
    with pytest.raises(PageOnly):
        save(agent)
    with pytest.raises(PageOnly):
        delete(agent)
    assert names(agent) == []


def test_the_trail_names_the_filters_and_no_value(session: Session) -> None:
    finance = page(session, Role.FINANCE)
    save(finance, "Dear", min_mrc="9000")
    save(finance, "Dear", min_mrc="8000")
    delete(finance, "Dear")
    entries = audit_of(session, "circuits/dear")
    assert [entry.action for entry in entries] == ["retire", "update", "create"]
    assert "min_mrc" in str(entries)
    assert "9000" not in str(entries)


def test_a_name_has_letters(session: Session) -> None:
    with pytest.raises(ValidationError):
        save(page(session), "  ")
