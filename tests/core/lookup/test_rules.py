"""Addresses in one spelling, costs from what is paid nearby, and what our own records tell of service."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from netos_core.lookup.rules.addresses import Address, city_key, of_parts, parsed, same_place, state_code, street_key
from netos_core.lookup.rules.cost import Priced, bandwidth_class, estimates
from netos_core.lookup.rules.reach import Service, own_reach

REAL = Path(__file__).parents[4] / "shared/data/us-addresses/addresses.jsonl"
SHADELAND = Address("401", "N SHADELAND AVE", "INDIANAPOLIS", "IN", "46219")


@pytest.mark.parametrize(
    "written",
    [
        "401 N Shadeland Ave, Indianapolis, IN 46219",
        "401 North Shadeland Avenue, Indianapolis, Indiana 46219-1234",
        "401 n. shadeland ave., Suite 200, Indianapolis, IN 46219",
        "401 N SHADELAND AV INDIANAPOLIS IN 46219 USA",
        "401 N Shadeland Ave Ste 4, Indianapolis, IN, 46219, United States",
        "Suite 4 401 N Shadeland Ave, Indianapolis, IN 46219",
        "401 N Shadeland Ave #12, Indianapolis, IN 46219",
    ],
)
def test_every_way_to_write_an_address_is_one(written: str) -> None:
    assert parsed(written) == SHADELAND


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("", Address(None, None, None, None, None)),
        ("Main, Ashland, NH 03217", Address(None, "MAIN", "ASHLAND", "NH", "03217")),
        ("15 Bridge Street Providence, Rhode Island 02903", Address("15", "BRIDGE ST", "PROVIDENCE", "RI", "02903")),
        ("110 Fifth Avenue, New York, NY", Address("110", "5TH AVE", "NEW YORK", "NY", None)),
        ("431 Marietta St NW 3rd Floor", Address("431", "MARIETTA ST NW", None, None, None)),
        ("12 St. Charles Pl, Saint Paul, MN", Address("12", "ST CHARLES PL", "SAINT PAUL", "MN", None)),
        ("O'Hare Fwy", Address(None, "OHARE FWY", None, None, None)),
        ("428 westwind dr north palm beach fl 33408", Address("428", "WESTWIND DR", "NORTH PALM BEACH", "FL", "33408")),
    ],
)
def test_an_address_is_taken_apart(written: str, address: Address) -> None:
    assert parsed(written) == address


@pytest.mark.skipif(not REAL.exists(), reason="the labelled addresses are not on this machine")
def test_real_addresses_are_read_as_people_label_them() -> None:
    rows = [json.loads(line) for line in REAL.read_text().splitlines()]
    right = 0
    places: dict[Address, set[str]] = {}
    for row in rows:
        said, own = row["expected"], parsed(row["text"])
        right += own == Address(
            said.get("house_number"),
            street_key(said.get("street", "")) or None,
            city_key(said.get("city", "")) or None,
            state_code(said.get("state", "")),
            (said.get("zip") or "")[:5] or None,
        )
        if own.number and own.street:
            places.setdefault(own, set()).add(row["text"])
    assert right / len(rows) >= 0.85, "those that are read otherwise match nothing, which is safe"
    assert [texts for texts in places.values() if len(texts) > 1] == [
        {"1234 West US Hwy 50", "1234 W US Highway 50", "1234 West U.S. Hwy 50"},
        {"431 Marietta St NW Floor 3", "431 Marietta St NW Room 303", "431 Marietta St NW 3rd Floor"},
    ], "only what is one building is one place"


@pytest.mark.parametrize(
    ("known", "same"),
    [
        (SHADELAND, True),
        (Address("401", "N SHADELAND AVE", "INDIANAPOLIS", "IN", None), True),
        (Address("401", "N SHADELAND AVE", None, None, "46219"), True),
        (Address("401", "N SHADELAND AVE", "INDIANAPOLIS", "IN", "46226"), True),  # a mistaken ZIP, the same town
        (Address("401", "N SHADELAND AVE", None, "IN", None), False),  # it may be in any town
        (Address("401", "N SHADELAND AVE", "LAWRENCE", "IN", "46219"), False),
        (Address("401", "N SHADELAND AVE", "INDIANAPOLIS", "IA", "46219"), False),
        (Address("401", "S SHADELAND AVE", "INDIANAPOLIS", "IN", "46219"), False),
        (Address("403", "N SHADELAND AVE", "INDIANAPOLIS", "IN", "46219"), False),
    ],
)
def test_two_addresses_are_one_place_only_when_nothing_disagrees(known: Address, same: bool) -> None:
    assert same_place(SHADELAND, known) is same


def test_a_street_without_a_number_is_no_place() -> None:
    street = Address(None, "MAIN ST", "ASHLAND", "NH", "03217")
    assert not same_place(street, street)


def test_an_address_kept_in_columns_is_read_with_its_city() -> None:
    assert of_parts("401 North Shadeland Avenue", None, None, "Indianapolis", "IN", "46219-1000") == SHADELAND
    assert of_parts(None, "401", "N Shadeland Ave", "Indianapolis", "Indiana", "46219") == SHADELAND
    assert of_parts(None, None, None, "Indianapolis", "IN", "46219") is None


def priced(ref: str, mrc: str, *, mbps: str | None = "100", currency: str = "USD", nrc: str | None = None) -> Priced:
    km = float(ref.removeprefix("CKT-")) / 10
    return Priced(
        ref, "circuit", "dia", Decimal(mrc), None if nrc is None else Decimal(nrc), currency,
        None if mbps is None else Decimal(mbps), km,
    )  # fmt: skip


def test_the_estimate_is_the_median_of_its_class_and_names_what_it_rests_on() -> None:
    rows = [
        priced("CKT-3", "900"),
        priced("CKT-1", "400"),
        priced("CKT-2", "500", mbps="50"),
        priced("CKT-9", "1", mbps="1000"),
    ]
    one, other = estimates(rows)
    assert (one.n, one.mrc_median, one.mrc_low, one.mrc_high) == (3, Decimal(500), Decimal(400), Decimal(900))
    assert (one.sources, one.nearest_km, one.farthest_km) == (("CKT-1", "CKT-2", "CKT-3"), 0.1, 0.3)
    assert one.nrc_median is None
    assert (other.n, other.mrc_median) == (1, None)
    assert other.why == "Unknown: 1 such service is priced nearby, and an estimate needs 3."


def test_an_even_number_of_prices_has_its_median_to_the_cent() -> None:
    (one,) = estimates([priced(f"CKT-{n}", mrc) for n, mrc in enumerate(("100.00", "100.01", "100.02", "999"), 1)])
    assert one.mrc_median == Decimal("100.02")


def test_currencies_and_unknown_bandwidths_never_mix() -> None:
    rows = [priced("CKT-1", "1"), priced("CKT-2", "2", currency="EUR"), priced("CKT-3", "3", mbps=None)]
    assert {(e.currency, e.up_to_mbps, e.n) for e in estimates(rows)} == {
        ("USD", Decimal(100), 1), ("EUR", Decimal(100), 1), ("USD", None, 1)
    }  # fmt: skip


def test_a_wanted_bandwidth_compares_its_class_only() -> None:
    rows = [priced("CKT-1", "1"), priced("CKT-2", "2", mbps="500"), priced("CKT-3", "3", mbps=None)]
    assert [e.sources for e in estimates(rows, bandwidth_mbps=Decimal(300))] == [("CKT-2",)]
    assert estimates(rows, bandwidth_mbps=Decimal(400_000)) == []


def test_one_record_is_one_price_however_often_it_comes() -> None:
    assert estimates([priced("CKT-1", "1")] * 3)[0].n == 1


@pytest.mark.parametrize(("mbps", "top"), [("1.544", "10"), ("10", "10"), ("10.001", "100"), ("100000", "100000")])
def test_the_class_turns_above_its_bound(mbps: str, top: str) -> None:
    assert bandwidth_class(Decimal(mbps)) == Decimal(top)


@pytest.mark.parametrize(
    ("circuit", "asset", "status"),
    [
        (0.05, None, Service.SERVICEABLE),
        (0.1, 5.0, Service.SERVICEABLE),
        (0.101, None, Service.NEAR_NET),
        (None, 0.01, Service.NEAR_NET),
        (3.0, 2.0, Service.NEAR_NET),
        (2.001, 9.0, Service.UNKNOWN),
        (None, None, Service.UNKNOWN),
    ],
)
def test_our_own_records_never_say_that_there_is_no_service(
    circuit: float | None, asset: float | None, status: Service
) -> None:
    assert own_reach(placed=True, circuit_km=circuit, asset_km=asset).status is status


def test_a_place_that_is_not_geocoded_is_unknown() -> None:
    assert "Not geocoded" in own_reach(placed=False, circuit_km=0.0, asset_km=0.0).why
