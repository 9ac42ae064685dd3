"""Orders whose values stand in tables, each with what it says and what it does not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.extraction.paper import Paper
from tests.extraction.sheet import Sheet


def table_order() -> Paper:
    s = Sheet("times", 10)
    s.headline("Lakeshore Communications Wholesale - Order for Services")
    s.para(
        "This Order is entered into as of 06/01/2023 by and between Lakeshore Communications, Inc"
        '. ("Carrier") and Tallgrass Networks LLC ("Customer").'
    )
    s.ln(8)
    s.grid(
        (24, 20, 14, 12, 14, 12),
        [
            ["Service Description", "Circuit ID", "Bandwidth", "Term (months)", "MRC", "NRC"],
            ["Ethernet Private Line", "45/KFGS/118734//LKSC", "1 Gbps", "60", "$1,275.00", "$500.00"],
            ["Ethernet Private Line", "45/KFGS/118735//LKSC", "1 Gbps", "60", "$1,310.00", "$500.00"],
            ["Dedicated Internet Access", "45/IRXX/220981//LKSC", "10 Gbps", "60", "$2,940.50", "$0.00"],
            ["Total", "", "", "", "$5,525.50", "$1,000.00"],
        ],
    )
    s.para(
        "Upon expiration of the initial term, each circuit will continue on a month-to-month basis until "
        "terminated by either party upon thirty (30) days' prior written notice. Carrier may terminate for "
        "non-payment."
    )
    s.para(
        "In the event of cancellation prior to the end of the term Customer will be liable for seventy-five "
        "percent (75%) of the remaining monthly recurring charges."
    )
    s.para("This Order shall be construed under the laws of the State of Illinois, without regard to conflict of laws.")
    return Paper(
        "table",
        s.content,
        {
            "agreement_date": date(2023, 6, 1),
            "provider": "Lakeshore Communications",
            "circuit_ids": ["45/KFGS/118734//LKSC", "45/KFGS/118735//LKSC", "45/IRXX/220981//LKSC"],
            "bandwidth": "1 Gbps 10 Gbps",
            "initial_term_months": 60,
            "mrc": Decimal("5525.50"),
            "nrc": Decimal("1000.00"),
            "end_of_term": "roll",
            "notice_days": 30,
            "etf": "75%",
            "governing_law": "Illinois",
            "service_type": "Ethernet Private Line",
            "parties": ["Lakeshore", "Tallgrass"],
        },
        ("escalator", "addresses", "liability_cap"),
    )


def stacked_labels() -> Paper:
    s = Sheet("helvetica", 10)
    s.headline("Crestline Towers & Fiber", 16)
    s.said("Fiber Supplement No. 17 to Master Telecommunications License Agreement")
    s.ln(10)
    s.stacked(
        [
            ("EFFECTIVE DATE", "July 1, 2022"),
            ("SERVICE", "Dark Fiber Lease"),
            ("INITIAL TERM", "Ten (10) years"),
            ("STRANDS", "4"),
        ],
        125,
    )
    s.stacked(
        [("MONTHLY RECURRING CHARGE", "$3,600.00"), ("NON-RECURRING CHARGE", "Waived"), ("ESCALATOR", "2.5% annually")],
        165,
    )
    s.stacked(
        [("LOCATION A", "400 Harbor Way, Tampa, FL 33602"), ("LOCATION Z", "8350 Bee Ridge Rd, Sarasota, FL 34241")],
        250,
    )
    s.para(
        "Renewal. Upon expiration of the Initial Term, this Supplement shall automatically renew for two (2) "
        "additional five (5) year renewal terms unless Licensee gives Licensor written notice of its intent not "
        "to renew no later than one hundred eighty (180) days prior to expiration of the then-current term."
    )
    s.para(
        "Licensee may not terminate this Supplement prior to expiration of the Initial Term; upon any early "
        "termination all remaining monthly recurring charges become due."
    )
    return Paper(
        "stacked",
        s.content,
        {
            "effective_date": date(2022, 7, 1),
            "expiration_date": date(2032, 6, 30),
            "initial_term_months": 120,
            "mrc": Decimal("3600.00"),
            "nrc": Decimal("0.00"),
            "escalator": "2.5%",
            "service_type": "Dark Fiber",
            "addresses": ["400 Harbor Way", "8350 Bee Ridge"],
            "renewal_term_months": 60,
            "notice_days": 180,
            "auto_renews": True,
            "etf": "remaining",
        },
        ("circuit_ids", "governing_law", "termination_for_convenience"),
    )


def rows_without_total() -> Paper:
    s = Sheet("helvetica", 9)
    s.headline("Wheatland Telecom  -  Carrier Service Order")
    s.pairs(
        [
            ("Customer:", "Cimarron Fiber Holdings, LLC"),
            ("Order Date:", "2024-08-30"),
            ("Term:", "Five (5) years"),
            ("Governing Law:", "Oklahoma"),
        ],
        120,
    )
    s.ln(8)
    s.grid(
        (8, 26, 26, 14, 14, 14),
        [
            ["Line", "A Location", "Z Location", "Speed", "Monthly Charge", "Install"],
            [
                "1",
                "101 E Main St, Enid, OK 73701",
                "415 N Broadway, Oklahoma City, OK 73102",
                "10 Gbps",
                "$2,150.00",
                "$1,000.00",
            ],
            [
                "2",
                "101 E Main St, Enid, OK 73701",
                "200 W Oklahoma Ave, Guthrie, OK 73044",
                "1 Gbps",
                "$865.25",
                "$250.00",
            ],
        ],
        dark=True,
    )
    s.para(
        "At the end of the Term the Service ends and the circuits will be disconnected; there is no automatic renewal."
    )
    s.para(
        "Rates are fixed for the Term. Early termination: Customer owes 60% of all monthly charges for the "
        "balance of the Term."
    )
    return Paper(
        "rows",
        s.content,
        {
            "mrc": Decimal("3015.25"),
            "nrc": Decimal("1250.00"),
            "initial_term_months": 60,
            "agreement_date": date(2024, 8, 30),
            "bandwidth": "10 Gbps 1 Gbps",
            "addresses": ["101 E Main St", "415 N Broadway", "200 W Oklahoma"],
            "auto_renews": False,
            "etf": "60%",
            "governing_law": "Oklahoma",
            "parties": ["Wheatland Telecom", "Cimarron"],
            "provider": "Wheatland Telecom",
        },
        ("circuit_ids", "renewal_term_months", "notice_days", "escalator"),
    )


def wrapped_heads() -> Paper:
    s = Sheet("helvetica", 9)
    s.headline("PRICING SCHEDULE - ETHERNET SERVICES", 13)
    s.para("Provider: Unity Bell Services, Inc.     Customer: Sandhill Networks, Inc.")
    s.para("Pricing Schedule Effective Date: January 15, 2025. Pricing Schedule Term: thirty-six (36) months.")
    s.grid(
        (22, 22, 14, 16, 16),
        [
            ["Carrier Circuit ID", "Service Type", "Port Speed", "Monthly Recurring Charge", "Non-Recurring Charge"],
            ["77/KRGN/004512//UBS", "Switched Ethernet", "1000 Mbps", "$1,020.00", "$0.00"],
        ],
    )
    s.para(
        "Minimum Annual Revenue Commitment. Customer commits to purchase Services of at least $120,000 in each "
        "contract year. If Customer does not meet the commitment, it shall pay the shortfall."
    )
    s.para(
        "After the Pricing Schedule Term, Service continues month-to-month at then-current rates. Customer may "
        "cancel on thirty (30) days' notice. If Customer terminates before the end of the Pricing Schedule Term, "
        "it shall pay 50% of the monthly recurring charges multiplied by the months remaining."
    )
    s.para(
        "Either party's liability is limited to proven direct damages not to exceed the net charges for the "
        "affected Service during the preceding six months."
    )
    return Paper(
        "schedule",
        s.content,
        {
            "provider": "Unity Bell",
            "circuit_ids": ["77/KRGN/004512//UBS"],
            "service_type": "Switched Ethernet",
            "bandwidth": "1000 Mbps",
            "mrc": Decimal("1020.00"),
            "nrc": Decimal("0.00"),
            "initial_term_months": 36,
            "minimum_commitment": "$120,000",
            "end_of_term": "roll",
            "etf": "50%",
            "effective_date": date(2025, 1, 15),
            "liability_cap": "",
            "expiration_date": date(2028, 1, 14),
        },
        ("escalator", "addresses", "governing_law"),
    )
