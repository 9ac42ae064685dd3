"""What is refused: a target that is in use or holds data, and a file that is no backup, damaged or evil."""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from netos_core.kernel.errors import Invalid, NetosError, Unavailable
from netos_core.runtime import migrate
from netos_core.runtime.backup import archive, files
from netos_core.runtime.backup.archive import BackupDamaged, BackupRefused
from netos_core.runtime.backup.files import TargetHoldsData
from netos_core.runtime.backup.take import Taken
from netos_core.runtime.calls import Core
from netos_core.runtime.home import HomeBusy, hold, open_home
from tests.runtime.backup.making import connect, content, everything, has_no_tables, put_back, url_of


def test_a_database_with_data_stays_as_it_is(core: Core, backup: Taken, folder: Path) -> None:
    before = everything(url_of(core))
    core.engine.dispose()
    with pytest.raises(TargetHoldsData, match="not empty"):
        put_back(backup.path, folder / "new", url_of(core))
    assert everything(url_of(core)) == before
    assert content(folder / "new") == {}


def test_a_home_with_keys_or_documents_of_its_own_is_refused(backup: Taken, folder: Path, empty_db: str) -> None:
    new = open_home(folder / "new")
    new.key_file.write_text("cd" * 32)
    with pytest.raises(TargetHoldsData, match="keys of its own"):
        put_back(backup.path, new.path, empty_db)
    assert new.key_file.read_text() == "cd" * 32
    new.key_file.unlink()
    (new.folder("documents") / "other.pdf").write_bytes(b"mine")
    with pytest.raises(TargetHoldsData, match="documents"):
        put_back(backup.path, new.path, empty_db)
    assert has_no_tables(empty_db)


def test_a_home_that_holds_the_same_files_already_is_fine(backup: Taken, folder: Path, empty_db: str) -> None:
    home = folder / "new"
    shutil.copytree(backup.path.with_name("home"), home, symlinks=True)
    before = content(home)
    put_back(backup.path, home, empty_db)
    assert content(home) == before


def test_nothing_is_restored_where_netos_runs(backup: Taken, folder: Path, empty_db: str) -> None:
    new = open_home(folder / "new")
    with hold(new), pytest.raises(HomeBusy, match="uses"):
        put_back(backup.path, new.path, empty_db)
    with connect(empty_db), pytest.raises(HomeBusy, match="1 connections"):
        put_back(backup.path, new.path, empty_db)
    assert has_no_tables(empty_db)


def test_a_home_that_cannot_take_the_files_gets_none_and_the_database_no_rows(
    backup: Taken, folder: Path, empty_db: str
) -> None:
    new = open_home(folder / "new").path
    (new / "documents").write_text("in the way")
    with pytest.raises(Unavailable, match=r"Nothing was restored, because of .*documents"):
        put_back(backup.path, new, empty_db)
    assert has_no_tables(empty_db)
    assert not (new / "keys").exists()
    assert not (new / files.STAGED).exists()


def test_a_database_that_does_not_answer_is_named(backup: Taken, folder: Path) -> None:
    with pytest.raises(migrate.DatabaseUnavailable):
        put_back(backup.path, folder / "new", "postgresql+psycopg://netos@127.0.0.1:1/netos")
    assert content(folder / "new") == {}


Members = list[tuple[tarfile.TarInfo, bytes]]


def unpacked(path: Path) -> Members:
    with tarfile.open(path) as tar:
        return [(m, tar.extractfile(m).read()) for m in tar.getmembers()]  # type: ignore[union-attr]


def packed(path: Path, members: Members) -> Path:
    """Write a backup anew, with whatever members somebody thought of."""
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as tar:
        for member, body in members:
            if member.isreg():
                member.size = len(body)
            tar.addfile(member, io.BytesIO(body))
    return path


def with_manifest(members: Members, change: Callable[[dict[str, Any]], object]) -> Members:
    *others, (member, body) = members
    manifest = json.loads(body)
    change(manifest)
    return [*others, (member, json.dumps(manifest).encode())]


def refused(path: Path, folder: Path, url: str, kind: type[NetosError], told: str) -> None:
    with pytest.raises(kind, match=told):
        put_back(path, folder / "new", url)
    assert has_no_tables(url)
    assert content(folder / "new") == {}


def test_what_is_no_backup_is_called_so(folder: Path, empty_db: str) -> None:
    for body in (b"", b"PK\3\4", gzip.compress(b"hello"), gzip.compress(b"\0" * 10240), os.urandom(5000)):
        path = folder / "file"
        path.write_bytes(body)
        refused(path, folder, empty_db, BackupRefused, "no NetOS backup")
    refused(folder / "none", folder, empty_db, Invalid, "no such file")


def test_a_newer_format_or_schema_asks_for_the_newer_program(backup: Taken, folder: Path, empty_db: str) -> None:
    members = unpacked(backup.path)
    newer = [(members[0][0], b"NetOS backup, format 2\n"), *members[1:]]
    refused(packed(folder / "a", newer), folder, empty_db, BackupRefused, "has format 2")
    changed = with_manifest(members, lambda m: m.update(revision="9999"))
    refused(packed(folder / "b", changed), folder, empty_db, BackupRefused, "revision 9999 is of a newer NetOS")


