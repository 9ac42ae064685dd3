"""Vendor quotes: stage what was read, look at the history."""

from __future__ import annotations

from netos_core.quotes import operations as quotes
from netos_mcp.answers import LIST_WORDS, Published

PUBLISHED = (
    Published(
        quotes.list_quotes,
        "List vendor quotes by provider, place, circuit, state or expiry; state draft lists what waits for a person. "
        'Example: {"provider": "Zayo", "state": ["answered"]}.',
        words={
            **LIST_WORDS,
            "state": "draft, answered, accepted, expired …",
            "circuit": "The one it would replace.",
            "site": "And inside it.",
        },
    ),
    Published(
        quotes.stage_quote_draft,
        "Stage a quote you read in a mail or document, for a person to review; nothing is in the history by it. Prove "
        "each value with words copied from the text. Staging the same text again finds the first draft. "
        'Example: {"text": "Zayo: 36 months at $1,080.00", "values": {"provider": {"value": "Zayo", "proof": "Zayo:"}, '
        '"36.mrc": {"value": "1080.00", "proof": "36 months at $1,080.00"}}}.',
    ),
)

NAME = "quotes"
TOOLSET = (
    Published(
        quotes.get_quote,
        "Show one quote with each of its terms, its state and where it stands. Several over one horizon: "
        'compare_quotes. Example: {"ref": "QUO-1001"}.',
        toolset=NAME,
    ),
    Published(
        quotes.compare_quotes,
        "Show which term of which quote costs least over one horizon, why in money, and against keeping the circuit. "
        'Example: {"ref": ["QUO-1001", "QUO-1002"], "horizon": 36}.',
        toolset=NAME,
    ),
    Published(
        quotes.get_quote_draft,
        "Show a staged draft: the text, each value and its proof. Who reviews it does so on its page. Drafts: "
        'list_quotes with state draft. Example: {"ref": "QDR-1001"}.',
        toolset=NAME,
    ),
    Published(
        quotes.list_orders,
        "List orders by provider, stage or lateness, from the order to the first bill. One order: get_order. "
        'Example: {"sort": "ref"}.',
        words=LIST_WORDS,
        toolset=NAME,
    ),
    Published(
        quotes.get_order,
        "Show one order: its stages with planned and actual days, holds, and what is late. Several: list_orders. "
        'Example: {"ref": "ORD-1001"}.',
        toolset=NAME,
    ),
)
