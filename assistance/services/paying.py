"""Paying grants: what is owed in a month, written in statements over a range of payees.

Owed is what a month comes to by the version in force, beyond what was paid for it before: a new
grant's earlier months, a rise, and a month whose payee had no bank account are settled by the next
payroll. Goods and vouchers are recorded, not ordered.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from assistance.models import (
    AssistancePayroll,
    Form,
    Grant,
    GrantAmount,
    GrantPayment,
    GrantState,
    Programme,
    Rhythm,
)
from enrollment import queries as people
from enrollment.models import BankAccount, Person, Purpose
from funds.models import Fund, PaymentBatch, Public, Scheme
from funds.services import fund as fund_services
from funds.services import payments
from socsec.kernel import regions
from socsec.kernel.ranges import MOST
from socsec.office.errors import NotFound, Refused
from socsec.office.models import Run, User

KIND = "assistance_payroll"

GRANTS = Grant._meta.db_table
AMOUNTS = GrantAmount._meta.db_table
PAYMENTS = GrantPayment._meta.db_table
PROGRAMMES = Programme._meta.db_table
PEOPLE = Person._meta.db_table
BANKS = BankAccount._meta.db_table

# A row for each grant and month that is owed something. Nothing is owed to the dead for months
# after the death; a household's grant is paid to its payee.
DUE = f"""
    select g.id as grant_id, m.month, p.part, g.person_id, g.region, r.form,
           v.amount - p.paid as amount
      from {GRANTS} g
      join {PROGRAMMES} r on r.id = g.programme_id and r.rhythm <> '{Rhythm.NONE}'
      join {PEOPLE} h on h.id = g.person_id
     cross join lateral generate_series(
           g.from_month, least(%s::int, coalesce(g.until_month, %s::int))) as m (month)
     cross join lateral (
           select amount from {AMOUNTS} a
            where a.grant_id = g.id and a.from_month <= m.month
            order by a.from_month desc, a.version desc limit 1) v
     cross join lateral (
           select coalesce(max(y.part) + 1, 0)::smallint as part,
                  coalesce(sum(y.amount), 0)::bigint as paid
             from {PAYMENTS} y where y.grant_id = g.id and y.month = m.month) p
     where g.state <> {GrantState.SUSPENDED} and g.region between %s and %s
       and g.person_id between %s and %s
       and (h.died_on is null or h.died_on >= make_date(m.month / 12, m.month %% 12 + 1, 1))
       and v.amount > p.paid
"""  # noqa: S608

# Money needs an account on file; goods and vouchers do not.
PAYABLE = f"""
    (d.form <> '{Form.CASH}' or exists (
        select from {BANKS} k where k.person_id = d.person_id
           and k.purpose = '{Purpose.BENEFIT}' and k.closed_on is null))
"""


@dataclass(frozen=True)
class Part:
    """A part of a payroll: the payees of a region with numbers from `first` to `last`."""

    month: int
    region: str
    first: int = 0
    last: int = MOST

    def due(self) -> tuple[str, list[Any]]:
        """The SELECT of what is owed, with its parameters."""
        low, high = regions.span(self.region)
        return DUE, [self.month, self.month, low, high, self.first, self.last]


def fund_of(region: str) -> Fund:
    """The purse that pays. `Refused` where the county has none."""
    try:
        return fund_services.for_(Public.ASSISTANCE, Scheme.RESIDENTS, region)
    except NotFound as error:
        raise Refused(
            _("No purse of assistance pays in this region."),
            code="no_fund",
            fix=_("Draft a payroll for each county, and establish its purse first."),
        ) from error


def totals(part: Part) -> dict[str, list[int]]:
    """What would be paid, by region: [payees, fen]."""
    due, params = part.due()
    return _by_region(
        f"""select d.region, count(distinct d.person_id), sum(d.amount)::bigint
              from ({due}) d where {PAYABLE} group by d.region order by d.region""",  # noqa: S608
        params,
    )


def counted(part: Part) -> tuple[int, int]:
    """How many grant-months would be paid, and their sum in fen."""
    due, params = part.due()
    with connection.cursor() as cursor:
        cursor.execute(
            f"select count(*), coalesce(sum(d.amount), 0)::bigint from ({due}) d where {PAYABLE}",  # noqa: S608
            params,
        )
        count, total = cursor.fetchone()
    return int(count), int(total)


def held(part: Part) -> tuple[int, int]:
    """Payees without a bank account, and what they are owed, fen."""
    due, params = part.due()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select count(distinct d.person_id), coalesce(sum(d.amount), 0)::bigint
                  from ({due}) d where not {PAYABLE}""",  # noqa: S608
            params,
        )
        people, amount = cursor.fetchone()
    return int(people), int(amount)


