"""How a person is asked before a change is applied: through their client in both protocol eras, or on the page.

The answer counts only for a question this server asked: its nonce is in the database, and on 2026-07-28
connections the client returns it inside a sealed state. An answer that comes without one is not read.
"""

from __future__ import annotations

import json
import logging
import secrets
from typing import Any

import anyio
from fastmcp.server.context import Context
from fastmcp.tools.base import InputRequiredToolResult, ToolResult
from mcp_types import (
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitRequestURLParams,
    ElicitResult,
    InputRequiredResult,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import BaseModel, ConfigDict, ValidationError

from netos_core.changes import operations as changes
from netos_core.changes.operations import Declined, NeedsApproval
from netos_core.changes.schemas import ChangeResult, ChangeView, ConfirmChange, GetChange
from netos_core.kernel.context import Channel
from netos_mcp.answers import Answer, Call, written
from netos_mcp.texts import cell
from netos_mcp.tool import OperationTool, in_thread, result

log = logging.getLogger(__name__)

QUESTION = "approval"
FORM = {
    "type": "object",
    "properties": {"apply": {"type": "boolean", "title": "Apply this change", "default": False}},
    "required": ["apply"],
}
LONGEST_QUESTION = 1800
"""Characters of a question: a diff that does not fit is decided on the page, where all of it is shown."""

MOST_ROWS = 20
PATIENCE = 540.0
"""Seconds a handshake client's person has; the question itself expires after ten minutes."""


class Asked(BaseModel):
    """What the sealed state remembers between the two rounds of a call."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    change_id: str
    digest: str
    nonce: str | None

    @classmethod
    def read(cls, state: str | None) -> Asked | None:
        """Read a state the framework has unsealed; None in the first round."""
        if state is None:
            return None
        try:
            return cls.model_validate_json(state)
        except ValidationError:
            return None


class ConfirmTool(OperationTool):
    """`confirm_change`, which asks the person where their own prompt is enough."""

    async def respond(self, context: Context, arguments: dict[str, Any], call: Call) -> ToolResult:
        request = ConfirmChange.model_validate(self._published.parse(arguments).model_dump())
        asked = Asked.read(context.request_state)
        if asked is not None and asked.nonce is not None and _same(asked, request):
            return result(await in_thread(self._relay, request, asked.nonce, _answer_in(context), call))
        try:
            return result(await in_thread(self._published.answer, self._service.core, arguments, call))
        except NeedsApproval as refusal:
            if asked is not None:  # the person was sent to the page and has not decided yet
                raise
            return await self._ask(context, request, call, refusal)

    async def _ask(self, context: Context, request: ConfirmChange, call: Call, refusal: NeedsApproval) -> ToolResult:
        """Put the question where it may be answered, or refuse with the link to the page."""
        capabilities = context.session.client_capabilities
        offered = capabilities.elicitation if capabilities else None
        modern = context.session.protocol_version in MODERN_PROTOCOL_VERSIONS
        if offered is None or not (modern or context.session.can_send_request):
            raise refusal
        shown = await in_thread(self._look, request, call)
        by_form = offered.form is not None or offered.url is None
        question = question_text(shown)
        if refusal.relay and by_form and question is not None:
            nonce = await in_thread(self._note_question, request, call)
            if modern:
                form = ElicitRequestFormParams(message=question, requested_schema=FORM)
                return _input_required(form, Asked(change_id=request.change_id, digest=request.digest, nonce=nonce))
            answer = await _asked_directly(context, question)
            return result(await in_thread(self._relay, request, nonce, answer, call))
        if offered.url is None:
            raise refusal
        return await self._send_to_page(context, request, call, shown, modern=modern)

    async def _send_to_page(
        self, context: Context, request: ConfirmChange, call: Call, shown: ChangeView, *, modern: bool
    ) -> ToolResult:
        """Offer to open the approval page; whatever the client answers, only the page approves."""
        message = f"{shown.change_id}: {shown.title}. {shown.risk_words}. It is decided on its approval page."
        if modern:
            page = ElicitRequestURLParams(message=message, url=shown.approve_url)
            return _input_required(page, Asked(change_id=request.change_id, digest=request.digest, nonce=None))
        with anyio.move_on_after(PATIENCE):
            await context.session.elicit_url(message, shown.approve_url, secrets.token_hex(8), context.request_id)
        return result(await in_thread(self._published.answer, self._service.core, request.model_dump(), call))

    def _look(self, request: ConfirmChange, call: Call) -> ChangeView:
        wanted = GetChange(change_id=request.change_id, limit=MOST_ROWS, cursor=None)
        return self._service.core.call(
            changes.get_change, wanted, call.caller, Channel.AGENT, request_id=call.request_id, address=call.address
        )

    def _note_question(self, request: ConfirmChange, call: Call) -> str:
        with self._service.core.context(
            call.caller, Channel.AGENT, request=call.request_id, address=call.address
        ) as ctx:
            return changes.ask_through_client(ctx, request)

    def _relay(self, request: ConfirmChange, nonce: str, answer: str, call: Call) -> Answer:
        """Record what the person answered; a refusal that follows from it does not undo the record."""
        refusal: NeedsApproval | None = None
        done: ChangeResult | None = None
        with self._service.core.context(
            call.caller, Channel.AGENT, request=call.request_id, address=call.address
        ) as ctx:
            try:
                done = changes.relay_answer(ctx, request, nonce, answer)
            except NeedsApproval as waiting:
                refusal = waiting
        log.info("relayed answer", extra={"change": request.change_id, "answer": answer, "agent": call.caller.agent})
        if done is None:
            raise refusal or NeedsApproval("The change waits.", fix="Use the approval page.", relay=False)
        if done.status == "rejected":
            raise Declined(
                f"The person declined {done.change_id}; it is closed.", fix="Ask them why before proposing again."
            )
        return written(done, call.caller)


def question_text(shown: ChangeView) -> str | None:
    """Word the question with the whole diff; None where a person could not see all of it in a prompt."""
    if shown.next_cursor is not None or any(row.withheld for row in shown.diff):
        return None
    lines = [
        f"{cell(row.ref)}{f' {cell(row.part)}' if row.part else ''} {row.field}: {_value(row.old)} → {_value(row.new)}"
        for row in shown.diff
    ]
    head = f"Apply {shown.change_id}? {shown.title}. {shown.risk_words}."
    text = "\n".join([head, *lines, f"Reason given: {cell(shown.reason)}", *map(str, shown.warnings)])
    return text if len(text) <= LONGEST_QUESTION else None


def _value(value: Any) -> str:
    return "nothing" if value is None else str(cell(value))


def _same(asked: Asked, request: ConfirmChange) -> bool:
    return (asked.change_id, asked.digest) == (request.change_id, request.digest)


def _input_required(params: ElicitRequestFormParams | ElicitRequestURLParams, asked: Asked) -> ToolResult:
    return InputRequiredToolResult(
        InputRequiredResult(
            input_requests={QUESTION: ElicitRequest(params=params)}, request_state=json.dumps(asked.model_dump())
        )
    )


def _answer_in(context: Context) -> str:
    """Read the second round's answer; none at all, or an empty tick box, decides nothing."""
    given = (context.input_responses or {}).get(QUESTION)
    return _decided(given) if isinstance(given, ElicitResult) else "cancel"


async def _asked_directly(context: Context, question: str) -> str:
    with anyio.move_on_after(PATIENCE):
        return _decided(await context.session.elicit_form(question, FORM, context.request_id))
    return "cancel"


def _decided(given: ElicitResult) -> str:
    if given.action == "accept" and (given.content or {}).get("apply") is not True:
        return "cancel"
    return given.action
