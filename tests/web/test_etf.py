"""What leaving costs on the pages: recorded by a form, read line by line, asked for any day."""

from __future__ import annotations

import html
from typing import Any

import pytest

from netos_core.access.rules import Role
from netos_core.contracts.rules.etf import EtfTerms
from netos_core.runtime.calls import Core
from tests.factories import apply, audit_of, make_circuit, make_contract, make_ctx, make_provider, row_of
from tests.web.conftest import as_role
from tests.web.test_changes import change_at, decide
from web_min import etf_fields, fields

WHY = {"reason": "Section 7.2 of the agreement."}
WHOLE: dict[str, Any] = {
    "formula": {"kind": "percent", "bands": [{"from_month": 1, "percent": 100}, {"from_month": 13, "percent": "37.5"}]},
    "per": "circuit", "mrc_basis": "escalated", "partial_month": "daily_30", "in_renewal": "none", "taxed": True,
    "convenience_exit": False, "notice_count": 30, "notice_unit": "days",
    "nrc": {"amount": "3600", "share": "pro_rata", "clause": "Section 9"}, "credits": {"share": "full"},
    "third_party": {"clause": "Section 10"}, "shortfall": {"annual_commitment": "20000", "percent": 50},
    "pre_install": {"months_of_mrc": 1, "nrc": True, "passes_on_costs": True, "costs": "10"},
    "cap": {"months_of_mrc": "12.5"}, "floor": {"amount": "100"}, "page": 4, "document": "DOC-1001",
    "exits": [{"kind": "chronic_outage", "condition": "Three: in a month", "clause": "Section 8"},
              {"kind": "other"}],
    "clause": "Section 7.2", "quote": "one hundred percent",
}  # fmt: skip


@pytest.fixture
def contract(core: Core) -> str:
    with core.session() as session:
        carrier = make_provider(session, "Lumen")
        circuit = make_circuit(session, provider=carrier, mrc="1000.00")
        return make_contract(
            session, provider=carrier, circuits=[circuit], term_start_date="2026-01-01", term_months=36,
            end_of_term="auto_renew", notice_count=30, notice_unit="days",
        )  # fmt: skip


def test_terms_are_recorded_by_the_form_seen_in_sentences_and_worked_out(core: Core, contract: str) -> None:
    finance, executive = as_role(core, Role.FINANCE), as_role(core, Role.EXEC)
    page = f"/contracts/{contract}"
    assert "that is not the same as nothing" in finance.get(page)
    assert "Record the terms" in finance.get(page)
    sent = {**WHY, "formula": "percent", "bands": "1: 100\n13: 50", "clause": "Section 7.2", "cap_months": "12"}
    where = finance.where(f"{page}/etf", sent)
    diff = html.unescape(executive.get(where.partition("?")[0]))
    assert "Of the MRC that remains: 100% from month 1, 50% from month 13. No more than 12 months of MRC." in diff
    assert "As in Section 7.2." in diff
    decide(executive, change_at(where))
    with core.session() as session:
        assert row_of(session, "contract", contract)["etf"]["cap"] == {"months_of_mrc": "12"}
    told = html.unescape(finance.get(f"/etf?ref={contract}&as_of=2028-02-29"))
    assert "10 months (months 27 to 36) × $1,000.00 × 50%" in told
    assert "$5,000.00" in told
    assert "Change the terms" in finance.get(page)


def test_a_form_sent_as_it_was_shown_changes_nothing(core: Core, contract: str) -> None:
    with core.session() as session:
        apply(make_ctx(session, Role.ADMIN), "contract", ref=contract, etf=WHOLE,
              escalator={"kind": "percent", "percent": 3})  # fmt: skip
        kept = row_of(session, "contract", contract)
    made = etf_fields.sections(kept["etf"], kept["escalator"])
    values = {entry.name: entry.value for entry in fields.every(made)}
    told = as_role(core, Role.FINANCE).post(f"/contracts/{contract}/etf", {**WHY, **values}, 400)
    assert "Nothing is different" in told
    one = EtfTerms.model_validate(etf_fields.etf_of(values, kept["etf"])).stored()
    assert one == kept["etf"]


def test_another_formula_leaves_nothing_of_the_old_one() -> None:
    values = {"formula": "fixed", "amount": "900", "bands": "1: 50", "nrc_back": "no", "nrc_amount": "5"}
    kept = {"formula": WHOLE["formula"], "nrc": WHOLE["nrc"], "clause": "Section 7.2"}
    assert etf_fields.etf_of(values, kept) == {"formula": {"kind": "fixed", "amount": "900"}}


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"formula": "percent", "bands": "2: 50"}, "bands"),
        ({"formula": "percent", "bands": "fifty"}, "bands"),
        ({"formula": "fixed", "amount": "a lot"}, "amount"),
        ({"formula": "none", "cap_amount": "5", "cap_months": "5"}, "cap_amount"),
        ({"escalator": "percent", "e_percent": "-3"}, "e_percent"),
    ],
)
def test_a_refusal_stands_beside_its_field(core: Core, contract: str, sent: dict[str, str], field: str) -> None:
    told = as_role(core, Role.FINANCE).post(f"/contracts/{contract}/etf", {**WHY, **sent}, 400)
    assert f'id="f-{field}-err"' in told


def test_who_sees_no_money_sees_no_fee_and_no_form(core: Core, contract: str) -> None:
    with core.session() as session:
        apply(make_ctx(session, Role.ADMIN), "contract", ref=contract, etf=WHOLE)
    noc = as_role(core, Role.NOC)
    assert "Leaving early" not in noc.get(f"/contracts/{contract}")
    assert "Your role does not show what that costs" in noc.get(f"/etf?ref={contract}")
    noc.get(f"/contracts/{contract}/etf", 403)


def test_what_is_asked_wrongly_is_said(core: Core, contract: str) -> None:
    finance = as_role(core, Role.FINANCE)
    assert "search finds circuits and contracts" in finance.get("/etf?ref=CKT-999999", 404)
    finance.get(f"/etf?ref={contract}&as_of=tomorrow", 400)
    finance.get("/etf?colour=red", 400)


def test_the_trail_notes_who_was_shown_the_terms(core: Core, contract: str) -> None:
    with core.session() as session:
        apply(make_ctx(session, Role.ADMIN), "contract", ref=contract, etf=WHOLE)
    as_role(core, Role.FINANCE).get(f"/etf?ref={contract}")
    as_role(core, Role.NOC).get(f"/etf?ref={contract}")
    with core.session() as session:
        reads = [entry for entry in audit_of(session, contract) if entry.action == "read"]
    assert [entry.person for entry in reads] == ["Finance Person"]
