"""The page that looks an address up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from netos_core.access.rules import Role
from netos_core.demo.people import DANA
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from netos_core.work import systems
from tests.factories import make_circuit, make_person, make_site
from tests.standins import availability
from tests.standins.serving import Served, served
from tests.web.conftest import Browser, as_role, sign_in


@pytest.fixture
def dana(demo_core: Core) -> Browser:
    return sign_in(demo_core, DANA.email)


@pytest.fixture
def checker() -> Iterator[Served]:
    with served(availability.make_app()) as running:
        yield running


def core_with(url: str, checker: Served, token: str = availability.TOKEN) -> Core:
    core = Core(Settings(database_url=url, demo=True, availability_url=checker.url, availability_token=token))
    with core.session() as session:
        for role in (Role.SALES, Role.NOC, Role.ADMIN):
            make_person(session, role)
    return core


def test_the_page_asks_for_an_address(dana: Browser) -> None:
    page = dana.get("/lookup")
    assert "Address, site, or lat,lon" in page
    assert "Availability</dt>" not in page
    assert 'href="/lookup"' in page


def test_a_known_address_shows_its_surroundings(dana: Browser) -> None:
    page = dana.get("/lookup?address=733+West+Henry+Street,+Indianapolis,+Indiana&radius_km=20")
    for words in ("Indy Telcom Henry Street", "Circuits nearby", "Carriers nearby", "Modeled", "our own circuits"):
        assert words in page


def test_an_unknown_address_says_that_it_is_not_geocoded(dana: Browser) -> None:
    page = dana.get("/lookup?address=1+Nowhere+Rd,+Indianapolis,+IN")
    assert "Not geocoded" in page
    assert "Circuits nearby" not in page


def test_what_is_wrong_stands_at_its_field(dana: Browser) -> None:
    assert "Coordinates are a pair." in dana.get("/lookup?lat=40", 400)
    assert "radius_km" in dana.get("/lookup?address=x&radius_km=9999", 400)
    assert "There is no filter" in dana.get("/lookup?colour=red", 400)


def test_the_checker_answers_with_its_offers_and_amounts_only_for_who_sees_them(fresh_db: str, checker: Served) -> None:
    core = core_with(fresh_db, checker)
    page = as_role(core, Role.SALES).get("/lookup?address=101+Known+Street,+Gary,+IN+46402")
    for words in ("the availability checker", "Known Fiber", "$812.50", "chk-77", "Look around where the checker"):
        assert words in page
    noc = as_role(core, Role.NOC).get("/lookup?address=101+Known+Street,+Gary,+IN+46402")
    assert "Known Fiber" in noc
    assert "812.50" not in noc
    core.close()


def test_the_checker_is_not_asked_for_what_it_can_not_know(fresh_db: str, checker: Served) -> None:
    core = core_with(fresh_db, checker)
    assert "it needs a street with a city" in as_role(core, Role.SALES).get("/lookup?address=Somewhere")
    assert checker.requests == []
    core.close()


def test_what_we_know_ourselves_stays_where_the_checker_knows_nothing(fresh_db: str, checker: Served) -> None:
    core = core_with(fresh_db, checker)
    with core.session() as session:
        site = make_site(session, "Lit", lon=-85.14, lat=41.08)
        make_circuit(session, a_site=site)
    page = as_role(core, Role.SALES).get(f"/lookup?site={site}")
    assert "A circuit of ours ends there." in page
    assert "does not know this place. Our own records answer instead." in page
    core.close()


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_credential_is_told_to_the_admins_and_our_own_answer_stays(
    fresh_db: str, checker: Served, status: int
) -> None:
    core = core_with(fresh_db, checker)
    sales = as_role(core, Role.SALES)
    checker.fail(status, times=9)
    page = sales.get("/lookup?lat=41&lon=-85")
    assert "our own circuits and assets" in page
    assert "NETOS_AVAILABILITY_TOKEN" in page
    with core.session() as session:
        (standing,) = systems.standings(session)
    assert (standing.system, str(standing.state), standing.setting) == (
        "Availability checker", "credentials_invalid", "NETOS_AVAILABILITY_TOKEN"
    )  # fmt: skip
    checker.forget()
    sales.get("/lookup?lat=41&lon=-85")
    with core.session() as session:
        assert [str(one.state) for one in systems.standings(session)] == ["ok"]
    core.close()


def test_a_silent_checker_does_not_take_the_page_down(fresh_db: str, checker: Served) -> None:
    core = core_with(fresh_db, checker)
    checker.fail(503, times=9)
    assert "Our own records answer instead." in as_role(core, Role.SALES).get("/lookup?lat=41&lon=-85")
    core.close()


def test_no_transaction_is_open_while_the_checker_is_asked(
    fresh_db: str, checker: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    core = core_with(fresh_db, checker)
    sales = as_role(core, Role.SALES)
    busy: list[int] = []
    ask = type(core.availability).ask

    def counted(self: object, question: object) -> object:
        busy.append(core.engine.pool.checkedout())  # type: ignore[attr-defined]
        return ask(self, question)  # type: ignore[arg-type]

    monkeypatch.setattr(type(core.availability), "ask", counted)
    sales.get("/lookup?lat=41&lon=-85")
    assert busy == [0]
    core.close()
