"""How much each field tells of the kind of sheet it stands in."""

from __future__ import annotations

from typing import Final

TELLING: Final[dict[str, dict[str, float]]] = {
    "circuits": {
        **dict.fromkeys(("provider_circuit_id",), 3.0),
        **dict.fromkeys(
            (
                "z_site",
                "foc_date",
            ),
            2.0,
        ),
        **dict.fromkeys(
            (
                "a_site",
                "z_address",
                "bandwidth",
                "port_speed",
                "legacy_circuit_id",
            ),
            1.5,
        ),
        **dict.fromkeys(
            (
                "a_address",
                "z_city",
                "service_type",
                "mrc",
                "install_date",
                "disconnect_date",
                "ban",
                "provider",
                "order_number",
                "billing_start_date",
            ),
            1.0,
        ),
        **dict.fromkeys(
            (
                "nrc",
                "status",
            ),
            0.7,
        ),
        **dict.fromkeys(("customer",), 0.6),
        **dict.fromkeys(("contract_number",), 0.3),
    },
    "sites": {
        **dict.fromkeys(
            (
                "latitude",
                "longitude",
                "clli",
                "lata",
                "building_name",
            ),
            1.5,
        ),
        **dict.fromkeys(
            (
                "address",
                "city",
                "state",
                "postal_code",
                "postal_code_plus4",
                "name",
                "floor",
                "suite",
                "market",
            ),
            1.0,
        ),
        **dict.fromkeys(("kind",), 0.8),
        **dict.fromkeys(
            (
                "external_id",
                "country",
                "parent",
            ),
            0.7,
        ),
    },
    "contracts": {
        **dict.fromkeys(("number",), 2.5),
        **dict.fromkeys(
            (
                "renewal_term_months",
                "total_value",
                "parent_number",
                "signed_date",
                "bid_number",
            ),
            2.0,
        ),
        **dict.fromkeys(
            (
                "term_end_date",
                "end_of_term",
            ),
            1.5,
        ),
        **dict.fromkeys(("term_start_date",), 1.2),
        **dict.fromkeys(
            (
                "title",
                "term_months",
                "notice",
                "notice_days",
                "auto_renews",
                "provider",
            ),
            1.0,
        ),
        **dict.fromkeys(
            (
                "department",
                "kind",
            ),
            0.8,
        ),
        **dict.fromkeys(("circuit_ids",), 0.5),
    },
    "providers": {
        **dict.fromkeys(("asn",), 3.0),
        **dict.fromkeys(
            (
                "portal_url",
                "noc_phone",
            ),
            2.5,
        ),
        **dict.fromkeys(
            (
                "legal_name",
                "aliases",
                "website",
                "noc_email",
                "account_manager",
            ),
            2.0,
        ),
        **dict.fromkeys(("name",), 1.2),
        **dict.fromkeys(("ban",), 0.5),
    },
    "customers": {
        **dict.fromkeys(
            (
                "email",
                "phone",
            ),
            2.0,
        ),
        **dict.fromkeys(("account_number",), 1.5),
        **dict.fromkeys(("name",), 1.2),
        **dict.fromkeys(("address",), 1.0),
        **dict.fromkeys(
            (
                "city",
                "state",
                "postal_code",
            ),
            0.8,
        ),
        **dict.fromkeys(("kind",), 0.6),
    },
}
# A field not listed is common to several kinds and weighs little.
COMMON: Final = 0.3
