"""Vendor quotes: stage what was read, look at the history."""

from __future__ import annotations

from netos_core.quotes import operations as quotes
from netos_mcp.answers import LIST_WORDS, Published

PUBLISHED = (
    Published(
        quotes.list_quotes,
        "List vendor quotes by provider, place, circuit, state or expiry; state draft lists what waits for a person. "
        'Example: {"circuit": "CKT-1042", "state": ["answered"]}.',
        words={**LIST_WORDS, "state": "draft, answered, accepted, expired …", "circuit": "The one it would replace."},
    ),
    Published(
        quotes.stage_quote_draft,
        "Stage a quote you read in a mail or document, for a person to review; nothing is in the history by it. Prove "
        "each value with words copied from the text. Staging the same text again finds the first draft. "
        'Example: {"text": "Zayo: 36 months at $1,080.00", "values": {"provider": {"value": "Zayo", "proof": "Zayo:"}, '
        '"36.mrc": {"value": "1080.00", "proof": "36 months at $1,080.00"}}}.',
    ),
)
