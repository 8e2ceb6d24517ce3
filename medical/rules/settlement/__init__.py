"""Settling a bill: who pays what, in the order of the law.

Above the price limit and outside the catalogue the insured person pays; of what is left, first the
first self-pay, then the deductible; the rest is shared by ratio, up to the yearly cap. What the
person still bears in scope goes on to the large-amount fund, catastrophic insurance, the civil
servants' supplement and assistance; then the accounts pay, and last the person in cash.

Two identities hold for every bill:

    total = outside the catalogue + above limits + first self-pay + in scope
    total = funds + insured person
"""

from .facts import BillFacts
from .settled import Settled, employees_settlement, residents_settlement, settle

__all__ = ["BillFacts", "Settled", "employees_settlement", "residents_settlement", "settle"]
