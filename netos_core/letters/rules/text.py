"""Text of records as a letter takes it in: data, whatever it says, in letters that can be printed."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

LONGEST_LINE = 300
_BROKEN = re.compile(r"\r\n|[\r\v\f\x85\u2028\u2029]")
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
"""Controls, marks that turn the direction of text, private and unassigned characters: nothing of them is printed."""


def one_line(text: str | None) -> str:
    """Return a text in one line, without what can not be seen; nothing of it is read as an order or a mark."""
    return " ".join(_seen(text or "").split())[:LONGEST_LINE]


def lines(text: str | None) -> str:
    """Return a text of several lines, each without what can not be seen; more than one empty line is one."""
    kept = [" ".join(_seen(line).split()) for line in _BROKEN.sub("\n", text or "").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip("\n")


def _seen(text: str) -> str:
    shown = (" " if character in "\t\n\r\v\f\x85\u2028\u2029" else character for character in text)
    return unicodedata.normalize("NFC", "".join(c for c in shown if unicodedata.category(c) not in _UNSEEN))


def long_day(day: date) -> str:
    """Write a date as a letter does, so that nobody takes the day for the month: November 26, 2026."""
    return f"{day:%B} {day.day}, {day.year}"


_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


def mail_in(text: str | None) -> str | None:
    """Find the one mail address that a text names; None where it names none or several."""
    found = {address.rstrip(".").lower() for address in _MAIL.findall(text or "")}
    return found.pop() if len(found) == 1 else None
