"""How values read on a page: dates, money, bandwidth, spans and the trade's words. The one place for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from netos_core.circuits.rules import bandwidth_words

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"  # a value that can not exist here
NOT_SET = "not set"

SIGNS: Mapping[str, str] = {"USD": "$", "EUR": "€", "GBP": "£", "CAD": "CA$", "MXN": "MX$", "AUD": "A$"}

MILLION = Decimal(1_000_000)
MINUTES_OF_DAY = 24 * 60
ISO_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")

BASIS_LETTERS: Mapping[str, tuple[str, str]] = {
    "actual": ("A", "Actual: from an invoice or billing record"),
    "contracted": ("C", "Contracted: from a signed term"),
    "modeled": ("M", "Modeled: an estimate, never summed into actuals"),
}

# Words whose letters stand alone; everything else is a lower-case word with a capital at its start.
CAPITALS = frozenset(
    {"dia", "epl", "evpl", "mpls", "iru", "noc", "pop", "mrc", "nrc", "mrr", "ban", "asn", "foc", "clli", "lata", "etf",
     "vlan", "bgp", "mtu", "lag", "p2p", "ip", "url", "msa", "a", "z", "rf"}
)  # fmt: skip
CODES: Mapping[str, str] = {
    "auto_renew": "Auto-renews",
    "roll": "Rolls month to month",
    "auto_disconnect": "Disconnects",
    "colo": "Colocation",
    "loa_cfa": "LOA/CFA",
    "kmz": "KMZ",
    "slack_direct": "Slack, to one person",
    "slack": "Slack channel",
    "monday": "Monday.com",
    "centre": "Notice centre",
    "trail_broken": "Broken trail",
    "credentials_invalid": "Refused credential",
    "docuseal": "Through DocuSeal",
    "non_renewal": "Non-renewal",
}
FIELDS: Mapping[str, str] = {
    "provider_circuit": "Provider circuit id",
    "customer_circuit": "Customer circuit id",
    "legacy_circuit": "Legacy circuit id",
    "cross_connect": "Cross connect id",
    "external": "External id",
    "bandwidth_mbps": "Bandwidth",
    "port_speed_mbps": "Port speed",
    "ban": "Billing account (BAN)",
    "billing_account": "Billing account (BAN)",
    "lon": "Longitude",
    "lat": "Latitude",
    "stub": "Data gap",
    "md5_key": "MD5 key",
    "peer_asn": "ASN of peer",
    "local_asn": "ASN of ours",
    "peer_ip": "Peer address",
    "local_ip": "Our address",
    "outer_tag": "Outer tag (S-tag)",
    "lag": "Bundle",
    "sha256": "SHA-256",
    "term_start_date": "Term start",
    "term_end_date": "Term end",
    "frequency_mhz": "Frequency (MHz)",
    "channel_width_mhz": "Channel width (MHz)",
    "capacity_mbps": "Capacity",
    "path_length_km": "Path length (km)",
    "licence_expires_on": "Licence expires",
    "monitoring_url": "Monitoring link",
    "kwh": "kWh",
    "starts_on": "First day",
    "ends_on": "Last day",
    "as_of": "As of",
    "term_months": "Term, months",
    "number": "Number",
    "tax_monthly": "Taxes a month",
    "escalator_percent": "Escalator, %",
    "install_days": "Install, days",
    "etf_terms": "ETF in their words",
    "acceptance_days": "Acceptance, business days",
    "who": "Who",
    "wording": "Text",
    "pdf_sha256": "PDF, SHA-256",
    "pdf_document": "PDF",
    "sending": "Goes out",
    "sending_key": "Request",
    "serve_to": "Signed copy goes to",
    "proof_document": "Proof",
    "letter_date": "Date of the letter",
    "effective_date": "Takes effect",
    "served_date": "Served on",
    "served_method": "Served by",
    "signed_date": "Signed on",
}
MONEY_FIELDS = frozenset(
    {"mrc", "nrc", "mrr", "amount", "total_value", "monthly_cost", "average_monthly_cost", "special_build",
     "tax_monthly", "etf", "charge"}
)  # fmt: skip
MBPS_FIELDS = frozenset({"bandwidth_mbps", "port_speed_mbps", "speed_mbps", "capacity_mbps"})
CODED_FIELDS = frozenset(
    {"status", "role", "service_type", "kind", "impact", "cadence", "end_of_term", "notice_unit", "notice_method",
     "notice_counted_from", "choice", "co_terminus", "sensitivity", "licensing", "phase", "priority", "level",
     "stage", "serviceability", "method", "served_method", "sending"}
)  # fmt: skip


def day(value: date | None) -> str:
    """Write a date: 4 Dec 2026."""
    return DASH if value is None else f"{value.day} {value:%b} {value.year}"


def short_day(value: date | None) -> str:
    """Write a date as tables do: 4 Dec 26."""
    return DASH if value is None else f"{value.day} {value:%b} {value:%y}"


def weekday(value: date) -> str:
    """Write a near date: Fri 4 Dec."""
    return f"{value:%a} {value.day} {value:%b}"


def moment(value: datetime | None, zone: tzinfo) -> str:
    """Write an instant with its zone: 9 Nov 2026, 14:02 CST."""
    if value is None:
        return DASH
    local = value.astimezone(zone)
    return f"{day(local.date())}, {local:%H:%M} {local.tzname()}"


def clock(value: datetime, zone: ZoneInfo) -> str:
    """Write the business time of now: Mon 23 Nov 2026, 10:42 CST."""
    local = value.astimezone(zone)
    return f"{local:%a} {day(local.date())}, {local:%H:%M} {local.tzname()}"


def ago(value: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Write when something happened, short: today's by the time, older by the day."""
    local, here = value.astimezone(zone), now.astimezone(zone)
    if local.date() == here.date():
        return f"Today {local:%H:%M}"
    return short_day(local.date()) if local.year != here.year else f"{local.day} {local:%b}, {local:%H:%M}"


