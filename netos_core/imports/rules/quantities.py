"""Money and bandwidth as people write them in cells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from .cells import CellProblem, Empty, exact, parse_short
from .grid import Cell


@dataclass(frozen=True, slots=True)
class StatedAmount:
    """An amount, with the currency and the cadence only if the cell states them."""

    amount: Decimal
    currency: str | None = None
    cadence: str | None = None


@dataclass(frozen=True, slots=True)
class Bandwidth:
    """Bandwidth in Mbps; `upload_mbps` where the cell states two directions."""

    mbps: Decimal
    upload_mbps: Decimal | None = None
    note: str | None = None


CURRENCIES = frozenset(
    [
        "USD",
        "CAD",
        "EUR",
        "GBP",
        "MXN",
        "AUD",
        "NZD",
        "JPY",
        "CHF",
        "SEK",
        "NOK",
        "DKK",
        "PLN",
        "CZK",
        "HUF",
        "RON",
        "BRL",
        "INR",
        "CNY",
        "SGD",
        "HKD",
        "ZAR",
        "GHS",
        "KES",
        "NGN",
    ]
)
_SIGNS = (
    ("US$", "USD"),
    ("CA$", "CAD"),
    ("C$", "CAD"),
    ("A$", "AUD"),
    ("$", None),
    ("€", "EUR"),
    ("£", "GBP"),
    ("¥", "JPY"),
)
_CADENCES = (
    ("month", r"/\s*mo(?:nth)?\b\.?|per\s+mo(?:nth)?\b|monthly|\bmrc\b|a\s+month|/\s*m\b|\bp\.?m\.?$"),
    ("year", r"/\s*y(?:ea)?r?\b|per\s+(?:year|annum)|yearly|annual(?:ly)?|\bp\.?a\.?$"),
    ("quarter", r"/\s*q(?:tr|uarter)?\b|per\s+quarter|quarterly"),
    ("once", r"one[\s-]*time|\bnrc\b|\botc\b|once"),
)
_CADENCE_PATTERNS = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _CADENCES)
_CODE = re.compile(r"(?<![A-Za-z])([A-Za-z]{3})(?![A-Za-z])")
_PLAIN_MONEY = re.compile(r"\$?(-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d{1,2})?)")
_NOT_MONEY = CellProblem("not_money", "The cell is not an amount of money.")
_AMBIGUOUS_MONEY = CellProblem(
    "ambiguous_amount", "The amount can be read with a decimal or a thousands separator. Write it as 1234.50."
)


def parse_money(cell: Cell) -> StatedAmount | Empty | CellProblem:
    """Read an amount exactly; what can be read two ways is a problem, not a choice."""
    if isinstance(cell, bool):
        return _NOT_MONEY
    text = parse_short(cell)
    if not isinstance(text, str):
        return text
    if isinstance(cell, int | float):
        return StatedAmount(exact(cell))
    if match := _PLAIN_MONEY.fullmatch(text):
        return StatedAmount(Decimal(match[1].replace(",", "")))
    return _worded_money(text.replace("−", "-"))


def _worded_money(text: str) -> StatedAmount | CellProblem:
    cadence = None
    for name, pattern in _CADENCE_PATTERNS:
        text, found = pattern.subn(" ", text)
        cadence = name if found else cadence
    text, currency = _take_currency(text)
    text, sign = _take_sign(text.strip())
    if text in {"-", "–", "—"} and sign:
        # Excel's accounting format shows a zero as "$ -".
        return StatedAmount(Decimal(0), currency, cadence)
    number = _separated_number(text, european=currency in {"EUR", "CHF", "SEK", "NOK", "DKK", "PLN", "BRL"})
    return StatedAmount(number * sign, currency, cadence) if isinstance(number, Decimal) else number


def _take_currency(text: str) -> tuple[str, str | None]:
    currency = None
    for match in _CODE.finditer(text):
        if match[1].upper() in CURRENCIES:
            currency = match[1].upper()
            text = text[: match.start()] + " " + text[match.end() :]
            break
    for sign, code in _SIGNS:
        if sign in text:
            return text.replace(sign, " ", 1), currency or code
    return text, currency


def _take_sign(text: str) -> tuple[str, int]:
    sign = 1
    if text.startswith("(") and text.endswith(")"):
        text, sign = text[1:-1].strip(), -1
    if text[-2:].upper() == "CR":
        text, sign = text[:-2].strip(), -sign
    if len(text) > 1 and text[0] in "-+":
        text, sign = text[1:].strip(), -sign if text[0] == "-" else sign
    elif len(text) > 1 and text[-1] == "-" and text[-2].isdecimal():
        text, sign = text[:-1].strip(), -sign
    return text, sign


_DIGITS_AND_MARKS = re.compile(r"\d[\d.,'’\s]*|\.\d+")


def _separated_number(text: str, *, european: bool) -> Decimal | CellProblem:
    if not _DIGITS_AND_MARKS.fullmatch(text):
        return _NOT_MONEY
    text = re.sub(r"['’]", " ", text.strip())
    if " " in text:
        if not re.fullmatch(r"\d{1,3}(?: \d{3})+(?:[.,]\d{1,2})?", text):
            return _NOT_MONEY
        return Decimal(text.replace(" ", "").replace(",", "."))
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+\.\d*|\d*\.\d+|\d+\.?", text) and not _may_be_thousands(text, ".", european):
        return Decimal(text.replace(",", "").rstrip("."))
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+,\d+|\d+,\d{1,2}", text):
        return Decimal(text.replace(".", "").replace(",", "."))
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+", text) and not _may_be_thousands(text, ",", european):
        return Decimal(text.replace(",", ""))
    if re.fullmatch(r"\d{1,3}(?:\.\d{3}){2,}", text):
        return Decimal(text.replace(".", ""))
    return _AMBIGUOUS_MONEY


def _may_be_thousands(text: str, mark: str, european: bool) -> bool:
    """Where both conventions are at home, `1.234` and `1,234` say either of two amounts."""
    return european and bool(re.fullmatch(rf"[1-9]\d{{0,2}}\{mark}\d{{3}}", text))


_UNIT_MBPS = {
    "b": Decimal("0.000001"),
    "k": Decimal("0.001"),
    "m": Decimal(1),
    "g": Decimal(1000),
    "t": Decimal(1_000_000),
}
_UNIT = (
    r"(?:bps|k(?:bps|bit/?s?|b/?s?)?|m(?:egs?|bps|bits?/?s?|b/?s?|eg(?:abits?)?)?|"
    r"g(?:igs?|ige|bps|bits?/?s?|be?/?s?|igabits?|e)?|t(?:bps|b/?s?|bit/?s?))"
)
_RATE = rf"(\d+(?:,\d{{3}})*(?:\.\d+)?|\.\d+)\s*({_UNIT})?"
_ONE_RATE = re.compile(_RATE, re.IGNORECASE)
_TWO_RATES = re.compile(rf"{_RATE}\s*(?:/|x|×|by|\|)\s*{_RATE}", re.IGNORECASE)
_TIMES = re.compile(rf"(\d{{1,2}})\s*[x×*]\s*({_RATE}|.+)", re.IGNORECASE)
_WRAPPING = re.compile(
    r"^(?:up to|approx\.?|~)\s+|\s*(?:symmetrical|symmetric|ethernet|full duplex|fdx|internet|committed|cir)$",
    re.IGNORECASE,
)
_TIERS = re.compile(r"(?:oc|stm)[\s-]*(\d{1,3})c?", re.IGNORECASE)
_TIER_MBPS = {"o": Decimal("51.84"), "s": Decimal("155.52")}
_NAMED = {
    **dict.fromkeys(("t1", "t-1", "ds1", "ds-1"), Decimal("1.544")),
    **dict.fromkeys(("t3", "t-3", "ds3", "ds-3"), Decimal("44.736")),
    **dict.fromkeys(("ds0", "ds-0"), Decimal("0.064")),
    **dict.fromkeys(("e1", "e-1"), Decimal("2.048")),
    **dict.fromkeys(("e3", "e-3"), Decimal("34.368")),
    **dict.fromkeys(("fast ethernet", "fe", "faste"), Decimal(100)),
    **dict.fromkeys(("gige", "ge", "gbe", "gig-e", "gig e", "gigabit", "gig", "gigabit ethernet"), Decimal(1000)),
}
_SYMMETRY_TIMES = 16
_MOST_MBPS_WITHOUT_UNIT = 100_000
_MOST_MBPS = 100_000_000
_NOT_BANDWIDTH = CellProblem("not_a_bandwidth", "The cell is not a bandwidth such as 500 Mbps, 10G or DS3.")


def parse_bandwidth(cell: Cell, unit: str | None = None) -> Bandwidth | Empty | CellProblem:
    """Read a bandwidth into Mbps.

    Args:
        cell: Such as "1 Gig", "500/50 Mbps", "DS3", "2 x 10G" or a bare number.
        unit: What a bare number counts by the column's header: `bps`, `kbps`, `mbps`, `gbps`. Without it, Mbps.
    """
    text = parse_short(cell)
    if not isinstance(text, str):
        return text
    text = _WRAPPING.sub("", text)
    found = _bandwidth(text, unit)
    if isinstance(found, CellProblem):
        return found
    if found.mbps <= 0 or found.mbps > _MOST_MBPS:
        return CellProblem("bandwidth_out_of_range", "A bandwidth is above zero and below 100 Tbps.")
    return found


def _bandwidth(text: str, unit: str | None) -> Bandwidth | CellProblem:
    named = _NAMED.get(text.casefold())
    if named is not None:
        return Bandwidth(named)
    if tier := _TIERS.fullmatch(text):
        return Bandwidth(_TIER_MBPS[text[0].lower()] * int(tier[1]))
    if one := _ONE_RATE.fullmatch(text):
        return _one_rate(one[1], one[2], unit)
    if (
        (times := _TIMES.fullmatch(text))
        and int(times[1]) <= _SYMMETRY_TIMES
        and re.search(r"[a-z]", times[2], re.IGNORECASE)
    ):
        each = _bandwidth(times[2].strip(), unit)
        return each if isinstance(each, CellProblem) else Bandwidth(each.mbps * int(times[1]))
    if two := _TWO_RATES.fullmatch(text):
        down = _one_rate(two[1], two[2] or two[4], unit)
        up = _one_rate(two[3], two[4] or two[2], unit)
        if isinstance(down, Bandwidth) and isinstance(up, Bandwidth):
            return down if down.mbps == up.mbps else Bandwidth(down.mbps, up.mbps, down.note)
    return _NOT_BANDWIDTH


def _one_rate(digits: str, stated: str | None, unit: str | None) -> Bandwidth | CellProblem:
    number = Decimal(digits.replace(",", ""))
    if stated or unit:
        return Bandwidth((number * _UNIT_MBPS[(stated or unit or "m")[0].lower()]).normalize() + 0)
    if number > _MOST_MBPS_WITHOUT_UNIT:
        return CellProblem(
            "bandwidth_unit_missing", "The number is too large for Mbps. State the unit, such as kbps or bps."
        )
    return Bandwidth(number, note="No unit is stated; taken as Mbps.")
