"""From a pressing deadline to an executed decision over real sockets: web server, worker, queue, DocuSeal's stand-in.

An agent lists what presses and drafts the decision and the letter over MCP; a person approves on the page; the worker
sends; the signer signs; DocuSeal calls the webhook; the copy is filed and the decision is carried out; the trail tells
it all. A forged, an old and a replayed call do nothing.
"""

from __future__ import annotations

import hashlib
import http.client
import re
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest
from fastmcp import Client
from fastmcp.client.transports import StreamableHttpTransport

from netos_core.access.rules import Role
from netos_core.kernel.clock import business_day, utc_now
from netos_core.runtime import valkey
from tests.core.letters.making import SIGNER, make_terms
from tests.factories import make_person
from tests.jobs.conftest import Worker
from tests.journeys.test_crash import Web, settled
from tests.mcp.conftest import answered, refused
from tests.standins import docuseal
from tests.standins.serving import Served, served

pytestmark = [pytest.mark.anyio, pytest.mark.processes]
PATIENCE = 60.0
AGENT = "marcus.oyelaran@xiber.example"  # of the finance department
NOTICES = "notices@carrier.example"


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def home() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="netos-j-"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def service() -> Iterator[tuple[Served, docuseal.State]]:
    app = docuseal.make_app()
    with served(app) as running:
        yield running, app.state.docuseal


def until(so: Callable[[], Any], what: str) -> Any:
    end = time.monotonic() + PATIENCE
    while not (found := so()):
        if time.monotonic() > end:
            pytest.fail(f"it never came to be so: {what}")
        time.sleep(0.2)
    return found


