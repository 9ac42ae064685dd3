"""A call reads the same thing once, as long as nothing can have changed it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from tests.factories import make_ctx


@pytest.mark.parametrize(("memory", "reads"), [(None, 2), ({}, 1)])
def test_only_a_transaction_that_only_reads_remembers(
    session: Session, memory: dict[Hashable, Any] | None, reads: int
) -> None:
    made: list[str] = []

    def read() -> str:
        made.append("read")
        return "CKT-1001"

    ctx = replace(make_ctx(session, Role.NOC), memory=memory)
    assert [ctx.once(("circuit", "A"), read), ctx.once(("circuit", "A"), read)] == ["CKT-1001"] * 2
    assert len(made) == reads
    ctx.once(("circuit", "B"), read)
    assert len(made) == reads + 1


def test_what_was_not_found_is_looked_for_again(session: Session) -> None:
    ctx = replace(make_ctx(session, Role.NOC), memory={})

    def missing() -> str:
        raise LookupError

    with pytest.raises(LookupError):
        ctx.once("it", missing)
    assert ctx.once("it", lambda: "there now") == "there now"
