"""The write path: propose, look, confirm, trace. Nothing here approves."""

from __future__ import annotations

from netos_core.changes import operations as changes
from netos_core.proposals import operations as proposals
from netos_mcp.answers import Published

PUBLISHED = (
    Published(
        proposals.propose_change,
        "Propose a change and get its exact diff, digest, risk and approvers; nothing is written yet. Repeating "
        "it finds the same proposal. Fields of a kind: netos://schema/{kind}. Example: "
        '{"kind": "circuit", "ref": "CKT-1042", "set": {"mrc": "1250.00"}, "reason": "Invoice of October"}.',
        words={"set": "Fields to new values; null clears."},
    ),
    Published(
        changes.get_change,
        "Show a proposed change: exact diff, risk, approvals given and missing, or how it ended. "
        'Example: {"change_id": "CHG-2207"}.',
    ),
    Published(
        changes.confirm_change,
        "Apply a proposed change once it is approved; the person may be asked meanwhile. On needs_approval give them "
        "the link and stop: the last approval applies it. Repeating is safe. "
        'Example: {"change_id": "CHG-2207", "digest": "9f2c…"}.',
        destructive=True,
    ),
    Published(
        changes.search_audit,
        "Find who changed or decided what, when and why, with old and new values, newest first. "
        'Example: {"ref": "CKT-1042"}.',
    ),
)

NAME = "changes"
TOOLSET = (
    Published(
        changes.list_changes,
        "List proposed changes, newest first; mine are those that wait for the person you act for. One with its "
        'diff: get_change. Example: {"status": "open"}.',
        toolset=NAME,
    ),
)
