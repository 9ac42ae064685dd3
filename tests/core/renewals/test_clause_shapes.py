"""Clauses of many shapes, each with the days a person counted for it and the rule that was counted by.

Nothing here was taken from what the code answers. Days are counted by the lengths of months: 90 days before 31 March
2027 are 30 to 1 March, 58 to 1 February, 89 to 1 January, 90 to 31 December. Business days are counted on a calendar
with the days off of 5 U.S.C. 6103 near the deadlines below; one on a Saturday is observed the Friday before, one on a
Sunday the Monday after:

    2026  3 July (Fri, for Sat 4), 26 November, 25 December (Fri)
    2027  1 January (Fri), 15 February, 31 May, 18 June (Fri, for Sat 19), 5 July (for Sun 4), 6 September, 11 October,
          24 December (Fri, for Sat 25), 31 December (Fri, for Sat 1 January 2028)
    2028  17 January, 10 November (Fri, for Sat 11), 25 December (Mon)
    2032  31 December (Fri, for Sat 1 January 2033)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from netos_core.contracts.plans.terms import EMPTY
from netos_core.contracts.queries import completed, terms_of
from netos_core.contracts.rules import EndOfTerm, Notice, NoticeCountedFrom, NoticeMethod, NoticeUnit, Terms
from netos_core.contracts.rules.papers import Paper, Papers
from netos_core.renewals.rules import Choice, Decided, faster_service_needed, look, place_on
from tests.core.renewals.making import USUAL

MARCH = "2027-03-31"

UNITS = {"d": NoticeUnit.DAYS, "m": NoticeUnit.MONTHS, "bd": NoticeUnit.BUSINESS_DAYS}
NOTICES = ("notice", "renewal_notice", "notice_opens")


def clause(**said: Any) -> Terms:
    """The order of three years to 31 March 2027 that renews by 12 months on 90 days by email, but as said.

    An end given alone stands alone; a notice reads "90 d", "3 m" or "5 bd".
    """
    for name in NOTICES:
        if said.get(name):
            count, unit = said[name].split()
            said[name] = Notice(int(count), UNITS[unit])
    if "end" in said:
        said |= {"term_start_date": None, "term_months": None, "term_end_date": day(said.pop("end"))}
    if "counted" in said:
        start, months = said.pop("counted")
        said |= {"term_start_date": day(start), "term_months": months, "term_end_date": None}
    return replace(USUAL, **said)


def day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def decided(
    choice: Choice, on: str, *, end: str | None = MARCH, executed: bool = False, succeeded: bool = False
) -> Decided:
    return Decided(day(end), choice, date.fromisoformat(on), executed, succeeded)


@dataclass(frozen=True)
class Shape:
    """What a clause says, the day it is looked at, and what a person finds: `act` is the due day unless said."""

    name: str
    terms: Terms
    today: str
    state: str
    rule: str
    due: str | None = None
    act: str | None = None
    opens: str | None = None
    end: str | None = MARCH
    term: int = 0
    decided: Decided | None = None
    alarm: str | None = None
    faster: bool = False
    says: str = ""


AUTO, ROLL, OFF = EndOfTerm.AUTO_RENEW, EndOfTerm.ROLL, EndOfTerm.AUTO_DISCONNECT
CERTIFIED, MAIL, COURIER = NoticeMethod.CERTIFIED_MAIL, NoticeMethod.MAIL, NoticeMethod.COURIER
SENT, NOT_SAID = NoticeCountedFrom.DISPATCHED, NoticeCountedFrom.UNKNOWN
LEAVE, PORT, RENEW, TALK = Choice.TERMINATE, Choice.PORT, Choice.RENEW, Choice.NEGOTIATE

DEC_31 = {"due": "2026-12-31", "act": "2026-12-31"}
LADDER = "3.3: stable d>180, watch 90<=d<=180, active 30<=d<90, critical d<30, overdue after the deadline; here d is "
RECEIPT = "3.3: where receipt counts, the delivery time comes off act_by; house lead in calendar days: "
ROLLED_BACK = "3.3: act_by is a business day on or before the deadline; "
SILENT = "3.3: auto_renew left undecided opens the renewal term at term end, and every further one; "
EARLIER = "3.3: a clause that can be read two ways takes the earlier date and says so; "
MONTHS = "3.3: notice is kept as written, three months are not 90 days; a day the month lacks becomes its last; "
LOUD = "3.3: decided is not terminal, and not executed by act_by it alarms as loudly as undecided; "
UNSAID = "3.3: what is missing makes it unknown with the reason, never evergreen or stable; "

SHAPES = [
    # The ladder, on 90 days before 31 March 2027
    Shape("181 days left", USUAL, "2026-07-03", "stable", LADDER + "181", **DEC_31),
    Shape("180 days left", USUAL, "2026-07-04", "watch", LADDER + "180", **DEC_31),
    Shape("90 days left", USUAL, "2026-10-02", "watch", LADDER + "90", **DEC_31),
    Shape("89 days left", USUAL, "2026-10-03", "active", LADDER + "89", **DEC_31),
    Shape("30 days left", USUAL, "2026-12-01", "active", LADDER + "30", **DEC_31),
    Shape("29 days left", USUAL, "2026-12-02", "critical", LADDER + "29", **DEC_31),
    Shape("the deadline itself", USUAL, "2026-12-31", "critical", LADDER + "0: 90 days before 2027-03-31", **DEC_31),
    Shape("the day after it", USUAL, "2027-01-01", "overdue", LADDER + "-1", **DEC_31),
    Shape("the last day of the term", USUAL, MARCH, "overdue", "3.3: overdue to the last day, inclusive", **DEC_31),
    # Days, months and business days, over month ends, leap days and days off
    Shape("three months", clause(end="2027-05-31", notice="3 m"), "2026-11-26", "watch", MONTHS + "Sun, so Fri; d 92",
          due="2027-02-28", act="2027-02-26", end="2027-05-31", says="more than one way"),
    Shape("ninety days of the same", clause(end="2027-05-31"), "2026-11-26", "watch", MONTHS + "29 + 31 + 30 = 90",
          due="2027-03-02", end="2027-05-31"),
    Shape("one month to a short month", clause(notice="1 m"), "2026-11-26", "watch", MONTHS + "there is no 31 February",
          due="2027-02-28", act="2027-02-26", says="more than one way"),
    Shape("one month to a leap day", clause(end="2028-03-31", notice="1 m"), "2028-02-01", "critical",
          MONTHS + "2028 has a 29 February, a Tue", due="2028-02-29", end="2028-03-31"),
    Shape("a year from a leap day", clause(end="2028-02-29", notice="12 m"), "2027-01-30", "critical",
          MONTHS + "2027 has none: the 28th, a Sun", due="2027-02-28", act="2027-02-26", end="2028-02-29"),
    Shape("from the end of February", clause(end="2027-02-28", notice="3 m"), "2026-11-27", "critical",
          EARLIER + "28 November, not the 30th; a Sat", due="2026-11-28", act="2026-11-27", end="2027-02-28",
          says="more than one way"),
    Shape("thirty days over a leap day", clause(end="2028-03-30", notice="30 d"), "2028-01-30", "active",
          "3.3: end - notice: 29 days to 1 March, 30 to 29 February; d is 30", due="2028-02-29", end="2028-03-30"),
    Shape("thirty days before a leap day", clause(end="2028-02-29", notice="30 d"), "2028-01-29", "critical",
          ROLLED_BACK + "30 January is a Sun", due="2028-01-30", act="2028-01-28", end="2028-02-29", faster=True),
    Shape("over New Year", clause(end="2027-01-15", notice="1 m"), "2026-11-26", "critical", MONTHS + "15 December",
          due="2026-12-15", end="2027-01-15"),
    Shape("no days at all", clause(notice="0 d"), MARCH, "critical", "3.3: end - 0 is the end, a Wed", due=MARCH),
    Shape("five business days", clause(end="2026-12-31", notice="5 bd"), "2026-12-24", "overdue",
          "3.3: end - notice: 30, 29, 28, 24, 23 December, over Christmas and a weekend", due="2026-12-23",
          end="2026-12-31"),
    Shape("ten over the Fourth", clause(end="2027-07-09", notice="10 bd"), "2027-06-24", "critical",
          "3.3: end - notice: 8, 7, 6, 2, 1 July, 30, 29, 28, 25, 24 June; the 5th is observed", due="2027-06-24",
          end="2027-07-09"),
    Shape("one over a New Year's Day observed", clause(end="2028-01-03", notice="1 bd"), "2027-12-30", "critical",
          "3.3: end - notice: 1 and 2 January are a weekend and Fri 31 December is observed", due="2027-12-30",
          end="2028-01-03"),
    Shape("thirty business days", clause(notice="30 bd"), "2027-01-18", "active",
          "3.3: end - notice: 22 in March, 8 in February; d is 30", due="2027-02-17"),
    Shape("two over Thanksgiving", clause(end="2026-11-27", notice="2 bd"), "2026-11-24", "critical",
          "3.3: end - notice: 25 and 24 November; the 26th is off", due="2026-11-24", end="2026-11-27"),
    # The last business day to act
    Shape("Memorial Day", clause(end="2027-06-30", notice="30 d"), "2027-05-29", "critical", ROLLED_BACK + "Mon is off",
          due="2027-05-31", act="2027-05-28", end="2027-06-30", faster=True),
    Shape("Juneteenth observed", clause(end="2027-07-18", notice="30 d"), "2027-05-18", "active",
          ROLLED_BACK + "Fri 18 June is off; d is 30", due="2027-06-18", act="2027-06-17", end="2027-07-18"),
    Shape("the Fourth observed", clause(end="2026-08-02", notice="30 d"), "2026-07-03", "critical",
          ROLLED_BACK + "Fri 3 July is off", due="2026-07-03", act="2026-07-02", end="2026-08-02", faster=True),
    Shape("Labor Day", clause(end="2027-10-06", notice="30 d"), "2027-09-04", "critical", ROLLED_BACK + "Mon is off",
          due="2027-09-06", act="2027-09-03", end="2027-10-06", faster=True),
    Shape("Columbus Day", clause(end="2027-11-10", notice="30 d"), "2027-04-11", "watch",
          ROLLED_BACK + "Mon is off; d is 180", due="2027-10-11", act="2027-10-08", end="2027-11-10"),
    Shape("Veterans Day observed", clause(end="2028-12-10", notice="30 d"), "2028-11-10", "critical",
          ROLLED_BACK + "Fri 10 November is off", due="2028-11-10", act="2028-11-09", end="2028-12-10", faster=True),
    Shape("Presidents Day", clause(end="2027-03-17", notice="30 d"), "2027-02-16", "overdue",
          ROLLED_BACK + "Mon is off, and so the Fri before", due="2027-02-15", act="2027-02-12", end="2027-03-17"),
    Shape("King Day", clause(end="2028-02-16", notice="30 d"), "2028-01-15", "critical", ROLLED_BACK + "Mon is off",
          due="2028-01-17", act="2028-01-14", end="2028-02-16", faster=True),
    Shape("Christmas", clause(end="2027-03-25"), "2026-12-25", "critical", ROLLED_BACK + "Fri 25 December is off",
          due="2026-12-25", act="2026-12-24", end="2027-03-25", faster=True),
    Shape("a Saturday after a day off", clause(end="2027-04-02"), "2027-01-01", "critical",
          ROLLED_BACK + "Sat 2 and Fri 1 January", due="2027-01-02", act="2026-12-31", end="2027-04-02", faster=True),
    # Delivery, receipt and dispatch
    Shape("certified mail received", clause(notice_method=CERTIFIED), "2026-12-25", "critical",
          RECEIPT + "5, to Sat 26; Fri is off", due="2026-12-31", act="2026-12-24", faster=True),
    Shape("certified mail sent", clause(notice_method=CERTIFIED, notice_counted_from=SENT), "2026-12-25", "critical",
          "3.3: where dispatch counts, delivery takes none", **DEC_31),
    Shape("certified mail, not said which", clause(notice_method=CERTIFIED, notice_counted_from=NOT_SAID), "2026-12-24",
          "critical", EARLIER + "as if receipt counts", due="2026-12-31", act="2026-12-24", says="sending or receipt"),
    Shape("certified mail over Thanksgiving", clause(end="2026-12-31", notice="30 d", notice_method=CERTIFIED),
          "2026-11-26", "critical", RECEIPT + "5, to Thu 26 November, off", due="2026-12-01", act="2026-11-25",
          end="2026-12-31", faster=True),
    Shape("overnight", clause(notice_method=COURIER, delivery_lead_days=1), "2026-12-30", "critical",
          RECEIPT + "the contract's own record says 1", due="2026-12-31", act="2026-12-30"),
    Shape("a courier", clause(notice_method=COURIER), "2026-12-01", "critical", RECEIPT + "2; d is 28",
          due="2026-12-31", act="2026-12-29"),
    Shape("plain mail", clause(notice_method=MAIL), "2026-12-28", "critical", RECEIPT + "7, to Thu 24",
          due="2026-12-31", act="2026-12-24", faster=True),
    Shape("a portal", clause(notice_method=NoticeMethod.PORTAL), "2026-12-31", "critical", RECEIPT + "0", **DEC_31),
    Shape("fax", clause(notice_method=NoticeMethod.FAX), "2026-12-31", "critical", RECEIPT + "0", **DEC_31),
    Shape("no method named", clause(notice_method=NoticeMethod.UNKNOWN), "2026-12-31", "critical",
          RECEIPT + "none can be allowed, which is said", **DEC_31, says="names no method"),
    # A window that opens and closes
    Shape("before the window", clause(notice_opens="180 d"), "2026-10-01", "watch",
          "3.3: end - 180 is when notice begins to count; the state hangs on act_by", opens="2026-10-02", **DEC_31,
          says="too early"),
    Shape("the window in months", clause(notice="3 m", notice_opens="6 m"), "2026-10-03", "active",
          MONTHS + "30 September and 31 December", opens="2026-09-30", **DEC_31),
    Shape("a window over a leap day", clause(end="2028-02-29", notice="60 d", notice_opens="120 d"), "2027-12-31",
          "critical", ROLLED_BACK + "29 to 31 January, 60 to 31 December, observed", opens="2027-11-01",
          due="2027-12-31", act="2027-12-30", end="2028-02-29", faster=True),
    Shape("a window that closed", clause(notice_opens="180 d"), "2027-01-01", "overdue", LADDER + "-1",
          opens="2026-10-02", **DEC_31),
    # The end of the term, stated and counted
    Shape("counted from its start", clause(counted=("2024-04-01", 36)), "2026-11-26", "active",
          "3.3: start + 36 months - 1 day; d is 35", **DEC_31, says="36 months from 2024-04-01"),
    Shape("started on a leap day", clause(counted=("2024-02-29", 36), notice="30 d"), "2026-11-26", "active",
          "3.3: a day the month lacks becomes its last, less a day: 27 February; d is 63", due="2027-01-28",
          end="2027-02-27"),
    Shape("ends on a leap day", clause(counted=("2027-03-01", 12), notice="30 d"), "2028-01-31", "overdue",
          "3.3: 1 March 2028 - 1 day", due="2028-01-30", act="2028-01-28", end="2028-02-29"),
    Shape("started on a 31st", clause(counted=("2026-08-31", 6), notice="30 d"), "2026-11-26", "active",
          "3.3: 31 February becomes the 28th, less a day", due="2027-01-28", end="2027-02-27"),
    Shape("before it starts", clause(counted=("2027-01-01", 12), notice="60 d"), "2026-11-26", "stable",
          "3.3: 30 to 1 December, 60 to 1 November; d is 340", due="2027-11-01", end="2027-12-31"),
    # What follows in silence
    Shape("the second term", USUAL, "2027-04-01", "stable", SILENT + "90 before 2028-03-31 over a leap day is Sat "
          "1 January, and Fri is observed", due="2028-01-01", act="2027-12-30", end="2028-03-31", term=1),
    Shape("the third term", USUAL, "2028-04-01", "stable", SILENT + "31 December 2028 is a Sun", due="2028-12-31",
          act="2028-12-29", end="2029-03-31", term=2),
    Shape("the fourth term", USUAL, "2029-12-02", "critical", SILENT + "d is 29", due="2029-12-31", end="2030-03-31",
          term=3),
    Shape("36 months more", clause(renewal_term_months=36), "2027-04-01", "stable", SILENT + "36 months",
          due="2029-12-31", end="2030-03-31", term=1),
    Shape("36 months more, twice", clause(renewal_term_months=36), "2030-04-01", "stable",
          SILENT + "31 December 2032 is observed for Sat 1 January 2033", due="2032-12-31", act="2032-12-30",
          end="2033-03-31", term=2),
    Shape("half years", clause(end="2026-06-30", notice="30 d", renewal_term_months=6), "2026-11-26", "critical",
          SILENT + "1 July to 31 December; d is 5", due="2026-12-01", end="2026-12-31", term=1),
    Shape("a month at a time", clause(renewal_term_months=1), "2027-04-01", "evergreen",
          "3.3: a renewal of one month at a time is month to month by the contract's own words", end=None, term=1,
          says="90 days of notice"),
    Shape("a length not stated", clause(renewal_term_months=None), "2027-04-01", "unknown", UNSAID + "no end",
          end=None, term=1, says="states no end date"),
    Shape("its own notice", clause(renewal_notice="30 d"), "2027-04-01", "stable",
          "3.3: the renewal term may have a notice of its own: 30 to 1 March 2028", due="2028-03-01", end="2028-03-31",
          term=1),
    Shape("into a leap February", clause(end="2027-02-28", notice="1 m"), "2027-03-01", "stable",
          SILENT + "1 March 2027 + 12 months - 1 day; 29 January is a Sat", due="2028-01-29", act="2028-01-28",
          end="2028-02-29", term=1),
    Shape("an order of 2010", clause(counted=("2010-04-01", 36)), "2026-11-26", "active",
          SILENT + "3 years to 2013 and 14 more; d is 35", **DEC_31, term=14),
    Shape("rolls, missed", clause(end_of_term=ROLL), "2027-02-01", "overdue", LADDER + "-32", **DEC_31),
    Shape("rolls, the day after", clause(end_of_term=ROLL), "2027-04-01", "evergreen",
          "3.3: roll is evergreen from the day after the end", end=None, term=1, says="90 days of notice"),
    Shape("rolled years ago", clause(end="2020-01-31", end_of_term=ROLL), "2026-11-26", "evergreen",
          "3.3: roll is evergreen from the day after the end", end=None, term=1),
    Shape("month to month", clause(evergreen=True, end=None, notice="30 d"), "2026-11-26", "evergreen",
          "3.3: month to month by its own words; its notice is still shown", end=None, says="30 days of notice"),
    Shape("month to month, no notice", clause(evergreen=True, end=None, notice=None, end_of_term=EndOfTerm.UNKNOWN),
          "2026-11-26", "evergreen", "3.3: month to month by its own words", end=None, says="no notice period"),
    Shape("disconnects", clause(end_of_term=OFF), "2026-12-31", "critical", "3.3: the deadline is to keep the service",
          **DEC_31),
    Shape("disconnected", clause(end_of_term=OFF), "2027-04-01", "overdue", "3.3: missing it alarms, no term follows",
          **DEC_31),
    # What the paper does not say
    Shape("no end", clause(end=None), "2026-11-26", "unknown", UNSAID + "end", end=None, says="no end date"),
    Shape("no notice", clause(notice=None), "2026-11-26", "unknown", UNSAID + "notice", says="no notice period"),
    Shape("no action", clause(end_of_term=EndOfTerm.UNKNOWN), "2026-11-26", "unknown", UNSAID + "action",
          says="no end-of-term action"),
    Shape("nothing", clause(end=None, notice=None, end_of_term=EndOfTerm.UNKNOWN), "2026-11-26", "unknown",
          UNSAID + "all", end=None, says="no end date, no notice period and no end-of-term action"),
    Shape("a start without months", clause(counted=("2024-04-01", None)), "2026-11-26", "unknown", UNSAID + "end",
          end=None, says="no end date"),
    Shape("no notice, renewed", clause(notice=None), "2027-04-01", "unknown", SILENT + "and its notice is missing too",
          end="2028-03-31", term=1, says="no notice period"),
    # Ends with another
    Shape("with its agreement", clause(end=None, notice="60 d", co_terminus_end=date(2027, 6, 30)), "2026-11-26",
          "watch", "R2: co-terminus; 29 to 1 June, 60 to Sat 1 May; d is 155", due="2027-05-01", act="2027-04-30",
          end="2027-06-30", says="ends with the agreement"),
    Shape("with an agreement that ends sooner", clause(co_terminus_end=date(2026, 12, 31)), "2026-11-26", "overdue",
          "R2: the agreement's end rules; 30 to 1 December, 61 to 31 October, 90 to 2 October", due="2026-10-02",
          end="2026-12-31"),
    Shape("renewed with its agreement", clause(end=None, co_terminus_end=date(2027, 3, 31)), "2027-04-01", "stable",
          SILENT + "as the agreement does", due="2028-01-01", act="2027-12-30", end="2028-03-31", term=1),
    # Decided, and carried out or not
    Shape("leaving, not served", USUAL, "2026-12-15", "decided", LOUD + "d is 16", **DEC_31,
          decided=decided(LEAVE, "2026-11-02"), alarm="critical"),
    Shape("leaving, missed", USUAL, "2027-01-01", "decided", LOUD + "d is -1", **DEC_31,
          decided=decided(LEAVE, "2026-11-02"), alarm="overdue"),
    Shape("leaving, served", USUAL, "2026-12-31", "decided", "R1: executed by notice served with proof", **DEC_31,
          decided=decided(LEAVE, "2026-11-02", executed=True)),
    Shape("left", USUAL, "2027-06-01", "decided", "3.3: it ended with its term, and nothing follows", **DEC_31,
          decided=decided(LEAVE, "2026-11-02", executed=True)),
    Shape("meant to leave, and renewed", USUAL, "2027-04-01", "stable", SILENT + "intent is no notice",
          due="2028-01-01", act="2027-12-30", end="2028-03-31", term=1, decided=decided(LEAVE, "2026-11-02")),
    Shape("talks", USUAL, "2026-12-31", "decided", LOUD + "talks carry nothing out", **DEC_31,
          decided=decided(TALK, "2026-11-02"), alarm="critical"),
    Shape("porting away from a roll", clause(end_of_term=ROLL), "2026-12-31", "decided", LOUD + "d is 0", **DEC_31,
          decided=decided(PORT, "2026-11-02"), alarm="critical"),
    Shape("decided early", USUAL, "2026-07-03", "decided", LADDER + "181: stable does not alarm", **DEC_31,
          decided=decided(LEAVE, "2026-07-01")),
    Shape("decided tomorrow", USUAL, "2026-11-26", "active", "R1: decided once a decision is recorded", **DEC_31,
          decided=decided(LEAVE, "2026-11-27")),
    Shape("decided for another term", USUAL, "2026-11-26", "active", "R1: a decision is for that term", **DEC_31,
          decided=decided(LEAVE, "2026-11-02", end="2026-03-31")),
    Shape("renewing by silence", USUAL, "2027-04-01", "stable", "3.3: after an executed renewal a fresh cycle",
          due="2028-01-01", act="2027-12-30", end="2028-03-31", term=1,
          decided=decided(RENEW, "2026-11-02", executed=True)),
    Shape("renewed by a new order", USUAL, "2027-04-01", "decided",
          "3.3: only what is left undecided opens its renewal term; R1: executed by the new term signed", **DEC_31,
          decided=decided(RENEW, "2026-11-02", executed=True, succeeded=True)),
    Shape("renewed by a new order, would roll", clause(end_of_term=ROLL), "2027-06-01", "decided",
          "R1: executed by the new term signed, so it does not roll on beside it", **DEC_31,
          decided=decided(RENEW, "2026-11-02", executed=True, succeeded=True)),
    Shape("unknown, and decided", clause(notice=None), "2026-11-26", "decided", UNSAID + "so no rung to alarm on",
          decided=decided(LEAVE, "2026-11-02"), says="no notice period"),
]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name.replace(" ", "-"))
def test_the_days_a_person_counts(shape: Shape) -> None:
    decisions: Mapping[date | None, Decided] = {shape.decided.term_end_date: shape.decided} if shape.decided else {}
    today = date.fromisoformat(shape.today)
    place = place_on(shape.terms, decisions, today)
    dates = place.deadline.dates
    found = (
        place.term.number,
        place.term.end,
        dates and dates.notice_deadline,
        dates and dates.act_by,
        dates and dates.opens,
        place.state,
        place.alarm,
        faster_service_needed(place.deadline, today),
    )
    act = shape.act or shape.due
    counted = (shape.term, day(shape.end), day(shape.due), day(act), day(shape.opens))
    assert found == (*counted, shape.state, shape.alarm, shape.faster), shape.rule
    assert shape.says in place.deadline.why, shape.rule


# Clauses that lean on the contract above: what is not stated goes on as it was

NOTHING = {**EMPTY, "end_of_term": "unknown"}
ORDER = {
    **NOTHING, "id": 1, "kind": "order", "term_start_date": date(2024, 4, 1), "term_months": 36,
    "term_end_date": date(2027, 3, 31), "end_of_term": "auto_renew", "renewal_term_months": 24, "notice_count": 90,
    "notice_unit": "days", "notice_method": "email", "notice_counted_from": "received",
}  # fmt: skip
AMENDMENT = {**NOTHING, "id": 2, "kind": "amendment", "parent_id": 1}
ANOTHER = {**NOTHING, "id": 3, "kind": "amendment", "parent_id": 2, "term_end_date": date(2028, 3, 31)}
LONGER = {"term_start_date": date(2026, 6, 1), "term_end_date": date(2031, 5, 31)}
NEXT = {"term_end_date": date(2028, 3, 31)}


@pytest.mark.parametrize(
    ("row", "today", "found", "rule"),
    [
        (AMENDMENT | LONGER, "2026-11-26", ("2031-05-31", "2031-03-02", "2031-02-28", "stable"),
         "R2: extends the term and keeps the 90 days: 2 March 2031, a Sun"),
        (AMENDMENT | LONGER, "2031-06-01", ("2033-05-31", "2033-03-02", "2033-03-02", "stable"),
         "R2: and renews by the 24 months of its order; 2 March 2033 is a Wed"),
        (AMENDMENT | NEXT | {"notice_count": 60, "notice_unit": "days"}, "2027-11-26",
         ("2028-03-31", "2028-01-31", "2028-01-31", "active"), "R2: 30 to 1 March, 59 to 1 February; d is 66"),
        (AMENDMENT | NEXT | {"end_of_term": "auto_disconnect"}, "2028-04-01",
         ("2028-03-31", "2028-01-01", "2027-12-30", "overdue"), "R2: replaces the renewal by a disconnect"),
        (AMENDMENT | NEXT | {"notice_method": "certified_mail"}, "2027-12-28",
         ("2028-03-31", "2028-01-01", "2027-12-27", "critical"), "R2: replaces the method: 5 days off Sat 1 January"),
        (ANOTHER, "2026-11-26", ("2028-03-31", "2028-01-01", "2027-12-30", "stable"),
         "R2: an amendment of an amendment keeps the notice of the order two above"),
        (AMENDMENT, "2026-11-26", (None, None, None, "unknown"), "3.3: it states no end of its own"),
        (ORDER | {"notice_unit": None}, "2026-11-26", ("2027-03-31", None, None, "unknown"),
         "3.3: notice is count and unit; 90 of what is not stated"),
        (ORDER | {"id": 4, "parent_id": 1, "co_terminus": True, "renewal_term_months": None}, "2027-04-01",
         ("2029-03-31", "2028-12-31", "2028-12-29", "stable"),
         "R2: a co-terminus order renews by the 24 months of its agreement; 31 December 2028 is a Sun"),
    ],
)  # fmt: skip
def test_the_days_of_what_leans_on_another(row: Any, today: str, found: tuple[str | None, ...], rule: str) -> None:
    others = [one for one in (ORDER, AMENDMENT, ANOTHER) if one["id"] != row["id"]]
    terms = terms_of(completed(row, Papers(Paper(one, governs=False) for one in (*others, row))))
    place = place_on(terms, {}, date.fromisoformat(today))
    end, due, act, state = found
    there = (place.term.end, place.deadline.notice_deadline, place.deadline.act_by, place.state)
    assert there == (day(end), day(due), day(act), state), rule


def test_what_an_amendment_replaced_is_superseded_and_alarms_no_more() -> None:
    seen = look(USUAL, {}, None, date(2027, 1, 1), is_new=True, superseded=True, mrc=None)
    assert (seen.place.state, seen.place.alarm, seen.next_on) == ("superseded", None, None)


def test_the_table_is_long_enough_and_names_each_shape_once() -> None:
    assert len({shape.name for shape in SHAPES}) == len(SHAPES) >= 60
