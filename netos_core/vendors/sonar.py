"""Sonar v2: accounts, what they are sold, and the catalogue, over GraphQL.

Lists are read in the order of ids, each piece from the last id on: pages by number would skip a record whenever an
earlier one is deleted meanwhile. Amounts come as whole cents.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from netos_core.revenue.billing import Account, Kept, Piece, Product, Service
from netos_core.vendors.http import BadResponse, CredentialsInvalid, PermissionDenied, Rejected, Reply, VendorHttp

SYSTEM = "Sonar"
SETTING = "NETOS_SONAR_TOKEN"
PATH = "/api/graphql"
PIECE = 250
PIECE_OF_KEYS = 1000
MONTHLY = frozenset({"DATA", "RECURRING", "VOICE"})
"""The kinds of services that are billed again and again; the others are billed once, or by what was used."""

FIELDS: Mapping[str, str] = {
    "accounts": """id name account_status { name activates_account }
      addresses { entities { type line1 city subdivision zip latitude longitude } }""",
    "account_services": "id account_id service_id name_override quantity price_override",
    "services": """id name type application amount
      data_service_detail { billing_frequency } recurring_service_detail { billing_frequency }
      voice_service_detail { billing_frequency }""",
}
USED: Mapping[str, frozenset[str]] = {
    "Account": frozenset({"id", "name", "account_status", "addresses", "updated_at"}),
    "AccountService": frozenset(
        {"id", "account_id", "service_id", "name_override", "quantity", "price_override", "updated_at"}
    ),
    "Service": frozenset({"id", "name", "type", "application", "amount"}),
}
"""The fields we read of each type, which `check` looks for in the schema of the instance."""

S = TypeVar("S", bound="_Shape")


class _Shape(BaseModel):
    """What is read of an answer; what else it says is left alone."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class _Record(_Shape):
    id: int = Field(ge=0)


class _Status(_Shape):
    name: str | None = Field(None, max_length=200)
    activates_account: bool = True


class _Address(_Shape):
    type: str | None = None
    line1: str | None = Field(None, max_length=300)
    city: str | None = Field(None, max_length=200)
    subdivision: str | None = Field(None, max_length=20)
    zip: str | None = Field(None, max_length=20)
    latitude: Decimal | None = Field(None, ge=-90, le=90)
    longitude: Decimal | None = Field(None, ge=-180, le=180)


class _Addresses(_Shape):
    entities: list[_Address] = Field(default_factory=list)


class _Account(_Record):
    name: str = Field(max_length=500)
    account_status: _Status | None = None
    addresses: _Addresses = Field(default_factory=_Addresses)


class _AccountService(_Record):
    account_id: int
    service_id: int
    name_override: str | None = Field(None, max_length=500)
    quantity: Decimal = Field(Decimal(1), ge=0, lt=10**6)
    price_override: int | None = Field(None, gt=-(10**12), lt=10**12)


class _Detail(_Shape):
    billing_frequency: int | None = Field(None, ge=1, le=120)


class _Service(_Record):
    name: str = Field(max_length=500)
    type: str
    application: str = "DEBIT"
    amount: int | None = Field(None, gt=-(10**12), lt=10**12)
    data_service_detail: _Detail | None = None
    recurring_service_detail: _Detail | None = None
    voice_service_detail: _Detail | None = None


