"""A credit is paid back (退费): asked for by one person, decided by another.

A person's money goes to their own account by a payment order, which is released and answered by
the bank like any other; an employer's goes back the way it came. Until it is out it stands in
suspense, and belongs to nobody else.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Receipt, Refund
from enrollment.services.checks import known_text, lock
from enrollment.services.collection import refund_orders
from funds.models import Fund
from socsec.kernel.money import yuan
from socsec.office.access import require, require_other_hand, require_stranger
from socsec.office.errors import Conflict, Invalid
from socsec.office.models import User
from socsec.office.services import audit

State, Way = Refund.State, Refund.Way


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
    return draft(maker=by, receipt=receipt, amount=amount, reason=known_text(reason, "reason"))


def draft(*, maker: User, receipt: Receipt, amount: int, reason: str) -> Refund:
    """Hold a part of a locked receipt's credit for a refund, for services that asked who may."""
    _hold(receipt, amount)
    refund = Refund.objects.create(
        receipt=receipt,
        region=receipt.region,
        amount=amount,
        way=Way.BACK if receipt.employer_id else Way.ORDER,
        reason=reason,
        maker=maker,
    )
    _note(refund, maker, "refund.ask", refund.reason)
    return refund


@transaction.atomic
def approve(*, by: User, refund: Refund) -> Refund:
    """Let it be paid back: an order for a person, the way it came for an employer."""
    refund = _decide(refund, by)
    receipt = refund.receipt
    fund = Fund.objects.select_related("region").get(pk=receipt.fund_id)
    if refund.way == Way.ORDER:
        assert receipt.person is not None  # an employer's goes back the way it came
        refund.batch_id = refund_orders.order(
            fund=fund,
            person=receipt.person,
            payee=refund_orders.own_account(receipt.person),
            amount=refund.amount,
            region=refund.region,
            source=f"enrollment.refund:{refund.pk}",
            maker=refund.maker,
        ).pk
        refund.state = State.ORDERED
    else:
        refund_orders.send_back(
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
    ordered = Refund.objects.filter(way=Way.ORDER)
    return sum(_learn(each) for each in refund_orders.news(ordered, "receipt__person_id"))


@transaction.atomic
def _learn(refund: Refund) -> bool:
    refund = lock(refund)
    assert refund.batch_id is not None  # it was ordered
    assert refund.receipt.person_id is not None  # for a person
    back = refund_orders.came_back(refund.batch_id, refund.receipt.person_id)
    before = refund.state
    if back is not None:
        refund.state = State.RETURNED if back else State.PAID
    if refund.state == before:
        return False
    refund.save(update_fields=["state"])
    _note(refund, None, "refund.learn", "")
    return True


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
