"""How numbers, names and addresses of the network are read, and which of them may stand beside each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    collapse_addresses,
    ip_address,
    ip_network,
)
from typing import TypeAlias
from uuid import UUID

from netos_core.kernel.errors import Conflict, Invalid

Network: TypeAlias = IPv4Network | IPv6Network
Address: TypeAlias = IPv4Address | IPv6Address


class PortStatus(StrEnum):
    FREE = "free"
    USED = "used"
    RESERVED = "reserved"


class Role(StrEnum):
    """What a block of addresses is for."""

    P2P = "p2p"
    LOOPBACK = "loopback"
    CUSTOMER = "customer"
    INFRASTRUCTURE = "infrastructure"
    PUBLIC = "public"


class BlockStatus(StrEnum):
    ACTIVE = "active"
    RESERVED = "reserved"
    DEPRECATED = "deprecated"


class Overlap(Conflict):
    """Numbers or addresses that something else already holds."""


# Autonomous systems

LAST_ASN = 2**32 - 1
AS_TRANS = 23456
NEVER_USED = frozenset({0, 65535, LAST_ASN})  # RFC 7607, RFC 7300
_HALF = 2**16
_ASN = re.compile(r"(?:asn?[ -]?)?(\d{1,10})(?:\.(\d{1,5}))?", re.IGNORECASE)


def find_asn(text: str) -> int | None:
    """Read AS64512, 64512 or the dotted 1.10 (RFC 5396) as a number; None where it is none of these."""
    found = _ASN.fullmatch(text.strip())
    if found is None:
        return None
    if found[2] is None:
        return int(found[1]) if int(found[1]) <= LAST_ASN else None
    high, low = int(found[1]), int(found[2])
    return high * _HALF + low if high < _HALF and low < _HALF else None


def asn(text: str, field: str) -> int:
    """Read the number of an autonomous system.

    Raises:
        Invalid: It is none, or one that no network may use.
    """
    number = find_asn(text)
    if number is None:
        raise Invalid(
            "That is no AS number.", field=field, fix=f"Write 64512, AS64512 or 1.10; at most {LAST_ASN} (4 bytes)."
        )
    if number in NEVER_USED:
        raise Invalid(f"AS{number} is reserved and no network's.", field=field, fix="Look the number up again.")
    if number == AS_TRANS:
        raise Invalid(
            f"AS{AS_TRANS} only stands in for a 4-byte number.", field=field, fix="Give the 4-byte number itself."
        )
    return number


# Interfaces

_SPELLED: tuple[tuple[str, str], ...] = (
    ("GigabitEthernet", "gi|gig|gige|gigabitethernet"),
    ("TenGigE", "te|ten|tengig|tengige|tengigabitethernet"),
    ("TwentyFiveGigE", "twe|twentyfivegig|twentyfivegige"),
    ("FortyGigE", "fo|fortygig|fortygige|fortygigabitethernet"),
    ("HundredGigE", "hu|hun|hundredgig|hundredgige|hundredgigabitethernet"),
    ("FourHundredGigE", "fh|fourhundredgige|fourhundredgigabitethernet"),
    ("FastEthernet", "fa|fastethernet"),
    ("Ethernet", "eth|ethernet"),
    ("Bundle-Ether", "be|bundle-ether"),
    ("Port-channel", "po|port-channel"),
    ("Loopback", "loopback"),
    ("Management", "ma|mgmt|management"),
)
_TYPES = {spelling: name for name, spellings in _SPELLED for spelling in spellings.split("|")}
_INTERFACE = re.compile(r"([A-Za-z][A-Za-z-]*?)\s*(-?\d+(?:[/.:]\d+)*)")
_JUNOS = re.compile(r"(?:[a-z]{2}-\d+/\d+/\d+|(?:ae|lo|irb|em|fxp|me|reth|st)\.?\d+)(?::\d+)?(?:\.\d+)?")


def interface_name(text: str) -> str:
    """Write a name of an interface in its one spelling, so that Te0/0/0/1 and TenGigE0/0/0/1 are the same.

    Names with a dash or in lower case, as Junos has them (xe-0/0/1, ae0), are kept in lower case; what is spelled in
    no way we know is kept as it is.
    """
    name = " ".join(text.split())
    if _JUNOS.fullmatch(name.lower()) and (name == name.lower() or "-" in name[:3]):
        return name.lower()
    found = _INTERFACE.fullmatch(name)
    if found is None or found[2].startswith("-"):
        return name
    full = _TYPES.get(found[1].lower()) or ("Loopback" if found[1] == "Lo" else None)
    return f"{full}{found[2]}" if full else name


# VLANs

LAST_VLAN = 4094
_RANGE = re.compile(r"(?:vlans?\s*)?(\d{1,5})(?:\s*(?:-|–|\.\.|to)\s*(\d{1,5}))?", re.IGNORECASE)


def vlan_range(text: str, field: str) -> tuple[int, int]:
    """Read one VLAN number or a range such as 100-199, as first and last.

    Raises:
        Invalid: It is neither, runs backwards, or leaves 1 to 4094.
    """
    found = _RANGE.fullmatch(text.strip())
    if found is None:
        raise Invalid("That is no VLAN number or range.", field=field, fix="Write 120, or 100-199.")
    first = int(found[1])
    last = int(found[2]) if found[2] else first
    if not 1 <= first <= LAST_VLAN or not 1 <= last <= LAST_VLAN:
        raise Invalid(f"A VLAN number is 1 to {LAST_VLAN}.", field=field, fix="0 and 4095 are reserved by 802.1Q.")
    if last < first:
        raise Invalid("That range runs backwards.", field=field, fix=f"Write {last}-{first}.")
    return first, last


def vlan_words(first: int, last: int, outer: int | None = None) -> str:
    """Write the numbers of a VLAN: 120, 100-199, or 2001.120 inside an outer tag."""
    numbers = str(first) if first == last else f"{first}-{last}"
    return numbers if outer is None else f"{outer}.{numbers}"


@dataclass(frozen=True, slots=True)
class Tags:
    """The VLAN numbers that one row holds in its scope, inside an outer tag or none."""

    id: UUID
    ref: str
    scope: str
    outer: int | None
    first: int
    last: int


def refuse_same_tags(wanted: Sequence[Tags], kept: Iterable[Tags]) -> None:
    """Refuse VLAN numbers that another VLAN of the scope has, kept already or in the same batch.

    Raises:
        Overlap: They meet; the VLAN they meet is named.
    """
    own = {tags.id for tags in wanted}
    others = [tags for tags in kept if tags.id not in own]
    for at, one in enumerate(wanted):
        for other in (*others, *wanted[:at]):
            same_space = (one.scope.lower(), one.outer) == (other.scope.lower(), other.outer)
            if same_space and one.first <= other.last and other.first <= one.last:
                held = vlan_words(other.first, other.last, other.outer)
                raise Overlap(
                    f"{_named(other.ref)} already has VLAN {held} in the scope {other.scope}.",
                    field="numbers",
                    fix="Choose other numbers, or name another scope.",
                )


def _named(ref: str) -> str:
    return "Another item of this change" if "-new" in ref else ref


# Addresses


def find_network(text: str) -> Network | None:
    """Read a prefix or a single address as a network, bits of the host aside; None where it is neither."""
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        return None


def network(text: str, field: str) -> Network:
    """Read a block; one address alone is a /32 or a /128.

    Raises:
        Invalid: It is no block, or names a host inside of one.
    """
    found = find_network(text)
    if found is None:
        raise Invalid("That is no IP block.", field=field, fix="Write 198.51.100.0/24 or 2001:db8::/32.")
    if find_address(text.strip().partition("/")[0]) != found.network_address:
        raise Invalid(
            f"That names a host; the network is {found}.",
            field=field,
            fix=f"Write {found}, or give the host as gateway.",
        )
    return found


def find_address(text: str) -> Address | None:
    try:
        return ip_address(text.strip())
    except ValueError:
        return None


def address(text: str, field: str) -> Address:
    """Read one address.

    Raises:
        Invalid: It is none.
    """
    found = find_address(text)
    if found is None:
        raise Invalid("That is no IP address.", field=field, fix="Write 198.51.100.1 or 2001:db8::1, without a length.")
    return found


def family(of: Address | Network) -> str:
    return f"ipv{of.version}"


@dataclass(frozen=True, slots=True)
class Block:
    """A block of addresses as planning compares it; `customer` is None where nobody is known to hold it."""

    id: UUID
    ref: str
    network: Network
    role: Role
    customer: UUID | None = None


LEAVES = frozenset({Role.P2P, Role.LOOPBACK})


def clash(one: Block, other: Block) -> str | None:
    """Say why two blocks that overlap can not both be; None where they may.

    A block inside a larger one is the normal hierarchy. Refused are the same block twice in one role, point-to-point
    and loopback blocks inside each other, and blocks of two customers that share addresses.
    """
    if one.role != other.role or not _overlap(one.network, other.network):
        return None
    held = f"{_named(other.ref)} ({other.network}, {other.role})"
    if one.network == other.network:
        return f"{held} already is that block in that role."
    if one.role in LEAVES:
        return f"{held} already holds addresses of {one.network}; {one.role} blocks do not lie in each other."
    if one.role is Role.CUSTOMER and one.customer and other.customer and one.customer != other.customer:
        return f"{held} holds addresses of {one.network} for another customer."
    return None


def _overlap(one: Network, other: Network) -> bool:
    return one.version == other.version and one.overlaps(other)


def refuse_clashes(wanted: Sequence[Block], kept: Iterable[Block]) -> None:
    """Refuse blocks that clash with one that is kept already or with one of the same batch.

    Raises:
        Overlap: They do; the other block is named.
    """
    own = {block.id for block in wanted}
    pairs = _meeting(wanted, [block for block in kept if block.id not in own])
    for one, other in pairs:
        why = clash(one, other)
        if why:
            raise Overlap(why, field="network", fix="Use other addresses, another role, or retire that block first.")


def _meeting(wanted: Sequence[Block], others: Sequence[Block]) -> Iterator[tuple[Block, Block]]:
    """Pair what may overlap: sorted by network, a block only meets those open around it."""
    new = {block.id for block in wanted}
    order = sorted(
        (*wanted, *others), key=lambda b: (b.network.version, int(b.network.network_address), b.network.prefixlen)
    )
    around: list[Block] = []
    for block in order:
        around = [b for b in around if _overlap(b.network, block.network)]
        for other in around:
            if block.id in new:
                yield block, other
            elif other.id in new:
                yield other, block
        around.append(block)


def utilisation(of: Network, inside: Iterable[Network]) -> Decimal:
    """Return how much of a block the blocks inside it take, in percent with one decimal; overlaps count once."""
    taken = sum(part.num_addresses for part in collapse_addresses(inside))  # type: ignore[type-var,misc]
    share = Decimal(taken) * 100 / Decimal(of.num_addresses)
    return share.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


LONGEST_KEY = 80  # RFC 2385


def usable_md5_key(text: str) -> str:
    """Check a TCP MD5 key without ever repeating it.

    Raises:
        Invalid: A router would not take it.
    """
    if not 1 <= len(text) <= LONGEST_KEY or not all("!" <= c <= "~" for c in text):
        raise Invalid(
            f"An MD5 key is 1 to {LONGEST_KEY} printable ASCII characters without blanks.",
            field="md5_key",
            fix="Type the key as the router has it.",
        )
    return text
