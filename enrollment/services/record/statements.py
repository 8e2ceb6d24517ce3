"""The yearly statement (社会保险法第七十四条): everybody's record of a year, stated once and kept.

A run writes a row a person with one statement. What the apps above know besides, such as the
balance of an individual account, they register as a part.
"""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from enrollment.models import PriorKind, PriorState, YearlyStatement
from socsec.kernel import ids
from socsec.kernel.months import first_day, month
from socsec.kernel.regions import span
from socsec.office import certificates, people
from socsec.office.certificates import Issued
from socsec.office.services.certificates import office_names, office_of

KIND, PREFIX = "yearly_statement", "QY"
SECRET = "enrollment.yearly_statement"  # noqa: S105 - names a purpose

# A SELECT of person_id and a jsonb of what is stated, for a range of people up to a last month.
Part = Callable[[int, int, int, int], tuple[str, list[Any]]]
_parts: dict[str, Part] = {}


def register_part(name: str, select: Part) -> None:
    """Called from the ready() of an app above: `select(first_person, last_person, first, last)`
    gives a SELECT of person_id and a jsonb, which the statement carries under `name`."""
    _parts[name] = select


# States of a month: the words of queries.record.MonthStatus.
_MONTHS = """
    select c.person_id, c.branch, c.month,
           case when coalesce(a.paid, 0) >= c.due then 'paid'
                when a.paid > 0 then 'part' else 'due' end as status,
           c.base, c.employer_share, c.person_share, coalesce(a.paid, 0) as paid,
           coalesce(a.account_share, 0) as account_share, c.region
    from (
        select person_id, branch, month, sum(base)::bigint as base,
               sum(employer_share)::bigint as employer_share,
               sum(person_share)::bigint as person_share,
               sum(employer_share + person_share)::bigint as due, max(region) as region
        from (
            select person_id, branch, month, base, employer_share, person_share, region
            from enrollment_contribution
            where person_id between %s and %s and month <= %s
            union all
            select person_id, branch, month, -base, -employer_share, -person_share, ''
            from enrollment_reduction
            where person_id between %s and %s and month <= %s
        ) as parts
        group by person_id, branch, month
    ) as c
    left join (
        select person_id, branch, month, sum(amount)::bigint as paid,
               sum(account_share)::bigint as account_share
        from enrollment_receiptallocation
        where person_id between %s and %s and month <= %s
        group by person_id, branch, month
    ) as a using (person_id, branch, month)
    union all
    select m.person_id, m.branch, m.month, 'carried', m.base, 0, 0, 0, 0, s.region
    from enrollment_priormonth m
    join enrollment_priorservice s on s.id = m.prior_id and s.state = %s
    where m.person_id between %s and %s and m.month <= %s
      and not exists (
          select from enrollment_contribution c
          where c.person_id = m.person_id and c.month = m.month and c.branch = m.branch
      )
    union all
    select s.person_id, s.branch, d.month, 'deemed', 0, 0, 0, 0, 0, s.region
    from enrollment_priorservice s
    cross join lateral generate_series(s.first_month, least(s.last_month, %s)) as d (month)
    where s.person_id between %s and %s and s.state = %s and s.kind = %s
      and not exists (
          select from enrollment_contribution c
          where c.person_id = s.person_id and c.month = d.month and c.branch = s.branch
      )
"""

_ROWS = """
    with months as materialized ({months}),
    branches as (
        select person_id, branch,
               count(*) filter (where status in ('paid', 'carried')) as months_paid,
               count(*) filter (where status = 'deemed') as months_deemed,
               coalesce(
                   jsonb_agg(
                       jsonb_build_array(
                           month, status, base, employer_share, person_share, paid,
                           account_share, region
                       ) order by month
                   ) filter (where month >= %s),
                   '[]'::jsonb
               ) as rows
        from months
        group by person_id, branch
    ),
    people as (
        select person_id,
               jsonb_agg(
                   jsonb_build_object(
                       'branch', branch, 'months_paid', months_paid,
                       'months_deemed', months_deemed, 'rows', rows
                   ) order by branch
               ) as branches
        from branches
        group by person_id
    ),
    places as (
        select d.person_id,
               jsonb_object_agg(
                   r.code, jsonb_build_object('zh', r.name_zh, 'en', r.name_en)
               ) as places
        from (
            select distinct person_id, region from months where month >= %s
            union
            select person_id, region from enrollment_residentenrolment
            where year = %s and person_id between %s and %s
        ) as d
        join office_region r on r.code = d.region
        group by d.person_id
    ),
    residents as (
        select e.person_id,
               jsonb_agg(
                   jsonb_build_array(e.branch, e.region, e.tier, coalesce(m.paid, 0))
                   order by e.branch
               ) as years
        from enrollment_residentenrolment e
        left join (
            select person_id, branch, sum(amount)::bigint as paid
            from enrollment_residentpayment
            where year = %s and person_id between %s and %s
            group by person_id, branch
        ) as m using (person_id, branch)
        where e.year = %s and e.person_id between %s and %s and e.cancelled_on is null
        group by e.person_id
    ),
    stated as (
        select p.id as person_id, p.region, p.resident_id,
               jsonb_build_object(
                   'year', %s::int, 'name', p.name, 'born', p.born_on, 'office', %s::jsonb,
                   'branches', coalesce(b.branches, '[]'::jsonb),
                   'places', coalesce(l.places, '{{}}'::jsonb),
                   'residents', coalesce(r.years, '[]'::jsonb)
               ) {parts} as facts
        from (select person_id from people union select person_id from residents) as w
        join enrollment_person p on p.id = w.person_id
        left join people b on b.person_id = p.id
        left join residents r on r.person_id = p.id
        left join places l on l.person_id = p.id
        {joins}
        where p.region between %s and %s and (p.died_on is null or p.died_on >= %s)
    )
    select s.person_id, %s::smallint as year, s.region, s.resident_id, s.facts,
           encode(sha256(convert_to(s.facts::text, 'UTF8')), 'hex') as digest
    from stated s
    where not exists (
        select from enrollment_yearlystatement y where y.person_id = s.person_id and y.year = %s
    )
"""

