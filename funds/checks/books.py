"""What the ledger promises."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from funds.models import Account, FlowRule, Fund
from funds.models import accounts as chart
from funds.services.digests import DIGESTS, SEALED, link
from funds.services.flows import Matrix
from socsec.kernel.money import yuan
from socsec.office.errors import say
from socsec.office.oversight import Finding

from .reading import rows

SEALED_WITHIN = timedelta(days=1)


def transfers() -> Iterator[Finding]:
    """I1: an amount above zero between two accounts of the chart, of the batch's fund and region."""
    found = rows(
        """
        SELECT t.batch_id, count(*)
        FROM funds_transfer t
        LEFT JOIN funds_ledgerbatch b ON b.id = t.batch_id
        LEFT JOIN funds_fund f ON f.id = t.fund_id
        LEFT JOIN funds_account d ON d.number = t.debit
        LEFT JOIN funds_account c ON c.number = t.credit
        WHERE t.amount <= 0 OR t.heads < 0 OR t.debit = t.credit OR d.number IS NULL
           OR c.number IS NULL OR b.id IS NULL OR b.fund_id <> t.fund_id
           OR NOT starts_with(t.region, regexp_replace(f.region_id, '(00)+$', ''))
        GROUP BY t.batch_id ORDER BY t.batch_id
        """
    )
    for batch, count in found:
        yield Finding(
            "transfer_impossible",
            f"ledger batch {batch}",
            say(
                _("%(count)s of its transfers cannot be: amount, account, fund or region."),
                count=count,
            ),
        )


def reversals() -> Iterator[Finding]:
    """I2: debit and credit changed places, everything else equal, no row missing or too many."""
    differing = rows(
        """
        WITH reversal AS (
          SELECT id, reverses_id FROM funds_ledgerbatch WHERE reverses_id IS NOT NULL
        ), back AS (
          SELECT r.id, t.person_id, t.seq, t.fund_id, t.region, t.credit AS debit,
                 t.debit AS credit, t.amount, t.month, t.heads
          FROM reversal r JOIN funds_transfer t ON t.batch_id = r.id
        ), there AS (
          SELECT r.id, t.person_id, t.seq, t.fund_id, t.region, t.debit, t.credit, t.amount,
                 t.month, t.heads
          FROM reversal r JOIN funds_transfer t ON t.batch_id = r.reverses_id
        )
        SELECT id, count(*) FROM back FULL JOIN there USING (id, person_id, seq)
        WHERE (back.fund_id, back.region, back.debit, back.credit, back.amount, back.month,
               back.heads)
          IS DISTINCT FROM (there.fund_id, there.region, there.debit, there.credit, there.amount,
                            there.month, there.heads)
        GROUP BY id ORDER BY id
        """
    )
    for batch, count in differing:
        yield Finding(
            "reversal_not_opposite",
            f"ledger batch {batch}",
            say(_("%(count)s transfers are not the opposite of what it reverses."), count=count),
        )
    again = rows(
        """
        SELECT r.id FROM funds_ledgerbatch r JOIN funds_ledgerbatch o ON o.id = r.reverses_id
        WHERE o.reverses_id IS NOT NULL
           OR EXISTS (SELECT FROM funds_ledgerbatch e WHERE e.reverses_id = o.id AND e.id < r.id)
        ORDER BY r.id
        """
    )
    for (batch,) in again:
        yield Finding(
            "reversed_again",
            f"ledger batch {batch}",
            _("It reverses a batch that is a reversal, or was reversed before."),
        )


