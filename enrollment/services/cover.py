"""Coverage begins, changes and ends.

One act covers every branch that belongs together: which, is policy (`enrollment.insured.*`).
"""

from collections.abc import Collection, Sequence
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    EMPLOYED,
    Category,
    Contribution,
    Coverage,
    Employer,
    Employment,
    EndReason,
    Person,
    Sex,
)
from enrollment.models.spans import DAY, from_day, last_day, until
from enrollment.params import Insured, RetireeMonths, WorkingAge, insured
from enrollment.queries.record import months_deemed, months_paid
from enrollment.services.checks import alive, known_region, lock
from enrollment.services.own_base import choose, choose_base
from funds.models import Branch
from funds.services import fund as funds
from socsec.kernel.months import format_month, month_of, say_age
from socsec.kernel.policy import PolicyError
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, Refused, from_kernel
from socsec.office.models import User
from socsec.office.services import audit, policy

__all__ = ["branches", "choose_base", "end", "enrol", "leave", "retire", "start"]

# Registered by the commission for public posts (GB 32100): agencies, institutions, mass organisations.
AGENCY_CODES = "1"


@transaction.atomic
def enrol(
    *,
    by: User,
    person: Person,
    category: int,
    region: str,
    from_: date,
    employer: Employer | None = None,
    base: int | None = None,
    also: Collection[int] = (),
) -> list[Coverage]:
    """Insure a person in every branch that the law ties to the category, in one act (参保登记).

    `also` names branches that the person may be insured in and asks for. An own-account worker
    where nothing is tied names all of them.
    """
    category = _known(category)
    offered = branches(category, known_region(region), from_)
    tied = {branch for branch, how in offered.items() if how is Insured.REQUIRED}
    return _begin(
        by=by,
        person=person,
        wanted=sorted({*tied, *also}),
        category=category,
        region=region,
        from_=from_,
        employer=employer,
        base=base,
    )


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
    """Insure a person in one branch from a day on.

    An employee needs an employer; who is an employee already gets a further employer under the
    same coverage. An own-account worker chooses a base, in fen. `Conflict` if the person is
    insured in that branch at that time in another way.
    """
    return _begin(
        by=by,
        person=person,
        wanted=[branch],
        category=_known(category),
        region=region,
        from_=from_,
        employer=employer,
        base=base,
    )[0]


def branches(category: Category, region: str, on: date) -> dict[Branch, Insured]:
    """In which branches somebody of a category must or may be insured in a region on a day."""
    law = policy.of(policy.current_edition())
    found = {
        branch: insured(law, category.name.lower(), branch.name.lower(), region, on)
        for branch in Branch
    }
    return {branch: how for branch, how in found.items() if how is not Insured.NEVER}


def _known(category: int) -> Category:
    if category not in Category.values:
        raise Invalid(_("Choose branch and category."), code="no_category", field="category")
    return Category(category)


