"""The surcharge on late payment (滞纳金): counted for one payer at the desk, or for all in a run.

It is counted anew from the first day each time, and what was counted before is taken off; so it may
be counted as often as one likes, and money that was booked late corrects it by itself.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction

from enrollment.models import Employer, Person, SurchargeEntry
from enrollment.params import DueDate, SurchargeTerms
from enrollment.queries import debts, late
from enrollment.rules.collection import accrued
from enrollment.services.checks import lock
from enrollment.services.collection.spreading import MOST, homes_of, today
from funds.models import accounts
from funds.services import ledger
from socsec.kernel import sqlexpr
from socsec.kernel.months import first_day, month_of
from socsec.kernel.policy import Policy, PolicyError
from socsec.office.access import require
from socsec.office.errors import from_kernel
from socsec.office.models import PolicyEdition, User
from socsec.office.services import audit, policy

RATE = "enrollment.surcharge.rate"
KEY = ("person_id", "month", "branch", "employer_id", "part")
FOREVER = date(2400, 1, 1)

_INSERT = """
    insert into enrollment_surchargeentry
      (amount, weight, person_id, month, branch, employer_id, part, category, region, until, run_id,
       edition)
    select counted.*, %s, %s, %s from ({counted}) as counted
    on conflict do nothing
"""

_POSTINGS = """
    select person_id,
           row_number() over (partition by person_id order by month, branch, employer_id, part) as seq,
           region, case when amount > 0 then %s else %s end::smallint as debit,
           case when amount > 0 then %s else %s end::smallint as credit,
           abs(amount) as amount, month, 1 as heads
    from enrollment_surchargeentry
    where until = %s and run_id = %s and person_id between %s and %s
      and (branch, category, region) in ({homes}){more}
    order by person_id
"""


@transaction.atomic
def count_up(*, by: User | None, payer: Employer | Person, until: date | None = None) -> int:
    """Count the surcharge of one payer for all days before `until` (today). Gives what was added."""
    if by is not None:
        require(by, "surcharge.count", payer.region)
    payer = lock(payer)
    until = until or today()
    where, values = late.of_payer(payer)
    edition = policy.current_edition()
    before = f"""
        select -count(distinct c.run_id)::bigint from enrollment_surchargeentry c
        where c.until = %s and c.run_id <= 0 and {where}
    """  # noqa: S608 - the condition is ours
    ((act,),) = debts.fetch(before, [until, *values])  # 0, -1, -2: acts of one day
    if not insert(where, values, until=until, edition=edition, run_id=act):
        return 0
    own = isinstance(payer, Person)
    mine = [until, act, payer.pk if own else 0, payer.pk if own else 2**62]
    employer = [0 if own else payer.pk]
    post(
        mine,
        source=f"enrollment.surcharge:{'p' if own else 'e'}{payer.pk}/{until}/{-act}",
        more=" and employer_id = %s",
        values=employer,
        by=by,
    )
    counted = f"""
        select sum(c.amount)::bigint from enrollment_surchargeentry c
        where c.until = %s and c.run_id = %s and {where}
    """  # noqa: S608 - the condition is ours
    ((total,),) = debts.fetch(counted, [until, act, *values])
    audit.record(
        by=by,
        act="surcharge.count",
        subject=payer,
        person_id=payer.pk if own else None,
        region=payer.region,
        amount=total,
        until=until,
        edition=edition.number,
    )
    return int(total)


def insert(
    where: str, values: Sequence[Any], *, until: date, edition: PolicyEdition, run_id: int
) -> int:
    """Add what there is to add, in one statement; gives how many debts it was added to."""
    counted, params = rows(where, values, until=until, edition=edition)
    if not counted:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_INSERT.format(counted=counted), [until, run_id, edition.number, *params])
        return int(cursor.rowcount)


def rows(
    where: str, values: Sequence[Any], *, until: date, edition: PolicyEdition
) -> tuple[str, list[Any]]:
    """The SELECT behind `insert`, for previews; "" where nobody's debts bear a surcharge."""
    terms, rates = _law(where, values, until, policy.of(edition))
    if not terms:
        return "", []
    late_rows, params = late.weights(where, list(values), terms, rates, until)
    number = sqlexpr.column
    weight = number("weight", 0, 10**18)
    amount = accrued(weight, number("before", -MOST, MOST))
    counted = sqlexpr.compile(
        {"amount": amount, "weight": weight},
        late_rows,
        carry=(*KEY, "category", "region"),
        keep=amount != 0,
    )
    return counted, params


def post(
    stamp: list[Any],
    *,
    source: str,
    by: User | None,
    more: str = "",
    values: Sequence[Any] = (),
) -> list[bytes]:
    """Post what was added: `stamp` is until, run, first and last person. Gives the digests."""
    select = f"""
        select * from enrollment_surchargeentry
        where until = %s and run_id = %s and person_id between %s and %s{more}
    """  # noqa: S608 - the condition is ours
    homes, funds = homes_of(select, [*stamp, *values])
    digests = []
    for fund in funds.values():
        mine = [home for home in homes if home[3] == fund.pk]
        batch = ledger.post_sql(
            fund,
            "surcharge",
            _POSTINGS.format(
                homes=", ".join(f"({b}, {c}, '{region}')" for b, c, region, _fund in mine),
                more=more,
            ),
            [
                *(accounts.SURCHARGE_DUE, accounts.SURCHARGE_ASSESSED),
                *(accounts.SURCHARGE_ASSESSED, accounts.SURCHARGE_DUE),
                *stamp,
                *values,
            ],
            source=f"{source}/fund:{fund.pk}",
            by=by,
        )
        if batch is not None:
            digests.append(bytes(batch.digest))
    return digests


def due_on(region: str, month: int, law: Policy | None = None) -> date:
    """The last day on which a month is paid in time."""
    law = law or policy.of(policy.current_edition())
    try:
        terms = DueDate.at(law, region, month)
    except PolicyError as error:
        raise from_kernel(error) from error
    first = first_day(month + int(terms.due_after))
    last = first_day(month_of(first) + 1) - timedelta(days=1)
    return min(first + timedelta(days=int(terms.due_day) - 1), last)


def _law(
    where: str, values: Sequence[Any], until: date, law: Policy
) -> tuple[list[tuple[int, str, int, int]], list[tuple[str, date, date, int]]]:
    """The due dates and rates of the regions and categories concerned."""
    found = debts.fetch(
        f"select distinct c.category, c.region from enrollment_contribution c where {where}",  # noqa: S608
        values,
    )
    terms, rates = [], []
    try:
        for category, region in sorted(found):
            due = DueDate.at(law, region, until)
            if SurchargeTerms.at(law, region, until).bears.at(category):
                terms.append((category, region, int(due.due_day), int(due.due_after)))
        for region in sorted({region for _category, region, *_due in terms}):
            steps = law.series(RATE, region, until)
            ends = [step.start for step in steps[1:]] + [FOREVER]
            rates += [
                (region, step.start, end, step.value) for step, end in zip(steps, ends, strict=True)
            ]
    except PolicyError as error:
        raise from_kernel(error) from error
    return terms, rates


def entries_of(run_id: int) -> Any:
    return SurchargeEntry.objects.filter(run_id=run_id)
