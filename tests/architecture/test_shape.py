"""What the code must look like, beyond what the linters check."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from netos_core.access.rules import RIGHTS, RISK, Aspect, Role, rights_of
from netos_core.catalogue import OPERATIONS
from netos_core.changes.aspects import ENTITY_ASPECT, FIELD_ASPECT
from netos_core.kernel.redaction import Request, View
from netos_core.proposals.plans import KINDS
from netos_core.tables import metadata

ROOT = Path(__file__).parents[2]
LONGEST = 400
SHAPELESS = {"utils", "helpers", "common", "manager", "misc"}


def python_files() -> list[Path]:
    return [p for d in ("netos_core", "netos_mcp", "jobs", "web_min") for p in sorted((ROOT / d).rglob("*.py"))]


def test_no_file_is_longer_than_a_reader_holds() -> None:
    long = {str(p.relative_to(ROOT)): n for p in python_files() if (n := len(p.read_text().splitlines())) > LONGEST}
    assert not long, "split by noun"


def test_no_module_has_a_shapeless_name() -> None:
    assert not [p for p in python_files() if p.stem in SHAPELESS or p.parent.name in SHAPELESS]


def test_every_feature_says_what_it_owns() -> None:
    for init in sorted((ROOT / "netos_core").glob("*/__init__.py")):
        assert init.read_text().lstrip().startswith('"""'), init


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.name)
def test_every_operation_is_described_typed_and_held_by_a_role(operation) -> None:
    assert operation.description
    assert issubclass(operation.request, Request)
    assert issubclass(operation.view, View)
    held = {right for role in Role for right in rights_of([role])}
    assert operation.right in held, f"no role holds {operation.right}"


def test_operation_names_are_unique() -> None:
    names = [operation.name for operation in OPERATIONS]
    assert len(names) == len(set(names))


def test_a_view_has_no_defaults() -> None:
    for operation in OPERATIONS:
        optional = [n for n, f in operation.view.model_fields.items() if not f.is_required()]
        assert not optional, f"{operation.view.__name__}: {optional}"


def test_the_risk_table_names_real_columns() -> None:
    for entity, fields in FIELD_ASPECT.items():
        assert set(fields) <= set(metadata.tables[entity].columns.keys())
    assert set(ENTITY_ASPECT) <= set(metadata.tables)
    assert set(RISK) == set(Aspect)
    assert set(RIGHTS) == set(Role)


def test_every_settable_field_of_every_kind_is_described_by_its_type() -> None:
    for kind in KINDS.values():
        assert kind.edit.model_fields
        assert kind.edit.__doc__


def test_the_locks_carry_no_address() -> None:
    for lock in ROOT.glob("requirements*.txt"):
        assert not re.search(r"https?://|index-url", lock.read_text()), lock
