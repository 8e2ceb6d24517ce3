"""Months of work: what is to be assessed, what is not declared, and what may be deemed instead."""

from collections.abc import Sequence

from funds.models import Branch
from socsec.kernel.policy import Policy
from socsec.kernel.regions import span

from .common import ALONE, STAFF, Select
from .covered import counted, covered

# Wages that were assessed before count first, so that a late second employer cannot lift the
# month above the ceiling; `missing` rows are those still to be assessed.
_CONTRIBUTIONS = """
    with covered as ({covered}),
    standing as (
        select distinct on (employer_id) employer_id, id, kind, risk_class, floating, fully_funded
        from enrollment_employerstanding where from_month <= %s
        order by employer_id, from_month desc, id desc
    ),
    declared as (
        select c.person_id, c.branch, w.employer_id, c.category, c.region,
               w.wage, w.deemed, d.person_id is null as missing,
               coalesce(sum(w.wage) over (
                   partition by c.person_id, c.branch order by d.person_id is null, w.employer_id
                   rows between unbounded preceding and 1 preceding
               ), 0)::bigint as wage_before
        from covered c
        join enrollment_wagedeclaration w on w.person_id = c.person_id and w.month = %s
        left join enrollment_contribution d
          on d.person_id = w.person_id and d.month = w.month and d.branch = c.branch
             and d.employer_id = w.employer_id and d.part = 0
             and d.person_id between {people}
        where c.category = any(%s) and w.person_id between {people}
          and exists (
              select from enrollment_employment e
              where e.person_id = w.person_id and e.employer_id = w.employer_id
                and e.apart = c.apart and e.span && c.days and e.person_id between {people}
          )
    )
    select d.branch, d.person_id, d.employer_id, d.category, d.region, d.wage, d.wage_before,
           d.deemed,
           coalesce(s.id, 0) as standing_id, coalesce(s.kind, 0) as kind,
           coalesce(s.risk_class, 0) as risk_class, coalesce(s.floating, 0) as floating,
           coalesce(s.fully_funded, false) as fully_funded
    from declared d left join standing s using (employer_id)
    where d.missing and (d.branch <> %s or s.id is not null)
    union all
    select c.branch, c.person_id, 0::bigint, c.category, c.region, chosen.base, 0::bigint, false,
           0::bigint, 0, 0, 0, false
    from covered c
    join (
        select distinct on (person_id) person_id, base
        from enrollment_basechoice
        where person_id between {people} and from_month <= %s
        order by person_id, from_month desc
    ) as chosen on chosen.person_id = c.person_id
    where c.category = %s
      and not exists (
          select from enrollment_contribution d
          where d.person_id = c.person_id and d.month = %s and d.branch = c.branch
            and d.employer_id = 0 and d.part = 0 and d.person_id between {people}
      )
"""


def contributions(
    *,
    law: Policy,
    month: int,
    branches: Sequence[int],
    region: str,
    first_person: int,
    last_person: int,
) -> Select:
    """Every month of work that is covered, declared, and not assessed yet, in each of the branches.

    Columns: branch, person_id, employer_id (0: the person pays), category, region, wage,
    wage_before, deemed, and the employer's standing_id, kind, risk_class, floating, fully_funded
    (0 or false where none is entered; in work injury insurance nothing is assessed without one).
    """
    cover, values = covered(law, month, branches, region, first_person, last_person)
    declared = [month, month, STAFF, Branch.INJURY.value]
    # Said of every table: a join alone does not tell PostgreSQL that a part of each is enough.
    people = f"{first_person:d} and {last_person:d}"
    text = _CONTRIBUTIONS.format(covered=cover, people=people)
    return text, [*values, *declared, month, ALONE, month]


_UNDECLARED = """
    with covered as ({covered})
    select c.person_id, c.region, e.employer_id, false as unrated
    from covered c
    join enrollment_employment e
      on e.person_id = c.person_id and e.apart = c.apart and e.span && c.days
         and c.category = any(%s)
    where not exists (
        select from enrollment_wagedeclaration w
        where w.person_id = c.person_id and w.employer_id = e.employer_id and w.month = %s
    )
    union all
    select c.person_id, c.region, 0::bigint, false
    from covered c
    where c.category = %s
      and not exists (
          select from enrollment_basechoice b
          where b.person_id = c.person_id and b.from_month <= %s
      )
"""

_UNRATED = """
    union all
    select c.person_id, c.region, w.employer_id, true
    from covered c
    join enrollment_wagedeclaration w on w.person_id = c.person_id and w.month = %s
    where c.category = any(%s)
      and exists (
          select from enrollment_employment e
          where e.person_id = w.person_id and e.employer_id = w.employer_id
            and e.apart = c.apart and e.span && c.days
      )
      and not exists (
          select from enrollment_employerstanding s
          where s.employer_id = w.employer_id and s.from_month <= %s
      )
"""


def undeclared(
    *, law: Policy, month: int, branch: int, region: str, first_person: int, last_person: int
) -> Select:
    """Covered people for whom nothing can be assessed, because no wage or base is known.

    Columns: person_id, region, employer_id (0: an own-account worker without a chosen base),
    unrated (a wage is there, but the employer has no work injury risk class).
    """
    cover, values = covered(law, month, [branch], region, first_person, last_person)
    statement = _UNDECLARED.format(covered=cover)
    values = [*values, STAFF, month, ALONE, month]
    if branch == Branch.INJURY:
        statement += _UNRATED
        values += [month, STAFF, month]
    return statement, values


# Last month's base, or the wage where it counted for less because of another employer. The floor of
# work injury insurance, in which each employer counts by itself, is no measure for the other branches.
_DEEMABLE = """
    select e.person_id, e.employer_id, e.region,
           coalesce(max(greatest(last.base, last.wage)) filter (where last.branch <> %s),
                    max(greatest(last.base, last.wage))) as base
    from (
        select distinct j.person_id, j.employer_id, r.region
        from enrollment_employment j
        join enrollment_employer r on r.id = j.employer_id
        where r.region between %s and %s and j.person_id between %s and %s
          and (%s = 0 or j.employer_id = %s) and j.span && {days}
    ) as e
    join (
        select person_id, employer_id, branch, sum(base)::bigint as base,
               sum(wage)::bigint as wage
        from (
            select person_id, employer_id, branch, base, wage
            from enrollment_contribution where month = %s and person_id between %s and %s
            union all
            select person_id, employer_id, branch, -base, -wage
            from enrollment_reduction where month = %s and person_id between %s and %s
        ) as parts
        group by person_id, employer_id, branch
    ) as last using (person_id, employer_id)
    where not exists (
        select from enrollment_wagedeclaration w
        where w.person_id = e.person_id and w.employer_id = e.employer_id and w.month = %s
    )
    group by e.person_id, e.employer_id, e.region
"""


def deemable(
    *,
    law: Policy,
    month: int,
    region: str,
    first_person: int,
    last_person: int,
    employer_id: int = 0,
) -> Select:
    """Staff for whom nothing is declared in a month, and the base of the month before.

    Columns: person_id, employer_id, region (the employer's), base. One employer, or all of a region.
    """
    low, high = span(region)
    days, first_and_last = counted(law, month)
    who = [first_person, last_person]
    before = month - 1
    return _DEEMABLE.format(days=days), [
        *(Branch.INJURY.value, low, high, *who, employer_id, employer_id, *first_and_last),
        *(before, *who, before, *who, month),
    ]
