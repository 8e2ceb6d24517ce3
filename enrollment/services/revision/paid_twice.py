"""A month that a worker paid in two regions: one is kept, the other goes back.

Being an employee is kept before working alone; between equals the office where the person was
insured earlier gives back, and the later insurance, which holds, is kept (人社部规〔2016〕5号：重复缴费
的予以清理). What was contributed to the month that gives way is reduced to nothing: it becomes credit
of whoever paid it, and is refunded; a person's by a payment order.
"""

from typing import Any

from django.db import connection
from django.utils.translation import gettext_noop

from enrollment.models import Contribution, DoubleEnrolment, Receipt, ReceiptAllocation
from enrollment.services.collection import refunds
from enrollment.services.revision import corrections
from funds.models import Branch
from socsec.kernel.regions import span
from socsec.office import people
from socsec.office.models import User

# Kept as it stands here, and read in the reader's language.
REASON = gettext_noop("Paid in two regions")
BRANCHES = [Branch.PENSION.value, Branch.MEDICAL.value]

# `first` is the month from which somebody is on record in a region; category 2 works alone.
_FIND = """
    with named as (
        select absorbed_id, survivor_id from enrollment_personlink where state = 'active'
    ),
    paid as (
        select coalesce(n.survivor_id, c.person_id) as person_id, c.branch, c.month, c.region,
               min(c.category) = 2 as alone
        from enrollment_contribution c
        left join named n on n.absorbed_id = c.person_id
        where c.branch = %s and c.month between %s and %s
          and (
              select sum(a.amount) from enrollment_receiptallocation a
              where a.person_id = c.person_id and a.month = c.month and a.branch = c.branch
                and a.employer_id = c.employer_id and a.part = c.part
          ) > 0
        group by 1, 2, 3, 4
    ),
    every as (
        select * from paid
        union all
        select coalesce(n.survivor_id, p.person_id), p.branch, p.month, s.region, false
        from enrollment_priormonth p
        join enrollment_priorservice s on s.id = p.prior_id and s.state = 'approved'
        left join named n on n.absorbed_id = p.person_id
        where p.branch = %s and p.month between %s and %s and s.kind = 'paid'
    ),
    pairs as (
        select mine.person_id, mine.branch, mine.month, mine.region, other.region as other_region,
               mine.alone, other.alone as other_alone,
               coalesce(b.first, mine.month) as first, coalesce(o.first, other.month) as other_first
        from paid mine
        join every other
          on other.person_id = mine.person_id and other.branch = mine.branch
             and other.month = mine.month and other.region <> mine.region
        left join lateral (
            select min(c.month) as first from enrollment_contribution c
            where c.person_id = mine.person_id and c.branch = mine.branch
              and c.region = mine.region
        ) as b on true
        left join lateral (
            select min(c.month) as first from enrollment_contribution c
            where c.person_id = mine.person_id and c.branch = mine.branch
              and c.region = other.region
        ) as o on true
        where mine.region between %s and %s
    )
    insert into enrollment_doubleenrolment
      (person_id, branch, year, region, other, other_region, months, state, found_at, reason)
    select person_id, branch, month / 12, min(region), %s, min(other_region),
           bit_or(1 << (month %% 12))::smallint, 'found', now(), ''
    from pairs
    where (alone and not other_alone)
       or (alone = other_alone and (first, region) < (other_first, other_region))
    group by person_id, branch, month / 12
    on conflict (person_id, branch, year, other) do nothing
"""


def find(*, branch: int, year: int, region: str) -> int:
    """Put into the queue whoever paid a month of the year in two regions. Gives how many are new.

    For the matching run, which has asked who may.
    """
    low, high = span(region)
    months = [branch, year * 12, year * 12 + 11]
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [*months, *months, low, high, DoubleEnrolment.Other.TWICE.value])
        return int(cursor.rowcount)


def months_of(double: DoubleEnrolment) -> list[int]:
    return [double.year * 12 + bit for bit in range(12) if double.months & (1 << bit)]


def paid(double: DoubleEnrolment) -> int:
    """What was paid for the months that give way, by whomever, in fen."""
    rows = _of(ReceiptAllocation, double)
    return sum(rows.values_list("amount", flat=True))


def give_back(*, by: User, maker: User, double: DoubleEnrolment) -> int:
    """Reduce the months to nothing and refund what was paid for them. Gives how much, in fen.

    `by` decides what `maker` proposed; `Refused` where a person has no bank account on file.
    """
    touched = set(_of(ReceiptAllocation, double).values_list("receipt_id", flat=True))
    before = dict(Receipt.objects.filter(pk__in=touched).values_list("pk", "credit"))
    keys = _of(Contribution, double).values_list("person_id", "month", "branch", "employer_id")
    for person_id, month, branch, employer_id in sorted(set(keys)):
        corrections.strike_off(
            by=by,
            person_id=person_id,
            month=month,
            branch=branch,
            employer_id=employer_id,
            reason=REASON,
        )
    total = 0
    for receipt in Receipt.objects.filter(pk__in=touched).order_by("pk"):
        gained = receipt.credit - before[receipt.pk]
        if gained > 0:
            asked = refunds.draft(maker=maker, receipt=receipt, amount=gained, reason=REASON)
            refunds.approve(by=by, refund=asked)
            total += gained
    return total


def _of(model: Any, double: DoubleEnrolment) -> Any:
    return model._default_manager.filter(
        person_id__in=people.numbers(double.person_id),
        branch=double.branch,
        month__in=months_of(double),
        region=double.region,
    )
