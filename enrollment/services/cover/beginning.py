"""Coverage begins: one branch, or all that belong together."""

from collections.abc import Collection, Sequence
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from enrollment.models import Category, Coverage, Employer, Employment, Person
from enrollment.models.spans import from_day, last_day
from enrollment.params import Insured, WorkingAge, insured
from enrollment.services.checks import alive, known_region, lock
from enrollment.services.cover import late_months, residents
from enrollment.services.cover.own_base import choose
from funds.models import Branch
from funds.services import fund as funds
from socsec.kernel.months import month_of, say_age
from socsec.kernel.policy import PolicyError
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, Refused, from_kernel
from socsec.office.models import User
from socsec.office.services import audit, policy

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
    where nothing is tied names all of them, and begins no earlier than missed months may be paid
    (`late_months`).
    """
    require(by, "coverage.change", known_region(region))
    category = _known(category)
    if category is Category.OWN_ACCOUNT:
        late_months.check(region=region, category=category, month=month_of(from_), field="from_")
    offered = branches(category, region, from_)
    tied = {branch for branch, how in offered.items() if how is Insured.REQUIRED}
    return begin(
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
    require(by, "coverage.change", known_region(region))
    return begin(
        by=by,
        person=person,
        wanted=[branch],
        category=_known(category),
        region=region,
        from_=from_,
        employer=employer,
        base=base,
    )[0]


@transaction.atomic
def insure_at_work(
    *, by: User, person: Person, employer: Employer, region: str, from_: date
) -> Coverage:
    """Insure a person with an employer in work injury alone, beside whatever else they are insured in.

    For a further job, in another region or besides being an own-account worker: each employer
    insures its staff against accidents at work (工伤保险条例第二条), the other branches are one
    scheme and one place at a time.
    """
    require(by, "coverage.change", known_region(region))
    return begin(
        by=by,
        person=person,
        wanted=[Branch.INJURY],
        category=Category.EMPLOYEE,
        region=region,
        from_=from_,
        employer=employer,
        base=None,
        apart=int(region),
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


def begin(
    *,
    by: User,
    person: Person,
    wanted: Sequence[int],
    category: Category,
    region: str,
    from_: date,
    employer: Employer | None,
    base: int | None,
    apart: int = 0,
) -> list[Coverage]:
    """Begin coverage in the branches wanted, all of them or none.

    For services that have asked who may. `apart` as in `Coverage`.
    """
    known_region(region)
    person = lock(person)
    if any(branch not in Branch.values for branch in wanted):
        raise Invalid(_("Choose branch and category."), code="no_category", field="category")
    _check_when(person, from_)
    if not wanted:
        raise Invalid(_("Choose at least one branch."), code="no_branch", field="also")
    if (employer is not None) != category.employed:
        raise Invalid(
            _("An employee is insured through an employer, everybody else without one."),
            code="employer_and_category",
            field="employer",
        )
    if employer is not None:
        employer = lock(employer)
    check_branches(person, category, region, from_, wanted, employer)
    begun = [
        _coverage(person, Branch(branch), category, region, from_, employer, apart)
        for branch in wanted
    ]
    if employer is not None:
        again = not apart and any(made for _coverage_, made in begun)
        _employ(person, employer, from_, apart, again=again)
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


def check_branches(
    person: Person,
    category: Category,
    region: str,
    from_: date,
    wanted: Sequence[int],
    employer: Employer | None,
) -> None:
    """Whether somebody of that age may be insured so on that day, through that employer."""
    _check_age(person, category, region, from_)
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
    if employer is not None:
        for branch in wanted:
            check_employer(employer, branch, category, region, from_)


def _check_when(person: Person, from_: date) -> None:
    alive(person, from_)
    if month_of(from_) > month_of(timezone.localdate()) + 1:
        raise Invalid(
            _("Coverage begins next month at the latest."), code="in_the_future", field="from_"
        )
    if from_ < person.born_on:
        raise Invalid(_("Coverage cannot begin before birth."), code="before_birth", field="from_")


def _check_age(person: Person, category: Category, region: str, from_: date) -> None:
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


def check_employer(
    employer: Employer, branch: int, category: Category, region: str, from_: date
) -> None:
    """Whether an employer may insure people so on a day: open, of the scheme, paying into this fund."""
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
    apart: int,
) -> tuple[Coverage, bool]:
    """The coverage that holds from that day on: a new one, or for a further employer the same.

    With it, whether it is new. Who begins to work leaves the residents' scheme with the day
    before: one scheme at a time.
    """
    if category is not Category.RESIDENT:
        residents.cut(person.pk, branch, from_)
    there = (
        Coverage.objects.filter(
            person=person, branch=branch, apart=apart, span__overlap=(from_, None)
        )
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
                apart=apart,
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
        fix=_(
            "End that coverage first, or let the new one begin after it. A further employer "
            "elsewhere insures in work injury alone."
        ),
        coverage=there.pk,
    )


def _employ(
    person: Person, employer: Employer, from_: date, apart: int, *, again: bool
) -> Employment:
    """Put somebody on a staff list; who stands there already may join a further branch (`again`)."""
    there = Employment.objects.filter(
        person=person,
        employer=employer,
        apart=apart,
        span__contains=from_,
        span__endswith__isnull=True,
    ).first()
    if there is not None and again:
        return there
    try:
        with transaction.atomic():
            return Employment.objects.create(
                person=person, employer=employer, apart=apart, span=from_day(from_)
            )
    except IntegrityError as error:
        raise Conflict(
            _("%(name)s is on the staff list of %(employer)s at that time.")
            % {"name": person.name, "employer": employer.name},
            code="on_staff_already",
            field="from_",
        ) from error