def test_any_damage_is_found_before_anything_is_written(backup: Taken, folder: Path, empty_db: str) -> None:
    whole = backup.path.read_bytes()
    path = folder / "damaged"
    for cut in (len(whole) // 2, len(whole) - 1, len(whole) - 9):
        path.write_bytes(whole[:cut])
        refused(path, folder, empty_db, BackupDamaged, "damaged or cut off|not whole")
    for place in (len(whole) // 3, len(whole) // 2, len(whole) - 6):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        refused(path, folder, empty_db, BackupDamaged, "damaged|not whole")
    path.write_bytes(whole + gzip.compress(b"more"))
    refused(path, folder, empty_db, BackupDamaged, "goes on after the end")


def test_contents_that_differ_from_the_list_are_refused(backup: Taken, folder: Path, empty_db: str) -> None:
    def changed(members: Members) -> Path:
        return packed(folder / "changed", members)

    members = unpacked(backup.path)
    at = next(n for n, (m, _) in enumerate(members) if m.name == "tables/circuit/00001.copy")
    circuits, body = members[at]
    altered = [*members[:at], (circuits, body.replace(b"active", b"planned", 1)), *members[at + 1 :]]
    refused(changed(altered), folder, empty_db, BackupDamaged, "tables/circuit is not as it was written")
    refused(changed(members[:at] + members[at + 1 :]), folder, empty_db, BackupDamaged, "tables/circuit is not")
    refused(changed(members[:-1]), folder, empty_db, BackupDamaged, "ends early")
    refused(changed([*members, members[at]]), folder, empty_db, BackupDamaged, "never in a backup")
    for one, told in (
        (lambda m: m["files"].pop("keys"), "more than its list"),
        (lambda m: m["tables"].update(circuit="?"), "cannot be read"),
        (lambda m: m["tables"]["circuit"].update(rows=1), "tables/circuit is not"),
        (lambda m: m.update(extra=1), "cannot be read"),
    ):
        refused(changed(with_manifest(members, one)), folder, empty_db, BackupDamaged, told)
    missing = with_manifest(members, lambda m: m["tables"]["circuit"]["columns"].pop())
    refused(changed(missing), folder, empty_db, BackupRefused, "other columns")


def test_rows_that_do_not_fit_leave_the_target_empty(backup: Taken, folder: Path, empty_db: str) -> None:
    """The checksums agree, yet what the terminations refer to is gone: found half-way through the load."""
    empty = {"rows": 0, "bytes": 0, "sha256": archive.Tally().hasher.hexdigest()}
    members = [m for m in unpacked(backup.path) if not m[0].name.startswith("tables/circuit/")]
    members = with_manifest(members, lambda m: m["tables"]["circuit"].update(empty))
    refused(packed(folder / "x", members), folder, empty_db, BackupDamaged, "does not fit its own schema")


def member(name: str, kind: bytes = tarfile.REGTYPE, **more: Any) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type = kind
    for field, value in more.items():
        setattr(made, field, value)
    return made


@pytest.mark.parametrize(
    "evil",
    [
        member("files/../../escape"),
        member("/files/absolute"),
        member("files/documents/../../x"),
        member("files/documents//x"),
        member("elsewhere/x"),
        member("tables/../x/00001.copy"),
        member("files/documents/link", tarfile.SYMTYPE, linkname="/etc/passwd"),
        member("files/documents/hard", tarfile.LNKTYPE, linkname="files/keys"),
        member("files/documents/device", tarfile.CHRTYPE, devmajor=1, devminor=5),
        member("files/documents/pipe", tarfile.FIFOTYPE),
        member("files/documents/folder", tarfile.DIRTYPE),
        member("files/documents/x", pax_headers={"GNU.sparse.size": "99999999999", "GNU.sparse.map": "0,1"}),
        member("files/documents/x", pax_headers={"comment": "x" * 2_000_000}),
    ],
    ids=lambda m: f"{m.name}-{m.type.decode()}-{len(m.pax_headers)}",
)
def test_what_is_never_in_a_backup_is_refused(folder: Path, evil: tarfile.TarInfo) -> None:
    mark = (member("netos-backup"), b"NetOS backup, format 1\n")
    path = packed(folder / "evil", [mark, (evil, b""), (member("manifest.json"), b"{}")])
    with path.open("rb") as file, pytest.raises(BackupDamaged, match="never in a backup"):
        archive.Archive(file).survey()


def test_a_file_outside_the_kept_folders_is_refused_even_if_it_is_listed(
    backup: Taken, folder: Path, empty_db: str
) -> None:
    first, *others = unpacked(backup.path)
    told = {"mode": 0o600, "bytes": 0, "sha256": archive.Tally().hasher.hexdigest()}
    listed = with_manifest(others, lambda m: m["files"].update({"runtime.json": told}))
    path = packed(folder / "x", [first, (member("files/runtime.json"), b""), *listed])
    refused(path, folder, empty_db, BackupDamaged, "a file that is never in one")


def test_a_false_size_costs_nothing(backup: Taken, folder: Path, empty_db: str) -> None:
    """A header promises terabytes: it is refused as it is read, and not believed."""
    (mark, body), *_ = unpacked(backup.path)
    for name, size in (("tables/circuit/00001.copy", 1 << 40), ("files/keys", 1 << 43), ("manifest.json", 1 << 36)):
        huge = member(name, size=size).tobuf(tarfile.GNU_FORMAT)
        raw = mark.tobuf() + body.ljust(512, b"\0") + huge + b"\0" * 4096
        path = folder / "huge"
        path.write_bytes(gzip.compress(raw))
        refused(path, folder, empty_db, BackupDamaged, "never in a backup")
