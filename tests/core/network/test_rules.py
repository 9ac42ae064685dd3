"""How numbers, names and addresses of the network are read, and what may not stand beside what."""

from __future__ import annotations

from decimal import Decimal
from ipaddress import ip_network
from uuid import UUID

import pytest

from netos_core.kernel.db import new_id
from netos_core.kernel.errors import Invalid
from netos_core.network.rules import (
    Block,
    Overlap,
    Role,
    Tags,
    address,
    asn,
    clash,
    family,
    find_address,
    find_asn,
    interface_name,
    network,
    refuse_clashes,
    refuse_same_tags,
    usable_md5_key,
    utilisation,
    vlan_range,
    vlan_words,
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("64512", 64512),
        ("AS64512", 64512),
        ("as 3356", 3356),
        ("ASN174", 174),
        ("1.10", 65546),
        ("AS1.10", 65546),
        ("0.174", 174),
        ("4294967294", 4294967294),
        ("65535.65534", 4294967294),
    ],
)
def test_an_as_number_is_read_in_every_form_it_is_written_in(text: str, number: int) -> None:
    assert asn(text, "peer_asn") == number


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0", "reserved"),
        ("65535", "reserved"),
        ("4294967295", "reserved"),
        ("23456", "stands in"),
        ("4294967296", "no AS number"),
        ("1.65536", "no AS number"),
        ("65536.1", "no AS number"),
        ("-5", "no AS number"),
        ("Cogent", "no AS number"),
        ("", "no AS number"),
    ],
)
def test_a_number_no_network_may_use_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(Invalid, match=why) as refused:
        asn(text, "peer_asn")
    assert refused.value.field == "peer_asn"
    assert refused.value.fix


def test_what_is_no_as_number_finds_none() -> None:
    assert find_asn("198.51.100.1") is None
    assert find_asn("99999999999") is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("xe-0/0/1", "xe-0/0/1"),
        ("XE-0/0/1", "xe-0/0/1"),
        ("et-0/0/1:2.100", "et-0/0/1:2.100"),
        ("ae0", "ae0"),
        ("lo0", "lo0"),
        ("ae0.120", "ae0.120"),
        ("TenGigE0/0/0/1", "TenGigE0/0/0/1"),
        ("te0/0/0/1", "TenGigE0/0/0/1"),
        ("TenGigabitEthernet 0/0/0/1", "TenGigE0/0/0/1"),
        ("Gi0/1", "GigabitEthernet0/1"),
        ("hundredgige0/0/1/0.200", "HundredGigE0/0/1/0.200"),
        ("Eth1/1", "Ethernet1/1"),
        ("Lo0", "Loopback0"),
        ("Po10", "Port-channel10"),
        ("bundle-ether 12", "Bundle-Ether12"),
        ("be12", "Bundle-Ether12"),
        ("sfp-sfpplus1", "sfp-sfpplus1"),
        ("  uplink   north ", "uplink north"),
        ("Te-1", "Te-1"),
    ],
)
def test_an_interface_has_one_spelling(text: str, name: str) -> None:
    assert interface_name(text) == name


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1", (1, 1)),
        ("4094", (4094, 4094)),
        ("VLAN 120", (120, 120)),
        ("100-199", (100, 199)),
        ("100 to 199", (100, 199)),
        ("100..199", (100, 199)),
        ("vlans 100 – 199", (100, 199)),
    ],
)
def test_vlan_numbers_are_one_or_a_range(text: str, numbers: tuple[int, int]) -> None:
    assert vlan_range(text, "numbers") == numbers


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0", "1 to 4094"),
        ("4095", "1 to 4094"),
        ("1-4095", "1 to 4094"),
        ("199-100", "backwards"),
        ("1,2", "no VLAN number"),
        ("trunk", "no VLAN number"),
    ],
)
def test_numbers_that_are_no_vlan_are_refused(text: str, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        vlan_range(text, "numbers")


def test_vlan_numbers_are_written_as_they_are_said() -> None:
    assert vlan_words(120, 120) == "120"
    assert vlan_words(100, 199) == "100-199"
    assert vlan_words(120, 120, 2001) == "2001.120"


def tags(first: int, last: int, *, outer: int | None = None, scope: str = "Metro", ref: str = "VLN-1001") -> Tags:
    return Tags(new_id(), ref, scope, outer, first, last)


@pytest.mark.parametrize(
    ("kept", "meets"),
    [
        (tags(120, 120), True),
        (tags(100, 120), True),
        (tags(119, 119), False),
        (tags(121, 4094), False),
        (tags(120, 120, outer=7), False),
        (tags(120, 120, scope="metro"), True),
        (tags(120, 120, scope="elsewhere"), False),
    ],
)
def test_a_number_is_held_once_in_its_scope_and_outer_tag(kept: Tags, meets: bool) -> None:
    if not meets:
        refuse_same_tags([tags(120, 120, ref="VLN-new1")], [kept])
        return
    with pytest.raises(Overlap, match="VLN-1001 already has VLAN"):
        refuse_same_tags([tags(120, 120, ref="VLN-new1")], [kept])


def test_two_vlans_of_one_batch_meet_too_and_one_does_not_meet_itself() -> None:
    one, other = tags(1, 10, ref="VLN-new1"), tags(10, 20, ref="VLN-new2")
    with pytest.raises(Overlap, match="Another item of this change already has VLAN 1-10"):
        refuse_same_tags([one, other], [])
    refuse_same_tags([one], [one])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("198.51.100.0/24", "198.51.100.0/24"),
        ("198.51.100.7", "198.51.100.7/32"),
        ("2001:DB8::/32", "2001:db8::/32"),
        ("2001:db8::1", "2001:db8::1/128"),
        ("10.0.0.0/255.255.255.252", "10.0.0.0/30"),
    ],
)
def test_a_block_is_written_one_way(text: str, shown: str) -> None:
    assert str(network(text, "network")) == shown


