"""What a movement does to coverage: the old place's ends with the attestation, and a resident's
registration goes on at the new place. Whatever stops the movement lets the old one go on.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    Category,
    Contribution,
    Coverage,
    EndReason,
    Movement,
    ResidentEnrolment,
)
from enrollment.models.spans import DAY, from_day, until
from enrollment.queries.residents import open_of
from enrollment.services import cover
from enrollment.services.checks import lock
from enrollment.services.residents.enrolment import take_back
from funds.models import Branch
from socsec.kernel import regions
from socsec.kernel.months import first_day, month_of
from socsec.office.errors import Refused
from socsec.office.models import User
from socsec.office.services import audit

from .months import pool

# Whom nobody but themselves keeps insured. An employment is the employer's to end
# (社会保险经办条例第九条), and who has retired does not move.
BY_THEMSELVES = (Category.OWN_ACCOUNT, Category.RESIDENT)


@dataclass(frozen=True, slots=True)
class Ending:
    """The coverage at the old place that goes on, and the last day that it would have."""

    coverage: Coverage
    last_day: date


def ending(movement: Movement) -> Ending | None:
    """What the attestation would end today; None where nothing goes on at the old place.

    The last day is that of the month before; of the last month that is assessed, or in which the
    coverage began, if that is later: no month is left between the two places. `Refused` while an employer insures the person there.
    """
    here = pool(movement.branch, movement.from_region)
    running = next(
        (
            each
            for each in Coverage.objects.filter(
                person=movement.person, branch=movement.branch, span__endswith__isnull=True
            )
            if regions.covers(here, each.region) and not each.apart
        ),
        None,
    )
    if running is None:
        return None
    if running.category not in BY_THEMSELVES:
        raise Refused(
            _("%(name)s is still insured here: %(coverage)s.")
            % {"name": movement.person.name, "coverage": running},
            code="still_insured",
            fix=_(
                "The employer reports the leaving first; a staff list is not the office's to cut."
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


def end_old(movement: Movement, by: User) -> None:
    """End it. The movement keeps which one it was."""
    found = ending(movement)
    if found is None:
        return
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
    """The movement came to nothing: the old coverage goes on, unless something else begins instead."""
    new, old = movement.begun, movement.ended
    if new is not None and new.span.lower is not None:
        new.span = until(new.span, new.span.lower - DAY)
        new.end_reason, new.ended_at = EndReason.MOVED, timezone.now()
        new.save(update_fields=["span", "end_reason", "ended_at"])
    if old is None:
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
