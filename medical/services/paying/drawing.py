"""Drawing up the statements of a month: what the bills of each provider came to, by scheme.

A bill counts in the month in which it is booked; one that is taken back or worked out anew counts
again, with the difference, in the month of that. So statements add up to what the funds' books say.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from funds.models import Branch, Fund, Public, Scheme
from medical.models import (
    STATEMENT_MONEY,
    Encounter,
    ProviderStatement,
    Settlement,
    StatementShare,
)
from socsec.kernel import months, regions
from socsec.kernel.ranges import MOST
from socsec.office import cutting
from socsec.office.errors import Invalid, Refused
from socsec.office.models import Run
from socsec.office.runs import Preview

KIND = "provider_statements"
BILLS = Settlement._meta.db_table
STATEMENTS = ProviderStatement._meta.db_table
SHARES = StatementShare._meta.db_table
VISITS = Encounter._meta.db_table

# A bill that is settled counts as one, one taken back as minus one.
COUNTED = f"""sum(case s.kind when '{Settlement.Kind.SETTLED}' then 1
                              when '{Settlement.Kind.REVERSED}' then -1 else 0 end)::int"""
SUMS = ", ".join(f"sum(s.{name})::bigint as {name}" for name in STATEMENT_MONEY)
# Of one scheme and fund: bills of a month, of providers of a region, of who is insured with the fund.
BOOKED = f"""
    from {BILLS} s
   where s.booked_on between %s and %s and s.scheme = %s and not s.handed_in
     and s.home between %s and %s
     and s.region between %s and %s and s.provider_id between %s and %s
