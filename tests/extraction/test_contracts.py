"""Real contracts against the labels of lawyers: the shorter ones; all of them with `python -m tests.extraction`."""

from __future__ import annotations

from pathlib import Path

import pytest

from netos_core.documents.rules.extraction.extract import extract
from netos_core.documents.rules.extraction.fields import FieldName
from netos_core.runtime.reading import read_document
from tests.extraction import score

MOST_PAGES = 9
pytestmark = pytest.mark.skipif(not score.DATA.is_dir(), reason="../shared/data/cuad-contracts is not on this machine")


@pytest.fixture(scope="module")
def tallies() -> dict[FieldName, score.Tally]:
    read = []
    for contract in score.labels():
        if contract["pdf_pages"] <= MOST_PAGES:
            reading = read_document((score.DATA / contract["pdf"]).read_bytes())
            extraction = extract(reading.pages, reading.unread)
            assert score.is_verbatim(extraction, reading.pages), contract["id"]
            read.append((contract, extraction))
    return score.score(read)


@pytest.mark.parametrize(
    ("name", "least", "most_false"),
    [
        (FieldName.RENEWAL_TERM_MONTHS, 0.85, 0.06),
        (FieldName.NOTICE_DAYS, 0.80, 0.08),
        (FieldName.AGREEMENT_DATE, 0.85, 1.0),
        (FieldName.EFFECTIVE_DATE, 0.75, 1.0),
        (FieldName.EXPIRATION_DATE, 0.65, 0.25),
        (FieldName.GOVERNING_LAW, 0.85, 0.1),
    ],
)
def test_a_field_is_right_as_often_as_promised(tallies, name: FieldName, least: float, most_false: float) -> None:
    tally = tallies[name]
    assert tally.right >= least * tally.positives, tally.misses
    assert tally.told_wrongly <= max(most_false * tally.negatives, 1), tally.misses
    assert tally.cited_right >= 0.9 * tally.cited


@pytest.mark.parametrize("scanned", sorted((score.DATA / "scanned").glob("*.pdf")), ids=lambda path: path.stem)
def test_a_scan_gives_the_answers_of_its_digital_twin_and_is_less_sure(scanned: Path) -> None:
    told = score.twins(scanned.stem, scanned.read_bytes(), (score.DATA / "pdf" / scanned.name).read_bytes())
    assert told.differing == ()
    assert told.as_sure == ()
    assert len(told.same) >= 10
