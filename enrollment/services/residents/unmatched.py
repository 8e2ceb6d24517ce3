"""Lines of a payment that fitted nobody: taken for somebody's year, or sent back."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    Person,
    ResidentEnrolment,
    UnmatchedPayment,
)
from enrollment.queries.residents import money_of
from enrollment.services.checks import lock
from enrollment.services.collection import refund_orders
from funds.models import Fund, accounts
from funds.services import ledger
from socsec.kernel.money import yuan
from socsec.kernel.months import month_of
from socsec.kernel.regions import covers
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, Refused
from socsec.office.models import User
from socsec.office.services import audit

from .receipts import pay_in


@transaction.atomic
def match(*, by: User, line: UnmatchedPayment, person: Person, year: int) -> UnmatchedPayment:
    """Take an unmatched line for somebody's year: at most what is open of it."""
    line = lock(line)
    receipt = lock(line.receipt)
    require(by, "resident.receive", receipt.region)
    if line.state != UnmatchedPayment.State.OPEN:
        raise Conflict(_("This line is settled."), code="settled")
    enrolment = (
        ResidentEnrolment.objects.select_for_update(no_key=True)
        .filter(person_id=person.pk, branch=receipt.branch, year=year, cancelled_on__isnull=True)
        .first()
    )
    pool = Fund.objects.select_related("region").get(pk=receipt.fund_id)
    if enrolment is None or not covers(pool.region_id, enrolment.region):
        raise Refused(
            _("%(name)s is not enrolled for %(year)s in the region of this fund.")
            % {"name": person.name, "year": year},
            code="not_enrolled",
            fix=_("Enrol first."),
        )
    open_now = money_of([(person.pk, year)], receipt.branch)[person.pk, year].open()
    if line.amount > open_now:
        raise Refused(
            _("%(open)s yuan are open for %(year)s.")
            % {"open": yuan(max(open_now, 0)), "year": year},
            code="too_much",
            fix=_("Send the line back, or look for the year that it was meant for."),
        )
    pay_in(receipt, [(enrolment, line.amount)])
    _settle(line, UnmatchedPayment.State.TAKEN, person.pk)
    receipt.unmatched -= line.amount
    receipt.save(update_fields=["unmatched"])
    ledger.post(
        pool,
        "resident_receipt",
        [
            ledger.Posting(
                person.pk,
                accounts.SUSPENSE,
                accounts.CONTRIBUTION_INCOME,
                line.amount,
                month_of(receipt.received_on),
                enrolment.region,
            )
        ],
        source=f"enrollment.resident_receipt:{receipt.pk}/line:{line.row}",
        by=by,
    )
    audit.record(
        by=by,
        act="resident.receive",
        subject=receipt,
        person_id=person.pk,
        region=receipt.region,
        row=line.row,
        amount=line.amount,
    )
    return line


@transaction.atomic
def send_back(*, by: User, line: UnmatchedPayment, reason: str) -> UnmatchedPayment:
    """An unmatched line goes back by the way it came. Not by who took the file down."""
    line = lock(line)
    receipt = lock(line.receipt)
    require(by, "resident.refund_check", receipt.region)
    if line.state != UnmatchedPayment.State.OPEN:
        raise Conflict(_("This line is settled."), code="settled")
    if not reason.strip():
        raise Invalid(_("Say why it goes back."), code="no_reason", field="reason")
    pool = Fund.objects.select_related("region").get(pk=receipt.fund_id)
    refund_orders.send_back(
        pool,
        line.amount,
        region=receipt.region,
        source=f"enrollment.resident_receipt:{receipt.pk}/back:{line.row}",
        by=by,
    )
    _settle(line, UnmatchedPayment.State.RETURNED, 0)
    receipt.unmatched -= line.amount
    receipt.save(update_fields=["unmatched"])
    audit.record(
        by=by,
        act="resident.refund_check",
        subject=receipt,
        region=receipt.region,
        reason=reason.strip(),
        row=line.row,
        amount=line.amount,
    )
    return line


def _settle(line: UnmatchedPayment, state: str, person_id: int) -> None:
    line.state = state
    line.person_id = person_id
    line.settled_at = timezone.now()
    line.save(update_fields=["state", "person_id", "settled_at"])
