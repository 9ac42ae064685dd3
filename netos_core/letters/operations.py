"""Look at letters. Drafting, sending and recording one are changes like any other: propose_change, kind letter."""

from __future__ import annotations

from netos_core.documents.schemas import DocumentFile
from netos_core.kernel.context import Context
from netos_core.kernel.operation import Effect, operation
from netos_core.letters.queries import detail, lists
from netos_core.letters.schemas import GetLetter, GetLetterFile, LetterList, LetterView, ListLetters


@operation(Effect.READ, right="read:contracts")
def list_letters(ctx: Context, request: ListLetters) -> LetterList:
    """List notice letters by contract, provider or state, newest first."""
    return lists.list_letters(ctx, request)


@operation(Effect.READ, right="read:contracts")
def get_letter(ctx: Context, request: GetLetter) -> LetterView:
    """Show one letter: its text, what is missing, where it stands and what is next."""
    return detail.letter(ctx, request.ref)


@operation(Effect.READ, right="read:contracts")
def get_letter_file(ctx: Context, request: GetLetterFile) -> DocumentFile:
    """Open the PDF of a letter as it was approved, or as a proposal would send it."""
    return detail.file(ctx, request)
