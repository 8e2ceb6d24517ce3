"""What banks' statements, matches and deposits promise."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from funds.models import accounts
from funds.queries import control
from socsec.kernel.money import yuan
from socsec.office.errors import say
from socsec.office.oversight import Finding

from .reading import rows


def statements() -> Iterator[Finding]:
    """Each statement's lines lead from its opening to its closing balance, and it goes on where the
    one before ended."""
    for number, adds_up, goes_on in rows(
        """
        SELECT s.id,
               s.opening + coalesce((SELECT sum(amount) FROM funds_bankline l
                                     WHERE l.statement_id = s.id), 0) = s.closing,
               coalesce(lag(s.closing) OVER (PARTITION BY account_id ORDER BY last_day, id)
                        = s.opening, true)
        FROM funds_bankstatement s ORDER BY s.id
        """
    ):
        if not adds_up:
            yield Finding(
                "statement_sums",
                f"bank statement {number}",
                _("Its lines do not lead to its closing balance."),
            )
        if not goes_on:
            yield Finding(
                "statement_gap",
                f"bank statement {number}",
                _("It does not go on where the one before ended."),
            )


def matches() -> Iterator[Finding]:
    """A matched line is over what its batches moved on that account, each batch once."""
    for (line,) in rows(
        """
        SELECT l.id
        FROM funds_bankmatch m
        JOIN funds_bankline l ON l.id = m.line_id
        JOIN funds_bankstatement s ON s.id = l.statement_id
        JOIN funds_bankaccount a ON a.id = s.account_id
        LEFT JOIN LATERAL (
          SELECT sum(CASE WHEN t.debit = a.ledger_id THEN t.amount ELSE -t.amount END) AS amount
          FROM funds_batchtotal t JOIN funds_ledgerbatch b ON b.id = t.batch_id
          WHERE t.batch_id = m.batch_id AND b.fund_id = a.fund_id
            AND a.ledger_id IN (t.debit, t.credit)
        ) AS effect ON true
        GROUP BY l.id
        HAVING sum(m.amount) <> l.amount
            OR bool_or(m.amount IS DISTINCT FROM effect.amount OR m.account_id <> a.id)
        ORDER BY l.id
        """
    ):
        yield Finding(
            "match_differs",
            f"line {line} of a bank statement",
            _("It is not over what its batches moved."),
        )


def deposits() -> Iterator[Finding]:
    """What lies on term deposit is on the ledger, fund by fund; each was approved by a second person."""
    held = control(accounts.TERM_DEPOSITS)
    lying = {
        fund: int(amount)
        for fund, amount in rows(
            """
            SELECT fund_id, sum(amount) FROM funds_termdeposit
            WHERE checker_id IS NOT NULL AND returned_on IS NULL GROUP BY fund_id
            """
        )
    }
    for fund in sorted({*held, *lying}):
        if held.get(fund, 0) != lying.get(fund, 0):
            yield Finding(
                "deposits",
                f"fund {fund}",
                say(
                    _("The ledger holds %(ledger)s yuan on deposit, the certificates %(ours)s."),
                    ledger=yuan(held.get(fund, 0)),
                    ours=yuan(lying.get(fund, 0)),
                ),
            )
