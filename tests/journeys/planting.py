"""An installation whose secrets are known: the same records each time, with the amounts and bank details given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, TypedDict

from sqlalchemy import select

from netos_core.access.rules import Role
from netos_core.changes.model import Proposal
from netos_core.changes.operations import reject_change
from netos_core.changes.schemas import Decide
from netos_core.documents.operations import upload_document
from netos_core.documents.schemas import UploadDocument
from netos_core.electrical.model import ElectricalBill
from netos_core.imports.operations import propose_import, stage_import
from netos_core.imports.schemas import ProposeImport, StageImport
from netos_core.kernel.clock import utc_now
from netos_core.kernel.context import Channel, Context
from netos_core.notices.model import OutboxMessage
from netos_core.notices.records import Notice, tell
from netos_core.notices.rules.kinds import NoticeKind
from netos_core.quotes.model import QuoteTerm
from netos_core.quotes.operations import stage_quote_draft
from netos_core.quotes.schemas import StageQuoteDraft
from netos_core.renewals import records as renewals
from netos_core.reports.operations import run_report
from netos_core.reports.schemas import RunReport
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from netos_core.sites.model import SiteCost
from netos_core.views.operations import save_view
from netos_core.views.schemas import SaveView
from netos_core.work.records import enqueue
from tests.core.extractions.making import order, put_read
from tests.database import TestServer
from tests.factories import (
    apply,
    approve,
    approver,
    make_circuit,
    make_contract,
    make_ctx,
    make_customer,
    make_electrical_account,
    make_person,
    make_provider,
    make_rf_link,
    make_services,
    make_site,
    propose,
)
from tests.files import make_pdf

PLANTED_AT = utc_now()
APPLIED = 10  # among them a carrier with its bank, a circuit, a contract, an MRR and a cost
CARRIERS = 11  # more than the panels of the dashboard show


@dataclass(frozen=True)
class Secrets:
    """What some roles may not see: amounts in the order they are planted, and bank details.

    Args:
        money: MRC, NRC and MRR of the circuit, and the cost of the site; those of links and bills are among them.
        bank: Name, routing, account and remittance address.
        keys: The MD5 key of a BGP session, and the one it is proposed to have.
        titles: What a document about money and one about a bank say.
        dearest_first: Whether the first of the further carriers, customers and contracts is the dearest or the last.
    """

    money: tuple[str, str, str, str]
    bank: tuple[str, str, str, str]
    keys: tuple[str, str]
    titles: tuple[str, str]
    dearest_first: bool = True

    def ranked(self, count: int) -> list[str]:
        """Give as many amounts, each its own, ordered as the twin has them."""
        amounts = [f"{40_123 + 1_007 * place}.45" for place in range(count)]
        return amounts[::-1] if self.dearest_first else amounts


class Planted(TypedDict):
    """What there is to ask of it."""

    refs: dict[str, str]
    changes: list[str]
    digests: dict[str, str]


@dataclass
class Plant:
    """The installation, and what to ask of it."""

    core: Core
    refs: dict[str, str]
    changes: list[str]
    digests: dict[str, str]

    def of_each_sort(self) -> list[str]:
        """Name changes of each sort: those that are open or were refused, and the first that were applied."""
        return [*list(self.digests)[:APPLIED], *self.changes]


@contextmanager
def planted(server: TestServer, secrets: Secrets) -> Iterator[Plant]:
    """Make it in a database of its own."""

    def plant(url: str) -> Planted:
        with closing(_core(url)) as core, core.session() as session:
            for role in Role:
                make_person(session, role)
            return _planted(core, session, secrets)

    url, made = server.prepared(f"planted {secrets}", plant)
    with server.clone(of=url) as own, closing(_core(own)) as core:
        yield Plant(core, **made)


def _core(url: str) -> Core:
    return Core(Settings(database_url=url, demo=True, second_approval_from="5000"))  # type: ignore[arg-type]


NETWORK = {
    "interface": {"router": "marker-core1", "name": "xe-0/0/1"},
    "handoff_port": {"port": "7"},
    "vlan": {"numbers": "120"},
    "ip_block": {"network": "192.0.2.0/30", "role": "p2p"},
}


def _network(session: Any, secrets: Secrets, circuit: str, site: str) -> str:
    """Add network detail, with a BGP session that has a key; returns its ref."""
    admin = make_ctx(session, Role.ADMIN)
    bgp = apply(admin, "bgp_session", "create", circuit=circuit, local_asn="64512", peer_asn="AS174",
                peer_ip="192.0.2.1", local_ip="192.0.2.2", description="Marker peering",
                md5_key=secrets.keys[0])  # fmt: skip
    for kind, fields in NETWORK.items():
        apply(admin, kind, "create", circuit=circuit, **fields, **({"site": site} if kind == "handoff_port" else {}))
    return bgp.diff[0].ref


def _plant(session: Any, ctx: Context, secrets: Secrets, named: dict[str, str]) -> dict[str, str]:
    """Add RF links, electrical accounts and their bills, ties of both sorts and a report with a comment."""
    hop = make_site(session, "Marker Hop")
    site, money = named["site"], secrets.money
    rf_link = make_rf_link(session, a_site=site, z_site=hop, circuit=named["circuit"], monthly_cost=money[0])
    account = make_electrical_account(session, site=site, provider=named["provider"])
    bills = [(account, "2026-04-01", money[1]), (account, "2026-05-01", money[3])]
    for place, amount in enumerate(secrets.ranked(3)):
        make_rf_link(session, a_site=site, z_site=hop, name=f"Hop {place}", monthly_cost=amount)
        other = make_electrical_account(session, site=site, provider=named["provider"], account_number=f"E-{place}")
        bills.append((other, "2026-05-01", amount))
    for one, month, amount in bills:
        apply(ctx, "electrical_bill", "create", account=one, month=month, kwh="10", amount=amount)
    apply(ctx, "contract_site", "create", contract=named["contract"], site=site)
    apply(ctx, "site_circuit", "create", site=site, circuit=named["circuit"])
    report = apply(ctx, "feedback", "create", title="Marker report").diff[0].ref
    apply(ctx, "feedback_comment", "create", feedback=report, text="Marker comment")
    bill = str(session.scalar(select(ElectricalBill.id).order_by(ElectricalBill.id)))
    return {"rf_link": rf_link, "electrical_account": account, "feedback": report, "bill": bill}


def _terms(ctx: Context, secrets: Secrets, named: dict[str, str]) -> dict[str, str]:
    """Decide about a term, and let others renew in silence: what that cost would tell which is dearest."""
    made = apply(ctx, "decision", "create", contract=named["contract"], choice="terminate", reasoning="Marker reason")
    for place, amount in enumerate(secrets.ranked(3)):
        apply(ctx, "contract", "create", provider=named["provider"], title=f"Silent {place}", mrc=amount,
              term_end_date="2025-01-31", end_of_term="auto_renew", renewal_term_months=12, notice_count=30,
              notice_unit="days")  # fmt: skip
    renewals.advance(ctx, every=True)
    return {"decision": made.diff[0].ref}


def read_of(amount: str, other: str, title: str) -> dict[str, Any]:
    """A mail with amounts in it, and what an agent read of it."""
    text = f"Marker Carrier: 36 months at ${amount}, {other} to install."
    return {"text": text, "title": title, "values": {"36.mrc": {"value": amount, "proof": f"months at ${amount}"}}}


def _offers(ctx: Context, secrets: Secrets, named: dict[str, str]) -> dict[str, str]:
    """Add a quote with the prices of a term, further ones dearer or cheaper, an order with a step, and a draft."""
    money = secrets.money
    ends = {"provider": named["provider"], "service_type": "dia", "a_site": named["site"]}
    quote = apply(ctx, "quote", "create", bandwidth_mbps="1000", replaces=named["circuit"], **ends).diff[0].ref
    apply(ctx, "quote_term", "create", quote=quote, term_months=36, mrc=money[0], nrc=money[1],
          special_build=money[2], etf=money[3], etf_terms="As the order says", tax_monthly=money[1])  # fmt: skip
    for amount in secrets.ranked(3):
        rival = apply(ctx, "quote", "create", bandwidth_mbps="1000", replaces=named["circuit"], **ends).diff[0].ref
        apply(ctx, "quote_term", "create", quote=rival, term_months=36, mrc=amount, nrc=amount)
    order = apply(ctx, "order", "create", quote=quote, term_months=36).diff[-1].ref
    apply(ctx, "order_step", "create", order=order, stage="held", actual_date="2026-05-01", charge=money[0])
    draft = stage_quote_draft(ctx, StageQuoteDraft.model_validate(read_of(money[0], money[1], money[2]))).ref
    term = str(ctx.session.scalar(select(QuoteTerm.id).order_by(QuoteTerm.id)))
    return {"quote": quote, "order": order, "draft": draft, "term": term}


def _document(ctx: Context, on: str, title: str, **more: Any) -> str:
    """Put a document on a record whose title, name, caption and text all say what is not for everyone."""
    sent = upload_document(
        ctx,
        UploadDocument(on=on, content=make_pdf(title), file_name=f"{title}.pdf", title=title, caption=title, **more),
    )
    assert sent.change is not None
    approve(ctx.session, sent.change)
    return sent.ref


def _further(session: Any, filed: Context, secrets: Secrets, site: str) -> None:
    """Add what is ranked by amounts: carriers, customers and contracts, one after the other dearer or cheaper."""
    kinds = ("dia", "wave", "dark_fiber")
    for place, amount in enumerate(secrets.ranked(CARRIERS)):
        carrier = make_provider(session, f"Further {place:02}")
        circuit = make_circuit(session, provider=carrier, provider_circuit_id=f"FUR/{place}", mrc=amount, nrc=amount,
                               service_type=kinds[place % len(kinds)], a_site=site)  # fmt: skip
        if place % 4 == 0:
            customer = make_customer(session, f"Customer {place:02}")
            apply(filed, "circuit", ref=circuit, customer=customer, mrr=amount)
            make_contract(session, provider=carrier, title=f"Order {place:02}", mrc=amount, term_end_date="2026-12-31",
                          notice_count=1, notice_unit="days", end_of_term="auto_renew")  # fmt: skip
            apply(filed, "site_cost", "create", site=site, kind="power", amount=amount, cadence="monthly")


def _told(session: Any, ctx: Context, amount: str) -> dict[str, str]:
    """Tell somebody who sees amounts and somebody who does not of a renewal with one in it; returns both notices."""
    notice = Notice(
        kind=NoticeKind.RENEWAL, key="renewal:marker", title="Marker renewal", template="decided", about="CTR-1001",
        values={"change": "CTR-1001", "title": "Marker renewal", "verb": "has", "decided_by": "NetOS"},
        money={"comment": amount}, link="/contracts/CTR-1001",
    )  # fmt: skip
    readers = {name: make_person(session, role) for name, role in (("finance", Role.FINANCE), ("noc", Role.NOC))}
    tell(ctx, notice, readers.values())
    rows = session.execute(select(OutboxMessage.person_id, OutboxMessage.ref).where(OutboxMessage.kind == "renewal"))
    refs = {row.person_id: row.ref for row in rows}
    return {f"notice_{name}": refs[person.id] for name, person in readers.items()}


def _fee(fee: str, back: str) -> dict[str, Any]:
    """Give terms of a fee whose amounts are secrets."""
    return {
        "formula": {"kind": "fixed", "amount": fee},
        "nrc": {"amount": back, "share": "full"},
        "exits": [{"kind": "chronic_outage", "condition": f"Three outages, or {fee} of credits"}],
        "quote": f"a fee of ${fee}",
    }


def _planted(core: Core, session: Any, secrets: Secrets) -> Planted:
    money, bank = secrets.money, secrets.bank
    filed = make_ctx(session, Role.FINANCE)  # what is applied long since, under a policy that asks for one person
    finance = make_ctx(session, Role.FINANCE, now=PLANTED_AT, policy=core.policy)
    noc = make_ctx(session, Role.NOC, now=PLANTED_AT, policy=core.policy)
    engineer = make_ctx(session, Role.ENGINEERING, now=PLANTED_AT, policy=core.policy)
    provider = make_provider(session, "Marker Carrier", bank_name=bank[0], bank_routing=bank[1], bank_account=bank[2],
                             remittance_address=bank[3])  # fmt: skip
    customer = make_customer(session, "Marker Customer")
    site = make_site(session, "Marker Site", kind="pop", city="Fort Wayne", state="IN", lon=-85.14, lat=41.08)
    circuit = make_circuit(session, provider=provider, provider_circuit_id="10/KFGS/1//MRK", mrc=money[0], nrc=money[1],
                           a_site=site, bandwidth_mbps="1000")  # fmt: skip
    contract = make_contract(session, provider=provider, title="Marker order", mrc=money[0], nrc=money[1],
                             total_value=money[2], term_start_date="2026-01-01", term_months=36, notice_count=60,
                             notice_unit="days", end_of_term="auto_renew", renewal_term_months=12,
                             etf=_fee(money[3], money[2]))  # fmt: skip
    apply(filed, "contract_circuit", "create", contract=contract, circuit=circuit, governs=True)
    apply(filed, "circuit", ref=circuit, customer=customer, mrr=money[2])
    apply(filed, "site_cost", "create", site=site, kind="rent", amount=money[3], cadence="monthly")
    cost = str(session.scalar(select(SiteCost.id)))
    _further(session, filed, secrets, site)
    apply(filed, "circuit", ref=circuit, mrc=money[1])
    apply(filed, "circuit", ref=circuit, mrc=money[0])
    bgp = _network(session, secrets, circuit, site)
    named = {"circuit": circuit, "provider": provider, "site": site, "contract": contract}
    plant = _plant(session, filed, secrets, named) | _offers(filed, secrets, named) | _terms(filed, secrets, named)
    page = make_ctx(session, Role.FINANCE, channel=Channel.PAGE, now=PLANTED_AT, policy=core.policy)
    dear = {"min_mrc": money[0], "sort": "-mrc"}
    save_view(page, SaveView(list="circuits", name="Marker view", query=dear, shared=True))
    draft = {"contract": contract, "method": "portal", "signer_name": "Marker Signer", "opening": "Marker opening."}
    letter = apply(filed, "letter", "create", **draft).diff[0].ref
    document = _document(filed, contract, secrets.titles[0], kind="contract")
    extraction = put_read(filed, order(f"SO-{money[1]}", mrc=f"${money[0]}"), f"{secrets.titles[0]}.pdf")
    cheque = _document(filed, provider, secrets.titles[1], sensitivity="bank")
    admin = make_ctx(session, Role.ADMIN, now=PLANTED_AT, policy=core.policy)
    leaving = make_provider(session, "Leaving", bank_name=bank[0])
    idle = make_circuit(session, provider=leaving, provider_circuit_id="IDLE/1", service_type="wave", mrc=money[3])
    csv = f"Circuit ID,Carrier,MRC,NRC\n10/KFGS/1//MRK,Marker Carrier,{money[1]},not {money[2]}\n"
    bad = stage_import(finance, StageImport(file_name="bad.csv", content=csv.encode(), kind="circuits"))
    good = stage_import(
        finance, StageImport(file_name="good.csv", content=csv.replace(f"not {money[2]}", money[2]).encode(),
                             kind="circuits"),
    )  # fmt: skip
    own = stage_import(
        engineer, StageImport(file_name="own.csv", content=b"Name,City\nMarker Hut,Lima\n", kind="sites")
    )
    dearer = propose(finance, "circuit", ref=circuit, mrc=money[2])
    said_no = propose(finance, "circuit", ref=idle, mrc=money[0])
    many = {circuit: money[3], idle: money[1]}
    changed = [
        dearer,
        propose(finance, "circuit", ref=circuit, market="Elsewhere", nrc=money[0]),
        propose(finance, "provider", ref=provider, noc_phone="+1 260 555 0100", bank_account=bank[2] + "9"),
        propose(finance, "provider", "create", name="Coming", bank_name=bank[0], remittance_address=bank[3]),
        propose(finance, "site_cost", ref=cost, amount=money[0]),
        propose(finance, "circuit", items=[{"ref": ref, "set": {"mrc": mrc}} for ref, mrc in many.items()]),
        propose(noc, "circuit", "retire", ref=idle),
        propose(finance, "rf_link", ref=plant["rf_link"], monthly_cost=money[2]),
        propose(finance, "quote_term", ref=plant["term"], mrc=money[3]),
        propose(finance, "contract", ref=contract, etf=_fee(money[2], money[3])),
        propose(finance, "quote_term", "create", quote=plant["quote"], term_months=12, mrc=money[3]),
        propose(finance, "electrical_bill", ref=plant["bill"], amount=money[2]),
        propose(finance, "electrical_account", "retire", ref=plant["electrical_account"]),
        propose(admin, "bgp_session", ref=bgp, md5_key=secrets.keys[1]),
        propose(admin, "bgp_session", "retire", ref=bgp),
        propose(finance, "document", ref=document, caption=f"{secrets.titles[0]} again"),
        propose_import(finance, ProposeImport(ref=good.ref)),
        propose(finance, "letter", ref=letter, sending="manual"),
        said_no,
    ]  # fmt: skip
    reject_change(approver(session, PLANTED_AT), Decide(change_id=said_no.change_id, digest=said_no.digest))
    (billed,) = make_services(
        session, {"name": "Marker line", "account": "Marker account", "number": "MRK", "mrr": money[1]}
    )
    make_services(session, {"name": "Marker line", "account": "Marker account", "number": "MRK", "mrr": money[3]},
                  day=PLANTED_AT.date())  # fmt: skip
    notices = _told(session, admin, money[0])
    digests = {
        row.ref: row.digest for row in session.execute(select(Proposal.ref, Proposal.digest).order_by(Proposal.id))
    }
    refs = {
        "circuit": circuit, "provider": provider, "customer": customer, "site": site, "contract": contract,
        "job": enqueue(finance, "verify_trail", {}).ref, "cost": cost, "bad_import": bad.ref, "good_import": good.ref,
        "own_import": own.ref, "idle": idle, "session": bgp, "document": document,
        "extraction": extraction, "revenue": billed,
        "cheque": cheque, "letter": letter, "report": run_report(finance, RunReport()).ref, **plant, **notices,
    }  # fmt: skip
    return {"refs": refs, "changes": [c.change_id for c in changed], "digests": digests}
