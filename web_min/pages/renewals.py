"""The board of renewals, the timeline, and the page of a decision."""

from __future__ import annotations

from functools import partial

from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from netos_core.letters.operations import list_letters
from netos_core.letters.schemas import ListLetters
from netos_core.overview.operations import get_timeline
from netos_core.overview.schemas.timeline import GetTimeline
from netos_core.renewals.operations import get_decision, get_pipeline
from netos_core.renewals.rules import LEAVING, RenewalState
from netos_core.renewals.schemas import GetDecision, GetPipeline, ListRenewals
from web_min import asked, gantt
from web_min.asked import validated
from web_min.pages.records import LETTERS_SHOWN, shared
from web_min.site import Site, Visit, get

SEE_OTHER = 303
STATES = tuple(state.value for state in RenewalState if state is not RenewalState.SUPERSEDED)


def routes(site: Site) -> list[BaseRoute]:
    return [
        get(site, "/pipeline", _pipeline, "pipeline"),
        get(site, "/timeline", _timeline, "timeline"),
        get(site, "/decisions", _decisions, "decisions"),
        get(site, "/decisions/{ref}", _decision, "decision"),
    ]


def _pipeline(visit: Visit) -> Response:
    pairs = asked.given(visit.request.query_params, asked.filters_of(GetPipeline))
    request = asked.request_of(GetPipeline, pairs)
    known = asked.filters_of(ListRenewals)
    return visit.page(
        "pipeline.html",
        board=visit.call(get_pipeline, request),
        wish=request,
        mine=visit.person.email,
        link=partial(asked.address, "/pipeline", pairs),
        listed=partial(asked.address, "/renewals", [pair for pair in pairs if pair[0] in known]),
    )


def _timeline(visit: Visit) -> Response:
    pairs = asked.given(visit.request.query_params, asked.filters_of(GetTimeline))
    request = asked.request_of(GetTimeline, pairs)
    found = visit.call(get_timeline, request)
    return visit.page(
        "timeline.html",
        t=found,
        chart=gantt.chart(found),
        wish=request,
        states=STATES,
        link=partial(asked.address, "/timeline", pairs),
    )


def _decisions(_visit: Visit) -> Response:
    return RedirectResponse("/renewals?state=decided", SEE_OTHER)


def _decision(visit: Visit) -> Response:
    view = visit.call(get_decision, validated(GetDecision, {"ref": visit.request.path_params["ref"]}))
    leaving = view.choice in LEAVING
    return visit.page(
        "decision.html",
        d=view,
        letters=visit.call(list_letters, ListLetters(decision=view.ref, limit=LETTERS_SHOWN)) if leaving else None,
        **shared(visit, view.ref),
    )
