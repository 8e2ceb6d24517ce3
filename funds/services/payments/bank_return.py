"""The bank's answer: read once, matched by reference and amount, posted; what fits nothing is kept.

UTF-8, comma-separated, line feeds, amounts in yuan, dates as 2026-03-31:

    H,SOCSEC-RETURN,1,<payment batch>,<the bank's number for this answer>,<date>
    D,<reference>,<amount>,PAID or RETURNED,<date>,<reason, may be empty>
    T,<paid>,<paid total>,<returned>,<returned total>,<SHA-256 of every byte above this line>

A file that is not whole and true in every line changes nothing. A line that is well formed and
fits no order (unknown reference, another amount, reported before) is kept as an unmatched line.
"""

import io
from typing import BinaryIO

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from funds.models import BankReturn, PaymentBatch, PaymentOutcome, UnmatchedLine, accounts
from funds.services import ledger
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid
from socsec.office.models import User
from socsec.office.services import audit

from . import return_file
from .envelope import locked, must_be

PAID, RETURNED = PaymentOutcome.Outcome.PAID, PaymentOutcome.Outcome.RETURNED

STAGE = """
    CREATE TEMPORARY TABLE funds_return_line (
      line int, reference text, batch_id bigint, person_id bigint, seq int,
      amount bigint, outcome smallint, "on" date, reason text
    ) ON COMMIT DROP
"""

OUTCOMES = """
    INSERT INTO funds_paymentoutcome
      (person_id, batch_id, seq, outcome, return_id, amount, late, "on", reason)
    SELECT o.person_id, o.batch_id, o.seq, l.outcome, %(return)s, l.amount,
           paid.person_id IS NOT NULL, l."on", l.reason
    FROM funds_return_line l
    JOIN funds_paymentorder o
      ON o.person_id = l.person_id AND o.batch_id = l.batch_id AND o.seq = l.seq
    LEFT JOIN funds_paymentoutcome paid
      ON paid.person_id = o.person_id AND paid.batch_id = o.batch_id AND paid.seq = o.seq
      AND paid.outcome = %(paid)s
    LEFT JOIN funds_paymentoutcome back
      ON back.person_id = o.person_id AND back.batch_id = o.batch_id AND back.seq = o.seq
      AND back.outcome = %(returned)s
    WHERE o.batch_id = %(batch)s AND o.amount = l.amount AND back.person_id IS NULL
      AND (l.outcome = %(returned)s OR paid.person_id IS NULL)
"""

UNMATCHED = """
    INSERT INTO funds_unmatchedline
      (bank_return_id, line, reference, amount, outcome, "on", reason, why, note)
    SELECT %(return)s, l.line, l.reference, l.amount, l.outcome, l."on", l.reason,
           CASE WHEN o.person_id IS NULL THEN 'unknown'
                WHEN o.amount <> l.amount THEN 'amount'
                ELSE 'reported' END, ''
    FROM funds_return_line l
    LEFT JOIN funds_paymentorder o
      ON o.person_id = l.person_id AND o.batch_id = l.batch_id AND o.seq = l.seq
      AND o.batch_id = %(batch)s
    LEFT JOIN funds_paymentoutcome p
      ON p.person_id = l.person_id AND p.batch_id = l.batch_id AND p.seq = l.seq
      AND p.outcome = l.outcome AND p.return_id = %(return)s
    WHERE p.person_id IS NULL
"""

# Paid: the benefit (or whatever the kind spends from) takes it out of transit. Returned: it goes back to the expenditure account, from
# transit or, if it had been reported paid, from the benefit.
POSTINGS = """
    SELECT o.person_id, o.seq, o.region,
           CASE WHEN p.outcome = %s THEN %s ELSE %s END::smallint AS debit,
           CASE WHEN p.late THEN %s ELSE %s END::smallint AS credit,
           p.amount, o.month, 1 AS heads
    FROM funds_paymentoutcome p
    JOIN funds_paymentorder o
      ON o.person_id = p.person_id AND o.batch_id = p.batch_id AND o.seq = p.seq
    WHERE p.return_id = %s
    ORDER BY o.person_id, o.seq
"""


