"""Who works on their own account insures themselves: branches, base, and what it will cost."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import BaseChoice, Category, Coverage, Person
from enrollment.params import BaseLimits, Insured
from enrollment.services import cover
from enrollment.services.assessment.contributions import rule_of
from enrollment.services.checks import lock
from enrollment.services.cover import own_base
from funds.models import Branch
from socsec.kernel.document import Document, explain
from socsec.kernel.months import first_day, month_of
from socsec.kernel.policy import PolicyError
from socsec.office.access import require
from socsec.office.errors import Invalid, Refused, from_kernel
from socsec.office.models import User
from socsec.office.services import policy

ACT = "coverage.own"


@dataclass(frozen=True, slots=True)
class Offer:
    """What somebody may choose in a region from a month on; amounts in fen.

    `tied` branches are taken together or not at all. `tiers` are the only bases, where a region
    has fixed ones.
    """

    region: str
    month: int
    branches: list[Branch]
    tied: list[Branch]
    floor: int
    ceiling: int
    tiers: list[int]


def offer(person: Person, month: int | None = None) -> Offer:
    """What the person may choose where their file is kept, from this month on or another."""
    month = month or month_of(timezone.localdate())
    law = policy.of(policy.current_edition())
    found = cover.branches(Category.OWN_ACCOUNT, person.region, first_day(month))
    try:
        limits = BaseLimits.at(law, person.region, month)
    except PolicyError as error:
        raise from_kernel(error, "base") from error
    return Offer(
        person.region,
        month,
        list(found),
        [branch for branch, how in found.items() if how is Insured.REQUIRED],
        limits.base_floor,
        limits.base_ceiling,
        own_base.tiers(law, person.region, month),
    )


def cost(person: Person, branch: int, base: int, month: int) -> tuple[int, Document]:
    """What a month would owe in a branch on that base, in fen, and the sheet that shows it."""
    rule = rule_of(branch)
    try:
        params = rule.params.at(policy.of(policy.current_edition()), person.region, month)
    except PolicyError as error:
        raise from_kernel(error, "base") from error
    known: dict[str, Any] = {
        "wage": base,
        "wage_before": 0,
        "category": int(Category.OWN_ACCOUNT),
        "kind": 0,
    }
    facts = rule.known(known)
    sheet = rule.rule(facts, params)
    return sheet.due, explain(sheet, facts, params)


@transaction.atomic
def enrol(*, by: User, person: Person, branches: list[int], base: int) -> list[Coverage]:
    """Insure oneself on one's own account, from the first day of this month that is still free.

    `Refused` where the region ties branches together and one of them is left out.
    """
    require(by, ACT, person_id=person.pk)
    person = lock(person)
    there = offer(person)
    if missing := [branch for branch in there.tied if branch not in branches]:
        raise Refused(
            _("In your region %(branches)s are taken together.")
            % {"branches": " + ".join(str(branch.label) for branch in there.tied)},
            code="branches_tied",
            field="branches",
            fix=_("Choose %(branch)s as well.") % {"branch": missing[0].label},
        )
    return cover.begin(
        by=by,
        person=person,
        wanted=sorted(branches),
        category=Category.OWN_ACCOUNT,
        region=person.region,
        from_=_first_free(person, branches, there.month),
        employer=None,
        base=base,
    )


def _first_free(person: Person, branches: list[int], month: int) -> date:
    """The first day of the month, or the day after an earlier coverage that ended within it."""
    first = first_day(month)
    ended = Coverage.objects.filter(
        person=person, branch__in=branches, span__contains=first, span__endswith__isnull=False
    ).values_list("span", flat=True)
    return max([first, *(span.upper for span in ended if span.upper)])


def change_base(*, by: User, person: Person, base: int, from_month: int) -> BaseChoice:
    """Choose another base from a month on that is not assessed yet."""
    return own_base.choose_base(by=by, person=person, base=base, from_month=from_month, act=ACT)


@transaction.atomic
def leave(*, by: User, person: Person, last_day: date) -> list[Coverage]:
    """Stop insuring oneself, in every branch, after a day that is not past.

    What was assessed stays owed; the months until that day are still to be paid.
    """
    require(by, ACT, person_id=person.pk)
    person = lock(person)
    today = timezone.localdate()
    if not today <= last_day < first_day(month_of(today) + 2):
        raise Invalid(
            _("The last day is between today and the end of next month."),
            code="last_day_impossible",
            field="last_day",
        )
    ending = running(person)
    if not ending:
        raise Refused(_("You are not insured on your own account."), code="not_insured")
    return cover.end_own(by=by, person=person, ending=ending, last_day=last_day)


def running(person: Person) -> list[Coverage]:
    """The coverages on one's own account that hold today."""
    return list(
        Coverage.objects.filter(
            person=person, category=Category.OWN_ACCOUNT, span__contains=timezone.localdate()
        ).order_by("branch")
    )
