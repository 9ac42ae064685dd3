"""Documents, photos and notice letters."""

from __future__ import annotations

from netos_core.documents import operations as documents
from netos_core.letters import operations as letters
from netos_mcp.answers import LIST_WORDS, Published

KINDS = "contract, loa_cfa, invoice, quote, photo, permit, notice …"
PUBLISHED = (
    Published(
        documents.list_site_documents,
        "List documents and photos of a site. Read one by its resource, netos://document/DOC-1007/page/1. "
        'Example: {"site": "SIT-1007", "kind": ["photo"]}.',
        words={**LIST_WORDS, "kind": KINDS},
    ),
)

NAME = "documents"
TOOLSET = (
    Published(
        documents.list_documents,
        "List documents and photos of any record by its ref, kind or day of upload, newest first. Of one site: "
        'list_site_documents. Example: {"kind": ["contract", "loa_cfa"]}.',
        words={**LIST_WORDS, "kind": KINDS},
        toolset=NAME,
    ),
    Published(
        documents.get_document,
        "Show what is known of one document: kind, pages, where and when it was taken, who brought it. Its text is "
        'the resource it names, page by page. Example: {"ref": "DOC-1007"}.',
        toolset=NAME,
    ),
    Published(
        letters.list_letters,
        "List notice letters by contract, provider or state, newest first; open are those under way. One with its "
        'text: get_letter. Example: {"state": ["signed"]}.',
        words=LIST_WORDS,
        toolset=NAME,
    ),
    Published(
        letters.get_letter,
        "Show one notice letter: its text, what is missing, how its signature stands and what is next. Draft, send and "
        'record one with propose_change, kind letter. Example: {"ref": "LTR-1001"}.',
        toolset=NAME,
    ),
)
