"""What may be said about network detail, what lists ask for, and what is shown."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from netos_core.kernel.fields import LongText, Mbps, Name, Speed, Text
from netos_core.kernel.page import Listing, ListRequest
from netos_core.kernel.redaction import Key, Request, View
from netos_core.kernel.sealing import Secret
from netos_core.network.rules import BlockStatus, PortStatus, Role, usable_md5_key

MD5 = "bgp-md5-key"

# A number is written as text too: AS64512, 1.10, 100-199.
Numbers = Annotated[Text, BeforeValidator(lambda given: str(given) if type(given) is int else given)]
Tag = Annotated[int, Field(ge=1, le=4094)]
Family = Literal["ipv4", "ipv6"]


class InterfaceEdit(Request):
    """Fields of a router interface. A field left out stays; null clears it. Names and refs stand for records."""

    router: Name | None = Field(None, description="Name of the router, such as ipls-core1.")
    name: Name | None = Field(None, description="As the router has it: xe-0/0/1, TenGigE0/0/0/1.")
    site: Text | None = None
    circuit: Text | None = None
    description: LongText | None = None
    speed_mbps: Mbps | None = None
    media: Text | None = None
    lag: Text | None = Field(None, description="The bundle it is a member of, such as ae0.")
    mtu: Annotated[int, Field(ge=64, le=65535)] | None = None


class HandoffPortEdit(Request):
    """Fields of a port where circuits are handed over."""

    site: Text | None = None
    rack: Text | None = None
    panel: Text | None = None
    port: Text | None = None
    connector: Text | None = None
    media: Text | None = None
    speed_mbps: Mbps | None = None
    circuit: Text | None = None
    status: PortStatus | None = None
    description: LongText | None = None


class VlanEdit(Request):
    """Fields of a VLAN or a range of them."""

    numbers: Numbers | None = Field(None, description="1 to 4094: 120, or 100-199; the C-tag where outer_tag is set.")
    outer_tag: Tag | None = Field(None, description="The S-tag around it, where it is double-tagged.")
    scope: Name | None = Field(None, description="Where numbers are unique; by default the router, site or circuit.")
    name: Text | None = None
    site: Text | None = None
    circuit: Text | None = None
    interface: Text | None = Field(None, description="Ref, or router and name.")
    description: LongText | None = None


class BgpSessionEdit(Request):
    """Fields of a BGP session, on a circuit or an interface."""

    circuit: Text | None = None
    interface: Text | None = Field(None, description="Ref, or router and name.")
    local_asn: Numbers | None = Field(None, description="64512, AS64512 or 1.10.")
    peer_asn: Numbers | None = None
    local_ip: Text | None = None
    peer_ip: Text | None = None
    description: LongText | None = None
    md5_key: Annotated[Text, Secret(MD5, usable_md5_key)] | None = Field(
        None, description="Sealed at once; shown again only on the session's page, to who may see keys."
    )
    max_prefix: Annotated[int, Field(ge=1, le=2_147_483_647)] | None = None


class IpBlockEdit(Request):
    """Fields of a block of addresses."""

    network: Text | None = Field(
        None, description="Such as 198.51.100.0/24 or 2001:db8::/32; its parent is worked out."
    )
    role: Role | None = None
    status: BlockStatus | None = None
    site: Text | None = None
    circuit: Text | None = None
    customer: Text | None = None
    gateway: Text | None = Field(None, description="An address inside of it.")
    description: LongText | None = None


AT_SITE = Field(None, description="Ref or name of a site; also what is at sites inside it.")


class SearchInterfaces(ListRequest):
    router: str | None = None
    site: str | None = AT_SITE
    circuit: str | None = None


class SearchPorts(ListRequest):
    status: list[PortStatus] | None = None
    site: str | None = AT_SITE
    circuit: str | None = None


class SearchVlans(ListRequest):
    number: int | None = Field(None, ge=1, le=4094, description="VLANs and ranges that hold it, as inner or outer tag.")
    scope: str | None = None
    site: str | None = AT_SITE
    circuit: str | None = None


class SearchBgpSessions(ListRequest):
    asn: Numbers | None = Field(None, description="Of either side: 64512, AS64512 or 1.10.")
    ip: str | None = Field(None, description="Address of either side.")
    circuit: str | None = None
    family: Family | None = None


class SearchIpBlocks(ListRequest):
    contains: str | None = Field(None, description="An address or block they hold, such as 198.51.100.7.")
    within: str | None = Field(None, description="A block they lie in, such as 198.51.100.0/24.")
    role: list[Role] | None = None
    status: list[BlockStatus] | None = None
    family: Family | None = None
    site: str | None = AT_SITE
    circuit: str | None = None
    customer: str | None = None


class InterfaceRow(View):
    ref: str
    router: str
    name: str
    site: str | None
    site_ref: str | None
    circuit: str | None
    speed_mbps: Speed | None
    media: str | None
    lag: str | None
    mtu: int | None
    description: str | None


class PortRow(View):
    ref: str
    site: str
    site_ref: str
    rack: str | None
    panel: str | None
    port: str
    status: str
    circuit: str | None
    connector: str | None
    media: str | None
    speed_mbps: Speed | None
    description: str | None


class VlanRow(View):
    ref: str
    numbers: str
    outer_tag: int | None
    scope: str
    name: str | None
    circuit: str | None
    interface: str | None
    interface_ref: str | None
    site: str | None
    site_ref: str | None
    description: str | None


class BgpRow(View):
    ref: str
    peer_asn: int
    local_asn: int
    peer_ip: str
    local_ip: str | None
    family: str
    circuit: str | None
    interface: str | None
    interface_ref: str | None
    max_prefix: int | None
    key_set: bool
    description: str | None


class BlockRow(View):
    ref: str
    network: str
    role: str
    status: str
    parent: str | None
    used_percent: Decimal | None = Field(description="Share of its addresses that blocks inside it take.")
    site: str | None
    site_ref: str | None
    circuit: str | None
    customer: str | None
    customer_ref: str | None
    gateway: str | None
    description: str | None


class InterfaceList(Listing):
    rows: list[InterfaceRow]


class PortList(Listing):
    rows: list[PortRow]


class VlanList(Listing):
    rows: list[VlanRow]


class BgpList(Listing):
    rows: list[BgpRow]


class BlockList(Listing):
    rows: list[BlockRow]


class NetworkLine(View):
    """One piece of network detail as circuits and sites list it."""

    kind: str
    ref: str
    name: str
    facts: str


class GetBgpKey(Request):
    ref: str = Field(description="Such as BGP-1004.", max_length=200)


class BgpKey(View):
    """The MD5 key of a session, open."""

    ref: str
    md5_key: Key[str] | None
