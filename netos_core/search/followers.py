"""Whose words come from which rows: a site that is renamed is found anew, and so is each circuit that ends there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from netos_core.annotations.model import Tag
from netos_core.circuits.model import Circuit, CircuitCustomer, Termination
from netos_core.contracts.model import Contract
from netos_core.electrical.model import ElectricalAccount
from netos_core.feedback.model import FeedbackComment
from netos_core.letters.model import Letter
from netos_core.links.model import RfLink
from netos_core.network.model import BgpSession, HandoffPort, Interface, IpBlock, Vlan
from netos_core.providers.model import BillingAccount, Provider, ProviderAlias, ProviderContact
from netos_core.quotes.model import CircuitOrder, Quote
from netos_core.search.sources import OWNERS
from netos_core.sites.model import Site


@dataclass(frozen=True, slots=True)
class Follower:
    """Records of one table that say something of rows of another.

    Args:
        entity: Their table.
        ids: Selects their ids.
        by: The column that names the row they say something of.
    """

    entity: str
    ids: Select[Any]
    by: Any

    def of(self, rows: Sequence[UUID]) -> Select[Any]:
        return self.ids.where(self.by.in_(rows)).distinct()


NETWORK_MODELS: Sequence[Any] = (Interface, HandoffPort, Vlan, BgpSession, IpBlock)
_ALIASED_CIRCUITS = select(Circuit.id).join(ProviderAlias, ProviderAlias.provider_id == Circuit.provider_id)
_ALIASED_ACCOUNTS = select(ElectricalAccount.id).join(
    ProviderAlias, ProviderAlias.provider_id == ElectricalAccount.provider_id
)
_ALIASED_QUOTES = select(Quote.id).join(ProviderAlias, ProviderAlias.provider_id == Quote.provider_id)
_ORDERS_WITH = select(CircuitOrder.id).join(Quote, Quote.id == CircuitOrder.quote_id)
_ALIASED_ORDERS = _ORDERS_WITH.join(ProviderAlias, ProviderAlias.provider_id == Quote.provider_id)
_POWERED_SITES = select(ElectricalAccount.id).join(Site, Site.id == ElectricalAccount.site_id)
_LETTERS_UNDER = select(Letter.id).join(Contract, Contract.id == Letter.contract_id)
_ALIASED_LETTERS = _LETTERS_UNDER.join(ProviderAlias, ProviderAlias.provider_id == Contract.provider_id)
_ALIASED_CONTRACTS = select(Contract.id).join(ProviderAlias, ProviderAlias.provider_id == Contract.provider_id)

FOLLOWERS: Mapping[str, Sequence[Follower]] = {
    "termination": (Follower("circuit", select(Termination.circuit_id), Termination.id),),
    "circuit_customer": (Follower("circuit", select(CircuitCustomer.circuit_id), CircuitCustomer.id),),
    "provider": (
        Follower("circuit", select(Circuit.id), Circuit.provider_id),
        Follower("contract", select(Contract.id), Contract.provider_id),
        Follower("site", select(Site.id), Site.provider_id),
        Follower("provider", select(Provider.id), Provider.successor_id),
        Follower("electrical_account", select(ElectricalAccount.id), ElectricalAccount.provider_id),
        Follower("quote", select(Quote.id), Quote.provider_id),
        Follower("circuit_order", _ORDERS_WITH, Quote.provider_id),
        Follower("letter", _LETTERS_UNDER, Contract.provider_id),
    ),
    "provider_alias": (
        Follower("provider", select(ProviderAlias.provider_id), ProviderAlias.id),
        Follower("circuit", _ALIASED_CIRCUITS, ProviderAlias.id),
        Follower("contract", _ALIASED_CONTRACTS, ProviderAlias.id),
        Follower("electrical_account", _ALIASED_ACCOUNTS, ProviderAlias.id),
        Follower("quote", _ALIASED_QUOTES, ProviderAlias.id),
        Follower("circuit_order", _ALIASED_ORDERS, ProviderAlias.id),
        Follower("letter", _ALIASED_LETTERS, ProviderAlias.id),
    ),
    "contract": (Follower("letter", select(Letter.id), Letter.contract_id),),
    "provider_contact": (Follower("provider", select(ProviderContact.provider_id), ProviderContact.id),),
    "billing_account": (Follower("provider", select(BillingAccount.provider_id), BillingAccount.id),),
    "site": (
        Follower("circuit", select(Termination.circuit_id), Termination.site_id),
        Follower("site", select(Site.id), Site.parent_id),
        Follower("rf_link", select(RfLink.id), RfLink.a_site_id),
        Follower("rf_link", select(RfLink.id), RfLink.z_site_id),
        Follower("electrical_account", select(ElectricalAccount.id), ElectricalAccount.site_id),
        Follower("quote", select(Quote.id), Quote.a_site_id),
        Follower("quote", select(Quote.id), Quote.z_site_id),
        *(Follower(m.__tablename__, select(m.id), m.site_id) for m in NETWORK_MODELS if m is not BgpSession),
    ),
    "circuit": (
        *(Follower(m.__tablename__, select(m.id), m.circuit_id) for m in NETWORK_MODELS),
        Follower("rf_link", select(RfLink.id), RfLink.circuit_id),
        Follower("quote", select(Quote.id), Quote.replaces_id),
        Follower("circuit_order", select(CircuitOrder.id), CircuitOrder.circuit_id),
    ),
    "quote": (Follower("circuit_order", select(CircuitOrder.id), CircuitOrder.quote_id),),
    "customer": (
        Follower("circuit", select(CircuitCustomer.circuit_id), CircuitCustomer.customer_id),
        Follower("site", select(Site.id), Site.customer_id),
        Follower("electrical_account", _POWERED_SITES, Site.customer_id),
    ),
    "feedback_comment": (Follower("feedback", select(FeedbackComment.feedback_id), FeedbackComment.id),),
    "tag": tuple(Follower(entity, select(Tag.entity_id).where(Tag.entity == entity), Tag.id) for entity in OWNERS),
}
"""By the table of the row that changed."""
