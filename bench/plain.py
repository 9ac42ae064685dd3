"""The same rows by plain SQL: what a call would cost if it were nothing but its data, fetched by key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from bench.calls import Call
from bench.figures import Times, timed
from bench.house import House

ROWS = """
select c.ref, p.name, c.provider_circuit_id, c.service_type, c.bandwidth_mbps, c.status, sa.name, sz.name, z.place,
       k.act_by, k.notice_deadline, k.ref, k.term_end_date, c.mrc, c.nrc, c.currency, c.market, c.install_date
from circuit c join provider p on p.id = c.provider_id
left join termination a on a.circuit_id = c.id and a.side = 'A' and a.retired_at is null
left join site sa on sa.id = a.site_id
left join termination z on z.circuit_id = c.id and z.side = 'Z' and z.retired_at is null
left join site sz on sz.id = z.site_id
left join contract_circuit l on l.circuit_id = c.id and l.governs and l.retired_at is null
left join contract k on k.id = l.contract_id
where c.ref = any(%s)
"""
WHOLE = """
select c.*, p.name, p.noc_phone, k.*, l.contract_id,
       (select json_agg(t) from termination t where t.circuit_id = c.id),
       (select json_agg(u.name) from circuit_customer s join customer u on u.id = s.customer_id
        where s.circuit_id = c.id),
       (select json_agg(e) from circuit_event e where e.circuit_id = c.id),
       (select json_agg(n.text) from note n where n.entity = 'circuit' and n.entity_id = c.id)
from circuit c join provider p on p.id = c.provider_id
left join contract_circuit l on l.circuit_id = c.id and l.governs and l.retired_at is null
left join contract k on k.id = l.contract_id
where c.ref = %s
"""


def plain_rows(place: House, calls: Sequence[Call], refs: Sequence[Sequence[str]]) -> Times:
    """Fetch the rows that each call answered with."""
    with psycopg.connect(place.conninfo, autocommit=True) as connection:
        return timed([_fetch(connection, call, shown) for call, shown in zip(calls, refs, strict=True)])


def _fetch(connection: psycopg.Connection[Any], call: Call, refs: Sequence[str]) -> Any:
    if call.tool == "get_circuit":
        return lambda: connection.execute(WHOLE, [refs[0] if refs else ""]).fetchall()
    return lambda: connection.execute(ROWS, [list(refs)]).fetchall()
