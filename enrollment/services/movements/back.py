"""A record that moved goes back, because its money did not follow: the old place keeps it again."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from enrollment.models import Detail, MoneyState, Movement, MovementState
from enrollment.services.checks import lock
from enrollment.services.people import details
from socsec.kernel import regions
from socsec.office.access import require
from socsec.office.errors import Refused
from socsec.office.models import User

from . import covers
from .common import locked, record


@transaction.atomic
def move_back(*, by: User, movement: Movement, reason: str) -> Movement:
    """Undo a movement whose money is still, or again, at the old place. Everything is as it was.

    `Refused` once money is on its way or has arrived.
    """
    movement = locked(movement)
    require(by, "case.check", movement.from_region)
    if movement.state != MovementState.DONE or movement.money != MoneyState.DUE:
        raise Refused(
            _("Only a record whose money is at the old place can go back."),
            code="cannot_move_back",
        )
    person = lock(movement.person)
    if regions.covers(movement.to_region, person.region):
        details.put(person, Detail.REGION, movement.file_before, by=by, from_=movement.done_on)
    movement.state = MovementState.RETURNED
    movement.done_on = None
    movement.money = MoneyState.NONE
    movement.save(update_fields=["state", "done_on", "money"])
    covers.go_on(movement, by)
    record(by, "movement.back", movement, reason=reason)
    return movement
