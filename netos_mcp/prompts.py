"""Common jobs as prompts: which tools to call, in which order, and what to hand the person at the end."""

from __future__ import annotations

from typing import Annotated, Any

from fastmcp import FastMCP
from pydantic import Field


def add_prompts(server: FastMCP[Any]) -> None:
    for prompt in PROMPTS.values():
        server.prompt(prompt)


def renewal_review(
    within_days: Annotated[str, Field(description="Act by within so many days; 90 without it.")] = "90",
    provider: Annotated[str, Field(description="One provider by ref or name; all without it.")] = "",
) -> str:
    """Review the contracts whose notice is due: keep, renegotiate or end each."""
    days = _word(within_days) or "90"
    of = f", provider “{_word(provider)}”" if _word(provider) else ""
    return _steps(
        f"Review the renewals to decide on within {days} days{of}.",
        f"list_renewals with within_days {days}{of}; follow next_cursor to its end. Overdue and critical come first.",
        "For each contract, most urgent act_by first: get_contract for term, notice clause and why the deadline is "
        "what it is; search_circuits with contract for what it governs.",
        "For its costly circuits: get_circuit_pl. Do not add modeled amounts to actual ones.",
        "Show one table: contract, act_by, what silence costs, margin, advice (keep, renegotiate or end) and the "
        "evidence for it. Say where a deadline or an amount is unknown; do not guess it.",
        "Change nothing unless the person asks; then propose_change with kind decision, action create and a reason "
        "that names the evidence. Show the diff and the approval link, and stop: a person approves, never you.",
    )


def new_circuit_intake(
    provider: Annotated[str, Field(description="Provider, by ref or name.")],
    provider_circuit_id: Annotated[str, Field(description="The carrier's circuit id, if it is known.")] = "",
    site: Annotated[str, Field(description="Site of the A end, by ref or name, if it is known.")] = "",
) -> str:
    """Take in a new circuit from an order or a letter: look for twins, ask for what is missing, propose it."""
    given, at = _word(provider_circuit_id), _word(site)
    told = (f", id “{given}”" if given else "") + (f", at “{at}”" if at else "")
    wanted = f"“{given}”" if given else "the carrier's circuit id, once the person has told it"
    return _steps(
        f"Take in a new circuit of “{_word(provider)}”{told}.",
        f"search for {wanted}: if a circuit answers to it, show that and stop.",
        f"get_provider for “{_word(provider)}”; get_site for {f'“{at}”' if at else 'each end'}. Where several answer, "
        "ask which is meant.",
        "Read netos://schema/circuit for the fields. Ask for provider, id, service_type, bandwidth_mbps, both ends, "
        "status and mrc where they are missing; leave out what nobody knows.",
        "propose_change with kind circuit, action create, set and a reason that names the paper it comes from.",
        "Show the diff and warnings, then confirm_change. On needs_approval give the link and stop.",
    )


def outage_report(
    circuit: Annotated[str, Field(description="Circuit, by ref or the carrier's id.")],
    since: Annotated[str, Field(description="First day, such as 2026-01-01; the last twelve months without it.")] = "",
) -> str:
    """Report a circuit's outages for its customers and its provider: when, how long, how available it was."""
    ref, day = _word(circuit), _word(since)
    return _steps(
        f"Report the outages of “{ref}”{f' since {day}' if day else ''}.",
        f"get_circuit for “{ref}”: customers, provider, what is open now.",
        f"get_outage_history for it{f' with since {day}' if day else ''}; keep maintenance apart from outages.",
        "get_provider for whom to call, if an outage is open.",
        "Write: the total minutes and availability as they are told, each outage with start, end and cause, and what "
        "is not recorded. Compute no credit: no rule for one is recorded here.",
        "Change nothing. If an outage is missing, propose_change with kind event when the person asks.",
    )


def _steps(job: str, *steps: str) -> str:
    return "\n".join([job, *(f"{number}. {step}" for number, step in enumerate(steps, 1))])


def _word(given: str) -> str:
    return " ".join(given.split())


PROMPTS = {made.__name__: made for made in (renewal_review, new_circuit_intake, outage_report)}
