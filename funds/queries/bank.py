"""What stands on one side only: lines of banks without a posting, postings without a line."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from funds.models import BankAccount, BankLine, BankStatement, TermDeposit
from socsec.office.access import scope

# What each batch moved on an account of the ledger, in fen, on the account's debit side.
EFFECTS = """
    SELECT b.id, b.booked_on, b.kind, b.source,
           sum(CASE WHEN t.debit = %(ledger)s THEN t.amount ELSE -t.amount END)::bigint AS amount
    FROM funds_ledgerbatch b JOIN funds_batchtotal t ON t.batch_id = b.id
    WHERE b.fund_id = %(fund)s AND b.booked_on >= %(since)s AND %(ledger)s IN (t.debit, t.credit)
    GROUP BY b.id
    HAVING sum(CASE WHEN t.debit = %(ledger)s THEN t.amount ELSE -t.amount END) <> 0
"""


@dataclass(frozen=True)
class OpenBatch:
    """A batch that moved money on an account and that no line of the bank shows."""

    id: int
    booked_on: date
    kind: str
    source: str
    amount: int
    note: str


def effects_values(account: BankAccount) -> dict[str, Any]:
    """The values of `EFFECTS`: from the account's opening on."""
    return {
        "fund": account.fund_id,
        "ledger": account.ledger_id,
        "since": account.opened_on,
        "account": account.pk,
    }


def open_lines(account: BankAccount, until: date | None = None) -> "QuerySet[BankLine]":
    """Lines that are matched to nothing, oldest first, with what was said about them."""
    lines = BankLine.objects.filter(statement__account=account, matches__isnull=True)
    if until is not None:
        lines = lines.filter(on__lte=until)
    return lines.select_related("note").order_by("on", "id")


def open_batches(account: BankAccount, until: date | None = None) -> list[OpenBatch]:
    """What was booked on the account up to a day and stands on no statement, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT e.id, e.booked_on, e.kind, e.source, e.amount, coalesce(n.text, '')
            FROM ({EFFECTS}) AS e
            LEFT JOIN funds_banknote n ON n.account_id = %(account)s AND n.batch_id = e.id
            WHERE (%(until)s::date IS NULL OR e.booked_on <= %(until)s)
              AND NOT EXISTS (
                SELECT FROM funds_bankmatch m
                WHERE m.account_id = %(account)s AND m.batch_id = e.id)
            ORDER BY e.booked_on, e.id
            """,  # noqa: S608
            {**effects_values(account), "until": until},
        )
        return [OpenBatch(*row) for row in cursor.fetchall()]


def statements_of(user: Any) -> "QuerySet[BankStatement]":
    """The bank statements that a user may see, latest first."""
    return scope(
        BankStatement.objects.select_related("account__fund__region", "by"),
        user,
        "account__fund__region_id",
    )


def deposits_of(user: Any) -> "QuerySet[TermDeposit]":
    """The term deposits that a user may see, next due first."""
    return scope(
        TermDeposit.objects.select_related("fund__region", "maker", "checker"),
        user,
        "fund__region_id",
    )
