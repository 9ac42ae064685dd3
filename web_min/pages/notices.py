"""The notice centre: what went to whom, dead notices sent again, and how each person wants to be told."""

from __future__ import annotations

from functools import partial

from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.notices.rules.delivery import MessageState
from netos_core.notices.rules.kinds import WAY_WORDS, NoticeKind, Way
from netos_core.outbox.operations import (
    get_notice,
    get_notice_preferences,
    list_notices,
    resend_notice,
    set_notice_preferences,
)
from netos_core.outbox.schemas import (
    GetNotice,
    GetNoticePreferences,
    NoticePreferences,
    ResendNotice,
    SetNoticePreferences,
)
from web_min import asked
from web_min.export import as_csv_of, as_xlsx_of
from web_min.pages import views
from web_min.site import Site, Visit, get, post
from web_min.table import YES_NO, Column, Filter, Spec, choices, rows_of

NOTICES = Spec(
    "Notices",
    "/notices",
    "notice",
    list_notices,
    rows_of,
    (
        Column("ref", "Ref", "ref", sort="ref"),
        Column("title", "Title", "clip", "at-s", sort="title"),
        Column("kind", "Kind", "words", "at-l", sort="kind"),
        Column("channel", "Way", "words", "at-m", sort="channel"),
        Column("recipient", "To", "clip", "at-m", sort="recipient"),
        Column("state", "State", "notice", sort="state"),
        Column("tries", "Tries", "number", "at-l", sort="tries"),
        Column("next_try_at", "Next try", "moment", "at-xl", sort="next_try_at"),
        Column("error", "Last error", "clip", "at-l"),
        Column("created_at", "Since", "ago", "at-s", sort="created_at"),
    ),
    (
        Filter("state", "State", "many", choices(MessageState)),
        Filter("kind", "Kind", "many", choices(NoticeKind)),
        Filter("channel", "Way", "many", choices(Way)),
        Filter("about", "About"),
        Filter("mine", "To you", "one", YES_NO),
    ),
    "-created_at",
    "/notices",
)
SPECS = (NOTICES,)
TABS = (
    ("All", ""),
    ("To you", "mine=true"),
    ("Waiting", "state=waiting"),
    ("Not delivered", "state=dead"),
    ("For the digest", "state=held"),
    ("Taken back", "state=withdrawn"),
)
SAVED = "Saved. It holds from the next notice on."


def routes(site: Site) -> list[BaseRoute]:
    return [
        get(site, "/notices", _list, "notices"),
        get(site, "/notices.csv", partial(as_csv_of, spec=NOTICES), "notices_csv"),
        get(site, "/notices.xlsx", partial(as_xlsx_of, spec=NOTICES), "notices_xlsx"),
        post(site, "/notices/send", _send_again, "send_notices_again"),
        get(site, "/notices/{ref}", _show, "notice"),
        get(site, "/me/notices", _told, "how_told"),
        post(site, "/me/notices", _set, "set_how_told"),
    ]


def _list(visit: Visit) -> Response:
    return views.listed(visit, NOTICES, TABS, "notices.html")


def _show(visit: Visit) -> Response:
    notice = visit.call(get_notice, GetNotice(ref=str(visit.request.path_params["ref"])[:40]))
    return visit.page("notice.html", n=notice, toast=_toast(visit))


def _send_again(visit: Visit) -> Response:
    """Let one notice, or every dead one of a way, be tried anew; the first of them is shown."""
    wish = {name: visit.text(name) or None for name in ("ref", "channel")}
    done = visit.call(resend_notice, asked.validated(ResendNotice, wish))
    if wish["ref"]:
        return visit.go(f"/notices/{done.refs[0]}", said="again")
    return visit.go("/notices", channel=str(wish["channel"]))


def _toast(visit: Visit) -> dict[str, object] | None:
    if visit.request.query_params.get("said") != "again":
        return None
    return {"text": "It is tried again within seconds.", "undo": None, "back": None}


def _told(visit: Visit) -> Response:
    pairs = dict(asked.given(visit.request.query_params, ["email", "said"]))
    wish = asked.validated(GetNoticePreferences, {"email": pairs.get("email")})
    return _shown(visit, visit.call(get_notice_preferences, wish), SAVED if pairs.get("said") == "saved" else None)


def _shown(visit: Visit, preferences: NoticePreferences, text: str | None) -> Response:
    toast = {"text": text, "undo": None, "back": None} if text else None
    return visit.page("told.html", p=preferences, way_words=WAY_WORDS, toast=toast)


def _set(visit: Visit) -> Response:
    email = visit.text("email") or None
    kinds = [wish.kind for wish in visit.call(get_notice_preferences, GetNoticePreferences(email=email)).wishes]
    wishes = [
        {
            "kind": kind,
            "ways": [str(way) for way in visit.form.getlist(kind)],
            "timing": visit.text(f"when.{kind}") or "now",
        }
        for kind in kinds
    ]
    hours = {name: visit.text(name) or None for name in ("quiet_from", "quiet_until")}
    wish = {"email": email, "wishes": wishes, **hours, "digest_at": visit.text("digest_at")}
    visit.call(set_notice_preferences, asked.validated(SetNoticePreferences, wish))
    return visit.go("/me/notices", said="saved", **({"email": email} if email else {}))
