"""Customers: proposed, approved, audited, undone."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.kernel.errors import Conflict, Invalid, NetosError, NotFound
from netos_core.overview import operations as look
from netos_core.overview.schemas import GetOne
from tests.factories import (
    apply,
    approve,
    audit_of,
    counted_statements,
    make_ctx,
    make_customer,
    propose,
    row_of,
    rows_of,
    undo,
)


def test_sales_adds_a_customer_and_engineering_approves_it(session: Session) -> None:
    proposed = propose(make_ctx(session, Role.SALES), "customer", "create", name="Kosciusko  REMC", city="Warsaw")
    assert rows_of(session, "customer") == []
    approve(session, proposed)
    row = row_of(session, "customer", proposed.diff[0].ref)
    assert (row["name"], row["city"], row["stub"]) == ("Kosciusko REMC", "Warsaw", False)


def test_a_corrected_customer_is_audited_field_by_field_and_undone_exactly(session: Session) -> None:
    ref = make_customer(session, city="Warsaw", phone="1")
    ctx = make_ctx(session, Role.SALES)
    changed = apply(ctx, "customer", ref=ref, city="Elkhart", phone=None)
    assert [(f.field, f.old, f.new) for f in audit_of(session, ref)[0].fields] == [
        ("city", "Warsaw", "Elkhart"),
        ("phone", "1", None),
    ]
    undo(ctx, changed)
    row = row_of(session, "customer", ref)
    assert (row["city"], row["phone"], row["version"]) == ("Warsaw", "1", 3)


def test_a_customer_is_found_by_account_number(session: Session) -> None:
    ref = make_customer(session, account_number="A-77")
    assert propose(make_ctx(session, Role.SALES), "customer", ref="a-77", state="IN").diff[0].ref == ref


def test_two_customers_never_share_a_name(session: Session) -> None:
    make_customer(session, "Acme")
    other = make_customer(session, "Bolt")
    ctx = make_ctx(session, Role.ADMIN)
    with pytest.raises(Invalid, match=r"Acme .* already has that name"):
        propose(ctx, "customer", ref=other, name="ACME")
    with pytest.raises(Invalid, match="Another item"):
        propose(ctx, "customer", "create", items=[{"set": {"name": "Cog"}}, {"set": {"name": "cog"}}])
    assert propose(ctx, "customer", ref=other, name="BOLT").diff[0].new == "BOLT"


def test_a_retired_customers_name_is_free_again(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    old = make_customer(session, "Acme")
    retiring = apply(ctx, "customer", "retire", ref=old)
    new = make_customer(session, "Acme")
    assert new != old
    with pytest.raises(Conflict, match="Another customer already has that name"):
        undo(ctx, retiring)


def test_an_unknown_customer_is_answered_with_the_nearest(session: Session) -> None:
    make_customer(session, "Kosciusko REMC")
    with pytest.raises(NotFound) as refused:
        propose(make_ctx(session, Role.ADMIN), "customer", ref="Kosciusco", city="Warsaw")
    assert "Kosciusko REMC (CUS-" in (refused.value.fix or "")


@pytest.mark.parametrize(
    ("action", "fields", "field"),
    [
        ("create", {"city": "Warsaw"}, "name"),
        ("create", {"name": "Acme", "email": "acme"}, "set.email"),
        ("create", {"name": "Acme", "county": "Kosciusko"}, "set.county"),
        ("update", {"name": None}, "name"),
    ],
)
def test_a_wrong_customer_field_is_named(session: Session, action: str, fields: dict[str, str], field: str) -> None:
    ref = make_customer(session) if action == "update" else None
    with pytest.raises(NetosError) as refused:
        propose(make_ctx(session, Role.ADMIN), "customer", action, ref=ref, **fields)
    assert refused.value.field == field


def test_an_unknown_field_lists_the_valid_ones(session: Session) -> None:
    with pytest.raises(Invalid, match=r"“citi”. Did you mean city\?") as refused:
        propose(make_ctx(session, Role.ADMIN), "customer", "create", name="Acme", citi="Warsaw")
    assert refused.value.fix == "Valid: name, account_number, kind, email, phone, city, state."


def test_one_customer_asked_for_twice_is_refused(session: Session) -> None:
    ref = make_customer(session, "Acme")
    with pytest.raises(Conflict, match="twice"):
        propose(make_ctx(session, Role.ADMIN), "customer", "retire", items=[{"ref": ref}, {"ref": "acme"}])


def test_five_hundred_customers_take_a_handful_of_statements(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    apply(ctx, "customer", "create", items=[{"set": {"name": f"Subscriber {n}"}} for n in range(500)])
    items = [{"ref": row["ref"]} for row in rows_of(session, "customer")]
    with counted_statements(session) as sent:
        moved = propose(ctx, "customer", items=items, city="Goshen")
    assert len(sent) <= 25
    with counted_statements(session) as sent:
        approve(session, moved)
    assert len(sent) <= 40
    assert {row["city"] for row in rows_of(session, "customer")} == {"Goshen"}


def test_the_people_of_a_customer_come_change_and_leave_with_it(session: Session) -> None:
    admin = make_ctx(session, Role.ADMIN)
    customer = make_customer(session, "Riverbend")
    added = apply(admin, "customer_contact", "create", customer="Riverbend", name="Ana Ruiz", role="IT manager")
    assert added.risk == "medium"
    (contact,) = look.get_customer(admin, GetOne(ref=customer)).contacts
    apply(admin, "customer_contact", ref=contact.id, phone="317-555-0251")
    assert look.get_customer(admin, GetOne(ref=customer)).contacts[0].phone == "317-555-0251"
    gone = apply(admin, "customer", "retire", ref=customer)
    assert rows_of(session, "customer_contact")[0]["retired_at"] is not None
    undo(admin, gone)
    assert look.get_customer(admin, GetOne(ref=customer)).contacts[0].name == "Ana Ruiz"
