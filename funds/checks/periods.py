"""What months promise: totals that add up, and what is closed stays as it was."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

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
    for closing, held in _balances():
        if held != closing.balances:
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


def _balances() -> Iterator[tuple[MonthClosing, dict[str, list[int]]]]:
    """Each closed month and how the accounts stand at its end, from the batches, not from the totals."""
    closed: dict[int, list[MonthClosing]] = {}
    for closing in MonthClosing.objects.filter(closed_at__isnull=False).order_by("month"):
        closed.setdefault(closing.fund_id, []).append(closing)
    moved = rows(
        """
        SELECT b.fund_id, funds_period(b.booked_on) AS period, account, sum(debit), sum(credit)
        FROM (
          SELECT batch_id, debit AS account, amount AS debit, 0 AS credit FROM funds_batchtotal
          UNION ALL
          SELECT batch_id, credit, 0, amount FROM funds_batchtotal
        ) AS side
        JOIN funds_ledgerbatch b ON b.id = side.batch_id
        GROUP BY b.fund_id, period, account ORDER BY b.fund_id, period
        """
    )
    for fund, of_fund in groupby(moved, key=itemgetter(0)):
        waiting, held = closed.pop(fund, []), dict[str, list[int]]()
        for _fund, period, account, debit, credit in of_fund:
            while waiting and waiting[0].month < period:
                yield waiting.pop(0), held
            sides = held.setdefault(str(account), [0, 0])
            sides[0] += int(debit)
            sides[1] += int(credit)
        for closing in waiting:
            yield closing, held
    for without_batches in closed.values():
        for closing in without_batches:
            yield closing, {}


def _subject(closing: MonthClosing) -> str:
    return f"fund {closing.fund_id}, month {format_month(closing.month)}"
