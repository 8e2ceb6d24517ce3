"""Many payments at once: what `receipts.remit` does for one, in statements that do not grow with them.

Each payer's payments are taken one after the other, in the order of the file: in rounds, the first
of every payer, then the second. A round spreads all its money over all its payers' debts with one
statement for each legal order, and posts once for each fund and day.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from enrollment.models import Employer, Person, Receipt, Remittance
from enrollment.params import Order
from enrollment.queries import debts
from enrollment.rules.collection import place_in_line, taken, to_account
from enrollment.services.assessment.contributions import pool_of
from enrollment.services.collection import spreading
from funds.models import Branch, Fund, Scheme, accounts
from funds.services import ledger
from socsec.kernel import sqlexpr
from socsec.kernel.months import month_of
from socsec.office.errors import NotFound
from socsec.office.models import User
from socsec.office.services import audit

Payer = Employer | Person
Key = tuple[int, int]  # 0 and an employer's number, or 1 and a person's
CARRIED = (*spreading.CARRIED, "payer_kind", "payer_id", "in_branch", "money")

_PLACED = """
    select placed.*, home.fund_id,
           coalesce(sum(open_here) over (
               partition by payer_kind, payer_id
               order by place, person_id, employer_id, part
               rows between unbounded preceding and 1 preceding
           ), 0)::bigint as open_before
    from ({placed}) as placed
    join (values {table}) as home (branch, category, region, fund_id)
      using (branch, category, region)
"""

_MONEY = """
    select d.*, m.in_branch, m.money
    from ({debts}) as d
    join unnest(%s::int[], %s::bigint[], %s::int[], %s::bigint[])
         as m (payer_kind, payer_id, in_branch, money)
      on m.payer_kind = d.payer_kind and m.payer_id = d.payer_id
    where m.in_branch = 0 or d.branch = m.in_branch
"""

_SHARES = """
    select payer_kind, payer_id, fund_id, sum(amount)::bigint
    from (
        select payer_kind, payer_id, fund_id,
               least(greatest(money - open_before, 0), open_here) as amount
        from ({line}) as line
    ) as spread
    where amount > 0 group by 1, 2, 3
"""

_ALLOCATE = """
    with items as materialized ({items}),
    receipts as (
        select r.id, r.fund_id, r.received_on, (r.person_id is not null)::int as payer_kind,
               coalesce(r.person_id, r.employer_id) as payer_id
        from enrollment_receipt r where r.id = any(%s)
    ),
    contributions as (
        insert into enrollment_receiptallocation
          (amount, account_share, receipt_id, turn, person_id, month, branch, employer_id, part,
           region, received_on)
        select i.amount, i.account_share, r.id, 0, i.person_id, i.month, i.branch, i.employer_id,
               i.part, i.region, r.received_on
        from items i join receipts r using (payer_kind, payer_id, fund_id)
        where i.kind = 0
    )
    insert into enrollment_surchargeallocation
      (amount, receipt_id, turn, person_id, month, branch, employer_id, part, region, received_on)
    select i.amount, r.id, 0, i.person_id, i.month, i.branch, i.employer_id, i.part, i.region,
           r.received_on
    from items i join receipts r using (payer_kind, payer_id, fund_id)
    where i.kind = 1
"""

_POSTINGS = """
    select person_id, row_number() over (
               partition by person_id
               order by month, branch, employer_id, part, receipt_id, place
           ) as seq, region, debit, credit, amount, month, heads
    from (
        select a.person_id, a.month, a.branch, a.employer_id, a.part, a.receipt_id, leg.place,
               a.region, leg.debit, leg.credit, a.amount, 1 as heads
        from enrollment_receiptallocation a
        cross join (values (1, %s, %s), (2, %s, %s)) as leg (place, debit, credit)
        where a.receipt_id = any(%s) and a.turn = 0
        union all
        select a.person_id, a.month, a.branch, a.employer_id, a.part, a.receipt_id, leg.place,
               a.region, leg.debit, leg.credit, a.amount, 0
        from enrollment_surchargeallocation a
        cross join (values (3, %s, %s), (4, %s, %s)) as leg (place, debit, credit)
        where a.receipt_id = any(%s) and a.turn = 0
        union all
        select 0, (extract(year from r.received_on) * 12
                   + extract(month from r.received_on) - 1)::int, 0, 0, 0, r.id, 5,
               r.region, %s, %s, r.credit, 0
        from enrollment_receipt r where r.id = any(%s) and r.credit > 0
    ) as legs
    order by 1, 2
