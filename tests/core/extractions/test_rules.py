"""What a person types, what a clause is typed as, and what needs a person."""

from __future__ import annotations

from typing import Any

import pytest

from netos_core.documents.rules.extraction.fields import FieldName
from netos_core.extractions.rules import deciding, values
from netos_core.extractions.rules.clauses import escalator_of, etf_terms_of
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


@pytest.mark.parametrize(
    ("said", "terms"),
    [
        ("none", {"kind": "none"}),
        ("100% of the remaining MRC", {"kind": "percent", "bands": [{"from_month": 1, "percent": "100"}]}),
        (
            "100% of the remaining MRC in the first year and 50% of the remaining MRC thereafter",
            {"kind": "percent", "bands": [{"from_month": 1, "percent": "100"}, {"from_month": 13, "percent": "50"}]},
        ),
        ("all remaining monthly charges", {"kind": "remainder"}),
        ("$2,500.00", {"kind": "fixed", "amount": "2500.00"}),
    ],
)
def test_a_plain_clause_is_typed(said: str, terms: dict[str, Any]) -> None:
    assert etf_terms_of(said) == terms


@pytest.mark.parametrize(
    "said",
    [
        "100% of the remaining MRC plus any waived NRC",
        "75% of the remaining MRC, not to exceed $10,000",
        "100% in the first year, 75% in the second year and 50% thereafter of the remaining MRC",
        "$500 for each remaining month",
        "the greater of $1,000 and 50% of the remaining MRC",
        "an amount equal to the charges",
    ],
)
def test_a_clause_of_more_parts_is_never_cut_down_to_a_formula(said: str) -> None:
    assert etf_terms_of(said) is None


def test_only_a_fixed_rise_is_typed() -> None:
    assert escalator_of("3.5% a year") == {"kind": "percent", "percent": "3.5"}
    assert escalator_of("CPI") is None


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
