"""Finding what was paid too much: months paid beyond what is due, compared with what is recorded.

An award's month is due to the amount of its benefit in force, from its first month up to its last
and the month of death. Whatever changes that (an end, a death, a correction, a payroll taken back)
calls `find`: of every month, paid = due + overpaid, until the next change.
"""

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from funds.services import fund as fund_services
from pensions.models import (
    AccountEntry,
    Award,
    AwardState,
    Benefit,
    EndReason,
    EntryKind,
    OverpaidMonth,
    Overpayment,
    OverpaymentReason,
    OverpaymentState,
    PensionPayment,
    Plan,
)
from pensions.params import RecoveryParams
from pensions.services import entries
from socsec.kernel import months
from socsec.kernel.money import yuan
from socsec.kernel.ranges import MOST
from socsec.office.errors import say
from socsec.office.models import User
from socsec.office.services import audit, messages
from socsec.office.services import policy as policies

AWARDS = Award._meta.db_table
BENEFITS = Benefit._meta.db_table
PAYMENTS = PensionPayment._meta.db_table
OVERPAID = OverpaidMonth._meta.db_table
PEOPLE = Person._meta.db_table

# The last month that an award may be paid for.
LAST = """least(coalesce(a.until_month, 2147483647), coalesce(a.last_month, 2147483647),
                coalesce((extract(year from p.died_on) * 12
                          + extract(month from p.died_on) - 1)::int, 2147483647))"""
# Columns: person_id, award_id, month, excess (paid beyond due), borne (of it by the account),
# recorded. Parameters: those of the condition.
EXCESS = f"""
    select a.person_id, a.id as award_id, m.month,
           greatest(coalesce(y.amount, 0) - d.amount, 0)::bigint as excess,
           (case when coalesce(y.amount, 0) > d.amount
                 then greatest(y.borne - d.account, 0) else 0 end)::bigint as borne,
           coalesce(r.amount, 0)::bigint as recorded
      from {AWARDS} a
      join {PEOPLE} p on p.id = a.person_id
     cross join lateral (
           select month from {PAYMENTS} where person_id = a.person_id and award_id = a.id
            union
           select month from {OVERPAID} where person_id = a.person_id and award_id = a.id) m
      left join lateral (
           select sum(amount) as amount, sum(from_account) as borne from {PAYMENTS} y
            where y.person_id = a.person_id and y.award_id = a.id and y.month = m.month) y on true
      left join lateral (
           select sum(amount) as amount from {OVERPAID} r
            where r.person_id = a.person_id and r.award_id = a.id and r.month = m.month) r on true
      left join lateral (
           select b.basic + b.account + b.transitional + b.addition as amount, b.account
             from {BENEFITS} b
            where b.person_id = a.person_id and b.award_id = a.id and b.from_month <= m.month
            order by b.from_month desc, b.version desc limit 1) b on true
     cross join lateral (
           select case when m.month between a.from_month and {LAST}
                       then coalesce(b.amount, 0) else 0 end as amount,
                  case when m.month between a.from_month and {LAST}
                       then coalesce(b.account, 0) else 0 end as account) d
"""  # noqa: S608


@transaction.atomic
def find(*, award: Award, by: User | None = None) -> Overpayment | None:
    """Record what an award paid too much since it was last looked at; None where there is nothing.

    Months that turn out to be due after all come off the overpayments that hold them, and the
    account gets back what it had borne of overpaid months. The person is told, or those who live
    on for a person who died.
    """
    award = Award.objects.select_for_update(of=("self",)).select_related("person").get(pk=award.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            f"{EXCESS} where a.person_id = %s and a.id = %s order by m.month",
            [award.person_id, award.pk],
        )
        rows = cursor.fetchall()
    more = [(month, excess - old) for _p, _a, month, excess, _b, old in rows if excess > old]
    for _person, _award, month, excess, _borne, recorded in rows:
        if excess < recorded:
            _take_off(award, month, recorded - excess, by)
    made = _record(award, more, by) if more else None
    _restore(award, sum(row[4] for row in rows), by)
    return made


def find_all(first: int = 0, last: int = MOST) -> int:
    """The same for every award of a range of people whose months may differ. How many differed."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select distinct award_id from ({EXCESS}
                 where a.person_id between %s and %s
                   and (a.state = {AwardState.ENDED}
                        or exists (select from {OVERPAID} o
                                    where o.person_id = a.person_id and o.award_id = a.id)
                        or exists (select from {BENEFITS} v
                                    where v.person_id = a.person_id and v.award_id = a.id
                                      and v.version > 0))) e
                 where excess <> recorded order by award_id""",  # noqa: S608
            [first, last],
        )
        found = [row[0] for row in cursor.fetchall()]
    for award in Award.objects.filter(pk__in=found).order_by("pk"):
        find(award=award)
    return len(found)


