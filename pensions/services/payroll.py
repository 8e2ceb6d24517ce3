"""The monthly payroll: whom it pays what, written in statements over a range of people.

What is owed comes from two SELECTs: the preview adds them up, the run inserts them. A month is owed
to everybody whose award is in payment and who lived to see the month; from `owed_from` on, earlier
months are owed as well. Who has no bank account on file is held: written down, and owed on.
"""

from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from funds.models import Fund, PaymentBatch
from funds.services import fund as fund_services
from funds.services import ledger, payments
from pensions.models import (
    Award,
    AwardState,
    EntryKind,
    HeldPayment,
    HoldReason,
    Payroll,
    PensionPayment,
    Recovery,
    WithdrawnPayment,
)
from pensions.services import entries
from pensions.services.owed import AWARDS, PAID_TO, PAYABLE, Part
from socsec.kernel import months, regions
from socsec.kernel.ranges import MOST
from socsec.office import cutting
from socsec.office.errors import NotFound, Refused, say
from socsec.office.models import Run

KIND = "pension_payroll"

PAYMENTS = PensionPayment._meta.db_table
HELD = HeldPayment._meta.db_table
WITHDRAWN = WithdrawnPayment._meta.db_table
RECOVERIES = Recovery._meta.db_table
DUE = "pensions_due"  # a table of one transaction: what a part of a payroll is owed

PARTS = ("basic", "account", "transitional", "addition")
COLUMNS = (
    "person_id, month, award_id, part, run_id, region, basic, account, transitional, addition,"
    " amount, from_account"
)


def part_of(run: Run, first: int = 0, last: int = MOST) -> Part:
    params = run.params
    return Part(run.month, params["scheme"], run.region_id, first, last, params["branch"])


def fund_of(run: Run) -> Fund:
    """The fund that pays. `Refused` for a region that is pooled in more than one."""
    try:
        return fund_services.for_(run.params["branch"], run.params["scheme"], run.region_id)
    except NotFound as error:
        raise Refused(
            _("No one fund pays the pensions of this region."),
            code="no_fund",
            fix=_("Draft a payroll for each pooling region."),
        ) from error


def check_turn(run: Run) -> None:
    """Payrolls of a region follow each other month by month; `Refused` for one out of turn.

    The first may be of any month. Months skipped would never be paid, and arrears reckon with
    every month before as settled.
    """
    others = _others(run)
    later = others.filter(month__gt=run.month).order_by("month").first()
    if later is not None:
        raise _out_of_turn(
            _("The payroll of %(month)s stands already, so that of an earlier month is closed."),
            later.month,
            _("What is missing is paid as arrears with the next payroll."),
        )
    before = others.filter(month__lt=run.month).order_by("-month", "-pk").first()
    if before is None:
        return
    if before.month < run.month - 1 or before.state != Run.State.POSTED:
        wanted = before.month if before.state != Run.State.POSTED else before.month + 1
        raise _out_of_turn(
            _("The payroll of %(month)s comes first."),
            wanted,
            _("Finish that one, then preview this one again."),
        )


def check_last(run: Run) -> None:
    """Only the last payroll of a region can be undone."""
    later = _others(run).filter(month__gt=run.month).order_by("month").first()
    if later is not None:
        raise _out_of_turn(
            _("The payroll of %(month)s rests on this one."),
            later.month,
            _("Reverse that one first."),
        )


def _others(run: Run) -> QuerySet[Run]:
    """Payrolls of the same people that may have written something."""
    states = [*Run.WORKING, Run.State.POSTED, Run.State.FAILED]
    return Run.objects.filter(
        kind=KIND,
        params=run.params,
        region_low__lte=run.region_high,
        region_high__gte=run.region_low,
        state__in=states,
    ).exclude(pk=run.pk)


def _out_of_turn(message: Any, month: int, fix: Any) -> Refused:
    return Refused(
        say(message, month=months.format_month(month)), code="payroll_out_of_turn", fix=fix
    )


# preview


def totals(part: Part) -> dict[str, dict[str, int]]:
    """What would be paid, by region: people, months, fen by part, arrears among them."""
    due, params = part.due()
    return _by_region(
        f"""select d.region, count(distinct d.person_id), count(*),
                   {", ".join(f"sum(d.{name})::bigint" for name in PARTS)},
                   sum(d.amount)::bigint,
                   coalesce(sum(d.amount) filter (where d.month < %s), 0)::bigint
              from ({due}) d where {PAYABLE}
             group by d.region order by d.region""",  # noqa: S608
        [part.month, *params],
        ("people", "months", *PARTS, "amount", "arrears"),
    )


