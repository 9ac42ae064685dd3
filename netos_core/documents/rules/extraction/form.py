"""A document seen as a form: its tables, and the values that stand with labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netos_core.documents.rules.extraction.cells import Cell, Row, rows_of
from netos_core.documents.rules.extraction.labels import Label, Stated, stated
from netos_core.documents.rules.extraction.script import Script
from netos_core.documents.rules.extraction.tables import Table, tables


@dataclass(frozen=True, slots=True)
class Form:
    """The rows of cells of a document, and what they state."""

    rows: list[Row]
    tables: list[Table]
    stated: list[Stated]

    def values(self, label: Label) -> Iterator[Stated]:
        """Give what stands with a label, in the order of the document."""
        for one in self.stated:
            if one.label is label:
                yield one

    def cells(self, label: Label) -> Iterator[list[Cell]]:
        """Give the cells of a label's columns, row by row."""
        for table in self.tables:
            for row in table.rows:
                for number, column in enumerate(table.columns):
                    if column.label is label and number in row:
                        yield row[number]


def read_form(script: Script) -> Form:
    """Read a document as a form."""
    rows = rows_of(script)
    found = list(tables(rows))
    taken = {line for table in found for line in table.lines}
    return Form(rows, found, list(stated(rows, taken)))
