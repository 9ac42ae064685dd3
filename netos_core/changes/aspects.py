"""What a change touches, and so who may propose, see and approve it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache

from netos_core.access.rules import RISK, Aspect, highest
from netos_core.changes.rules import WEIGHT, Action, Change, ChangeSet

# What a kind of row is, where its fields do not say otherwise.
ENTITY_ASPECT: dict[str, Aspect] = {
    "note": Aspect.NOTE,
    "document": Aspect.NOTE,
    "tag": Aspect.NOTE,
    "provider_contact": Aspect.CONTACT,
    "contract": Aspect.TERM,
    "contract_circuit": Aspect.TERM,
    "contract_site": Aspect.TERM,
    "renewal_decision": Aspect.TERM,
    "site_cost": Aspect.MONEY,
    "electrical_bill": Aspect.MONEY,
    "allocation_rule": Aspect.MONEY,
    "accounting_period": Aspect.MONEY,
    "customer_contact": Aspect.CONTACT,
    "feedback": Aspect.NOTE,
    "feedback_comment": Aspect.NOTE,
    "quote_term": Aspect.MONEY,
    "revenue_attribution": Aspect.MONEY,
}

_OF_LETTERS_OUTSIDE = ("sending", "sending_key", "wording", "pdf_sha256", "pdf_document_id", "serve_to", "served_date",
                       "served_method", "tracking_number", "proof_document_id")  # fmt: skip

# The one table of fields that weigh more, or less, than their row.
FIELD_ASPECT: dict[str, dict[str, Aspect]] = {
    "provider": {
        "noc_phone": Aspect.CONTACT,
        "noc_email": Aspect.CONTACT,
        "remittance_address": Aspect.BANK,
        "bank_name": Aspect.BANK,
        "bank_routing": Aspect.BANK,
        "bank_account": Aspect.BANK,
    },
    "circuit": {"mrc": Aspect.MONEY, "nrc": Aspect.MONEY},
    "circuit_customer": {"mrr": Aspect.MONEY},
    "bgp_session": {"md5_key": Aspect.KEY},
    "document": {"sensitivity": Aspect.MONEY},
    "rf_link": {"monthly_cost": Aspect.MONEY},
    "quote_term": {
        "quote_id": Aspect.ATTRIBUTE,
        "term_months": Aspect.ATTRIBUTE,
        "install_days": Aspect.ATTRIBUTE,
        "currency": Aspect.ATTRIBUTE,
    },
    "order_step": {"charge": Aspect.MONEY},
    "renewal_decision": {
        "owner_id": Aspect.ATTRIBUTE,
        "due_date": Aspect.ATTRIBUTE,
        "reasoning": Aspect.ATTRIBUTE,
        "confirmed_date": Aspect.ATTRIBUTE,
        "confirmation": Aspect.ATTRIBUTE,
    },
    "letter": dict.fromkeys(_OF_LETTERS_OUTSIDE, Aspect.OUTSIDE),
    "contract": {
        **dict.fromkeys(("mrc", "nrc", "total_value", "etf", "escalator"), Aspect.MONEY),
        **dict.fromkeys(("title", "number", "description"), Aspect.ATTRIBUTE),
    },
}
# Fields that weigh as more than one thing: what leaving costs is money, and a term of the contract too.
ALSO: dict[tuple[str, str], frozenset[Aspect]] = {("contract", "etf"): frozenset({Aspect.TERM})}

# The right without which values of a class are withheld, and so neither proposed nor decided.
SEEN_WITH: dict[Aspect, str] = {Aspect.MONEY: "see:money", Aspect.BANK: "see:bank"}
SEE = "(shown with)"
"""Key of the labels of a change under which stands the right that its row is shown with, where the row has a class."""

ENDING = frozenset({"deprovisioning", "decommissioned", "cancelled"})


@cache
def field_aspect(entity: str, column: str) -> Aspect:
    return FIELD_ASPECT.get(entity, {}).get(column) or ENTITY_ASPECT.get(entity, Aspect.ATTRIBUTE)


def hidden_aspects(rights: Collection[str]) -> frozenset[Aspect]:
    """List the classes of values these rights do not show."""
    return frozenset(aspect for aspect, right in SEEN_WITH.items() if right not in rights)


def not_to_propose(aspects: Iterable[Aspect], rights: Collection[str]) -> list[Aspect]:
    """List what these rights do not propose: nobody proposes a class of values they may not see."""
    hidden = hidden_aspects(rights)
    return sorted(a for a in aspects if a in hidden or f"propose:{a}" not in rights)


def aspects_of(change_set: ChangeSet, *, bulk_limit: int) -> frozenset[Aspect]:
    """List what a change set touches; a retirement, an ending status and a large number weigh by themselves.

    What is of the sort of notes weighs nothing beside something graver: who decides that decides it along.
    """
    found: set[Aspect] = set()
    for change in change_set.changes:
        found |= _aspects(change)
    records = {(change.ref or str(change.id)) for change in change_set.changes}
    if len(records) > bulk_limit:
        found.add(Aspect.BULK)
    return frozenset(found - {Aspect.NOTE} or found)


def _aspects(change: Change) -> set[Aspect]:
    own = ENTITY_ASPECT.get(change.entity, Aspect.ATTRIBUTE)
    if change.action in (Action.RETIRE, Action.RESTORE):
        return {own if own is Aspect.NOTE and SEE not in change.labels else Aspect.DELETE}
    found = {own} if change.action is Action.CREATE else set()
    for column, value in change.after.items():
        if change.action is Action.CREATE and (value is None or column in ("ref", "currency", "sensitivity")):
            continue
        found.add(field_aspect(change.entity, column))
        found |= ALSO.get((change.entity, column), frozenset())
        if change.entity == "circuit" and column == "status" and value in ENDING:
            found.add(Aspect.DELETE)
    return found


def risk_words(aspects: Iterable[Aspect]) -> str:
    """Say why a change is as risky as it is, the gravest first."""
    ordered = sorted(aspects, key=lambda a: (-WEIGHT[RISK[a].risk], str(a)))
    top = highest(ordered)
    return f"{top.capitalize()} risk: " + ", ".join(RISK[a].words for a in ordered if RISK[a].risk is top)
