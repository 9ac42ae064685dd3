"""What hangs on circuits and sites, in numbers that go with theirs: statements over what is planted already."""

from __future__ import annotations

REFS = "select setval('ref_{0}', 500000)"
REFERRED = (
    "provider", "customer", "site", "circuit", "contract", "interface", "handoff_port", "vlan", "bgp_session",
    "ip_block", "document", "rf_link", "electrical_account", "feedback", "quote", "circuit_order",
)  # fmt: skip

NUMBERED = """
create temporary table c on commit drop as
  select c.id, c.ref, c.provider_id, c.mrc, c.bandwidth_mbps, c.service_type, t.site_id,
         row_number() over (order by c.id) as n
  from circuit c join termination t on t.circuit_id = c.id and t.side = 'A';
create temporary table s on commit drop as
  select id, ref, name, kind, city, state, row_number() over (order by id) as n from site;
create unique index on c (n); create unique index on s (n); analyze c; analyze s
"""

BESIDE = (
    *(REFS.format(kind) for kind in REFERRED),
    NUMBERED,
    """insert into circuit_event (id, circuit_id, kind, impact, starts_at, ends_at, summary, ticket)
       select gen_random_uuid(), id, 'outage', 'outage', now() - make_interval(hours => (n * 7 % 9000)::int),
              case when n % 500 = 0 then null else now() - make_interval(hours => (n * 7 % 9000)::int, mins => -95) end,
              'Fiber cut between the towns', 'TT' || n from c where n % 4 = 0""",
    """insert into note (id, entity, entity_id, text, author_id)
       select gen_random_uuid(), 'circuit', c.id, 'Escort needed; call the building office a day ahead.', p.id
       from c, (select id from person order by email limit 1) p where n % 20 = 0""",
    """insert into tag (id, entity, entity_id, name)
       select gen_random_uuid(), 'circuit', id, (array['protected', 'tls', 'e-rate', 'watch'])[1 + n % 4]
       from c where n % 15 = 0""",
    """insert into site_cost (id, site_id, kind, amount, currency, cadence)
       select gen_random_uuid(), id, 'rent', 200 + n % 700, 'USD', 'monthly' from s where kind <> 'endpoint'""",
    """update site set parent_id = p.id from s, s p where site.id = s.id and s.n % 10 = 3 and p.n = s.n - 2""",
    """insert into provider_contact (id, provider_id, kind, level, name, phone)
       select gen_random_uuid(), id, 'escalation', level, 'Shift lead', '+1 800 555 2000'
       from provider, generate_series(1, 3) level""",
    """insert into rf_link (id, ref, name, a_site_id, z_site_id, circuit_id, status, band, licensing, currency)
       select gen_random_uuid(), 'RFL-' || a.n, a.city || ' to ' || z.city, a.id, z.id, c.id, 'active', '11 GHz',
              'licensed', 'USD' from s a join s z on z.n = a.n + 1 join c on c.n = a.n where a.n % 20 = 0""",
    """insert into site_circuit (id, site_id, circuit_id, role)
       select gen_random_uuid(), s.id, c.id, 'backhaul' from s join c on c.n = s.n where s.n % 15 = 0""",
    """insert into electrical_account (id, ref, site_id, provider_id, account_number, meter_number, tariff)
       select gen_random_uuid(), 'ELE-' || s.n, s.id, p.id, 'E' || 100000 + s.n, 'M' || s.n * 37, 'GS-2'
       from s, (select id from provider order by ref limit 1) p where s.n % 20 = 7""",
    """insert into electrical_bill (id, account_id, month, kwh, amount, currency)
       select gen_random_uuid(), a.id, (date_trunc('month', now()) - make_interval(months => m))::date, 900 + m * 13,
              180 + m, 'USD' from electrical_account a, generate_series(1, 12) m""",
    """insert into quote (id, ref, provider_id, number, a_site_id, service_type, bandwidth_mbps, level, state,
                          received_date, valid_until, serviceability, currency, replaces_id)
       select gen_random_uuid(), 'QUO-' || n, provider_id, 'Q' || n, site_id, service_type, bandwidth_mbps, 'firm',
              (array['answered', 'accepted', 'expired'])[1 + n % 3], current_date - (n % 700)::int,
              current_date - (n % 700)::int + 60, 'green', 'USD', id from c where n % 10 = 0""",
    """insert into quote_term (id, quote_id, term_months, mrc, nrc, currency)
       select gen_random_uuid(), id, months, 900 - months * 5, 250, 'USD'
       from quote, unnest(array[12, 36, 60]) months""",
    """insert into circuit_order (id, ref, quote_id, term_months, circuit_id, number)
       select gen_random_uuid(), replace(q.ref, 'QUO', 'ORD'), q.id, 36, q.replaces_id, q.number
       from quote q where state = 'accepted'""",
    """insert into order_step (id, order_id, stage, planned_date, actual_date, currency)
       select gen_random_uuid(), o.id, stage, current_date - 30 + at::int * 20,
              case when at = 1 then current_date - 29 end, 'USD'
       from circuit_order o, unnest(array['ordered', 'foc', 'delivered']) with ordinality as x(stage, at)""",
    """insert into interface (id, ref, router, name, site_id, circuit_id, speed_mbps)
       select gen_random_uuid(), 'IFC-' || n, 'r' || n / 48, 'xe-0/0/' || n % 48, site_id, id, 10000
       from c where n % 5 = 0""",
    """insert into handoff_port (id, ref, site_id, rack, port, circuit_id, status)
       select gen_random_uuid(), 'PRT-' || n, site_id, 'R' || n % 9, 'P' || n, id, 'used' from c where n % 5 = 1""",
    """insert into vlan (id, ref, scope, first_number, last_number, name, circuit_id)
       select gen_random_uuid(), 'VLN-' || n, 'region ' || n / 20000, 1 + n / 5 % 4000, 1 + n / 5 % 4000,
              'service ' || n, id from c where n % 5 = 2""",
    """insert into ip_block (id, ref, network, role, status, circuit_id)
       select gen_random_uuid(), 'IPB-' || n, set_masklen('10.0.0.0'::inet + n * 4, 30)::cidr, 'p2p', 'active', id
       from c where n % 5 = 3""",
    """insert into bgp_session (id, ref, circuit_id, local_asn, peer_asn, peer_ip, family)
       select gen_random_uuid(), 'BGP-' || n, id, 64500, 65000 + n % 500, '10.0.0.0'::inet + n * 4 + 1, 'ipv4'
       from c where n % 50 = 3""",
    """insert into stored_file (sha256, bytes, content_type, state, pages, pictured)
       select md5(n::text) || md5('x' || n), 90000, 'application/pdf', 'stored', 3, 'none' from c where n % 10 = 0""",
    """insert into document (id, ref, entity, entity_id, kind, title, file_name, sha256, sensitivity, uploaded_by)
       select gen_random_uuid(), 'DOC-' || n, 'circuit', c.id, 'loa_cfa', 'LOA of ' || c.ref, c.ref || '.pdf',
              md5(n::text) || md5('x' || n), 'open', p.id
       from c, (select id from person order by email limit 1) p where n % 10 = 0""",
    """insert into feedback (id, ref, kind, title, priority, status, author_id)
       select gen_random_uuid(), 'FBK-' || n, 'bug', 'The list of ' || n || ' jumps', 'normal', 'new', p.id
       from c, (select id from person order by email limit 1) p where n % 200 = 0""",
    """insert into audit (at, action, entity, entity_id, ref, part, before, after, labels, person_id, approved_by,
                          channel, request_id)
       select now() - make_interval(mins => n::int), 'create', 'circuit', c.id, c.ref, '', '{}',
              jsonb_build_object('mrc', c.mrc), '{}', p.id, '[]', 'page', md5(n::text)
       from c, (select id from person order by email limit 1) p order by n desc""",
)  # fmt: skip
