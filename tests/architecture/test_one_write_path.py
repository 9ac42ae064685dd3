"""Rows of the domain are written by one function only: `netos_core.changes.records.commit`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from netos_core.kernel.db import Base, Entity
from netos_core.tables import metadata

ROOT = Path(__file__).parents[2]
PACKAGES = ("netos_core", "netos_mcp", "jobs", "web_min")
COMMIT = ROOT / "netos_core/changes/records.py"
ENTITIES = {m.class_.__name__ for m in Base.registry.mappers if issubclass(m.class_, Entity)}
TABLES = {m.class_.__tablename__ for m in Base.registry.mappers if issubclass(m.class_, Entity)}
WRITES = {"insert", "update", "delete"}
SQL = re.compile(r"\b(?:insert\s+into|update|delete\s+from|truncate|copy)\s+\"?(\w+)", re.IGNORECASE)


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def test_every_domain_table_has_version_and_retirement() -> None:
    assert len(ENTITIES) >= 13
    for name in TABLES:
        assert {"id", "version", "retired_at"} <= set(metadata.tables[name].columns.keys())


@pytest.mark.parametrize("path", list(sources()), ids=lambda p: str(p.relative_to(ROOT)))
def test_no_module_writes_domain_rows_past_the_write_path(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [*_model_writes(tree), *_sql_writes(tree)]
    if path != COMMIT:
        assert not found, f"{path.relative_to(ROOT)} writes domain rows by itself: {found}"


def _models_in(tree: ast.AST) -> set[str]:
    """Names a module imports from a model; another class of that name is nobody's row."""
    imports = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and (n.module or "").endswith("model")]
    return {alias.asname or alias.name for n in imports for alias in n.names} & ENTITIES


def _model_writes(tree: ast.AST) -> Iterator[str]:
    models = _models_in(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else None
        if name in models:
            yield f"{name}(...) made"
        first = node.args[0] if node.args else None
        if isinstance(first, ast.Call) and first.args:  # table_of(Circuit), cast("Table", Circuit.__table__)
            first = first.args[-1]
        target = first.value if isinstance(first, ast.Attribute) else first
        if name in WRITES and isinstance(target, ast.Name) and (target.id in models or target.id.isupper()):
            yield f"{name}({target.id})"


def _sql_writes(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for table in SQL.findall(node.value):
                if table.lower() in TABLES:
                    yield f"SQL on {table}"


def test_the_check_sees_what_it_must_see() -> None:
    bad = """
from a.model import Circuit, Site
insert(Circuit).values(ref='x')
insert(table_of(Site))
session.add(Site(name='x'))
text('update circuit set mrc = 1')
"""
    tree = ast.parse(bad)
    assert len([*_model_writes(tree), *_sql_writes(tree)]) == 4