def batches() -> Iterator[Finding]:
    """I4, I11: the rows of each batch give its count, total, heads and digest, and its totals."""
    found = rows(
        f"""
        SELECT coalesce(b.id, r.batch_id), b.id IS NULL, r.batch_id IS NULL,
               (r.count, r.total, r.heads) IS DISTINCT FROM (b.count, b.total, b.heads)
        FROM ({DIGESTS.format(where="TRUE")}) AS r
        FULL JOIN funds_ledgerbatch b ON b.id = r.batch_id
        WHERE (r.count, r.total, r.heads, r.digest)
              IS DISTINCT FROM (b.count, b.total, b.heads, b.digest)
        ORDER BY 1
        """  # noqa: S608
    )
    for batch, no_header, no_rows, other_sums in found:
        if no_header:
            code, text = "transfers_without_batch", _("Transfers stand in no batch.")
        elif no_rows:
            code, text = "batch_without_transfers", _("Its transfers are gone.")
        elif other_sums:
            code, text = "batch_sums", _("Its transfers do not add up to its totals.")
        else:
            code, text = "batch_digest", _("Its transfers are not those that were posted.")
        yield Finding(code, f"ledger batch {batch}", text)
    differing = rows(
        """
        SELECT batch_id, region, debit, credit
        FROM (
          SELECT batch_id, region, month, debit, credit, count(*) AS count,
                 sum(amount) AS amount, sum(heads) AS heads
          FROM funds_transfer GROUP BY batch_id, region, month, debit, credit
        ) AS t
        FULL JOIN funds_batchtotal s USING (batch_id, region, month, debit, credit)
        WHERE (t.count, t.amount, t.heads) IS DISTINCT FROM (s.count, s.amount, s.heads)
        ORDER BY batch_id, region, debit, credit
        """
    )
    for batch, region, debit, credit in differing:
        yield Finding(
            "batch_total",
            f"ledger batch {batch}",
            say(
                _(
                    "In region %(region)s its total from %(credit)s to %(debit)s is not that of its transfers."
                ),
                region=region,
                credit=credit,
                debit=debit,
            ),
        )


def balances() -> Iterator[Finding]:
    """I5: each account of each fund and region, recomputed from the transfers, stands as the totals
    say, and a fund's debits are its credits."""
    found = rows(
        """
        SELECT fund_id, region, account, t.balance, s.balance
        FROM (
          SELECT fund_id, region, account, sum(amount) AS balance
          FROM (
            SELECT fund_id, region, debit AS account, amount FROM funds_transfer
            UNION ALL
            SELECT fund_id, region, credit, -amount FROM funds_transfer
          ) AS side GROUP BY fund_id, region, account
        ) AS t
        FULL JOIN (
          SELECT b.fund_id, region, account, sum(amount) AS balance
          FROM (
            SELECT batch_id, region, debit AS account, amount FROM funds_batchtotal
            UNION ALL
            SELECT batch_id, region, credit, -amount FROM funds_batchtotal
          ) AS side JOIN funds_ledgerbatch b ON b.id = side.batch_id
          GROUP BY b.fund_id, region, account
        ) AS s USING (fund_id, region, account)
        WHERE coalesce(t.balance, 0) <> coalesce(s.balance, 0)
        ORDER BY fund_id, region, account
        """
    )
    for fund, region, account, rows_say, totals_say in found:
        yield Finding(
            "balance",
            f"fund {fund}, region {region}, account {account}",
            say(
                _("The transfers leave %(rows)s yuan, the totals say %(totals)s yuan."),
                rows=yuan(int(rows_say or 0)),
                totals=yuan(int(totals_say or 0)),
            ),
        )


def flows() -> Iterator[Finding]:
    """I6: what no rule allowed on the day of its booking, or what a reversal did not send back."""
    funds = {fund.pk: fund for fund in Fund.objects.select_related("region")}
    moved = rows(
        """
        SELECT b.id, b.fund_id, b.booked_on, b.reverses_id IS NOT NULL, t.debit, t.credit
        FROM funds_batchtotal t JOIN funds_ledgerbatch b ON b.id = t.batch_id
        GROUP BY b.id, b.fund_id, b.booked_on, b.reverses_id, t.debit, t.credit
        ORDER BY b.id
        """
    )
    matrix = Matrix(FlowRule.objects.all())
    for batch, fund, day, back, debit, credit in moved:
        pair = (credit, debit) if back else (debit, credit)
        if not matrix.allows(funds[fund], pair, day):
            yield Finding(
                "forbidden_flow",
                f"ledger batch {batch}",
                say(
                    _("Money must not go from account %(credit)s to %(debit)s."),
                    credit=credit,
                    debit=debit,
                ),
            )


