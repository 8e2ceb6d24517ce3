"""Residents whose year is to be assessed: who enrolled, who goes on, and in which groups they are."""

from datetime import date

from enrollment.models import Category, ResidentEnrolment, Sex, Sponsored, Way
from socsec.kernel.months import first_day
from socsec.kernel.regions import span

from .common import Select

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
