"""How ISPs, carriers, NetBox and TEM exports really name columns, and what each name is to us."""

import pytest

from netos_core.imports.rules.header import HeaderRow
from netos_core.imports.rules.mapping import THRESHOLD, map_columns

CIRCUITS = {
    "provider_circuit_id": "Circuit ID|Ckt ID|CKT_ID|CircuitID|circuit_id|CID|cid|Circuit #|Circuit Number|"
    "Circuit No.|Ckt #|CIRCUIT NUM|Carrier Circuit ID|Vendor Circuit ID|Provider Circuit ID|Carrier CKT ID|"
    "Vendor Ckt #|ECCKT|Service ID|Circuit Identifier|circuitId|Provider CID|Telco Circuit ID|"
    "Carrier Circuit Number|Service Identifier|Circuit-ID|Ckt. ID|Cir ID|Carrier Service ID",
    "provider": "Provider|Carrier|Vendor|Vendor Name|Carrier Name|PROVIDER_NAME|Supplier|Telco|Service Provider|LEC|"
    "Network Provider|Provider Name|Supplier Name|Circuit Provider|Underlying Carrier|Access Provider|"
    "carrierName|Operator",
    "service_type": "Type|Service Type|Circuit Type|Product|Product Type|Svc Type|Service|Product Name|Access Type|"
    "Transport Type|svc_type|Type of Service|Service Category|Ckt Type",
    "status": "Status|Circuit Status|Service Status|Lifecycle Status|Current Status|Ckt Status|Operational Status|"
    "STATUS",
    "bandwidth": "Bandwidth|Speed|BW|Circuit Speed|Commit Rate|CIR|Committed Rate|Circuit Bandwidth|Capacity|"
    "Service Bandwidth|Circuit Size|Commit|Bandwidth/Speed|Ckt Speed|Contracted Bandwidth|Bandwidth (Gbps)",
    "bandwidth_kbps": "Commit Rate (kbps)|Commit rate (Kbps)|Bandwidth (kbps)|commit_rate_kbps|Bandwidth Kbps|"
    "CIR (Kbps)|Speed [kbps]",
    "bandwidth_mbps": "Bandwidth (Mbps)|Speed (Mbps)|BW (Mb)|Commit Rate (Mbps)|bandwidth_mbps|Bandwidth Mbps|"
    "Bandwidth (Mb/s)|Bandwidth (MB)",
    "port_speed": "Port Speed|Port Size|Interface Speed|Access Speed|Port Bandwidth|UNI Speed|port_speed|"
    "Access Bandwidth|Local Loop Speed",
    "port_speed_kbps": "Port Speed (kbps)|port_speed_kbps|Port speed (Kbps)|Interface Speed (Kbps)",
    "port_speed_mbps": "Port Speed (Mbps)|Port Size (Mb)|port_speed_mbps",
    "a_site": "A Loc|Side A|A Side|A-Side|A End|A-End|A Location|Location A|Site A|A Site|A_Location|Termination A|"
    "Aend|ALOC|Endpoint A|A Site Name|A-End Site|A CLLI|Origin|Originating Location|Source Site|A Point|Loc A|"
    "Side A Location|A Endpoint",
    "z_site": "Z Loc|Side Z|Z Side|Z-Side|Z End|Z-End|Z Location|Location Z|Site Z|Z Site|Z_Location|Termination Z|"
    "Zend|ZLOC|B End|Z Site Name|Z-End Site|Z CLLI|Destination|Terminating Location|Destination Site|Loc Z|"
    "Site B|B-Side|Z Endpoint",
    "a_address": "A Address|A-Loc Address|A Side Address|A End Address|Address A|A_Addr|A Loc Street Address|"
    "Side A Address|A Street|Origin Address|A Location Address|Site A Address|A-End Street Address",
    "z_address": "Z Address|Z-Loc Address|Z Side Address|Z End Address|Address Z|Z_Addr|Z Loc Street Address|"
    "Side Z Address|Z Street|Destination Address|Z Location Address|Site Z Address|B End Address",
    "a_city": "A City|A-Loc City|A Side City|City A|A_City|A End City|Origin City|Side A City",
    "z_city": "Z City|Z-Loc City|Z Side City|City Z|Z_City|Z End City|Destination City|Z Location City|B-End City",
    "a_state": "A State|A-Loc State|A Side State|State A|A_St|A End State",
    "z_state": "Z State|Z-Loc State|Z Side State|State Z|Z_St|Z End State|Z ST",
    "a_postal_code": "A Zip|A-Loc Zip|A Side Zip Code|Zip A|A_Postal_Code|A End ZIP|A Zipcode",
    "z_postal_code": "Z Zip|Z-Loc Zip|Z Side Zip Code|Zip Z|Z_Postal_Code|Z End ZIP|Z Zipcode",
    "a_handoff": "A Handoff|A Side Handoff|A-End Hand-off|A Loc Handoff Type|A Handoff Type|A Interface",
    "z_handoff": "Z Handoff|Z Side Handoff|Z-End Hand-off|Z Loc Handoff Type|Z Handoff Type|Z Interface",
    "customer": "Customer|Customer Name|Tenant|Client|End Customer|Client Name|End User|Cust Name|tenant",
    "mrc": "MRC|Monthly|Monthly Recurring Charge|Monthly Cost|Monthly Charge|MRC ($)|MRC (USD)|mrc_usd|Total MRC|"
    "Monthly Recurring Cost|Monthly Recurring|Monthly Rate|Circuit MRC|M.R.C.|Monthly Recurring Charges|"
    "Monthly Recurring Charge (MRC)|MRC $|Recurring Charge|Net MRC",
    "nrc": "NRC|Non-Recurring Charge|NRC ($)|Install Charge|One Time Charge|One-Time Cost|Install Fee|Non Recurring|"
    "Nonrecurring Charges|Setup Fee|Total NRC|Installation Charge|Install Cost|OTC|Non-Recurring Cost|"
    "Non-Recurring Charge (NRC)",
    "currency": "Currency|Currency Code|Billing Currency",
    "ban": "BAN|Billing Account Number|Account Number|Acct #|Account #|Billing Account|Vendor Account Number|"
    "Carrier Account #|Acct No|Account No.|Billing Acct Nbr|Master Account Number",
    "order_number": "Order Number|Order #|Order ID|PON|Service Order|Order No|Carrier Order #|Vendor Order Number|"
    "ASR Number|order_id",
    "legacy_circuit_id": "Legacy Circuit ID|Old Circuit ID|Previous Circuit ID|Legacy Ckt ID|Former Circuit ID|"
    "Alt Circuit ID|Old Ckt #",
    "customer_circuit_id": "Customer Circuit ID|Customer Ckt ID|Customer Reference|Cust Circuit ID|Customer Service ID",
    "ordered_date": "Order Date|Date Ordered|Ordered Date|Ordered|Order Submitted|order_date|Date Submitted",
    "foc_date": "FOC|FOC Date|Firm Order Commitment|Firm Order Commitment Date|FOC Due Date|Promise Date|FOC_DT|"
    "Carrier FOC Date",
    "install_date": "Install Date|Installed|Installation Date|Date Installed|In Service Date|In-Service Date|"
    "Activation Date|Turn Up Date|Turn-up Date|Live Date|install_date|Service Start Date|Go Live Date|"
    "Go-Live Date|Completion Date|Activated",
    "billing_start_date": "Billing Start Date|Bill Start Date|Billing Start|Bill Start|Billing Effective Date|"
    "Billing Start Dt",
    "disconnect_date": "Disconnect Date|Disco Date|Date Disconnected|Disconnected|Disc Date|Termination Date|"
    "Decommission Date|Cancel Date",
    "contract_number": "Contract Number|Contract #|Contract ID|Contract|Agreement Number|MSA Number|Contract No|"
    "Agreement ID|Contract Ref",
    "term_months": "Term|Term (months)|Contract Term|Term Length|Contract Term (Months)|Term Months|Months|"
    "Term (Mos)|Initial Term|Contract Length|Term in Months|Contract Length (months)|Term (mo)|Length of Term|"
    "Term (years)",
    "term_start_date": "Contract Start Date|Term Start|Term Start Date|Contract Start|Contract Effective Date|"
    "Effective Date|Contract Begin Date",
    "term_end_date": "Expiration|Expiration Date|Contract End Date|Contract Expiration|Term End|Term End Date|"
    "Contract Expiration Date|Exp Date|Contract End|Contract Exp. Date|Expires|Expiry Date|End of Term|"
    "Contract Expiry|Term Exp Date",
    "auto_renews": "Auto renew|Auto-Renew|AutoRenew|Auto Renewal|Auto-Renewal|Auto Renew (Y/N)|Automatic Renewal|"
    "Auto Renews|auto_renew|Evergreen",
    "notice": "Notice|Notice Period|Notice Period (days)|Notice Days|Termination Notice|Cancellation Notice|"
    "Renewal Notice|Notice (Days)",
    "tags": "Tags|Labels",
    "notes": "Notes|Comments|Description|Remarks|Circuit Notes|Comment|General Notes|Circuit Description",
}
SITES = {
    "external_id": "Site ID|Location ID|Building ID|Ref|Site Code|Site #|Location Number|Facility ID|External ID",
    "name": "Site Name|Name|Location Name|Facility Name|Site|Location|Node Name|POP Name|Property Name",
    "kind": "Site Type|Building Type|Type|Location Type|Facility Type|Node Type|Property Type",
    "address": "Address|Street Address|Location Address|Address 1|Site Address|Address Line 1|Street|Bldg Address|"
    "Service Address|Building Address",
    "city": "City|Location City|Site City|Town|Building City|City Name",
    "state": "State|ST|Location State|State/Province|Province|State Code|Site State|Building State",
    "postal_code": "Zip|Zip Code|ZIP|Zipcode|Postal Code|Location Zip|Postcode|Zip5|Site Zip|ZIP/Postal Code",
    "postal_code_plus4": "Zip4|Zip+4|Location Zip4|Plus4|Zip Plus 4|ZIP_4",
    "country": "Country|Country Code",
    "latitude": "Latitude|Lat|LAT|Site Latitude|Y Coordinate|Lat (dd)|GPS Latitude|Location Latitude",
    "longitude": "Longitude|Long|Lng|Lon|Site Longitude|X Coordinate|GPS Longitude|LONG",
    "clli": "CLLI|CLLI Code|Site CLLI|Building CLLI|CLLI8|SWC CLLI",
    "lata": "LATA|LATA Code|LATACode|LATA #",
    "market": "Market|Metro|Metro Area|Market Name",
    "bandwidth": "Max Bandwidth|Bandwidth|Maximum Bandwidth|Max Speed|Available Bandwidth|Ethernet - Max Bandwidth|"
    "Max Available Speed",
    "building_name": "Building Name|Bldg Name|Building",
    "floor": "Floor|Floor Number|Flr|Building Floor",
    "suite": "Suite|Unit|Suite #|Address 2|Room|Ste|Address Line 2|Suite Number",
    "notes": "Notes|Comments|Remarks|Site Notes",
}
CONTRACTS = {
    "number": "Contract Number|Contract #|Contract ID|Contract_Number|Agreement Number|Contract No.|MSA Number|"
    "Agreement #",
    "provider": "Vendor|Vendor Name|Provider|Carrier|Supplier|Counterparty|Contractor|Supplier Name",
    "kind": "Contract Type|Type|Agreement Type|Document Type",
    "title": "Title|Contract Title|Contract Name|Contract Description|Subject|Name|Agreement Name",
    "parent_number": "Parent Contract|Master Agreement|Parent Agreement Number|Master Agreement Number|"
    "Parent Contract Number",
    "signed_date": "Signed Date|Date Signed|Signature Date|Execution Date|Executed Date|Award Date|dateSigned",
    "term_start_date": "Start Date|Effective Date|Contract Start Date|Start_Date|Begin Date|Commencement Date|"
    "Term Start|Contract Start",
    "term_end_date": "End Date|Expiration Date|Contract End Date|End_Date|Expiration|Expiry Date|Term End|"
    "Contract Expiration",
    "term_months": "Term|Term (Months)|Total Contract Months|Initial Term (months)|Contract Term|Duration (months)|"
    "Term Length",
    "end_of_term": "End of Term|End of Term Action|Renewal Type|At Term End",
    "auto_renews": "Auto Renew|Auto-Renew|Auto Renewal|Auto-renews|Evergreen|Auto Renew Flag",
    "renewal_term_months": "Renewal Term|Renewal Term (Months)|Renewal Period|Auto-Renewal Term|Renewal Months",
    "notice": "Notice|Notice Period|Termination Notice|Notice Required|Cancellation Notice",
    "notice_days": "Notice Days|Notice (days)|Notice Period (Days)|Renewal Notice Days|Days Notice",
    "mrc": "MRC|Monthly|Monthly Cost|Monthly Charge|Total MRC",
    "total_value": "Total Value|Contract Value|Contract Amount|TCV|Amount|Total Contract Value|Award Amount|"
    "Contract_Amount",
    "department": "Department|Department Name|Dept|Agency|Business Unit",
    "bid_number": "Bid Number|Bid_Number|Bid #|RFP #|Solicitation Number|RFP Number",
    "circuit_ids": "Circuit IDs|Circuits|Covered Circuits|Circuit List",
    "notes": "Notes|Comments|Remarks",
}
PROVIDERS = {
    "name": "Name|Provider Name|Carrier|Carrier Name|Vendor|Company Name|Provider",
    "legal_name": "Legal Name|Legal Entity|Registered Name|Full Legal Name",
    "aliases": "Aliases|AKA|Other Names|Also Known As",
    "asn": "ASN|AS Number|AS #|Autonomous System Number",
    "website": "Website|URL|Web Site|Homepage",
    "portal_url": "Portal|Portal URL|Customer Portal|Portal Link",
    "noc_phone": "NOC Phone|NOC Number|Support Phone|NOC Phone #|NOC Tel",
    "noc_email": "NOC Email|NOC E-mail|Support Email|NOC Email Address",
    "account_manager": "Account Manager|Account Rep|Acct Mgr|Sales Rep|Account Executive",
    "ban": "BAN|Account Number|Account #|Billing Account Number",
    "notes": "Notes|Comments",
}
CUSTOMERS = {
    "name": "Name|Customer Name|Customer|Company|Client Name|Account Name",
    "account_number": "Account Number|Customer ID|Customer Number|Account #|Acct #|Account ID",
    "kind": "Customer Type|Type|Account Type|Segment",
    "email": "Email|E-mail|Email Address|Contact Email",
    "phone": "Phone|Phone Number|Telephone|Contact Phone",
    "address": "Address|Street Address|Billing Address|Service Address",
    "city": "City|Billing City",
    "state": "State|Billing State",
    "postal_code": "Zip|Zip Code|Postal Code|Billing Zip",
    "notes": "Notes|Comments",
}
KINDS = {"circuits": CIRCUITS, "sites": SITES, "contracts": CONTRACTS, "providers": PROVIDERS, "customers": CUSTOMERS}
NAMED = [
    (kind, header, field)
    for kind, table in KINDS.items()
    for field, names in table.items()
    for header in names.split("|")
]

