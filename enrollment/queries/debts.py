"""What is owed, one row for each contribution or surcharge that is still open. The one home of it.

A debt is a contribution less what was reduced, paid and written off; a surcharge less what was
paid and waived. `DEBTS` is the SELECT that everything else reads: what a payer must pay, in which
order money is taken, demand notes, ageing, checks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone

from enrollment.models import DeferredMonth, Employer, Person
from enrollment.queries import firms
from socsec.kernel.months import LAST_MONTH
from socsec.kernel.regions import span

Select = tuple[str, list[Any]]
Payer = Employer | Person

KEY = "person_id, month, branch, employer_id, part"


def _sum(table: str, of: str, more: str = "") -> str:
    """The sum of a column over the rows of a table that stand beside contribution `c`."""
    return f"""(
        select coalesce(sum(x.{of}), 0)::bigint from {table} x
        where x.person_id = c.person_id and x.month = c.month and x.branch = c.branch
          and x.employer_id = c.employer_id and x.part = c.part{more}
    )"""  # noqa: S608 - put together from text of this module


_REDUCED = _sum("enrollment_reduction", "employer_share + x.person_share")
_REDUCED_SHARE = _sum("enrollment_reduction", "account_share")
_PAID = _sum("enrollment_receiptallocation", "amount")
_WRITTEN_OFF = _sum("enrollment_waiverline", "amount", " and not x.surcharge")
_ADDED = _sum("enrollment_surchargeentry", "amount")
_SURCHARGE_PAID = _sum("enrollment_surchargeallocation", "amount")
_WAIVED = _sum("enrollment_waiverline", "amount", " and x.surcharge")

# kind 0 is the contribution, 1 the surcharge on it. `account_share` is the individual account's
# part of the contribution, `due` what is owed without what was paid.
_DEBTS = f"""
    select 0 as kind, c.person_id, c.month, c.branch, c.employer_id, c.part, c.category, c.region,
           c.account_share - {_REDUCED_SHARE} as account_share,
           m.due, m.paid as paid_before, m.due - m.paid - m.written_off as open_here
    from enrollment_contribution c
    cross join lateral (
        select c.employer_share + c.person_share - {_REDUCED} as due, {_PAID} as paid,
               {_WRITTEN_OFF} as written_off
    ) as m
    where {{where}} and m.due - m.paid - m.written_off > 0
    union all
    select 1, c.person_id, c.month, c.branch, c.employer_id, c.part, c.category, c.region,
           0::bigint, m.due, m.paid, m.due - m.paid - m.waived
    from (
        select distinct on (c.person_id, c.month, c.branch, c.employer_id, c.part) c.*
        from enrollment_surchargeentry c where {{where}}
    ) as c
    cross join lateral (
        select {_ADDED} as due, {_SURCHARGE_PAID} as paid, {_WAIVED} as waived
    ) as m
    where m.due - m.paid - m.waived > 0
"""  # noqa: S608 - put together from text of this module


def of_payer(payer: Payer) -> Select:
    """Everything open of an employer, or of a person who pays alone."""
    # The partial index on employers wants to be told that 0 is not asked for.
    if isinstance(payer, Person):
        mine = "c.person_id = %s and c.employer_id = 0"
        return _DEBTS.format(where=mine), [payer.pk, payer.pk]
    # Whom it took over, it owes for as well; nothing once another took it over.
    employers = firms.owes_for(payer.pk)
    mine = "c.employer_id = any(%s) and c.employer_id > 0"
    return _DEBTS.format(where=mine), [employers, employers]


# What a policy lets an employer put off is no arrears, and not demanded, until its later due date.
_PUT_OFF = """exists (
    select from enrollment_deferredmonth m
    where m.employer_id = {of}.employer_id and m.branch = {of}.branch and m.month = {of}.month
      and m.due_on >= %s
)"""

_OWN = (
    "d.kind, d.person_id, d.month, d.branch, d.employer_id, d.part, d.category, d.region,"
    " d.account_share, d.due, d.paid_before, d.open_here"
)
_OF_MANY = f"""
    select {_OWN}, 1 as payer_kind, d.person_id as payer_id
    from ({_DEBTS.format(where="c.person_id = any(%s) and c.employer_id = 0")}) as d
    union all
    select {_OWN}, 0, o.payer_id
    from ({_DEBTS.format(where="c.employer_id = any(%s) and c.employer_id > 0")}) as d
    join unnest(%s::bigint[], %s::bigint[]) as o (employer_id, payer_id)
      on o.employer_id = d.employer_id
