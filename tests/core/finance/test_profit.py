from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netos_core.finance.rules.profit import BasisTotal, Component, Line, profit_and_loss, weakest
from netos_core.kernel.money import Basis

ACTUAL, CONTRACTED, MODELED = Basis.ACTUAL, Basis.CONTRACTED, Basis.MODELED
JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)


def line(component: Component, amount: str, basis: Basis = CONTRACTED, **more: object) -> Line:
    defaults = {"month": JUNE, "currency": "USD", "source": f"{component}-{basis}"}
    return Line(component=component, amount=Decimal(amount), basis=basis, **{**defaults, **more})


MRC = line(Component.CARRIER, "1000.00", source="order-7")
INVOICE = line(Component.CARRIER, "1010.00", ACTUAL, source="invoice-9")
BILLED = line(Component.REVENUE, "1500.00", ACTUAL, source="billing-3")

untimed = settings(deadline=None)  # a busy machine is no defect
lines = st.lists(
    st.builds(
        Line,
        month=st.sampled_from((JUNE, JULY)),
        component=st.sampled_from(Component),
        amount=st.decimals(-10_000, 10_000, places=2),
        currency=st.sampled_from(("USD", "CAD")),
        basis=st.sampled_from(Basis),
        source=st.sampled_from(("a", "b")),
        item=st.sampled_from(("", "x")),
    ),
    max_size=12,
)


# One month


def test_revenue_less_every_cost_is_the_contribution():
    costs = [
        line(Component.FACILITY_SHARE, "120.50"),
        line(Component.TRANSPORT_SHARE, "60.25"),
        line(Component.POWER_SHARE, "19.25", ACTUAL),
    ]
    (month,) = profit_and_loss([BILLED, INVOICE, *costs]).months
    assert (month.month, month.currency) == (JUNE, "USD")
    assert month.contribution.amount == Decimal("290.00")
    assert month.contribution.basis is CONTRACTED
    assert month.by_basis == (
        BasisTotal(ACTUAL, Decimal("1500.00"), Decimal("1029.25")),
        BasisTotal(CONTRACTED, Decimal(0), Decimal("180.75")),
    )


def test_an_invoice_replaces_the_contracted_mrc_it_bills():
    result = profit_and_loss([MRC, INVOICE, BILLED])
    assert result.months[0].contribution.amount == Decimal("490.00")
    assert result.months[0].contribution.basis is ACTUAL
    assert result.superseded == (MRC,)


def test_two_items_of_one_component_add_up_whatever_each_rests_on():
    second_customer = line(Component.REVENUE, "200.00", item="customer-2")
    (month,) = profit_and_loss([MRC, BILLED, second_customer]).months
    assert month.contribution.amount == Decimal("700.00")
    assert month.contribution.basis is CONTRACTED


def test_two_lines_of_one_item_and_basis_add_up():
    credit = line(Component.CARRIER, "-10.00", ACTUAL, source="invoice-9, line 2")
    assert profit_and_loss([BILLED, INVOICE, credit]).months[0].contribution.amount == Decimal("500.00")


# Modeled revenue


def test_without_attributed_revenue_it_is_modeled_from_the_mrc_and_says_so():
    result = profit_and_loss([MRC])
    modeled = next(line for line in result.lines if line.component is Component.REVENUE)
    assert (modeled.amount, modeled.basis, modeled.source) == (
        Decimal("1350.00"),
        MODELED,
        "modeled: 1.35 × MRC of order-7",
    )
    (month,) = result.months
    assert month.contribution.amount == Decimal("350.00")
    assert month.contribution.basis is MODELED
    assert month.by_basis == (
        BasisTotal(CONTRACTED, Decimal(0), Decimal("1000.00")),
        BasisTotal(MODELED, Decimal("1350.00"), Decimal(0)),
    )


def test_modeled_revenue_rests_on_the_mrc_even_where_an_invoice_is_known():
    (month,) = profit_and_loss([MRC, INVOICE]).months
    assert month.contribution.amount == Decimal("340.00")
    assert month.contribution.basis is MODELED


def test_modeled_revenue_is_rounded_half_up_to_the_cent():
    revenue = profit_and_loss([replace(MRC, amount=Decimal("0.30"))]).lines[0]
    assert revenue.amount == Decimal("0.41")  # 0.405