def read_return(file: BinaryIO | bytes, *, by: User) -> BankReturn:
    """Read an answer of the bank and post what it says. The same file again is the same answer.

    `Invalid` or `Conflict` for a file that is cut off, altered, in a wrong encoding, about an
    unknown envelope, or with a line that cannot be: nothing of it is taken over.
    """
    stream = io.BytesIO(file) if isinstance(file, bytes) else file
    with return_file.opened(stream) as answer, transaction.atomic():
        batch = _batch(answer, by)
        if there := BankReturn.objects.filter(sha256=answer.sha256).first():
            return there
        if BankReturn.objects.filter(batch=batch, number=answer.number).exists():
            raise Conflict(
                _("The bank's answer %(number)s was read before, with other content.")
                % {"number": answer.number},
                fix=_("Ask the bank which of the two is right."),
                code="return_number_taken",
            )
        return _take(answer, batch, by)


def _batch(answer: return_file.Answer, by: User) -> PaymentBatch:
    batch = locked(answer.batch_id)
    require(by, "bank.return", batch.region)
    must_be(batch, PaymentBatch.State.RELEASED, PaymentBatch.State.RECONCILED)
    if batch.released_on and answer.day < batch.released_on:
        raise Invalid(
            _("The file is dated %(day)s, before the envelope was released on %(released)s.")
            % {"day": answer.day, "released": batch.released_on},
            code="dated_before_release",
        )
    return batch


def _take(answer: return_file.Answer, batch: PaymentBatch, by: User) -> BankReturn:
    with connection.cursor() as cursor:
        cursor.execute(STAGE)
        cursor.copy_expert(
            "COPY funds_return_line FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL (reason))",
            answer.lines,
        )
        cursor.execute(
            "SELECT reference, array_agg(line ORDER BY line) FROM funds_return_line"
            " GROUP BY reference HAVING count(*) > 1 LIMIT 1"
        )
        if twice := cursor.fetchone():
            reference, places = twice
            raise Invalid(
                _("Lines %(first)s and %(second)s are about the same payment, %(reference)s.")
                % {"first": places[0], "second": places[1], "reference": reference},
                fix=_("Ask the bank for a corrected file."),
                code="payment_named_twice",
            )
        cursor.execute("SELECT nextval(pg_get_serial_sequence('funds_bankreturn', 'id'))")
        (return_id,) = cursor.fetchone()
        names = {
            "return": return_id,
            "batch": batch.pk,
            "paid": PAID,
            "returned": RETURNED,
        }
        cursor.execute(OUTCOMES, names)
        cursor.execute(UNMATCHED, names)
        unmatched = cursor.rowcount
        cursor.execute("DROP TABLE funds_return_line")
    ledger.post_sql(
        batch.fund,
        "payment_return",
        POSTINGS,
        [
            PAID,
            batch.spent_from,
            accounts.EXPENDITURE_ACCOUNT,
            batch.spent_from,
            accounts.IN_TRANSIT,
            return_id,
        ],
        source=f"funds.return:{return_id}",
        on=answer.day,
        by=by,
    )
    taken = BankReturn.objects.create(
        id=return_id,
        batch=batch,
        number=answer.number,
        sha256=answer.sha256,
        returned_on=answer.day,
        paid_count=answer.paid.count,
        paid_total=answer.paid.total,
        returned_count=answer.returned.count,
        returned_total=answer.returned.total,
        unmatched=unmatched,
        by=by,
    )
    if batch.state == PaymentBatch.State.RECONCILED:
        # A late return reopens what was reconciled.
        batch.state = PaymentBatch.State.RELEASED
        batch.save(update_fields=["state"])
    audit.record(
        by=by,
        act="bank.return",
        subject=taken,
        region=batch.region,
        paid=taken.paid_count,
        returned=taken.returned_count,
        unmatched=unmatched,
    )
    return taken


@transaction.atomic
def settle_line(line_id: int, *, by: User, note: str) -> UnmatchedLine:
    """Say how an unmatched line was cleared up with the bank. It posts nothing."""
    line = (
        UnmatchedLine.objects.select_for_update(of=("self",))
        .select_related("bank_return__batch")
        .get(pk=line_id)
    )
    region = line.bank_return.batch.region
    require(by, "payment.reconcile", region)
    if line.settled_by_id:
        raise Conflict(_("This line was settled before."), code="line_settled")
    if not note.strip():
        raise Invalid(_("Say how the line was cleared up."), field="note", code="note_missing")
    line.settled_by, line.settled_at, line.note = by, timezone.now(), note.strip()
    line.save(update_fields=["settled_by", "settled_at", "note"])
    audit.record(
        by=by, act="bank.line", subject=line, region=region, reason=line.note, why=line.why
    )
    return line
