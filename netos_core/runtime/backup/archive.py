"""The file of a backup: a tar under gzip, written and read in one pass each with little memory.

    netos-backup             says that this is one, and in which format
    tables/NAME/00001.copy   the rows of a table as PostgreSQL's text COPY, in pieces, in the order they are loaded
    files/PATH               files of the home
    manifest.json            what must be in it, with a SHA-256 for each table and file; known only at the end

A reader trusts nothing: names, types and sizes are checked as they come, and no more memory is used for a lie.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import re
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import IO, Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from netos_core.kernel.errors import Invalid

FORMAT = 1
MARK, MANIFEST = "netos-backup", "manifest.json"
MARK_TEXT = re.compile(rb"NetOS backup, format (\d{1,9})\n")
LONGEST_MARK = 100
PIECE = 4 << 20
"""Bytes of a table in one member: what a writer holds in memory."""

BLOCK = 1 << 18
LARGEST_FILE = 4 << 30
LARGEST_MANIFEST = 64 << 20
LARGEST_HEADER = 64 << 10
LEVEL = 5
"""Of gzip: half the time of the highest, for a twentieth more bytes."""

TABLE_PIECE = r"tables/([A-Za-z_][A-Za-z0-9_]{0,62})/\d{5,}\.copy"
READING = (EOFError, OSError, zlib.error, tarfile.TarError, UnicodeError)

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]


class BackupRefused(Invalid):
    """The file is not what a restore can use."""


class BackupDamaged(BackupRefused):
    """The file is one of ours, but not as it was written."""

    def __init__(self, message: str) -> None:
        super().__init__(message, field="file", fix="Nothing was changed. Use another copy of it, or an older backup.")


class TableContent(BaseModel):
    """The rows of one table: the columns they were taken with, how many, and a hash over their text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: list[str]
    rows: Count
    bytes: Count
    sha256: Sha256


class FileContent(BaseModel):
    """One file of the home."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Annotated[int, Field(ge=0, le=0o777)]
    bytes: Annotated[int, Field(ge=0, le=LARGEST_FILE)]
    sha256: Sha256


class Manifest(BaseModel):
    """What a backup holds. `sequences` tells the next value of each; paths of `files` are relative to the home."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1]
    product: str
    revision: str
    taken_at: AwareDatetime
    tables: dict[str, TableContent]
    sequences: dict[str, int]
    files: dict[str, FileContent]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())


@dataclass(slots=True)
class Tally:
    """Counts what passes through it: bytes, lines and their hash."""

    size: int = 0
    lines: int = 0
    hasher: Any = field(default_factory=hashlib.sha256)

    def add(self, block: bytes) -> bytes:
        self.size += len(block)
        self.lines += block.count(b"\n")
        self.hasher.update(block)
        return block

    def matches(self, content: TableContent | FileContent) -> bool:
        same = (self.size, self.hasher.hexdigest()) == (content.bytes, content.sha256)
        return same and (isinstance(content, FileContent) or self.lines == content.rows)


