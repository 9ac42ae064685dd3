"""From what is asked of network detail to the exact rows that would change. Writes nothing."""

from netos_core.network.plans.kinds import KINDS
from netos_core.network.plans.leaving import plan_gone

__all__ = ["KINDS", "plan_gone"]
