"""The files of a home that a backup holds: documents, mail that had no server to go to, and the key file."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from netos_core.kernel.errors import Conflict, Invalid, Unavailable
from netos_core.runtime.backup.archive import BLOCK, BackupDamaged, FileContent
from netos_core.runtime.home import Home

FOLDERS = ("documents", "outbox")
STAGED = "restore.new"
PRIVATE = 0o700


class TargetHoldsData(Conflict):
    """What would be restored into is not empty."""

    def __init__(self, message: str) -> None:
        super().__init__(
            message, fix="Nothing was changed. Restore into an empty database and a new home (--home DIR)."
        )


def paths(home: Home) -> Iterator[PurePosixPath]:
    """Name the files of a home that belong into a backup; hidden ones are still being written.

    Raises:
        Invalid: A name is not text, so no other system could write it.
    """
    if home.key_file.is_file():
        yield PurePosixPath(home.key_file.name)
    for top in FOLDERS:
        for folder, below, names in os.walk(home.path / top):
            below.sort()
            for name in sorted(names):
                path = Path(folder) / name
                if name.startswith(".") or not stat.S_ISREG(path.lstat().st_mode):
                    continue
                try:
                    str(path).encode()
                except UnicodeEncodeError:
                    raise Invalid(f"A file in {top} has a name that is no text.", fix="Rename it.") from None
                yield PurePosixPath(path.relative_to(home.path))


@contextlib.contextmanager
def reading(home: Home, path: PurePosixPath) -> Iterator[tuple[IO[bytes], int, int] | None]:
    """Open a file of a home; yields it with its size and mode, or None where it is gone by now."""
    try:
        descriptor = os.open(home.path / path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        yield None
        return
    with os.fdopen(descriptor, "rb") as file:
        about = os.fstat(descriptor)
        yield file, about.st_size, stat.S_IMODE(about.st_mode) & 0o777


def check(home: Home, wanted: Mapping[str, FileContent]) -> None:
    """See that files can be put into a home: what is there already is the same, and there is room.

    Raises:
        BackupDamaged: A path leads elsewhere.
        TargetHoldsData: The home has other keys, or files of its own.
        Unavailable: The disk is too full.
    """
    keys = home.key_file.name
    for name in wanted:
        if name != keys and PurePosixPath(name).parts[0] not in FOLDERS:
            raise BackupDamaged("This backup holds a file that is never in one.")
    for path in paths(home):
        content = wanted.get(str(path))
        if content is not None and _sha256(home.path / path) == content.sha256:
            continue
        if str(path) == keys and content is None:
            continue  # keys of a home that is new; the backup's own lie in the settings
        raise TargetHoldsData(
            f"{home.path} has keys of its own already, and they are not those of the backup."
            if str(path) == keys
            else f"{home.path} holds files of its own already, such as {path.parts[0]}/…"
        )
    if sum(content.bytes for content in wanted.values()) > shutil.disk_usage(home.path).free:
        raise Unavailable(f"The disk of {home.path} has no room for the files of this backup.")


@dataclass(slots=True)
class Staging:
    """Files on their way into a home: written beside it first, then moved, and taken back where that fails."""

    home: Home
    waiting: list[PurePosixPath] = field(default_factory=list)
    moved: list[Path] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.home.path / STAGED

    def put(self, path: PurePosixPath, mode: int, blocks: Iterable[bytes]) -> None:
        """Write a file where nobody looks for it yet."""
        place = self.folder / path
        place.parent.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(blocks)
            file.flush()
            os.fchmod(descriptor, mode & 0o600 if str(path) == self.home.key_file.name else mode)
            os.fsync(descriptor)
        self.waiting.append(path)

    def move(self) -> None:
        """Put every file into its place; one that is there already is the same."""
        for path in self.waiting:
            place = self.home.path / path
            if place.exists():
                continue
            place.parent.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
            self.moved.append(place)
            (self.folder / path).rename(place)
        for folder in {place.parent for place in self.moved}:
            keep(folder)


@contextlib.contextmanager
def staging(home: Home) -> Iterator[Staging]:
    """Give files a way into a home; when the block raises, those that were moved are taken back."""
    stage = Staging(home)
    shutil.rmtree(stage.folder, ignore_errors=True)  # what a killed restore left
    stage.folder.mkdir(mode=PRIVATE)
    try:
        yield stage
    except BaseException:
        for place in stage.moved:
            place.unlink(missing_ok=True)
        raise
    finally:
        shutil.rmtree(stage.folder, ignore_errors=True)


def keep(folder: Path) -> None:
    """Make the names in a folder outlast a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sha256(path: Path) -> str:
    hasher = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            hasher.update(block)
    return hasher.hexdigest()