class ArchiveWriter:
    """Writes one backup into an open file; `tally` then tells its size and hash."""

    def __init__(self, file: IO[bytes]) -> None:
        self.tally = Tally()
        self._sink = _Counted(file, self.tally)
        self._gzip = gzip.GzipFile("", "wb", LEVEL, self._sink, mtime=0)
        self._tar = tarfile.open(fileobj=self._gzip, mode="w|", format=tarfile.PAX_FORMAT, bufsize=BLOCK)  # noqa: SIM115 - closed with us
        self._add(MARK, f"NetOS backup, format {FORMAT}\n".encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._sink.deaf = True  # what is finished has its end already; what is not shall not look as if it were
        self._tar.close()
        self._gzip.close()

    def table(self, name: str, columns: list[str], rows: Iterable[bytes | bytearray | memoryview]) -> TableContent:
        """Write the rows of a table, piece by piece."""
        tally, piece, number = Tally(), bytearray(), 0
        for row in rows:
            piece += row
            while len(piece) >= PIECE:
                number += 1
                self._add(f"tables/{name}/{number:05}.copy", tally.add(bytes(piece[:PIECE])))
                del piece[:PIECE]
        if piece:
            self._add(f"tables/{name}/{number + 1:05}.copy", tally.add(bytes(piece)))
        return TableContent(columns=columns, rows=tally.lines, bytes=tally.size, sha256=tally.hasher.hexdigest())

    def file(self, path: PurePosixPath, content: IO[bytes], size: int, mode: int) -> FileContent:
        """Write a file of the home.

        Raises:
            BackupRefused: It is larger than a backup takes, or got shorter meanwhile.
        """
        if size > LARGEST_FILE:
            raise BackupRefused(f"{path} is larger than {LARGEST_FILE >> 30} GB.", fix="Take it out of the home.")
        member = _member(f"files/{path}", size)
        member.mode = mode
        source = _Source(content, path)
        self._tar.addfile(member, source)
        _forget(self._tar)
        return FileContent(mode=mode, bytes=source.tally.size, sha256=source.tally.hasher.hexdigest())

    def finish(self, manifest: Manifest) -> None:
        """Write what is in it, and the end."""
        self._add(MANIFEST, manifest.model_dump_json(indent=1).encode())
        self._tar.close()
        self._gzip.close()

    def _add(self, name: str, content: bytes) -> None:
        self._tar.addfile(_member(name, len(content)), io.BytesIO(content))
        _forget(self._tar)


class Archive:
    """A backup open for reading; each walk begins anew."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.tally = Tally()

    def members(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Walk over its members, each with its content in blocks; what is not read is skipped.

        Raises:
            BackupRefused: It is no backup, or of a later format.
            BackupDamaged: It ends early, or holds what a backup never does.
        """
        self._file.seek(0)
        self.tally = Tally()
        unpacked = gzip.GzipFile(fileobj=_Counted(self._file, self.tally), mode="rb")
        meter = _Meter(unpacked)
        seen = {MARK}
        with _readable():
            tar = _opened(meter)
            while (member := meter.header(tar)) is not None:
                _check(member, seen)
                yield member.name, self._blocks(tar, member)
                _forget(tar)
            if MANIFEST not in seen:
                raise BackupDamaged("This backup is not whole: it ends early.")
            meter.end(tar)

    def _blocks(self, tar: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[bytes]:
        with _readable():
            content = tar.extractfile(member)
            while content is not None and (block := content.read(BLOCK)):
                yield block

    def survey(self) -> Manifest:
        """Read all of it and compare every checksum; returns the manifest.

        Raises:
            BackupRefused: It is no backup, or of a later format.
            BackupDamaged: Anything is not as it was written.
        """
        tallies: dict[str, Tally] = {}
        manifest = b""
        for name, blocks in self.members():
            if name == MANIFEST:
                manifest = b"".join(blocks)
            else:
                tally = tallies.setdefault(content_of(name), Tally())
                for block in blocks:
                    tally.add(block)
        try:
            told = Manifest.model_validate_json(manifest)
        except ValidationError:
            raise BackupDamaged("This backup's list of contents cannot be read.") from None
        compare(told, tallies)
        return told


def content_of(name: str) -> str:
    """Return what a member belongs to: `tables/NAME`, or itself for a file."""
    piece = re.fullmatch(TABLE_PIECE, name)
    return f"tables/{piece[1]}" if piece else name


def compare(manifest: Manifest, tallies: dict[str, Tally]) -> None:
    """Check that everything that was read is what the manifest tells, and nothing else.

    Raises:
        BackupDamaged: It is not.
    """
    wanted: dict[str, TableContent | FileContent] = {f"tables/{name}": t for name, t in manifest.tables.items()}
    wanted |= {f"files/{path}": content for path, content in manifest.files.items()}
    if not tallies.keys() <= wanted.keys():
        raise BackupDamaged("This backup holds more than its list of contents tells.")
    for name, content in wanted.items():
        empty = isinstance(content, TableContent) and content.rows == 0
        if (name not in tallies and not empty) or not tallies.get(name, Tally()).matches(content):
            raise BackupDamaged(f"This backup is damaged: {name} is not as it was written.")


def is_backup(file: IO[bytes]) -> bool:
    """Tell whether an open file begins as a backup of ours does."""
    try:
        _opened(_Meter(gzip.GzipFile(fileobj=file, mode="rb")))
    except BackupRefused:
        return False
    return True


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size = size
    member.mode = 0o600
    return member


def _forget(tar: tarfile.TarFile) -> None:
    """Free what tarfile remembers of the members so far: there may be very many."""
    tar.members.clear()  # type: ignore[attr-defined] # the stub leaves it out


def _check(member: tarfile.TarInfo, seen: set[str]) -> None:
    """Let pass what the writer writes, and nothing else."""
    name = member.name
    known = ((MANIFEST, LARGEST_MANIFEST), (TABLE_PIECE, PIECE), (r"files/(?s:.)+", LARGEST_FILE))
    most = next((largest for kind, largest in known if re.fullmatch(kind, name)), -1)
    plain = member.type in {tarfile.REGTYPE, tarfile.AREGTYPE} and not member.issparse()
    if not plain or name in seen or not _inside(name) or not 0 <= member.size <= most:
        raise BackupDamaged("This file holds something that is never in a backup.")
    if MANIFEST in seen:
        raise BackupDamaged("This file is not put together as a backup is.")
    seen.add(name)


def _inside(name: str) -> bool:
    """Tell whether a name stays below the folder it is put into."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\0" not in name and str(path) == name


def _opened(meter: _Meter) -> tarfile.TarFile:
    """Open the tar and check its first member."""
    meter.allow(0)
    try:
        tar = tarfile.open(fileobj=meter, mode="r|", bufsize=BLOCK)  # noqa: SIM115 - holds nothing of its own
        first = tar.next()
        content = tar.extractfile(first) if first is not None and first.name == MARK and first.isreg() else None
        mark = content.read(LONGEST_MARK) if content is not None else b""
    except READING:
        mark = b""
    known = MARK_TEXT.fullmatch(mark)
    if known is None:
        raise BackupRefused("This file is no NetOS backup.", field="file", fix="Name a file that `netos backup` wrote.")
    if int(known[1]) != FORMAT:
        raise BackupRefused(
            f"This backup has format {int(known[1])}; this program reads format {FORMAT}.",
            field="file",
            fix="Use the version of NetOS that wrote it, or a newer one.",
        )
    return tar


@contextlib.contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except READING:
        raise BackupDamaged("This backup cannot be read to its end: it is damaged or cut off.") from None


class _Meter(io.RawIOBase):
    """Gives a tar only as many bytes as the member at hand may have, so a false size costs no memory."""

    def __init__(self, source: gzip.GzipFile) -> None:
        self._source = source
        self._allowed = 0

    def allow(self, size: int) -> None:
        """Let a member of so many bytes pass, the header after it, and what is read ahead."""
        self._allowed = size + LARGEST_HEADER + 2 * BLOCK

    def read(self, size: int = -1) -> bytes:
        self._allowed -= size
        if self._allowed < 0:
            raise BackupDamaged("This file holds something that is never in a backup.")
        return self._source.read(size)

    def header(self, tar: tarfile.TarFile) -> tarfile.TarInfo | None:
        """Read on to the next member."""
        member = tar.next()
        if member is not None:
            self.allow(member.size)
        return member

    def end(self, tar: tarfile.TarFile) -> None:
        """Read to the end of the file, where gzip keeps its checksum; a tar ends with a few zeros and nothing else."""
        self.allow(0)
        tail = tar.fileobj.read(BLOCK) if tar.fileobj is not None else b""
        if len(tail) == BLOCK or tail.strip(b"\0"):
            raise BackupDamaged("This file goes on after the end of the backup.")


class _Counted(io.RawIOBase):
    """A file that counts what is written to it or read from it."""

    def __init__(self, file: IO[bytes], tally: Tally) -> None:
        self._file = file
        self._tally = tally
        self.deaf = False

    def write(self, content: Any) -> int:
        return len(content) if self.deaf else self._file.write(self._tally.add(bytes(content)))

    def read(self, size: int = -1) -> bytes:
        return self._tally.add(self._file.read(size))

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True


class _Source(io.RawIOBase):
    """A file that is hashed while tarfile reads it."""

    def __init__(self, file: IO[bytes], path: PurePosixPath) -> None:
        self._file = file
        self._path = path
        self.tally = Tally()

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        if len(block) < size:
            raise BackupRefused(f"{self._path} got shorter while it was read.", fix="Take the backup again.")
        return self.tally.add(block)
