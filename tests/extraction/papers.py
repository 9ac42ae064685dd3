"""Order forms and agreements of our own, as carriers write them, each with what it says and what it does not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from tests.extraction.sheet import Sheet, scan


@dataclass(frozen=True)
class Paper:
    """A document, the values it states, and the fields it is silent about.

    A value of text is held to be found where all its words are in the value read.
    """

    name: str
    content: bytes
    says: Mapping[str, Any]
    silent: tuple[str, ...] = field(default=())


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


def prose_agreement() -> Paper:
    s = Sheet("times", 11)
    s.headline("IP TRANSIT SERVICE AGREEMENT", 13)
    s.para(
        'This IP Transit Service Agreement (the "Agreement") is made and entered into as of the'
        ' 3rd day of February, 2021 (the "Effective Date") by and between '
        'Corvus Transit Corporation, a Delaware corporation ("Provider"), and High Plains Inter'
        'net Cooperative, Inc., a Kansas nonprofit corporation ("Customer").'
    )
    s.para(
        "1. Service. Provider shall deliver IP Transit at a committed bandwidth of 10 Gbps on a 100 Gbps port at "
        "1102 Grand Boulevard, Kansas City, MO 64106."
    )
    s.para(
        "2. Fees. Customer shall pay a monthly recurring charge of $2,400.00 and a one-time installation charge "
        "of $750.00. Beginning on the first anniversary of the Effective Date, and on each anniversary "
        "thereafter, the monthly recurring charge shall increase by three percent (3%)."
    )
    s.para(
        "3. Term. The initial term of this Agreement is thirty-six (36) months from the Effective Date. "
        "Thereafter this Agreement shall be extended automatically for additional periods of twelve (12) months "
        "each, unless a party notifies the other in writing not less than ninety (90) days before the end of the "
        "current period that it does not wish to extend."
    )
    s.para(
        "4. Termination. Either party may terminate this Agreement for convenience upon one hundred twenty (120) "
        "days' written notice; if Customer does so, it shall pay as liquidated damages, and not as a penalty, "
        "fifty percent (50%) of the charges for the unexpired portion of the term."
    )
    s.para(
        "5. Law. This Agreement shall be governed by and construed in accordance with the laws of the State of Kansas."
    )
    return Paper(
        "prose",
        s.content,
        {
            "agreement_date": date(2021, 2, 3),
            "effective_date": date(2021, 2, 3),
            "expiration_date": date(2024, 2, 2),
            "initial_term_months": 36,
            "renewal_term_months": 12,
            "notice_days": 90,
            "auto_renews": True,
            "mrc": Decimal("2400.00"),
            "nrc": Decimal("750.00"),
            "escalator": "3%",
            "termination_for_convenience": True,
            "liquidated_damages": "",
            "etf": "50%",
            "governing_law": "Kansas",
            "provider": "Corvus Transit Corporation",
            "bandwidth": "10 Gbps",
            "service_type": "IP Transit",
            "parties": ["Corvus Transit", "High Plains"],
        },
        ("circuit_ids", "minimum_commitment"),
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


MSA = """\
1. TERM. This Master Services Agreement is effective on the date of last signature below and continues until
terminated as provided herein. Each Service Order states its own Service Term.

2. RENEWAL OF ORDERS. Unless otherwise stated in a Service Order, upon expiration of its Service Term a Service
Order will automatically renew on a month-to-month basis until either party terminates it by giving forty-five (45)
days' prior written notice.

3. PAYMENT. Invoices are due within thirty (30) days of the invoice date. Past due amounts bear interest at the
lesser of 1.5% per month and the highest rate the law allows. Customer must dispute a charge within ninety (90)
days.

4. EARLY TERMINATION. If Customer cancels a Service Order after the Start of Service Date and before the end of its
Service Term, Customer shall pay (i) unpaid charges to the date of cancellation, (ii) 100% of the remaining monthly
recurring charges for months 1 through 12 of the Service Term, and (iii) 50% of the remaining monthly recurring
charges for month 13 through the end of the Service Term.

5. LIMITATION OF LIABILITY. Neither party is liable for indirect, incidental, special or consequential damages. Each
party's total liability shall not exceed the total charges paid by Customer in the twelve (12) months before the
event.

6. CONFIDENTIALITY. The obligations of this section survive for a period of three (3) years after termination of
this Agreement.

7. INSURANCE. Each party maintains commercial general liability insurance of not less than $2,000,000 per occurrence
and renews it each year.

8. GOVERNING LAW. This Agreement is governed by the laws of the Commonwealth of Virginia without regard to its
choice of law rules.

