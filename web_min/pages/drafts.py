"""The review of a draft: its source on the left, what was read of it on the right, decided value by value."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.kernel.errors import Conflict, Invalid, NetosError, NotFound
from netos_core.quotes import operations as quotes
from netos_core.quotes.rules.reading import split
from netos_core.quotes.schemas import (
    DraftField,
    GetQuoteDraft,
    ListQuotes,
    ProposeQuoteDraft,
    QuoteDraftView,
    QuoteEdit,
    QuoteTermEdit,
    RejectQuoteDraft,
    ReviewQuoteDraft,
)
from web_min import errors, forms
from web_min.asked import given, validated
from web_min.fields import Input, inputs_of
from web_min.format import count
from web_min.site import Site, Visit, get, post

ROWS = 50


def routes(site: Site) -> list[BaseRoute]:
    return [
        get(site, "/quotes/drafts", _queue, "quote_drafts"),
        get(site, "/quotes/drafts/{ref}", _show, "quote_draft"),
        post(site, "/quotes/drafts/{ref}", _decide, "review_quote_draft"),
        post(site, "/quotes/drafts/{ref}/reject", _reject, "reject_quote_draft"),
    ]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of the source: the numbers of the values it proves, and of those whose proof begins with it."""

    text: str
    proves: tuple[int, ...]
    begins: tuple[int, ...]
    doubtful: bool


@dataclass(slots=True)
class Row:
    """A value with its input and its number in the source."""

    number: int | None
    field: DraftField
    input: Input
    decision: str


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    rows: list[Row]

    @property
    def done(self) -> int:
        return sum(bool(row.decision) for row in self.rows)


def _queue(visit: Visit) -> Response:
    pairs = dict(given(visit.request.query_params, ["cursor"]))
    listed = visit.call(quotes.list_quotes, validated(ListQuotes, {**pairs, "state": ["draft"], "limit": ROWS}))
    return visit.page("quotes/drafts.html", listing=listed, started="cursor" in pairs)


def _ref(visit: Visit) -> str:
    return str(visit.request.path_params["ref"])[:24]


def _show(visit: Visit) -> Response:
    saved = dict(given(visit.request.query_params, ["saved"])).get("saved")
    toast = {"text": "Saved. Nothing is in the history yet.", "undo": None, "back": "/quotes/drafts"} if saved else None
    return _page(visit, toast=toast)


def _page(
    visit: Visit, *, refusal: NetosError | None = None, toast: dict[str, Any] | None = None, reason: str = ""
) -> Response:
    view = visit.call(quotes.get_quote_draft, GetQuoteDraft(ref=_ref(visit)))
    groups = _groups(visit, view, refusal)
    rows = [row for group in groups for row in group.rows]
    placed = any(row.input.error for row in rows)
    return visit.page(
        "quotes/draft.html",
        status=errors.shown(refusal).status if refusal else 200,
        d=view,
        groups=groups,
        pieces=_pieces(view, {row.field.field: row.number for row in rows}),
        works=view.state == "draft" and visit.may("propose:money"),
        left=sum(not row.decision for row in rows),
        refusal=refusal if not placed else None,
        reason=reason,
        toast=toast,
    )


def _groups(visit: Visit, view: QuoteDraftView, refusal: NetosError | None) -> list[Group]:
    """Lay the values out: the quote's own, then each term's; what was typed stays typed."""
    found: dict[int | None, list[Row]] = {}
    number = 0
    for field in view.fields:
        months, name = split(field.field)
        model = QuoteEdit if months is None else QuoteTermEdit
        entry = inputs_of(model)[name]
        entry.name, entry.hint = field.field, None
        entry.value = visit.text(f"v.{field.field}") or field.value
        if refusal is not None and refusal.field == field.field:
            entry.error = forms.said(refusal)
        if field.start is not None:
            number += 1
        decided = {"accepted": "accept", "rejected": "reject"}.get(field.decision or "", "")
        decision = visit.text(f"d.{field.field}") or decided
        found.setdefault(months, []).append(Row(number if field.start is not None else None, field, entry, decision))
    return [Group("The quote" if m is None else f"Term of {count(m, 'month')}", rows) for m, rows in found.items()]


def _pieces(view: QuoteDraftView, numbers: dict[str, int | None]) -> list[Piece]:
    """Cut the source where a proof begins or ends."""
    text = view.source_text or ""
    spans = [
        (f.start, f.end, numbers[f.field] or 0, f.problem is not None)
        for f in view.fields
        if f.start is not None and f.end is not None
    ]
    cuts = sorted({0, len(text), *(s[0] for s in spans), *(s[1] for s in spans)})
    return [
        Piece(
            text[start:end],
            tuple(sorted(n for a, b, n, _ in spans if a <= start and end <= b)),
            tuple(sorted(n for a, _, n, _ in spans if a == start)),
            any(bad for a, b, _, bad in spans if a <= start and end <= b),
        )
        for start, end in itertools.pairwise(cuts)
    ]


def _decide(visit: Visit) -> Response:
    """Keep what was decided; then, where asked, propose the quote."""
    ref = _ref(visit)
    names = [name.removeprefix("v.") for name in visit.form if name.startswith("v.")]
    decided = {name: visit.text(f"d.{name}") for name in names}
    review = {
        "ref": ref,
        "values": {name: visit.text(f"v.{name}") for name in names if visit.text(f"v.{name}")},
        "accept": [name for name, what in decided.items() if what == "accept"],
        "reject": [name for name, what in decided.items() if what == "reject"],
    }
    try:
        visit.call(quotes.review_quote_draft, validated(ReviewQuoteDraft, review))
        if visit.text("do") != "propose":
            return visit.go(f"/quotes/drafts/{ref}", saved="yes")
        change = visit.call(quotes.propose_quote_draft, ProposeQuoteDraft(ref=ref))
    except (Invalid, NotFound, Conflict) as refusal:
        return _page(visit, refusal=refusal)
    return visit.go(f"/approvals/{change.change_id}", said="proposed")


def _reject(visit: Visit) -> Response:
    ref, reason = _ref(visit), visit.text("reason")
    try:
        visit.call(quotes.reject_quote_draft, validated(RejectQuoteDraft, {"ref": ref, "reason": reason}))
    except (Invalid, Conflict) as refusal:
        return _page(visit, refusal=refusal, reason=reason)
    return visit.go(f"/quotes/drafts/{ref}")
