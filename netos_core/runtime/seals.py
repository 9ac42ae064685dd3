"""The seals of the trail once more, outside of the database: who rewrites rows and seals there is found by this file.

One JSON object a line, appended and flushed to the disk. Where the home is kept on storage that only grows, or the
file is copied away by whoever keeps logs, not even an administrator of the database can rewrite the past unseen.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from netos_core.changes import audit
from netos_core.changes.audit import Seal
from netos_core.runtime.calls import Core
from netos_core.runtime.home import Home

FILE = "seals.jsonl"


def file_of(home: Home) -> Path:
    return home.path / "audit" / FILE


def export(core: Core, home: Home) -> int:
    """Append the seals that are not in the file yet, and return how many; safe to run twice or after a crash."""
    home.folder("audit")
    with _alone(file_of(home)) as descriptor:
        kept = _read(descriptor)
        with core.session() as session:
            fresh = audit.seals_after(session, kept[-1].id if kept else 0)
        if fresh:
            lines = "".join(json.dumps(asdict(seal)) + "\n" for seal in fresh)
            os.write(descriptor, lines.encode())
            os.fsync(descriptor)
    return len(fresh)


def exported(home: Home) -> list[Seal] | None:
    """Read the file; None where there is none."""
    if not file_of(home).exists():
        return None
    with _alone(file_of(home)) as descriptor:
        return _read(descriptor)


@contextmanager
def _alone(path: Path) -> Iterator[int]:
    """Hold the file: two workers append one after the other."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _read(descriptor: int) -> list[Seal]:
    """Read the whole lines; a last one that a crash cut short is taken away, and written again."""
    content = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        os.ftruncate(descriptor, whole)
    return [Seal(**json.loads(line)) for line in content[:whole].splitlines()]
