"""Reads a contract by the rules, by Claude, or by both: whatever keeps Claude from it, the rules read it whole.

Each call is noted before it is made, no transaction is open while Claude reads, and the same bytes are not asked about
twice. What Claude says counts only where its quote stands on our own page and says the value.
"""

from __future__ import annotations

import functools
import hashlib
import logging
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from netos_core.documents.model_reading import Asking, DocumentModel
from netos_core.documents.rules.extraction import prompt
from netos_core.documents.rules.extraction.answer import Answer, Judged, judged, second_try
from netos_core.documents.rules.extraction.extract import extract
from netos_core.documents.rules.extraction.fields import Extraction, Problem
from netos_core.documents.rules.extraction.merging import merged
from netos_core.documents.rules.extraction.orders_to_readers import Orders
from netos_core.documents.rules.kinds import DocumentKind
from netos_core.documents.rules.pages import Page
from netos_core.kernel.errors import NetosError, Unavailable
from netos_core.runtime.calls import Core
from netos_core.runtime.claude import KeptLedger, Ledger, noted, prices
from netos_core.runtime.reading import Reading
from netos_core.runtime.settings import Settings
from netos_core.work.prices import Prices, Tokens
from netos_core.work.spending import Asked, Outcome, Purpose

log = logging.getLogger(__name__)
LONGEST_ANSWER = 12_000
LARGEST_FILE = 20 << 20
MOST_PAGES = 100
"""What a request may hold of a PDF; of a larger one Claude gets our words of its pages alone."""

_LETTERS_A_TOKEN = 3
_TOKENS_A_PAGE = 3000
"""What a page of a PDF takes at most, its text and its picture."""


class Extractor(StrEnum):
    RULES = "rules"
    CLAUDE = "claude"
    BOTH = "both"


class NotRead(Unavailable):
    """Claude did not give an answer that can be used."""

    code = "not_read"


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a document says, and who has read it. `note` is why Claude did not, where it was to."""

    extraction: Extraction
    by: Extractor
    model: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Claude with its limits.

    Args:
        model: Who reads.
        ledger: Where calls are noted and answers kept.
        prices: Gives what the model costs, or raises.
        most: US dollars one call may cost.
        seconds: How long both looks at a document may take.
    """

    model: DocumentModel
    ledger: Ledger
    prices: Callable[[], Prices]
    most: Decimal
    seconds: float

    def read(self, content: bytes, pages: Sequence[Page]) -> Judged:
        """Have a document read; fields that do not hold are asked for once more.

        Raises:
            NetosError: There is no answer that can be used, or it may not be asked for.
        """
        schema = _schema()
        version = prompt.version(schema)
        asked = Asked(Purpose.EXTRACTION, self.model.name, hashlib.sha256(content).hexdigest())
        orders = Orders(pages)
        known = self.ledger.find_answer(asked, version)
        if known is not None:
            first = _judged(Answer.model_validate(known["first"]), pages, orders)
            again = known["again"]
            return first if again is None else _joined(first, Answer.model_validate(again), pages, orders)
        ends = time.monotonic() + self.seconds
        mark = secrets.token_hex(4)
        asking = Asking(
            prompt.SYSTEM, _file(content, pages), prompt.words(pages, mark), prompt.ALL, schema, LONGEST_ANSWER
        )
        answer = self._ask(asking, asked, ends, len(pages))
        first = _judged(answer, pages, orders)
        second = self._again(first, asking, asked, ends, len(pages)) if first.failed else None
        kept = {"first": answer.model_dump(mode="json"), "again": second and second.model_dump(mode="json")}
        self.ledger.keep_answer(asked, version, kept)
        return first if second is None else _joined(first, second, pages, orders)

    def _again(self, first: Judged, asking: Asking, asked: Asked, ends: float, pages: int) -> Answer | None:
        """Ask for what failed; without an answer the first one stands."""
        codes = {one.field: one.code for one in first.problems}
        task = prompt.again((name, codes.get(name, "")) for name in first.failed)
        try:
            return self._ask(replace(asking, task=task), asked, ends, pages)
        except NetosError as refused:
            log.warning("no second look", extra={"about": asked.about, "code": refused.code})
            return None

    def _ask(self, asking: Asking, asked: Asked, ends: float, pages: int) -> Answer:
        known = self.prices()
        most = known.cost(_most(asking, pages))
        if most > self.most:
            raise NotRead(f"It may cost more than the {self.most} USD that one call may.")
        with noted(self.ledger, asked, most) as settle:
            said = self.model.read(asking, within=max(ends - time.monotonic(), 1.0))
        cost = known.cost(said.tokens)
        if said.is_declined:
            settle(Outcome.DECLINED, said.tokens, cost)
            raise NotRead("Claude declined to read it.")
        try:
            answer = Answer.model_validate_json(said.text) if said.is_whole else None
        except ValidationError:
            answer = None
        settle(Outcome.MALFORMED if answer is None else Outcome.ANSWERED, said.tokens, cost)
        if answer is None:
            raise NotRead("Claude's answer is not as it was asked for.")
        return answer


