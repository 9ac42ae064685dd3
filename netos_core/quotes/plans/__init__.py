"""From what is asked of quotes and orders to the exact rows that would change. Writes nothing."""

from netos_core.quotes.plans.drafts import plan_draft
from netos_core.quotes.plans.orders import plan_orders, plan_steps
from netos_core.quotes.plans.quotes import plan, plan_terms

__all__ = ["plan", "plan_draft", "plan_orders", "plan_steps", "plan_terms"]
