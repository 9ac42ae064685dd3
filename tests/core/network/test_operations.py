"""Network detail through the write path: proposed, approved, shown, undone; what meets is refused by name."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.kernel.context import Channel
from netos_core.kernel.errors import Conflict, Forbidden, Invalid, NetosError, NotFound
from netos_core.network import operations as network
from netos_core.network import schemas as s
from netos_core.network.rules import Overlap
from netos_core.overview.operations import get_circuit, get_network_record, get_site
from netos_core.overview.schemas import GetOne, GetSite
from netos_core.proposals.operations import rebase_change
from netos_core.proposals.schemas import Rebase
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from netos_core.search.operations import search
from netos_core.search.schemas import Search
from tests.factories import (
    apply,
    approve,
    audit_of,
    make_circuit,
    make_ctx,
    make_customer,
    make_site,
    propose,
    row_of,
    undo,
)

KEY = "Marker-Key-5150"


def make(session: Session, kind: str, **fields: object) -> str:
    return apply(make_ctx(session, Role.ADMIN), kind, "create", **fields).diff[0].ref


def test_detail_of_a_circuit_is_medium_and_shows_on_its_circuit_and_site(session: Session) -> None:
    noc = make_ctx(session, Role.NOC)
    site = make_site(session, "Keystone")
    circuit = make_circuit(session, a_site=site)
    proposed = propose(noc, "interface", "create", router="ipls-core1", name="te0/0/0/1", circuit=circuit, site=site,
                       speed_mbps="10000", lag="be12", mtu=9100)  # fmt: skip
    assert (proposed.risk, proposed.aspects) == ("medium", ["attribute"])
    approve(session, proposed)
    vlan = make(session, "vlan", numbers=120, outer_tag=2001, interface="ipls-core1 TenGigE0/0/0/1", circuit=circuit)
    port = make(session, "handoff_port", site=site, rack="C12", panel="2", port="5-6", circuit=circuit)
    block = make(session, "ip_block", network="198.51.100.0/30", role="p2p", circuit=circuit, gateway="198.51.100.1")
    lines = get_circuit(noc, GetOne(ref=circuit)).network
    assert [(line.ref, line.name) for line in lines] == [
        (proposed.diff[0].ref, "ipls-core1 TenGigE0/0/0/1"),
        (port, "rack C12 panel 2 port 5-6"),
        (vlan, "VLAN 2001.120"),
        (block, "198.51.100.0/30"),
    ]
    assert lines[0].facts == "in Bundle-Ether12, MTU 9100"
    assert [line.ref for line in get_site(noc, GetSite(ref=site)).network] == [proposed.diff[0].ref, port]
    record = get_network_record(noc, GetOne(ref=proposed.diff[0].ref.lower()))
    assert record.interface is not None
    assert record.interface.speed_mbps == Decimal(10000)
    assert [line.ref for line in record.runs_over] == [vlan]


def test_a_vlan_without_a_scope_takes_that_of_what_it_is_on(session: Session) -> None:
    interface = make(session, "interface", router="r1", name="ae0")
    vlan = make(session, "vlan", numbers="100-199", interface=interface)
    assert row_of(session, "vlan", vlan)["scope"] == "r1 ae0"
    with pytest.raises(Overlap, match=f"{vlan} already has VLAN 100-199 in the scope r1 ae0"):
        propose(make_ctx(session, Role.NOC), "vlan", "create", numbers="150", scope="R1 ae0")
    with pytest.raises(Invalid, match="needs a scope"):
        propose(make_ctx(session, Role.NOC), "vlan", "create", numbers="150")
    apply(make_ctx(session, Role.NOC), "vlan", ref=vlan, numbers="100-149")
    make(session, "vlan", numbers="150", interface=interface)


def test_a_port_is_used_by_its_circuit_and_free_without_one(session: Session) -> None:
    noc, site, circuit = make_ctx(session, Role.NOC), make_site(session), make_circuit(session)
    port = make(session, "handoff_port", site=site, port="7")
    assert row_of(session, "handoff_port", port)["status"] == "free"
    apply(noc, "handoff_port", ref=port, circuit=circuit)
    assert row_of(session, "handoff_port", port)["status"] == "used"
    with pytest.raises(Invalid, match="free port has no circuit"):
        propose(noc, "handoff_port", ref=port, status="free")
    apply(noc, "handoff_port", ref=port, circuit=None)
    assert row_of(session, "handoff_port", port)["status"] == "free"
    with pytest.raises(Overlap, match=f"{port} already is that port"):
        propose(noc, "handoff_port", "create", site=site, port="7")
    found = network.search_handoff_ports(noc, s.SearchPorts(status=["free"], site=site)).rows
    assert [row.ref for row in found] == [port]


def test_blocks_nest_and_know_their_parent_and_how_full_they_are(session: Session) -> None:
    noc, customer, rival = make_ctx(session, Role.NOC), make_customer(session), make_customer(session)
    whole = make(session, "ip_block", network="198.51.100.0/24", role="public")
    given = make(session, "ip_block", network="198.51.100.0/25", role="customer", customer=customer)
    inner = make(session, "ip_block", network="198.51.100.0/29", role="customer", customer=customer)
    link = make(session, "ip_block", network="198.51.100.8/31", role="p2p")
    rows = {row.ref: row for row in network.search_ip_blocks(noc, s.SearchIpBlocks()).rows}
    assert [rows[ref].parent for ref in (whole, given, inner, link)] == [None, whole, given, given]
    assert rows[whole].used_percent == Decimal("50.0")
    assert rows[given].used_percent == Decimal("7.8")
    assert rows[inner].used_percent is None
    record = get_network_record(noc, GetOne(ref=inner))
    assert [row.ref for row in record.around] == [whole, given]
    assert [row.ref for row in get_network_record(noc, GetOne(ref=whole)).inside] == [given, inner, link]
    with pytest.raises(Overlap, match=rf"{link} \(198\.51\.100\.8/31, p2p\)"):
        propose(noc, "ip_block", "create", network="198.51.100.8/30", role="p2p")
    with pytest.raises(Overlap, match="for another customer"):
        propose(noc, "ip_block", "create", network="198.51.100.16/29", role="customer", customer=rival)
    with pytest.raises(Invalid, match="outside of"):
        propose(noc, "ip_block", ref=link, gateway="198.51.101.1")


def test_lists_filter_sort_and_page(session: Session) -> None:
    noc, circuit = make_ctx(session, Role.NOC), make_circuit(session)
    refs = [make(session, "ip_block", network=f"10.9.{n}.0/30", role="p2p", circuit=circuit) for n in (10, 9, 2)]
    six = make(session, "ip_block", network="2001:db8::/126", role="p2p")
    first = network.search_ip_blocks(noc, s.SearchIpBlocks(limit=2))
    assert [row.ref for row in first.rows] == refs[:0:-1]
    rest = network.search_ip_blocks(noc, s.SearchIpBlocks(limit=2, cursor=first.next_cursor))
    assert [row.ref for row in rest.rows] == [refs[0], six]

    def blocks(**asked: object) -> list[str]:
        return [row.ref for row in network.search_ip_blocks(noc, s.SearchIpBlocks.model_validate(asked)).rows]

    assert blocks(contains="10.9.9.1") == [refs[1]]
    assert blocks(within="10.9.0.0/21") == [refs[2]]
    assert blocks(family="ipv6") == [six]
    assert blocks(circuit=circuit, sort="-network") == refs
    assert blocks(query="10.9.2.0/24") == [refs[2]]
    with pytest.raises(NetosError, match="no column to sort by"):
        blocks(sort="used_percent")
    session_ref = make(session, "bgp_session", circuit=circuit, local_asn="64512", peer_asn="AS3356",
                       peer_ip="10.9.9.1", local_ip="10.9.9.2", max_prefix=1000)  # fmt: skip
    for asked in ({"asn": "3356"}, {"ip": "10.9.9.2"}, {"family": "ipv4"}, {"query": "as3356"}, {"circuit": circuit}):
        found = network.search_bgp_sessions(noc, s.SearchBgpSessions.model_validate(asked))
        assert [row.ref for row in found.rows] == [session_ref], asked
    make(session, "interface", router="r1", name="xe-0/0/1", circuit=circuit)
    make(session, "vlan", numbers="100-110", circuit=circuit)
    assert network.search_interfaces(noc, s.SearchInterfaces(router="R1", query="xe-0")).total == 1
    assert network.search_vlans(noc, s.SearchVlans(number=105)).total == 1
    assert network.search_vlans(noc, s.SearchVlans(number=99)).hint


def test_search_finds_by_address_prefix_as_number_and_interface(session: Session) -> None:
    noc, circuit = make_ctx(session, Role.NOC), make_circuit(session)
    wide = make(session, "ip_block", network="203.0.113.0/24", role="public")
    narrow = make(session, "ip_block", network="203.0.113.8/30", role="p2p", circuit=circuit)
    bgp = make(session, "bgp_session", circuit=circuit, local_asn="64512", peer_asn="1.10", peer_ip="203.0.113.9")
    port = make(session, "interface", router="r1", name="Te0/0/0/7")
    vlan = make(session, "vlan", numbers="310-319", circuit=circuit)

    def found(query: str, *kinds: str) -> list[str]:
        return [hit.ref for hit in search(noc, Search.model_validate({"query": query, "kind": kinds or None})).hits]

    assert found("203.0.113.9", "ip_block") == [narrow, wide], "the most specific block first"
    assert found("203.0.113.9", "bgp_session") == [bgp]
    assert found("203.0.113.0/25") == [narrow, wide]
    assert found("203.0.113.0/24")[0] == wide
    assert found("AS65546") == [bgp]
    assert found("1.10", "bgp_session") == [bgp]
    assert found("TenGigabitEthernet0/0/0/7") == [port]
    assert found("vlan 315", "vlan") == [vlan]
    assert found(narrow.lower())[0] == narrow


@pytest.mark.parametrize("ending", ["retire", "decommissioned"])
def test_a_circuit_that_ends_gives_its_network_detail_back_and_undo_brings_it_all(
    session: Session, ending: str
) -> None:
    admin, site = make_ctx(session, Role.ADMIN), make_site(session)
    circuit, other = make_circuit(session), make_circuit(session)
    customer = make_customer(session)
    interface = make(session, "interface", router="r1", name="ae0", circuit=circuit)
    shared = make(session, "vlan", numbers=120, interface=interface, circuit=other)
    vlan = make(session, "vlan", numbers=121, interface=interface, circuit=circuit)
    port = make(session, "handoff_port", site=site, port="1", circuit=circuit)
    bgp = make(session, "bgp_session", circuit=circuit, local_asn="64512", peer_asn="174", peer_ip="192.0.2.1")
    link = make(session, "ip_block", network="192.0.2.0/31", role="p2p", circuit=circuit)
    routed = make(session, "ip_block", network="198.51.100.0/29", role="customer", circuit=circuit, customer=customer)
    before = [line.ref for line in get_circuit(admin, GetOne(ref=circuit)).network]
    assert before == [interface, port, vlan, bgp, link, routed]
    if ending == "retire":
        proposed = propose(make_ctx(session, Role.NOC), "circuit", "retire", ref=circuit)
    else:
        proposed = propose(make_ctx(session, Role.NOC), "circuit", ref=circuit, status=ending)
    assert (proposed.risk, {d.ref for d in proposed.diff}) == ("high", {circuit, *before})
    assert {d.ref for d in proposed.diff if d.action == "retire"} - {circuit} == {vlan, bgp, link}
    freed = [(d.field, d.old, d.new) for d in proposed.diff if d.ref == port]
    assert sorted(freed) == [("circuit", circuit, None), ("status", "used", "free")]
    approve(session, proposed)
    assert row_of(session, "interface", interface)["circuit_id"] is None
    assert row_of(session, "ip_block", routed)["customer_id"] is not None
    assert get_network_record(admin, GetOne(ref=shared)).name == "VLAN 120", "another circuit's VLAN stays"
    for ref in (vlan, bgp, link):
        with pytest.raises(NotFound):
            get_network_record(admin, GetOne(ref=ref))
    apply(admin, "vlan", "create", numbers=122, interface=interface)
    undo(admin, proposed)
    assert [line.ref for line in get_circuit(admin, GetOne(ref=circuit)).network] == before
    assert row_of(session, "handoff_port", port)["status"] == "used"


def test_a_number_taken_since_stands_in_the_way_of_the_undo(session: Session) -> None:
    admin, circuit = make_ctx(session, Role.ADMIN), make_circuit(session)
    make(session, "vlan", numbers=120, scope="metro", circuit=circuit)
    gone = apply(admin, "circuit", "retire", ref=circuit)
    make(session, "vlan", numbers=120, scope="metro")
    with pytest.raises(Conflict):
        undo(admin, gone)


def test_a_site_that_goes_takes_its_ports_along_and_leaves_the_rest(session: Session) -> None:
    admin, site, circuit = make_ctx(session, Role.ADMIN), make_site(session), make_circuit(session)
    port = make(session, "handoff_port", site=site, port="1", circuit=circuit)
    interface = make(session, "interface", router="r1", name="ae0", site=site, circuit=circuit)
    block = make(session, "ip_block", network="192.0.2.0/24", role="infrastructure", site=site)
    proposed = apply(admin, "site", "retire", ref=site)
    assert {(d.ref, d.action) for d in proposed.diff} == {
        (site, "retire"), (port, "retire"), (interface, "update"), (block, "update"),
    }  # fmt: skip
    assert row_of(session, "interface", interface)["site_id"] is None
    assert row_of(session, "interface", interface)["circuit_id"] is not None
    undo(admin, proposed)
    assert [line.ref for line in get_site(admin, GetSite(ref=site)).network] == [interface, port, block]


def test_many_at_once_are_planned_against_each_other(session: Session) -> None:
    noc = make_ctx(session, Role.NOC)
    items = [{"set": {"network": f"10.1.{n}.0/30"}} for n in range(3)]
    approve(session, propose(noc, "ip_block", "create", items=items, role="p2p"))
    with pytest.raises(Overlap, match="Another item of this change"):
        propose(noc, "ip_block", "create", items=[{"set": {"network": "10.2.0.0/30"}}] * 2, role="p2p")


def test_a_key_is_sealed_before_anything_is_kept_of_it(session: Session) -> None:
    engineer, circuit = make_ctx(session, Role.ENGINEERING), make_circuit(session)
    made = {"circuit": circuit, "local_asn": "64512", "peer_asn": "174", "peer_ip": "192.0.2.1", "md5_key": KEY}
    proposed = propose(engineer, "bgp_session", "create", **made)
    assert (proposed.risk, proposed.risk_words) == ("high", "High risk: a key of the network")
    assert {d.field: d.new for d in proposed.diff}["md5_key"] == "set"
    assert propose(engineer, "bgp_session", "create", **made).change_id == proposed.change_id, "a retry is the same one"
    approve(session, proposed)
    ref = proposed.diff[0].ref
    assert row_of(session, "bgp_session", ref)["md5_key"].startswith("sealed:")
    with pytest.raises(Invalid, match="Nothing would change"):
        propose(engineer, "bgp_session", ref=ref, md5_key=KEY)
    changed = apply(engineer, "bgp_session", ref=ref, md5_key=KEY + "-2")
    assert [(d.field, d.old, d.new) for d in changed.diff] == [("md5_key", "set", "changed")]
    assert [(f.old, f.new) for f in audit_of(session, ref)[0].fields] == [("set", "changed")]
    page = make_ctx(session, Role.ENGINEERING, channel=Channel.PAGE)
    assert network.get_bgp_key(page, s.GetBgpKey(ref=ref)).md5_key == KEY + "-2"
    undo(make_ctx(session, Role.ADMIN), changed)
    assert network.get_bgp_key(page, s.GetBgpKey(ref=ref)).md5_key == KEY
    cleared = apply(engineer, "bgp_session", ref=ref, md5_key=None)
    assert [(d.old, d.new) for d in cleared.diff] == [("set", None)]
    assert network.get_bgp_key(page, s.GetBgpKey(ref=ref)).md5_key is None
    assert nowhere(session, KEY)


@pytest.mark.parametrize("role", [Role.NOC, Role.FINANCE, Role.EXEC, Role.AUDITOR, Role.SALES, Role.FIELD])
def test_who_may_not_see_keys_neither_reads_nor_proposes_one(session: Session, role: Role) -> None:
    ref = make(session, "bgp_session", circuit=make_circuit(session), local_asn="1", peer_asn="2", peer_ip="192.0.2.1")
    with pytest.raises(Forbidden, match="see:keys"):
        network.get_bgp_key(make_ctx(session, role, channel=Channel.PAGE), s.GetBgpKey(ref=ref))
    with pytest.raises(Forbidden):
        propose(make_ctx(session, role), "bgp_session", ref=ref, md5_key=KEY)


def test_no_agent_reads_a_key(session: Session) -> None:
    with pytest.raises(Forbidden, match="never by an agent"):
        network.get_bgp_key(make_ctx(session, Role.ADMIN, "claude"), s.GetBgpKey(ref="BGP-1001"))


def test_a_wrong_key_is_refused_without_being_repeated(session: Session) -> None:
    for wrong in ("two words of a key", 12345678, ["a", "b"]):
        with pytest.raises(Invalid) as refused:
            propose(make_ctx(session, Role.ADMIN), "bgp_session", ref="BGP-1001", md5_key=wrong)
        assert str(wrong) not in str(refused.value.as_dict())


def nowhere(session: Session, plain: str) -> bool:
    """Look for a text in every column of every table."""
    tables = session.scalars(text("select tablename from pg_tables where schemaname = current_schema()")).all()
    found = [
        table
        for table in tables
        if session.scalar(text(f'select count(*) from "{table}" t where t::text like :like'), {"like": f"%{plain}%"})
    ]
    assert not found, found
    return True


def test_of_two_open_proposals_for_overlapping_addresses_one_is_written(fresh_db: str) -> None:
    core = Core(Settings(database_url=fresh_db))
    wishes = (
        ("ip_block", {"network": "10.0.0.0/30", "role": "p2p"}, {"network": "10.0.0.2/31", "role": "p2p"}),
        ("vlan", {"numbers": "100-110", "scope": "metro"}, {"numbers": "110", "scope": "Metro"}),
    )
    for kind, *pair in wishes:
        with core.session() as session:
            noc = make_ctx(session, Role.NOC)
            proposals = [propose(noc, kind, "create", **wish) for wish in pair]
            approve(session, propose(noc, "note", "create", on=make_site(session), text="warm"))

        def decide(change: object) -> str:
            try:
                with core.session() as session:
                    return approve(session, change).status  # type: ignore[arg-type]
            except Conflict as refused:
                return refused.message

        with ThreadPoolExecutor(2) as pool:
            ends = sorted(pool.map(decide, proposals), key=len)
        assert ends[0] == "committed"
        assert "already ho" in ends[1] or "already has one of those numbers" in ends[1], ends
        with core.session() as session:
            assert session.scalar(text(f"select count(*) from {kind}")) == 1
            lost = session.scalars(text("select ref from proposal where status = 'open'")).all()
            with pytest.raises(Overlap, match=r"(IPB|VLN)-\d+"):
                rebase_change(make_ctx(session, Role.NOC), Rebase(change_id=lost[-1]))
    core.close()
