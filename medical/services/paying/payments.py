"""Paying what is agreed: one order for each provider and fund, in an envelope that a second person releases.

All agreed statements up to the month are paid together, so that a month in which more was taken back
than billed is carried by the next. What is deducted, given back, retained, released and set off is
taken at the same time, and stands in the payment.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from funds.models import Branch, Fund, PaymentBatch, PaymentOutcome, accounts
from funds.services import ledger, payments
from medical.models import (
    AdvanceSetOff,
    BillFinding,
    Provider,
    ProviderAccount,
    ProviderAdjustment,
    ProviderAdvance,
    ProviderPayment,
    ProviderStatement,
    StatementShare,
)
from medical.params import PayingTerms
from medical.rules.paying import PayFacts, payment
from socsec.kernel import regions
from socsec.kernel.policy import Policy
from socsec.kernel.sqlexpr import compile as compile_rule
from socsec.office.errors import Refused
from socsec.office.models import Run
from socsec.office.services import policy as policies

KIND = "provider_payments"
PAYMENT, FORFEITED = "provider_payment", "retention_forfeited"

STATEMENTS, SHARES = ProviderStatement._meta.db_table, StatementShare._meta.db_table
FINDINGS, ADJUSTMENTS = BillFinding._meta.db_table, ProviderAdjustment._meta.db_table
ADVANCES, SET_OFFS = ProviderAdvance._meta.db_table, AdvanceSetOff._meta.db_table
PAYMENTS, BANKS = ProviderPayment._meta.db_table, ProviderAccount._meta.db_table
FUNDS, PROVIDERS = Fund._meta.db_table, Provider._meta.db_table
OUTCOMES = PaymentOutcome._meta.db_table
_STANDING = ", ".join(f"'{state}'" for state in BillFinding.STANDING)
_RESTORED = BillFinding.State.RESTORED
_Adjusted = ProviderAdjustment.Kind
_CHANGES = ", ".join(f"'{kind}'" for kind in (_Adjusted.GROUP, _Adjusted.YEAR, _Adjusted.CLEARED))

# What stands to a provider's account with a fund: agreed and not paid, and what comes beside it.
_OWED = f"""
    select o.provider_id, o.fund_id, min(o.region) as region, sum(o.due)::bigint as due,
           sum(o.adjusted)::bigint as adjusted, sum(o.released)::bigint as released
      from (select t.provider_id, h.fund_id, t.region, h.amount as due, 0 as adjusted, 0 as released
              from {SHARES} h join {STATEMENTS} t on t.id = h.statement_id
             where t.state = '{ProviderStatement.State.AGREED}' and h.payment_id is null
               and t.month <= %(month)s
            union all
            select a.provider_id, a.fund_id, p.region, 0,
                   case when a.kind in ({_CHANGES})
                        then a.amount else 0 end,
                   case when a.kind = '{_Adjusted.RELEASE}' then a.amount else 0 end
              from {ADJUSTMENTS} a join {PROVIDERS} p on p.id = a.provider_id
             where a.payment_id is null and a.kind <> '{_Adjusted.FORFEIT}'
               and a.month <= %(month)s) o
     where o.region between %(low)s and %(high)s
     group by o.provider_id, o.fund_id
"""  # noqa: S608
# Deductions are taken whole, the oldest first, as long as they fit into what is owed.
_DEDUCTIONS = f"""
    select f.id, f.provider_id, f.fund_id, f.amount,
           sum(f.amount) over (partition by f.provider_id, f.fund_id
                               order by f.confirmed_on, f.id) as running
      from {FINDINGS} f
     where f.state in ({_STANDING}) and f.deducted_in_id is null
"""  # noqa: S608
# What of each advance is left, the oldest first; only once the bank has it.
_ADVANCES = f"""
    select a.id, a.provider_id, a.fund_id, a.amount - coalesce(u.used, 0) as remaining,
           sum(a.amount - coalesce(u.used, 0)) over (partition by a.provider_id, a.fund_id
                                                     order by a.settle_from, a.id) as running
      from {ADVANCES} a
      join {OUTCOMES} e on e.batch_id = a.envelope_id and e.person_id = 0
                       and e.outcome = {PaymentOutcome.Outcome.PAID}
      left join (select advance_id, sum(amount) as used from {SET_OFFS} group by advance_id) u
             on u.advance_id = a.id
     where a.settle_from <= %(month)s and a.amount > coalesce(u.used, 0)
       and not exists (select from {OUTCOMES} b where b.batch_id = a.envelope_id and b.person_id = 0
                          and b.outcome = {PaymentOutcome.Outcome.RETURNED})
