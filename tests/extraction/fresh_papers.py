"""Papers written after the rules were, in other hands' styles: how well kinds are read that nobody had in mind."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.extraction.paper import Paper
from tests.extraction.sheet import Sheet, scan


def letter_style() -> Paper:
    s = Sheet("helvetica", 10)
    s.headline("SERVICE ORDER", 14)
    s.said("Date: 5 March 2024", "Quote #: Q-118273", "")
    s.para('Sold by: Blackrock Lightwave Inc. ("Carrier")        Customer: Tumbleweed ISP, LLC ("Customer")')
    s.heading("Service Details")
    s.said(
        "- Product: Dedicated Internet Access (DIA)",
        "- Port / Speed: 10G port, 5 Gbps commit",
        "- CID: 31/L1XX/002114/BLI",
        "- Install Address: 77 Commerce Pkwy, Bldg 4, Boise, ID 83704",
        "- MRC (USD): 3,100.00",
        "- NRC (USD): 0.00 (waived)",
        "- Term: 60 Months from Service Date",
        "- Annual Escalator: 3.0% beginning month 13",
        "- Early Termination Liability (ETL): 75% of remaining MRC",
    )
    s.para("")
    s.para(
        "Renewal: This Order auto-renews for successive 12-month periods unless cancelled in writ"
        "ing 60 days before the end of the then-current term."
    )
    return Paper(
        "letter",
        s.content,
        {
            "agreement_date": date(2024, 3, 5),
            "provider": "Blackrock Lightwave",
            "service_type": "Dedicated Internet",
            "bandwidth": "5 Gbps",
            "circuit_ids": ["31/L1XX/002114/BLI"],
            "addresses": ["77 Commerce Pkwy"],
            "mrc": Decimal("3100.00"),
            "nrc": Decimal("0.00"),
            "initial_term_months": 60,
            "escalator": "3",
            "etf": "75%",
            "renewal_term_months": 12,
            "auto_renews": True,
            "notice_days": 60,
            "currency": "USD",
        },
        ("expiration_date", "governing_law"),
    )


def side_by_side() -> Paper:
    s = Sheet("helvetica", 10)
    s.headline("Pacific Ridge Wholesale - Circuit Order Form", 14)
    s.pairs(
        [
            ("Effective Date", "01-Jan-2025"),
            ("Carrier", "Pacific Ridge Wholesale LLC"),
            ("Customer", "Dry Creek Fiber Co-op"),
        ],
        150,
    )
    s.ln(6)
    for left, right in (
        ("A-END", "Z-END"),
        ("Site: DRYC-POP1", "Site: EQX-SV5"),
        ("1400 Dry Creek Road", "9 Great Oaks Blvd"),
        ("Modesto, CA 95356", "San Jose, CA 95119"),
    ):
        s.cell(250, 15, left)
        s.cell(0, 15, right, new_x="LMARGIN", new_y="NEXT")
    s.ln(6)
    s.grid(
        (20, 14, 12, 16, 16),
        [
            ["Circuit Type", "Bandwidth", "Term", "Monthly (MRC)", "One-Time (NRC)"],
            ["EPL", "10G", "36 mo", "$2,480.00", "$900.00"],
        ],
    )
    s.para("Carrier Circuit ID: PRW-10GE-004417")
    s.para(
        "If the Customer terminates any circuit prior to the end of its Term, Customer agrees to "
        "pay a termination charge equal to the sum of (a) 100% of MRC for any "
        "remaining months in the first 12 months, and (b) 40% of the MRC for each remaining month after month 12."
    )
    s.para(
        "Upon completion of the Term, circuits shall continue month to month, subject to terminat"
        "ion by either party on 30 days written notice."
    )
    s.para("Governing law: State of California.")
    return Paper(
        "sides",
        s.content,
        {
            "effective_date": date(2025, 1, 1),
            "provider": "Pacific Ridge Wholesale",
            "bandwidth": "10 Gbps",
            "initial_term_months": 36,
            "mrc": Decimal("2480.00"),
            "nrc": Decimal("900.00"),
            "circuit_ids": ["PRW-10GE-004417"],
            "etf": "100% 40%",
            "end_of_term": "roll",
            "notice_days": 30,
            "governing_law": "California",
            "expiration_date": date(2027, 12, 31),
            "parties": ["Pacific Ridge", "Dry Creek"],
            "service_type": "EPL",
        },
        ("escalator", "liability_cap"),
    )


def lease() -> Paper:
    s = Sheet("times", 11)
    s.headline("DARK FIBER LEASE AGREEMENT", 13)
    s.para(
        "This Dark Fiber Lease Agreement is dated 1 April 2024, by and among the City of Maple Gr"
        'ove, a municipal corporation (the "City" or "Lessor"), and '
        'Northfork Communications Cooperative ("Lessee").'
    )
    s.para(
        "1. The Lessor leases to Lessee twelve (12) strands between 100 Civic Plaza, Maple Grove,"
        " MN 55369 and 2100 Industrial Blvd, Rogers, MN 55374."
    )
    s.para(
        "2. The term is twenty (20) years, commencing on April 1, 2024 and expiring March 31, 204"
        "4. There shall be no automatic renewal."
    )
    s.para(
        "3. Rent. Lessee shall pay $2,000.00 monthly in advance, plus a one-time connection fee o"
        "f $15,000. Rent escalates two percent (2%) on each anniversary."
    )
    s.para(
        "4. Lessee may terminate for convenience on one (1) year's prior written notice, in which"
        " case it shall pay a termination fee of $50,000."
    )
    s.para("5. This Agreement shall be governed by Minnesota law.")
    return Paper(
        "lease",
        s.content,
        {
            "agreement_date": date(2024, 4, 1),
            "initial_term_months": 240,
            "expiration_date": date(2044, 3, 31),
            "auto_renews": False,
            "mrc": Decimal("2000.00"),
            "nrc": Decimal("15000.00"),
            "escalator": "2%",
            "termination_for_convenience": True,
            "etf": "$50,000",
            "governing_law": "Minnesota",
            "addresses": ["100 Civic Plaza", "2100 Industrial"],
            "parties": ["City of Maple Grove", "Northfork"],
            "service_type": "Dark Fiber",
            "provider": "City of Maple Grove",
        },
        ("notice_days", "renewal_term_months", "circuit_ids", "bandwidth"),
    )


def many_circuits() -> Paper:
    s = Sheet("helvetica", 8)
    s.headline("Exhibit A - Circuit Inventory and Rates", 12)
    s.para(
        'To the Master Service Agreement between Sunbelt Long Haul, Inc. ("Supplier") and Gulf '
        'Prairie Networks, LLC ("Buyer"). Exhibit Date: August 2, 2023. Rates in USD.'
    )
    rows = [["#", "Ckt ID", "Service", "A Loc", "Z Loc", "BW", "Term (Mos)", "MRC ($)", "NRC ($)"]]
    rows += [
        [
            str(n),
            f"SLH/10GW/{n:04d}77/HOU",
            "Wave",
            "1301 Fannin St, Houston, TX 77002",
            "151 Front St, Mobile, AL 36602",
            "10G",
            "36",
            "1,850.00",
            "500.00",
        ]
        for n in range(1, 9)
    ]
    rows.append(["", "Totals", "", "", "", "", "", "14,800.00", "4,000.00"])
    s.grid((4, 24, 9, 22, 20, 7, 9, 12, 10), rows, dark=True)
    s.para("Rates shall increase annually by the percentage change in the CPI-U, not to exceed 4%.")
    return Paper(
        "many",
        s.content,
        {
            "circuit_ids": [f"SLH/10GW/{n:04d}77/HOU" for n in range(1, 9)],
            "bandwidth": "10 Gbps",
            "initial_term_months": 36,
            "mrc": Decimal("14800.00"),
            "nrc": Decimal("4000.00"),
            "addresses": ["1301 Fannin", "151 Front"],
            "service_type": "Wave",
            "provider": "Sunbelt Long Haul",
            "currency": "USD",
            "agreement_date": date(2023, 8, 2),
            "parties": ["Sunbelt", "Gulf Prairie"],
        },
        ("etf", "notice_days", "renewal_term_months", "expiration_date", "governing_law"),
    )


def amendment() -> Paper:
    s = Sheet("times", 11)
    s.headline("FIRST AMENDMENT TO SERVICE ORDER NO. 8821", 12)
    s.para(
        'This First Amendment (this "Amendment"), effective as of October 15, 2024 (the "Amend'
        'ment Effective Date"), amends Service Order No. 8821 dated October 15, 2021 between '
        'Keystone Metro Fiber, LLC ("Service Provider") and Juniata Valley Online, Inc. ("Customer").'
    )
    s.para("1. The Service Term is extended for an additional twenty-four (24) months, through October 14, 2026.")
    s.para(
        "2. The bandwidth of circuit ID KMF-ELAN-20931 is increased from 1 Gbps to 2 Gbps. The mo"
        "nthly recurring charge is reduced from $1,400.00 to $1,225.00."
    )
    s.para(
        "3. Customer shall give Service Provider notice of non-renewal not less than ninety (90) "
        "days prior to the end of the Service Term; otherwise the Order renews for one (1) year."
    )
    s.para("4. Except as amended, the Service Order remains in full force and effect.")
    return Paper(
        "amendment",
        s.content,
        {
            "effective_date": date(2024, 10, 15),
            "expiration_date": date(2026, 10, 14),
            "circuit_ids": ["KMF-ELAN-20931"],
            "mrc": Decimal("1225.00"),
            "notice_days": 90,
            "renewal_term_months": 12,
            "auto_renews": True,
            "provider": "Keystone Metro Fiber",
            "parties": ["Keystone", "Juniata"],
        },
        ("nrc", "etf", "escalator", "governing_law"),
    )


def scanned_table() -> Paper:
    s = Sheet("times", 11)
    s.headline("Ozark Regional Networks", 15)
    s.said(
        "SCHEDULE OF SERVICES",
        "Schedule dated February 28, 2023 to the Master Agreement between Ozark Regional Networks, Inc. (Provider)",
        "and Current River Electric Cooperative (Customer).",
    )
    s.ln(10)
    s.grid(
        (34, 14, 14, 18, 18),
        [
            ["Service", "Speed", "Term", "Monthly Recurring", "Non-Recurring"],
            ["Metro Ethernet, Van Buren to Rolla", "1 Gbps", "36 months", "$1,150.00", "$350.00"],
            ["Metro Ethernet, Van Buren to Salem", "1 Gbps", "36 months", "$980.00", "$350.00"],
            ["Total", "", "", "$2,130.00", "$700.00"],
        ],
    )
    s.para(
        "This Schedule renews automatically for additional one (1) year terms unless either party"
        " gives ninety (90) days written notice before the end of the term."
    )
    s.para("If Customer disconnects early it owes 65% of the monthly charges left in the term.")
    return Paper(
        "scanned table",
        scan(s.content, turn=-0.4),
        {
            "agreement_date": date(2023, 2, 28),
            "bandwidth": "1 Gbps",
            "initial_term_months": 36,
            "mrc": Decimal("2130.00"),
            "nrc": Decimal("700.00"),
            "renewal_term_months": 12,
            "notice_days": 90,
            "auto_renews": True,
            "etf": "65%",
            "service_type": "Metro Ethernet",
        },
        ("circuit_ids", "escalator", "governing_law"),
    )


def broadband() -> Paper:
    s = Sheet("helvetica", 10)
    s.headline("VALLEYLINK CABLE BUSINESS SERVICES AGREEMENT", 13)
    s.pairs(
        [
            ("Business Name:", "Saddle Mountain WISP LLC"),
            ("Service Address:", "18 Depot Lane, Unit B"),
            ("", "Ellensburg, WA 98926"),
            ("Account #:", "8498-33-120-0091"),
        ],
        120,
    )
    s.heading("Services and Charges")
    s.grid(
        (40, 18, 18, 18),
        [
            ["Description", "Qty", "Monthly", "One-Time"],
            ["Business Internet 1 Gig / 35 Mbps", "1", "$249.95", "$99.95"],
            ["Static IP block (5)", "1", "$24.95", "$0.00"],
            ["TOTAL", "", "$274.90", "$99.95"],
        ],
    )
    s.para(
        "Agreement Term: 24 months from installation. This Agreement will renew for successive on"
        "e-month terms at the end of the Agreement Term unless cancelled with 30 days' notice."
    )
    s.para(
        "An early termination fee equal to fifty percent (50%) of the monthly charges remaining a"
        "pplies. Prices may rise by up to 5% each year."
    )
    s.para("Accepted by: __________  Date: 04/11/2024")
    return Paper(
        "broadband",
        s.content,
        {
            "addresses": ["18 Depot Lane"],
            "mrc": Decimal("274.90"),
            "nrc": Decimal("99.95"),
            "initial_term_months": 24,
            "renewal_term_months": 1,
            "notice_days": 30,
            "etf": "50%",
            "escalator": "5%",
            "service_type": "Business Internet",
            "agreement_date": date(2024, 4, 11),
            "auto_renews": True,
        },
        ("circuit_ids", "expiration_date", "governing_law", "liability_cap"),
    )


def iru() -> Paper:
    s = Sheet("times", 10)
    s.headline("INDEFEASIBLE RIGHT OF USE AGREEMENT", 13)
    s.para(
        'This IRU Agreement ("Agreement") is entered into this 9th day of November, 2016 ("Eff'
        'ective Date") by and between Great Basin Fiber Optics, Inc., a Nevada corporation ("Gr'
        'antor"), and Lahontan Telecom, LLC ("Grantee").'
    )
    s.para(
        "ARTICLE 2 - TERM. The IRU shall commence on the Acceptance Date and shall remain in effe"
        'ct for twenty (20) years (the "IRU Term"). Grantee may extend the IRU Term for one add'
        "itional ten (10) year period by written notice."
    )
    s.para(
        "ARTICLE 3 - CONSIDERATION. Grantee shall pay a one-time IRU fee of $480,000.00 and annua"
        "l maintenance of $350 per route mile. The maintenance fee shall be adjusted annually by "
        "the increase in the CPI."
    )
    s.para(
        "ARTICLE 9. In no event shall Grantor's aggregate liability exceed $500,000. ARTICLE 14. "
        "This Agreement shall be governed by the laws of the State of Nevada."
    )
    return Paper(
        "iru",
        s.content,
        {
            "agreement_date": date(2016, 11, 9),
            "effective_date": date(2016, 11, 9),
            "initial_term_months": 240,
            "renewal_term_months": 120,
            "auto_renews": False,
            "escalator": "CPI",
            "liability_cap": "$500,000",
            "governing_law": "Nevada",
            "provider": "Great Basin",
            "parties": ["Great Basin", "Lahontan"],
        },
        ("expiration_date", "circuit_ids", "mrc", "notice_days", "etf"),
    )


def spreadsheet_like() -> Paper:
    s = Sheet("courier", 9)
    s.headline("ORDER ACKNOWLEDGEMENT", 12)
    s.said(
        "VENDOR ........: Twin Forks Carrier Group LLC",
        "CUSTOMER ......: Bitterroot Wireless Inc",
        "ORDER DATE ....: 2023-01-19",
        "CKT ID ........: 20/VLXP/550177/TFC",
        "SERVICE .......: EVPL",
        "BANDWIDTH .....: 200M",
        "A LOC .........: 900 SW 5TH AVE, PORTLAND, OR 97204",
        "Z LOC .........: 225 W BROADWAY ST, MISSOULA, MT 59802",
        "TERM ..........: 36 MO",
        "MRC ...........: $1,475.00",
        "NRC ...........: $250.00",
        "RENEWAL .......: AUTO, 12 MONTHS",
        "NOTICE ........: 60 DAYS",
        "ETL ...........: 100% OF REMAINING MRC",
    )
    return Paper(
        "printout",
        s.content,
        {
            "provider": "Twin Forks",
            "agreement_date": date(2023, 1, 19),
            "circuit_ids": ["20/VLXP/550177/TFC"],
            "service_type": "EVPL",
            "bandwidth": "200 Mbps",
            "addresses": ["900 SW 5TH", "225 W BROADWAY"],
            "initial_term_months": 36,
            "mrc": Decimal("1475.00"),
            "nrc": Decimal("250.00"),
            "renewal_term_months": 12,
            "notice_days": 60,
            "etf": "100%",
            "parties": ["Twin Forks", "Bitterroot"],
        },
        ("escalator", "governing_law"),
    )


FRESH = (
    letter_style,
    side_by_side,
    lease,
    many_circuits,
    amendment,
    scanned_table,
    broadband,
    iru,
    spreadsheet_like,
)
