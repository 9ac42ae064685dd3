"""Order forms and agreements of our own, as carriers write them."""

from __future__ import annotations

from collections.abc import Callable

from tests.extraction.agreements import colocation, prose_agreement, tower_license, two_columns
from tests.extraction.order_forms import overseas_order, renewal_order, scanned_order, unlabelled_colons, wave_order
from tests.extraction.order_tables import rows_without_total, stacked_labels, table_order, wrapped_heads
from tests.extraction.paper import Paper

PAPERS: tuple[Callable[[], Paper], ...] = (
    wave_order,
    table_order,
    unlabelled_colons,
    prose_agreement,
    stacked_labels,
    two_columns,
    rows_without_total,
    scanned_order,
    tower_license,
    wrapped_heads,
    overseas_order,
    renewal_order,
    colocation,
)
