"""All funds of a reader at a glance, and the way from a line of a statement to its batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Max, Q, Sum
from django.db.models.functions import Coalesce

from funds.models import (
    Account,
    Budget,
    BudgetLine,
    DayReconciliation,
    Fund,
    MonthClosing,
    TermDeposit,
)
from funds.models.ledger import BatchTotal
from socsec.kernel.months import first_day, last_day, month, year_of

from .balances import MOVED, moved

Element = Account.Element
A_YEAR = 12


@dataclass(frozen=True)
class FundFigures:
    """A fund in a few numbers: fen, and the year so far up to the end of the month asked for.

    `months` is how long the reserve would pay what was spent in the last twelve months.
    """

    fund: Fund
    reserve: int
    income: int
    expenditure: int
    spent_in_a_year: int
    planned: int
    closed: int | None
    differing: int
    due: TermDeposit | None

    @property
    def result(self) -> int:
        return self.income - self.expenditure

    @property
    def months(self) -> int | None:
        """Whole months; None where nothing was spent."""
        return self.reserve * A_YEAR // self.spent_in_a_year if self.spent_in_a_year > 0 else None

    @property
    def used(self) -> int | None:
        """Expenditure as millionths of the year's budget; None without one."""
        return self.expenditure * 1_000_000 // self.planned if self.planned else None


def overview(funds: Sequence[Fund], until: int) -> list[FundFigures]:
    """The figures of each fund at the end of a month. The number of queries is that of one fund."""
    numbers, january = [fund.pk for fund in funds], month(year_of(until), 1)
    ends = last_day(until)
    elements = dict(Account.objects.values_list("number", "element"))

    def by_fund(*wanted: str, since: int | None = None) -> dict[int, int]:
        """Credits less debits of accounts of these elements."""
        sums: dict[int, int] = {}
        moves = moved(numbers, on=ends) if since is None else moved(numbers, on=ends, since=since)
        for move in moves:
            sign = (elements[move.credit] in wanted) - (elements[move.debit] in wanted)
            sums[move.fund_id] = sums.get(move.fund_id, 0) + sign * move.amount
        return sums

    reserve = by_fund(Element.NET, Element.INCOME, Element.EXPENSE)
    income = by_fund(Element.INCOME, since=january)
    spent = by_fund(Element.EXPENSE, since=january)
    spent_in_a_year = by_fund(Element.EXPENSE, since=until - A_YEAR + 1)
    planned = dict(
        BudgetLine.objects.filter(
            budget__fund__in=numbers,
            budget__year=year_of(until),
            budget__state=Budget.State.APPROVED,
            account__element=Element.EXPENSE,
        )
        .order_by()
        .values_list("budget__fund")
        .annotate(Sum("amount"))
    )
    closed = dict(
        MonthClosing.objects.filter(fund__in=numbers, closed_at__isnull=False)
        .order_by()
        .values_list("fund")
        .annotate(Max("month"))
    )
    differing: dict[int, int] = {}
    latest = DayReconciliation.objects.filter(fund__in=numbers).order_by(
        "fund_id", "account_id", "what", "-day"
    )
    for each in latest.distinct("fund_id", "account_id", "what"):
        differing[each.fund_id] = differing.get(each.fund_id, 0) + (not each.agrees)
    due: dict[int, TermDeposit] = {}
    for deposit in TermDeposit.objects.filter(
        fund__in=numbers, checker__isnull=False, returned_on__isnull=True
    ).order_by("-due_on"):
        due[deposit.fund_id] = deposit
    return [
        FundFigures(
            fund,
            reserve.get(fund.pk, 0),
            income.get(fund.pk, 0),
            -spent.get(fund.pk, 0),
            -spent_in_a_year.get(fund.pk, 0),
            planned.get(fund.pk, 0),
            closed.get(fund.pk),
            differing.get(fund.pk, 0),
            due.get(fund.pk),
        )
        for fund in funds
    ]


def by_month(funds: Sequence[Fund], first: int, last: int) -> dict[int, tuple[int, int]]:
    """Income and expenditure booked in each month, in fen, of all these funds together."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT period,
                   sum(CASE WHEN c.element = 'income' THEN amount ELSE 0 END
                       - CASE WHEN d.element = 'income' THEN amount ELSE 0 END)::bigint,
                   sum(CASE WHEN d.element = 'expense' THEN amount ELSE 0 END
                       - CASE WHEN c.element = 'expense' THEN amount ELSE 0 END)::bigint
            FROM ({MOVED}) AS row
            JOIN funds_account d ON d.number = row.debit
            JOIN funds_account c ON c.number = row.credit
            GROUP BY period
            """,  # noqa: S608
            {
                "funds": [fund.pk for fund in funds],
                "since": first,
                "before": last + 1,
                "first": None,
                "on": None,
            },
        )
        found = {period: (came, went) for period, came, went in cursor.fetchall()}
    return {each: found.get(each, (0, 0)) for each in range(first, last + 1)}


@dataclass(frozen=True)
class AccountMove:
    """What a batch moved on one account, in fen, on the account's normal side."""

    batch_id: int
    booked_on: date
    kind: str
    amount: int


def moves(
    fund: Fund, account: Account, of: int, region: str, start: int, count: int
) -> list[AccountMove]:
    """The batches that moved an account in a month, latest first, from the `start`th on."""
    rows = (
        BatchTotal.objects.filter(
            Q(debit=account.number) | Q(credit=account.number),
            batch__fund=fund,
            batch__booked_on__range=(first_day(of), last_day(of)),
            region__startswith=region,
        )
        .order_by()
        .values("batch_id", "batch__booked_on", "batch__kind")
        .annotate(
            came=Coalesce(Sum("amount", filter=Q(debit=account.number)), 0),
            went=Coalesce(Sum("amount", filter=Q(credit=account.number)), 0),
        )
        .order_by("-batch__booked_on", "-batch_id")[start : start + count]
    )
    normal = 1 if account.debit_normal else -1
    return [
        AccountMove(
            row["batch_id"],
            row["batch__booked_on"],
            row["batch__kind"],
            normal * (row["came"] - row["went"]),
        )
        for row in rows
    ]
