"""Judging what supervision found, and putting right what is real."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from funds.models import SupervisionFinding
from socsec.office.access import require, require_other_hand, require_stranger
from socsec.office.errors import Conflict, Invalid
from socsec.office.models import User
from socsec.office.services import audit

State = SupervisionFinding.State
LONGEST = 200  # characters of a reason


@transaction.atomic
def judge(*, by: User, finding: int, real: bool, reason: str) -> SupervisionFinding:
    """Say whether a finding is real, and why. What is nothing stays so, however often it is found.

    `Conflict` where it is judged already.
    """
    held = _held(by, finding, "finding.judge", State.OPEN)
    held.state = State.REAL if real else State.FALSE
    held.judge, held.judged_at, held.reason = by, timezone.now(), _text(reason, "reason")
    held.save(update_fields=["state", "judge", "judged_at", "reason"])
    _note(by, "finding.judge", held, held.reason)
    return held


@transaction.atomic
def settle(*, by: User, finding: int, remedy: str) -> SupervisionFinding:
    """Close a real finding with what was done: money recovered, a record corrected, a person charged.

    By somebody other than who judged it.
    """
    held = _held(by, finding, "finding.settle", State.REAL)
    require_other_hand(by, held.judge_id)
    held.state = State.SETTLED
    held.settler, held.settled_at, held.remedy = by, timezone.now(), _text(remedy, "remedy")
    held.save(update_fields=["state", "settler", "settled_at", "remedy"])
    _note(by, "finding.settle", held, held.remedy)
    return held


def _held(by: User, finding: int, act: str, state: str) -> SupervisionFinding:
    held = SupervisionFinding.objects.select_for_update(of=("self",)).get(pk=finding)
    require(by, act, held.region)
    require_stranger(by, held.person_id)
    if held.state != state:
        raise Conflict(
            _("Somebody has dealt with this finding already."),
            code="finding_done",
            fix=_("Look at it again."),
        )
    return held


def _text(text: str, field: str) -> str:
    said = text.strip()
    if not said:
        raise Invalid(_("Say why in a few words."), code="reason_missing", field=field)
    return said[:LONGEST]


def _note(by: User, act: str, held: SupervisionFinding, reason: str) -> None:
    audit.record(
        by=by,
        act=act,
        subject=held,
        person_id=held.person_id,
        region=held.region,
        reason=reason,
        detail={"rule": held.rule, "amount": held.amount},
    )
