"""US addresses as they are compared: street types, directions and numbers in one spelling (USPS Publication 28)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from netos_core.imports.rules.words import STATES

DIRECTIONS = {
    "NORTH": "N", "SOUTH": "S", "EAST": "E", "WEST": "W",
    "NORTHEAST": "NE", "NORTHWEST": "NW", "SOUTHEAST": "SE", "SOUTHWEST": "SW",
}  # fmt: skip

# Every spelling of a street type and the one it is compared by (Publication 28, appendix C1, as far as it is in use);
# only the last one in a name is its type.
TYPES = {
    spelling: short
    for short, spellings in {
        "ALY": "ALLEY ALY", "AVE": "AVENUE AV AVE AVEN AVN", "BLVD": "BOULEVARD BLVD BOUL BLV", "BND": "BEND BND",
        "BRG": "BRIDGE BRG", "BYP": "BYPASS BYP", "CIR": "CIRCLE CIR CIRC CRCL", "CMNS": "COMMONS CMNS",
        "CRES": "CRESCENT CRES", "CRK": "CREEK CRK", "CT": "COURT CT CRT", "CTR": "CENTER CENTRE CTR CNTR",
        "CV": "COVE CV", "DR": "DRIVE DR DRV", "EST": "ESTATE EST", "EXPY": "EXPRESSWAY EXPY EXPWY EXP",
        "EXT": "EXTENSION EXT", "FWY": "FREEWAY FWY", "GDNS": "GARDENS GDNS", "GLN": "GLEN GLN", "GRV": "GROVE GRV",
        "HL": "HILL HL", "HLS": "HILLS HLS", "HTS": "HEIGHTS HTS", "HWY": "HIGHWAY HWY HIWAY HWAY",
        "JCT": "JUNCTION JCT", "LK": "LAKE LK", "LN": "LANE LN", "LNDG": "LANDING LNDG", "LOOP": "LOOP LOOPS",
        "MDWS": "MEADOWS MDWS", "MNR": "MANOR MNR", "MT": "MOUNT MT", "PARK": "PARK PRK", "PASS": "PASS",
        "PATH": "PATH", "PIKE": "PIKE", "PKWY": "PARKWAY PKWY PKY PARKWY", "PL": "PLACE PL", "PLZ": "PLAZA PLZ PLZA",
        "PT": "POINT PT", "RD": "ROAD RD", "RDG": "RIDGE RDG", "ROW": "ROW", "RTE": "ROUTE RTE RT", "RUN": "RUN",
        "SQ": "SQUARE SQ", "ST": "STREET ST STR STRT", "TER": "TERRACE TER TERR", "TPKE": "TURNPIKE TPKE TRNPK",
        "TRCE": "TRACE TRCE", "TRL": "TRAIL TRL", "VIS": "VISTA VIS", "VLY": "VALLEY VLY", "VW": "VIEW VW",
        "WALK": "WALK", "WAY": "WAY", "XING": "CROSSING XING",
    }.items()
    for spelling in spellings.split()
}  # fmt: skip

ORDINALS = {
    "FIRST": "1ST", "SECOND": "2ND", "THIRD": "3RD", "FOURTH": "4TH", "FIFTH": "5TH", "SIXTH": "6TH",
    "SEVENTH": "7TH", "EIGHTH": "8TH", "NINTH": "9TH", "TENTH": "10TH",
}  # fmt: skip
CITY_WORDS = {"FT": "FORT", "MT": "MOUNT", "ST": "SAINT", **{short: word for word, short in DIRECTIONS.items()}}
SHORT = {**ORDINALS, "COUNTY": "CO", "CNTY": "CO", "SAINT": "ST", "FORT": "FT", "MOUNT": "MT", "JUNIOR": "JR"}
NUMBERED = frozenset({"HWY", "RTE"})  # these stand before their number

UNITS = frozenset(
    {
        "APT", "APARTMENT", "BLDG", "BUILDING", "DEPT", "FL", "FLOOR", "FLR", "LOT", "OFC", "OFFICE", "PH", "RM",
        "ROOM", "SPC", "STE", "SUITE", "TRLR", "UNIT",
    }
)  # fmt: skip
COUNTRIES = frozenset({"US", "USA", "UNITED STATES", "UNITED STATES OF AMERICA"})
NAMED = {name.upper(): code for code, name in STATES.items()}
MOST_STATE_WORDS = 3

_ZIP = re.compile(r"[ ,]+(\d{5})(?:-?\d{4})?$")
_NUMBER = re.compile(r"(?:[NSEW]\d+ ?[NSEW]\d+|\d+[A-Z]?(?:-\d+[A-Z]?)?(?: 1/2)?)(?= |$)")
_UNIT_WORDS = "|".join(sorted(UNITS))
_UNIT = re.compile(rf"(?:^| |(?=#))(?:#|(?:{_UNIT_WORDS})\b) ?#? ?[\w-]*(?= |$)|(?:^| )\d+(?:ST|ND|RD|TH) FL(?:OOR)?$")
_LEADING_UNIT = re.compile(rf"^(?:{_UNIT_WORDS}) #?\w+ (?=\d)")


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address in the spelling they are compared in; what is not said is nothing.

    `street` has no unit: two suites of a building are one place.
    """

    number: str | None
    street: str | None
    city: str | None
    state: str | None
    postal_code: str | None

    @property
    def line1(self) -> str | None:
        """The first line as a letter has it."""
        return " ".join(part for part in (self.number, self.street) if part) or None

    def __str__(self) -> str:
        end = " ".join(part for part in (self.state, self.postal_code) if part)
        return ", ".join(part for part in (self.line1, self.city, end) if part)


