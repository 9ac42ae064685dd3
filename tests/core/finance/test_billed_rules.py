"""Of whatever is billed and agreed, nothing is lost, doubled or guessed: for any days, owners and amounts."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from netos_core.finance.rules.billed import billed_in
from netos_core.finance.rules.books import books_of
from netos_core.finance.rules.facts import BilledFact, CircuitFact, CustomerCircuit, CustomerFact, Facts, Rated
from netos_core.finance.rules.months import Proration, prorated
from netos_core.finance.rules.profit import Component, profit_and_loss
from netos_core.kernel.db import new_id
from netos_core.kernel.money import Basis

JANUARY, MAY, LAST = date(2026, 1, 1), date(2026, 5, 1), date(2026, 5, 31)
CIRCUITS, CUSTOMERS, SITE = [new_id() for _ in range(3)], [new_id() for _ in range(2)], new_id()
AMOUNTS = st.decimals("0.01", "9999.99", places=2)
WAYS = st.sampled_from(Proration)
OWNERS = st.one_of(
    st.just({}),
    st.just({"site_id": SITE, "lone": True}),
    st.sampled_from(CIRCUITS).map(lambda row_id: {"circuit_id": row_id}),
    st.sampled_from(CUSTOMERS).map(lambda row_id: {"customer_id": row_id, "customer": f"{row_id}", "lone": True}),
)


def circuit(row_id: UUID) -> CircuitFact:
    rates = (Rated(None, Decimal("100.00"), "x"),)
    return CircuitFact(
        row_id, f"CKT-{CIRCUITS.index(row_id)}", "Zayo", "PRV-1", None, "epl", None, "USD", rates, billed=True,
        billed_from=None, billed_until=None,
    )  # fmt: skip


def facts(way: Proration, billed: list[BilledFact], agreed: list[CustomerFact]) -> Facts:
    theirs = {
        one: [CustomerCircuit(k.circuit_id, None, None, True, None, None, frozenset())
              for k in agreed if k.customer_id == one]
        for one in CUSTOMERS
    }  # fmt: skip
    return Facts(way, {row_id: circuit(row_id) for row_id in CIRCUITS}, agreed, billed=billed, theirs=theirs)


@given(AMOUNTS, WAYS, st.sets(st.integers(2, 31), max_size=5), st.lists(OWNERS, min_size=6, max_size=6))
def test_a_service_that_goes_from_hand_to_hand_earns_its_month_to_the_cent(
    mrr: Decimal, way: Proration, cuts: set[int], owners: list[dict]
) -> None:
    days = [MAY, *(MAY.replace(day=day) for day in sorted(cuts)), LAST + timedelta(days=1)]
    billed = [
        BilledFact("SVC-1", "Fiber", mrr, "USD", first, following - timedelta(days=1), **owner)
        for (first, following), owner in zip(pairwise(days), owners, strict=False)
    ]
    earned = billed_in(facts(way, billed, []), MAY, {}).earnings
    assert sum(one.amount for one in earned) == prorated(mrr, MAY, LAST, MAY, way)


@given(
    WAYS,
    st.lists(st.tuples(st.sampled_from(CIRCUITS), st.sampled_from(CUSTOMERS), AMOUNTS), max_size=5,
             unique_by=lambda one: one[:2]),
    st.lists(st.tuples(st.sampled_from(CUSTOMERS), AMOUNTS), max_size=4),
    st.lists(st.tuples(st.sampled_from(CIRCUITS), AMOUNTS), max_size=3),
)  # fmt: skip
def test_what_is_billed_is_the_whole_and_what_is_agreed_only_where_nothing_is(
    way: Proration, agreed: list, of_customers: list, of_circuits: list
) -> None:
    links = [CustomerFact(row_id, who, f"{who}", "Name", mrr, "USD", None, None) for row_id, who, mrr in agreed]
    billed = [
        *(BilledFact(f"SVC-{n}", "Fiber", mrr, "USD", JANUARY, None, customer_id=who, customer=f"{who}", lone=True)
          for n, (who, mrr) in enumerate(of_customers)),
        *(BilledFact(f"SVC-9{n}", "Fiber", mrr, "USD", JANUARY, None, circuit_id=row_id)
          for n, (row_id, mrr) in enumerate(of_circuits)),
    ]  # fmt: skip
    books = books_of(facts(way, billed, links), MAY)
    counted = [line for row_id in CIRCUITS for line in profit_and_loss(books.lines.get(row_id, ())).lines]
    revenue = [line for line in (*counted, *(one.line for one in books.apart)) if line.component is Component.REVENUE]
    replaced = {row_id for row_id, _ in of_circuits}
    whole = {who for who, _ in of_customers}
    left = [mrr for row_id, who, mrr in agreed if who not in whole and row_id not in replaced]
    known = [line.amount for line in revenue if line.basis is not Basis.MODELED]
    assert sum(known) == sum(one.mrr for one in billed) + sum(left)
    earning = {row_id for row_id, *_ in (*agreed, *of_circuits)}
    modeled = [row_id for row_id in CIRCUITS if any(one.basis is Basis.MODELED for one in profit_and_loss(
        books.lines.get(row_id, ())).lines)]  # fmt: skip
    assert not earning & set(modeled)
