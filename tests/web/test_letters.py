"""Letters on their pages: drafted from the contract, read, sent, withdrawn, recorded; and the webhook's address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from netos_core.access.rules import Role
from netos_core.demo.people import DANA, MARCUS, RUTH
from netos_core.kernel.clock import utc_now
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from tests.core.letters.making import make_letter, make_terms
from tests.factories import apply, make_ctx, make_person
from tests.files import make_pdf
from tests.standins import docuseal
from tests.web.conftest import HOME, Browser, as_role, make_application, sign_in
from tests.web.test_pages import bones

WHY = {"reason": "asked in a test"}


@pytest.fixture
def core(fresh_db: str, tmp_path: Path) -> Iterator[Core]:
    chosen = {
        "database_url": fresh_db, "demo": True, "home": tmp_path, "docuseal_token": docuseal.TOKEN,
        "docuseal_url": "http://127.0.0.1:9", "docuseal_webhook_secret": docuseal.SECRET,
    }  # fmt: skip
    core = Core(Settings(**chosen))  # type: ignore[arg-type]
    with core.session() as session:
        for role in Role:
            make_person(session, role)
    yield core
    core.close()


def made(core: Core, **fields: Any) -> tuple[str, str]:
    with core.session() as session:
        contract, _ = make_terms(session)
        return make_letter(session, contract, **fields), contract


def finance(core: Core, session: Any) -> Any:
    return make_ctx(session, Role.FINANCE, now=utc_now(), policy=core.policy)


def approved(browser: Browser, path: str) -> str:
    change = path.partition("?")[0]
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', browser.get(change))
    assert digest
    return browser.post(f"{change}/approve", {"digest": digest[1]})


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_from_the_contract_to_a_letter_that_goes_out(core: Core) -> None:
    with core.session() as session:
        contract, _ = make_terms(session)
    author, executive = as_role(core, Role.FINANCE), as_role(core, Role.EXEC)
    page = author.get(f"/contracts/{contract}")
    assert f'href="/letters/new?contract={contract}">Draft a letter' in page
    assert f'value="{contract}"' in author.get(f"/letters/new?contract={contract}")
    change = author.where("/letters/new", {"contract": contract, "kind": "non_renewal", **WHY})
    approved(author, change)
    ref = re.findall(r"LTR-\d+", author.get("/letters"))[0]
    page = author.get(f"/letters/{ref}")
    assert "Who signs it is not said." in page
    assert 'aria-disabled="true" aria-describedby="missing-h">Send for signature' in page
    author.get(f"/letters/{ref}/edit")
    signer = {"signer_name": "Elena Ruiz", "signer_title": "Vice President", "signer_email": "elena@isp.example"}
    approved(author, author.where(f"/letters/{ref}/edit", {**signer, **WHY}))
    page = author.get(f"/letters/{ref}")
    assert f'href="/letters/{ref}/send">Send for signature' in page
    form = author.get(f"/letters/{ref}/send")
    assert "Through DocuSeal" in form
    assert "A change needs its reason." in author.post(f"/letters/{ref}/send", {"sending": "docuseal"}, 400)
    change = author.where(f"/letters/{ref}/send", {"sending": "docuseal", "was.sending": "", **WHY})
    shown = author.get(change)
    assert "High risk: an act on the outside world" in shown
    assert "You proposed it; an act on the outside world needs a second person." in shown
    assert f"{ref}, word for word" in shown
    assert "BY CERTIFIED MAIL, RETURN RECEIPT REQUESTED" in shown
    name = change.partition("?")[0].rpartition("/")[2]
    pdf = executive.client.get(f"/letters/{ref}/pdf?change={name}")
    assert (pdf.status_code, pdf.content[:5]) == (200, b"%PDF-")
    assert pdf.headers["etag"].strip('"') in executive.get(change)
    approved(executive, change)
    page = executive.get(f"/letters/{ref}")
    assert "On its way" in page
    assert "The letter as approved" in page
    assert executive.client.get(f"/letters/{ref}/pdf").content == pdf.content
    assert 'href="/letters/' in executive.get(f"/contracts/{contract}")
    author.get(f"/letters/{ref}/send", 404)
    approved(executive, author.where(f"/letters/{ref}/withdraw", WHY))
    assert "Change its text" in author.get(f"/letters/{ref}")


def test_a_letter_by_hand_is_recorded_with_its_proof(core: Core) -> None:
    ref, contract = made(core)
    author, executive = as_role(core, Role.FINANCE), as_role(core, Role.EXEC)
    approved(executive, author.where(f"/letters/{ref}/send", {"sending": "manual", "was.sending": "", **WHY}))
    assert "Print the approved PDF" in author.get(f"/letters/{ref}")
    day = core.policy.zone and utc_now().astimezone(core.policy.zone).date().isoformat()
    form = author.get(f"/letters/{ref}/signed")
    assert f'value="{day}"' in form
    approved(author, author.where(f"/letters/{ref}/signed", {"signed_date": day, "was.signed_date": "", **WHY}))
    page = author.get(f"/letters/{ref}")
    assert "Serve it by certified mail" in page
    file = {"file": ("receipt.pdf", make_pdf("receipt"), "application/pdf")}
    sent = author.client.post(
        "/documents", data={"csrf": author.token(), "on": contract, "title": "Postal receipt"}, files=file
    )
    assert sent.status_code == 200
    form = author.get(f"/letters/{ref}/served")
    receipt = re.search(r'value="(DOC-\d+)">DOC-\d+ Postal receipt', form)
    assert receipt
    fields = {"served_date": day, "served_method": "certified_mail", "tracking_number": "9407", **WHY}
    refused = author.post(f"/letters/{ref}/served", fields, 400)
    assert "A service needs its proof." in refused
    approved(executive, author.where(f"/letters/{ref}/served", {**fields, "proof_document": receipt[1]}))
    page = plain(executive.get(f"/letters/{ref}"))
    assert "Served" in page
    assert "9407" in page
    assert receipt[1] in page


def test_the_draft_s_pdf_is_printed_as_it_stands(core: Core) -> None:
    ref, _ = made(core)
    browser = as_role(core, Role.NOC)
    answer = browser.client.get(f"/letters/{ref}/pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert f"{ref}-draft.pdf" in answer.headers["content-disposition"]
    browser.get(f"/letters/{ref}/pdf?change=CHG-1", 404)
    page = browser.get(f"/letters/{ref}")
    assert "Send for signature" not in page, "the role does not propose acts on the outside world"
    browser.get(f"/letters/{ref}/send", 403)
    browser.get("/letters/LTR-9", 404)


def test_a_letter_that_can_not_be_printed_says_so(core: Core) -> None:
    ref, _ = made(core, recipient_name="中文")
    assert "no sign for" in as_role(core, Role.FINANCE).get(f"/letters/{ref}/pdf", 400)


def test_text_of_a_letter_is_shown_as_text(core: Core) -> None:
    ref, _ = made(core, opening="<script>alert(1)</script> {{ 7*7 }}", recipient_name="<img src=x onerror=alert(1)>")
    page = as_role(core, Role.FINANCE).get(f"/letters/{ref}")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }}" in page
    assert "<img src=x" not in page


def test_the_pages_have_the_bones_of_accessible_ones(core: Core) -> None:
    ref, _ = made(core)
    author = as_role(core, Role.FINANCE)
    change = author.where(f"/letters/{ref}/send", {"sending": "docuseal", "was.sending": "", **WHY})
    for path in ("/letters", f"/letters/{ref}", f"/letters/{ref}/edit", f"/letters/{ref}/send", "/letters/new", change):
        page = bones(author.get(path))
        assert page.headings == 1, path
        assert page.unsafe == [], path
        assert len(page.ids) == len(set(page.ids)), path
        assert all(head.get("scope") in {"col", "row"} for head in page.heads), path
        for entry in page.inputs:
            assert (
                entry.get("aria-label")
                or entry.get("id") in page.labelled
                or entry.get("type") in {"checkbox", "radio"}
            )


def test_the_list_filters_and_exports(core: Core) -> None:
    ref, contract = made(core)
    other, _ = made(core)
    with core.session() as session:
        apply(finance(core, session), "letter", ref=other, sending="docuseal")
    browser = as_role(core, Role.AUDITOR)
    page = browser.get("/letters?open=true")
    assert other in page
    assert ref not in page
    assert ref in browser.get(f"/letters?contract={contract}&sort=act_by")
    assert ref in browser.get("/letters.csv")
    assert "There is no filter" in browser.get("/letters?colour=red", 400)


def test_the_sample_company_has_a_letter(demo_core: Core) -> None:
    for person in (DANA, MARCUS, RUTH):
        browser = sign_in(demo_core, person.email)
        ref = re.findall(r"LTR-\d+", browser.get("/letters"))[0]
        page = plain(browser.get(f"/letters/{ref}"))
        assert "Xiber 200 South Meridian Street" in page
        assert "3701 Communications Way" in page, "the address of the agreement above the order"
        assert "BY CERTIFIED MAIL" in page


# The webhook's address


def hook(core: Core) -> TestClient:
    return TestClient(make_application(core), base_url=HOME)


def test_the_webhook_takes_what_is_genuine_and_nothing_else(core: Core, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "web_min")
    state = docuseal.State()
    body = docuseal.event(state.add("netos-1"), "form.completed")
    genuine = docuseal.signed_call(body)
    client = hook(core)

    def status(body: bytes, headers: dict[str, str]) -> int:
        return client.post("/hooks/docuseal", content=body, headers=headers).status_code

    assert status(body, genuine) == 200
    assert client.post("/hooks/docuseal", content=body, headers=genuine).text == "taken before\n"
    assert status(body, {}) == 401
    assert status(body, {"X-Docuseal-Signature": docuseal.SECRET}) == 401
    assert status(body + b"x", genuine) == 401
    assert status(body, docuseal.signed_call(body, at=utc_now().timestamp() - 400)) == 403
    assert status(b"[]", docuseal.signed_call(b"[]")) == 400
    assert client.get("/hooks/docuseal").status_code in {404, 405}
    told = [record.why for record in caplog.records if record.message == "webhook refused"]  # type: ignore[attr-defined]
    assert told == ["forged", "forged", "forged", "stale", "unreadable"]
    assert docuseal.SECRET not in caplog.text


def test_without_a_secret_there_is_no_webhook(fresh_db: str) -> None:
    core = Core(Settings(database_url=fresh_db, demo=True))
    body = b'{"data":{}}'
    assert hook(core).post("/hooks/docuseal", content=body, headers=docuseal.signed_call(body)).status_code == 404
    core.close()


def test_a_static_secret_is_taken_where_it_is_chosen(fresh_db: str) -> None:
    core = Core(
        Settings(database_url=fresh_db, demo=True, docuseal_webhook_secret="s3cret", docuseal_webhook_mode="static")
    )
    body = b'{"event_type":"form.viewed","data":{"submission_id":1}}'
    client = hook(core)
    for given, status in (("s3cret", 200), ("other", 401), (docuseal.signed_call(body)["X-Docuseal-Signature"], 401)):
        assert (
            client.post("/hooks/docuseal", content=body, headers={"X-Docuseal-Signature": given}).status_code == status
        )
    core.close()


def test_a_body_that_is_too_large_is_not_read(core: Core) -> None:
    body = b"x" * (3 << 20)
    assert hook(core).post("/hooks/docuseal", content=body, headers=docuseal.signed_call(body)).status_code == 413
