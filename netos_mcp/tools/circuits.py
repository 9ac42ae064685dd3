"""Circuits, and what they earn and cost."""

from __future__ import annotations

from netos_core.finance import operations as finance
from netos_core.overview import operations as overview
from netos_mcp.answers import LIST_WORDS, Published

PUBLISHED = (
    Published(
        overview.search_circuits,
        "List circuits by provider, place, cost or deadline. By id: get_circuit. "
        'Example: {"near": "41,-85", "radius_km": 50}.',
        words={
            **LIST_WORDS,
            "sort": "-column descends.",
            "fields": "",
            "provider": "",
            "with_taken_over": "",
            "site": "And inside it.",
            "contract": "",
            "stub": "",
            "act_by_before": "",
            "state": "",
            "near": "",
            "radius_km": "",
        },
    ),
    Published(
        overview.get_circuit,
        "Show one circuit: ends, contract term and deadline, customers, contacts, events, notes, waiting changes. "
        'Example: {"ref": "CKT-1042"}.',
    ),
    Published(
        finance.get_circuit_pl,
        "Show what a circuit earned and cost by month, lines with basis and source. Sites: "
        'get_infrastructure_pl. Example: {"ref": "CKT-1042", "month": "2026-10-01"}.',
        words={"month": "", "until": ""},
    ),
)
