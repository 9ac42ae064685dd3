"""Sites, their tree and their costs: proposed, approved, audited, undone."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.kernel.context import Channel
from netos_core.kernel.errors import Conflict, Forbidden, Invalid, NetosError, NotFound
from tests.factories import (
    apply,
    approve,
    audit_of,
    counted_statements,
    make_ctx,
    make_customer,
    make_provider,
    make_site,
    propose,
    row_of,
    rows_of,
    undo,
)


def test_a_tower_stands_with_its_owner_its_customer_and_its_point(session: Session) -> None:
    make_provider(session, "Crown Castle")
    make_customer(session, "Kosciusko REMC")
    proposed = propose(
        make_ctx(session, Role.ENGINEERING),
        "site",
        "create",
        name="Warsaw North",
        kind="tower",
        provider="crown castle",
        customer="Kosciusko REMC",
        lon=-85.853,
        lat=41.238,
    )
    assert {d.field: d.new for d in proposed.diff} == {
        "name": "Warsaw North",
        "kind": "tower",
        "lon": -85.853,
        "lat": 41.238,
        "provider": "Crown Castle",
        "customer": "Kosciusko REMC",
    }
    approve(session, proposed)
    row = row_of(session, "site", proposed.diff[0].ref)
    assert (row["lon"], row["lat"]) == (-85.853, 41.238)


def test_a_site_is_an_endpoint_unless_it_is_called_infrastructure(session: Session) -> None:
    assert row_of(session, "site", make_site(session))["kind"] == "endpoint"


def test_a_moved_site_is_audited_with_names_and_undone_exactly(session: Session) -> None:
    ctx = make_ctx(session, Role.FIELD)
    old, new = make_site(session, "Old campus"), make_site(session, "New campus")
    ref = make_site(session, "Hut 7", parent=old, floor="1")
    moved = apply(ctx, "site", ref=ref, parent=new, floor=None)
    assert [(f.field, f.old, f.new) for f in audit_of(session, ref)[0].fields] == [
        ("floor", "1", None),
        ("parent", "Old campus", "New campus"),
    ]
    undo(ctx, moved)
    row = row_of(session, "site", ref)
    assert (row["parent_id"], row["floor"]) == (row_of(session, "site", old)["id"], "1")


def test_the_tree_of_sites_has_no_circle(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    campus = make_site(session, "Campus")
    hall = make_site(session, "Hall", parent=campus)
    cage = make_site(session, "Cage", parent=hall)
    for parent in (campus, hall, cage):
        with pytest.raises(Invalid, match=f"{campus} would be in itself") as refused:
            propose(ctx, "site", ref=campus, parent=parent)
        assert refused.value.field == "parent"
    turned = propose(
        ctx, "site", items=[{"ref": campus, "set": {"parent": cage}}, {"ref": hall, "set": {"parent": None}}]
    )
    approve(session, turned)
    assert row_of(session, "site", campus)["parent_id"] == row_of(session, "site", cage)["id"]


def test_a_circle_within_one_change_is_seen_too(session: Session) -> None:
    a, b = make_site(session), make_site(session)
    items = [{"ref": a, "set": {"parent": b}}, {"ref": b, "set": {"parent": a}}]
    with pytest.raises(Invalid, match="in itself"):
        propose(make_ctx(session, Role.ADMIN), "site", items=items)


def test_a_site_with_sites_under_it_is_retired_only_together_with_them(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    campus = make_site(session, "Campus")
    hall = make_site(session, "Hall", parent=campus)
    with pytest.raises(Conflict, match=hall):
        propose(ctx, "site", "retire", ref=campus)
    both = apply(ctx, "site", "retire", items=[{"ref": campus}, {"ref": hall}])
    assert all(row["retired_at"] for row in rows_of(session, "site"))
    undo(ctx, both)
    assert not any(row["retired_at"] for row in rows_of(session, "site"))


def test_half_a_point_is_no_point(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    ref = make_site(session, lon=-85.0, lat=41.0)
    with pytest.raises(Invalid, match="both lon and lat") as refused:
        propose(ctx, "site", ref=ref, lat=None)
    assert refused.value.field == "lat"
    with pytest.raises(Invalid, match="both lon and lat"):
        propose(ctx, "site", "create", name="Hut", lon=-85.0)
    apply(ctx, "site", ref=ref, lat=None, lon=None)
    assert row_of(session, "site", ref)["lon"] is None


@pytest.mark.parametrize(
    ("kind", "fields", "field"),
    [
        ("site", {"city": "Warsaw"}, "name"),
        ("site", {"name": "Hut", "kind": "cave"}, "set.kind"),
        ("site", {"name": "Hut", "lon": 181, "lat": 0}, "set.lon"),
        ("site", {"name": "Hut", "lon": 0, "lat": "NaN"}, "set.lat"),
        ("site", {"name": "Hut", "zip": "46580"}, "set.zip"),
        ("site_cost", {"site": "Hut 1", "kind": "rent", "cadence": "monthly"}, "amount"),
        ("site_cost", {"site": "Hut 1", "kind": "rent", "amount": "1.00"}, "cadence"),
        ("site_cost", {"kind": "rent", "amount": "1.00", "cadence": "monthly"}, "site"),
        ("site_cost", {"site": "Hut 1", "kind": "rent", "amount": "-1.00", "cadence": "monthly"}, "set.amount"),
        ("site_cost", {"site": "Hut 1", "kind": "rent", "amount": "1.005", "cadence": "monthly"}, "set.amount"),
        (
            "site_cost",
            {"site": "Hut 1", "kind": "rent", "amount": "1.00", "cadence": "monthly", "starts_on": "2026-02-01",
             "ends_on": "2026-01-31"},
            "ends_on",
        ),
    ],
)  # fmt: skip
def test_what_a_new_site_record_lacks_is_named(session: Session, kind: str, fields: dict[str, str], field: str) -> None:
    make_site(session, "Hut 1")
    with pytest.raises(NetosError) as refused:
        propose(make_ctx(session, Role.ADMIN), kind, "create", **fields)
    assert (refused.value.code, refused.value.field) == ("invalid_argument", field)


def test_an_unknown_kind_of_site_lists_the_nine(session: Session) -> None:
    with pytest.raises(Invalid) as refused:
        propose(make_ctx(session, Role.ADMIN), "site", "create", name="Hut", kind="cave")
    assert "'carrier_hotel'" in (refused.value.fix or "")


def test_an_external_id_is_used_once(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    make_site(session, "Hut 1", external_id="X-1")
    with pytest.raises(Invalid, match=r"Hut 1 .* already has that external id"):
        propose(ctx, "site", "create", name="Hut 2", external_id="X-1")
    items = [{"set": {"external_id": "X-2"}}, {"set": {"external_id": "X-2"}}]
    with pytest.raises(Invalid, match="Another item"):
        propose(ctx, "site", "create", items=items, name="Hut")


def test_a_name_two_sites_share_asks_for_the_ref(session: Session) -> None:
    for _ in range(2):
        make_site(session, "Main Street")
    with pytest.raises(Invalid, match="Several sites answer") as refused:
        propose(make_ctx(session, Role.ADMIN), "site", ref="main street", city="Warsaw")
    assert refused.value.code == "ambiguous"


def test_an_unknown_parent_is_answered_with_the_nearest(session: Session) -> None:
    make_site(session, "Warsaw North")
    with pytest.raises(NotFound) as refused:
        propose(make_ctx(session, Role.ADMIN), "site", "create", name="Hut", parent="Warsaw Nort")
    assert refused.value.field == "parent"
    assert "Warsaw North (SIT-" in (refused.value.fix or "")


def test_rent_is_money_for_finance_to_approve_and_shows_under_its_site(session: Session) -> None:
    ctx = make_ctx(session, Role.ENGINEERING)
    ref = make_site(session, "Warsaw North")
    proposed = propose(ctx, "site_cost", "create", site="warsaw north", kind="rent", amount="1250", cadence="annual")
    assert (proposed.diff[0].ref, proposed.diff[0].part, proposed.aspects) == (ref, "rent cost", ["money"])
    approve(session, proposed, make_ctx(session, Role.FINANCE, channel=Channel.PAGE))
    (row,) = rows_of(session, "site_cost")
    assert (row["amount"], row["currency"]) == (Decimal("1250.00"), "USD")


def test_a_noc_engineer_may_not_set_rent_and_sees_none_in_a_retirement(session: Session) -> None:
    ref = make_site(session, "Warsaw North")
    apply(
        make_ctx(session, Role.FINANCE), "site_cost", "create", site=ref, kind="rent", amount="1250", cadence="annual"
    )
    noc = make_ctx(session, Role.NOC)
    with pytest.raises(Forbidden, match="money"):
        propose(noc, "site_cost", "create", site=ref, kind="power", amount="9", cadence="monthly")
    retiring = propose(noc, "site", "retire", ref=ref)
    assert "1250" not in retiring.model_dump_json()
    assert "1250" in propose(make_ctx(session, Role.ADMIN), "site", "retire", ref=ref).model_dump_json()


def test_retiring_a_site_ends_its_costs_and_undo_brings_both_back(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    ref = make_site(session)
    apply(ctx, "site_cost", "create", site=ref, kind="rent", amount="10", cadence="monthly")
    retiring = apply(ctx, "site", "retire", ref=ref)
    assert rows_of(session, "site_cost")[0]["retired_at"] is not None
    undo(ctx, retiring)
    assert rows_of(session, "site_cost")[0]["retired_at"] is None


def test_a_cost_is_corrected_by_its_id(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    ref, other = make_site(session, "Hut 1"), make_site(session, "Hut 2")
    apply(ctx, "site_cost", "create", site=ref, kind="power", amount="10", cadence="monthly", starts_on="2026-03-01")
    cost = str(rows_of(session, "site_cost")[0]["id"])
    changed = apply(ctx, "site_cost", ref=cost, amount="12.50", site=other)
    assert [(d.ref, d.field, d.old, d.new) for d in changed.diff] == [
        (ref, "amount", "10.00", "12.50"),
        (ref, "site", "Hut 1", "Hut 2"),
    ]
    with pytest.raises(Invalid, match="ends before it starts"):
        propose(ctx, "site_cost", ref=cost, ends_on="2026-02-01")
    with pytest.raises(Invalid, match="without its amount"):
        propose(ctx, "site_cost", ref=cost, amount=None)
    with pytest.raises(NotFound, match="No site cost has that id"):
        propose(ctx, "site_cost", "retire", ref=ref)


def test_five_hundred_sites_take_a_handful_of_statements(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    campus = make_site(session, "Campus")
    make_provider(session, "Crown Castle")
    items = [{"set": {"name": f"Hut {n}", "external_id": f"H{n}", "parent": campus}} for n in range(500)]
    with counted_statements(session) as sent:
        proposed = propose(ctx, "site", "create", items=items, kind="tower", provider="Crown Castle")
    assert len(sent) <= 40
    with counted_statements(session) as sent:
        approve(session, proposed)
    assert len(sent) <= 40
    huts = [{"ref": row["ref"]} for row in rows_of(session, "site", kind="tower")]
    with counted_statements(session) as sent:
        moved = propose(ctx, "site", items=huts, parent=None, market="North")
    assert len(sent) <= 40
    assert moved.changes_total == 500
