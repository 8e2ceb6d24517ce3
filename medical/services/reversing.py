"""Taking a settlement back from the office: one proposes with a reason, another decides.

Providers undo what they settled by themselves, with `settling.reverse`.
"""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.services.checks import known_text, lock
from medical.models import BillReversal, Encounter
from medical.services import reimbursing, settling
from medical.services.settling.visits import must_be
from socsec.office.access import require, require_other_hand, require_stranger
from socsec.office.errors import Conflict
from socsec.office.models import User
from socsec.office.services import audit

State = BillReversal.State


@transaction.atomic
def propose(*, by: User, encounter: Encounter, reason: str) -> BillReversal:
    """Propose to take the settlement of a bill back. Nothing changes until somebody else agrees.

    `Conflict` for a bill that is not settled, or for which it is proposed already.
    """
    encounter = lock(encounter)
    require(by, "reversal.propose", encounter.region)
    require_stranger(by, encounter.person_id)
    must_be(encounter, Encounter.State.SETTLED)
    try:
        with transaction.atomic():
            made = BillReversal.objects.create(
                encounter=encounter,
                region=encounter.region,
                reason=known_text(reason, "reason"),
                maker=by,
            )
    except IntegrityError:
        raise Conflict(
            _("It is proposed already to take this settlement back."),
            code="proposed_already",
            fix=_("A colleague decides on that proposal first."),
        ) from None
    _note(by, "reversal.propose", made, made.reason)
    return made


@transaction.atomic
def approve(*, by: User, reversal: BillReversal) -> BillReversal:
    """Take the settlement back as proposed: the bill is unsettled, those after it worked out anew.

    `Conflict` where the bill is not settled any more: its provider was faster.
    """
    held = _held(by, reversal)
    undo = reimbursing.reverse if held.encounter.handed_in else settling.reverse
    undo(by=by, encounter=held.encounter, reason=held.reason)
    return _decide(by, held, State.DONE, "")


@transaction.atomic
def reject(*, by: User, reversal: BillReversal, answer: str) -> BillReversal:
    """Leave the settlement as it is, and say why."""
    held = _held(by, reversal)
    _note(by, "reversal.reject", held, answer)
    return _decide(by, held, State.REJECTED, known_text(answer, "answer"))


def _held(by: User, reversal: BillReversal) -> BillReversal:
    held = lock(reversal)
    require(by, "reversal.decide", held.region)
    require_other_hand(by, held.maker_id)
    require_stranger(by, held.encounter.person_id)
    if held.state != State.PROPOSED:
        raise Conflict(_("This is decided already."), code="decided_already")
    return held


def _decide(by: User, held: BillReversal, state: str, answer: str) -> BillReversal:
    held.state, held.checker, held.decided_at, held.answer = state, by, timezone.now(), answer
    held.save(update_fields=["state", "checker", "decided_at", "answer"])
    return held


def _note(by: User, act: str, held: BillReversal, reason: str) -> None:
    audit.record(
        by=by,
        act=act,
        subject=held.encounter,
        person_id=held.encounter.person_id,
        region=held.region,
        reason=reason,
    )