def money(value: Decimal | str | None, currency: str = "USD", *, cents: bool = True) -> str:
    """Write an amount with its sign or code: $1,234.00, −€5.00, CHF 9.00."""
    if value is None:
        return DASH
    amount = Decimal(value)
    exact = amount.quantize(Decimal("0.01") if cents else Decimal(1), rounding=ROUND_HALF_UP)
    sign = SIGNS.get(currency, f"{currency} ")
    return f"{MINUS if exact < 0 else ''}{sign}{abs(exact):,}"


def card_money(value: Decimal | None, currency: str = "USD") -> str:
    """Write an amount as cards round it: $612,480 and $4.48 M."""
    if value is None:
        return DASH
    if abs(value) < MILLION:
        return money(value, currency, cents=False)
    shown = (abs(value) / MILLION).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return f"{MINUS if value < 0 else ''}{SIGNS.get(currency, f'{currency} ')}{shown} M"


def sums(totals: Mapping[str, Decimal], *, card: bool = False) -> str:
    """Write sums by currency side by side; they are never added up."""
    write = card_money if card else money
    return " + ".join(write(value, currency) for currency, value in sorted(totals.items())) or DASH


def per_mbps(value: Decimal | None, currency: str = "USD") -> str:
    """Write a price of a megabit with three decimals: $0.485."""
    if value is None:
        return DASH
    shown = value.quantize(Decimal("0.001"), rounding=ROUND_HALF_UP)
    return f"{MINUS if shown < 0 else ''}{SIGNS.get(currency, f'{currency} ')}{abs(shown):,}"


def number(value: float | Decimal | None) -> str:
    """Write a count: 1,234 and −10."""
    return DASH if value is None else f"{value:,}".replace("-", MINUS)


def percent(value: Decimal | None, *, signed: bool = False) -> str:
    """Write a share with one decimal: 27.5%, −10.8%."""
    if value is None:
        return DASH
    shown = value.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    sign = MINUS if shown < 0 else ("+" if signed and shown > 0 else "")
    return f"{sign}{abs(shown):,}%"


def bandwidth(mbps: Decimal | str | None) -> str:
    """Write a bandwidth: 10 G, 500 M."""
    return bandwidth_words(mbps) or DASH


def days(value: int) -> str:
    """Write a span of days: 11 days, 1 day."""
    return f"{number(value)} {'day' if abs(value) == 1 else 'days'}"


def minutes(value: int) -> str:
    """Write a duration: 48 min, 2 h 14 min, 3 days 4 h."""
    if value < 60:  # noqa: PLR2004
        return f"{value} min"
    if value < MINUTES_OF_DAY:
        hours, rest = divmod(value, 60)
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    whole, rest = divmod(value, MINUTES_OF_DAY)
    return f"{days(whole)} {rest // 60} h" if rest >= 60 else days(whole)  # noqa: PLR2004


