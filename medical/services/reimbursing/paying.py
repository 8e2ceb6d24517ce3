"""What the funds still owe on granted claims, ordered to the bank accounts on file; and what comes back.

Owed is what the bill comes to, less what was ordered and did not fail: so a bill that is worked out
anew or taken back, and a payment that the bank returned, are made good by the next order. A claim
and those that it replaced are reckoned together.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import BankAccount, Purpose
from enrollment.services.checks import lock
from funds.models import Branch, Fund, PaymentBatch, PaymentOutcome, Public, Scheme
from funds.services import fund as funds
from funds.services import payments
from medical.models import Reimbursement, ReimbursementPayment, Settlement
from socsec.kernel.money import yuan
from socsec.kernel.months import month_of
from socsec.kernel.regions import span
from socsec.office.access import require, require_stranger
from socsec.office.errors import Invalid, Refused, say
from socsec.office.models import User
from socsec.office.services import audit

Share = ReimbursementPayment.Share
PAYMENT = "medical_reimbursement"
CLAIMS, BILLS = Reimbursement._meta.db_table, Settlement._meta.db_table
PAYMENTS, BATCHES = ReimbursementPayment._meta.db_table, PaymentBatch._meta.db_table
OUTCOMES = PaymentOutcome._meta.db_table

# Payments that stand: neither given up before their release nor sent back by the bank.
STANDING = f"""
    select r.claim_id, r.share, r.amount from {PAYMENTS} r
      left join {BATCHES} b on b.id = r.batch_id
     where r.batch_id is null
        or (b.state <> '{PaymentBatch.State.CANCELLED}' and not exists (
              select from {OUTCOMES} o
               where o.person_id = r.person_id and o.batch_id = r.batch_id and o.seq = r.seq
                 and o.outcome = {PaymentOutcome.Outcome.RETURNED}))
"""  # noqa: S608 - names of this module, as below
# By row of claims and purse: what the bill that stands comes to, less what was paid on it.
OWED = f"""
    select l.claim, p.share, l.person_id, l.region, l.scheme, l.home,
           (case p.share when {Share.INSURANCE} then l.insurance else l.assistance end
            - coalesce(o.ordered, 0))::bigint as owed
      from (select c.root, max(c.case_id) as claim, max(c.person_id) as person_id,
                   min(c.region) as region, min(s.scheme) as scheme, min(s.home) as home,
                   sum(s.fund_pay - s.assistance_pay) as insurance,
                   sum(s.assistance_pay) as assistance
              from {CLAIMS} c join {BILLS} s on s.encounter_id = c.encounter_id
             where {{where}}
             group by c.root) l
     cross join (values ({Share.INSURANCE}), ({Share.ASSISTANCE})) as p (share)
      left join lateral (
           select sum(y.amount) as ordered
             from ({STANDING}) y join {CLAIMS} d on d.case_id = y.claim_id
            where d.root = l.root and y.share = p.share) o on true
