"""Claude as the settings name it, and what it may cost: every call is noted, and none is made past the limits."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from netos_core.kernel.clock import utc_now
from netos_core.kernel.errors import Unavailable
from netos_core.vendors.errors import BadResponse, VendorError
from netos_core.work import spending
from netos_core.work.prices import Prices, Tokens, prices_of
from netos_core.work.spending import Asked, Outcome, SpendingReached

if TYPE_CHECKING:
    from netos_core.runtime.calls import Core
    from netos_core.runtime.settings import Settings
    from netos_core.vendors.claude import Claude


SYSTEM = "Claude"
"""Its name among the outside systems that are watched."""


class PriceUnknown(Unavailable):
    """Nobody has told what this model costs, so no limit could hold."""

    code = "price_unknown"


def connected(settings: Settings) -> Claude:
    """Return the client of the model; there is a key."""
    from netos_core.vendors.claude import Claude  # lazy: most processes never ask it

    return Claude(
        settings.anthropic_url,
        lambda fresh: settings.secret("anthropic_api_key", fresh=fresh),
        settings.anthropic_model,
    )


def prices(settings: Settings) -> Prices:
    """Return what the model costs.

    Raises:
        PriceUnknown: It is none we know, and NETOS_ANTHROPIC_PRICES is not set.
    """
    known = prices_of(settings.anthropic_model, settings.anthropic_prices)
    if known is None:
        raise PriceUnknown("What this model costs is not known.", fix="Set NETOS_ANTHROPIC_PRICES.")
    return known


Settle = Callable[[Outcome, Tokens | None, Decimal | None], None]


class Ledger(Protocol):
    """Where calls are noted, and answers kept."""

    def begin(self, asked: Asked, most: Decimal, /) -> Settle: ...

    def find_answer(self, asked: Asked, prompt: str, /) -> dict[str, Any] | None: ...

    def keep_answer(self, asked: Asked, prompt: str, answer: dict[str, Any], /) -> None: ...

    def asking(self) -> contextlib.AbstractContextManager[None]: ...


@contextlib.contextmanager
def noted(ledger: Ledger, asked: Asked, most: Decimal) -> Iterator[Settle]:
    """Ask a model inside of the block, which is given what notes its answer; what raises is noted here.

    A refusal costs nothing, nor does a server that was not reached. Where it was and nothing came back nobody knows,
    and the most it may have cost stays.

    Raises:
        SpendingReached: The month has not enough left.
    """
    settle = ledger.begin(asked, most)
    try:
        with ledger.asking():
            yield settle
    except VendorError as failed:
        if isinstance(failed, BadResponse):
            settle(Outcome.MALFORMED, None, None)
        elif failed.status is None:
            settle(Outcome.SILENT, None, None if failed.maybe_done else Decimal(0))
        else:
            settle(Outcome.REFUSED, None, Decimal(0))
        raise


class KeptLedger:
    """The calls as the database has them, for all processes."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def begin(self, asked: Asked, most: Decimal) -> Settle:
        """Note a call that may cost so much at most; what is returned notes how it ended.

        Raises:
            SpendingReached: The month has not enough left.
        """
        core = self._core
        with core.session() as session:
            limit = core.settings.claude_monthly_limit
            call = spending.begin(session, asked, most, limit, utc_now(), core.policy.zone)
        return functools.partial(self._settle, call)

    def _settle(self, call: UUID, outcome: Outcome, tokens: Tokens | None, cost: Decimal | None) -> None:
        with self._core.session() as session:
            spending.settle(session, call, outcome, tokens, cost)

    def find_answer(self, asked: Asked, prompt: str) -> dict[str, Any] | None:
        with self._core.session() as session:
            return spending.find_answer(session, asked, prompt)

    def keep_answer(self, asked: Asked, prompt: str, answer: dict[str, Any]) -> None:
        with self._core.session() as session:
            spending.keep_answer(session, asked, prompt, answer, utc_now())

    @contextlib.contextmanager
    def asking(self) -> Iterator[None]:
        with self._core.watch(SYSTEM).asking():
            yield


@dataclass(slots=True)
class OwnLedger:
    """The same for a command without a database: it counts what it spends itself, and remembers nothing."""

    limit: Decimal
    spent: Decimal = field(default=Decimal(0))

    def begin(self, _asked: Asked, most: Decimal) -> Settle:
        if self.spent + most > self.limit:
            raise SpendingReached(
                f"The limit of {self.limit} USD for Claude does not leave enough for this.",
                fix="Raise NETOS_CLAUDE_MONTHLY_LIMIT.",
            )
        self.spent += most

        def settle(_outcome: Outcome, _tokens: Tokens | None, cost: Decimal | None) -> None:
            if cost is not None:
                self.spent += cost - most

        return settle

    def find_answer(self, _asked: Asked, _prompt: str) -> dict[str, Any] | None:
        return None

    def keep_answer(self, _asked: Asked, _prompt: str, _answer: dict[str, Any]) -> None:
        """Keep nothing."""

    def asking(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()