def left(until: datetime, now: datetime) -> str:
    """Write how long is left: 22 h left, 3 days left, over."""
    span = until - now
    if span <= timedelta(0):
        return "over"
    if span < timedelta(hours=1):
        return f"{int(span.total_seconds() // 60)} min left"
    if span < timedelta(days=2):
        return f"{int(span.total_seconds() // 3600)} h left"
    return f"{days(span.days)} left"


def count(n: int, noun: str, plural: str | None = None) -> str:
    """Write a number with its noun: 1 circuit, 24 circuits."""
    return f"{number(n)} {noun if n == 1 else plural or noun + 's'}"


LONGEST_BROWSER = 24


def words(value: str | None) -> str:
    """Write a code in the trade's words: dark_fiber is Dark fiber, dia is DIA."""
    if not value:
        return DASH
    if value in CODES:
        return CODES[value]
    parts = [p.upper() if p in CAPITALS else p for p in value.split("_")]
    joined = " ".join(parts)
    return joined[0].upper() + joined[1:]


PROGRAMS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser(said: str | None) -> str:
    """Name a browser by what it says of itself, which may be anything: a help for the eye, never a proof."""
    program = next((name for mark, name in PROGRAMS if said and mark in said), None)
    system = next((name for mark, name in SYSTEMS if said and mark in said), None)
    if program is None:
        return said[:LONGEST_BROWSER] if said else "Unknown"
    return f"{program} on {system}" if system else program


def field_label(name: str) -> str:
    """Name a field as forms and diffs do, with or without the _id of its column."""
    return FIELDS.get(name.removesuffix("_id")) or words(name)


def plain_days(text: str) -> str:
    """Write the days in a sentence of the core as pages write days."""
    return ISO_DAY.sub(lambda found: _day_of(found[0]), text)


def _day_of(text: str) -> str:
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text


def since(value: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Write since when something lasts: since 13:00, since 4 Nov, 02:26."""
    return "since " + ago(value, now, zone).removeprefix("Today ")


def groups(digest: str) -> str:
    """Write a digest in groups of four, so that people can compare it."""
    return " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))


def diff_value(field: str, value: Any, currency: str = "USD", zone: tzinfo = UTC) -> str:
    """Write one side of a changed field the way its list shows it."""
    if value is None or value == "":
        return NOT_SET
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = _listed(value) if isinstance(value, list) else str(value)
    try:
        if field in MONEY_FIELDS:
            return money(Decimal(text), currency)
        if field in MBPS_FIELDS:
            return bandwidth(text)
        if field.endswith(("_date", "_on")) or field in {"act_by", "notice_deadline"}:
            return day(date.fromisoformat(text))
        if field.endswith("_at"):
            return moment(datetime.fromisoformat(text), zone)
    except (InvalidOperation, ValueError):
        return text
    return words(text) if field in CODED_FIELDS else text


def _listed(value: list[Any]) -> str:
    """Write a list: words side by side, parts of a text one under the other."""
    texts = [one["text"] for one in value if isinstance(one, dict) and isinstance(one.get("text"), str)]
    return "\n\n".join(texts) if texts else ", ".join(str(one) for one in value)


def size(value: int) -> str:
    """Write a size as files are spoken of: 640 B, 48 KB, 2.4 MB."""
    if value < 1000:  # noqa: PLR2004 - a kilobyte
        return f"{value} B"
    return f"{value / 1000:.0f} KB" if value < 1_000_000 else f"{value / 1_000_000:.1f} MB"  # noqa: PLR2004


def iso_day(value: str) -> str:
    """Write a day that is told as text, such as a camera's."""
    try:
        return day(date.fromisoformat(value))
    except ValueError:
        return value


def filters(zone: ZoneInfo) -> dict[str, Any]:
    """Return the filters of the templates."""
    return {
        "day": day,
        "short_day": short_day,
        "weekday": weekday,
        "moment": lambda value: moment(value, zone),
        "ago": lambda value, now: ago(value, now, zone),
        "money": money,
        "card_money": card_money,
        "sums": sums,
        "per_mbps": per_mbps,
        "number": number,
        "size": size,
        "iso_day": iso_day,
        "percent": percent,
        "bandwidth": bandwidth,
        "days": days,
        "minutes": minutes,
        "left": left,
        "count": count,
        "words": words,
        "field_label": field_label,
        "plain_days": plain_days,
        "since": lambda value, now: since(value, now, zone),
        "groups": groups,
        "diff_value": diff_value,
        "browser": browser,
    }