def by_programme(part: Part) -> dict[str, int]:
    """What would be paid of each programme, fen."""
    due, params = part.due()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select r.slug, sum(d.amount)::bigint from ({due}) d
                  join {GRANTS} g on g.id = d.grant_id
                  join {PROGRAMMES} r on r.id = g.programme_id
                 where {PAYABLE} group by r.slug order by r.slug""",  # noqa: S608
            params,
        )
        return {slug: int(amount) for slug, amount in cursor.fetchall()}


def ranges(part: Part, size: int) -> list[tuple[int, int]]:
    """Ranges of payee numbers with about as many grants each."""
    low, high = regions.span(part.region)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select min(n), max(n) from (
                  select person_id as n,
                         (row_number() over (order by person_id) - 1) / %s as chunk
                    from {GRANTS} where region between %s and %s) g
                 group by chunk order by 1""",  # noqa: S608
            [size, low, high],
        )
        rows = cursor.fetchall()
    if not rows:
        return []
    starts = [row[0] for row in rows]
    ends = [start - 1 for start in starts[1:]] + [rows[-1][1]]
    return [(a, b) for a, b in zip(starts, ends, strict=True) if a <= b]


def pay(part: Part, run_id: int) -> tuple[int, int]:
    """Write what is owed and can be paid. Returns rows and fen.

    Sorted, so that all is worked out before the first row is written: what was paid before is looked
    up in the very table that grows.
    """
    due, params = part.due()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""with due as materialized (select d.* from ({due}) d where {PAYABLE}),
                made as (
                  insert into {PAYMENTS}
                    (grant_id, month, part, person_id, region, amount, form, run_id)
                  select d.grant_id, d.month, d.part, d.person_id, d.region, d.amount, d.form, %s
                    from due d
                   order by d.person_id, d.grant_id, d.month
                  returning amount)
                select count(*), coalesce(sum(amount), 0)::bigint from made""",  # noqa: S608
            [*params, run_id],
        )
        count, total = cursor.fetchone()
    return int(count), int(total)


def order(payroll: AssistancePayroll, run: Run) -> PaymentBatch | None:
    """Put the money of a payroll into an envelope, one order a payee. None where it is all goods."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select count(distinct person_id), coalesce(sum(amount), 0)::bigint
                  from {PAYMENTS} where run_id = %s and form = '{Form.CASH}'""",  # noqa: S608
            [run.pk],
        )
        count, total = cursor.fetchone()
    if not count:
        return None
    source = f"assistance.payroll:{run.pk}"
    envelope = payments.open_batch(
        payroll.fund,
        KIND,
        month=payroll.month,
        count=count,
        total=int(total),
        source=source,
        by=run.maker,
        region=payroll.region,
    )
    payments.add_orders_sql(
        envelope,
        f"""select p.person_id, 1 as seq, p.region, k.holder as payee, k.bank, k.account,
                   k.last_four, p.amount, %s::int as month, %s::text as source
              from (select person_id, min(region) as region, sum(amount)::bigint as amount
                      from {PAYMENTS} where run_id = %s and form = '{Form.CASH}'
                     group by person_id) p
              join {BANKS} k on k.person_id = p.person_id and k.purpose = '{Purpose.BENEFIT}'
                            and k.closed_on is null
             order by p.person_id""",  # noqa: S608
        [payroll.month, source, run.pk],
    )
    GrantPayment.objects.filter(run=run, form=Form.CASH).update(envelope=envelope)
    return envelope


def withdraw(part: Part, run: Run) -> None:
    """Take a part's payments back, before any money left: they are owed again."""
    GrantPayment.objects.filter(
        run=run, person_id__gte=part.first, person_id__lte=part.last
    ).delete()


def order_now(*, grant: Grant, amount: int, month: int, fund: Fund, by: User) -> PaymentBatch:
    """One order at once, in an envelope of its own, for a second person to release today."""
    bank = people.account_for(grant.person_id, Purpose.BENEFIT)
    if bank is None:
        raise Refused(
            _("No bank account is on file."),
            code="no_account",
            fix=_("Enter one, or give goods."),
        )
    source = f"assistance.grant:{grant.pk}/{month}"
    envelope = payments.open_batch(
        fund,
        "assistance_urgent",
        month=month,
        count=1,
        total=amount,
        source=source,
        by=by,
        region=grant.region,
    )
    payments.add_orders(
        envelope,
        [
            payments.Order(
                person_id=grant.person_id,
                seq=1,
                region=grant.region,
                payee=bank.holder,
                bank=bank.bank,
                account=bank.account,
                amount=amount,
                month=month,
                source=source,
            )
        ],
    )
    return envelope


def close_single(month: int, region: str) -> int:
    """Grants that pay once and are paid in full end. Returns how many."""
    low, high = regions.span(region)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""update {GRANTS} g set state = {GrantState.ENDED}
                  from {PROGRAMMES} r
                 where r.id = g.programme_id and r.rhythm = '{Rhythm.ONCE}'
                   and g.state = {GrantState.RUNNING} and g.until_month <= %s
                   and g.region between %s and %s
                   and (select coalesce(sum(y.amount), 0) from {PAYMENTS} y
                         where y.grant_id = g.id)
                     = (select a.amount from {AMOUNTS} a where a.grant_id = g.id
                         order by a.version desc limit 1)""",  # noqa: S608
            [month, low, high],
        )
        return cursor.rowcount


def _by_region(select: str, params: list[Any]) -> dict[str, list[int]]:
    with connection.cursor() as cursor:
        cursor.execute(select, params)
        return {region: [int(people), int(amount)] for region, people, amount in cursor.fetchall()}
