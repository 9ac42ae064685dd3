"""The carrier a sheet names is the provider that stands for it today; the row says why, and no stub is made for it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.changes.schemas import ChangeView
from netos_core.imports import operations as imports
from netos_core.imports.schemas import ImportView, ProposeImport, StageImport
from tests.factories import apply, approve, make_circuit, make_contract, make_ctx, make_provider, row_of, rows_of

CIRCUITS = "Circuit ID,Carrier,Service,Bandwidth,MRC,Status\n"
CONTRACTS = "Contract Number,Title,Vendor,Start Date\n"


def stage(session: Session, content: str, kind: str | None = None) -> ImportView:
    given = {"file_name": "a.csv", "content": content.encode(), "kind": kind}
    return imports.stage_import(make_ctx(session, Role.ENGINEERING), StageImport.model_validate(given))


def bring_in(session: Session, view: ImportView) -> ChangeView:
    change = imports.propose_import(make_ctx(session, Role.ENGINEERING), ProposeImport(ref=view.ref, reason=None))
    approve(session, change)
    return change


def row(circuit_id: str, carrier: str, mrc: str = "100.00") -> str:
    return f'{circuit_id},"{carrier}",DIA,1 Gig,{mrc},active\n'


@pytest.fixture
def lumen(session: Session) -> dict[str, str]:
    """Lumen with its names, and two carriers of their own that it took over: CenturyLink, and Qwest through it."""
    admin = make_ctx(session, Role.ADMIN)
    made = {
        "lumen": make_provider(session, "Lumen", legal_name="Lumen Technologies, Inc."),
        "century": make_provider(session, "CenturyLink"),
        "qwest": make_provider(session, "Qwest", legal_name="Qwest Corporation"),
    }
    apply(admin, "alias", "create", provider=made["lumen"], alias="Level 3", kind="former")
    apply(admin, "provider", ref=made["century"], successor=made["lumen"], succeeded_on="2020-09-14")
    apply(admin, "provider", ref=made["qwest"], successor=made["century"], succeeded_on="2011-04-01")
    return made


def test_every_name_of_a_carrier_is_the_one_that_stands_today_and_says_why(
    session: Session, lumen: dict[str, str]
) -> None:
    names = ("Lumen", "level  3", "Lumen Technologies LLC", "CenturyLink", "Qwest", "QWEST CORP.")
    view = stage(session, CIRCUITS + "".join(row(f"C/{n}", name) for n, name in enumerate(names)))
    assert (view.counts["create"], view.errors, view.stubs) == (6, [], {})
    lumen_ref, century, qwest = (
        f"{n} ({lumen[k]})" for n, k in (("Lumen", "lumen"), ("CenturyLink", "century"), ("Qwest", "qwest"))
    )
    part = f"is part of {lumen_ref} since 2020-09-14."
    chain = f"is part of {century} since 2011-04-01, and so of {lumen_ref} since 2020-09-14."
    assert [r.understood for r in view.sample] == [
        [],
        [f"“level 3” is a former name of {lumen_ref}."],
        [f"“Lumen Technologies LLC” is but for punctuation and legal form a name of {lumen_ref}."],
        [f"{century} {part}"],
        [f"{qwest} {chain}"],
        [f"“QWEST CORP.” is but for punctuation and legal form a name of {qwest}, which {chain}"],
    ]
    assert f"In 1 row: {century} {part}" in view.warnings
    bring_in(session, view)
    owner = row_of(session, "provider", lumen["lumen"])["id"]
    assert {circuit["provider_id"] for circuit in rows_of(session, "circuit")} == {owner}
    assert len(rows_of(session, "provider")) == 3


def test_a_take_over_that_is_still_to_come_changes_nothing(session: Session, lumen: dict[str, str]) -> None:
    apply(make_ctx(session, Role.ADMIN), "provider", ref=lumen["century"], succeeded_on="2026-12-31")
    view = stage(session, CIRCUITS + row("C/1", "CenturyLink"))
    assert view.sample[0].understood == []
    bring_in(session, view)
    assert rows_of(session, "circuit")[0]["provider_id"] == row_of(session, "provider", lumen["century"])["id"]


def test_a_ref_means_the_very_record(session: Session, lumen: dict[str, str]) -> None:
    view = stage(session, CIRCUITS + row("C/1", lumen["century"]))
    assert view.sample[0].understood == []
    bring_in(session, view)
    assert rows_of(session, "circuit")[0]["provider_id"] == row_of(session, "provider", lumen["century"])["id"]


@pytest.mark.parametrize("said", ["Lumen", "Qwest", "Level 3"])
def test_a_circuit_under_a_carrier_that_was_taken_over_is_found_and_stays_there(
    session: Session, lumen: dict[str, str], said: str
) -> None:
    ref = make_circuit(session, provider=lumen["century"], provider_circuit_id="12/KFGS/1", mrc="90.00")
    view = stage(session, CIRCUITS + row("12-KFGS-1", said))
    assert (view.counts["update"], view.counts["create"], view.sample[0].ref) == (1, 0, ref)
    assert (
        view.sample[0]
        .understood[0]
        .endswith(f"The circuit stays under CenturyLink ({lumen['century']}), as it is on file.")
    )
    bring_in(session, view)
    (circuit,) = rows_of(session, "circuit")
    assert circuit["provider_id"] == row_of(session, "provider", lumen["century"])["id"]
    assert str(circuit["mrc"]) == "100.00"


def test_a_sheet_made_of_our_records_moves_no_circuit_to_another_carrier(
    session: Session, lumen: dict[str, str]
) -> None:
    ref = make_circuit(session, provider=lumen["century"], provider_circuit_id="C/1", mrc="100.00")
    view = stage(session, f"Ref,Circuit ID,Carrier,Service,MRC\n{ref},C/1,CenturyLink,DIA,100.00\n", "circuits")
    assert view.counts["unchanged"] == 1, view
    other = stage(session, f"Ref,Circuit ID,Carrier,Service,MRC\n{ref},C/1,Lumen,DIA,100.00\n", "circuits")
    bring_in(session, other)
    moved = row_of(session, "circuit", ref)["provider_id"]
    assert moved == row_of(session, "provider", lumen["lumen"])["id"], "its own name is a wish to move it"


def test_the_account_of_a_circuit_is_one_of_the_carrier_it_is_under(session: Session, lumen: dict[str, str]) -> None:
    make_circuit(session, provider=lumen["century"], provider_circuit_id="C/1")
    view = stage(session, "Circuit ID,Carrier,BAN,Status\nC/1,Lumen,5-QLRT,active\n", "circuits")
    bring_in(session, view)
    (account,) = rows_of(session, "billing_account")
    assert account["provider_id"] == row_of(session, "provider", lumen["century"])["id"]
    assert rows_of(session, "circuit")[0]["billing_account_id"] == account["id"]


def test_one_id_under_two_carriers_that_became_one_is_a_problem_that_names_both(
    session: Session, lumen: dict[str, str]
) -> None:
    refs = [make_circuit(session, provider=lumen[k], provider_circuit_id="C/1") for k in ("century", "lumen")]
    view = stage(session, CIRCUITS + row("C/1", "Level 3 "))
    assert view.sample[0].ref == refs[1], "its own provider has it"
    view = stage(session, CIRCUITS + row("C/1", "Qwest"))
    ((problem,),) = [r.problems for r in view.sample]
    assert (problem.code, problem.column) == ("ambiguous", "Circuit ID")
    assert all(ref in problem.message for ref in refs)


@pytest.mark.parametrize(
    ("header", "line"), [(CIRCUITS, 'C/1,"{}",DIA,1 Gig,100.00,active\n'), (CONTRACTS, 'N-1,MSA,"{}",2026-01-01\n')]
)
def test_a_name_of_two_carriers_is_a_problem_that_names_them_and_makes_no_stub(
    session: Session, header: str, line: str
) -> None:
    one = make_provider(session, "Zayo East", legal_name="Zayo Group, LLC")
    two = make_provider(session, "Zayo West", legal_name="Zayo Group, LLC")
    for said in ("Zayo Group, LLC", "Zayo Group Inc"):
        view = stage(session, header + line.format(said))
        assert (view.counts["invalid"], view.stubs) == (1, {})
        ((problem,),) = [r.problems for r in view.sample]
        assert problem.code == "ambiguous"
        assert f"Zayo East ({one})" in problem.message
        assert f"Zayo West ({two})" in problem.message
    assert len(rows_of(session, "provider")) == 2


def test_two_carriers_of_one_name_that_became_one_are_no_problem(session: Session) -> None:
    one = make_provider(session, "Zayo East", legal_name="Zayo Group, LLC")
    two = make_provider(session, "Zayo West", legal_name="Zayo Group, LLC")
    apply(make_ctx(session, Role.ADMIN), "provider", ref=one, successor=two)
    view = stage(session, CIRCUITS + row("C/1", "Zayo Group, LLC"))
    assert (view.counts["create"], view.stubs) == (1, {})
    assert f"Zayo East ({one}), which is part of Zayo West ({two})." in view.sample[0].understood[0]


def test_a_carrier_nobody_knows_still_becomes_a_stub(session: Session, lumen: dict[str, str]) -> None:
    assert stage(session, CIRCUITS + row("C/1", "Lumen Metro")).stubs == {"provider": 1}


def test_a_contract_is_with_who_stands_today_and_one_on_file_keeps_its_party(
    session: Session, lumen: dict[str, str]
) -> None:
    kept = make_contract(session, provider=lumen["century"], number="N-1", title="Old order")
    view = stage(session, CONTRACTS + "N-1,Old order,Lumen,2026-01-01\nN-2,New order,Qwest,2026-01-01\n")
    assert (view.kind, view.counts["update"], view.counts["create"], view.errors) == ("contracts", 1, 1, [])
    assert view.sample[0].ref == kept
    assert view.sample[0].understood == [f"The contract stays with CenturyLink ({lumen['century']}), as it is on file."]
    assert f"and so of Lumen ({lumen['lumen']}) since 2020-09-14" in view.sample[1].understood[0]
    bring_in(session, view)
    parties = {c["number"]: c["provider_id"] for c in rows_of(session, "contract")}
    assert parties == {
        "N-1": row_of(session, "provider", lumen["century"])["id"],
        "N-2": row_of(session, "provider", lumen["lumen"])["id"],
    }


def test_an_order_told_by_a_sheet_of_circuits_is_found_under_the_carrier_it_was_made_with(
    session: Session, lumen: dict[str, str]
) -> None:
    contract = make_contract(session, provider=lumen["century"], number="SO-7")
    bring_in(session, stage(session, "Circuit ID,Carrier,Contract Number,Status\nC/9,Lumen,SO-7,active\n", "circuits"))
    (link,) = rows_of(session, "contract_circuit")
    assert link["contract_id"] == row_of(session, "contract", contract)["id"]


def test_a_sheet_of_carriers_says_which_record_another_name_means(session: Session, lumen: dict[str, str]) -> None:
    view = stage(session, "Name,Website\nLevel 3,https://l3.example\n", "providers")
    assert (view.sample[0].ref, view.sample[0].understood) == (
        lumen["lumen"], [f"“Level 3” is a former name of Lumen ({lumen['lumen']})."]
    )  # fmt: skip


def test_a_preview_says_it_too(session: Session, lumen: dict[str, str]) -> None:
    found: Any = imports.preview_file(
        "a.csv", (CIRCUITS + row("C/1", "Qwest")).encode(), ctx=make_ctx(session, Role.ENGINEERING)
    )
    assert "since 2011-04-01" in found.sample[0].understood[0]
