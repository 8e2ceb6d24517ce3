"""What the rules of pensions must know, as SELECTs over a range of people: one of them, or all.

A claim at the counter asks for the range of one person; a mass run takes the same SELECT as the
source of its statement. Each function gives the text and its parameters. Whole numbers as in the
kernel: fen, months.
"""

from typing import Any

from enrollment import queries as enrollment
from enrollment.models import Contribution, Person, PriorKind, PriorService, PriorState, Sex
from funds.models import Branch, Scheme
from pensions.models import (
    AccountEntry,
    AccountState,
    Award,
    AwardState,
    Benefit,
    EntryKind,
    IndividualAccount,
    Side,
)
from socsec.kernel import months, regions

Select = tuple[str, list[Any]]

CONTRIBUTIONS = Contribution._meta.db_table
PRIOR = PriorService._meta.db_table
ACCOUNTS = IndividualAccount._meta.db_table
ENTRIES = AccountEntry._meta.db_table
AWARDS = Award._meta.db_table
BENEFITS = Benefit._meta.db_table
PEOPLE = Person._meta.db_table


def years(first_person: int, last_person: int, until: int) -> Select:
    """The contributed months of each calendar year, up to and with the month `until`.

    Columns: person_id, year, months, and wages, the bases of these months added up.
    """
    paid, params = enrollment.paid_months(
        Branch.PENSION, first_person, last_person, last_month=until
    )
    return (
        f"""select person_id, month / 12 as year, count(*)::int as months,
                   sum(base)::bigint as wages
              from ({paid}) p
             group by person_id, month / 12""",  # noqa: S608
        params,
    )


def working_life(first_person: int, last_person: int, until: int, account_month: int) -> Select:
    """How many months of each kind a person has, up to and with the month `until`.

    Columns: person_id, months_paid, months_before_account (those of them before the month
    `account_month`, in which accounts began), months_deemed (neither paid nor assessed besides),
    months_gap (assessed, but not paid in full). Who has none at all is not in it.
    """
    who = [first_person, last_person]
    paid, paid_params = enrollment.paid_months(
        Branch.PENSION, first_person, last_person, last_month=until
    )
    return (
        f"""select person_id,
                   (count(*) filter (where kind = 'paid'))::int as months_paid,
                   (count(*) filter (where kind = 'paid' and month < %s))::int
                     as months_before_account,
                   (count(*) filter (where kind = 'deemed'))::int as months_deemed,
                   (count(*) filter (where kind = 'gap'))::int as months_gap
              from (
                with paid as (select person_id, month from ({paid}) p)
                select person_id, month, 'paid' as kind from paid
                union all
                select distinct c.person_id, c.month, 'gap'
                  from {CONTRIBUTIONS} c
                 where c.branch = %s and c.person_id between %s and %s and c.month <= %s
                   and not exists (select from paid p
                                    where p.person_id = c.person_id and p.month = c.month)
                union all
                select s.person_id, m.month, 'deemed'
                  from {PRIOR} s
                 cross join generate_series(s.first_month, least(s.last_month, %s)) as m (month)
                 where s.branch = %s and s.kind = %s and s.state = %s
                   and s.person_id between %s and %s
                   and not exists (select from {CONTRIBUTIONS} c
                                    where c.person_id = s.person_id and c.month = m.month
                                      and c.branch = s.branch)
              ) as life
             group by person_id""",  # noqa: S608
        [
            account_month,
            *paid_params,
            Branch.PENSION,
            *who,
            until,
            until,
            Branch.PENSION,
            PriorKind.DEEMED.value,
            PriorState.APPROVED.value,
            *who,
        ],
    )


