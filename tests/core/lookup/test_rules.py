"""Addresses in one spelling, costs from what is paid nearby, and what our own records tell of service."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from netos_core.lookup.rules.addresses import Address, city_key, of_parts, parsed, same_place, state_code, street_key
from netos_core.lookup.rules.cost import Estimate, Priced, Rests, bandwidth_class, estimates, weighed, weighted_median
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


TODAY = date(2026, 6, 1)


def priced(
    ref: str, mrc: str, *, mbps: str | None = "100", currency: str = "USD", nrc: str | None = None, **more: Any
) -> Priced:
    given = {"rests": Rests.PAID, "km": float(ref.removeprefix("CKT-")) + 10, **more}
    return Priced(
        ref, service_type="dia", mrc=Decimal(mrc), nrc=None if nrc is None else Decimal(nrc), currency=currency,
        bandwidth_mbps=None if mbps is None else Decimal(mbps), **given,
    )  # fmt: skip


def sources(estimate: Estimate) -> list[str]:
    return [one.price.ref for one in estimate.sources]


def test_the_estimate_is_the_median_of_its_class_and_names_what_it_rests_on() -> None:
    rows = [
        priced("CKT-3", "900"),
        priced("CKT-1", "400"),
        priced("CKT-2", "500", mbps="50"),
        priced("CKT-9", "1", mbps="1000"),
    ]
    one, other = estimates(rows, TODAY)
    assert (one.n, one.mrc_median, one.mrc_low, one.mrc_high) == (3, Decimal(500), Decimal(400), Decimal(900))
    assert (sources(one), one.nearest_km, one.farthest_km) == (["CKT-1", "CKT-2", "CKT-3"], 11, 13)
    assert one.why == "Weighted median of 3 monthly charges as of 2026-06-01: 3 paid. A model, no quote."
    assert one.nrc_median is None
    assert (other.n, other.mrc_median) == (1, None)
    assert other.why == "Unknown: 1 such service is priced nearby (1 paid), and an estimate needs 3."


def test_an_even_number_of_like_prices_has_its_median_to_the_cent() -> None:
    rows = [priced(f"CKT-{n}", mrc) for n, mrc in enumerate(("100.00", "100.01", "100.02", "999"), 1)]
    assert estimates(rows, TODAY)[0].mrc_median == Decimal("100.02")


def quoted(level: str | None = None, valid_until: date | None = None, **more: Any) -> Priced:
    return priced("CKT-1", "1", rests=Rests.QUOTED, level=level, valid_until=valid_until, **more)


@pytest.mark.parametrize(
    ("price", "weight"),
    [
        (priced("CKT-1", "1", rests=Rests.CONTRACTED), 8),
        (priced("CKT-1", "1", rests=Rests.ORDERED), 8),
        (priced("CKT-1", "1", rests=Rests.PAID), 6),
        (quoted("firm"), 6),
        (quoted("firm_subject_to_feasibility"), 4),
        (quoted("budgetary"), 2),
        (quoted(), 2),
        (quoted("firm", TODAY), 6),
        (quoted("firm", TODAY - timedelta(1)), 3),
        (quoted("budgetary", TODAY - timedelta(1)), 1),
        (priced("CKT-1", "1", rests=Rests.ORDERED, valid_until=TODAY - timedelta(1)), 8),
        (quoted("firm", dated=TODAY - timedelta(365)), 24),
        (quoted("firm", dated=TODAY - timedelta(366)), 12),
        (quoted("firm", dated=TODAY - timedelta(3 * 365)), 12),
        (quoted("firm", dated=TODAY - timedelta(3 * 365 + 1)), 6),
        (quoted("firm", dated=TODAY + timedelta(30)), 24),
        (quoted("firm", km=0.1), 24),
        (quoted("firm", km=0.101), 12),
        (quoted("firm", km=2.0), 12),
        (quoted("firm", km=2.001), 6),
        (priced("CKT-1", "1", rests=Rests.CONTRACTED, km=0.0, dated=TODAY), 128),
    ],
)
def test_a_price_weighs_by_what_it_rests_on_its_age_and_its_distance(price: Priced, weight: int) -> None:
    assert weighed(price, TODAY).weight == weight


def test_an_amount_changes_no_weight_and_no_place_among_the_sources() -> None:
    rows = [priced(f"CKT-{n}", "1", km=n) for n in range(5)]
    dear = [replace(row, mrc=Decimal(10 ** (9 - row.km))) for row in rows]
    told = [[(one.price.ref, one.weight) for one in estimates(some, TODAY)[0].sources] for some in (rows, dear)]
    assert told[0] == told[1]


def test_what_is_firm_new_and_near_outweighs_the_rest() -> None:
    rows = [
        priced("CKT-1", "700", rests=Rests.CONTRACTED, km=0.05, dated=TODAY),
        *(quoted("budgetary", km=4.0, dated=date(2019, 1, 1)) for _ in range(3)),
    ]
    rows = [replace(row, ref=f"CKT-{n}") for n, row in enumerate(rows)]
    one = estimates(rows, TODAY)[0]
    assert (one.mrc_median, one.mrc_low) == (Decimal(700), Decimal(1))
    assert one.why.endswith("1 contracted, 3 quoted. A model, no quote.")


@pytest.mark.parametrize(
    ("values", "median"),
    [
        ([("10", 1)], "10.00"),
        ([("10", 1), ("20", 1)], "15.00"),
        ([("20", 1), ("10", 3)], "10.00"),
        ([("10", 2), ("20", 1), ("30", 1)], "15.00"),
        ([("10", 1), ("20", 1), ("30", 3)], "30.00"),
    ],
)
def test_half_of_the_weight_is_on_either_side_of_the_median(values: list[tuple[str, int]], median: str) -> None:
    assert str(weighted_median((Decimal(value), weight) for value, weight in values)) == median


def test_without_a_weight_there_is_no_median() -> None:
    with pytest.raises(ValueError, match="nothing"):
        weighted_median([])


def test_currencies_and_unknown_bandwidths_never_mix() -> None:
    rows = [priced("CKT-1", "1"), priced("CKT-2", "2", currency="EUR"), priced("CKT-3", "3", mbps=None)]
    assert {(e.currency, e.up_to_mbps, e.n) for e in estimates(rows, TODAY)} == {
        ("USD", Decimal(100), 1), ("EUR", Decimal(100), 1), ("USD", None, 1)
    }  # fmt: skip


def test_a_wanted_bandwidth_compares_its_class_only() -> None:
    rows = [priced("CKT-1", "1"), priced("CKT-2", "2", mbps="500"), priced("CKT-3", "3", mbps=None)]
    assert [sources(e) for e in estimates(rows, TODAY, bandwidth_mbps=Decimal(300))] == [["CKT-2"]]
    assert estimates(rows, TODAY, bandwidth_mbps=Decimal(400_000)) == []


def test_one_record_is_one_price_however_often_it_comes() -> None:
    assert estimates([priced("CKT-1", "1")] * 3, TODAY)[0].n == 1


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