def reader_of(core: Core, kind: DocumentKind) -> Reader | None:
    """Return who reads documents of a kind beside the rules; None without a key, or where the kind may not be sent."""
    if core.claude is None or kind not in core.settings.claude_kinds:
        return None
    return reader(core.settings, core.claude, KeptLedger(core))


def reader(settings: Settings, model: DocumentModel, ledger: Ledger) -> Reader:
    return Reader(
        model,
        ledger,
        functools.partial(prices, settings),
        settings.claude_document_limit,
        float(settings.claude_document_seconds),
    )


def read_contract(
    content: bytes, reading: Reading, claude: Reader | None, extractor: Extractor = Extractor.BOTH
) -> Extracted:
    """Read what a contract says.

    Args:
        content: Its bytes.
        reading: Our own reading of its pages.
        claude: Who reads it beside the rules; None where nobody does.
        extractor: Who is to read it; without Claude, or where it gives no answer, the rules.
    """
    pages = reading.pages
    by_rules = extract(pages, reading.unread)
    if claude is None or extractor is Extractor.RULES:
        return Extracted(by_rules, Extractor.RULES)
    try:
        if not any(page.lines for page in pages):
            raise NotRead("It has no words a quote could be checked against.")
        read = claude.read(content, pages)
    except NetosError as refused:
        log.warning("not read by Claude", extra={"code": refused.code})
        return by_rules_alone(by_rules, refused.message)
    of_pages = tuple(one for one in by_rules.problems if one.field is None)
    by_claude = Extraction(by_rules.pages, by_rules.ocr_pages, read.fields, (*of_pages, *read.problems))
    told = by_claude if extractor is Extractor.CLAUDE else merged(by_rules, by_claude)
    return Extracted(told, extractor, claude.model.name)


def by_rules_alone(extraction: Extraction, why: str) -> Extracted:
    """Mark what the rules have read where Claude was to read it, too."""
    problem = Problem("read_by_rules_alone", f"The rules alone have read this. {why}")
    return Extracted(replace(extraction, problems=(*extraction.problems, problem)), Extractor.RULES, note=why)


def _judged(answer: Answer, pages: Sequence[Page], orders: Orders) -> Judged:
    held = judged(answer, pages)
    fields, wrong = orders.sift(held.fields)
    return Judged(tuple(fields), (*held.problems, *wrong))


def _joined(first: Judged, again: Answer, pages: Sequence[Page], orders: Orders) -> Judged:
    return second_try(first, _judged(again, pages, orders))


def _file(content: bytes, pages: Sequence[Page]) -> bytes | None:
    """Give the file where it may be sent: not one with words that no reader sees, which Claude would read."""
    is_small = len(content) <= LARGEST_FILE and len(pages) <= MOST_PAGES
    return content if is_small and not any(page.hidden for page in pages) else None


def _most(asking: Asking, pages: int) -> Tokens:
    """Say what a call may take at most; all that is read may have to be written into the cache."""
    letters = len(asking.system) + len(asking.words) + len(asking.task) + len(str(asking.schema))
    of_file = pages * _TOKENS_A_PAGE if asking.pdf is not None else 0
    return Tokens(into_cache=letters // _LETTERS_A_TOKEN + of_file, written=asking.longest)


@functools.cache
def _schema() -> dict[str, Any]:
    from anthropic import transform_schema  # lazy: slow to import

    return transform_schema(Answer)