def held(part: Part) -> dict[str, dict[str, int]]:
    """Who would be owed and could not be paid, by region."""
    due, params = part.due()
    return _by_region(
        f"""select d.region, count(*) filter (where d.month = %s), sum(d.amount)::bigint
              from ({due}) d where not {PAYABLE}
             group by d.region order by d.region""",  # noqa: S608
        [part.month, *params],
        ("people", "amount"),
    )


def changes(part: Part, count: int) -> list[dict[str, Any]]:
    """Whose pension differs most from the month before: new, gone, more, less. Fen a month."""
    due, params = part.due()
    low, high = regions.span(part.region)
    before = part.month - 1
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select coalesce(n.person_id, b.person_id) as person_id,
                       coalesce(b.amount, 0), coalesce(n.amount, 0)
                  from (select d.person_id, d.award_id, d.amount from ({due}) d
                         where d.month = %s and {PAYABLE}) n
                  full join (select person_id, award_id, sum(amount)::bigint as amount
                               from {PAYMENTS}
                              where month = %s and region between %s and %s
                                and person_id between %s and %s
                              group by person_id, award_id) b
                    on b.person_id = n.person_id and b.award_id = n.award_id
                 where coalesce(b.amount, 0) <> coalesce(n.amount, 0)
                 order by abs(coalesce(n.amount, 0) - coalesce(b.amount, 0)) desc, 1
                 limit %s""",  # noqa: S608
            [*params, part.month, before, low, high, part.first, part.last, count],
        )
        rows = cursor.fetchall()
    return [
        {
            "person_id": person,
            "before": was,
            "after": now,
            "change": now - was,
            "kind": "new" if not was else "gone" if not now else "more" if now > was else "less",
        }
        for person, was, now in rows
    ]


def samples(part: Part, count: int) -> list[Award]:
    """Awards with a sheet that the payroll pays, those paid for the first time before others."""
    low, high = regions.span(part.region)
    found = Award.objects.filter(
        state=AwardState.IN_PAYMENT,
        scheme=part.scheme,
        branch=part.branch,
        region__gte=low,
        region__lte=high,
        from_month__lte=part.month,
        sheet__isnull=False,
    ).order_by("-from_month", "-pk")
    return list(found[:count])


# execution


def chunks(part: Part, size: int) -> list[dict[str, Any]]:
    """Ranges of person numbers with about `size` awards each."""
    return cutting.by_person(*payees(part), size)


def payees(part: Part) -> tuple[str, list[Any]]:
    """A SELECT of the person numbers of those in payment, with its parameters."""
    return (
        f"""select person_id from {AWARDS}
             where state = {AwardState.IN_PAYMENT} and scheme = %s and branch = %s
               and region between %s and %s""",  # noqa: S608
        [part.scheme, part.branch, *regions.span(part.region)],
    )


def pay(part: Part, run_id: int, fund: Fund) -> tuple[int, int]:
    """Write what is owed: holds, payments, and what is settled by them. (people, fen) paid.

    What is owed is worked out once, into a table of this transaction. A bank account that comes or
    goes meanwhile is seen by the next payroll: without one the envelope would not be complete, and
    nobody would be paid.
    """
    _work_out(part, fund)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""insert into {HELD} (person_id, run_id, award_id, region, months, amount, reason)
                select person_id, %s, award_id, min(region), count(*), sum(amount)::bigint,
                       '{HoldReason.NO_ACCOUNT}'
                  from {DUE} where not payable
                 group by person_id, award_id""",  # noqa: S608
            [run_id],
        )
        cursor.execute(
            f"""insert into {PAYMENTS} ({COLUMNS})
                select person_id, month, award_id, part, %s, region, basic, account, transitional,
                       addition, amount, from_account
                  from {DUE} where payable
                 order by person_id, month""",  # noqa: S608
            [run_id],
        )
        # Only awards that were owed earlier months, or are from now on, are touched: a few.
        cursor.execute(
            f"""update {AWARDS} a set owed_from = null
                 where a.owed_from is not null and a.person_id between %s and %s
                   and exists (select from {DUE} d
                                where d.person_id = a.person_id and d.award_id = a.id
                                  and d.month = %s and d.payable)""",  # noqa: S608
            [part.first, part.last, part.month],
        )
        cursor.execute(
            f"""update {AWARDS} a set owed_from = %s
                  from {HELD} h
                 where h.run_id = %s and h.person_id = a.person_id and h.award_id = a.id
                   and a.owed_from is null and a.person_id between %s and %s""",  # noqa: S608
            [part.month, run_id, part.first, part.last],
        )
        cursor.execute(
            f"""select count(distinct person_id), coalesce(sum(amount), 0)::bigint
                  from {DUE} where payable"""  # noqa: S608
        )
        people, amount = cursor.fetchone()
    return people, amount


