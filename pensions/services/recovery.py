"""How an overpayment comes back: agreed, received, kept back from the pension, written off.

社会保险经办条例 art. 46: at once; where that is too hard, in instalments by agreement, or out of the
benefits that follow.
"""

from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment import queries as enrollment
from enrollment.models import Purpose
from funds.models import Fund
from funds.services import fund as fund_services
from funds.services import payments
from pensions import queries
from pensions.models import (
    AwardState,
    Instalment,
    Overpayment,
    OverpaymentState,
    Payroll,
    PensionPayment,
    Plan,
    Recovery,
    RecoveryKind,
)
from pensions.services.overpaid import params_of, settle
from socsec.kernel import months, regions
from socsec.kernel.arith import ONE
from socsec.kernel.money import yuan
from socsec.office.access import require, require_other_hand, require_stranger
from socsec.office.errors import Conflict, Invalid, Refused, say
from socsec.office.models import Run, User
from socsec.office.services import audit

OVERPAYMENTS = Overpayment._meta.db_table
RECOVERIES = Recovery._meta.db_table
PAYMENTS = PensionPayment._meta.db_table
REFUND = "pension_refund"


@transaction.atomic
def agree(*, by: User, overpayment: Overpayment, plan: str, count: int = 0) -> Overpayment:
    """Lay down how it comes back: by the person in the portal, or by a clerk at the counter.

    `count` instalments, a month apart from next month on, add up to what remains; an offset keeps
    back at most the part of the pension that the policy allows. A new plan replaces the old one.
    """
    held = _lock(overpayment, by, "overpayment.plan")
    params = params_of(held.region)
    if plan not in Plan.values or plan == Plan.NONE:
        raise Invalid(_("Choose how it is paid back."), code="no_plan", field="plan")
    held.instalments.all().delete()
    held.plan, held.monthly = plan, None
    if plan == Plan.INSTALMENTS:
        most = int(params.most_instalments)
        if not 2 <= count <= most or held.remaining < count:
            raise Invalid(
                say(_("Choose between 2 and %(most)s instalments."), most=most),
                code="instalments_out_of_range",
                field="count",
            )
        Instalment.objects.bulk_create(_instalments(held, count))
    if plan == Plan.OFFSET:
        held.monthly = _offset(held, int(params.offset_rate))
    held.save()
    audit.record(
        by=by,
        act="overpayment.plan",
        subject=held,
        person_id=held.person_id,
        region=held.region,
        plan=held.plan,
        count=count,
        monthly=held.monthly,
    )
    return held


def _instalments(held: Overpayment, count: int) -> list[Instalment]:
    each, left = divmod(held.remaining, count)
    this = months.month_of(timezone.localdate())
    return [
        Instalment(
            overpayment=held,
            number=place,
            due_on=months.last_day(this + place),
            amount=each + (1 if place <= left else 0),
        )
        for place in range(1, count + 1)
    ]


