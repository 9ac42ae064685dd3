"""What the index holds of documents. One with a class of its own is found by nobody who may not see what it shows."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import case, func, literal, select

from netos_core.documents.model import Document
from netos_core.documents.rules.kinds import SEEN_WITH
from netos_core.search.sources.frame import Source, one_each, said, tags_of


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


PAPERS: Mapping[str, Source] = {"document": _documents()}
