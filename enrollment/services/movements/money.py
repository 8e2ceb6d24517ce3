"""Where the money of a movement is."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    MoneyState,
    Movement,
    MovementState,
)
from socsec.office.access import require
from socsec.office.errors import Conflict, Refused
from socsec.office.models import User

from .common import locked, record


@transaction.atomic
def set_money(*, by: User | None, movement: Movement, state: str) -> Movement:
    """Where the money is, told by the app that moves it; `by` None is the system.

    Forward a step at a time; what was sent and came back is due again.
    """
    movement = locked(movement)
    if by is not None:
        require(by, "ledger.post", movement.from_region if state == "sent" else movement.to_region)
    order = [MoneyState.NONE, MoneyState.DUE, MoneyState.SENT, MoneyState.RECEIVED]
    if movement.state != MovementState.DONE or state not in MoneyState.values:
        raise Refused(_("Money follows a record that has moved."), code="record_not_moved")
    step = order.index(MoneyState(state)) - order.index(MoneyState(movement.money))
    came_back = (movement.money, state) == (MoneyState.SENT, MoneyState.DUE)
    if step != 1 and not came_back:
        raise Conflict(
            _("The money is already: %(state)s.") % {"state": movement.get_money_display()},
            code="money_moved_on",
        )
    movement.money = state
    movement.save(update_fields=["money"])
    record(by, "movement.money", movement, money=state)
    return movement
