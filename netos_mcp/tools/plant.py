"""Radio links, electrical accounts, and what is at an address."""

from __future__ import annotations

from netos_core.lookup import operations as lookup
from netos_core.overview import operations as overview
from netos_mcp.answers import LIST_WORDS, Published

NAME = "plant"
TOOLSET = (
    Published(
        overview.search_rf_links,
        "List radio links by site, circuit, band, licence or status. One link: get_rf_link. "
        'Example: {"sort": "-capacity_mbps"}.',
        words=LIST_WORDS,
        toolset=NAME,
    ),
    Published(
        overview.get_rf_link,
        "Show one radio link: its two ends, licence, capacity, path length and what it carries. Several: "
        'search_rf_links. Example: {"ref": "RFL-1001"}.',
        toolset=NAME,
    ),
    Published(
        overview.search_electrical_accounts,
        "List utility accounts by site, utility or meter, with their average month. One account: "
        'get_electrical_account. Example: {"sort": "ref"}.',
        words=LIST_WORDS,
        toolset=NAME,
    ),
    Published(
        overview.get_electrical_account,
        "Show one utility account: meter, service and its bills by month. Several: search_electrical_accounts. "
        'Example: {"ref": "ELE-1001"}.',
        toolset=NAME,
    ),
    Published(
        lookup.look_up_address,
        "Find what is near an address: sites, circuits, carriers, and a modeled cost with what it rests on. A place "
        'nobody has coordinates of is said to be unknown. Example: {"address": "733 W Henry St, Indianapolis"}.',
        toolset=NAME,
    ),
)
