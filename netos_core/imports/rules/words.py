"""The words of our enumerations, and what carriers and spreadsheets say for them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .cells import CellProblem, Empty, parse_short
from .grid import Cell


@dataclass(frozen=True, slots=True)
class ServiceType:
    """Our service type and the words of the cell it stands for."""

    kind: str
    original: str


def _words(table: dict[str, str]) -> dict[str, str]:
    return {" ".join(_key(word)): kind for kind, words in table.items() for word in words.split(";")}


def _key(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.casefold())


_STATUS_WORDS = _words(
    {
        "planned": "planned;plan;proposed;quoted;future;design;designing;pre order;budgeted;planning;approved",
        "ordered": "ordered;order placed;on order;order submitted;submitted;placed;pending order;acknowledged;"
        "order accepted;pending foc;foc received",
        "provisioning": "provisioning;pending;pending install;pending installation;installing;in progress;"
        "in provisioning;pending activation;pending active;turn up;turnup;delivered;install;installation;"
        "building;under construction;construction;in construction;implementing;implementation;staged;"
        "pending turn up;pending change",
        "active": "active;live;in service;inservice;in use;installed;up;on;operational;production;in production;"
        "billing;completed;complete;activated;enabled;working;act;a;ok;current;lit;online;renewed;"
        "active billing",
        "offline": "offline;down;out of service;oos;suspended;outage;inactive;disabled;on hold;hold;failed;suspend",
        "deprovisioning": "deprovisioning;pending disconnect;pending disconnection;disconnecting;"
        "disconnect pending;pending termination;pending terminate;disco pending;pending cancel;"
        "pending cancellation;disconnect ordered;disconnect requested;disconnect submitted;to be disconnected;"
        "pending disco;decommissioning;pending decom",
        "decommissioned": "decommissioned;disconnected;disco;disc;disconnect;terminated;retired;decom;deactivated;"
        "removed;ceased;closed;expired;decomm;deleted;termed;d",
        "cancelled": "cancelled;canceled;cancel;void;voided;withdrawn;rejected;declined;cancelled order;"
        "order cancelled;order canceled",
    }
)
STATUSES = ("planned", "ordered", "provisioning", "active", "offline", "deprovisioning", "decommissioned", "cancelled")

_SERVICE_WORDS = _words(
    {
        "dia": "dia;dedicated internet;dedicated internet access;internet access;internet;eia;ethernet internet;"
        "ethernet dia;fiber internet;dedicated internet service;iod;ethernet internet access;managed internet;"
        "dedicated access",
        "ip_transit": "ip transit;transit;iptransit;ip;upstream;bgp transit;wholesale internet;hsip;wholesale ip",
        "broadband": "broadband;cable;coax;dsl;adsl;vdsl;fios;ftth;cable modem;business internet;cable internet;"
        "hfc;pon;gpon;broadband internet;best effort;shared internet;business broadband;hsi;"
        "high speed internet;cable broadband",
        "epl": "epl;ethernet private line;e line;eline;ptp ethernet;point to point ethernet;p2p;ptp;"
        "point to point;switched ethernet;metro ethernet;metroe;metro e;ethernet;p2p ethernet;ethernet p2p;"
        "ethernet transport;layer 2;l2;ethernet line",
        "evpl": "evpl;ethernet virtual private line;evc;ethernet virtual circuit;elan;e lan;ep lan;evp lan;vpls;"
        "e tree;enni;ethernet virtual private lan;nni;uni",
        "wave": "wave;wavelength;wavelengths;dwdm;lambda;optical wave;waves;cwdm;optical wavelength;wave service;otn",
        "dark_fiber": "dark fiber;dark fibre;darkfiber;df;fiber lease;fiber;fibre;fiber pair;unlit fiber;leased fiber",
        "mpls": "mpls;ip vpn;ipvpn;l3vpn;mpls vpn;vpn;layer 3 vpn;avpn;mpls ipvpn;pip;private ip",
        "private_line": "private line;pl;t1;ds1;t3;ds3;tdm;leased line;oc3;oc12;oc48;oc192;oc 3;oc 12;oc 48;"
        "oc 192;sonet;ds0;dedicated line;point to point t1;tls;e1;private lines;special access",
        "voice": "voice;sip;sip trunk;sip trunks;sip trunking;pri;isdn;isdn pri;pots;voip;telephone;phone;"
        "phone line;did;dids;1fb;toll free;long distance;local voice;ucaas;hosted voice;hosted pbx;centrex;"
        "voice pri;fax line;analog line;b1;bri",
        "wireless": "wireless;lte;4g;5g;cellular;fixed wireless;mobile;rf;microwave;satellite;starlink;vsat;wisp;"
        "4g lte;5g lte;cell;mobility;wireless backup;licensed microwave;fwa;leo;wireless internet",
        "iru": "iru;indefeasible right of use;fiber iru;dark fiber iru",
        "colo": "colo;colocation;co location;collocation;data center;cabinet;rack;rack space;cage;hosting;"
        "datacenter;colo rack",
        "cross_connect": "cross connect;crossconnect;xconnect;x connect;xc;cross connects;cross connection;"
        "fiber cross connect;interconnect;interconnection;xconn",
        "other": "other;misc;miscellaneous;equipment;maintenance;tower lease;power",
    }
)
SERVICE_TYPES = (
    "dia", "ip_transit", "broadband", "epl", "evpl", "wave", "dark_fiber", "mpls", "private_line", "voice", "wireless",
    "iru", "colo", "cross_connect", "other",
)  # fmt: skip
# Longer phrases are looked for first, so "dark fiber IRU" is an IRU and "Ethernet private line" is no private line.
# One-word stand-ins such as "ip" or "fiber" name a service only when they are the whole cell.
_LOOSE = frozenset(
    [
        "ip",
        "cell",
        "a",
        "pl",
        "df",
        "fiber",
        "fibre",
        "internet",
        "ethernet",
        "vpn",
        "uni",
        "nni",
        "power",
        "rack",
        "phone",
        "mobile",
        "cable",
        "layer 2",
        "l2",
        "upstream",
    ]
)
_SERVICE_PHRASES = sorted(
    (p for p in _SERVICE_WORDS if p not in _LOOSE and len(p) > 1), key=lambda p: (-p.count(" "), -len(p))
)
_SERVICE_PATTERN = re.compile(r"\b(?:" + "|".join(re.escape(phrase) for phrase in _SERVICE_PHRASES) + r")\b")
_SERVICE_FALLBACKS = (("internet", "dia"), ("fiber", "dark_fiber"), ("fibre", "dark_fiber"), ("ethernet", "epl"))


def parse_status(cell: Cell) -> str | Empty | CellProblem:
    """Read a circuit's status into ours."""
    text = parse_short(cell)
    if not isinstance(text, str):
        return text
    status = _STATUS_WORDS.get(" ".join(_key(text)))
    if status is None:
        return CellProblem("unknown_status", f"The cell is not a status. Allowed: {', '.join(STATUSES)}.")
    return status