def in_payment(
    january: int, scheme: int, region: str, first_person: int, last_person: int
) -> Select:
    """The pensions that a yearly adjustment of that January concerns: begun before, and in payment.

    Columns: person_id, award_id, region, month (the January), pension (of December, fen), months (0
    where earlier books did not say), age (months, at the end of December), woman, area, standing,
    land_taken, owed_before.
    """
    low, high = regions.span(region)
    return (
        f"""select a.person_id, a.id as award_id, a.region, %s::int as month,
                   b.basic + b.account + b.transitional + b.addition as pension, a.months,
                   (%s - 1 - (extract(year from p.born_on) * 12
                              + extract(month from p.born_on) - 1))::int as age,
                   p.sex = %s as woman, a.area, a.standing, false as land_taken,
                   a.owed_from as owed_before
              from {AWARDS} a
              join {PEOPLE} p on p.id = a.person_id
             cross join lateral (
                   select * from {BENEFITS} b
                    where b.person_id = a.person_id and b.award_id = a.id and b.from_month < %s
                    order by b.from_month desc, b.version desc limit 1) b
             where a.state = %s and a.scheme = %s and a.branch = {Branch.PENSION}
               and a.from_month < %s and a.region between %s and %s and a.person_id between %s and %s
               and (p.died_on is null or p.died_on >= %s)""",  # noqa: S608
        [
            *(january, january, Sex.FEMALE, january, AwardState.IN_PAYMENT, scheme, january),
            *(low, high, first_person, last_person, months.first_day(january)),
        ],
    )


def account_year(
    fund_id: int,
    through: int,
    first_person: int,
    last_person: int,
    region: str = regions.NATION,
    notional: bool | None = None,
    *,
    yearly: bool = True,
) -> Select:
    """What the accounts of a fund have borne interest on in a year, up to and with a month of it.

    Columns: person_id, region, balance (all that is on the account now), balance_months (what
    stood on it at the end of each month, added up), credited (interest of that year credited
    before), last_seq and last_balance (the last entry of the whole account). An entry counts from
    the month it bears interest from; what bears it from a later year does not count. `notional`
    asks for the written-down part of an annuity alone, or for the rest; its last entry is 0 then.

    With `yearly` also added and added_months: what was paid in and credited in the year, and its
    part of the balance months; 0 for a year that is not whole, which goes by the months.
    """
    january = months.month(months.year_of(through), 1)
    count = through - january + 1
    low, high = regions.span(region)
    who = [first_person, last_person]
    side = ""
    balance = f"""(
                   select e.seq, e.balance from {ENTRIES} e
                    where e.person_id = a.person_id and e.fund_id = a.fund_id
                    order by e.seq desc limit 1)"""  # noqa: S608
    if notional is not None:
        side = f"and e.side {'=' if notional else '<>'} {Side.NOTIONAL}"
        balance = f"""(
                   select 0 as seq, coalesce(sum(e.amount), 0)::bigint as balance from {ENTRIES} e
                    where e.person_id = a.person_id and e.fund_id = a.fund_id {side})"""  # noqa: S608
    also = more = ""
    since, asked = ">", []
    if yearly and count == 12:
        # Those of January itself, which bear for the whole year, are among the year's credits; what
        # was undone is no credit.
        kinds = f"({EntryKind.CREDIT}, {EntryKind.CORRECTED})"
        paid_in = f"""(where e.bears_from <= %s and (e.kind in {kinds} or (
                             e.kind = {EntryKind.REVERSAL} and exists (
                             select from {ENTRIES} u
                              where u.person_id = e.person_id and u.fund_id = e.fund_id
                                and u.seq = e.reference and u.kind in {kinds}))))"""
        also = ", coalesce(r.added, 0) as added, coalesce(r.added_months, 0) as added_months"
        more = f""", (sum(e.amount) filter {paid_in})::bigint as added,
                     (sum(e.amount * (%s - e.bears_from + 1)) filter {paid_in})::bigint
                       as added_months"""
        since, asked = ">=", [through, through, through]
    return (
        f"""select a.person_id, a.region, l.balance, l.seq as last_seq, l.balance as last_balance,
                   %s * l.balance - coalesce(r.missing, 0) as balance_months,
                   coalesce(r.credited, 0) as credited{also}
              from {ACCOUNTS} a
             cross join lateral {balance} l
              left join (
                   select e.person_id,
                          sum(e.amount * least(%s, e.bears_from - %s))::bigint as missing,
                          (sum(e.amount) filter (where e.rate is not null
                                                   and e.month between %s and %s))::bigint
                            as credited{more}
                     from {ENTRIES} e
                    where e.fund_id = %s and e.bears_from {since} %s
                      and e.person_id between %s and %s {side}
                    group by e.person_id) r on r.person_id = a.person_id
             where a.fund_id = %s and a.state <> %s and a.region between %s and %s
               and a.person_id between %s and %s""",  # noqa: S608
        [
            count,
            *(count, january, january, january + 12 - 1, *asked, fund_id, january, *who),
            *(fund_id, AccountState.CLOSED, low, high, *who),
        ],
    )


