"""Words of a contract that read like orders to a program. Nothing acts on any; a person is told that they are there."""

from __future__ import annotations

import re

_ORDERS = re.compile(
    r"\b(?:treat|mark|accept|set)\s+(?:this|it|all|every|each)\s+(?:fields?|values?|as\b)|"
    r"\b(?:ignore|disregard|forget)\s+(?:all|any|every|your|the)\s+(?:\w+\s+){0,2}(?:instructions?|rules?|prompts?)|"
    r"\bautomated\s+(?:readers?|systems?|assistants?|agents?)\b|\bsystems?\s+processing\s+this\b|"
    r"\b(?:system\s+prompt|language\s+model|AI\s+(?:model|system|assistant|agent)|large language)\b|"
    r"\byou\s+are\s+(?:now|an?\s+AI)\b|\bdo\s+not\s+(?:flag|tell\s+the\s+(?:user|reviewer|person))\b",
    re.IGNORECASE,
)


def reads_like_orders(text: str) -> bool:
    """Whether a text speaks to what reads it rather than to the parties."""
    return bool(_ORDERS.search(" ".join(text.split())))
