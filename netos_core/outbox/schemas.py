"""What the notice centre takes and shows."""

from __future__ import annotations

from datetime import datetime, time

from pydantic import Field

from netos_core.kernel.fields import Mail, Text
from netos_core.kernel.page import Listing, ListRequest
from netos_core.kernel.redaction import Request, View
from netos_core.notices.rules.delivery import MessageState
from netos_core.notices.rules.kinds import NoticeKind, Way
from netos_core.notices.rules.wishes import Timing


class ListNotices(ListRequest):
    state: list[MessageState] | None = Field(
        None, description="Without it, all but the withdrawn: those were needless before they went out."
    )
    kind: list[NoticeKind] | None = None
    channel: list[Way] | None = None
    about: Text | None = Field(None, description="Ref of the record, such as CTR-1042.")
    mine: bool | None = Field(None, description="Only what went to you; who does not run NetOS sees nothing else.")


class NoticeRow(View):
    """A message to one person or place. `error` says why the last try failed, `repeat` that it may arrive twice."""

    ref: str
    title: str
    kind: str
    about: str | None
    channel: str
    recipient: str
    person: str | None
    state: str
    urgent: bool
    repeat: bool
    tries: int
    next_try_at: datetime | None
    error: str | None
    created_at: datetime
    delivered_at: datetime | None
    digest: str | None
    link: str | None


class WayTrouble(View):
    """A way that does not work as it should.

    `dead` messages of it were given up. Where it rests, `told` says why and `waiting` wait for it; `shut` is one whose
    system refuses our credential.
    """

    channel: str
    waiting: int
    dead: int
    shut: bool
    told: str | None
    since: datetime | None
    rests_until: datetime | None


class NoticeList(Listing):
    rows: list[NoticeRow]
    troubles: list[WayTrouble] = Field(description="Ways that rest or have dead messages, for who runs NetOS.")


class GetNotice(Request):
    ref: str = Field(description="Such as NTC-1001.", max_length=40)


class NoticeView(NoticeRow):
    """One message with its text, as its reader here may read it."""

    text: str
    may_send_again: bool


class ResendNotice(Request):
    """One dead message by its ref, or every dead one of a way."""

    ref: str | None = Field(None, description="Such as NTC-1001.", max_length=40)
    channel: Way | None = None


class Resent(View):
    """How many messages are tried anew."""

    count: int
    refs: list[str]


class GetNoticePreferences(Request):
    email: Mail | None = Field(None, description="Whose; your own without one.")


class WishView(View):
    """How one kind of notice reaches somebody. `chosen` is false where it always goes out at once."""

    kind: str
    words: str
    explained: str
    ways: list[str]
    timing: str
    chosen: bool


class NoticePreferences(View):
    """How somebody wants to be told. Hours (07:00) are of the business clock; `refused`: their address was refused."""

    email: str
    name: str
    is_you: bool
    wishes: list[WishView]
    ways: list[str]
    quiet_from: str | None
    quiet_until: str | None
    digest_at: str
    timezone: str
    refused: str | None
    refused_at: datetime | None


class WishEdit(Request):
    kind: NoticeKind
    ways: list[Way] = Field(description="mail, slack_direct; none leaves it in the notice centre.")
    timing: Timing = Timing.NOW


class SetNoticePreferences(Request):
    """How you want to be told. Kinds left out are as usual: by mail, at once."""

    email: Mail | None = Field(None, description="Whose; your own without one.")
    wishes: list[WishEdit] = Field(default_factory=list, max_length=20)
    quiet_from: time | None = Field(None, description="From then on only urgent notices, such as 20:00.")
    quiet_until: time | None = Field(None, description="Until then, such as 07:00.")
    digest_at: time = Field(time(7), description="When the digest is written.")
