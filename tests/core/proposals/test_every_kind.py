"""Every kind of record is made, corrected, corrected many at once, retired and brought back by the one write path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.documents.operations import upload_document
from netos_core.documents.schemas import UploadDocument
from netos_core.kernel.errors import Invalid
from netos_core.proposals.plans import KINDS
from tests.factories import (
    apply,
    approve,
    make_circuit,
    make_contract,
    make_ctx,
    make_customer,
    make_electrical_account,
    make_provider,
    make_services,
    make_site,
    propose,
    rows_of,
    undo,
)
from tests.files import make_pdf

Fields = dict[str, Any]
NUMBER = count(1)


@dataclass(frozen=True)
class Recipe:
    """How one of a kind is made, and a field of it that may be corrected; without one it is not corrected at all."""

    new: Callable[[Session], Fields]
    edit: Mapping[str, Any] | None = None
    by_upload: bool = False


def _name(what: str) -> str:
    return f"{what} {next(NUMBER)}"


def _quote(session: Session) -> str:
    fields = {"provider": make_provider(session), "service_type": "dia"}
    return apply(make_ctx(session, Role.ADMIN), "quote", "create", **fields).diff[0].ref


def _order(session: Session) -> str:
    made = apply(make_ctx(session, Role.ADMIN), "order", "create", quote=_quote(session))
    return next(d.ref for d in made.diff if d.entity == "circuit_order")


def _report(session: Session) -> str:
    made = apply(make_ctx(session, Role.ADMIN), "feedback", "create", title=_name("Export"), kind="bug")
    return made.diff[0].ref


STEP = {"stage": "foc", "planned_date": "2026-07-01"}
RECIPES: Mapping[str, Recipe] = {
    "circuit": Recipe(lambda s: {"provider": make_provider(s), "service_type": "dia"}, {"market": "North"}),
    "event": Recipe(
        lambda s: {"circuit": make_circuit(s), "kind": "outage", "starts_at": "2026-05-01T10:00:00Z", "summary": "Cut."}
    ),
    "provider": Recipe(lambda _: {"name": _name("Carrier")}, {"noc_phone": "317-555-0100"}),
    "alias": Recipe(lambda s: {"provider": make_provider(s), "alias": _name("Brand"), "kind": "brand"},
                    {"kind": "legal"}),
    "contact": Recipe(lambda s: {"provider": make_provider(s), "name": "Ida Wells", "kind": "noc"}, {"title": "Lead"}),
    "billing_account": Recipe(lambda s: {"provider": make_provider(s), "ban": _name("BAN")}, {"name": "Indiana"}),
    "customer": Recipe(lambda _: {"name": _name("Subscriber")}, {"city": "Muncie"}),
    "customer_contact": Recipe(lambda s: {"customer": make_customer(s), "name": "Ida Wells"}, {"role": "IT"}),
    "site": Recipe(lambda _: {"name": _name("Hut")}, {"city": "Muncie"}),
    "site_cost": Recipe(
        lambda s: {"site": make_site(s), "kind": "rent", "amount": "5.00", "cadence": "monthly"}, {"amount": "6.00"}
    ),
    "site_circuit": Recipe(lambda s: {"site": make_site(s), "circuit": make_circuit(s)}, {"description": "Spare."}),
    "attribution": Recipe(
        lambda s: {"service": make_services(s, {"key": _name("S")})[0], "circuit": make_circuit(s)},
        {"starts_on": "2026-01-01"},
    ),
    "rf_link": Recipe(lambda s: {"a_site": make_site(s), "z_site": make_site(s)}, {"band": "11 GHz"}),
    "electrical_account": Recipe(lambda s: {"site": make_site(s), "provider": make_provider(s)}, {"tariff": "B"}),
    "electrical_bill": Recipe(
        lambda s: {"account": make_electrical_account(s), "month": "2026-03-01", "amount": "90.00"}, {"kwh": "700"}
    ),
    "allocation_rule": Recipe(
        lambda s: {"site": make_site(s), "component": "facility", "method": "equal"}, {"method": "bandwidth"}
    ),
    "accounting_period": Recipe(
        lambda _: {"month": f"{2000 + next(NUMBER) % 25}-0{1 + next(NUMBER) % 9}-01"}, {"description": "Agreed."}
    ),
    "contract": Recipe(lambda s: {"provider": make_provider(s), "title": _name("Order")}, {"term_months": 12}),
    "contract_circuit": Recipe(lambda s: {"contract": make_contract(s), "circuit": make_circuit(s)}),
    "contract_site": Recipe(lambda s: {"contract": make_contract(s), "site": make_site(s)},
                            {"starts_on": "2026-01-01"}),
    "decision": Recipe(lambda s: {"contract": make_contract(s), "choice": "renew"}, {"choice": "terminate"}),
    "letter": Recipe(lambda s: {"contract": make_contract(s)}, {"signer_title": "Vice President"}),
    "quote": Recipe(lambda s: {"provider": make_provider(s), "service_type": "dia"}, {"level": "firm"}),
    "quote_term": Recipe(lambda s: {"quote": _quote(s), "term_months": 36, "mrc": "900.00"}, {"mrc": "850.00"}),
    "order": Recipe(lambda s: {"quote": _quote(s)}, {"number": "SO-1"}),
    "order_step": Recipe(lambda s: {"order": _order(s), **STEP}, {"who": "The order desk"}),
    "document": Recipe(lambda s: {"on": make_site(s)}, {"caption": "The riser."}, by_upload=True),
    "interface": Recipe(lambda _: {"router": _name("r"), "name": "ae0"}, {"mtu": 9100}),
    "handoff_port": Recipe(lambda s: {"site": make_site(s), "port": "1"}, {"status": "reserved"}),
    "vlan": Recipe(lambda _: {"numbers": 120, "scope": _name("metro")}, {"name": "voice"}),
    "bgp_session": Recipe(
        lambda s: {"circuit": make_circuit(s), "local_asn": "64512", "peer_asn": "174",
                   "peer_ip": f"192.0.2.{next(NUMBER) % 250}"},
        {"max_prefix": 100},
    ),
    "ip_block": Recipe(lambda _: {"network": f"10.{next(NUMBER) % 250}.0.0/30", "role": "p2p"},
                       {"description": "Link."}),
    "note": Recipe(lambda s: {"on": make_circuit(s), "text": "Ask Jane."}),
    "tag": Recipe(lambda s: {"on": make_circuit(s), "name": "core"}),
    "feedback": Recipe(lambda _: {"title": _name("Export"), "kind": "bug"}, {"priority": "urgent"}),
    "feedback_comment": Recipe(lambda s: {"feedback": _report(s), "text": "Seen."}),
}  # fmt: skip


def test_every_kind_has_its_recipe() -> None:
    assert set(RECIPES) == set(KINDS)


def make_two(session: Session, kind: str, recipe: Recipe) -> tuple[list[dict[str, Any]], list[Fields]]:
    """Make two of a kind and return their rows with what was asked for: one alone, one of a bulk of one."""
    ctx, entity = make_ctx(session, Role.ADMIN), KINDS[kind].entity
    before = {row["id"] for row in rows_of(session, entity)}
    asked = [recipe.new(session), recipe.new(session)]
    before |= {row["id"] for row in rows_of(session, entity)}
    if recipe.by_upload:
        for wish in asked:
            sent = UploadDocument(content=make_pdf(_name("Paper")), file_name="a.pdf", on=wish["on"])
            done = upload_document(ctx, sent)
            assert done.change is not None
            approve(session, done.change)
    else:
        first = propose(ctx, kind, "create", **asked[0])
        assert not [row for row in rows_of(session, entity) if row["id"] not in before], "nothing before its approval"
        approve(session, first)
        apply(ctx, kind, "create", items=[{"set": asked[1]}])
    made = [row for row in rows_of(session, entity) if row["id"] not in before]
    assert len(made) == len(asked)
    return made, asked


def items_of(kind: str, rows: list[dict[str, Any]], asked: list[Fields]) -> list[dict[str, Any]]:
    """Name rows the way callers do: by ref, by id, a tag by its record and its name."""
    if kind == "tag":
        return [{"ref": wish["on"], "set": {"name": wish["name"]}} for wish in asked]
    return [{"ref": row.get("ref") or str(row["id"])} for row in rows]


def kept(session: Session, kind: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ids = {row["id"] for row in rows}
    return [row for row in rows_of(session, KINDS[kind].entity) if row["id"] in ids]


@pytest.mark.parametrize("kind", sorted(RECIPES))
def test_a_record_of_every_kind_lives_its_life_on_the_one_write_path(session: Session, kind: str) -> None:
    recipe, ctx = RECIPES[kind], make_ctx(session, Role.ADMIN)
    made, asked = make_two(session, kind, recipe)
    items = items_of(kind, made, asked)
    if recipe.edit is not None:
        one = apply(ctx, kind, "update", items[0]["ref"], **recipe.edit)
        undo(ctx, one)
        many = apply(ctx, kind, "update", items=items, **recipe.edit)
        column = next(iter(recipe.edit))
        assert len({str(row[column]) for row in kept(session, kind, made)}) == 1
        undo(ctx, many)
        assert [row[column] for row in kept(session, kind, made)] == [row[column] for row in made]
    elif kind != "tag":
        with pytest.raises(Invalid) as refused:
            propose(ctx, kind, "update", items[0]["ref"])
        assert refused.value.fix
    if kind == "event":
        with pytest.raises(Invalid, match="recorded, not corrected"):
            propose(ctx, kind, "retire", items=items)
        return
    gone = apply(ctx, kind, "retire", items=items)
    assert all(row["retired_at"] is not None for row in kept(session, kind, made))
    undo(ctx, gone)
    assert all(row["retired_at"] is None for row in kept(session, kind, made))
