"""A granted claim after a death taken back: the accounts stand again, the orders are cancelled.

Only while no envelope was released: money that has left comes back as an overpayment does.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from funds.models import Fund, PaymentBatch
from funds.services import ledger, payments
from pensions.models import (
    AccountEntry,
    AccountState,
    Award,
    EntryKind,
    IndividualAccount,
    Overpayment,
    Recovery,
    RecoveryKind,
    SurvivorClaim,
)
from pensions.services import entries, recovery
from pensions.services import survivors_due as due
from pensions.services.agencies.decision import annuity_fund
from socsec.office.access import require_other_hand, require_stranger
from socsec.office.errors import Conflict, Invalid, Refused
from socsec.office.models import Case, User
from socsec.office.services import audit
from socsec.office.services import case as cases


@transaction.atomic
def undo(*, by: User, claim: SurvivorClaim, text: str) -> SurvivorClaim:
    """Take a grant back, by another than who granted it; the family may claim anew.

    `Refused` once money has gone to the bank, `Conflict` where nothing is granted any more.
    """
    case = cases.lock(claim.pk, by, "case.check", Case.State.GRANTED)
    require_stranger(by, claim.person_id)
    require_other_hand(by, case.checker_id)
    held = SurvivorClaim.objects.select_for_update(of=("self",)).select_related("person", "case")
    claim = held.get(pk=claim.pk)
    if not text.strip():
        raise Invalid(_("Say why it is taken back."), code="empty", field="text")
    if not claim.granted:
        raise Conflict(
            _("This grant was taken back already."),
            code="undone_already",
            fix=_("Look at the claim that the family made since."),
        )
    for envelope in (claim.envelope, claim.annuity_envelope):
        _cancel(envelope, by, text)
    fund = due.fund_of(claim)
    _restore(claim, fund, by, text)
    annuity = annuity_fund(claim.region) if claim.annuity else None
    if annuity is not None:
        _restore(claim, annuity, by, text)
    _owe_again(claim, by)
    claim.heirs.update(amount=0)
    claim.granted, claim.undone_on, claim.undone_why = False, timezone.localdate(), text.strip()
    claim.save(update_fields=["granted", "undone_on", "undone_why"])
    audit.record(
        by=by,
        act="survivors.undo",
        subject=claim,
        person_id=claim.person_id,
        region=claim.region,
        reason=text.strip(),
        number=case.number,
        total=claim.total,
    )
    return claim


def undoable(claim: SurvivorClaim) -> bool:
    """Whether the grant stands and no money of it has left."""
    envelopes = (claim.envelope, claim.annuity_envelope)
    return claim.granted and all(
        each is None or each.state in (PaymentBatch.State.OPEN, PaymentBatch.State.CANCELLED)
        for each in envelopes
    )


def _cancel(envelope: PaymentBatch | None, by: User, why: str) -> None:
    if envelope is None or envelope.state == PaymentBatch.State.CANCELLED:
        return
    if envelope.state != PaymentBatch.State.OPEN:
        raise Refused(
            _("The money of this claim has gone to the bank, so it cannot be undone."),
            code="paid_already",
            fix=_("What was paid too much is asked back as an overpayment."),
        )
    payments.cancel(envelope.pk, by=by, reason=why)


def _restore(claim: SurvivorClaim, fund: Fund, by: User, why: str) -> None:
    """Undo what the grant wrote on the account, the last entry first."""
    written = AccountEntry.objects.filter(
        person_id=claim.person_id,
        fund_id=fund.pk,
        reference=claim.pk,
        kind__in=(EntryKind.CLOSE, EntryKind.INTEREST),
    ).order_by("-seq")
    sources = {
        f"pensions.survivors:{claim.pk}/close:{fund.pk}",
        *(
            f"pensions.survivors:{claim.pk}/interest:{fund.pk}:{entry.month}"
            for entry in written
            if entry.kind == EntryKind.INTEREST
        ),
    }
    batches = {batch.pk: batch.source for batch in map(ledger.batch, sources) if batch}
    for entry in list(written):
        if entry.batch_id in batches:
            entries.undo(
                batch_id=entry.batch_id,
                fund=fund,
                people=(claim.person_id, claim.person_id),
                source=f"{batches[entry.batch_id]}/undone",
                reason=why,
                by=by,
            )
    drawn = Award.objects.filter(person_id=claim.person_id, branch=fund.branch).exists()
    IndividualAccount.objects.filter(person_id=claim.person_id, fund_id=fund.pk).update(
        state=AccountState.PAYING if drawn else AccountState.CONTRIBUTING
    )


def _owe_again(claim: SurvivorClaim, by: User) -> None:
    """What was kept back for the estate's debts is open again."""
    kept = Recovery.objects.filter(
        person_id=claim.person_id, kind=RecoveryKind.GRANT, reference=claim.case.number
    )
    for row in list(kept):
        debt = Overpayment.objects.select_for_update(of=("self",)).get(pk=row.overpayment_id)
        recovery.put(debt, RecoveryKind.GRANT, -row.amount, by=by, reference=claim.case.number)
