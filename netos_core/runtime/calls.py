"""How an edge calls the core: one transaction per call, opened and closed here, never inside the core.

MCP tools, web pages and jobs share it, so a call is logged, bounded and committed in one way.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import time
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.orm import Session, sessionmaker

from netos_core import tables  # noqa: F401 - a commit writes by table name, so every model must be known
from netos_core.access.queries import get_person, principal
from netos_core.changes import audit
from netos_core.kernel.clock import business_day, utc_now
from netos_core.kernel.context import Channel, Context, Policy, Principal, new_request_id
from netos_core.kernel.db import make_engine
from netos_core.kernel.errors import Invalid, NetosError
from netos_core.kernel.operation import Effect, Operation
from netos_core.kernel.redaction import audited_fields, redacted
from netos_core.people.records import note_agent
from netos_core.runtime import telemetry
from netos_core.runtime.callers import Callers
from netos_core.runtime.home import open_home
from netos_core.runtime.keys import KeyRing, from_setting
from netos_core.runtime.logs import request_id as logged_request
from netos_core.runtime.outside import ADDITIONS
from netos_core.runtime.settings import Settings
from netos_core.runtime.settings_words import listed
from netos_core.work.records import itself

if TYPE_CHECKING:
    from netos_core.documents.store import Scanner, Store
    from netos_core.letters.signing import SigningService
    from netos_core.lookup.checker import AvailabilityChecker
    from netos_core.revenue.billing import BillingSystem
    from netos_core.runtime.answers import Answers
    from netos_core.runtime.systems import Watch
    from netos_core.vendors.claude import Claude
    from netos_core.vendors.entra import Entra

log = logging.getLogger(__name__)
NOTE_AGENT_EVERY = 60.0
"""Seconds between two notes that the same agent acts for the same person."""

KEEP_FROM = 0.03
"""Seconds an answer took from which on it is kept; what took less is as quickly added up again."""

MOST_REMEMBERED = 10_000
Request = TypeVar("Request", bound=BaseModel)
View = TypeVar("View", bound=BaseModel)


class Core:
    """The core as one process uses it: its engine, its policy and its clock."""

    def __init__(self, settings: Settings) -> None:
        if settings.database_url is None:
            raise Invalid("No database is configured.", fix="Set NETOS_DATABASE_URL, or use `netos up`.")
        self.settings = settings
        self.keys = KeyRing(functools.partial(_masters, settings))
        self.engine = make_engine(settings.database_url, pool_size=settings.pool_size)
        self._agents = _Agents()
        self._watches: dict[str, Watch] = {}
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        self.policy = Policy(
            zone=settings.zone,
            currency=settings.currency,
            proration=settings.proration,
            spend_change=settings.spend_change,
            concentration_percent=settings.concentration_percent,
            concentration_circuits=settings.concentration_circuits,
            public_url=settings.url,
            proposal_days=settings.proposal_days,
            bulk_limit=settings.bulk_limit,
            medium_needs_page=settings.medium_needs_page,
            second_approval_from=settings.second_approval_from,
            upload_bytes=settings.upload_megabytes << 20,
            scans_uploads=settings.clamd_url is not None,
            personal_channels=settings.personal_channels,
            rooms=settings.rooms,
            letterhead=settings.letterhead,
            signs_letters=settings.docuseal_token is not None,
            writes_reports=settings.anthropic_api_key is not None,
            report_roles=frozenset(listed(settings.report_roles)),
        )

    @functools.cached_property
    def entra(self) -> Entra | None:
        """The identity provider's client; None where none is configured."""
        chosen = self.settings
        if not chosen.entra_tenant_id or not chosen.entra_client_id:
            return None
        from netos_core.vendors.entra import Entra  # lazy: its parts are slow to import, and most commands need none

        return Entra(
            chosen.entra_authority,
            chosen.entra_tenant_id,
            chosen.entra_client_id,
            lambda fresh: chosen.secret("entra_client_secret", fresh=fresh),
            graph_url=chosen.graph_url,
        )

    @functools.cached_property
    def store(self) -> Store:
        """Where documents lie: the bucket that is configured, else a folder of the home."""
        from netos_core.vendors.store import DocumentStore  # lazy: most calls touch no file

        chosen = self.settings
        if chosen.store_url is None:
            return DocumentStore(open_home(chosen.home).folder("documents"))
        return DocumentStore(
            chosen.store_url,
            key=chosen.store_key,
            secret=chosen.secret("store_secret") or None,
            endpoint=chosen.store_endpoint,
            region=chosen.store_region,
        )

    @functools.cached_property
    def scanner(self) -> Scanner | None:
        """What looks into uploads for viruses; None where none is configured."""
        from netos_core.vendors.clamd import Clamd  # lazy: most installations have none

        return Clamd(self.settings.clamd_url) if self.settings.clamd_url else None

    @functools.cached_property
    def availability(self) -> AvailabilityChecker | None:
        """What knows where others can serve; None where none is configured."""
        from netos_core.vendors.availability import Availability  # lazy: most installations have none

        chosen = self.settings
        if chosen.availability_url is None:
            return None
        return Availability(
            chosen.availability_url,
            lambda fresh: chosen.secret("availability_token", fresh=fresh),
            names=chosen.availability_names,
        )

    @functools.cached_property
    def signer(self) -> SigningService | None:
        """What has letters signed; None where none is configured."""
        from netos_core.vendors.docuseal import DocuSeal  # lazy: most installations have none

        chosen = self.settings
        if chosen.docuseal_token is None:
            return None
        return DocuSeal(
            chosen.docuseal_url,
            lambda fresh: chosen.secret("docuseal_token", fresh=fresh),
            template_id=chosen.docuseal_template_id,
        )

    @functools.cached_property
    def billing(self) -> BillingSystem | None:
        """The billing system revenue is read from; None where none is configured."""
        from netos_core.vendors.sonar import Sonar  # lazy: only the worker reads it

        chosen = self.settings
        if chosen.sonar_url is None or chosen.sonar_token is None:
            return None
        return Sonar(chosen.sonar_url, lambda fresh: chosen.secret("sonar_token", fresh=fresh))

    @functools.cached_property
    def claude(self) -> Claude | None:
        """The model that writes about reports and reads documents; None where none is configured."""
        from netos_core.runtime.claude import connected  # lazy: most processes never ask it

        return connected(self.settings) if self.settings.anthropic_api_key is not None else None

    def watch(self, system: str) -> Watch:
        """Return the one watch of an outside system in this process."""
        from netos_core.runtime.systems import Watch  # a watch writes through a core

        return self._watches.setdefault(system, Watch(self, system))

    @functools.cached_property
    def answers(self) -> Answers | None:
        """Where answers that took long are kept; None where there is no Valkey."""
        from netos_core.runtime.answers import Answers  # lazy: most commands ask nothing twice

        return Answers(self.settings.redis_url) if self.settings.redis_url else None

    @functools.cached_property
    def callers(self) -> Callers:
        return Callers(self, self.entra)

    @contextlib.contextmanager
    def session(self) -> Iterator[Session]:
        """Open a transaction; it commits when the block ends and rolls back when it raises."""
        with self._sessions() as session, session.begin():
            yield session

    @contextlib.contextmanager
    def context(
        self,
        caller: Principal,
        channel: Channel,
        *,
        request: str | None = None,
        address: str | None = None,
        now: datetime | None = None,
        within: Session | None = None,
        only_reads: bool = False,
    ) -> Iterator[Context]:
        """Open the context of one call, in a transaction of its own or within one that is open."""
        request = request or new_request_id()
        token = logged_request.set(request)
        try:
            with contextlib.nullcontext(within) if within else self.session() as session:
                at = now or utc_now()
                memory = session.info if only_reads else None
                yield Context(session, caller, at, self.policy, channel, request, address, self.keys, memory)
        finally:
            logged_request.reset(token)

    @contextlib.contextmanager
    def itself(self, *, now: datetime | None = None) -> Iterator[Context]:
        """Open the context of what NetOS does unasked.

        Its row is there before the work begins, so that two that begin at once do not wait for each other.
        """
        with self.session() as session:
            caller = itself(session)
        with self.context(caller, Channel.JOB, now=now) as ctx:
            yield ctx

    def call(
        self,
        operation: Operation[Request, View],
        request: Request,
        caller: Principal,
        channel: Channel,
        *,
        request_id: str | None = None,
        address: str | None = None,
        within: Session | None = None,
    ) -> View:
        """Run one operation in one transaction, and log what it was, how long it took and how it ended.

        Args:
            operation: Which.
            request: What it is asked.
            caller: For whom.
            channel: The door it came through.
            request_id: The id of the request it is part of; a new one by default.
            address: Where it came from.
            within: The transaction of several reads, which its opener ends; by default one of its own.
        """
        if within and operation.name in ADDITIONS:
            raise ValueError(f"{operation.name} asks outside systems, so no transaction may be open around it")
        started = time.perf_counter()
        outcome = "internal"
        try:
            request_id = request_id or new_request_id()
            answers = self.answers if operation.kept and within is None else None
            key = self._key(answers, operation, request, caller) if answers else None
            if answers and key and (known := answers.get(key, operation.view)):
                outcome = "ok"
                return known
            with (
                telemetry.span(operation.name, request_id),
                self.context(
                    caller,
                    channel,
                    request=request_id,
                    address=address,
                    within=within,
                    only_reads=operation.effect is Effect.READ,
                ) as ctx,
            ):
                view = operation(ctx, request)
                _note_reading(ctx, operation, request, view)
            if operation.name in ADDITIONS:
                view = redacted(ADDITIONS[operation.name](self, request, view), caller.rights)
            if answers and key and time.perf_counter() - started > KEEP_FROM:
                answers.put(key, view)
            outcome = "ok"
        except NetosError as refusal:
            outcome = refusal.code
            raise
        else:
            return view
        finally:
            seconds = time.perf_counter() - started
            telemetry.called(operation.name, outcome, seconds, str(channel))
            log.info(
                "call",
                extra={
                    "operation": operation.name,
                    "outcome": outcome,
                    "milliseconds": round(seconds * 1000, 1),
                    "person": str(caller.person_id),
                    "agent": caller.agent,
                    "client": caller.client,
                    "address": address,
                    "channel": str(channel),
                },
            )
            if caller.client is not None and self._agents.due(caller, started):
                self._note_agent(caller, address)

    def _key(
        self, answers: Answers, operation: Operation[Any, Any], request: BaseModel, caller: Principal
    ) -> str | None:
        with self.session() as session:
            return answers.key(session, operation, request, caller, business_day(utc_now(), self.policy.zone))

    def _note_agent(self, caller: Principal, address: str | None) -> None:
        """Note who acts for whom, apart from the call: it holds no row while the call works."""
        with self.session() as session:
            note_agent(session, caller, caller.agent or caller.client or "", utc_now(), address)

    def principal(self, email: str, agent: str | None = None) -> Principal:
        """Return the principal of a person by e-mail address.

        Raises:
            PersonNotFound: No active person has it.
        """
        with self.session() as session:
            return principal(get_person(session, email), agent)

    def close(self) -> None:
        if "entra" in vars(self) and self.entra is not None:  # one nobody asked for is not made to be closed
            self.entra.close()
        if "availability" in vars(self) and self.availability is not None:
            self.availability.close()
        if "signer" in vars(self) and self.signer is not None:
            self.signer.close()
        if "billing" in vars(self) and self.billing is not None:
            self.billing.close()
        if "claude" in vars(self) and self.claude is not None:
            self.claude.close()
        if "answers" in vars(self) and self.answers is not None:
            self.answers.close()
        self.engine.dispose()


class _Agents:
    """Remembers for a while which agents were noted, so that a busy one costs one write a minute."""

    def __init__(self) -> None:
        self._noted: dict[tuple[UUID, str | None], float] = {}

    def due(self, caller: Principal, now: float) -> bool:
        key = (caller.person_id, caller.client)
        if now - self._noted.get(key, -NOTE_AGENT_EVERY) < NOTE_AGENT_EVERY:
            return False
        if len(self._noted) >= MOST_REMEMBERED:
            self._noted.clear()
        self._noted[key] = now
        return True


def _masters(settings: Settings) -> list[bytes]:
    if settings.secret_keys is not None:
        return from_setting(listed(settings.secret_keys))
    return open_home(settings.home).master_keys()


def _note_reading(ctx: Context, operation: Operation[Request, View], request: BaseModel, view: BaseModel) -> None:
    """Write into the trail that something was shown whose reading counts: bank details, keys."""
    fields = audited_fields(view)
    if not fields:
        return
    ref = getattr(view, "ref", None) or getattr(view, "change_id", None) or getattr(request, "ref", None) or ""
    audit.record(ctx, "read", entity=operation.name, ref=str(ref), after={"fields": sorted(fields)})