"""


@dataclass(frozen=True)
class Part:
    """The bills of a month with providers of a region, in one scheme; providers may be a range."""

    fund: Fund
    month: int
    region: str
    first: int = 0
    last: int = MOST

    def booked(self) -> tuple[str, list[Any]]:
        """The FROM and WHERE of these bills, with their parameters."""
        return BOOKED, [
            months.first_day(self.month),
            months.last_day(self.month),
            self.fund.scheme,
            *regions.span(self.fund.region_id),
            *regions.span(self.region),
            self.first,
            self.last,
        ]


def parts(month: int, region: str) -> list[Part]:
    """One for each scheme whose fund pools the region. `Invalid` for a month that is not over.

    `Refused` where several funds pool it, or none.
    """
    if month >= months.month_of(timezone.localdate()):
        raise Invalid(
            _("This month is not over yet."),
            code="not_over",
            field="month",
            fix=_("Statements are drawn up once the month is over."),
        )
    medical = Fund.objects.filter(branch=Branch.MEDICAL).select_related("region")
    # From the nation down, so that the nearest stays.
    above = medical.filter(region__in=regions.upwards(region)).order_by("region")
    found = {fund.scheme: fund for fund in above}
    several = any(_pools_below(fund) for fund in found.values())
    if not found or several:
        raise Refused(
            _("No one fund pays the providers of this region."),
            code="no_fund",
            fix=_("Draft a run for each pooling region."),
        )
    return [Part(found[scheme], month, region) for scheme in sorted(found)]


def _pools_below(fund: Fund) -> bool:
    """Whether a fund of the same scheme pools a part of its region apart."""
    low, high = regions.span(fund.region_id)
    below = Fund.objects.filter(branch=fund.branch, scheme=fund.scheme)
    return below.filter(region_id__gte=low, region_id__lte=high).exclude(pk=fund.pk).exists()


def preview(month: int, region: str) -> Preview:
    """How many statements there would be and what the funds owe by them, by payer and by region."""
    count = 0
    regions_of: dict[str, list[int]] = {}
    figures = dict.fromkeys(STATEMENT_MONEY, 0)
    for part in parts(month, region):
        booked, values = part.booked()
        with connection.cursor() as cursor:
            cursor.execute(
                f"select s.region, count(distinct s.provider_id), {SUMS} {booked} group by 1",
                values,
            )
            for where, providers, *sums in cursor.fetchall():
                count += providers
                named = dict(zip(STATEMENT_MONEY, map(int, sums), strict=True))
                figures = {name: figures[name] + named[name] for name in STATEMENT_MONEY}
                seen = regions_of.setdefault(where, [0, 0])
                seen[0], seen[1] = seen[0] + providers, seen[1] + named["fund_pay"]
    return Preview(
        count=count,
        total=figures["fund_pay"],
        figures={name: fen for name, fen in figures.items() if fen},
        regions=regions_of,
    )


def chunks(month: int, region: str, size: int) -> Iterator[dict[str, Any]]:
    """Ranges of providers, for each scheme, with about as many bills each."""
    for part in parts(month, region):
        booked, values = part.booked()
        people = f"select s.provider_id as person_id {booked}"
        for each in cutting.by_person(people, values, size):
            yield {"scheme": part.fund.scheme, **each}


def draw_up(part: Part, run: Run) -> tuple[int, int]:
    """Write the statements of a part and what each fund owes of them; how many, and the funds' sum."""
    booked, values = part.booked()
    columns = ", ".join(STATEMENT_MONEY)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""insert into {STATEMENTS}
                  (run_id, provider_id, month, scheme, fund_id, region, recorded_at, agreed_note,
                   bills, {columns})
                select %s, s.provider_id, %s, %s, %s, min(s.region), now(), '', {COUNTED}, {SUMS}
                {booked} group by s.provider_id order by s.provider_id""",
            [run.pk, part.month, part.fund.scheme, part.fund.pk, *values],
        )
        cursor.execute(
            f"""insert into {SHARES} (statement_id, fund_id, amount)
                select t.id, %s, t.fund_pay - t.assistance_pay from {STATEMENTS} t
                 where t.run_id = %s and t.scheme = %s and t.provider_id between %s and %s""",  # noqa: S608
            [part.fund.pk, run.pk, part.fund.scheme, part.first, part.last],
        )
        _purses(part, run)
        cursor.execute(
            f"""select count(*), coalesce(sum(fund_pay), 0)::bigint from {STATEMENTS}
                 where run_id = %s and scheme = %s and provider_id between %s and %s""",  # noqa: S608
            [run.pk, part.fund.scheme, part.first, part.last],
        )
        count, total = cursor.fetchone()
    return int(count), int(total)


def _purses(part: Part, run: Run) -> None:
    """What the purses of medical assistance owe, each for the homes that it pays for."""
    booked, values = part.booked()
    low, high = regions.span(part.fund.region_id)
    above = regions.upwards(part.fund.region_id)
    purses = list(
        Fund.objects.filter(branch=Public.ASSISTANCE, scheme=Scheme.RESIDENTS).values_list(
            "pk", "region_id"
        )
    )
    near = [
        (pk, *regions.span(code)) for pk, code in purses if low <= code <= high or code in above
    ]
    if not near:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"""insert into {SHARES} (statement_id, fund_id, amount)
                select t.id, purse.fund_id, sum(b.amount)::bigint
                  from (select s.provider_id, s.home, sum(s.assistance_pay)::bigint as amount
                        {booked} group by s.provider_id, s.home
                        having sum(s.assistance_pay) <> 0) b
                  join {STATEMENTS} t on t.provider_id = b.provider_id and t.run_id = %s
                                     and t.scheme = %s
                 cross join lateral (
                       select p.fund_id from unnest(%s::int[], %s::text[], %s::text[])
                              as p (fund_id, low, high)
                        where b.home between p.low and p.high
                        order by p.low desc, p.high limit 1) purse
                 group by t.id, purse.fund_id""",  # noqa: S608
            [
                *values,
                run.pk,
                part.fund.scheme,
                *(list(column) for column in zip(*near, strict=True)),
            ],
        )


def check_untouched(run: Run) -> None:
    """A run whose statements were agreed or paid is not undone: later months correct it."""
    if ProviderStatement.objects.filter(run=run, state=ProviderStatement.State.AGREED).exists():
        raise Refused(
            _("Providers have agreed to statements of this run."),
            code="agreed_already",
            fix=_("Correct the bills: the difference stands in the next statement."),
        )


def withdraw(part: Part, run: Run) -> None:
    """Take the statements of a part back, before anybody agreed."""
    ProviderStatement.objects.filter(
        run=run,
        scheme=part.fund.scheme,
        provider_id__gte=part.first,
        provider_id__lte=part.last,
    ).delete()
