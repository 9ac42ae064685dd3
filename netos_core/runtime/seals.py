"""The seals of the trail once more, outside of the database: who rewrites rows and seals there is found by this file.

One JSON object a line, only ever appended and flushed to the disk; nothing in the file is changed or taken away. Where
the home is kept on storage that only grows, or the file is copied away by whoever keeps logs, not even an administrator
of the database can rewrite the past unseen. A restore is a line too: seals after the one it names are of what was there
before, and stay for whoever wants to compare.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from sqlalchemy.orm import Session

from netos_core.changes import audit
from netos_core.changes.audit import Seal
from netos_core.kernel.errors import Conflict, Unavailable
from netos_core.runtime.calls import Core
from netos_core.runtime.home import Home

FILE = "seals.jsonl"
LONGEST_LINE = 16_384
START_ANEW = "keep it as it is under another name; a new one is then begun with every seal of the database."
Number = Annotated[int, Field(ge=1)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class SealsNotKept(Unavailable):
    """The file cannot be read or written, or what it ends with does not fit the database."""


class SealsOfAnotherTrail(Conflict):
    """A home keeps seals that contradict what would be restored into it."""

    def __init__(self, message: str) -> None:
        fix = (
            "Nothing was changed. Find out why; then restore into a new home (--home DIR), or move that file elsewhere"
        )
        super().__init__(message, fix=f"{fix} and keep it.")


class Restoration(BaseModel):
    """A line that tells of a restore: from which backup, and the last seal that backup and file agree on, or 0.

    `cut_short` quotes the line before it where a crash had left half of one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    at: AwareDatetime
    backup: str
    taken_at: AwareDatetime
    sha256: Sha256
    last_seal: Annotated[int, Field(ge=0)]
    cut_short: str | None


class _RestoreLine(BaseModel):
    model_config = ConfigDict(extra="forbid")

    restored: Restoration


