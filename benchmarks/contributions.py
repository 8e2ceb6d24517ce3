"""The monthly contribution run: contributions and what they post to the ledger."""

from benchmarks.base import (
    EVERYONE,
    FIRST_BATCH,
    MONTH_NUMBER,
    PLAIN_BOOKS,
    TRANSFERS,
    Rows,
    Statement,
)
from enrollment.models import Category
from enrollment.params import PensionMonth
from enrollment.services.assessment.contributions import pool_of
from funds.models import Branch, accounts
from socsec.commands.population.people import PLACES
from socsec.kernel.months import first_day
from socsec.office.services import policy

LABEL = "Monthly contributions"
KIND = "contributions"
REGIONS = ("000000",)
WRITES = (
    Rows(
        "enrollment.Contribution",
        "person_id, month, branch, employer_id, part, category, region, wage, wage_before, base,"
        " employer_share, person_share, account_share, edition",
        "employer_share + person_share",
    ),
    Rows("funds.Transfer", TRANSFERS, "amount", f"debit = {accounts.CONTRIBUTIONS_DUE}"),
)

# It knows that in these data nobody changes over within the month, that every wage belongs to an
# employment, that one base was chosen, and that nothing was assessed before; the run finds out.
PLAIN = """
    with law (region, fund, batch, floor, ceiling, employer, person, own, account) as materialized (
        select * from unnest(%s::text[], %s::int[], %s::bigint[], %s::bigint[], %s::bigint[],
                             %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
    ),
    known as (
        select c.person_id, w.employer_id, c.category, c.region, w.wage,
               coalesce(sum(w.wage) over (
                   partition by w.person_id order by w.employer_id
                   rows between unbounded preceding and 1 preceding), 0)::bigint as wage_before,
               row_number() over (partition by w.person_id order by w.employer_id) as seq
        from enrollment_coverage c
        join enrollment_wagedeclaration w on w.person_id = c.person_id and w.month = %s
        where c.branch = %s and c.category = %s and c.span && daterange(%s, %s)
          and c.person_id <= %s
        union all
        select c.person_id, 0, c.category, c.region, b.base, 0, 1
        from enrollment_coverage c
        join enrollment_basechoice b on b.person_id = c.person_id and b.from_month <= %s
        where c.branch = %s and c.category = %s and c.span && daterange(%s, %s)
          and c.person_id <= %s
    ),
    based as (
        select k.*, fund, batch, employer, person, own, account,
               least(greatest(floor, wage_before + wage), ceiling)
               - case when wage_before > 0
                      then least(greatest(floor, wage_before), ceiling) else 0 end as base
        from known k join law using (region)
    ),
    shared as materialized (
        select person_id, employer_id, category, region, wage, wage_before, base, fund, batch, seq,
               case when category = 1 then (base * employer + 500000) / 1000000 else 0 end as es,
               (base * case when category = 1 then person else own end + 500000) / 1000000 as ps,
               (base * account + 500000) / 1000000 as acs
        from based
    ),
    assessed as (
        insert into enrollment_contribution
          (person_id, month, branch, employer_id, part, category, region, wage, wage_before, base,
           employer_share, person_share, account_share, run_id, edition)
        select person_id, %s, %s, employer_id, 0, category, region, wage, wage_before, base,
               es, ps, acs, 1, %s
        from shared
    )
    insert into funds_transfer
      (person_id, batch_id, seq, fund_id, region, debit, credit, amount, month, heads)
    select person_id, batch, seq, fund, region, %s, %s, es + ps, %s, (seq = 1)::int
    from shared where es + ps > 0
"""


def prepare() -> None:
    """The population is all that it needs."""


def plain(last: int = EVERYONE) -> Statement:
    """The same rows by hand, for the people up to a number."""
    edition = policy.current_edition()
    law = policy.of(edition)
    places = sorted(set(PLACES))
    pools = pool_of(places, Branch.PENSION)
    rates = [PensionMonth.at(law, place, MONTH_NUMBER) for place in places]
    days = [first_day(MONTH_NUMBER), first_day(MONTH_NUMBER + 1)]
    return Statement(
        PLAIN + PLAIN_BOOKS,
        [
            places,
            [pools[place].pk for place in places],
            [FIRST_BATCH + pools[place].pk for place in places],
            [each.base_floor for each in rates],
            [each.base_ceiling for each in rates],
            [each.employer_rate for each in rates],
            [each.person_rate for each in rates],
            [each.own_account_rate for each in rates],
            [each.account_rate for each in rates],
            *(MONTH_NUMBER, Branch.PENSION, Category.EMPLOYEE, *days, last),
            *(MONTH_NUMBER, Branch.PENSION, Category.OWN_ACCOUNT, *days, last),
            *(MONTH_NUMBER, Branch.PENSION, edition.number),
            *(accounts.CONTRIBUTIONS_DUE, accounts.CONTRIBUTIONS_ASSESSED, MONTH_NUMBER),
        ],
    )
