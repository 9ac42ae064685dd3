"""Chains that must not bite their own tail, and what a mail domain is."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from netos_core.providers.rules import is_mail_domain, leads_back

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
