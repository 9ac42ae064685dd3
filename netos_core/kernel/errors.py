"""Five kinds of refusal, told apart by what the caller can do next.

A feature subclasses a kind beside the function that raises it and keeps a stable `code`
(the list is in docs/errors.md). Messages are our own sentences: text from a document,
a vendor or a driver never enters one. No HTTP status lives here; each edge has its own table.
"""

from __future__ import annotations

from netos_core.kernel.bounds import as_text

LONGEST_ECHO = 60  # of a caller's own word repeated in an error


class NetosError(Exception):
    """A refusal a person or an agent can act on.

    Args:
        message: What is so, in one or two sentences.
        field: Path of the input that caused it, if one did.
        fix: What to do next, if the message does not already say it.
    """

    code = "internal"

    def __init__(self, message: str, *, field: str | None = None, fix: str | None = None) -> None:
        super().__init__(message)
        self.message = as_text(message)  # a word it repeats may hold what no answer can be written with
        self.field = None if field is None else as_text(field)
        self.fix = None if fix is None else as_text(fix)

    def as_dict(self) -> dict[str, str | None]:
        return {"code": self.code, "message": self.message, "field": self.field, "fix": self.fix}


class NotFound(NetosError):
    """Look it up again."""

    code = "not_found"


class Invalid(NetosError):
    """Correct the input."""

    code = "invalid_argument"


class Ambiguous(Invalid):
    """Several things answer to that name; the message lists them."""

    code = "ambiguous"


class Forbidden(NetosError):
    """Ask someone who may."""

    code = "forbidden_scope"


class NotSignedIn(Forbidden):
    """Say who you are, with a token or a sign-in that is valid."""


class Conflict(NetosError):
    """Read again, propose again."""

    code = "stale"


class Unavailable(NetosError):
    """An outside system failed; try later."""

    code = "upstream"


def one_of(value: str, allowed: list[str], *, what: str, field: str) -> Invalid:
    """Make the refusal of an unknown name, with the nearest valid one first.

    Args:
        value: The name that was given.
        allowed: Every valid name.
        what: The kind of name, such as "filter" or "column".
        field: Path of the offending input.
    """
    from difflib import get_close_matches

    near = get_close_matches(value, allowed, n=1, cutoff=0.5)
    guess = f" Did you mean {near[0]}?" if near else ""
    shown = value if len(value) <= LONGEST_ECHO else value[: LONGEST_ECHO - 1] + "…"
    return Invalid(f"There is no {what} “{shown}”.{guess}", field=field, fix=f"Valid: {', '.join(allowed)}.")
