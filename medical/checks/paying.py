"""Questions about paying providers: statements equal bills, payments equal statements, and the books both."""

from collections.abc import Iterator

from django.db import connection
from django.utils.translation import gettext_lazy as _

from funds.models import Fund, PaymentOrder, accounts
from medical.models import (
    STATEMENT_MONEY,
    AdvanceSetOff,
    BillFinding,
    ProviderAdjustment,
    ProviderPayment,
    ProviderStatement,
    Settlement,
    StatementShare,
)
from medical.services.paying.payments import PAYMENT
from socsec.kernel.money import yuan
from socsec.office.errors import say
from socsec.office.oversight import Finding, register

_FIRST = "make_date(t.month / 12, t.month %% 12 + 1, 1)"
_SPAN = """rpad(regexp_replace(f.region_id, '(00)+$', ''), 6, '0') and
           rpad(regexp_replace(f.region_id, '(00)+$', ''), 6, '9')"""
# The statements are drawn up from settlements by one statement of SQL; this asks it another way round.
_STATEMENTS = f"""
    select t.id from {ProviderStatement._meta.db_table} t
      join {Fund._meta.db_table} f on f.id = t.fund_id
      left join lateral (
           select {", ".join(f"sum(s.{name}) as {name}" for name in STATEMENT_MONEY)}
             from {Settlement._meta.db_table} s
            where s.provider_id = t.provider_id and s.scheme = t.scheme and not s.handed_in
              and s.booked_on >= {_FIRST} and s.booked_on < {_FIRST} + interval '1 month'
              and s.home between {_SPAN}) b on true
     where ({", ".join(f"t.{name}" for name in STATEMENT_MONEY)})
           is distinct from ({", ".join(f"b.{name}::bigint" for name in STATEMENT_MONEY)})
     order by t.id
"""  # noqa: S608
_SHARES = f"""
    select t.id, t.fund_pay, coalesce(sum(h.amount), 0)::bigint
      from {ProviderStatement._meta.db_table} t
      left join {StatementShare._meta.db_table} h on h.statement_id = t.id
     group by t.id having t.fund_pay <> coalesce(sum(h.amount), 0) order by t.id
"""  # noqa: S608
_PAYMENTS = f"""
    select p.id
      from {ProviderPayment._meta.db_table} p
      left join lateral (select coalesce(sum(h.amount), 0) as amount
                           from {StatementShare._meta.db_table} h where h.payment_id = p.id) h on true
      left join lateral (select coalesce(sum(f.amount), 0) as amount
                           from {BillFinding._meta.db_table} f where f.deducted_in_id = p.id) d on true
      left join lateral (select coalesce(sum(f.amount), 0) as amount
                           from {BillFinding._meta.db_table} f where f.restored_in_id = p.id) r on true
      left join lateral (select coalesce(sum(a.amount) filter (where a.kind = 'release'), 0) as released,
                                coalesce(sum(a.amount) filter (where a.kind <> 'release'), 0) as adjusted
                           from {ProviderAdjustment._meta.db_table} a where a.payment_id = p.id) a on true
      left join lateral (select coalesce(sum(u.amount), 0) as amount
                           from {AdvanceSetOff._meta.db_table} u where u.payment_id = p.id) u on true
      left join {PaymentOrder._meta.db_table} o
             on o.person_id = 0 and o.batch_id = p.envelope_id and o.seq = p.seq
     where (p.due, p.deducted, p.restored, p.released, p.adjusted, p.set_off)
           is distinct from (h.amount, d.amount, r.amount, a.released, a.adjusted, u.amount)
        or (p.envelope_id is not null and o.amount is distinct from p.payable)
     order by p.id
"""  # noqa: S608
_SETTLED = f"""
    select p.fund_id, sum(p.due + p.adjusted - p.retained + p.released)::bigint, sum(p.set_off)::bigint
      from {ProviderPayment._meta.db_table} p group by p.fund_id
"""  # noqa: S608
_BOOKS = """
    select b.fund_id,
           coalesce(sum(case %s when t.debit then t.amount when t.credit then -t.amount end), 0)::bigint,
           coalesce(sum(case %s when t.credit then t.amount when t.debit then -t.amount end), 0)::bigint
      from funds_batchtotal t join funds_ledgerbatch b on b.id = t.batch_id
     where b.kind = %s group by b.fund_id
"""


def statements_are_bills() -> Iterator[Finding]:
    """A statement is what the bills of its month come to, payer by payer, and its funds' parts add up."""
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENTS, [])
        for (number,) in cursor.fetchall():
            yield Finding(
                "statement_bills",
                f"statement {number}",
                say(_("It is not what the bills of its month come to.")),
            )
        cursor.execute(_SHARES)
        for number, owed, parts in cursor.fetchall():
            yield Finding(
                "statement_shares",
                f"statement {number}",
                say(
                    _("The funds pay %(owed)s yuan, their parts add up to %(parts)s yuan."),
                    owed=yuan(owed),
                    parts=yuan(parts),
                ),
            )


def payments_are_statements() -> Iterator[Finding]:
    """A payment is what its statements, findings and advances say, and its order is over as much."""
    with connection.cursor() as cursor:
        cursor.execute(_PAYMENTS)
        for (number,) in cursor.fetchall():
            yield Finding(
                "provider_payment",
                f"payment {number}",
                say(_("It is not what its statements, deductions, advances and order say.")),
            )


def payments_in_the_books() -> Iterator[Finding]:
    """What payments settled and set off stands in the books of each fund."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLED)
        ours = {fund: (int(settled), int(set_off)) for fund, settled, set_off in cursor.fetchall()}
        cursor.execute(_BOOKS, [accounts.PROVIDERS_DUE, accounts.ADVANCES, PAYMENT])
        books = {fund: (int(settled), int(set_off)) for fund, settled, set_off in cursor.fetchall()}
    for fund in sorted({*ours, *books}):
        said, booked = ours.get(fund, (0, 0)), books.get(fund, (0, 0))
        if said != booked:
            yield Finding(
                "provider_payment_books",
                f"fund {fund}",
                say(
                    _("Payments settle %(said)s yuan of bills, the books say %(booked)s yuan."),
                    said=yuan(said[0]),
                    booked=yuan(booked[0]),
                ),
            )


def register_paying() -> None:
    register(
        "medical.statements",
        _("Statements of providers are what their bills come to"),
        statements_are_bills,
    )
    register(
        "medical.provider_payments",
        _("Payments to providers are what was agreed, less what was deducted"),
        payments_are_statements,
    )
    register(
        "medical.provider_books",
        _("Payments to providers stand in the funds' books"),
        payments_in_the_books,
    )
