"""Agreements in prose, each with what it says and what it does not."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from tests.extraction.paper import Paper
from tests.extraction.sheet import Sheet


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
