"""Budgets held against what was done, and what a year may still spend."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Sum

from funds.models import Account, Budget, Fund, SpendingPlan, accounts
from funds.models.ledger import BatchTotal
from funds.models.payments import SPENT_FROM, PaymentBatch
from socsec.kernel.months import first_day, last_day, month

from .balances import moved

DRAWS = ("payment_draw", "plan_draw")


@dataclass(frozen=True)
class Execution:
    """A head of a budget in fen: planned, done on the ledger, and ordered but not answered yet."""

    account: Account
    planned: int
    done: int
    ordered: int = 0

    @property
    def left(self) -> int:
        return self.planned - self.done - self.ordered

    @property
    def rate(self) -> int | None:
        """Done as millionths of planned; None where nothing was planned."""
        return self.done * 1_000_000 // self.planned if self.planned else None


def in_force(fund: Fund, year: int) -> Budget | None:
    """The approved budget of a year, with its latest adjustment; None while there is none."""
    return Budget.objects.filter(fund=fund, year=year, state=Budget.State.APPROVED).first()


def execution(fund: Fund, year: int, until: date | None = None) -> list[Execution]:
    """Every head of the budget in force, and what was done without one, up to a day of the year."""
    budget = in_force(fund, year)
    planned = dict(budget.lines.values_list("account_id", "amount")) if budget else {}
    done, ordered = booked(fund, year, until), unanswered(fund, year)
    heads = Account.objects.filter(element__in=[Account.Element.INCOME, Account.Element.EXPENSE])
    return [
        Execution(
            head, planned.get(head.number, 0), done.get(head.number, 0), ordered.get(head.number, 0)
        )
        for head in heads
        if head.number in planned or done.get(head.number) or ordered.get(head.number)
    ]


def booked(fund: Fund, year: int, until: date | None = None) -> dict[int, int]:
    """What the accounts of income and expenditure moved in a year, on their normal side, in fen."""
    january = month(year, 1)
    last = last_day(month(year, 12))
    sides: dict[int, int] = {}
    for move in moved([fund.pk], since=january, on=min(until, last) if until else last):
        sides[move.debit] = sides.get(move.debit, 0) + move.amount
        sides[move.credit] = sides.get(move.credit, 0) - move.amount
    normal: Mapping[int, bool] = dict(Account.objects.values_list("number", "debit_normal"))
    return {number: side if normal[number] else -side for number, side in sides.items() if side}


def unanswered(fund: Fund, year: int) -> dict[int, int]:
    """Payments of the year that the bank has not answered yet, by the account that they are spent from."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT e.kind, sum(e.total) - sum(coalesce(p.answered, 0))
            FROM funds_paymentbatch e
            LEFT JOIN LATERAL (
              SELECT sum(amount) AS answered FROM funds_paymentoutcome o
              WHERE o.batch_id = e.id AND NOT o.late
            ) AS p ON true
            WHERE e.fund_id = %s AND e.state = %s AND e.released_on BETWEEN %s AND %s
            GROUP BY e.kind
            """,
            [
                fund.pk,
                PaymentBatch.State.RELEASED,
                first_day(month(year, 1)),
                last_day(month(year, 12)),
            ],
        )
        open_: dict[int, int] = {}
        for kind, total in cursor.fetchall():
            account = SPENT_FROM.get(kind, accounts.BENEFITS)
            open_[account] = open_.get(account, 0) + int(total)
    return open_


def planned(fund: Fund, of: int) -> int:
    """What the approved plans of a month allow to be drawn, in fen."""
    plans = SpendingPlan.objects.filter(fund=fund, month=of, state=SpendingPlan.State.APPROVED)
    return sum(plans.values_list("amount", flat=True))


def drawn(fund: Fund, of: int) -> int:
    """What was drawn from the fiscal special account into the expenditure account in a month, in fen."""
    taken: int = BatchTotal.objects.filter(
        batch__fund=fund,
        batch__booked_on__range=(first_day(of), last_day(of)),
        debit=accounts.EXPENDITURE_ACCOUNT,
        credit=accounts.FISCAL_ACCOUNT,
    ).aggregate(fen=Sum("amount", default=0))["fen"]
    return taken
