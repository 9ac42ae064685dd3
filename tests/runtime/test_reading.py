"""PDFs are read in a process of their own: page by page, scans among letters, and whatever a file does ends there."""

from __future__ import annotations

import contextlib
import io
import tempfile
import time
from pathlib import Path

import pypdfium2
import pytest
from fpdf import FPDF
from fpdf.enums import EncryptionMethod
from PIL import Image

from netos_core.documents.rules.content import FileRefused
from netos_core.runtime import reading
from netos_core.runtime.child import MEGABYTE, Bounds
from netos_core.runtime.reading import MOST_BYTES, NotReadInTime, read_document
from tests.extraction.order_forms import wave_order
from tests.extraction.sheet import Sheet, scan


@pytest.fixture(scope="module")
def letters() -> bytes:
    sheet = Sheet()
    sheet.said(*["The monthly recurring charge is $1,250.00 for the term."] * 12)
    return sheet.content


def joined(*documents: bytes) -> bytes:
    whole = pypdfium2.PdfDocument.new()
    for one in documents:
        whole.import_pages(pypdfium2.PdfDocument(one))
    out = io.BytesIO()
    whole.save(out)
    return out.getvalue()


def test_words_are_read_with_their_places(letters: bytes) -> None:
    (page,) = read_document(letters).pages
    assert page.text.startswith("The monthly recurring charge is $1,250.00 for the term.\nThe")
    first = page.lines[0][0]
    assert (first.text, first.sure) == ("The", 1.0)
    assert first.x0 == pytest.approx(56.8, abs=1)
    assert 40 < first.top < first.bottom < 70


def test_only_the_pages_that_are_pictures_are_read_as_pictures(letters: bytes) -> None:
    told = read_document(joined(letters, scan(letters), letters, scan(letters)))
    assert [page.ocr for page in told.pages] == [False, True, False, True]
    assert [page.number for page in told.pages] == [1, 2, 3, 4]
    assert "$1,250.00 for the term" in told.pages[1].text
    assert all(0 < word.sure < 1 for line in told.pages[3].lines for word in line)
    twin, seen = told.pages[0].lines[0][0], told.pages[1].lines[0][0]
    assert (seen.x0, seen.top) == pytest.approx((twin.x0, twin.top), abs=8)


def test_a_scan_with_a_stamp_of_letters_keeps_the_letters_and_reads_the_rest(letters: bytes) -> None:
    picture = pypdfium2.PdfDocument(letters)[0].render(scale=2).to_pil()
    sheet = FPDF(format="letter", unit="pt")
    sheet.add_page()
    sheet.image(picture, 0, 0, 612, 792)
    sheet.set_font("helvetica", size=10)
    sheet.text(300, 760, "RECEIVED 2024-05-06 BY CONTRACTS")
    (page,) = read_document(bytes(sheet.output())).pages
    assert page.ocr
    assert "RECEIVED 2024-05-06 BY CONTRACTS" in page.text
    assert "monthly recurring charge" in page.text


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b"GIF89a........", "no PDF"),
        (b"just words", "no PDF"),
        (b"%PDF-1.7 and then nothing that any reader understands", "damaged"),
        (b"%PDF-1.4\n" + b"\0" * MOST_BYTES, "larger than 100 MB"),
    ],
    ids=["empty", "picture", "text", "damaged", "too large"],
)
def test_what_is_no_readable_pdf_is_refused_with_a_reason(content: bytes, told: str) -> None:
    with pytest.raises(FileRefused, match=told):
        read_document(content)


def test_a_locked_pdf_is_refused() -> None:
    sheet = FPDF()
    sheet.set_encryption("owner", "user", encryption_method=EncryptionMethod.AES_128)
    sheet.add_page()
    with pytest.raises(FileRefused, match="password"):
        read_document(bytes(sheet.output()))


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_pdf_cut_off_in_the_middle_breaks_nothing(letters: bytes, share: float) -> None:
    with contextlib.suppress(FileRefused):
        read_document(letters[: int(len(letters) * share)])


def test_a_page_that_takes_too_long_is_given_up(letters: bytes) -> None:
    with pytest.raises(NotReadInTime):
        read_document(letters, Bounds(wall_seconds=0.01))


def test_a_reader_without_memory_is_given_up(letters: bytes) -> None:
    with pytest.raises((FileRefused, RuntimeError)):
        read_document(letters, Bounds(memory=24 * MEGABYTE))


def test_a_document_takes_the_memory_of_its_pages_one_by_one() -> None:
    """Three hundred megabytes of drawing, packed into little, are read within less than that."""
    sheet = FPDF(format="letter", unit="pt")
    sheet.set_font("helvetica", size=10)
    for number in range(300):
        sheet.add_page()
        sheet.text(50, 50, f"Page {number} of a plan")
        sheet._out("%" + "x" * MEGABYTE)
    told = read_document(bytes(sheet.output()), Bounds(memory=256 * MEGABYTE))
    assert [page.text for page in told.pages][-1] == "Page 299 of a plan"


def test_a_huge_page_is_drawn_coarser_not_refused() -> None:
    sheet = FPDF(format=(14_000, 14_000), unit="pt")
    sheet.add_page()
    sheet.image(Image.new("L", (40, 40), 200), 0, 0, 14_000, 14_000)
    assert read_document(bytes(sheet.output())).pages[0].ocr


def test_no_secret_reaches_the_reader_and_no_file_stays(
    letters: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NETOS_DATABASE_URL", "secret")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    seen: list[dict[str, str]] = []
    real = reading.Child.running

    def running(self: reading.Child):
        process = real(self)
        seen.append(
            dict(
                part.split("=", 1)
                for part in Path(f"/proc/{process.pid}/environ").read_text().split("\0")
                if "=" in part
            )
        )
        return process

    monkeypatch.setattr(reading.Child, "running", running)
    read_document(scan(letters))
    assert all(not any(name.startswith("NETOS_") for name in one) for one in seen)
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_has_ended_before_its_pages_are_taken_is_not_started_anew(
    letters: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = reading.read_frame

    def slowly(source):
        time.sleep(0.4)
        return real(source)

    monkeypatch.setattr(reading, "read_frame", slowly)
    told = read_document(joined(letters, letters), Bounds(wall_seconds=20))
    assert len(told.pages) == 2


def test_pages_come_in_order_however_long_each_took() -> None:
    told = read_document(joined(scan(wave_order().content), wave_order().content))
    assert [page.number for page in told.pages] == [1, 2]
    assert told.unread == ()