def _begin(
    *,
    by: User,
    person: Person,
    wanted: Sequence[int],
    category: Category,
    region: str,
    from_: date,
    employer: Employer | None,
    base: int | None,
) -> list[Coverage]:
    """Begin coverage in the branches wanted, all of them or none."""
    require(by, "coverage.change", known_region(region))
    person = lock(person)
    if any(branch not in Branch.values for branch in wanted):
        raise Invalid(_("Choose branch and category."), code="no_category", field="category")
    _check_day(person, category, region, from_)
    if not wanted:
        raise Invalid(_("Choose at least one branch."), code="no_branch", field="also")
    offered = branches(category, region, from_)
    for branch in wanted:
        if branch not in offered:
            raise Refused(
                _("%(category)s: not insured in %(branch)s on that day.")
                % {"category": category.label, "branch": Branch(branch).label},
                code="branch_not_open",
                field="category",
                fix=_("Choose another category or branch."),
            )
    if (employer is not None) != category.employed:
        raise Invalid(
            _("An employee is insured through an employer, everybody else without one."),
            code="employer_and_category",
            field="employer",
        )
    if employer is not None:
        employer = lock(employer)
        for branch in wanted:
            _check_employer(employer, branch, category, region, from_)
    begun = [
        _coverage(person, Branch(branch), category, region, from_, employer) for branch in wanted
    ]
    if employer is not None:
        _employ(person, employer, from_, again=any(made for _coverage_, made in begun))
    if category is Category.OWN_ACCOUNT:
        choose(person, region, base, month_of(from_))
    for coverage, _made in begun:
        audit.record(
            by=by,
            act="coverage.change",
            subject=coverage,
            person_id=person.pk,
            region=region,
            began=from_,
            branch=coverage.branch,
            category=int(category),
            employer=employer.pk if employer else None,
        )
    return [coverage for coverage, _made in begun]


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
    """End the coverage in one branch after a day, or with an `employer` that employment.

    An employment that ends takes with it every branch in which it was the last; `leave` says the
    same without naming a branch. `Refused` if months after that day are assessed already, unless
    the person retired.
    """
    person = lock(person)
    coverage = _open_coverage(person, branch, last_day)
    require(by, "coverage.change", coverage.region)
    ending = _of_staff(person, last_day) if employer is not None else [coverage]
    if coverage not in ending:
        ending = [coverage, *ending]
    ended = _end(by, person, ending, last_day, reason, employer)
    return next(each for each in ended if each.pk == coverage.pk)


@transaction.atomic
def leave(
    *,
    by: User,
    person: Person,
    last_day: date,
    reason: str,
    employer: Employer | None = None,
) -> list[Coverage]:
    """End everything that somebody is insured in after a day, or one employment and what hangs on it."""
    person = lock(person)
    ending = (
        _of_staff(person, last_day) if employer is not None else list(_holding(person, last_day))
    )
    if not ending:
        raise _not_insured(person)
    for region in {coverage.region for coverage in ending}:
        require(by, "coverage.change", region)
    return _end(by, person, ending, last_day, reason, employer)


@transaction.atomic
def retire(*, by: User, person: Person, last_day: date) -> list[Coverage]:
    """End work because of retirement, and insure the retired person in medical insurance.

    Who was insured there for long enough pays no more from the day after (社会保险法第二十七条);
    who was not may go on paying as an own-account worker until it is enough.
    """
    ended = leave(by=by, person=person, last_day=last_day, reason=EndReason.RETIRED)
    medical = next((each for each in ended if each.branch == Branch.MEDICAL), None)
    first = last_day + DAY
    if medical is not None and _paid_up(person, medical.region, first):
        ended.append(
            start(
                by=by,
                person=person,
                branch=Branch.MEDICAL,
                category=Category.RETIREE,
                region=medical.region,
                from_=first,
            )
        )
    return ended


def _paid_up(person: Person, region: str, on: date) -> bool:
    """Whether medical insurance needs no more contributions of somebody who retires."""
    try:
        law = RetireeMonths.at(policy.of(policy.current_edition()), region, on)
    except PolicyError as error:
        raise from_kernel(error, "last_day") from error
    needed = law.man if person.sex == Sex.MALE else law.woman
    until = month_of(on) - 1
    paid = months_paid(person.pk, Branch.MEDICAL, until)
    deemed = months_deemed(person.pk, Branch.MEDICAL, until)
    return bool(paid + deemed >= needed)


def _end(
    by: User,
    person: Person,
    ending: Sequence[Coverage],
    last_day: date,
    reason: str,
    employer: Employer | None,
) -> list[Coverage]:
    """End coverages after a day; with an `employer` only those that no other employment carries."""
    if reason not in EndReason.values or reason == EndReason.DIED:
        raise Invalid(_("Choose why the coverage ends."), code="no_reason", field="reason")
    if reason != EndReason.RETIRED:
        for coverage in ending:
            _check_nothing_assessed(person, coverage.branch, employer, last_day)
    running = Employment.objects.filter(person=person, span__contains=last_day)
    leaving = running.filter(employer=employer) if employer else running
    if employer is not None and not leaving.exists():
        raise Refused(
            _("%(name)s is not on the staff list of %(employer)s on that day.")
            % {"name": person.name, "employer": employer.name},
            code="not_on_staff",
        )
    # Staff who leave one branch only stay on the staff list for the others.
    kept = {each.pk for each in _of_staff(person, last_day)} - {each.pk for each in ending}
    gone = _end_employments(leaving, last_day) if employer is not None or not kept else []
    others = [job for job in running if job.pk not in gone]
    for coverage in ending:
        began = coverage.span.lower
        assert began is not None  # every coverage has a first day
        goes_on = employer is not None and any(
            job.span.upper is None or job.span.upper > began for job in others
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
            branch=coverage.branch,
            reason=reason,
            ended=last_day,
            employer=employer.pk if employer else None,
            coverage_goes_on=goes_on,
        )
    return list(ending)


