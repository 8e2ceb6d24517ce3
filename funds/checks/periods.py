"""What months promise: totals that add up, and what is closed stays as it was."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from funds.models import MonthClosing
from socsec.kernel.months import format_month
from socsec.office.errors import say
from socsec.office.oversight import Finding

from .reading import rows


def totals() -> Iterator[Finding]:
    """I5: the month totals hold every batch but those named as not added up, each once."""
    found = rows(
        """
        SELECT fund_id, period, count(*)
        FROM (
          SELECT b.fund_id, funds_period(b.booked_on) AS period, t.region, t.debit, t.credit,
                 sum(t.count) AS count, sum(t.amount) AS amount, sum(t.heads) AS heads
          FROM funds_ledgerbatch b JOIN funds_batchtotal t ON t.batch_id = b.id
          WHERE NOT EXISTS (SELECT FROM funds_unsummedbatch u WHERE u.batch_id = b.id)
          GROUP BY 1, 2, 3, 4, 5
        ) AS batches
        FULL JOIN funds_monthtotal m USING (fund_id, period, region, debit, credit)
        WHERE (batches.count, batches.amount, batches.heads)
              IS DISTINCT FROM (m.count, m.amount, m.heads)
        GROUP BY fund_id, period ORDER BY fund_id, period
        """
    )
    for fund, period, count in found:
        yield Finding(
            "month_total",
            f"fund {fund}, month {format_month(period)}",
            say(_("%(count)s of its totals are not the sum of its batches."), count=count),
        )


def closings() -> Iterator[Finding]:
    """I8, I12: a closed month holds what it held when it was closed, by two people, in order."""
    for closing, count, total in _closed():
        if (closing.batches, closing.total) != (count, int(total)):
            yield Finding(
                "closed_month_changed",
                _subject(closing),
                say(
                    _("It was closed with %(then)s batches and now has %(now)s, or other sums."),
                    then=closing.batches,
                    now=count,
                ),
            )
        if _balances(closing.fund_id, closing.month) != closing.balances:
            yield Finding(
                "closed_balances",
                _subject(closing),
                _("Its balances are not those with which it was closed."),
            )
    for (number,) in rows(
        """
        SELECT id FROM funds_monthclosing c
        WHERE checker_id = maker_id OR closed_at IS NOT NULL AND checker_id IS NULL
           OR closed_at IS NOT NULL AND NOT EXISTS (
                SELECT FROM funds_monthclosing e
                WHERE e.fund_id = c.fund_id AND e.month = c.month - 1 AND e.closed_at IS NOT NULL)
              AND EXISTS (
                SELECT FROM funds_ledgerbatch b
                WHERE b.fund_id = c.fund_id AND funds_period(b.booked_on) < c.month)
        ORDER BY id
        """
    ):
        yield Finding(
            "closed_wrongly",
            f"closing {number}",
            _("It was closed by one person alone, or before the month before it."),
        )


def _closed() -> Iterator[tuple[MonthClosing, int, int]]:
    closed = MonthClosing.objects.in_bulk()
    for number, count, total in rows(
        """
        SELECT c.id, count(b.id), coalesce(sum(b.total), 0)
        FROM funds_monthclosing c
        LEFT JOIN funds_ledgerbatch b
          ON b.fund_id = c.fund_id AND funds_period(b.booked_on) = c.month
        WHERE c.closed_at IS NOT NULL GROUP BY c.id ORDER BY c.id
        """
    ):
        yield closed[number], count, total


def _balances(fund: int, month: int) -> dict[str, list[int]]:
    """How the accounts stand at the end of a month, from the batches, not from the totals."""
    return {
        str(account): [int(debit), int(credit)]
        for account, debit, credit in rows(
            """
            SELECT account, sum(debit), sum(credit)
            FROM (
              SELECT t.batch_id, t.debit AS account, t.amount AS debit, 0 AS credit
              FROM funds_batchtotal t
              UNION ALL
              SELECT t.batch_id, t.credit, 0, t.amount FROM funds_batchtotal t
            ) AS side
            JOIN funds_ledgerbatch b ON b.id = side.batch_id
            WHERE b.fund_id = %s AND funds_period(b.booked_on) <= %s
            GROUP BY account
            """,
            [fund, month],
        )
    }


def _subject(closing: MonthClosing) -> str:
    return f"fund {closing.fund_id}, month {format_month(closing.month)}"
