"""Cells as people type them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netos_core.imports.rules import cells, words
from netos_core.imports.rules.cells import CellProblem, Empty, NoticePeriod, PostalCode
from netos_core.imports.rules.dates import DateOrder, date_order, parse_date
from netos_core.imports.rules.quantities import Bandwidth, StatedAmount, parse_bandwidth, parse_money

MONEY = [
    ("$1,234.50/mo", "1234.50", None, "month"),
    ("1234.5", "1234.5", None, None),
    (1234.5, "1234.5", None, None),
    (99, "99", None, None),
    ("USD 99", "99", "USD", None),
    ("99 USD", "99", "USD", None),
    ("(45.00)", "-45.00", None, None),
    ("-$45", "-45", None, None),
    ("$-45.00", "-45.00", None, None),
    ("45.00-", "-45.00", None, None),
    ("45.00 CR", "-45.00", None, None),
    ("€ 12,50", "12.50", "EUR", None),
    ("1.234,50 €", "1234.50", "EUR", None),
    ("1 234,50", "1234.50", None, None),
    ("1'234.50", "1234.50", None, None),
    ("£1,200", "1200", "GBP", None),
    ("$1,234,567", "1234567", None, None),
    ("$ 500.00 per month", "500.00", None, "month"),
    ("$1,200/yr", "1200", None, "year"),
    ("C$75", "75", "CAD", None),
    ("$ -", "0", None, None),
    ("US$10.00", "10.00", "USD", None),
    ("$250 one-time", "250", None, "once"),
    ("1.234.567", "1234567", None, None),
    (" $ 1,000 ", "1000", None, None),
    (".50", "0.50", None, None),
    ("−45.00", "-45.00", None, None),
    ("1,234.50 MRC", "1234.50", None, "month"),
    (0.1 + 0.2, "0.3", None, None),
]


@pytest.mark.parametrize(("cell", "amount", "currency", "cadence"), MONEY)
def test_money(cell, amount, currency, cadence) -> None:
    assert parse_money(cell) == StatedAmount(Decimal(amount), currency, cadence)


@pytest.mark.parametrize("cell", ["", None, "—", "-", "N/A", "n/a", "TBD", "none", "#N/A", " "])
def test_words_for_nothing_are_empty(cell) -> None:
    assert isinstance(parse_money(cell), Empty)
    assert isinstance(parse_date(cell), Empty)
    assert isinstance(parse_bandwidth(cell), Empty)


@pytest.mark.parametrize(
    "cell", ["call me", "1,23", "12,34,56", "€1.234", "€1,234", "1.2.3", "$", True, "1e5", "=1+1", "#REF!", "10%"]
)
def test_what_is_no_certain_amount_is_a_problem(cell) -> None:
    if cell == "1,23":
        assert parse_money(cell) == StatedAmount(Decimal("1.23"))
    else:
        assert isinstance(parse_money(cell), CellProblem)


BANDWIDTHS = [
    ("1 Gig", None, "1000"),
    ("10G", None, "10000"),
    ("100 Mb", None, "100"),
    ("1.5M", None, "1.5"),
    ("T1", None, "1.544"),
    ("DS-3", None, "44.736"),
    ("OC-3", None, "155.52"),
    ("OC48", None, "2488.32"),
    ("500/500", None, "500"),
    ("1000", None, "1000"),
    ("10000", "kbps", "10"),
    (1000000, "kbps", "1000"),
    ("1,000 Mbps", None, "1000"),
    ("10 GbE", None, "10000"),
    ("GigE", None, "1000"),
    ("2 x 10G", None, "20000"),
    ("3xT1", None, "4.632"),
    ("100 Meg", None, "100"),
    ("1Gbps", None, "1000"),
    ("50M/10M", None, "50"),
    ("1000/50 Mbps", None, "1000"),
    ("up to 1 Gbps", None, "1000"),
    ("64k", None, "0.064"),
    ("1.544 Mbps", None, "1.544"),
    ("100 Gbps", None, "100000"),
    ("10", "gbps", "10000"),
    ("20 Mbit/s", None, "20"),
    ("1 Gb/s", None, "1000"),
    ("E1", None, "2.048"),
    ("STM-1", None, "155.52"),
    (100.0, None, "100"),
    ("10GE", None, "10000"),
]


@pytest.mark.parametrize(("cell", "unit", "mbps"), BANDWIDTHS)
def test_bandwidth(cell, unit, mbps) -> None:
    found = parse_bandwidth(cell, unit)
    assert isinstance(found, Bandwidth)
    assert found.mbps == Decimal(mbps)


@pytest.mark.parametrize("cell", ["fast", "0", "-5M", "1000000000", "10 apples", "500000", "/"])
def test_what_is_no_bandwidth_is_a_problem(cell) -> None:
    assert isinstance(parse_bandwidth(cell), CellProblem)


DATES = [
    "2024-03-15",
    "3/15/2024",
    "03/15/24",
    "15-Mar-24",
    "Mar 15 2024",
    "March 15, 2024",
    "15 March 2024",
    "20240315",
    20240315,
    45366,
    "45366",
    45366.0,
    datetime(2024, 3, 15, 8, 0, tzinfo=UTC),
    date(2024, 3, 15),
    "2024-03-15T00:00:00Z",
    "3/15/2024 12:00:00 AM",
    "2024/3/15",
    "Fri, Mar 15, 2024",
    "15th of March 2024",
    "2024-Mar-15",
    "3-15-2024",
    "15MAR2024",
    "Mar-15-24",
    "2024-03-15 00:00:00+00:00",
]


@pytest.mark.parametrize("cell", DATES)
def test_dates_of_all_kinds(cell) -> None:
    assert parse_date(cell) == date(2024, 3, 15)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("2/30/2024", "impossible_date"),
        ("2024-13-01", "impossible_date"),
        ("soon", "not_a_date"),
        ("1/1/0001", "date_out_of_range"),
        (7, "not_a_date"),
        (True, "not_a_date"),
    ],
)
def test_impossible_dates_are_problems(cell, code) -> None:
    found = parse_date(cell)
    assert isinstance(found, CellProblem)
    assert found.code == code


@pytest.mark.parametrize("cell", ["00/00/0000", "0", 0, "9999-12-31", "12/31/9999", "MTM", "month to month", "pending"])
def test_dates_that_say_there_is_none(cell) -> None:
    found = parse_date(cell)
    assert isinstance(found, Empty)
    assert found.reason


@pytest.mark.parametrize(
    ("column", "day_first", "noted"),
    [
        (["3/4/2024", "13/4/2024"], True, False),
        (["3/4/2024", "3/14/2024"], False, False),
        (["3/4/2024", "5/6/2024"], False, True),
        (["13/4/2024", "14/4/2024", "4/15/2024"], True, True),
        (["2024-01-02"], False, False),
        ([], False, False),
        (["5/5/2024"], False, False),
    ],
)
def test_day_or_month_first_is_decided_by_the_column(column, day_first, noted) -> None:
    order = date_order(column)
    assert (order.day_first, order.note is not None) == (day_first, noted)


def test_a_day_first_column_reads_day_first() -> None:
    assert parse_date("3/4/2024", DateOrder(day_first=True)) == date(2024, 4, 3)
    assert isinstance(parse_date("4/15/2024", DateOrder(day_first=True)), CellProblem)


TABLE = [
    (cells.parse_bool, "Yes", True),
    (cells.parse_bool, "n", False),
    (cells.parse_bool, True, True),
    (cells.parse_bool, "yes - 12 months", True),
    (cells.parse_bool, 1, True),
    (cells.parse_bool, "maybe", "not_yes_or_no"),
    (cells.parse_integer, "1,200", 1200),
    (cells.parse_integer, 36.0, 36),
    (cells.parse_integer, "1.5", "not_a_whole_number"),
    (cells.parse_integer, "x", "not_a_whole_number"),
    (cells.parse_percent, "3%", Decimal(3)),
    (cells.parse_percent, 0.03, Decimal(3)),
    (cells.parse_percent, "x", "not_a_percentage"),
    (cells.parse_months, "36 months", 36),
    (cells.parse_months, "3 years", 36),
    (cells.parse_months, "3-yr", 36),
    (cells.parse_months, 36.0, 36),
    (cells.parse_months, "MTM", Empty("month to month")),
    (cells.parse_months, "long", "not_months"),
    (cells.parse_notice, "90 days", NoticePeriod(90, "days")),
    (cells.parse_notice, "60", NoticePeriod(60, "days")),
    (cells.parse_notice, "3 months", NoticePeriod(3, "months")),
    (cells.parse_notice, "30 business days", NoticePeriod(30, "business_days")),
    (cells.parse_notice, "ninety (90) days", NoticePeriod(90, "days")),
    (cells.parse_notice, "90 days prior to end of term", NoticePeriod(90, "days")),
    (cells.parse_notice, "30-60 days", "not_a_notice_period"),
    (cells.parse_latitude, "39.77", Decimal("39.77")),
    (cells.parse_latitude, "91", "latitude_out_of_range"),
    (cells.parse_longitude, "86.15 W", Decimal("-86.15")),
    (cells.parse_longitude, "north", "not_a_longitude"),
    (cells.parse_postal_code, "46204", PostalCode("46204")),
    (cells.parse_postal_code, "46204-1234", PostalCode("46204", "1234")),
    (cells.parse_postal_code, "K1A 0B1", PostalCode("K1A 0B1")),
    (cells.parse_postal_code, "12", "not_a_postal_code"),
    (cells.parse_postal_code, "Reno", "not_a_postal_code"),
    (cells.parse_plus4, 7.0, "0007"),
    (words.parse_state, "indiana", "IN"),
    (words.parse_state, "N.Y.", "NY"),
    (words.parse_state, "ZZ", "not_a_state"),
    (words.parse_status, "In Service", "active"),
    (words.parse_status, "Disco'd", "unknown_status"),
    (words.parse_status, "Disconnected", "decommissioned"),
    (words.parse_status, "Pending Disconnect", "deprovisioning"),
    (words.parse_status, "Canceled", "cancelled"),
    (words.parse_status, "FOC received", "ordered"),
    (words.parse_end_of_term, "auto-renews 1 yr", "autoRenew"),
    (words.parse_end_of_term, "Month-to-month", "roll"),
    (words.parse_end_of_term, "expires", "autoDisconnect"),
    (words.parse_end_of_term, "hm", "unknown_end_of_term"),
    (cells.parse_text, "#REF!", "formula_error"),
    (cells.parse_text, "=1+1", "=1+1"),
    (cells.parse_text, "a  b\n c", "a b c"),
]


@pytest.mark.parametrize(("parse", "cell", "expected"), TABLE)
def test_other_cells(parse, cell, expected) -> None:
    found = parse(cell)
    assert (found.code if isinstance(found, CellProblem) else found) == expected


def test_zeros_a_spreadsheet_ate_are_put_back_with_a_note() -> None:
    found = cells.parse_postal_code(6470.0)
    assert isinstance(found, PostalCode)
    assert found.code == "06470"
    assert found.note


SERVICES = [
    ("Dedicated Internet Access", "dia"),
    ("DIA 1G", "dia"),
    ("Internet Access", "dia"),
    ("IP Transit", "ip_transit"),
    ("MPLS", "mpls"),
    ("Dark Fiber", "dark_fiber"),
    ("Dark Fiber IRU", "iru"),
    ("Ethernet Private Line", "epl"),
    ("EVPL", "evpl"),
    ("100G Wavelength", "wave"),
    ("Cable Modem", "broadband"),
    ("PRI", "voice"),
    ("SIP Trunking", "voice"),
    ("T1", "private_line"),
    ("Cross-Connect", "cross_connect"),
    ("Colocation", "colo"),
    ("4G LTE", "wireless"),
    ("Point-to-Point Ethernet", "epl"),
    ("Fixed Wireless Internet", "wireless"),
    ("dark_fiber", "dark_fiber"),
    ("Snake oil", "other"),
]


@pytest.mark.parametrize(("text", "kind"), SERVICES)
def test_service_types_keep_their_own_words(text: str, kind: str) -> None:
    assert words.parse_service_type(text) == words.ServiceType(kind, text)


def test_our_own_words_are_known() -> None:
    assert [words.parse_status(status) for status in words.STATUSES] == list(words.STATUSES)
    assert [words.known_service(kind) for kind in words.SERVICE_TYPES] == list(words.SERVICE_TYPES)


@given(
    st.decimals(min_value=0, max_value=10**9, places=2),
    st.sampled_from(["{:,.2f}", "${:,.2f}", "USD {:.2f}", "{:.2f} USD", "${:,.2f}/mo", "{:.2f}"]),
)
def test_money_survives_being_written(amount: Decimal, form: str) -> None:
    found = parse_money(form.format(amount))
    assert isinstance(found, StatedAmount)
    assert found.amount == amount


@given(
    st.dates(date(1950, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%m/%d/%Y", "%d-%b-%Y", "%B %d, %Y", "%Y%m%d", "%b %d %Y"]),
)
def test_dates_survive_being_written(day: date, form: str) -> None:
    assert parse_date(day.strftime(form)) == day
    assert parse_date(float((day - date(1899, 12, 30)).days)) == day


@given(
    st.integers(1, 9_999_999), st.sampled_from([("{} kbps", "0.001"), ("{} Mbps", "1"), ("{:,} Mb", "1"), ("{}M", "1")])
)
def test_bandwidths_survive_being_written(number: int, form: tuple[str, str]) -> None:
    found = parse_bandwidth(form[0].format(number))
    assert isinstance(found, Bandwidth)
    assert found.mbps == number * Decimal(form[1])


@given(st.one_of(st.text(max_size=40), st.floats(), st.integers(), st.booleans(), st.none()))
def test_no_cell_breaks_a_parser(cell) -> None:
    for parse in (parse_money, parse_date, parse_bandwidth, *{row[0] for row in TABLE}, words.parse_service_type):
        parse(cell)


@pytest.mark.parametrize(
    "text", ["1" * 32_000 + "x", "a@" + "." * 32_000 + "@", "1," * 16_000, "(" * 32_000, "2/" * 16_000]
)
def test_pages_of_text_cost_no_time(text: str) -> None:
    for parse in (parse_money, parse_date, parse_bandwidth, *{row[0] for row in TABLE} - {cells.parse_text}):
        assert isinstance(parse(text), CellProblem)
