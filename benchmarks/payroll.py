"""The monthly pension payroll: payments, what accounts bear, the ledger, and orders to the bank."""

from django.db import connection

from benchmarks.base import EVERYONE, MONTH_NUMBER, PLAIN_BOOKS, TRANSFERS, Rows, Statement
from enrollment.models import Purpose
from funds.models import Branch, Fund, Scheme, accounts
from pensions.models import AccountState, AwardState, EntryKind
from pensions.services import entries
from socsec.kernel.months import month

LABEL = "Monthly pension payroll"
KIND = "pension_payroll"
# A payroll is of one pooling region, and so are all pensioners here.
PLACE, DISTRICTS = "310000", ("310101", "310115")
REGIONS = (PLACE,)
WRITES = (
    Rows(
        "pensions.PensionPayment",
        "person_id, month, award_id, part, region, basic, account, transitional, addition, amount,"
        " from_account",
        "amount",
    ),
    Rows(
        "pensions.AccountEntry",
        "person_id, fund_id, seq, kind, month, bears_from, amount, balance, rate, part",
        "amount",
        f"kind = {EntryKind.BENEFIT.value}",
    ),
    Rows("funds.Transfer", TRANSFERS, "amount", f"debit = {accounts.INDIVIDUAL_ACCOUNTS}"),
    Rows(
        "funds.PaymentOrder",
        "person_id, seq, attempt, region, payee, bank, account, last_four, amount, month",
        "amount",
    ),
)

FROM = month(2020, 1)
AWARDS = """
    insert into pensions_award
      (id, person_id, scheme, region, state, from_month, basic, account, transitional, addition,
       monthly, provisional, end_reason, awarded_at, months)
    select id, id, %s, (%s::text[])[id %% 2 + 1], %s, %s, 200000 + id %% 997 * 100, 50000 + id %% 499 * 100, 0, 0,
           250000 + id %% 997 * 100 + id %% 499 * 100, false, '', now(),
           180 + id %% 300
    from enrollment_person
"""
BENEFITS = """
    insert into pensions_benefit
      (person_id, award_id, from_month, basic, account, transitional, addition)
    select person_id, id, from_month, basic, account, transitional, addition from pensions_award
    union all
    select person_id, id, %s, basic + 5000, account, transitional, 3000 from pensions_award
"""
# One in ten has nothing left on the account, or soon will: its balance is under a month's part.
BALANCES = """
    select person_id, region, %s::int as month, %s::int as bears_from,
           (case when person_id %% 10 = 0 then account / 2 else account * 60 end)::bigint as amount,
           null::int as rate, 0::bigint as reference, 0::smallint as part
    from pensions_award
"""

# It knows that nobody died, that nobody is owed earlier months, and that everybody has a bank
# account; the run finds out.
PLAIN = """
    with due as materialized (
        select a.person_id, a.id as award_id, a.region,
               b.basic, b.account, b.transitional, b.addition,
               b.basic + b.account + b.transitional + b.addition as amount,
               l.seq, coalesce(l.balance, 0) as balance,
               least(b.account, coalesce(l.balance, 0)) as from_account
        from pensions_award a
        join (
            select distinct on (person_id, award_id) * from pensions_benefit where from_month <= %s
            order by person_id, award_id, from_month desc
        ) b on b.person_id = a.person_id and b.award_id = a.id
        left join (
            select distinct on (person_id, fund_id) person_id, fund_id, seq, balance
            from pensions_accountentry order by person_id, fund_id, seq desc
        ) l on l.person_id = a.person_id and l.fund_id = %s
        where a.state = %s and a.scheme = %s and a.from_month <= %s and a.person_id <= %s
    ),
    paid as (
        insert into pensions_pensionpayment
          (person_id, month, award_id, part, run_id, region, basic, account, transitional, addition,
           amount, from_account)
        select person_id, %s, award_id, 0, 1, region, basic, account, transitional, addition,
               amount, from_account
        from due
    ),
    drawn as (
        insert into pensions_accountentry
          (person_id, fund_id, seq, kind, month, bears_from, amount, balance, rate, reference, part,
           batch_id)
        select person_id, %s, seq + 1, %s, %s, %s, -from_account, balance - from_account, null, 1,
               0, 1000000
        from due where from_account > 0
    ),
    posted as (
        insert into funds_transfer
          (person_id, batch_id, seq, fund_id, region, debit, credit, amount, month, heads)
        select person_id, 1000000, 1, %s, region, %s, %s, from_account, %s, 1
        from due where from_account > 0
    )
    insert into funds_paymentorder
      (person_id, batch_id, seq, attempt, region, payee, bank, account, last_four, amount, month,
       source)
    select d.person_id, 1000000, 1, 1, d.region, k.holder, k.bank, k.account, k.last_four, d.amount,
           %s, 'pensions.payroll:1'
    from due d
    join enrollment_bankaccount k
      on k.person_id = d.person_id and k.purpose = %s and k.closed_on is null
"""


def prepare() -> None:
    """Everybody gets a pension, so that as many are paid as there are people, and an account."""
    with connection.cursor() as cursor:
        cursor.execute(AWARDS, [Scheme.EMPLOYEES, list(DISTRICTS), AwardState.IN_PAYMENT, FROM])
        cursor.execute(
            "select setval('pensions_award_id_seq', (select max(id) from pensions_award))"
        )
        cursor.execute(BENEFITS, [month(2026, 1)])
    entries.write(
        fund=fund(),
        kind=EntryKind.OPENING,
        rows=BALANCES,
        params=[FROM, FROM],
        source="benchmarks.opening",
    )
    with connection.cursor() as cursor:
        cursor.execute("update pensions_individualaccount set state = %s", [AccountState.PAYING])


def plain(last: int = EVERYONE) -> Statement:
    """The same rows by hand, for the people up to a number."""
    number = fund().pk
    draws = (accounts.INDIVIDUAL_ACCOUNTS, accounts.ACCOUNTS_CREDITED)
    return Statement(
        PLAIN + PLAIN_BOOKS,
        [
            *(MONTH_NUMBER, number),
            *(AwardState.IN_PAYMENT, Scheme.EMPLOYEES, MONTH_NUMBER, last),
            MONTH_NUMBER,
            *(number, EntryKind.BENEFIT, MONTH_NUMBER, MONTH_NUMBER),
            *(number, *draws, MONTH_NUMBER),
            *(MONTH_NUMBER, Purpose.BENEFIT),
        ],
    )


def fund() -> Fund:
    """The fund that pays everybody."""
    return Fund.objects.get(branch=Branch.PENSION, scheme=Scheme.EMPLOYEES, region=PLACE)
