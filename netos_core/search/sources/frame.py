"""How a kind of record is told to the index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, func, select
from sqlalchemy.orm import InstrumentedAttribute

from netos_core.annotations.model import Tag
from netos_core.providers.model import ProviderAlias


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of record for the index: live rows with `id`, `ref`, `title`, `detail` and what it is found by.

    Args:
        kind: As agents name it.
        rows: Selects the columns: `ids` are answered to exactly, one a line, `names` in any near spelling; `about` is
            what it means, `words` are all it says besides, `needs` the right to learn of it, where it takes one.
        id: The column of the rows' own ids.
    """

    kind: str
    rows: Select[*tuple[Any, ...]]
    id: InstrumentedAttribute[UUID]


def said(*parts: Any) -> ColumnElement[str]:
    """Join what is known of some texts."""
    return func.concat_ws(" ", *parts)


def one_each(*ids: Any) -> ColumnElement[str]:
    """List ids and names, one a line."""
    return func.concat_ws("\n", *ids)


def all_of(text: SQLColumnExpression[Any], of: Select[*tuple[Any, ...]]) -> ColumnElement[str]:
    """Join a text of every row that hangs on a record."""
    return of.with_only_columns(func.string_agg(text, " ")).scalar_subquery()


def tags_of(model: Any, entity: str) -> ColumnElement[str]:
    return all_of(
        Tag.name,
        select(Tag).where(Tag.entity == entity, Tag.entity_id == model.id, Tag.retired_at.is_(None)).correlate(model),
    )


def names_of(provider: Any) -> ColumnElement[str]:
    return all_of(
        ProviderAlias.alias,
        select(ProviderAlias)
        .where(ProviderAlias.provider_id == provider.id, ProviderAlias.retired_at.is_(None))
        .correlate(provider),
    )
