"""Money of a resident's year goes back, where the law allows: asked for by one, let go by another.

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
)
from enrollment.queries.residents import money_of
from enrollment.services.checks import lock
from enrollment.services.contributions import pool_of
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
def ask(*, by: User, person: Person, branch: int, year: int) -> ResidentRefund:
    """Ask for what the person paid for a year that has not begun, or that they did not live to see."""
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
    return draft(by=by, person=person, enrolment=enrolment, reason=reason, person_amount=paid)


def draft(
    *,
    by: User,
    person: Person,
    enrolment: ResidentEnrolment,
    reason: str,
    person_amount: int,
    collective_amount: int = 0,
    double: DoubleEnrolment | None = None,
) -> ResidentRefund:
    """A refund that waits for a second person. One a year at a time."""
    try:
        with transaction.atomic():
            refund = ResidentRefund.objects.create(
                person=person,
                branch=enrolment.branch,
                year=enrolment.year,
                region=enrolment.region,
                fund_id=pool_of([enrolment.region], enrolment.branch, Scheme.RESIDENTS)[
                    enrolment.region
                ].pk,
                reason=reason,
                person_amount=person_amount,
                collective_amount=collective_amount,
                double=double,
                maker=by,
            )
    except IntegrityError as error:
        raise Conflict(
            _("A refund for %(year)s waits for approval already.") % {"year": enrolment.year},
            code="refund_open",
        ) from error
    _note(by, refund, "resident.refund")
    return refund


@transaction.atomic
def approve(*, by: User, refund: ResidentRefund) -> ResidentRefund:
    """Let the money go back by the way it came. Not by who asked for it.

    `Refused` where the fund's income account does not hold it.
    """
    refund = _open(refund, by)
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
            raise Conflict(
                _("Less was paid than would go back."),
                code="books_changed",
                fix=_("Reject the refund and ask for it anew."),
            )
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
    fund = Fund.objects.select_related("region").get(pk=refund.fund_id)
    ledger.post(
        fund,
        "resident_refund",
        [
            ledger.Posting(
                refund.person_id,
                accounts.CONTRIBUTION_INCOME,
                accounts.INCOME_ACCOUNT,
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
    _close(refund, by, State.PAID)
    _note(by, refund, "resident.refund_check")
    return refund


@transaction.atomic
def reject(*, by: User, refund: ResidentRefund, reason: str) -> ResidentRefund:
    """The second person does not agree: nothing goes back."""
    refund = _open(refund, by)
    if not reason.strip():
        raise Invalid(_("Say why it is rejected."), code="no_reason", field="reason")
    _close(refund, by, State.REJECTED)
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


def _close(refund: ResidentRefund, by: User, state: str) -> None:
    refund.state = state
    refund.checker = by
    refund.decided_at = timezone.now()
    refund.save(update_fields=["state", "checker", "decided_at"])


def _note(by: User, refund: ResidentRefund, act: str, reason: str = "") -> None:
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
