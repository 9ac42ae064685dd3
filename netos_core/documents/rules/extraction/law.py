"""Whose law governs a contract."""

from __future__ import annotations

import re
from collections.abc import Iterator

from netos_core.documents.rules.extraction.fields import FieldName
from netos_core.documents.rules.extraction.findings import Finding
from netos_core.documents.rules.extraction.script import Script, Span, is_contents

_STATES = (
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|"
    "Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|"
    "Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|New York|North Carolina|North "
    "Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|South "
    "Dakota|Tennessee|Texas|Utah|Vermont|West Virginia|Virginia|Washington|Wisconsin|Wyoming|District of "
    "Columbia|Puerto Rico|Guam"
)
_ELSEWHERE = (
    "England and Wales|England|Scotland|Northern Ireland|Wales|United "
    "Kingdom|Ireland|Ontario|Quebec|Québec|British Columbia|Alberta|Manitoba|Saskatchewan|Nova Scotia|New "
    "Brunswick|Newfoundland|Canada|Germany|France|Switzerland|Austria|Italy|Spain|Portugal|(?:the "
    ")?Netherlands|Belgium|Luxembourg|Denmark|Sweden|Norway|Finland|Poland|Czech "
    "Republic|Slovakia|Hungary|Romania|Greece|Turkey|Israel|Russia|Ukraine|Cyprus|Malta|Hong Kong|People[’']s "
    "Republic of China|PRC|China|Taiwan|Japan|Korea|Singapore|Malaysia|Thailand|Vietnam|Indonesia|Philippines|"
    "India|Pakistan|Australia|New South Wales|Victoria|Queensland|New Zealand|South "
    "Africa|Nigeria|Kenya|Egypt|United Arab Emirates|Dubai|Qatar|Kuwait|Bahrain|Saudi "
    "Arabia|Brazil|Argentina|Chile|Colombia|Peru|Mexico|Panama|Bermuda|Cayman Islands|British Virgin "
    "Islands|Bahamas|Barbados|Jersey|Guernsey|Isle of Man|Liechtenstein|Monaco|United States(?: of America)?"
)
_I = re.IGNORECASE
_ACRONYM = 3  # PRC stays as it is
_PLACE = rf"(?P<place>{_STATES}|{_ELSEWHERE})\b"
_OF = (
    r"(?:(?:the\s+)?(?:internal\s+|substantive\s+|local\s+|domestic\s+)*(?:laws?|statutes|"
    r"jurisdiction)\s+(?:and\s+[\w\s]{0,30})?(?:(?:in\s+force\s+)?(?:of|in)\s+)(?:the\s+)?(?:(?:State|"
    r"Commonwealth|Province|Republic|Kingdom|Country|Federal Republic|Grand Duchy|Territory|"
    r"Special Administrative Region)\s+of\s+(?:the\s+)?)?)"
)
_GOVERNED = (
    r"(?:govern\w*|constru\w+|interpret\w*|controlled|enforce\w*|subject to|in accordance with|determined|deemed)"
)
_FORMS = tuple(
    (re.compile(form, _I), score)
    for form, score in (
        (rf"\bgovern\w*\b[^;]{{0,220}}?\b{_OF}{_PLACE}", 0.95),
        (rf"{_GOVERNED}[^.;]{{0,160}}?\b{_OF}{_PLACE}", 0.85),
        (rf"{_GOVERNED}[^.;]{{0,120}}?\b(?:by|with|under|to)\s+(?:the\s+)?{_PLACE}\s+(?:state\s+)?laws?\b", 0.9),
        (
            (
                rf"{_GOVERNED}[^.;]{{0,120}}?\b(?:by|with|under|to)\s+(?P<people>English|Scots|Scottish|Irish|"
                rf"Dutch|German|Swiss|French|Israeli|Canadian|Belgian|Swedish|Danish|Norwegian|Finnish)\s+laws?\b"
            ),
            0.9,
        ),
        (rf"\b{_OF}{_PLACE}[^.;]{{0,160}}?\b(?:shall|will)?\s*(?:govern|control|apply)", 0.85),
        (
            (
                rf"(?:governing|applicable)\s+law\s*[:.\-–]?\s*(?:the\s+)?(?:laws?\s+of\s+)?(?:the\s+)?"
                rf"(?:State\s+of\s+)?{_PLACE}"
            ),
            0.8,
        ),
        (
            (
                rf"(?:State|Commonwealth|Province)\s+of\s+{_PLACE}[^;]{{0,200}}?\blaws?\s+of\s+(?:that|such|said|"
                rf"the)\s+(?:state|commonwealth|province)"
            ),
            0.75,
        ),
    )
)
_ORGANISED = re.compile(
    r"(?:organi[sz]ed|incorporated|existing|formed|corporation|company|partnership)\b[^.;]{0,60}$",
    _I,
)
_ABOUT = re.compile(r"\blaws?\b", _I)


def governing_law(script: Script) -> Iterator[Finding]:
    """Find whose law governs."""
    for span in script.sentences:
        said = script.said(span)
        if not _ABOUT.search(said) or is_contents(said):
            continue
        for form, score in _FORMS:
            found = form.search(said)
            if found is None or _ORGANISED.search(said[max(_at(found) - 90, 0) : _at(found)]):
                continue
            about = (
                0.03
                if re.search(r"this (?:\w+ )?(?:agreement|contract|addendum|amendment|lease|order|msa)", said, _I)
                else 0.0
            )
            yield _finding(span, found, min(score + about, 0.98) - span.start / max(len(script.text), 1) * 0.01)
            break


_PEOPLES = {
    "english": "England",
    "scots": "Scotland",
    "scottish": "Scotland",
    "irish": "Ireland",
    "dutch": "Netherlands",
    "german": "Germany",
    "swiss": "Switzerland",
    "french": "France",
    "israeli": "Israel",
    "canadian": "Canada",
    "belgian": "Belgium",
    "swedish": "Sweden",
    "danish": "Denmark",
    "norwegian": "Norway",
    "finnish": "Finland",
}


def _at(found: re.Match[str]) -> int:
    return found.start("people" if found.groupdict().get("people") else "place")


def _finding(span: Span, found: re.Match[str], score: float) -> Finding:
    groups = found.groupdict()
    place = _PEOPLES[found["people"].lower()] if groups.get("people") else " ".join(found["place"].split())
    place = place[4:] if place.lower().startswith("the ") else place
    place = (
        place.title().replace(" Of ", " of ").replace(" And ", " and ")
        if place.isupper() and len(place) > _ACRONYM
        else place
    )
    return Finding(FieldName.GOVERNING_LAW, place, span.start + _at(found), span.start, span.end, score)
