"""Which fields are decided, and what is taken over of them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from netos_core.documents.rules.extraction.fields import FieldName
from netos_core.extractions.rules.values import MANDATORY, SURE, USED, label_of
from netos_core.kernel.errors import Invalid

Read = Mapping[str, Any]
"""A field as it was read, or nothing where the document does not say."""
Decided = Mapping[str, Any]


class Choice(StrEnum):
    ACCEPT = "accept"
    EDIT = "edit"
    REJECT = "reject"
    REOPEN = "reopen"


class Unproven(Invalid):
    """No words of the document stand for the value."""


def is_trusted(name: FieldName, read: Read | None, told: frozenset[str]) -> bool:
    """Whether a field stands without a person: sure, said in so many words, and nothing told against it.

    Args:
        name: The field.
        read: What was read.
        told: The fields a problem was told of.
    """
    return (
        read is not None
        and name in USED
        and name not in MANDATORY
        and name not in told
        and not read.get("counted", False)
        and read["confidence"] >= SURE
    )


def refuse_unproven(name: FieldName, read: Read | None) -> None:
    """Refuse to accept a field whose words are not on a page.

    Raises:
        Unproven: There is nothing a person could have looked at.
    """
    if read is None:
        raise Unproven(
            f"{label_of(name)} has no quote on a page, so there is nothing to accept.",
            field=name,
            fix="Edit it: the value is then yours. Or reject it: the contract stays without it.",
        )


def taken(
    reads: Mapping[FieldName, Read], decided: Mapping[str, Decided], told: frozenset[str]
) -> dict[FieldName, Any]:
    """Give the values a contract is made of: accepted, edited, or so sure that they need nobody."""
    values: dict[FieldName, Any] = {}
    for name in FieldName:
        read, decision = reads.get(name), decided.get(name)
        if decision is None:
            if read is not None and is_trusted(name, read, told):
                values[name] = read["value"]
        elif decision["choice"] == Choice.EDIT:
            values[name] = decision["value"]
        elif decision["choice"] == Choice.ACCEPT and read is not None:
            values[name] = read["value"]
    return values


def missing(decided: Mapping[str, Decided]) -> list[FieldName]:
    """Name the mandatory fields nobody has decided."""
    return [name for name in MANDATORY if name not in decided]


def left_out(reads: Mapping[FieldName, Read], decided: Mapping[str, Decided], told: frozenset[str]) -> list[FieldName]:
    """Name the fields a contract could have had that nobody decided and nothing vouches for."""
    return [
        name
        for name, read in reads.items()
        if name in USED and name not in MANDATORY and name not in decided and not is_trusted(name, read, told)
    ]
