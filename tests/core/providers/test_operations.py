"""Providers and what hangs on them: proposed, approved, audited, undone."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.kernel.errors import Conflict, Forbidden, Invalid, NetosError, NotFound
from netos_core.overview import operations as look
from netos_core.overview.schemas import GetOne, SearchCircuits
from tests.factories import (
    AGENT,
    apply,
    approve,
    audit_of,
    counted_statements,
    make_circuit,
    make_ctx,
    make_provider,
    propose,
    row_of,
    rows_of,
    undo,
)


def test_a_new_carrier_is_on_file_only_after_a_person_approved_it(session: Session) -> None:
    ctx = make_ctx(session, Role.ENGINEERING, agent=AGENT)
    proposed = propose(ctx, "provider", "create", name="Zayo  Group", noc_phone="+1 866 236 2824")
    assert rows_of(session, "provider") == []
    assert [(d.field, d.new) for d in proposed.diff] == [("name", "Zayo Group"), ("noc_phone", "+1 866 236 2824")]
    assert proposed.risk == "medium"
    approve(session, proposed)
    assert row_of(session, "provider", proposed.diff[0].ref)["name"] == "Zayo Group"


def test_the_trail_of_a_carrier_tells_who_asked_who_approved_and_why(session: Session) -> None:
    ref = make_provider(session, "Cogent")
    ctx = make_ctx(session, Role.ENGINEERING, agent=AGENT)
    apply(ctx, "provider", ref=ref, noc_email="noc@cogent.example")
    entry = audit_of(session, ref)[0]
    assert (entry.person, entry.proposed_by, entry.agent) == ("Erin Exec", "Engineering Person", AGENT)
    assert entry.reason == "asked in a test"
    assert [(f.field, f.old, f.new) for f in entry.fields] == [("noc_email", None, "noc@cogent.example")]


def test_undoing_a_new_carrier_retires_it_and_undoing_that_brings_it_back(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    made = apply(ctx, "provider", "create", name="Windstream")
    turned = undo(ctx, made)
    assert row_of(session, "provider", made.diff[0].ref)["retired_at"] is not None
    undo(ctx, turned)
    assert row_of(session, "provider", made.diff[0].ref)["retired_at"] is None


def test_a_change_that_was_undone_can_not_be_undone_again(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    made = apply(ctx, "provider", "create", name="Windstream")
    undo(ctx, made)
    with pytest.raises(Conflict, match="already undone"):
        undo(ctx, made)


def test_a_rename_may_not_take_the_name_of_another_carrier(session: Session) -> None:
    make_provider(session, "Lumen")
    ref = make_provider(session, "Level 3")
    with pytest.raises(Invalid, match=r"Lumen .* already has that name") as refused:
        propose(make_ctx(session, Role.ADMIN), "provider", ref=ref, name="LUMEN")
    assert refused.value.field == "name"


def test_a_rename_may_not_take_what_another_carrier_goes_by(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    lumen = make_provider(session, "Lumen")
    apply(ctx, "alias", "create", provider=lumen, alias="CenturyLink", kind="former")
    with pytest.raises(Invalid, match="goes by it"):
        propose(ctx, "provider", "create", name="centurylink")
    renamed = apply(ctx, "provider", ref=lumen, name="CenturyLink")
    assert renamed.diff[0].new == "CenturyLink"


def test_two_new_carriers_of_one_name_are_refused_before_anyone_is_asked(session: Session) -> None:
    items = [{"set": {"name": "Everstream"}}, {"set": {"name": "everstream"}}]
    with pytest.raises(Invalid, match="Another item of this change"):
        propose(make_ctx(session, Role.ADMIN), "provider", "create", items=items)


def test_a_carrier_is_found_by_any_of_its_names(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    ref = make_provider(session, "Lumen", legal_name="Lumen Technologies, Inc.")
    apply(ctx, "alias", "create", provider="lumen technologies, inc.", alias="Level 3", kind="brand")
    assert propose(ctx, "provider", ref="level 3", asn=3356).diff[0].ref == ref


def test_a_carrier_is_found_by_a_name_but_for_its_legal_form_unless_that_is_anothers(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    ref = make_provider(session, "Lumen", legal_name="Lumen Technologies, Inc.")
    assert propose(ctx, "provider", ref="LUMEN TECHNOLOGIES L.L.C.", asn=3356).diff[0].ref == ref
    other = make_provider(session, "Lumen LLC")
    assert propose(ctx, "provider", ref="lumen llc", asn=209).diff[0].ref == other, "its very name comes first"
    with pytest.raises(NetosError) as refused:
        propose(ctx, "provider", ref="Lumen Corp", asn=1)
    assert refused.value.code == "ambiguous"
    assert ref in refused.value.message
    assert other in refused.value.message


def test_an_alias_and_the_legal_name_of_another_are_two_answers(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    level3, lumen = make_provider(session, "L3", legal_name="Level 3, LLC"), make_provider(session, "Lumen")
    apply(ctx, "alias", "create", provider=lumen, alias="Level 3, LLC", kind="legal")
    with pytest.raises(NetosError, match=rf"L3 \({level3}\).*Lumen \({lumen}\)"):
        propose(ctx, "provider", ref="level 3, llc", asn=1)


def test_an_unknown_carrier_is_answered_with_the_nearest(session: Session) -> None:
    make_provider(session, "Lumen")
    with pytest.raises(NotFound) as refused:
        propose(make_ctx(session, Role.ADMIN), "contact", "create", provider="Lumin", kind="noc", name="NOC")
    assert "Lumen (PRV-" in (refused.value.fix or "")
    assert refused.value.field == "provider"


def test_successors_may_form_a_chain_and_never_a_circle(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    lumen, century, qwest = (make_provider(session, name) for name in ("Lumen", "CenturyLink", "Qwest"))
    apply(ctx, "provider", ref=qwest, successor="CenturyLink", succeeded_on="2011-04-01")
    apply(ctx, "provider", ref=century, successor="Lumen")
    for ref in (lumen, qwest):
        with pytest.raises(Invalid, match="own successor"):
            propose(ctx, "provider", ref=lumen, successor=ref)


def test_a_circle_of_successors_within_one_change_is_seen_too(session: Session) -> None:
    a, b = make_provider(session), make_provider(session)
    items = [{"ref": a, "set": {"successor": b}}, {"ref": b, "set": {"successor": a}}]
    with pytest.raises(Invalid, match="own successor"):
        propose(make_ctx(session, Role.ADMIN), "provider", items=items)


def test_the_day_of_a_takeover_needs_the_carrier_that_took_over(session: Session) -> None:
    ref = make_provider(session)
    with pytest.raises(Invalid) as refused:
        propose(make_ctx(session, Role.ADMIN), "provider", ref=ref, succeeded_on="2020-01-01")
    assert refused.value.field == "succeeded_on"


def test_retiring_a_carrier_takes_its_names_contacts_and_accounts_along_and_undo_restores_them(
    session: Session,
) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    ref = make_provider(session, "Lumen")
    apply(ctx, "alias", "create", provider=ref, alias="Level 3", kind="brand")
    apply(ctx, "contact", "create", provider=ref, kind="escalation", level=1, name="Jane Roe")
    apply(ctx, "billing_account", "create", provider=ref, ban="5-ABC-9")
    proposed = propose(ctx, "provider", "retire", ref=ref)
    assert [d.part for d in proposed.diff] == ["alias Level 3", "contact Jane Roe", "account 5-ABC-9", ""]
    assert proposed.aspects == ["delete"]
    approve(session, proposed)
    parts = ("provider", "provider_alias", "provider_contact", "billing_account")
    assert all(row["retired_at"] for part in parts for row in rows_of(session, part))
    undo(ctx, proposed)
    assert not any(row["retired_at"] for part in parts for row in rows_of(session, part))


def test_a_carrier_others_were_taken_over_by_is_not_retired(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    lumen = make_provider(session, "Lumen")
    qwest = make_provider(session, "Qwest", successor="Lumen")
    with pytest.raises(Conflict, match=qwest):
        propose(ctx, "provider", "retire", ref=lumen)
    both = propose(ctx, "provider", "retire", items=[{"ref": lumen}, {"ref": qwest}])
    assert both.changes_total == 2


def test_one_carrier_asked_for_twice_is_refused(session: Session) -> None:
    ref = make_provider(session, "Lumen")
    items = [{"ref": ref, "set": {"asn": 1}}, {"ref": "lumen", "set": {"asn": 2}}]
    with pytest.raises(Conflict, match="twice"):
        propose(make_ctx(session, Role.ADMIN), "provider", items=items)


def test_bank_details_are_proposed_and_seen_only_by_those_who_may(session: Session) -> None:
    ref = make_provider(session)
    with pytest.raises(Forbidden, match="bank"):
        propose(make_ctx(session, Role.ENGINEERING), "provider", ref=ref, bank_account="000123")
    apply(make_ctx(session, Role.FINANCE), "provider", ref=ref, bank_account="000123")
    (line,) = audit_of(session, ref)[0].fields
    assert line.new == "000123"


def test_a_contact_is_corrected_and_retired_by_its_id_under_the_ref_of_its_carrier(session: Session) -> None:
    ctx = make_ctx(session, Role.NOC)
    ref = make_provider(session, "Lumen")
    made = apply(ctx, "contact", "create", provider="Lumen", kind="noc", name="NOC", phone="1")
    assert (made.diff[0].ref, made.diff[0].part, made.aspects) == (ref, "contact NOC", ["contact"])
    (row,) = rows_of(session, "provider_contact")
    changed = apply(ctx, "contact", ref=str(row["id"]), phone="2")
    assert [(d.part, d.old, d.new) for d in changed.diff] == [("contact NOC", "1", "2")]
    apply(ctx, "contact", "retire", ref=str(row["id"]))
    assert rows_of(session, "provider_contact")[0]["retired_at"] is not None
    assert {e.part for e in audit_of(session, ref)} >= {"contact NOC"}


@pytest.mark.parametrize("ref", ["PRV-1001", "0198c2a0-0000-7000-8000-000000000000"])
def test_a_contact_no_one_knows_is_not_found(session: Session, ref: str) -> None:
    with pytest.raises(NotFound, match="No contact has that id"):
        propose(make_ctx(session, Role.ADMIN), "contact", ref=ref, phone="2")


def test_an_alias_belongs_to_one_carrier(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    make_provider(session, "Lumen")
    make_provider(session, "Zayo")
    apply(ctx, "alias", "create", provider="Lumen", alias="Level 3", kind="brand")
    for provider, alias in (("Zayo", "level 3"), ("Lumen", "LEVEL 3"), ("Zayo", "Lumen")):
        with pytest.raises(Invalid, match="already has that name") as refused:
            propose(ctx, "alias", "create", provider=provider, alias=alias, kind="brand")
        assert refused.value.field == "alias"


def test_an_alias_may_move_to_the_right_carrier_while_an_account_stays(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    lumen, zayo = make_provider(session, "Lumen"), make_provider(session, "Zayo")
    apply(ctx, "alias", "create", provider=lumen, alias="AboveNet", kind="former")
    apply(ctx, "billing_account", "create", provider=lumen, ban="77")
    (alias,), (account,) = rows_of(session, "provider_alias"), rows_of(session, "billing_account")
    moved = apply(ctx, "alias", ref=str(alias["id"]), provider=zayo)
    assert [(d.field, d.old, d.new) for d in moved.diff] == [("provider", "Lumen", "Zayo")]
    with pytest.raises(Invalid, match="stays with its provider"):
        propose(ctx, "billing_account", ref=str(account["id"]), provider=zayo)


def test_a_ban_is_unique_with_its_carrier_only(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    lumen, zayo = make_provider(session, "Lumen"), make_provider(session, "Zayo")
    apply(ctx, "billing_account", "create", provider=lumen, ban="77")
    apply(ctx, "billing_account", "create", provider=zayo, ban="77")
    with pytest.raises(Invalid, match="already has an account"):
        propose(ctx, "billing_account", "create", provider=zayo, ban="77")


@pytest.mark.parametrize(
    ("kind", "fields", "field"),
    [
        ("provider", {}, "name"),
        ("provider", {"name": " "}, "set.name"),
        ("provider", {"name": "X", "website": "javascript:alert(1)"}, "set.website"),
        ("provider", {"name": "X", "noc_email": "nobody"}, "set.noc_email"),
        ("provider", {"name": "X", "asn": 0}, "set.asn"),
        ("provider", {"name": "X", "nock_phone": "1"}, "set.nock_phone"),
        ("alias", {"provider": "Lumen", "alias": "L3"}, "kind"),
        ("alias", {"alias": "L3", "kind": "brand"}, "provider"),
        ("alias", {"provider": "Lumen", "alias": "L3", "kind": "nickname"}, "set.kind"),
        ("alias", {"provider": "Lumen", "alias": "@lumen", "kind": "mail_domain"}, "alias"),
        ("contact", {"provider": "Lumen", "kind": "noc"}, "name"),
        ("billing_account", {"provider": "Lumen"}, "ban"),
    ],
)
def test_what_a_new_provider_record_lacks_is_named(
    session: Session, kind: str, fields: dict[str, str], field: str
) -> None:
    make_provider(session, "Lumen")
    with pytest.raises(NetosError) as refused:
        propose(make_ctx(session, Role.ADMIN), kind, "create", **fields)
    assert (refused.value.code, refused.value.field) == ("invalid_argument", field)


def test_a_name_can_not_be_cleared(session: Session) -> None:
    ref = make_provider(session)
    with pytest.raises(Invalid, match="without a name"):
        propose(make_ctx(session, Role.ADMIN), "provider", ref=ref, name=None)


def test_five_hundred_contacts_take_a_handful_of_statements(session: Session) -> None:
    make_provider(session, "Lumen")
    ctx = make_ctx(session, Role.ADMIN)
    items = [{"set": {"name": f"Desk {n}"}} for n in range(500)]
    with counted_statements(session) as sent:
        proposed = propose(ctx, "contact", "create", items=items, provider="Lumen", kind="other")
    assert len(sent) <= 30
    with counted_statements(session) as sent:
        approve(session, proposed)
    assert len(sent) <= 40
    assert len(rows_of(session, "provider_contact")) == 500


def test_five_hundred_carriers_take_a_handful_of_statements(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    with counted_statements(session) as sent:
        proposed = propose(ctx, "provider", "create", items=[{"set": {"name": f"Carrier No. {n}"}} for n in range(500)])
    assert len(sent) <= 30
    approve(session, proposed)
    refs = [row["ref"] for row in rows_of(session, "provider")]
    with counted_statements(session) as sent:
        retiring = propose(ctx, "provider", "retire", items=[{"ref": ref} for ref in refs])
    assert len(sent) <= 40
    assert "bulk" in retiring.aspects


def test_a_chain_of_take_overs_is_told_as_of_today_and_its_circuits_are_listed_together(session: Session) -> None:
    admin = make_ctx(session, Role.ADMIN)
    wabash = make_provider(session, "Wabash")
    zayo = make_provider(session, "Zayo")
    lightwave = make_provider(session, "Lightwave", successor=wabash, succeeded_on="2025-09-21")
    apply(admin, "provider", ref=wabash, successor=zayo, succeeded_on="2026-05-01")
    later = make_provider(session, "Later", successor=zayo, succeeded_on="2026-12-01")
    circuits = [make_circuit(session, provider=name) for name in (lightwave, wabash, zayo, later)]
    view = look.get_provider(admin, GetOne(ref=lightwave))
    assert [(up.name, str(up.since)) for up in view.part_of] == [("Wabash", "2025-09-21"), ("Zayo", "2026-05-01")]
    assert [down.name for down in look.get_provider(admin, GetOne(ref=zayo)).took_over] == ["Lightwave", "Wabash"]
    assert look.get_provider(admin, GetOne(ref=later)).part_of == []
    found = look.search_circuits(admin, SearchCircuits(provider="Zayo", with_taken_over=True, sort="ref"))
    assert [row.ref for row in found.rows] == circuits[:3]
    assert look.search_circuits(admin, SearchCircuits(provider="Zayo")).total == 1
    with pytest.raises(Invalid, match="names no provider"):
        look.search_circuits(admin, SearchCircuits(with_taken_over=True))


def test_a_contract_with_a_provider_that_was_taken_over_is_warned_of(session: Session) -> None:
    zayo = make_provider(session, "Zayo")
    make_provider(session, "Lightwave", successor=zayo, succeeded_on="2025-09-21")
    change = propose(make_ctx(session, Role.ADMIN), "contract", "create", provider="Lightwave", title="Order")
    assert any("is part of Zayo" in warning and "2025-09-21" in warning for warning in change.warnings)
