"""Payrolls against orders, accounts, deaths, overpayments and heirs."""

from collections.abc import Iterator

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from funds.models import PaymentBatch
from pensions.models import (
    AwardState,
    BalanceClaim,
    EntryKind,
    Heir,
    Overpayment,
    OverpaymentState,
    Payroll,
    Recovery,
    SurvivorClaim,
)
from pensions.services import overpaid
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month
from socsec.office.errors import say
from socsec.office.models import Run
from socsec.office.oversight import Finding

from .sql import ENTRIES, FEW, ORDERS, OVERPAID, PAYMENTS, PEOPLE, RECOVERIES, select


def payments_against_orders() -> Iterator[Finding]:
    """Everybody whom a posted payroll pays has an order of exactly that amount, and nobody else.

    What was kept back of an overpayment is not ordered.
    """
    posted = f"""{Payroll._meta.db_table} y
              join {Run._meta.db_table} r on r.id = y.run_id and r.state = '{Run.State.POSTED}'"""
    rows = select(
        f"""select run_id, person_id, coalesce(p.amount, 0)::bigint, coalesce(o.amount, 0)::bigint
              from (select y.run_id, m.person_id, sum(m.amount) as amount
                      from {posted} join {PAYMENTS} m on m.run_id = y.run_id group by 1, 2) p
              full join (select y.run_id, m.person_id, sum(m.amount) as amount
                           from {posted} join {ORDERS} m on m.batch_id = y.envelope_id
                          group by 1, 2) o using (run_id, person_id)
              left join (select run_id, person_id, sum(amount) as amount from {RECOVERIES}
                          where run_id is not null group by 1, 2) k using (run_id, person_id)
             where coalesce(p.amount, 0) - coalesce(k.amount, 0) <> coalesce(o.amount, 0)
             order by run_id, person_id limit {FEW}"""  # noqa: S608
    )
    for run_id, person_id, paid, ordered in rows:
        yield Finding(
            "pensions.orders",
            f"run {run_id}, person {person_id}",
            say(
                _("The payroll says %(paid)s yuan, the order to the bank %(ordered)s yuan."),
                paid=yuan(paid),
                ordered=yuan(ordered),
            ),
        )


def payrolls_have_envelopes() -> Iterator[Finding]:
    """A posted payroll has one envelope, which says what the run says."""
    posted = Payroll.objects.filter(run__state=Run.State.POSTED).select_related("run", "envelope")
    kept = dict(
        Recovery.objects.filter(run_id__isnull=False)
        .order_by()
        .values_list("run_id")
        .annotate(amount=Sum("amount"))
    )
    for payroll in posted:
        envelope = payroll.envelope
        if (
            envelope is None
            or envelope.state == PaymentBatch.State.CANCELLED
            or (envelope.count, envelope.total + kept.get(payroll.run_id, 0))
            != (payroll.run.count, payroll.run.total)
        ):
            yield Finding(
                "pensions.envelopes",
                f"run {payroll.run_id}",
                _("The envelope of this payroll is missing, cancelled or differs from it."),
            )


def drawn_as_paid() -> Iterator[Finding]:
    """What payrolls say the accounts bear is what was drawn from the accounts."""
    rows = select(
        f"""select coalesce(p.run_id, e.run_id), coalesce(p.borne, 0)::bigint,
                   coalesce(e.drawn, 0)::bigint
              from (select run_id, sum(from_account) as borne from {PAYMENTS} group by run_id) p
              full join (select b.reference as run_id, -sum(b.amount + coalesce(u.amount, 0)) as drawn
                           from {ENTRIES} b
                           left join {ENTRIES} u
                             on u.person_id = b.person_id and u.fund_id = b.fund_id
                            and u.kind = %s and u.reference = b.seq
                          where b.kind = %s group by b.reference) e on e.run_id = p.run_id
             where coalesce(p.borne, 0) <> coalesce(e.drawn, 0) limit {FEW}""",  # noqa: S608
        [EntryKind.REVERSAL, EntryKind.BENEFIT],
    )
    for run_id, borne, drawn in rows:
        yield Finding(
            "pensions.drawn",
            f"run {run_id}",
            say(
                _("Accounts bear %(borne)s yuan, but %(drawn)s yuan were drawn from them."),
                borne=yuan(borne),
                drawn=yuan(drawn),
            ),
        )


