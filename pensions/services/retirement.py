"""When somebody may draw a pension: the earliest, the statutory and the latest month."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from pensions.rules.retirement import Category as RuleCategory
from socsec.kernel import rules
from socsec.kernel.facts import FactError
from socsec.kernel.months import format_month
from socsec.kernel.policy import Policy, PolicyError
from socsec.office.errors import from_kernel


@dataclass(frozen=True)
class Retirement:
    """When somebody of a category may draw a pension: months, and the statutory age in months."""

    earliest: int
    statutory: int
    latest: int
    age: int


def retirement(birth_month: int, category: int, region: str, policy: Policy) -> Retirement:
    """The months between which the person may choose, and the one the law sets."""
    facts = {
        "category": RuleCategory.read(int(category)).name,
        "birth_month": format_month(birth_month),
    }
    try:
        sheet: Any = rules.assess(
            "pensions.retirement_age",
            facts,
            policy=policy,
            region=region,
            today=timezone.localdate(),
        ).sheet
    except (FactError, PolicyError) as error:
        raise from_kernel(error) from error
    return Retirement(
        sheet.earliest_month, sheet.pension_month, sheet.latest_month, sheet.pension_age
    )
