"""Values of a draft as the fields of a quote take them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from netos_core.kernel.errors import Invalid
from netos_core.quotes.rules.reading import split
from netos_core.quotes.schemas.edits import QuoteEdit, QuoteTermEdit

Edit = TypeVar("Edit", bound=BaseModel)


def edit_of(model: type[Edit], values: Mapping[str, Any], months: int | None = None) -> Edit:
    """Read values as their fields take them.

    Raises:
        Invalid: One does not fit; its field is named as the draft names it.
    """
    try:
        return model.model_validate(dict(values))
    except ValidationError as refused:
        field = ".".join(str(part) for part in refused.errors()[0]["loc"])
        name = field if months is None else f"{months}.{field}"
        raise Invalid(f"{name} can not be read as it stands.", field=name, fix="Correct it on the page.") from None


def fits(name: str, value: str) -> bool:
    """Tell whether a value can be read as its field takes it."""
    months, field = split(name)
    try:
        edit_of(QuoteEdit if months is None else QuoteTermEdit, {field: value})
    except Invalid:
        return False
    return months is None or field != "term_months" or value == str(months)