# What each account of each fund held at the end of each day on which it moved.
DAYS = """
    SELECT b.fund_id, side.account, b.booked_on,
           sum(sum(side.amount)) OVER (PARTITION BY b.fund_id, side.account ORDER BY b.booked_on)
             * CASE WHEN max(a.debit_normal::int) = 1 THEN 1 ELSE -1 END AS balance
    FROM (
      SELECT batch_id, debit AS account, amount FROM funds_batchtotal
      UNION ALL
      SELECT batch_id, credit, -amount FROM funds_batchtotal
    ) AS side
    JOIN funds_ledgerbatch b ON b.id = side.batch_id
    JOIN funds_account a ON a.number = side.account AND a.guarded
    GROUP BY b.fund_id, side.account, b.booked_on
"""


def accounts() -> Iterator[Finding]:
    """I7: accounts that hold money never stood below zero, the income account is empty at every
    month's end."""
    names = Account.objects.in_bulk()
    below = rows(
        f"""
        SELECT DISTINCT ON (fund_id, account) fund_id, account, booked_on, balance
        FROM ({DAYS}) AS day WHERE balance < 0 ORDER BY fund_id, account, booked_on
        """  # noqa: S608
    )
    for fund, account, day, held in below:
        yield Finding(
            "overdrawn",
            f"fund {fund}, account {account}",
            say(
                _("“%(account)s” stood at %(balance)s yuan on %(day)s."),
                account=names[account],
                balance=yuan(int(held)),
                day=day,
            ),
        )
    # The sweep is booked on the last day of a month by a task of the day after.
    yesterday = timezone.localdate() - timedelta(days=1)
    kept = rows(
        f"""
        SELECT fund_id, month_end, balance FROM (
          SELECT DISTINCT ON (fund_id, month_end) fund_id, balance,
                 (date_trunc('month', booked_on) + interval '1 month - 1 day')::date AS month_end
          FROM ({DAYS}) AS day WHERE account = %s
          ORDER BY fund_id, month_end, booked_on DESC
        ) AS month WHERE balance <> 0 AND month_end < %s ORDER BY fund_id, month_end
        """,  # noqa: S608
        [chart.INCOME_ACCOUNT, yesterday],
    )
    for fund, day, held in kept:
        yield Finding(
            "income_not_swept",
            f"fund {fund}, account {chart.INCOME_ACCOUNT}",
            say(
                _("The income account still held %(balance)s yuan at the end of %(day)s."),
                balance=yuan(int(held)),
                day=day,
            ),
        )


def seals() -> Iterator[Finding]:
    """I11: each seal is the digest of the one before and of its batches; nothing stays unsealed."""
    digest, number = b"", 0
    for at, sealed, count, found, text in rows(SEALED, [0]):
        if at != number + 1:
            yield Finding("seal_missing", f"ledger seal {number + 1}", _("The seal is missing."))
        if count != found:
            yield Finding(
                "seal_batches",
                f"ledger seal {at}",
                say(
                    _("It covered %(count)s batches, %(found)s are there."),
                    count=count,
                    found=found,
                ),
            )
        elif link(digest, text) != bytes(sealed):
            yield Finding(
                "seal_digest",
                f"ledger seal {at}",
                _("One of its batches, or the seal before it, was changed."),
            )
        digest, number = bytes(sealed), at
    late = rows(
        """
        SELECT b.id FROM funds_ledgerbatch b
        WHERE b.posted_at < %s
          AND NOT EXISTS (SELECT FROM funds_sealedbatch m WHERE m.batch_id = b.id)
        ORDER BY b.id
        """,
        [timezone.now() - SEALED_WITHIN],
    )
    for (batch,) in late:
        yield Finding(
            "not_sealed",
            f"ledger batch {batch}",
            _(
                "It was posted more than a day ago and is not sealed: the sealing task does not run."
            ),
        )
