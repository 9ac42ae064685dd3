"""What an outside system adds to an answer of the core, once the call's transaction is over.

No network call is made inside an open transaction, and every door shall give the same answer: so an operation that
an outside system adds to is named here, and `Core.call` asks for the addition after its read has been committed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from netos_core.lookup.checker import Answer, Question
from netos_core.lookup.rules.reach import Service
from netos_core.lookup.schemas import AddressLookup, Availability, LookUpAddress, OfferView
from netos_core.vendors.errors import VendorError

if TYPE_CHECKING:
    from netos_core.runtime.calls import Core

log = logging.getLogger(__name__)
CHECKER = "Availability checker"

WORDS = {
    Service.SERVICEABLE: "The availability checker says that service can be had there.",
    Service.NEAR_NET: "The availability checker says that service is near, and has to be built.",
    Service.NOT_SERVICEABLE: "The availability checker says that no service can be had there.",
    Service.UNKNOWN: "The availability checker does not know this place.",
}


def availability(core: Core, request: LookUpAddress, view: AddressLookup) -> AddressLookup:
    """Have the configured checker say whether service is there; our own answer stays where it does not."""
    if core.availability is None:
        return view
    place = view.place
    question = Question(
        place.line1, place.city, place.state, place.postal_code, place.lat, place.lon, request.bandwidth_mbps
    )
    if place.lat is None and (place.line1 is None or (place.postal_code is None and place.city is None)):
        return _own(view, "The availability checker was not asked: it needs a street with a city, or coordinates.")
    try:
        with core.watch(CHECKER).asking():
            answer = core.availability.ask(question)
    except VendorError as refusal:
        log.warning("availability not told", extra={"code": refusal.code})
        return _own(view, f"{refusal.message} {refusal.fix or ''}".strip())
    if answer.status is Service.UNKNOWN and view.availability.status is not Service.UNKNOWN:
        return _own(view, WORDS[answer.status])
    return view.model_copy(update={"availability": _told(answer)})


def _own(view: AddressLookup, problem: str) -> AddressLookup:
    return view.model_copy(update={"availability": view.availability.model_copy(update={"problem": problem})})


def _told(answer: Answer) -> Availability:
    return Availability(
        answered_by="service_checker",
        status=answer.status,
        why=WORDS[answer.status],
        normalized_address=answer.normalized_address,
        lat=answer.lat,
        lon=answer.lon,
        offers=[
            OfferView(
                provider=o.provider, technology=o.technology, down_mbps=o.down_mbps, up_mbps=o.up_mbps, mrc=o.mrc,
                nrc=o.nrc, currency=o.currency, term_months=o.term_months, confidence=o.confidence,
            )
            for o in answer.offers
        ],
        as_of=answer.as_of,
        request_id=answer.request_id,
        problem=None,
    )  # fmt: skip


ADDITIONS: Mapping[str, Callable[[Core, Any, Any], Any]] = {"look_up_address": availability}