"""  # noqa: S608
_FACTS = f"""
    select o.*, coalesce(d.amount, 0)::bigint as deducted, coalesce(r.amount, 0)::bigint as restored,
           coalesce(v.amount, 0)::bigint as advance,
           (f.branch = {Branch.MEDICAL}) as insurance
      from ({_OWED}) o
      join {FUNDS} f on f.id = o.fund_id
      left join lateral (
           select sum(d.amount) as amount from ({_DEDUCTIONS}) d
            where d.provider_id = o.provider_id and d.fund_id = o.fund_id
              and d.running <= o.due + o.adjusted) d on true
      left join lateral (
           select sum(r.amount) as amount from {FINDINGS} r
            where r.provider_id = o.provider_id and r.fund_id = o.fund_id
              and r.state = '{_RESTORED}' and r.deducted_in_id is not null
              and r.restored_in_id is null) r on true
      left join (select provider_id, fund_id, sum(remaining) as amount from ({_ADVANCES}) a
                  group by provider_id, fund_id) v
             on v.provider_id = o.provider_id and v.fund_id = o.fund_id
     where o.due + o.adjusted >= 0 and (o.due + o.adjusted > 0 or o.released > 0)
"""  # noqa: S608
_HAS_ACCOUNT = f"""exists (select from {BANKS} k where k.provider_id = w.provider_id
                             and k.checker_id is not null and k.closed_on is null)"""

NO_ACCOUNT = {
    "code": "no_account",
    "zh": "没有登记并复核的收款账户，先留着，登记后随下月拨付",
    "en": "No approved bank account; paid with a later run once there is one",
}


@dataclass(frozen=True)
class Part:
    """What a payment run covers: statements up to a month, of providers of a region."""

    month: int
    region: str
    policy: Policy

    @property
    def names(self) -> dict[str, Any]:
        low, high = regions.span(self.region)
        return {"month": self.month, "low": low, "high": high}


def part_of(run: Run) -> Part:
    assert run.edition_id is not None  # every run is drafted under one
    return Part(run.month, run.region_id, policies.of(run.edition_id))


def worked_out(part: Part) -> tuple[str, dict[str, Any]]:
    """A SELECT of what each provider gets from each fund, with its parameters."""
    terms = PayingTerms.at(part.policy, part.region, part.month)
    sheet = payment(PayFacts.sql(), terms)
    return (
        compile_rule(
            {"retained": sheet.retained, "set_off": sheet.set_off, "payable": sheet.payable},
            _FACTS,
            carry=(
                "provider_id",
                "fund_id",
                "region",
                "due",
                "adjusted",
                "deducted",
                "restored",
                "released",
            ),
        ),
        part.names,
    )


def preview(part: Part) -> tuple[int, int, dict[str, int], dict[str, list[int]], tuple[int, int]]:
    """Payments, fen paid out, figures by name, by region, and what waits for a bank account."""
    rows, names = worked_out(part)
    kept = ("due", "adjusted", "deducted", "restored", "retained", "released", "set_off")
    sums = ", ".join(f"coalesce(sum(w.{name}), 0)::bigint" for name in kept)
    by_region: dict[str, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select w.region, count(*), sum(w.payable)::bigint, {sums}
                  from ({rows}) w where {_HAS_ACCOUNT} group by w.region order by w.region""",  # noqa: S608
            names,
        )
        figures = dict.fromkeys(kept, 0)
        for region, count, payable, *found in cursor.fetchall():
            by_region[region] = [count, int(payable)]
            figures = {
                name: figures[name] + int(fen) for name, fen in zip(kept, found, strict=True)
            }
        cursor.execute(
            f"""select count(*), coalesce(sum(w.payable), 0)::bigint
                  from ({rows}) w where not {_HAS_ACCOUNT}""",  # noqa: S608
            names,
        )
        count, amount = cursor.fetchone()
    return (
        sum(each[0] for each in by_region.values()),
        sum(each[1] for each in by_region.values()),
        {name: fen for name, fen in figures.items() if fen},
        by_region,
        (int(count), int(amount)),
    )


