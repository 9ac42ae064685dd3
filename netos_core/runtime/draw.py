"""Draws the small pictures of files in a process of its own: whatever a file does to the decoder, we live on.

A few bytes may claim any size, and decoders have holes. So the process that decodes has bounds on memory and time,
writes no file, has none of our secrets in its environment, and is thrown away with the batch it was started for.

Run as a program, this file is the child.
"""

from __future__ import annotations

import signal
import struct
import subprocess
import sys
from collections.abc import Callable, Mapping

from netos_core.documents.rules import paper, pictures
from netos_core.documents.rules.content import Family, FileRefused
from netos_core.kernel.errors import Unavailable
from netos_core.runtime.child import USUAL, Bounds, Child, Deadline, bound, bound_time, read_frame, write_frame

DRAW: Mapping[str, Callable[[bytes], tuple[bytes, bytes]]] = {
    Family.PICTURE: pictures.small_pictures,
    Family.PDF: paper.small_pictures,
}
_ASKED = {"P": Family.PICTURE, "D": Family.PDF}
_LETTERS = {family: letter for letter, family in _ASKED.items()}
TOO_LONG = "To draw it takes longer than a picture may."
_ONE_PAGE = "G"
_DRAWN, _REFUSED, _TOO_LARGE = "d", "r", "m"


class NotDrawn(FileRefused):
    """No picture is made of the file; the message says why, in words of ours."""


class NotInTime(Unavailable):
    """There was no answer in time, which the file need not be to blame for."""


class Drawing(Child):
    """A process that draws, started with the first file and again where one has ended it; one thread uses it."""

    def __init__(self, bounds: Bounds = USUAL) -> None:
        super().__init__(__name__, bounds)

    def draw(self, family: Family, content: bytes) -> tuple[bytes, bytes]:
        """Draw a file as a thumbnail and a preview.

        Raises:
            NotDrawn: It is damaged, takes more memory or computing than its bounds, or broke the decoder off.
            NotInTime: It was not done in time; once more may do.
            OSError: The process can not be started.
        """
        told = self._asked(_LETTERS[family], content)
        (first,) = struct.unpack_from(">Q", told)
        return told[8 : 8 + first], told[8 + first :]

    def draw_page(self, content: bytes, number: int) -> bytes:
        """Draw a page of a PDF, counted from 1, as a JPEG; it is refused as `draw` refuses."""
        return self._asked(_ONE_PAGE, struct.pack(">I", number) + content)

    def _asked(self, asked: str, content: bytes) -> bytes:
        process = self.running()
        with Deadline(process, self._bounds.wall_seconds) as deadline:
            answer = _answered(process, asked, content)
        if answer is None:
            how = self.end()
            if deadline.passed:
                raise NotInTime("The picture was not drawn in time.", fix="It is tried again by itself.")
            raise NotDrawn(TOO_LONG if how == -signal.SIGXCPU else "The decoder broke off while drawing it.")
        letter, told = answer
        if letter == _DRAWN:
            return told
        if letter == _TOO_LARGE:
            self.end()
            raise NotDrawn("To draw it takes more memory than a picture may have.")
        raise NotDrawn(told.decode())


def _answered(process: subprocess.Popen[bytes], asked: str, content: bytes) -> tuple[str, bytes] | None:
    """Send a file and wait for the answer; None where the process ended instead."""
    if process.stdin is None or process.stdout is None:
        raise AssertionError("the process has both pipes")
    try:
        write_frame(process.stdin, asked, content)
        return read_frame(process.stdout)
    except (OSError, ValueError):
        return None


def main(memory: int, cpu_seconds: int) -> None:
    """Draw what comes in until the other side closes."""
    source, out = sys.stdin.buffer, sys.stdout.buffer
    bound(memory)
    while (asked := read_frame(source)) is not None:
        letter, content = asked
        bound_time(cpu_seconds)
        try:
            drawn = _drawn(letter, content)
        except (FileRefused, paper.PageNotFound) as refused:
            write_frame(out, _REFUSED, refused.message.encode())
        except MemoryError:
            write_frame(out, _TOO_LARGE, b"")
        else:
            write_frame(out, _DRAWN, drawn)


def _drawn(letter: str, content: bytes) -> bytes:
    if letter == _ONE_PAGE:
        return paper.page_picture(content[4:], struct.unpack_from(">I", content)[0])
    thumbnail, preview = DRAW[_ASKED[letter]](content)
    return struct.pack(">Q", len(thumbnail)) + thumbnail + preview


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
