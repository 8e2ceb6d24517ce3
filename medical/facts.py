"""What the rules of medical must know, as SELECTs for one id or all."""

from typing import Any

from enrollment.models import Category, Coverage, LegacyYear
from enrollment.queries import SAME_PERSON
from funds.models import Branch, Scheme
from medical.models import YearSums

COVERAGES = Coverage._meta.db_table
LEGACY = LegacyYear._meta.db_table
SUMS = YearSums._meta.db_table

# Who is insured on the first day of the year, where and in which scheme.
_INSURED = f"""
    select c.person_id, c.region,
           case when c.category = {Category.RESIDENT} then {Scheme.RESIDENTS}
                else {Scheme.EMPLOYEES} end::smallint as scheme
      from {COVERAGES} c
     where c.branch = {Branch.MEDICAL} and c.span @> make_date(%(year)s, 1, 1)
       and c.person_id between %(first)s and %(last)s and c.region = any(%(regions)s)
"""  # noqa: S608 - names and numbers of this module, as below

# Of each resident: how many years up to this one without a gap, in any medical insurance, and how
# many of them since the first that counts were a resident's without a claim. What was saved up so
# is gone with a year in which catastrophic insurance paid beyond the cap as it was without it.
_LOYAL = f"""
    with who as (select i.person_id, i.region from ({_INSURED}) i where i.scheme = {Scheme.RESIDENTS}),
    numbers (number, other) as (
        select person_id, person_id from who
         union all
        select s.number, s.other from {SAME_PERSON} s join who on who.person_id = s.number
    ),
    insured (person_id, year, resident) as (
        select n.number, y, c.category = {Category.RESIDENT}
          from numbers n
          join {COVERAGES} c on c.person_id = n.other and c.branch = {Branch.MEDICAL}
                            and not isempty(c.span)
          cross join generate_series(
              extract(year from lower(c.span))::int,
              least(extract(year from coalesce(upper(c.span) - 1, make_date(%(year)s, 1, 1)))::int,
                    %(year)s)) y
         union all
        select n.number, l.year, true
          from numbers n join {LEGACY} l on l.person_id = n.other and l.branch = {Branch.MEDICAL}
         where l.year <= %(year)s
    ),
    years as (
        select person_id, year, bool_or(resident) as resident,
               year + row_number() over (partition by person_id order by year desc) as place
          from insured group by person_id, year
    ),
    claimed as (
        select n.number as person_id, s.year, sum(s.fund_pay) as paid, sum(s.major_pay) as major
          from numbers n join {SUMS} s on s.person_id = n.other and s.scheme = {Scheme.RESIDENTS}
         where s.year < %(year)s group by n.number, s.year
    ),
    spent as (
        select c.person_id, max(c.year) as year
          from claimed c join who using (person_id) join ({{caps}}) p using (region)
         where p.ceiling > 0 and c.major > p.ceiling group by c.person_id
    )
    select w.person_id, w.region, count(y.year) as years, max(p.ceiling) as ceiling,
           count(y.year) filter (
               where y.resident and y.year < %(year)s and y.year >= p.since
                 and y.year > coalesce(s.year, 0) and coalesce(c.paid, 0) = 0) as zero_years
      from who w join ({{caps}}) p using (region)
      left join years y on y.person_id = w.person_id and y.place = %(year)s + 1
      left join claimed c on c.person_id = w.person_id and c.year = y.year
      left join spent s on s.person_id = w.person_id
     group by w.person_id, w.region
"""  # noqa: S608


def insured(year: int, regions: list[str], first: int, last: int) -> tuple[str, dict[str, Any]]:
    """Who is insured in these regions on the first day of a year: person_id, region, scheme."""
    return _INSURED, {"year": year, "regions": regions, "first": first, "last": last}


def loyal(
    year: int, caps: list[tuple[str, int, int]], first: int, last: int
) -> tuple[str, dict[str, Any]]:
    """The facts of the reward for continuous enrolment of every resident insured in some regions.

    `caps` has each region with its cap of catastrophic insurance and the first year whose being
    without a claim counts. Columns: person_id, region, years, zero_years, ceiling (fen).
    """
    table = ", ".join(f"('{region}', {cap}::bigint, {since})" for region, cap, since in caps)
    select = _LOYAL.format(caps=f"select * from (values {table}) as v (region, ceiling, since)")  # noqa: S608
    regions = [region for region, _cap, _since in caps]
    return select, {"year": year, "regions": regions, "first": first, "last": last}
