"""What the rules of enrollment must know, gathered as SQL: for one person or for all.

Each function gives a SELECT and its parameters. A clerk's single case asks for one person number,
a mass run for a range of them; the text is the same.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from enrollment.models import (
    EMPLOYED,
    Category,
    Coverage,
    ResidentEnrolment,
    Sex,
    Sponsored,
    Way,
)
from enrollment.params import CountedDays
from funds.models import Branch
from socsec.kernel.months import first_day
from socsec.kernel.policy import Policy
from socsec.kernel.ranges import MOST as LAST_PERSON
from socsec.kernel.regions import NATION, span

Select = tuple[str, list[Any]]

# For a run over many, in its transaction: the planner cannot know how many people are covered, and
# a nested loop chosen for a few is the wrong one for a million; and compiling the many small
# expressions of a rule takes longer than computing them.
FOR_MANY = "set local enable_nestloop = off; set local jit = off"
AS_USUAL = "set local enable_nestloop = on"  # for what follows, which may be about a few again

# Categories for which a month is owed: those of an employer's staff, and who pays alone.
STAFF = sorted(int(category) for category in EMPLOYED)
ALONE = int(Category.OWN_ACCOUNT)
PAYING = [*STAFF, ALONE]

# A month is owed once, by whoever is covered on one of its counted days: where a person changed
# over within the month, being an employee comes first, and between equals the earlier coverage.
# Work injury is owed by each employer apart, where it insures in nothing else.
_COVERED = """
    select person_id, branch, apart, category, region, days
    from (
        select distinct on (person_id, branch, apart)
               person_id, branch, apart, category, region, {days} as days
        from enrollment_coverage
        where branch = any(%s) and person_id between %s and %s and span && {days}
        order by person_id, branch, apart, category <> all(%s), category, lower(span)
    ) as first_covered
    where region between %s and %s
"""

# Where a region counts other days than the nation.
_DAYS_OF_REGION = """coalesce((
    select daterange(own.first, own.last)
    from unnest(%s::text[], %s::text[], %s::date[], %s::date[]) as own (low, high, first, last)
    where region between own.low and own.high
    order by own.high::int - own.low::int limit 1
), daterange(%s, %s))"""

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
    covered, values = _covered(law, month, branches, region, first_person, last_person)
    declared = [month, month, STAFF, Branch.INJURY.value]
    # Said of every table: a join alone does not tell PostgreSQL that a part of each is enough.
    people = f"{first_person:d} and {last_person:d}"
    text = _CONTRIBUTIONS.format(covered=covered, people=people)
    return text, [*values, *declared, month, ALONE, month]


def _covered(
    law: Policy,
    month: int,
    branches: Sequence[int],
    region: str,
    first_person: int,
    last_person: int,
) -> Select:
    """Who is covered on a counted day: person_id, branch, apart, category, region, days."""
    low, high = span(region)
    days, values = _counted(law, month)
    return _COVERED.format(days=days), [
        *values,
        *(list(branches), first_person, last_person),
        *values,
        *(STAFF, low, high),
    ]


def _counted(law: Policy, month: int) -> Select:
    """The days of a month that count, as a daterange of the row's region."""

    def days_in(place: str) -> list[date]:
        rule = CountedDays.at(law, place, month)
        first = first_day(month)
        until = min(first + timedelta(days=rule.counted_until), first_day(month + 1))
        return [first + timedelta(days=rule.counted_from - 1), until]

    own = sorted(
        {value.region for value in law.values() if value.code in CountedDays.codes().values()}
        - {NATION}
    )
    nation = days_in(NATION)
    if not own:
        return "daterange(%s, %s)", nation
    spans = [span(place) for place in own]
    days = [days_in(place) for place in own]
    return _DAYS_OF_REGION, [
        [low for low, _high in spans],
        [high for _low, high in spans],
        [first for first, _last in days],
        [last for _first, last in days],
        *nation,
    ]


_INSURED = """
    select person_id from enrollment_coverage
    where branch = any(%s) and region between %s and %s and span && daterange(%s, %s)
"""


def insured(*, month: int, branches: Sequence[int], region: str) -> Select:
    """Everybody covered that month, once for each of the branches: person_id."""
    low, high = span(region)
    return _INSURED, [list(branches), low, high, first_day(month), first_day(month + 1)]


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


def regions(*, month: int, branch: int, region: str, categories: Sequence[int] = ()) -> list[str]:
    """The regions in which anybody who pays is covered that month: those whose law a run must know.

    With `categories` only those count.
    """
    low, high = span(region)
    return sorted(
        Coverage.objects.filter(
            branch=branch,
            category__in=categories or PAYING,
            region__gte=low,
            region__lte=high,
            span__overlap=(first_day(month), first_day(month + 1)),
        )
        .order_by()
        .values_list("region", flat=True)
        .distinct()
    )


def places(*, month: int, branches: Sequence[int], region: str) -> dict[int, dict[int, list[str]]]:
    """The same for several branches at once: by branch and category, the regions with anybody."""
    low, high = span(region)
    found: dict[int, dict[int, list[str]]] = {branch: {} for branch in branches}
    for branch, category, place in (
        Coverage.objects.filter(
            branch__in=branches,
            category__in=PAYING,
            region__gte=low,
            region__lte=high,
            span__overlap=(first_day(month), first_day(month + 1)),
        )
        .order_by("branch", "category", "region")
        .values_list("branch", "category", "region")
        .distinct()
    ):
        found[branch].setdefault(category, []).append(place)
    return found


