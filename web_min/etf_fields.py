"""The terms of a fee and of an escalator as the fields of a form, and back: one table says where each field is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from netos_core.contracts.rules import NoticeUnit
from netos_core.contracts.rules import etf as rules
from netos_core.contracts.rules.etf import ExitKind, InRenewal, MrcBasis, PartialMonth, Per, Share
from netos_core.kernel.errors import Invalid
from web_min.fields import Input, Section
from web_min.format import words

YES, NO = "yes", "no"
LINE = re.compile(r"\s*([^:]+?)\s*:\s*(.*\S)\s*")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """A field of the form: how it is typed, and where in the JSON it is kept.

    Args:
        label: What a person calls it.
        path: Where it is kept.
        kind: How it is typed.
        choices: What it may be.
        hint: What a person should know.
        lines: Of a list kept as lines: the names of the two values of each.
        flag: Whether it says yes or no to a part, kept as an empty object, or to a value, kept as true or false.
    """

    label: str
    path: tuple[str, ...]
    kind: str = "number"
    choices: Sequence[tuple[str, str]] = ()
    hint: str | None = None
    lines: tuple[str, str] | None = None
    flag: str = ""


def _codes(codes: Any) -> list[tuple[str, str]]:
    return [(str(code.value), words(str(code.value))) for code in codes]


def _choice(label: str, path: tuple[str, ...], codes: Any, hint: str | None = None) -> Place:
    return Place(label, path, "choice", _codes(codes), hint)


def _yes(label: str, path: tuple[str, ...], flag: str, hint: str | None = None) -> Place:
    return Place(label, path, "choice", [(YES, "Yes"), (NO, "No")], hint, flag=flag)


FORMULAS = [
    ("none", "None: leaving costs nothing"), ("fixed", "A fixed fee"), ("declining", "A fee that falls with time"),
    ("schedule", "A fee by the month of the term"), ("percent", "A percentage of the MRC that remains"),
    ("remainder", "All of the MRC that remains"),
]  # fmt: skip
OF_FORMULA: Mapping[str, Sequence[str]] = {
    "fixed": ("amount",), "declining": ("amount", "falls_by", "every_months"), "schedule": ("steps",),
    "percent": ("at_exit", "bands"),
}  # fmt: skip
ESCALATORS = [
    ("percent", "A percentage at each anniversary"), ("steps", "Raises on named days"), ("index", "With an index"),
    ("rates", "Dated amounts"),
]  # fmt: skip
OF_ESCALATOR: Mapping[str, Sequence[str]] = {
    "percent": ("percent", "every_months", "first_date", "compounding"), "steps": ("steps",),
    "index": ("index", "every_months", "first_date", "floor_percent", "cap_percent", "raises"), "rates": ("rates",),
}  # fmt: skip

ETF: Mapping[str, Mapping[str, Place]] = {
    "Formula": {
        "formula": Place("Formula", ("formula", "kind"), "choice", FORMULAS, "Left empty, the fee is unknown."),
        "amount": Place("Fee", ("formula", "amount"), hint="Of a fixed fee, or the first of one that falls."),
        "falls_by": Place("Falls by", ("formula", "falls_by")),
        "every_months": Place("Falls every (months)", ("formula", "every_months")),
        "bands": Place(
            "Percentages", ("formula", "bands"), "long", hint="One a line, from month: percent; such as 1: 100, then "
            "13: 50. A flat percentage is one line.", lines=("from_month", "percent"),
        ),
        "at_exit": _yes(
            "Percentage of the month it ends in", ("formula", "at_exit"), "bool", "No: each month has its own."
        ),
        "steps": Place(
            "Fee by month", ("formula", "steps"), "long", hint="One a line, from month: amount; such as 1: 5000.",
            lines=("from_month", "amount"),
        ),
        "per": _choice("Fixed amounts are for", ("per",), Per),
    },
    "How it counts": {
        "mrc_basis": _choice("Rate that counts", ("mrc_basis",), MrcBasis),
        "partial_month": _choice(
            "Broken month", ("partial_month",), PartialMonth, "Left empty, the month is taken as charged whole."
        ),
        "in_renewal": _choice("In a renewed term", ("in_renewal",), InRenewal),
        "notice_count": Place("Notice to leave early", ("notice_count",), hint="Where it differs from the contract's."),
        "notice_unit": _choice("Notice unit", ("notice_unit",), NoticeUnit),
        "convenience_exit": _yes("Right to leave early", ("convenience_exit",), "bool"),
        "taxed": _yes("Taxes come on top", ("taxed",), "bool"),
    },
    "What is added": {
        "nrc_back": _yes("NRC paid back", ("nrc",), "part"),
        "nrc_amount": Place("NRC waived or not yet earned", ("nrc", "amount")),
        "nrc_share": _choice("NRC share", ("nrc", "share"), Share),
        "credits_back": _yes("Credits paid back", ("credits",), "part"),
        "credits_amount": Place("Credits given", ("credits", "amount")),
        "credits_share": _choice("Credits share", ("credits", "share"), Share),
        "passes_on": _yes("Third parties' charges passed on", ("third_party",), "part"),
        "third_party_amount": Place("Third parties' charges", ("third_party", "amount"), hint="Empty while unknown."),
        "annual_commitment": Place("Yearly commitment", ("shortfall", "annual_commitment")),
        "shortfall_percent": Place("Percent of its shortfall", ("shortfall", "percent")),
    },
    "Before installation": {
        "pre_install": _yes("Cancelling has terms of its own", ("pre_install",), "part"),
        "pre_months": Place("Months of MRC", ("pre_install", "months_of_mrc")),
        "pre_nrc": _yes("The NRC", ("pre_install", "nrc"), "bool"),
        "pre_costs": _yes("Costs passed on", ("pre_install", "passes_on_costs"), "bool"),
        "pre_costs_amount": Place("Costs", ("pre_install", "costs"), hint="Empty while unknown."),
    },
    "Limits": {
        "cap_amount": Place("No more than", ("cap", "amount"), hint="One of amount, months and percent."),
        "cap_months": Place("No more than (months of MRC)", ("cap", "months_of_mrc")),
        "cap_percent": Place("No more than (% of what remains)", ("cap", "percent_of_remaining")),
        "floor_amount": Place("No less than", ("floor", "amount")),
        "floor_months": Place("No less than (months of MRC)", ("floor", "months_of_mrc")),
        "floor_percent": Place("No less than (% of what remains)", ("floor", "percent_of_remaining")),
    },
    "Ways out without the fee": {
        "exits": Place(
            "Events", ("exits",), "long", lines=("kind", "condition"),
            hint=f"One a line, event: condition. Events: {', '.join(kind.value for kind in ExitKind)}.",
        ),
    },
    "Where it stands": {
        "clause": Place("Clause", ("clause",), "text", hint="Such as Section 7.2."),
        "document": Place("Document", ("document",), "text", hint="Such as DOC-1004."),
        "page": Place("Page", ("page",)),
        "quote": Place("Its own words", ("quote",), "long"),
    },
}  # fmt: skip
ESCALATOR: Mapping[str, Mapping[str, Place]] = {
    "Escalator of the MRC": {
        "escalator": Place("Escalator", ("kind",), "choice", ESCALATORS, "Left empty, the MRC stays as it is."),
        "e_percent": Place("Percent", ("percent",)),
        "e_every_months": Place("Every (months)", ("every_months",)),
        "e_first_date": Place("First raise", ("first_date",), "date"),
        "e_compounding": _yes("On what it then is", ("compounding",), "bool", "No: on the first rate each time."),
        "e_index": Place("Index", ("index",), "text"),
        "e_floor_percent": Place("At least (%)", ("floor_percent",)),
        "e_cap_percent": Place("At most (%)", ("cap_percent",)),
        "e_steps": Place("Raises", ("steps",), "long", lines=("from_date", "percent"),
                         hint="One a line, day: percent; such as 2027-07-01: 3."),
        "e_raises": Place("Raises of the index", ("raises",), "long", lines=("from_date", "percent")),
        "e_rates": Place("Amounts", ("rates",), "long", lines=("from_date", "mrc"),
                         hint="One a line, day: MRC; such as 2027-07-01: 950.00."),
    },
}  # fmt: skip
PLACES: Mapping[str, Place] = {name: place for table in ETF.values() for name, place in table.items()}
RAISED: Mapping[str, Place] = {name: place for table in ESCALATOR.values() for name, place in table.items()}


def sections(etf: Json | None, escalator: Json | None) -> list[Section]:
    """Lay the form out, filled with what is on file."""
    return [
        Section(label, [_input(name, place, kept or {}) for name, place in table.items()])
        for layout, kept in ((ETF, etf), (ESCALATOR, escalator))
        for label, table in layout.items()
    ]


def _input(name: str, place: Place, kept: Json) -> Input:
    value = _shown(place, kept)
    return Input(name, place.label, place.kind, value, value, place.hint, place.choices)


def _shown(place: Place, kept: Json) -> str:
    value: Any = kept
    for part in place.path:
        value = value.get(part) if isinstance(value, dict) else None
    if place.flag == "part":
        return YES if value is not None else ""
    if place.flag == "bool":
        return "" if value is None else (YES if value else NO)
    if place.lines is not None:
        first, second = place.lines
        return "\n".join(f"{one[first]}: {one.get(second) or '-'}" for one in value or ())
    return "" if value is None else str(value)


def etf_of(values: Mapping[str, str], kept: Json | None) -> Json | None:
    """Read the terms of a fee from the form; what it does not show, such as the clause of a part, stays.

    Raises:
        Invalid: A line of a list can not be read.
    """
    if not values.get("formula"):
        return None
    made = _read(PLACES, values, kept or {})
    _keep_only(made["formula"], OF_FORMULA)
    for name in ("nrc", "credits", "third_party", "pre_install", "cap", "floor", "shortfall"):
        flag = next((n for n, p in PLACES.items() if p.path == (name,) and p.flag == "part"), None)
        part = made.get(name)
        if flag is not None and values.get(flag) != YES:
            made.pop(name, None)
        elif isinstance(part, dict) and not (part.keys() - {"clause"}) and flag is None:
            made.pop(name)
    return made


def escalator_of(values: Mapping[str, str], kept: Json | None) -> Json | None:
    """Read an escalator from the form.

    Raises:
        Invalid: A line of a list can not be read.
    """
    if not values.get("escalator"):
        return None
    made = _read(RAISED, values, kept or {})
    _keep_only(made, OF_ESCALATOR)
    return made


def _keep_only(made: Json, fields_of: Mapping[str, Sequence[str]]) -> None:
    """Drop what another kind than the chosen one has."""
    every = {name for names in fields_of.values() for name in names}
    for name in every - set(fields_of.get(made["kind"], ())):
        made.pop(name, None)


def _read(places: Mapping[str, Place], values: Mapping[str, str], kept: Json) -> Json:
    made = deepcopy(kept)
    for name, place in places.items():
        text = values.get(name, "")
        if place.lines is None or text.splitlines() != _shown(place, kept).splitlines():
            _put(made, place.path, place, _value(name, place, text))
    return made


def _value(name: str, place: Place, text: str) -> Any:
    if place.flag == "part":
        return {} if text == YES else None
    if place.flag == "bool":
        return None if not text else text == YES
    if place.lines is not None:
        return _listed(name, place.lines, text)
    return text or None


def _listed(name: str, lines: tuple[str, str], text: str) -> list[Json] | None:
    found: list[Json] = []
    for number, line in enumerate(filter(str.strip, text.splitlines()), 1):
        read = LINE.fullmatch(line)
        if read is None:
            raise Invalid(f"Line {number} is no pair.", field=name, fix="Write each line as one: other.")
        second = None if read[2] == "-" else read[2]
        found.append({lines[0]: read[1], **({lines[1]: second} if second is not None else {})})
    return found or None


def _put(made: Json, path: tuple[str, ...], place: Place, value: Any) -> None:
    *above, last = path
    holder = made
    for part in above:
        if part not in holder:
            if value is None:
                return
            holder[part] = {}
        holder = holder[part]
    if value is None:
        holder.pop(last, None)
    elif place.flag == "part":
        holder.setdefault(last, {})
    else:
        holder[last] = value


def blamed(path: str | None) -> str | None:
    """Name the field of the form that a refusal is about, by where it is kept."""
    parts = (path or "").removeprefix("set.").split(".")
    if parts[0] not in {"etf", "escalator"}:
        return path
    places = PLACES if parts[0] == "etf" else RAISED
    steps = parts[1:]
    found = [name for name, place in places.items() if _leads(place.path, steps)]
    if found:
        return max(found, key=lambda name: len(places[name].path))
    of_kind = [one for step in steps for one in OF_FORMULA.get(step, ())] if parts[0] == "etf" else []
    if of_kind:  # a refusal of a formula as a whole is about what is listed in it
        return of_kind[-1]
    near = [name for name, place in places.items() if steps and place.path[0] == steps[0] and place.flag != "part"]
    return near[0] if near else ("formula" if parts[0] == "etf" else "escalator")


def _leads(path: Sequence[str], parts: Sequence[str]) -> bool:
    """Whether every step of a path stands in the parts, in their order."""
    rest = iter(parts)
    return all(step in rest for step in path)


def in_words(field: str, value: Json, currency: str) -> str:
    """Tell one side of a changed value in sentences, as nobody reads JSON before money is decided."""
    if field == "escalator":
        read = rules.escalator_of(value)
        return rules.escalator_words(read, currency) if read is not None else ""
    etf = rules.etf_terms(value)
    if etf is None:
        return ""
    told = " ".join(rules.clause_words(etf, currency))
    source = rules.source_words(etf)
    return f"{told} As in {source}." if source else told