"""  # noqa: S608


@dataclass(frozen=True)
class Owed:
    """What is owed on a claim out of one purse, in fen; below zero it is to be paid back."""

    claim: int
    share: int
    person_id: int
    region: str
    scheme: int
    home: str
    owed: int

    @property
    def fund(self) -> Fund:
        if self.share == Share.ASSISTANCE:
            return funds.for_(Public.ASSISTANCE, Scheme.RESIDENTS, self.home)
        return funds.for_(Branch.MEDICAL, self.scheme, self.home)


def of_claim(claim: Reimbursement) -> list[Owed]:
    """What is owed on a claim and those that it replaced, purse by purse."""
    return _owed("c.root = %s", [claim.root])


def of_region(region: str) -> list[Owed]:
    """Everything to pay, or to get back, of the insured of a region and below."""
    return _owed("c.region between %s and %s", list(span(region)))


def _owed(where: str, params: Sequence[Any]) -> list[Owed]:
    statement = (
        f"select * from ({OWED.format(where=where)}) w where owed <> 0 order by claim, share"  # noqa: S608
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, list(params))
        return [Owed(*row) for row in cursor.fetchall()]


@transaction.atomic
def order(*, by: User) -> list[PaymentBatch]:
    """Put what is owed on the granted claims of the user's region into an envelope for each fund.

    Who has no bank account on file waits, and so do claims of the user's own. `Refused` where
    nobody can be paid.
    """
    require(by, "payment.draft")
    assert by.office is not None  # whoever may draft payments belongs to one
    # Two who order at once: the second finds that nothing is owed any more.
    with connection.cursor() as cursor:
        cursor.execute(f"lock table {PAYMENTS} in share row exclusive mode")
    due = [each for each in of_region(by.office.region_id) if each.owed > 0]
    accounts = _accounts({each.person_id for each in due})
    found: dict[Fund, list[Owed]] = defaultdict(list)
    for each in due:
        if each.person_id in accounts and each.person_id != by.person_id:
            found[each.fund].append(each)
    if not found:
        raise Refused(
            _("There is nothing to pay."),
            code="nobody_to_pay",
            fix=_("Claims without a bank account on file wait until there is one."),
        )
    return [_order(by, fund, found[fund], accounts) for fund in sorted(found, key=lambda f: f.pk)]


@transaction.atomic
def receive_back(*, by: User, claim: Reimbursement, share: int, amount: int, on: date) -> Owed:
    """Book `amount` fen that the person paid back of a claim that was undone; returns what is left.

    `Invalid` for more than is owed, for nothing, or for a day to come.
    """
    claim = lock(claim)
    require(by, "overpayment.receive", claim.region)
    require_stranger(by, claim.person_id)
    before = next((each for each in of_claim(claim) if each.share == share), None)
    if before is None or not 0 < amount <= -before.owed:
        raise Invalid(
            say(
                _("There are %(owed)s yuan to be paid back."),
                owed=yuan(max(0, -before.owed) if before else 0),
            ),
            code="not_owed",
            field="amount",
        )
    if on > timezone.localdate():
        raise Invalid(_("That day has not come yet."), code="in_the_future", field="on")
    source = f"{PAYMENT}:{claim.pk}/{claim.payments.count() + 1}"
    payments.repaid(
        before.fund,
        person_id=claim.person_id,
        region=claim.region,
        amount=amount,
        on=on,
        source=source,
        by=by,
    )
    ReimbursementPayment.objects.create(
        claim=claim,
        share=share,
        amount=-amount,
        person_id=claim.person_id,
        source=source,
        booked_on=on,
        by=by,
    )
    audit.record(
        by=by,
        act="reimbursement.receive",
        subject=claim.case,
        person_id=claim.person_id,
        region=claim.region,
        amount=amount,
    )
    return replace(before, owed=before.owed + amount)


def waiting(claim: Reimbursement) -> bool:
    """Whether its payment lies in an envelope that nobody has released or cancelled."""
    return claim.payments.filter(batch__state=PaymentBatch.State.OPEN).exists()


def _accounts(people: set[int]) -> dict[int, BankAccount]:
    """The account of each on which benefits are drawn, else the one contributions are paid from."""
    rows = BankAccount.objects.filter(person__in=people, closed_on=None)
    first = {Purpose.CONTRIBUTION: 0, Purpose.BENEFIT: 1}
    return {row.person_id: row for row in sorted(rows, key=lambda row: first[Purpose(row.purpose)])}


def _order(by: User, fund: Fund, due: list[Owed], accounts: dict[int, BankAccount]) -> PaymentBatch:
    today = timezone.localdate()
    before = PaymentBatch.objects.filter(fund=fund, kind=PAYMENT).count()
    source = f"{PAYMENT}:{fund.pk}/{before + 1}"
    batch = payments.open_batch(
        fund,
        PAYMENT,
        month=month_of(today),
        count=len(due),
        total=sum(each.owed for each in due),
        source=source,
        by=by,
    )
    placed = list(enumerate(due, start=1))
    payments.add_orders(
        batch,
        [
            payments.Order(
                person_id=each.person_id,
                seq=seq,
                region=each.region,
                payee=accounts[each.person_id].holder,
                bank=accounts[each.person_id].bank,
                account=accounts[each.person_id].account,
                amount=each.owed,
                month=month_of(today),
                source=source,
            )
            for seq, each in placed
        ],
    )
    ReimbursementPayment.objects.bulk_create(
        ReimbursementPayment(
            claim_id=each.claim,
            share=each.share,
            amount=each.owed,
            batch=batch,
            seq=seq,
            person_id=each.person_id,
            source=source,
            booked_on=today,
            by=by,
        )
        for seq, each in placed
    )
    audit.record(
        by=by,
        act="reimbursement.order",
        subject=batch,
        region=fund.region_id,
        count=len(due),
        total=batch.total,
    )
    return batch