_CHANGED = """
    select person_id, year from enrollment_yearlystatement
    where digest <> encode(sha256(convert_to(facts::text, 'UTF8')), 'hex')
"""


def rows(*, year: int, region: str, first_person: int, last_person: int) -> tuple[str, list[Any]]:
    """A SELECT of what would be stated for everybody of a region with a record, who has no
    statement of that year yet: person_id, year, region, resident_id, facts, digest."""
    first, last = month(year, 1), month(year, 12)
    who = [first_person, last_person]
    low, high = span(region)
    parts, joins, given = "", "", []
    for number, (name, select) in enumerate(sorted(_parts.items())):
        wanted, values = select(first_person, last_person, first, last)
        place = f"part{number}"
        joins += f" left join ({wanted}) as {place} (person_id, said) on {place}.person_id = p.id"
        parts += f" || jsonb_build_object('{name}', {place}.said)"
        given += values
    office = json.dumps(office_names(office_of(region)))
    return _ROWS.format(months=_MONTHS, parts=parts, joins=joins), [
        *(*who, last, *who, last, *who, last),
        *(PriorState.APPROVED.value, *who, last),
        *(last, *who, PriorState.APPROVED.value, PriorKind.DEEMED.value),
        *(first, first, year, *who),
        *(year, *who, year, *who),
        *(year, office),
        *given,
        *(low, high, first_day(first), year, year),
    ]


def insert(
    *, year: int, region: str, first_person: int, last_person: int, run_id: int, on: date
) -> tuple[int, str]:
    """State them; gives how many, and a fingerprint of them all."""
    select, values = rows(
        year=year, region=region, first_person=first_person, last_person=last_person
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            insert into enrollment_yearlystatement
              (person_id, year, region, resident_id, facts, digest, run_id, issued_on)
            select person_id, year, region, resident_id, facts, digest, %s, %s
            from ({select}) as stated
            """,  # noqa: S608 - of our own parts
            [run_id, on, *values],
        )
        count = cursor.rowcount
        cursor.execute(
            """
            select coalesce(encode(sha256(convert_to(
                       string_agg(digest, '' order by person_id), 'UTF8')), 'hex'), '')
            from enrollment_yearlystatement
            where run_id = %s and year = %s and person_id between %s and %s
            """,
            [run_id, year, first_person, last_person],
        )
        return count, cursor.fetchone()[0]


def changed() -> list[tuple[int, int]]:
    """Statements whose facts are no longer what they were: person number and year of each."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED)
        return [(int(person), int(year)) for person, year in cursor.fetchall()]


def of_year(person_id: int, year: int) -> Issued | None:
    """A person's statement of a year; None if there is none."""
    mine = YearlyStatement.objects.filter(person_id__in=people.numbers(person_id), year=year)
    return _issued(mine)


def find(serial: str) -> Issued | None:
    """The statement with this number."""
    read = certificates.SERIAL.match(serial)
    person_id = certificates.unhide(read[3], f"{SECRET}.{read[2]}") if read else None
    return of_year(person_id, int(read[2])) if read and person_id is not None else None


def years(person_id: int) -> list[int]:
    """For which years a person has a statement, the latest first."""
    return list(
        YearlyStatement.objects.filter(person_id__in=people.numbers(person_id))
        .order_by("-year")
        .values_list("year", flat=True)
    )


def _issued(found: QuerySet[YearlyStatement]) -> Issued | None:
    whole = RawSQL("digest = encode(sha256(convert_to(facts::text, 'UTF8')), 'hex')", ())
    row = found.annotate(whole=whole).first()
    if row is None:
        return None
    hidden = certificates.hide(row.person_id, f"{SECRET}.{row.year}")
    return Issued(
        kind=KIND,
        serial=f"{PREFIX}{row.year}{hidden}",
        name=row.facts["name"],
        number=row.resident_id,
        masked=ids.mask_resident_id(row.resident_id),
        region=row.region,
        facts=row.facts,
        digest=row.digest,
        whole=row.whole,
        issued_on=row.issued_on,
        person_id=row.person_id,
    )
