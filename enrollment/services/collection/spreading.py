"""Money spread over the debts of its payer, in the legal order: in one statement for any number.

`shares` says how much each fund gets; since a fund's debts stand in the same order among themselves
as among all, `allocate` then takes exactly that from the front of the fund's own line. What a
month gets goes to the individual account and to the pool in the proportion of what is due.
"""

from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone

from enrollment.models import Category, Employer, Person, Receipt
from enrollment.params import Order
from enrollment.queries import debts
from enrollment.rules.collection import place_in_line, taken, to_account
from enrollment.services.assessment.contributions import pool_of
from funds.models import Fund, accounts
from funds.services import ledger
from socsec.kernel import sqlexpr
from socsec.kernel.months import month_of
from socsec.kernel.policy import PolicyError
from socsec.office.errors import from_kernel
from socsec.office.models import User
from socsec.office.services import policy

MOST = 10**17
KEY = ("person_id", "month", "branch", "employer_id", "part")
CARRIED = (*KEY, "kind", "category", "region", "account_share", "due", "paid_before", "open_here")

_SUM_OF_FUND = """
    select fund_id, sum(amount)::bigint
    from (select least(greatest(%s - open_before, 0), open_here) as amount, fund_id
          from ({line}) as line) as spread
    where amount > 0 group by fund_id
"""

_ALLOCATE = """
    with items as materialized ({items}),
    contributions as (
        insert into enrollment_receiptallocation
          (amount, account_share, receipt_id, turn, person_id, month, branch, employer_id, part,
           region, received_on)
        select amount, account_share, %s, %s, person_id, month, branch, employer_id, part,
               region, %s
        from items where kind = 0
    )
    insert into enrollment_surchargeallocation
      (amount, receipt_id, turn, person_id, month, branch, employer_id, part, region, received_on)
    select amount, %s, %s, person_id, month, branch, employer_id, part, region, %s
    from items where kind = 1
"""

_ALLOCATED = """
    select coalesce(sum(amount), 0)::bigint from (
        select amount from enrollment_receiptallocation where receipt_id = %s and turn = %s
        union all
        select amount from enrollment_surchargeallocation where receipt_id = %s and turn = %s
    ) as allocated
"""

_NEXT_TURN = """
    select coalesce(max(turn), 0) + 1 from (
        select turn from enrollment_receiptallocation where receipt_id = %s
        union all
        select turn from enrollment_surchargeallocation where receipt_id = %s
    ) as turns
"""

_POSTINGS = """
    select person_id, row_number() over (
               partition by person_id order by month, branch, employer_id, part, place
           ) as seq, region, debit, credit, amount, month, heads
    from (
        select a.person_id, a.month, a.branch, a.employer_id, a.part, leg.place, a.region,
               leg.debit, leg.credit, a.amount, 1 as heads
        from enrollment_receiptallocation a
        cross join (values (1, %s, %s), (2, %s, %s)) as leg (place, debit, credit)
        where a.receipt_id = %s and a.turn = %s
        union all
        select a.person_id, a.month, a.branch, a.employer_id, a.part, leg.place, a.region,
               leg.debit, leg.credit, a.amount, 0
        from enrollment_surchargeallocation a
        cross join (values (3, %s, %s), (4, %s, %s)) as leg (place, debit, credit)
        where a.receipt_id = %s and a.turn = %s
        union all
        select 0, %s, 0, 0, 0, 5, %s, %s, %s, %s::bigint, 0
    ) as legs
    order by 1, 2
"""


def today() -> date:
    return timezone.localdate()


def shares(
    payer: Employer | Person, amount: int, *, branch: int | None = None
) -> list[tuple[Fund, int]]:
    """How much of `amount` falls to each fund for what the payer owes; nothing where nothing is."""
    line, values, funds = _line(payer, branch)
    if not funds:
        return []
    rows = debts.fetch(_SUM_OF_FUND.format(line=line), [amount, *values])
    parts = dict(rows)
    return [(funds[pk], parts[pk]) for pk in sorted(parts, key=lambda pk: (funds[pk].branch, pk))]


