"""From what is asked of RF links and ties to the exact rows that would change. Plans many as one, writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from netos_core.changes.plans import Wanted, changed
from netos_core.changes.rows import About, Draft, Kind, plan_leaving, plan_rows
from netos_core.changes.rules import Action, Change
from netos_core.circuits import queries as circuits
from netos_core.contracts import queries as contracts
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Conflict, Invalid
from netos_core.links import queries
from netos_core.links.model import ContractSite, SiteCircuit
from netos_core.links.rules import RfStatus, SubtendRole, overlap
from netos_core.links.schemas import ContractSiteEdit, RfLinkEdit, SiteCircuitEdit
from netos_core.sites import queries as sites


class Doubled(Conflict):
    """The same two records would be tied twice for the same days."""


def _circuit_part(row: Mapping[str, Any], about: About) -> str:
    return f"circuit {about[row['circuit_id']].ref}"


def _site_part(row: Mapping[str, Any], about: About) -> str:
    return f"site {about[row['site_id']].ref}"


RF_LINK = Kind(
    "rf_link",
    "RF link",
    required=("a_site", "z_site"),
    links={"a_site": sites.names, "z_site": sites.names, "circuit": circuits.names},
    shown=("ref", "name", "call_sign"),
    names=queries.names,
    kept=("name", "status", "currency"),
)
SITE_CIRCUIT = Kind(
    "site_circuit",
    "subtended circuit",
    required=("site", "circuit"),
    links={"site": sites.names, "circuit": circuits.names},
    shown=("role", "starts_on", "ends_on"),
    owner="site",
    part=_circuit_part,
    lists="get_site",
    kept=("role",),
)
CONTRACT_SITE = Kind(
    "contract_site",
    "leased site",
    required=("contract", "site"),
    links={"contract": contracts.names, "site": sites.names},
    shown=("starts_on", "ends_on"),
    owner="contract",
    part=_site_part,
    lists="get_contract",
)


def plan_rf_links(ctx: Context, wanted: Sequence[Wanted[RfLinkEdit]]) -> list[Change]:
    """Plan a batch of RF links.

    Raises:
        NotFound: A name in it means nothing we have.
        Invalid: An end is missing, both ends are one site, or its days are in the wrong order.
        Conflict: The same link is asked for twice.
    """

    def complete(draft: Draft) -> None:
        a, z = (draft.about[draft.values[end]].name for end in ("a_site_id", "z_site_id"))
        draft.values["name"] = draft.values.get("name") or f"{a} to {z}"
        draft.values["status"] = draft.values.get("status") or RfStatus.PLANNED
        draft.values["currency"] = draft.values.get("currency") or ctx.policy.currency

    return plan_rows(ctx, RF_LINK, wanted, complete=complete, check=_check_rf_links)


def _check_rf_links(drafts: Sequence[Draft]) -> None:
    for draft in drafts:
        if draft.values["a_site_id"] == draft.values["z_site_id"]:
            raise Invalid("An RF link joins two sites.", field="z_site", fix="Give another site at the Z end.")
        _check_days(draft.values)


def _check_days(values: Mapping[str, Any]) -> None:
    starts, ends = values.get("starts_on"), values.get("ends_on")
    if starts and ends and ends < starts:
        raise Invalid("It ends before it starts.", field="ends_on")


def plan_site_circuits(ctx: Context, wanted: Sequence[Wanted[SiteCircuitEdit]]) -> list[Change]:
    """Plan which circuits hang off which assets, and when; a tie is changed and retired by its row id.

    Raises:
        NotFound: A site, circuit or id means nothing we have.
        Invalid: A field is missing, or its days are in the wrong order.
        Conflict: A circuit would hang off an asset twice on one day, or a tie is asked for twice.
    """

    def complete(draft: Draft) -> None:
        draft.values["role"] = draft.values.get("role") or SubtendRole.SUBTENDED

    def check(drafts: Sequence[Draft]) -> None:
        _refuse_doubled(ctx, SiteCircuit, ("site_id", "circuit_id"), drafts, wanted)

    return plan_rows(ctx, SITE_CIRCUIT, wanted, complete=complete, check=check)


def plan_contract_sites(ctx: Context, wanted: Sequence[Wanted[ContractSiteEdit]]) -> list[Change]:
    """Plan which sites contracts are for, and when; a tie is changed and retired by its row id.

    Raises:
        NotFound: A contract, site or id means nothing we have.
        Invalid: A field is missing, or its days are in the wrong order.
        Conflict: The contract is for the site already, or a tie is asked for twice.
    """

    def check(drafts: Sequence[Draft]) -> None:
        _refuse_doubled(ctx, ContractSite, ("contract_id", "site_id"), drafts, wanted)

    return plan_rows(ctx, CONTRACT_SITE, wanted, check=check)


def _refuse_doubled(
    ctx: Context,
    model: type[SiteCircuit | ContractSite],
    ends: tuple[str, str],
    drafts: Sequence[Draft],
    wanted: Sequence[Wanted[Any]],
) -> None:
    """Refuse a tie whose two records are tied on one of its days already, here or in the same batch."""
    going = {w.ref for w in wanted if w.action is Action.RETIRE}
    pairs = [(draft.values[ends[0]], draft.values[ends[1]]) for draft in drafts]
    once = model is ContractSite
    drawn = {draft.id for draft in drafts}
    seen = [
        row
        for row in queries.ties_of(ctx, model, ends, pairs)
        if row["id"] not in drawn and str(row["id"]) not in going
    ]
    for draft in drafts:
        _check_days(draft.values)
        for other in seen:
            same = all(draft.values[end] == other[end] for end in ends)
            if same and (once or overlap(_span(draft.values), _span(other))):
                one, two = (draft.about[draft.values[end]].ref for end in ends)
                when = "" if once else " on some of these days"
                raise Doubled(f"{one} and {two} are tied{when} already.", field=ends[1].removesuffix("_id"),
                              fix="Change the days of the tie there is, or retire it.")  # fmt: skip
        seen.append(draft.values)


def _span(values: Mapping[str, Any]) -> tuple[Any, Any]:
    return values.get("starts_on"), values.get("ends_on")


def plan_gone(ctx: Context, changes: Sequence[Change]) -> list[Change]:
    """Plan what happens to RF links and ties when sites, circuits or contracts are retired.

    A link loses the circuit it carries; one whose end goes, goes too, and so does every tie.
    """
    gone = {
        entity: [c.id for c in changes if c.entity == entity and c.action is Action.RETIRE]
        for entity in ("site", "circuit", "contract")
    }
    planned = [
        *plan_leaving(ctx, SITE_CIRCUIT, "site", gone["site"]),
        *plan_leaving(ctx, SITE_CIRCUIT, "circuit", gone["circuit"]),
        *plan_leaving(ctx, CONTRACT_SITE, "site", gone["site"]),
        *plan_leaving(ctx, CONTRACT_SITE, "contract", gone["contract"]),
        *plan_leaving(ctx, RF_LINK, "a_site", gone["site"]),
        *plan_leaving(ctx, RF_LINK, "z_site", gone["site"]),
    ]
    once = list({(change.entity, change.id): change for change in planned}.values())
    words = {str(c.id): c.ref for c in changes if c.entity == "circuit"}
    return [*once, *_unloaded(ctx, gone["circuit"], words)]


def _unloaded(ctx: Context, circuit_ids: Sequence[Any], words: Mapping[str, str]) -> list[Change]:
    """Plan that RF links no longer carry circuits that go."""
    if not circuit_ids:
        return []
    table = RF_LINK.table
    rows = ctx.session.execute(select(table).where(table.c.circuit_id.in_(circuit_ids), table.c.retired_at.is_(None)))
    planned = [
        changed("rf_link", dict(row), {"circuit_id": None}, ref=row["ref"], labels=words) for row in rows.mappings()
    ]
    return [change for change in planned if change]
