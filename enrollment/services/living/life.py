"""A death: what it ends, and how that is put back where the person turns out to be alive."""

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    Contribution,
    Coverage,
    Employment,
    EndReason,
    EventKind,
    HouseholdMember,
    LifeEvent,
    Person,
)
from enrollment.models.spans import last_day, until
from enrollment.services.checks import lock, not_in_future
from enrollment.services.people import cards
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
    event: LifeEvent


@transaction.atomic
def record_death(
    *, by: User, person: Person, died_on: date, document: str, known_on: date | None = None
) -> Death:
    """Take down a death, its document and the day on which it became known.

    Coverage, employments and household membership end with that day, even if known late; what
    would have begun later never was. Months assessed for a time after it are named, not undone.
    """
    require(by, "person.death", person.region)
    return put_death(
        by=by, person=lock(person), died_on=died_on, document=document, known_on=known_on
    )


def put_death(
    *, by: User, person: Person, died_on: date, document: str, known_on: date | None = None
) -> Death:
    """The same for a locked person, within a service that has asked for leave."""
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
    cards.end_for_death(by=by, person=person)
    before = _spans(person)
    ended = _end_coverage(person, died_on)
    for model in (Employment, HouseholdMember):
        for row in model._default_manager.filter(person=person):
            _cut(row, died_on)
    after_death = _spans(person)
    event = LifeEvent.objects.create(
        person=person,
        kind=EventKind.DEATH,
        happened_on=died_on,
        known_on=known,
        by=by,
        document=document[:120],
        region=person.region,
        # What the death cut off, as it was: its reversal puts these back.
        detail={"cut": [row for row in before if row not in after_death]},
    )
    after = (
        Contribution.objects.filter(person_id=person.pk, month__gt=month_of(died_on))
        .order_by("month")
        .values_list("month", flat=True)
        .distinct()
    )
    death = Death(person, ended, list(after), event)
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


def undo_death(person: Person, event: LifeEvent) -> None:
    """Put back what a death cut off, for a locked person: what a withdrawn event does.

    `Conflict` where something else has taken the place meanwhile: then nothing is put back.
    """
    person.died_on = person.death_known_on = None
    person.save(update_fields=["died_on", "death_known_on"])
    models = {model._meta.model_name: model for model in (Coverage, Employment, HouseholdMember)}
    for name, number, lower, upper in event.detail.get("cut", []):
        row = models[name]._default_manager.filter(pk=number, person=person).first()
        if row is None:
            continue
        row.span = DateRange(*(date.fromisoformat(day) if day else None for day in (lower, upper)))
        row.ended_at = None
        changed = ["span", "ended_at"]
        if isinstance(row, Coverage):
            row.end_reason = ""
            changed.append("end_reason")
        try:
            with transaction.atomic():
                row.save(update_fields=changed)
        except IntegrityError as error:
            raise Conflict(
                _("Something else has begun in place of what the death ended."),
                code="place_taken",
                fix=_("End that first, then take the death back."),
            ) from error


def _spans(person: Person) -> list[list[str | int | None]]:
    """Every span of the person, as plain values."""
    return [
        [model._meta.model_name, row.pk, *(d.isoformat() if d else None for d in _ends(row))]
        for model in (Coverage, Employment, HouseholdMember)
        for row in model._default_manager.filter(person=person).order_by("pk")
    ]


def _ends(row: Coverage | Employment | HouseholdMember) -> tuple[date | None, date | None]:
    return (row.span.lower, row.span.upper)


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
