"""What a letter says, gathered from the records it speaks of, and what it would say by default."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased

from netos_core.circuits.model import Circuit, Termination
from netos_core.circuits.rules import bandwidth_words
from netos_core.contracts.model import Contract
from netos_core.contracts.queries import above, completed, parents_from, terms_of
from netos_core.contracts.rules import NoticeCountedFrom, NoticeMethod
from netos_core.kernel.context import Context
from netos_core.letters.rules.sending import Ready
from netos_core.letters.rules.states import LetterKind
from netos_core.letters.rules.text import mail_in
from netos_core.letters.wording import Facts
from netos_core.providers.model import Provider, ProviderContact
from netos_core.renewals.queries import ACT_BY, NOTICE_DEADLINE, TERM_END, with_standing
from netos_core.renewals.queries.decisions import open_to_leave
from netos_core.renewals.queries.due import circuits_of
from netos_core.sites.model import Site

CONTRACT = Contract.__table__
SHORT = frozenset({"dia", "epl", "evpl", "mpls", "iru"})  # services whose name is their letters
_FOR_NOTICES = re.compile(r"\b(notices?|legal|general counsel|contracts?)\b", re.IGNORECASE)


def contract_of(ctx: Context, contract_id: UUID) -> Mapping[str, Any]:
    """Return the row of a contract, live or retired, its provider's names, and the days of the term in force.

    Notice is about that term, not the first one the paper names; and an amendment's clause may be its agreement's.
    """
    found = ctx.session.execute(
        with_standing(
            select(
                CONTRACT, Provider.name.label("provider"), Provider.legal_name, Provider.ref.label("provider_ref"),
                TERM_END.label("ends"), NOTICE_DEADLINE.label("due"), ACT_BY.label("act"),
            ).join(Provider, Provider.id == CONTRACT.c.provider_id)
        ).where(CONTRACT.c.id == contract_id)
    )  # fmt: skip
    paper = dict(found.mappings().one())
    row = completed(paper, above(ctx.session, [paper]))
    return {**row, "term_end_date": row["ends"], "notice_deadline": row["due"], "act_by": row["act"]}


def defaults(ctx: Context, contract: Mapping[str, Any]) -> dict[str, Any]:
    """Say what a new letter takes from its contract. Nothing is guessed: what is not on file stays open."""
    method = contract["notice_method"]
    act_by = contract["act_by"]
    address = _address(ctx, contract)
    return {
        "decision_id": open_to_leave(ctx, contract["id"]),
        "kind": LetterKind.NON_RENEWAL,
        "method": method if method not in (None, NoticeMethod.UNKNOWN) else None,
        "letter_date": ctx.today,
        "recipient_name": contract["legal_name"] or contract["provider"],
        "recipient_address": address,
        "recipient_email": mail_in(address) or _desk(ctx, contract["provider_id"]),
        "effective_date": contract["term_end_date"],
        "circuits": circuits_of(ctx, [contract["id"]]).get(contract["id"], []),
        "sign_by": act_by if act_by is not None and act_by >= ctx.today else None,
    }


def _address(ctx: Context, contract: Mapping[str, Any]) -> str | None:
    """Return where notice goes: as the contract says, else as the nearest agreement above it does."""
    parents = parents_from(ctx, [contract["id"]])
    at, seen = contract["id"], set[UUID]()
    while at is not None and at not in seen:
        seen.add(at)
        found = ctx.session.scalar(select(CONTRACT.c.notice_address).where(CONTRACT.c.id == at))
        if found:
            return str(found)
        at = parents.get(at)
    return None


def _desk(ctx: Context, provider_id: UUID) -> str | None:
    """Find the mail address of the one contact that is there for notices; an account manager's is none of notice."""
    rows = ctx.session.execute(
        select(ProviderContact.name, ProviderContact.title, ProviderContact.email).where(
            ProviderContact.provider_id == provider_id,
            ProviderContact.email.is_not(None),
            ProviderContact.retired_at.is_(None),
        )
    )
    found = {row.email for row in rows if _FOR_NOTICES.search(f"{row.name} {row.title or ''}")}
    return found.pop() if len(found) == 1 else None


