"""What the rules of enrollment must know, gathered as SQL: for one person or for all.

Each function gives a SELECT and its parameters. A clerk's single case asks for one person number,
a mass run for a range of them; the text is the same.
"""

from typing import Any

from enrollment.models import Category, Coverage
from socsec.kernel.months import first_day
from socsec.kernel.regions import span

Select = tuple[str, list[Any]]

# For a run over many, in its transaction: the planner cannot know how many people are covered, and
# a nested loop chosen for a few is the wrong one for a million; and compiling the many small
# expressions of a rule takes longer than computing them.
FOR_MANY = "set local enable_nestloop = off; set local jit = off"

# A month is owed once, whatever days of it are covered: where a person changed over within the
# month, being an employee comes first, and between equals the earlier coverage.
_COVERED = """
    select person_id, category, region
    from (
        select distinct on (person_id) person_id, category, region
        from enrollment_coverage
        where branch = %s and person_id between %s and %s and span && daterange(%s, %s)
        order by person_id, category, lower(span)
    ) as first_covered
    where region between %s and %s
"""

# Wages that were assessed before count first, so that a late second employer cannot lift the
# month above the ceiling; `missing` rows are those still to be assessed.
_CONTRIBUTIONS = f"""
    with covered as ({_COVERED}),
    declared as (
        select c.person_id, w.employer_id, c.category, c.region,
               coalesce(d.wage, w.wage) as wage, d.person_id is null as missing,
               coalesce(sum(coalesce(d.wage, w.wage)) over (
                   partition by c.person_id order by d.person_id is null, w.employer_id
                   rows between unbounded preceding and 1 preceding
               ), 0)::bigint as wage_before
        from covered c
        join enrollment_wagedeclaration w on w.person_id = c.person_id and w.month = %s
        left join enrollment_contribution d
          on d.person_id = w.person_id and d.month = w.month and d.branch = %s
             and d.employer_id = w.employer_id and d.part = 0
        where c.category = %s
          and exists (
              select from enrollment_employment e
              where e.person_id = w.person_id and e.employer_id = w.employer_id
                and e.span && daterange(%s, %s)
          )
    )
    select person_id, employer_id, category, region, wage, wage_before
    from declared where missing
    union all
    select c.person_id, 0::bigint, c.category, c.region, chosen.base, 0::bigint
    from covered c
    join (
        select distinct on (person_id) person_id, base
        from enrollment_basechoice
        where person_id between %s and %s and from_month <= %s
        order by person_id, from_month desc
    ) as chosen on chosen.person_id = c.person_id
    where c.category = %s
      and not exists (
          select from enrollment_contribution d
          where d.person_id = c.person_id and d.month = %s and d.branch = %s
            and d.employer_id = 0 and d.part = 0
      )
"""  # noqa: S608 - put together from text of this module


def contributions(
    *, month: int, branch: int, region: str, first_person: int, last_person: int
) -> Select:
    """Every month of work that is covered, declared, and not assessed yet.

    Columns: person_id, employer_id (0: the person pays), category, region, wage, wage_before.
    """
    low, high = span(region)
    days = [first_day(month), first_day(month + 1)]
    covered = [branch, first_person, last_person, *days, low, high]
    declared = [month, branch, int(Category.EMPLOYEE), *days]
    own = [first_person, last_person, month, int(Category.OWN_ACCOUNT), month, branch]
    return _CONTRIBUTIONS, [*covered, *declared, *own]


_RANGES = """
    select min(person_id), max(person_id)
    from (
        select person_id, (row_number() over (order by person_id) - 1) / %s as place
        from (
            select distinct person_id from enrollment_coverage
            where branch = %s and region between %s and %s and span && daterange(%s, %s)
        ) as covered
    ) as numbered
    group by place order by place
"""


def ranges(*, month: int, branch: int, region: str, size: int) -> Select:
    """The first and last person number of each part, when those covered are cut into equal parts."""
    low, high = span(region)
    return _RANGES, [size, branch, low, high, first_day(month), first_day(month + 1)]


_UNDECLARED = f"""
    with covered as ({_COVERED})
    select c.person_id, c.region, e.employer_id
    from covered c
    join enrollment_employment e
      on e.person_id = c.person_id and e.span && daterange(%s, %s) and c.category = %s
    where not exists (
        select from enrollment_wagedeclaration w
        where w.person_id = c.person_id and w.employer_id = e.employer_id and w.month = %s
    )
    union all
    select c.person_id, c.region, 0::bigint
    from covered c
    where c.category = %s
      and not exists (
          select from enrollment_basechoice b
          where b.person_id = c.person_id and b.from_month <= %s
      )
"""  # noqa: S608 - put together from text of this module


def regions(*, month: int, branch: int, region: str) -> list[str]:
    """The regions in which anybody is covered that month: those whose law a run must know."""
    low, high = span(region)
    return sorted(
        Coverage.objects.filter(
            branch=branch,
            region__gte=low,
            region__lte=high,
            span__overlap=(first_day(month), first_day(month + 1)),
        )
        .order_by()
        .values_list("region", flat=True)
        .distinct()
    )


def undeclared(
    *, month: int, branch: int, region: str, first_person: int, last_person: int
) -> Select:
    """Covered people for whom nothing can be assessed, because no wage or base is known.

    Columns: person_id, region, employer_id (0: an own-account worker without a chosen base).
    """
    low, high = span(region)
    days = [first_day(month), first_day(month + 1)]
    covered = [branch, first_person, last_person, *days, low, high]
    employees = [*days, int(Category.EMPLOYEE), month]
    return _UNDECLARED, [*covered, *employees, int(Category.OWN_ACCOUNT), month]


_OPEN_MONTHS = """
    select c.person_id, c.month, c.branch, c.employer_id, c.part, c.region, c.account_share,
           c.employer_share + c.person_share as due, p.paid as paid_before,
           c.employer_share + c.person_share - p.paid as open_here,
           coalesce(sum(c.employer_share + c.person_share - p.paid) over (
               order by c.month, c.person_id, c.part
               rows between unbounded preceding and 1 preceding
           ), 0)::bigint as open_before
    from enrollment_contribution c
    cross join lateral (
        select coalesce(sum(a.amount), 0)::bigint as paid
        from enrollment_receiptallocation a
        where a.person_id = c.person_id and a.month = c.month and a.branch = c.branch
          and a.employer_id = c.employer_id and a.part = c.part
    ) as p
    where c.branch = %s and c.region between %s and %s and {payer}
      and c.employer_share + c.person_share > p.paid
"""


def open_months(
    *, branch: int, region: str, employer_id: int = 0, person_id: int | None = None
) -> Select:
    """What an employer, or a person who pays alone, still owes: oldest month first.

    Columns: the key of the contribution, region, account_share, due, paid_before, open_here (of
    this month) and open_before (of all older ones together).
    """
    low, high = span(region)
    if person_id is not None:
        payer, number = "c.person_id = %s and c.employer_id = 0", person_id
    else:
        payer, number = "c.employer_id = %s", employer_id
    # The partial index on employers wants to be told that 0 is not asked for.
    guard = "" if person_id is not None else " and c.employer_id > 0"
    return _OPEN_MONTHS.format(payer=payer + guard), [branch, low, high, number]
