"""One piece of network detail, and what circuits and sites show of theirs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, bindparam, exists, literal, or_, select

from netos_core.kernel.context import Context
from netos_core.kernel.errors import NotFound
from netos_core.network import rules
from netos_core.network import schemas as s
from netos_core.network.model import BgpSession, HandoffPort, Interface, IpBlock, Vlan
from netos_core.network.queries import lists

MODELS: Mapping[str, Any] = {
    "interface": Interface,
    "handoff_port": HandoffPort,
    "vlan": Vlan,
    "bgp_session": BgpSession,
    "ip_block": IpBlock,
}
PREFIXES = {"IFC": "interface", "PRT": "handoff_port", "VLN": "vlan", "BGP": "bgp_session", "IPB": "ip_block"}
MOST = 50  # of each kind that a page of a circuit or site shows


def kind_of(ref: str) -> str:
    """Tell the kind of network detail by its ref.

    Raises:
        NotFound: It is no ref of network detail.
    """
    kind = PREFIXES.get(ref.strip().upper().partition("-")[0])
    if kind is None:
        raise NotFound(
            "No network detail has that ref.", field="ref", fix="Use a ref such as IPB-1001, found with search."
        )
    return kind


def one(ctx: Context, ref: str) -> Mapping[str, Any]:
    """Return the row of one live record as its list has it, with `id`, `version` and `updated_at`.

    Raises:
        NotFound: None has that ref.
    """
    kind = kind_of(ref)
    model = MODELS[kind]
    query = lists.SOURCES[kind].query.add_columns(model.id, model.version, model.updated_at)
    row = ctx.session.execute(
        query.where(model.ref == ref.strip().upper(), model.retired_at.is_(None))
    ).mappings().first()  # fmt: skip
    if row is None:
        raise NotFound(
            f"No live {kind.replace('_', ' ')} has that ref.", field="ref", fix="Find it with search, or in its list."
        )
    return dict(row)


def sealed_key(ctx: Context, ref: str) -> tuple[str, str | None]:
    """Return a session's ref and its key, sealed.

    Raises:
        NotFound: No live session has that ref.
    """
    found = ctx.session.execute(
        select(BgpSession.ref, BgpSession.md5_key).where(
            BgpSession.ref == ref.strip().upper(), BgpSession.retired_at.is_(None)
        )
    ).first()
    if found is None:
        raise NotFound("No BGP session has that ref.", field="ref", fix="Find it with search_bgp_sessions.")
    return found.ref, found.md5_key


def around(ctx: Context, network: str) -> list[s.BlockRow]:
    """Return the blocks a block lies in, the largest first."""
    return _blocks(ctx, lists.net(network).op("<<", is_comparison=True)(IpBlock.network))


def inside(ctx: Context, network: str) -> list[s.BlockRow]:
    """Return the blocks inside a block in the order of their addresses, the first hundred."""
    return _blocks(ctx, IpBlock.network.op("<<", is_comparison=True)(lists.net(network)))


def _blocks(ctx: Context, which: ColumnElement[bool]) -> list[s.BlockRow]:
    query = lists.BLOCK_ROWS.where(which, IpBlock.retired_at.is_(None)).order_by(IpBlock.network, IpBlock.id).limit(100)
    return lists.block_rows(ctx, [dict(row) for row in ctx.session.execute(query).mappings()])


def on_circuit(ctx: Context, circuit_id: UUID) -> list[s.NetworkLine]:
    """List what is on a circuit: its own detail, and what runs over its interfaces."""
    return _lines(ctx, "circuit_id", circuit_id)


def at_site(ctx: Context, site_id: UUID) -> list[s.NetworkLine]:
    return _lines(ctx, "site_id", site_id)


def over_interface(ctx: Context, interface_id: UUID) -> list[s.NetworkLine]:
    """List the VLANs and sessions on an interface."""
    return _lines(ctx, "interface_id", interface_id)


def _lines(ctx: Context, column: str, owner: UUID) -> list[s.NetworkLine]:
    present = {row.kind for row in ctx.session.execute(_present(column), {"owner": owner})}
    made: list[s.NetworkLine] = []
    for kind in (kind for kind in MODELS if kind in present):
        model, source = MODELS[kind], lists.SOURCES[kind]
        query = source.query.where(getattr(model, column) == owner, model.retired_at.is_(None))
        rows = ctx.session.execute(query.order_by(source.key[source.default], source.identity).limit(MOST)).mappings()
        made += [_line(kind, dict(row)) for row in rows]
    return made


def some_on(column: str, owner: Any) -> ColumnElement[bool]:
    """Say in a statement whether a circuit or site of it has any."""
    return or_(*_having(column, owner).values())


def _having(column: str, owner: Any) -> Mapping[str, ColumnElement[bool]]:
    """Say in a statement of each kind that can be on a circuit or site whether one of it is."""
    return {
        kind: exists().where(getattr(model, column) == owner, model.retired_at.is_(None))
        for kind, model in MODELS.items()
        if hasattr(model, column)
    }


@cache
def _present(column: str) -> Select[*tuple[Any, ...]]:
    """Ask in one statement which kinds there are: most circuits have none or one."""
    first, *rest = (
        select(literal(kind).label("kind")).where(there)
        for kind, there in _having(column, bindparam("owner", type_=Uuid)).items()
    )
    return first.union_all(*rest)  # type: ignore[return-value]


def name_of(kind: str, row: Mapping[str, Any]) -> str:
    """Name a record the way the trade does."""
    match kind:
        case "interface":
            return f"{row['router']} {row['name']}"
        case "handoff_port":
            parts = (row["rack"] and f"rack {row['rack']}", row["panel"] and f"panel {row['panel']}")
            return " ".join((*filter(None, parts), f"port {row['port']}"))
        case "vlan":
            words = rules.vlan_words(row["first_number"], row["last_number"], row["outer_tag"])
            return f"VLAN {words}"
        case "bgp_session":
            return f"AS{row['local_asn']} to AS{row['peer_asn']}"
        case _:
            return str(row["network"])


def _line(kind: str, row: Mapping[str, Any]) -> s.NetworkLine:
    return s.NetworkLine(kind=kind, ref=row["ref"], name=name_of(kind, row), facts=", ".join(_facts(kind, row)))


def _facts(kind: str, row: Mapping[str, Any]) -> list[str]:
    match kind:
        case "interface":
            told = [row["media"], row["lag"] and f"in {row['lag']}", row["mtu"] and f"MTU {row['mtu']}"]
        case "handoff_port":
            told = [row["status"], row["connector"], row["media"]]
        case "vlan":
            told = [row["name"], f"scope {row['scope']}", row["interface"] and f"on {row['interface']}"]
        case "bgp_session":
            way = f"{row['local_ip']} to {row['peer_ip']}" if row["local_ip"] else f"peer {row['peer_ip']}"
            most = row["max_prefix"] and f"at most {row['max_prefix']:,} prefixes"
            told = [way, most, "MD5 key set" if row["key_set"] else "no MD5 key"]
        case _:
            gateway = row["gateway"] and f"gateway {row['gateway']}"
            told = [row["role"], None if row["status"] == "active" else row["status"], gateway, row["customer"]]
    return [str(fact) for fact in told if fact]
