"""From what was read to a contract on file: looked at, decided, proposed, approved, and hidden from who may not see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from netos_core.access.rules import Role
from netos_core.documents.queries import ContentWithheld
from netos_core.extractions import operations as extractions
from netos_core.extractions.operations import Moved, NotOpen, Undecided
from netos_core.extractions.queries import get_row
from netos_core.extractions.rules.deciding import Unproven
from netos_core.extractions.schemas import (
    DismissExtraction,
    ExtractionView,
    GetExtractionPage,
    ListExtractions,
    ReadAgain,
)
from netos_core.kernel.errors import Forbidden, Invalid
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from tests.core.extractions.making import calling, decide, get, order, propose, read, send, work
from tests.factories import approve, audit_of, make_circuit, make_contract, make_provider, row_of, rows_of

MUST = {"mrc": "accept", "etf": "accept", "initial_term_months": "accept"}


@pytest.fixture
def core(fresh_db: str, tmp_path: Path) -> Iterator[Core]:
    core = Core(Settings(database_url=fresh_db, home=tmp_path))
    yield core
    core.close()


def test_an_order_becomes_a_contract_with_its_paper_its_circuit_and_its_proof(core: Core) -> None:
    with core.session() as session:
        provider = make_provider(session, "Granite Peak Fiber")
        circuit = make_circuit(session, provider=provider, provider_circuit_id="OGYX/418822//GPF")
    ref = read(core, order())
    view = get(core, ref)
    assert (view.state, view.provider, view.contract) == ("read", "Granite Peak Fiber", None)
    assert view.missing == ["MRC", "ETF", "Initial term (months)"]
    decide(core, ref, **MUST)
    change = propose(core, ref, number="SO-2204417", title="Order of a wave")
    assert change.risk == "high"
    assert get(core, ref).state == "proposed"
    with core.session() as session:
        approve(session, change)
        (contract,) = rows_of(session, "contract")
        assert (contract["mrc"], contract["term_months"], contract["notice_count"]) == (4850, 36, 60)
        assert str(contract["term_end_date"]) == "2029-03-31"
        assert str(contract["notice_deadline"]) == "2029-01-30"
        assert contract["etf"]["formula"]["bands"] == [
            {"from_month": 1, "percent": "100"},
            {"from_month": 13, "percent": "50"},
        ]
        assert contract["etf"]["page"] == 1
        assert "remaining months" in contract["etf"]["quote"]
        (document,) = rows_of(session, "document")
        assert (document["entity_id"], document["kind"], document["sensitivity"]) == (
            contract["id"],
            "contract",
            "money",
        )
        (link,) = rows_of(session, "contract_circuit")
        assert link["circuit_id"] == row_of(session, "circuit", circuit)["id"]
        (proposal,) = rows_of(session, "proposal", ref=change.change_id)
        assert proposal["source"]["fields"]["mrc"] == {"document": ref, "page": 1, "quote": proof_of(view, "mrc")}
    work(core)
    view = get(core, ref)
    assert (view.state, view.document, view.contract) == ("on_file", "DOC-1001", contract["ref"])


def proof_of(view: ExtractionView, name: str) -> str:
    return next(one.quote for one in view.fields if one.name == name and one.quote)


def test_what_we_pay_for_how_long_and_what_leaving_costs_is_never_taken_over_unseen(core: Core) -> None:
    with core.session() as session:
        make_provider(session, "Granite Peak Fiber")
    ref = read(core, order())
    with pytest.raises(Undecided, match="MRC, ETF, Initial term"):
        propose(core, ref)
    decide(core, ref, mrc="accept", etf="reject")
    with pytest.raises(Undecided, match="decided Initial term"):
        propose(core, ref)
    decide(core, ref, initial_term_months=("edit", "24 months"))
    change = propose(core, ref)
    with core.session() as session:
        approve(session, change)
        (contract,) = rows_of(session, "contract")
        assert (contract["term_months"], contract["etf"]) == (24, None)
        (proposal,) = rows_of(session, "proposal", ref=change.change_id)
        assert proposal["source"]["fields"]["initial_term_months"] == {"typed_by": "Finance Person"}


def test_a_value_without_a_quote_is_only_a_persons_own(core: Core) -> None:
    ref = read(core, order(mrc="to be agreed"))
    mrc = next(one for one in get(core, ref).fields if one.name == "mrc")
    assert (mrc.value, mrc.quote, mrc.mandatory) == (None, None, True)
    with pytest.raises(Unproven):
        decide(core, ref, mrc="accept")
    with pytest.raises(Invalid, match="an amount"):
        decide(core, ref, mrc=("edit", "four thousand"))
    view = decide(core, ref, mrc=("edit", "$4,000"))
    mrc = next(one for one in view.fields if one.name == "mrc")
    assert (mrc.stands, mrc.by, mrc.decision) == ("4000", "Finance Person", "edit")


def test_two_people_at_once_do_not_decide_over_each_other(core: Core) -> None:
    ref = read(core, order())
    seen = get(core, ref).version
    decide(core, ref, mrc="accept")
    with pytest.raises(Moved):
        decide(core, ref, seen, mrc="reject", etf="accept")
    view = get(core, ref)
    assert {one.name: one.decision for one in view.fields if one.mandatory} == {
        "mrc": "accept", "etf": None, "initial_term_months": None,
    }  # fmt: skip
    assert decide(core, ref, mrc="reopen").missing[0] == "MRC"


def test_a_contract_on_file_is_known_by_its_number_compared_and_updated(core: Core) -> None:
    with core.session() as session:
        provider = make_provider(session, "Granite Peak Fiber")
        number = {"number": "SO-2204417", "mrc": "4800.00", "term_months": 36}
        contract = make_contract(session, provider=provider, **number)
    ref = read(core, order())
    view = get(core, ref)
    assert view.contract == contract
    told = {one.name: (one.on_file, one.differs) for one in view.fields}
    assert told["mrc"] == ("4800.00", True)
    assert told["initial_term_months"] == (36, False)
    decide(core, ref, **MUST)
    change = propose(core, ref, contract=contract)
    assert {(row.field, str(row.old), str(row.new)) for row in change.diff if row.field == "mrc"} == {
        ("mrc", "4800.00", "4850.00")
    }
    with core.session() as session:
        approve(session, change)
        assert len(rows_of(session, "contract")) == 1
        assert len(rows_of(session, "document")) == 1


def test_a_change_that_is_turned_down_gives_the_extraction_back(core: Core) -> None:
    from netos_core.changes.operations import reject_change
    from netos_core.changes.schemas import Decide
    from tests.factories import approver

    with core.session() as session:
        make_provider(session, "Granite Peak Fiber")
    ref = read(core, order())
    decide(core, ref, **MUST)
    change = propose(core, ref)
    with pytest.raises(NotOpen):
        decide(core, ref, mrc="reject")
    with core.session() as session:
        reject_change(approver(session), Decide(change_id=change.change_id, digest=change.digest, comment="No."))
    assert (get(core, ref).state, get(core, ref).change_status) == ("read", "rejected")
    decide(core, ref, mrc="reject")


def test_nobody_knows_whose_contract_it_is(core: Core) -> None:
    ref = read(core, order())
    decide(core, ref, **MUST)
    with pytest.raises(Invalid, match="Whose contract") as refused:
        propose(core, ref)
    assert refused.value.field == "provider"


def test_who_sees_no_amounts_sees_that_it_is_there_and_no_more(core: Core) -> None:
    ref = read(core, order())
    view = get(core, ref, Role.NOC)
    assert view.withheld
    assert "4850" not in view.model_dump_json()
    assert "order" not in view.model_dump_json()
    assert (view.fields, view.told, view.file_name, view.provider, view.pages) == ([], [], None, None, [])
    with calling(core, Role.NOC) as ctx:
        (row,) = extractions.list_extractions(ctx, ListExtractions()).rows
        assert (row.withheld, row.file_name, row.provider, row.undecided) == (True, None, None, None)
        assert extractions.list_extractions(ctx, ListExtractions(query="order")).total == 0
        with pytest.raises(ContentWithheld):
            extractions.get_extraction_page(ctx, GetExtractionPage(ref=ref, page=1))
        with pytest.raises(Forbidden):
            extractions.dismiss_extraction(ctx, DismissExtraction(ref=ref, reason="away"))
    with calling(core, Role.SALES) as ctx:
        assert extractions.get_extraction_page(ctx, GetExtractionPage(ref=ref, page=1)).page == 1


def test_who_was_shown_what_leaving_costs_stands_in_the_trail(core: Core) -> None:
    ref = read(core, order())
    view = core.call(
        extractions.get_extraction,
        extractions.get_extraction.request(ref=ref),
        core.principal("finance.person@isp.example"),
        channel(),
    )
    assert view.fields
    with core.session() as session:
        assert [entry.action for entry in audit_of(session, ref)] == ["read"]


def channel() -> object:
    from netos_core.kernel.context import Channel

    return Channel.PAGE


def test_a_file_is_read_again_and_its_history_stays(core: Core) -> None:
    content = order()
    ref = read(core, content)
    decide(core, ref, mrc="accept")
    with calling(core) as ctx:
        again = extractions.read_again(ctx, ReadAgain(ref=ref)).ref
    work(core)
    assert again != ref
    assert get(core, ref).missing == ["ETF", "Initial term (months)"]
    newer = get(core, again)
    assert (newer.state, newer.number, newer.earlier, len(newer.missing)) == ("read", 2, [ref], 3)
    assert send(core, content) == again, "the same bytes are told, not queued twice"


def test_what_is_no_contract_leaves_the_queue_with_a_reason(core: Core) -> None:
    ref = read(core, order())
    with calling(core) as ctx:
        assert (
            extractions.dismiss_extraction(ctx, DismissExtraction(ref=ref, reason="A brochure.")).state == "dismissed"
        )
        assert extractions.list_extractions(ctx, ListExtractions()).total == 0
        assert extractions.list_extractions(ctx, ListExtractions(state=["dismissed"])).total == 1


def test_what_is_not_plain_is_told_and_left_for_a_person(core: Core) -> None:
    with core.session() as session:
        make_provider(session, "Granite Peak Fiber")
    ref = read(core, order(more="3. The MRC shall increase by three percent (3%) on each anniversary of the date."))
    clause = "100% of the remaining MRC plus unamortized construction costs"
    fields = {"mrc": "accept", "initial_term_months": "accept", "etf": ("edit", clause), "escalator": "accept"}
    decide(core, ref, **fields)
    change = propose(core, ref)
    told = " ".join(change.warnings)
    assert "The ETF clause says more than is typed by itself" in told
    assert "1 of 1 circuit ids in it are no circuits on file." in told
    with core.session() as session:
        approve(session, change)
        (contract,) = rows_of(session, "contract")
    assert contract["etf"] is None
    assert (contract["escalator"]["kind"], contract["escalator"]["percent"]) == ("percent", "3")


def test_a_clause_of_several_parts_and_an_index_stand_typed_in_the_contract(core: Core) -> None:
    with core.session() as session:
        make_provider(session, "Granite Peak Fiber")
    rises = "3. The MRC shall increase each year by the greater of three percent (3%) and the change in the CPI-U."
    limits = "In addition, Customer shall repay any waived NRC. Such termination charges shall not exceed $90,000.00."
    ref = read(core, order(more=f"{limits} {rises}", clause=STEPPED))
    told = {one.name: one for one in get(core, ref).fields}
    assert told["etf"].becomes == [
        "Of the MRC that remains: 100% from month 1, 75% from month 13, 50% from month 25.",
        "Paid back: NRC waived or not yet earned.",
        "No more than $90,000.00.",
    ]
    assert told["escalator"].becomes == ["With CPI-U every 12 months, at least 3%."]
    decide(core, ref, **MUST, escalator="accept")
    change = propose(core, ref)
    assert not any("typed by itself" in one for one in change.warnings)
    with core.session() as session:
        approve(session, change)
        (contract,) = rows_of(session, "contract")
    assert [band["from_month"] for band in contract["etf"]["formula"]["bands"]] == [1, 13, 25]
    assert contract["etf"]["cap"] == {"amount": "90000.00"}
    assert contract["etf"]["nrc"] == {"share": "full"}
    work(core)
    filed = {one.name: one for one in get(core, ref).fields}
    assert not filed["etf"].differs
    assert not filed["escalator"].differs
    assert contract["escalator"] == {
        "kind": "index",
        "index": "CPI-U",
        "every_months": 12,
        "floor_percent": "3",
        "raises": [],
    }


STEPPED = (
    "2. Early Termination. If Customer terminates Service before the end of the Service Term, Customer shall "
    "pay 100% of "
    "the MRC remaining in months 1 to 12, 75% of the MRC remaining in months 13 to 24 and 50% of the MRC remaining "
    "thereafter."
)


def test_a_value_no_contract_can_have_is_refused_by_its_name(core: Core) -> None:
    with core.session() as session:
        make_provider(session, "Granite Peak Fiber")
    ref = read(core, order())
    decide(core, ref, mrc="accept", etf="reject", initial_term_months=("edit", "99999"))
    with pytest.raises(Invalid, match="term months"):
        propose(core, ref)
    decide(core, ref, initial_term_months="accept", effective_date=("edit", "2026-05-01"))
    assert propose(core, ref).change_id


def test_all_that_is_told_of_a_field_is_shown_with_every_other_reading(core: Core) -> None:
    ref = read(core, order())
    with calling(core) as ctx:
        row = get_row(ctx, ref)
        mrc = next(one for one in row.result["fields"] if one["name"] == "mrc")
        other, third = ({**mrc, "value": value} for value in ("4580.00", "485.00"))
        told = [
            {"code": code, "message": message, "field": "mrc", "page": 1, "candidates": candidates}
            for code, message, candidates in (
                ("extractors_disagree", "Two readings.", [mrc, other]),
                ("words_and_digits_differ", "Words differ.", [other, third]),
            )
        ]
        row.result = {**row.result, "problems": told}
    shown = next(one for one in get(core, ref).fields if one.name == "mrc")
    assert shown.problem == "Two readings. Words differ."
    assert [one.value for one in shown.others] == ["4580.00", "485.00"]