"""


@dataclass(frozen=True, slots=True)
class Payment:
    """What came in from one payer, in fen. `branch` None: for whatever is owed."""

    payer: Payer
    amount: int
    received_on: date
    reference: str
    branch: int | None = None

    @property
    def key(self) -> Key:
        return key_of(self.payer)


def key_of(payer: Payer) -> Key:
    return (int(isinstance(payer, Person)), payer.pk)


def homeless(payments: Iterable[Payment]) -> set[str]:
    """The references of those for whose money no fund is there, where nothing is owed for it."""
    funds = _Funds()
    found = set()
    for payment in payments:
        try:
            funds.home(payment)
        except NotFound:
            found.add(payment.reference)
    return found


def remit_many(*, by: User | None, payments: Sequence[Payment], channel: str) -> list[Remittance]:
    """Take all these down and spread them, in the transaction of a service that asked who may.

    Their references are new, their amounts possible, and there is a fund for each of them. What
    each comes to is what `receipts.remit` would make of them, one after the other.
    """
    _lock(payments)
    made: list[Remittance] = []
    for together in _rounds(payments):
        made += _round(together, by, channel)
    audit.record_many(
        by=by,
        act="receipt.enter",
        rows=[
            {
                "subject": remittance,
                "person_id": remittance.person_id,
                "region": remittance.region,
                "amount": remittance.amount,
                "allocated": remittance.amount - remittance.left,  # type: ignore[attr-defined]
                "reference": remittance.reference,
                "channel": channel,
            }
            for remittance in made
        ],
    )
    return made


def _rounds(payments: Sequence[Payment]) -> Iterator[list[Payment]]:
    left = list(payments)
    while left:
        now: dict[Key, Payment] = {}
        later = []
        for payment in left:
            if payment.key in now:
                later.append(payment)
            else:
                now[payment.key] = payment
        yield list(now.values())
        left = later


def _lock(payments: Sequence[Payment]) -> None:
    """Payments of one payer take turns; always in the same order, so that two files cannot block."""
    for model in (Employer, Person):
        numbers = {each.payer.pk for each in payments if isinstance(each.payer, model)}
        rows = model._default_manager.filter(pk__in=numbers).order_by("pk")
        list(rows.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))


def _round(payments: list[Payment], by: User | None, channel: str) -> list[Remittance]:
    """One payment of each payer."""
    remittances = Remittance.objects.bulk_create(
        [
            Remittance(
                employer_id=None if payment.key[0] else payment.payer.pk,
                person_id=payment.payer.pk if payment.key[0] else None,
                region=payment.payer.region,
                amount=payment.amount,
                branch=payment.branch,
                channel=channel,
                received_on=payment.received_on,
                reference=payment.reference,
            )
            for payment in payments
        ],
        batch_size=5000,
    )
    lines = [(order, *_line(of, order)) for order, of in _by_order(payments).items()]
    shares: dict[Key, dict[int, int]] = {}
    funds = _Funds()
    for _order, line, values, homes in lines:
        for fund in homes.values():
            funds.known[fund.pk] = fund
        if homes:
            for kind, payer, fund_id, amount in debts.fetch(_SHARES.format(line=line), values):
                shares.setdefault((kind, payer), {})[fund_id] = amount
    receipts = _receipts(payments, remittances, shares, funds)
    for _order, line, values, homes in lines:
        if homes:
            _allocate(line, values, [receipt.pk for receipt in receipts])
    _post(receipts, funds, by)
    return remittances


def _by_order(payments: Iterable[Payment]) -> dict[Order, list[Payment]]:
    """Payments by the legal order that holds where their payers are."""
    orders: dict[str, Order] = {}
    found: dict[Order, list[Payment]] = {}
    for payment in payments:
        region = payment.payer.region
        if region not in orders:
            orders[region] = spreading.order_of(region)
        found.setdefault(orders[region], []).append(payment)
    return found


def _line(payments: list[Payment], order: Order) -> tuple[str, list[Any], dict[int, Fund]]:
    """The debts of these payers in the legal order, each with its payer's money."""
    select, values = debts.of_payers([payment.payer for payment in payments])
    select = _MONEY.format(debts=select)
    values = [
        *values,
        [payment.key[0] for payment in payments],
        [payment.key[1] for payment in payments],
        [payment.branch or 0 for payment in payments],
        [payment.amount for payment in payments],
    ]
    homes, funds = spreading.homes_of(select, values)
    if not homes:
        return select, values, {}
    number = sqlexpr.column
    place = place_in_line(
        number("month", 0, 10**6), number("branch", 0, 99), number("kind", 0, 1), order
    )
    placed = sqlexpr.compile({"place": place}, select, carry=CARRIED)
    table = ", ".join(f"({b}, {c}, '{region}', {fund}::bigint)" for b, c, region, fund in homes)
    return _PLACED.format(placed=placed, table=table), values, funds


