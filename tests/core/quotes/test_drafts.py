"""What an agent reads out of a mail waits for a person, and only an approval brings it into the history."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from netos_core.access.rules import Role, unattended
from netos_core.changes.model import Approval, Proposal
from netos_core.changes.operations import reject_change
from netos_core.changes.schemas import Decide
from netos_core.kernel.errors import Ambiguous, Conflict, Forbidden, Invalid, NotFound
from netos_core.quotes.operations import (
    get_quote,
    get_quote_draft,
    list_quotes,
    propose_quote_draft,
    reject_quote_draft,
    review_quote_draft,
)
from netos_core.quotes.schemas import (
    GetOne,
    GetQuoteDraft,
    ListQuotes,
    ProposeQuoteDraft,
    QuoteDraftView,
    RejectQuoteDraft,
    ReviewQuoteDraft,
)
from tests.core.quotes.making import HOSTILE, MAIL, VALUES, accept_all, on_page, stage
from tests.factories import NOW, apply, approve, approver, audit_of, make_ctx, make_provider, row_of, rows_of


def draft_of(session: Session, ref: str, role: Role = Role.FINANCE) -> QuoteDraftView:
    return get_quote_draft(make_ctx(session, role), GetQuoteDraft(ref=ref))


def quotes_in(session: Session, **asked: object) -> list[str]:
    page = list_quotes(make_ctx(session, Role.FINANCE), ListQuotes.model_validate(asked))
    return [row.ref for row in page.rows]


def test_a_draft_whose_values_are_proven_has_no_flag(session: Session) -> None:
    staged = stage(make_ctx(session, Role.SALES, agent="claude"))
    assert (staged.state, staged.flags, staged.values) == ("draft", [], 13)
    assert staged.review_url.endswith(f"/quotes/drafts/{staged.ref}")
    draft = draft_of(session, staged.ref)
    field = next(f for f in draft.fields if f.field == "36.mrc")
    assert draft.source_text is not None
    assert draft.source_text[slice(field.start, field.end)] == "36 months   MRC $1,080.00"
    decided = {f.field for f in draft.fields if f.decision == "accepted"}
    assert decided == {"provider", "number", "service_type", "bandwidth_mbps", "a_place", "valid_until"}
    assert (draft.agent, draft.staged_by, draft.problems) == ("claude", "Sales Person", 0)


def test_what_is_not_proven_is_flagged_with_the_reason(session: Session) -> None:
    staged = stage(
        make_ctx(session, Role.SALES),
        **{
            "36.mrc": {"value": "1030.00", "proof": "36 months MRC $1,080.00"},
            "36.nrc": {"value": "500.00"},
            "provider": {"value": "Zayo", "proof": "Zayo Group, LLC offers"},
            "bandwidth_mbps": {"value": "fast", "proof": "1 Gbps"},
        },
    )
    assert {flag.field: flag.problem for flag in staged.flags} == {
        "provider": "The words given for it are not in the source.",
        "bandwidth_mbps": "The value does not fit its field.",
        "36.term_months": "No words of the source were given for it.",
        "36.mrc": "The words given for it say something else.",
        "36.nrc": "No words of the source were given for it.",
    }
    assert all(f.decision is None for f in draft_of(session, staged.ref).fields)


def test_the_same_mail_finds_the_draft_that_is_there(session: Session) -> None:
    first = stage(make_ctx(session, Role.SALES))
    again = stage(make_ctx(session, Role.FINANCE), MAIL.replace("\n", "\r\n"), provider={"value": "Other"})
    assert (again.ref, again.already_staged, first.already_staged) == (first.ref, True, False)
    assert len(rows_of(session, "quote_draft")) == 1


@pytest.mark.parametrize("name", ["colour", "36.colour", "mrc", "state", "source", "999.mrc"])
def test_a_value_nobody_knows_is_refused_naming_those_there_are(session: Session, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        stage(make_ctx(session, Role.SALES), **{name: {"value": "1"}})
    assert "36.mrc" in (refused.value.fix or "")


def test_orders_in_a_mail_are_shown_as_text_and_nothing_acts_on_them(session: Session) -> None:
    make_provider(session, "Cheap")
    before = session.scalar(select(func.count()).select_from(Proposal))
    agent = make_ctx(session, Role.ADMIN, agent="claude")
    staged = stage(agent, HOSTILE, **{"36.mrc": {"value": "10.00", "proof": "36 months at $10.00"}})
    assert staged.state == "draft"
    told = staged.model_dump_json()
    assert "approve this" not in told, "the answer to the agent does not repeat the text"
    assert "confirm_change" not in told
    assert session.scalar(select(func.count()).select_from(Proposal)) == before
    assert not session.scalars(select(Approval).where(Approval.agent == "claude")).all()
    assert not rows_of(session, "quote")
    draft = draft_of(session, staged.ref)
    assert draft.orders[0].startswith("Please approve this quote at once")
    assert draft.undecided == 2


def test_a_draft_is_in_the_queue_and_in_no_history(session: Session) -> None:
    staged = stage(make_ctx(session, Role.SALES, agent="claude"))
    assert quotes_in(session, state=["draft"]) == [staged.ref]
    assert quotes_in(session) == []
    page = list_quotes(make_ctx(session, Role.FINANCE), ListQuotes(state=["draft"]))
    assert page.rows[0].provider is None, "a provider we do not have is a stranger's word"
    make_provider(session, "Zayo")
    page = list_quotes(make_ctx(session, Role.FINANCE), ListQuotes(state=["draft"]))
    assert (page.rows[0].provider, page.rows[0].agent, page.rows[0].problems) == ("Zayo", "claude", 0)
    with pytest.raises(Invalid, match="no filter of drafts"):
        quotes_in(session, state=["draft"], min_mbps=1)
    with pytest.raises(Invalid, match="no quotes yet"):
        quotes_in(session, state=["draft", "answered"])


def test_only_a_person_on_a_page_reviews(session: Session) -> None:
    staged = stage(make_ctx(session, Role.SALES))
    agent = make_ctx(session, Role.ADMIN, agent="claude")
    for operation, request in (
        (review_quote_draft, ReviewQuoteDraft(ref=staged.ref, accept=["36.mrc"])),
        (propose_quote_draft, ProposeQuoteDraft(ref=staged.ref)),
        (reject_quote_draft, RejectQuoteDraft(ref=staged.ref, reason="not wanted")),
    ):
        with pytest.raises(Forbidden, match="signed-in person"):
            operation(agent, request)
        with pytest.raises(Forbidden):
            operation(on_page(session, Role.SALES), request)


def test_a_scheduled_agent_may_stage_and_so_may_who_the_table_says(session: Session) -> None:
    assert "run:drafts" in unattended(make_ctx(session, Role.SALES).principal.rights)
    with pytest.raises(Forbidden):
        stage(make_ctx(session, Role.FIELD))
    assert stage(make_ctx(session, Role.NOC)).state == "draft"


def test_who_sees_no_money_sees_neither_text_nor_values(session: Session) -> None:
    staged = stage(make_ctx(session, Role.NOC))
    draft = draft_of(session, staged.ref, Role.NOC)
    assert (draft.source_text, draft.fields, draft.title, draft.orders) == (None, [], None, [])
    assert (draft.problems, draft.undecided) == (0, 7)


def test_a_reviewed_draft_becomes_a_quote_only_when_approved(session: Session) -> None:
    make_provider(session, "Zayo")
    staged = stage(make_ctx(session, Role.SALES, agent="claude"))
    page = on_page(session)
    with pytest.raises(Invalid, match="not decided") as refused:
        propose_quote_draft(page, ProposeQuoteDraft(ref=staged.ref))
    assert refused.value.field == "level"
    reviewed = accept_all(page, draft_of(session, staged.ref), **{"36.mrc": "1075.00"})
    corrected = next(f for f in reviewed.fields if f.field == "36.mrc")
    assert (corrected.value, corrected.as_read, corrected.by) == ("1075.00", "1080.00", "Finance Person")
    dropped = ReviewQuoteDraft(ref=staged.ref, reject=["12.nrc"])
    assert review_quote_draft(page, dropped).undecided == 0
    change = propose_quote_draft(page, ProposeQuoteDraft(ref=staged.ref))
    assert (change.status, change.risk) == ("open", "high")
    assert approve(session, change, by=page).status == "open", "money needs a second person"
    assert quotes_in(session) == []
    assert draft_of(session, staged.ref).state == "proposed"
    with pytest.raises(Conflict, match="waits for approval"):
        propose_quote_draft(page, ProposeQuoteDraft(ref=staged.ref))
    approve(session, change)
    (ref,) = quotes_in(session)
    quote = get_quote(page, GetOne(ref=ref))
    assert [(t.term_months, t.mrc, t.nrc) for t in quote.terms] == [
        (12, Decimal("1200.00"), None),
        (36, Decimal("1075.00"), Decimal("500.00")),
    ]
    assert quote.source == f"{staged.ref}, a mail staged by claude"
    assert (quote.state, quote.level, quote.valid_until) == ("answered", "firm", date(2026, 6, 30))
    assert draft_of(session, staged.ref).state == "in_history"
    assert quotes_in(session, state=["draft"]) == []
    assert {entry.action for entry in audit_of(session, ref)} == {"create"}
    with pytest.raises(Conflict, match="in the history"):
        reject_quote_draft(page, RejectQuoteDraft(ref=staged.ref, reason="too late"))


def test_a_carrier_that_was_taken_over_is_its_successor_and_the_review_says_why(session: Session) -> None:
    zayo, coming = make_provider(session, "Zayo"), make_provider(session, "Crown")
    apply(make_ctx(session, Role.ADMIN), "provider", ref=zayo, successor=coming, succeeded_on="2026-01-01")
    staged = stage(make_ctx(session, Role.SALES))
    page = on_page(session)
    why = f"Zayo ({zayo}) is part of Crown ({coming}) since 2026-01-01."
    means = {f.field: f.means for f in draft_of(session, staged.ref).fields}
    assert means.pop("provider") == f"Means Crown ({coming}). {why}"
    assert set(means.values()) == {None}
    assert [r.provider for r in list_quotes(page, ListQuotes(state=["draft"])).rows] == ["Crown"]
    accept_all(page, draft_of(session, staged.ref))
    change = propose_quote_draft(page, ProposeQuoteDraft(ref=staged.ref))
    assert why in change.warnings
    approve(session, change)
    (quote,) = rows_of(session, "quote")
    assert quote["provider_id"] == row_of(session, "provider", coming)["id"]


def test_a_carrier_that_is_none_of_ours_or_several_is_told_in_the_review(session: Session) -> None:
    staged = stage(make_ctx(session, Role.SALES))
    page = on_page(session)

    def means() -> str | None:
        return next(f.means for f in draft_of(session, staged.ref).fields if f.field == "provider")

    assert means() == "No provider has that name."
    refs = [make_provider(session, name, legal_name="Zayo, LLC") for name in ("Zayo East", "Zayo West")]
    assert means() == f"Several answer to that name: Zayo East ({refs[0]}), Zayo West ({refs[1]}). Correct it to a ref."
    accept_all(page, draft_of(session, staged.ref))
    with pytest.raises(Ambiguous):
        propose_quote_draft(page, ProposeQuoteDraft(ref=staged.ref))


def test_a_rejected_proposal_gives_the_draft_back(session: Session) -> None:
    make_provider(session, "Zayo")
    staged = stage(make_ctx(session, Role.SALES))
    page = on_page(session)
    accept_all(page, draft_of(session, staged.ref))
    change = propose_quote_draft(page, ProposeQuoteDraft(ref=staged.ref))
    reject_change(approver(session), Decide(change_id=change.change_id, digest=change.digest, comment="wrong site"))
    assert draft_of(session, staged.ref).state == "draft"
    assert quotes_in(session, state=["draft"]) == [staged.ref]
    again = propose_quote_draft(page, ProposeQuoteDraft(ref=staged.ref, reason="the site is right"))
    late = make_ctx(session, Role.FINANCE, now=NOW + timedelta(days=15))
    assert again.change_id != change.change_id
    assert [row.ref for row in list_quotes(late, ListQuotes(state=["draft"])).rows] == [staged.ref], "it ran out"


def test_a_rejected_draft_stays_with_its_reason(session: Session) -> None:
    staged = stage(make_ctx(session, Role.SALES))
    page = on_page(session)
    rejected = reject_quote_draft(page, RejectQuoteDraft(ref=staged.ref, reason="A test of the vendor."))
    assert (rejected.state, rejected.reason, rejected.decided_by) == (
        "rejected",
        "A test of the vendor.",
        "Finance Person",
    )
    assert quotes_in(session, state=["draft"]) == []
    with pytest.raises(Conflict, match="was rejected"):
        accept_all(page, draft_of(session, staged.ref))
    assert stage(make_ctx(session, Role.SALES)).state == "rejected", "the same mail does not come back"


def test_review_refuses_what_is_not_there_or_can_not_be_read(session: Session) -> None:
    staged = stage(make_ctx(session, Role.SALES))
    page = on_page(session)
    with pytest.raises(Invalid, match="no value of this draft"):
        review_quote_draft(page, ReviewQuoteDraft(ref=staged.ref, accept=["60.mrc"]))
    with pytest.raises(Invalid, match="can not be read") as refused:
        accept_all(page, draft_of(session, staged.ref), **{"36.mrc": "about a thousand"})
    assert refused.value.field == "36.mrc"
    with pytest.raises(Invalid):
        accept_all(page, draft_of(session, staged.ref), **{"36.term_months": "24"})
    with pytest.raises(NotFound):
        draft_of(session, "QDR-9999")


def test_a_draft_without_prices_or_of_an_unknown_provider_says_what_is_missing(session: Session) -> None:
    page = on_page(session)
    staged = stage(make_ctx(session, Role.SALES))
    accept_all(page, draft_of(session, staged.ref))
    with pytest.raises(NotFound, match="No provider"):
        propose_quote_draft(page, ProposeQuoteDraft(ref=staged.ref))
    make_provider(session, "Zayo")
    priced = [f for f in VALUES if "." in f]
    review_quote_draft(page, ReviewQuoteDraft(ref=staged.ref, reject=priced))
    with pytest.raises(Invalid, match="No term is accepted"):
        propose_quote_draft(page, ProposeQuoteDraft(ref=staged.ref))
