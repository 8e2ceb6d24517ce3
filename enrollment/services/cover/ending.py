"""Coverage ends: of one branch, of one employment, of everything, or because of retirement."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
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
from enrollment.models.spans import DAY, until
from enrollment.params import CountedDays, RetireeMonths
from enrollment.queries.record import months_deemed, months_paid
from enrollment.services.checks import lock
from funds.models import Branch
from socsec.kernel.months import format_month, month_of
from socsec.kernel.policy import PolicyError
from socsec.office.access import may, require
from socsec.office.errors import Invalid, Refused, from_kernel
from socsec.office.models import User
from socsec.office.services import audit, policy

from .beginning import start


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
    ending = _carried(person, last_day, employer) if employer is not None else [coverage]
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
        _carried(person, last_day, employer)
        if employer is not None
        else [
            each
            for each in _holding(person, last_day)
            # A further job elsewhere is another office's to end.
            if not each.apart or may(by, "coverage.change", each.region)
        ]
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


def check_end_of_work(person: Person, employer: Employer, last_day: date) -> None:
    """`Refused` where an employment cannot end with that day; writes nothing."""
    for coverage in _carried(person, last_day, employer):
        _check_nothing_assessed(person, coverage.branch, employer, last_day)


def end_work(
    *, by: User, person: Person, employer: Employer, last_day: date, reason: str
) -> list[Coverage]:
    """End an employment and what hangs on it, for services that have asked who may."""
    person = lock(person)
    return _end(by, person, _carried(person, last_day, employer), last_day, reason, employer)


def last_month(region: str, last_day: date) -> int:
    """The last month that is owed where coverage ends with a day: that of the day, if it counts."""
    month = month_of(last_day)
    try:
        law = CountedDays.at(policy.of(policy.current_edition()), region, month)
    except PolicyError as error:
        raise from_kernel(error, "last_day") from error
    return month if last_day.day >= law.counted_from else month - 1


def end_own(
    *,
    by: User,
    person: Person,
    ending: Sequence[Coverage],
    last_day: date,
    reason: str = EndReason.LEFT,
) -> list[Coverage]:
    """End coverages that no employer keeps after a day, for services that have asked who may."""
    return _end(by, lock(person), ending, last_day, reason, None)


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
    apart = {each.apart for each in ending}
    leaving = running.filter(employer=employer) if employer else running.filter(apart__in=apart)
    if employer is not None and not leaving.exists():
        raise Refused(
            _("%(name)s is not on the staff list of %(employer)s on that day.")
            % {"name": person.name, "employer": employer.name},
            code="not_on_staff",
        )
    # Staff who leave one branch only stay on the staff list for the others.
    carried = {each.pk for each in _of_staff(person, last_day) if each.apart in apart}
    kept = carried - {each.pk for each in ending}
    gone = _end_employments(leaving, last_day) if employer is not None or not kept else []
    others = [job for job in running if job.pk not in gone]
    for coverage in ending:
        carrying = [job for job in others if employer is not None and job.apart == coverage.apart]
        goes_on = any(job.span.upper is None for job in carrying)
        if not goes_on:
            # Another employment that has ended already carries it as far as it went.
            ends = [job.span.upper for job in carrying if job.span.upper is not None]
            last = max([last_day, *(day - DAY for day in ends)])
            coverage.span = until(coverage.span, last)
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


def _carried(person: Person, on: date, employer: Employer) -> list[Coverage]:
    """Those of them that the employment with one employer carries."""
    apart = set(
        Employment.objects.filter(person=person, employer=employer, span__contains=on).values_list(
            "apart", flat=True
        )
    )
    return [each for each in _of_staff(person, on) if each.apart in apart]


def _open_coverage(person: Person, branch: int, on: date) -> Coverage:
    coverage = (
        Coverage.objects.filter(person=person, branch=branch, span__contains=on)
        .order_by("apart")
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