"""  # noqa: S608 - put together from text of this module


def of_payers(payers: Sequence[Payer]) -> Select:
    """Everything open of many, each row with payer_kind (0 an employer, 1 a person) and payer_id."""
    people = [payer.pk for payer in payers if isinstance(payer, Person)]
    owed_by = firms.owed_by(payer.pk for payer in payers if isinstance(payer, Employer))
    whose = sorted(owed_by)
    return _OF_MANY, [
        *(people, people, whose, whose, whose),
        [owed_by[each] for each in whose],
    ]


def owed_by_each(payers: Sequence[Payer]) -> dict[tuple[int, int], int]:
    """What each of many owes now, in fen, by (0, employer) or (1, person): without what is put off."""
    debts, values = of_payers(payers)
    rows = fetch(
        f"""
        select payer_kind, payer_id, sum(open_here)::bigint
        from ({debts}) as d where not {_PUT_OFF.format(of="d")} group by 1, 2
        """,  # noqa: S608
        [*values, timezone.localdate()],
    )
    return {(kind, payer): amount for kind, payer, amount in rows}


def owed_up_to(payers: Sequence[tuple[Payer, int]]) -> dict[Payer, int]:
    """What each of many owes for months up to one of its own, in fen, what is put off included."""
    debts, values = of_payers([payer for payer, _month in payers])
    kinds = [int(isinstance(payer, Person)) for payer, _month in payers]
    rows = fetch(
        f"""
        select d.payer_kind, d.payer_id, sum(d.open_here)::bigint
        from ({debts}) as d
        join unnest(%s::int[], %s::bigint[], %s::int[]) as u (kind, id, last)
          on u.kind = d.payer_kind and u.id = d.payer_id and d.month <= u.last
        group by 1, 2
        """,  # noqa: S608
        [*values, kinds, [payer.pk for payer, _month in payers], [month for _p, month in payers]],
    )
    open_now = {(kind, payer): amount for kind, payer, amount in rows}
    return {
        payer: open_now.get((int(isinstance(payer, Person)), payer.pk), 0)
        for payer, _month in payers
    }


def owing(payers: Sequence[Payer]) -> set[Payer]:
    """Those of many who owe anything at all, what is put off included: one question for all."""
    debts, values = of_payers(payers)
    found = set(
        fetch(
            f"select distinct payer_kind, payer_id from ({debts}) as d",  # noqa: S608
            values,
        )
    )
    return {each for each in payers if (int(isinstance(each, Person)), each.pk) in found}


def of_region(region: str, up_to_month: int) -> Select:
    """Everything open of a region, for months up to one, without what is put off."""
    low, high = span(region)
    values = [low, high, up_to_month, timezone.localdate()]
    where = f"c.region between %s and %s and c.month <= %s and not {_PUT_OFF.format(of='c')}"
    return _DEBTS.format(where=where), [*values, *values]


def put_off(employer_id: int) -> dict[tuple[int, int], date]:
    """The branches and months that an employer may still pay later, with their due dates."""
    rows = DeferredMonth.objects.filter(
        employer_id=employer_id, due_on__gte=timezone.localdate()
    ).values_list("branch", "month", "due_on")
    return {(branch, month): due_on for branch, month, due_on in rows}


@dataclass(frozen=True, slots=True)
class Debt:
    """What a payer owes for one branch and month, in fen; `heads` people of it."""

    branch: int
    month: int
    heads: int
    contributions: int
    surcharge: int
    due: int
    paid: int

    @property
    def open(self) -> int:
        return self.contributions + self.surcharge


_BY_MONTH = """
    select branch, month, count(distinct person_id),
           coalesce(sum(open_here) filter (where kind = 0), 0)::bigint,
           coalesce(sum(open_here) filter (where kind = 1), 0)::bigint,
           coalesce(sum(due) filter (where kind = 0), 0)::bigint,
           coalesce(sum(paid_before) filter (where kind = 0), 0)::bigint
    from ({debts}) as debts where month <= %s
    group by branch, month order by month, branch
"""


def owed(payer: Payer, up_to_month: int | None = None) -> list[Debt]:
    """What a payer owes, by month and branch, the oldest first."""
    debts, values = of_payer(payer)
    last = LAST_MONTH if up_to_month is None else up_to_month
    return [Debt(*row) for row in fetch(_BY_MONTH.format(debts=debts), [*values, last])]


def owed_in_all(payer: Payer) -> int:
    """The sum of it, in fen."""
    return sum(debt.open for debt in owed(payer))


def fetch(select: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(select, values)
        return cursor.fetchall()
