"""What the trade calls our fields: NetBox, carrier inventories, TEM exports, lit-building lists, home-made sheets.

One line per field, names parted by `;`. A name after `~` is a looser one: it fits, but other things are called
that too, so it never scores 1. Spelling, case, plurals and abbreviations are settled in `names`, sides of a
circuit in `take_side`; only real synonyms belong here.
"""

from __future__ import annotations

CIRCUITS = {
    "provider_circuit_id": "circuit id;circuit;cid;circuit number;provider circuit id;provider circuit number;"
    "provider cid;eccktid;ecckt;circuit identifier;service id;service identifier;circuit reference;"
    "exchange circuit id;provider service id;telco circuit id;circuit id number;full circuit id;"
    "provider reference;circuit name~service number;provider id number;asset id;line id;inventory id;service;"
    "asset tag;external circuit id;product id;service instance id;uni id;evc id;provider circuit;vc id;btn;"
    "wtn;unique id",
    "ref": "ref;netos ref;internal circuit id;internal id;our circuit id;circuit ref;internal ref;"
    "internal reference;our ref;our reference;netos id;local circuit id;internal circuit number~reference;"
    "record id;record number;id",
    "provider": "provider;provider name;service provider;network provider;provider company;access provider;"
    "underlying provider~company;provider account name;billing provider;parent provider",
    "service_type": "service type;type;circuit type;product;product type;service;product name;service name;"
    "transport type;access type;type of service;service category;circuit category;technology;product family;"
    "line type;service description type;media type~product description;service class;category;offering;media",
    "status": "status;circuit status;service status;lifecycle status;state;circuit state;current status;lifecycle;"
    "lifecycle state;operational status;inventory status;order status;install status;line status~phase;stage;"
    "billing status",
    "bandwidth": "bandwidth;commit rate;committed rate;commit;speed;circuit speed;committed bandwidth;cir;"
    "service bandwidth;circuit bandwidth;capacity;bandwidth speed;circuit size;data rate;"
    "committed information rate;speed bandwidth;service speed;bandwidth commit;evc bandwidth;download speed;"
    "download;bandwidth down;maximum bandwidth;line rate;download bandwidth;contracted bandwidth;"
    "committed speed;evc speed;circuit capacity;bandwidth committed;bandwidth size;throughput~size;rate;down;"
    "downstream;uplink speed;allocated bandwidth",
    "port_speed": "port speed;port size;interface speed;access speed;port bandwidth;physical port speed;uni speed;"
    "port;port capacity;access bandwidth;handoff speed;interface bandwidth;loop speed;local loop speed;"
    "uni bandwidth;port rate;uni port speed~local access;access;local access speed;burst speed",
    "customer": "customer;customer name;end customer;end user;end user name;account name;end customer name~"
    "company name;business unit;department;used by;cost center name;organization;division",
    "mrc": "mrc;monthly recurring charge;monthly;monthly charge;monthly cost;monthly recurring cost;"
    "monthly recurring;total mrc;monthly price;monthly rate;recurring charge;monthly amount;circuit mrc;"
    "mrr cost;net mrc;provider mrc;cost per month;monthly fee;monthly total;price per month;contract mrc;"
    "recurring cost;monthly recurring fee;current mrc;monthly spend;mrc amount;mrc total;mrc cost;mrc price;"
    "monthly circuit cost;monthly recurring charge mrc;recurring monthly charge;total monthly charge;"
    "total monthly cost;contracted mrc;monthly service charge;provider monthly cost~cost;price;rate;recurring;"
    "amount;base mrc;charge;list mrc;circuit cost;contract rate",
    "nrc": "nrc;non recurring charge;install;install charge;install cost;install fee;one time charge;otc;"
    "one time cost;setup fee;non recurring cost;nonrecurring charge;nonrecurring;one time fee;nrc amount;"
    "total nrc;setup;setup charge;non recurring;nonrecurring cost;install nrc;activation fee;setup cost;"
    "nonrecurring charge nrc;non recurring charge nrc;construction cost;one time;install price;upfront cost;"
    "non recurring fee~construction;build cost",
    "currency": "currency;currency code;billing currency;mrc currency~cur",
    "ban": "ban;billing account number;billing account;provider account number;account number;billing account id;"
    "provider account;bill account;master account number;provider ban;billing number~account;account id;"
    "sub account number;sub account;parent account number;billing id;invoice account number;"
    "summary account number",
    "order_number": "order number;order id;provider order number;order;pon;service order number;provider order id;"
    "purchase order number;asr number;service order;sales order number;provider order;work order number;"
    "sof number;purchase order~ticket number;project number;quote number;asr;sof;confirmation number;po",
    "legacy_circuit_id": "legacy circuit id;old circuit id;old circuit number;legacy circuit number;"
    "previous circuit id;former circuit id;legacy id;legacy cid;alternate circuit id;alt circuit id;"
    "secondary circuit id;old cid;prior circuit id;original circuit id;alias;alternate id;legacy circuit;"
    "circuit alias~other circuit id;old id;aka;circuit id 2",
    "customer_circuit_id": "customer circuit id;customer cid;customer service id;customer circuit number;"
    "end user circuit id;customer reference;customer circuit reference;customer ref;"
    "customer facing circuit id;customer circuit",
    "ordered_date": "ordered date;order date;date ordered;ordered;order placed date;date submitted;submitted date;"
    "order submitted;order submit date;placed date;order created date;date of order;purchase date~signed date;"
    "request date",
    "foc_date": "foc date;foc;firm order commitment;firm order commitment date;firm order confirmation;"
    "foc due date;committed date;provider due date;promise date;promised date;provider committed date;"
    "provider foc date;foc received date~due date;expected delivery date;target date;planned install date;"
    "estimated delivery date;estimated install date;delivery date",
    "install_date": "install date;installed;installed date;date installed;date install;install;in service date;"
    "activation date;live date;turn up date;completion date;installed on;service start date;delivered date;"
    "date activation;start of service;date in service;service activation date;go live date;activation;"
    "acceptance date;ready for service date;rfs date;service date;isd;actual install date;accepted date;"
    "circuit install date;test and turn up date;service live date;completed date~start date;live;delivered;"
    "date live",
    "billing_start_date": "billing start date;bill start date;billing start;billing date;bill start;"
    "billing effective date;first bill date;billing commencement date;billing began;date billing started;bsd;"
    "billing commencement;bill effective date;billing activation date",
    "disconnect_date": "disconnect date;disconnect;date disconnect;termination date;cancel date;cancellation date;"
    "service end date;decommission date;terminated date;cease date;decom date;circuit disconnect date;"
    "disconnect effective date;date terminated;date decommissioned;retired date;terminate date~"
    "disconnect due date",
    "contract_number": "contract number;contract id;contract;msa number;service agreement number;contract name;"
    "contract reference;msa;agreement;master agreement number;contract ref;provider contract number;"
    "contract identifier;tariff or contract number~agreement name;contract code",
    "term_months": "term month;term;contract term;term length;contract term month;month;contract length;"
    "term in month;term of contract;initial term;contract duration;length of term;commitment term;term year;"
    "service term;initial term month;number of month;contract month;length of contract;commitment month;"
    "minimum term;contract period~duration;commitment;period",
    "term_start_date": "term start date;contract start date;contract start;term start;contract effective date;"
    "contract date;effective date;commitment start date;contract begin date;term begin date;"
    "term commencement date;contract commencement date;service term start date;contract start dt~start date;"
    "start;signed date;begin date;contract signed date;date signed",
    "term_end_date": "term end date;contract end date;contract end;expiration;expiration date;contract expiration;"
    "contract expiration date;term end;end of term;end date;commitment end date;term expiration date;"
    "renewal date;contract renewal date;end of contract;contract expiration dt;term expiration;expiration dt;"
    "eot;contract end dt;coterm date;expires on;expiration of contract;date of expiration~end;commit end;"
    "valid to;termination date;commitment end",
    "auto_renews": "auto renew;autorenew;auto renewal;autorenewal;automatic renewal;auto renewing;"
    "auto renewal clause;renews automatically;automatically renew;auto renewed;auto renew flag;evergreen;"
    "auto renewal flag~renewal type;renewal;renew;renewal clause",
    "notice": "notice;notice period;termination notice;cancellation notice;notice day;renewal notice;"
    "notice required;non renewal notice;notification period;notice period day;notice term;cancel notice;"
    "notice to cancel;renewal notice day;termination notice period;cancellation notice period;"
    "disconnect notice;non renewal notice day;term notice~advance notice",
    "tags": "tag;label;keyword",
    "notes": "note;description;circuit note;general note;additional note;circuit description;"
    "additional information;service description;note comment;special instruction~detail;misc;other;purpose;"
    "info",
}
CIRCUIT_SIDES = {
    "site": ";site;site name;location;location name;endpoint;building;pop;clli;clli code;name;node;site id;"
    "termination;facility;customer name;demarc;npa nxx;office;data center;datacenter;central office;"
    "location id;site code",
    "address": "address;street address;street;site address;location address;service address;address line 1;"
    "address 1;full address;install address;end address;physical address;premise address;building address;"
    "address full",
    "city": "city;town;municipality;locality",
    "state": "state;state code;state or province;state province",
    "postal_code": "postal;postal code;zip;zip code;postal code 5",
    "handoff": "handoff;handoff type;interface;connector;media;handoff interface;interface type;connector type;"
    "media type;demarc type;demarcation;handoff media;connection type;optic;fiber handoff",
}
SITES = {
    "external_id": "external id;ref;id;site id;location id;building id;site number;site code;location code;"
    "reference;facility id;service location id;site ref;location number;provider building id;property id;"
    "address id;provider location id;store number;uuid;building number id;site identifier;branch number;"
    "endpoint id;netos ref;mpid;master location id~key;code;object id;number;record id;asset id;fid",
    "name": "name;site name;location name;facility name;node name;site;property name;pop name;location;"
    "customer site name;display name;endpoint;endpoint name;store name;site description;branch;branch name;"
    "pop;node;premise;data center name~label;alias;facility;description;title;site location",
    "kind": "kind;type;site type;building type;location type;facility type;building status;structure type;"
    "property type;node type;category;pop type;building category;address type;on net status;onnet status;"
    "building class;building classification;site category;site kind~classification;on net;class;tier;"
    "network status;lit status;usage",
    "address": "address;street address;site address;location address;street;address line 1;address 1;"
    "building address;service address;full address;physical address;address full;street name and number;"
    "mailing address;address street;location street;address line one;civic address;site street address;"
    "install address;street line 1~location;address full text",
    "city": "city;town;municipality;locality;site city;address city;city name;city town",
    "state": "state;state code;site state;address state;state province;state or province;state abbreviation;"
    "state abbr;state name;us state~st prov",
    "postal_code": "postal;postal code;zip;zip code;zip 5;site postal code;postal 5;address postal code;us zip;"
    "zip postal;zip postal code;postal code 5;zip5",
    "postal_code_plus4": "zip 4;plus 4;zip plus 4;postal plus 4;postal code plus 4;zip code 4;"
    "postal code extension;zip extension;postal extension;plus four;zip plus four;zip suffix;postal code 4",
    "country": "country;country code;nation;country name;iso country",
    "latitude": "latitude;lat;y;geo latitude;gps latitude;y coordinate;latitude degree;lat dd;latitude wgs 84;"
    "point y;latitude decimal;y coord;geocode latitude",
    "longitude": "longitude;x;geo longitude;gps longitude;x coordinate;lng;longitude degree;long dd;point x;"
    "longitude wgs 84;longitude decimal;x coord;geocode longitude",
    "clli": "clli;clli code;site clli;building clli;clli 8;swc clli;wire center clli;serving wire center;"
    "wire center;co clli;location clli;swc;clli 11~serving clli",
    "lata": "lata;lata code;lata number;lata id",
    "market": "market;metro;metro area;market name;region name;market area;msa;cbsa;sales region;territory;"
    "service area;metro market~area;zone;district;division",
    "provider": "provider;provider name;network owner;building provider;lit provider;fiber provider;"
    "service provider;access provider;owner;network provider~company;source;landlord",
    "bandwidth": "bandwidth;maximum bandwidth;maximum speed;bandwidth available;available bandwidth;speed;"
    "maximum available bandwidth;maximum available speed;capacity;maximum capacity;top speed;port capacity;"
    "available speed;highest speed;maximum download speed;bandwidth maximum;speed maximum~current bandwidth;"
    "commit rate",
    "customer": "customer;customer name;account name;end customer;end user~company name;company;anchor tenant;"
    "organization",
    "mrc": "mrc;monthly recurring charge;monthly cost;monthly charge;rent;monthly rent;monthly;lease cost;"
    "monthly lease;monthly recurring cost;total mrc~cost;price;rate",
    "parent": "parent;parent site;parent location;campus;campus name;parent name;parent building;parent id;"
    "main site;part of;parent endpoint;group~site group",
    "building_name": "building name;building;name of building;property building name;tower name;building title",
    "floor": "floor;floor number;level;building floor",
    "suite": "suite;unit;room;suite number;apartment;apt;address 2;address line 2;unit number;suite unit;sub unit;"
    "suite room;room number;apt suite;secondary address~space;cage",
    "notes": "note;description;site note;general note;location note;additional information;special instruction;"
    "access note;access instruction~detail;misc;other;info",
}
CONTRACTS = {
    "number": "contract number;number;contract id;contract;contract reference;contract ref;msa number;k number;"
    "contract identifier;contract code;document number;provider contract number;agreement code;"
    "service order number;contract no number;agreement;order number~id;ref;reference;document id;"
    "contract document number;file number;netos ref",
    "provider": "provider;provider name;counterparty;contractor;contractor name;awarded provider;party;"
    "supplier name;awardee;provider legal name;other party;second party;provider company;contracting party~"
    "company;company name;firm;provider legal entity;entity",
    "kind": "contract type;type;kind;contract kind;document type;category;contract category;contract class;"
    "agreement category;form of contract~class;procurement type;contract document type",
    "title": "title;contract title;contract name;name;subject;contract subject;contract description;"
    "description of service;project title;short title;scope;service description~description;purpose;"
    "contract purpose;project name;commodity;description of contract;short description",
    "parent_number": "parent number;parent contract;master agreement;parent contract number;parent agreement;msa;"
    "parent;master contract;master contract number;governing agreement;master agreement number;amends;"
    "amended contract;parent msa;master service agreement;original contract number;parent id",
    "signed_date": "signed date;date signed;signature date;execution date;executed date;date of signature;"
    "contract date;executed;signed;contract signed date;award date;contract signature date;"
    "fully executed date;date executed;signing date;date of award;award;date awarded~approval date;"
    "agreement date;contract execution;approved date",
    "term_start_date": "term start date;start date;contract start date;effective date;begin date;start;"
    "contract start;contract effective date;commencement date;term start;contract begin date;date effective;"
    "from date;valid from;term commencement date;beginning date;effective start date;effective;begin;"
    "effective from;service start date;start of term;period start;initial term start date;term effective date~"
    "from;commencement",
    "term_end_date": "term end date;end date;contract end date;expiration;expiration date;contract end;term end;"
    "contract expiration;contract expiration date;date of expiration;to date;valid to;valid until;"
    "end of term date;termination date;expiration dt;current expiration date;initial term end date;"
    "term expiration date;end;current end date;completion date;period end;renewal date;ending date;"
    "effective end date;expires on;contract termination date;close date;term expiration;eot date~to;until;"
    "renewal",
    "term_months": "term month;term;contract term;term length;contract length;initial term;initial term month;"
    "contract month;duration;duration month;contract duration;term in month;length of term;month;"
    "contract term month;original term;number of month;term year;length;total month;contract period~period",
    "end_of_term": "end of term;end of term action;expiration action;at term end;renewal type;"
    "end of term treatment;renewal option;term end action;post term;at expiration;end of term behavior;"
    "renewal method~renewal;renewal term;after term",
    "auto_renews": "auto renew;autorenew;autorenewal;auto renewal;automatic renewal;renews automatically;"
    "auto renewal clause;automatically renew;auto renew flag;evergreen;auto renewing;autorenewed;"
    "auto renewal flag~renew;renewal clause",
    "renewal_term_months": "renewal term month;renewal term;renewal period;renewal length;renewal month;"
    "renewal duration;renewal term length;extension term;auto renewal term;autorenewal term;auto renew term;"
    "renewal period month;autorenew term;autorenewal period;subsequent term;successive term;autorenewal month;"
    "extension month",
    "notice": "notice;notice period;termination notice;cancellation notice;notice required;renewal notice;"
    "non renewal notice;notification period;notice term;notice to cancel;cancel notice;"
    "termination notice period;notice of non renewal;notice requirement;cancellation notice period;"
    "notice window",
    "notice_days": "notice day;notice period day;renewal notice day;termination notice day;day notice;"
    "cancellation notice day;day of notice;non renewal notice day;notification day;notice in day;"
    "required notice day;cancel notice day",
    "mrc": "mrc;monthly recurring charge;monthly cost;monthly charge;monthly;monthly recurring;monthly amount;"
    "total mrc;monthly recurring cost;monthly price;monthly fee;monthly value;monthly spend;contract mrc;"
    "monthly commit;monthly minimum;monthly rate;recurring charge;mrc total~recurring",
    "nrc": "nrc;non recurring charge;install;install charge;one time charge;setup fee;nonrecurring;"
    "nonrecurring charge;one time cost;non recurring cost;one time fee;install fee;total nrc;setup;setup cost;"
    "otc",
    "total_value": "total value;contract value;contract amount;total contract value;tcv;amount;value;"
    "total contract amount;award amount;total amount;not to exceed;contract total;contract price;total award;"
    "total contract price;current contract value;current contract amount;contract sum;total commitment;"
    "encumbered amount;original contract amount;contract dollar amount;total cost;nte amount;award value;"
    "price~total;contract cost;cost;nte;maximum amount;maximum value;dollar amount;contract limit",
    "currency": "currency;currency code;contract currency~cur",
    "department": "department;department name;dept;business unit;division;agency;agency name;cost center;"
    "owner department;contracting agency;dept name;requesting department;buying department~owner;bureau;office",
    "bid_number": "bid number;bid;rfp number;solicitation number;rfp;bid id;solicitation;rfq number;"
    "procurement number;tender number;itb number;bid no number;solicitation id;rfb number;rfp id;"
    "bid reference;e rate 470",
    "circuit_ids": "circuit id;circuit;covered circuit;service id;circuit list;circuit covered;"
    "provider circuit id;associated circuit;linked circuit;assigned circuit;circuit number;circuit assigned",
    "notes": "note;contract note;general note;additional note;special term;additional information;"
    "contract comment~description;detail;misc;other;long description;term and condition;summary;info",
}
PROVIDERS = {
    "name": "name;provider name;provider;common name;display name;company;company name;provider company;"
    "short name;organization name;brand;doing business as;dba;trading name~organization;title;carrier brand;"
    "slug",
    "legal_name": "legal name;legal entity;legal entity name;registered name;full legal name;corporate name;"
    "company legal name;provider legal name;full name;legal company name;entity name;contracting entity",
    "aliases": "alias;aliase;other name;also known as;aka;alternate name;former name;alternative name;"
    "previous name;other names;known as;formerly",
    "asn": "asn;as number;autonomous system;autonomous system number;bgp asn;as;provider asn;peer asn;bgp as",
    "website": "website;url;homepage;web;website url;web address;company website;site url;provider website;"
    "home page;web page;company url;www",
    "portal_url": "portal url;portal;customer portal;provider portal;portal link;portal address;portal website;"
    "login url;online portal;support portal;web portal;customer portal url;ticket portal;service portal",
    "noc_phone": "noc phone;noc number;noc telephone;support phone;noc phone number;trouble phone;repair number;"
    "support number;repair phone;noc;support phone number;noc contact number;tac phone;24x7 noc;"
    "trouble number;noc tel;helpdesk phone;tech support phone;noc contact;noc contact phone~phone;"
    "phone number;contact phone",
    "noc_email": "noc email;support email;noc email address;trouble email;noc contact email;repair email;"
    "helpdesk email;tac email;support email address;ticket email~email;email address;contact email",
    "account_manager": "account manager;account rep;sales rep;account executive;provider rep;account manager name;"
    "am;rep;account team;sales contact;account representative;representative;account contact;"
    "sales representative;sales manager~contact;contact name;primary contact;admin contact",
    "ban": "ban;billing account number;account number;billing account;account;customer number;account id;"
    "provider account number;our account number;account no number;master account number",
    "notes": "note;description;general note;provider note;additional information~detail;misc;other;info",
}
CUSTOMERS = {
    "name": "name;customer name;customer;account name;company;company name;business name;organization name;"
    "full name;display name;organization;subscriber name;end user;end user name;contact name~title;"
    "first and last name;billing name",
    "account_number": "account number;customer number;customer id;account id;account;customer account number;"
    "customer account;external id;subscriber id;customer code;account code;id;billing account number;crm id;"
    "customer ref;subscriber number;customer account id;client number~ref;number;reference;record id;ban",
    "kind": "kind;type;customer type;account type;category;segment;customer class;customer segment;classification;"
    "class;customer category;market segment;customer kind;account class;group;customer group~tier;vertical;"
    "industry",
    "email": "email;email address;contact email;billing email;primary email;customer email;main email",
    "phone": "phone;phone number;contact phone;primary phone;contact number;mobile;main phone;customer phone;"
    "telephone number;cell;mobile phone;billing phone;work phone;main number;cell phone;phone 1",
    "address": "address;street address;billing address;service address;street;address line 1;address 1;"
    "mailing address;physical address;full address;customer address;billing street;address street",
    "city": "city;town;billing city;service city;municipality;locality;mailing city",
    "state": "state;billing state;state code;service state;state province;state or province;mailing state",
    "postal_code": "postal;postal code;zip;zip code;billing postal code;billing zip;service zip;zip 5;mailing zip",
    "notes": "note;description;general note;customer note;account note;additional information~detail;misc;other;info",
}
SYNONYMS = {
    "circuits": CIRCUITS,
    "sites": SITES,
    "contracts": CONTRACTS,
    "providers": PROVIDERS,
    "customers": CUSTOMERS,
}
