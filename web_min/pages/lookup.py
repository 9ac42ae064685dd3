"""Address lookup: what lies around a place, whether service is there and what it may cost."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.circuits.rules import ServiceType
from netos_core.kernel.errors import Invalid, NotFound
from netos_core.lookup.operations import look_up_address
from netos_core.lookup.schemas import LookUpAddress
from web_min import asked, errors
from web_min.forms import said
from web_min.pages.find import page_of
from web_min.site import Site, Visit, get
from web_min.table import choices

ASKED = tuple(LookUpAddress.model_fields)
TONES = {"serviceable": "good", "near_net": "info", "not_serviceable": "bad"}


def routes(site: Site) -> list[BaseRoute]:
    return [get(site, "/lookup", _page, "lookup")]


def _page(visit: Visit) -> Response:
    pairs = asked.given(visit.request.query_params, ASKED)
    given = {**dict.fromkeys(ASKED, ""), **dict(pairs)}
    about: dict[str, Any] = {
        "given": given,
        "types": choices(ServiceType),
        "chosen": [value for name, value in pairs if name == "service_type"],
        "page_of": page_of,
        "tones": TONES,
    }
    if not any(given[name] for name in ("address", "site", "lat", "lon")):
        return visit.page("lookup.html", found=None, refusal=None, **about)
    try:
        found = visit.call(look_up_address, asked.request_of(LookUpAddress, pairs))
    except (Invalid, NotFound) as refusal:
        status = errors.shown(refusal).status
        return visit.page("lookup.html", status=status, found=None, refusal=said(refusal), **about)
    return visit.page("lookup.html", found=found, refusal=None, **about)
