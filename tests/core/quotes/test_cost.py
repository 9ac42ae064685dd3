"""What an offer costs over a horizon: cases worked out by hand, to the cent."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from netos_core.quotes.rules.cost import (
    Leaving,
    Offer,
    Part,
    Present,
    cost_of,
    keeping,
    monthly_rates,
    months,
    ranked,
    spelled,
)
from netos_core.quotes.rules.verdict import against_keeping, why_it_wins

PRESENT = Present("CKT-1001", Decimal("1400.00"), "USD")


def offer(quote: str = "QUO-1001", term: int = 36, **said: object) -> Offer:
    given = {
        "currency": "USD", "mrc": Decimal("1200.00"), "nrc": Decimal("0.00"), "special_build": Decimal("0.00"),
        "tax_monthly": Decimal("0.00"), "escalator_percent": Decimal(0), "bandwidth_mbps": Decimal(1000),
        "replaces": None, **said,
    }  # fmt: skip
    return Offer(quote=quote, term_months=term, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "term", "horizon", "overlap", "total"),
    [
        # 36 x 1,200.00
        ({}, 36, 36, 0, "43200.00"),
        # 36 x 1,080.00 + 500.00
        ({"mrc": Decimal("1080.00"), "nrc": Decimal("500.00")}, 36, 36, 0, "39380.00"),
        # 12 x 1,000.00 + 12 x 1,030.00 + 12 x 1,060.90
        ({"mrc": Decimal("1000.00"), "escalator_percent": Decimal(3)}, 36, 36, 0, "37090.80"),
        # each anniversary is rounded to the cent: 12 x 333.33 + 12 x 341.66 + 12 x 350.20
        ({"mrc": Decimal("333.33"), "escalator_percent": Decimal("2.5")}, 36, 36, 0, "12302.28"),
        # a term of 12: its rate of month 12 holds to month 24, the escalator ends with the term
        ({"mrc": Decimal("1000.00"), "escalator_percent": Decimal(3)}, 12, 24, 0, "24000.00"),
        # a term of 24: raised once, then kept: 12 x 1,000.00 + 24 x 1,030.00
        ({"mrc": Decimal("1000.00"), "escalator_percent": Decimal(3)}, 24, 36, 0, "36720.00"),
        # 18 months: 12 x 1,000.00 + 6 x 1,030.00
        ({"mrc": Decimal("1000.00"), "escalator_percent": Decimal(3)}, 36, 18, 0, "18180.00"),
        # 24 x 900.00 + 250.00 + 4,000.00 + 24 x 12.50
        ({"mrc": Decimal("900.00"), "nrc": Decimal("250.00"), "special_build": Decimal("4000.00"),
          "tax_monthly": Decimal("12.50")},
         24, 24, 0, "26150.00"),
        # 36 x 1,200.00 + 2 x 1,400.00 of the circuit that runs on meanwhile
        ({"replaces": PRESENT}, 36, 36, 2, "46000.00"),
        # what is not stated is in no sum
        ({"nrc": None, "special_build": None, "tax_monthly": None}, 36, 36, 0, "43200.00"),
    ],
)  # fmt: skip
def test_the_total_is_the_one_worked_out_by_hand(said: dict, term: int, horizon: int, overlap: int, total: str) -> None:
    assert cost_of(offer(term=term, **said), horizon, overlap).total == Decimal(total)


def test_the_rate_rises_at_each_anniversary_and_holds_after_the_term() -> None:
    rates = monthly_rates(Decimal("100.00"), Decimal(10), 24, 37)
    assert rates[:12] == [Decimal("100.00")] * 12
    assert rates[12:] == [Decimal("110.00")] * 25


def test_a_quote_without_mrc_has_no_total() -> None:
    cost = cost_of(offer(mrc=None, nrc=Decimal("500.00")), 36)
    assert (cost.total, cost.a_month, cost.per_mbps, cost.exposure) == (None, None, None, None)
    assert Part.MRC in cost.unknown
    assert "beyond the horizon," in cost_of(offer(term=60, mrc=None), 36).assumptions[0]


LEFT = Leaving(Decimal("5400.00"), date(2026, 9, 30), "6 months remain")


def test_the_etf_of_the_replaced_circuit_is_in_the_total_and_unknown_is_in_none() -> None:
    cost = cost_of(offer(replaces=replace(PRESENT, leaving=LEFT)), 36)
    (line,) = [line for line in cost.lines if line.part is Part.ETF]
    assert (line.amount, line.words) == (Decimal("5400.00"), "CKT-1001 ends on 2026-09-30: 6 months remain")
    assert cost.total == Decimal("48600.00")
    unknown = cost_of(offer(replaces=replace(PRESENT, leaving=replace(LEFT, etf=None))), 36)
    assert (unknown.amount(Part.ETF), unknown.total) == (None, Decimal("43200.00"))
    assert Part.ETF in unknown.unknown
    abroad = cost_of(offer(replaces=replace(PRESENT, currency="EUR", leaving=LEFT)), 36)
    assert abroad.amount(Part.ETF) is None
    assert cost_of(offer(replaces=PRESENT), 36).amount(Part.ETF) is None
    assert cost_of(offer(), 36).amount(Part.ETF) is None


@pytest.mark.parametrize(
    ("etf", "said"),
    [
        ("5400.00", "costs $5,200.00 more. Its ETF of $5,400.00 is counted."),
        ("0.00", "saves $200.00 against it. Leaving it costs no ETF."),
        (None, "saves $200.00 against it. Its ETF is unknown and in no sum."),
    ],
)
def test_the_fee_of_leaving_may_eat_what_an_offer_saves(etf: str | None, said: str) -> None:
    present = replace(PRESENT, leaving=replace(LEFT, etf=None if etf is None else Decimal(etf)))
    best = cost_of(offer(replaces=present, nrc=Decimal("7000.00")), 36)
    assert against_keeping(best, present).endswith(f"QUO-1001 36 months {said}")


@pytest.mark.parametrize(
    ("present", "overlap", "amount", "words"),
    [
        (PRESENT, 0, Decimal(0), "no month is paid twice"),
        (PRESENT, 2, Decimal("2800.00"), "2 × $1,400.00 of CKT-1001"),
        (Present("CKT-1001", None, "USD"), 2, None, "CKT-1001 has no MRC on file"),
        (Present("CKT-1001", Decimal(1), "EUR"), 2, None, "CKT-1001 is paid in EUR"),
    ],
)
def test_overlap_is_the_replaced_circuits_own_rate(
    present: Present, overlap: int, amount: Decimal | None, words: str
) -> None:
    (line,) = [line for line in cost_of(offer(replaces=present), 36, overlap).lines if line.part is Part.OVERLAP]
    assert (line.amount, line.words) == (amount, words)


def test_a_shorter_term_says_what_is_assumed_and_a_longer_one_what_it_commits() -> None:
    short = cost_of(offer(term=12, escalator_percent=None), 36)
    assert short.assumptions == (
        "After month 12 it is assumed to renew at the same rate.",
        "No escalator is stated, so the MRC is taken to stay as it is.",
    )
    long = cost_of(offer(term=60, escalator_percent=Decimal(3), mrc=Decimal("1000.00")), 36)
    # months 37 to 48 at 1,092.73, 49 to 60 at 1,125.51
    assert long.exposure == Decimal("26618.88")
    assert long.assumptions == (
        "It commits 24 months beyond the horizon: $26,618.88 of MRC, which the total leaves out.",
    )


def test_a_megabit_costs_the_whole_total_spread_over_time_and_speed() -> None:
    cost = cost_of(offer(mrc=Decimal("1080.00"), nrc=Decimal("500.00")), 36)
    assert cost.a_month == Decimal("1093.89")
    assert cost.per_mbps == Decimal("1.0939")
    assert cost_of(offer(bandwidth_mbps=None), 36).per_mbps is None


def test_parts_sum_to_the_total_whatever_is_offered() -> None:
    chance = random.Random(17)

    def some(most: int) -> Decimal | None:
        return None if chance.random() < 0.2 else Decimal(chance.randrange(most)) / 100

    for _ in range(400):
        made = offer(
            term=chance.randrange(1, 85), mrc=Decimal(chance.randrange(1, 500_000)) / 100, nrc=some(900_000),
            special_build=some(9_000_000), tax_monthly=some(9_000), escalator_percent=some(900),
            replaces=PRESENT if chance.random() < 0.5 else None,
        )  # fmt: skip
        horizon = chance.randrange(1, 121)
        cost = cost_of(made, horizon, chance.randrange(4))
        parts = [line.amount for line in cost.lines if line.amount is not None]
        assert cost.total == sum(parts, Decimal(0))
        assert made.mrc is not None
        assert cost.amount(Part.MRC) == sum(
            monthly_rates(made.mrc, made.escalator_percent, made.term_months, horizon), Decimal(0)
        )
        assert all(amount == amount.quantize(Decimal("0.01")) for amount in parts)


def costs(*offers: Offer, overlap: int = 0) -> list:
    return [cost_of(one, 36, overlap) for one in offers]


def test_the_winner_is_explained_in_money() -> None:
    told = why_it_wins(costs(offer("QUO-1001"), offer("QUO-1002", mrc=Decimal("1080.00"), nrc=Decimal("500.00"))))
    assert told == (
        "QUO-1002 36 months wins by $3,820.00 over QUO-1001 36 months because its MRC costs $4,320.00 less "
        "($120.00 a month); its NRC costs $500.00 more."
    )


def test_the_differences_add_up_to_the_margin() -> None:
    best, second = ranked(
        costs(
            offer(
                "QUO-1",
                mrc=Decimal("900.00"),
                nrc=Decimal("700.00"),
                tax_monthly=Decimal("10.00"),
                escalator_percent=Decimal(3),
            ),
            offer("QUO-2", mrc=Decimal("1000.00"), special_build=Decimal("1500.00"), tax_monthly=Decimal("4.00")),
        )
    )
    gaps = [(second.amount(p) or Decimal(0)) - (best.amount(p) or Decimal(0)) for p in Part]
    assert sum(gaps) == second.total - best.total
    told = why_it_wins([best, second])
    assert "its MRC costs $2,618.28 less; its special build costs $1,500.00 less" in told
    assert "a month" not in told, "with an escalator no one monthly difference is true"
    assert "its NRC costs $700.00 more; its taxes cost $216.00 more" in told


def test_a_winner_that_leaves_something_unsaid_is_no_clean_winner() -> None:
    told = why_it_wins(costs(offer("QUO-1", nrc=None), offer("QUO-2", nrc=Decimal("300.00"))))
    assert told.endswith("QUO-1 36 months does not state its NRC, so that is in no sum of it.")
    assert "does not state" not in why_it_wins(
        costs(offer("QUO-1", nrc=None), offer("QUO-2", nrc=None, mrc=Decimal(9)))
    )


def test_the_next_other_quote_is_named_where_the_runner_up_is_the_same_one() -> None:
    same = offer("QUO-1", term=60, mrc=Decimal("900.00"))
    told = why_it_wins(costs(same, offer("QUO-1", mrc=Decimal("950.00")), offer("QUO-2")))
    assert told.endswith("The next other quote is QUO-2 36 months, $10,800.00 dearer.")
    assert "next other" not in why_it_wins(costs(same, offer("QUO-1", mrc=Decimal("950.00"))))


def test_few_or_equal_offers_are_said_to_be_so() -> None:
    assert why_it_wins(costs(offer())) == "QUO-1001 36 months is the only offer with an MRC: $43,200.00."
    assert why_it_wins(costs(offer(mrc=None))) == "No offer states an MRC, so none can be ranked."
    assert "cost the same: $43,200.00" in why_it_wins(costs(offer("QUO-1"), offer("QUO-2")))


@pytest.mark.parametrize(
    ("mrc", "currency", "told"),
    [
        ("1400.00", "USD", "$50,400.00 over 36 months at today's MRC; QUO-1001 36 months saves $7,200.00 against it."),
        ("1000.00", "USD", "$36,000.00 over 36 months at today's MRC; QUO-1001 36 months costs $7,200.00 more."),
        ("1200.00", "USD", "$43,200.00 over 36 months at today's MRC, the same as QUO-1001 36 months."),
    ],
)
def test_the_best_offer_is_set_against_keeping_the_circuit(mrc: str, currency: str, told: str) -> None:
    present = Present("CKT-1001", Decimal(mrc), currency)
    best = cost_of(offer(replaces=present), 36)
    assert against_keeping(best, present) == f"Keeping CKT-1001 costs {told} Its ETF is unknown and in no sum."


@pytest.mark.parametrize(
    ("present", "told"),
    [
        (
            Present("CKT-1001", Decimal("1000.00"), "EUR"),
            "Keeping CKT-1001 costs €36,000.00 over 36 months at today's MRC; it can not be set against the offer.",
        ),
        (
            Present("CKT-1001", None, "USD"),
            "What keeping CKT-1001 costs is unknown: it has no MRC on file.",
        ),
    ],
)
def test_what_can_not_be_set_against_each_other_is_not(present: Present, told: str) -> None:
    assert against_keeping(cost_of(offer(replaces=present), 36), present) == told


def test_words_of_amounts_and_months() -> None:
    assert (spelled(Decimal("1234.5"), "USD"), spelled(Decimal(1), "CHF"), months(1)) == (
        "$1,234.50",
        "CHF 1.00",
        "1 month",
    )
    assert keeping(PRESENT, 2) == Decimal("2800.00")
