"""What is shown around an address, on a real database."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.kernel.errors import Invalid, NotFound
from netos_core.lookup.operations import look_up_address
from netos_core.lookup.schemas import AddressLookup, LookUpAddress
from netos_core.search.records import take_up
from tests.factories import NOW, make_circuit, make_ctx, make_provider, make_site

BERRY = "215 West Berry Street, Fort Wayne, Indiana 46802"


def look(session: Session, role: Role = Role.SALES, **asked: Any) -> AddressLookup:
    return look_up_address(make_ctx(session, role), LookUpAddress.model_validate(asked))


@pytest.fixture
def plant(session: Session) -> dict[str, str]:
    """A building, a hut beside it, a POP far off, and circuits of two carriers between them."""
    lit = make_provider(session, "Lit Fiber")
    made = {
        "building": make_site(
            session, "Berry Building", address="215 W Berry St", city="Fort Wayne", state="IN", postal_code="46802",
            lon=-85.14, lat=41.08,
        ),
        "hut": make_site(session, "Berry Hut", kind="pop", lon=-85.145, lat=41.081),
        "far": make_site(session, "Muncie POP", kind="pop", lon=-85.3864, lat=40.1934),
        "unplaced": make_site(session, "Main Office", address="1 Main St", city="Fort Wayne", state="IN"),
        "lit": lit,
    }  # fmt: skip
    for n, mrc in enumerate(("400.00", "500.00", "900.00")):
        made[f"circuit{n}"] = make_circuit(
            session, provider=lit, provider_circuit_id=f"LIT/{n}", mrc=mrc, bandwidth_mbps="100",
            a_site=made["building" if n else "hut"], z_site=made["far"],
        )  # fmt: skip
    made["other"] = make_circuit(
        session, mrc="70.00", bandwidth_mbps="100", service_type="broadband", a_site=made["hut"]
    )
    make_circuit(session, mrc="5.00", status="cancelled", a_site=made["building"])
    return made


def test_a_known_address_is_found_however_it_is_written(session: Session, plant: dict[str, str]) -> None:
    found = look(session, address=BERRY)
    assert (found.place.found_by, found.place.site_ref) == ("address", plant["building"])
    assert found.place.normalized == "215 W BERRY ST, FORT WAYNE, IN 46802"
    assert [(s.name, s.km) for s in found.endpoints] == [("Berry Building", 0.0)]
    assert [s.ref for s in found.assets] == [plant["hut"]]
    assert found.circuit_count == 4
    assert [c.km for c in found.circuits] == sorted(c.km for c in found.circuits)
    assert (found.carriers[0].name, found.carriers[0].circuits) == ("Lit Fiber", 3)
    assert (found.availability.answered_by, found.availability.status) == ("own_records", "serviceable")


def test_an_unknown_address_is_not_geocoded_and_says_so(session: Session, plant: dict[str, str]) -> None:
    found = look(session, address="99 West Berry Street, Fort Wayne, IN 46802")
    assert (found.place.found_by, found.place.lat, found.circuit_count) == ("nothing", None, 0)
    assert found.place.told.startswith("Not geocoded")
    assert found.availability.status == "unknown"
    assert found.estimates == []


def test_a_site_without_coordinates_is_named_and_not_placed(session: Session, plant: dict[str, str]) -> None:
    for asked in ({"site": plant["unplaced"]}, {"address": "1 Main Street, Fort Wayne, IN"}):
        place = look(session, **asked).place
        assert (place.found_by, place.site_ref, place.lon) == ("nothing", plant["unplaced"], None)
        assert "no coordinates" in place.told


@pytest.mark.parametrize(
    "asked", [{"lat": 41.08, "lon": -85.14}, {"address": "41.08,-85.14"}, {"site": "Berry Building"},
              {"address": "Berry Building"}]
)  # fmt: skip
def test_a_place_is_also_its_coordinates_or_the_name_of_a_site(
    session: Session, plant: dict[str, str], asked: dict[str, Any]
) -> None:
    found = look(session, **asked)
    assert (found.place.lat, found.place.lon) == (41.08, -85.14)
    assert found.circuit_count == 4


def test_the_radius_decides_what_is_near(session: Session, plant: dict[str, str]) -> None:
    assert look(session, address=BERRY, radius_km=0.1).circuit_count == 2
    assert [s.ref for s in look(session, address=BERRY, radius_km=150).assets] == [plant["hut"], plant["far"]]


def test_the_cost_is_modeled_on_circuits_nearby_and_names_them(session: Session, plant: dict[str, str]) -> None:
    dia, broadband = look(session, address=BERRY).estimates
    assert (dia.basis, dia.n, dia.mrc_median, dia.mrc_low) == ("modeled", 3, Decimal("500.00"), Decimal("400.00"))
    assert {one.ref for one in dia.sources} == {plant[f"circuit{n}"] for n in range(3)}
    assert (broadband.n, broadband.mrc_median) == (1, None)
    assert [e.service_type for e in look(session, address=BERRY, service_type=["broadband"]).estimates] == ["broadband"]
    assert look(session, address=BERRY, bandwidth_mbps="10000").estimates == []


def test_a_role_without_money_sees_no_amount(session: Session, plant: dict[str, str]) -> None:
    found = look(session, Role.NOC, address=BERRY)
    assert {c.mrc for c in found.circuits} == {None}
    assert (found.estimates, found.cost_basis) == ([], None), "that a price is known at all is hidden, too"


def test_the_words_of_an_address_are_looked_for_everywhere(session: Session, plant: dict[str, str]) -> None:
    while take_up(session, NOW):
        pass
    assert plant["building"] in {m.ref for m in look(session, address="Berry").matches}
    assert plant["lit"] in {m.ref for m in look(session, address="Lit Fiber").matches}
    assert look(session, lat=41.08, lon=-85.14).matches == []


@pytest.mark.parametrize(
    ("asked", "field"),
    [({}, "address"), ({"address": "x", "site": "y"}, "address"), ({"lat": 1.0}, "lon"), ({"lon": 1.0}, "lat"),
     ({"address": "  "}, "address")],
)  # fmt: skip
def test_half_a_question_is_refused(session: Session, asked: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        look(session, **asked)
    assert refusal.value.field == field


def test_an_unknown_site_is_refused(session: Session) -> None:
    with pytest.raises(NotFound):
        look(session, site="Nowhere")
