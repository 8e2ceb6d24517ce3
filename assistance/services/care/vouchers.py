"""Vouchers for care: issued once a month to all whose level is known, in statements over ranges.

What a voucher has left is what it was issued for less what confirmed orders took. It lapses by its
date: nothing is written for it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import F, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from assistance.models import CareAssessment, CareState, Recognition, Voucher
from assistance.params import CareVoucherParams
from assistance.rules.care_services import CareVoucherFacts, care_voucher
from assistance.rules.facts import Standing
from enrollment.models import Person
from socsec.kernel import regions
from socsec.kernel.arith import any_of
from socsec.kernel.months import first_day, last_day, month_of
from socsec.kernel.policy import Policy, PolicyError
from socsec.kernel.ranges import MOST
from socsec.kernel.sqlexpr import compile as compile_rule
from socsec.office.errors import from_kernel
from socsec.office.people import numbers

KIND = "care_vouchers"

ASSESSMENTS = CareAssessment._meta.db_table
PEOPLE = Person._meta.db_table
RECOGNITIONS = Recognition._meta.db_table
VOUCHERS = Voucher._meta.db_table

# The level that holds in the month for each living person who has no voucher of it yet.
FACTS = f"""
    select a.person_id, a.region, %s::int as month, a.level,
           %s::int - (extract(year from h.born_on) * 12
                      + extract(month from h.born_on) - 1)::int as age,
           exists (select from {RECOGNITIONS} r where r.person_id = a.person_id
                      and r.standing = {int(Standing.HARDSHIP)} and r.since <= %s
                      and (r.until is null or r.until >= %s)) as in_hardship
      from (select distinct on (person_id) person_id, region, level, valid_until
              from {ASSESSMENTS}
             where state = '{CareState.IN_FORCE}' and assessed_on <= %s
               and region between %s and %s and person_id between %s and %s
             order by person_id, assessed_on desc, id desc) a
      join {PEOPLE} h on h.id = a.person_id and (h.died_on is null or h.died_on >= %s)
     where a.valid_until >= %s
       and not exists (select from {VOUCHERS} v
                        where v.person_id = a.person_id and v.month = %s)
"""  # noqa: S608


@dataclass(frozen=True)
class Part:
    """Part of an issue: the people of a region with numbers from `first` to `last`."""

    policy: Policy
    month: int
    region: str
    first: int = 0
    last: int = MOST

    def due(self) -> tuple[str, list[Any]]:
        """The SELECT of what is to be issued, with its parameters."""
        low, high = regions.span(self.region)
        begins, ends = first_day(self.month), last_day(self.month)
        try:
            table, params = CareVoucherParams.sql(self.policy, self.places(), self.month)
        except PolicyError as error:
            raise from_kernel(error) from error
        sheet = care_voucher(CareVoucherFacts.sql(), params)
        return (
            compile_rule(
                {"amount": sheet.amount, "minutes": sheet.minutes, "until": sheet.spend_until},
                f"select * from ({FACTS}) f join ({table}) p using (region)",  # noqa: S608
                carry=("person_id", "region", "month", "level"),
                keep=any_of(sheet.amount > 0, sheet.minutes > 0),
            ),
            [
                self.month,
                self.month,
                begins,
                begins,
                ends,
                low,
                high,
                self.first,
                self.last,
                begins,
                begins,
                self.month,
            ],
        )

    def places(self) -> list[str]:
        """The regions whose parameters it needs; its own where nobody was assessed."""
        low, high = regions.span(self.region)
        found = (
            CareAssessment.objects.filter(region__gte=low, region__lte=high)
            .order_by("region")
            .values_list("region", flat=True)
            .distinct()
        )
        return list(found) or [self.region]


def ranges(part: Part, size: int) -> list[tuple[int, int]]:
    """Ranges of person numbers with about `size` assessments each."""
    low, high = regions.span(part.region)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select min(n) from (
                  select person_id as n,
                         (row_number() over (order by person_id) - 1) / %s as chunk
                    from {ASSESSMENTS} where region between %s and %s) a
                 group by chunk order by 1""",  # noqa: S608
            [size, low, high],
        )
        starts = sorted({row[0] for row in cursor.fetchall()})
    return [
        (first, following - 1)
        for first, following in zip(starts, [*starts[1:], MOST + 1], strict=True)
    ]


def totals(part: Part) -> dict[str, list[int]]:
    """What would be issued, by region: [vouchers, fen]."""
    due, params = part.due()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select region, count(*), coalesce(sum(amount), 0)::bigint
                  from ({due}) d group by region order by region""",  # noqa: S608
            params,
        )
        return {region: [int(count), int(total)] for region, count, total in cursor.fetchall()}


def issue(part: Part, run_id: int) -> tuple[int, int]:
    """Write the vouchers of a part. Returns vouchers and fen."""
    due, params = part.due()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""with made as (
                  insert into {VOUCHERS}
                    (person_id, region, month, level, amount, minutes, expires_on, run_id)
                  select person_id, region, month, level, amount, minutes,
                         (make_date((until / 12)::int, (until %% 12)::int + 1, 1)
                          + interval '1 month - 1 day')::date, %s
                    from ({due}) d
                  returning amount)
                select count(*), coalesce(sum(amount), 0)::bigint from made""",  # noqa: S608
            [run_id, *params],
        )
        count, total = cursor.fetchone()
    return int(count), int(total)


@dataclass(frozen=True)
class Left:
    """What a voucher has left: fen, or minutes."""

    voucher: Voucher
    amount: int
    minutes: int


def left(person_id: int, on: date | None = None) -> list[Left]:
    """The vouchers of a person that may pay for service on a day, with something left; what lapses
    first comes first."""
    day = on or timezone.localdate()
    rows = (
        Voucher.objects.filter(
            person_id__in=numbers(person_id), month__lte=month_of(day), expires_on__gte=day
        )
        .annotate(
            money_left=F("amount") - Coalesce(Sum("uses__amount"), 0),
            time_left=F("minutes") - Coalesce(Sum("uses__minutes"), 0),
        )
        .order_by("expires_on", "pk")
    )
    return [
        Left(row, row.money_left, row.time_left) for row in rows if row.money_left + row.time_left
    ]
