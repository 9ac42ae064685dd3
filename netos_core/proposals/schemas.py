"""What may be asked for."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from netos_core.kernel.redaction import Request

KindName = Literal[
    "circuit", "event", "provider", "alias", "contact", "billing_account", "customer", "customer_contact", "site",
    "site_cost", "site_circuit", "attribution", "rf_link", "electrical_account", "electrical_bill", "allocation_rule",
    "accounting_period", "contract", "contract_circuit",
    "contract_site", "decision", "quote", "quote_term", "order", "order_step", "letter", "document", "interface",
    "handoff_port", "vlan", "bgp_session", "ip_block", "note", "tag", "feedback", "feedback_comment",
]  # fmt: skip
Action = Literal["update", "create", "retire"]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2000)]


class Item(Request):
    """One record of a bulk change."""

    ref: str | None = None
    set: dict[str, Any] = Field(default_factory=dict)


class ProposeChange(Request):
    """A wish: which record, which fields, and why."""

    kind: KindName
    reason: Reason = Field(description="Why, in your own words; people see it beside the diff.")
    action: Action = "update"
    ref: str | None = Field(None, description="Record to change, such as CKT-1042; leave out to create.")
    set: dict[str, Any] = Field(
        default_factory=dict, description='Fields to new values, such as {"mrc": "1250.00"}; null clears.'
    )
    items: list[Item] = Field(
        default_factory=list, max_length=2000, description="Bulk: one {ref, set} each; shared fields go in set."
    )


class Rebase(Request):
    """Plan a proposal that went stale anew, on the current values."""

    change_id: str
