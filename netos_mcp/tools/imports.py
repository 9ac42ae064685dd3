"""Sheets that were staged: a person uploads one on the page or with `netos import`."""

from __future__ import annotations

from netos_core.imports import operations as imports
from netos_mcp.answers import Published

NAME = "imports"
TOOLSET = (
    Published(
        imports.list_imports,
        "List the person's staged sheets, newest first, with what became of each. Sheets are uploaded by a person, "
        'never here. Example: {"limit": 10}.',
        toolset=NAME,
    ),
    Published(
        imports.get_import,
        "Show a staged sheet: mapping with reasons, counts, problems and a page of rows; after_row continues. "
        'Example: {"ref": "IMP-1003", "outcome": "invalid"}.',
        toolset=NAME,
    ),
    Published(
        imports.map_import,
        "Read a staged sheet as another kind, or with other fields for its columns; null leaves a column out. "
        'Writes no record. Example: {"ref": "IMP-1003", "fields": {"Monthly": "mrc"}}.',
        toolset=NAME,
    ),
    Published(
        imports.edit_import_row,
        "Correct cells of one staged row by their header; the sheet is read again with them. Ask the person rather "
        'than guess a value. Example: {"ref": "IMP-1003", "row": 7, "cells": {"MRC": "1250.00"}}.',
        toolset=NAME,
    ),
    Published(
        imports.propose_import,
        "Propose the valid rows of a staged sheet as one change; rows with problems stay staged. Approval as for "
        'propose_change. Example: {"ref": "IMP-1003", "reason": "Inventory of October"}.',
        toolset=NAME,
    ),
)
