"""Draws the small pictures of files in a process of its own: whatever a file does to the decoder, we live on.

A few bytes may claim any size, and decoders have holes. So the process that decodes has bounds on memory and time,
writes no file, has none of our secrets in its environment, and is thrown away with the batch it was started for.

The two speak in frames: a letter, a length and so many bytes. Run as a program, this file is the child.
"""

from __future__ import annotations

import contextlib
import math
import os
import resource
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Self

from netos_core.documents.rules import paper, pictures
from netos_core.documents.rules.content import Family, FileRefused
from netos_core.kernel.errors import Unavailable

MEGABYTE = 1 << 20
DRAW: Mapping[str, Callable[[bytes], tuple[bytes, bytes]]] = {
    Family.PICTURE: pictures.small_pictures,
    Family.PDF: paper.small_pictures,
}
_ASKED = {"P": Family.PICTURE, "D": Family.PDF}
_LETTERS = {family: letter for letter, family in _ASKED.items()}
TOO_LONG = "To draw it takes longer than a picture may."
_DRAWN, _REFUSED, _TOO_LARGE = "d", "r", "m"
_HEAD = struct.Struct(">cQ")
_KEPT = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one picture may take before it is given up.

    Args:
        memory: Bytes of address space of the whole process.
        cpu_seconds: Seconds of computing for one file.
        wall_seconds: Seconds until the answer, the start of the process among them; a busy machine uses them up, too.
    """

    memory: int = 1024 * MEGABYTE
    cpu_seconds: int = 15
    wall_seconds: float = 40.0


class NotDrawn(FileRefused):
    """No picture is made of the file; the message says why, in words of ours."""


class NotInTime(Unavailable):
    """There was no answer in time, which the file need not be to blame for."""


class Drawing:
    """A process that draws, started with the first file and again where one has ended it; one thread uses it."""

    def __init__(self, bounds: Bounds = Bounds()) -> None:
        self._bounds = bounds
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self._end()

    def draw(self, family: Family, content: bytes) -> tuple[bytes, bytes]:
        """Draw a file as a thumbnail and a preview.

        Raises:
            NotDrawn: It is damaged, takes more memory or computing than its bounds, or broke the decoder off.
            NotInTime: It was not done in time; once more may do.
            OSError: The process can not be started.
        """
        process = self._running()
        late = threading.Event()

        def expire() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self._bounds.wall_seconds, expire)
        timer.start()
        try:
            answer = _answered(process, family, content)
        finally:
            timer.cancel()
            timer.join()
        if answer is None:
            how = self._end()
            if late.is_set():
                raise NotInTime("The picture was not drawn in time.", fix="It is tried again by itself.")
            raise NotDrawn(TOO_LONG if how == -signal.SIGXCPU else "The decoder broke off while drawing it.")
        letter, told = answer
        if letter == _DRAWN:
            (first,) = struct.unpack_from(">Q", told)
            return told[8 : 8 + first], told[8 + first :]
        if letter == _TOO_LARGE:
            self._end()
            raise NotDrawn("To draw it takes more memory than a picture may have.")
        raise NotDrawn(told.decode())

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self._end()
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(self._bounds.memory), str(self._bounds.cpu_seconds)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _KEPT if name in os.environ},
                start_new_session=True,
            )
        return self._process

    def _end(self) -> int | None:
        """Stop the process; returns how it ended, a signal as its negative number."""
        process, self._process = self._process, None
        if process is None:
            return None
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        try:
            return process.wait(1)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def _answered(process: subprocess.Popen[bytes], family: Family, content: bytes) -> tuple[str, bytes] | None:
    """Send a file and wait for the answer; None where the process ended instead."""
    if process.stdin is None or process.stdout is None:
        raise AssertionError("the process has both pipes")
    try:
        _write(process.stdin, _LETTERS[family], content)
        return _read(process.stdout)
    except (OSError, ValueError):
        return None


def _write(out: IO[bytes], letter: str, content: bytes) -> None:
    out.write(_HEAD.pack(letter.encode(), len(content)))
    out.write(content)
    out.flush()


def _read(source: IO[bytes]) -> tuple[str, bytes] | None:
    """Read one frame; None where the other side has gone."""
    head = source.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    letter, length = _HEAD.unpack(head)
    content = source.read(length)
    return (letter.decode(), content) if len(content) == length else None


def _bound(memory: int) -> None:
    """Bound what this process may take, for good."""
    for which, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(which, (most, most))


def _bound_time(seconds: int) -> None:
    """Give the next file so many seconds of computing; the kernel ends the process after them."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    until = math.ceil(spent.ru_utime + spent.ru_stime + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def main(memory: int, cpu_seconds: int) -> None:
    """Draw what comes in until the other side closes."""
    source, out = sys.stdin.buffer, sys.stdout.buffer
    _bound(memory)
    while (asked := _read(source)) is not None:
        letter, content = asked
        _bound_time(cpu_seconds)
        try:
            thumbnail, preview = DRAW[_ASKED[letter]](content)
        except FileRefused as refused:
            _write(out, _REFUSED, refused.message.encode())
        except MemoryError:
            _write(out, _TOO_LARGE, b"")
        else:
            _write(out, _DRAWN, struct.pack(">Q", len(thumbnail)) + thumbnail + preview)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
