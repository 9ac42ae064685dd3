"""Network detail on the pages: five lists, forms that propose, and a key that is shown to few."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from netos_core.access.rules import Role
from netos_core.runtime.calls import Core
from tests.factories import apply, make_circuit, make_ctx
from tests.web.conftest import Browser, as_role, sign_in
from tests.web.test_changes import change_at, decide

DANA = "dana.whitfield@xiber.example"
KEY = "Marker-Key-77"


@pytest.fixture
def dana(demo_core: Core) -> Iterator[Browser]:
    return sign_in(demo_core, DANA)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/network", "198.51.100.0/24"),
        ("/network/blocks?contains=198.51.100.130", "198.51.100.128/26"),
        ("/network/vlans?number=105", "kokomo-customers"),
        ("/network/bgp?asn=1.10", "65546"),
        ("/network/interfaces?router=chcg-edge1", "HundredGigE0/0/0/4"),
        ("/network/ports?status=reserved", "9-10"),
    ],
)
def test_each_list_finds_by_its_filters(dana: Browser, path: str, told: str) -> None:
    assert told in dana.get(path)


@pytest.mark.parametrize("name", ["blocks", "vlans", "bgp", "interfaces", "ports"])
def test_each_list_goes_to_a_file(dana: Browser, name: str) -> None:
    assert "ref" in dana.get(f"/network/{name}.csv").splitlines()[0]
    answer = dana.client.get(f"/network/{name}.xlsx")
    assert answer.content[:2] == b"PK"
    assert f"netos-network-{name}-" in answer.headers["content-disposition"]
    assert "colour" in dana.get(f"/network/{name}?colour=red", 400)


def test_an_address_typed_in_search_finds_its_blocks(dana: Browser) -> None:
    page = dana.get("/search?q=198.51.100.33")
    assert page.index("198.51.100.32/31") < page.index("198.51.100.0/26") < page.index("198.51.100.0/24")


def test_a_block_is_proposed_from_its_circuit_corrected_and_retired(core: Core) -> None:
    with core.session() as session:
        circuit = make_circuit(session)
    noc, executive = as_role(core, Role.NOC), as_role(core, Role.EXEC)
    assert f"/network/blocks/new?circuit={circuit}" in noc.get(f"/circuits/{circuit}")
    form = noc.get(f"/network/blocks/new?circuit={circuit}")
    assert f'value="{circuit}"' in form
    assert "Propose an IP block" in form
    fields = {"network": "198.51.100.5/30", "role": "p2p", "circuit": circuit, "reason": "The LOA says so."}
    refused = noc.post("/network/blocks/new", fields, 400)
    assert "the network is 198.51.100.4/30" in refused
    decide(executive, change_at(noc.where("/network/blocks/new", fields | {"network": "198.51.100.4/30"})))
    assert "198.51.100.4/30" in noc.get(f"/circuits/{circuit}")
    edit = {"was.gateway": "", "gateway": "198.51.100.5", "reason": "Their side."}
    decide(executive, change_at(noc.where("/network/blocks/IPB-1001/edit", edit)))
    assert "198.51.100.5" in noc.get("/network/blocks/IPB-1001")
    decide(executive, change_at(noc.where("/network/blocks/IPB-1001/retire", {"reason": "Given back."})))
    noc.get("/network/blocks/IPB-1001", 404)


def test_a_key_is_typed_but_never_shown_until_it_is_asked_for(core: Core) -> None:
    with core.session() as session:
        circuit = make_circuit(session)
        made = {"circuit": circuit, "local_asn": "64512", "peer_asn": "174", "peer_ip": "192.0.2.1"}
        apply(make_ctx(session, Role.ADMIN), "bgp_session", "create", **made)
    engineer, executive, noc = (as_role(core, role) for role in (Role.ENGINEERING, Role.EXEC, Role.NOC))
    assert 'type="password" value=""' in engineer.get("/network/bgp/BGP-1001/edit")
    assert "md5_key" not in noc.get("/network/bgp/BGP-1001/edit")
    refused = engineer.post("/network/bgp/BGP-1001/edit", {"md5_key": KEY, "was.md5_key": ""}, 400)
    assert KEY not in refused, "a form that comes back does not carry the key"
    change = change_at(engineer.where("/network/bgp/BGP-1001/edit", {"md5_key": KEY, "reason": "Agreed by phone."}))
    assert KEY not in engineer.get(f"/approvals/{change}")
    decide(executive, change)
    assert KEY not in engineer.get("/network/bgp/BGP-1001")
    assert KEY in engineer.post("/network/bgp/BGP-1001/key", {})
    noc.post("/network/bgp/BGP-1001/key", {}, 403)
    clear = {"md5_key": "", "clear.md5_key": "yes", "reason": "No key any more."}
    decide(executive, change_at(engineer.where("/network/bgp/BGP-1001/edit", clear)))
    assert "No key is recorded" in engineer.get("/network/bgp/BGP-1001")


def test_retiring_a_circuit_shows_what_it_gives_back_and_waits_for_another_person(core: Core) -> None:
    with core.session() as session:
        admin, circuit = make_ctx(session, Role.ADMIN), make_circuit(session)
        apply(admin, "interface", "create", router="r1", name="ae0", circuit=circuit)
        apply(admin, "vlan", "create", numbers="120", interface="r1 ae0", circuit=circuit)
    engineer, executive = as_role(core, Role.ENGINEERING), as_role(core, Role.EXEC)
    change = change_at(engineer.where(f"/circuits/{circuit}/retire", {"reason": "Replaced by the wave."}))
    page = engineer.get(f"/approvals/{change}")
    assert "VLN-1001" in page
    assert "IFC-1001" in page
    assert "another one is still needed" in page, "who asked does not retire alone"
    assert "Your approval applies" not in page
    decide(executive, change)
    engineer.get("/network/vlans/VLN-1001", 404)
    assert circuit not in engineer.get("/network/interfaces/IFC-1001")
