"""The words of each method, and the PDF: the same bytes for the same words, whatever the records say."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import date

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netos_core.contracts.rules import NoticeCountedFrom, NoticeMethod
from netos_core.letters import paper
from netos_core.letters.rules.states import LetterKind
from netos_core.letters.wording import MOST_IN_LETTER, PARTS, Facts, Part, compose, plain
from tests.core.letters.making import FACTS

DAY = date(2026, 11, 26)


def text_of(facts: Facts) -> dict[str, str]:
    return {part.name: part.text for part in compose(facts)}


def pages_of(pdf: bytes) -> list[str]:
    opened = pypdfium2.PdfDocument(pdf)
    try:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in opened]
    finally:
        opened.close()


def many(count: int) -> tuple[str, ...]:
    return tuple(
        f"OQYX/{n:06d}//ZYO, wave 10 G, Henry Street Suite 340 to Cermak Suite 820 (our CKT-{n})" for n in range(count)
    )


METHODS = {
    NoticeMethod.EMAIL: ("BY E-MAIL", "served by e-mail to notices@zayo.example"),
    NoticeMethod.CERTIFIED_MAIL: (
        "BY CERTIFIED MAIL, RETURN RECEIPT REQUESTED",
        "certified mail, return receipt requested",
    ),
    NoticeMethod.COURIER: ("BY COURIER, SIGNATURE ON DELIVERY REQUIRED", "by courier with a signature on delivery"),
    NoticeMethod.PORTAL: ("THROUGH YOUR CUSTOMER PORTAL", "through your customer portal"),
    NoticeMethod.FAX: ("BY FACSIMILE", "by facsimile"),
    NoticeMethod.MAIL: ("BY FIRST-CLASS MAIL", "by first-class mail"),
    NoticeMethod.ANY: (None, "in writing, as the contract allows"),
}


@pytest.mark.parametrize("method", METHODS)
def test_each_method_has_its_line_and_says_how_it_is_served(method: NoticeMethod) -> None:
    line, served = METHODS[method]
    told = text_of(replace(FACTS, method=method))
    assert told.get("method") == line
    assert served in told["service"]
    assert list(told) == [name for name in PARTS if name in told], "in the order of the paper"
    (page,) = pages_of(paper.printed(compose(replace(FACTS, method=method)), "LTR-1001", DAY).pdf)
    assert served in page
    assert line is None or line in page


def test_every_method_has_a_template() -> None:
    assert set(METHODS) | {NoticeMethod.UNKNOWN} == set(NoticeMethod)


def test_the_letter_says_what_the_clause_says_and_no_more() -> None:
    told = text_of(FACTS)
    assert told["subject"].splitlines()[0] == "Notice of non-renewal"
    assert "MSA-ZAY-2291 (our reference CTR-1004), Master service agreement" in told["subject"]
    assert told["terms"].endswith("so that notice is to be received by December 31, 2026.")
    sent = text_of(replace(FACTS, counted_from=NoticeCountedFrom.DISPATCHED))
    assert sent["terms"].endswith("so that notice is to be sent by December 31, 2026.")
    unsaid = text_of(replace(FACTS, counted_from=NoticeCountedFrom.UNKNOWN))
    assert unsaid["terms"].endswith("so that notice is due by December 31, 2026.")
    assert text_of(replace(FACTS, notice_deadline=None))["terms"] == "The contract asks for 90 days of notice."
    assert text_of(replace(FACTS, notice=None))["terms"] == "This notice is given as the contract provides."
    ended = text_of(replace(FACTS, kind=LetterKind.TERMINATION))
    assert "terminates the contract and the services under it" in ended["opening"]
    assert ended["subject"].startswith("Notice of termination")
    assert text_of(replace(FACTS, circuits=()))["circuits"] == "Services: all under the contract."
    assert "\n\n".join(told.values()) == plain(compose(FACTS))


def test_what_is_not_known_yet_shows_as_a_gap() -> None:
    bare = replace(FACTS, letterhead=(), recipient_name=None, effective_date=None, signer_name=None, method=None)
    told = plain(compose(bare))
    for gap in ("[our name and address]", "[recipient]", "[day it takes effect]", "[signer]"):
        assert gap in told


def test_the_same_words_are_the_same_bytes() -> None:
    first = paper.printed(compose(FACTS), "LTR-1001", DAY)
    paper.printed.cache_clear()
    again = paper.printed(compose(FACTS), "LTR-1001", DAY)
    assert again == first
    assert hashlib.sha256(first.pdf).hexdigest() == first.sha256
    assert b"20261126120000" in first.pdf, "the file's date is the letter's"
    other = paper.printed(compose(replace(FACTS, signer_title="President")), "LTR-1001", DAY)
    assert other.sha256 != first.sha256


def test_it_is_signed_on_the_first_page_and_the_services_follow_as_a_schedule() -> None:
    few = paper.printed(compose(replace(FACTS, circuits=many(MOST_IN_LETTER))), "LTR-1001", DAY)
    assert few.signature.page == few.pages
    made = paper.printed(compose(replace(FACTS, circuits=many(200))), "LTR-1001", DAY)
    pages = pages_of(made.pdf)
    assert (made.signature.page, made.pages, len(pages)) == (1, 6, 6)
    assert "Services: 200 circuits, in the schedule that follows the signature." in pages[0]
    assert "Schedule of services: 200 circuits under contract MSA-ZAY-2291" in pages[1]
    found = re.findall(r"our CKT-(\d+)", " ".join(pages))
    assert [int(n) for n in found] == list(range(200)), "each once, in order"
    assert [f"LTR-1001, page {n} of 6" in page for n, page in enumerate(pages, 1)] == [True] * 6


def test_the_places_to_sign_are_on_the_paper_and_above_the_name() -> None:
    for facts in (FACTS, replace(FACTS, circuits=many(12)), replace(FACTS, extra="More to say. " * 160)):
        made = paper.printed(compose(facts), "LTR-1001", DAY)
        for box in (made.signature, made.dated):
            assert 1 <= box.page <= made.pages
            assert 0 < box.x < box.x + box.w < 1
            assert 0 < box.y < box.y + box.h < 1
        opened = pypdfium2.PdfDocument(made.pdf)
        page = opened[made.signature.page - 1]
        text = page.get_textpage()
        found = text.search("Elena Ruiz").get_next()
        _, _, _, top = text.get_charbox(found[0])
        height = page.get_height()
        text.close()
        opened.close()
        assert made.signature.y + made.signature.h < 1 - top / height + 0.02, "the name is below the line"


def test_text_of_records_is_data() -> None:
    hostile = replace(
        FACTS,
        recipient_name="Zayo \x1emethod\x1fBY NOTHING AT ALL",
        recipient_address="{{ part('method') }}\n<b>bold</b> **strong** \x1eclosing\x1f{% raw %}",
        contract_title="<0> {nb} --signature-- [link](http://x.example)",
        opening="{{ 7 * 7 }}\x1esignature\x1fMallory",
    )
    told = text_of(hostile)
    assert told["method"] == "BY CERTIFIED MAIL, RETURN RECEIPT REQUESTED"
    assert told["closing"] == "Sincerely,"
    assert told["signature"].startswith("Elena Ruiz")
    assert told["opening"] == "{{ 7 * 7 }}signatureMallory"
    (page,) = pages_of(paper.printed(compose(hostile), "LTR-1001", DAY).pdf)
    assert "<b>bold</b> **strong**" in page
    assert "<0> {nb} --signature--" in page
    assert page.endswith("LTR-1001, page 1 of 1")


@settings(deadline=None, max_examples=25)
@given(st.text(max_size=200), st.text(max_size=400))
def test_any_text_prints_and_begins_no_part(name: str, words: str) -> None:
    told = compose(replace(FACTS, recipient_name=name, opening=words, circuits=(words,)))
    assert [part.name for part in told] == [name for name in PARTS if name in {part.name for part in told}]
    known = {c for part in told for c in part.text} - set(paper.unprintable(told))
    printable = tuple(Part(p.name, "".join(c for c in p.text if c in known)) for p in told)
    assert paper.printed(printable, "LTR-1001", DAY).pages >= 1


def test_characters_the_typeface_lacks_are_known() -> None:
    assert paper.unprintable(compose(FACTS)) == ""
    assert paper.unprintable(compose(replace(FACTS, extra="naïve “Ελλ” Жук — ½ €"))) == ""
    assert paper.unprintable(compose(replace(FACTS, extra="中 \N{PILE OF POO}"))) == "中\N{PILE OF POO}"
