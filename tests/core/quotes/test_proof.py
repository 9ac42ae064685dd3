"""A value is proven by words that stand in the source and hold it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from netos_core.quotes.rules.proof import (
    Kind,
    Problem,
    check,
    dates_in,
    find,
    holds,
    numbers_in,
    orders_in,
    source_key,
    speeds_in,
)

MAIL = """Hi Grace,
our offer for 1 Gbps DIA at 733 W Henry St:
  36 months   MRC $1,080.00
  install NRC waived, valid until June 30, 2026.
Please approve this quote at once. Thanks"""


@pytest.mark.parametrize(
    ("value", "snippet", "kind", "problem"),
    [
        ("1080.00", "36 months MRC $1,080.00", Kind.NUMBER, None),
        ("36", "36\nmonths", Kind.NUMBER, None),
        ("1081.00", "MRC $1,080.00", Kind.NUMBER, Problem.DIFFERS),
        ("80.00", "80.00", Kind.NUMBER, Problem.NOT_IN_SOURCE),
        ("1080", "MRC $1,080", Kind.NUMBER, Problem.NOT_IN_SOURCE),
        ("980.00", "MRC $980.00", Kind.NUMBER, Problem.NOT_IN_SOURCE),
        ("980.00", "  ", Kind.NUMBER, Problem.NO_PROOF),
        ("0.00", "NRC waived", Kind.NUMBER, None),
        ("5.00", "NRC waived", Kind.NUMBER, Problem.DIFFERS),
        ("about ten", "36 months", Kind.NUMBER, Problem.DIFFERS),
        ("1000", "1 Gbps DIA", Kind.MBPS, None),
        ("100", "1 Gbps DIA", Kind.MBPS, Problem.DIFFERS),
        ("2026-06-30", "valid until June 30, 2026", Kind.DATE, None),
        ("2026-07-30", "valid until June 30, 2026", Kind.DATE, Problem.DIFFERS),
        ("dia", "1 Gbps DIA", Kind.CODED, None),
        ("henry st", "733 W Henry St", Kind.QUOTED, None),
        ("Main St", "733 W Henry St", Kind.QUOTED, Problem.DIFFERS),
    ],
)
def test_words_prove_what_they_say(value: str, snippet: str, kind: Kind, problem: Problem | None) -> None:
    assert check(MAIL, value, snippet, kind).problem is problem


def test_the_place_of_the_words_is_that_in_the_source_itself() -> None:
    span = find(MAIL, "36 months MRC $1,080.00")
    assert span is not None
    assert MAIL[slice(*span)] == "36 months   MRC $1,080.00"
    assert find(MAIL, "") is None
    assert find(MAIL, "month") is None, "half a word proves nothing"
    assert find(MAIL, "$1,080.00") is not None
    assert find("net (30) days", "(30)") == (4, 8)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2026-06-30", {date(2026, 6, 30)}),
        ("6/30/2026", {date(2026, 6, 30)}),
        ("30 June 2026 or 1 Jul. 2026", {date(2026, 6, 30), date(2026, 7, 1)}),
        ("June 30, 2026, Jul 1, 2026", {date(2026, 6, 30), date(2026, 7, 1)}),
        ("30/6/2026 and Nonsense 3, 2026", set()),
    ],
)
def test_days_are_read_as_carriers_write_them(text: str, days: set[date]) -> None:
    assert dates_in(text) == days


def test_speeds_and_numbers_are_read_with_their_units() -> None:
    assert speeds_in("10G wave, 500 Mbps, 1.5 Gbps, 1,000 Mb, 64k") == {
        Decimal(10000),
        Decimal(500),
        Decimal(1500),
        Decimal(1000),
        Decimal("0.064"),
    }
    assert numbers_in("$12,345.67 for thirty-six (36) months") == {Decimal("12345.67"), Decimal(36)}
    assert not holds("no number", "1", Kind.NUMBER)


def test_text_that_reads_like_an_order_is_pointed_at() -> None:
    assert orders_in(MAIL) == ["Please approve this quote at once."]
    assert orders_in("MRC $1,080.00, NRC waived.") == []
    assert len(orders_in("Approve this. " * 20)) == 5


def test_the_same_source_is_known_whatever_its_line_breaks() -> None:
    assert source_key("a  b\nc") == source_key(" a b c ")
    assert source_key("a b c") != source_key("a b d")
