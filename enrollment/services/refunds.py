"""A credit is paid back (退费): asked for by one person, decided by another.

A person's money goes to their own account by a payment order, which is released and answered by
the bank like any other; an employer's goes back the way it came. Until it is out it stands in
suspense, and belongs to nobody else.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import BankAccount, Purpose, Receipt, Refund
from enrollment.services.checks import known_text, lock
from enrollment.services.spreading import today
from funds.models import Fund, PaymentBatch, PaymentOutcome, accounts
from funds.queries import lowest_balance
from funds.services import ledger, payments
from socsec.kernel.money import yuan
from socsec.kernel.months import month_of
from socsec.office.access import require, require_other_hand, require_stranger
from socsec.office.errors import Conflict, Invalid, Refused
from socsec.office.models import User
from socsec.office.services import audit

State, Way = Refund.State, Refund.Way
KIND = "contribution_refund"


@transaction.atomic
def ask(*, by: User, receipt: Receipt, reason: str, amount: int | None = None) -> Refund:
    """Ask to pay back a credit, or a part of it. From now on it is used for nothing else."""
    require(by, "refund.ask", receipt.region)
    require_stranger(by, receipt.person_id)
    receipt = lock(receipt)
    amount = receipt.credit if amount is None else amount
    if type(amount) is not int or not 0 < amount <= receipt.credit:
        raise Invalid(
            _("%(credit)s yuan of this receipt are credit; no more can be paid back.")
            % {"credit": yuan(receipt.credit)},
            code="more_than_credit",
            field="amount",
        )
    _hold(receipt, amount)
    refund = Refund.objects.create(
        receipt=receipt,
        region=receipt.region,
        amount=amount,
        way=Way.BACK if receipt.employer_id else Way.ORDER,
        reason=known_text(reason, "reason"),
        maker=by,
    )
    _note(refund, by, "refund.ask", refund.reason)
    return refund


@transaction.atomic
def approve(*, by: User, refund: Refund) -> Refund:
    """Let it be paid back: an order for a person, the way it came for an employer."""
    refund = _decide(refund, by)
    receipt = refund.receipt
    fund = Fund.objects.select_related("region").get(pk=receipt.fund_id)
    if refund.way == Way.ORDER:
        refund.batch_id = _order(refund, receipt, fund).pk
        refund.state = State.ORDERED
    else:
        send_back(
            fund,
            refund.amount,
            region=refund.region,
            source=f"enrollment.refund:{refund.pk}",
            by=by,
        )
        refund.state = State.PAID
    refund.save()
    _note(refund, by, "refund.decide", refund.reason)
    return refund


@transaction.atomic
def refuse(*, by: User, refund: Refund, note: str) -> Refund:
    """Say no, and why; it is credit again."""
    refund = _decide(refund, by)
    refund.state = State.REFUSED
    refund.note = known_text(note, "note")
    refund.save()
    _hold(lock(refund.receipt), -refund.amount)
    _note(refund, by, "refund.decide", refund.note)
    return refund


@transaction.atomic
def keep(*, by: User, refund: Refund, note: str) -> Refund:
    """What the bank returned becomes credit again."""
    refund = lock(refund)
    require(by, "refund.ask", refund.region)
    if refund.state != State.RETURNED:
        raise Conflict(_("Only what the bank returned can be kept."), code="wrong_state")
    refund.state = State.KEPT
    refund.note = known_text(note, "note")
    refund.save()
    _hold(lock(refund.receipt), -refund.amount)
    _note(refund, by, "refund.ask", refund.note)
    return refund


def pull() -> int:
    """Learn from the bank's answers what became of ordered refunds. Gives how many changed."""
    changed = 0
    for refund in Refund.objects.filter(state__in=[State.ORDERED, State.PAID], way=Way.ORDER):
        changed += _learn(refund)
    return changed


def send_back(fund: Fund, amount: int, *, region: str, source: str, by: User) -> None:
    """Money in suspense leaves the way it came: from the income account, or, once that was emptied,
    from the fiscal special account."""
    on = today()
    Fund.objects.select_for_update(no_key=True).get(pk=fund.pk)
    through = accounts.INCOME_ACCOUNT
    if lowest_balance(fund, accounts.INCOME_ACCOUNT, on) < amount:
        through = accounts.FISCAL_ACCOUNT
    ledger.post(
        fund,
        KIND,
        [ledger.Posting(0, accounts.SUSPENSE, through, amount, month_of(on), region, heads=0)],
        source=source,
        on=on,
        by=by,
    )


@transaction.atomic
def _learn(refund: Refund) -> bool:
    refund = lock(refund)
    assert refund.batch_id is not None  # it was ordered
    assert refund.receipt.person_id is not None  # for a person
    back = PaymentOutcome.Outcome.RETURNED
    outcomes = set(
        PaymentOutcome.objects.filter(
            batch_id=refund.batch_id, person_id=refund.receipt.person_id
        ).values_list("outcome", flat=True)
    )
    cancelled = PaymentBatch.objects.filter(
        pk=refund.batch_id, state=PaymentBatch.State.CANCELLED
    ).exists()
    before = refund.state
    if back in outcomes or cancelled:
        refund.state = State.RETURNED
    elif outcomes:
        refund.state = State.PAID
    if refund.state == before:
        return False
    refund.save(update_fields=["state"])
    _note(refund, None, "refund.learn", "")
    return True


def _order(refund: Refund, receipt: Receipt, fund: Fund) -> PaymentBatch:
    """An envelope with the one order; its maker is who asked, so another must release it."""
    assert receipt.person is not None  # an employer's goes back the way it came
    account = (
        BankAccount.objects.filter(
            person=receipt.person,
            closed_on__isnull=True,
            purpose__in=[Purpose.CONTRIBUTION, Purpose.BENEFIT],
        )
        .order_by("-purpose")
        .first()
    )
    if account is None:
        raise Refused(
            _("%(name)s has no bank account on file.") % {"name": receipt.person.name},
            code="no_account",
            fix=_("Ask for a bank account first."),
        )
    month = month_of(today())
    batch = payments.open_batch(
        fund,
        KIND,
        month=month,
        count=1,
        total=refund.amount,
        source=f"enrollment.refund:{refund.pk}",
        by=refund.maker,
        region=refund.region,
    )
    payments.add_orders(
        batch,
        [
            payments.Order(
                person_id=receipt.person.pk,
                seq=1,
                region=refund.region,
                payee=account.holder,
                bank=account.bank,
                account=account.account,
                amount=refund.amount,
                month=month,
                source=f"enrollment.refund:{refund.pk}",
            )
        ],
    )
    return batch


def _decide(refund: Refund, by: User) -> Refund:
    refund = lock(refund)
    require(by, "refund.decide", refund.region)
    require_other_hand(by, refund.maker_id)
    require_stranger(by, refund.receipt.person_id)
    if refund.state != State.ASKED:
        raise Conflict(_("This was decided already."), code="decided_already")
    refund.checker = by
    refund.decided_at = timezone.now()
    return refund


def _hold(receipt: Receipt, amount: int) -> None:
    receipt.credit -= amount
    receipt.gone += amount
    receipt.save(update_fields=["credit", "gone"])


def _note(refund: Refund, by: User | None, act: str, reason: str) -> None:
    audit.record(
        by=by,
        act=act,
        subject=refund,
        person_id=refund.receipt.person_id,
        region=refund.region,
        reason=reason,
        amount=refund.amount,
        state=refund.state,
    )
