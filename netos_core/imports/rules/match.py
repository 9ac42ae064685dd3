"""How well a header's words name a field."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from .fields import BANDWIDTH_UNITS
from .names import HeaderWords, header_words, take_side
from .synonyms import CIRCUIT_SIDES, SYNONYMS

_LOOSE = 0.8
_REORDERED = 0.97
_WITHOUT_SELF = 0.95
_CONTAINED = 0.9
_UNSIDED = 0.72
_MISSPELT_RATIO = 0.85
_MISSPELT_LENGTH = 5
_KILLED = 0.0
# Words that say which thing the sheet is about and so add nothing: "Circuit Status" in a sheet of circuits.
_SELF = {
    "circuits": frozenset({"circuit", "service", "line"}),
    "sites": frozenset(
        {
            "site",
            "location",
            "building",
            "service",
            "endpoint",
            "property",
            "facility",
            "node",
            "pop",
            "customer",
            "end",
        }
    ),
    "contracts": frozenset({"contract", "total"}),
    "providers": frozenset({"provider", "company"}),
    "customers": frozenset({"customer", "company"}),
}
_FILLERS = frozenset(
    [
        "the",
        "of",
        "for",
        "in",
        "on",
        "at",
        "is",
        "a",
        "an",
        "and",
        "or",
        "by",
        "current",
        "primary",
        "value",
        "full",
        "text",
        "field",
        "actual",
        "main",
        "our",
        "per",
        "as",
        "name",
        "code",
        "official",
        "standard",
        "provider's",
    ]
)
# Words that make another thing of what follows; the reason is shown to the person who maps.
_MODIFIERS = {
    **dict.fromkeys(("remaining", "left", "elapsed", "until"), "a figure derived from the dates, not the agreed one"),
    **dict.fromkeys(("minimum", "floor"), "a minimum, not the value itself"),
    **dict.fromkeys(("maximum", "ceiling"), "a maximum, not the value itself"),
    **dict.fromkeys(("previous", "prior", "old", "former", "legacy", "historical", "original"), "a former value"),
    **dict.fromkeys(("new", "proposed", "requested", "target", "future", "quoted", "desired"), "not yet agreed"),
    **dict.fromkeys(("budget", "budgeted", "estimated", "estimate", "forecast", "projected"), "an estimate"),
    **dict.fromkeys(("average", "avg", "mean", "median", "peak", "utilization", "usage", "used", "burst"), "measured"),
    **dict.fromkeys(("delta", "variance", "change", "difference", "diff", "saving", "increase"), "a difference"),
    **dict.fromkeys(("count", "quantity", "transaction"), "a count"),
    **dict.fromkeys(("percent", "ratio", "margin", "markup"), "a ratio"),
    **dict.fromkeys(("enni", "nni", "handoff", "meet", "aggregation", "hub", "serving"), "another place"),
    **dict.fromkeys(("tax", "surcharge", "discount", "credit", "usf", "fee"), "another kind of charge"),
    **dict.fromkeys(("sell", "sale", "revenue", "retail", "billed", "customer_mrc"), "what a customer pays"),
    **dict.fromkeys(("updated", "modified", "created", "changed", "last", "sync"), "a note on the record"),
    **dict.fromkeys(("due", "paid", "invoice", "invoiced", "payment", "disputed"), "a matter of invoices"),
    **dict.fromkeys(("contact", "fax", "secondary", "backup", "alternate", "second"), "another person or thing"),
    **dict.fromkeys(("not", "non", "excluding", "no"), "the opposite"),
    **dict.fromkeys(("flag", "indicator", "verified", "validated", "check", "reason", "required"), "a remark about it"),
}  # fmt: skip
_OTHER_THINGS = frozenset(
    [
        "provider",
        "customer",
        "contract",
        "circuit",
        "lata",
        "account",
        "order",
        "bill",
        "billing",
        "site",
        "building",
        "market",
        "port",
        "ticket",
        "parent",
        "user",
        "project",
        "router",
        "device",
        "vlan",
        "ip",
        "rack",
        "switch",
        "invoice",
        "wire",
        "center",
        "department",
        "bid",
        "contact",
        "employee",
        "owner",
        "noc",
    ]
)
# "Market Name" is the market; "LATA Name" is not the LATA, nor "Circuit ID Name" the id.
_NAMED_THINGS = frozenset(
    {
        "provider",
        "customer",
        "site",
        "city",
        "state",
        "country",
        "market",
        "department",
        "service_type",
        "parent",
        "kind",
    }
)
_SELF_COST, _FILLER_COST, _UNKNOWN_COST, _OTHER_THING_COST = 0.02, 0.04, 0.15, 0.4


@dataclass(frozen=True, slots=True)
class NameMatch:
    """A field a header could name, how well, and why."""

    field: str
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class _Synonym:
    words: tuple[str, ...]
    field: str
    weight: float


@lru_cache(maxsize=16)
def _synonyms(kind: str) -> tuple[_Synonym, ...]:
    return _parse(SYNONYMS[kind])


@lru_cache(maxsize=1)
def _side_synonyms() -> tuple[_Synonym, ...]:
    return _parse(CIRCUIT_SIDES)


def _parse(table: dict[str, str]) -> tuple[_Synonym, ...]:
    parsed: dict[tuple[tuple[str, ...], str], _Synonym] = {}
    for field, names in table.items():
        exact, _, loose = names.partition("~")
        for group, weight in ((exact, 1.0), (loose, _LOOSE)):
            for name in group.split(";") if group else ():
                words = header_words(name).words
                parsed.setdefault((words, field), _Synonym(words, field, weight))
    return tuple(parsed.values())


@lru_cache(maxsize=8192)
def name_matches(kind: str, header: str) -> tuple[NameMatch, ...]:
    """List the fields a header could name, best first; a refused one scores 0 and says why."""
    named = header_words(header)
    best: dict[str, NameMatch] = {}
    if kind == "circuits":
        _add_sided(named, best)
    if named.words and not any(field[:2] in {"a_", "z_"} and found.score > _UNSIDED for field, found in best.items()):
        for synonym in _synonyms(kind):
            _keep(best, _match(kind, named.words, synonym))
    fitted = (_with_unit(kind, named, found) for found in best.values())
    return tuple(sorted(fitted, key=lambda found: -found.score))


def _add_sided(named: HeaderWords, best: dict[str, NameMatch]) -> None:
    side, rest = take_side(named.words)
    for synonym in _side_synonyms():
        found = _match("circuits", rest, synonym)
        if found is None:
            continue
        if side:
            _keep(best, NameMatch(f"{side}_{found.field}", found.score, f"side {side.upper()}: {found.why}"))
        elif rest and found.score > _LOOSE and synonym.words not in {("customer", "name"), ("name",)}:
            why = "an unlabelled place is taken as side A"
            _keep(best, NameMatch(f"a_{found.field}", found.score * _UNSIDED, why))


def _keep(best: dict[str, NameMatch], found: NameMatch | None) -> None:
    if found and (found.field not in best or found.score > best[found.field].score):
        best[found.field] = found


def _with_unit(kind: str, named: HeaderWords, found: NameMatch) -> NameMatch:
    """Let the header's unit decide the field, or rule it out: a term in days is no term in months."""
    unit, field = named.unit, found.field
    if kind == "circuits" and field in {"bandwidth", "port_speed"} and unit in BANDWIDTH_UNITS:
        return NameMatch(f"{field}_{unit}", found.score, f"{found.why}, in {unit}")
    if kind == "contracts" and field == "notice" and unit == "days":
        return NameMatch("notice_days", found.score, f"{found.why}, in days")
    months = field in {"term_months", "renewal_term_months"}
    if (
        unit
        and months != (unit in {"months", "years"})
        and (months or unit in {"months", "years"})
        and field != "notice"
    ):
        return NameMatch(field, _KILLED, f"its unit is {unit}")
    if unit in {"bps", "kbps", "mbps", "gbps"} and field not in {"bandwidth", "port_speed", "notes"}:
        return NameMatch(field, _KILLED, f"its unit is {unit}")
    return found