def _receipts(
    payments: list[Payment],
    remittances: list[Remittance],
    shares: dict[Key, dict[int, int]],
    funds: "_Funds",
) -> list[Receipt]:
    """A receipt in each fund that has a part; what no debt needs stays with the first, or at home."""
    rows = []
    for payment, remittance in zip(payments, remittances, strict=True):
        mine = shares.get(payment.key, {})
        parts = dict(sorted(mine.items(), key=lambda each: (funds.known[each[0]].branch, each[0])))
        left = payment.amount - sum(parts.values())
        remittance.left = left  # type: ignore[attr-defined]
        keeper = 0
        if left or not parts:
            keeper = next(iter(parts)) if parts and payment.branch is None else 0
            keeper = keeper or funds.home(payment).pk
            parts[keeper] = parts.get(keeper, 0) + left
        rows += [
            Receipt(
                remittance=remittance,
                employer_id=remittance.employer_id,
                person_id=remittance.person_id,
                branch=funds.known[fund_id].branch,
                region=remittance.region,
                fund_id=fund_id,
                amount=share,
                credit=left if fund_id == keeper else 0,
                received_on=remittance.received_on,
                reference=remittance.reference,
            )
            for fund_id, share in parts.items()
        ]
    return Receipt.objects.bulk_create(rows, batch_size=5000)


def _allocate(line: str, values: list[Any], receipts: list[int]) -> None:
    number = sqlexpr.column
    most = spreading.MOST
    amount = taken(
        number("open_before", 0, most), number("open_here", 0, most), number("money", 0, most)
    )
    share = to_account(
        number("account_share", 0, most),
        number("due", 1, most),
        number("paid_before", 0, most),
        amount,
    )
    items = sqlexpr.compile(
        {"amount": amount, "account_share": share},
        line,
        carry=(*spreading.KEY, "kind", "region", "fund_id", "payer_kind", "payer_id"),
        keep=amount > 0,
    )
    with connection.cursor() as cursor:
        cursor.execute(_ALLOCATE.format(items=items), [*values, receipts])


def _post(receipts: list[Receipt], funds: "_Funds", by: User | None) -> None:
    """One entry in the books for each fund and day; each receipt says which is its own."""
    now = spreading.today()
    together: dict[tuple[int, date], list[Receipt]] = {}
    for receipt in receipts:
        # The income account of a month that is over has been emptied: the books take it today.
        on = receipt.received_on
        on = on if month_of(on) == month_of(now) else now
        together.setdefault((receipt.fund_id, on), []).append(receipt)
    for (fund_id, on), of in together.items():
        numbers = [receipt.pk for receipt in of]
        source = f"enrollment.receipts:{numbers[0]}/{fund_id}/{on:%Y%m%d}"
        ledger.post_sql(
            funds.known[fund_id],
            "contribution_receipt",
            _POSTINGS,
            [
                *(accounts.INCOME_ACCOUNT, accounts.CONTRIBUTION_INCOME),
                *(accounts.CONTRIBUTIONS_ASSESSED, accounts.CONTRIBUTIONS_DUE, numbers),
                *(accounts.INCOME_ACCOUNT, accounts.OTHER_INCOME),
                *(accounts.SURCHARGE_ASSESSED, accounts.SURCHARGE_DUE, numbers),
                *(accounts.INCOME_ACCOUNT, accounts.SUSPENSE, numbers),
            ],
            source=source,
            on=on,
            by=by,
        )
        Receipt.objects.filter(pk__in=numbers).update(posted_as=source)


class _Funds:
    """Funds that were looked up, so that each is looked up once."""

    def __init__(self) -> None:
        self.known: dict[int, Fund] = {}
        self._homes: dict[tuple[str, int], Fund] = {}

    def home(self, payment: Payment) -> Fund:
        """The fund that keeps what nothing is owed for: that of the branch, or of old-age insurance."""
        branch = Branch.PENSION.value if payment.branch is None else payment.branch
        place = (payment.payer.region, branch)
        if place not in self._homes:
            self._homes[place] = pool_of([place[0]], branch, Scheme.EMPLOYEES)[place[0]]
        fund = self._homes[place]
        self.known[fund.pk] = fund
        return fund
