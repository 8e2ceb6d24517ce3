"""How every living person stands in old-age and in medical insurance on a day."""

from datetime import date

from enrollment.models import Category
from socsec.kernel.ranges import MOST as LAST_PERSON
from socsec.kernel.regions import span

from .common import Select

_SITUATIONS = """
    select p.id as person_id, p.region, b.branch,
           (extract(year from d.day) * 12 + extract(month from d.day)
            - extract(year from p.born_on) * 12 - extract(month from p.born_on)
            - case when extract(day from d.day) < extract(day from p.born_on) then 1 else 0 end
           )::bigint as age,
           (c.span is not null and (upper_inf(c.span) or upper(c.span) > d.day)) as insured,
           (c.span is not null) as ever,
           greatest(0, coalesce(
               extract(year from d.day) * 12 + extract(month from d.day)
               - extract(year from upper(c.span)) * 12 - extract(month from upper(c.span)), 0
           ))::bigint as months_out,
           coalesce(c.category = %s, false) as resident,
           exists (
               select from enrollment_employment e
               where e.person_id = p.id and e.span @> d.day
           ) as employed,
           coalesce(c.end_reason = 'retired' or c.category = %s, false) as retired,
           coalesce(l.kind in ('prison', 'emigration'), false) as away,
           upper(c.span) as since,
           coalesce(r.kind, 0) as area
    from enrollment_person p
    cross join (select %s::date as day) as d
    cross join (values (1), (2)) as b(branch)
    left join lateral (
        select span, category, end_reason from enrollment_coverage
        where person_id = p.id and branch = b.branch and not isempty(span)
        order by lower(span) desc limit 1
    ) as c on true
    left join lateral (
        select kind from enrollment_lifeevent v
        where v.person_id = p.id and v.kind in ('prison', 'emigration', 'release', 'return')
          and v.reverses_id is null
          and not exists (select from enrollment_lifeevent w where w.reverses_id = v.id)
        order by v.happened_on desc, v.id desc limit 1
    ) as l on true
    left join lateral (
        select kind from enrollment_registration
        where person_id = p.id and span @> d.day limit 1
    ) as r on true
    where p.id between %s and %s and p.region between %s and %s
      and p.died_on is null and p.born_on <= d.day
      and not exists (
          select from enrollment_personlink k where k.absorbed_id = p.id and k.state = 'active'
      )
"""


def situations(
    *, day: date, region: str, first_person: int = 0, last_person: int = LAST_PERSON
) -> Select:
    """How every living person of a region stands in old-age and in medical insurance on a day.

    Columns: person_id, region, and those of the rule `enrollment.gap`; since, the first day
    without cover after the latest; area, as `models.Area`.
    """
    low, high = span(region)
    people = [first_person, last_person, low, high]
    return _SITUATIONS, [int(Category.RESIDENT), int(Category.RETIREE), day, *people]
