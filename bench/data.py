"""A believable plant of any size as five sheets, the same for the same day and size."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

SEED = 20261122
SITES, CUSTOMERS = 900, 320

PROVIDERS = (
    ("Lakeshore Fiber Networks", "LFN", 24),
    ("Meridian Telecom", "MDT", 18),
    ("Great Plains Lightwave", "GPL", 12),
    ("Crossroads Communications", "XRC", 10),
    ("Wabash Valley Fiber", "WVF", 8),
    ("Union Carrier Services", "UCS", 7),
    ("Blue River Broadband", "BRB", 6),
    ("Ohio Valley Transport", "OVT", 5),
    ("Northgate Exchange", "NGX", 4),
    ("Summit Wholesale", "SMW", 3),
    ("Prairie Rural Telephone Cooperative", "PRT", 2),
    ("Cardinal Dark Fiber", "CDF", 1),
)
"""Name, the code its circuit ids end in, and its share of the circuits."""

TOWNS = (
    ("Indianapolis", "IN", "46204", 39.7684, -86.1581, 16), ("Fort Wayne", "IN", "46802", 41.0793, -85.1394, 9),
    ("Evansville", "IN", "47708", 37.9716, -87.5711, 6), ("South Bend", "IN", "46601", 41.6764, -86.2520, 5),
    ("Carmel", "IN", "46032", 39.9784, -86.1180, 4), ("Bloomington", "IN", "47404", 39.1653, -86.5264, 4),
    ("Lafayette", "IN", "47901", 40.4167, -86.8753, 4), ("Muncie", "IN", "47305", 40.1934, -85.3864, 3),
    ("Terre Haute", "IN", "47807", 39.4667, -87.4139, 3), ("Kokomo", "IN", "46901", 40.4864, -86.1336, 2),
    ("Anderson", "IN", "46016", 40.1053, -85.6803, 2), ("Elkhart", "IN", "46516", 41.6820, -85.9767, 2),
    ("Columbus", "IN", "47201", 39.2014, -85.9214, 2), ("Jeffersonville", "IN", "47130", 38.2776, -85.7372, 2),
    ("Columbus", "OH", "43215", 39.9612, -82.9988, 7), ("Cincinnati", "OH", "45202", 39.1031, -84.5120, 6),
    ("Dayton", "OH", "45402", 39.7589, -84.1916, 4), ("Toledo", "OH", "43604", 41.6528, -83.5379, 3),
    ("Louisville", "KY", "40202", 38.2527, -85.7585, 5), ("Lexington", "KY", "40507", 38.0406, -84.5037, 3),
    ("Chicago", "IL", "60605", 41.8781, -87.6298, 8), ("Champaign", "IL", "61820", 40.1164, -88.2434, 2),
    ("Peoria", "IL", "61602", 40.6936, -89.5890, 2), ("Kalamazoo", "MI", "49007", 42.2917, -85.5872, 2),
    ("Grand Rapids", "MI", "49503", 42.9634, -85.6681, 3),
)  # fmt: skip
STREETS = (
    "Henry St", "Meridian St", "Lima Rd", "Keystone Ave", "Monroe St", "Capitol Ave", "Walnut St", "Jefferson Blvd",
    "Commerce Dr", "Industrial Pkwy", "Campus Way", "Airport Rd", "Harrison St", "Franklin Rd", "Lakeview Ct",
    "Hospital Dr", "College Ave", "Market St", "Depot St", "Mill Rd",
)  # fmt: skip
KINDS = (("endpoint", 70), ("pop", 12), ("data_center", 6), ("tower", 8), ("office", 4))
FIRST = (
    "Harbor", "Maple", "Cedar", "Summit", "Riverside", "Heritage", "Lakeview", "Pioneer", "Liberty", "Fairfield",
    "Northside", "Prairie", "Crescent", "Beacon", "Whitewater", "Sycamore", "Tippecanoe", "Hoosier", "Landmark", "Kent",
)  # fmt: skip
SECOND = (
    "Apartments", "Credit Union", "Manufacturing", "Health Partners", "School District", "Logistics", "Foods",
    "Hotel Group", "Dental", "Public Library", "Plastics", "Auto Group", "Property Management", "Law Offices", "Farms",
    "Retail Group",
)  # fmt: skip
SERVICES = (
    ("DIA", (100, 200, 500, 1000, 2000), 26), ("EPL", (100, 500, 1000, 10000), 20),
    ("Wave", (10000, 100000), 14), ("EVPL", (50, 100, 500, 1000), 12), ("IP Transit", (10000, 100000), 6),
    ("Broadband", (100, 300, 1000), 14), ("Dark Fiber", (), 6), ("Private Line", (1000, 10000), 2),
)  # fmt: skip
STATUSES = (
    ("Active", 88), ("Provisioning", 4), ("Ordered", 2), ("Planned", 1), ("Offline", 1), ("Decommissioned", 4)
)  # fmt: skip
CLAUSES = ("Auto renew", "Month to month", "Auto disconnect")
PER_CONTRACT = (1, 2, 3, 4, 5, 6, 8, 12)


@dataclass(frozen=True, slots=True)
class Circuit:
    """What calls are made up from."""

    circuit_id: str
    provider: str


@dataclass(frozen=True, slots=True)
class Rows:
    """The data set as the lines of its sheets."""

    customers: Sequence[tuple[object, ...]]
    sites: Sequence[tuple[object, ...]]
    circuits: Sequence[tuple[object, ...]]
    contracts: Sequence[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Sheets:
    """The data set as files, in the order they are brought in, and the circuits to ask for."""

    providers: bytes
    customers: bytes
    sites: bytes
    circuits: bytes
    contracts: bytes
    asked: Sequence[Circuit]


def rows_of(circuits: int, today: date, *, sites: int = SITES, customers: int = CUSTOMERS) -> Rows:
    """Make the lines of a plant of that size."""
    rng = random.Random(SEED)  # noqa: S311 - the same data every time is the point
    places = _sites(rng, sites)
    parties = _customers(rng, customers)
    lines = _circuits(rng, circuits, [row[1] for row in places], [row[0] for row in parties], today)
    return Rows(parties, places, lines, _contracts(rng, lines, today))


def make(circuits: int, today: date) -> Sheets:
    """Make the sheets of a plant with so many circuits."""
    rows = rows_of(circuits, today)
    return Sheets(
        _sheet(("Provider", "NOC Phone", "NOC Email", "Portal URL"), providers()),
        _sheet(("Customer Name", "Account Number", "Type", "City", "State"), rows.customers),
        _sheet(
            ("Site ID", "Site Name", "Site Type", "Address", "City", "State", "Zip", "Latitude", "Longitude"),
            rows.sites,
        ),
        _sheet(
            (
                "Circuit ID", "Carrier", "Service", "Bandwidth", "A Location", "Z Location", "Customer", "MRC", "NRC",
                "Install Date", "Order Number", "Status",
            ),
            rows.circuits,
        ),
        _sheet(
            (
                "Contract Number", "Provider", "Title", "Start Date", "Term (months)", "End of Term",
                "Renewal Term (months)", "Notice Period", "Circuit IDs",
            ),
            rows.contracts,
        ),
        [Circuit(str(row[0]), str(row[1])) for row in rows.circuits],
    )  # fmt: skip


def _sheet(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode()


def providers() -> list[tuple[object, ...]]:
    return [
        (name, f"+1 800 555 {1000 + at:04d}", f"noc@{code.lower()}.example", f"https://portal.{code.lower()}.example")
        for at, (name, code, _) in enumerate(PROVIDERS)
    ]


def _sites(rng: random.Random, count: int) -> list[tuple[object, ...]]:
    towns = rng.choices(TOWNS, [town[5] for town in TOWNS], k=count)
    kinds = rng.choices([kind for kind, _ in KINDS], [share for _, share in KINDS], k=count)
    made: list[tuple[object, ...]] = []
    for at, ((city, state, postal, lat, lon, _), kind) in enumerate(zip(towns, kinds, strict=True)):
        street = STREETS[rng.randrange(len(STREETS))]
        number = 100 + at * 7 % 8900
        name = f"{number} {street}, {city} {state}" if kind == "endpoint" else f"{city} {street} {kind.upper()} {at}"
        spread = (round(lat + rng.uniform(-0.09, 0.09), 6), round(lon + rng.uniform(-0.09, 0.09), 6))
        made.append((f"XB-{at + 1:04d}", name, kind, f"{number} {street}", city, state, postal, *spread))
    return made


def _customers(rng: random.Random, count: int) -> list[tuple[object, ...]]:
    """Name customers; where the names run out, more of a name are told apart by a number."""
    pairs = [(first, second) for first in FIRST for second in SECOND]
    rng.shuffle(pairs)
    towns = rng.choices(TOWNS, [town[5] for town in TOWNS], k=count)
    made: list[tuple[object, ...]] = []
    for at, town in enumerate(towns):
        (first, second), again = pairs[at % len(pairs)], at // len(pairs)
        name = f"{first} {second} {again + 1}" if again else f"{first} {second}"
        made.append((name, f"A{70000 + at}", "business", town[0], town[1]))
    return made


def _circuits(
    rng: random.Random, count: int, sites: Sequence[object], customers: Sequence[object], today: date
) -> list[tuple[object, ...]]:
    providers = rng.choices(PROVIDERS, [share for _, _, share in PROVIDERS], k=count)
    services = rng.choices(SERVICES, [share for _, _, share in SERVICES], k=count)
    statuses = rng.choices([s for s, _ in STATUSES], [share for _, share in STATUSES], k=count)
    made: list[tuple[object, ...]] = []
    for at, ((name, code, _), (service, speeds, _), status) in enumerate(
        zip(providers, services, statuses, strict=True)
    ):
        number = 100_000 + at * 61 % 899_981  # 61 and the prime modulus share no factor, so no number comes twice
        circuit_id = (
            f"{10 + at % 89}/KFGS/{number}//{code}",
            f"OGYX/{number}//{code}",
            f"{code}-ETH-{number}",
            f"DHEC.{number}.{at % 900:03d}.{code}",
        )[at % 4]
        mbps = rng.choice(speeds) if speeds else 0
        speed = "" if not mbps else f"{mbps // 1000} Gbps" if mbps >= 1000 else f"{mbps} Mbps"  # noqa: PLR2004
        internet = service in {"DIA", "IP Transit", "Broadband"}
        mrc = "" if rng.random() < 0.03 else f"${rng.randint(90, 420) + (mbps**0.55) * rng.uniform(6, 14):,.2f}"  # noqa: PLR2004
        nrc = rng.choice(("0.00", "0.00", "250.00", "1500.00"))
        installed = "" if status in {"Planned", "Ordered"} else (today - timedelta(rng.randint(20, 3000))).isoformat()
        z_end = "Internet" if internet else rng.choice(sites)
        customer = rng.choice(customers) if rng.random() < 0.85 else ""  # noqa: PLR2004
        order = f"SO{at + 400_000}"
        made.append(
            (circuit_id, name, service, speed, rng.choice(sites), z_end, customer, mrc, nrc, installed, order, status)
        )
    return made


def _contracts(rng: random.Random, circuits: Sequence[Sequence[object]], today: date) -> list[tuple[object, ...]]:
    """Write orders of a few circuits each, ending from two years back to four ahead: every state occurs."""
    by_provider: dict[object, list[object]] = {}
    for row in circuits:
        if rng.random() < 0.95:  # noqa: PLR2004 - the rest has no contract on file
            by_provider.setdefault(row[1], []).append(row[0])
    codes = {name: code for name, code, _ in PROVIDERS}
    made: list[tuple[object, ...]] = []
    for name, ids in by_provider.items():
        left = list(ids)
        while left:
            taken = [left.pop() for _ in range(min(len(left), rng.choice(PER_CONTRACT)))]
            term = rng.choice((12, 24, 36, 36, 60))
            days_left = -rng.randint(1, 700) if rng.random() < 0.2 else rng.randint(0, 30 * term)  # noqa: PLR2004
            ends = today + timedelta(days_left)
            start = date(ends.year - term // 12, ends.month, min(ends.day, 28))
            clause = rng.choices(CLAUSES, (6, 3, 1))[0]
            notice = rng.choice(("90 days", "60 days", "30 days", "3 months", "180 days", ""))
            renewal = 12 if clause == "Auto renew" else ""
            number = f"{codes[str(name)]}-{start.year}-{len(made) + 1:05d}"
            title = f"{name} order {number}"
            row = (number, name, title, start.isoformat(), term, clause, renewal, notice, "; ".join(map(str, taken)))
            made.append(row)
    return made