def parsed(text: str) -> Address:
    """Take an address apart as it is written in one line.

    Commas part street and city; without one, the city is what follows the last street type.
    """
    rest = " ".join(re.sub(r"[.\u2019']", "", text.upper()).replace("\n", ", ").split()).strip(" ,")
    for country in sorted(COUNTRIES, key=len, reverse=True):
        rest = re.sub(rf"[ ,]+{country}$", "", rest)
    found = _ZIP.search(rest)
    postal_code = found[1] if found else None
    rest = rest[: found.start()].rstrip(" ,") if found else rest
    state, rest = _state_off(rest)
    parts = [part.strip() for part in rest.split(",") if part.strip()]
    if not parts:
        return Address(None, None, None, state, postal_code)
    street, city = _street_and_city(parts, placed=bool(state or postal_code))
    street = _LEADING_UNIT.sub("", street)
    number = _NUMBER.match(street)
    name = street[number.end() :] if number else street
    return Address(number[0] if number else None, street_key(name) or None, city_key(city) or None, state, postal_code)


def of_parts(
    address: str | None, number: str | None, street: str | None, city: str | None, state: str | None, postal: str | None
) -> Address | None:
    """Read an address that is kept in columns; None where it names no street."""
    line = f"{number} {street}" if number and street else (address or "")
    if not line.strip():
        return None
    own = parsed(line)
    return Address(
        own.number,
        own.street,
        city_key(city or "") or own.city,
        state_code(state or "") or own.state,
        (postal or "").strip()[:5] or own.postal_code,
    )


def same_place(asked: Address, known: Address) -> bool:
    """Tell whether two addresses are one building: same number and street, and nothing else disagrees.

    A ZIP code or a city has to be known of both: “100 Main St” alone is in every town.
    """
    if asked.number is None or asked.street is None or (asked.number, asked.street) != (known.number, known.street):
        return False
    pairs = ((asked.postal_code, known.postal_code), (asked.city, known.city), (asked.state, known.state))
    if any(one and other and one != other for one, other in pairs[1:]):
        return False
    if pairs[1][0] and pairs[1][0] == pairs[1][1]:  # a town may have several ZIP codes, and people mistake them
        return True
    return bool(pairs[0][0]) and pairs[0][0] == pairs[0][1]


def street_key(street: str) -> str:
    """Write the name of a street in one spelling, without the unit."""
    words = _words(_UNIT.sub(" ", street.upper()))
    last = max((at for at, word in enumerate(words) if word in TYPES), default=None)
    return " ".join(
        TYPES[word] if at == last or TYPES.get(word) in NUMBERED else DIRECTIONS.get(word) or SHORT.get(word) or word
        for at, word in enumerate(words)
    )


def city_key(city: str) -> str:
    """Write the name of a city in one spelling, in full."""
    return " ".join(CITY_WORDS.get(word, word) for word in _words(city.upper()))


def state_code(text: str) -> str | None:
    """Return the two letters of a state that is named or abbreviated; None where it is none."""
    folded = " ".join(text.upper().replace(".", "").split())
    return folded if folded in STATES else NAMED.get(folded)


def _words(text: str) -> list[str]:
    return re.findall(r"[A-Z0-9/-]+", re.sub(r"[.']", "", text))


def _state_off(rest: str) -> tuple[str | None, str]:
    """Take the state off the end; an address that is nothing but a state's name keeps it as its city."""
    words = re.split(r"[ ,]+", rest)
    for count in range(min(MOST_STATE_WORDS, len(words) - 1), 0, -1):
        code = state_code(" ".join(words[-count:]))
        if code is not None:
            left = re.sub(r"[ ,]+" + r"[ ,]+".join(re.escape(w) for w in words[-count:]) + "$", "", rest)
            return code, left
    return None, rest


def _street_and_city(parts: list[str], *, placed: bool) -> tuple[str, str]:
    if len(parts) > 1:
        return parts[0], parts[-1] if not _UNIT.fullmatch(parts[-1]) else ""
    words = parts[0].split()
    ends = [at for at, word in enumerate(words) if at > 1 and word.strip("#") in TYPES]
    if not ends or not placed:
        return parts[0], ""
    end = ends[-1] if len(words) > ends[-1] + 1 else (ends[-2] if len(ends) > 1 else len(words) - 1)
    end += 1
    if end < len(words) and (words[end] in DIRECTIONS.values()) and end + 1 < len(words):
        end += 1
    rest = " ".join(words[end:])
    unit = _UNIT.match(rest)
    return " ".join(words[:end]), rest[unit.end() :].strip() if unit else rest
