from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from web_min import format as words
from web_min.export import safe_cell

ZONE = ZoneInfo("America/Chicago")
NOW = datetime(2026, 11, 23, 16, 42, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "currency", "shown"),
    [
        (Decimal(1234), "USD", "$1,234.00"),
        (Decimal("-4.005"), "USD", "−$4.01"),
        (Decimal("0.1"), "EUR", "€0.10"),
        (Decimal(9), "CHF", "CHF 9.00"),
        ("1250.00", "USD", "$1,250.00"),
        (None, "USD", "–"),
    ],
)
def test_money_has_its_sign_and_its_cents(value: Decimal | str | None, currency: str, shown: str) -> None:
    assert words.money(value, currency) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal(612480), "$612,480"),
        (Decimal(4480000), "$4.48 M"),
        (Decimal(-1000000), "−$1.00 M"),
        (None, "–"),
    ],
)
def test_cards_round(value: Decimal | None, shown: str) -> None:
    assert words.card_money(value) == shown


def test_currencies_stand_beside_each_other() -> None:
    assert words.sums({"USD": Decimal(5), "EUR": Decimal(2)}) == "€2.00 + $5.00"
    assert words.sums({}) == "–"


def test_days_and_times_read_as_people_write_them() -> None:
    assert words.day(date(2026, 12, 4)) == "4 Dec 2026"
    assert words.short_day(date(2026, 12, 4)) == "4 Dec 26"
    assert words.day(None) == "–"
    assert words.weekday(date(2026, 12, 4)) == "Fri 4 Dec"
    assert words.clock(NOW, ZONE) == "Mon 23 Nov 2026, 10:42 CST"
    assert words.moment(NOW, ZONE) == "23 Nov 2026, 10:42 CST"
    assert words.ago(NOW, NOW, ZONE) == "Today 10:42"
    assert words.ago(NOW - timedelta(days=1), NOW, ZONE) == "22 Nov, 10:42"
    assert words.ago(NOW - timedelta(days=400), NOW, ZONE) == "19 Oct 25"
    assert words.since(NOW, NOW, ZONE) == "since 10:42"
    assert words.plain_days("Act by 2026-12-04, not 2026-99-99.") == "Act by 4 Dec 2026, not 2026-99-99."


@pytest.mark.parametrize(
    ("value", "shown"), [(48, "48 min"), (134, "2 h 14 min"), (120, "2 h"), (1440, "1 day"), (4560, "3 days 4 h")]
)
def test_durations(value: int, shown: str) -> None:
    assert words.minutes(value) == shown


@pytest.mark.parametrize(
    ("span", "shown"),
    [
        (timedelta(minutes=5), "5 min left"),
        (timedelta(hours=22), "22 h left"),
        (timedelta(days=3), "3 days left"),
        (timedelta(0), "over"),
    ],
)
def test_time_left(span: timedelta, shown: str) -> None:
    assert words.left(NOW + span, NOW) == shown


def test_numbers_use_a_real_minus() -> None:
    assert words.number(-10) == "−10"
    assert words.number(1234) == "1,234"
    assert words.days(1) == "1 day"
    assert words.days(-4) == "−4 days"
    assert words.count(1, "circuit") == "1 circuit"
    assert words.count(2, "entry", "entries") == "2 entries"
    assert words.percent(Decimal("-10.83")) == "−10.8%"
    assert words.percent(Decimal(4), signed=True) == "+4.0%"
    assert words.per_mbps(Decimal("0.4851")) == "$0.485"


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("dia", "DIA"),
        ("ip_transit", "IP transit"),
        ("dark_fiber", "Dark fiber"),
        ("auto_renew", "Auto-renews"),
        ("cross_connect", "Cross connect"),
        (None, "–"),
    ],
)
def test_codes_read_as_the_trade_speaks(code: str | None, shown: str) -> None:
    assert words.words(code) == shown


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("mrc", "1250.00", "$1,250.00"),
        ("bandwidth_mbps", "10000", "10 G"),
        ("term_end_date", "2029-11-30", "30 Nov 2029"),
        ("status", "active", "Active"),
        ("evergreen", True, "yes"),
        ("market", None, "not set"),
        ("mrc", "a lot", "a lot"),
        ("text", "as it is_written", "as it is_written"),
    ],
)
def test_a_diff_shows_values_as_lists_do(field: str, value: object, shown: str) -> None:
    assert words.diff_value(field, value) == shown


def test_a_digest_is_read_in_groups_of_four() -> None:
    assert words.groups("9f3c4be177") == "9f3c 4be1 77"


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1 210", "'+1 210"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("-1+2", "'-1+2"),
        ("-12.50", "-12.50"),
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("@SUM(1+1)*cmd|' /C calc'!A0", "'@SUM(1+1)*cmd|' /C calc'!A0"),
        ("+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0"),
        ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        (" =1", "' =1"),
        ("\u200b=1", "'\u200b=1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("\uff20x", "'\uff20x"),
        ("a=1", "a=1"),
        ("-", "'-"),
        ("- 5", "'- 5"),
        ("plain", "plain"),
    ],
)
def test_no_cell_is_a_formula(cell: str, safe: str) -> None:
    assert safe_cell(cell) == safe
