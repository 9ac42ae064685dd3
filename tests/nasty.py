"""Inputs that once were answered as a bug of ours; the API, the tools and the pages are asked with all of them."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

HALF = "\ud800"
FAR_DAYS = ("0001-01-01", "9999-12-31", "1899-12-31", "2201-01-01")
FAR_INSTANTS = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59")


def nested(levels: int) -> dict[str, Any]:
    made: dict[str, Any] = {"a": 1}
    for _ in range(levels):
        made = {"a": made}
    return made


def _part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def altered(cursor: str) -> list[str]:
    """Alter a cursor of ours: its mark stays, so that it seems to belong to its list."""
    mark = cursor.partition(".")[0]
    ids = ("5", "-5", "9" * 40, "9" * 5000, _part(b"\0" * 16), _part(b"\xff" * 3), "", "!", "x" * 22, "٣")
    keys = (
        b"",
        b"\0",
        b"\xff\xfe",
        b"None",
        b"NaN",
        b"1e999999",
        b"9" * 60,
        b"0001-01-01 BC",
        b"infinity",
        b"\xed\xa0\x80",
    )
    made = [f"{mark}.{one}" for one in ids]
    made += [f"{mark}.{one}.{_part(key)}" for one in (ids[0], ids[4]) for key in keys]
    return [*made, mark, mark + ".", mark + "..", cursor[:-1], cursor + "A", cursor + ".", "x" * 9000]


PROPOSALS: tuple[dict[str, Any], ...] = (
    {"set": nested(500)},
    {"set": nested(40)},
    {"set": {"mrc": nested(200)}},
    {"set": {HALF: "1"}},
    {"set": {"market": HALF}},
    {"set": {"market": "\0"}},
    {"set": {"market": "x" * 1_000_000}},
    {"set": {"mrc": 10**400}},
    {"set": {"mrc": "1e400000"}},
    {"set": {"mrc": "NaN"}},
    {"set": {"install_date": "0001-01-01"}},
    {"set": {"install_date": "9999-12-31"}},
    {"set": {"install_date": 10**18}},
    {"set": {"x" * 10_000: 1}},
    {"set": {"a": list(range(200_000))}},
    {"items": [{"ref": HALF, "set": {}}]},
    {"items": [{"ref": "CKT-1001", "set": nested(100)}]},
    {"items": [{HALF: 1}]},
    {"items": nested(100)},
    {"ref": HALF},
    {"ref": "CKT-" + "9" * 300},
    {"action": HALF},
    {"action": nested(500)},
    {"kind": HALF},
    {"kind": nested(500)},
    {"reason": HALF * 4},
    {HALF: 1},
    {"x" * 100_000: 1},
    {"colour": nested(500)},
)


def proposals(ref: str) -> Iterator[dict[str, Any]]:
    for wrong in PROPOSALS:
        yield {"kind": "circuit", "ref": ref, "set": {"market": "X"}, "reason": "as told", **wrong}


READS: tuple[tuple[str, dict[str, Any]], ...] = (
    *(("get_outage_history", {"since": day}) for day in FAR_DAYS),
    *(("get_outage_history", {"until": day}) for day in FAR_DAYS),
    ("get_outage_history", {"since": FAR_INSTANTS[0]}),
    *(("get_circuit_pl", {"month": day}) for day in FAR_DAYS),
    *(("search_circuits", {"act_by_before": day}) for day in FAR_DAYS),
    *(
        ("search_contracts", {name: day})
        for day in FAR_DAYS
        for name in ("act_by_before", "act_by_after", "ends_before")
    ),
    ("search_circuits", {"min_mrc": "1e400000"}),
    ("search_circuits", {"max_mbps": "-1e400000"}),
    ("search_circuits", {"fields": ["x" * 20_000]}),
    ("search_circuits", {"sort": "x" * 20_000}),
    ("search_circuits", {"limit": 10**30}),
    ("search_circuits", {"city": "x" * 20_000}),
    ("get_circuit", {"ref": "x" * 20_000}),
    ("list_renewals", {"within_days": 10**30}),
)
"""Without the ref of the circuit, which is added where the operation takes one."""

OF_A_CIRCUIT = frozenset({"get_outage_history", "get_circuit_pl", "get_circuit"})


def reads(ref: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, arguments in READS:
        yield name, {"ref": ref, **arguments} if name in OF_A_CIRCUIT else dict(arguments)
