"""How many tokens a text costs a model, estimated from above without a tokenizer at run time.

A tokenizer first cuts a text into words, digit groups and runs of signs, then words into pieces. The
cuts are the same everywhere; the pieces per cut below are measured bounds (`tests/mcp/test_tokens.py`
holds them against the real o200k vocabulary: never below the truth on our kinds of data).
"""

from __future__ import annotations

import re

CEILING = 8000
"""Tokens no result exceeds."""

_CUTS = re.compile(
    r"""(?P<joint>"[\]}]*[,:][\[{]*"?|[\]}]+,[\[{]+"?)"""  # JSON between two values is one piece
    r"|(?P<digits>[0-9]{1,3})"
    r"|(?P<word>[A-Z]?[a-z]+)"
    r"|(?P<capitals>[A-Z]+)"
    r"|(?P<blank>[^\S\n]+)"
    r"|(?P<newline>\n+)"
    r"|(?P<foreign>[^\x00-\x7f]+)"
    r"|(?P<signs>[!-/:-@\[-`{-~\x00-\x08\x0e-\x1f\x7f]+)"
)


def estimate(text: str) -> int:
    """Return a number of tokens that is not below the true one for text of our kinds."""
    cost = 1.0
    for cut in _CUTS.finditer(text):
        kind, length = cut.lastgroup, cut.end() - cut.start()
        if kind == "word":
            cost += 1 + (length - 1) / 5
        elif kind == "capitals":
            cost += 0.7 + 0.6 * length
        elif kind == "blank":
            cost += 0 if length == 1 else 1
        elif kind == "foreign":
            cost += 0.6 * len(cut.group().encode())
        elif kind == "signs":
            cost += 0.3 + 0.7 * length
        else:  # a joint, up to three digits, line ends
            cost += 1
    return int(cost) + 1
