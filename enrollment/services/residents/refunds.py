"""Money of a resident's year goes back, where the law allows: asked for by one, let go by another,
and paid by the bank on a payment order.

Before the insured year begins it goes back whole, because the person changed their mind, became
insured as a worker, or died. Once it has begun, only what was paid for months that were insured
twice goes back, by the rules of `twice`.
"""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    DoubleEnrolment,
    Payer,
    Person,
    ResidentEnrolment,
    ResidentPayment,
    ResidentRefund,
    UnmatchedPayment,
)
from enrollment.queries.residents import money_of
from enrollment.services.assessment.contributions import pool_of
from enrollment.services.checks import lock
from enrollment.services.collection import refund_orders
from enrollment.services.collection.refund_orders import Payee
from enrollment.services.residents.assessing import correct
from enrollment.services.residents.enrolment import take_back
from funds.models import Branch, Fund, Scheme, accounts
from funds.services import ledger
from socsec.kernel.months import month_of
from socsec.office.access import require, require_other_hand, require_stranger
from socsec.office.errors import Conflict, Invalid, Refused
from socsec.office.models import User
from socsec.office.services import audit

State = ResidentRefund.State
Reason = ResidentRefund.Reason


@transaction.atomic
def ask(
    *, by: User, person: Person, branch: int, year: int, payee: Payee | None = None
) -> ResidentRefund:
    """Ask for what the person paid for a year that has not begun, or that they did not live to see.

    Without a `payee` it goes to the person's own account; for who has died an heir is named.
    """
    person = lock(person)
    enrolment = ResidentEnrolment.objects.filter(
        person_id=person.pk, branch=branch, year=year, cancelled_on__isnull=True
    ).first()
    if enrolment is None:
        raise Refused(
            _("%(name)s is not enrolled for %(year)s.") % {"name": person.name, "year": year},
            code="not_enrolled",
        )
    require(by, "resident.refund", enrolment.region)
    require_stranger(by, person.pk)
    paid = money_of([(person.pk, year)], branch)[person.pk, year].paid.get(Payer.PERSON, 0)
    if paid <= 0:
        raise Refused(
            _("Nothing was paid for %(year)s.") % {"year": year},
            code="nothing_paid",
            fix=_("Take the enrolment back instead."),
        )
    begins = date(year, 1, 1)
    if person.died_on is not None and person.died_on < begins:
        reason = Reason.DIED
    elif branch == Branch.MEDICAL and timezone.localdate() < begins:
        reason = Reason.NOT_BEGUN
    else:
        raise Refused(
            _("The year %(year)s has begun, so what was paid for it stays.") % {"year": year},
            code="year_has_begun",
            fix=_("Only months that were insured twice are given back."),
        )
    if reason == Reason.DIED and payee is None:
        raise Invalid(
            _("%(name)s has died: name the heir to whose account it goes.") % {"name": person.name},
            code="no_payee",
            field="payee_name",
        )
    return draft(
        by=by,
        person=person,
        branch=branch,
        year=year,
        region=enrolment.region,
        reason=reason,
        person_amount=paid,
        payee=payee,
    )


def draft(
    *,
    by: User,
    person: Person,
    branch: int,
    year: int,
    region: str,
    reason: str,
    person_amount: int,
    collective_amount: int = 0,
    double: DoubleEnrolment | None = None,
    payee: Payee | None = None,
) -> ResidentRefund:
    """A refund that waits for a second person. One a year at a time."""
    try:
        with transaction.atomic():
            refund = ResidentRefund.objects.create(
                person=person,
                branch=branch,
                year=year,
                region=region,
                fund_id=pool_of([region], branch, Scheme.RESIDENTS)[region].pk,
                reason=reason,
                person_amount=person_amount,
                collective_amount=collective_amount,
                double=double,
                payee_name=payee.holder if payee else "",
                payee_bank=payee.bank if payee else "",
                payee_account=payee.account if payee else "",
                maker=by,
            )
    except IntegrityError as error:
        raise Conflict(
            _("A refund for %(year)s waits for approval already.") % {"year": year},
            code="refund_open",
        ) from error
    _note(by, refund, "resident.refund")
    return refund


@transaction.atomic
def approve(*, by: User, refund: ResidentRefund) -> ResidentRefund:
    """Let the money go: an order for the person's part. Not by who asked for it.

    `Conflict` where the books say something else by now, `Refused` where nobody can be paid.
    """
    refund = _open(refund, by)
    fund = Fund.objects.select_related("region").get(pk=refund.fund_id)
    if refund.reason == Reason.ELSEWHERE:
        _release_lines(refund, by)
    else:
        _take_off(refund, fund, by)
    if refund.person_amount:
        _order(refund, fund)
    else:
        refund.state = State.PAID
    if refund.collective_amount:
        refund_orders.send_back(
            fund,
            refund.collective_amount,
            region=refund.region,
            source=f"enrollment.resident_refund:{refund.pk}/collective",
            by=by,
        )
    _close(refund, by)
    _note(by, refund, "resident.refund_check")
    return refund


@transaction.atomic
def again(*, by: User, refund: ResidentRefund) -> ResidentRefund:
    """Order anew what the bank returned, to the account that is on file now."""
    refund = lock(refund)
    require(by, "resident.refund", refund.region)
    require_stranger(by, refund.person_id)
    if refund.state != State.RETURNED:
        raise Conflict(_("Only what the bank returned is ordered anew."), code="wrong_state")
    refund.payee_name = refund.payee_bank = refund.payee_account = ""
    _order(refund, Fund.objects.select_related("region").get(pk=refund.fund_id), maker=by)
    refund.save()
    _note(by, refund, "resident.refund")
    return refund


