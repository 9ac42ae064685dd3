"""Pictures are drawn in a process of their own: what a file does to it ends there."""

from __future__ import annotations

import io
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from netos_core.documents.rules.content import Family
from netos_core.runtime.child import Bounds
from netos_core.runtime.draw import TOO_LONG, Drawing, NotDrawn, NotInTime
from tests.files import make_bomb, make_pdf, make_photo

MEGABYTE = 1 << 20
BOMB = make_bomb(11_000, 10_000)


@pytest.fixture
def drawing() -> Iterator[Drawing]:
    with Drawing() as one:
        yield one


def longest_side(picture: bytes) -> int:
    image = Image.open(io.BytesIO(picture))
    assert image.format == "JPEG"
    return max(image.size)


def process_of(drawing: Drawing) -> int:
    assert drawing._process is not None
    return drawing._process.pid


def test_one_process_draws_a_whole_batch_and_ends_with_it() -> None:
    with Drawing() as drawing:
        pid = 0
        for family, content in ((Family.PICTURE, make_photo((2000, 1000))), (Family.PDF, make_pdf("A"))):
            thumbnail, preview = drawing.draw(family, content)
            assert (longest_side(thumbnail), longest_side(preview)) == (360, 1400)
            pid = pid or process_of(drawing)
        assert process_of(drawing) == pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_process_knows_none_of_our_secrets(drawing: Drawing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETOS_STORE_SECRET", "a secret of ours")
    drawing.draw(Family.PICTURE, make_photo())
    assert b"NETOS_" not in Path(f"/proc/{process_of(drawing)}/environ").read_bytes()


def test_a_bomb_is_given_up_for_its_memory_and_the_next_picture_is_drawn() -> None:
    assert len(BOMB) < 2 * MEGABYTE
    small = Drawing(Bounds(memory=256 * MEGABYTE))
    with small, pytest.raises(NotDrawn, match="more memory"):
        small.draw(Family.PICTURE, BOMB)
    with small:
        assert longest_side(small.draw(Family.PICTURE, make_photo())[0]) == 360


def test_a_picture_that_claims_more_than_any_camera_makes_is_not_decoded_at_all(drawing: Drawing) -> None:
    with pytest.raises(NotDrawn, match="larger than any camera"):
        drawing.draw(Family.PICTURE, make_bomb(40_000, 4_000, rows=1))


def test_a_file_that_is_cut_off_is_damaged_and_the_process_goes_on(drawing: Drawing) -> None:
    for family, content in ((Family.PICTURE, make_photo((800, 600))), (Family.PICTURE, make_photo(format="PNG"))):
        with pytest.raises(NotDrawn, match="damaged"):
            drawing.draw(family, content[: len(content) // 2])
    with pytest.raises(NotDrawn, match="damaged"):
        drawing.draw(Family.PDF, b"%PDF-1.7\nnothing more")
    pid = process_of(drawing)
    drawing.draw(Family.PICTURE, make_photo())
    assert process_of(drawing) == pid


def test_a_file_that_computes_without_end_is_stopped() -> None:
    endless = make_pdf(note="0 0 m 612 792 l 0 792 l 612 0 l f* " * 200_000)
    with Drawing(Bounds(cpu_seconds=0)) as drawing, pytest.raises(NotDrawn, match=TOO_LONG):
        drawing.draw(Family.PDF, endless)


def test_no_answer_in_time_is_not_the_files_fault() -> None:
    with Drawing(Bounds(wall_seconds=0.01)) as drawing, pytest.raises(NotInTime):
        drawing.draw(Family.PICTURE, make_photo())


def test_a_decoder_that_can_not_even_begin_is_told() -> None:
    with Drawing(Bounds(memory=24 * MEGABYTE)) as starved, pytest.raises(NotDrawn):
        starved.draw(Family.PICTURE, make_photo())


def test_a_decoder_that_breaks_off_is_told_and_started_anew() -> None:
    with Drawing(Bounds(memory=4096 * MEGABYTE, cpu_seconds=60)) as drawing:
        drawing.draw(Family.PICTURE, make_photo())
        first = process_of(drawing)
        crash = threading.Timer(0.05, os.kill, (first, signal.SIGSEGV))
        crash.start()
        with pytest.raises(NotDrawn, match="broke off"):
            drawing.draw(Family.PICTURE, BOMB)
        crash.join()
        drawing.draw(Family.PICTURE, make_photo())
        assert process_of(drawing) != first