def pay(part: Part, run: Run) -> tuple[int, int]:
    """Write the payments of a run, mark what they pay, and post them. Payments and fen paid out."""
    rows, names = worked_out(part)
    with connection.cursor() as cursor:
        # What is paid must not be agreed, decided or given back meanwhile.
        cursor.execute(
            f"lock table {FINDINGS}, {SHARES}, {ADJUSTMENTS} in share row exclusive mode"
        )
        cursor.execute(
            f"""insert into {PAYMENTS}
                  (run_id, provider_id, fund_id, month, region, due, adjusted, deducted,
                   restored, retained, released, set_off, payable, recorded_at)
                select %(run)s, w.provider_id, w.fund_id, %(month)s, w.region, w.due, w.adjusted,
                       w.deducted, w.restored, w.retained, w.released, w.set_off, w.payable, now()
                  from ({rows}) w where {_HAS_ACCOUNT}
                 order by w.provider_id, w.fund_id""",  # noqa: S608
            {**names, "run": run.pk},
        )
    _mark(part, run)
    _post(run)
    found = ProviderPayment.objects.filter(run=run).aggregate(sum=Sum("payable", default=0))
    return ProviderPayment.objects.filter(run=run).count(), found["sum"]


def _mark(part: Part, run: Run) -> None:
    names = {**part.names, "run": run.pk}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""update {FINDINGS} f set deducted_in_id = p.id
                  from ({_DEDUCTIONS}) d join {PAYMENTS} p
                    on p.provider_id = d.provider_id and p.fund_id = d.fund_id and p.run_id = %(run)s
                 where d.id = f.id and d.running <= p.due + p.adjusted""",  # noqa: S608
            names,
        )
        cursor.execute(
            f"""update {FINDINGS} f set restored_in_id = p.id from {PAYMENTS} p
                 where p.run_id = %(run)s and p.provider_id = f.provider_id
                   and p.fund_id = f.fund_id and f.state = '{_RESTORED}'
                   and f.deducted_in_id is not null and f.restored_in_id is null""",  # noqa: S608
            names,
        )
        cursor.execute(
            f"""update {SHARES} h set payment_id = p.id
                  from {STATEMENTS} t, {PAYMENTS} p
                 where t.id = h.statement_id and p.run_id = %(run)s
                   and p.provider_id = t.provider_id and p.fund_id = h.fund_id
                   and t.state = '{ProviderStatement.State.AGREED}' and h.payment_id is null
                   and t.month <= %(month)s and t.region between %(low)s and %(high)s""",  # noqa: S608
            names,
        )
        cursor.execute(
            f"""update {ADJUSTMENTS} a set payment_id = p.id from {PAYMENTS} p
                 where p.run_id = %(run)s and p.provider_id = a.provider_id
                   and p.fund_id = a.fund_id and a.payment_id is null
                   and a.kind <> '{_Adjusted.FORFEIT}' and a.month <= %(month)s""",  # noqa: S608
            names,
        )
        cursor.execute(
            f"""insert into {SET_OFFS} (advance_id, payment_id, amount)
                select a.id, p.id, least(a.remaining, p.set_off - (a.running - a.remaining))
                  from ({_ADVANCES}) a join {PAYMENTS} p
                    on p.provider_id = a.provider_id and p.fund_id = a.fund_id and p.run_id = %(run)s
                 where p.set_off > a.running - a.remaining""",  # noqa: S608
            names,
        )


def _post(run: Run) -> None:
    """Of what was owed, what is settled now; and advances become benefits as they are set off."""
    for fund in Fund.objects.filter(provider_payments__run=run).distinct():
        ledger.post_sql(
            fund,
            PAYMENT,
            f"""select 0::bigint as person_id, row_number() over (order by p.id, m.way)::int as seq,
                       p.region, m.debit, m.credit, m.amount, p.month, 0 as heads
                  from {PAYMENTS} p
                 cross join lateral (
                       select 1 as way,
                              (case when o.settled > 0 then %s else %s end)::smallint as debit,
                              (case when o.settled > 0 then %s else %s end)::smallint as credit,
                              abs(o.settled)::bigint as amount
                         from (select p.due + p.adjusted - p.retained + p.released as settled) o
                       union all
                       select 2, %s::smallint, %s::smallint, p.set_off) m
                 where p.run_id = %s and p.fund_id = %s""",  # noqa: S608
            [
                accounts.PROVIDERS_DUE,
                accounts.BILLS_SETTLED,
                accounts.BILLS_SETTLED,
                accounts.PROVIDERS_DUE,
                accounts.BENEFITS,
                accounts.ADVANCES,
                run.pk,
                fund.pk,
            ],
            source=source_of(run, fund),
        )


def source_of(run: Run, fund: Fund) -> str:
    return f"medical.provider_payment:{run.pk}/{fund.pk}"


def order(run: Run) -> None:
    """Put the money of a run into envelopes, one for each fund, one order for each provider."""
    for fund in Fund.objects.filter(provider_payments__run=run).select_related("region").distinct():
        paid = ProviderPayment.objects.filter(run=run, fund=fund, payable__gt=0).order_by("pk")
        found = paid.aggregate(sum=Sum("payable", default=0))
        if not found["sum"]:
            continue
        source = source_of(run, fund)
        near = regions.covers(fund.region_id, run.region_id)
        envelope = payments.open_batch(
            fund,
            PAYMENT,
            month=run.month,
            count=paid.count(),
            total=found["sum"],
            source=source,
            by=run.maker,
            region=run.region_id if near else fund.region_id,
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f"""update {PAYMENTS} p set envelope_id = %s, seq = n.seq
                      from (select id, row_number() over (order by id) as seq from {PAYMENTS}
                             where run_id = %s and fund_id = %s and payable > 0) n
                     where n.id = p.id""",  # noqa: S608
                [envelope.pk, run.pk, fund.pk],
            )
        payments.add_orders_sql(
            envelope,
            f"""select 0::bigint as person_id, p.seq, p.region, k.holder as payee, k.bank,
                       k.account, k.last_four, p.payable as amount, p.month, %s::text as source
                  from {PAYMENTS} p
                  join {BANKS} k on k.provider_id = p.provider_id and k.closed_on is null
                                and k.checker_id is not null
                 where p.envelope_id = %s""",  # noqa: S608
            [source, envelope.pk],
        )


def cancel(run: Run) -> None:
    """Give the envelopes up, as long as none was released. `Refused` once money has left."""
    assert run.reversed_by is not None  # who reverses a run is noted before it is undone
    envelopes = PaymentBatch.objects.filter(
        pk__in=ProviderPayment.objects.filter(run=run).values("envelope")
    )
    gone = (PaymentBatch.State.RELEASED, PaymentBatch.State.RECONCILED)
    if envelopes.filter(state__in=gone).exists():
        raise Refused(
            _("The money of this run has gone to the bank, so it cannot be undone."),
            code="paid_already",
            fix=_("Correct the bills: the difference stands in the next statement."),
        )
    for envelope in envelopes.filter(state=PaymentBatch.State.OPEN):
        payments.cancel(envelope.pk, by=run.reversed_by, reason=run.reversal_reason)


def withdraw(run: Run) -> None:
    """Undo the payments of a run: what they paid, deducted and set off is open again."""
    for fund in Fund.objects.filter(provider_payments__run=run).distinct():
        posted = ledger.batch(source_of(run, fund))
        if posted is not None:
            ledger.reverse(posted.pk, reason=run.reversal_reason, by=run.reversed_by)
    mine = ProviderPayment.objects.filter(run=run)
    BillFinding.objects.filter(deducted_in__in=mine).update(deducted_in=None)
    BillFinding.objects.filter(restored_in__in=mine).update(restored_in=None)
    StatementShare.objects.filter(payment__in=mine).update(payment=None)
    ProviderAdjustment.objects.filter(payment__in=mine).update(payment=None)
    mine.delete()
