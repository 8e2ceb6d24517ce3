"""The net of a clearing: one order of the fund that owes more, received by the other."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.services.checks import lock
from funds.models import BankAccount, PaymentBatch, PaymentOutcome, accounts
from funds.services import ledger, payments
from medical.models import ClearingStatement
from socsec.kernel.months import month_of
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, Refused
from socsec.office.models import User
from socsec.office.services import audit

from .drawing import KIND

State, Outcome = ClearingStatement.State, PaymentOutcome.Outcome
RECEIVED = "clearing_received"


@transaction.atomic
def order(*, by: User, statement: ClearingStatement) -> PaymentBatch:
    """Order the net to the other fund's account at its bank; a second person releases it.

    `Refused` without such an account; `Conflict` while an earlier order stands.
    """
    held = lock(statement)
    require(by, "payment.draft", held.payer.region_id)
    _must_be_agreed(held)
    if held.envelope is not None and not _failed(held.envelope):
        raise Conflict(_("It is ordered already."), code="ordered_already")
    account = BankAccount.objects.filter(
        fund=held.payee, ledger=accounts.EXPENDITURE_ACCOUNT
    ).first()
    if account is None:
        raise Refused(
            _("The other fund has no account for its spending on file."),
            code="no_account",
            fix=_("Its office enters the account at its bank first."),
        )
    month = month_of(timezone.localdate())
    before = held.envelope_id or 0
    source = f"medical.{KIND}:{held.pk}/{before}"
    amount = abs(held.net)
    envelope = payments.open_batch(
        held.payer, KIND, month=month, count=1, total=amount, source=source, by=by
    )
    payments.add_orders(
        envelope,
        [
            payments.Order(
                person_id=0,
                seq=1,
                region=held.payer.region_id,
                payee=str(held.payee)[:60],
                bank=account.bank,
                account=account.number,
                amount=amount,
                month=month,
                source=source,
            )
        ],
    )
    held.envelope = envelope
    held.save(update_fields=["envelope"])
    _note(by, "clearing.order", held, held.payer.region_id)
    return envelope


@transaction.atomic
def receive(*, by: User, statement: ClearingStatement, on: date) -> ClearingStatement:
    """The fund that is owed books the net that came in. `Refused` before the payer's bank paid it."""
    held = lock(statement)
    require(by, "clearing.receive", held.payee.region_id)
    _must_be_agreed(held)
    outcomes = set(
        PaymentOutcome.objects.filter(person_id=0, batch_id=held.envelope_id or 0).values_list(
            "outcome", flat=True
        )
    )
    if outcomes != {Outcome.PAID}:
        raise Refused(
            _("The other side's bank has not paid it."),
            code="not_paid",
            fix=_("Wait for the money, or ask the other office."),
        )
    if on > timezone.localdate():
        raise Invalid(_("That day has not come yet."), code="in_the_future", field="on")
    ledger.post(
        held.payee,
        RECEIVED,
        [
            ledger.Posting(
                person_id=0,
                debit=accounts.EXPENDITURE_ACCOUNT,
                credit=accounts.BENEFITS,
                amount=abs(held.net),
                month=held.month,
                region=held.payee.region_id,
                heads=0,
            )
        ],
        source=source_of(held),
        on=on,
        by=by,
    )
    held.state, held.received_on, held.received_by = State.PAID, on, by
    held.save(update_fields=["state", "received_on", "received_by"])
    _note(by, "clearing.receive", held, held.payee.region_id)
    return held


def source_of(statement: ClearingStatement) -> str:
    return f"medical.{RECEIVED}:{statement.pk}"


def _failed(envelope: PaymentBatch) -> bool:
    """Given up before its release, or sent back by the bank."""
    returned = PaymentOutcome.objects.filter(
        person_id=0, batch_id=envelope.pk, outcome=Outcome.RETURNED
    )
    return envelope.state == PaymentBatch.State.CANCELLED or returned.exists()


def _must_be_agreed(statement: ClearingStatement) -> None:
    if statement.state != State.AGREED:
        raise Conflict(
            _("This clearing is: %(state)s.") % {"state": statement.get_state_display()},
            code="wrong_state",
        )


def _note(by: User, act: str, statement: ClearingStatement, region: str) -> None:
    audit.record(by=by, act=act, subject=statement, region=region, amount=abs(statement.net))
