"""Lists and details as agents and pages read them, on records made through the write path."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.dashboard.operations import get_dashboard
from netos_core.dashboard.schemas import GetDashboard
from netos_core.finance.operations import get_circuit_pl
from netos_core.finance.schemas import PlRequest
from netos_core.kernel.errors import Forbidden, Invalid, NotFound
from netos_core.kernel.page import CursorMismatch
from netos_core.network import operations as network
from netos_core.network.schemas import SearchPorts
from netos_core.overview import operations as look
from netos_core.overview.schemas import (
    CircuitList,
    GetContract,
    GetOne,
    GetSite,
    ListCustomers,
    ListProviders,
    SearchCircuits,
    SearchContracts,
    SearchSites,
)
from tests.factories import (
    apply,
    counted_statements,
    make_circuit,
    make_contract,
    make_ctx,
    make_customer,
    make_provider,
    make_site,
    propose,
    undo,
)


def listed(session: Session, role: Role = Role.ENGINEERING, **asked: object) -> CircuitList:
    return look.search_circuits(make_ctx(session, role), SearchCircuits.model_validate(asked))


def refs(found: CircuitList) -> list[str]:
    return [row.ref for row in found.rows]


def test_every_word_must_occur_but_each_may_name_carrier_place_customer_id_or_tag(session: Session) -> None:
    zayo = make_provider(session, "Zayo")
    make_site(session, "Muncie POP", city="Muncie", state="IN")
    make_customer(session, "Ball Brothers")
    one = make_circuit(
        session, provider=zayo, provider_circuit_id="OGYX/184220//ZYO", a_site="Muncie POP", customer="Ball Brothers"
    )
    make_circuit(session, provider=zayo, provider_circuit_id="OGYX/777777//ZYO")
    apply(make_ctx(session, Role.ADMIN), "tag", "create", on=one, name="backbone")
    for query in ("zayo muncie", "ball ogyx", "184220 zayo", "ogyx184220", "backbone zayo", one.lower()):
        assert refs(listed(session, query=query)) == [one], query


def test_a_misspelt_id_offers_the_nearest_and_says_so(session: Session) -> None:
    one = make_circuit(session, provider_circuit_id="OGYX/184220//ZYO")
    found = listed(session, query="OGYX/184229")
    assert refs(found) == [one]
    assert "nearest by spelling" in (found.hint or "")
    assert listed(session, query="qqqqqqqq").rows == []


def test_wildcards_in_a_query_are_plain_letters(session: Session) -> None:
    make_circuit(session, provider_circuit_id="AB-1")
    assert listed(session, query="%").total == 0
    assert "spelling" in (listed(session, query="_B-1").hint or "")


def test_filters_narrow_and_the_total_counts_every_page(session: Session) -> None:
    lumen = make_provider(session, "Lumen")
    make_site(session, "Kokomo Hut", city="Kokomo", state="IN")
    for n in range(7):
        make_circuit(session, provider=lumen, mrc=f"{n}00.00", bandwidth_mbps=n * 100 + 100, a_site="Kokomo Hut")
    make_circuit(session, mrc="100.00", status="planned", service_type="wave")
    assert listed(session, provider="lumen", limit=2).total == 7
    assert listed(session, state="in", city="KOKOMO").total == 7
    assert listed(session, site="Kokomo Hut", min_mbps=300, max_mbps=500).total == 3
    assert listed(session, min_mrc="100.00", max_mrc="200.00").total == 3
    assert listed(session, service_type=["wave"], status=["planned"]).total == 1
    assert listed(session, provider="Lumen").mrc_total == {"USD": Decimal("2100.00")}


def test_what_ends_in_a_suite_ends_in_its_building(session: Session) -> None:
    make_site(session, "Henry Street", kind="carrier_hotel")
    make_site(session, "Suite 340", parent="Henry Street")
    make_site(session, "Cabinet 12", parent="Suite 340")
    front, back = make_circuit(session, a_site="Henry Street"), make_circuit(session, z_site="Cabinet 12")
    make_circuit(session, a_site=make_site(session, "Next door"))
    assert refs(listed(session, site="Henry Street")) == [front, back]
    assert refs(listed(session, site="Suite 340")) == [back]
    view = look.get_site(make_ctx(session, Role.NOC), GetSite(ref="Henry Street"))
    assert ([c.ref for c in view.circuits], view.circuit_count) == ([front, back], 2)
    admin = make_ctx(session, Role.ADMIN)
    port = apply(admin, "handoff_port", "create", site="Suite 340", port="1").diff[0].ref
    found = network.search_handoff_ports(admin, SearchPorts(site="Henry Street"))
    assert [row.ref for row in found.rows] == [port]
    moved = apply(admin, "site", ref="Cabinet 12", parent=None)
    assert refs(listed(session, site="Henry Street")) == [front]
    undo(admin, moved)
    assert refs(listed(session, site="Henry Street")) == [front, back]


def test_circuits_are_found_by_their_contract_or_by_having_none(session: Session) -> None:
    governed, bare = make_circuit(session), make_circuit(session)
    make_circuit(session, status="planned")
    contract = make_contract(session, circuits=[governed], number="SO-1")
    assert refs(listed(session, contract=contract)) == refs(listed(session, contract="so-1")) == [governed]
    assert refs(listed(session, contract="none", status=["active"])) == [bare]
    assert listed(session, contract="None", sort="act_by").total == 2
    with pytest.raises(NotFound):
        listed(session, contract="SO-2")


@pytest.mark.parametrize(
    "sort", ["ref", "-mrc", "mrc", "act_by", "-act_by", "provider", "install_date", "bandwidth_mbps"]
)
def test_pages_neither_skip_nor_repeat_whatever_the_order(session: Session, sort: str) -> None:
    provider = make_provider(session)
    items = [{"set": {"provider_circuit_id": f"P-{n}", **({"mrc": f"{n % 4}.00"} if n % 3 else {})}} for n in range(23)]
    apply(make_ctx(session, Role.ADMIN), "circuit", "create", items=items, provider=provider, status="active")
    seen: list[str] = []
    cursor = None
    while True:
        page = listed(session, sort=sort, limit=5, cursor=cursor)
        seen += refs(page)
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 23


def test_a_cursor_of_another_order_is_refused(session: Session) -> None:
    for _ in range(3):
        make_circuit(session)
    cursor = listed(session, limit=1, sort="mrc").next_cursor
    with pytest.raises(CursorMismatch, match="does not belong"):
        listed(session, limit=1, sort="-mrc", cursor=cursor)
    with pytest.raises(CursorMismatch):
        listed(session, cursor="nonsense")


def test_an_unknown_column_names_the_valid_ones(session: Session) -> None:
    with pytest.raises(Invalid, match="Did you mean bandwidth_mbps") as refused:
        listed(session, fields=["bandwidth"])
    assert "provider_circuit_id" in (refused.value.fix or "")
    with pytest.raises(Invalid, match="column to sort by"):
        listed(session, sort="colour")
    with pytest.raises(NotFound, match="No provider has that ref or name"):
        listed(session, provider="Nobody")


def test_chosen_columns_come_in_the_order_asked(session: Session) -> None:
    assert listed(session, fields=["mrc", "ref"]).columns == ["mrc", "ref"]
    assert "contract" in listed(session, detail="detailed").columns


def test_a_role_without_money_sees_no_amount_and_can_not_find_it_out_by_sorting(session: Session) -> None:
    ref = make_circuit(session, mrc="1234.00")
    apply(make_ctx(session, Role.ADMIN), "circuit", ref=ref, nrc="50.00")
    found = listed(session, role=Role.NOC)
    assert (found.rows[0].mrc, found.rows[0].nrc, found.mrc_total) == (None, None, {})
    for asked in ({"sort": "mrc"}, {"min_mrc": "1"}, {"max_mrc": "9999"}):
        with pytest.raises(Forbidden):
            listed(session, role=Role.NOC, **asked)
    noc = make_ctx(session, Role.NOC)
    assert look.get_circuit(noc, GetOne(ref=ref)).mrc is None
    assert get_circuit_pl(noc, PlRequest(ref=ref)).lines[0].amount is None
    assert get_dashboard(noc, GetDashboard()).mrc == {}
    assert "1234" not in look.get_circuit(noc, GetOne(ref=ref)).model_dump_json()


def test_a_circuit_answers_to_its_ref_and_to_the_carriers_id_punctuation_aside(session: Session) -> None:
    ref = make_circuit(session, provider_circuit_id="66/KXGS/204118//LVLC", mrc="1000.00", bandwidth_mbps=10000)
    ctx = make_ctx(session, Role.ENGINEERING)
    for said in (ref, ref.lower(), "66/KXGS/204118//LVLC", "66 kxgs 204118 lvlc"):
        assert look.get_circuit(ctx, GetOne(ref=said)).ref == ref
    view = look.get_circuit(ctx, GetOne(ref=ref))
    assert str(view.bandwidth_mbps) == "10000"
    assert view.mrc_per_mbps == Decimal("0.1000")


def test_one_circuit_takes_few_statements(session: Session) -> None:
    ref = make_circuit(session, a_site=make_site(session), customer=make_customer(session), mrr="10.00")
    make_contract(session, circuits=[ref])
    ctx = make_ctx(session, Role.ENGINEERING)
    look.get_circuit(ctx, GetOne(ref=ref))
    with counted_statements(session) as sent:
        look.get_circuit(ctx, GetOne(ref=ref))
    assert len(sent) <= 15


def test_a_circuit_shows_its_term_with_the_deadline_and_why(session: Session) -> None:
    circuit = make_circuit(session, mrc="1000.00")
    make_contract(
        session, circuits=[circuit], term_start_date="2024-04-01", term_months=36, end_of_term="auto_renew",
        renewal_term_months=12, notice_count=90, notice_unit="days",
    )  # fmt: skip
    term = look.get_circuit(make_ctx(session, Role.ENGINEERING), GetOne(ref=circuit)).term
    assert term is not None
    assert (str(term.term_end_date), str(term.notice_deadline), str(term.act_by)) == (
        "2027-03-31", "2026-12-31", "2026-12-31",
    )  # fmt: skip
    assert term.renewal_state == "stable"
    assert term.cost_of_silence == Decimal("12000.00")
    assert "90 days before 2027-03-31" in term.explanation


def test_profit_and_loss_models_revenue_only_where_none_is_known(session: Session) -> None:
    ctx = make_ctx(session, Role.FINANCE)
    known = make_circuit(session, mrc="100.00", customer=make_customer(session), mrr="300.00")
    unknown = make_circuit(session, mrc="100.00")
    told = get_circuit_pl(ctx, PlRequest(ref=known))
    assert (told.contribution, told.contribution_basis) == (Decimal("200.00"), "contracted")
    guessed = get_circuit_pl(ctx, PlRequest(ref=unknown))
    assert {line.basis for line in guessed.lines if line.component == "revenue"} == {"modeled"}
    assert (guessed.contribution, guessed.contribution_basis) == (Decimal("35.00"), "modeled")


def test_a_site_shows_its_place_in_the_tree_its_costs_by_the_month_and_its_circuits(session: Session) -> None:
    make_site(session, "Henry Street", kind="carrier_hotel")
    make_site(session, "Suite 340", kind="colo", parent="Henry Street")
    ref = make_site(session, "Cabinet 12", kind="pop", parent="Suite 340")
    circuit = make_circuit(session, z_site="Cabinet 12")
    admin = make_ctx(session, Role.ADMIN)
    apply(admin, "site_cost", "create", site=ref, kind="rent", amount="1200.00", cadence="quarterly")
    apply(admin, "site_cost", "create", site=ref, kind="power", amount="90.00", cadence="monthly")
    apply(admin, "site_cost", "create", site=ref,
          kind="rent", amount="5.00", cadence="monthly", ends_on="2020-01-01")  # fmt: skip
    view = look.get_site(make_ctx(session, Role.FINANCE), GetSite(ref="Cabinet 12"))
    assert [a.name for a in view.ancestors] == ["Henry Street", "Suite 340"]
    assert view.monthly_cost == {"USD": Decimal("490.00")}
    assert [c.ref for c in view.circuits] == [circuit]
    (row,) = look.search_sites(make_ctx(session, Role.FINANCE), SearchSites(parent="Suite 340")).rows
    assert (row.circuits, row.monthly_cost) == (1, Decimal("490.00"))


def test_providers_and_customers_add_up_their_circuits(session: Session) -> None:
    ctx = make_ctx(session, Role.FINANCE)
    provider = make_provider(session, "Zayo")
    customer = make_customer(session, "Ball Brothers")
    make_circuit(session, provider=provider, mrc="100.00", customer=customer, mrr="150.00")
    make_circuit(session, provider=provider, mrc="50.00", status="planned")
    (row,) = look.list_providers(ctx, ListProviders(query="zay")).rows
    assert (row.circuits, row.mrc) == (1, Decimal("100.00"))
    assert look.get_provider(ctx, GetOne(ref="zayo")).circuits_by_status == {"active": 1, "planned": 1}
    (served,) = look.list_customers(ctx, ListCustomers(sort="-mrr")).rows
    assert (served.circuits, served.mrr) == (1, Decimal("150.00"))
    assert look.get_customer(ctx, GetOne(ref=customer)).mrr == {"USD": Decimal("150.00")}


def test_bank_details_show_only_to_who_may_see_them(session: Session) -> None:
    provider = make_provider(session, "Zayo", bank_account="000123456789")
    assert look.get_provider(make_ctx(session, Role.FINANCE), GetOne(ref=provider)).bank_account == "000123456789"
    for role in (Role.ENGINEERING, Role.SALES, Role.NOC, Role.FIELD):
        assert "000123456789" not in look.get_provider(make_ctx(session, role), GetOne(ref=provider)).model_dump_json()


def test_the_dashboard_counts_what_the_lists_list(session: Session) -> None:
    circuit = make_circuit(session, mrc="75.00")
    make_circuit(session, mrc="25.00")
    make_contract(session, circuits=[circuit], term_end_date="2026-07-01", end_of_term="roll", notice_count=30,
                  notice_unit="days")  # fmt: skip
    ctx = make_ctx(session, Role.FINANCE)
    propose(make_ctx(session, Role.ENGINEERING), "circuit", ref=circuit, mrc="80.00")
    board = get_dashboard(ctx, GetDashboard())
    states = {c.key: c.count for c in board.by_renewal_state if c.count}
    assert states == {"critical": 1, "unknown": 1}
    for state, count in states.items():
        assert look.search_circuits(ctx, SearchCircuits.model_validate({"renewal_state": [state]})).total == count
    assert (board.circuits, board.mrc, board.without_contract, board.open_changes) == (
        2, {"USD": Decimal("100.00")}, 1, 1,
    )  # fmt: skip
    assert [line.renewal_state for line in board.next_deadlines] == ["critical"]


def test_contracts_are_found_by_state_deadline_and_parent(session: Session) -> None:
    ctx = make_ctx(session, Role.FINANCE)
    msa = make_contract(session, kind="agreement", title="MSA", provider=make_provider(session, "Zayo"))
    order = make_contract(session, provider="Zayo", parent=msa, term_end_date="2026-07-01", end_of_term="roll",
                          notice_count=30, notice_unit="days", number="SO-1")  # fmt: skip
    asked = SearchContracts.model_validate
    assert [r.ref for r in look.search_contracts(ctx, asked({"renewal_state": ["critical"]})).rows] == [order]
    assert [r.ref for r in look.search_contracts(ctx, asked({"parent": msa})).rows] == [order]
    assert [r.ref for r in look.search_contracts(ctx, asked({"act_by_before": "2026-06-02"})).rows] == [order]
    assert look.get_contract(ctx, GetContract(ref="so-1")).term.parent_ref == msa
