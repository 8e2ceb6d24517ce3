"""What people get and pay, side by side: means by scheme, region, sex and age, from whole tables."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from enrollment.models import Category, Contribution, Person
from funds.models import Branch, Scheme
from pensions.models import Award, Benefit
from socsec.kernel.arith import ONE
from socsec.kernel.months import first_day
from socsec.kernel.regions import span, stem

GROUPS = ("scheme", "region", "sex", "age")
# Ages by tens; a region by the digits of the level below the one asked for.
_GROUPED = """
    select case when grouping(scheme) = 0 then 'scheme' when grouping(region) = 0 then 'region'
                when grouping(sex) = 0 then 'sex' when grouping(age) = 0 then 'age' else '' end,
           coalesce(scheme::text, region, sex::text, age::text, ''), count(*), sum(amount)::bigint
      from ({rows}) r
     group by grouping sets ((), (scheme), (region), (sex), (age))
"""
_AGE = "(%s - (extract(year from p.born_on)::int * 12 + extract(month from p.born_on)::int - 1)) / 120 * 10"
_DUE = f"""
    select distinct on (b.person_id, b.award_id)
           a.scheme, rpad(left(a.region, %s), 6, '0') as region, p.sex, {_AGE} as age,
           b.basic + b.account + b.transitional + b.addition as amount
      from {Benefit._meta.db_table} b
      join {Award._meta.db_table} a on a.id = b.award_id
      join {Person._meta.db_table} p on p.id = b.person_id
     where b.from_month <= %s and a.branch = {Branch.PENSION.value}
       and (a.until_month is null or a.until_month >= %s)
       and (p.died_on is null or p.died_on >= %s) and a.region between %s and %s
     order by b.person_id, b.award_id, b.from_month desc, b.version desc
"""  # noqa: S608
_PAID = f"""
    select case when bool_or(c.category = {Category.AGENCY.value}) then {Scheme.AGENCIES.value}
                else {Scheme.EMPLOYEES.value} end as scheme,
           rpad(left(min(c.region), %s), 6, '0') as region, p.sex, {_AGE} as age,
           sum(c.base) as amount
      from {Contribution._meta.db_table} c join {Person._meta.db_table} p on p.id = c.person_id
     where c.month = %s and c.branch = {Branch.PENSION.value} and c.region between %s and %s
     group by c.person_id, p.sex, p.born_on
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Means:
    """A group in a month: heads, and sums a month in fen; `replacement` in millionths, None without a part."""

    key: str
    pensioners: int
    pensions: int
    contributors: int
    bases: int

    @property
    def pension(self) -> int | None:
        """The mean pension a month, in fen."""
        return self.pensions // self.pensioners if self.pensioners else None

    @property
    def base(self) -> int | None:
        """The mean contribution base a month, in fen."""
        return self.bases // self.contributors if self.contributors else None

    @property
    def replacement(self) -> int | None:
        """The mean pension as a part of the mean contribution base of the same group."""
        if not (self.pension and self.base):
            return None
        return self.pension * ONE // self.base


def means(region: str, month: int) -> dict[str, list[Means]]:
    """The means of a month within a region, by each of `GROUPS`, and under "" for all; two queries.

    Residents pay by the year, so that they have no contribution base of a month.
    """
    low, high = span(region)
    digits = min(len(stem(region)) + 2, len(region))
    due = _sums(_DUE, [digits, month, month, month, first_day(month), low, high])
    paid = _sums(_PAID, [digits, month, month, low, high])
    found: dict[str, list[Means]] = {name: [] for name in ("", *GROUPS)}
    for group, key in sorted({*due, *paid}):
        found[group].append(
            Means(key, *due.get((group, key), (0, 0)), *paid.get((group, key), (0, 0)))
        )
    return found


def over_time(region: str, months: list[int]) -> dict[int, dict[int, Means]]:
    """By month: the means of each scheme."""
    return {
        month: {int(each.key): each for each in means(region, month)["scheme"]} for month in months
    }


def _sums(rows: str, values: list[Any]) -> dict[tuple[str, str], tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_GROUPED.format(rows=rows), values)
        return {
            (group, key): (int(heads), int(amount or 0))
            for group, key, heads, amount in cursor.fetchall()
            if heads
        }
