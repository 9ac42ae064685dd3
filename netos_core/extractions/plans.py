"""From the fields a person decided to one contract, new or on file, with its paper and the proof of each field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select

from netos_core.annotations.queries import Target
from netos_core.changes.plans import Wanted
from netos_core.changes.rules import Action, Change, ChangeSet
from netos_core.circuits import queries as circuits
from netos_core.contracts import plans as contracts
from netos_core.contracts.rules import ContractKind
from netos_core.contracts.schemas import ContractEdit
from netos_core.documents import plans as documents
from netos_core.documents.model import Document, Extraction
from netos_core.documents.rules.content import title_of
from netos_core.documents.rules.extraction.fields import FieldName
from netos_core.documents.rules.kinds import DocumentKind, Sensitivity
from netos_core.documents.schemas import UploadDocument
from netos_core.extractions import queries
from netos_core.extractions.rules import clauses, deciding, values
from netos_core.extractions.schemas import ProposeExtraction
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Invalid

LONGEST_CLAUSE = 500


@dataclass(frozen=True, slots=True)
class Planned:
    """The change set, and for each field that is taken over where the document says so."""

    change_set: ChangeSet
    proof: Mapping[str, Mapping[str, Any]]


def plan(ctx: Context, row: Extraction, asked: ProposeExtraction) -> Planned:
    """Plan the contract.

    Raises:
        Invalid: A value does not fit a contract, or nobody knows whose contract it is.
        NotFound: The contract or the provider that is named is none we have.
        ImpossibleTerms: The terms can not be so.
    """
    taken = deciding.taken(queries.reads_of(row), row.decisions, queries.doubted(row))
    document = (
        None
        if row.document_id is None
        else ctx.session.scalar(select(Document.ref).where(Document.id == row.document_id))
    )
    told: list[str] = []
    fields = _columns(row, taken, document or row.ref, told)
    on_file = queries.contract_of(ctx, row, asked.contract) if asked.contract else None
    for name in ("kind", "number", "parent"):
        if getattr(asked, name) is not None:
            fields[name] = getattr(asked, name)
    if on_file is None:
        fields |= _new(ctx, row, asked, taken, told)
        changes = contracts.plan(ctx, [Wanted(Action.CREATE, None, _edit(fields))])
    else:
        if asked.title:
            fields["title"] = asked.title
        changes = contracts.plan(ctx, [Wanted(Action.UPDATE, on_file["ref"], _edit(fields))])
    target = _target(changes, on_file)
    changes = [*changes, *_paper(ctx, row, target)]
    out = deciding.left_out(queries.reads_of(row), row.decisions, queries.doubted(row))
    if out:
        told.append(f"Read but not decided, and so left out: {', '.join(map(values.label_of, out))}.")
    title = f"{'Update' if on_file else 'Add'} contract {target.ref} from {row.ref}"
    warnings = (*contracts.warnings_of(ctx, changes), *told)
    return Planned(ChangeSet(title, tuple(changes), warnings), _proof(row, taken, document))


def _columns(row: Extraction, taken: Mapping[FieldName, Any], paper: str, told: list[str]) -> dict[str, Any]:
    fields: dict[str, Any] = {
        column: taken[name] for name, column in values.PLAIN.items() if taken.get(name) is not None
    }
    reads = queries.reads_of(row)
    ends = reads.get(FieldName.EXPIRATION_DATE)
    is_theirs = row.decisions.get(FieldName.EXPIRATION_DATE, {}).get("choice") == deciding.Choice.EDIT
    if ends and ends.get("counted") and not is_theirs and {"term_start_date", "term_months"} <= fields.keys():
        fields.pop("term_end_date", None)  # the plan counts it itself, from the start and the months that stand
    if "notice_count" in fields:
        fields["notice_unit"] = "days"
    if FieldName.END_OF_TERM not in taken and taken.get(FieldName.AUTO_RENEWS) is True:
        fields["end_of_term"] = "auto_renew"
    for name in clauses.CLAUSES:
        if taken.get(name) is None:
            continue
        typed = clauses.typed_clause(
            name, taken, queries.read_as_it_stands(row, name), by_rules=row.extractor == queries.RULES
        )
        if typed.terms is None:
            told.append(clauses.by_hand(name, typed))
        elif name is FieldName.ETF:
            fields["etf"] = {**typed.terms, **_source(row, name, paper)}
        else:
            fields["escalator"] = typed.terms
    return fields


def _source(row: Extraction, name: FieldName, paper: str) -> dict[str, Any]:
    """Say where the document says it; what a person typed has no quote."""
    read = queries.read_as_it_stands(row, name)
    if read is None:
        return {}
    return {"document": paper, "page": read["page"], "quote": read["quote"][:LONGEST_CLAUSE]}


def _new(
    ctx: Context, row: Extraction, asked: ProposeExtraction, taken: Mapping[FieldName, Any], told: list[str]
) -> dict[str, Any]:
    """Give what a new contract has beside its terms: whose it is, its title, and the circuits it names."""
    provider = asked.provider
    if provider is None:
        named = queries.provider_of(ctx, row)
        if named is None:
            raise Invalid(
                "Whose contract is it? None of the names in it is one provider on file.",
                field="provider",
                fix="Name the provider, or add it first.",
            )
        provider = named.ref
    keys = [str(one) for one in taken.get(FieldName.CIRCUIT_IDS) or ()]
    names = circuits.names(ctx, keys)
    known = [found.ref for key in keys if (found := names.find(key))]
    if len(known) < len(keys):
        told.append(f"{len(keys) - len(known)} of {len(keys)} circuit ids in it are no circuits on file.")
    return {
        "provider": provider,
        "kind": asked.kind or ContractKind.ORDER,
        "title": asked.title or title_of(row.file_name),
        "circuits": list(dict.fromkeys(known)),
    }


def _edit(fields: Mapping[str, Any]) -> ContractEdit:
    try:
        return ContractEdit.model_validate(dict(fields))
    except ValidationError as refused:
        name = str(refused.errors()[0]["loc"][0])
        label = name.replace("_", " ")
        raise Invalid(
            f"The value for {label} is none a contract can have.", field=name, fix="Edit or reject that field."
        ) from None


def _target(changes: Sequence[Change], on_file: Mapping[str, Any] | None) -> Target:
    if on_file is not None:
        return Target("contract", on_file["id"], on_file["ref"])
    made = next(change for change in changes if change.entity == "contract")
    return Target("contract", made.id, made.ref)


def _paper(ctx: Context, row: Extraction, target: Target) -> list[Change]:
    """Put the file on the contract, unless it is there."""
    there = select(Document.id).where(
        Document.entity == "contract",
        Document.entity_id == target.id,
        Document.sha256 == row.sha256,
        Document.retired_at.is_(None),
    )
    if ctx.session.scalar(there) is not None:
        return []
    upload = UploadDocument(
        on=target.ref, content=b"", kind=DocumentKind.CONTRACT, sensitivity=Sensitivity(row.sensitivity)
    )
    return [documents.plan_attached(ctx, upload, target, sha256=row.sha256, file_name=row.file_name)]


def _proof(row: Extraction, taken: Mapping[FieldName, Any], document: str | None) -> dict[str, dict[str, Any]]:
    """Keep with the proposal where each field stands, or who typed it."""
    reads = queries.reads_of(row)
    proof: dict[str, dict[str, Any]] = {}
    for name in taken:
        decided, read = row.decisions.get(name), reads.get(name)
        if decided and decided["choice"] == deciding.Choice.EDIT:
            proof[name] = {"typed_by": decided["by"]}
        elif read is not None:
            proof[name] = {"document": document or row.ref, "page": read["page"], "quote": read["quote"]}
    return proof
