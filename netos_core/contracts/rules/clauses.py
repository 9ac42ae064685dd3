"""What a contract says of its term and of the notice that ends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

# Beyond these a number is a slip of the pen: a hundred years of term, ten years of notice in days.
LONGEST_TERM_MONTHS = 1200
LONGEST_NOTICE = 3660


class ContractKind(StrEnum):
    AGREEMENT = "agreement"
    ORDER = "order"
    AMENDMENT = "amendment"
    LEASE = "lease"
    IRU = "iru"


class EndOfTerm(StrEnum):
    """What the clause does the day after the term ends if nobody has acted."""

    AUTO_RENEW = "auto_renew"
    ROLL = "roll"
    AUTO_DISCONNECT = "auto_disconnect"
    UNKNOWN = "unknown"


class NoticeUnit(StrEnum):
    DAYS = "days"
    BUSINESS_DAYS = "business_days"
    MONTHS = "months"


class NoticeCountedFrom(StrEnum):
    """The event that must not be later than the notice deadline: the provider's receipt or our sending."""

    RECEIVED = "received"
    DISPATCHED = "dispatched"
    UNKNOWN = "unknown"


class NoticeMethod(StrEnum):
    EMAIL = "email"
    CERTIFIED_MAIL = "certified_mail"
    COURIER = "courier"
    PORTAL = "portal"
    FAX = "fax"
    MAIL = "mail"
    ANY = "any"
    UNKNOWN = "unknown"


# Calendar days from sending to receipt, where the contract's own record gives none. House practice, no clause.
DELIVERY_LEAD_DAYS: Mapping[NoticeMethod, int] = {
    NoticeMethod.EMAIL: 0,
    NoticeMethod.PORTAL: 0,
    NoticeMethod.FAX: 0,
    NoticeMethod.ANY: 0,
    NoticeMethod.COURIER: 2,
    NoticeMethod.CERTIFIED_MAIL: 5,
    NoticeMethod.MAIL: 7,
    NoticeMethod.UNKNOWN: 0,
}

BY_METHOD: Mapping[NoticeMethod, str] = {
    NoticeMethod.EMAIL: " by email",
    NoticeMethod.PORTAL: " through the portal",
    NoticeMethod.FAX: " by fax",
    NoticeMethod.ANY: " by any method",
    NoticeMethod.COURIER: " by courier",
    NoticeMethod.CERTIFIED_MAIL: " by certified mail",
    NoticeMethod.MAIL: " by mail",
    NoticeMethod.UNKNOWN: "",
}


def counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice period as the clause has it; three months stay three months, never 90 days."""

    count: int
    unit: NoticeUnit

    def __str__(self) -> str:
        return counted(self.count, self.unit.value.replace("_", " ").removesuffix("s"))


@dataclass(frozen=True, slots=True)
class Terms:
    """One term of a contract and its notice clause, as stated; `None` is what the contract does not say.

    `delivery_lead_days` (calendar days) of `None` takes the method's usual lead. `co_terminus_end` is the end of
    the agreement that an order or amendment ends with, and rules over the order's own end. The renewal term may
    have a length and a notice of its own; a `renewal_notice` of `None` means that the same notice goes on.
    `notice_opens` is the other end of a window: notice given more than so long before the end does not count.
    """

    term_start_date: date | None
    term_months: int | None
    term_end_date: date | None
    end_of_term: EndOfTerm
    evergreen: bool
    notice: Notice | None
    notice_method: NoticeMethod
    delivery_lead_days: int | None
    notice_counted_from: NoticeCountedFrom
    co_terminus_end: date | None
    renewal_term_months: int | None = None
    renewal_notice: Notice | None = None
    notice_opens: Notice | None = None


@dataclass(frozen=True, slots=True)
class NoticeDates:
    """The last day notice counts, and the last business day to send it without faster service.

    `opens` is the first day notice counts, where the clause has a window; None where notice is never too early.
    """

    notice_deadline: date
    act_by: date
    opens: date | None


@dataclass(frozen=True, slots=True)
class Deadline:
    """When notice is due and why; or why there is no such day.

    Three kinds: known (`dates` is set), evergreen (month to month, so no day to miss) and unknown (`why` is the
    reason, for the worklist).
    """

    dates: NoticeDates | None
    evergreen: bool
    why: str

    @classmethod
    def known(cls, notice_deadline: date, act_by: date, why: str, opens: date | None = None) -> Deadline:
        return cls(NoticeDates(notice_deadline, act_by, opens), evergreen=False, why=why)

    @classmethod
    def unknown(cls, reason: str) -> Deadline:
        return cls(None, evergreen=False, why=reason)

    @classmethod
    def month_to_month(cls, notice: Notice | None) -> Deadline:
        """Have no deadline, and still show the notice that ends the service."""
        if notice is None:
            return cls(None, evergreen=True, why="It runs month to month; the contract states no notice period.")
        return cls(None, evergreen=True, why=f"It runs month to month and may be ended on {notice} of notice.")

    @property
    def notice_deadline(self) -> date | None:
        return None if self.dates is None else self.dates.notice_deadline

    @property
    def act_by(self) -> date | None:
        return None if self.dates is None else self.dates.act_by
