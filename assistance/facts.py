"""What a rule of assistance must know, from the books, the registers and the survey.

Registers and survey speak of each member; the rules ask for totals of the household. Where the
survey found more than the registers know, or the other way round, the higher counts: a lower figure
needs an objection that was settled.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from assistance.models import Application, Grant, GrantState, Recognition, Unit
from assistance.queries import amounts_in
from assistance.rules.facts import Residence, Standing
from enrollment import queries as people
from pensions import queries as pensions
from socsec.kernel.months import age_on, format_age, format_month, month_of
from socsec.kernel.units import UNITS
from socsec.office.people import numbers

HOUSEHOLD = ("earned", "transfers", "business", "money", "vehicles", "homes")
AMOUNTS = ("earned", "transfers", "business", "money")

Earned = Callable[[int, str], int]


@dataclass(frozen=True)
class InsuredIncome:
    """What our own books say of a person's income, fen a month."""

    earned: int
    transfers: int


def insured_income(person_id: int, on: date) -> InsuredIncome:
    """The wage declared for this month or the one before, and the pensions in payment."""
    return insured_incomes([person_id], on)[person_id]


def insured_incomes(person_ids: Iterable[int], on: date) -> dict[int, InsuredIncome]:
    """The same for several people, in as many queries as for one."""
    month, asked = month_of(on), list(person_ids)
    wages = people.wages_lately(asked, month)
    drawn = pensions.monthly_pensions(asked, month)
    return {number: InsuredIncome(wages[number], drawn[number]) for number in asked}


def standing_of(person_id: int, on: date) -> Standing:
    """As what a person is recognised on a day; the strongest where there are several."""
    held = (
        Recognition.objects.filter(person_id__in=numbers(person_id), since__lte=on)
        .exclude(until__lt=on)
        .order_by("standing")
        .values_list("standing", flat=True)
    )
    first = held.first()
    return next((each for each in Standing if each == first), Standing.NONE)


def monthly_grants(person_id: int) -> int:
    """What a person draws of all programmes a month, fen: the last version of each grant."""
    running = Grant.objects.filter(person_id__in=numbers(person_id)).exclude(state=GrantState.ENDED)
    return sum(amounts_in(running.values("pk"), month_of(timezone.localdate())).values())


def of_standing(standing: Standing) -> dict[str, Any]:
    """What rules ask about as what a person is recognised, in natural units."""
    found: dict[str, Any] = {
        "standing": standing.name,
        "in_hardship": standing == Standing.HARDSHIP,
        "recognised": standing <= Standing.NEAR_POOR,
        "assisted": standing <= Standing.NEAR_POOR,
    }
    if standing in (Standing.DIBAO, Standing.NEAR_POOR):
        group = "DIBAO" if standing == Standing.DIBAO else "LOW_INCOME"
        found |= {"group": group, "need": group}
    return found


def gather(application: Application, names: set[str], earned: Earned) -> dict[str, Any]:
    """The facts of a rule, `names`, for one application, in natural units.

    `earned` gives what of a person's wage counts (the rule of the region); what papers and survey
    say of anything else is taken as it is, the survey's word last; what the programme fixes stands.
    """
    on = timezone.localdate()
    found = _computed(application, on, names, earned)
    survey = application.surveys.filter(draft=False).order_by("-pk").first()
    found |= higher(found, application.stated, names)
    if survey is not None:
        found |= higher(found, survey.findings, names)
    found |= application.programme.given
    return {name: value for name, value in found.items() if name in names}


def _computed(
    application: Application, on: date, names: set[str], earned: Earned
) -> dict[str, Any]:
    person = application.person
    residence = Residence.RURAL if application.rural else Residence.URBAN
    standing = standing_of(person.pk, on)
    found: dict[str, Any] = {
        "month": format_month(month_of(on)),
        "residence": residence.name,
        "age": format_age(age_on(person.born_on, on)),
        **of_standing(standing),
    }
    members = list(application.members.filter(excluded="").values_list("person_id", flat=True))
    if application.programme.unit == Unit.HOUSEHOLD:
        found["members"] = len(members)
        found["persons"] = len(members)
    found |= {name: _natural(name, value) for name, value in _matched(application, earned).items()}
    if "own_grants" in names:
        found["own_grants"] = _natural("own_grants", monthly_grants(person.pk))
    return found


def _matched(application: Application, earned: Earned) -> dict[str, int]:
    """Totals of what the registers answered. Two registers that name one wage name it once: of a
    person's answers to one question the highest counts."""
    by_person: dict[int, dict[str, int]] = defaultdict(dict)
    counted = set(application.members.filter(excluded="").values_list("person_id", flat=True))
    for row in application.matchings.filter(answered_at__isnull=False, person__in=counted):
        for name in HOUSEHOLD:
            value = getattr(row, name)
            if value is not None:
                held = by_person[row.person_id]
                held[name] = max(held.get(name, 0), value)
    totals: dict[str, int] = defaultdict(int)
    for known in by_person.values():
        for name, value in known.items():
            totals[name] += earned(value, "EMPLOYED") if name == "earned" else value
    return dict(totals)


def _natural(name: str, value: int) -> Any:
    return UNITS["fen"].natural(value) if name in (*AMOUNTS, "own_grants") else value


def higher(found: dict[str, Any], said: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """What was said, but for totals of the household of which the registers know more."""
    out: dict[str, Any] = {}
    for name, value in said.items():
        if name not in names:
            continue
        if name in HOUSEHOLD and name in found and _number(found[name]) > _number(value):
            continue
        out[name] = value
    return out


def _number(value: Any) -> int:
    return value if type(value) is int else UNITS["fen"].read(value)