def facts(ctx: Context, letter: Mapping[str, Any], contract: Mapping[str, Any]) -> Facts:
    """Gather what a letter says from its row, its contract and the circuits it names."""
    terms = terms_of(contract)
    return Facts(
        letterhead=ctx.policy.letterhead,
        ref=letter["ref"],
        kind=LetterKind(letter["kind"]),
        method=_method(letter["method"]),
        letter_date=letter["letter_date"],
        recipient_name=letter["recipient_name"],
        recipient_address=letter["recipient_address"],
        recipient_email=letter["recipient_email"],
        contract_ref=contract["ref"],
        contract_number=contract["number"],
        contract_title=contract["title"],
        provider=contract["legal_name"] or contract["provider"],
        term_end_date=contract["term_end_date"],
        effective_date=letter["effective_date"],
        notice=terms.notice,
        counted_from=terms.notice_counted_from,
        notice_deadline=contract["notice_deadline"],
        circuits=tuple(circuit_lines(ctx, letter["circuits"])),
        opening=letter["opening"],
        extra=letter["extra"],
        signer_name=letter["signer_name"],
        signer_title=letter["signer_title"],
        signer_email=letter["signer_email"],
    )


def ready(ctx: Context, letter: Mapping[str, Any], contract: Mapping[str, Any]) -> Ready:
    """Gather what matters to the sending of a letter."""
    return Ready(
        letterhead=bool(ctx.policy.letterhead),
        method=_method(letter["method"]),
        recipient_name=letter["recipient_name"],
        recipient_address=letter["recipient_address"],
        recipient_email=letter["recipient_email"],
        effective_date=letter["effective_date"],
        letter_date=letter["letter_date"],
        signer_name=letter["signer_name"],
        signer_email=letter["signer_email"],
        sign_by=letter["sign_by"],
        contract_method=_method(contract["notice_method"]),
        counted_from=NoticeCountedFrom(contract["notice_counted_from"] or NoticeCountedFrom.UNKNOWN),
        notice_deadline=contract["notice_deadline"],
        act_by=contract["act_by"],
    )


def _method(name: str | None) -> NoticeMethod | None:
    return None if name is None else NoticeMethod(name)


def circuit_lines(ctx: Context, refs: Iterable[str]) -> Sequence[str]:
    """Write a line for each circuit, in the order of their refs as given: id, service, ends, and our own ref."""
    wanted = list(refs)
    a, z, a_site, z_site = aliased(Termination), aliased(Termination), aliased(Site), aliased(Site)
    rows = ctx.session.execute(
        select(
            Circuit.ref, Circuit.provider_circuit_id, Circuit.service_type, Circuit.bandwidth_mbps,
            a_site.name.label("a_site"), a.place.label("a_place"), z_site.name.label("z_site"),
            z.place.label("z_place"),
        )
        .outerjoin(a, (a.circuit_id == Circuit.id) & (a.side == "A") & a.retired_at.is_(None))
        .outerjoin(z, (z.circuit_id == Circuit.id) & (z.side == "Z") & z.retired_at.is_(None))
        .outerjoin(a_site, a_site.id == a.site_id)
        .outerjoin(z_site, z_site.id == z.site_id)
        .where(Circuit.ref.in_(wanted))
    )  # fmt: skip
    lines = {row.ref: _line(row) for row in rows}
    return [lines.get(ref, ref) for ref in wanted]


def _line(row: Any) -> str:
    code = row.service_type
    service = code.upper() if code in SHORT else code.replace("_", " ")
    speed = bandwidth_words(row.bandwidth_mbps)
    ends = " to ".join(end for end in (row.a_site or row.a_place, row.z_site or row.z_place) if end)
    said = ", ".join(part for part in (row.provider_circuit_id, f"{service} {speed}".strip(), ends) if part)
    return f"{said} (our {row.ref})"
