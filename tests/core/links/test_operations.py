"""RF links, subtended circuits and leases: made, changed, retired and undone through the write path."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from netos_core.overview import operations as look
from netos_core.overview.schemas import GetContract, GetOne, GetSite
from netos_core.overview.schemas.links import SearchRfLinks
from tests.factories import (
    apply,
    approve,
    make_circuit,
    make_contract,
    make_ctx,
    make_rf_link,
    make_site,
    propose,
    row_of,
    rows_of,
    undo,
)

TOWER = {"kind": "tower", "lon": -86.134, "lat": 39.6135}
ROOF = {"kind": "rooftop", "lon": -86.1568, "lat": 39.7695}


def test_an_rf_link_is_named_by_its_sites_and_measured_between_them(session: Session) -> None:
    tower, roof = make_site(session, "Greenwood", **TOWER), make_site(session, "Monument", **ROOF)
    ref = make_rf_link(session, a_site=tower, z_site=roof, capacity_mbps="1200", monthly_cost="95.00")
    view = look.get_rf_link(make_ctx(session, Role.FINANCE), GetOne(ref=ref))
    assert (view.name, view.status, view.currency) == ("Greenwood to Monument", "planned", "USD")
    assert view.path_length_km == pytest.approx(17.45, abs=0.05)
    assert view.monthly_cost == Decimal("95.00")
    assert look.get_rf_link(make_ctx(session, Role.NOC), GetOne(ref=ref)).monthly_cost is None


def test_the_length_of_a_link_to_a_site_without_coordinates_is_unknown(session: Session) -> None:
    ref = make_rf_link(session, a_site=make_site(session, **TOWER), z_site=make_site(session))
    assert look.get_rf_link(make_ctx(session, Role.NOC), GetOne(ref=ref)).path_length_km is None


def test_an_rf_link_changes_retires_and_comes_back(session: Session) -> None:
    admin = make_ctx(session, Role.ADMIN)
    ref = make_rf_link(session, name="Ridge hop", call_sign="WRXH204")
    circuit = make_circuit(session)
    apply(admin, "rf_link", ref="wrxh204", status="active", circuit=circuit)
    assert look.get_circuit(admin, GetOne(ref=circuit)).rf_links[0].ref == ref
    gone = apply(admin, "rf_link", "retire", ref=ref)
    assert gone.risk == "high"
    assert row_of(session, "rf_link", ref)["retired_at"] is not None
    undo(admin, gone)
    assert row_of(session, "rf_link", ref)["retired_at"] is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"z_site": "One"}, "joins two sites"),
        ({"starts_on": "2026-06-02", "ends_on": "2026-06-01"}, "ends before it starts"),
        ({"z_site": None}, "needs its z site"),
    ],
)
def test_an_rf_link_that_can_not_be_is_refused(session: Session, fields: dict[str, str], said: str) -> None:
    make_site(session, "One"), make_site(session, "Two")
    with pytest.raises(Invalid, match=said):
        propose(make_ctx(session, Role.ADMIN), "rf_link", "create", **{"a_site": "One", "z_site": "Two", **fields})


def test_a_name_or_field_nobody_knows_is_refused(session: Session) -> None:
    admin = make_ctx(session, Role.ADMIN)
    with pytest.raises(NotFound, match="No site"):
        propose(admin, "rf_link", "create", a_site="Nowhere at all", z_site=make_site(session))
    with pytest.raises(Invalid, match="field"):
        propose(admin, "rf_link", "create", azimuth="12")


def test_many_rf_links_are_changed_as_one_proposal(session: Session) -> None:
    refs = [make_rf_link(session) for _ in range(3)]
    change = propose(make_ctx(session, Role.ENGINEERING), "rf_link", items=[{"ref": r} for r in refs], band="11 GHz")
    approve(session, change)
    assert {row_of(session, "rf_link", ref)["band"] for ref in refs} == {"11 GHz"}


def test_rf_links_are_listed_by_site_day_licence_and_words_page_by_page(session: Session) -> None:
    ctx = make_ctx(session, Role.NOC)
    tower = make_site(session, "Ridge Tower")
    old = make_rf_link(session, a_site=tower, starts_on="2020-01-01", ends_on="2025-12-31", band="18 GHz")
    new = make_rf_link(session, z_site=tower, starts_on="2026-01-01", licence_expires_on="2026-08-01")
    make_rf_link(session)
    both = look.search_rf_links(ctx, SearchRfLinks(site=tower))
    assert [row.ref for row in both.rows] == [old, new]
    assert [r.ref for r in look.search_rf_links(ctx, SearchRfLinks(site=tower, as_of="2026-06-01")).rows] == [new]
    assert [r.ref for r in look.search_rf_links(ctx, SearchRfLinks(licence_expires_before="2026-12-31")).rows] == [new]
    assert [r.ref for r in look.search_rf_links(ctx, SearchRfLinks(query="ridge", sort="-ref")).rows] == [new, old]
    first = look.search_rf_links(ctx, SearchRfLinks(limit=2))
    rest = look.search_rf_links(ctx, SearchRfLinks(limit=2, cursor=first.next_cursor))
    assert (first.total, len(first.rows), len(rest.rows)) == (3, 2, 1)
    with pytest.raises(Invalid, match="column"):
        look.search_rf_links(ctx, SearchRfLinks(sort="monthly_cost"))


def test_a_circuit_hangs_off_a_site_for_some_days_and_never_twice_at_once(session: Session) -> None:
    admin = make_ctx(session, Role.ADMIN)
    site, circuit = make_site(session, "Ridge", kind="tower"), make_circuit(session, mrc="720.00")
    tie = {"site": site, "circuit": circuit}
    apply(admin, "site_circuit", "create", **tie, starts_on="2024-01-01", ends_on="2025-12-31")
    apply(admin, "site_circuit", "create", **tie, starts_on="2026-01-01", role="backup")
    with pytest.raises(Conflict, match="tied on some of these days"):
        propose(admin, "site_circuit", "create", **tie, starts_on="2025-12-31", ends_on="2025-12-31")
    view = look.get_site(admin, GetSite(ref=site))
    assert [line.role for line in view.subtended] == ["backup", "subtended"]
    then = look.get_site(admin, GetSite(ref=site, as_of="2025-06-01"))
    assert [(line.circuit, line.role, line.mrc) for line in then.subtended] == [
        (circuit, "subtended", Decimal("720.00"))
    ]
    assert [line.site for line in look.get_circuit(admin, GetOne(ref=circuit)).subtends] == [site, site]
    assert look.get_site(make_ctx(session, Role.NOC), GetSite(ref=site)).subtended[0].mrc is None


def test_the_last_day_of_a_tie_is_set_and_the_tie_is_taken_back(session: Session) -> None:
    admin = make_ctx(session, Role.ADMIN)
    site = make_site(session)
    apply(admin, "site_circuit", "create", site=site, circuit=make_circuit(session))
    (row,) = rows_of(session, "site_circuit")
    apply(admin, "site_circuit", ref=str(row["id"]), ends_on="2026-05-31")
    assert look.get_site(admin, GetSite(ref=site, as_of="2026-06-01")).subtended == []
    apply(admin, "site_circuit", "retire", ref=str(row["id"]))
    assert look.get_site(admin, GetSite(ref=site)).subtended == []
    with pytest.raises(NotFound, match="No subtended circuit"):
        propose(admin, "site_circuit", "retire", ref=str(row["id"]))


def test_a_lease_shows_its_term_and_the_day_to_act_by_on_its_site(session: Session) -> None:
    admin = make_ctx(session, Role.ADMIN)
    site = make_site(session, "Ridge", kind="tower")
    lease = make_contract(session, kind="lease", title="Ridge lease", number="L-1", term_start_date="2024-04-01",
                          term_months=36, end_of_term="auto_renew", notice_count=90, notice_unit="days",
                          mrc="1100.00")  # fmt: skip
    change = propose(admin, "contract_site", "create", contract="L-1", site=site)
    assert (change.risk, change.diff[0].ref) == ("high", lease)
    approve(session, change)
    (line,) = look.get_site(admin, GetSite(ref=site)).leases
    assert (line.contract, str(line.term_end_date), str(line.act_by)) == (lease, "2027-03-31", "2026-12-31")
    assert (line.renewal_state, line.mrc) == ("stable", Decimal("1100.00"))
    assert [s.ref for s in look.get_contract(admin, GetContract(ref=lease)).sites] == [site]
    with pytest.raises(Conflict, match="tied already"):
        propose(admin, "contract_site", "create", contract=lease, site=site, starts_on="2030-01-01")


def test_what_hangs_on_a_retired_site_goes_and_comes_back_with_it(session: Session) -> None:
    admin = make_ctx(session, Role.ADMIN)
    site = make_site(session, kind="tower")
    link = make_rf_link(session, a_site=site)
    apply(admin, "site_circuit", "create", site=site, circuit=make_circuit(session))
    apply(admin, "contract_site", "create", site=site, contract=make_contract(session))
    gone = apply(admin, "site", "retire", ref=site)
    tables = ("rf_link", "site_circuit", "contract_site")
    assert all(row["retired_at"] for table in tables for row in rows_of(session, table))
    undo(admin, gone)
    assert not any(row["retired_at"] for table in tables for row in rows_of(session, table))
    assert row_of(session, "rf_link", link)["retired_at"] is None


def test_an_rf_link_outlives_the_circuit_it_carried(session: Session) -> None:
    circuit = make_circuit(session)
    link = make_rf_link(session, circuit=circuit)
    apply(make_ctx(session, Role.ADMIN), "circuit", "retire", ref=circuit)
    row = row_of(session, "rf_link", link)
    assert (row["retired_at"], row["circuit_id"]) == (None, None)


def test_notes_and_tags_go_on_an_rf_link(session: Session) -> None:
    noc = make_ctx(session, Role.NOC)
    ref = make_rf_link(session)
    apply(noc, "note", "create", on=ref, text="Ice on the dish.")
    apply(noc, "tag", "create", on=ref, name="hard to reach")
    view = look.get_rf_link(noc, GetOne(ref=ref))
    assert ([note.text for note in view.notes], view.tags) == (["Ice on the dish."], ["hard to reach"])
    assert [row.ref for row in look.search_rf_links(noc, SearchRfLinks(tag="hard to reach")).rows] == [ref]


def test_sales_see_what_a_link_costs_and_may_not_change_it(session: Session) -> None:
    ref = make_rf_link(session)
    with pytest.raises(Forbidden):
        propose(make_ctx(session, Role.SALES), "rf_link", ref=ref, monthly_cost="1.00")