class Sonar:
    """One instance of Sonar; threads may share it.

    Args:
        address: Such as https://isp.sonar.software.
        token: Returns a personal access token; with `True` it is read anew from where it is kept.
        sleep: Waits that many seconds between tries.

    Raises:
        ValueError: `address` is no http or https address.
    """

    def __init__(
        self, address: str, token: Callable[[bool], str], *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._http = VendorHttp(SYSTEM, address, setting=SETTING, sleep=sleep)
        self._token = token

    def close(self) -> None:
        self._http.close()

    def check(self) -> str:
        types = " ".join(f'{name}: __type(name: "{name}") {{ fields {{ name }} }}' for name in USED)
        reply, told = self._ask(
            f"{{ accounts(paginator: {{page: 1, records_per_page: 1}}) {{ {_PAGE} }} {types} }}", {}
        )
        for name, used in USED.items():
            described = told.get(name)
            if described is None:  # an instance may keep its schema to itself
                continue
            try:
                there = {one["name"] for one in described["fields"]}
            except (KeyError, TypeError):
                raise reply.bad("has other fields than we expect") from None
            if missing := sorted(used - there):
                raise reply.bad(f"lacks the fields {', '.join(missing)} of {name}")
        return f"It knows us, and has {_count(reply, told, 'accounts')} accounts."

    def products(self, after: str | None) -> Piece[Product]:
        rows, last = self._list("services", _Service, after, None)
        return Piece([_product(row) for row in rows], last)

    def accounts(self, after: str | None, since: datetime | None) -> Piece[Account]:
        rows, last = self._list("accounts", _Account, after, since)
        return Piece([_account(row) for row in rows], last)

    def services(self, after: str | None, since: datetime | None) -> Piece[Service]:
        rows, last = self._list("account_services", _AccountService, after, since)
        return Piece([_service(row) for row in rows], last)

    def keys(self, kind: Kept, after: str | None) -> Piece[str]:
        name = "accounts" if kind is Kept.ACCOUNTS else "account_services"
        rows, last = self._list(name, _Record, after, None, fields="id", size=PIECE_OF_KEYS)
        return Piece([str(row.id) for row in rows], last)

    def _list(
        self,
        name: str,
        shape: type[S],
        after: str | None,
        since: datetime | None,
        *,
        fields: str | None = None,
        size: int = PIECE,
    ) -> tuple[Sequence[S], str | None]:
        """Read one piece of a list.

        Raises:
            BadResponse: It is not what was asked for: out of order, from before the last id, or of other fields.
        """
        query = f"""query ($page: Paginator, $search: [Search], $order: [Sorter]) {{
          {name}(paginator: $page, search: $search, sorter: $order) {{
            entities {{ {fields or FIELDS[name]} }} {_PAGE}
          }}
        }}"""
        start = int(after) if after else 0
        # All conditions of one search must hold; several searches would be alternatives.
        search: dict[str, Any] = {"integer_fields": [{"attribute": "id", "operator": "GT", "search_value": start}]}
        if since is not None:
            moment = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            search["datetime_fields"] = [{"attribute": "updated_at", "operator": "GTE", "search_value": moment}]
        variables = {
            "page": {"page": 1, "records_per_page": size},
            "search": [search],
            "order": [{"attribute": "id", "direction": "ASC"}],
        }
        reply, told = self._ask(query, variables)
        total = _count(reply, told, name)
        try:
            rows = [shape.model_validate(one) for one in told[name]["entities"]]
        except (KeyError, TypeError, ValidationError):
            raise reply.bad("has other fields than we expect") from None
        ids = [_id_of(row) for row in rows]
        if ids != sorted(set(ids)) or any(one <= start for one in ids) or len(ids) > size:
            raise reply.bad("is not in the order we asked for")
        if total > len(rows) and not rows:
            raise reply.bad("is empty though it counts records")
        return rows, str(ids[-1]) if total > len(rows) else None

    def _ask(self, query: str, variables: Mapping[str, Any]) -> tuple[Reply, dict[str, Any]]:
        """Ask, and once more with a token read anew: it may have been rotated."""
        reply = self._send(query, variables, fresh=False)
        if _unknown(reply):
            reply = self._send(query, variables, fresh=True)
        if reply.status == HTTPStatus.UNAUTHORIZED or _unknown(reply):
            raise self._refused_token(reply)
        if reply.status != HTTPStatus.OK:
            raise self._http.refused(reply)
        told = reply.json()
        if not isinstance(told, dict):
            raise reply.bad("is no object")
        if told.get("errors"):
            raise self._error(reply, told["errors"])
        if not isinstance(told.get("data"), dict):
            raise reply.bad("has no data")
        return reply, told["data"]

    def _send(self, query: str, variables: Mapping[str, Any], *, fresh: bool) -> Reply:
        return self._http.request(
            "POST",
            PATH,
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {self._token(fresh)}", "Accept": "application/json"},
            repeatable=True,  # a query changes nothing
        )

    def _refused_token(self, reply: Reply) -> CredentialsInvalid:
        return CredentialsInvalid(
            "Our credential for Sonar was refused.",
            system=SYSTEM,
            setting=SETTING,
            status=reply.status,
            vendor_request_id=reply.request_id,
            fix=f"Make a new personal access token in Sonar and set {SETTING}.",
        )

    def _error(self, reply: Reply, errors: Any) -> PermissionDenied | Rejected | BadResponse:
        """Make the error of a refused query, which comes with HTTP 200."""
        categories = _categories(errors)
        about: dict[str, Any] = {"system": SYSTEM, "status": reply.status, "vendor_request_id": reply.request_id}
        if "authorization" in categories:
            return PermissionDenied(
                "Sonar does not let our user read this.",
                setting=SETTING,
                fix="Give its role the right to read accounts, their services and the services.",
                **about,
            )
        if "graphql" in categories:
            return reply.bad("says that it knows other fields than we ask for")
        return Rejected("Sonar could not answer the question.", fix="Try again later; then report it.", **about)


_PAGE = "page_info { total_count }"


def _unknown(reply: Reply) -> bool:
    """Tell whether Sonar does not know who asks: by the status, or in an answer that is otherwise a good one."""
    if reply.status != HTTPStatus.OK:
        return reply.status == HTTPStatus.UNAUTHORIZED
    told = reply.json()
    return isinstance(told, dict) and "authentication" in _categories(told.get("errors"))


def _categories(errors: Any) -> set[str]:
    found = set()
    for one in errors if isinstance(errors, list) else ():
        more = one.get("extensions") if isinstance(one, dict) else None
        if isinstance(more, dict) and isinstance(more.get("category"), str):
            found.add(more["category"])
    return found


def _count(reply: Reply, told: Mapping[str, Any], name: str) -> int:
    try:
        return int(told[name]["page_info"]["total_count"])
    except (KeyError, TypeError, ValueError):
        raise reply.bad("does not say how many records there are") from None


def _id_of(row: _Shape) -> int:
    found = getattr(row, "id", None)
    return found if isinstance(found, int) else -1


def _cents(cents: int | None) -> Decimal | None:
    return None if cents is None else Decimal(cents).scaleb(-2)


def _product(row: _Service) -> Product:
    """Read a service of the catalogue. One billed again and again is billed monthly where nothing else is said."""
    months = None
    if row.type in MONTHLY:
        details = (row.data_service_detail, row.recurring_service_detail, row.voice_service_detail)
        months = next((one.billing_frequency for one in details if one and one.billing_frequency), 1)
    return Product(str(row.id), row.name, _cents(row.amount), months, row.application == "CREDIT")


def _account(row: _Account) -> Account:
    """Read an account; where it is served counts, not where its mail goes."""
    found = sorted(row.addresses.entities, key=lambda one: one.type != "PHYSICAL")
    at = found[0] if found else _Address()
    whole = at.latitude is not None and at.longitude is not None
    status = row.account_status or _Status()
    return Account(
        key=str(row.id),
        name=row.name,
        number=str(row.id),
        status=status.name,
        active=status.activates_account,
        line1=at.line1,
        city=at.city,
        state=at.subdivision.rpartition("_")[2] if at.subdivision else None,
        postal_code=at.zip,
        lat=float(at.latitude) if whole and at.latitude is not None else None,
        lon=float(at.longitude) if whole and at.longitude is not None else None,
    )


def _service(row: _AccountService) -> Service:
    return Service(
        str(row.id), str(row.account_id), str(row.service_id), row.name_override, row.quantity,
        _cents(row.price_override),
    )  # fmt: skip
