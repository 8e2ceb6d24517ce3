"""The monthly run in five branches: old-age, medical with maternity, unemployment, work injury."""

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
from enrollment.models import Category, EmployerKind, Floating
from enrollment.rules.branches import RULES
from enrollment.services.assessment.contributions import pool_of
from funds.models import Branch, accounts
from funds.services import fund
from socsec.commands.population.people import PLACES
from socsec.kernel.months import first_day
from socsec.office.models import User
from socsec.office.services import policy

LABEL = "Monthly contributions in five branches"
KIND = "contributions"
NAME = "five_branches"
BRANCHES = [Branch.PENSION, Branch.MEDICAL, Branch.UNEMPLOYMENT, Branch.INJURY]
PARAMS = {"branches": [branch.value for branch in BRANCHES]}
REGIONS = ("000000",)
WRITES = (
    Rows(
        "enrollment.Contribution",
        "person_id, month, branch, employer_id, part, category, region, wage, wage_before, base,"
        " employer_share, person_share, account_share, edition, standing_id, waived, deemed",
        "employer_share + person_share",
    ),
    Rows("funds.Transfer", TRANSFERS, "amount", f"debit = {accounts.CONTRIBUTIONS_DUE}"),
)

# One pass over the wages for all branches. It knows that in these data nobody changes over within
# the month, that every wage belongs to an employment, that employees are insured in all branches
# alike, that nothing is deemed or waived, and that nothing was assessed before; the run finds out.
PLAIN = """
    with law (region, branch, fund, batch, floor, ceiling, employer, person, own, account,
              own_account, flat, classes) as materialized (
        select * from unnest(%s::text[], %s::int[], %s::int[], %s::bigint[], %s::bigint[],
                             %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
                             %s::bigint[], %s::bigint[], %s::text[])
    ),
    rates as materialized (
        select law.*, string_to_array(classes, ',')::bigint[] as class_rates from law
    ),
    declared as (
        select w.person_id, w.employer_id, w.wage,
               coalesce(sum(w.wage) over (
                   partition by w.person_id order by w.employer_id
                   rows between unbounded preceding and 1 preceding), 0)::bigint as wage_before,
               row_number() over (partition by w.person_id order by w.employer_id) as seq
        from enrollment_wagedeclaration w
        where w.month = %s and w.person_id <= %s
    ),
    known as (
        select c.person_id, c.branch, w.employer_id, c.category, c.region, w.wage,
               case when c.branch = 4 then 0 else w.wage_before end as wage_before, w.seq,
               s.id as standing, s.risk_class
        from enrollment_coverage c
        join declared w using (person_id)
        join enrollment_employerstanding s using (employer_id)
        where c.branch = any(%s) and c.category = %s and c.span && daterange(%s, %s)
        union all
        select c.person_id, c.branch, 0, c.category, c.region, b.base, 0, 1, 0, 1
        from enrollment_coverage c
        join enrollment_basechoice b on b.person_id = c.person_id and b.from_month <= %s
        where c.branch = any(%s) and c.category = %s and c.span && daterange(%s, %s)
          and c.person_id <= %s
    ),
    based as (
        select k.*, fund, batch, flat,
               case when k.branch = 4 then class_rates[risk_class]
                    when category = 1 then employer else 0 end as employer,
               case when category = 1 then person else own end as person,
               case when category = 1 then account else own_account end as account,
               least(greatest(floor, wage_before + wage), ceiling)
               - case when wage_before > 0
                      then least(greatest(floor, wage_before), ceiling) else 0 end as base
        from known k join rates using (region, branch)
    ),
    shared as materialized (
        select person_id, branch, employer_id, category, region, wage, wage_before, base, fund,
               batch, seq, standing,
               (base * employer + 500000) / 1000000 as es,
               (base * person + 500000) / 1000000
               + case when wage_before = 0 then flat else 0 end as ps,
               (base * account + 500000) / 1000000 as acs
        from based
    ),
    assessed as (
        insert into enrollment_contribution
          (person_id, month, branch, employer_id, part, category, region, wage, wage_before, base,
           employer_share, person_share, account_share, run_id, edition, standing_id, waived, deemed)
        select person_id, %s, branch, employer_id, 0, category, region, wage, wage_before, base,
               es, ps, acs, 1, %s, standing, 0, false
        from shared
    )
    insert into funds_transfer
      (person_id, batch_id, seq, fund_id, region, debit, credit, amount, month, heads)
    select person_id, batch, seq, fund, region, %s, %s, es + ps, %s, (seq = 1)::int
    from shared where es + ps > 0
"""


def prepare() -> None:
    """The other branches of everybody who pays, the employers' risk, and the funds."""
    for place in sorted(set(PLACES)):
        fund.establish_all(place[:2] + "0000")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into enrollment_coverage
              (person_id, branch, category, region, span, end_reason, recorded_at, ended_at)
            select person_id, other.branch, category, region, span, end_reason, recorded_at, ended_at
            from enrollment_coverage
            cross join (values (2), (3), (4)) as other (branch)
            where enrollment_coverage.branch = %s
              and (category = %s or (category = %s and other.branch = 2))
            """,
            [Branch.PENSION, Category.EMPLOYEE, Category.OWN_ACCOUNT],
        )
        cursor.execute(
            """
            insert into enrollment_employerstanding
              (employer_id, from_month, kind, risk_class, floating, fully_funded, document,
               by_id, recorded_at)
            select id, %s, %s, id %% 8 + 1, %s, false, 'benchmark', %s, now()
            from enrollment_employer
            """,
            [
                *(MONTH_NUMBER - 12, EmployerKind.SMALL_ENTERPRISE, Floating.BASIC),
                User.objects.get(username="maker").pk,
            ],
        )


def plain(last: int = EVERYONE) -> Statement:
    """The same rows by hand, for the people up to a number."""
    edition = policy.current_edition()
    law = policy.of(edition)
    places = sorted(set(PLACES))
    rows = []
    for branch in BRANCHES:
        pools = pool_of(places, branch)
        for place in places:
            p = RULES[branch].params.at(law, place, MONTH_NUMBER)

            def of(name: str, params: object = p) -> int:
                return getattr(params, name, 0)

            classes = p.class_rates.values if branch == Branch.INJURY else (0,)
            rows.append(
                (
                    place,
                    branch.value,
                    pools[place].pk,
                    FIRST_BATCH + pools[place].pk,
                    p.base_floor,
                    p.base_ceiling,
                    of("employer_rate") + of("maternity_rate"),
                    of("person_rate"),
                    of("own_account_rate"),
                    of("account_rate"),
                    # Old-age insurance credits both alike.
                    of("own_account_account_rate" if branch == Branch.MEDICAL else "account_rate"),
                    of("person_flat"),
                    ",".join(str(rate) for rate in classes),
                )
            )
    days = [first_day(MONTH_NUMBER), first_day(MONTH_NUMBER + 1)]
    which = PARAMS["branches"]
    return Statement(
        PLAIN + PLAIN_BOOKS,
        [
            *([*column] for column in zip(*rows, strict=True)),
            *(MONTH_NUMBER, last),
            *(which, Category.EMPLOYEE, *days),
            *(MONTH_NUMBER, which, Category.OWN_ACCOUNT, *days, last),
            *(MONTH_NUMBER, edition.number),
            *(accounts.CONTRIBUTIONS_DUE, accounts.CONTRIBUTIONS_ASSESSED, MONTH_NUMBER),
        ],
    )
