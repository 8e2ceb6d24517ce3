"""What the treasury only writes down of an occupational annuity: the door for the apps above.

Of agencies whose wages it pays wholly, the employer's part of a month is owed by nobody, and noted
(国办发〔2015〕18号第六条).
"""

from typing import Any

from django.db import connection

from enrollment.models import Contribution, EmployerStanding, ReceiptAllocation
from enrollment.params import AnnuityRate
from funds.models import Branch
from socsec.kernel.arith import ONE
from socsec.kernel.policy import Policy

CONTRIBUTIONS = Contribution._meta.db_table

# Months of which the person's own part came in; a month that nobody paid is not noted.
_NOTED = f"""
      from {CONTRIBUTIONS} c
      join {EmployerStanding._meta.db_table} s on s.id = c.standing_id and s.fully_funded
     cross join lateral (
           select max(extract(year from a.received_on) * 12
                      + extract(month from a.received_on) - 1)::int as received
             from {ReceiptAllocation._meta.db_table} a
            where a.person_id = c.person_id and a.month = c.month and a.branch = c.branch
              and a.employer_id = c.employer_id) r
     where c.branch = {Branch.ANNUITY} and r.received is not null
       and c.region between %s and %s
"""  # noqa: S608


def noted_months(low: str, high: str) -> list[tuple[str, int]]:
    """The (region, month) pairs in which something is written down."""
    with connection.cursor() as cursor:
        cursor.execute(f"select distinct c.region, c.month {_NOTED} order by 2, 1", [low, high])
        return [(region, month) for region, month in cursor.fetchall()]


def noted(policy: Policy, region: str, month: int) -> tuple[str, list[Any]]:
    """A SELECT of what is written down for one month in one region, and its parameters.

    Columns: person_id, region, month, part, received (the month in which the own part came in),
    amount (fen).
    """
    rate = int(AnnuityRate.at(policy, region, month).employer_rate)
    return (
        f"""select c.person_id, c.region, c.month, c.part, max(r.received) as received,
                   sum((c.base * %s + {ONE // 2}) / {ONE})::bigint as amount
            {_NOTED} and c.month = %s
            group by c.person_id, c.region, c.month, c.part""",
        [rate, region, region, month],
    )
