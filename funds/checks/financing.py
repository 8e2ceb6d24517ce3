"""What financing and reserves promise: what is marked as posted stands on the books, and nothing else."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from funds.models import FundingReceipt, ReserveMove, accounts
from funds.services.financing.dues import INCOME
from funds.services.financing.reserves import ASIDE
from socsec.kernel.money import yuan
from socsec.office.errors import say
from socsec.office.oversight import Finding

from .reading import rows

ACCOUNTS = ", ".join(f"('{channel.value}', {account})" for channel, account in INCOME.items())
RISKS = ", ".join(f"({int(branch)}, {account})" for branch, account in ASIDE.items())


def receipts() -> Iterator[Finding]:
    """Each receipt is booked under its channel once it is posted, its opposite once it is reversed;
    and nothing due has more receipts than is owed."""
    for (number,) in rows(
        f"""
        SELECT r.id
        FROM funds_fundingreceipt r
        JOIN funds_fundingdue d ON d.id = r.due_id
        JOIN (VALUES {ACCOUNTS}) AS channel (name, account) ON channel.name = d.channel
        LEFT JOIN funds_ledgerbatch b
          ON b.source = 'funds.financing:' || r.id AND b.fund_id = d.fund_id AND b.total = r.amount
        LEFT JOIN funds_batchtotal t
          ON t.batch_id = b.id AND (t.debit, t.credit) = (%s, channel.account)
        WHERE (r.state IN (%s, %s)) <> (t.id IS NOT NULL)
           OR (r.state = %s) <> EXISTS (SELECT FROM funds_ledgerbatch o WHERE o.reverses_id = b.id)
        ORDER BY r.id
        """,  # noqa: S608
        [
            accounts.FISCAL_ACCOUNT,
            FundingReceipt.State.POSTED,
            FundingReceipt.State.REVERSED,
            FundingReceipt.State.REVERSED,
        ],
    ):
        yield Finding(
            "receipt_not_booked",
            f"receipt of financing {number}",
            _("The books do not say what it says."),
        )
    for number, owed, came in rows(
        """
        SELECT d.id, d.amount, sum(r.amount)
        FROM funds_fundingdue d JOIN funds_fundingreceipt r ON r.due_id = d.id
        WHERE r.state = %s GROUP BY d.id, d.amount HAVING sum(r.amount) > d.amount ORDER BY d.id
        """,
        [FundingReceipt.State.POSTED],
    ):
        yield Finding(
            "more_than_due",
            f"financing due {number}",
            say(
                _("%(owed)s yuan were due, %(came)s were received."),
                owed=yuan(owed),
                came=yuan(int(came)),
            ),
        )


def reserves() -> Iterator[Finding]:
    """What is set aside on the books is what was set aside and not used; grants stand on both."""
    for fund, ledger, ours in rows(
        f"""
        SELECT coalesce(a.fund_id, m.fund_id), coalesce(a.amount, 0), coalesce(m.amount, 0)
        FROM (
          SELECT b.fund_id,
                 sum(CASE WHEN t.credit = risk.account THEN t.amount ELSE -t.amount END) AS amount
          FROM funds_batchtotal t
          JOIN funds_ledgerbatch b ON b.id = t.batch_id
          JOIN funds_fund f ON f.id = b.fund_id
          JOIN (VALUES {RISKS}) AS risk (branch, account) ON risk.branch = f.branch
          WHERE risk.account IN (t.debit, t.credit)
          GROUP BY b.fund_id
        ) AS a
        FULL JOIN (
          SELECT fund_id, sum(CASE kind WHEN %s THEN amount ELSE -amount END) AS amount
          FROM funds_reservemove WHERE state = %s AND kind <> %s GROUP BY fund_id
        ) AS m USING (fund_id)
        WHERE coalesce(a.amount, 0) <> coalesce(m.amount, 0)
        ORDER BY 1
        """,  # noqa: S608
        [ReserveMove.Kind.ASIDE, ReserveMove.State.POSTED, ReserveMove.Kind.GRANT],
    ):
        yield Finding(
            "set_aside_differs",
            f"fund {fund}",
            say(
                _("The books hold %(ledger)s yuan set aside, what was decided comes to %(ours)s."),
                ledger=yuan(int(ledger)),
                ours=yuan(int(ours)),
            ),
        )
    for paid, received in rows(
        """
        SELECT sum(CASE WHEN side.account = %s THEN side.amount ELSE 0 END),
               sum(CASE WHEN side.account = %s THEN -side.amount ELSE 0 END)
        FROM (SELECT debit AS account, amount FROM funds_batchtotal
              UNION ALL SELECT credit, -amount FROM funds_batchtotal) AS side
        WHERE side.account IN (%s, %s)
        HAVING sum(side.amount) <> 0
        """,
        [accounts.TO_FUNDS, accounts.FROM_RESERVE] * 2,
    ):
        yield Finding(
            "grants_differ",
            "the nation's reserve",
            say(
                _("It granted %(paid)s yuan, funds received %(received)s."),
                paid=yuan(int(paid)),
                received=yuan(int(received)),
            ),
        )
