"""Documents and photos."""

from __future__ import annotations

from netos_core.documents import operations as documents
from netos_mcp.answers import LIST_WORDS, Published

PUBLISHED = (
    Published(
        documents.list_site_documents,
        "List documents and photos of a site. Read one by its resource, netos://document/DOC-1007/page/1. "
        'Example: {"site": "SIT-1007", "kind": ["photo"]}.',
        words=LIST_WORDS,
    ),
)
