"""The key ring: one key for each purpose, rotation by putting a new key in front."""

from __future__ import annotations

import pytest

from netos_core.runtime.keys import KeyRing, Unopenable, from_setting

OLD, NEW = "an old key of an installation, long enough", "a new key of an installation, long enough"


def ring(*keys: str) -> KeyRing:
    return KeyRing(lambda: from_setting(keys))


def test_each_purpose_has_a_key_of_its_own() -> None:
    keys = ring(OLD)
    assert len(keys.derive("session")[0]) == 32
    assert keys.derive("session") != keys.derive("token")
    assert keys.derive("session") == ring(OLD).derive("session")


def test_what_an_older_key_sealed_is_still_opened() -> None:
    sealed = ring(OLD).seal("web", "a secret")
    assert "secret" not in sealed
    rotated = ring(NEW, OLD)
    assert rotated.open("web", sealed) == "a secret"
    assert ring(NEW).open("web", rotated.seal("web", "another")) == "another"


def test_what_a_key_that_is_gone_sealed_is_not_opened() -> None:
    sealed = ring(OLD).seal("web", "a secret")
    with pytest.raises(Unopenable):
        ring(NEW).open("web", sealed)


def test_what_was_sealed_for_one_purpose_is_nothing_for_another() -> None:
    with pytest.raises(Unopenable):
        ring(OLD).open("oauth", ring(OLD).seal("web", "a secret"))


def test_keys_are_looked_for_when_the_first_is_needed() -> None:
    def nowhere() -> list[bytes]:
        raise AssertionError

    KeyRing(nowhere)


def test_equal_texts_seal_alike_within_a_purpose_and_older_keys_open_them() -> None:
    old = KeyRing(lambda: from_setting(["a" * 32]))
    sealed = old.seal_alike("bgp", "secret")
    assert sealed == old.seal_alike("bgp", "secret") != old.seal_alike("other", "secret")
    assert sealed.startswith("sealed:")
    assert "secret" not in sealed
    rotated = KeyRing(lambda: from_setting(["b" * 32, "a" * 32]))
    assert rotated.open_alike("bgp", sealed) == "secret"
    with pytest.raises(Unopenable):
        KeyRing(lambda: from_setting(["b" * 32])).open_alike("bgp", sealed)
