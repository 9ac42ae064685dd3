"""From what is asked of contracts to the exact rows that would change. Plans many as one, and writes nothing.

Every plan of a contract works its end and its deadlines out again and puts them into the same change,
so the diff a person approves shows the deadline move.
"""

from netos_core.contracts.plans.circuits import Links, plan_governed, plan_leaving
from netos_core.contracts.plans.contracts import Known, known_for, plan
from netos_core.contracts.plans.terms import ImpossibleTerms, warnings_of

__all__ = ["ImpossibleTerms", "Known", "Links", "known_for", "plan", "plan_governed", "plan_leaving", "warnings_of"]
