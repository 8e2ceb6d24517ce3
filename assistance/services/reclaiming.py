"""Assistance that was not due is ordered back, with a fine where it was obtained by fraud.

社会救助法第七十三条、第七十四条 (社会救助暂行办法第六十八条 before). What was overpaid is what was paid for a
month beyond what the grant comes to for it now: after a change that reaches back, an end, or a death.
"""

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistance.models import Form, Grant, GrantPayment, Reclaim, ReclaimReceipt
from assistance.queries import amount_in
from assistance.services import granting, paying
from funds.services import payments
from socsec.kernel.money import yuan
from socsec.kernel.months import first_day, format_month
from socsec.office.access import require_other_hand
from socsec.office.errors import Conflict, Invalid, Refused, say
from socsec.office.models import User
from socsec.office.services import audit
from socsec.office.services import policy as policies


def overpaid(grant: Grant) -> dict[int, int]:
    """What each month was paid in money beyond what is due for it and was not ordered back before, fen."""
    paid = (
        GrantPayment.objects.filter(grant=grant, form=Form.CASH)
        .order_by()
        .values_list("month")
        .annotate(sum=Sum("amount"))
    )
    before: dict[int, int] = {}
    for months in grant.reclaims.values_list("months", flat=True):
        for row in months:
            before[row["number"]] = before.get(row["number"], 0) + row["amount"]
    found = {}
    for month, amount in paid:
        more = amount - _due(grant, month) - before.get(month, 0)
        if more > 0:
            found[month] = more
    return dict(sorted(found.items()))


def total_received(reclaim: Reclaim) -> int:
    """What has come back of an order, fen."""
    return int(reclaim.receipts.aggregate(sum=Sum("amount"))["sum"] or 0)


@transaction.atomic
def propose(*, by: User, grant: Grant, reason: str, fraud: bool = False, fine: int = 0) -> Reclaim:
    """The maker's part: order back what was overpaid. A fine only for fraud, of at most the times
    that the law of today allows. Refused where nothing was overpaid."""
    held = granting.locked(grant, by, "reclaim.propose")
    if not reason.strip():
        raise Invalid(_("Say why."), code="empty", field="reason")
    months = overpaid(held)
    amount = sum(months.values())
    if not amount:
        raise Refused(
            _("Nothing was paid beyond what is due."),
            code="nothing_overpaid",
            fix=_("Change or end the grant from the month on in which it was not due."),
        )
    today = timezone.localdate()
    law = policies.of(policies.current_edition())
    most = amount * int(law.at("assistance.reclaim.fine_most", held.region, today).value)
    if type(fine) is not int or not 0 <= fine <= most or (fine and not fraud):
        raise Invalid(
            say(_("A fine is for fraud alone, and of at most %(most)s yuan."), most=yuan(most)),
            code="fine_out_of_range",
            field="fine",
        )
    days = int(law.at("assistance.reclaim.days", held.region, today).value)
    try:
        with transaction.atomic():
            made = Reclaim.objects.create(
                grant=held,
                region=held.region,
                amount=amount,
                fine=fine,
                fraud=fraud,
                months=[
                    {"number": month, "month": format_month(month), "amount": more}
                    for month, more in months.items()
                ],
                reason=reason.strip()[:200],
                due_on=today + timedelta(days=days),
                maker=by,
            )
    except IntegrityError as error:
        raise Conflict(
            _("An order for this grant is proposed already."),
            code="reclaim_open",
            fix=_("Let that one be confirmed first."),
        ) from error
    _record(by, "reclaim.propose", made, reason=made.reason)
    return made


@transaction.atomic
def confirm(*, by: User, reclaim: Reclaim) -> Reclaim:
    """The checker's part: it is ordered, and the household told in writing why and what it may do."""
    held = granting.locked(reclaim.grant, by, "reclaim.confirm")
    made = Reclaim.objects.select_for_update().get(pk=reclaim.pk)
    require_other_hand(by, made.maker_id)
    if made.ordered_on is not None:
        raise Conflict(_("This was ordered already."), code="ordered_already")
    made.ordered_on, made.checker = timezone.localdate(), by
    made.save(update_fields=["ordered_on", "checker"])
    _record(by, "reclaim.confirm", made, reason=made.reason)
    granting.tell(
        held.person_id,
        held.application.case if held.application else None,
        title=say(_("To be paid back: %(programme)s"), programme=held.programme),
        body=say(
            _(
                "%(amount)s yuan were paid that were not due; please pay them back by %(day)s."
                " Fine: %(fine)s yuan. Reason: %(reason)s. You may ask for an administrative"
                " review within 60 days."
            ),
            amount=yuan(made.amount),
            day=made.due_on.isoformat(),
            fine=yuan(made.fine),
            reason=made.reason,
        ),
        by=by,
    )
    return made


@transaction.atomic
def receive(*, by: User, reclaim: Reclaim, amount: int, on: date, reference: str) -> ReclaimReceipt:
    """Book money that came back, up to what was overpaid: it returns to the purse. A fine belongs to
    the treasury and is not booked here."""
    held = granting.locked(reclaim.grant, by, "reclaim.receive")
    made = Reclaim.objects.select_for_update().get(pk=reclaim.pk)
    if made.ordered_on is None:
        raise Refused(_("This was not ordered yet."), code="not_ordered")
    left = made.amount - total_received(made)
    if type(amount) is not int or not 0 < amount <= left:
        raise Invalid(
            say(_("At most %(most)s yuan are still open."), most=yuan(left)),
            code="amount_out_of_range",
            field="amount",
        )
    if not made.ordered_on <= on <= timezone.localdate():
        raise Invalid(
            _("The day must lie between the order and today."), code="impossible_date", field="on"
        )
    if not reference.strip():
        raise Invalid(
            _("Enter the reference of the transfer."), code="no_reference", field="reference"
        )
    if made.receipts.filter(reference=reference.strip()).exists():
        raise Conflict(
            _("This transfer is booked already."), code="booked_already", field="reference"
        )
    payments.repaid(
        paying.fund_of(held.region),
        person_id=held.person_id,
        region=held.region,
        amount=amount,
        on=on,
        source=f"assistance.repaid:{made.pk}:{reference.strip()}",
        by=by,
    )
    receipt = ReclaimReceipt.objects.create(
        reclaim=made, amount=amount, received_on=on, reference=reference.strip(), by=by
    )
    _record(by, "reclaim.receive", made, received=amount)
    return receipt


def _due(grant: Grant, month: int) -> int:
    """What is due for a month by the grant as it stands."""
    if grant.until_month is not None and month > grant.until_month:
        return 0
    died = grant.person.died_on
    if died is not None and died < first_day(month):
        return 0
    return amount_in(grant.pk, month)


def _record(by: User, act: str, made: Reclaim, *, reason: str = "", **detail: int) -> None:
    audit.record(
        by=by,
        act=act,
        subject=made,
        person_id=made.grant.person_id,
        region=made.region,
        reason=reason,
        programme=made.grant.programme.slug,
        amount=made.amount,
        fine=made.fine,
        **detail,
    )
