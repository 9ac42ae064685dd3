"""The activity trail: who changed, decided or was shown what, when and why; as CSV and as a workbook too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.changes.operations import search_audit
from netos_core.changes.schemas import ACTIONS, ENTITIES, AuditEntry, AuditPage, SearchAudit, field_name
from netos_core.kernel.errors import Invalid
from netos_core.kernel.page import MAX_LIMIT
from web_min import asked, diffs
from web_min.export import as_csv, as_xlsx
from web_min.format import count, day, diff_value, field_label, words
from web_min.pages.find import page_of
from web_min.site import Site, Visit, get
from web_min.table import PAGE_ROWS, Filter, choices

KINDS = (("changes", "Changes of records"), ("decisions", "Proposals and decisions"),
         ("reads", "Bank details and keys shown"),
         ("access", "Sign-ins, tokens, people"))  # fmt: skip
CHANNELS = (("page", "Page"), ("agent", "Agent or API"), ("job", "By itself"))
FILTERS = (
    Filter("ref", "Record or change"),
    Filter("kind", "What", "one", KINDS),
    Filter("person", "Person (e-mail)"),
    Filter("agent", "Agent"),
    Filter("field", "Field"),
    Filter("since", "From day", "date"),
    Filter("until", "To day", "date"),
    Filter("action", "Action", "choice", choices(ACTIONS), more=True),
    Filter("entity", "Kind of row", "choice", choices(ENTITIES), more=True),
    Filter("channel", "Came by", "choice", CHANNELS, more=True),
    Filter("request_id", "Request", more=True),
)
THROUGH = {"entra": "with Microsoft Entra ID", "demo": "in the demo"}
MOST_IN_A_WORKBOOK = 20_000


class Row(NamedTuple):
    """One line of an export: an entry, or one of its fields."""

    at: str
    action: str
    ref: str
    part: str
    field: str
    old: str
    new: str
    person: str
    proposed_by: str
    approved_by: str
    agent: str
    client: str
    channel: str
    address: str
    reason: str
    change_id: str
    request_id: str


def routes(site: Site) -> list[BaseRoute]:
    return [
        get(site, "/trail", _page, "trail"),
        get(site, "/trail.csv", _csv, "trail_csv"),
        get(site, "/trail.xlsx", _xlsx, "trail_xlsx"),
    ]


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
        xlsx_url=asked.address("/trail.xlsx", kept),
        shown=partial(shown, zone=visit.site.zone, sought=values.get("field")),
        said=partial(said, zone=visit.site.zone),
        place=partial(_place, visit),
    )


def _place(visit: Visit, entry: AuditEntry) -> str | None:
    """Return the page of what an entry is about, where its reader may open one."""
    if entry.entity == "person" and visit.may("read:people"):
        return f"/people/{quote(entry.ref, safe='@')}"
    return page_of(entry.ref)


def _next(path: str, kept: Sequence[tuple[str, str]], cursor: str | None) -> str | None:
    if cursor is None:
        return None
    base = asked.address(path, kept)
    return f"{base}{'&' if '?' in base else '?'}cursor={cursor}"


def shown(entry: AuditEntry, currency: str, zone: ZoneInfo, sought: str | None = None) -> Sequence[diffs.Line]:
    """Lay the changed fields of an entry out as its change's page does; the one that is sought comes first."""
    name = field_name(sought) if sought else None
    fields = sorted(entry.fields, key=lambda row: row.field != name)
    return diffs.laid_out(fields, (), currency, zone, complete=False).lines


def said(entry: AuditEntry, zone: ZoneInfo) -> str | None:
    """Say in words what an entry tells that changed no record; None for one that shows old and new values."""
    told = {row.field: row.new for row in entry.fields}
    match entry.entity, entry.action:
        case _, "read":
            return ", ".join(field_label(str(name)).lower() for name in told.get("fields") or ())
        case "person", "sign_in":
            return THROUGH.get(str(told.get("through")), "")
        case "person", "sign_out":
            return f"everywhere, {count(int(told['sessions']), 'browser')}" if "sessions" in told else ""
        case "access_token", _:
            until = f"until {_day(str(told['expires']), zone)}" if told.get("expires") else None
            scope = words(str(told["scope"])).lower() if told.get("scope") else None
            return ", ".join(str(part) for part in (told.get("name"), scope, until) if part)
        case "calendar_feed", _:
            return "calendar of deadlines"
        case "saved_view", _:
            whose = "for everybody" if told.get("shared") else None
            by = ", ".join(field_label(str(name)).lower() for name in told.get("fields") or ())
            return ", ".join(str(part) for part in (told.get("name"), whose, by) if part)
        case "notice", _:
            return f"{count(int(told.get('notices', 1)), 'notice')}, {words(str(told.get('channel'))).lower()}"
        case "notice_preference", _:
            return "; ".join(f"{field_label(name).lower()}: {value}" for name, value in told.items())
        case _:
            return None


def _day(instant: str, zone: ZoneInfo) -> str:
    return day(datetime.fromisoformat(instant).astimezone(zone).date())


def _csv(visit: Visit) -> Response:
    _, rows = _everything(visit)
    return as_csv(Row._fields, rows, f"netos-trail-{visit.today}.csv")


def _xlsx(visit: Visit) -> Response:
    first, rows = _everything(visit)
    if first.total > MOST_IN_A_WORKBOOK:
        raise Invalid(
            f"These are {first.total:,} entries, and a workbook holds {MOST_IN_A_WORKBOOK:,} of them.",
            fix="Filter the trail, by day for example, or take the CSV, which has no limit.",
        )
    return as_xlsx("Trail", Row._fields, rows, f"netos-trail-{visit.today}.xlsx")


def _everything(visit: Visit) -> tuple[AuditPage, Iterator[Row]]:
    """Read the first page, which refuses what can not be asked, and page by page the rows of all."""
    pairs = [(n, v) for n, v in _asked(visit) if n not in asked.PAGING]
    first = visit.call(search_audit, _request(visit, pairs, MAX_LIMIT))

    def every() -> Iterator[Row]:
        page = first
        while True:
            for entry in page.entries:
                yield from _rows(entry)
            if page.next_cursor is None:
                return
            page = visit.call(search_audit, _request(visit, pairs, MAX_LIMIT, page.next_cursor))

    return first, every()


def _rows(entry: AuditEntry) -> Iterator[Row]:
    whole = Row(
        at=entry.at.isoformat(),
        action=entry.action,
        ref=entry.ref,
        part=entry.part,
        field="",
        old="",
        new="",
        person=entry.person or "",
        proposed_by=entry.proposed_by or "",
        approved_by=", ".join(entry.approved_by),
        agent=entry.agent or "",
        client=entry.client or "",
        channel=entry.channel,
        address=entry.address or "",
        reason=entry.reason or "",
        change_id=entry.change_id or "",
        request_id=entry.request_id,
    )
    if not entry.fields:
        yield whole
    for row in entry.fields:
        old, new = ("withheld", "withheld") if row.withheld else (_plain(row.old), _plain(row.new))
        yield whole._replace(field=row.field, old=old, new=new)


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return "" if value is None else diff_value("", value)
