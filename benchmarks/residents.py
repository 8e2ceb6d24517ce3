"""The yearly run over all residents: what each year owes, and the claims on those who sponsor it."""

from datetime import date

from django.db import connection

from benchmarks.base import (
    EVERYONE,
    FIRST_BATCH,
    MONTH_NUMBER,
    PLAIN_BOOKS,
    TRANSFERS,
    Rows,
    Statement,
)
from enrollment.models import Category, Sponsored, Way
from enrollment.params import MedicalYear
from enrollment.services.assessment.contributions import pool_of
from funds.models import Branch, Scheme, accounts
from funds.services import fund
from socsec.commands.population.people import PLACES
from socsec.office.services import policy

LABEL = "Yearly residents' contributions"
KIND = "resident_year"
REGIONS = ("000000",)
YEAR = MONTH_NUMBER // 12
POOR = 50  # one in so many is paid for

WRITES = (
    Rows(
        "enrollment.ResidentDue",
        "person_id, branch, year, part, region, person_share, sponsor_share, collective_subsidy,"
        " government_subsidy, edition",
        "person_share + sponsor_share + government_subsidy",
    ),
    Rows("funds.Transfer", TRANSFERS, "amount", f"debit = {accounts.SUBSIDIES_DUE}"),
)

# It knows that in these data everybody enrolled and nobody was assessed before, that there is one
# sponsored group, which is paid for in full, and none is a student; the run finds out.
PLAIN = """
    with law (region, fund, batch, elderly, child, working, subsidy, man, woman, young)
        as materialized (
        select * from unnest(%s::text[], %s::int[], %s::bigint[], %s::bigint[], %s::bigint[],
                             %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
    ),
    known as materialized (
        select e.person_id, e.region, l.fund, l.batch, l.subsidy, m.person_id is not null as poor,
               case when age.months >= case when p.sex = 1 then l.man else l.woman end
                    then l.elderly
                    when age.months < l.young then l.child else l.working end as standard
        from enrollment_residentenrolment e
        join enrollment_person p on p.id = e.person_id
        join law l on l.region = e.region
        left join enrollment_sponsormembership m
          on m.person_id = e.person_id and m.span @> %s::date
        cross join lateral (
            select %s - (extract(year from p.born_on) * 12 + extract(month from p.born_on) - 1)
                   as months
        ) as age
        where e.branch = %s and e.year = %s and e.person_id <= %s
    ),
    assessed as (
        insert into enrollment_residentdue
          (person_id, branch, year, part, region, person_share, sponsor_share, collective_subsidy,
           government_subsidy, run_id, edition)
        select person_id, %s, %s, 0, region, case when poor then 0 else standard end,
               case when poor then standard else 0 end, 0, subsidy, 1, %s
        from known
    ),
    begun as (
        update enrollment_residentenrolment e set cover_from = make_date(e.year, 1, 1)
        from known k
        where k.poor and e.person_id = k.person_id and e.branch = %s and e.year = %s
    ),
    covered as (
        insert into enrollment_coverage
          (person_id, branch, category, region, span, end_reason, recorded_at)
        select k.person_id, y.branch, %s, k.region, y.span, '', now()
        from known k cross join (values (%s::smallint, daterange(%s, %s))) as y (branch, span)
        where k.poor and not exists (
            select from enrollment_coverage c
            where c.person_id = k.person_id and c.branch = y.branch and c.span && y.span
        )
    )
    insert into funds_transfer
      (person_id, batch_id, seq, fund_id, region, debit, credit, amount, month, heads)
    select person_id, batch, 1, fund, region, %s, %s,
           subsidy + case when poor then standard else 0 end, %s, 1
    from known
"""


def prepare() -> None:
    """Funds, everybody's enrolment for the year, and a few who are paid for."""
    for place in sorted({f"{place[:2]}0000" for place in PLACES}):
        fund.establish(Branch.MEDICAL, Scheme.RESIDENTS, place, since=date(YEAR, 1, 1))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into enrollment_residentenrolment
              (person_id, branch, year, region, tier, collective, student, way, missed_years,
               repaid_years, wait, enrolled_on, recorded_at)
            select id, %s, %s, region, 0, 0, false, %s, 0, 0, 0, %s, now() from enrollment_person
            """,
            [Branch.MEDICAL, YEAR, Way.WINDOW, date(YEAR - 1, 11, 1)],
        )
        cursor.execute(
            """
            insert into enrollment_sponsormembership
              (person_id, "group", region, span, document, recorded_at)
            select id, %s, region, daterange(%s, null), '民政名单', now()
            from enrollment_person where id %% %s = 0
            """,
            [Sponsored.EXTREME_HARDSHIP, date(YEAR - 1, 1, 1), POOR],
        )


def plain(last: int = EVERYONE) -> Statement:
    """The same rows by hand, for the people up to a number."""
    edition = policy.current_edition()
    law = policy.of(edition)
    places = sorted(set(PLACES))
    pools = pool_of(places, Branch.MEDICAL, Scheme.RESIDENTS)
    rates = [MedicalYear.at(law, place, date(YEAR, 1, 1)) for place in places]
    return Statement(
        PLAIN + PLAIN_BOOKS,
        [
            places,
            [pools[place].pk for place in places],
            [FIRST_BATCH + pools[place].pk for place in places],
            *([each.standards.at(tariff) for each in rates] for tariff in (1, 2, 3)),
            [each.subsidy for each in rates],
            [each.elderly_man for each in rates],
            [each.elderly_woman for each in rates],
            [each.child_age for each in rates],
            *(date(YEAR, 1, 1), YEAR * 12, Branch.MEDICAL, YEAR, last),
            *(Branch.MEDICAL, YEAR, edition.number),
            *(Branch.MEDICAL, YEAR),
            *(Category.RESIDENT, Branch.MEDICAL, date(YEAR, 1, 1), date(YEAR + 1, 1, 1)),
            *(accounts.SUBSIDIES_DUE, accounts.SUBSIDIES_ASSESSED, YEAR * 12),
        ],
    )
