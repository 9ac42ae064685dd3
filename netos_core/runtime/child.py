"""A process of its own for what strangers' bytes do to a decoder: bounded, without our secrets, and thrown away.

The two sides speak in frames: a letter, a length and so many bytes.
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
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Self

MEGABYTE = 1 << 20
_HEAD = struct.Struct(">cQ")
_KEPT = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one piece of work may take before it is given up.

    Args:
        memory: Bytes of address space of the whole process.
        cpu_seconds: Seconds of computing for one piece.
        wall_seconds: Seconds until the answer, the start of the process among them; a busy machine uses them up, too.
    """

    memory: int = 1024 * MEGABYTE
    cpu_seconds: int = 15
    wall_seconds: float = 40.0


USUAL = Bounds()


class Child:
    """A module run as a process, started with the first piece of work and again where one has ended it.

    One thread uses it. The module's `main` gets the memory and the seconds of computing of its bounds.
    """

    def __init__(self, module: str, bounds: Bounds, environment: Mapping[str, str] | None = None) -> None:
        self._module = module
        self._bounds = bounds
        self._environment = environment or {}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.end()

    def running(self) -> subprocess.Popen[bytes]:
        """Give the process, started anew where it has ended.

        Raises:
            OSError: It can not be started.
        """
        if self._process is not None and self._process.poll() is not None:
            self.end()
        if self._process is None:
            kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
            self._process = subprocess.Popen(
                [sys.executable, "-m", self._module, str(self._bounds.memory), str(self._bounds.cpu_seconds)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**kept, **self._environment},
                start_new_session=True,
            )
        return self._process

    def end(self) -> int | None:
        """Stop the process and what it has started; returns how it ended, a signal as its negative number."""
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
            stop(process)
            return process.wait()


class Deadline:
    """Stops a process that has not answered in time; `passed` tells that it did."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self._late = threading.Event()
        self._process = process
        self._timer = threading.Timer(seconds, self._expire)

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self._timer.cancel()
        self._timer.join()

    @property
    def passed(self) -> bool:
        return self._late.is_set()

    def _expire(self) -> None:
        self._late.set()
        stop(self._process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Kill a process with everything it started: its session is its own."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def write_frame(out: IO[bytes], letter: str, content: bytes) -> None:
    out.write(_HEAD.pack(letter.encode(), len(content)))
    out.write(content)
    out.flush()


def read_frame(source: IO[bytes]) -> tuple[str, bytes] | None:
    """Read one frame; None where the other side has gone."""
    head = source.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    letter, length = _HEAD.unpack(head)
    content = source.read(length)
    return (letter.decode(), content) if len(content) == length else None


def bound(memory: int, *, file_bytes: int = 0, open_files: int = 64) -> None:
    """Bound what this process, and each it starts, may take, for good."""
    for which, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, open_files),
    ):
        resource.setrlimit(which, (most, most))


def bound_time(seconds: int) -> None:
    """Give the next piece of work so many seconds of computing; the kernel ends the process after them."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    until = math.ceil(spent.ru_utime + spent.ru_stime + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))