def _holding(person: Person, on: date) -> QuerySet[Coverage]:
    return Coverage.objects.filter(person=person, span__contains=on).select_for_update(no_key=True)


def _of_staff(person: Person, on: date) -> list[Coverage]:
    """The coverages that employments carry."""
    return list(_holding(person, on).filter(category__in=EMPLOYED).order_by("branch"))


def _check_day(person: Person, category: Category, region: str, from_: date) -> None:
    alive(person, from_)
    if month_of(from_) > month_of(timezone.localdate()) + 1:
        raise Invalid(
            _("Coverage begins next month at the latest."), code="in_the_future", field="from_"
        )
    if from_ < person.born_on:
        raise Invalid(_("Coverage cannot begin before birth."), code="before_birth", field="from_")
    if category in (Category.RESIDENT, Category.RETIREE):
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
    if category is Category.AGENCY and not employer.credit_code.startswith(AGENCY_CODES):
        raise Refused(
            _("%(employer)s is no agency or institution.") % {"employer": employer.name},
            code="no_agency",
            field="category",
            fix=_("Insure the person as an employee."),
        )
    scheme = category.scheme_in(branch)
    pool = funds.for_(branch, scheme, region)
    if funds.for_(branch, scheme, employer.region).pk != pool.pk:
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
) -> tuple[Coverage, bool]:
    """The coverage that holds from that day on: a new one, or for a further employer the same.

    With it, whether it is new.
    """
    there = (
        Coverage.objects.filter(person=person, branch=branch, span__overlap=(from_, None))
        .order_by("span")
        .first()
    )
    further = (
        there is not None
        and employer is not None
        and there.category == category
        and there.region == region
        and there.span.upper is None
        and there.holds_on(from_)
    )
    if there is not None and further:
        return there, False
    if there is not None:
        raise _insured(person, there)
    try:
        with transaction.atomic():
            made = Coverage.objects.create(
                person=person,
                branch=branch,
                category=category,
                region=region,
                span=from_day(from_),
            )
            return made, True
    except IntegrityError as error:
        raise Conflict(
            _("%(name)s is insured in this branch at that time.") % {"name": person.name},
            code="coverage_overlaps",
            field="from_",
        ) from error


def _insured(person: Person, there: Coverage) -> Conflict:
    end = last_day(there.span)
    said = (
        _("%(name)s is insured already: %(coverage)s, from %(first)s to %(last)s.")
        if end
        else _("%(name)s is insured already: %(coverage)s, since %(first)s.")
    )
    return Conflict(
        said
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


def _employ(person: Person, employer: Employer, from_: date, *, again: bool) -> Employment:
    """Put somebody on a staff list; who stands there already may join a further branch (`again`)."""
    there = Employment.objects.filter(
        person=person, employer=employer, span__contains=from_, span__endswith__isnull=True
    ).first()
    if there is not None and again:
        return there
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


def _open_coverage(person: Person, branch: int, on: date) -> Coverage:
    coverage = (
        Coverage.objects.filter(person=person, branch=branch, span__contains=on)
        .select_for_update(no_key=True)
        .first()
    )
    if coverage is None:
        raise _not_insured(person)
    return coverage


def _not_insured(person: Person) -> Refused:
    return Refused(
        _("%(name)s is not insured in this branch on that day.") % {"name": person.name},
        code="not_insured",
        field="last_day",
    )


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
