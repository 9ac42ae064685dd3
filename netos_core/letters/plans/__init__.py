"""From what is asked of letters to the exact rows that would change. Writes nothing."""

from netos_core.letters.plans.drafts import plan
from netos_core.letters.plans.saying import heading, warnings_of

__all__ = ["heading", "plan", "warnings_of"]
