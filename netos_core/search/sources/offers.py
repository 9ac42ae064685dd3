"""What the index holds of quotes and of orders. No price is in it: prices stand in the terms of a quote."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from netos_core.circuits.model import Circuit
from netos_core.providers.model import Provider
from netos_core.quotes.model import CircuitOrder, Quote
from netos_core.search.sources.frame import Source, names_of, one_each, said, tags_of
from netos_core.sites.model import Site


def _quotes() -> Source:
    a, z = aliased(Site), aliased(Site)
    service = func.replace(Quote.service_type, "_", " ")
    rows = (
        select(
            Quote.id,
            Quote.ref,
            said(Provider.name, service, Quote.number).label("title"),
            func.replace(Quote.state, "_", " ").label("detail"),
            one_each(Quote.ref, Quote.number).label("ids"),
            said(Provider.name, Quote.number).label("names"),
            said(
                "quote offer", Provider.name, service, a.name, a.city, Quote.a_place, z.name, z.city, Quote.z_place,
                tags_of(Quote, "quote"),
            ).label("about"),
            said(
                func.replace(Quote.state, "_", " "), func.replace(Quote.level, "_", " "), names_of(Provider),
                Quote.requested_by, Circuit.ref, Circuit.provider_circuit_id,
            ).label("words"),
        )
        .join(Provider, Provider.id == Quote.provider_id)
        .outerjoin(a, a.id == Quote.a_site_id)
        .outerjoin(z, z.id == Quote.z_site_id)
        .outerjoin(Circuit, Circuit.id == Quote.replaces_id)
        .where(Quote.retired_at.is_(None))
    )  # fmt: skip
    return Source("quote", rows, Quote.id)


def _orders() -> Source:
    service = func.replace(Quote.service_type, "_", " ")
    rows = (
        select(
            CircuitOrder.id,
            CircuitOrder.ref,
            said(Provider.name, service, CircuitOrder.number).label("title"),
            func.concat_ws(", ", Quote.ref, Circuit.ref).label("detail"),
            one_each(CircuitOrder.ref, CircuitOrder.number).label("ids"),
            said(Provider.name, CircuitOrder.number).label("names"),
            said("order of a circuit", Provider.name, service, tags_of(CircuitOrder, "circuit_order")).label("about"),
            said(Quote.ref, Quote.number, Circuit.ref, Circuit.provider_circuit_id, names_of(Provider)).label("words"),
        )
        .join(Quote, Quote.id == CircuitOrder.quote_id)
        .join(Provider, Provider.id == Quote.provider_id)
        .outerjoin(Circuit, Circuit.id == CircuitOrder.circuit_id)
        .where(CircuitOrder.retired_at.is_(None))
    )
    return Source("order", rows, CircuitOrder.id)


OFFERS: Mapping[str, Source] = {"quote": _quotes(), "circuit_order": _orders()}
