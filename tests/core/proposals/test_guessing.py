"""Nobody finds a value out by asking for it: the answer hangs on the fields asked for, not on what they hold."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from netos_core.access.rules import RIGHTS, RISK, Aspect, Role, rights_of
from netos_core.changes.aspects import SEEN_WITH, hidden_aspects, not_to_propose
from netos_core.changes.model import Proposal
from netos_core.changes.operations import confirm_change, get_change, list_changes, reject_change
from netos_core.changes.schemas import ConfirmChange, Decide, GetChange, ListChanges
from netos_core.imports.rules.fields import fields_of
from netos_core.kernel.context import Channel
from netos_core.kernel.errors import Forbidden, NetosError
from netos_core.proposals.operations import rebase_change
from netos_core.proposals.plans import KINDS
from netos_core.proposals.schemas import Rebase
from netos_core.sites.model import SiteCost
from tests.factories import (
    apply,
    approve,
    make_circuit,
    make_contract,
    make_ctx,
    make_customer,
    make_provider,
    make_site,
    propose,
)

RIGHT, WRONG = "4321.09", "1.00"


@pytest.fixture
def records(session: Session) -> dict[str, str]:
    provider = make_provider(session, bank_name="House", bank_account="4321.09")
    customer, site = make_customer(session), make_site(session)
    circuit = make_circuit(session, provider=provider, mrc=RIGHT, nrc=RIGHT, customer=customer, mrr=RIGHT)
    finance = make_ctx(session, Role.FINANCE)
    apply(finance, "site_cost", "create", site=site, kind="rent", amount=RIGHT, cadence="monthly")
    contract = make_contract(session, provider=provider, mrc=RIGHT, nrc=RIGHT, total_value=RIGHT)
    cost = str(session.scalar(select(SiteCost.id)))
    return {"circuit": circuit, "provider": provider, "customer": customer, "contract": contract, "site_cost": cost}


def refusal(role: Role, session: Session, kind: str, ref: str, **fields: Any) -> dict[str, str | None]:
    """Ask for a change that is refused, and return all that the refusal says."""
    with pytest.raises(NetosError) as refused:
        propose(make_ctx(session, role), kind, ref=ref, **fields)
    return refused.value.as_dict()


@pytest.mark.parametrize(
    ("role", "kind", "names"),
    [
        (Role.NOC, "circuit", ("mrc", "nrc", "mrr")),
        (Role.FIELD, "circuit", ("mrc",)),
        (Role.SALES, "circuit", ("mrc",)),
        (Role.NOC, "contract", ("mrc", "nrc", "total_value")),
        (Role.NOC, "site_cost", ("amount",)),
        (Role.NOC, "provider", ("bank_account",)),
        (Role.ENGINEERING, "provider", ("bank_account",)),
    ],
)
def test_the_right_value_is_refused_as_a_wrong_one_is(
    session: Session, records: dict[str, str], role: Role, kind: str, names: tuple[str, ...]
) -> None:
    for name in names:
        more = {"customer": records["customer"]} if name == "mrr" else {}
        right = refusal(role, session, kind, records[kind], **more, **{name: RIGHT})
        assert right == refusal(role, session, kind, records[kind], **more, **{name: WRONG})
        assert right["code"] == "forbidden_scope", name


def test_a_guess_hides_neither_behind_another_field_nor_in_a_bulk_change(
    session: Session, records: dict[str, str]
) -> None:
    noc = make_ctx(session, Role.NOC)
    for value in (RIGHT, WRONG):
        with pytest.raises(Forbidden, match="may not propose changes of money"):
            propose(noc, "circuit", ref=records["circuit"], market="Elsewhere", mrc=value)
        with pytest.raises(Forbidden, match="may not propose changes of money"):
            propose(noc, "circuit", items=[{"ref": records["circuit"], "set": {"mrc": value}}], market="Elsewhere")


def test_planning_anew_what_somebody_else_asked_for_tells_nothing(session: Session, records: dict[str, str]) -> None:
    asked = propose(make_ctx(session, Role.FINANCE), "circuit", ref=records["circuit"], mrc=WRONG)
    apply(make_ctx(session, Role.EXEC), "circuit", ref=records["circuit"], mrc=WRONG)  # so that nothing would change
    with pytest.raises(Forbidden, match="may not propose changes of money"):
        rebase_change(make_ctx(session, Role.NOC), Rebase(change_id=asked.change_id))


def test_a_field_nobody_hides_still_says_that_nothing_would_change(session: Session, records: dict[str, str]) -> None:
    apply(make_ctx(session, Role.NOC), "circuit", ref=records["circuit"], market="Lima")
    assert "Nothing would change" in str(
        refusal(Role.NOC, session, "circuit", records["circuit"], market="Lima")["message"]
    )


def test_the_digest_of_what_one_may_not_see_is_neither_shown_nor_tried(
    session: Session, records: dict[str, str]
) -> None:
    asked = propose(make_ctx(session, Role.FINANCE), "circuit", ref=records["circuit"], mrc=WRONG)
    noc = make_ctx(session, Role.NOC)
    seen = get_change(noc, GetChange(change_id=asked.change_id))
    assert asked.digest
    assert (seen.digest, seen.people_needed) == (None, None)
    told = set()
    for digest in (asked.digest, "0" * 64):
        with pytest.raises(NetosError) as refused:
            confirm_change(noc, ConfirmChange(change_id=asked.change_id, digest=digest))
        told.add(str(refused.value.as_dict()))
    assert len(told) == 1


def test_who_sees_a_part_only_approves_no_part(session: Session, records: dict[str, str]) -> None:
    asked = propose(make_ctx(session, Role.FINANCE), "circuit", ref=records["circuit"], mrc=WRONG, market="Lima")
    noc = make_ctx(session, Role.NOC, channel=Channel.PAGE)
    seen = get_change(noc, GetChange(change_id=asked.change_id))
    assert (seen.may_approve, seen.why_not) == (
        False, "It holds values your roles do not show; someone who sees them decides."
    )  # fmt: skip
    assert list_changes(noc, ListChanges(mine=True)).total == 0


def test_a_retirement_tells_its_proposer_no_digest_and_is_withdrawn_without(
    session: Session, records: dict[str, str]
) -> None:
    noc = make_ctx(session, Role.NOC)
    asked = propose(noc, "circuit", "retire", ref=make_circuit(session, mrc=RIGHT))
    assert asked.digest is None
    assert reject_change(noc, Decide(change_id=asked.change_id)).status == "rejected"
    other = propose(noc, "circuit", "retire", ref=make_circuit(session, mrc=RIGHT))
    assert approve(session, other).status == "committed", "who sees it decides it"
    assert session.scalar(select(Proposal.status).where(Proposal.ref == other.change_id)) == "committed"


def test_nobody_proposes_a_class_of_values_they_do_not_see() -> None:
    assert not_to_propose({Aspect.BANK, Aspect.NOTE}, {"propose:bank", "propose:note"}) == [Aspect.BANK]
    for role, row in RIGHTS.items():
        hidden = hidden_aspects(rights_of([role]))
        assert hidden.isdisjoint(row.proposes), role
        assert hidden.isdisjoint(row.approves), role


def test_every_field_of_a_kind_has_a_class_and_those_of_amounts_are_money() -> None:
    money = {"mrc", "nrc", "mrr", "total_value", "amount"}
    for name, kind in KINDS.items():
        for field in kind.edit.model_fields:
            aspect = kind.aspect(field)
            assert aspect in RISK
            if field in money:
                assert aspect is Aspect.MONEY, (name, field)
            assert (aspect is Aspect.BANK) == field.startswith(("bank_", "remittance_")), (name, field)


def test_an_import_asks_for_nothing_its_role_does_not_see() -> None:
    """Its counts say which rows are as we have them, so a sheet of hidden values would be a sheet of guesses."""
    kinds = {"circuits": "circuit", "sites": "site", "contracts": "contract", "providers": "provider",
             "customers": "customer"}  # fmt: skip
    asked = {KINDS[kind].aspect(field) for sheet, kind in kinds.items() for field in fields_of(sheet)}
    for role, row in RIGHTS.items():
        if "imports" in row.runs:
            assert not asked & hidden_aspects(rights_of([role])), role
    assert set(SEEN_WITH.values()) == {"see:money", "see:bank"}
