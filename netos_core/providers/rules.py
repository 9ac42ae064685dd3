"""What a provider's names and contacts may be, and the chains that must not bite their own tail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID


class AliasKind(StrEnum):
    BRAND = "brand"
    LEGAL = "legal"
    BILLING = "billing"
    FORMER = "former"
    MAIL_DOMAIN = "mail_domain"


class ContactKind(StrEnum):
    NOC = "noc"
    ESCALATION = "escalation"
    ACCOUNT_MANAGER = "account_manager"
    BILLING = "billing"
    SALES = "sales"
    OTHER = "other"


CALLED: Mapping[str, str] = {
    AliasKind.BRAND: "a brand of",
    AliasKind.LEGAL: "a legal name of",
    AliasKind.BILLING: "the name on bills of",
    AliasKind.FORMER: "a former name of",
    AliasKind.MAIL_DOMAIN: "a mail domain of",
}
"""What a name of each kind is to its provider."""
LEGAL_NAME = "the legal name of"
BUT_FOR_ITS_FORM = "but for punctuation and legal form a name of"

_LEGAL_FORMS = frozenset({
    "llc", "lc", "inc", "incorporated", "corp", "corporation", "co", "company", "ltd", "limited", "lp", "llp", "lllp",
    "plc", "pllc", "pc", "na", "ulc", "gmbh", "ag", "kg", "sa", "sas", "nv", "bv", "ab", "oy", "srl", "spa", "pty",
})  # fmt: skip
_MAIL_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.IGNORECASE)


def is_mail_domain(text: str) -> bool:
    """Tell whether a text is the part of a mail address after the @, such as lumen.com."""
    return _MAIL_DOMAIN.fullmatch(text) is not None


def bare(name: str) -> str:
    """Write a name without case, punctuation, a leading "the" and the legal form at its end; nothing but a form stays.

    Lumen Technologies, L.L.C. and LUMEN TECHNOLOGIES INC are one; Zayo and Zayo Group are two.
    """
    plain = name.lower().replace("&", " and ").replace(".", "").replace("'", "").replace("’", "")
    words = re.sub(r"[^\w]+", " ", plain).split()
    kept = words[1:] if words[:1] == ["the"] else words
    while kept and kept[-1] in _LEGAL_FORMS:
        kept = kept[:-1]
    return " ".join(kept or words)


def leads_back(start: UUID, next_of: Mapping[UUID, UUID | None]) -> bool:
    """Tell whether a chain (successors, parents) that sets out from a record comes back to it.

    Args:
        start: The record whose next one is about to be set.
        next_of: The next record of each; one that is missing ends the chain.
    """
    seen = {start}
    at = next_of.get(start)
    while at is not None and at not in seen:
        seen.add(at)
        at = next_of.get(at)
    return at == start


@dataclass(frozen=True, slots=True)
class Succession:
    """That a provider was taken over: by whom, and since when; None where the day is not recorded."""

    successor: UUID
    since: date | None


def successors_on(start: UUID, took_over: Mapping[UUID, Succession], day: date) -> tuple[UUID, ...]:
    """Give who a provider is part of on a day, nearest first; the last one is who stands today for all of them.

    A take-over whose day is not recorded has happened; one that is still to come ends the chain.
    """
    chain: list[UUID] = []
    step = took_over.get(start)
    while step is not None and (step.since is None or step.since <= day) and step.successor not in (start, *chain):
        chain.append(step.successor)
        step = took_over.get(step.successor)
    return tuple(chain)
