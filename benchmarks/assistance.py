"""The monthly assistance payroll: payments of grants, and orders to the bank."""

from datetime import date

from django.db import connection

from assistance.models import Form, GrantState
from assistance.services import paying, programmes
from benchmarks.base import EVERYONE, MONTH_NUMBER, Rows, Statement
from enrollment.models import Purpose
from funds.models import Public, Scheme
from funds.services import fund
from socsec.kernel.months import month
from socsec.office.services import policy

LABEL = "Monthly assistance payroll"
KIND = paying.KIND
PLACE, DISTRICTS = "310000", ("310101", "310115")
REGIONS = (PLACE,)
WRITES = (
    Rows(
        "assistance.GrantPayment",
        "grant_id, month, part, person_id, region, amount, form",
        "amount",
    ),
    Rows(
        "funds.PaymentOrder",
        "person_id, seq, attempt, region, payee, bank, account, last_four, amount, month",
        "amount",
    ),
)

GRANTS = """
    insert into assistance_grant
      (id, programme_id, person_id, region, state, from_month, end_reason, granted_at)
    select p.id, r.id, p.id, (%s::text[])[p.id %% 2 + 1], %s, %s, '', now()
    from enrollment_person p
    join assistance_programme r on r.slug = 'elderly'
"""
# Half have a second version, as after a change of the standard.
AMOUNTS = """
    insert into assistance_grantamount
      (grant_id, version, from_month, amount, facts, sheet, edition_id, reason, recorded_at)
    select g.id, v.version, v.from_month, 10000 + g.id %% 97 * 100 + v.version * 5000,
           '{}', '{}', %s, '', now()
    from assistance_grant g
    join (values (1, %s), (2, %s)) v (version, from_month) on v.version = 1 or g.id %% 2 = 0
"""

# It knows that nobody died, that every month before was paid, and that everybody has a bank account;
# the run finds out.
PLAIN = f"""
    with due as materialized (
        select g.id as grant_id, g.person_id, g.region, v.amount
        from assistance_grant g
        cross join lateral (
            select amount from assistance_grantamount a
            where a.grant_id = g.id and a.from_month <= %s
            order by a.from_month desc, a.version desc limit 1
        ) v
        where g.state = {GrantState.RUNNING} and g.from_month <= %s and g.person_id <= %s
    ),
    paid as (
        insert into assistance_grantpayment
          (grant_id, month, part, person_id, region, amount, form, run_id)
        select grant_id, %s, 0, person_id, region, amount, '{Form.CASH}', null from due
    )
    insert into funds_paymentorder
      (person_id, batch_id, seq, attempt, region, payee, bank, account, last_four, amount, month,
       source)
    select d.person_id, 1000000, 1, 1, d.region, k.holder, k.bank, k.account, k.last_four, d.amount,
           %s, 'assistance.payroll:1'
    from due d
    join enrollment_bankaccount k
      on k.person_id = d.person_id and k.purpose = %s and k.closed_on is null
"""


def prepare() -> None:
    """Everybody gets a grant of the month, so that as many are paid as there are people."""
    programmes.load()
    fund.establish(Public.ASSISTANCE, Scheme.RESIDENTS, PLACE, since=date(2020, 1, 1))
    edition = policy.current_edition().pk
    with connection.cursor() as cursor:
        cursor.execute(GRANTS, [list(DISTRICTS), GrantState.RUNNING, MONTH_NUMBER])
        cursor.execute(AMOUNTS, [edition, month(2020, 1), month(2026, 1)])
        for table in ("assistance_grant", "assistance_grantamount"):
            cursor.execute(
                f"select setval(pg_get_serial_sequence('{table}', 'id'), max(id)) from {table}"
            )


def plain(last: int = EVERYONE) -> Statement:
    """The same rows by hand, for the people up to a number."""
    return Statement(
        PLAIN,
        [MONTH_NUMBER, MONTH_NUMBER, last, MONTH_NUMBER, MONTH_NUMBER, Purpose.BENEFIT],
    )
