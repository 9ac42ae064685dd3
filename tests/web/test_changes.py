"""From a form to the difference, the decision, the trail and the way back."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from netos_core.access.rules import Role
from netos_core.kernel.context import Channel
from netos_core.runtime.calls import Core
from tests.factories import apply, make_contract, make_ctx, make_provider, make_site, propose
from tests.web.conftest import Browser, as_role

DIGEST = re.compile(r'name="digest" value="([0-9a-f]{64})"')
REF = re.compile(r"/approvals/(CHG-\d+)")


def circuits(core: Core, count: int, **fields: str) -> list[str]:
    """Make circuits of one carrier in one change, and return their refs."""
    with core.session() as session:
        common = {"provider": make_provider(session), "mrc": "1000.00", "status": "active", "service_type": "dia"}
        made = apply(make_ctx(session, Role.ADMIN), "circuit", "create", items=[{"set": fields}] * count, **common)
        assert made.counts["create"] == count
        return list(session.scalars(text("select ref from circuit order by id desc limit :n"), {"n": count}))[::-1]


def change_at(where: str) -> str:
    found = REF.search(where)
    assert found, where
    return found[1]


def decide(browser: Browser, change: str, how: str = "approve", **fields: str) -> str:
    digest = DIGEST.search(browser.get(f"/approvals/{change}"))
    assert digest
    return browser.where(f"/approvals/{change}/{how}", {"digest": digest[1], **fields})


def edit(browser: Browser, ref: str, was: str, mrc: str, **fields: str) -> str:
    sent = {"was.mrc": was, "mrc": mrc, "reason": "The new rate card.", **fields}
    return change_at(browser.where(f"/circuits/{ref}/edit", sent))


def test_money_takes_two_people(core: Core) -> None:
    (ref,) = circuits(core, 1)
    engineer, finance = as_role(core, Role.ENGINEERING), as_role(core, Role.FINANCE)
    change = edit(engineer, ref, "1000.00", "900.00")
    own = engineer.get(f"/approvals/{change}")
    assert "can&#39;t approve" in own or "can't approve" in own
    assert 'aria-disabled="true"' in own
    assert "Your roles do not approve money" in own
    page = finance.get(f"/approvals/{change}")
    assert "Approve 1 change on 1 record: $100.00 less MRC a month." in page
    assert "<del>$1,000.00</del>" in page
    assert "<ins>$900.00</ins>" in page
    assert '<p class="quote">The new rate card.</p>' in page
    assert decide(finance, change, comment="Checked.") == f"/approvals/{change}?said=applied"
    done = finance.get(f"/approvals/{change}?said=applied")
    assert f"{change} is applied and written to the trail." in done
    assert "Checked." in done
    assert f"Undo {change}" in done
    assert "$900.00" in finance.get(f"/circuits/{ref}")


def test_a_proposer_with_the_right_still_needs_a_second_person(core: Core) -> None:
    (ref,) = circuits(core, 1)
    finance = as_role(core, Role.FINANCE)
    change = edit(finance, ref, "1000.00", "900.00")
    page = finance.get(f"/approvals/{change}")
    assert "You proposed it; money needs a second person." in page
    digest = DIGEST.search(page)
    assert digest
    assert "second person" in finance.post(f"/approvals/{change}/approve", {"digest": digest[1]}, 403)


def test_a_double_click_is_safe(core: Core) -> None:
    (ref,) = circuits(core, 1)
    change = edit(as_role(core, Role.ENGINEERING), ref, "1000.00", "900.00")
    finance = as_role(core, Role.FINANCE)
    page = finance.get(f"/approvals/{change}")
    digest = DIGEST.search(page)
    assert digest
    sent = {"digest": digest[1], "csrf": finance.token()}
    answers: list[str] = []

    def click() -> None:
        answer = finance.client.post(f"/approvals/{change}/approve", data=sent, follow_redirects=False)
        answers.append(answer.headers.get("location", str(answer.status_code)))

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert answers == [f"/approvals/{change}?said=applied"] * 2


def test_approving_another_difference_is_refused(core: Core) -> None:
    (ref,) = circuits(core, 1)
    change = edit(as_role(core, Role.ENGINEERING), ref, "1000.00", "900.00")
    finance = as_role(core, Role.FINANCE)
    assert "not the one of" in finance.post(f"/approvals/{change}/approve", {"digest": "0" * 64}, 400)


def test_rejecting_keeps_the_reason(core: Core) -> None:
    (ref,) = circuits(core, 1)
    change = edit(as_role(core, Role.ENGINEERING), ref, "1000.00", "900.00")
    finance = as_role(core, Role.FINANCE)
    digest = DIGEST.search(finance.get(f"/approvals/{change}"))
    assert digest
    for _ in range(2):
        where = finance.where(f"/approvals/{change}/reject", {"digest": digest[1], "comment": "Not agreed."})
        assert where == f"/approvals/{change}?said=rejected"
    assert '<p class="quote">Not agreed.</p>' in finance.get(f"/approvals/{change}")
    assert "$1,000.00" in finance.get(f"/circuits/{ref}")
    assert change in finance.get("/approvals?view=rejected")


def test_a_stale_change_names_what_moved_and_is_planned_anew(core: Core) -> None:
    (ref,) = circuits(core, 1)
    engineer, finance = as_role(core, Role.ENGINEERING), as_role(core, Role.FINANCE)
    first, second = edit(engineer, ref, "1000.00", "900.00"), edit(engineer, ref, "1000.00", "800.00")
    digest = DIGEST.search(finance.get(f"/approvals/{second}"))
    assert digest
    decide(finance, first)
    assert finance.where(f"/approvals/{second}/approve", {"digest": digest[1]}) == f"/approvals/{second}"
    page = finance.get(f"/approvals/{second}")
    assert "1 record changed after this was proposed." in page
    assert "Plan it anew" in page
    anew = change_at(engineer.where(f"/approvals/{second}/rebase", {}))
    assert anew != second
    assert "<del>$900.00</del>" in finance.get(f"/approvals/{anew}")
    assert "Replaced by a newer proposal" in finance.get(f"/approvals/{second}")


def test_undo_is_proposed_and_approved_like_the_change(core: Core) -> None:
    (ref,) = circuits(core, 1)
    change = edit(as_role(core, Role.ENGINEERING), ref, "1000.00", "900.00")
    finance, executive = as_role(core, Role.FINANCE), as_role(core, Role.EXEC)
    decide(finance, change)
    undo = change_at(finance.where(f"/approvals/{change}/undo", {"reason": "Wrong schedule."}))
    assert f'exact inverse of <a href="/approvals/{change}">' in executive.get(f"/approvals/{undo}")
    decide(executive, undo)
    assert "$1,000.00" in finance.get(f"/circuits/{ref}")
    assert f"Undone by {undo}" in finance.get(f"/approvals/{change}")


def test_many_circuits_are_one_proposal(core: Core) -> None:
    refs = circuits(core, 3)
    browser = as_role(core, Role.FINANCE)
    form = browser.get("/circuits/bulk?" + "&".join(f"ref={ref}" for ref in refs))
    assert "Change 3 circuits" in form
    sent = {"refs": " ".join(refs), "mrc": "950.00", "was.mrc": "", "status": "", "was.status": "", "reason": "Rates."}
    change = change_at(browser.where("/circuits/bulk", sent))
    page = as_role(core, Role.EXEC).get(f"/approvals/{change}")
    assert "Approve 3 changes on 3 records: $150.00 less MRC a month." in page
    assert "3 of 3 records unchanged since the proposal" in page


def test_all_that_match_are_one_proposal(core: Core) -> None:
    circuits(core, 130)
    browser = as_role(core, Role.ENGINEERING)
    form = browser.get("/circuits/bulk?all=yes&status=active")
    refs = re.search(r'name="refs" value="([^"]+)"', form)
    assert refs
    assert len(set(refs[1].split())) == 130
    assert "and 120 more" in form
    where = browser.where("/circuits/bulk", {"refs": refs[1], "do": "retire", "retire_reason": "Sold."})
    page = browser.get(f"/approvals/{change_at(where)}")
    assert "Approve 130 changes on 130 records: $130,000.00 less MRC a month." in page
    assert "Rows 1 to 100 of 130" in page
    assert "Rows 101 to 130 of 130" in browser.get(f"/approvals/{change_at(where)}?start=100")


def test_bulk_refuses_what_it_can_not_do(core: Core) -> None:
    (ref,) = circuits(core, 1)
    browser = as_role(core, Role.ENGINEERING)
    assert "No circuit is chosen" in browser.get("/circuits/bulk", 400)
    assert "not a circuit" in browser.get("/circuits/bulk?ref=PRV-1", 400)
    assert "No field is filled in" in browser.post("/circuits/bulk", {"refs": ref, "reason": "Why not."}, 400)
    assert "needs its reason" in browser.post("/circuits/bulk", {"refs": ref, "market": "Austin"}, 400)


def test_pages_of_a_list_neither_skip_nor_repeat(core: Core) -> None:
    refs = circuits(core, 130)
    browser = as_role(core, Role.SALES)
    for sort in ("ref", "-mrc", "act_by"):
        seen: list[str] = []
        path = f"/circuits?sort={sort}"
        while path:
            page = browser.get(path)
            seen += re.findall(r'<th scope="row" class="id"><a href="/circuits/(CKT-\d+)"', page)
            following = re.search(r'href="([^"]+)" rel="next"', page)
            path = following[1].replace("&amp;", "&") if following else ""
        assert len(seen) == 130, sort
        assert set(seen) == set(refs), sort


def test_a_form_that_is_refused_keeps_what_was_typed(core: Core) -> None:
    (ref,) = circuits(core, 1)
    browser = as_role(core, Role.ENGINEERING)
    sent = {"was.mrc": "1000.00", "mrc": "a lot", "was.market": "", "market": "Austin", "reason": "It says so."}
    page = browser.post(f"/circuits/{ref}/edit", sent, 400)
    assert 'value="Austin"' in page
    assert 'value="a lot"' in page
    assert 'aria-invalid="true"' in page
    assert 'id="f-mrc-err"' in page
    assert ">It says so.</textarea>" in page
    assert "Nothing is different" in browser.post(f"/circuits/{ref}/edit", {"reason": "Nothing."}, 400)
    assert "needs its reason" in browser.post(f"/circuits/{ref}/edit", {"was.market": "", "market": "Austin"}, 400)
    page = browser.post("/circuits/new", {"provider": "Nobody", "service_type": "dia", "reason": "New."}, 404)
    assert 'id="f-provider-err"' in page


def test_a_new_circuit_is_proposed(core: Core) -> None:
    with core.session() as session:
        make_provider(session, "Zayo")
        make_site(session, "Frost Tower")
    browser = as_role(core, Role.ENGINEERING)
    sent = {"provider": "Zayo", "service_type": "wave", "mrc": "4850", "a_site": "Frost Tower", "reason": "Ordered."}
    change = change_at(browser.where("/circuits/new", sent))
    finance = as_role(core, Role.FINANCE)
    page = finance.get(f"/approvals/{change}")
    assert "Frost Tower" in page
    assert "<ins>$4,850.00</ins>" in page
    decide(finance, change)
    assert "Frost Tower" in finance.get("/circuits")


@pytest.mark.parametrize("kind", ["site", "provider", "customer", "contract"])
def test_every_kind_is_proposed_and_corrected(core: Core, kind: str) -> None:
    with core.session() as session:
        make_provider(session, "Zayo")
    fields = {
        "site": {"name": "Frost Tower", "kind": "pop"},
        "provider": {"name": "Lumen"},
        "customer": {"name": "Acme"},
        "contract": {"kind": "order", "provider": "Zayo", "title": "SO 1"},
    }
    finance, executive = as_role(core, Role.FINANCE), as_role(core, Role.EXEC)
    change = change_at(finance.where(f"/{kind}s/new", {**fields[kind], "reason": "It is new."}))
    decide(executive, change)
    found = re.findall(rf'<th scope="row" class="id"><a href="/{kind}s/([A-Z]+-\d+)"', finance.get(f"/{kind}s"))
    name = "title" if kind == "contract" else "name"
    sent = {f"was.{name}": fields[kind][name], name: "Renamed", "reason": "It was misspelt."}
    decide(executive, change_at(finance.where(f"/{kind}s/{found[-1]}/edit", sent)))
    pages = [finance.get(f"/{kind}s/{ref}") for ref in found]
    assert any("<h1" in page and "Renamed" in page for page in pages)


def test_a_note_is_applied_at_once_and_undone(core: Core) -> None:
    (ref,) = circuits(core, 1)
    browser = as_role(core, Role.FIELD)
    where = browser.where("/notes", {"on": ref, "text": "The door code is 4711."})
    assert where.startswith(f"/circuits/{ref}?said=note&change=CHG-")
    page = browser.get(where)
    assert '<p class="quote">The door code is 4711.</p>' in page
    assert "Note added." in page
    change = change_at(re.search(r'action="(/approvals/CHG-\d+)/undo"', page)[1])  # type: ignore[index]
    back = browser.where(f"/approvals/{change}/undo", {"back": f"/circuits/{ref}"})
    assert back == f"/circuits/{ref}?said=undone"
    assert "door code" not in browser.get(f"/circuits/{ref}")


def test_tags_come_and_go(core: Core) -> None:
    (ref,) = circuits(core, 1)
    browser = as_role(core, Role.NOC)
    browser.post("/tags", {"on": ref, "name": "Core"})
    assert f"/circuits/{ref}" in browser.get("/circuits?tag=core")
    assert "said=untag" in browser.where("/tags", {"on": ref, "name": "core", "off": "yes"})
    assert f"/circuits/{ref}" not in browser.get("/circuits?tag=core")
    browser.post("/tags", {"on": ref, "name": "<b>"}, 400)
    browser.post("/notes", {"on": "JOB-1", "text": "x"}, 400)
    browser.post("/notes", {"on": ref, "text": " "}, 400)


def test_a_note_is_taken_off(core: Core) -> None:
    (ref,) = circuits(core, 1)
    browser = as_role(core, Role.NOC)
    browser.post("/notes", {"on": ref, "text": "Old news."})
    note = re.search(r'name="note" value="([^"]+)"', browser.get(f"/circuits/{ref}"))
    assert note
    assert "said=unnote" in browser.where("/notes", {"on": ref, "note": note[1]})
    assert "Old news." not in browser.get(f"/circuits/{ref}")


def test_retiring_is_proposed_from_the_record(core: Core) -> None:
    (ref,) = circuits(core, 1)
    browser = as_role(core, Role.ENGINEERING)
    change = change_at(browser.where(f"/circuits/{ref}/retire", {"reason": "It was moved."}))
    decide(as_role(core, Role.EXEC), change)
    browser.get(f"/circuits/{ref}", 404)


def test_rows_that_differ_stand_first_and_are_named(core: Core) -> None:
    refs = circuits(core, 6)
    with core.session() as session:
        now = datetime.now(UTC)
        ctx = make_ctx(session, Role.ENGINEERING, agent="renewal-analyst", channel=Channel.AGENT, now=now)
        items = [{"ref": ref, "set": {"mrc": "900.00"}} for ref in refs[:5]]
        items.append({"ref": refs[5], "set": {"mrc": "1045.00"}})
        change = propose(ctx, "circuit", items=items).change_id
    page = as_role(core, Role.FINANCE).get(f"/approvals/{change}")
    assert "1 row differs from the rest." in page
    assert f"{refs[5]} goes up by $45.00 while 5 others go down." in page
    first = re.search(r'<tr class="flag"><th scope="row" class="id"><a href="/circuits/(CKT-\d+)"', page)
    assert first
    assert first[1] == refs[5]
    assert "renewal-analyst" in page
    assert "The agent acts for them." in page


def test_a_contract_page_says_what_the_paper_does_not(core: Core) -> None:
    with core.session() as session:
        ref = make_contract(session)
    page = as_role(core, Role.SALES).get(f"/contracts/{ref}")
    assert "The document does not say" in page
