"""Who may come in and what acts for them: people, one with their browsers, tokens and agents, the rights table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote

from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.access.rules import RISK, Aspect, Scope
from netos_core.kernel.errors import Invalid
from netos_core.people.operations import (
    close_access,
    create_feed,
    create_token,
    end_sessions,
    get_person,
    list_people,
    list_rights,
    open_access,
    revoke_feed,
    revoke_token,
)
from netos_core.people.rules import DEFAULT_DAYS, LONGEST_DAYS
from netos_core.people.schemas import (
    CreateFeed,
    CreateToken,
    FeedMade,
    GetPerson,
    ListPeople,
    ListRights,
    PersonView,
    RevokeFeed,
    RevokeToken,
    SetAccess,
    SignOut,
    TokenMade,
)
from web_min import asked
from web_min.format import words
from web_min.site import Site, Visit, get, post

YOU = "/you"
SAID = {
    "out": "Signed out of every browser.",
    "closed": "Shut out: sessions ended, tokens revoked.",
    "opened": "Let in again.",
    "revoked": "Token revoked.",
    "unfed": "Calendar feed revoked.",
}
ASPECTS = {str(aspect): RISK[aspect].words for aspect in Aspect}
WORDS: Mapping[str, Mapping[str, str]] = {
    "see": {"money": "amounts", "bank": "bank details"},
    "propose": ASPECTS,
    "approve": ASPECTS,
    "run": {"people": "people and their access"},
}
VERBS = (("see", "Sees"), ("propose", "Proposes"), ("approve", "Approves"), ("run", "Runs"))


def routes(site: Site) -> list[BaseRoute]:
    return [
        get(site, "/people", _people, "people"),
        get(site, "/people/{email}", _person, "person"),
        get(site, YOU, _you, "you"),
        get(site, "/rights", _rights, "rights"),
        post(site, "/you/tokens", _make_token, "make_token"),
        post(site, "/you/feed", _make_feed, "make_feed"),
        post(site, "/people/acts", _act, "act_on_person"),
    ]


def _people(visit: Visit) -> Response:
    wanted = visit.request.query_params.get("active")
    active = {"yes": True, "no": False}.get(wanted or "")
    return visit.page("people.html", page=visit.call(list_people, ListPeople(active=active)), chosen=wanted)


def _person(visit: Visit) -> Response:
    return _shown(
        visit, visit.call(get_person, asked.validated(GetPerson, {"email": visit.request.path_params["email"]}))
    )


def _you(visit: Visit) -> Response:
    return _shown(visit, visit.call(get_person, GetPerson(email=None)))


def _shown(visit: Visit, person: PersonView, made: TokenMade | None = None, feed: FeedMade | None = None) -> Response:
    text = SAID.get(visit.request.query_params.get("said", ""))
    return visit.page(
        "person.html",
        person=person,
        made=made,
        feed_url=f"{visit.site.core.settings.url}/feeds/{feed.secret}.ics" if feed else None,
        rights=[(label, _of(person, verb)) for verb, label in VERBS],
        scopes=[*Scope],
        days=DEFAULT_DAYS,
        most_days=LONGEST_DAYS,
        mcp_url=f"{visit.site.core.settings.url}/mcp",
        toast={"text": text, "undo": None, "back": None} if text else None,
    )


def _rights(visit: Visit) -> Response:
    return visit.page(
        "rights.html",
        table=[
            {
                "role": row.role,
                "sees": _said("see", row.sees),
                "proposes": _said("propose", row.proposes),
                "approves": _said("approve", row.approves),
                "runs": _said("run", row.runs),
                "reads": _said("read", row.reads),
            }
            for row in visit.call(list_rights, ListRights()).roles
        ],
    )


def _said(verb: str, what: Iterable[str]) -> str:
    """Write what a role may do with a verb as one phrase."""
    named = WORDS.get(verb, {})
    return ", ".join(named.get(one, words(one).lower()) for one in what) or "nothing"


def _of(person: PersonView, verb: str) -> str:
    held = (right.partition(":") for right in person.rights)
    return _said(verb, (what for held_verb, _, what in held if held_verb == verb and what != "changes"))


def _make_token(visit: Visit) -> Response:
    """Answer with the page itself, not a redirect: the secret is shown this once and is in no address."""
    wish = {"name": visit.text("name"), "scope": visit.text("scope"), "days": visit.text("days")}
    made = visit.call(create_token, asked.validated(CreateToken, wish))
    return _shown(visit, visit.call(get_person, GetPerson(email=None)), made)


def _make_feed(visit: Visit) -> Response:
    """Answer with the page itself, as with a token."""
    made = visit.call(create_feed, CreateFeed())
    return _shown(visit, visit.call(get_person, GetPerson(email=None)), feed=made)


def _act(visit: Visit) -> Response:
    """Do one act on a person; what it may be is a list, and the core says who may."""
    email, why = visit.text("email"), visit.text("reason")
    match visit.text("act"):
        case "sign_out":
            person, said = visit.call(end_sessions, asked.validated(SignOut, {"email": email or None})), "out"
        case "close":
            wish = asked.validated(SetAccess, {"email": email, "reason": why})
            person, said = visit.call(close_access, wish), "closed"
        case "open":
            wish = asked.validated(SetAccess, {"email": email, "reason": why})
            person, said = visit.call(open_access, wish), "opened"
        case "revoke":
            person, said = visit.call(revoke_token, asked.validated(RevokeToken, {"ref": visit.text("ref")})), "revoked"
        case "unfeed":
            person, said = visit.call(revoke_feed, asked.validated(RevokeFeed, {"email": email or None})), "unfed"
        case _:
            raise Invalid("There is no such act.", field="act", fix="Use the buttons of the page.")
    if person.is_you and said == "out":
        return visit.go("/sign-in")
    return visit.go(YOU if person.is_you else f"/people/{quote(person.email, safe='@')}", said=said)