def call_hook(web: Web, body: bytes, headers: dict[str, str]) -> int:
    """Call the webhook as DocuSeal does: over a socket, with no cookie and no token of ours."""
    connection = http.client.HTTPConnection(web.base.removeprefix("http://"), timeout=PATIENCE)
    try:
        connection.request("POST", "/hooks/docuseal", body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


async def test_a_decision_becomes_a_served_notice_with_proof(
    fresh_db: str, home: Path, service: tuple[Served, docuseal.State]
) -> None:
    running, state = service
    core = settled(fresh_db)
    with core.session() as session:
        make_person(session, Role.FINANCE)
        ends = (business_day(utc_now(), core.policy.zone) + timedelta(days=90 + 20)).isoformat()
        contract, circuits = make_terms(
            session, notice_method="email", notice_address=f"By email to {NOTICES}", term_start_date=None,
            term_months=None, term_end_date=ends,
        )  # fmt: skip
    chosen = {
        "docuseal_url": running.url, "docuseal_token": docuseal.TOKEN, "docuseal_webhook_secret": docuseal.SECRET,
        "company_name": "Xiber LLC", "company_address": "200 South Meridian Street; Indianapolis, IN 46225",
    }  # fmt: skip
    queue = valkey.start(home / "valkey")
    worker = Worker(fresh_db, queue.url, home, **chosen)
    try:
        with Web(fresh_db, home, **chosen) as web:
            await _journey(web, state, running, contract, circuits)
    finally:
        worker.end(signal.SIGKILL)
        valkey.stop(queue)
        core.close()


async def _decide(web: Web, agent: Client[Any], contract: str) -> str:
    """Have an agent find what presses and draft the decision, and Elena approve it; returns its ref."""
    until(lambda: "critical: act by" in web.get(f"/notices?about={contract}"), "finance was told")
    pressing = await answered(agent, "list_renewals", state=["critical"])
    assert contract in {row[pressing["columns"].index("contract")] for row in pressing["rows"]}
    decision = await answered(
        agent, "propose_change", kind="decision", action="create", reason="The site moves to another carrier.",
        set={"contract": contract, "choice": "terminate", "reasoning": "Its rate is twice the market's."},
    )  # fmt: skip
    decided = next(row["ref"] for row in decision["diff"])
    approved(web, decision["change_id"])
    assert "Not carried out" in web.get(f"/decisions/{decided}")
    return str(decided)


async def _journey(web: Web, state: docuseal.State, running: Served, contract: str, circuits: list[str]) -> None:
    transport = StreamableHttpTransport(f"{web.base}/mcp", headers={"Authorization": f"Bearer demo:{AGENT}"})
    async with Client(transport) as agent:
        found = await answered(agent, "get_contract", ref=contract)
        assert found["term"]["notice_method"] == "email"
        decided = await _decide(web, agent, contract)
        draft = await answered(
            agent, "propose_change", kind="letter", action="create", reason="Marcus decided to let it end.",
            set={"contract": contract, **SIGNER},
        )  # fmt: skip
        letter = next(row["ref"] for row in draft["diff"] if row["entity"] == "letter")
        approved(web, draft["change_id"])
        assert letter in web.get(f"/decisions/{decided}"), "its letter stands on its page"
        shown = await answered(agent, "get_letter", ref=letter)
        assert (shown["state"], shown["recipient_email"], shown["circuits"]) == ("draft", NOTICES, circuits)
        sending = await answered(
            agent, "propose_change", kind="letter", ref=letter, set={"sending": "docuseal"}, reason="It is complete."
        )
        assert sending["risk"] == "high"
        code = await refused(agent, "confirm_change", change_id=sending["change_id"], digest=sending["digest"])
        assert code[0] == "needs_approval"
        assert state.submissions == {}, "no agent sends a letter"

        page = web.get(f"/approvals/{sending['change_id']}")
        text = re.sub(r"\s+", " ", page)
        assert "gives notice that it does not renew the contract" in text
        assert f"DocuSeal sends the signed copy to {NOTICES}, and that serves it." in text
        digest = next(row["new"] for row in sending["diff"] if row["field"] == "pdf_sha256")
        assert digest in page
        approved(web, sending["change_id"])
        until(lambda: state.submissions, "the letter is at DocuSeal")
        (submission,) = state.submissions.values()
        assert hashlib.sha256(submission.pdf).hexdigest() == digest, "what was approved is what went out"
        assert submission.asked["bcc_completed"] == NOTICES
        until(lambda: "Out for signature" in web.get(f"/letters/{letter}"), "its page says that it is out")

        _bad_calls(web, submission)
        asked = len(running.requests)
        state.sign(submission.id)
        body = docuseal.event(submission, "form.completed")
        genuine = docuseal.signed_call(body)
        assert call_hook(web, body, genuine) == 200
        until(lambda: ">Served<" in web.get(f"/letters/{letter}"), "its page says that it is served")
        assert len(running.requests) > asked
        looked = len(running.requests)
        assert call_hook(web, body, genuine) == 200, "a repeated call is answered, and does nothing"
        await anyio.sleep(5)
        assert len(running.requests) == looked

        shown = await answered(agent, "get_letter", ref=letter)
        assert (shown["state"], shown["served_method"]) == ("served", "email")
        assert (NOTICES, "signed copy") in state.mailed
        files = await answered(agent, "list_documents", on=contract, detail="detailed")
        titles = [row[files["columns"].index("title")] for row in files["rows"]]
        assert set(titles) == {f"{letter}, as approved", f"{letter}, signed", f"{letter}, signing record"}
        assert "Carried out" in web.get(f"/decisions/{decided}")
        standing = await answered(agent, "list_renewals", state=["decided"])
        assert contract in {row[standing["columns"].index("contract")] for row in standing["rows"]}
    _trail_tells_it(web, letter)


def _trail_tells_it(web: Web, letter: str) -> None:
    trail = re.sub(r"<[^>]+>", " ", web.get(f"/trail?ref={letter}"))
    trail = re.sub(r"\s+", " ", trail)
    for said in (
        "It is out for signature at DocuSeal",
        "It was signed through DocuSeal",
        "Marcus Oyelaran",
        "Elena Voss",
    ):
        assert said in trail, said


def _bad_calls(web: Web, submission: docuseal.Submission) -> None:
    body = docuseal.event(submission, "submission.completed")
    assert call_hook(web, body, {}) == 401
    assert call_hook(web, body, docuseal.signed_call(body, "whsec_guessed")) == 401
    assert call_hook(web, body + b" ", docuseal.signed_call(body)) == 401
    assert call_hook(web, body, docuseal.signed_call(body, at=time.time() - 301)) == 403
    assert call_hook(web, b"{}", docuseal.signed_call(b"{}")) == 400


def approved(web: Web, change: str) -> None:
    """Approve a change on its page, as Elena."""
    page = f"/approvals/{change}"
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', web.get(page))
    assert digest
    assert "is applied" in web.send(f"{page}/approve", page, digest=digest[1])
