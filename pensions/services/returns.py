"""What the bank sent back: pulled from funds, shown as tasks, ordered once more."""

from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from enrollment import queries as enrollment
from enrollment.models import Purpose
from funds.models import PaymentBatch, PaymentOrder, PaymentOutcome
from funds.services import payments
from pensions.models import ReturnedPayment
from pensions.services.payroll import KIND
from socsec.office.access import require, require_stranger
from socsec.office.errors import Conflict, NotFound, Refused
from socsec.office.models import User
from socsec.office.services import audit

RETURNED = f"""
    insert into {ReturnedPayment._meta.db_table}
           (person_id, batch_id, seq, run_id, region, amount, returned_on, reason)
    select o.person_id, o.batch_id, o.seq, split_part(o.source, ':', 2)::bigint, o.region,
           o.amount, c.on, c.reason
      from {PaymentOutcome._meta.db_table} c
      join {PaymentBatch._meta.db_table} b on b.id = c.batch_id and b.kind = %s
      join {PaymentOrder._meta.db_table} o
        on o.person_id = c.person_id and o.batch_id = c.batch_id and o.seq = c.seq
     where c.outcome = %s
       and not exists (select from {ReturnedPayment._meta.db_table} r
                        where r.person_id = c.person_id and r.batch_id = c.batch_id
                          and r.seq = c.seq)
        on conflict do nothing
"""  # noqa: S608


@dataclass(frozen=True)
class Pulled:
    """How many returned payments were found that nobody had been told of."""

    returned: int


@transaction.atomic
def pull(*, by: User | None = None) -> Pulled:
    """Ask funds what the bank sent back, and make a task of each payment. The system does it too."""
    if by is not None:
        require(by, "payment.read")
    with connection.cursor() as cursor:
        cursor.execute(RETURNED, [KIND, PaymentOutcome.Outcome.RETURNED])
        count = cursor.rowcount
    if count:
        audit.record(by=by, act="payroll.pull", returned=count)
    return Pulled(count)


@transaction.atomic
def reissue(*, by: User, person_id: int, batch_id: int, seq: int) -> PaymentBatch:
    """Order a returned payment again, once, to the account that is on file now.

    It lies in an envelope of its own, which a second person must release.
    """
    returned = (
        ReturnedPayment.objects.select_for_update()
        .filter(person_id=person_id, batch_id=batch_id, seq=seq)
        .first()
    )
    if returned is None:
        raise NotFound(_("There is no such returned payment."), code="no_returned_payment")
    require(by, "payment.draft", returned.region)
    require_stranger(by, person_id)
    if returned.reordered_in is not None:
        raise Conflict(_("This payment was ordered again before."), code="reordered")
    account = enrollment.account_for(person_id, Purpose.BENEFIT)
    if account is None:
        raise Refused(
            _("There is no bank account on file for this person's benefits."),
            code="no_account",
            fix=_("Enter the bank account first."),
        )
    envelope = payments.reissue(
        batch_id,
        person_id,
        seq,
        payee=account.holder,
        bank=account.bank,
        account=account.account,
        by=by,
    )
    ReturnedPayment.objects.filter(person_id=person_id, batch_id=batch_id, seq=seq).update(
        reordered_in=envelope.pk
    )
    audit.record(
        by=by,
        act="payroll.reissue",
        subject=envelope,
        person_id=person_id,
        region=returned.region,
        amount=returned.amount,
        reason=returned.reason,
    )
    return envelope
