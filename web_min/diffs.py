"""How a change reads before it is decided: its sums, its lines, and the lines that are not like the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from netos_core.changes.schemas import ChangeView, DiffRow, MonthlyTotal
from web_min.etf_fields import in_words
from web_min.format import count, diff_value, field_label, money, percent, plain_days

FEW = 5  # so many lines that differ are named
CROWD = 4  # lines that are alike before one that differs is worth a word
NO_EFFECT = Decimal(0)
COSTS = frozenset({"mrc", "nrc", "amount", "total_value"})


@dataclass(frozen=True, slots=True)
class Line:
    """One changed field as its row shows it."""

    ref: str
    linked: bool
    part: str
    label: str
    old: str
    new: str
    aspect: str
    action: str
    withheld: bool
    theirs: bool  # the value is someone's free text
    delta: Decimal | None
    delta_words: str
    percent: str
    worse: bool | None
    flag: str | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change does to the monthly bill, over all its lines."""

    before: Decimal
    after: Decimal

    @property
    def month(self) -> Decimal:
        return self.after - self.before

    @property
    def share(self) -> str:
        return percent(self.month / self.before * 100, signed=True) if self.before else ""


@dataclass(frozen=True, slots=True)
class Diff:
    """A change laid out for a decision."""

    lines: Sequence[Line]
    flagged: Sequence[Line]
    fields: int
    effect: Effect | None
    currency: str
    complete: bool
    mixed: bool


FREE_TEXT = frozenset(
    {"text", "description", "summary", "cause", "notice_address", "caption", "recipient_address", "opening", "extra"}
)
PREFIXES = ("CKT-", "PRV-", "CUS-", "SIT-", "CTR-", "CHG-", "DOC-", "IFC-", "PRT-", "VLN-", "BGP-", "IPB-", "RFL-",
            "ELE-", "FBK-", "QUO-", "ORD-", "DEC-", "LTR-")  # fmt: skip


LETTER_TEXT = ("letter", "wording")


@dataclass(frozen=True, slots=True)
class Letter:
    """The text of a letter that a change would send, part by part."""

    ref: str
    parts: Sequence[tuple[str, str]]


def letters_in(rows: Sequence[DiffRow]) -> list[Letter]:
    """Take out the letters that a change would send: what is approved is read in one piece."""
    sent = [row for row in rows if (row.entity, row.field) == LETTER_TEXT and row.new]
    return [Letter(row.ref, [(part["part"], part["text"]) for part in row.new]) for row in sent]


def laid_out(
    rows: Sequence[DiffRow], monthly: Sequence[MonthlyTotal], currency: str, zone: ZoneInfo, *, complete: bool
) -> Diff:
    """Lay the rows of a diff out; currencies come from the rows themselves where they name one."""
    lines = [_line(row, row.currency or currency, zone) for row in rows if not _silent(row)]
    marked = _marked(lines) if complete else lines
    currencies = {row.currency for row in rows if row.currency} or {currency}
    return Diff(
        lines=marked,
        flagged=[line for line in marked if line.flag],
        fields=len(lines),
        effect=_effect(monthly),
        currency=next(iter(currencies)) if len(currencies) == 1 else currency,
        complete=complete,
        mixed=len(currencies) > 1,
    )


def _silent(row: DiffRow) -> bool:
    """Leave out what says nothing to a person: the keys that tie a note, an end or a cost to its record."""
    tied = {"note": {"entity", "on", "author"}, "tag": {"entity", "on"}, "termination": {"circuit"},
            "site_cost": {"site"}, "circuit_event": {"circuit"}, "circuit_customer": {"circuit"},
            "provider_contact": {"provider"}, "provider_alias": {"provider"}, "billing_account": {"provider"},
            "contract_circuit": {"contract"}, "document": {"entity", "uploaded_by", "agent"},
            "quote_term": {"quote", "currency"}, "order_step": {"order", "currency"}}  # fmt: skip
    if (row.entity, row.field) == LETTER_TEXT:
        return True  # it is shown whole, below
    return row.action == "create" and (row.new is None or row.field in tied.get(row.entity, set()))