def _work_out(part: Part, fund: Fund) -> None:
    """Put what a part is owed into the table `DUE`, with the last entry of each account beside it.

    The account pays its part until it is used up: where several months are owed, one after the
    other. `drawn` stands in one row of each person: what the account bears of all of them.
    """
    regular, regular_params = part.regular()
    arrears, arrears_params = part.with_arrears()
    last_entry = f"left join lateral {entries.last_entry('d.person_id', '%s')} l on true"
    columns = f"""d.*, {PAYABLE} as payable, coalesce(l.seq, 0) as last_seq,
                  coalesce(l.balance, 0) as last_balance"""
    with connection.cursor() as cursor:
        cursor.execute(f"drop table if exists {DUE}")
        cursor.execute(
            f"""create temporary table {DUE} on commit drop as
                select m.*, m.from_account as drawn
                  from (select {columns},
                               greatest(0, least(d.account, coalesce(l.balance, 0))) as from_account
                          from ({regular}) d {last_entry}) m
                 union all
                select m.*, case when m.month = min(m.month) over person
                                 then (sum(m.from_account) over person)::bigint else 0 end
                  from (select {columns},
                               greatest(0, least(d.account, coalesce(l.balance, 0) + d.account
                                 - sum(d.account) over (partition by d.person_id order by d.month)
                               ))::bigint as from_account
                          from ({arrears}) d {last_entry}) m
                window person as (partition by m.person_id)""",  # noqa: S608
            [*regular_params, fund.pk, *arrears_params, fund.pk],
        )


def draw(part: Part, run_id: int, fund: Fund, source: str) -> entries.Written:
    """Book what the accounts bear of the payments just written: an entry each, and the ledger."""
    return entries.write(
        fund=fund,
        kind=EntryKind.BENEFIT,
        rows=f"""select person_id, region, %s::int as month, %s::int as bears_from,
                        -drawn as amount, null::int as rate, %s::bigint as reference,
                        0::smallint as part, last_seq, last_balance
                   from {DUE} where payable and drawn > 0""",  # noqa: S608
        params=[part.month, part.month, run_id],
        source=source,
        alone=True,
    )


def order(payroll: Payroll, run: Run, kept_back: int = 0) -> PaymentBatch:
    """Put a payroll's payments into an envelope, one order a person, for a second one to release.

    `kept_back` fen of overpayments (`Recovery`) are not ordered.
    """
    envelope = payments.open_batch(
        payroll.fund,
        KIND,
        month=payroll.month,
        count=run.count,
        total=run.total - kept_back,
        source=f"pensions.payroll:{run.pk}",
        by=run.maker,
        region=payroll.region,
    )
    payments.add_orders_sql(
        envelope,
        f"""select p.person_id, 1 as seq, p.region, k.holder as payee, k.bank, k.account,
                   k.last_four, p.amount - coalesce(w.amount, 0) as amount, %s::int as month,
                   %s::text as source
              from (select person_id, min(region) as region, sum(amount)::bigint as amount
                      from {PAYMENTS} where run_id = %s group by person_id) p
              left join (select person_id, sum(amount)::bigint as amount
                           from {RECOVERIES} where run_id = %s group by person_id) w
                     on w.person_id = p.person_id
              join ({PAID_TO}) k on k.person_id = p.person_id
             order by p.person_id""",  # noqa: S608
        [payroll.month, f"pensions.payroll:{run.pk}", run.pk, run.pk],
    )
    return envelope


# reversal


def withdraw(part: Part, run: Run, fund: Fund, source: str) -> None:
    """Take a part's payments back, before any money left: kept apart, and owed again."""
    drawn = ledger.batch(source)
    if drawn is not None:
        entries.undo(
            batch_id=drawn.pk,
            fund=fund,
            people=(part.first, part.last),
            source=f"{source}/reversed",
            reason=run.reversal_reason,
            by=run.reversed_by,
        )
    who = [run.pk, part.first, part.last]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""insert into {WITHDRAWN} ({COLUMNS})
                select {COLUMNS} from {PAYMENTS}
                 where run_id = %s and person_id between %s and %s""",  # noqa: S608
            who,
        )
        cursor.execute(
            f"""update {AWARDS} a set owed_from = w.month
                  from (select person_id, award_id, min(month) as month from {PAYMENTS}
                         where run_id = %s and person_id between %s and %s
                         group by person_id, award_id having min(month) < %s) w
                 where w.person_id = a.person_id and w.award_id = a.id""",  # noqa: S608
            [*who, part.month],
        )
        for table in (PAYMENTS, HELD):
            cursor.execute(
                f"delete from {table} where run_id = %s and person_id between %s and %s",  # noqa: S608
                who,
            )


def _by_region(select: str, params: list[Any], names: tuple[str, ...]) -> dict[str, dict[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(select, params)
        return {
            row[0]: dict(zip(names, map(int, row[1:]), strict=True)) for row in cursor.fetchall()
        }
