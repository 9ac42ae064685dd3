"""What stands in which section, when a weekly report is due, and which figures of a text hold."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from netos_core.kernel.money import Amount, Basis
from netos_core.renewals.rules import RenewalState
from netos_core.reports.rules.checking import MOST_BLOCKS, BlockKind, check
from netos_core.reports.rules.figures import Result, found_at, reads_as, spelled
from netos_core.reports.rules.schedule import ReportDay, last_due
from netos_core.reports.rules.sections import (
    MOST_LINES,
    Entry,
    SectionName,
    add_all,
    empty_sections,
    headline,
    money_at_risk,
)

INDIANA = ZoneInfo("America/Indiana/Indianapolis")
NEW_YORK = ZoneInfo("America/New_York")


def entry(number: int, section: SectionName = SectionName.CRITICAL, **given: Any) -> Entry:
    usual: dict[str, Any] = {
        "contract": f"CTR-{number}", "title": "Zayo: Wave", "section": section, "state": RenewalState.CRITICAL,
        "alarm": None, "act_by": date(2026, 12, 1 + number % 28), "notice_deadline": None, "term_end_date": None,
        "why": "", "currency": "USD", "at_risk": None, "uncosted": False,
    }  # fmt: skip
    return Entry(**{**usual, **given})


def euro(value: str) -> Amount:
    return Amount(Decimal(value), "EUR", Basis.CONTRACTED, "CTR-1")


def dollars(value: str) -> Amount:
    return Amount(Decimal(value), "USD", Basis.CONTRACTED, "CTR-1")


# Sections


def test_money_is_added_up_by_currency_and_never_over_them() -> None:
    sections = empty_sections()
    add_all(sections, [entry(1, at_risk=dollars("10.10")), entry(2, at_risk=euro("5.00")), entry(3)])
    add_all(sections, [entry(4, SectionName.MISSED, at_risk=dollars("0.20")), entry(5, at_risk=dollars("0.05"))])
    assert sections[SectionName.CRITICAL].at_risk == {"USD": Decimal("10.15"), "EUR": Decimal("5.00")}
    assert money_at_risk(sections) == {"EUR": Decimal("5.00"), "USD": Decimal("10.35")}


def test_all_are_counted_and_the_soonest_are_named_whatever_order_they_come_in() -> None:
    sections = empty_sections()
    days = [date(2026, 12, 1 + n % 28) for n in range(60)]
    for n in reversed(range(60)):
        add_all(sections, [entry(n, act_by=days[n] if n else None, uncosted=n == 7)])
    critical = sections[SectionName.CRITICAL]
    assert (critical.total, critical.uncosted, len(critical.lines)) == (60, 1, MOST_LINES)
    assert [one.act_by for one in critical.lines] == sorted(days[1:])[:MOST_LINES], "what has no day comes last"


def test_a_report_says_in_one_line_what_presses() -> None:
    totals = dict.fromkeys(SectionName, 0)
    assert headline(totals) == "nothing presses"
    assert headline(totals | {SectionName.MISSED: 2, SectionName.UNKNOWN: 1}) == "2 missed, 1 unknown"


# The schedule


@pytest.mark.parametrize(
    ("now", "week", "since"),
    [
        ("2026-11-23T11:59:59Z", "2026-W47", "2026-11-16T12:00:00Z"),  # a second before seven in Indiana
        ("2026-11-23T12:00:00Z", "2026-W48", "2026-11-23T12:00:00Z"),
        ("2026-11-26T02:00:00Z", "2026-W48", "2026-11-23T12:00:00Z"),  # late, after days without a worker
        ("2026-11-30T04:30:00Z", "2026-W48", "2026-11-23T12:00:00Z"),  # Sunday night there, Monday in UTC
        ("2027-01-01T15:00:00Z", "2026-W53", "2026-12-28T12:00:00Z"),  # the week of the last Monday of the year
        ("2026-07-06T11:00:00Z", "2026-W28", "2026-07-06T11:00:00Z"),  # summer time
    ],
)
def test_a_weekly_report_is_due_from_its_hour_by_the_clock_of_the_business(now: str, week: str, since: str) -> None:
    due = last_due(ReportDay.MONDAY, time(7), datetime.fromisoformat(now), INDIANA)
    assert due is not None
    assert (due.week, due.since) == (week, datetime.fromisoformat(since))


def test_there_may_be_no_weekly_report() -> None:
    assert last_due(ReportDay.NEVER, time(7), datetime(2026, 11, 23, 12, tzinfo=UTC), INDIANA) is None


def test_the_hour_the_clock_skips_is_due_all_the_same_and_once() -> None:
    before, after = (
        last_due(ReportDay.SUNDAY, time(2, 30), datetime(2026, 3, 8, hour, 45, tzinfo=UTC), NEW_YORK) for hour in (6, 7)
    )
    assert before
    assert after
    assert (before.week, after.week) == ("2026-W09", "2026-W10")


# Figures

REPORT = Result(
    "T1",
    "get_report",
    {"ref": "RPT-1001"},
    {
        "ref": "RPT-1001",
        "as_of": "2026-11-23",
        "contracts": 1234,
        "at_risk": {"EUR": "500.00", "USD": "96000.00"},
        "sections": [
            {"name": "missed", "contracts": 2, "at_risk": {"USD": "84000.00"}},
            {"name": "critical", "contracts": 1},
        ],
        "lines": [
            {"contract": "CTR-1011", "act_by": "2026-12-04", "days_left": 11, "at_risk": "84000.00", "currency": "USD",
             "title": "Zayo: Wave 100G", "decision": "DEC-1001", "owner": None},
            {"contract": "CTR-1012", "act_by": "2026-12-05", "days_left": -3, "at_risk": "500.00", "currency": "EUR",
             "title": "Colt: DIA", "decision": None, "owner": "Marcus Oyelaran"},
        ],
        "made_at": "2026-11-23T12:00:00Z",
        "weekly": True,
    },
    "...",
)  # fmt: skip
LIST = Result(
    "T2",
    "list_renewals",
    {},
    {
        "total": 2,
        "columns": ["contract", "circuits", "mrc"],
        "rows": [["CTR-1011", 3, "7000.00"], ["CTR-1012", 1, None]],
    },
    "contract,circuits,mrc\ntotal 2, shown 2; amounts in USD",
)
RESULTS = (REPORT, LIST)


@pytest.mark.parametrize(
    ("shown", "result", "address"),
    [
        ("2", REPORT, "sections/missed/contracts"),
        ("1,234", REPORT, "contracts"),
        ("1234 contracts", REPORT, "contracts"),
        ("$84,000.00", REPORT, "lines/CTR-1011/at_risk"),
        ("84000 USD", REPORT, "lines/CTR-1011/at_risk"),
        ("€500.00", REPORT, "at_risk/EUR"),
        ("500.00 EUR", REPORT, "lines/CTR-1012/at_risk"),
        ("2026-12-04", REPORT, "lines/CTR-1011/act_by"),
        ("4 Dec 2026", REPORT, "lines/CTR-1011/act_by"),
        ("December 4, 2026", REPORT, "lines/CTR-1011/act_by"),
        ("2026-11-23", REPORT, "made_at"),
        ("11 days", REPORT, "lines/CTR-1011/days_left"),
        ("-3", REPORT, "lines/CTR-1012/days_left"),
        ("−3 days", REPORT, "lines/CTR-1012/days_left"),
        ("Zayo: Wave 100G", REPORT, "lines/CTR-1011/title"),
        ("3", LIST, "rows/CTR-1011/circuits"),
        ("$7,000.00", LIST, "rows/CTR-1011/mrc"),
        ("2", LIST, "total"),
    ],
)
def test_a_figure_holds_as_it_stands_in_the_result(shown: str, result: Result, address: str) -> None:
    (found,) = found_at(result, address)
    assert reads_as(shown, found)


@pytest.mark.parametrize(
    ("shown", "result", "address"),
    [
        ("3", REPORT, "sections/missed/contracts"),
        ("$84,000.01", REPORT, "lines/CTR-1011/at_risk"),
        ("€84,000.00", REPORT, "lines/CTR-1011/at_risk"),  # another currency
        ("84,000.00", REPORT, "lines/CTR-1011/at_risk"),  # none
        ("$84,000.00 EUR", REPORT, "lines/CTR-1011/at_risk"),  # two
        ("$2", REPORT, "sections/missed/contracts"),  # a count is no amount
        ("2 of 3", REPORT, "sections/missed/contracts"),
        ("$84 thousand", REPORT, "lines/CTR-1011/at_risk"),
        ("2026-12-05", REPORT, "lines/CTR-1011/act_by"),
        ("2026-13-41", REPORT, "lines/CTR-1011/act_by"),
        ("12/04/2026", REPORT, "lines/CTR-1011/act_by"),  # may be another day elsewhere
        ("3", REPORT, "lines/CTR-1012/days_left"),  # the sign tells past from to come
        ("nobody", REPORT, "lines/CTR-1011/owner"),
        ("yes", REPORT, "weekly"),
        ("eleven", REPORT, "lines/CTR-1011/days_left"),
        ("£7,000.00", LIST, "rows/CTR-1011/mrc"),
    ],
)
def test_a_figure_that_says_anything_else_does_not(shown: str, result: Result, address: str) -> None:
    assert not any(reads_as(shown, found) for found in found_at(result, address))


@pytest.mark.parametrize(
    ("shown", "said"),
    [("84000.00 USD", "84,000.00 USD"), ("84,000.00 USD", "84,000.00 USD"), ("$5", "$5"), ("84000", "84000")],
)
def test_an_amount_is_kept_with_its_thousands_apart(shown: str, said: str) -> None:
    assert spelled(shown) == said


@pytest.mark.parametrize("address", ["", "lines", "lines/CTR-9/act_by", "at_risk/GBP", "rows/CTR-1011", "a/" * 40])
def test_an_address_that_leads_nowhere_finds_nothing(address: str) -> None:
    assert found_at(REPORT, address) == []


# Texts

GOOD = """
# Act now