class _SealLine(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    id: Number
    first_id: Number
    last_id: Number
    rows: Number
    sha256: Sha256
    at: AwareDatetime


_LINE: TypeAdapter[_SealLine | _RestoreLine] = TypeAdapter(_SealLine | _RestoreLine)


@dataclass(slots=True)
class Kept:
    """What the file holds: the seals in force and their lines, oldest first, and the restores.

    `ever` are all seals, `aside` counts those a restore left behind, `half` is a last line without its end.
    `wrong` says which line is not as we write them; nothing after it was read.
    """

    path: Path
    seals: list[Seal] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    ever: set[Seal] = field(default_factory=set)
    restored: list[Restoration] = field(default_factory=list)
    aside: int = 0
    half: bytes = b""
    wrong: str | None = None


def file_of(home: Home) -> Path:
    return home.path / "audit" / FILE


def export(core: Core, home: Home) -> int:
    """Append the seals that are not in the file yet, and return how many; safe to run twice or after a crash.

    Raises:
        SealsNotKept: The file cannot be written, or its end does not fit the database; it stays as it is.
    """
    path = file_of(home)
    try:
        home.folder("audit")
        with _alone(path) as descriptor:
            last, half = _end(path, descriptor)
            with core.session() as session:
                fresh = _fresh(path, last, session)
            text = _text(fresh)
            if not text.startswith(half):
                found = f"The last line of {path} is cut short, and it does not begin the seal that is next."
                raise SealsNotKept(found, fix=f"See who wrote to it and {START_ANEW}")
            _append(path, descriptor, text[len(half) :])
    except OSError as refused:
        raise SealsNotKept(
            f"{path} cannot be written: {_why(refused)}.",
            fix="Correct that; a worker then appends every seal that is missing, and none is lost meanwhile.",
        ) from refused
    return len(fresh)


def read(home: Home) -> Kept | None:
    """Read the file; None where there is none.

    Raises:
        SealsNotKept: It cannot be read.
    """
    path = file_of(home)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as refused:
        raise _unreadable(path, refused) from refused
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        return _kept(path, _content(descriptor))
    except OSError as refused:
        raise _unreadable(path, refused) from refused
    finally:
        os.close(descriptor)


def readable(home: Home) -> None:
    """See that a restore can go on in the file of a home.

    Raises:
        SealsNotKept: It cannot be read.
        SealsOfAnotherTrail: It holds what we never write.
    """
    kept = read(home)
    if kept is not None and kept.wrong is not None:
        raise SealsOfAnotherTrail(kept.wrong)


def note_restore(home: Home, here: Sequence[Seal], about: Restoration) -> int:
    """Append the line of a restore, and return how many seals in force the backup does not have.

    Args:
        home: The home that is restored into.
        here: The seals of the backup.
        about: What the line tells; the last seal and a line cut short are found here.

    Raises:
        SealsOfAnotherTrail: The backup has another seal where the file has one, and the file never had that.
        OSError: The file cannot be written.
    """
    path = file_of(home)
    home.folder("audit")
    with _alone(path) as descriptor:
        kept = _kept(path, _content(descriptor))
        if kept.wrong is not None:
            raise SealsOfAnotherTrail(kept.wrong)
        same = next((n for n, (a, b) in enumerate(zip(here, kept.seals, strict=False)) if a != b), None)
        if same is not None and here[same] not in kept.ever:
            told = f"Seal {here[same].id} of this backup is not the one in line {kept.lines[same]} of {path}:"
            raise SealsOfAnotherTrail(f"{told} it is of another installation, or one of the two was rewritten.")
        agreed = min(len(here), len(kept.seals)) if same is None else same
        last = kept.seals[agreed - 1].id if agreed else 0
        told_half = _quoted(kept.half) if kept.half else None
        line = about.model_copy(update={"last_seal": last, "cut_short": told_half})
        text = json.dumps({"restored": line.model_dump(mode="json")}) + "\n"
        _append(path, descriptor, (b"\n" if kept.half else b"") + text.encode())
    return len(kept.seals) - agreed


def difference(kept: Kept, here: Sequence[Seal]) -> str | None:
    """Say where the seals of the database first differ from those in force in the file, up to the last one there."""
    for n, (seal, line) in enumerate(zip(kept.seals, kept.lines, strict=True)):
        now = here[n] if n < len(here) else None
        if now == seal:
            continue
        if now is None or now.id > seal.id:
            return f"Seal {seal.id}, kept in line {line} of {kept.path}, is not in the database."
        if now.id < seal.id:
            told = f"Seal {now.id} of the database is missing before line {line} of {kept.path}"
            return f"{told}: a line was taken out of the file, or the seal was put into the database later."
        other = ", ".join(f.name for f in fields(Seal) if getattr(now, f.name) != getattr(seal, f.name))
        return f"Seal {seal.id} of the database is not the one kept in line {line} of {kept.path}; other: {other}."
    if not _text(here[len(kept.seals) :]).startswith(kept.half):
        return f"The last line of {kept.path} is cut short, and it does not begin the seal that is next."
    return None


def _fresh(path: Path, last: Seal | Restoration | None, session: Session) -> list[Seal]:
    """List the seals after the last one of the file, which the database must have just so."""
    if not isinstance(last, Seal):
        return audit.seals_after(session, (last.last_seal or None) if last is not None else None)
    found = audit.seals_after(session, last.id - 1)
    if not found or found[0] != last:
        told = f"Seal {last.id}, the last line of {path}, is not in the database as it was written there."
        raise SealsNotKept(told, fix="Run `netos doctor --audit`. Nothing is appended until they agree.")
    return found[1:]


def _text(seals: Sequence[Seal]) -> bytes:
    return "".join(json.dumps(asdict(seal)) + "\n" for seal in seals).encode()


def _end(path: Path, descriptor: int) -> tuple[Seal | Restoration | None, bytes]:
    """Read the last whole line, and what a crash left of the one after it."""
    size = os.fstat(descriptor).st_size
    start = max(0, size - 2 * LONGEST_LINE)
    tail = os.pread(descriptor, size - start, start)
    whole, _, half = tail.rpartition(b"\n")
    if not whole and start == 0 and tail == half:
        return None, half
    last = _parsed(whole.rpartition(b"\n")[2])
    if last is None:
        found = f"The last line of {path} is no seal."
        raise SealsNotKept(found, fix=f"See who wrote to it and {START_ANEW}")
    return last, half


def _kept(path: Path, content: bytes) -> Kept:
    *whole, half = content.split(b"\n")
    kept = Kept(path, half=half)
    excused = None
    for number, line in enumerate(whole, 1):
        told = _parsed(line)
        if excused is not None and not (isinstance(told, Restoration) and told.cut_short == _quoted(excused)):
            kept.wrong = f"Line {number - 1} of {path} is no seal."
            return kept
        excused = line if told is None else None
        if isinstance(told, Seal) and not _take(kept, told, number):
            kept.wrong = f"Line {number} of {path}, seal {told.id}, does not follow the line before it."
            return kept
        if isinstance(told, Restoration) and not _go_back(kept, told):
            kept.wrong = f"Line {number} of {path} tells of a restore up to seal {told.last_seal}, which is not there."
            return kept
    if excused is not None:
        kept.wrong = f"Line {len(whole)} of {path} is no seal."
    return kept


def _take(kept: Kept, seal: Seal, number: int) -> bool:
    """Add a seal, if it comes after the one before; numbers may be left out, as a database does after a crash."""
    before = kept.seals[-1] if kept.seals else None
    if before is not None and (seal.id <= before.id or seal.first_id <= before.last_id):
        return False
    kept.seals.append(seal)
    kept.lines.append(number)
    kept.ever.add(seal)
    return True


def _go_back(kept: Kept, told: Restoration) -> bool:
    """Leave behind the seals that the restored backup did not have."""
    while kept.seals and kept.seals[-1].id > told.last_seal:
        kept.seals.pop()
        kept.lines.pop()
        kept.aside += 1
    kept.restored.append(told)
    return (kept.seals[-1].id if kept.seals else 0) == told.last_seal


def _parsed(line: bytes) -> Seal | Restoration | None:
    """Read one line; None where it is not as we write them."""
    try:
        told = _LINE.validate_json(line)
        if isinstance(told, _RestoreLine):
            return told.restored
        at = told.at.astimezone(UTC).isoformat()
    except (ValidationError, OverflowError):
        return None
    return Seal(told.id, told.first_id, told.last_id, told.rows, told.sha256, at)


def _quoted(half: bytes) -> str:
    return half[:LONGEST_LINE].decode(errors="backslashreplace")


@contextmanager
def _alone(path: Path) -> Iterator[int]:
    """Hold the file to append: two workers do it one after the other."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _append(path: Path, descriptor: int, text: bytes) -> None:
    """Write to the end; what a full disk leaves undone is completed by the next call."""
    new = os.fstat(descriptor).st_size == 0
    rest = memoryview(text)
    try:
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        if text:
            os.fsync(descriptor)
        if text and new:
            folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                os.fsync(folder)  # a power cut shall not take the name of a new file
            finally:
                os.close(folder)
    except OSError as refused:
        raise OSError(refused.errno, refused.strerror, str(path)) from refused


def _content(descriptor: int) -> bytes:
    """Read all of the file; one call gives at most 2 GB."""
    blocks, at = [], 0
    while block := os.pread(descriptor, 1 << 24, at):
        blocks.append(block)
        at += len(block)
    return b"".join(blocks)


def _unreadable(path: Path, refused: OSError) -> SealsNotKept:
    return SealsNotKept(f"{path} cannot be read: {_why(refused)}.", fix="Correct that, then ask again.")


def _why(refused: OSError) -> str:
    return os.strerror(refused.errno).lower() if refused.errno else "the system gives no reason"