def test_a_host_inside_a_block_is_refused_by_the_name_of_the_network() -> None:
    with pytest.raises(Invalid, match=r"the network is 198\.51\.100\.4/30") as refused:
        network("198.51.100.5/30", "network")
    assert "Write 198.51.100.4/30" in str(refused.value.fix)
    for text in ("198.51.100", "198.51.100.0/33", "2001:db8::/129", "core", ""):
        with pytest.raises(Invalid, match="no IP block"):
            network(text, "network")


def test_an_address_has_no_length() -> None:
    assert family(address("2001:db8::1", "peer_ip")) == "ipv6"
    assert find_address("core") is None
    with pytest.raises(Invalid, match="no IP address"):
        address("198.51.100.1/30", "peer_ip")


CUSTOMER, RIVAL = UUID(int=1), UUID(int=2)


def block(text: str, role: Role, customer: UUID | None = None, ref: str = "IPB-1001") -> Block:
    return Block(new_id(), ref, ip_network(text), role, customer)


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (block("10.0.0.0/24", Role.PUBLIC), block("10.0.0.0/24", Role.PUBLIC), "already is that block"),
        (block("10.0.0.0/24", Role.PUBLIC), block("10.0.0.0/16", Role.PUBLIC), None),
        (block("10.0.0.0/24", Role.PUBLIC), block("10.0.0.0/24", Role.INFRASTRUCTURE), None),
        (block("10.0.0.0/31", Role.P2P), block("10.0.0.0/30", Role.P2P), "do not lie in each other"),
        (block("10.0.0.0/30", Role.P2P), block("10.0.0.0/31", Role.P2P), "do not lie in each other"),
        (block("10.0.0.0/31", Role.P2P), block("10.0.0.2/31", Role.P2P), None),
        (block("10.0.0.0/31", Role.P2P), block("10.0.0.0/24", Role.CUSTOMER, CUSTOMER), None),
        (block("10.0.0.1/32", Role.LOOPBACK), block("10.0.0.0/24", Role.LOOPBACK), "do not lie in each other"),
        (block("10.0.0.0/29", Role.CUSTOMER, CUSTOMER), block("10.0.0.0/24", Role.CUSTOMER, CUSTOMER), None),
        (block("10.0.0.0/29", Role.CUSTOMER, RIVAL), block("10.0.0.0/24", Role.CUSTOMER, CUSTOMER), "another customer"),
        (block("10.0.0.0/29", Role.CUSTOMER), block("10.0.0.0/24", Role.CUSTOMER, CUSTOMER), None),
        (block("2001:db8::/64", Role.P2P), block("10.0.0.0/8", Role.P2P), None),
    ],
)
def test_blocks_nest_but_do_not_clash(one: Block, other: Block, why: str | None) -> None:
    found = clash(one, other)
    assert found is None if why is None else why in str(found)
    if why:
        assert "IPB-1001" in str(found)


def test_clashes_are_found_among_many_and_within_a_batch() -> None:
    kept = [block(f"10.0.{n}.0/30", Role.P2P, ref=f"IPB-{n}") for n in range(200)]
    fresh = block("10.0.77.2/31", Role.P2P, ref="IPB-new1")
    with pytest.raises(Overlap, match="IPB-77 "):
        refuse_clashes([fresh], kept)
    with pytest.raises(Overlap, match="Another item of this change"):
        refuse_clashes([fresh, block("10.0.77.0/30", Role.P2P, ref="IPB-new2")], [])
    refuse_clashes([fresh], [fresh])
    refuse_clashes([fresh], [block("10.0.0.0/8", Role.PUBLIC), block("2001:db8::/32", Role.P2P)])


@pytest.mark.parametrize(
    ("inside", "percent"),
    [
        ([], "0.0"),
        (["198.51.100.0/25"], "50.0"),
        (["198.51.100.0/30", "198.51.100.0/30", "198.51.100.0/31"], "1.6"),
        (["198.51.100.0/25", "198.51.100.128/25"], "100.0"),
    ],
)
def test_utilisation_counts_every_address_once(inside: list[str], percent: str) -> None:
    used = utilisation(ip_network("198.51.100.0/24"), [ip_network(n) for n in inside])
    assert used == Decimal(percent)


def test_a_key_is_checked_and_never_repeated() -> None:
    assert usable_md5_key("s3cr3t!") == "s3cr3t!"
    for text in ("", "with blank", "ü", "x" * 81):
        with pytest.raises(Invalid) as refused:
            usable_md5_key(text)
        assert not text or text not in f"{refused.value.message} {refused.value.fix}"
