"""What a forecast is asked for: the start, how somebody pays on, what is assumed. Desk and portal alike."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person, Sex
from pensions.models import Category
from pensions.services.claim import region_of
from pensions.services.projection import (
    GOES_ON,
    MOST_GROWTH,
    STOPS,
    TODAY,
    Assumptions,
    Plan,
)
from pensions.services.retirement import Retirement, retirement
from socsec.kernel.months import month_of
from socsec.kernel.policy import Policy
from socsec.office.forms import PercentField, ScreenForm

from .common import Estimate, compare, current_policy, starts
from .record import category_of, of_person, record_of


class AssumptionForm(ScreenForm):
    """What nobody knows yet. Left empty: today's money and the last rate announced."""

    wages = PercentField(
        most=MOST_GROWTH, required=False, label=_("Wages grow a year, in per cent")
    )
    interest = PercentField(
        most=MOST_GROWTH, required=False, label=_("The account bears a year, in per cent")
    )

    @property
    def assumed(self) -> Assumptions:
        """What was said; what cannot be read is not assumed."""
        said = self.cleaned_data if self.is_bound and not self._refused() else {}
        return Assumptions(wages=said.get("wages") or 0, interest=said.get("interest"))

    def _refused(self) -> bool:
        return not self.is_valid()


@dataclass(frozen=True)
class Asked:
    """Which forecast: `start` is 0 for the statutory month."""

    category: int
    start: int = 0
    plan: Plan = GOES_ON
    assumed: Assumptions = TODAY

    @property
    def goes_on(self) -> bool:
        return self.plan != STOPS


@dataclass(frozen=True)
class Forecast:
    """The same pension at several starts, in order, and the one that was asked for."""

    asked: Asked
    when: Retirement
    all: list[Estimate]
    one: Estimate

    @property
    def statutory(self) -> bool:
        return self.one.start == self.when.statutory

    @property
    def past(self) -> bool:
        return self.when.statutory < month_of(timezone.localdate())


def categories(person: Person) -> list[Category]:
    """The categories that can be this person's."""
    return [each for each in Category if each.sex == Sex(person.sex)]


def read(person: Person, said: Any, form: AssumptionForm) -> Asked:
    """The question as it came in an address; what cannot be understood is left at its usual."""
    possible = {str(each.value): each.value for each in categories(person)}
    start = said.get("start", "")
    return Asked(
        category=possible.get(said.get("category", ""), category_of(person)),
        start=int(start) if start.isascii() and start.isdigit() and len(start) < 6 else 0,
        plan=STOPS if said.get("then") == "stop" else GOES_ON,
        assumed=form.assumed,
    )


def forecast(person: Person, asked: Asked, policy: Policy | None = None) -> Forecast:
    """What the person's record promises at each start. `Problem` where a value is not entered yet."""
    policy = policy or current_policy()
    known = record_of(person)
    when = retirement(person.birth_month, asked.category, region_of(person), policy)
    return chosen(
        when,
        asked,
        lambda start: of_person(
            person,
            start,
            asked.category,
            policy,
            plan=asked.plan,
            assumed=asked.assumed,
            known=known,
        ),
    )


def chosen(when: Retirement, asked: Asked, work: Callable[[int], Estimate]) -> Forecast:
    """A forecast from any way of working one start out."""
    months = starts(when)
    start = asked.start
    if start not in months:
        start = next((month for month in months if month >= when.statutory), months[-1])
    found = compare(months, work)
    return Forecast(asked, when, found, next(each for each in found if each.start == start))
