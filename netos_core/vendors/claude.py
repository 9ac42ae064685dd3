"""Claude over the Messages API, through Anthropic's own client: conversations with tools, and documents that are read.

The client's retries are off: it would wait for as long as it is told to, and whoever asks here has only so much time.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from netos_core.documents.model_reading import Asking, Read
from netos_core.reports.writing import Call, Ended, Told, ToolWords, Turn
from netos_core.vendors.errors import (
    BadResponse,
    CredentialsInvalid,
    PermissionDenied,
    RateLimited,
    Rejected,
    VendorError,
    VendorNotFound,
    VendorUnavailable,
)
from netos_core.vendors.http import NOTHING_SENT
from netos_core.work.prices import Tokens

if TYPE_CHECKING:
    from anthropic import Anthropic

SYSTEM = "Claude"
SETTING = "NETOS_ANTHROPIC_API_KEY"
MODEL_SETTING = "NETOS_ANTHROPIC_MODEL"
LONGEST_ANSWER = 8000
TRIES = 4
FIRST_REST = 1.0
CONNECT = 5.0
LONGEST_TURN = 180.0

ENDINGS: Mapping[str, Ended] = {
    "end_turn": Ended.SAID,
    "stop_sequence": Ended.SAID,
    "tool_use": Ended.CALLS,
    "refusal": Ended.DECLINED,
}
"""Any other reason, such as max_tokens, means that it was cut off."""


class Claude:
    """A model by its id, at one address; threads may share it.

    Args:
        address: Such as https://api.anthropic.com.
        key: Returns our key; with `True` it is read anew from where it is kept.
        model: The id of the model.
        sleep: Waits that many seconds between tries.
    """

    def __init__(
        self,
        address: str,
        key: Callable[[bool], str],
        model: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._address = address
        self._key = key
        self._sleep = sleep
        self.name = model
        self._client = self._connected(key(False))

    def _connected(self, key: str) -> Anthropic:
        from anthropic import Anthropic, Timeout  # lazy: slow to import, and asked once a week

        return Anthropic(
            api_key=key, base_url=self._address, max_retries=0, timeout=Timeout(LONGEST_TURN, connect=CONNECT)
        )

    def close(self) -> None:
        self._client.close()

    def check(self) -> None:
        self.asked(lambda client, _: client.models.retrieve(self.name), within=30.0)

    def begin(self, system: str, tools: Sequence[ToolWords]) -> _Conversation:
        return _Conversation(self, system, tools)

    def read(self, asking: Asking, *, within: float) -> Read:
        """Have a document read into an answer of a given shape."""
        messages: Any = [{"role": "user", "content": _document(asking)}]
        shape: Any = {"format": {"type": "json_schema", "schema": asking.schema}}

        def ask(client: Anthropic, seconds: float) -> Any:
            return client.messages.create(
                model=self.name,
                max_tokens=asking.longest,
                system=[{"type": "text", "text": asking.system, "cache_control": {"type": "ephemeral"}}],
                messages=messages,
                output_config=shape,
                timeout=seconds,
            )

        answer = self.asked(ask, within=within)
        try:
            blocks = [block.model_dump(exclude_none=True, warnings=False) for block in answer.content]
            ended = ENDINGS.get(answer.stop_reason or "", Ended.CUT)
            return Read(_text(blocks), ended is Ended.SAID, ended is Ended.DECLINED, _tokens(answer.usage))
        except (AttributeError, KeyError, TypeError):
            raise BadResponse("Claude answered something that is not as promised.", system=SYSTEM) from None

    def asked(self, ask: Callable[[Anthropic, float], Any], *, within: float) -> Any:
        """Ask until there is an answer, as often and as long as is worth it.

        Args:
            ask: Makes one request within so many seconds.
            within: Seconds for all tries and the rests between them.

        Raises:
            VendorError: There was no answer.
        """
        ends = time.monotonic() + within
        rest, renewed = FIRST_REST, False
        for left_tries in range(TRIES - 1, -1, -1):
            try:
                return self._once(ask, ends)
            except CredentialsInvalid:
                if renewed or not self._renew():
                    raise
                renewed = True
            except (RateLimited, VendorUnavailable) as silent:
                wait = max(rest, silent.retry_after or 0.0)
                if not left_tries or time.monotonic() + wait >= ends:
                    raise
                self._sleep(wait)
                rest *= 2
        raise VendorUnavailable("Claude does not answer.", system=SYSTEM)

    def _once(self, ask: Callable[[Anthropic, float], Any], ends: float) -> Any:
        import anthropic

        left = max(1.0, min(LONGEST_TURN, ends - time.monotonic()))
        try:
            return ask(self._client, left)
        except anthropic.APIStatusError as answered:
            raise _refusal(answered) from None
        except anthropic.APIConnectionError as silent:
            late = isinstance(silent, anthropic.APITimeoutError)
            told = "Claude did not answer in time." if late else "Claude can not be reached."
            reached = not isinstance(silent.__cause__, NOTHING_SENT)
            raise VendorUnavailable(told, system=SYSTEM, maybe_done=reached) from None
        except (anthropic.AnthropicError, ValueError):
            raise BadResponse("Claude answered something that is not as promised.", system=SYSTEM) from None

    def _renew(self) -> bool:
        """Read the key anew where it is kept; tells whether it is another one."""
        known, fresh = self._client.api_key, self._key(True)
        if not fresh or fresh == known:
            return False
        self._client.close()
        self._client = self._connected(fresh)
        return True


class _Conversation:
    def __init__(self, claude: Claude, system: str, tools: Sequence[ToolWords]) -> None:
        self._claude = claude
        # The instructions and the tools are the same in every turn: paid in full once.
        self._system = [{"type": "text", "text": system, "cache_control": {"type": "ephemeral"}}]
        self._tools = [
            {"name": tool.name, "description": tool.description, "input_schema": dict(tool.input_schema)}
            for tool in tools
        ]
        self._messages: list[Any] = []

    def say(self, text: str, *, within: float) -> Turn:
        return self._turn(text, within)

    def tell(self, answers: Sequence[Told], *, within: float) -> Turn:
        content = [
            {"type": "tool_result", "tool_use_id": one.id, "content": one.text, "is_error": one.wrong}
            for one in answers
        ]
        return self._turn(content, within)

    def _turn(self, content: Any, within: float) -> Turn:
        self._messages.append({"role": "user", "content": content})

        def ask(client: Anthropic, seconds: float) -> Any:
            return client.messages.create(
                model=self._claude.name,
                max_tokens=LONGEST_ANSWER,
                system=self._system,  # type: ignore[arg-type]  # plain data, as the wire has it
                tools=self._tools,  # type: ignore[arg-type]
                messages=self._messages,
                timeout=seconds,
            )

        answer = self._claude.asked(ask, within=within)
        try:
            blocks = [block.model_dump(exclude_none=True, warnings=False) for block in answer.content]
            turn = _read(blocks, answer.stop_reason, answer.usage)
        except (AttributeError, KeyError, TypeError):
            raise BadResponse("Claude answered something that is not as promised.", system=SYSTEM) from None
        self._messages.append({"role": "assistant", "content": [_kept(block) for block in blocks] or "nothing"})
        return turn


def _document(asking: Asking) -> list[dict[str, Any]]:
    """Lay out a document: the file, its words, and last what is asked, so that all before it is cached."""
    blocks: list[dict[str, Any]] = []
    if asking.pdf is not None:
        data = base64.standard_b64encode(asking.pdf).decode()
        blocks.append({"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": data}})
    blocks.append({"type": "text", "text": asking.words, "cache_control": {"type": "ephemeral"}})
    return [*blocks, {"type": "text", "text": asking.task}]


def _read(blocks: Sequence[Mapping[str, Any]], reason: str | None, usage: Any) -> Turn:
    ended = ENDINGS.get(reason or "", Ended.CUT)
    calls = [Call(one["id"], one["name"], one.get("input")) for one in blocks if one["type"] == "tool_use"]
    if ended is Ended.CALLS and not calls:
        ended = Ended.CUT
    return Turn(ended, _text(blocks), calls, _tokens(usage))


def _text(blocks: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join(one["text"] for one in blocks if one["type"] == "text")


def _tokens(usage: Any) -> Tokens:
    return Tokens(
        read=usage.input_tokens,
        written=usage.output_tokens,
        from_cache=usage.cache_read_input_tokens or 0,
        into_cache=usage.cache_creation_input_tokens or 0,
    )


def _kept(block: dict[str, Any]) -> dict[str, Any]:
    """Write a block back into the conversation; an input that is no object becomes an empty one."""
    if block["type"] == "tool_use" and not isinstance(block.get("input"), dict):
        return {**block, "input": {}}
    return block


def _refusal(answered: Any) -> VendorError:
    """Say what an answer of another status means; its own words are a stranger's and stay out."""
    status, request_id = int(answered.status_code), answered.request_id
    told = {"system": SYSTEM, "status": status, "vendor_request_id": request_id}
    match status:
        case 401:
            fix = f"Correct {SETTING}."
            return CredentialsInvalid("Claude does not accept our key.", setting=SETTING, fix=fix, **told)
        case 402 | 403:
            return PermissionDenied("Claude does not let our key do this.", setting=SETTING, **told)
        case 404:
            fix = f"Correct {MODEL_SETTING}."
            return VendorNotFound("Claude has no such model.", setting=MODEL_SETTING, fix=fix, **told)
        case 429:
            return RateLimited("Claude is asked too often.", retry_after=_seconds(answered), **told)
        case _ if status in {408, 409} or status >= 500:  # noqa: PLR2004 - 529 is "overloaded"
            said = "Claude is overloaded." if status == 529 else "Claude can not answer now."  # noqa: PLR2004
            return VendorUnavailable(said, retry_after=_seconds(answered), **told)
    return Rejected("Claude refused the request.", **told)


def _seconds(answered: Any) -> float | None:
    told = answered.response.headers.get("retry-after", "")
    return float(told) if told.isascii() and told.isdigit() else None
