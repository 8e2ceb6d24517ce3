"""What happens in a life and ends or changes coverage."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from enrollment.models import Contribution, Coverage, Employment, EndReason, HouseholdMember, Person
from enrollment.models.spans import last_day, until
from enrollment.services.checks import lock, not_in_future
from socsec.kernel.months import month_of
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid
from socsec.office.models import User
from socsec.office.services import audit


@dataclass(frozen=True, slots=True)
class Death:
    """What a death ended, and which months were assessed for a time after it."""

    person: Person
    ended: list[Coverage]
    months_after: list[int]


@transaction.atomic
def record_death(
    *, by: User, person: Person, died_on: date, document: str, known_on: date | None = None
) -> Death:
    """Take down a death, its document and the day on which it became known.

    Coverage, employments and household membership end with that day, even if known late; what
    would have begun later never was. Months assessed for a time after it are named, not undone.
    """
    require(by, "person.death", person.region)
    person = lock(person)
    not_in_future(died_on, "died_on")
    known = not_in_future(known_on or timezone.localdate(), "known_on")
    document = document.strip()
    if not document:
        raise Invalid(
            _("Name the document that proves the death."), code="no_document", field="document"
        )
    if died_on < person.born_on:
        raise Invalid(
            _("The death cannot be before the birth, %(day)s.")
            % {"day": date_format(person.born_on)},
            code="before_birth",
            field="died_on",
        )
    if known < died_on:
        raise Invalid(
            _("A death cannot be known before it happens."), code="before_death", field="known_on"
        )
    if person.died_on is not None:
        raise Conflict(
            _("%(name)s is recorded as having died on %(day)s.")
            % {"name": person.name, "day": date_format(person.died_on)},
            code="already_dead",
        )
    person.died_on = died_on
    person.death_known_on = known
    person.save(update_fields=["died_on", "death_known_on"])
    ended = _end_coverage(person, died_on)
    for model in (Employment, HouseholdMember):
        for row in model._default_manager.filter(person=person):
            _cut(row, died_on)
    after = (
        Contribution.objects.filter(person_id=person.pk, month__gt=month_of(died_on))
        .order_by("month")
        .values_list("month", flat=True)
        .distinct()
    )
    death = Death(person, ended, list(after))
    audit.record(
        by=by,
        act="person.death",
        subject=person,
        person_id=person.pk,
        region=person.region,
        reason=document,
        died_on=died_on,
        known_on=known,
        coverages_ended=[coverage.pk for coverage in ended],
        months_after=death.months_after,
    )
    return death


def _end_coverage(person: Person, died_on: date) -> list[Coverage]:
    ended = []
    for coverage in Coverage.objects.filter(person=person):
        if _cut(coverage, died_on):
            coverage.end_reason = EndReason.DIED
            coverage.save(update_fields=["end_reason"])
            ended.append(coverage)
    return ended


def _cut(row: Coverage | Employment | HouseholdMember, died_on: date) -> bool:
    """End a span with the day of death, unless it had ended by then."""
    end = last_day(row.span)
    if row.span.isempty or (end is not None and end <= died_on):
        return False
    row.span = until(row.span, died_on)
    row.ended_at = timezone.now()
    row.save(update_fields=["span", "ended_at"])
    return True
