"""What the labels and column heads of order forms mean, and the values that stand with them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from netos_core.documents.rules.extraction.cells import Cell, Row, below

_I = re.IGNORECASE
_LONGEST = 60


class Label(StrEnum):
    """What a label asks for."""

    MRC = "mrc"
    NRC = "nrc"
    TERM = "term"
    CIRCUIT = "circuit"
    BANDWIDTH = "bandwidth"
    SERVICE = "service"
    ADDRESS = "address"
    PROVIDER = "provider"
    CUSTOMER = "customer"
    RENEWAL = "renewal"
    NOTICE = "notice"
    ETF = "etf"
    ESCALATOR = "escalator"
    CURRENCY = "currency"
    AGREED = "agreed"
    STARTS = "starts"
    ENDS = "ends"
    COMMITMENT = "commitment"
    LAW = "law"
    OTHER = "other"


_CHARGE = r"(?:charges?|costs?|fees?|rates?|price|amount|total)"
_UNIT = r"(?:\s*\(?(?:USD|CAD|EUR|GBP|US\$|\$|€|£|usd|per unit|/mo(?:nth)?|months?|mos?\.?|total)\)?)*"
_MEANINGS: tuple[tuple[Label, str], ...] = (
    (
        Label.MRC,
        (
            rf"(?:total\s+|net\s+|extended\s+|new\s+|your\s+|order\s+|grand\s+total\s+)*(?:mrc|"
            rf"monthly\s+recurring(?:\s+{_CHARGE})?|monthly\s+{_CHARGE}|"
            rf"recurring\s+{_CHARGE}(?:\s*\(?monthly\)?)?|monthly|price\s+per\s+month|"
            rf"monthly\s+service\s+{_CHARGE}|monthly\s+recurring\s+charges?\s*\(mrc\)|(?:lease|"
            rf"license)\s+fee\s+per\s+month)(?:\s+total)?{_UNIT}(?:\s*\(mrc\))?"
        ),
    ),
    (
        Label.NRC,
        (
            rf"(?:total\s+|net\s+|extended\s+|new\s+|order\s+|grand\s+total\s+)*(?:nrc|"
            rf"non[\s-]?recurring(?:\s+{_CHARGE})?|one[\s-]?time(?:\s+(?:setup|installation|"
            rf"install))?(?:\s+{_CHARGE})?|install(?:ation)?(?:\s+{_CHARGE})?|set[\s-]?up(?:\s+{_CHARGE})?|"
            rf"activation(?:\s+{_CHARGE})|otc|construction\s+{_CHARGE})(?:\s+total)?{_UNIT}(?:\s*\(nrc\))?"
        ),
    ),
    (
        Label.TERM,
        (
            r"(?:initial\s+|service\s+|contract\s+|order\s+|minimum\s+|min\.?\s+|committed\s+|circuit\s+|"
            r"customer\s+|agreement\s+|lease\s+)*(?:term|commitment\s+period|term\s+length|length\s+of\s+term|"
            r"term\s+commitment|term\s+of\s+(?:service|agreement|order))(?:\s*(?:\(?(?:in\s+)?(?:months|mos?\.?|"
            r"years|yrs)\)?|length|plan))?"
        ),
    ),
    (
        Label.CIRCUIT,
        (
            r"(?:carrier\s+|provider\s+|vendor\s+|existing\s+|our\s+|lec\s+|customer\s+)*(?:circuit|ckt|line|"
            r"service|ecckt|strand|fiber)\s*(?:id(?:entifier)?|ids?|id\(s\)|number|no\.?|nbr|#|"
            r"ref(?:erence)?)(?:s|\(s\))?(?:\s*/\s*\w+)?|cid|ecckt|circuits?"
        ),
    ),
    (
        Label.BANDWIDTH,
        (
            r"(?:service\s+|port\s+|access\s+|circuit\s+|committed\s+|interface\s+|evc\s+|"
            r"internet\s+)*(?:bandwidth|bw|speed|capacity|data\s+rate|cir|committed\s+(?:information\s+)?rate|"
            r"line\s+rate|throughput)(?:\s*\(?(?:mbps|gbps|mb/s|down/up)\)?)?(?:\s*/\s*\w+)?"
        ),
    ),
    (
        Label.SERVICE,
        (
            r"(?:service|product|circuit|access)\s*(?:type|name|description|ordered|offering)?|"
            r"description(?:\s+of\s+services?)?|type\s+of\s+service|item|services?\s+ordered|services"
        ),
    ),
    (
        Label.ADDRESS,
        (
            r"(?:service|site|premises?|install(?:ation)?|location|end[\s-]?user|a|z|a[\s-]?end|z[\s-]?end|"
            r"a[\s-]?side|z[\s-]?side|side\s+[az]|end\s+[az]|a[\s-]?loc|z[\s-]?loc|customer\s+site|demarc|from|"
            r"to|originating|terminating|delivery|leased\s+premises)\s*(?:site\s+|location\s+|"
            r"service\s+)?(?:address|location|premises?)(?:\s*(?:\(?[az12]\)?|of\s+service))?|"
            r"(?:service\s+)?locations?(?:\s+[az12])?|address(?:\s+[az12])?|[az][\s-]?(?:loc|end|site)\.?|"
            r"premises|site(?:\s+[az12])?|(?:location|end)\s+[az]\s+address|from|to"
        ),
    ),
    (
        Label.PROVIDER,
        (
            r"(?:service\s+)?provider(?:\s+(?:name|entity|legal\s+name))?|carrier(?:\s+name)?|"
            r"supplier(?:\s+name)?|vendor(?:\s+name)?|seller|lessor|licensor|landlord"
        ),
    ),
    (
        Label.CUSTOMER,
        (
            r"(?:customer|subscriber|buyer|client|purchaser|lessee|licensee|tenant|"
            r"end\s+user)(?:\s+(?:legal\s+)?(?:name|entity))?|company\s+name|account\s+name|"
            r"bill\s+to(?:\s+name)?|sold\s+to"
        ),
    ),
    (
        Label.RENEWAL,
        (
            r"(?:auto(?:matic)?[\s-]?)?renewal(?:\s+(?:term|period|terms|option|length))?|"
            r"renewal\s+term\s*\(?months\)?"
        ),
    ),
    (
        Label.NOTICE,
        (
            r"(?:non[\s-]?renewal\s+|renewal\s+|cancell?ation\s+|termination\s+|"
            r"disconnect\s+)*notice(?:\s+(?:period|of\s+non[\s-]?renewal|of\s+termination|required|to\s+cancel|"
            r"days|window))?(?:\s*\(?days\)?)?"
        ),
    ),
    (
        Label.ETF,
        (
            r"early\s+termination(?:\s+(?:fee|charge|liability|liabilities|charges|fees))?(?:\s*\(?et[flc]\)?)?|"
            r"et[flc]|termination\s+(?:liability|charges?|fees?)|cancell?ation\s+(?:fee|charge)s?"
        ),
    ),
    (
        Label.ESCALATOR,
        (
            r"(?:annual\s+|price\s+|rate\s+|mrc\s+|yearly\s+)*(?:escalators?|escalation|increase|uplift|"
            r"adjustment)(?:\s+(?:clause|rate))?"
        ),
    ),
    (Label.CURRENCY, r"(?:billing\s+)?currency"),
    (
        Label.AGREED,
        (
            r"(?:order|agreement|contract|quote|signature|document|service\s+order|sof|proposal)\s+date|"
            r"date(?:\s+of\s+(?:order|agreement))?"
        ),
    ),
    (
        Label.STARTS,
        (
            r"effective\s+date(?:\s+of\s+\w+)?|(?:term\s+|contract\s+)(?:start|commencement)\s+date|start\s+date|"
            r"commencement\s+date"
        ),
    ),
    (
        Label.ENDS,
        (
            r"(?:term\s+|contract\s+|service\s+|agreement\s+)?(?:end|expir(?:ation|y)|termination)\s+date|"
            r"expires(?:\s+on)?"
        ),
    ),
    (Label.COMMITMENT, r"(?:minimum|annual|monthly|revenue)\s+(?:\w+\s+)?commit(?:ment)?"),
    (Label.LAW, r"governing\s+law"),
    (
        Label.OTHER,
        (
            r"quantity|qty\.?|unit(?:\s+price)?|handoff|interface|protocol|vlan|phone|e-?mail|"
            r"contact(?:\s+name)?|name|title|by|signature|signed|account(?:\s+(?:number|no\.?|#))?|ban|"
            r"po(?:\s+(?:number|#))?|order\s+(?:number|no\.?|#|id|type)|quote\s+(?:number|no\.?|#|id)|"
            r"billing\s+address|notice\s+address|remittance\s+address|payment\s+terms|taxes|subtotal|remarks|"
            r"notes|special\s+(?:terms|conditions)|sales\s+rep(?:resentative)?|account\s+(?:manager|executive)|"
            r"fax|city|state|zip|county|line|expedite|diversity|tax\s+id|requested\s+(?:service|install|"
            r"due)\s+date|customer\s+requested\s+date|foc\s+date|billing\s+(?:start|contact|"
            r"frequency)(?:\s+date)?|sla|mtu|connector|demarcation|suite|floor|building"
        ),
    ),
)
_FULL = tuple((label, re.compile(form, _I)) for label, form in _MEANINGS)
_NEXT = re.compile(r"[.;,|]\s+(?P<label>[^.;,|:]{2,60}):\s")
_NUMBERED = re.compile(r"^(?:\(?\d{1,2}[.)]|[A-Za-z][.)]|[•▪*-])\s*")


def label_of(text: str) -> Label | None:
    """Say what a label asks for; None where the words are no label."""
    plain = _NUMBERED.sub("", " ".join(text.split())).strip(" :*#.–-")
    if not plain or len(plain) > _LONGEST:
        return None
    return next((label for label, form in _FULL if form.fullmatch(plain)), None)


@dataclass(frozen=True, slots=True)
class Stated:
    """A value and the label it stands with."""

    label: Label
    head: Cell
    value: Cell
    is_total: bool = False


def stated(rows: Sequence[Row], taken: Collection[int]) -> Iterator[Stated]:
    """Find the values that stand beside or below their labels, but for the lines that are `taken` by tables."""
    for index, row in enumerate(rows):
        if index in taken:
            continue
        for place, cell in enumerate(row):
            yield from _beside(rows, index, place, cell)


def _beside(rows: Sequence[Row], index: int, place: int, cell: Cell) -> Iterator[Stated]:
    head, colon, rest = cell.text.partition(":")
    label = label_of(head)
    if colon and label is not None and rest.strip():
        at = cell.start + cell.text.index(rest.strip(), len(head))
        value, onwards = _until_next(rest.strip())
        yield Stated(label, cell, _part(cell, value, at), is_total(head))
        if onwards:
            yield from _beside(rows, index, place, _part(cell, rest.strip()[onwards:], at + onwards))
        return
    if label is None or (colon and rest.strip()):
        return
    row = rows[index]
    of_labels = sum(label_of(one.text) is not None for one in row) * 2 > len(row) > 1
    right = None if of_labels else row[place + 1] if place + 1 < len(row) else None
    if right is not None and label_of(right.text.partition(":")[0]) is None:
        yield Stated(label, cell, right, is_total(head))
        return
    under = below(rows, index, cell)
    if under is not None and label_of(under.text.partition(":")[0]) is None:
        yield Stated(label, cell, under, is_total(head))


def _until_next(text: str) -> tuple[str, int]:
    """Give a value up to the label that follows it in its line, and where that begins; 0 where none does."""
    for found in _NEXT.finditer(text):
        if label_of(found["label"]) is not None:
            return text[: found.start()], found.start("label")
    return text, 0


def _part(cell: Cell, text: str, at: int) -> Cell:
    return Cell(text, cell.page, cell.x0, cell.x1, cell.top, cell.bottom, at, at + len(text))


def is_total(text: str) -> bool:
    return bool(re.search(r"\btotal\b", text, _I))
