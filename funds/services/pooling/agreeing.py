"""A region agrees to its part in a round with two people of its own, or objects."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from funds.models import Fund, PoolingPart, PoolingRound
from funds.services.pooling.transfers import stand_for
from socsec.office.access import require_other_hand
from socsec.office.errors import Conflict, Invalid, NotFound, Refused
from socsec.office.models import User
from socsec.office.services import audit

LONGEST = 200  # of an objection


@transaction.atomic
def agree(part_id: int, *, by: User) -> PoolingPart:
    """A first person of the region agrees to what it hands up and is granted."""
    part, _fund = _held(part_id, by, "pooling.draft")
    if part.maker_id:
        raise Conflict(_("Somebody has agreed already."), code="agreed_already")
    part.maker = by
    part.save(update_fields=["maker"])
    _record(part, by, "pooling.agree")
    return part


@transaction.atomic
def confirm(part_id: int, *, by: User) -> PoolingPart:
    """A second person of the region confirms; with the last region the round can be posted."""
    part, _fund = _held(part_id, by, "pooling.approve")
    if part.maker_id is None or part.checker_id:
        raise Conflict(
            _("This part does not wait to be confirmed."), code="not_waiting_for_confirmation"
        )
    require_other_hand(by, part.maker_id)
    part.checker = by
    part.save(update_fields=["checker"])
    _record(part, by, "pooling.confirm")
    return part


@transaction.atomic
def object_to(part_id: int, *, by: User, reason: str) -> PoolingPart:
    """The region objects: the round goes back to those who drafted it, and nobody has agreed."""
    part, _fund = _held(part_id, by, "pooling.approve")
    if not reason.strip():
        raise Invalid(_("Say what is not right."), code="empty", field="reason")
    PoolingPart.objects.filter(round=part.round).update(maker=None, checker=None)
    part.refresh_from_db(fields=["maker", "checker"])
    part.objection = reason.strip()[:LONGEST]
    part.save(update_fields=["objection"])
    found = part.round
    found.state, found.checker, found.approved_at = PoolingRound.State.DRAFTED, None, None
    found.save(update_fields=["state", "checker", "approved_at"])
    _record(part, by, "pooling.object", reason=part.objection)
    return part


def _held(part_id: int, by: User, act: str) -> tuple[PoolingPart, Fund]:
    part = (
        PoolingPart.objects.select_related("fund__region", "region", "round__fund__region")
        .filter(pk=part_id)
        .first()
    )
    if part is None:
        raise NotFound(_("There is no such part."), code="no_part")
    if part.fund is None:
        raise Refused(_("This region keeps no fund in these books."), code="no_fund_below")
    stand_for(part.fund, part.round.fund, by, act)
    # Held until the end: of a confirmation and an objection at once, the second sees the first.
    held = PoolingRound.objects.select_for_update(no_key=True).get(pk=part.round_id)
    if held.state != PoolingRound.State.APPROVED:
        raise Conflict(
            _("This round is: %(state)s.") % {"state": held.get_state_display()},
            fix=_("Open it again to see where it stands."),
            code="round_moved_on",
        )
    part.refresh_from_db(fields=["maker", "checker"])
    return part, part.fund


def _record(part: PoolingPart, by: User, act: str, reason: str = "", **detail: Any) -> None:
    audit.record(
        by=by,
        act=act,
        subject=part,
        region=part.region_id,
        reason=reason,
        up=part.up,
        down=part.down,
        **detail,
    )