def _line(row: DiffRow, currency: str, zone: ZoneInfo) -> Line:
    old, new = _amount(row.old), _amount(row.new)
    delta = None
    if row.field in {*COSTS, "mrr"} and not row.withheld and (old is not None or new is not None):
        delta = (new or NO_EFFECT) - (old or NO_EFFECT)
    worse = None if not delta else ((delta > 0) == (row.field != "mrr"))
    return Line(
        ref=row.ref,
        linked=row.ref.startswith(PREFIXES),
        part=row.part,
        label=_label(row),
        old=_side(row.field, row.old, currency, zone),
        new=_side(row.field, row.new, currency, zone),
        aspect=row.aspect,
        action=row.action,
        withheld=row.withheld,
        theirs=row.field in FREE_TEXT,
        delta=delta,
        delta_words=money(abs(delta), currency) if delta is not None else "",
        percent=percent(delta / old * 100, signed=True) if delta is not None and old else "",
        worse=worse,
    )


def _side(field: str, value: object, currency: str, zone: ZoneInfo) -> str:
    if field in ("etf", "escalator") and isinstance(value, dict):
        return plain_days(in_words(field, value, currency))
    return diff_value(field, value, currency, zone)


def _label(row: DiffRow) -> str:
    if row.entity in {"note", "tag"}:
        return row.entity.capitalize()
    label = field_label(row.field)
    part = row.part.replace("_", " ") if row.entity in {"circuit_event", "site_cost"} else row.part
    return f"{part}: {label.lower() if label[1:2].islower() else label}" if part else label


def _amount(value: object) -> Decimal | None:
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None


def _effect(monthly: Sequence[MonthlyTotal]) -> Effect | None:
    """Say what the bill becomes, where the change stays within one currency."""
    if len(monthly) != 1 or monthly[0].before is None or monthly[0].after is None:
        return None
    return Effect(monthly[0].before, monthly[0].after)


def _marked(lines: Sequence[Line]) -> list[Line]:
    """Name the few lines that go against the many: the other way, or another field."""
    updates = [line for line in lines if line.action == "update"]
    usual = Counter(line.label for line in updates).most_common(1)
    if not usual or usual[0][1] < CROWD:
        return list(lines)
    label, alike = usual[0]
    others = [line for line in updates if line.label != label]
    moved = Counter(line.worse for line in updates if line.label == label and line.worse is not None).most_common()
    flags: dict[int, str] = {}
    if 0 < len(others) <= FEW:
        flags |= {id(line): f"also gets a new {line.label.lower()}" for line in others}
    if len(moved) > 1 and moved[1][1] <= FEW and moved[0][1] >= CROWD:
        way = "up" if moved[1][0] else "down"
        rest = f"{count(moved[0][1], 'other')} {'go' if moved[0][1] > 1 else 'goes'} {'down' if way == 'up' else 'up'}"
        flags |= {
            id(line): f"goes {way} by {line.delta_words} while {rest}"
            for line in updates
            if line.label == label and line.worse is moved[1][0]
        }
    if len(flags) >= alike:
        return list(lines)
    marked = [_flagged(line, flags.get(id(line))) for line in lines]
    return [*(line for line in marked if line.flag), *(line for line in marked if not line.flag)]


def _flagged(line: Line, flag: str | None) -> Line:
    if flag is None:
        return line
    return replace(line, flag=flag)


def sentence(view: ChangeView, diff: Diff) -> str:
    """Say what approving does, exactly: the changes, the records and the monthly money."""
    said = f"Approve {count(changes(view, diff), 'change')} on {count(view.counts.get('records', 0), 'record')}"
    effect = diff.effect
    if effect is None:
        return f"{said}."
    if not effect.month:
        return f"{said}: the monthly bill stays as it is."
    more = "more" if effect.month > 0 else "less"
    return f"{said}: {money(abs(effect.month), diff.currency)} {more} MRC a month."


def changes(view: ChangeView, diff: Diff) -> int:
    return diff.fields if diff.complete else view.changes_total