def params_of(region: str) -> RecoveryParams:
    """How overpayments come back in a region, today."""
    return RecoveryParams.at(policies.of(policies.current_edition()), region, timezone.localdate())


def _reason(award: Award) -> OverpaymentReason:
    if award.state != AwardState.ENDED:
        return OverpaymentReason.CORRECTION
    if award.end_reason == EndReason.DEATH:
        return OverpaymentReason.DEATH
    if award.end_reason == EndReason.MOVED:
        return OverpaymentReason.DOUBLE
    return OverpaymentReason.ENDED


def _record(award: Award, rows: list[tuple[int, int]], by: User | None) -> Overpayment:
    today = timezone.localdate()
    limit = int(params_of(award.region).limitation)
    until = months.first_day(months.month_of(today) + limit)
    made = Overpayment.objects.create(
        person=award.person,
        award=award,
        region=award.region,
        reason=_reason(award),
        amount=sum(amount for _month, amount in rows),
        found_on=today,
        limited_on=until.replace(day=min(today.day, months.last_day(months.month_of(until)).day)),
    )
    OverpaidMonth.objects.bulk_create(
        OverpaidMonth(
            person_id=award.person_id,
            overpayment_id=made.pk,
            award_id=award.pk,
            month=month,
            amount=amount,
        )
        for month, amount in rows
    )
    audit.record(
        by=by,
        act="overpayment.find",
        subject=made,
        person_id=award.person_id,
        region=award.region,
        amount=made.amount,
        months=len(rows),
        reason=made.reason,
    )
    if made.reason != OverpaymentReason.DEATH:
        messages.notify(
            person_id=award.person_id,
            title=say(_("We paid you %(amount)s yuan too much"), amount=yuan(made.amount)),
            body=say(
                _(
                    "It concerns %(months)s months. You may return it at once, in instalments, or"
                    " have it kept back from your pension: choose under “My benefits”."
                    " If you disagree, tell us there as well."
                ),
                months=len(rows),
            ),
            by=by,
        )
        made.noticed_at = timezone.now()
        made.save(update_fields=["noticed_at"])
    return made


def _take_off(award: Award, month: int, amount: int, by: User | None) -> None:
    """A month was due after all, or less of it overpaid: the latest overpayment gives first."""
    held = Overpayment.objects.select_for_update().filter(award=award).order_by("-pk")
    for each in held:
        rows = OverpaidMonth.objects.filter(
            person_id=award.person_id, overpayment_id=each.pk, month=month
        )
        here = sum(rows.values_list("amount", flat=True))
        less = min(here, amount)
        if less <= 0:
            continue
        part = (rows.aggregate(last=Max("part"))["last"] or 0) + 1
        OverpaidMonth.objects.create(
            person_id=award.person_id,
            overpayment_id=each.pk,
            award_id=award.pk,
            month=month,
            part=part,
            amount=-less,
        )
        each.amount -= less
        settle(each)
        # What was agreed was agreed for another sum.
        if each.plan == Plan.INSTALMENTS:
            each.plan = Plan.NONE
            each.instalments.all().delete()
        each.save()
        audit.record(
            by=by,
            act="overpayment.reduce",
            subject=each,
            person_id=award.person_id,
            region=award.region,
            month=months.format_month(month),
            amount=less,
        )
        amount -= less
        if not amount:
            return


def settle(each: Overpayment) -> None:
    """Bring the state in line with what has come back."""
    if each.state == OverpaymentState.WRITTEN_OFF:
        return
    if each.amount == 0 and each.recovered == 0:
        each.state = OverpaymentState.CANCELLED
    elif each.remaining <= 0:
        each.state = OverpaymentState.SETTLED
    else:
        each.state = OverpaymentState.OPEN


def _restore(award: Award, wanted: int, by: User | None) -> None:
    """What the account bore of overpaid months stands on it again, and no more than that."""
    fund = fund_services.for_(award.branch, award.scheme, award.region)
    held = AccountEntry.objects.filter(person_id=award.person_id, fund_id=fund.pk)
    there = held.filter(kind=EntryKind.RESTORED, reference=award.pk)
    change = wanted - sum(there.values_list("amount", flat=True))
    last = held.order_by("-seq").first()
    if last is None or not change:
        return
    change = max(change, -last.balance)
    if not change:
        return
    month = award.until_month or months.month_of(timezone.localdate())
    entries.write_one(
        fund=fund,
        kind=EntryKind.RESTORED,
        person_id=award.person_id,
        region=award.region,
        month=month,
        bears_from=month + 1,
        amount=change,
        reference=award.pk,
        source=f"pensions.restored:{award.pk}:{last.seq + 1}",
        by=by,
    )