def _match(kind: str, words: tuple[str, ...], synonym: _Synonym) -> NameMatch | None:
    field, weight = synonym.field, synonym.weight
    spelt = " ".join(synonym.words) or "the side alone"
    if words == synonym.words:
        return NameMatch(field, weight, f"named “{spelt}”" if weight == 1 else f"“{spelt}” often means it")
    if not words or not synonym.words:
        return None
    if sorted(words) == sorted(synonym.words):
        return NameMatch(field, weight * _REORDERED, f"named “{spelt}” in another order")
    if "".join(words) == "".join(synonym.words):
        return NameMatch(field, weight * _REORDERED, f"named “{spelt}”")
    if set(synonym.words) <= set(words):
        return _contained(kind, words, synonym, spelt)
    return _misspelt(words, synonym, spelt)


def _contained(kind: str, words: tuple[str, ...], synonym: _Synonym, spelt: str) -> NameMatch | None:
    """Score a header that says the synonym and more; what more it says may make it another thing."""
    own = _SELF[kind]
    head = next((word for word in reversed(words) if word not in _FILLERS or word in synonym.words), words[-1])
    if head not in synonym.words and not (head in own and words[-1] in _FILLERS):
        return None
    if words[-1] == "name" and "name" not in synonym.words and synonym.field not in _NAMED_THINGS:
        return None
    extras = [word for word in words if word not in synonym.words]
    for word in extras:
        if word in _MODIFIERS:
            return NameMatch(synonym.field, _KILLED, f"“{word}” makes it {_MODIFIERS[word]}")
    if all(word in own for word in extras):
        return NameMatch(synonym.field, synonym.weight * _WITHOUT_SELF, f"named “{spelt}”")
    cost = sum(_cost(word, own) for word in extras)
    score = max(synonym.weight * (_CONTAINED - cost), 0.01)
    return NameMatch(synonym.field, score, f"says “{spelt}” and more")


def _cost(word: str, own: frozenset[str]) -> float:
    if word in own:
        return _SELF_COST
    if word in _FILLERS:
        return _FILLER_COST
    return _OTHER_THING_COST if word in _OTHER_THINGS else _UNKNOWN_COST


def _misspelt(words: tuple[str, ...], synonym: _Synonym, spelt: str) -> NameMatch | None:
    if len(words) != len(synonym.words):
        return None
    worst = min(_likeness(ours, theirs) for ours, theirs in zip(synonym.words, words, strict=True))
    if worst < _MISSPELT_RATIO:
        return None
    return NameMatch(synonym.field, synonym.weight * worst * _CONTAINED, f"spelt almost “{spelt}”")


def _likeness(ours: str, theirs: str) -> float:
    """Compare two words; short ones are the same or they are not."""
    if ours == theirs:
        return 1.0
    if min(len(ours), len(theirs)) < _MISSPELT_LENGTH or ours[0] != theirs[0]:
        return 0.0
    matcher = SequenceMatcher(None, ours, theirs)
    return matcher.ratio() if matcher.quick_ratio() >= _MISSPELT_RATIO else 0.0
