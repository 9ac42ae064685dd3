"""The table of what was read against what lawyers labelled, for all contracts and for those nobody looked at."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from netos_core.documents.rules.extraction.extract import extract
from netos_core.documents.rules.extraction.fields import Extraction, Field, FieldName
from netos_core.documents.rules.pages import Page
from netos_core.runtime.reading import read_document

DATA = Path(__file__).parents[2] / ".." / "shared" / "data" / "cuad-contracts"
LABEL = {
    FieldName.RENEWAL_TERM_MONTHS: "Renewal Term",
    FieldName.NOTICE_DAYS: "Notice Period To Terminate Renewal",
    FieldName.AGREEMENT_DATE: "Agreement Date",
    FieldName.EFFECTIVE_DATE: "Effective Date",
    FieldName.EXPIRATION_DATE: "Expiration Date",
    FieldName.GOVERNING_LAW: "Governing Law",
    FieldName.PARTIES: "Parties",
    FieldName.TERMINATION_FOR_CONVENIENCE: "Termination For Convenience",
    FieldName.LIABILITY_CAP: "Cap On Liability",
    FieldName.LIQUIDATED_DAMAGES: "Liquidated Damages",
    FieldName.MINIMUM_COMMITMENT: "Minimum Commitment",
}
YES_NO = frozenset(
    {
        FieldName.TERMINATION_FOR_CONVENIENCE,
        FieldName.LIABILITY_CAP,
        FieldName.LIQUIDATED_DAMAGES,
        FieldName.MINIMUM_COMMITMENT,
    }
)


def is_held_out(contract_id: str) -> bool:
    """Whether a contract is of those that are scored but never looked at while rules are written."""
    number = int(hashlib.sha256(contract_id.encode()).hexdigest(), 16)
    return number % 3 == 0 and number % 12 != 0


@dataclass
class Tally:
    """How often a field was right where the label has a value, and told where it has none."""

    positives: int = 0
    right: int = 0
    exact: int = 0
    negatives: int = 0
    told_wrongly: int = 0
    cited: int = 0
    cited_right: int = 0
    misses: list[str] = field(default_factory=list)


def labels(folder: Path | None = None) -> Iterator[dict[str, Any]]:
    for line in ((folder or DATA) / "labels.jsonl").read_text().splitlines():
        yield json.loads(line)


def expected(name: FieldName, label: Mapping[str, Any]) -> Any:
    """Give the labelled value; None where the label has none, `...` where it has one no machine can compare."""
    answer = label["answer"]
    if name in YES_NO:
        return answer == "Yes" or None
    if name in (FieldName.GOVERNING_LAW, FieldName.PARTIES):
        return answer or None
    if name in (FieldName.RENEWAL_TERM_MONTHS, FieldName.NOTICE_DAYS):
        told = label["normalised"]
        if told is None:
            return ... if answer else None
        if name is FieldName.RENEWAL_TERM_MONTHS:
            return told.get("months", ...)
        return told.get("days") or told["months"] * 30
    if label["iso"]:
        return date.fromisoformat(label["iso"])
    return None if not answer or answer.lower() == "perpetual" else ...


def agrees(name: FieldName, told: Any, truth: Any) -> bool:
    if name in YES_NO:
        return True
    if name is FieldName.EXPIRATION_DATE:  # lawyers wrote the anniversary, we the last day of the term
        return abs((told - truth).days) <= 1
    if name is FieldName.GOVERNING_LAW:
        return bool(letters(told) and (letters(told) in letters(truth) or letters(truth) in letters(told)))
    if name is FieldName.PARTIES:
        names = [letters(part).removeprefix("the") for part in re.split(r"[;(]", truth) if part.strip()]
        return (
            len(told) > 1
            and sum(any(_alike(letters(one).removeprefix("the"), part) for part in names) for one in told) > 1
        )
    return bool(told == truth)


def _alike(one: str, other: str) -> bool:
    return one[:12] in other or other[:12] in one or SequenceMatcher(None, one, other).ratio() > 0.85


def letters(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())


def score(read: Iterable[tuple[dict[str, Any], Extraction]]) -> dict[FieldName, Tally]:
    table = {name: Tally() for name in LABEL}
    for contract, extraction in read:
        told = {one.name: one for one in extraction.fields}
        for name, title in LABEL.items():
            _count(table[name], contract, name, told.get(name), contract["labels"][title])
    return table


def _count(
    tally: Tally, contract: Mapping[str, Any], name: FieldName, told: Field | None, label: Mapping[str, Any]
) -> None:
    truth = expected(name, label)
    if truth is None:
        tally.negatives += 1
        if told is not None:
            tally.told_wrongly += 1
            tally.misses.append(f"{contract['id']} false {told.value}: p{told.proof.page} {told.proof.quote[:400]}")
        return
    if truth is ...:
        return
    tally.positives += 1
    if told is None or not agrees(name, told.value, truth):
        clauses = [(one["page"], one["text"][:300]) for one in label["clauses"]]
        got = f"{told.value} p{told.proof.page} {told.proof.quote[:200]!r}" if told else "nothing"
        tally.misses.append(f"{contract['id']} wanted {truth}, got {got}: {clauses}")
        return
    tally.right += 1
    tally.exact += told.value == truth
    pages = {
        page
        for one in label["clauses"]
        if one["page"]
        for page in range(one["page"], (one["page_to"] or one["page"]) + 1)
    }
    if pages:
        tally.cited += 1
        tally.cited_right += told.proof.page in pages


def is_verbatim(extraction: Extraction, pages: Sequence[Page]) -> bool:
    """Whether every quote stands on its page, letter for letter."""
    proofs = [one.proof for one in extraction.fields] + [item.proof for one in extraction.fields for item in one.items]
    texts = {page.number: " ".join(page.text.split()) for page in pages}
    return all(" ".join(proof.quote.split()) in texts[proof.page] for proof in proofs)


@dataclass(frozen=True)
class Twins:
    """What a scan and the digital document of the same paper say.

    Args:
        same: The fields they agree on.
        differing: The others, each as the digital document and as the scan has it.
        as_sure: Fields of `same` the scan is no less sure of.
    """

    name: str
    pages: int
    same: tuple[FieldName, ...]
    differing: tuple[tuple[FieldName, Any, Any], ...]
    as_sure: tuple[FieldName, ...]

    def __str__(self) -> str:
        asked = len(self.same) + len(self.differing)
        surer = ", ".join(self.as_sure) or "none"
        told = f"{len(self.same)} of {asked} answers the same, as sure as digital: {surer}"
        lines = [f"{self.name}: {self.pages} pages, {told}"]
        return "\n".join([*lines, *(f"  {name}: {digital} / {seen}" for name, digital, seen in self.differing)])


def twins(name: str, scanned: bytes, digital: bytes) -> Twins:
    """Compare field by field what a scan gives with what its digital twin does."""
    scan, twin = read_document(scanned), read_document(digital)
    seen = {one.name: one for one in extract(scan.pages, scan.unread).fields}
    read = {one.name: one for one in extract(twin.pages, twin.unread).fields}
    values: dict[FieldName, tuple[Any, Any]] = {
        one: (read[one].value if one in read else None, seen[one].value if one in seen else None)
        for one in FieldName
        if one in read or one in seen
    }
    same = tuple(one for one, (digital_value, seen_value) in values.items() if digital_value == seen_value)
    differing = tuple((one, *both) for one, both in values.items() if one not in same)
    as_sure = tuple(one for one in same if seen[one].confidence >= read[one].confidence)
    return Twins(name, len(scan.pages), same, differing, as_sure)


def table(tallies: Mapping[FieldName, Tally]) -> str:
    rows = [f"{'field':28} {'right':>14} {'strictly':>9} {'false on none':>16} {'page right':>14}"]
    for name, one in tallies.items():
        rows.append(
            f"{name:28} {_share(one.right, one.positives):>14} {_share(one.exact, one.positives).split()[0]:>9} "
            f"{_share(one.told_wrongly, one.negatives):>16} {_share(one.cited_right, one.cited):>14}"
        )
    return "\n".join(rows)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%} ({part}/{whole})" if whole else "-"
