"""Lines of a bank and what was booked: found by reference, by amount and day, or by hand.

A line is the other side of one batch or of several; a batch stands on one line. What has no other
side is explained, and stays open.
"""

from collections.abc import Sequence

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from funds.models import BankAccount, BankLine, BankMatch, BankNote, accounts
from funds.models.ledger import LedgerBatch
from funds.queries.bank import EFFECTS, effects_values, open_batches
from funds.services import ledger
from socsec.kernel.money import yuan
from socsec.kernel.months import month_of
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, NotFound, Refused
from socsec.office.models import User
from socsec.office.services import audit

DAYS_APART = 5  # between the booking and the bank, for what is found by its amount

# First by the number of the batch or the envelope that we gave the bank; then by an amount that
# stands on each side once within those days.
MATCH = f"""
    WITH line AS (
      SELECT l.id, l."on", l.amount, l.reference FROM funds_bankline l
      JOIN funds_bankstatement s ON s.id = l.statement_id
      WHERE s.account_id = %(account)s
        AND NOT EXISTS (SELECT FROM funds_bankmatch m WHERE m.line_id = l.id)
    ), batch AS (
      SELECT * FROM ({EFFECTS}) AS e
      WHERE NOT EXISTS (
        SELECT FROM funds_bankmatch m WHERE m.account_id = %(account)s AND m.batch_id = e.id)
    ), named AS (
      SELECT DISTINCT ON (batch.id) line.id AS line_id, batch.id AS batch_id, batch.amount
      FROM line JOIN batch ON batch.amount = line.amount
        AND line.reference <> ''
        AND line.reference IN (
          'B' || batch.id, batch.source, 'P' || substring(batch.source FROM 'funds.payment:(\\d+):'))
      ORDER BY batch.id, line.id
    ), alone AS (
      SELECT line.id AS line_id, batch.id AS batch_id, batch.amount,
             count(*) OVER (PARTITION BY line.id) AS batches,
             count(*) OVER (PARTITION BY batch.id) AS lines
      FROM line JOIN batch ON batch.amount = line.amount
        AND batch.booked_on BETWEEN line."on" - {DAYS_APART} AND line."on" + {DAYS_APART}
      WHERE line.id NOT IN (SELECT line_id FROM named)
        AND batch.id NOT IN (SELECT batch_id FROM named)
    )
    INSERT INTO funds_bankmatch (line_id, account_id, batch_id, amount)
    SELECT DISTINCT ON (line_id) line_id, %(account)s, batch_id, amount FROM named
    UNION ALL
    SELECT line_id, %(account)s, batch_id, amount FROM alone WHERE batches = 1 AND lines = 1
"""  # noqa: S608


@transaction.atomic
def match_all(account: BankAccount) -> int:
    """Find the other side of every open line that has one without doubt; how many were found."""
    with connection.cursor() as cursor:
        cursor.execute(MATCH, effects_values(account))
        return cursor.rowcount


@transaction.atomic
def match(line_id: int, batches: Sequence[int], *, by: User) -> None:
    """Say which batches a line is the other side of. `Refused` unless they come to its amount."""
    line, account = _open_line(line_id)
    require(by, "bank.match", account.fund.region_id)
    there = {each.id: each.amount for each in open_batches(account)}
    missing = [number for number in batches if number not in there]
    if missing or not batches:
        raise Invalid(
            _("Batch %(number)s moved nothing on this account, or is matched already.")
            % {"number": missing[0] if missing else "—"},
            code="no_open_batch",
            field="batches",
        )
    found = sum(there[number] for number in set(batches))
    if found != line.amount:
        raise Refused(
            _("The line is over %(line)s yuan, the batches over %(batches)s.")
            % {"line": yuan(line.amount), "batches": yuan(found)},
            fix=_("Choose batches that come to the same, or explain the line."),
            code="match_differs",
        )
    BankMatch.objects.bulk_create(
        BankMatch(line=line, account=account, batch_id=number, amount=there[number], by=by)
        for number in sorted(set(batches))
    )
    audit.record(
        by=by,
        act="bank.match",
        subject=line,
        region=account.fund.region_id,
        batches=sorted(set(batches)),
    )


@transaction.atomic
def unmatch(line_id: int, *, by: User, reason: str) -> None:
    """Take a match back, with the reason; line and batches are open again."""
    line = _line(line_id)
    account = line.statement.account
    require(by, "bank.match", account.fund.region_id)
    if not reason.strip():
        raise Invalid(_("Say why the match is wrong."), code="reason_missing", field="reason")
    gone, _by_model = line.matches.all().delete()
    if not gone:
        raise Conflict(_("This line is matched to nothing."), code="not_matched")
    audit.record(
        by=by,
        act="bank.unmatch",
        subject=line,
        region=account.fund.region_id,
        reason=reason.strip(),
    )


@transaction.atomic
def explain(
    account: BankAccount,
    *,
    by: User,
    text: str,
    line_id: int | None = None,
    batch_id: int | None = None,
) -> BankNote:
    """Say why a line, or what we booked, has no other side yet."""
    require(by, "bank.match", account.fund.region_id)
    if not text.strip():
        raise Invalid(_("Say what the difference is."), code="empty", field="text")
    if line_id is not None:
        line, of = _open_line(line_id)
        if of != account:
            raise NotFound(_("There is no such line."), code="no_line")
        note, _made = BankNote.objects.update_or_create(
            line=line, defaults={"account": account, "text": text.strip()[:200], "by": by}
        )
    else:
        if batch_id not in {each.id for each in open_batches(account)}:
            raise NotFound(_("There is no such open batch."), code="no_open_batch")
        note, _made = BankNote.objects.update_or_create(
            account=account, batch_id=batch_id, defaults={"text": text.strip()[:200], "by": by}
        )
    audit.record(
        by=by, act="bank.explain", subject=note, region=account.fund.region_id, reason=note.text
    )
    return note


@transaction.atomic
def book_interest(line_id: int, *, by: User) -> LedgerBatch:
    """Book a line as interest that the bank paid on the account, and match the two."""
    line, account = _open_line(line_id)
    require(by, "fund.move", account.fund.region_id)
    if line.amount <= 0:
        raise Refused(_("Interest comes in; this line went out."), code="not_interest")
    posted = ledger.post(
        account.fund,
        "interest",
        [
            ledger.Posting(
                0,
                account.ledger_id,
                accounts.INTEREST_INCOME,
                line.amount,
                month_of(line.on),
                account.fund.region_id,
                heads=0,
            )
        ],
        source=f"funds.interest:{line.pk}",
        on=line.on,
        by=by,
    )
    BankMatch.objects.create(
        line=line, account=account, batch_id=posted.pk, amount=line.amount, by=by
    )
    audit.record(
        by=by,
        act="fund.interest",
        subject=line,
        region=account.fund.region_id,
        amount=line.amount,
        batch=posted.pk,
    )
    return posted


def _line(line_id: int) -> BankLine:
    line = (
        BankLine.objects.select_for_update(no_key=True, of=("self",))
        .select_related("statement__account__fund__region")
        .filter(pk=line_id)
        .first()
    )
    if line is None:
        raise NotFound(_("There is no such line."), code="no_line")
    return line


def _open_line(line_id: int) -> tuple[BankLine, BankAccount]:
    line = _line(line_id)
    if line.matches.exists():
        raise Conflict(_("This line is matched already."), code="matched_already")
    return line, line.statement.account