9. ASSIGNMENT. Neither party may assign this Agreement without consent, which shall not be unreasonably withheld.
10. FORCE MAJEURE. No party is liable for delay caused by events beyond its reasonable control, including fiber
cuts, storms, acts of government and labor disputes, for as long as the event lasts."""


def two_columns() -> Paper:
    s = Sheet("times", 9)
    s.headline("MASTER SERVICES AGREEMENT", 14)
    s.para(
        'This Master Services Agreement ("Agreement") is between Tidewater Carrier Services, LL'
        'C ("Provider") and Pinnacle Rural Telephone Company ("Customer").'
    )
    s.columns(re.sub(r"(?<!\n)\n(?!\n)", " ", MSA))
    s.ln(20)
    s.said("Provider: Tidewater Carrier Services, LLC", "By: ____________________   Date: 11/09/2020")
    return Paper(
        "columns",
        s.content,
        {
            "renewal_term_months": 1,
            "end_of_term": "roll",
            "notice_days": 45,
            "etf": "100% 50%",
            "liability_cap": "",
            "governing_law": "Virginia",
            "provider": "Tidewater Carrier Services",
            "parties": ["Tidewater", "Pinnacle"],
        },
        (
            "mrc",
            "nrc",
            "circuit_ids",
            "initial_term_months",
            "expiration_date",
            "escalator",
            "bandwidth",
            "addresses",
            "minimum_commitment",
        ),
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


def scanned_order() -> Paper:
    whole = wave_order()
    says = {name: value for name, value in whole.says.items() if name != "circuit_ids"}
    return Paper("scan", scan(whole.content), says, whole.silent)


def tower_license() -> Paper:
    s = Sheet("times", 11)
    s.headline("SITE LICENSE AGREEMENT", 13)
    s.para(
        'THIS SITE LICENSE AGREEMENT ("License") is made this 12th day of May, 2019 between Rid'
        'getop Structures LP, a Texas limited partnership ("Licensor"), and '
        'Caprock Wireless Internet, LLC, a Texas limited liability company ("Licensee").'
    )
    s.para(
        "2. Premises. Licensor licenses to Licensee space at 160 feet on the tower located at 5512 County Road "
        "41, Lubbock, TX 79407."
    )
    s.para(
        "3. Term. The initial term shall be five (5) years commencing on June 1, 2019 and expiring on May 31, "
        "2024. This License shall automatically be extended for five (5) successive terms of five (5) years each "
        "unless Licensee gives notice of non-extension at least six (6) months prior to the end of the then "
        "current term."
    )
    s.para(
        "4. License Fee. Licensee shall pay $1,150.00 per month. The license fee shall be increased annually, on "
        "each anniversary of the commencement date, by 3%."
    )
    s.para("5. Late payments accrue interest of one percent (1%) per month. 6. This License is governed by Texas law.")
    return Paper(
        "tower",
        s.content,
        {
            "agreement_date": date(2019, 5, 12),
            "initial_term_months": 60,
            "expiration_date": date(2024, 5, 31),
            "renewal_term_months": 60,
            "notice_days": 180,
            "auto_renews": True,
            "mrc": Decimal("1150.00"),
            "escalator": "3%",
            "governing_law": "Texas",
            "provider": "Ridgetop Structures",
            "addresses": ["5512 County Road 41"],
            "parties": ["Ridgetop", "Caprock"],
        },
        ("nrc", "circuit_ids", "bandwidth", "etf", "liability_cap"),
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


def colocation() -> Paper:
    s = Sheet("times", 10)
    s.headline("COLOCATION SERVICE ORDER NO. 3", 13)
    s.para(
        "This Service Order is entered into on December 5, 2023 between Basin Data Centers Ltd. ("
        '"Supplier") and Mesa Verde Internet Exchange Association ("Customer") under the Mast'
        "er Services Agreement dated January 9, 2018."
    )
    s.grid(
        (40, 20, 20),
        [
            ["Description", "NRC (USD)", "MRC (USD)"],
            ["Full cabinet, 5 kW primary power", "1,200.00", "1,495.00"],
            ["Cross Connect, single-mode, pair (2)", "300.00", "250.00"],
            ["Order Total", "1,500.00", "1,745.00"],
        ],
        lines=False,
    )
    s.para("Minimum Term: this Service Order has a minimum term of 24 months commencing on January 1, 2024.")
    s.para(
        "After the minimum term it renews automatically for further periods of six (6) months, unless either "
        "party gives at least three (3) months' written notice before the end of the minimum term or renewal "
        "period. The MRC rises by 5 percent per annum."
    )
    s.para(
        "If Customer cancels before the end of the minimum term, all MRC for the remainder of the minimum term "
        "falls due at once."
    )
    return Paper(
        "colocation",
        s.content,
        {
            "agreement_date": date(2023, 12, 5),
            "provider": "Basin Data Centers",
            "mrc": Decimal("1745.00"),
            "nrc": Decimal("1500.00"),
            "initial_term_months": 24,
            "renewal_term_months": 6,
            "notice_days": 90,
            "auto_renews": True,
            "escalator": "5%",
            "currency": "USD",
            "etf": "remainder",
            "expiration_date": date(2025, 12, 31),
            "parties": ["Basin", "Mesa Verde"],
        },
        ("circuit_ids", "bandwidth", "governing_law", "liability_cap"),
    )


PAPERS: tuple[Callable[[], Paper], ...] = (
    wave_order,
    table_order,
    unlabelled_colons,
    prose_agreement,
    stacked_labels,
    two_columns,
    rows_without_total,
    scanned_order,
    tower_license,
    wrapped_heads,
    overseas_order,
    renewal_order,
    colocation,
)


def is_right(truth: Any, told: Any) -> bool:
    """Whether what was read is what the paper says; a text needs all its words, a list each of its members."""
    if isinstance(truth, list):
        return len(told) == len(truth) and all(any(part in one for one in told) for part in truth)
    if isinstance(truth, str) and not isinstance(told, bool):
        return all(part.lower() in str(told).lower() for part in truth.split())
    return bool(told == truth)
