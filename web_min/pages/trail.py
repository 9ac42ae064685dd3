"""The activity trail: who changed or decided what, when and why, with its CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.changes.operations import search_audit
from netos_core.changes.schemas import AuditEntry, AuditPage, SearchAudit
from netos_core.kernel.errors import Invalid
from netos_core.kernel.page import MAX_LIMIT
from web_min import asked, diffs
from web_min.export import as_csv
from web_min.format import diff_value
from web_min.pages.find import page_of
from web_min.site import Site, Visit, get
from web_min.table import PAGE_ROWS, Filter, choices

ENTITIES = ("circuit", "termination", "circuit_event", "circuit_customer", "provider", "provider_alias",
            "provider_contact", "billing_account", "customer", "site", "site_cost", "contract", "contract_circuit",
            "note", "tag", "proposal", "person", "access_token", "installation")  # fmt: skip
ACTIONS = ("propose", "approve", "reject", "expire", "create", "update", "retire", "restore", "read", "sign_in",
           "sign_out", "open", "close", "revoke", "backup")  # fmt: skip
KINDS = (("changes", "Changes of records"), ("decisions", "Proposals and decisions"), ("reads", "Bank details shown"),
         ("access", "Sign-ins, tokens, people"))  # fmt: skip
FILTERS = (
    Filter("ref", "Record or change"),
    Filter("kind", "What", "one", KINDS),
    Filter("person", "Person (e-mail)"),
    Filter("agent", "Agent"),
    Filter("request_id", "Request"),
    Filter("action", "Action", "one", choices(ACTIONS)),
    Filter("entity", "Kind of row", "one", choices(ENTITIES)),
    Filter("since", "From day", "date"),
    Filter("until", "To day", "date"),
)
HEAD = (
    "at", "action", "ref", "part", "field", "old", "new", "person", "proposed_by", "approved_by", "agent", "client",
    "channel", "address", "reason", "change_id", "request_id",
)  # fmt: skip


def routes(site: Site) -> list[BaseRoute]:
    return [get(site, "/trail", _page, "trail"), get(site, "/trail.csv", _csv, "trail_csv")]


def _asked(visit: Visit) -> list[tuple[str, str]]:
    return asked.given(visit.request.query_params, asked.filters_of(SearchAudit))


def _request(visit: Visit, pairs: Sequence[tuple[str, str]], limit: int, cursor: str | None = None) -> SearchAudit:
    values: dict[str, object] = {name: value for name, value in pairs if name not in {"start", "since", "until"}}
    days = dict(pairs)
    for name, more in (("since", 0), ("until", 1)):
        if days.get(name):
            values[name] = _instant(visit, name, days[name], more)
    return asked.validated(SearchAudit, {**values, "limit": limit, **({"cursor": cursor} if cursor else {})})


def _instant(visit: Visit, name: str, text: str, more_days: int) -> datetime:
    """Read a day as the business counts it: from its first moment, until after its last."""
    try:
        if len(text) > len("2026-11-22"):
            at = datetime.fromisoformat(text)
            return at if at.tzinfo else at.replace(tzinfo=visit.site.zone)
        return datetime.combine(date.fromisoformat(text) + timedelta(days=more_days), time(), tzinfo=visit.site.zone)
    except (ValueError, OverflowError):
        raise Invalid(f"{name}: is not a day.", field=name, fix="Write it like 2026-11-22.") from None


def _page(visit: Visit) -> Response:
    pairs = _asked(visit)
    kept = [(name, value) for name, value in pairs if name not in asked.PAGING]
    page: AuditPage = visit.call(search_audit, _request(visit, pairs, PAGE_ROWS))
    values = dict(kept)
    return visit.page(
        "trail.html",
        audit=page,
        filters=FILTERS,
        values=values,
        without={entry.name: asked.address("/trail", kept, without=[entry.name]) for entry in FILTERS},
        paged=any(name == "cursor" for name, _ in pairs),
        first_url=asked.address("/trail", kept),
        next_url=_next("/trail", kept, page.next_cursor),
        csv_url=asked.address("/trail.csv", kept),
        shown=partial(shown, zone=visit.site.zone),
        page_of=page_of,
    )


def _next(path: str, kept: Sequence[tuple[str, str]], cursor: str | None) -> str | None:
    if cursor is None:
        return None
    base = asked.address(path, kept)
    return f"{base}{'&' if '?' in base else '?'}cursor={cursor}"


def shown(entry: AuditEntry, currency: str, zone: ZoneInfo) -> Sequence[diffs.Line]:
    """Lay the changed fields of an entry out as its change's page does."""
    return diffs.laid_out(entry.fields, (), currency, zone, complete=False).lines


def _csv(visit: Visit) -> Response:
    pairs = [(n, v) for n, v in _asked(visit) if n not in asked.PAGING]
    first = visit.call(search_audit, _request(visit, pairs, MAX_LIMIT))

    def every() -> Iterator[Sequence[str]]:
        page = first
        while True:
            for entry in page.entries:
                yield from _cells(entry)
            if page.next_cursor is None:
                return
            page = visit.call(search_audit, _request(visit, pairs, MAX_LIMIT, page.next_cursor))

    return as_csv(HEAD, every(), f"netos-trail-{visit.today}.csv")


def _cells(entry: AuditEntry) -> Iterator[Sequence[str]]:
    who = (entry.person or "", entry.proposed_by or "", ", ".join(entry.approved_by), entry.agent or "")
    how = (entry.client or "", entry.channel, entry.address or "")
    tail = (*who, *how, entry.reason or "", entry.change_id or "", entry.request_id)
    head = (entry.at.isoformat(), entry.action, entry.ref, entry.part)
    if not entry.fields:
        yield (*head, "", "", "", *tail)
    for row in entry.fields:
        values = ("withheld", "withheld") if row.withheld else (_plain(row.old), _plain(row.new))
        yield (*head, row.field, *values, *tail)


def _plain(value: object) -> str:
    return "" if value is None else diff_value("", value)
