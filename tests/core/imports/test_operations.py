"""Sheets into records: matched, corrected, proposed, approved, brought in again."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.changes.operations import reject_change
from netos_core.changes.records import NothingToChange
from netos_core.changes.schemas import ChangeView, Decide
from netos_core.imports import operations as imports
from netos_core.imports.queries import ImportNotFound
from netos_core.imports.schemas import (
    EditImportRow,
    GetImport,
    ImportView,
    ListImports,
    MapImport,
    ProposeImport,
    StageImport,
)
from netos_core.kernel.context import Context
from netos_core.kernel.db import make_engine
from netos_core.kernel.errors import Conflict, Invalid, NotFound
from netos_core.proposals.operations import rebase_change
from netos_core.proposals.schemas import Rebase
from tests.factories import (
    NOW,
    apply,
    approve,
    audit_of,
    make_circuit,
    make_contract,
    make_ctx,
    make_customer,
    make_provider,
    make_site,
    propose,
    row_of,
    rows_of,
)

REAL = Path(__file__).resolve().parents[3] / "../shared/data/import-sheets"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="../shared/data/import-sheets is not on this machine")
CIRCUITS = "Circuit ID,Carrier,Service,Bandwidth,A Location,Z Location,MRC,Status\n"
ONE = "12/KFGS/204481//LUM,Lumen,DIA,1 Gig,Keystone,Internet,1200.00,active\n"


def person(session: Session, role: Role = Role.ENGINEERING, **more: Any) -> Context:
    return make_ctx(session, role, agent="claude", **more)


def stage(session: Session, content: str | bytes, kind: str | None = None, name: str = "a.csv") -> ImportView:
    data = content.encode() if isinstance(content, str) else content
    return imports.stage_import(
        person(session), StageImport.model_validate({"file_name": name, "content": data, "kind": kind})
    )


def propose_it(session: Session, view: ImportView, ctx: Context | None = None) -> ChangeView:
    return imports.propose_import(ctx or person(session), ProposeImport(ref=view.ref, reason=None))


def bring_in(session: Session, content: str | bytes, kind: str | None = None) -> ChangeView:
    """Import a sheet the whole way and return its change."""
    change = propose_it(session, stage(session, content, kind))
    assert approve(session, change).status == "committed"
    return change


def again(session: Session, content: str | bytes, kind: str | None = None) -> ImportView:
    """Stage a sheet that was brought in; it must propose nothing."""
    view = stage(session, content, kind)
    assert (view.counts["create"], view.counts["update"]) == (0, 0), view
    with pytest.raises(NothingToChange, match=r"Nothing to propose\."):
        propose_it(session, view)
    return view


def messages(view: ImportView) -> list[tuple[int, str | None, str]]:
    return [(e.row, e.column, e.code) for e in view.errors]


# What a sheet of circuits becomes


def test_a_sheet_becomes_circuits_with_stubs_for_the_names_nobody_knows(session: Session) -> None:
    view = stage(session, CIRCUITS + ONE)
    assert view.counts == {"create": 1, "update": 0, "unchanged": 0, "invalid": 0}
    assert view.stubs == {"provider": 1, "site": 1}
    assert not rows_of(session, "circuit"), "reading a sheet changes nothing"
    change = propose_it(session, view)
    assert change.warnings == ["Adds stubs to be completed: 1 provider, 1 site."]
    assert not rows_of(session, "circuit"), "proposing changes nothing"
    approve(session, change)
    (circuit,) = rows_of(session, "circuit")
    (provider,) = rows_of(session, "provider")
    assert (provider["name"], provider["stub"], circuit["provider_id"]) == ("Lumen", True, provider["id"])
    a, z = rows_of(session, "termination", circuit_id=circuit["id"])
    assert (z["place"], z["site_id"]) == ("Internet", None)
    assert a["site_id"] == rows_of(session, "site")[0]["id"]
    assert {entry.action for entry in audit_of(session, circuit["ref"])} == {"create"}


@needs_real
@pytest.mark.parametrize(
    ("file", "kind", "counts"),
    [
        ("netbox-circuits.csv", "circuits", (10, 0)),
        ("lit-buildings-2.csv", "sites", (12, 2)),
        ("city-contracts-commodities.csv", "contracts", (14, 0)),
    ],
)
def test_real_sheets_come_in_and_a_second_time_propose_nothing(
    session: Session, file: str, kind: str, counts: tuple[int, int]
) -> None:
    content = (REAL / file).read_bytes()
    view = stage(session, content)
    assert (view.kind, view.counts["create"], view.counts["invalid"]) == (kind, *counts)
    approve(session, propose_it(session, view))
    assert again(session, content).counts["unchanged"] == counts[0]


def test_reading_a_sheet_takes_no_reference_and_a_proposal_takes_one_for_each_record(session: Session) -> None:
    at = text("select last_value, is_called from ref_circuit")
    before = session.execute(at).one()
    view = stage(session, CIRCUITS + "".join(f"C-{n},Lumen,DIA,1 Gig,K,Internet,1,active\n" for n in range(50)))
    imports.preview_file("a.csv", (CIRCUITS + ONE).encode(), ctx=person(session))
    assert session.execute(at).one() == before
    change = propose_it(session, view)
    assert not [row for row in change.diff if "new" in row.ref or "new" in row.part]
    assert session.execute(at).one().last_value == before.last_value + 50 - (not before.is_called)
    approve(session, change)
    numbers = [int(row["ref"].removeprefix("CKT-")) for row in rows_of(session, "circuit")]
    assert numbers == list(range(numbers[0], numbers[0] + 50)), "in the order of the sheet"


def test_the_same_rows_proposed_from_two_files_are_one_proposal(session: Session) -> None:
    sheet = CIRCUITS.replace("\n", ",Contract #\n") + ONE.replace("\n", ",K-1\n")
    first = propose_it(session, stage(session, sheet))
    assert propose_it(session, stage(session, sheet, name="copy.csv")).change_id == first.change_id


def test_text_that_looks_like_a_reference_to_come_stays_text(session: Session) -> None:
    bring_in(session, CIRCUITS + ONE.replace("Keystone", "CKT-new1"))
    assert rows_of(session, "site")[0]["name"] == "CKT-new1"


# Matching


def test_a_circuit_is_known_by_its_provider_and_id_whatever_its_punctuation(session: Session) -> None:
    ref = make_circuit(session, provider=make_provider(session, "Lumen"), provider_circuit_id="12/KFGS/204481//LUM")
    change = bring_in(session, CIRCUITS + ONE.replace("12/KFGS/204481//LUM", "12 kfgs 204481 lum"))
    row = row_of(session, "circuit", ref)
    assert {line.ref for line in change.diff if line.entity == "circuit"} == {ref}
    assert row["provider_circuit_id"] == "12/KFGS/204481//LUM", "another spelling is no new id"
    assert row["bandwidth_mbps"] == 1000


def test_two_rows_of_one_circuit_told_by_two_names_of_its_carrier_are_a_duplicate(session: Session) -> None:
    lumen = make_provider(session, "Lumen")
    apply(make_ctx(session, Role.ADMIN), "alias", "create", provider=lumen, alias="CenturyLink", kind="former")
    view = stage(session, CIRCUITS + ONE + ONE.replace("Lumen", "CenturyLink").replace("/", "-"))
    assert view.counts["create"] == 1
    assert [(e.row, e.code) for e in view.errors] == [(3, "duplicate")]
    assert view.errors[0].message == "Rows 2 and 3 have the same provider and circuit id. Keep one of them."
    approve(session, propose_it(session, view))


def test_a_row_by_our_ref_and_a_row_by_the_carriers_id_are_one_record_asked_for_twice(session: Session) -> None:
    ref = make_circuit(session, provider=make_provider(session, "Lumen"), provider_circuit_id="A-1")
    view = stage(session, f"Ref,Circuit ID,Carrier,MRC\n{ref},,Lumen,5\n,A-1,Lumen,6\n", "circuits")
    assert messages(view) == [(3, None, "duplicate")]


def test_our_ref_matches_and_an_unknown_one_is_told(session: Session) -> None:
    ref = make_circuit(session, provider=make_provider(session, "Lumen"), provider_circuit_id="A-1", mrc="10.00")
    change = bring_in(session, f"Ref,Circuit ID,Carrier,MRC\n{ref},A-2,Lumen,12\n", "circuits")
    assert {(r.field, r.old, r.new) for r in change.diff} == {
        ("provider_circuit", "A-1", "A-2"), ("mrc", "10.00", "12.00"),
    }  # fmt: skip
    view = stage(session, "Ref,Circuit ID,Carrier,MRC\nCKT-999999,A-2,Lumen,12\n", "circuits")
    assert messages(view) == [(2, "Ref", "not_found")]


def test_ids_of_another_system_are_no_refs_of_ours(session: Session) -> None:
    sheet = "ID,Circuit ID,Carrier,MRC\n1,A-1,Lumen,12\n2,A-2,Lumen,13\n"
    view = stage(session, sheet, "circuits")
    assert [c.field for c in view.mapping][:2] == ["ref", "provider_circuit_id"]
    assert view.counts["create"] == 2
    assert "2 cells of “ID” are no refs of ours and were not used." in view.warnings


def test_a_row_may_not_take_the_id_of_another_circuit(session: Session) -> None:
    provider = make_provider(session, "Lumen")
    make_circuit(session, provider=provider, provider_circuit_id="A-1")
    other = make_circuit(session, provider=provider, provider_circuit_id="A-2")
    view = stage(session, f"Ref,Circuit ID,Carrier,MRC\n{other},A-1,Lumen,12\n", "circuits")
    assert messages(view) == [(2, "Circuit ID", "duplicate")]


def test_case_and_blanks_make_no_second_name(session: Session) -> None:
    rows = "".join(f"C-{n},{name},DIA,1G,{site},Internet,1,active\n" for n, (name, site) in enumerate(
        [("Lumen", "Main  St"), ("LUMEN ", "main st"), (" lumen", "MAIN ST")]))  # fmt: skip
    view = stage(session, CIRCUITS + rows)
    assert view.stubs == {"provider": 1, "site": 1}
    bring_in(session, CIRCUITS + rows)
    again(session, CIRCUITS + rows)
    assert [row["name"] for row in rows_of(session, "site")] == ["Main St"]


def test_a_name_several_records_answer_to_is_told_and_the_rest_comes_in(session: Session) -> None:
    for _ in range(2):
        make_site(session, "Keystone")
    view = stage(session, CIRCUITS + ONE + ONE.replace("204481", "204482").replace("Keystone", "Elsewhere"))
    assert messages(view) == [(2, "A Location", "ambiguous")]
    assert view.counts == {"create": 1, "update": 0, "unchanged": 0, "invalid": 1}
    assert view.stubs == {"provider": 1, "site": 1}
    change = propose_it(session, view)
    assert "1 rows with problems are left out and stay staged." in change.warnings


def test_a_reference_nobody_has_is_no_name_for_a_stub(session: Session) -> None:
    view = stage(session, CIRCUITS + ONE.replace("Keystone", "SIT-999999"))
    assert messages(view) == [(2, "A Location", "not_found")]


def test_a_row_without_its_carrier_is_told(session: Session) -> None:
    view = stage(session, CIRCUITS + ONE + ONE.replace("Lumen", "").replace("204481", "9"))
    assert messages(view) == [(3, None, "required")]
    nobody = stage(session, "Circuit ID,MRC\nA-1,5\n", "circuits")
    assert (nobody.counts["invalid"], nobody.counts["create"]) == (1, 0)
    with pytest.raises(imports.NothingValid):
        propose_it(session, nobody)


# What a cell may and may not do


def test_an_empty_cell_clears_nothing(session: Session) -> None:
    bring_in(session, CIRCUITS + ONE)
    ref = rows_of(session, "circuit")[0]["ref"]
    bring_in(session, CIRCUITS + "12/KFGS/204481//LUM,Lumen,,,,,1300,\n")
    row = row_of(session, "circuit", ref)
    assert (row["mrc"], row["status"], row["service_type"], row["bandwidth_mbps"]) == (1300, "active", "dia", 1000)


def test_what_only_a_new_record_needs_overwrites_nothing(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    site = make_site(session, "North tower", external_id="T-1", kind="tower", description="Gate code on file")
    bring_in(session, "Site ID,Address,City,Max bandwidth\nT-1,1 Main St,Carmel,500\n", "sites")
    row = row_of(session, "site", site)
    assert (row["name"], row["kind"], row["description"]) == ("North tower", "tower", "Gate code on file")
    assert row["address"] == "1 Main St"
    contract = make_contract(session, provider=make_provider(session, "Zayo"), number="K-1", title="Metro ring")
    bring_in(session, "Contract number,Provider,Total value\nK-1,Zayo,5000\n", "contracts")
    assert row_of(session, "contract", contract)["title"] == "Metro ring"
    circuit = make_circuit(session, provider="Zayo", provider_circuit_id="Z-1", service_type="wave")
    assert propose(ctx, "circuit", ref=circuit, market="North").change_id
    assert stage(session, "Circuit ID,Carrier,Service\nZ-1,Zayo,Gizmo 3000\n").counts["unchanged"] == 1


def test_an_end_at_a_site_of_ours_is_no_longer_elsewhere(session: Session) -> None:
    bring_in(session, CIRCUITS + ONE)
    bring_in(session, CIRCUITS + ONE.replace("Internet", "Chicago POP"))
    circuit = rows_of(session, "circuit")[0]["id"]
    (end,) = rows_of(session, "termination", circuit_id=circuit, side="Z")
    assert (end["place"], end["site_id"] is None) == (None, False)


def test_a_status_that_may_not_follow_marks_its_row_only(session: Session) -> None:
    rows = "".join(f"C-{n},Lumen,DIA,1G,K,Internet,{n + 1},active\n" for n in range(80))
    bring_in(session, CIRCUITS + rows)
    moved = rows.replace(",active", ",active").replace(
        "C-55,Lumen,DIA,1G,K,Internet,56,active", "C-55,Lumen,DIA,1G,K,Internet,99,planned"
    )
    view = stage(session, CIRCUITS + moved)
    assert messages(view) == [(57, "Status", "invalid_argument")]
    assert view.counts == {"create": 0, "update": 0, "unchanged": 79, "invalid": 1}


def test_overwritten_amounts_are_said_before_anybody_approves(session: Session) -> None:
    bring_in(session, CIRCUITS + ONE)
    change = propose_it(session, stage(session, CIRCUITS + ONE.replace("1200.00", "1350.50")))
    assert change.warnings == ["Overwrites the MRC of 1 circuit, +150.50 USD a month."]
    assert change.risk == "high"


def test_a_billing_account_is_added_to_a_known_provider_once(session: Session) -> None:
    provider = make_provider(session, "Lumen")
    ref = make_circuit(session, provider=provider, provider_circuit_id="A-1")
    make_circuit(session, provider=provider, provider_circuit_id="A-2")
    sheet = f"Ref,Circuit ID,Carrier,BAN\n{ref},,Lumen,5-ABC\n,A-2,lumen,5-ABC\n"
    change = bring_in(session, sheet, "circuits")
    assert change.counts["create"] == 1
    (account,) = rows_of(session, "billing_account")
    assert {row["billing_account_id"] for row in rows_of(session, "circuit")} == {account["id"]}
    again(session, sheet, "circuits")


def test_tags_come_in_once_for_new_and_known_circuits(session: Session) -> None:
    sheet = CIRCUITS.replace("\n", ",Tags\n") + ONE.replace("\n", ',"Backbone; gold"\n')
    bring_in(session, sheet)
    assert [row["name"] for row in rows_of(session, "tag")] == ["backbone", "gold"]
    again(session, sheet)
    change = bring_in(session, sheet.replace("gold", "silver"))
    assert [row.new for row in change.diff if row.field == "name"] == ["silver"]
    view = stage(session, sheet.replace("gold", "!?"))
    assert messages(view) == [(2, "Tags", "invalid")]


# Terms


TERMS = "Circuit ID,Carrier,Term (months),Term start,Contract #\n"


def test_term_columns_become_one_order_for_each_contract_number(session: Session) -> None:
    sheet = TERMS + "A-1,Lumen,36,2024-04-01,K-1\nA-2,Lumen,36,2024-04-01,k-1\nA-3,Lumen,24,2025-01-01,\n"
    view = stage(session, sheet, "circuits")
    assert view.counts["create"] == 3
    bring_in(session, sheet, "circuits")
    shared, own = rows_of(session, "contract")
    assert (shared["number"], str(shared["term_end_date"]), shared["term_months"]) == ("K-1", "2027-03-31", 36)
    assert own["title"] == "Order for A-3"
    assert [row["governs"] for row in rows_of(session, "contract_circuit", contract_id=shared["id"])] == [True, True]
    told = again(session, sheet, "circuits")
    assert told.warnings == ["The terms of 3 rows were not used: a contract governs their circuits already."]


def test_a_governed_circuit_keeps_its_contract(session: Session) -> None:
    circuit = make_circuit(session, provider=make_provider(session, "Lumen"), provider_circuit_id="A-1")
    contract = make_contract(session, provider="Lumen", number="K-9", circuits=[circuit])
    again(session, TERMS + "A-1,Lumen,36,2024-04-01,K-1\n", "circuits")
    (link,) = rows_of(session, "contract_circuit")
    assert link["contract_id"] == row_of(session, "contract", contract)["id"]


def test_a_contract_we_have_gets_the_circuits_and_keeps_its_terms(session: Session) -> None:
    circuit = make_circuit(session, provider=make_provider(session, "Lumen"), provider_circuit_id="A-1")
    contract = make_contract(session, provider="Lumen", number="K-1", term_months=12)
    view = stage(session, TERMS + "A-1,Lumen,36,2024-04-01,K-1\nA-2,Lumen,36,2024-04-01,K-1\n", "circuits")
    assert (view.counts["create"], view.counts["update"]) == (1, 1), "the row of a circuit that gains a contract"
    approve(session, propose_it(session, view))
    row = row_of(session, "contract", contract)
    assert row["term_months"] == 12
    linked = {link["circuit_id"] for link in rows_of(session, "contract_circuit", contract_id=row["id"])}
    assert row_of(session, "circuit", circuit)["id"] in linked
    assert len(linked) == 2


def test_a_link_that_does_not_govern_starts_to(session: Session) -> None:
    circuit = make_circuit(session, provider=make_provider(session, "Lumen"), provider_circuit_id="A-1")
    contract = make_contract(session, provider="Lumen", number="K-1")
    apply(
        make_ctx(session, Role.ADMIN), "contract_circuit", "create", contract=contract, circuit=circuit, governs=False
    )
    bring_in(session, TERMS + "A-1,Lumen,36,2024-04-01,K-1\n", "circuits")
    assert [link["governs"] for link in rows_of(session, "contract_circuit")] == [True]


def test_rows_whose_terms_can_not_be_stay_out_whole(session: Session) -> None:
    sheet = "Circuit ID,Carrier,Term start,Term end,Contract #\n"
    sheet += (
        "A-1,Lumen,2025-01-01,2024-01-01,K-1\nA-2,Lumen,2024-01-01,2025-01-01,K-1\nA-3,Zayo,2024-01-01,2025-01-01,K-2\n"
    )
    view = stage(session, sheet, "circuits")
    assert [(e.row, e.column) for e in view.errors] == [(2, "Term end"), (3, "Term end")], "both rows of the contract"
    assert view.counts["create"] == 1
    bring_in(session, sheet, "circuits")
    assert [row["provider_circuit_id"] for row in rows_of(session, "circuit")] == ["A-3"]
    assert [row["name"] for row in rows_of(session, "provider")] == ["Zayo"], "no stub for rows that stay out"


def test_rows_that_disagree_about_one_contract_are_said(session: Session) -> None:
    view = stage(session, TERMS + "A-1,Lumen,36,2024-04-01,K-1\nA-2,Lumen,24,2024-04-01,K-1\n", "circuits")
    assert view.warnings == ["Rows 2 and 3 tell one contract in two ways; row 2 was taken."]


def test_a_number_two_contracts_carry_is_ambiguous(session: Session) -> None:
    provider = make_provider(session, "Lumen")
    for _ in range(2):
        make_contract(session, provider=provider, number="K-1")
    assert messages(stage(session, TERMS + "A-1,Lumen,36,2024-04-01,K-1\n", "circuits")) == [
        (2, "Contract #", "ambiguous")
    ]
    view = stage(session, "Contract number,Provider,Total value\nK-1,Lumen,5\n", "contracts")
    assert messages(view) == [(2, "Contract number", "ambiguous")]


# Contracts, sites, providers, customers


def test_kinds_of_contracts_are_read_in_the_words_of_the_trade(session: Session) -> None:
    words = {"MSA": "agreement", "Master Services Agreement": "agreement", "Service Order": "order",
             "Amendment 2": "amendment", "Commodities": "order", "Dark fiber IRU": "iru",
             "Antivirus agreement": "agreement"}  # fmt: skip
    rows = "".join(f"K-{n},Lumen,{word}\n" for n, word in enumerate(words))
    bring_in(session, "Contract number,Provider,Contract type\n" + rows, "contracts")
    assert [row["kind"] for row in rows_of(session, "contract")] == list(words.values())
    again(session, "Contract number,Provider,Contract type\n" + rows, "contracts")


def test_a_contract_and_what_it_is_under_come_in_together_in_any_order(session: Session) -> None:
    sheet = "Contract number,Provider,Title,Parent contract\nSO-1,Lumen,Order,MSA-1\nMSA-1,Lumen,Master,\n"
    bring_in(session, sheet, "contracts")
    master, order = sorted(rows_of(session, "contract"), key=lambda row: str(row["number"]))
    assert order["parent_id"] == master["id"]
    again(session, sheet, "contracts")


def test_a_sheet_of_contracts_links_the_circuits_it_names(session: Session) -> None:
    provider = make_provider(session, "Lumen")
    one, two = (make_circuit(session, provider=provider, provider_circuit_id=f"A-{n}") for n in (1, 2))
    head = "Contract number,Provider,Title,Circuit IDs\n"
    bring_in(session, f"{head}K-1,Lumen,Order,{one}\n", "contracts")
    change = bring_in(session, f'{head}K-1,Lumen,Order,"{one}; A-2"\n', "contracts")
    assert {line.part for line in change.diff} == {f"circuit {two}"}
    again(session, f'{head}K-1,Lumen,Order,"{one}; A-2"\n', "contracts")
    assert messages(stage(session, f"{head}K-2,Lumen,Order,NOPE-9\n", "contracts")) == [(2, "Circuit IDs", "not_found")]


def test_sites_in_sites_come_in_together_in_any_order(session: Session) -> None:
    sheet = "Site ID,Site name,Address,Parent site\nS-3,Cage,,Suite\nS-2,Suite,,Campus\nS-1,Campus,1 Main St,\n"
    bring_in(session, sheet, "sites")
    cage, suite, campus = (rows_of(session, "site", name=name)[0] for name in ("Cage", "Suite", "Campus"))
    assert (cage["parent_id"], suite["parent_id"], campus["parent_id"]) == (suite["id"], campus["id"], None)
    again(session, sheet, "sites")
    view = stage(session, "Site ID,Site name,Parent site\nS-8,East,West\nS-9,West,East\n", "sites")
    assert view.counts["invalid"] == 2
    assert "circle" in view.errors[0].message


def test_a_place_nobody_knows_holds_no_site(session: Session) -> None:
    view = stage(session, "Site name,Parent site\nCage,Nowhere\nSuite,\n", "sites")
    assert (messages(view), view.counts["create"]) == ([(2, "Parent site", "not_found")], 1)


def test_sites_of_one_name_are_told_apart_by_id_and_by_address(session: Session) -> None:
    by_id = "Site ID,Site name,City\nE-1,Main,Carmel\nE-2,Main,Fishers\n"
    bring_in(session, by_id, "sites")
    again(session, by_id, "sites")
    by_address = "Site name,Address\nAnnex,1 Oak St\nAnnex,2 Oak St\n"
    bring_in(session, by_address, "sites")
    again(session, by_address, "sites")
    assert len(rows_of(session, "site")) == 4
    assert messages(stage(session, "Site name,City\nAnnex,Carmel\n", "sites")) == [(2, None, "ambiguous")]


def test_what_a_site_costs_a_month_becomes_its_cost(session: Session) -> None:
    sheet = "Site ID,Site name,Monthly rent\nE-1,Main,$900.00\n"
    bring_in(session, sheet, "sites")
    (cost,) = rows_of(session, "site_cost")
    assert (cost["kind"], cost["cadence"], cost["amount"]) == ("rent", "monthly", 900)
    again(session, sheet, "sites")
    change = propose_it(session, stage(session, sheet.replace("900", "950"), "sites"))
    assert change.warnings == ["Overwrites the monthly cost of 1 sites, +50.00 a month in all."]


def test_a_provider_comes_with_its_aliases_account_manager_and_note(session: Session) -> None:
    sheet = "Provider,Also known as,Account manager,BAN,Notes\n"
    sheet += 'Lumen,"CenturyLink; Level 3; lumen.com",Pat Doe,5-ABC,Opens at eight\n'
    bring_in(session, sheet, "providers")
    assert {(a["alias"], a["kind"]) for a in rows_of(session, "provider_alias")} == {
        ("CenturyLink", "brand"), ("Level 3", "brand"), ("lumen.com", "mail_domain"),
    }  # fmt: skip
    assert [c["name"] for c in rows_of(session, "provider_contact", kind="account_manager")] == ["Pat Doe"]
    assert [a["ban"] for a in rows_of(session, "billing_account")] == ["5-ABC"]
    assert [n["text"] for n in rows_of(session, "note")] == ["Opens at eight"]
    again(session, sheet, "providers")
    by_alias = stage(session, "Provider,Website\nCENTURYLINK,https://lumen.com\n", "providers")
    assert by_alias.counts["update"] == 1
    approve(session, propose_it(session, by_alias))
    assert rows_of(session, "provider")[0]["name"] == "Lumen", "the name it was found by is no new name"


def test_a_name_another_provider_goes_by_is_told(session: Session) -> None:
    make_provider(session, "Zayo")
    view = stage(session, "Provider,Aliases\nLumen,Zayo\nCogent,Level 3\nColt,Level 3\n", "providers")
    assert messages(view) == [(2, "Aliases", "invalid_argument"), (4, None, "duplicate")]


def test_a_customers_address_and_note_become_a_note(session: Session) -> None:
    sheet = "Customer name,Account number,Address,Zip,Notes\nHarbor Apartments,H-1,1 Main St,46032,Pays late\n"
    bring_in(session, sheet, "customers")
    assert [n["text"] for n in rows_of(session, "note")] == ["Pays late Address in the file: 1 Main St 46032."]
    again(session, sheet, "customers")
    twice = stage(session, "Customer name,Account number\nHarbor,H-8\nharbor,H-9\n", "customers")
    assert messages(twice) == [(3, None, "duplicate")]


def test_a_customer_found_by_number_takes_the_new_name(session: Session) -> None:
    ref = make_customer(session, "Harbor Apts", account_number="H-1")
    bring_in(session, "Customer name,Account number\nHarbor Apartments,H-1\n", "customers")
    assert row_of(session, "customer", ref)["name"] == "Harbor Apartments"


# Correcting


def test_a_corrected_cell_is_read_again_and_the_row_can_be_proposed(session: Session) -> None:
    view = stage(session, CIRCUITS + ONE.replace("1200.00", "about 1200") + ONE.replace("204481", "2"))
    assert [(e.row, e.column) for e in view.errors] == [(2, "MRC")]
    ctx = person(session)
    now = imports.edit_import_row(ctx, EditImportRow(ref=view.ref, row=2, cells={"MRC": "1250"}))
    assert (now.counts["create"], now.errors, now.sample[0].outcome) == (2, [], "create")
    approve(session, propose_it(session, now))
    assert rows_of(session, "circuit")[0]["mrc"] == 1250
    with pytest.raises(Invalid, match="There is no column"):
        imports.edit_import_row(ctx, EditImportRow(ref=view.ref, row=2, cells={"Price": "1"}))
    with pytest.raises(NotFound, match="no such row"):
        imports.edit_import_row(ctx, EditImportRow(ref=view.ref, row=99, cells={"MRC": "1"}))


def test_a_remapped_column_keeps_the_scores_of_the_others(session: Session) -> None:
    view = stage(session, CIRCUITS.replace("MRC", "Figure") + ONE)
    assert {c.header: c.field for c in view.mapping}["Figure"] is None
    mapped = imports.map_import(person(session), MapImport(ref=view.ref, kind=None, fields={"Figure": "mrc"}))
    chosen = {c.header: (c.field, c.why) for c in mapped.mapping}
    assert chosen["Figure"] == ("mrc", "Chosen by the caller.")
    assert chosen["Carrier"] == ("provider", next(c.why for c in view.mapping if c.header == "Carrier"))
    with pytest.raises(Invalid, match="There is no field"):
        imports.map_import(person(session), MapImport(ref=view.ref, kind=None, fields={"Figure": "price"}))


def test_a_sheet_read_as_another_kind_keeps_its_rows_and_notes(session: Session) -> None:
    view = stage(session, "Name,City\nHarbor,Carmel\nTotal,\n", "sites")
    assert any("totals row" in note for note in view.notes)
    other = imports.map_import(person(session), MapImport(ref=view.ref, kind="customers"))
    assert (other.kind, other.rows) == ("customers", 1)
    assert other.notes == view.notes


def test_a_blank_column_shifts_no_cell(session: Session) -> None:
    view = stage(session, "Circuit ID,,Carrier,MRC\nA-1,,Lumen,5\nA-2,,Zayo,6\n", "circuits")
    assert view.sample[0].cells == {"Circuit ID": "A-1", "Carrier": "Lumen", "MRC": "5"}


# The life of an import


def test_an_import_is_its_owners(session: Session) -> None:
    view = stage(session, CIRCUITS + ONE)
    other = person(session, Role.FINANCE)
    with pytest.raises(ImportNotFound):
        imports.get_import(other, GetImport(ref=view.ref, outcome=None, after_row=0, limit=50))
    assert imports.list_imports(other, ListImports()).total == 0
    (mine,) = imports.list_imports(person(session), ListImports()).imports
    assert (mine.ref, mine.state, mine.counts["create"]) == (view.ref, "staged", 1)


def test_the_same_file_staged_twice_is_staged_once(session: Session) -> None:
    first = stage(session, CIRCUITS + ONE)
    assert stage(session, CIRCUITS + ONE).ref == first.ref


def test_an_open_proposal_keeps_its_rows_as_they_are(session: Session) -> None:
    view = stage(session, CIRCUITS + ONE)
    change = propose_it(session, view)
    assert propose_it(session, view).change_id == change.change_id, "a repeated call finds it"
    with pytest.raises(Conflict, match=f"waits for approval as {change.change_id}"):
        imports.edit_import_row(person(session), EditImportRow(ref=view.ref, row=2, cells={"MRC": "1"}))
    with pytest.raises(Conflict, match="waits for approval"):
        imports.map_import(person(session), MapImport(ref=view.ref, fields={"MRC": None}))


def test_after_a_rejection_or_an_expiry_the_rows_are_proposed_anew(session: Session) -> None:
    view = stage(session, CIRCUITS + ONE)
    first = propose_it(session, view)
    reject_change(person(session), Decide(change_id=first.change_id, digest=first.digest, comment="not yet"))
    assert imports.get_import(person(session), GetImport(ref=view.ref)).state == "rejected"
    second = propose_it(session, view)
    assert second.change_id != first.change_id
    late = replace(person(session), now=NOW + timedelta(days=15))
    assert imports.get_import(late, GetImport(ref=view.ref)).state == "expired"
    third = propose_it(session, view, late)
    assert third.change_id not in (first.change_id, second.change_id)


def test_after_the_commit_the_corrected_rest_is_proposed(session: Session) -> None:
    view = stage(session, CIRCUITS + ONE + ONE.replace("204481", "2").replace("1200.00", "much"))
    approve(session, propose_it(session, view))
    assert imports.get_import(person(session), GetImport(ref=view.ref)).state == "committed"
    now = imports.edit_import_row(person(session), EditImportRow(ref=view.ref, row=3, cells={"MRC": "7"}))
    assert now.counts == {"create": 1, "update": 0, "unchanged": 1, "invalid": 0}
    approve(session, propose_it(session, view))
    assert sorted(row["mrc"] for row in rows_of(session, "circuit")) == [7, 1200]


def test_a_stale_import_is_imported_again_not_rebased(session: Session) -> None:
    bring_in(session, CIRCUITS + ONE)
    ref = rows_of(session, "circuit")[0]["ref"]
    sheet = CIRCUITS + ONE.replace("1200.00", "1400.00")
    change = propose_it(session, stage(session, sheet))
    apply(make_ctx(session, Role.ADMIN), "circuit", ref=ref, market="North")
    with pytest.raises(Conflict, match="Nothing was written"):
        approve(session, change)
    with pytest.raises(Conflict) as refused:
        rebase_change(person(session), Rebase(change_id=change.change_id))
    assert "import the file again" in str(refused.value.fix)
    reject_change(person(session), Decide(change_id=change.change_id, digest=change.digest, comment=None))
    bring_in(session, sheet)
    assert row_of(session, "circuit", ref)["mrc"] == 1400


def test_proposing_one_import_twice_at_the_same_moment_makes_one_proposal(fresh_db: str) -> None:
    engine = make_engine(fresh_db)
    with Session(engine) as session, session.begin():
        view = stage(session, CIRCUITS + ONE)
    made: list[str] = []

    def one() -> None:
        with Session(engine) as session, session.begin():
            made.append(propose_it(session, view).change_id)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert len(set(made)) == 1
    engine.dispose()


def test_every_outcome_is_a_page_of_its_own(session: Session) -> None:
    rows = "".join(f"C-{n},Lumen,DIA,1G,K,Internet,{'x' if n % 2 else n + 1},active\n" for n in range(10))
    view = stage(session, CIRCUITS + rows)

    def page(after: int) -> ImportView:
        return imports.get_import(person(session), GetImport(ref=view.ref, outcome="invalid", after_row=after, limit=3))

    first = page(0)
    second = page(first.next_row or 0)
    assert [r.row for r in (*first.sample, *second.sample)] == [3, 5, 7, 9, 11]
    assert second.next_row is None
    assert view.errors_total == 5


# Preview without the records


def test_a_preview_reads_purely_and_counts_what_can_be_as_new() -> None:
    found = imports.preview_file("a.csv", (CIRCUITS + ONE + "C-2,,DIA,1G,K,Internet,x,active\n").encode())
    assert found.counts == {"create": 1, "update": 0, "unchanged": 0, "invalid": 1}
    assert not found.compared
    assert found.sample[0].values["mrc"] == "1200.00"
    assert {(e.row, e.column) for e in found.errors} == {(3, None), (3, "MRC")}
    nobody = imports.preview_file("a.csv", b"Circuit ID,MRC\nA-1,5\n", "circuits")
    assert nobody.counts["invalid"] == 1


def test_a_preview_beside_the_records_tells_updates(session: Session) -> None:
    bring_in(session, CIRCUITS + ONE)
    found = imports.preview_file("a.csv", (CIRCUITS + ONE.replace("1200", "1300")).encode(), ctx=person(session))
    assert (found.compared, found.counts["update"]) == (True, 1)
    assert found.warnings == ["Overwrites the MRC of 1 circuit, +100.00 USD a month."]


@pytest.mark.parametrize("kind", ["circuits", "sites", "contracts", "providers", "customers"])
def test_a_value_too_long_for_its_field_is_told_by_its_column(kind: str) -> None:
    heads: dict[str, Sequence[str]] = {
        "circuits": ("Circuit ID", "Carrier", "Market"), "sites": ("Site ID", "Site name"),
        "contracts": ("Contract number", "Provider", "Title"), "providers": ("Provider", "Legal name"),
        "customers": ("Account number", "Customer name"),
    }  # fmt: skip
    columns = heads[kind]
    last = "Carrier" if kind == "circuits" else columns[-1]
    values = ["x" * 600 if column == last else "A-1" for column in columns]
    found = imports.preview_file("a.csv", f"{','.join(columns)}\n{','.join(values)}\n".encode(), kind)
    assert [(e.row, e.column, e.code) for e in found.errors] == [(2, last, "invalid")]
