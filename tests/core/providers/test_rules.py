"""Chains that must not bite their own tail, what a mail domain is, and names but for their legal form."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest

from netos_core.providers.rules import Succession, bare, is_mail_domain, leads_back, successors_on

A, B, C = (uuid4() for _ in range(3))


@pytest.mark.parametrize(
    ("next_of", "back"),
    [
        ({}, False),
        ({A: None}, False),
        ({A: A}, True),
        ({A: B}, False),
        ({A: B, B: C, C: None}, False),
        ({A: B, B: C, C: A}, True),
        ({A: B, B: C, C: B}, False),
    ],
)
def test_a_chain_leads_back_only_to_where_it_set_out(next_of: dict[UUID, UUID | None], back: bool) -> None:
    assert leads_back(A, next_of) is back


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("lumen.com", True),
        ("billing.zayo.co.uk", True),
        ("LUMEN.COM", True),
        ("lumen", False),
        ("@lumen.com", False),
        ("noc@lumen.com", False),
        ("lumen.com\n", False),
        ("-lumen.com", False),
        ("lumen..com", False),
        ("", False),
    ],
)
def test_a_mail_domain_is_what_stands_after_the_at_sign(text: str, is_one: bool) -> None:
    assert is_mail_domain(text) is is_one


TOOK_OVER = {A: Succession(B, date(2024, 1, 1)), B: Succession(C, date(2026, 1, 1))}


@pytest.mark.parametrize(
    ("start", "day", "chain"),
    [
        (A, date(2023, 12, 31), ()),
        (A, date(2024, 1, 1), (B,)),
        (A, date(2026, 1, 1), (B, C)),
        (B, date(2025, 1, 1), ()),
        (C, date(2026, 1, 1), ()),
    ],
)
def test_a_provider_is_part_of_those_who_had_taken_it_over_by_the_day(start, day, chain) -> None:
    assert successors_on(start, TOOK_OVER, day) == chain


def test_a_take_over_without_a_day_has_happened_and_a_circle_ends() -> None:
    assert successors_on(A, {A: Succession(B, None), B: Succession(A, None)}, date(2000, 1, 1)) == (B,)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Lumen Technologies, L.L.C.", "lumen technologies"),
        ("LUMEN TECHNOLOGIES INC", "lumen technologies"),
        ("The Lumen Company", "lumen"),
        ("AT&T Corp.", "at and t"),
        ("AT and T", "at and t"),
        ("Bell Telephone Co., Inc.", "bell telephone"),
        ("Zayo Group", "zayo group"),
        ("Company", "company"),
        ("Co. LLC", "co llc"),
        ("O'Neill Fiber", "oneill fiber"),
        ("lumen.com", "lumencom"),
        ("Télécom SA", "télécom"),
        ("", ""),
    ],
)
def test_a_name_is_bare_without_its_legal_form(name: str, plain: str) -> None:
    assert bare(name) == plain