def _offset(held: Overpayment, rate: int) -> int:
    """The most that may be kept back a month; `Refused` where no pension is in payment."""
    if held.award.state != AwardState.IN_PAYMENT:
        raise Refused(
            _("No pension is in payment from which it could be kept back."),
            code="nothing_in_payment",
            fix=_("Agree on instalments."),
        )
    if timezone.localdate() > held.limited_on:
        raise Refused(
            say(_("The claim lapsed on %(day)s."), day=held.limited_on.isoformat()),
            code="lapsed",
            fix=_("It may still be paid back freely."),
        )
    other = (
        Overpayment.objects.filter(
            person=held.person, state=OverpaymentState.OPEN, plan=Plan.OFFSET
        )
        .exclude(pk=held.pk)
        .exists()
    )
    if other:
        raise Conflict(
            _("Another overpayment is being kept back from this pension already."),
            code="one_offset",
            fix=_("Wait until that one is paid back, or agree on instalments."),
        )
    benefit = queries.benefit_in(held.award, months.month_of(timezone.localdate()))
    return max(1, (benefit.monthly if benefit else 0) * rate // ONE)


@transaction.atomic
def receive(
    *, by: User, overpayment: Overpayment, amount: int, on: date, reference: str
) -> Recovery:
    """Book money that the person paid back: in the books of the fund, and off the debt."""
    held = _lock(overpayment, by, "overpayment.receive")
    if type(amount) is not int or not 0 < amount <= held.remaining:
        raise Invalid(
            say(_("At most %(most)s yuan are still open."), most=yuan(held.remaining)),
            code="amount_out_of_range",
            field="amount",
        )
    if not months.first_day(months.month_of(held.found_on)) <= on <= timezone.localdate():
        raise Invalid(
            _("The day must lie between the finding and today."), code="impossible_date", field="on"
        )
    reference = reference.strip()
    if not reference:
        raise Invalid(
            _("Enter the reference of the transfer."), code="no_reference", field="reference"
        )
    if Recovery.objects.filter(overpayment_id=held.pk, reference=reference).exists():
        raise Conflict(
            _("This transfer is booked already."), code="booked_already", field="reference"
        )
    posted = payments.repaid(
        _fund(held),
        person_id=held.person_id,
        region=held.region,
        amount=amount,
        on=on,
        source=f"pensions.repaid:{held.pk}:{reference}",
        by=by,
    )
    return put(
        held, RecoveryKind.RECEIPT, amount, by=by, on=on, batch_id=posted.pk, reference=reference
    )


@transaction.atomic
def refund(*, by: User, overpayment: Overpayment) -> Recovery:
    """Return what came back beyond the debt, in an envelope of its own."""
    held = _lock(overpayment, by, "payment.draft", open_only=False)
    if held.remaining >= 0:
        raise Refused(_("Nothing came back beyond the debt."), code="nothing_to_return")
    account = enrollment.account_for(held.person_id, Purpose.BENEFIT)
    if account is None:
        raise Refused(
            _("There is no bank account on file for this person's benefits."),
            code="no_account",
            fix=_("Enter the bank account first."),
        )
    amount, today = -held.remaining, timezone.localdate()
    number = _next(held)
    source = f"pensions.refund:{held.pk}:{number}"
    envelope = payments.open_batch(
        _fund(held),
        REFUND,
        month=months.month_of(today),
        count=1,
        total=amount,
        source=source,
        by=by,
    )
    payments.add_orders(
        envelope,
        [
            payments.Order(
                person_id=held.person_id,
                seq=1,
                region=held.region,
                payee=account.holder,
                bank=account.bank,
                account=account.account,
                amount=amount,
                month=months.month_of(today),
                source=source,
            )
        ],
    )
    return put(held, RecoveryKind.REFUND, -amount, by=by, batch_id=envelope.pk)


@transaction.atomic
def propose_write_off(*, by: User, overpayment: Overpayment, why: str) -> Overpayment:
    """Propose to give up what is left; a colleague agrees or not."""
    held = _lock(overpayment, by, "overpayment.plan")
    if not why.strip():
        raise Invalid(_("Say why."), code="empty", field="why")
    held.maker, held.why = by, why.strip()
    held.save(update_fields=["maker", "why"])
    return _noted(by, held, "overpayment.propose_write_off", held.why)


@transaction.atomic
def write_off(*, by: User, overpayment: Overpayment) -> Overpayment:
    """The second pair of eyes: what is left is given up for good."""
    held = _lock(overpayment, by, "overpayment.write_off")
    if held.maker_id is None:
        raise Refused(_("Nobody has proposed to write this off."), code="not_proposed")
    require_other_hand(by, held.maker_id)
    put(held, RecoveryKind.WRITE_OFF, held.remaining, by=by)
    held.checker, held.state = by, OverpaymentState.WRITTEN_OFF
    held.save(update_fields=["checker", "state"])
    return _noted(by, held, "overpayment.write_off", held.why)


def put(
    held: Overpayment,
    kind: RecoveryKind,
    amount: int,
    *,
    by: User | None,
    on: date | None = None,
    batch_id: int | None = None,
    reference: str = "",
) -> Recovery:
    """Write one recovery of a locked overpayment, for services that have asked for leave."""
    made = Recovery.objects.create(
        person_id=held.person_id,
        overpayment_id=held.pk,
        number=_next(held),
        kind=kind,
        amount=amount,
        on=on or timezone.localdate(),
        batch_id=batch_id,
        reference=reference,
    )
    held.recovered += amount
    settle(held)
    held.save(update_fields=["recovered", "state"])
    audit.record(
        by=by,
        act="overpayment.recover",
        subject=held,
        person_id=held.person_id,
        region=held.region,
        kind=kind,
        amount=amount,
        remaining=held.remaining,
    )
    return made


# payrolls


def keep_back(payroll: Payroll, run: Run) -> int:
    """Keep back from a payroll what was agreed, before it is ordered. How much, in fen."""
    low, high = regions.span(payroll.region)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""insert into {RECOVERIES}
                  (person_id, overpayment_id, number, kind, amount, "on", run_id, reference)
                select o.person_id, o.id,
                       1 + coalesce((select max(number) from {RECOVERIES} r
                                      where r.person_id = o.person_id
                                        and r.overpayment_id = o.id), 0),
                       '{RecoveryKind.OFFSET}',
                       least(o.amount - o.recovered, o.monthly, p.amount - 1), %s, %s, ''
                  from {OVERPAYMENTS} o
                  join lateral (select sum(amount)::bigint as amount from {PAYMENTS} p
                                 where p.person_id = o.person_id and p.run_id = %s
                                   and p.month = %s and p.award_id = o.award_id) p on true
                 where o.state = '{OverpaymentState.OPEN}' and o.plan = '{Plan.OFFSET}'
                   and o.region between %s and %s and o.limited_on >= %s
                   and o.amount > o.recovered and p.amount > 1""",  # noqa: S608
            [
                *(timezone.localdate(), run.pk, run.pk, payroll.month),
                *(low, high, timezone.localdate()),
            ],
        )
    return _apply(run, run.maker)


def give_back(run: Run) -> None:
    """A payroll is undone: what it had kept back is open again."""
    rows = Recovery.objects.filter(run_id=run.pk, amount__gt=0).order_by("overpayment_id")
    for row in rows:
        held = Overpayment.objects.select_for_update().get(pk=row.overpayment_id)
        Recovery.objects.create(
            person_id=row.person_id,
            overpayment_id=held.pk,
            number=_next(held),
            kind=RecoveryKind.OFFSET,
            amount=-row.amount,
            on=timezone.localdate(),
            run_id=run.pk,
        )
        held.recovered -= row.amount
        settle(held)
        held.save(update_fields=["recovered", "state"])


def _apply(run: Run, by: User | None) -> int:
    rows = list(Recovery.objects.filter(run_id=run.pk))
    for row in rows:
        held = Overpayment.objects.select_for_update().get(pk=row.overpayment_id)
        held.recovered += row.amount
        settle(held)
        held.save(update_fields=["recovered", "state"])
        _noted(by, held, "overpayment.keep_back", amount=row.amount, run=run.pk)
    return sum(row.amount for row in rows)


def _next(held: Overpayment) -> int:
    last = Recovery.objects.filter(person_id=held.person_id, overpayment_id=held.pk)
    return (last.aggregate(last=Max("number"))["last"] or 0) + 1


def _fund(held: Overpayment) -> Fund:
    return fund_services.for_(held.award.branch, held.award.scheme, held.region)


def _lock(overpayment: Overpayment, by: User, act: str, *, open_only: bool = True) -> Overpayment:
    held = (
        Overpayment.objects.select_for_update(of=("self",))
        .select_related("award", "person")
        .get(pk=overpayment.pk)
    )
    require(by, act, held.region, held.person_id)
    if by.kind == User.Kind.STAFF:
        require_stranger(by, held.person_id)
    if open_only and held.state != OverpaymentState.OPEN:
        raise Conflict(
            say(_("This overpayment is already “%(state)s”."), state=held.get_state_display()),
            code="overpayment_moved_on",
        )
    return held


def _noted(
    by: User | None, held: Overpayment, act: str, reason: str = "", **more: Any
) -> Overpayment:
    audit.record(
        by=by,
        act=act,
        subject=held,
        person_id=held.person_id,
        region=held.region,
        reason=reason,
        **more,
    )
    return held