def allocate(
    receipt: Receipt, payer: Employer | Person, *, turn: int, most: int | None = None
) -> int:
    """Take the receipt's credit, or `most` of it, for the debts of its fund; gives what was used."""
    money = receipt.credit if most is None else min(receipt.credit, most)
    line, values, funds = _line(payer, receipt.branch, receipt.fund_id)
    if not funds or not money:
        return 0
    number = sqlexpr.column
    amount = taken(number("open_before", 0, MOST), number("open_here", 0, MOST), money)
    share = to_account(
        number("account_share", 0, MOST),
        number("due", 1, MOST),
        number("paid_before", 0, MOST),
        amount,
    )
    items = sqlexpr.compile(
        {"amount": amount, "account_share": share},
        line,
        carry=(*KEY, "kind", "region"),
        keep=amount > 0,
    )
    stamp: list[Any] = [receipt.pk, turn, receipt.received_on]
    with connection.cursor() as cursor:
        cursor.execute(_ALLOCATE.format(items=items), [*values, *stamp, *stamp])
        cursor.execute(_ALLOCATED, [receipt.pk, turn] * 2)
        (used,) = cursor.fetchone()
    receipt.credit -= used
    receipt.save(update_fields=["credit"])
    return int(used)


def next_turn(receipt: Receipt) -> int:
    """The number of the next allocation of a receipt; 0 was when it came in."""
    ((turn,),) = debts.fetch(_NEXT_TURN, [receipt.pk, receipt.pk])
    return int(turn)


def post(
    receipt: Receipt,
    pool: Fund,
    *,
    turn: int,
    source: int,
    left: int,
    by: User | None,
    on: date | None = None,
) -> None:
    """Income for what was allocated, the debts that are gone, and `left` as not yet allocated.

    Booked on the day on which the money came, unless the month of that day is over: its income
    account has been emptied, so the books take it today.
    """
    month = month_of(receipt.received_on)
    now = today()
    if on is None:
        on = receipt.received_on if turn == 0 and month == month_of(now) else now
    ledger.post_sql(
        pool,
        "contribution_receipt",
        _POSTINGS,
        [
            *(source, accounts.CONTRIBUTION_INCOME),
            *(accounts.CONTRIBUTIONS_ASSESSED, accounts.CONTRIBUTIONS_DUE),
            *(receipt.pk, turn),
            *(source, accounts.OTHER_INCOME),
            *(accounts.SURCHARGE_ASSESSED, accounts.SURCHARGE_DUE),
            *(receipt.pk, turn),
            *(month, receipt.region, source, accounts.SUSPENSE, left),
        ],
        source=f"enrollment.receipt:{receipt.pk}/{turn}",
        on=on,
        by=by,
    )


def order_of(region: str) -> Order:
    """The legal order in force in a region."""
    try:
        return Order.at(policy.of(policy.current_edition()), region, today())
    except PolicyError as error:
        raise from_kernel(error) from error


def _line(
    payer: Employer | Person, branch: int | None, fund_id: int | None = None
) -> tuple[str, list[Any], dict[int, Fund]]:
    """The payer's debts in the legal order, each with what stands before it and its fund."""
    select, values = debts.of_payer(payer)
    if branch is not None:
        select, values = f"select * from ({select}) as d where branch = %s", [*values, branch]  # noqa: S608
    homes, funds = homes_of(select, values)
    if fund_id is not None:
        homes = [each for each in homes if each[3] == fund_id]
    if not homes:
        return select, values, {}
    number = sqlexpr.column
    place = place_in_line(
        number("month", 0, 10**6),
        number("branch", 0, 99),
        number("kind", 0, 1),
        order_of(payer.region),
    )
    placed = sqlexpr.compile({"place": place}, select, carry=CARRIED)
    table = ", ".join(f"({b}, {c}, '{region}', {fund}::bigint)" for b, c, region, fund in homes)
    line = f"""
        select placed.*, home.fund_id,
               coalesce(sum(open_here) over (
                   order by place, person_id, employer_id, part
                   rows between unbounded preceding and 1 preceding
               ), 0)::bigint as open_before
        from ({placed}) as placed
        join (values {table}) as home (branch, category, region, fund_id)
          using (branch, category, region)
    """  # noqa: S608 - compiled from our rules; the values are numbers and six digits
    return line, values, funds


def homes_of(
    select: str, values: list[Any]
) -> tuple[list[tuple[int, int, str, int]], dict[int, Fund]]:
    """In which fund's books the rows of a SELECT of debts stand, by branch, category and region."""
    found = debts.fetch(
        f"select distinct branch, category, region from ({select}) as d",  # noqa: S608
        values,
    )
    wanted: dict[tuple[int, int], set[str]] = {}
    for branch, category, region in found:
        wanted.setdefault((branch, Category(category).scheme_in(branch)), set()).add(region)
    pools = {which: pool_of(sorted(places), *which) for which, places in wanted.items()}
    homes, funds = [], {}
    for branch, category, region in sorted(found):
        fund = pools[branch, Category(category).scheme_in(branch)][region]
        funds[fund.pk] = fund
        homes.append((branch, category, region, fund.pk))
    return homes, funds