def undeclared(
    *, law: Policy, month: int, branch: int, region: str, first_person: int, last_person: int
) -> Select:
    """Covered people for whom nothing can be assessed, because no wage or base is known.

    Columns: person_id, region, employer_id (0: an own-account worker without a chosen base),
    unrated (a wage is there, but the employer has no work injury risk class).
    """
    covered, values = _covered(law, month, [branch], region, first_person, last_person)
    statement = _UNDECLARED.format(covered=covered)
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
    days, counted = _counted(law, month)
    who = [first_person, last_person]
    before = month - 1
    return _DEEMABLE.format(days=days), [
        *(Branch.INJURY.value, low, high, *who, employer_id, employer_id, *counted),
        *(before, *who, before, *who, month),
    ]


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


# Who is to be assessed for a year as a resident: those who enrolled, and those who were enrolled and
# paid for the year before and are neither dead, nor insured as workers, nor too old by now.
_CARRIED = """
    select e.person_id, e.region, e.tier, 0::bigint as collective, e.student,
           false as make_up, 0::smallint as repaid_years
    from enrollment_residentenrolment e
    join enrollment_person p on p.id = e.person_id and p.died_on is null and p.born_on > %s
    where e.branch = %s and e.year = %s and e.person_id between %s and %s
      and e.region between %s and %s
      and e.cancelled_on is null and e.cover_from is not null
      and not exists (
          select from enrollment_residentenrolment n
          where n.person_id = e.person_id and n.branch = e.branch and n.year = %s
      )
      and not exists (
          select from enrollment_coverage c
          where c.person_id = e.person_id and c.branch = e.branch and c.category <> %s
            and c.span && daterange(%s, null)
      )
"""

_ENROLMENT = """
    select e.person_id, e.region, e.tier, e.collective, e.student, e.way = %s as make_up,
           e.repaid_years
    from enrollment_residentenrolment e
    where e.branch = %s and e.year = %s and e.person_id between %s and %s
"""

_ENROLLED = f"""
    {_ENROLMENT}
      and e.region between %s and %s and e.cancelled_on is null
      and not exists (
          select from enrollment_residentdue d
          where d.person_id = e.person_id and d.branch = e.branch and d.year = e.year
      )
"""

_IN_NEED = ", ".join(
    f"""coalesce(bool_or(m."group" = {group.value}), false) as {group.name.lower()}"""
    for group in Sponsored
)
_FLAGS = ", ".join(f"coalesce(g.{g.name.lower()}, false) as {g.name.lower()}" for g in Sponsored)

_RESIDENTS = f"""
    select y.person_id, y.region, y.tier, y.collective, y.student, y.make_up, y.repaid_years,
           p.sex = %s as man,
           greatest(0, %s - (extract(year from p.born_on) * %s
                             + extract(month from p.born_on) - 1))::bigint as age,
           {_FLAGS}
    from ({{whom}}) as y
    join enrollment_person p on p.id = y.person_id and p.id between %s and %s
    left join (
        select m.person_id, {_IN_NEED}
        from enrollment_sponsormembership m
        where m.person_id between %s and %s and m.span @> %s::date group by m.person_id
    ) as g on g.person_id = y.person_id
"""  # noqa: S608 - put together from text of this module


def carried_residents(
    *, branch: int, year: int, region: str, first_person: int, last_person: int, born_after: date
) -> Select:
    """Residents of the year before who go on. Columns: person_id, region, tier, student and more."""
    low, high = span(region)
    begins = first_day(year * 12)
    return _CARRIED, [
        *(born_after, branch, year - 1, first_person, last_person, low, high, year),
        *(int(Category.RESIDENT), begins),
    ]


def residents(
    *,
    branch: int,
    year: int,
    region: str,
    first_person: int,
    last_person: int,
    on: date,
    born_after: date | None = None,
) -> Select:
    """Every resident whose year is to be assessed, in the groups that they belong to on a day.

    With `born_after` those who go on from the year before belong to it. Columns: person_id,
    region, tier, collective, student, make_up, repaid_years, man, age (in months, on the first of
    January) and one for each group.
    """
    low, high = span(region)
    enrolled = [int(Way.MAKE_UP), branch, year, first_person, last_person, low, high]
    whom = _ENROLLED
    if born_after is not None:
        more, values = carried_residents(
            branch=branch,
            year=year,
            region=region,
            first_person=first_person,
            last_person=last_person,
            born_after=born_after,
        )
        whom, enrolled = f"{whom} union all {more}", [*enrolled, *values]
    text = _RESIDENTS.format(whom=whom)
    who = [first_person, last_person]
    return text, [int(Sex.MALE), year * 12, 12, *enrolled, *who, *who, on]


def resident(*, person_id: int, branch: int, year: int, on: date) -> Select:
    """The same columns for one person's enrolment, whether it was assessed before or not."""
    who = [person_id, person_id]
    whom = [int(Way.MAKE_UP), branch, year, *who]
    text = _RESIDENTS.format(whom=_ENROLMENT)
    return text, [int(Sex.MALE), year * 12, 12, *whom, *who, *who, on]


def resident_regions(*, branch: int, year: int, region: str) -> list[str]:
    """The regions in which anybody is enrolled for the year, or was for the year before."""
    low, high = span(region)
    return sorted(
        ResidentEnrolment.objects.filter(
            branch=branch, year__in=[year - 1, year], region__gte=low, region__lte=high
        )
        .order_by()
        .values_list("region", flat=True)
        .distinct()
    )


_ENROLLED_ONCE = """
    select person_id from enrollment_residentenrolment
    where branch = %s and year in (%s, %s) and region between %s and %s
"""


def enrolled(*, branch: int, year: int, region: str) -> Select:
    """Everybody enrolled for the year or for the year before, once for each: person_id."""
    low, high = span(region)
    return _ENROLLED_ONCE, [branch, year - 1, year, low, high]
