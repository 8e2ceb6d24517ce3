"""What the steps of a movement share: the case of the open step, locks, the audit."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    Movement,
    MovementStep,
    Step,
)
from socsec.office.errors import Conflict, NotFound
from socsec.office.models import Case, User
from socsec.office.services import audit
from socsec.office.services import case as cases

KINDS = {step: f"movement_{step.value}" for step in Step}


def open_step(
    movement: Movement,
    step: Step,
    by: User,
    act: str,
    own_region: str,
    channel: str,
    key: str = "",
) -> Case:
    there = movement.from_region if step is Step.ATTEST else movement.to_region
    case = cases.forward(
        kind=KINDS[step],
        person_id=movement.person_id,
        subject=movement.person.name,
        region=there,
        by=by,
        act=act,
        own_region=own_region,
        channel=channel,
        key=key,
        movement=str(movement.public_id),
    )
    MovementStep.objects.create(case=case, movement=movement, step=step)
    return case


def locked(movement: Movement) -> Movement:
    found = (
        Movement.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(pk=movement.pk)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such movement."), code="no_movement")
    return found


def step_of(movement: Movement) -> MovementStep:
    step = movement.steps.filter(case__state__in=Case.OPEN).select_related("case").last()
    if step is None or not movement.is_open:
        raise Conflict(
            _("This movement is over: %(state)s.") % {"state": movement.get_state_display()},
            code="movement_over",
        )
    return step


def held(by: User, movement: Movement, act: str, *states: str) -> tuple[Movement, MovementStep]:
    """The movement and its open step, locked, if it is this user's office that has it."""
    movement = locked(movement)
    step = step_of(movement)
    step.case = cases.lock(step.pk, by, act, *states)
    return movement, step


def changed() -> Conflict:
    return Conflict(
        _("The books have changed since this was prepared."),
        code="facts_changed",
        fix=_("Send it back, so that it is prepared anew."),
    )


def record(by: User | None, act: str, movement: Movement, **detail: Any) -> None:
    audit.record(
        by=by,
        act=act,
        subject=movement,
        person_id=movement.person_id,
        region=movement.to_region,
        branch=movement.branch,
        from_region=movement.from_region,
        to_region=movement.to_region,
        **detail,
    )
