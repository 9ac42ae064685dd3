"""Contracts that were sent and read, as the worker reads them, and what people decide of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from netos_core.access.rules import Role
from netos_core.changes.schemas import ChangeView
from netos_core.documents.rules.extraction.extract import extract
from netos_core.extractions import operations as extractions
from netos_core.extractions.queries import get_row
from netos_core.extractions.rules.states import READ
from netos_core.extractions.schemas import (
    DecideExtraction,
    ExtractionView,
    GetExtraction,
    ProposeExtraction,
    UploadContract,
)
from netos_core.kernel.clock import utc_now
from netos_core.kernel.context import Channel, Context
from netos_core.runtime import extracting, files
from netos_core.runtime.calls import Core
from netos_core.runtime.reading import read_document
from tests.extraction.sheet import Sheet
from tests.factories import make_ctx

PAGE = Channel.PAGE


LEAVING = (
    "2. Early Termination. If Customer terminates Service before the end of the Service Term, Customer shall pay early "
    "termination liability equal to 100% of the MRC for the remaining months of the first year and 50% of the "
    "MRC for the "
    "remaining months thereafter."
)


def order(number: str = "SO-2204417", *, more: str = "", mrc: str = "$4,850.00", clause: str = LEAVING) -> bytes:
    """Write an order form that says everything a deadline needs."""
    sheet = Sheet()
    sheet.headline("Granite Peak Fiber, LLC")
    sheet.headline("SERVICE ORDER FORM", 12)
    sheet.pairs(
        [
            ("Service Order Number:", number),
            ("Order Date:", "March 14, 2026"),
            ("Customer:", "Blue Mesa Broadband, Inc."),
            ("Provider:", "Granite Peak Fiber, LLC"),
            ("Circuit ID:", "OGYX/418822//GPF"),
            ("Service Term:", "36 months"),
            ("Monthly Recurring Charge:", mrc),
            ("Non-Recurring Charge:", "$1,500.00"),
        ]
    )
    sheet.heading("Terms")
    sheet.para(
        "1. Term and Renewal. This Service Order is effective as of April 1, 2026. Upon expiration of the Service "
        "Term, this Service Order shall automatically renew for successive one (1) year terms unless either party "
        "gives written notice of non-renewal at least sixty (60) days prior to the end of the then-current term."
    )
    sheet.para(clause)
    if more:
        sheet.para(more)
    return sheet.content


@contextmanager
def calling(core: Core, role: Role = Role.FINANCE) -> Iterator[Context]:
    """Open the call of a person on a page."""
    with core.session() as session:
        yield make_ctx(session, role, channel=PAGE, now=utc_now())


def send(core: Core, content: bytes, role: Role = Role.FINANCE, name: str = "order.pdf") -> str:
    """Send a contract; returns the ref of its extraction."""
    with calling(core, role) as ctx:
        return extractions.upload_contract(ctx, UploadContract(content=content, file_name=name)).ref


def work(core: Core) -> None:
    """Do what the worker does until nothing waits."""
    while files.store_staged(core):
        pass
    while extracting.read_next(core):
        pass


def read(core: Core, content: bytes) -> str:
    ref = send(core, content)
    work(core)
    return ref


def put_read(ctx: Context, content: bytes, name: str = "order.pdf") -> str:
    """Send a contract and put what the rules read of it beside it, with no worker; returns its ref."""
    ref = extractions.upload_contract(ctx, UploadContract(content=content, file_name=name)).ref
    reading = read_document(content)
    row = get_row(ctx, ref)
    row.state, row.extractor, row.read_at = READ, "rules", ctx.now
    row.result = extracting.result_of(extract(reading.pages), reading.pages)
    row.pages_read = len(reading.pages)
    row.texts = [page.text for page in reading.pages]
    ctx.session.flush()
    return ref


def get(core: Core, ref: str, role: Role = Role.FINANCE, **more: Any) -> ExtractionView:
    with calling(core, role) as ctx:
        return extractions.get_extraction(ctx, GetExtraction(ref=ref, **more))


def decide(core: Core, ref: str, version: int | None = None, **choices: str | tuple[str, str]) -> ExtractionView:
    """Decide fields: the choice, or `edit` and what is typed."""
    told: list[Mapping[str, Any]] = [
        {"field": name, "choice": one} if isinstance(one, str) else {"field": name, "choice": one[0], "value": one[1]}
        for name, one in choices.items()
    ]
    version = version or get(core, ref).version
    with calling(core) as ctx:
        return extractions.decide_extraction(
            ctx, DecideExtraction.model_validate({"ref": ref, "version": version, "decisions": told})
        )


def propose(core: Core, ref: str, **more: Any) -> ChangeView:
    version = more.pop("version", None) or get(core, ref).version
    with calling(core) as ctx:
        return extractions.propose_extraction(ctx, ProposeExtraction(ref=ref, version=version, **more))
