"""The navigation: pages that exist, with counts that are at most a few seconds old."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from starlette.requests import Request

from netos_core.extractions.operations import decide_extraction
from netos_core.kernel.context import Channel, Principal
from netos_core.kernel.errors import NetosError
from netos_core.notices.rules.delivery import MessageState
from netos_core.outbox.operations import list_notices, resend_notice
from netos_core.outbox.schemas import ListNotices
from netos_core.overview.operations import get_counts
from netos_core.overview.schemas import Counts, Dashboard, Nothing
from netos_core.runtime.calls import Core

FRESH_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Link:
    """One line of the navigation; `key` follows G on the keyboard."""

    label: str
    url: str
    icon: str
    key: str = ""
    count: int | None = None
    hot: bool = False
    current: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    links: Sequence[Link]


class Nav:
    """Makes the navigation for a person, and keeps its counts for a moment."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._kept: dict[UUID, tuple[float, Counts | Dashboard | None]] = {}
        self._kept_dead = (0.0, 0)
        self._lock = threading.Lock()

    def forget(self) -> None:
        """Drop the counts; someone has just sent a form."""
        with self._lock:
            self._kept.clear()
            self._kept_dead = (0.0, 0)

    def keep(self, person: Principal, counts: Counts | Dashboard) -> None:
        with self._lock:
            self._kept[person.person_id] = (time.monotonic() + FRESH_SECONDS, counts)

    def _counts(self, person: Principal) -> Counts | Dashboard | None:
        with self._lock:
            until, known = self._kept.get(person.person_id, (0.0, None))
        if until > time.monotonic():
            return known
        try:
            fresh = self._core.call(get_counts, Nothing(), person, Channel.PAGE)
        except NetosError:  # a role without the overview sees the links, not the counts
            return None
        self.keep(person, fresh)
        return fresh

    def _dead(self, person: Principal) -> int | None:
        """Count the notices that were given up, for who can send them again."""
        if not person.may(resend_notice.right):
            return None
        with self._lock:
            until, known = self._kept_dead
        if until > time.monotonic():
            return known
        found = self._core.call(list_notices, ListNotices(state=[MessageState.DEAD], limit=1), person, Channel.PAGE)
        with self._lock:
            self._kept_dead = (time.monotonic() + FRESH_SECONDS, found.total)
        return found.total

    def groups(self, person: Principal, request: Request) -> list[Group]:
        board = self._counts(person)
        path = request.url.path

        def link(
            label: str, url: str, icon: str, key: str = "", count: int | None = None, *, hot: bool = False
        ) -> Link:
            current = path == url if url == "/" else path == url or path.startswith(url + "/")
            current = current and not (url == "/quotes" and path.startswith("/quotes/drafts"))
            return Link(label, url, icon, key, count, hot and bool(count), current)

        work = [
            link("Today", "/", "today", "t"),
            link("Dashboard", "/dashboard", "board", "4"),
            link("Approvals", "/approvals", "approve", "a", board.waiting_for_you if board else None, hot=True),
            link("Worklist", "/worklist", "today", "w"),
            link("Renewals", "/renewals", "renew", "r"),
            link("Pipeline", "/pipeline", "board", "j"),
            link("Timeline", "/timeline", "timeline", "m"),
            link("Letters", "/letters", "document", "y"),
            link("Reports", "/reports", "document", "g"),
            link(
                "Extractions",
                "/extractions",
                "document",
                "e",
                board.extractions_waiting if board else None,
                hot=person.may(decide_extraction.right),
            ),
            link("Quote drafts", "/quotes/drafts", "quote", "q"),
            link("Orders", "/orders", "open", "k"),
        ]
        if person.may("see:money"):
            work.append(link("Money", "/money", "quote"))
            work.append(link("Forecast", "/forecast", "timeline", "3"))
        if any(getattr(route, "name", None) == "imports" for route in request.app.routes):
            work.append(link("Imports", "/imports", "import", "i"))
        work.append(link("Address lookup", "/lookup", "place", "l"))
        work.append(link("Notices", "/notices", "notice", "h", self._dead(person), hot=True))
        inventory = [
            link("Circuits", "/circuits", "circuit", "c", board.circuits if board else None),
            link("Sites", "/sites", "site", "s", board.sites if board else None),
            link("Network", "/network", "network", "n"),
            link("Providers", "/providers", "provider", "p", board.providers if board else None),
            link("Customers", "/customers", "people", "u", board.customers if board else None),
            link("Revenue", "/revenue", "contract", "2"),
            link("Contracts", "/contracts", "contract", "o", board.contracts if board else None),
            link("Quotes", "/quotes", "quote", "b"),
            link("RF links", "/rf-links", "radio", "f"),
            link("Electrical", "/electrical", "power", "z"),
            link("Documents", "/documents", "document", "d"),
        ]
        groups = [Group("Work", work), Group("Inventory", inventory)]
        record = [link("Activity trail", "/trail", "trail", "v")] if person.may("read:audit") else []
        if person.may("read:people"):
            record.append(link("People", "/people", "people", "1"))
        if person.may("read:feedback"):
            record.append(link("Feedback", "/feedback", "feedback", "x"))
        if record:
            groups.append(Group("Record", record))
        return groups
