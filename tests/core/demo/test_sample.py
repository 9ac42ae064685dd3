"""Sample data: believable, complete, through the write path, loaded once and removable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.changes.audit import seal, verify
from netos_core.changes.model import AuditRow, Proposal
from netos_core.circuits.model import Circuit, CircuitCustomer, CircuitEvent
from netos_core.circuits.queries import get_circuit_id
from netos_core.circuits.rules import CircuitStatus, EventKind, ServiceType
from netos_core.contracts.model import Contract, ContractCircuit
from netos_core.customers.model import Customer
from netos_core.demo import activity, write
from netos_core.demo.load import load
from netos_core.demo.people import DEFAULT_PERSON, DEMO_PEOPLE
from netos_core.demo.remove import remove
from netos_core.demo.stages import STAGES, rows_of
from netos_core.kernel.clock import business_day, utc_now
from netos_core.kernel.context import Channel
from netos_core.kernel.db import Base
from netos_core.providers.model import Provider
from netos_core.renewals.queries import renewal_state, with_standing
from netos_core.renewals.rules import RenewalState
from netos_core.runtime.calls import Core
from netos_core.runtime.health import _deadlines
from netos_core.runtime.settings import Settings
from netos_core.sites.model import Site
from netos_core.sites.rules import SiteKind
from tests.database import TestServer
from tests.factories import apply, make_circuit, make_ctx, make_provider, propose, row_of

ZONE = ZoneInfo("America/Indiana/Indianapolis")
DOMAIN = [t for t in Base.metadata.sorted_tables if "retired_at" in t.c]


@pytest.fixture
def core(fresh_db: str) -> Iterator[Core]:
    core = Core(Settings(database_url=fresh_db))
    yield core
    core.close()


@pytest.fixture(scope="module")
def loaded(database_server: TestServer) -> Iterator[Core]:
    """The sample data for the tests that only look."""
    with database_server.clone(of=database_server.sample) as url:
        core = Core(Settings(database_url=url))
        yield core
        core.close()


@pytest.fixture
def company(sample_db: str) -> Iterator[Core]:
    """An installation of its own with the sample data."""
    core = Core(Settings(database_url=sample_db))
    yield core
    core.close()


@pytest.fixture
def session(loaded: Core) -> Iterator[Session]:
    with loaded.session() as session:
        yield session
        session.rollback()


def live(session: Session) -> Counter[str]:
    counted = {t.name: session.scalar(select(func.count()).where(t.c.retired_at.is_(None))) or 0 for t in DOMAIN}
    return Counter({name: n for name, n in counted.items() if n})


def how_many(session: Session, model: type[Base]) -> int:
    return live(session)[model.__tablename__]


def test_every_role_has_someone() -> None:
    assert {role for person in DEMO_PEOPLE for role in person.roles} == set(Role)
    assert DEFAULT_PERSON == "dana.whitfield@xiber.example"
    assert all(p.email.endswith("@xiber.example") for p in DEMO_PEOPLE)


def test_there_is_plenty_of_everything(session: Session) -> None:
    for model, least in ((Provider, 6), (Site, 45), (Circuit, 65), (Customer, 15), (Contract, 30)):
        assert how_many(session, model) >= least
    assert not [t.name for t in DOMAIN if not live(session)[t.name]], "an empty page"


def test_every_kind_of_thing_occurs(session: Session) -> None:
    assert set(session.scalars(select(Circuit.service_type))) >= set(ServiceType) - {ServiceType.OTHER}
    assert set(session.scalars(select(Circuit.status))) == set(CircuitStatus)
    assert set(session.scalars(select(Site.kind))) == set(SiteKind)
    assert set(session.scalars(select(CircuitEvent.kind))) == set(EventKind)
    assert session.scalar(select(func.count()).where(Site.parent_id.is_not(None))) >= 8
    assert session.scalar(select(func.count()).where(Provider.successor_id.is_not(None))) == 1


def test_every_renewal_state_occurs(session: Session) -> None:
    today = business_day(utc_now(), ZONE)
    states = Counter(session.scalars(with_standing(select(renewal_state(today)).select_from(Contract))))
    assert set(states) == set(RenewalState) - {RenewalState.SUPERSEDED}


@pytest.mark.parametrize("days", [*range(0, 366, 13), 500, 1000])
def test_every_renewal_state_occurs_whatever_the_day(loaded: Core, days: int) -> None:
    """Plan the contracts as of another day and place them on the ladder; nothing is written."""
    from netos_core.contracts.queries import terms_of
    from netos_core.contracts.rules import deadline_of
    from netos_core.contracts.schemas import ContractEdit
    from netos_core.demo.stages import _file, _row
    from netos_core.renewals.rules import renewal_state as state_of

    later = utc_now() + timedelta(days=days)
    with loaded.context(write.caller(loaded, STAGES[0].proposer), Channel.PAGE, now=later) as ctx:
        section = _file("contracts")["order"]
        rows = [_row(ctx, section["columns"].split(), values) for values in section["rows"]]
        states = set()
        for row in rows:
            edit = ContractEdit.model_validate(row)
            assert edit.term_months is None or edit.term_start_date is not None or edit.term_end_date is None
            said = {"evergreen": bool(edit.evergreen), "co_terminus": bool(edit.co_terminus)}
            terms = terms_of({**edit.model_dump(), **said})
            states.add(state_of(deadline_of(terms), ctx.today, decided=False))
    assert states == set(RenewalState) - {RenewalState.SUPERSEDED, RenewalState.DECIDED}


def test_some_circuits_have_no_contract_and_most_customers_bring_revenue(session: Session) -> None:
    governed = select(ContractCircuit.circuit_id).where(ContractCircuit.governs)
    assert (session.scalar(select(func.count()).where(Circuit.id.not_in(governed))) or 0) >= 5
    with_mrr = session.scalar(select(func.count()).where(CircuitCustomer.mrr.is_not(None))) or 0
    assert 0.7 * how_many(session, CircuitCustomer) < with_mrr < how_many(session, CircuitCustomer)


def test_outages_lie_in_the_last_year_and_one_is_open(session: Session) -> None:
    outages = session.execute(select(CircuitEvent.starts_at, CircuitEvent.ends_at).where(CircuitEvent.kind == "outage"))
    found = outages.all()
    assert len([o for o in found if o.ends_at is None]) == 1
    assert all(timedelta() < utc_now() - o.starts_at < timedelta(days=365) for o in found)


def test_it_all_came_through_the_write_path(loaded: Core, session: Session) -> None:
    loads = session.scalars(select(Proposal).where(Proposal.title.startswith("Sample data: "))).all()
    assert len(loads) == len(STAGES) + 1, "one a stage, and one for the documents"
    assert {p.status for p in loads} == {"committed"}
    assert not session.scalars(select(Proposal).where(Proposal.ended_by == Proposal.person_id)).all()
    created = session.scalar(select(func.count()).where(AuditRow.action == "create", AuditRow.entity != "proposal"))
    assert created == live(session).total()
    seal(session, utc_now())
    assert verify(session).holds
    assert _deadlines(loaded).holds


def test_one_change_was_undone_and_one_of_each_risk_waits(session: Session) -> None:
    waiting = session.scalars(select(Proposal).where(Proposal.status == "open")).all()
    assert sorted(p.risk for p in waiting) == ["high", "low", "medium"]
    assert all(p.agent for p in waiting)
    undone = session.scalars(select(Proposal).where(Proposal.undoes_id.is_not(None))).all()
    assert [p.status for p in undone] == ["committed"]


def test_loading_again_does_nothing(core: Core) -> None:
    first = load(core)
    assert len(first.changes) == len(STAGES) + 6
    with core.session() as session:
        before = live(session)
    again = load(core)
    assert (again.changes, again.created) == ((), {})
    with core.session() as session:
        assert live(session) == before


def test_a_load_that_was_cut_off_goes_on(core: Core) -> None:
    from netos_core.demo import load as loading

    loading._add_people(core)
    for stage in STAGES[:3]:
        with core.context(write.caller(core, stage.proposer), Channel.PAGE) as ctx:
            loading._write(ctx, stage, loading._plan(ctx, stage))
    rest = load(core)
    assert len(rest.changes) == len(STAGES) - 3 + 6
    assert load(core).changes == ()


def test_records_that_are_there_already_are_used_and_not_doubled(core: Core) -> None:
    with core.session() as session:
        mine = make_provider(session, "lumen", website="https://real.example")
    load(core)
    with core.session() as session:
        assert session.scalars(select(Provider.ref).where(func.lower(Provider.name) == "lumen")).all() == [mine]
        served = select(func.count()).where(Circuit.provider_id == row_of(session, "provider", mine)["id"])
        assert (session.scalar(served) or 0) > 5
    remove(core)
    with core.session() as session:
        assert row_of(session, "provider", mine)["retired_at"] is None


def test_removing_retires_everything_and_the_trail_stays(core: Core) -> None:
    assert remove(core).changes == ()
    load(core)
    with core.session() as session:
        created = live(session).total()
        trail = session.scalar(select(func.count()).select_from(AuditRow)) or 0
    done = remove(core)
    assert (done.retired, done.kept) == (created, ())
    with core.session() as session:
        assert live(session).total() == 0
        assert (session.scalar(select(func.count()).select_from(AuditRow)) or 0) > trail + created
        assert not session.scalars(select(Proposal).where(Proposal.status == "open")).all()
        undone = session.scalars(select(Proposal.title).where(Proposal.undoes_id.is_not(None))).all()
        assert len([t for t in undone if "Sample data: " in t]) == len(STAGES) + 1
    assert remove(core).changes == ()
    assert load(core).created
    with core.session() as session:
        assert live(session).total() == created


def test_what_something_real_needs_stays_with_all_it_stands_on(company: Core) -> None:
    with company.session() as session:
        admin = make_ctx(session, Role.ADMIN)
        mine = make_circuit(session, provider="Zayo", provider_circuit_id="REAL-1", a_site="Henry Street Suite 340")
        edited = get_circuit_id(admin, "IFN-E1-00618").ref
        apply(admin, "circuit", ref=edited, market="East Central")
        noted = get_circuit_id(admin, "WVN-EPL-0447").ref
        apply(admin, "note", "create", on=noted, text="A real remark.")
    done = remove(company)
    kept = {(k.ref, k.part) for k in done.kept}
    with company.session() as session:
        names = {
            name: session.execute(text(f"select ref from {table} where name = :n"), {"n": name}).scalar_one()
            for table, name in (
                ("provider", "Zayo"),
                ("provider", "Intelligent Fiber Network"),
                ("site", "Henry Street Suite 340"),
                ("site", "Indy Telcom Henry Street"),
                ("site", "Magic City Plant 2"),
                ("customer", "Magic City Manufacturing"),
            )
        }
        for ref in (edited, noted, *names.values()):
            assert (ref, "") in kept
        assert {p for r, p in kept if r == edited} == {"", "A end", "Z end", "customer Magic City Manufacturing"}
        assert row_of(session, "circuit", mine)["retired_at"] is None
        live_circuits = session.scalars(select(Circuit.ref).where(Circuit.retired_at.is_(None))).all()
        assert sorted(live_circuits) == sorted([mine, edited, noted])
        assert session.scalar(select(func.count()).where(Contract.retired_at.is_(None))) == 0
    assert remove(company).changes == ()
    assert load(company).created["circuit"] == how_many_circuits() - 2


def how_many_circuits() -> int:
    from netos_core.demo.stages import _file

    return len(_file("circuits")["circuit"]["rows"])


def test_an_agents_open_proposal_can_be_approved_and_still_counts_as_sample(company: Core) -> None:
    with company.context(write.caller(company, STAGES[0].proposer), Channel.PAGE) as ctx:
        waiting = ctx.session.scalars(select(Proposal).where(Proposal.status == "open", Proposal.risk == "high")).one()
        write.approve(ctx, waiting)
        assert waiting.status == "committed"
        assert activity.is_there(ctx, ctx.session.scalars(select(Proposal).order_by(Proposal.id).limit(1)).one())
    assert remove(company).kept == ()


def test_the_rows_of_a_stage_that_is_loaded_are_not_lacking(loaded: Core) -> None:
    with loaded.context(write.caller(loaded, STAGES[0].proposer), Channel.PAGE) as ctx:
        assert [rows for _, rows in rows_of(ctx, STAGES[0])] == [[], []]


def test_a_second_approval_is_given_where_the_policy_wants_one(fresh_db: str) -> None:
    core = Core(Settings.model_validate({"database_url": fresh_db, "second_approval_from": "100"}))
    assert load(core).created["circuit"] > 60
    assert not remove(core).kept
    core.close()


def test_a_proposal_for_real_data_is_not_closed_by_removing(company: Core) -> None:
    with company.session() as session:
        ref = make_provider(session, "Real Carrier")
        mine = propose(make_ctx(session, Role.FINANCE), "provider", ref=ref, website="https://real.example")
    remove(company)
    with company.session() as session:
        assert session.scalar(select(Proposal.status).where(Proposal.ref == mine.change_id)) == "open"
