"""Coverage begins, changes and ends."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    BaseChoice,
    Category,
    Contribution,
    Coverage,
    Employer,
    Employment,
    EndReason,
    Person,
)
from enrollment.models.spans import from_day, last_day, until
from enrollment.params import BaseLimits, WorkingAge
from enrollment.services.checks import alive, known_region, lock
from funds.models import Branch
from funds.services import fund as funds
from socsec.kernel.money import yuan
from socsec.kernel.months import first_day, format_month, month_of, say_age
from socsec.kernel.policy import PolicyError
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, Refused, from_kernel
from socsec.office.models import User
from socsec.office.services import audit, policy


@transaction.atomic
def start(
    *,
    by: User,
    person: Person,
    branch: int,
    category: int,
    region: str,
    from_: date,
    employer: Employer | None = None,
    base: int | None = None,
) -> Coverage:
    """Insure a person in a branch from a day on (参保登记).

    An employee needs an employer; who is an employee already gets a further employer under the
    same coverage. An own-account worker chooses a base, in fen. `Conflict` if the person is
    insured in that branch at that time in another way.
    """
    require(by, "coverage.change", known_region(region))
    person = lock(person)
    if branch not in Branch.values or category not in Category.values:
        raise Invalid(_("Choose branch and category."), code="no_category", field="category")
    category = Category(category)
    _check_day(person, category, region, from_)
    if (employer is not None) != (category is Category.EMPLOYEE):
        raise Invalid(
            _("An employee is insured through an employer, everybody else without one."),
            code="employer_and_category",
            field="employer",
        )
    if employer is not None:
        employer = lock(employer)
        _check_employer(employer, branch, category, region, from_)
    coverage = _coverage(person, Branch(branch), category, region, from_, employer)
    if employer is not None:
        _employ(person, employer, from_)
    if category is Category.OWN_ACCOUNT:
        _choose(person, region, base, month_of(from_))
    audit.record(
        by=by,
        act="coverage.change",
        subject=coverage,
        person_id=person.pk,
        region=region,
        began=from_,
        branch=branch,
        category=int(category),
        employer=employer.pk if employer else None,
    )
    return coverage


@transaction.atomic
def end(
    *,
    by: User,
    person: Person,
    branch: int,
    last_day: date,
    reason: str,
    employer: Employer | None = None,
) -> Coverage:
    """End a coverage, or one employer's part in it, after a day.

    With an `employer` only that employment ends, and the coverage with it if it was the last.
    `Refused` if months after that day are assessed already, unless the person retired.
    """
    person = lock(person)
    coverage = _open_coverage(person, branch, last_day)
    require(by, "coverage.change", coverage.region)
    if reason not in EndReason.values or reason == EndReason.DIED:
        raise Invalid(_("Choose why the coverage ends."), code="no_reason", field="reason")
    if reason != EndReason.RETIRED:
        _check_nothing_assessed(person, branch, employer, last_day)
    running = Employment.objects.filter(person=person, span__contains=last_day)
    ending = running.filter(employer=employer) if employer else running
    if employer is not None and not ending.exists():
        raise Refused(
            _("%(name)s is not on the staff list of %(employer)s on that day.")
            % {"name": person.name, "employer": employer.name},
            code="not_on_staff",
        )
    ended = _end_employments(ending, last_day)
    began = coverage.span.lower
    assert began is not None  # every coverage has a first day
    goes_on = employer is not None and any(
        job.span.upper is None or job.span.upper > began for job in running.exclude(pk__in=ended)
    )
    if not goes_on:
        coverage.span = until(coverage.span, last_day)
        coverage.end_reason = reason
        coverage.ended_at = timezone.now()
        coverage.save(update_fields=["span", "end_reason", "ended_at"])
    audit.record(
        by=by,
        act="coverage.change",
        subject=coverage,
        person_id=person.pk,
        region=coverage.region,
        reason=reason,
        ended=last_day,
        employer=employer.pk if employer else None,
        coverage_goes_on=goes_on,
    )
    return coverage


@transaction.atomic
def choose_base(*, by: User, person: Person, base: int, from_month: int) -> BaseChoice:
    """An own-account worker chooses another base, in fen, from a month on."""
    person = lock(person)
    coverage = Coverage.objects.filter(
        person=person,
        category=Category.OWN_ACCOUNT,
        span__overlap=(first_day(from_month), first_day(from_month + 1)),
    ).first()
    if coverage is None:
        raise Refused(
            _("%(name)s is not insured as an own-account worker in that month.")
            % {"name": person.name},
            code="not_own_account",
        )
    require(by, "coverage.change", coverage.region)
    if Contribution.objects.filter(
        person_id=person.pk, employer_id=0, month__gte=from_month
    ).exists():
        raise Refused(
            _("Months from %(month)s on are assessed already.")
            % {"month": format_month(from_month)},
            code="assessed_already",
            field="from_month",
            fix=_("Choose the base from a later month on."),
        )
    choice = _choose(person, coverage.region, base, from_month)
    audit.record(
        by=by,
        act="coverage.change",
        subject=coverage,
        person_id=person.pk,
        region=coverage.region,
        base=base,
        from_month=format_month(from_month),
    )
    return choice


def _check_day(person: Person, category: Category, region: str, from_: date) -> None:
    alive(person, from_)
    if month_of(from_) > month_of(timezone.localdate()) + 1:
        raise Invalid(
            _("Coverage begins next month at the latest."), code="in_the_future", field="from_"
        )
    if from_ < person.born_on:
        raise Invalid(_("Coverage cannot begin before birth."), code="before_birth", field="from_")
    if category is Category.RESIDENT:
        return
    try:
        rules = WorkingAge.at(policy.of(policy.current_edition()), region, from_)
    except PolicyError as error:
        raise from_kernel(error, "from_") from error
    if person.age_on(from_) < rules.working_age:
        raise Refused(
            _("%(name)s is too young on that day: work begins at %(age)s.")
            % {"name": person.name, "age": say_age(rules.working_age, get_language() or "en")},
            code="too_young",
            field="from_",
            fix=_("Check the day and the person."),
        )


def _check_employer(
    employer: Employer, branch: int, category: Category, region: str, from_: date
) -> None:
    if not employer.open_on(from_):
        raise Refused(
            _("%(employer)s is not registered on that day.") % {"employer": employer.name},
            code="employer_not_open",
            field="from_",
        )
    pool = funds.for_(branch, category.scheme, region)
    if funds.for_(branch, category.scheme, employer.region).pk != pool.pk:
        raise Refused(
            _("%(employer)s pays into another fund than that of the region.")
            % {"employer": employer.name},
            code="other_pool",
            field="region",
            fix=_("Insure the person where the employer is registered."),
        )


def _coverage(
    person: Person,
    branch: Branch,
    category: Category,
    region: str,
    from_: date,
    employer: Employer | None,
) -> Coverage:
    """The coverage that holds from that day on: a new one, or for a further employer the same."""
    there = (
        Coverage.objects.filter(person=person, branch=branch, span__overlap=(from_, None))
        .order_by("span")
        .first()
    )
    further = (
        there is not None
        and employer is not None
        and there.category == Category.EMPLOYEE
        and there.region == region
        and there.span.upper is None
        and there.holds_on(from_)
    )
    if there is not None and further:
        return there
    if there is not None:
        raise _insured(person, there)
    try:
        with transaction.atomic():
            return Coverage.objects.create(
                person=person,
                branch=branch,
                category=category,
                region=region,
                span=from_day(from_),
            )
    except IntegrityError as error:
        raise Conflict(
            _("%(name)s is insured in this branch at that time.") % {"name": person.name},
            code="coverage_overlaps",
            field="from_",
        ) from error


def _insured(person: Person, there: Coverage) -> Conflict:
    end = last_day(there.span)
    return Conflict(
        _("%(name)s is insured already: %(coverage)s, from %(first)s to %(last)s.")
        % {
            "name": person.name,
            "coverage": there,
            "first": date_format(there.span.lower) if there.span.lower else "…",
            "last": date_format(end) if end else "…",
        },
        code="coverage_overlaps",
        field="from_",
        fix=_("End that coverage first, or let the new one begin after it."),
        coverage=there.pk,
    )


def _employ(person: Person, employer: Employer, from_: date) -> Employment:
    try:
        with transaction.atomic():
            return Employment.objects.create(person=person, employer=employer, span=from_day(from_))
    except IntegrityError as error:
        raise Conflict(
            _("%(name)s is on the staff list of %(employer)s at that time.")
            % {"name": person.name, "employer": employer.name},
            code="on_staff_already",
            field="from_",
        ) from error


def _choose(person: Person, region: str, base: int | None, from_month: int) -> BaseChoice:
    if base is None:
        raise Invalid(_("Choose a contribution base."), code="base_missing", field="base")
    try:
        limits = BaseLimits.at(policy.of(policy.current_edition()), region, from_month)
    except PolicyError as error:
        raise from_kernel(error, "base") from error
    if not limits.base_floor <= base <= limits.base_ceiling:
        raise Invalid(
            _("The base lies between %(floor)s and %(ceiling)s yuan in that month.")
            % {"floor": yuan(limits.base_floor), "ceiling": yuan(limits.base_ceiling)},
            code="base_out_of_range",
            field="base",
        )
    choice, _made = BaseChoice.objects.update_or_create(
        person_id=person.pk, from_month=from_month, defaults={"base": base}
    )
    return choice


def _open_coverage(person: Person, branch: int, on: date) -> Coverage:
    coverage = (
        Coverage.objects.filter(person=person, branch=branch, span__contains=on)
        .select_for_update(no_key=True)
        .first()
    )
    if coverage is None:
        raise Refused(
            _("%(name)s is not insured in this branch on that day.") % {"name": person.name},
            code="not_insured",
            field="last_day",
        )
    return coverage


def _check_nothing_assessed(
    person: Person, branch: int, employer: Employer | None, last_day: date
) -> None:
    later = Contribution.objects.filter(
        person_id=person.pk, branch=branch, month__gt=month_of(last_day)
    )
    if employer is not None:
        later = later.filter(employer_id=employer.pk)
    assessed = later.order_by("-month").first()
    if assessed is not None:
        raise Refused(
            _("Contributions are assessed up to %(month)s.")
            % {"month": format_month(assessed.month)},
            code="assessed_already",
            field="last_day",
            fix=_("Choose a day in that month or later."),
        )


def _end_employments(employments: object, last_day: date) -> list[int]:
    ended = []
    for job in employments:  # type: ignore[attr-defined]
        job.span = until(job.span, last_day)
        job.ended_at = timezone.now()
        job.save(update_fields=["span", "ended_at"])
        ended.append(job.pk)
    return ended
