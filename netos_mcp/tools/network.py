"""Router interfaces, handoff ports, VLANs, BGP sessions and IP blocks."""

from __future__ import annotations

from netos_core.network import operations as network
from netos_core.overview import operations as overview
from netos_mcp.answers import LIST_WORDS, Published

NAME = "network"
TOOLSET = (
    Published(
        network.search_interfaces,
        "List router interfaces by router, site or circuit. One with all around it: get_network_record. Example: "
        '{"router": "ipls-core1"}.',
        words=LIST_WORDS,
        toolset=NAME,
    ),
    Published(
        network.search_handoff_ports,
        "List handoff ports by site, circuit or status; a free one is where a circuit can go. For a name or "
        'position, use query. Example: {"site": "SIT-1007", "status": ["free"]}.',
        words=LIST_WORDS,
        toolset=NAME,
    ),
    Published(
        network.search_vlans,
        "List VLANs by number, scope, site or circuit; a range counts as each number it holds. Numbers repeat "
        'across scopes, so give the scope where you know it. Example: {"number": 1120}.',
        words=LIST_WORDS,
        toolset=NAME,
    ),
    Published(
        network.search_bgp_sessions,
        "List BGP sessions by AS number, address or circuit. Says whether an MD5 key is set, never which: a person "
        'reads that on the page. Example: {"asn": "AS3356"}.',
        words=LIST_WORDS,
        toolset=NAME,
    ),
    Published(
        network.search_ip_blocks,
        "List IP blocks by an address they hold, a block they lie in, role, site, circuit or customer. To look up "
        'one address, give contains. Example: {"contains": "198.51.100.7"}.',
        words=LIST_WORDS,
        toolset=NAME,
    ),
    Published(
        overview.get_network_record,
        "Show one interface, port, VLAN, session or block, with what is around and inside it and the circuit it "
        'serves. Search it first by address, number or name. Example: {"ref": "BGP-1004"}.',
        toolset=NAME,
    ),
)
