"""The care plan: which services a month, at home, in the community or in an institution."""

from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from assistance.models import CarePlan, CareState
from assistance.rules.care_services import MOST_UNITS, CareService, Setting
from assistance.services.care import levels
from enrollment.models import Person
from enrollment.services.checks import alive, known_text, lock
from socsec.kernel.units import UnitError
from socsec.office.access import require, require_other_hand, require_stranger
from socsec.office.errors import Conflict, Invalid, Refused
from socsec.office.models import User
from socsec.office.people import numbers
from socsec.office.services import audit

MOST_LINES = 20


def current(person_id: int) -> CarePlan | None:
    """The plan in force, or None."""
    return CarePlan.objects.filter(
        person_id__in=numbers(person_id), state=CareState.IN_FORCE, until__isnull=True
    ).first()


@transaction.atomic
def propose(
    *, by: User, person: Person, from_date: date, lines: list[dict[str, Any]], goal: str = ""
) -> CarePlan:
    """Enter a plan for somebody whose level of care is in force.

    `lines` name a service, where, and its units a month; each service once at each place.
    """
    require(by, "care.assess", person.region, person.pk)
    require_stranger(by, person.pk)
    person = lock(person)
    alive(person, from_date)
    found = levels.current(person.pk)
    if found is None or not found.level:
        raise Refused(
            _("No level of care is in force for this person."),
            code="no_level",
            fix=_("Assess the level of care first."),
        )
    before = current(person.pk)
    if before is not None and from_date <= before.from_date:
        raise Invalid(
            _("It must begin after the plan that it follows."), code="too_early", field="from_date"
        )
    try:
        with transaction.atomic():
            made = CarePlan.objects.create(
                person=person,
                region=person.region,
                assessment=found,
                from_date=from_date,
                lines=_read(lines),
                goal=goal.strip()[:200],
                maker=by,
            )
    except IntegrityError as error:
        raise Conflict(
            _("A plan of this person waits for approval."),
            code="proposed_already",
            fix=_("Let it be decided first."),
        ) from error
    _note(by, "care.plan", made)
    return made


@transaction.atomic
def decide(*, by: User, plan: CarePlan, approve: bool, reason: str = "") -> None:
    """The checker's part: the plan holds from its day on, and the one before ends the day before."""
    held = lock(plan)
    require(by, "care.approve", held.region, held.person_id)
    require_other_hand(by, held.maker_id)
    require_stranger(by, held.person_id)
    if held.state != CareState.PROPOSED:
        raise Conflict(_("This was decided already."), code="decided_already")
    if approve:
        CarePlan.objects.filter(
            person_id__in=numbers(held.person_id), state=CareState.IN_FORCE, until__isnull=True
        ).update(until=held.from_date - timedelta(days=1))
    held.checker = by
    held.state = CareState.IN_FORCE if approve else CareState.REJECTED
    held.save(update_fields=["checker", "state"])
    more = {} if approve else {"reason": known_text(reason, "reason")}
    _note(by, "care.plan_decide", held, approved=approve, **more)


def _read(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not 0 < len(lines) <= MOST_LINES:
        raise Invalid(_("A plan names at least one service."), code="no_lines", field="lines")
    read: dict[tuple[str, str], dict[str, Any]] = {}
    for line in lines:
        try:
            service, setting = (
                CareService.read(line["service"]).name,
                Setting.read(line["setting"]).name,
            )
        except (UnitError, KeyError) as error:
            raise Invalid(
                _("There is no such service."), code="no_service", field="lines"
            ) from error
        units = line.get("units")
        if type(units) is not int or not 0 < units <= MOST_UNITS:
            raise Invalid(_("Say how many units a month."), code="units_impossible", field="lines")
        if (service, setting) in read:
            raise Invalid(
                _("A service stands in a plan once."), code="service_twice", field="lines"
            )
        read[service, setting] = {"service": service, "setting": setting, "units": units}
    return list(read.values())


def _note(by: User, act: str, row: CarePlan, **more: Any) -> None:
    audit.record(by=by, act=act, subject=row, person_id=row.person_id, region=row.region, **more)