def pull() -> int:
    """Learn from the bank's answers what became of ordered refunds. Gives how many changed."""
    ordered = ResidentRefund.objects.all()
    return sum(_learn(each) for each in refund_orders.news(ordered, "person_id"))


@transaction.atomic
def _learn(refund: ResidentRefund) -> bool:
    refund = lock(refund)
    assert refund.batch_id is not None
    back = refund_orders.came_back(refund.batch_id, refund.person_id)
    state = refund.state if back is None else State.RETURNED if back else State.PAID
    if state == refund.state:
        return False
    refund.state = state
    refund.save(update_fields=["state"])
    _note(None, refund, "refund.learn")
    return True


def _take_off(refund: ResidentRefund, fund: Fund, by: User) -> None:
    """What goes back is income no more, and the year owes it no more."""
    enrolment = ResidentEnrolment.objects.select_for_update(no_key=True).get(
        person_id=refund.person_id, branch=refund.branch, year=refund.year
    )
    parts = [
        (Payer.PERSON, refund.person_amount),
        (Payer.COLLECTIVE, refund.collective_amount),
    ]
    held = money_of([(refund.person_id, refund.year)], refund.branch)[
        refund.person_id, refund.year
    ].paid
    for payer, amount in parts:
        if amount > held.get(payer, 0):
            raise _changed()
    today = timezone.localdate()
    ResidentPayment.objects.bulk_create(
        [
            ResidentPayment(
                person_id=refund.person_id,
                branch=refund.branch,
                year=refund.year,
                payer=payer,
                source_id=-refund.pk,
                refund=True,
                region=refund.region,
                amount=-amount,
                paid_on=today,
            )
            for payer, amount in parts
            if amount
        ]
    )
    ledger.post(
        fund,
        "resident_refund",
        [
            ledger.Posting(
                refund.person_id,
                accounts.CONTRIBUTION_INCOME,
                accounts.SUSPENSE,
                refund.person_amount + refund.collective_amount,
                month_of(today),
                refund.region,
            )
        ],
        source=f"enrollment.resident_refund:{refund.pk}",
        by=by,
    )
    if refund.reason == Reason.DOUBLE:
        correct(
            enrolment,
            by=by,
            person_share=-refund.person_amount,
            collective_subsidy=-refund.collective_amount,
        )
        if refund.branch == Branch.MEDICAL:
            take_back(enrolment, by=by)
    else:
        take_back(enrolment, by=by)


def paid_elsewhere(person_id: int, branch: int, year: int, region: str) -> list[UnmatchedPayment]:
    """What came in for a person's year in a region while they are enrolled in another."""
    return list(
        UnmatchedPayment.objects.filter(
            person_id=person_id,
            receipt__branch=branch,
            year=year,
            region=region,
            reason="elsewhere",
            state=UnmatchedPayment.State.OPEN,
        )
        .select_related("receipt")
        .order_by("pk")
    )


def _release_lines(refund: ResidentRefund, by: User) -> None:
    """The lines that wait in suspense are settled: their money is the refund's from now on."""
    lines = paid_elsewhere(refund.person_id, refund.branch, refund.year, refund.region)
    receipts = {line.receipt_id: lock(line.receipt) for line in lines}
    lines = [line for line in map(lock, lines) if line.state == UnmatchedPayment.State.OPEN]
    if sum(line.amount for line in lines) != refund.person_amount:
        raise _changed()
    for line in lines:
        line.state = UnmatchedPayment.State.RETURNED
        line.settled_at = timezone.now()
        line.save(update_fields=["state", "settled_at"])
        receipt = receipts[line.receipt_id]
        receipt.unmatched -= line.amount
        receipt.save(update_fields=["unmatched"])


def _order(refund: ResidentRefund, fund: Fund, maker: User | None = None) -> None:
    payee = (
        Payee(refund.payee_name, refund.payee_bank, refund.payee_account)
        if refund.payee_account
        else refund_orders.own_account(refund.person)
    )
    turn = f"/{refund.batch_id}" if refund.batch_id else ""
    refund.batch_id = refund_orders.order(
        fund=fund,
        person=refund.person,
        payee=payee,
        amount=refund.person_amount,
        region=refund.region,
        source=f"enrollment.resident_refund:{refund.pk}{turn}",
        maker=maker or refund.maker,
    ).pk
    refund.state = State.ORDERED


def _changed() -> Conflict:
    return Conflict(
        _("Less was paid than would go back."),
        code="books_changed",
        fix=_("Reject the refund and ask for it anew."),
    )


@transaction.atomic
def reject(*, by: User, refund: ResidentRefund, reason: str) -> ResidentRefund:
    """The second person does not agree: nothing goes back."""
    refund = _open(refund, by)
    if not reason.strip():
        raise Invalid(_("Say why it is rejected."), code="no_reason", field="reason")
    refund.state = State.REJECTED
    _close(refund, by)
    _note(by, refund, "resident.refund_check", reason.strip())
    return refund


def _open(refund: ResidentRefund, by: User) -> ResidentRefund:
    refund = lock(refund)
    require(by, "resident.refund_check", refund.region)
    require_other_hand(by, refund.maker_id)
    require_stranger(by, refund.person_id)
    if refund.state != State.DRAFT:
        raise Conflict(
            _("This refund is already “%(state)s”.") % {"state": refund.get_state_display()},
            code="refund_moved_on",
        )
    return refund


def _close(refund: ResidentRefund, by: User) -> None:
    refund.checker = by
    refund.decided_at = timezone.now()
    refund.save()


def _note(by: User | None, refund: ResidentRefund, act: str, reason: str = "") -> None:
    audit.record(
        by=by,
        act=act,
        subject=refund,
        person_id=refund.person_id,
        region=refund.region,
        reason=reason,
        year=refund.year,
        amount=refund.amount,
        state=refund.state,
    )
