from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netos_core.finance.rules.allocation import Method, Receiver, allocate

untimed = settings(deadline=None)
ONE, TWO, THREE = (UUID(int=n) for n in (1, 2, 3))


def receiver(row_id: UUID, mbps: str | None = None, customers: int = 0, revenue: str = "0") -> Receiver:
    return Receiver(row_id, f"CKT-{row_id.int}", None if mbps is None else Decimal(mbps), customers, Decimal(revenue))


THERE = [receiver(ONE, "1000", 1, "300.00"), receiver(TWO, "500", 2, "100.00"), receiver(THREE)]


@pytest.mark.parametrize(
    ("method", "amounts", "how"),
    [
        (Method.BANDWIDTH, ["66.67", "33.33"], "1000 of 1500 Mbps"),
        (Method.CUSTOMERS, ["33.33", "66.67"], "1 of 3 customers"),
        (Method.REVENUE, ["75.00", "25.00"], "by its part of the revenue"),
        (Method.EQUAL, ["33.33", "33.34", "33.33"], "one of 3 equal shares"),
    ],
)
def test_a_cost_is_divided_by_what_the_method_measures(method: Method, amounts: list[str], how: str) -> None:
    made = allocate(Decimal("100.00"), method, THERE, {})
    assert [str(share.amount) for share in made.shares] == amounts
    assert (made.shares[0].how, made.unallocated) == (how, 0)


def test_a_fixed_share_of_a_circuit_that_is_gone_stays_with_the_asset() -> None:
    fixed = {"CKT-1": Decimal("33.33"), "CKT-2": Decimal("33.33"), "CKT-9": Decimal("33.34")}
    made = allocate(Decimal("100.00"), Method.FIXED, THERE, fixed)
    assert [(share.id, str(share.amount)) for share in made.shares] == [(ONE, "33.33"), (TWO, "33.33")]
    assert made.unallocated == Decimal("33.34")
    assert made.why == "33.34 % is for circuits that are not in service there."


@pytest.mark.parametrize("method", [m for m in Method if m is not Method.EQUAL])
def test_what_nobody_can_be_measured_by_is_borne_by_nobody(method: Method) -> None:
    made = allocate(Decimal("10.00"), method, [receiver(THREE)], {"CKT-1": Decimal(100)})
    assert (made.shares, made.unallocated) == ((), Decimal("10.00"))
    assert made.why


def test_no_circuit_bears_nothing() -> None:
    made = allocate(Decimal("10.00"), Method.EQUAL, [], {})
    assert (made.unallocated, made.why) == (Decimal("10.00"), "No circuit in service is there.")


receivers = st.lists(
    st.builds(
        Receiver,
        id=st.uuids(),
        ref=st.text("CKT-0123456789", min_size=5, max_size=9),
        mbps=st.none() | st.decimals("0.001", "400000", places=3),
        customers=st.integers(0, 9),
        revenue=st.decimals(0, 100_000, places=2),
    ),
    max_size=30,
    unique_by=(lambda one: one.id, lambda one: one.ref),
)
amounts = st.decimals(-100_000, 1_000_000, places=2)


@untimed
@given(amounts, st.sampled_from(Method), receivers, st.data())
def test_shares_and_what_is_left_make_the_cost_to_the_cent(total, method, there, data) -> None:
    fixed = {}
    if there:
        first = data.draw(st.decimals(0, 100, places=2))
        fixed = {there[0].ref: first, "gone": Decimal(100) - first}
    made = allocate(total, method, there, fixed)
    assert sum((share.amount for share in made.shares), made.unallocated) == total
    assert all(share.amount == round(share.amount, 2) for share in made.shares)
    assert allocate(total, method, list(reversed(there)), fixed) == made
