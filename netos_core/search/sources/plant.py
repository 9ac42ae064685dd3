"""What the index holds of RF links and electrical accounts. No cost of theirs is in it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from netos_core.circuits.model import Circuit
from netos_core.customers.model import Customer
from netos_core.electrical.model import ElectricalAccount
from netos_core.links.model import RfLink
from netos_core.providers.model import Provider
from netos_core.search.sources.frame import Source, names_of, one_each, said, tags_of
from netos_core.sites.model import Site


def _rf_links() -> Source:
    a, z = aliased(Site), aliased(Site)
    rows = (
        select(
            RfLink.id,
            RfLink.ref,
            RfLink.name.label("title"),
            func.concat_ws(", ", RfLink.status, RfLink.band, RfLink.call_sign).label("detail"),
            one_each(RfLink.ref, RfLink.name, RfLink.call_sign).label("ids"),
            said(RfLink.name, RfLink.call_sign).label("names"),
            said(
                RfLink.name, "RF radio link", a.name, a.city, z.name, z.city, RfLink.description,
                tags_of(RfLink, "rf_link"),
            ).label("about"),
            said(
                RfLink.status, RfLink.band, RfLink.licensing, RfLink.radio_vendor, RfLink.radio_model, Circuit.ref,
                Circuit.provider_circuit_id,
            ).label("words"),
        )
        .join(a, a.id == RfLink.a_site_id)
        .join(z, z.id == RfLink.z_site_id)
        .outerjoin(Circuit, Circuit.id == RfLink.circuit_id)
        .where(RfLink.retired_at.is_(None))
    )  # fmt: skip
    return Source("rf_link", rows, RfLink.id)


def _electrical_accounts() -> Source:
    account = ElectricalAccount
    rows = (
        select(
            account.id,
            account.ref,
            func.concat_ws(" at ", Provider.name, Site.name).label("title"),
            func.concat_ws(", ", account.account_number, account.meter_number).label("detail"),
            one_each(account.ref, account.account_number, account.meter_number).label("ids"),
            said(account.account_number, account.meter_number, Site.name).label("names"),
            said(
                "electrical power account", Provider.name, Site.name, Site.city, Customer.name, account.description,
                tags_of(account, "electrical_account"),
            ).label("about"),
            said("utility electricity", account.tariff, account.voltage, names_of(Provider)).label("words"),
        )
        .join(Provider, Provider.id == account.provider_id)
        .join(Site, Site.id == account.site_id)
        .outerjoin(Customer, Customer.id == Site.customer_id)
        .where(account.retired_at.is_(None))
    )  # fmt: skip
    return Source("electrical_account", rows, account.id)


PLANT: Mapping[str, Source] = {"rf_link": _rf_links(), "electrical_account": _electrical_accounts()}
