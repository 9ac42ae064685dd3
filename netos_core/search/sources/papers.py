"""What the index holds of documents and letters; a document is found by nobody who may not see what it shows."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import case, func, literal, select

from netos_core.contracts.model import Contract
from netos_core.documents.model import Document
from netos_core.documents.rules.kinds import SEEN_WITH
from netos_core.letters.model import Letter
from netos_core.providers.model import Provider
from netos_core.search.sources.frame import Source, names_of, one_each, said, tags_of


def _documents() -> Source:
    kind = func.replace(Document.kind, "_", " ")
    needs = {str(one): literal(right) for one, right in SEEN_WITH.items() if right is not None}
    rows = select(
        Document.id,
        Document.ref,
        Document.title.label("title"),
        func.concat_ws(", ", kind, Document.file_name).label("detail"),
        one_each(Document.ref, Document.file_name).label("ids"),
        said(Document.title, Document.file_name).label("names"),
        said(Document.title, Document.caption, tags_of(Document, "document")).label("about"),
        said("document", kind).label("words"),
        case(needs, value=Document.sensitivity, else_=None).label("needs"),
    ).where(Document.retired_at.is_(None))
    return Source("document", rows, Document.id)


def _letters() -> Source:
    kind = func.replace(Letter.kind, "_", " ")
    rows = (
        select(
            Letter.id,
            Letter.ref,
            said("Notice of", kind, Provider.name, Contract.number).label("title"),
            func.concat_ws(", ", Contract.ref, func.replace(Letter.method, "_", " ")).label("detail"),
            one_each(Letter.ref, Letter.tracking_number).label("ids"),
            said(Provider.name, Contract.number, Letter.recipient_name).label("names"),
            said("notice letter", kind, Provider.name, Contract.title, tags_of(Letter, "letter")).label("about"),
            said(
                Letter.recipient_name, Letter.signer_name, Contract.ref, Contract.number, names_of(Provider),
                func.replace(Letter.method, "_", " "),
            ).label("words"),
        )
        .join(Contract, Contract.id == Letter.contract_id)
        .join(Provider, Provider.id == Contract.provider_id)
        .where(Letter.retired_at.is_(None))
    )  # fmt: skip
    return Source("letter", rows, Letter.id)


PAPERS: Mapping[str, Source] = {"document": _documents(), "letter": _letters()}
