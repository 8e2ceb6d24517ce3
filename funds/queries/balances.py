"""Balances, as of any date, out of the totals of the batches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Q, Sum

from funds.models import Account, Fund
from funds.models.ledger import BatchTotal, Transfer
from socsec.kernel import regions


@dataclass(frozen=True)
class BalanceLine:
    """An account of a fund: what was debited and credited, in fen, and the heads beside it."""

    account: Account
    debit: int
    credit: int
    debit_heads: int
    credit_heads: int

    @property
    def balance(self) -> int:
        """In fen, above zero on the side on which the account normally stands."""
        difference = self.debit - self.credit
        return difference if self.account.debit_normal else -difference

    @property
    def heads(self) -> int:
        difference = self.debit_heads - self.credit_heads
        return difference if self.account.debit_normal else -difference


def trial_balance(
    fund: Fund, on: date | None = None, region: str | None = None
) -> list[BalanceLine]:
    """Every account that the fund ever moved, by number, up to and including the day `on`.

    `region` keeps to postings for that region and those below it. Debits and credits add up to
    the same, in any region and on any day.
    """
    totals = BatchTotal.objects.filter(batch__fund=fund)
    if on is not None:
        totals = totals.filter(batch__booked_on__lte=on)
    if region is not None:
        totals = totals.filter(region__startswith=regions.stem(region))
    sums = totals.order_by().values("debit", "credit").annotate(a=Sum("amount"), h=Sum("heads"))
    sides: dict[int, list[int]] = {}
    for pair in sums:
        for place, side in enumerate(("debit", "credit")):
            account: int = pair[side]  # type: ignore[literal-required]
            line = sides.setdefault(account, [0, 0, 0, 0])
            line[place] += pair["a"]
            line[place + 2] += pair["h"]
    accounts = Account.objects.in_bulk()
    return [BalanceLine(accounts[number], *sides[number]) for number in sorted(sides)]


def balance(fund: Fund, account: int, on: date | None = None) -> int:
    """One account's balance in fen, above zero on its normal side; zero if it never moved."""
    totals = BatchTotal.objects.filter(batch__fund=fund)
    if on is not None:
        totals = totals.filter(batch__booked_on__lte=on)
    sides = totals.aggregate(
        debit=Sum("amount", filter=Q(debit=account), default=0),
        credit=Sum("amount", filter=Q(credit=account), default=0),
    )
    difference = sides["debit"] - sides["credit"]
    return difference if Account.objects.get(number=account).debit_normal else -difference


def lowest_balance(fund: Fund, account: int, since: date) -> int:
    """The lowest that an account stands at the end of any day from `since` on, in fen.

    A posting dated back must not take money that was gone by a later day.
    """
    normal = 1 if Account.objects.get(number=account).debit_normal else -1
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT min(running) FROM (
              SELECT b.booked_on,
                     sum(sum(CASE WHEN t.debit = %s THEN t.amount ELSE -t.amount END))
                       OVER (ORDER BY b.booked_on) * %s AS running
              FROM funds_batchtotal t JOIN funds_ledgerbatch b ON b.id = t.batch_id
              WHERE b.fund_id = %s AND %s IN (t.debit, t.credit)
              GROUP BY b.booked_on
            ) AS day WHERE booked_on > %s
            """,
            [account, normal, fund.pk, account, since],
        )
        (lowest,) = cursor.fetchone()
    # On the day itself it stands as some day before left it.
    then = balance(fund, account, since)
    return then if lowest is None else min(then, int(lowest))


def control(account: int) -> Mapping[int, int]:
    """The balance of one account in every fund that moved it, to hold a sub-ledger against."""
    normal = 1 if Account.objects.get(number=account).debit_normal else -1
    moved = (
        BatchTotal.objects.filter(Q(debit=account) | Q(credit=account))
        .order_by()
        .values("batch__fund")
        .annotate(
            debited=Sum("amount", filter=Q(debit=account), default=0),
            credited=Sum("amount", filter=Q(credit=account), default=0),
        )
    )
    return {row["batch__fund"]: (row["debited"] - row["credited"]) * normal for row in moved}


def person_total(fund: Fund, person_id: int, account: int) -> int:
    """What one person's postings left on an account, in fen, on its normal side."""
    sides = Transfer.objects.filter(person_id=person_id, fund_id=fund.pk).aggregate(
        debit=Sum("amount", filter=Q(debit=account), default=0),
        credit=Sum("amount", filter=Q(credit=account), default=0),
    )
    difference = sides["debit"] - sides["credit"]
    return difference if Account.objects.get(number=account).debit_normal else -difference


def moved_by_month(funds: Sequence[Fund], account: int, first_month: int) -> dict[int, int]:
    """What an account moved on its normal side for each month that the money is for, in fen."""
    normal = 1 if Account.objects.get(number=account).debit_normal else -1
    moved = (
        BatchTotal.objects.filter(Q(debit=account) | Q(credit=account), batch__fund__in=funds)
        .filter(month__gte=first_month)
        .order_by()
        .values("month")
        .annotate(
            debits=Sum("amount", filter=Q(debit=account), default=0),
            credits=Sum("amount", filter=Q(credit=account), default=0),
        )
    )
    return {row["month"]: normal * int(row["debits"] - row["credits"]) for row in moved}
