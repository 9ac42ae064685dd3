"""Order forms whose values stand with labels, each with what it says and what it does not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.extraction.paper import Paper
from tests.extraction.sheet import Sheet, scan


def wave_order() -> Paper:
    s = Sheet()
    s.headline("Granite Peak Fiber, LLC")
    s.headline("SERVICE ORDER FORM", 12)
    s.pairs(
        [
            ("Service Order Number:", "SO-2204417"),
            ("Order Date:", "March 14, 2024"),
            ("Customer:", "Blue Mesa Broadband, Inc."),
            ("Provider:", "Granite Peak Fiber, LLC"),
            ("Service Type:", "Wavelength Service, Unprotected"),
            ("Bandwidth:", "100 Gbps"),
            ("Circuit ID:", "OGYX/418822//GPF"),
            ("A Location Address:", "910 15th Street, Suite 700, Denver, CO 80202"),
            ("Z Location Address:", "1950 N Stemmons Fwy, Dallas, TX 75207"),
            ("Service Term:", "36 months"),
            ("Monthly Recurring Charge:", "$4,850.00"),
            ("Non-Recurring Charge:", "$1,500.00"),
        ]
    )
    s.heading("Terms")
    s.para(
        "1. Term and Renewal. The Service Term begins on the Service Activation Date. Upon expiration of the "
        "Service Term, this Service Order shall automatically renew for successive one (1) year terms unless "
        "either party gives written notice of non-renewal at least sixty (60) days prior to the end of the "
        "then-current term."
    )
    s.para(
        "2. Early Termination. If Customer terminates Service before the end of the Service Term for any reason "
        "other than Provider's uncured breach, Customer shall pay early termination liability equal to 100% of "
        "the MRC for the remaining months of the first year and 50% of the MRC for the remaining months "
        "thereafter."
    )
    s.para(
        "3. This Service Order is governed by the laws of the State of Colorado. Late payments bear interest at "
        "1.5% per month."
    )
    return Paper(
        "wave",
        s.content,
        {
            "agreement_date": date(2024, 3, 14),
            "provider": "Granite Peak Fiber",
            "service_type": "Wavelength",
            "bandwidth": "100 Gbps",
            "circuit_ids": ["OGYX/418822//GPF"],
            "addresses": ["910 15th Street", "1950 N Stemmons"],
            "initial_term_months": 36,
            "mrc": Decimal("4850.00"),
            "nrc": Decimal("1500.00"),
            "renewal_term_months": 12,
            "auto_renews": True,
            "end_of_term": "auto_renew",
            "notice_days": 60,
            "etf": "100% 50%",
            "governing_law": "Colorado",
            "currency": "USD",
            "parties": ["Granite Peak", "Blue Mesa"],
        },
        ("escalator", "expiration_date", "minimum_commitment", "liability_cap"),
    )


def unlabelled_colons() -> Paper:
    s = Sheet("helvetica", 9)
    s.headline("NorthArc Business  |  Enterprise Services Sales Order", 13)
    s.pairs(
        [
            ("Customer Name", "Prairie Wind Wireless, Inc."),
            ("Account Number", "934400127"),
            ("Sales Order Date", "9/22/2022"),
            ("Contract Term (Months)", "24"),
            ("Service Address", "2200 Kraft Drive, Blacksburg, VA 24060"),
            ("Product", "Ethernet Dedicated Internet"),
            ("Bandwidth", "500 Mbps"),
            ("Total Monthly Recurring Charges", "$789.95"),
            ("Total One-Time Charges", "$199.00"),
        ],
        200,
        border=1,
    )
    s.ln(10)
    s.para(
        "Upon expiration of the initial Service Term, this Agreement automatically renews for suc"
        'cessive periods of one (1) year each ("Renewal Term(s)"), '
        "unless prior notice of non-renewal is delivered by either Party to the other at least thirty (30) days "
        "before the expiration of the Service Term or the then current Renewal Term."
    )
    s.para(
        "Termination Charges. If Services are terminated prior to expiration of the Service Term, Customer shall "
        "pay Termination Charges equal to 100% of the monthly recurring charges remaining through the end of "
        "year one, plus 80% of the monthly recurring charges remaining in the second year."
    )
    s.para(
        "IN NO EVENT SHALL EITHER PARTY'S LIABILITY EXCEED THE AMOUNTS PAID BY CUSTOMER IN THE SIX (6) MONTHS "
        "PRECEDING THE CLAIM."
    )
    return Paper(
        "boxes",
        s.content,
        {
            "initial_term_months": 24,
            "addresses": ["2200 Kraft Drive"],
            "service_type": "Ethernet Dedicated Internet",
            "bandwidth": "500 Mbps",
            "mrc": Decimal("789.95"),
            "nrc": Decimal("199.00"),
            "renewal_term_months": 12,
            "notice_days": 30,
            "auto_renews": True,
            "etf": "100% 80%",
            "liability_cap": "",
            "agreement_date": date(2022, 9, 22),
        },
        ("circuit_ids", "escalator", "governing_law"),
    )


def overseas_order() -> Paper:
    s = Sheet("helvetica", 10)
    s.headline("Albion Subsea Networks plc - Capacity Order Form", 14)
    s.pairs(
        [
            ("Customer", "Meridian Access B.V."),
            ("Order Date", "18/9/2023"),
            ("Service Description", "Wavelength"),
            ("Capacity", "10 Gbps"),
            ("Service ID", "ASN-LON-NYC-00731"),
            ("Initial Term", "3 years"),
            ("Monthly Charge", "£3,250.00"),
            ("Installation Charge", "£2,000.00"),
            ("Renewal Period", "12 months"),
            ("Notice Period", "90 days"),
        ],
        150,
    )
    s.para(
        "The Monthly Charge shall increase each year on the anniversary of the Order Date by the greater of CPI and 4%."
    )
    s.para(
        "Upon early termination the Customer shall pay all remaining Monthly Charges for the unexpired Initial Term."
    )
    s.para("This Order Form is governed by the laws of England and Wales.")
    return Paper(
        "overseas",
        s.content,
        {
            "agreement_date": date(2023, 9, 18),
            "service_type": "Wavelength",
            "bandwidth": "10 Gbps",
            "circuit_ids": ["ASN-LON-NYC-00731"],
            "initial_term_months": 36,
            "mrc": Decimal("3250.00"),
            "nrc": Decimal("2000.00"),
            "currency": "GBP",
            "renewal_term_months": 12,
            "auto_renews": True,
            "notice_days": 90,
            "escalator": "4%",
            "etf": "remaining",
            "governing_law": "England and Wales",
            "provider": "Albion Subsea",
            "parties": ["Albion", "Meridian"],
        },
        ("addresses", "liability_cap", "minimum_commitment"),
    )


def renewal_order() -> Paper:
    s = Sheet("helvetica", 10)
    s.headline("RENEWAL ORDER")
    s.pairs(
        [
            ("Carrier:", "Juniper Ridge Telephone"),
            ("Customer:", "Saltgrass Communications, Inc."),
            ("Agreement Date:", "Oct. 3, 2025"),
            ("Circuit ID:", "DHEC.771204..JRT"),
            ("Service:", "Ethernet Virtual Private Line"),
            ("Speed:", "2.5 Gbps"),
            ("Renewal Term:", "Month-to-month"),
            ("Term Start Date:", "November 1, 2025"),
            ("Term:", "1 year"),
            ("MRC:", "USD 1,940.00"),
            ("NRC:", "$0.00"),
            ("Early Termination Fee:", "100% of remaining MRC"),
            ("Notice Period:", "Sixty (60) days"),
        ],
        140,
    )
    s.para("This order supersedes the order dated September 30, 2022 for the same circuit.")
    return Paper(
        "renewal",
        s.content,
        {
            "provider": "Juniper Ridge",
            "agreement_date": date(2025, 10, 3),
            "effective_date": date(2025, 11, 1),
            "expiration_date": date(2026, 10, 31),
            "circuit_ids": ["DHEC.771204..JRT"],
            "service_type": "Ethernet Virtual Private Line",
            "bandwidth": "2.5 Gbps",
            "initial_term_months": 12,
            "mrc": Decimal("1940.00"),
            "nrc": Decimal("0.00"),
            "etf": "100%",
            "notice_days": 60,
            "end_of_term": "roll",
            "currency": "USD",
            "parties": ["Juniper Ridge", "Saltgrass"],
        },
        ("escalator", "governing_law", "liability_cap", "minimum_commitment"),
    )


def scanned_order() -> Paper:
    whole = wave_order()
    says = {name: value for name, value in whole.says.items() if name != "circuit_ids"}
    return Paper("scan", scan(whole.content), says, whole.silent)
