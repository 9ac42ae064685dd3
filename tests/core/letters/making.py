"""Makers of letters, as the product makes them, and of what a letter says."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.contracts.rules import Notice, NoticeCountedFrom, NoticeMethod, NoticeUnit
from netos_core.kernel.context import Context
from netos_core.letters.rules.states import LetterKind
from netos_core.letters.wording import Facts
from tests.factories import POLICY, apply, make_circuit, make_contract, make_ctx, make_provider

LETTERHEAD = ("Xiber LLC", "200 South Meridian Street", "Indianapolis, IN 46225")
SIGNING = dataclasses.replace(POLICY, letterhead=LETTERHEAD, signs_letters=True)
BY_HAND = dataclasses.replace(POLICY, letterhead=LETTERHEAD)
SIGNER = {"signer_name": "Elena Ruiz", "signer_title": "Vice President", "signer_email": "elena@isp.example"}
ADDRESS = "Attn: General Counsel\n1821 30th Street, Unit A\nBoulder, CO 80301"

FACTS = Facts(
    letterhead=LETTERHEAD,
    ref="LTR-1001",
    kind=LetterKind.NON_RENEWAL,
    method=NoticeMethod.CERTIFIED_MAIL,
    letter_date=date(2026, 11, 26),
    recipient_name="Zayo Group, LLC",
    recipient_address=ADDRESS,
    recipient_email="notices@zayo.example",
    contract_ref="CTR-1004",
    contract_number="MSA-ZAY-2291",
    contract_title="Master service agreement",
    provider="Zayo Group, LLC",
    term_end_date=date(2027, 3, 31),
    effective_date=date(2027, 3, 31),
    notice=Notice(90, NoticeUnit.DAYS),
    counted_from=NoticeCountedFrom.RECEIVED,
    notice_deadline=date(2026, 12, 31),
    circuits=("OQYX/1//ZYO, wave 10 G, Henry to Cermak (our CKT-1001)",),
    opening=None,
    extra=None,
    signer_name="Elena Ruiz",
    signer_title="Vice President",
    signer_email="elena@isp.example",
)


def author(session: Session, **more: Any) -> Context:
    """Make the call of someone who drafts letters, through an agent."""
    return make_ctx(session, Role.FINANCE, **{"policy": SIGNING, **more})


def make_terms(session: Session, *, circuits: int = 2, **fields: Any) -> tuple[str, list[str]]:
    """Make a contract that ends on 2027-03-31 with 90 days of notice by certified mail, and the circuits it governs."""
    provider = fields.pop("provider", None) or make_provider(session, legal_name="Carrier Group, LLC")
    made = [
        make_circuit(session, provider=provider, provider_circuit_id=f"OQ/{session.info.setdefault('n', 0)}/{n}",
                     bandwidth_mbps="10000", service_type="wave")
        for n in range(circuits)
    ]  # fmt: skip
    session.info["n"] += 1
    given = {
        "provider": provider, "number": f"MSA-{session.info['n']}", "title": "Master service agreement",
        "term_start_date": "2024-04-01", "term_months": 36, "notice_count": 90, "notice_unit": "days",
        "notice_method": "certified_mail", "notice_address": ADDRESS, "notice_counted_from": "received",
        "end_of_term": "auto_renew", "renewal_term_months": 12, "circuits": made,
    }  # fmt: skip
    return make_contract(session, **(given | fields)), made


def make_draft(session: Session, contract: str, **fields: Any) -> str:
    """Draft a letter with nothing but what is given and what its contract says; returns its ref."""
    return apply(author(session), "letter", "create", contract=contract, **fields).diff[0].ref


def make_letter(session: Session, contract: str | None = None, *, terms: Any = None, **fields: Any) -> str:
    """Draft a letter that lacks nothing and return its ref."""
    contract = contract or make_terms(session, **(terms or {}))[0]
    return make_draft(session, contract, **{**SIGNER, **fields})
