"""Whose lines of a month may be others by what was written: the record's own, and all that share a cost with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text

from netos_core.finance.rules.months import last_of
from netos_core.kernel.context import Context

MOST = 2000


@dataclass(frozen=True, slots=True)
class Affected:
    """Circuits and sites whose lines are worked out again."""

    circuits: frozenset[UUID] = frozenset()
    sites: frozenset[UUID] = frozenset()


# A contract's rate is that of its papers: an amendment bears on what it amends and on all below that. Who joins or
# leaves a site changes the shares of all who share a cost of it or of a site it is in; a rule, and a site that moves,
# those of all inside it. What a cost comes to changes the shares of those it is divided among. A null says that what is
# billed to a customer alone, or is of nothing, may be another's, as when a service is attributed to something else:
# that is not worked out apart from the rest.
_AFFECTED = text("""
with recursive
given (what, id) as (select * from unnest(cast(:whats as text[]), cast(:ids as uuid[]))),
service as (
    select a.circuit_id, a.site_id, a.customer_id
    from revenue_attribution a join given g on g.what = 'service' and g.id = a.service_id
),
customer_id (id) as (
    select id from given where what = 'customer' union select customer_id from service
),
paper as (
    select c.id, c.kind, c.parent_id from contract c join given g on g.what = 'contract' and g.id = c.id
    union
    select c.id, c.kind, c.parent_id from contract c join paper p on p.kind = 'amendment' and c.id = p.parent_id
),
below as (
    select id from paper union select c.id from contract c join below b on c.parent_id = b.id
),
own (id) as (
    select id from given where what = 'circuit'
    union select circuit_id from service
    union select l.circuit_id from circuit_customer l join customer_id k on k.id = l.customer_id
    union select c.id from circuit c join below b on c.contract_id = b.id where c.retired_at is null
),
costing (id) as (
    select id from given where what in ('site', 'tree')
    union select site_id from service
    union select l.a_site_id from rf_link l join own o on o.id = l.circuit_id where l.retired_at is null
),
above (id) as (
    (
        select id from costing
        union select id from given where what = 'around'
        union select t.site_id from termination t join own o on o.id = t.circuit_id where t.retired_at is null
        union select s.site_id from site_circuit s join own o on o.id = s.circuit_id where s.retired_at is null
    )
    union
    select s.parent_id from site s join above a on a.id = s.id where s.parent_id is not null
),
ruling (id) as (
    select r.site_id from allocation_rule r join above a on a.id = r.site_id
    where r.retired_at is null and (r.starts_on is null or r.starts_on <= :last)
      and (r.ends_on is null or r.ends_on >= :first)
),
inside (id) as (
    (select id from ruling union select id from given where what = 'tree')
    union
    select s.id from site s join inside i on s.parent_id = i.id
)
select true, id from own where id is not null
union select null, id from given where what = 'attributed'
union select null, g.id from given g where g.what = 'service' and not exists (
    select from revenue_attribution a join circuit c on c.id = a.circuit_id and c.retired_at is null
    where a.service_id = g.id and a.retired_at is null and a.starts_on is null and a.ends_on is null
)
union select null, a.id from revenue_attribution a where a.circuit_id is null and a.retired_at is null and (
    a.customer_id in (select id from customer_id)
    or a.customer_id in (select l.customer_id from circuit_customer l join own o on o.id = l.circuit_id)
)
union select null, a.id from revenue_attribution a join given g on g.what = 'gone'
    and g.id in (a.circuit_id, a.site_id, a.customer_id)
union select true, t.circuit_id from termination t join inside i on i.id = t.site_id where t.retired_at is null
union select true, s.circuit_id from site_circuit s join inside i on i.id = s.site_id where s.retired_at is null
union select false, id from costing where id is not null
union select false, id from ruling
""")


def affected(ctx: Context, month: date, whats: Sequence[str], ids: Sequence[UUID]) -> Affected | None:
    """Find whose lines of a month to work out again; None where these are so many that all are to be.

    Args:
        ctx: The call.
        month: The month.
        whats: What was touched, as `MoneyTouch` says it.
        ids: Its ids, in the same order.
    """
    if not ids:
        return Affected()
    asked = {"whats": list(whats), "ids": list(ids), "first": month, "last": last_of(month)}
    circuits: set[UUID] = set()
    sites: set[UUID] = set()
    for of_circuit, row_id in ctx.session.execute(_AFFECTED, asked):
        if of_circuit is None:
            return None
        (circuits if of_circuit else sites).add(row_id)
    return Affected(frozenset(circuits), frozenset(sites)) if len(circuits) <= MOST else None
