"""A cursor brings back what it was made of, and nothing else passes for one."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netos_core.kernel.page import Cursor, CursorMismatch

ids = st.one_of(st.uuids().map(str), st.integers(min_value=0, max_value=10**15).map(str))


@given(st.text(max_size=40), ids)
def test_a_cursor_comes_back_whole(key: str, row_id: str) -> None:
    made = Cursor("circuits:-mrc", key, row_id)
    assert Cursor.decode(made.encode(), "circuits:-mrc") == made


@given(ids)
def test_a_key_that_is_the_id_is_not_said_twice(row_id: str) -> None:
    made = Cursor("circuits:ref", row_id, row_id)
    assert made.encode().count(".") == 1
    assert Cursor.decode(made.encode(), "circuits:ref") == made


@given(st.text(alphabet=string.ascii_letters + string.digits + "._-", max_size=60))
def test_nothing_else_passes_for_a_cursor(text: str) -> None:
    with pytest.raises(CursorMismatch):
        Cursor.decode(text, "circuits:ref")


def test_a_cursor_of_another_order_is_refused() -> None:
    with pytest.raises(CursorMismatch):
        Cursor.decode(Cursor("circuits:ref", "7", "7").encode(), "circuits:mrc")
