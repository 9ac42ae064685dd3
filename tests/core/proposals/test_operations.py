"""The one way in: what may be asked, how it is titled, and how a stale wish is planned anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import get_args

import pytest
from pydantic import ValidationError
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.changes.operations import get_change, reject_change, undo_change
from netos_core.changes.plans import Wanted
from netos_core.changes.records import save_proposal
from netos_core.changes.rules import Action, ChangeSet
from netos_core.changes.schemas import Decide, GetChange, Undo
from netos_core.kernel.context import Channel
from netos_core.kernel.errors import Conflict, Forbidden, Invalid, NetosError
from netos_core.proposals.operations import rebase_change
from netos_core.proposals.plans import KINDS
from netos_core.proposals.schemas import KindName, ProposeChange, Rebase
from netos_core.providers import plans as providers
from netos_core.providers.schemas import ProviderEdit
from netos_core.sites import plans as sites
from netos_core.sites.schemas import SiteEdit
from tests.factories import (
    AGENT,
    NOW,
    POLICY,
    apply,
    approve,
    approver,
    make_circuit,
    make_ctx,
    make_provider,
    propose,
    row_of,
    rows_of,
)


def test_every_kind_that_may_be_named_is_planned() -> None:
    assert set(get_args(KindName)) == set(KINDS)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_an_unknown_field_lists_the_valid_ones_of_its_kind(session: Session, kind: str) -> None:
    with pytest.raises(Invalid, match="There is no field “colour”") as refused:
        propose(make_ctx(session, Role.ADMIN), kind, "create", colour="red")
    assert refused.value.field == "set.colour"
    assert refused.value.fix == f"Valid: {', '.join(KINDS[kind].edit.model_fields)}."


def test_a_long_unknown_field_is_not_echoed_whole(session: Session) -> None:
    with pytest.raises(Invalid) as refused:
        propose(make_ctx(session, Role.ADMIN), "circuit", "create", **{"x" * 400: 1})
    assert len(refused.value.message) < 120


def test_text_the_database_can_not_hold_is_refused_at_the_door() -> None:
    for wish in ({"reason": "nu\0l"}, {"set": {"name": "nu\0l"}}, {"items": [{"set": {"name": ["nu\0l"]}}]}):
        with pytest.raises(ValidationError, match="NUL"):
            ProposeChange.model_validate({"kind": "provider", "reason": "because", **wish})


def test_a_change_names_its_record_and_a_new_one_does_not(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    for action, wish, field in (
        ("update", {"name": "X"}, "ref"),
        ("retire", {}, "ref"),
        ("create", {"ref": "PRV-1", "name": "X"}, "ref"),
        ("update", {"items": [{"ref": "PRV-1"}, {}]}, "items.1.ref"),
        ("update", {"items": [{"set": {"name": "X"}}]}, "items.0.ref"),
        ("update", {"ref": "PRV-1", "items": [{"ref": "PRV-1"}]}, "ref"),
    ):
        with pytest.raises(NetosError) as refused:
            propose(ctx, "provider", action, **wish)
        assert refused.value.field == field


def test_asking_for_what_already_is_so_is_said(session: Session) -> None:
    ref = make_circuit(session, mrc="1200.00")
    with pytest.raises(Invalid, match="Nothing would change"):
        propose(make_ctx(session, Role.ADMIN), "circuit", ref=ref, mrc=1200)


@pytest.mark.parametrize(
    ("action", "fields", "title"),
    [
        ("update", {"market": "North"}, "Set market of {}"),
        ("update", {"mrc": "1", "nrc": "2", "market": "N", "ban": None}, "Set BAN, market, MRC and 1 more of {}"),
        ("retire", {}, "Retire {}"),
    ],
)  # fmt: skip
def test_a_proposal_is_titled_by_what_it_does(
    session: Session, action: str, fields: dict[str, str], title: str
) -> None:
    ref = make_circuit(session)
    assert propose(make_ctx(session, Role.ADMIN), "circuit", action, ref=ref, **fields).title == title.format(ref)


def test_a_bulk_proposal_is_titled_by_its_number_and_weighs_more(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    proposed = propose(ctx, "customer", "create", items=[{"set": {"name": f"Subscriber {n}"}} for n in range(26)])
    assert proposed.title == "Add 26 customers"
    assert proposed.aspects == ["attribute", "bulk"]


def test_asking_twice_finds_the_proposal_already_made(session: Session) -> None:
    ref = make_circuit(session)
    ctx = make_ctx(session, Role.ADMIN)
    first, again = (propose(ctx, "circuit", ref=ref, market="North") for _ in range(2))
    assert first.change_id == again.change_id
    new, same = (propose(ctx, "provider", "create", name="Zayo") for _ in range(2))
    assert new.change_id == same.change_id


def test_shared_fields_go_for_every_item_and_its_own_win(session: Session) -> None:
    a, b = make_circuit(session), make_circuit(session)
    items = [{"ref": a}, {"ref": b, "set": {"market": "South"}}]
    apply(make_ctx(session, Role.ADMIN), "circuit", items=items, market="North")
    assert [row_of(session, "circuit", ref)["market"] for ref in (a, b)] == ["North", "South"]


def test_a_stale_wish_is_planned_anew_on_the_current_values(session: Session) -> None:
    ref = make_circuit(session, mrc="1200.00")
    ctx = make_ctx(session, Role.FINANCE)
    late = propose(ctx, "circuit", ref=ref, mrc="1300.00")
    apply(ctx, "circuit", ref=ref, mrc="1250.00")
    anew = rebase_change(ctx, Rebase(change_id=late.change_id))
    assert [(d.old, d.new) for d in anew.diff] == [("1250.00", "1300.00")]
    assert get_change(ctx, GetChange(change_id=late.change_id)).status == "superseded"
    approve(session, anew)
    with pytest.raises(Conflict, match="can not be planned anew"):
        rebase_change(ctx, Rebase(change_id=late.change_id))


def test_the_proposer_never_approves_their_own_price(session: Session) -> None:
    ref = make_circuit(session)
    proposed = propose(make_ctx(session, Role.FINANCE, agent=AGENT), "circuit", ref=ref, mrc="1.00")
    with pytest.raises(Forbidden, match="second person"):
        approve(session, proposed, make_ctx(session, Role.FINANCE, channel=Channel.PAGE))
    with pytest.raises(Forbidden, match="on a page of NetOS"):
        approve(session, proposed, make_ctx(session, Role.EXEC))


def test_what_was_declined_or_expired_is_never_written(session: Session) -> None:
    ref = make_circuit(session)
    ctx = make_ctx(session, Role.ADMIN)
    declined = propose(ctx, "circuit", ref=ref, market="North")
    reject_change(approver(session), Decide(change_id=declined.change_id, digest=declined.digest, comment=None))
    with pytest.raises(NetosError) as refused:
        approve(session, declined)
    assert refused.value.code == "declined"
    expired = propose(ctx, "circuit", ref=ref, market="South")
    with pytest.raises(NetosError) as refused:
        approve(session, expired, approver(session, now=NOW + timedelta(days=15)))
    assert refused.value.code == "expired"
    assert row_of(session, "circuit", ref)["market"] is None


def test_an_undo_that_expired_unapproved_makes_room_for_another(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    made = apply(ctx, "provider", "create", name="Zayo")
    first = undo_change(ctx, Undo(change_id=made.change_id, reason="made twice"))
    assert undo_change(ctx, Undo(change_id=made.change_id, reason="made twice")).change_id == first.change_id
    with pytest.raises(Conflict, match=f"{first.change_id} already asks to undo"):
        undo_change(make_ctx(session, Role.FINANCE), Undo(change_id=made.change_id, reason="made twice"))
    later = replace(ctx, now=NOW + timedelta(days=15))
    again = undo_change(later, Undo(change_id=made.change_id, reason="made twice"))
    assert again.change_id != first.change_id
    assert get_change(later, GetChange(change_id=first.change_id)).status == "expired"


def test_a_name_set_free_is_taken_by_a_new_record_in_the_same_commit(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    ref = make_provider(session, "Level 3")
    wishes = (
        Wanted(Action.UPDATE, ref, ProviderEdit(name="Lumen")),
        Wanted(Action.CREATE, None, ProviderEdit(name="Zayo")),
    )
    renamed, made = providers.plan(ctx, wishes)
    made = replace(made, after={**made.after, "name": "Level 3"})
    saved = save_proposal(ctx, ChangeSet("Rename and replace", (made, renamed)), reason="replaced", source={})
    approve(session, get_change(ctx, GetChange(change_id=saved.ref)))
    assert [row["name"] for row in rows_of(session, "provider", retired_at=None)] == ["Lumen", "Level 3"]


def test_a_site_and_the_site_it_is_in_are_created_in_one_commit(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    new = [Wanted(Action.CREATE, None, SiteEdit(name=name)) for name in ("Cage", "Campus")]
    cage, campus = sites.plan(ctx, new)
    cage = replace(cage, after={**cage.after, "address": "1 Main St", "parent_id": str(campus.id)})
    saved = save_proposal(ctx, ChangeSet("Add a campus", (cage, campus)), reason="built", source={})
    approve(session, get_change(ctx, GetChange(change_id=saved.ref)))
    (stored,) = rows_of(session, "site", id=cage.id)
    assert stored["parent_id"] == campus.id


def test_a_change_that_needs_two_people_waits_for_the_second(session: Session) -> None:
    strict = replace(POLICY, second_approval_from=Decimal(1000))
    ref = make_circuit(session, mrc="1000.00", provider=make_provider(session))
    proposed = propose(make_ctx(session, Role.FINANCE, policy=strict), "circuit", ref=ref, mrc="2500.00")
    assert proposed.people_needed == 2
    assert approve(session, proposed).status == "open"
    second = make_ctx(session, Role.FINANCE, channel=Channel.PAGE, name="Fay Finance")
    assert approve(session, proposed, second).status == "committed"
