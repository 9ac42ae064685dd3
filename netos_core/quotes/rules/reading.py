"""Which values can be read out of a source, what kind each is, and which a person has to look at in any case."""

from __future__ import annotations

import re
from collections.abc import Mapping

from netos_core.quotes.rules.proof import Kind

# Fields of the quote itself. Its state and where it came from are not read; they are what happens here.
QUOTE_FIELDS: Mapping[str, Kind] = {
    "provider": Kind.QUOTED,
    "number": Kind.QUOTED,
    "a_site": Kind.CODED,
    "a_place": Kind.QUOTED,
    "z_site": Kind.CODED,
    "z_place": Kind.QUOTED,
    "service_type": Kind.CODED,
    "bandwidth_mbps": Kind.MBPS,
    "level": Kind.CODED,
    "received_date": Kind.DATE,
    "valid_until": Kind.DATE,
    "serviceability": Kind.CODED,
    "currency": Kind.CODED,
    "replaces": Kind.CODED,
    "requested_by": Kind.QUOTED,
}

# Fields of one term, written as its months and the field: 36.mrc.
TERM_FIELDS: Mapping[str, Kind] = {
    "term_months": Kind.NUMBER,
    "mrc": Kind.NUMBER,
    "nrc": Kind.NUMBER,
    "special_build": Kind.NUMBER,
    "tax_monthly": Kind.NUMBER,
    "escalator_percent": Kind.NUMBER,
    "install_days": Kind.NUMBER,
    "etf": Kind.NUMBER,
    "etf_terms": Kind.QUOTED,
}

OF_TERM = re.compile(r"([1-9]\d{0,2})\.([a-z_]+)")
ALWAYS = frozenset({"level"})  # how binding it is, is a judgement


def split(name: str) -> tuple[int | None, str]:
    """Take the name of a value apart: the months of its term, if it is of one, and its field."""
    found = OF_TERM.fullmatch(name)
    return (int(found[1]), found[2]) if found else (None, name)


def kind_of(name: str) -> Kind | None:
    """Return how a value is checked; None where no such value can be read."""
    term, field = split(name)
    return (QUOTE_FIELDS if term is None else TERM_FIELDS).get(field)


def names() -> list[str]:
    """List every name a value can have; 36 stands for any number of months."""
    return [*QUOTE_FIELDS, *(f"36.{field}" for field in TERM_FIELDS)]


def needs_a_person(name: str) -> bool:
    """Tell whether a person decides a value even where its words prove it: prices, terms, how binding it is."""
    term, field = split(name)
    return term is not None or field in ALWAYS


def in_order(name: str) -> tuple[int, int]:
    """Put the quote's own values first, then each term's, as forms show them."""
    term, field = split(name)
    listed = list(QUOTE_FIELDS if term is None else TERM_FIELDS)
    return term or 0, listed.index(field)