def paid_although_dead() -> Iterator[Finding]:
    """Nobody is paid for a month after a death that was known before the payroll was made.

    What was paid before anybody knew is no fault of the books: it is listed for recovery.
    """
    rows = select(
        f"""select p.person_id, p.month
              from {PAYMENTS} p
              join {PEOPLE} d on d.id = p.person_id and d.died_on is not null
              join {Run._meta.db_table} r on r.id = p.run_id
             where p.month > extract(year from d.died_on) * 12 + extract(month from d.died_on) - 1
               and d.death_known_on < r.started_at::date limit {FEW}"""  # noqa: S608
    )
    for person_id, month in rows:
        yield Finding(
            "pensions.paid_dead",
            f"person {person_id}, {format_month(month)}",
            _("A month after the death was paid, although the death was known."),
        )


def overpaid_as_recorded() -> Iterator[Finding]:
    """Of every award that is ended or was corrected: paid is due and what is recorded as overpaid.

    Also of a dead person's, once the award is ended: until then the death waits to be worked in.
    """
    rows = select(
        f"""select person_id, month, excess, recorded from ({overpaid.EXCESS}
             where a.state = {AwardState.ENDED}
                or p.died_on is null and exists (
                   select from {OVERPAID} o
                    where o.person_id = a.person_id and o.award_id = a.id)) e
             where excess <> recorded limit {FEW}"""  # noqa: S608
    )
    for person_id, month, excess, recorded in rows:
        yield Finding(
            "pensions.overpaid",
            f"person {person_id}, {format_month(month)}",
            say(
                _("%(excess)s yuan were paid beyond what is due, %(recorded)s yuan are recorded."),
                excess=yuan(excess),
                recorded=yuan(recorded),
            ),
        )


def overpayments_add_up() -> Iterator[Finding]:
    """The sums kept with an overpayment are those of its months, recoveries and instalments."""
    rows = select(
        f"""select o.id from {Overpayment._meta.db_table} o
              left join lateral (select sum(amount) as amount from {OVERPAID} m
                                  where m.person_id = o.person_id
                                    and m.overpayment_id = o.id) m on true
              left join lateral (select sum(amount) as amount from {RECOVERIES} r
                                  where r.person_id = o.person_id
                                    and r.overpayment_id = o.id) r on true
             where o.amount <> coalesce(m.amount, 0) or o.recovered <> coalesce(r.amount, 0)
                or (o.state = '{OverpaymentState.OPEN}') <> (o.amount > o.recovered)
             limit {FEW}"""  # noqa: S608
    )
    for (number,) in rows:
        yield Finding(
            "pensions.recovered",
            f"overpayment {number}",
            _("The overpayment is not the sum of its rows."),
        )


def balances_paid_out() -> Iterator[Finding]:
    """Who ended the relation got what left the account, and the account holds nothing since."""
    rows = select(
        f"""select c.case_id from {BalanceClaim._meta.db_table} c
              left join {PaymentBatch._meta.db_table} b on b.id = c.envelope_id
             cross join lateral (select coalesce(-sum(amount), 0) as amount from {ENTRIES} e
                                  where e.person_id = c.person_id and e.kind = %s
                                    and e.reference = c.case_id) e
             where c.granted and (c.balance <> e.amount or c.balance <> coalesce(b.total, 0))
             limit {FEW}""",  # noqa: S608
        [EntryKind.CLOSE],
    )
    for (number,) in rows:
        yield Finding(
            "pensions.balances",
            f"case {number}",
            _("What was paid out is not what left the account."),
        )


def settled_after_a_death() -> Iterator[Finding]:
    """What a granted claim after a death says was divided among the heirs, to the fen."""
    rows = select(
        f"""select c.case_id from {SurvivorClaim._meta.db_table} c
             cross join lateral (select coalesce(sum(amount), 0) as amount
                                   from {Heir._meta.db_table} h where h.claim_id = c.case_id) h
             where c.granted
               and c.funeral + c."grant" + c.balance + c.annuity + c.unpaid - c.kept_back <> h.amount
             limit {FEW}"""  # noqa: S608
    )
    for (number,) in rows:
        yield Finding(
            "pensions.heirs",
            f"case {number}",
            _("What the heirs receive is not what was granted."),
        )
