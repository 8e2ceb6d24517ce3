"""What a movement does to coverage: the old place's ends with the attestation, and a resident's
registration goes on at the new place. Whatever stops the movement lets the old one go on.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
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
    Movement,
    ResidentEnrolment,
    Step,
)
from enrollment.models.spans import DAY, from_day, until
from enrollment.params import LeavingRule
from enrollment.queries.residents import open_of
from enrollment.services import cover
from enrollment.services.checks import known_text, lock, not_in_future
from enrollment.services.residents.enrolment import take_back
from funds.models import Branch
from socsec.kernel import regions
from socsec.kernel.months import first_day, month_of
from socsec.kernel.policy import PolicyError
from socsec.office.errors import Conflict, Invalid, Refused, from_kernel
from socsec.office.models import Case, User
from socsec.office.services import audit
from socsec.office.services import policy as policies

from .common import held, record
from .months import pool

# Whom nobody but themselves keeps insured. An employment is the employer's to end
# (社会保险经办条例第九条) unless it is silent though it certified the end, and who has retired does
# not move.
BY_THEMSELVES = (Category.OWN_ACCOUNT, Category.RESIDENT)


@dataclass(frozen=True, slots=True)
class Ending:
    """The coverage at the old place that goes on, and the last day that it would have.

    With an `employer` the whole employment ends, in every branch that it carries.
    """

    coverage: Coverage
    last_day: date
    employer: Employer | None = None


def ending(movement: Movement) -> Ending | None:
    """What the attestation would end today; None where nothing goes on at the old place.

    The last day is that of the month before; of the last month that is assessed, or in which the
    coverage began, if that is later: no month is left between the two places. Of an employment it
    is the day that the certificate of leaving names; `Refused` while there is none, or while the
    person works for somebody else there.
    """
    running = _running(movement)
    if running is None:
        return None
    if running.category in EMPLOYED and movement.left_on is not None:
        job = _only_job(movement, running)
        cover.check_end_of_work(movement.person, job.employer, movement.left_on)
        return Ending(running, movement.left_on, job.employer)
    if running.category not in BY_THEMSELVES:
        raise Refused(
            _("%(name)s is still insured here: %(coverage)s.")
            % {"name": movement.person.name, "coverage": running},
            code="still_insured",
            fix=_(
                "The employer reports the leaving. Where it does not, take down the certificate"
                " that it gave the person of the end of the work."
            ),
        )
    assessed = (
        Contribution.objects.filter(person_id=movement.person_id, branch=movement.branch)
        .order_by("-month")
        .values_list("month", flat=True)
        .first()
    )
    began = running.span.lower
    assert began is not None  # every coverage has a first day
    next_month = max(month_of(timezone.localdate()), month_of(began) + 1, (assessed or 0) + 1)
    return Ending(running, first_day(next_month) - timedelta(days=1))


def carried(movement: Movement) -> Coverage | None:
    """The coverage at the old place that an employer carries, if one does."""
    running = _running(movement)
    return running if running is not None and running.category in EMPLOYED else None


@transaction.atomic
def note_leaving(*, by: User, movement: Movement, last_day: date, document: str) -> Movement:
    """The employer of the old place is silent: the day that its own certificate of leaving names.

    By the old office while it prepares the attestation, or by a partner there that holds the
    certificate; two of the office attest, and that ends the employment. The employer has some days to report it (社会保险法第五十条); `Refused` before they are over.
    """
    movement, step = held(by, movement, "movement.leaving", Case.State.RECEIVED)
    if step.step != Step.ATTEST:
        raise Conflict(
            _("The old place takes down a leaving, before it attests the record."),
            code="not_this_step",
        )
    document = known_text(document, "document", 120)
    not_in_future(last_day, "last_day")
    running = carried(movement)
    if running is None:
        raise Refused(_("No employer keeps the person insured here."), code="no_employer")
    began = _only_job(movement, running).span.lower
    if began is not None and last_day < began:
        raise Invalid(_("The work began after that day."), code="before_begin", field="last_day")
    until_day = last_day + timedelta(days=_days_to_report(movement.from_region, last_day))
    if timezone.localdate() <= until_day:
        raise Refused(
            _("The employer may still report it, until %(day)s.") % {"day": until_day},
            code="employer_may_report",
            field="last_day",
            fix=_("Take it down after that day, if the employer has not."),
        )
    movement.left_on, movement.left_document = last_day, document
    movement.save(update_fields=["left_on", "left_document"])
    record(by, "movement.leaving", movement, left_on=last_day, document=document)
    return movement


def end_old(movement: Movement, by: User) -> None:
    """End it. The movement keeps which one it was."""
    found = ending(movement)
    if found is None:
        return
    if found.employer is not None:
        cover.end_work(
            by=by,
            person=movement.person,
            employer=found.employer,
            last_day=found.last_day,
            reason=EndReason.LEFT,
        )
        found.coverage.refresh_from_db()
    else:
        cover.end_own(
            by=by,
            person=movement.person,
            ending=[found.coverage],
            last_day=found.last_day,
            reason=EndReason.MOVED,
        )
    movement.ended = found.coverage
    movement.save(update_fields=["ended"])


def register_here(movement: Movement, by: User) -> None:
    """A resident's old-age registration goes on at the new place from the day after.

    What was enrolled for at the old place and not paid is asked for no more: one enrols for the
    year at the new place, in one of its tiers.
    """
    old = movement.ended
    if old is None or old.category != Category.RESIDENT or movement.branch != Branch.PENSION:
        return
    begins = old.span.upper
    if begins is None or _insured_from(movement, begins):
        return
    movement.begun = Coverage.objects.create(
        person=movement.person,
        branch=movement.branch,
        category=Category.RESIDENT,
        region=movement.to_region,
        span=from_day(begins),
    )
    movement.save(update_fields=["begun"])
    for year in ResidentEnrolment.objects.select_for_update(no_key=True).filter(
        person_id=movement.person_id,
        branch=movement.branch,
        region=old.region,
        cancelled_on__isnull=True,
        cover_from__isnull=True,
    ):
        if not any(open_of(year.person_id, year.branch, year.year).paid.values()):
            take_back(year, by=by)
    _note(movement, movement.begun, by, began=begins)


def go_on(movement: Movement, by: User) -> None:
    """The movement came to nothing: the old coverage goes on, unless something else begins instead.

    Who left an employer has left it, wherever the record goes.
    """
    new, old = movement.begun, movement.ended
    if new is not None and new.span.lower is not None:
        new.span = until(new.span, new.span.lower - DAY)
        new.end_reason, new.ended_at = EndReason.MOVED, timezone.now()
        new.save(update_fields=["span", "end_reason", "ended_at"])
    if old is None or old.category in EMPLOYED:
        return
    lock(movement.person)
    movement.ended = movement.begun = None
    movement.save(update_fields=["ended", "begun"])
    began = old.span.lower
    if began is None or _insured_from(movement, began, besides=old.pk):
        return
    old.span, old.end_reason, old.ended_at = from_day(began), "", None
    old.save(update_fields=["span", "end_reason", "ended_at"])
    _note(movement, old, by, goes_on=True)


def _running(movement: Movement) -> Coverage | None:
    """What goes on at the old place today."""
    here = pool(movement.branch, movement.from_region)
    return next(
        (
            each
            for each in Coverage.objects.filter(
                person=movement.person, branch=movement.branch, span__endswith__isnull=True
            )
            if regions.covers(here, each.region) and not each.apart
        ),
        None,
    )


def _only_job(movement: Movement, running: Coverage) -> Employment:
    """The employment that a certificate can end. `Refused` where more than one carries the coverage."""
    jobs = list(
        Employment.objects.filter(
            person=movement.person, apart=running.apart, span__endswith__isnull=True
        ).select_related("employer")[:2]
    )
    if len(jobs) != 1:
        raise Refused(
            _("%(name)s works for more than one employer here.") % {"name": movement.person.name},
            code="more_than_one_job",
            fix=_("Have the employers report the leaving, until one is left."),
        )
    return jobs[0]


def _days_to_report(region: str, day: date) -> int:
    try:
        law = LeavingRule.at(policies.of(policies.current_edition()), region, month_of(day))
    except PolicyError as error:
        raise from_kernel(error, "last_day") from error
    return int(law.leaving_days)


def _insured_from(movement: Movement, day: date, besides: int = 0) -> bool:
    return (
        Coverage.objects.filter(
            person=movement.person, branch=movement.branch, apart=0, span__overlap=(day, None)
        )
        .exclude(pk=besides)
        .exists()
    )


def _note(movement: Movement, coverage: Coverage, by: User, **detail: Any) -> None:
    audit.record(
        by=by,
        act="coverage.change",
        subject=coverage,
        person_id=movement.person_id,
        region=coverage.region,
        branch=coverage.branch,
        movement=str(movement.public_id),
        **detail,
    )