def needing_proof() -> Select:
    """Who draws a pension, and so needs a proof of life from time to time.

    Columns: person_id, region, since (the first day of the pension).
    """
    return (
        f"""select person_id, region,
                   make_date(from_month / 12, mod(from_month, 12) + 1, 1) as since
              from {AWARDS}
             where state = {AwardState.IN_PAYMENT.value} and branch = {Branch.PENSION.value}""",  # noqa: S608
        [],
    )


def resident_life(first_person: int, last_person: int, until: int) -> Select:
    """What counts for a resident's pension, up to and with the month `until`.

    Columns: person_id, years (paid as a resident), older_years (of them from an older scheme),
    months_employed (paid as an employee in other years), months_paid (all of it, a year counting
    twelve months). Years as an employee count as a resident's (人社部发〔2014〕17号第三条), the other way
    round they do not. Who has nothing at all is not in it.
    """
    last_year = months.year_of(until)
    paid, paid_params = enrollment.paid_years(Branch.PENSION, first_person, last_person, last_year)
    worked, worked_params = enrollment.paid_months(
        Branch.PENSION, first_person, last_person, last_month=until
    )
    return (
        f"""with years as ({paid}), worked as (
                select w.person_id, count(*)::int as months from ({worked}) w
                 where not exists (select from years y
                                    where y.person_id = w.person_id and y.year = w.month / 12)
                 group by w.person_id)
            select person_id, coalesce(y.years, 0) as years, coalesce(y.older, 0) as older_years,
                   coalesce(w.months, 0) as months_employed,
                   coalesce(y.years, 0) * 12 + coalesce(w.months, 0) as months_paid
              from (select person_id, count(*)::int as years,
                           (count(*) filter (where older))::int as older
                      from years group by person_id) y
              full join worked w using (person_id)""",  # noqa: S608
        [*paid_params, *worked_params],
    )


def residents_in_payment(month: int, region: str, first_person: int, last_person: int) -> Select:
    """The residents' pensions that a new basic pension, or an age reached, of a month concerns.

    Columns: person_id, award_id, region, month (that month, or the first of a later pension), age
    (months), months_paid (0 where earlier books did not say), basic_before, addition_before,
    pension (all of it, before), owed_before. Whose basic pension was stated on paper has a level of its own and is not in it.
    """
    low, high = regions.span(region)
    return (
        f"""select a.person_id, a.id as award_id, a.region, m.month,
                   (m.month - (extract(year from p.born_on) * 12
                               + extract(month from p.born_on) - 1))::int as age,
                   a.months::int as months_paid, b.basic as basic_before,
                   b.addition as addition_before,
                   b.basic + b.account + b.transitional + b.addition as pension,
                   a.owed_from as owed_before
              from {AWARDS} a
              join {PEOPLE} p on p.id = a.person_id
             cross join lateral (select greatest(%s, a.from_month)::int as month) m
             cross join lateral (
                   select * from {BENEFITS} b
                    where b.person_id = a.person_id and b.award_id = a.id and b.from_month <= m.month
                    order by b.from_month desc, b.version desc limit 1) b
             where a.state <> %s and a.scheme = %s and a.branch = %s
               and a.region between %s and %s and a.person_id between %s and %s
               and (p.died_on is null or p.died_on >= %s)
               and not coalesce(jsonb_exists(a.gathered -> 'stated', 'basic_pension'), false)""",  # noqa: S608
        [
            *(month, AwardState.ENDED, Scheme.RESIDENTS, Branch.PENSION),
            *(low, high, first_person, last_person, months.first_day(month)),
        ],
    )
