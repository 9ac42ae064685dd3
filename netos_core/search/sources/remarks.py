"""What the index holds of notes, of reports of bugs and wishes, and of proposed changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, literal, select

from netos_core.annotations.model import Note
from netos_core.changes.model import Proposal
from netos_core.circuits.model import Circuit
from netos_core.contracts.model import Contract
from netos_core.customers.model import Customer
from netos_core.documents.model import Document
from netos_core.electrical.model import ElectricalAccount
from netos_core.feedback.model import Feedback, FeedbackComment
from netos_core.letters.model import Letter
from netos_core.links.model import RfLink
from netos_core.network.model import BgpSession, HandoffPort, Interface, IpBlock, Vlan
from netos_core.providers.model import Provider
from netos_core.quotes.model import CircuitOrder, Quote
from netos_core.search.sources.frame import Source, all_of, one_each, said, tags_of
from netos_core.sites.model import Site

OWNERS: Mapping[str, Any] = {
    "circuit": Circuit, "site": Site, "provider": Provider, "customer": Customer, "contract": Contract,
    "interface": Interface, "handoff_port": HandoffPort, "vlan": Vlan, "bgp_session": BgpSession, "ip_block": IpBlock,
    "document": Document, "letter": Letter,
    "rf_link": RfLink, "electrical_account": ElectricalAccount, "feedback": Feedback,
    "quote": Quote, "circuit_order": CircuitOrder,
}  # fmt: skip
"""What notes and tags may be on."""


def _notes() -> Source:
    owner = func.coalesce(
        *(
            select(model.ref).where(Note.entity == entity, model.id == Note.entity_id).correlate(Note).scalar_subquery()
            for entity, model in OWNERS.items()
        ),
        "",
    )
    rows = select(
        Note.id,
        owner.label("ref"),
        func.left(Note.text, 120).label("title"),
        Note.entity.label("detail"),
        one_each(literal("")).label("ids"),
        func.left(Note.text, 200).label("names"),
        Note.text.label("about"),
        literal("note").label("words"),
    ).where(Note.retired_at.is_(None))
    return Source("note", rows, Note.id)


def _reports() -> Source:
    comments = (
        select(FeedbackComment)
        .where(FeedbackComment.feedback_id == Feedback.id, FeedbackComment.retired_at.is_(None))
        .correlate(Feedback)
    )
    rows = select(
        Feedback.id,
        Feedback.ref,
        Feedback.title.label("title"),
        func.concat_ws(", ", Feedback.kind, Feedback.status).label("detail"),
        one_each(Feedback.ref).label("ids"),
        Feedback.title.label("names"),
        said(Feedback.title, Feedback.text, tags_of(Feedback, "feedback")).label("about"),
        said(
            "feedback report", Feedback.kind, Feedback.status, Feedback.source, all_of(FeedbackComment.text, comments)
        ).label("words"),
    ).where(Feedback.retired_at.is_(None))  # fmt: skip
    return Source("feedback", rows, Feedback.id)


def _changes() -> Source:
    rows = select(
        Proposal.id,
        Proposal.ref,
        Proposal.title.label("title"),
        Proposal.status.label("detail"),
        one_each(Proposal.ref).label("ids"),
        Proposal.title.label("names"),
        said(Proposal.title, Proposal.reason).label("about"),
        said("change proposal", Proposal.status).label("words"),
    )
    return Source("change", rows, Proposal.id)


REMARKS: Mapping[str, Source] = {"note": _notes(), "feedback": _reports(), "proposal": _changes()}
