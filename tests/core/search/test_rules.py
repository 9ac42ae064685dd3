"""How words are read and ranked."""

from __future__ import annotations

import pytest

from netos_core.search.rules import every_word, fused, in_words, key_of, looks_like_an_id, words_of


@pytest.mark.parametrize(
    ("text", "words", "key"),
    [
        ("66/KXGS/204118//LVLC", ["66", "kxgs", "204118", "lvlc"], "66kxgs204118lvlc"),
        ("  AT&T  Corp. ", ["at", "t", "corp"], "attcorp"),
        ("XIBER_0001", ["xiber", "0001"], "xiber0001"),
        ("Café Zürich", ["café", "zürich"], "cafézürich"),
        ("--", [], ""),
    ],
)
def test_ids_and_names_are_compared_by_letters_and_digits(text: str, words: list[str], key: str) -> None:
    assert words_of(text) == words
    assert key_of(text) == key


@pytest.mark.parametrize(
    ("query", "written"),
    [
        ("noblesville tower", "noblesville:* & tower:*"),
        ("it's | !(a) & b:*", "it:* & s:* & a:* & b:*"),
        ("'; drop table circuit --", "drop:* & table:* & circuit:*"),
        ("a b c d e f g h i j", "a:* & b:* & c:* & d:* & e:* & f:* & g:* & h:*"),
        ("//", ""),
    ],
)
def test_every_word_is_the_beginning_of_one_and_no_operator_gets_through(query: str, written: str) -> None:
    assert every_word(query) == written


@pytest.mark.parametrize(
    ("query", "an_id"),
    [
        ("66/KXGS/204118//LVLC", True),
        ("kxgs 204118", True),
        ("CKT-1042", True),
        ("733 W Henry St Indianapolis", False),
        ("Everstream", False),
        ("10 G", False),
    ],
)
def test_an_id_is_told_from_words(query: str, an_id: bool) -> None:
    assert looks_like_an_id(query) is an_id


def test_words_of_the_trade_are_followed_by_what_they_stand_for() -> None:
    assert in_words("DIA 1 Gbps, 204118") == "DIA dedicated internet access Gbps"
    assert in_words("204118 //") == ""


def test_what_several_lists_name_comes_before_what_one_names_first() -> None:
    scores = fused([["a", "b"], ["b", "c"], []])
    assert sorted(scores, key=lambda key: -scores[key]) == ["b", "a", "c"]
    assert fused([]) == {}
