"""Where documents lie: a folder and a real S3 server keep bytes whole, and say what is wrong when they can not."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from netos_core.vendors.clamd import Clamd
from netos_core.vendors.errors import BadResponse, CredentialsInvalid, Rejected, VendorNotFound, VendorUnavailable
from netos_core.vendors.store import DocumentStore, key_of
from tests.standins import clamd, s3

HELLO = b"hello " * 200_000
NAME = hashlib.sha256(HELLO).hexdigest()


@pytest.fixture(scope="module")
def bucket() -> Iterator[s3.Bucket]:
    with s3.running() as running:
        yield running


def in_bucket(bucket: s3.Bucket, *, place: str = "s3://netos/documents", secret: str | None = None) -> DocumentStore:
    return DocumentStore(place, key=bucket.key, secret=secret or bucket.secret, endpoint=bucket.endpoint)


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> DocumentStore:
    if request.param == "folder":
        return DocumentStore(tmp_path / "documents")
    return in_bucket(request.getfixturevalue("bucket"), place=f"s3://netos/{tmp_path.name}")


def test_what_is_put_is_read_back_whole(store: DocumentStore) -> None:
    store.check()
    store.put(NAME, HELLO)
    store.put(NAME, HELLO)
    with store.read(NAME) as file:
        assert file.read() == HELLO


def test_what_is_not_there_is_told(store: DocumentStore) -> None:
    with pytest.raises(VendorNotFound, match="does not have this file"):
        store.read(NAME)
    store.delete(NAME)


def test_what_was_deleted_is_gone(store: DocumentStore) -> None:
    store.put(NAME, HELLO)
    store.delete(NAME)
    with pytest.raises(VendorNotFound):
        store.read(NAME)


def test_bytes_under_a_wrong_name_are_never_given_out(store: DocumentStore) -> None:
    with pytest.raises(BadResponse, match="other bytes"):
        store.put("0" * 64, HELLO)
    with pytest.raises(BadResponse):
        store.read("0" * 64)


def test_a_damaged_file_is_found_on_read_and_healed_by_another_upload(tmp_path: Path) -> None:
    store = DocumentStore(tmp_path)
    store.put(NAME, HELLO)
    (tmp_path / key_of(NAME)).write_bytes(b"rotten")
    with pytest.raises(BadResponse):
        store.read(NAME)
    store.put(NAME, HELLO)
    with store.read(NAME) as file:
        assert file.read() == HELLO


def test_files_lie_two_folders_deep(tmp_path: Path) -> None:
    DocumentStore(tmp_path).put(NAME, HELLO)
    assert (tmp_path / "sha256" / NAME[:2] / NAME[2:4] / NAME).read_bytes() == HELLO


def test_amazons_own_client_reads_what_we_wrote(bucket: s3.Bucket) -> None:
    in_bucket(bucket).put(NAME, HELLO)
    kept = bucket.client().get_object(Bucket=s3.BUCKET, Key=f"documents/{key_of(NAME)}")
    assert kept["Body"].read() == HELLO


def test_a_wrong_secret_names_its_setting_and_leaks_nothing(bucket: s3.Bucket) -> None:
    store = in_bucket(bucket, secret="not the secret")
    for asked in (store.check, lambda: store.read(NAME), lambda: store.put(NAME, HELLO)):
        with pytest.raises(CredentialsInvalid) as refused:
            asked()
        assert refused.value.setting == "NETOS_STORE_SECRET"
        assert "not the secret" not in str(refused.value.as_dict())
        assert "http" not in refused.value.message


def test_a_bucket_that_is_not_there_is_told(bucket: s3.Bucket) -> None:
    with pytest.raises(VendorNotFound, match="no such bucket"):
        in_bucket(bucket, place="s3://elsewhere").check()


def test_a_store_that_does_not_answer_is_told_soon() -> None:
    away = DocumentStore("s3://netos", key="a", secret="b", endpoint="http://127.0.0.1:9")
    with pytest.raises(VendorUnavailable, match="does not answer"):
        away.check()


@pytest.mark.parametrize("place", ["http://netos", "s3://", "netos"])
def test_only_an_address_of_a_bucket_is_one(place: str) -> None:
    with pytest.raises(ValueError, match="s3://"):
        DocumentStore(place)


def test_the_scanner_names_what_it_finds() -> None:
    with clamd.running() as daemon:
        scanner = Clamd(daemon.url)
        scanner.check()
        assert scanner.scan(HELLO[:300_000]) is None
        assert scanner.scan(b"begin " + clamd.EICAR) == "Eicar-Test-Signature"
        assert daemon.scanned[0] == 300_000


def test_what_the_scanner_does_not_take_or_say_is_told() -> None:
    with clamd.running() as daemon:
        with pytest.raises(Rejected, match="takes no file of this size"):
            Clamd(daemon.url).scan(b"x" * (2 << 20))
        daemon.answer = b"stream: <script> ERROR"
        with pytest.raises(BadResponse) as odd:
            Clamd(daemon.url).scan(b"x")
        assert "script" not in odd.value.message
        with pytest.raises(BadResponse):
            Clamd(daemon.url).check()
    with pytest.raises(VendorUnavailable, match="does not answer"):
        Clamd(daemon.url).check()
    with pytest.raises(VendorUnavailable):
        Clamd("unix:///nowhere/clamd.ctl").check()
    with pytest.raises(ValueError, match="tcp://"):
        Clamd("http://127.0.0.1")