def parse_service_type(cell: Cell) -> ServiceType | Empty | CellProblem:
    """Read a service into our type, keeping its own words; an unknown one is `other`."""
    text = parse_short(cell)
    if not isinstance(text, str):
        return text
    return ServiceType(known_service(text) or "other", text)


def known_service(text: str) -> str | None:
    """Name our type for a service, or none if no word of it is known."""
    words = " ".join(_key(text))
    found = _SERVICE_WORDS.get(words)
    if found is not None:
        return found
    if words.replace(" ", "_") in SERVICE_TYPES:
        return words.replace(" ", "_")
    if match := _SERVICE_PATTERN.search(words):
        return _SERVICE_WORDS[match[0]]
    return next((kind for word, kind in _SERVICE_FALLBACKS if word in words.split()), None)


_END_OF_TERM_WORDS = (
    (
        "autoRenew",
        re.compile(
            r"auto\S*[\s-]*(?:matic\w*\s+)?(?:re-?new|extend)|\bautorenew\b|^renews?\b|successive", re.IGNORECASE
        ),
    ),
    (
        "autoDisconnect",
        re.compile(r"disconnect|terminat|expire|\bends?\b|cease|does not renew|no renewal", re.IGNORECASE),
    ),
    ("roll", re.compile(r"month[\s-]*to[\s-]*month|\bmtm\b|\bm2m\b|evergreen|\broll", re.IGNORECASE)),
)


def parse_end_of_term(cell: Cell) -> str | Empty | CellProblem:
    """Read what happens at the end of a term: `roll`, `autoRenew`, `autoDisconnect`."""
    text = parse_short(cell)
    if not isinstance(text, str):
        return text
    found = next((name for name, pattern in _END_OF_TERM_WORDS if pattern.search(text)), None)
    return found or CellProblem("unknown_end_of_term", "The cell is not one of: roll, autoRenew, autoDisconnect.")


STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia",
    "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas",
    "KY": "Kentucky", "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan",
    "MN": "Minnesota", "MS": "Mississippi", "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada",
    "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico", "NY": "New York", "NC": "North Carolina",
    "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania",
    "RI": "Rhode Island", "SC": "South Carolina", "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas",
    "UT": "Utah", "VT": "Vermont", "VA": "Virginia", "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin",
    "WY": "Wyoming", "PR": "Puerto Rico", "VI": "Virgin Islands", "GU": "Guam", "AS": "American Samoa",
    "MP": "Northern Mariana Islands",
}  # fmt: skip
_STATE_NAMES = {name.casefold(): code for code, name in STATES.items()}


def parse_state(cell: Cell) -> str | Empty | CellProblem:
    """Read a US state into its two letters."""
    text = parse_short(cell)
    if not isinstance(text, str):
        return text
    code = text.upper().replace(".", "")
    if code in STATES:
        return code
    found = _STATE_NAMES.get(text.casefold())
    return found or CellProblem("not_a_state", "The cell is not a US state. Write its two letters.")
