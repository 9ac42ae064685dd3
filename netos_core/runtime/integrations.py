"""`netos doctor --integrations`: each configured outside system is asked its cheapest question."""

from __future__ import annotations

import contextlib
import functools
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from netos_core.kernel.clock import utc_now
from netos_core.kernel.errors import NetosError
from netos_core.notices import sending
from netos_core.notices.rules.kinds import Way
from netos_core.runtime import claude, files, letters, outside, revenue
from netos_core.runtime.callers import ENTRA
from netos_core.runtime.calls import Core
from netos_core.runtime.home import open_home
from netos_core.runtime.post import channels
from netos_core.runtime.systems import Watch
from netos_core.work import spending

if TYPE_CHECKING:
    from netos_core.runtime.secrets import Secrets
    from netos_core.runtime.settings import Settings


WITHOUT: Mapping[Way, tuple[str, str]] = {
    Way.MAIL: ("Mail server", "Mail is written as files into the home."),
    Way.SLACK: ("Slack", "Notices are on the page /notices."),
    Way.DIRECT: ("Slack direct messages", "People are told by mail."),
    Way.TEAMS: ("Teams", "Off."),
    Way.MONDAY: ("Monday.com", "Notices are on the page /notices."),
}
"""What each way is called, and what answers where it is not set up."""


@dataclass(frozen=True, slots=True)
class Integration:
    """How one system answered: with what it works now, in how long, and what to do where it does not."""

    system: str
    mode: str
    holds: bool
    found: str
    milliseconds: int | None
    fix: str | None


def unused(settings: Settings) -> frozenset[str]:
    """Name the systems that are not configured: how one of them stood when it was is of no matter any more."""
    configured = {
        ENTRA: settings.entra_tenant_id, files.SCANNER: settings.clamd_url, outside.CHECKER: settings.availability_url,
        "Vault": settings.vault_addr, "Doppler": settings.doppler_token, claude.SYSTEM: settings.anthropic_api_key,
        revenue.SYSTEM: settings.sonar_url and settings.sonar_token,
    }  # fmt: skip
    return frozenset(system for system, value in configured.items() if not value)


def integrations(core: Core) -> Iterator[Integration]:
    """Ask every system that is configured; one that is not says what stands in for it."""
    if core.entra is None:
        told = "Demo sign-in on this machine." if core.settings.demo else "Nobody can sign in on the pages."
        fix = None if core.settings.demo else "Set NETOS_ENTRA_TENANT_ID, _CLIENT_ID and _CLIENT_SECRET."
        yield Integration(ENTRA, "default", core.settings.demo, told, None, fix)
    else:
        entra, watch = core.entra, Watch(core, ENTRA)
        yield _asked(ENTRA, "Keys read, and a token of ours given out.", watch.asking, entra.check)
    yield from _documents(core)
    yield from _notices(core)
    yield _availability(core)
    yield _signing(core)
    yield _billing(core)
    yield _claude(core)
    yield from _secrets(core)


def _documents(core: Core) -> Iterator[Integration]:
    """Write and delete a probe where documents lie, and ask the virus scanner whether it is there."""
    own = core.settings.store_url is None
    told = "A folder of this home takes documents." if own else "The bucket takes documents."
    asked = _asked(files.STORE, told, core.watch(files.STORE).asking, core.store.check)
    yield replace(asked, mode="default") if own else asked
    scanner = core.scanner
    if scanner is None:
        yield Integration(files.SCANNER, "default", True, "Uploads are not scanned.", None, None)
    else:
        yield _asked(files.SCANNER, "It looks into uploads.", core.watch(files.SCANNER).asking, scanner.check)


def _notices(core: Core) -> Iterator[Integration]:
    """Ask each way notices go out by; one that answers again goes on at once."""
    made = channels(core.settings, open_home(core.settings.home))
    for way in (Way.MAIL, Way.SLACK, Way.DIRECT, Way.TEAMS, Way.MONDAY):
        with contextlib.closing(made[way]) if way in made else contextlib.nullcontext() as channel:
            if channel is None:
                yield Integration(WITHOUT[way][0], "default", True, WITHOUT[way][1], None, None)
            elif channel.system is None:
                yield Integration(WITHOUT[way][0], "default", True, channel.check(), None, None)
            else:
                asked = _asked(channel.system, None, core.watch(channel.system).asking, channel.check)
                if asked.holds:
                    with core.session() as session:
                        sending.resume(session, channel=way)
                yield asked


def _availability(core: Core) -> Integration:
    checker = core.availability
    if checker is None:
        told = "Our own circuits and assets answer."
        return Integration(outside.CHECKER, "default", True, told, None, None)
    return _asked(outside.CHECKER, "It knows us.", core.watch(outside.CHECKER).asking, checker.check)


def _signing(core: Core) -> Integration:
    signer = core.signer
    if signer is None:
        told = "Letters are printed and signed by hand."
        return Integration(letters.SYSTEM, "default", True, told, None, None)
    return _asked(letters.SYSTEM, "It knows us.", core.watch(letters.SYSTEM).asking, signer.check)


def _billing(core: Core) -> Integration:
    system = core.billing
    if system is None:
        told = "Revenue is typed, or read from files."
        half = bool(core.settings.sonar_url) != bool(core.settings.sonar_token)
        fix = "Set both NETOS_SONAR_URL and NETOS_SONAR_TOKEN, or neither." if half else None
        return Integration(revenue.SYSTEM, "default", not half, told, None, fix)
    return _asked(revenue.SYSTEM, None, core.watch(revenue.SYSTEM).asking, system.check)


def _claude(core: Core) -> Integration:
    model = core.claude
    if model is None:
        return Integration(
            claude.SYSTEM, "default", True, "Reports are made, and contracts read, by rules.", None, None
        )
    limit = core.settings.claude_monthly_limit
    with core.session() as session:
        spent = spending.spent(session, utc_now(), core.policy.zone)
    told = f"It has {model.name}; {spent:.2f} of {limit} USD are spent this month."
    return _asked(claude.SYSTEM, told, core.watch(claude.SYSTEM).asking, model.check)


def _secrets(core: Core) -> Iterator[Integration]:
    from netos_core.runtime.secrets import Secrets  # lazy: most installations keep none elsewhere

    references = core.settings.references
    for system, scheme, configured in (
        ("Vault", "vault:", core.settings.vault_addr),
        ("Doppler", "doppler:", core.settings.doppler_token),
    ):
        mine = [reference for reference in references.values() if reference.startswith(scheme)]
        if not configured:
            yield Integration(system, "default", not mine, "Secrets come from the environment.", None, None)
        elif not mine:
            yield Integration(system, "real", True, "Configured; no setting points to it.", None, None)
        else:
            with contextlib.closing(Secrets(os.environ)) as secrets:
                ask = Watch(core, system).asking
                yield _asked(system, f"{len(mine)} settings read.", ask, functools.partial(_read, secrets, mine))


def _read(secrets: Secrets, references: Sequence[str]) -> None:
    for reference in references:
        secrets.again(reference)


def _asked(
    system: str,
    found: str | None,
    watched: Callable[[], contextlib.AbstractContextManager[None]],
    ask: Callable[[], object],
) -> Integration:
    """Ask a system; without words of ours for a good answer, what `ask` returns is told."""
    started = time.perf_counter()
    try:
        with watched():
            answer = ask()
    except NetosError as refusal:
        return Integration(system, "real", False, refusal.message, _since(started), refusal.fix)
    return Integration(system, "real", True, str(answer) if found is None else found, _since(started), None)


def _since(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)