UNMAPPED = [
    ("contracts", "Remaining Contract Months"),
    ("contracts", "Months Remaining"),
    ("contracts", "Total Transactions"),
    ("contracts", "Vendor Contact"),
    ("contracts", "Last Updated"),
    ("contracts", "Amount Paid"),
    ("contracts", "Notice Sent By"),
    ("sites", "ENNI Node"),
    ("sites", "LATAName"),
    ("sites", "Min Bandwidth"),
    ("sites", "Hub Address"),
    ("sites", "Contact Phone"),
    ("sites", "Distance (ft)"),
    ("circuits", "Remaining Months"),
    ("circuits", "Months Remaining"),
    ("circuits", "MRC Variance"),
    ("circuits", "Tax %"),
    ("circuits", "Previous MRC"),
    ("circuits", "Last Modified"),
    ("circuits", "Updated By"),
    ("circuits", "Provider Contact"),
    ("circuits", "Invoice Number"),
    ("circuits", "Budgeted MRC"),
    ("circuits", "VLAN"),
    ("circuits", "Estimated NRC"),
    ("circuits", "Average Utilization"),
    ("circuits", "Provider Type ID"),
    ("circuits", "Router"),
    ("circuits", "IP Block"),
    ("circuits", "Circuit Count"),
    ("circuits", "Minimum Bandwidth"),
    ("circuits", "Sell MRC"),
    ("circuits", "Term (days)"),
    ("customers", "Lead Source"),
    ("providers", "Logo"),
]


def mapped(kind: str, header: str) -> tuple[str | None, float]:
    column = map_columns(kind, HeaderRow((1,), (header,), 1.0, ""), ()).columns
    return (column[0].field, column[0].score) if column else (None, 0.0)


@pytest.mark.parametrize(("kind", "header", "field"), NAMED)
def test_a_header_of_the_trade_finds_its_field(kind: str, header: str, field: str) -> None:
    found, score = mapped(kind, header)
    assert found == field
    assert THRESHOLD <= score < 1, "without values no score is certain"


@pytest.mark.parametrize(("kind", "header"), UNMAPPED)
def test_a_header_that_says_something_else_stays_unmapped(kind: str, header: str) -> None:
    assert mapped(kind, header)[0] is None


def test_there_are_several_hundred_headers() -> None:
    assert len(NAMED) > 500