[2](T1:sections/missed/contracts) deadlines are missed, and [96,000.00 USD](T1:at_risk/USD) is at risk
beside [500.00 EUR](T1:at_risk/EUR).

- **CTR-1011** ([Zayo: Wave 100G](T1:lines/CTR-1011/title)): [$84,000.00](T1:lines/CTR-1011/at_risk),
- CTR-1012, owned by Marcus Oyelaran: act by [2026-12-05](T1:lines/CTR-1012/act_by).
"""


def test_a_text_whose_figures_all_stand_where_they_are_said_to_holds() -> None:
    checked = check(GOOD, RESULTS, ["CTR-1011", "CTR-1012"])
    assert checked.problems == ()
    assert checked.figures == 6
    assert [block.kind for block in checked.blocks] == [
        BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.BULLET, BlockKind.BULLET,
    ]  # fmt: skip
    assert "".join(part.text for part in checked.blocks[1].parts).startswith(
        "2 deadlines are missed, and 96,000.00 USD"
    )
    assert "*" not in str(checked.blocks)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("CTR-1011 commits [$9.00](T1:lines/CTR-1011/at_risk).", "“$9.00” is not what stands at T1:lines/CTR-1011"),
        ("CTR-1011 commits $84,000.00.", "A figure without its source"),
        ("CTR-1011 commits [$84,000.00](T7:lines/CTR-1011/at_risk).", "there is no such result"),
        ("CTR-1011 commits [$84,000.00](T1:lines/CTR-1099/at_risk).", "nothing stands there"),
        ("CTR-1012 commits [$84,000.00](T1:lines/CTR-1011/at_risk).", "of CTR-1011, and the text speaks of another"),
        ("CTR-1011, CTR-1012: [€500.00](T1:lines/CTR-1012/at_risk), [$84,000.00](T1:lines/CTR-1011/at_risk)",
         "speaks of another"),
        ("CTR-1099 is missed.", "No result speaks of CTR-1099"),
        ("Eleven days are left.", "A number in words"),
        ("One contract is missed.", "A number in words"),
        ("Half of it is missed.", "A number in words"),
        ("It is due in ²days.", "A figure without its source"),
        ("It is due in ٣ days.", "A figure without its source"),
        ("A third, or ⅓, is missed.", "A figure without its source"),
        ("Many $ are lost.", "A sign of money"),
        ("See https://evil.example.", "no citation"),
        ("See [the terms](https://evil.example).", "no citation"),
        ("<b>All is well</b>", "no citation"),
        ("[$84,000.00](T1:lines/CTR-1011/at_risk) and then 12.", "A figure without its source"),
        ("", "There is no text."),
        ("- again\n" * (MOST_BLOCKS + 1), "too long"),
        ("x" * 20_000, "too long"),
    ],
)  # fmt: skip
def test_a_false_or_uncited_figure_is_told(text: str, said: str) -> None:
    assert any(said in problem for problem in check(text, RESULTS).problems), check(text, RESULTS).problems


def test_what_is_missed_or_critical_may_not_be_left_out() -> None:
    assert "CTR-1012" in check("CTR-1011 is missed.", RESULTS, ["CTR-1011", "CTR-1012"]).problems[0]


def test_amounts_of_two_contracts_can_not_change_places_in_a_sentence() -> None:
    right = "CTR-1011 [11](T1:lines/CTR-1011/days_left), CTR-1012 [-3](T1:lines/CTR-1012/days_left)"
    turned = "CTR-1011 [-3](T1:lines/CTR-1012/days_left), CTR-1012 [11](T1:lines/CTR-1011/days_left)"
    assert check(right, RESULTS).problems == ()
    assert len(check(turned, RESULTS).problems) == 2


def test_a_decision_named_between_does_not_change_whose_figure_it_is() -> None:
    text = "CTR-1011 is decided by DEC-1001, with [11](T1:lines/CTR-1011/days_left) days left."
    assert check(text, RESULTS).problems == ()
