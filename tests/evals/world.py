"""The sample data in a database that may be cloned, and what is true in it, by SQL of our own."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastmcp import FastMCP
from sqlalchemy import text

from netos_core import tables
from netos_core.changes.operations import approve_change
from netos_core.changes.schemas import Decide
from netos_core.demo.people import ELENA, DemoPerson
from netos_core.documents.operations import upload_document
from netos_core.documents.schemas import UploadDocument
from netos_core.kernel.context import Channel
from netos_core.proposals.operations import propose_change
from netos_core.proposals.schemas import ProposeChange
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from netos_mcp.auth import PersonDoor
from netos_mcp.server import make_server
from tests.database import TestServer
from tests.factories import index_everything

os.environ.setdefault("NETOS_SECRET_KEYS", "the keys of a test run and of nothing else")

DOMAIN = tuple(sorted(name for name, table in tables.metadata.tables.items() if "retired_at" in table.c))
DECISIONS = ("proposal", "approval", "approval_ask")

Fingerprint = Mapping[str, str]


@dataclass
class World:
    """One clone: the core on it, the servers of its people, and the truth."""

    core: Core
    _servers: dict[str, FastMCP[Any]] = field(default_factory=dict)

    def server(self, person: DemoPerson) -> FastMCP[Any]:
        if person.email not in self._servers:
            self._servers[person.email] = make_server(self.core, PersonDoor(self.core, person.email))
        return self._servers[person.email]

    def ask(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        """Return rows of the database."""
        with self.core.session() as session:
            return [dict(row) for row in session.execute(text(sql), values).mappings()]

    def one(self, sql: str, **values: Any) -> Any:
        """Return the one value of a query; a query that finds none or several is a mistake of the task."""
        (row,) = self.ask(sql, **values)
        (value,) = row.values()
        return value

    def column(self, sql: str, **values: Any) -> list[Any]:
        return [next(iter(row.values())) for row in self.ask(sql, **values)]

    def ref(self, entity: str, **where: Any) -> str:
        """Return the reference of a record that is known by a column."""
        ((name, value),) = where.items()
        return str(self.one(f"select ref from {entity} where {name} = :value and retired_at is null", value=value))

    def fingerprint(self) -> Fingerprint:
        """Tell the whole domain and all decisions apart from any other state, table by table."""
        whole = "md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as hash"
        parts = (f"select '{name}' as name, {whole} from {name} t" for name in (*DOMAIN, *DECISIONS))
        return {row["name"]: row["hash"] for row in self.ask(" union all ".join(parts))}

    def proposals(self) -> list[str]:
        return self.column("select ref from proposal order by id")

    def approve(self, change_id: str, by: DemoPerson = ELENA) -> str:
        """Approve a proposal on its page, as someone who may; returns its state."""
        digest = self.one("select digest from proposal where ref = :ref", ref=change_id)
        with self.core.context(self.core.principal(by.email, "page"), Channel.PAGE) as ctx:
            return approve_change(ctx, Decide(change_id=change_id, digest=digest)).status

    def write(
        self, person: DemoPerson, kind: str, action: str = "create", ref: str | None = None, /, **values: Any
    ) -> str:
        """Bring something into the records as people do: proposed, and approved by another; returns the proposal."""
        wish = {"kind": kind, "action": action, "ref": ref, "set": values, "reason": "Brought in by the NOC."}
        with self.core.context(self.core.principal(person.email, "page"), Channel.PAGE) as ctx:
            change_id = propose_change(ctx, ProposeChange.model_validate(wish)).change_id
        assert self.approve(change_id) == "committed"
        return change_id

    def attach(self, person: DemoPerson, on: str, content: str, **about: Any) -> str:
        """Put a text file on a record; returns the document."""
        asked = UploadDocument.model_validate({"on": on, "content": content.encode(), **about})
        with self.core.context(self.core.principal(person.email, "page"), Channel.PAGE) as ctx:
            uploaded = upload_document(ctx, asked)
        assert uploaded.change is not None
        assert self.approve(uploaded.change.change_id) == "committed"
        return uploaded.ref

    def index(self) -> None:
        """Have the search know what was written since."""
        index_everything(self.core)


@dataclass(frozen=True)
class Sample:
    """The sample data; every clone is a world of its own."""

    server: TestServer
    url: str
    home: Path

    @contextlib.contextmanager
    def world(self) -> Iterator[World]:
        with self.server.clone(of=self.url) as url:
            core = _core(url, self.home)
            try:
                yield World(core)
            finally:
                core.close()


@contextlib.contextmanager
def sample(server: TestServer) -> Iterator[Sample]:
    """Take the sample data; the documents of all clones lie in one folder, by what they contain."""
    with tempfile.TemporaryDirectory(prefix="netos-evals-") as home:
        yield Sample(server, server.sample, Path(home))


def _core(url: str, home: Path) -> Core:
    return Core(Settings(database_url=url, home=home, demo=True, log_level="error"))
