"""How well the search finds: fifty questions to the sample data, in other words than the records' and in their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from netos_core.kernel.context import Channel, Context
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from netos_core.search import queries
from netos_core.search.schemas import Search
from tests.database import TestServer

TOP = 3

# What somebody asks who does not know the words of the records, and a part of the title that answers it (or of either).
PARAPHRASED = [
    ("where do carriers meet in Indianapolis", "Henry Street"),
    ("our peering facility in Chicago", "Cermak"),
    ("mountain site that is hard to get to in winter", "Brown County Tower"),
    ("who keeps the key for the ridge tower", "Brown County Tower"),
    ("backup link over the cellular network for the bank", "Verizon wireless"),
    ("medical center customer", "Riverbend Health|Wabash Valley Hospital"),
    ("school district", "Tippecanoe School Corporation"),
    ("university campus", "Limestone State University"),
    ("library in Anderson", "Anderson Public Library"),
    ("rooftop antennas downtown", "Salesforce Tower Rooftop"),
    ("unlit glass between our two core sites", "dark fiber"),
    ("long lease of strands, right of use", "Right of use"),
    ("carrier wants to shut down copper lines", "copper retirement"),
    ("incomplete paperwork with AT&T", "AT&T master agreement|Master agreement on file"),
    ("customer pays less than we pay the carrier", "We bill 155.00"),
    ("road blocked by ice", "Road closes in ice"),
    ("cutoff time for ordering cross connects", "Cross-connect orders close"),
    ("headquarters and operations center building", "Xiber Headquarters"),
    ("credit union wants a redundant route", "Diverse path|EVST/ELN/004102"),
    ("trucking and shipping company", "Ohio River Logistics"),
    ("insurance company office", "Whitewater Insurance"),
    ("advertising agency", "Monon Marketing"),
    ("city government building", "Kokomo City Hall|City of Kokomo"),
    ("fastest internet transit uplink in Chicago", "Cogent ip transit 3-3029188"),
    ("factory for motors", "Bartholomew Engine"),
]

# Ids, names and places as they stand in a mail or on the phone, some with a slip.
SPELLED = [
    ("66/KXGS/204118//LVLC", "66/KXGS/204118//LVLC"),
    ("66KXGS204118LVLC", "66/KXGS/204118//LVLC"),
    ("kxgs 204118", "66/KXGS/204118//LVLC"),
    ("66/KXGS/204181//LVLC", "66/KXGS/204118//LVLC"),
    ("OGYX/204471//ZYO", "OGYX/204417//ZYO"),
    ("OGYX 204417", "OGYX/204417//ZYO"),
    ("3-302918844", "3-302918844"),
    ("3-302981844", "3-302918844"),
    ("IFN-W10-0231", "IFN-W10-00231"),
    ("MNET-ETH-O04720", "MNET-ETH-004720"),
    ("HLW-EVPL-1198", "HLW-EVPL-1189"),
    ("SO-ZAY-20417", "100 G wave to Chicago"),
    ("LUM-SO-204377", "Wave to Cincinnati"),
    ("733 W Henry St", "Henry Street"),
    ("350 E Cermak", "Cermak"),
    ("Evrstream", "Everstream"),
    ("Comast Business", "Comcast Business"),
    ("CenturyLink", "Lumen"),
    ("Riverbend Helth", "Riverbend Health"),
    ("Tipecanoe schools", "Tippecanoe"),
    ("IPLSINXA", "Indy Telcom Henry Street"),
    ("XE-116", "Wabash Valley Hospital Terre Haute"),
    ("XC-10073", "Monon Marketing Group"),
    ("noblesvile tower", "Noblesville Tower"),
    ("salesforce tower", "Salesforce Tower"),
]


@pytest.fixture(scope="module")
def ctx(database_server: TestServer) -> Iterator[Context]:
    with database_server.clone(of=database_server.sample) as url:
        core = Core(Settings(database_url=url, demo=True))
        with core.context(core.principal("dana.whitfield@xiber.example"), Channel.AGENT) as context:
            yield context
        core.close()


def _missed(ctx: Context, asked: list[tuple[str, str]], *, by_meaning: bool = True) -> list[str]:
    missed = []
    for words, wanted in asked:
        hits = queries.search(ctx, Search(query=words, limit=TOP), by_meaning=by_meaning).hits
        told = [f"{hit.title} {hit.detail}".lower() for hit in hits]
        if not any(one.lower() in text for one in wanted.split("|") for text in told):
            missed.append(f"{words!r}: {[hit.title for hit in hits]}")
    return missed


def test_what_is_asked_in_other_words_is_among_the_first_three(ctx: Context) -> None:
    missed = _missed(ctx, PARAPHRASED)
    assert len(missed) <= len(PARAPHRASED) * 0.15, missed


def test_ids_names_and_slips_are_among_the_first_three(ctx: Context) -> None:
    missed = _missed(ctx, SPELLED)
    assert len(missed) <= len(SPELLED) * 0.05, missed


def test_meaning_takes_nothing_from_what_words_find(ctx: Context) -> None:
    with_it, without = _missed(ctx, SPELLED), _missed(ctx, SPELLED, by_meaning=False)
    assert len(with_it) <= len(without), set(with_it) - set(without)
    assert len(_missed(ctx, PARAPHRASED)) < len(_missed(ctx, PARAPHRASED, by_meaning=False))
