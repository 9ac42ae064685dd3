"""What a model reads, counted with the o200k vocabulary: tools, a page of circuits, and the largest answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bpe_openai import get_encoding  # type: ignore[import-untyped]
from sqlalchemy import text

from bench.figures import Figure
from bench.house import House
from bench.wire import wire

PAGE_OF_50, RESULT, ALL_TOOLS, PROMISED = 2800.0, 8000.0, 4200.0, 24
_MOST = "select t.ref from {0} t join {1} p on p.{0}_id = t.id group by 1 order by count(*) desc limit 1"
LARGEST = {
    kind: _MOST.format(kind, part)
    for kind, part in (
        ("provider", "circuit"),
        ("site", "termination"),
        ("customer", "circuit_customer"),
        ("contract", "contract_circuit"),
        ("circuit", "circuit_event"),
        ("proposal", "proposal_change"),
    )
}
"""The record of each kind with the most parts."""


def count(said: Any) -> int:
    """Count the tokens of a text, or of a value as compact JSON."""
    written = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return len(get_encoding("o200k_base").encode_ordinary(written))


def measure(place: House, port: int) -> tuple[list[Figure], list[str]]:
    """Count everything; returns the figures and a line for each tool and each answer."""
    with wire(port) as client:
        tools = client.request("tools/list", {})["tools"]
        views = {
            tool["name"]: count(
                {"name": tool["name"], "description": tool["description"], "input_schema": tool["inputSchema"]}
            )
            for tool in tools
        }
        page = client.call("search_circuits", {"limit": 50})
        sizes = {}
        for tool, arguments in _largest(place, tools):
            answer = client.call(tool, arguments)
            if not answer.get("isError"):
                sizes[tool] = (count(answer["content"][0]["text"]), count(answer["structuredContent"]))
    largest, (of_text, of_json) = max(sizes.items(), key=lambda item: max(item[1]))
    whole = sum(views.values())
    figures = [
        Figure("tokens: 50 circuits listed, as text", "", count(page["content"][0]["text"]), PAGE_OF_50),
        Figure("tokens: the same as structured JSON", "", count(page["structuredContent"])),
        Figure(f"tokens: largest result, {largest}", "", max(of_text, of_json), RESULT),
        Figure(f"tokens: model's view of {len(views)} tools", "", whole, ALL_TOOLS * len(views) / PROMISED),
        Figure(f"tokens: the same at {PROMISED} tools of that size", "", whole / len(views) * PROMISED, ALL_TOOLS),
    ]
    lines = ["tokens of each tool's view (name, description, input schema) and of its largest answer (text, JSON):"]
    for name in sorted({*views, *sizes}, key=lambda name: -views.get(name, 0)):
        answer_text, answer_json = sizes.get(name, ("", ""))
        lines.append(f"  {name:22}{views.get(name, 0):6}{answer_text:>10}{answer_json:>8}")
    return figures, lines


def _largest(place: House, tools: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Ask each tool that only reads for the most it gives."""
    with place.core.session() as session:
        refs = {kind: session.scalar(text(sql)) for kind, sql in LARGEST.items()}
    given: dict[str, dict[str, Any]] = {
        "get_circuit": {"ref": refs["circuit"]},
        "get_circuit_pl": {"ref": refs["circuit"]},
        "get_outage_history": {"ref": refs["circuit"], "since": "2000-01-01"},
        "get_site": {"ref": refs["site"]},
        "get_provider": {"ref": refs["provider"]},
        "get_customer": {"ref": refs["customer"]},
        "get_contract": {"ref": refs["contract"]},
        "get_change": {"change_id": refs["proposal"]},
        "search": {"query": "indianapolis"},
    }
    for tool in tools:
        schema = tool["inputSchema"]
        if not tool["annotations"]["readOnlyHint"] or not set(schema.get("required", ())) <= set(
            given.get(tool["name"], ())
        ):
            continue
        most = {"detail": "detailed"} if "detail" in schema["properties"] else {}
        limit = schema["properties"].get("limit", {}).get("maximum")
        yield tool["name"], {**given.get(tool["name"], {}), **most, **({"limit": limit} if limit else {})}
