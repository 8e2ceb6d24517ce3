"""What a pension would come to: worked out by the rules of a claim, decided by nobody, stored nowhere.

Two ways in: from what a visitor types (`of_stated`), and from a person's own record (`of_person`).
How somebody pays on is a `Plan`; how wages and accounts grow until then are `Assumptions`. Without
any, both are in today's money: wages, averages and the bookkeeping rate stay what they were last.
"""

from pensions.services.claim import region_of
from pensions.services.projection import GOES_ON, STOPS, TODAY, Assumptions, Plan
from pensions.services.retirement import Retirement, retirement

from .asked import Asked, AssumptionForm, Forecast, categories, chosen, forecast, read
from .common import Estimate, compare, current_policy, starts
from .record import base_of, category_of, going_on, of_person, on_record, record_of
from .stated import Stated, of_stated, wage_of

__all__ = [
    "GOES_ON",
    "STOPS",
    "TODAY",
    "Asked",
    "AssumptionForm",
    "Assumptions",
    "Estimate",
    "Forecast",
    "Plan",
    "Retirement",
    "Stated",
    "base_of",
    "categories",
    "category_of",
    "chosen",
    "compare",
    "current_policy",
    "forecast",
    "going_on",
    "of_person",
    "of_stated",
    "on_record",
    "read",
    "record_of",
    "region_of",
    "retirement",
    "starts",
    "wage_of",
]
