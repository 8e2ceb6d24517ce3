"""Months that were missed are paid later (补缴), within the limits of the region (`late_months`).

An employer pays any month in which somebody worked for it and it did not insure them, with the
surcharge that collection adds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Category, Coverage, Employer, Employment, EndReason, Person
from enrollment.services import cover
from enrollment.services.assessment import contributions
from enrollment.services.checks import alive, known_region, lock, month_has_come
from enrollment.services.cover import late_months
from enrollment.services.cover.own_base import choose
from enrollment.services.employers import wages
from enrollment.services.employers.wages import MOST_WAGE
from socsec.kernel.money import yuan
from socsec.kernel.months import first_day, format_month
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid
from socsec.office.models import User
from socsec.office.services import audit


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to pay later: which months, as what, in which branches, on which wage.

    `wage` is the monthly wage with the `employer`, or the base that who pays alone chooses, in fen.
    `ruling` names the ruling, audit or inspection record that old months need.
    """

    person: Person
    category: Category
    region: str
    first_month: int
    last_month: int
    branches: Sequence[int]
    wage: int
    document: str
    employer: Employer | None = None
    ruling: str = ""

    @property
    def months(self) -> range:
        return range(self.first_month, self.last_month + 1)


def preview(*, by: User, asked: Asked) -> list[contributions.Assessed]:
    """What the months would owe, branch by branch, with their sheets: done and undone again."""
    with transaction.atomic():
        found = pay_back(by=by, asked=asked)
        transaction.set_rollback(True)
    return found


@transaction.atomic
def pay_back(*, by: User, asked: Asked) -> list[contributions.Assessed]:
    """Insure the missed months after all and assess them, at the rates and limits of each month.

    `Refused` outside the limits; `Conflict` if the person is insured in one of the months already.
    """
    require(by, "contribution.pay_back", known_region(asked.region))
    person = lock(asked.person)
    _check(asked, person)
    days = DateRange(first_day(asked.first_month), first_day(asked.last_month + 1), "[)")
    try:
        with transaction.atomic():
            for branch in asked.branches:
                Coverage.objects.create(
                    person=person,
                    branch=branch,
                    category=asked.category,
                    region=asked.region,
                    span=days,
                    end_reason=EndReason.LEFT,
                    ended_at=timezone.now(),
                )
            if asked.employer is not None:
                _employ(person, asked.employer, days)
    except IntegrityError as error:
        raise Conflict(
            _("%(name)s is insured already in part of these months.") % {"name": person.name},
            code="coverage_overlaps",
            field="first_month",
            fix=_("Choose the months of the gap only."),
        ) from error
    done: list[contributions.Assessed] = []
    for month in asked.months:
        if asked.employer is not None:
            wages.write(employer=asked.employer, month=month, wages={person.pk: asked.wage})
        else:
            choose(person, asked.region, asked.wage, month)
        for branch in asked.branches:
            done += contributions.assess_now(
                by=by, person=person, month=month, branch=branch, region=asked.region
            )
    audit.record(
        by=by,
        act="contribution.pay_back",
        subject=person,
        person_id=person.pk,
        region=asked.region,
        first_month=format_month(asked.first_month),
        last_month=format_month(asked.last_month),
        branches=[int(branch) for branch in asked.branches],
        employer=asked.employer.pk if asked.employer else None,
        due=sum(each.contribution.due for each in done),
        document=asked.document.strip(),
        ruling=asked.ruling.strip(),
    )
    return done


def _check(asked: Asked, person: Person) -> None:
    month_has_come(asked.last_month, "last_month")
    alive(person, first_day(asked.last_month))
    if asked.last_month < asked.first_month:
        raise Invalid(_("The last month is before the first."), code="order", field="last_month")
    if not asked.document.strip() or len(asked.document.strip()) > 120:
        raise Invalid(
            _("Name the document, in at most 120 characters."),
            code="document_missing",
            field="document",
        )
    if asked.category not in (Category.EMPLOYEE, Category.AGENCY, Category.OWN_ACCOUNT):
        raise Invalid(_("Choose branch and category."), code="no_category", field="category")
    if (asked.employer is not None) != asked.category.employed:
        raise Invalid(
            _("An employee is insured through an employer, everybody else without one."),
            code="employer_and_category",
            field="employer",
        )
    if type(asked.wage) is not int or not 0 < asked.wage <= MOST_WAGE:
        raise Invalid(
            _("A wage is more than 0 and at most %(most)s yuan.") % {"most": yuan(MOST_WAGE)},
            code="wage_impossible",
            field="wage",
        )
    if not asked.branches:
        raise Invalid(_("Choose at least one branch."), code="no_branch", field="branches")
    cover.check_branches(
        person,
        asked.category,
        asked.region,
        first_day(asked.first_month),
        asked.branches,
        asked.employer,
    )
    late_months.check(
        region=asked.region,
        category=asked.category,
        month=asked.first_month,
        ruling=asked.ruling,
        field="first_month",
    )


def _employ(person: Person, employer: Employer, days: DateRange) -> None:
    """The employment, unless the person stood on the staff list all that time already."""
    if not Employment.objects.filter(
        person=person, employer=employer, span__contains=days
    ).exists():
        Employment.objects.create(
            person=person, employer=employer, span=days, ended_at=timezone.now()
        )
