"""Balances, as of any date, out of the totals of the months and of the batches not in them yet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Max, Q, Sum

from funds.models import Account, Fund, MonthClosing
from funds.models.ledger import BatchTotal, Transfer
from socsec.kernel import regions
from socsec.kernel.months import FIRST_MONTH, first_day, last_day, month_of


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


# What funds moved between two accounts: the months that are added up, the batches that are not yet,
# and of the month begun the days up to the one asked for. One statement, so that a batch that is
# being added up meanwhile is counted once. `%(before)s` is the month begun, or none.
MOVED = """
    SELECT fund_id, region, period, debit, credit, amount, heads FROM funds_monthtotal
    WHERE (%(funds)s::int[] IS NULL OR fund_id = ANY(%(funds)s))
      AND period >= %(since)s AND (%(before)s::int IS NULL OR period < %(before)s)
    UNION ALL
    SELECT b.fund_id, t.region, funds_period(b.booked_on), t.debit, t.credit, t.amount, t.heads
    FROM funds_unsummedbatch u
    JOIN funds_ledgerbatch b ON b.id = u.batch_id
    JOIN funds_batchtotal t ON t.batch_id = b.id
    WHERE (%(funds)s::int[] IS NULL OR b.fund_id = ANY(%(funds)s))
      AND funds_period(b.booked_on) >= %(since)s
      AND (%(before)s::int IS NULL OR funds_period(b.booked_on) < %(before)s)
    UNION ALL
    SELECT b.fund_id, t.region, funds_period(b.booked_on), t.debit, t.credit, t.amount, t.heads
    FROM funds_ledgerbatch b JOIN funds_batchtotal t ON t.batch_id = b.id
    WHERE b.fund_id = ANY(%(funds)s)
      AND b.booked_on BETWEEN %(first)s AND %(on)s AND %(before)s >= %(since)s
"""


@dataclass(frozen=True)
class Moved:
    """What a fund moved from the credited to the debited account: fen and heads."""

    fund_id: int
    debit: int
    credit: int
    amount: int
    heads: int


def moved(
    funds: Sequence[int] | None = None,
    *,
    on: date | None = None,
    since: int = FIRST_MONTH,
    region: str | None = None,
    account: int | None = None,
) -> list[Moved]:
    """What was booked from the month `since` on, up to and including the day `on`, by fund and pair.

    Without `funds` it is every fund, and then without a day. `region` keeps to postings for it and
    those below it, `account` to those that touch it.
    """
    ends = on is None or on == last_day(month_of(on))
    begun = None if on is None else month_of(on) + (1 if ends else 0)
    # Where the day ends a month, that month stands in the totals as a whole.
    values = {
        "funds": list(funds) if funds is not None else None,
        "since": since,
        "before": begun,
        "first": None if ends or on is None else first_day(month_of(on)),
        "on": None if ends else on,
        "region": f"{regions.stem(region or regions.NATION)}%",
        "account": account,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT fund_id, debit, credit, sum(amount)::bigint, sum(heads)::bigint
            FROM ({MOVED}) AS row
            WHERE region LIKE %(region)s
              AND (%(account)s::int IS NULL OR %(account)s IN (debit, credit))
            GROUP BY fund_id, debit, credit
            """,  # noqa: S608
            values,
        )
        return [Moved(*row) for row in cursor.fetchall()]


def trial_balance(
    fund: Fund, on: date | None = None, region: str | None = None
) -> list[BalanceLine]:
    """Every account that the fund ever moved, by number, up to and including the day `on`.

    `region` keeps to postings for that region and those below it. Debits and credits add up to
    the same, in any region and on any day.
    """
    return lines(moved([fund.pk], on=on, region=region))


def lines(moves: Iterable[Moved]) -> list[BalanceLine]:
    """The accounts that moves touched, by number."""
    sides: dict[int, list[int]] = {}
    for move in moves:
        for place, account in enumerate((move.debit, move.credit)):
            line = sides.setdefault(account, [0, 0, 0, 0])
            line[place] += move.amount
            line[place + 2] += move.heads
    accounts = Account.objects.in_bulk()
    return [BalanceLine(accounts[number], *sides[number]) for number in sorted(sides)]


def balance(fund: Fund, account: int, on: date | None = None) -> int:
    """One account's balance in fen, above zero on its normal side; zero if it never moved."""
    return _side(account, moved([fund.pk], on=on, account=account))


def _side(account: int, moves: Iterable[Moved]) -> int:
    difference = sum(m.amount if m.debit == account else -m.amount for m in moves)
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
              WHERE b.fund_id = %s AND b.booked_on > %s AND %s IN (t.debit, t.credit)
              GROUP BY b.booked_on
            ) AS day
            """,
            [account, normal, fund.pk, since, account],
        )
        (lowest,) = cursor.fetchone()
    # On the day itself it stands as some day before left it, and later days go on from there.
    return balance(fund, account, since) + min(0, int(lowest or 0))


def control(account: int) -> Mapping[int, int]:
    """The balance of one account in every fund that moved it, to hold a sub-ledger against."""
    normal = 1 if Account.objects.get(number=account).debit_normal else -1
    held: dict[int, int] = {}
    for move in moved(account=account):
        side = move.amount if move.debit == account else -move.amount
        held[move.fund_id] = held.get(move.fund_id, 0) + side * normal
    return held


def last_closed(fund: Fund) -> int | None:
    """The last month of the fund's books that is closed; None while none is."""
    closed: int | None = MonthClosing.objects.filter(fund=fund, closed_at__isnull=False).aggregate(
        last=Max("month")
    )["last"]
    return closed


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