@pytest.mark.parametrize(
    "revenue",
    [BILLED, line(Component.REVENUE, "0.00", CONTRACTED), line(Component.REVENUE, "1.00", currency="CAD")],
)
def test_nothing_is_modeled_where_any_revenue_is_attributed(revenue):
    assert all(line.basis is not MODELED for line in profit_and_loss([MRC, revenue]).lines)


def test_each_month_is_modeled_on_its_own():
    result = profit_and_loss([MRC, BILLED, replace(MRC, month=JULY)])
    assert [month.contribution.basis for month in result.months] == [CONTRACTED, MODELED]
    (total,) = result.totals
    assert total.month is None
    assert total.contribution.amount == Decimal("850.00")
    assert total.contribution.basis is MODELED
    assert total.by_basis == (
        BasisTotal(ACTUAL, Decimal("1500.00"), Decimal(0)),
        BasisTotal(CONTRACTED, Decimal(0), Decimal("2000.00")),
        BasisTotal(MODELED, Decimal("1350.00"), Decimal(0)),
    )


# What is not known


def test_without_an_mrc_revenue_is_unknown_and_never_guessed_from_an_invoice():
    (month,) = profit_and_loss([INVOICE]).months
    assert month.contribution.amount is None
    assert month.contribution.basis is None
    assert month.contribution.why == "No revenue is known in USD."


def test_revenue_alone_is_no_contribution():
    assert profit_and_loss([BILLED]).months[0].contribution.why == "No cost is known in USD."


def test_a_total_over_a_month_not_known_is_not_known_and_says_why():
    result = profit_and_loss([MRC, BILLED, replace(INVOICE, month=JULY)])
    (total,) = result.totals
    assert total.contribution.amount is None
    assert total.contribution.why == "Not known for every month: No revenue is known in USD."
    assert total.by_basis[0] == BasisTotal(ACTUAL, Decimal("1500.00"), Decimal("1010.00"))


def test_nothing_known_is_an_empty_statement():
    result = profit_and_loss([])
    assert (result.lines, result.superseded, result.months, result.totals) == ((), (), (), ())


# Currencies


def test_currencies_are_never_added_up():
    canadian = [replace(MRC, currency="CAD"), replace(BILLED, currency="CAD", amount=Decimal("1100.00"))]
    result = profit_and_loss([MRC, BILLED, *canadian])
    assert [(total.currency, total.contribution.amount) for total in result.totals] == [
        ("CAD", Decimal("100.00")),
        ("USD", Decimal("500.00")),
    ]


def test_revenue_in_another_currency_leaves_the_contribution_unknown():
    result = profit_and_loss([MRC, replace(BILLED, currency="CAD")])
    assert [total.contribution.amount for total in result.totals] == [None, None]


# Every statement


@untimed
@given(known=lines)
def test_totals_per_basis_hold_that_basis_alone_and_add_up_over_the_months(known):
    result = profit_and_loss(known)
    for total in result.totals:
        for of_basis in total.by_basis:
            same = [one for one in result.lines if one.basis is of_basis.basis and one.currency == total.currency]
            revenue = sum((one.amount for one in same if one.component is Component.REVENUE), Decimal(0))
            assert of_basis.revenue == revenue
            assert of_basis.cost == sum((one.amount for one in same), Decimal(0)) - revenue
        contributions = [month.contribution.amount for month in result.months if month.currency == total.currency]
        if total.contribution.amount is None:
            assert None in contributions
        else:
            assert total.contribution.amount == sum(contributions)


@untimed
@given(known=lines)
def test_every_line_is_counted_or_superseded_and_only_modeled_revenue_is_added(known):
    result = profit_and_loss(known)
    shown = [*result.lines, *result.superseded]
    for one in known:
        assert one in shown
        shown.remove(one)
    assert all(one.basis is MODELED and one.source.startswith("modeled: ") for one in shown)


@untimed
@given(known=lines, data=st.data())
def test_the_order_of_the_lines_does_not_matter(known, data):
    assert profit_and_loss(data.draw(st.permutations(known))).months == profit_and_loss(known).months


@untimed
@given(known=lines)
def test_a_contribution_with_any_modeled_part_says_modeled(known):
    result = profit_and_loss(known)
    for month in (*result.months, *result.totals):
        if month.contribution.amount is not None:
            assert month.contribution.basis is weakest(total.basis for total in month.by_basis)
            assert (month.contribution.basis is MODELED) == (MODELED in {total.basis for total in month.by_basis})
