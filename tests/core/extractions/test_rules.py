"""What a person types, what a clause is typed as, and what needs a person."""

from __future__ import annotations

from typing import Any

import pytest

from netos_core.documents.rules.extraction.fields import FieldName
from netos_core.extractions.rules import deciding, values
from netos_core.extractions.rules.clauses import typed_clause
from netos_core.kernel.errors import Invalid


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("mrc", "$1,250.50", "1250.50"),
        ("nrc", " 0 ", "0"),
        ("initial_term_months", "36 months", 36),
        ("notice_days", "90", 90),
        ("effective_date", "2026-03-31", "2026-03-31"),
        ("circuit_ids", "A/1; B/2 ;", ["A/1", "B/2"]),
        ("auto_renews", "Yes", True),
        ("end_of_term", "auto renew", "auto_renew"),
        ("provider", "  Granite   Peak ", "Granite Peak"),
    ],
)
def test_what_is_typed_is_read_as_the_field_keeps_it(name: str, text: str, value: Any) -> None:
    assert values.typed(FieldName(name), text) == value
    assert values.typed(FieldName(name), values.as_text(value)) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("mrc", "NaN"), ("mrc", "-1"), ("mrc", "1e13"), ("mrc", "soon"), ("initial_term_months", "three"),
        ("initial_term_months", "12.5"), ("effective_date", "31.03.2026"), ("auto_renews", "maybe"),
        ("end_of_term", "explode"), ("provider", "   "),
    ],
)  # fmt: skip
def test_what_is_no_value_is_refused_by_its_field(name: str, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        values.typed(FieldName(name), text)
    assert refused.value.field == name


def read_as(confidence: float, **more: Any) -> dict[str, Any]:
    return {"value": 12, "confidence": confidence, **more}


def test_a_sure_field_needs_nobody_unless_a_person_must_or_something_is_told_against_it() -> None:
    sure, none = read_as(0.9), frozenset[str]()
    assert deciding.is_trusted(FieldName.NOTICE_DAYS, sure, none)
    assert not deciding.is_trusted(FieldName.MRC, sure, none)
    assert not deciding.is_trusted(FieldName.NOTICE_DAYS, read_as(0.7), none)
    assert not deciding.is_trusted(FieldName.NOTICE_DAYS, read_as(0.9, counted=True), none)
    assert not deciding.is_trusted(FieldName.NOTICE_DAYS, sure, frozenset({"notice_days"}))
    assert not deciding.is_trusted(FieldName.GOVERNING_LAW, sure, none)
    assert not deciding.is_trusted(FieldName.NOTICE_DAYS, None, none)


def test_what_is_taken_over_is_what_was_decided_or_is_sure() -> None:
    reads = {
        FieldName.MRC: {"value": "10", "confidence": 0.9},
        FieldName.NRC: {"value": "20", "confidence": 0.9},
        FieldName.NOTICE_DAYS: {"value": 90, "confidence": 0.5},
        FieldName.CURRENCY: {"value": "USD", "confidence": 0.9},
    }
    decided = {"mrc": {"choice": "accept"}, "etf": {"choice": "edit", "value": "none"}, "nrc": {"choice": "reject"}}
    none = frozenset[str]()
    assert deciding.taken(reads, decided, none) == {
        FieldName.MRC: "10", FieldName.ETF: "none", FieldName.CURRENCY: "USD",
    }  # fmt: skip
    assert deciding.left_out(reads, decided, none) == [FieldName.NOTICE_DAYS]
    assert deciding.missing(decided) == [FieldName.INITIAL_TERM_MONTHS]


def test_a_clause_that_another_reader_cut_down_is_not_typed() -> None:
    taken = {FieldName.ETF: "75% of the remaining MRC"}
    whole = {"quote": "75% of the remaining MRC, not to exceed $10,000", "value": taken[FieldName.ETF]}
    cut = typed_clause(FieldName.ETF, taken, whole, by_rules=False)
    assert (cut.terms, cut.told) == (None, "may say more in its quote than in what was read")
    same = {"quote": "shall pay 75% of the remaining MRC", "value": taken[FieldName.ETF]}
    assert typed_clause(FieldName.ETF, taken, same, by_rules=False).terms
    assert typed_clause(FieldName.ETF, taken, None, by_rules=False).terms, "a person typed it"


def test_years_of_a_clause_are_counted_from_the_term_that_stands() -> None:
    taken = {FieldName.ESCALATOR: "The MRC rises by 3% in year 2 and 4% in year 3", FieldName.ETF: BANDS}
    assert typed_clause(FieldName.ESCALATOR, taken, None, by_rules=True).terms is None
    dated = typed_clause(FieldName.ESCALATOR, {**taken, FieldName.EFFECTIVE_DATE: "2026-04-01"}, None, by_rules=True)
    assert dated.terms == {
        "kind": "steps",
        "steps": [{"from_date": "2027-04-01", "percent": "3"}, {"from_date": "2028-04-01", "percent": "4"}],
    }
    for months, fits in ((24, True), (36, False)):
        typed = typed_clause(FieldName.ETF, {**taken, FieldName.INITIAL_TERM_MONTHS: months}, None, by_rules=True)
        assert (typed.terms is not None) is fits


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (FieldName.ETF, "250% of the remaining MRC"),
        (FieldName.ESCALATOR, "The MRC rises by 3% on January 1, 2028 and 4% on January 1, 2027."),
    ],
)
def test_figures_no_contract_can_have_are_told(name: FieldName, said: str) -> None:
    typed = typed_clause(name, {name: said}, None, by_rules=True)
    assert (typed.terms, typed.told) == (None, "has figures that no contract can have")


BANDS = "100% of the remaining MRC in year 1 and 50% of the remaining MRC in year 2"
