"""Digest, fingerprint, inverse, aspects and the verdict table: pure, so every branch is a row."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from netos_core.access.rules import RISK, Aspect, Risk, Role, at_most, highest, rights_of, rights_table
from netos_core.changes.aspects import aspects_of, risk_words
from netos_core.changes.rules import (
    Action,
    Change,
    ChangeSet,
    Given,
    Status,
    Via,
    as_json_value,
    counts,
    digest_of,
    fingerprint_of,
    inverse,
    monthly_effect,
    verdict,
)

ONE, TWO = UUID(int=1), UUID(int=2)
PROPOSER, OTHER, THIRD = UUID(int=11), UUID(int=12), UUID(int=13)
UPDATE = Change(
    Action.UPDATE, "circuit", ONE, "CKT-1001", "", 3, {"mrc": "100.00"}, {"mrc": "120.00"}, {str(TWO): "Lumen"}
)
CREATE = Change(Action.CREATE, "site", TWO, "SIT-1001", "", None, {}, {"ref": "SIT-1001", "name": "Kokomo PoP"})
BOTH = ChangeSet("Two things", (UPDATE, CREATE), ("Mind the gap.",))


def test_a_digest_is_the_same_today_and_tomorrow() -> None:
    assert digest_of(BOTH) == "f2131b52df271cc7542beed93a4345739567e0c56e36fefce3a3e8f08463706c"


@pytest.mark.parametrize(
    "other",
    [
        replace(BOTH, title="Two other things"),
        replace(BOTH, changes=(CREATE, UPDATE)),
        replace(BOTH, changes=(UPDATE,)),
        replace(BOTH, warnings=()),
        replace(BOTH, changes=(replace(UPDATE, after={"mrc": "120.01"}), CREATE)),
        replace(BOTH, changes=(replace(UPDATE, before={"mrc": "99.00"}), CREATE)),
        replace(BOTH, changes=(replace(UPDATE, version=4), CREATE)),
        replace(BOTH, changes=(replace(UPDATE, labels={}), CREATE)),
    ],
)
def test_whatever_is_shown_is_in_the_digest(other: ChangeSet) -> None:
    assert digest_of(other) != digest_of(BOTH)


def test_the_order_of_columns_is_no_difference() -> None:
    there = replace(UPDATE, after={"mrc": "1", "nrc": "2"})
    back = replace(UPDATE, after={"nrc": "2", "mrc": "1"})
    assert digest_of(ChangeSet("t", (there,))) == digest_of(ChangeSet("t", (back,)))


def test_the_same_wish_has_one_fingerprint_whatever_its_new_rows_are_called() -> None:
    child = Change(Action.CREATE, "site_cost", UUID(int=3), "SIT-1001", "rent", None, {}, {"site_id": str(TWO)})
    again = replace(CREATE, id=UUID(int=9), ref="SIT-1002", after={"ref": "SIT-1002", "name": "Kokomo PoP"})
    child_again = replace(child, id=UUID(int=10), ref="SIT-1002", after={"site_id": str(UUID(int=9))})
    first, second = ChangeSet("a", (CREATE, child)), ChangeSet("b", (again, child_again))
    assert fingerprint_of(first) == fingerprint_of(second)
    assert fingerprint_of(first) != fingerprint_of(ChangeSet("a", (CREATE,)))
    assert fingerprint_of(BOTH) != fingerprint_of(replace(BOTH, changes=(CREATE, UPDATE)))
    nameless = replace(CREATE, after={"name": "Kokomo PoP"})
    assert fingerprint_of(ChangeSet("a", (nameless,))) != fingerprint_of(ChangeSet("a", (CREATE,)))


def test_the_inverse_turns_everything_round_on_the_version_the_commit_left() -> None:
    gone = Change(Action.RETIRE, "circuit", ONE, "CKT-1", "", 7, {"ref": "CKT-1"}, {})
    turned = inverse(ChangeSet("All four", (UPDATE, CREATE, gone, replace(gone, action=Action.RESTORE))), "CHG-9")
    assert turned.title == "Undo CHG-9: All four"
    assert [(c.action, c.version) for c in turned.changes] == [
        (Action.RETIRE, 8),
        (Action.RESTORE, 8),
        (Action.RETIRE, 1),
        (Action.UPDATE, 4),
    ]
    assert turned.changes[-1].before == UPDATE.after
    assert turned.changes[-1].after == UPDATE.before
    assert turned.changes[0].before == turned.changes[0].after == {}


@pytest.mark.parametrize(
    ("value", "json"),
    [
        (Decimal("1200.50"), "1200.50"),
        (Decimal("1E+3"), "1000"),
        (date(2026, 6, 1), "2026-06-01"),
        (datetime(2026, 6, 1, 15, tzinfo=UTC), "2026-06-01T15:00:00+00:00"),
        (ONE, str(ONE)),
        (Action.CREATE, "create"),
        (7, 7),
        (None, None),
    ],
)
def test_values_are_written_as_postgresql_reads_them(value: object, json: object) -> None:
    assert as_json_value(value) == json


def of(entity: str, action: Action = Action.UPDATE, **after: object) -> ChangeSet:
    return ChangeSet("t", (Change(action, entity, ONE, "R-1", "", 1, {}, after),))


@pytest.mark.parametrize(
    ("change_set", "aspects"),
    [
        (of("circuit", market="North"), {Aspect.ATTRIBUTE}),
        (of("circuit", mrc="1"), {Aspect.MONEY}),
        (of("circuit", status="active"), {Aspect.ATTRIBUTE}),
        (of("circuit", status="decommissioned"), {Aspect.ATTRIBUTE, Aspect.DELETE}),
        (of("circuit", Action.CREATE, ref="R-1", currency="USD", mrc=None, market="N"), {Aspect.ATTRIBUTE}),
        (of("circuit", Action.CREATE, mrc="1"), {Aspect.ATTRIBUTE, Aspect.MONEY}),
        (of("provider", bank_account="1"), {Aspect.BANK}),
        (of("provider", noc_phone="1"), {Aspect.CONTACT}),
        (of("provider_contact", Action.CREATE, name="A"), {Aspect.CONTACT}),
        (of("contract", title="A"), {Aspect.ATTRIBUTE}),
        (of("contract", notice_deadline="2026-01-01"), {Aspect.TERM}),
        (of("note", Action.CREATE, text="A"), {Aspect.NOTE}),
        (of("note", Action.RETIRE), {Aspect.NOTE}),
        (of("circuit", Action.RETIRE), {Aspect.DELETE}),
        (of("site", Action.RESTORE), {Aspect.DELETE}),
    ],
)
def test_what_a_change_touches_follows_from_its_rows(change_set: ChangeSet, aspects: set[Aspect]) -> None:
    assert aspects_of(change_set, bulk_limit=25) == aspects


def test_many_records_weigh_by_themselves_and_parts_count_once() -> None:
    many = tuple(replace(UPDATE, ref=f"CKT-{n}") for n in range(26))
    assert Aspect.BULK in aspects_of(ChangeSet("t", many), bulk_limit=25)
    assert Aspect.BULK not in aspects_of(ChangeSet("t", many[:25]), bulk_limit=25)
    assert Aspect.BULK not in aspects_of(ChangeSet("t", (UPDATE,) * 26), bulk_limit=25)
    nameless = tuple(replace(UPDATE, ref="", id=UUID(int=n)) for n in range(26))
    assert Aspect.BULK in aspects_of(ChangeSet("t", nameless), bulk_limit=25)


def test_a_note_beside_something_graver_is_decided_along() -> None:
    note = replace(UPDATE, entity="note", action=Action.CREATE, ref="NOTE", after={"text": "A"})
    alone = aspects_of(ChangeSet("t", (note,)), bulk_limit=25)
    assert alone == {Aspect.NOTE}
    assert Aspect.NOTE not in aspects_of(ChangeSet("t", (note, UPDATE)), bulk_limit=25)


def test_risk_is_the_highest_and_says_why() -> None:
    assert highest([Aspect.NOTE]) is Risk.LOW
    assert highest([Aspect.NOTE, Aspect.CONTACT]) is Risk.MEDIUM
    assert highest([Aspect.CONTACT, Aspect.MONEY]) is Risk.HIGH
    assert highest([]) is Risk.HIGH
    assert risk_words([Aspect.NOTE, Aspect.MONEY, Aspect.BULK]) == "High risk: many records at once, money"
    assert at_most(Risk.LOW, Risk.MEDIUM)
    assert not at_most(Risk.HIGH, Risk.MEDIUM)


def given(role: Role, via: Via, person: UUID = OTHER) -> Given:
    return Given(person, rights_of([role]), via)


CHANNELS = [
    # aspect, channel, who, medium needs the page -> counts
    (Aspect.NOTE, Via.AGENT, PROPOSER, False, True),
    (Aspect.ATTRIBUTE, Via.AGENT, PROPOSER, False, False),
    (Aspect.ATTRIBUTE, Via.CLIENT_RELAYED, PROPOSER, False, True),
    (Aspect.ATTRIBUTE, Via.CLIENT_RELAYED, PROPOSER, True, False),
    (Aspect.NOTE, Via.CLIENT_RELAYED, PROPOSER, True, True),
    (Aspect.ATTRIBUTE, Via.PAGE, PROPOSER, True, True),
    (Aspect.BULK, Via.CLIENT_RELAYED, PROPOSER, False, False),
    (Aspect.BULK, Via.PAGE, PROPOSER, False, True),
    (Aspect.MONEY, Via.PAGE, PROPOSER, False, False),
    (Aspect.MONEY, Via.CLIENT_RELAYED, OTHER, False, False),
    (Aspect.MONEY, Via.PAGE, OTHER, False, True),
    (Aspect.TERM, Via.PAGE, PROPOSER, False, False),
    (Aspect.DELETE, Via.PAGE, PROPOSER, False, False),
    (Aspect.BANK, Via.PAGE, PROPOSER, False, False),
    (Aspect.BANK, Via.PAGE, OTHER, False, True),
]


@pytest.mark.parametrize(("aspect", "via", "who", "strict", "expected"), CHANNELS)
def test_an_approval_counts_by_channel_and_four_eyes(
    aspect: Aspect, via: Via, who: UUID, strict: bool, expected: bool
) -> None:
    assert counts(aspect, given(Role.EXEC, via, who), PROPOSER, medium_needs_page=strict) is expected


@pytest.mark.parametrize("aspect", list(Aspect))
@pytest.mark.parametrize("role", list(Role))
def test_an_approval_counts_only_for_what_the_role_approves(aspect: Aspect, role: Role) -> None:
    allowed = aspect in rights_table()[role]["approves"]
    assert counts(aspect, given(role, Via.PAGE), PROPOSER, medium_needs_page=False) is allowed


def weigh(aspects: set[Aspect], *approvals: Given, people_needed: int = 1) -> tuple[bool, frozenset[Aspect], int]:
    found = verdict(frozenset(aspects), PROPOSER, approvals, people_needed=people_needed, medium_needs_page=False)
    assert found.people_needed == people_needed
    return found.enough, found.waiting, found.people


def test_nothing_is_enough_for_nothing_given() -> None:
    assert weigh({Aspect.NOTE}) == (False, {Aspect.NOTE}, 0)


def test_two_roles_complete_what_neither_may_approve_alone() -> None:
    both = {Aspect.DELETE, Aspect.MONEY}
    engineer, finance = given(Role.ENGINEERING, Via.PAGE, OTHER), given(Role.FINANCE, Via.PAGE, THIRD)
    assert weigh(both, engineer) == (False, {Aspect.MONEY}, 1)
    assert weigh(both, engineer, finance) == (True, frozenset(), 2)


def test_a_second_person_is_a_second_person() -> None:
    first = given(Role.FINANCE, Via.PAGE, OTHER)
    assert weigh({Aspect.MONEY}, first, people_needed=2) == (False, frozenset(), 1)
    assert weigh({Aspect.MONEY}, first, first, people_needed=2) == (False, frozenset(), 1)
    assert weigh({Aspect.MONEY}, first, given(Role.EXEC, Via.PAGE, THIRD), people_needed=2)[0]


def test_who_covers_nothing_is_nobody() -> None:
    sales = given(Role.SALES, Via.PAGE, THIRD)
    assert weigh({Aspect.MONEY}, given(Role.FINANCE, Via.PAGE), sales, people_needed=2) == (False, frozenset(), 1)


def test_the_monthly_effect_adds_what_moves_up_and_down() -> None:
    rows = [
        ("circuit", "mrc", "100.00", "150.00"),
        ("circuit", "mrc", "100.00", "90.00"),
        ("contract", "mrc", None, "25.00"),
        ("circuit", "mrc", "10.00", None),
        ("circuit", "nrc", "0", "9999"),
        ("circuit_customer", "mrr", "0", "9999"),
    ]
    assert monthly_effect(rows) == Decimal("95.00")


def test_rights_come_from_the_table_alone() -> None:
    assert rights_of([]) == frozenset()
    assert "approve:money" not in rights_of([Role.ENGINEERING])
    assert {"propose:changes", "approve:changes"} <= rights_of([Role.FIELD])
    assert not {r for r in rights_of([Role.AUDITOR]) if r.startswith(("propose", "approve"))}
    assert "run:jobs" in rights_of([Role.ADMIN, Role.NOC])
    assert set(RISK) == set(Aspect)
    assert set(Status) >= {"open", "committed"}
