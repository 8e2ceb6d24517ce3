"""Drawing up what funds owe each other: every part of a bill whose home is pooled by another fund.

A part is taken by the first statement of its two funds that is drawn up after it was booked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from funds.models import Branch, Fund, Public, Scheme
from funds.services import fund as funds
from medical.models import ClearingLine, ClearingStatement, Settlement
from socsec.kernel import months, regions
from socsec.office.errors import Invalid, Refused
from socsec.office.models import Run
from socsec.office.runs import Preview

KIND = "regional_clearing"
BILLS, LINES = Settlement._meta.db_table, ClearingLine._meta.db_table
SHARES = {
    ClearingLine.Share.INSURANCE: "s.fund_pay - s.assistance_pay",
    ClearingLine.Share.ASSISTANCE: "s.assistance_pay",
}
_AMOUNT = f"case way.share when {int(ClearingLine.Share.INSURANCE)} then s.fund_pay - s.assistance_pay else s.assistance_pay end"
# The parts of bills that go one of the ways and stand in no statement yet.
WAITING = f"""
      from {BILLS} s
      join unnest(%s::int[], %s::text[], %s::text[], %s::int[], %s::int[], %s::int[])
           as way (scheme, home, region, share, debtor, creditor)
        on way.scheme = s.scheme and way.home = s.home and way.region = s.region
     where not s.handed_in and s.booked_on <= %s and ({_AMOUNT}) <> 0
       and not exists (select from {LINES} l
                        where l.settlement_id = s.id and l.share = way.share)
"""


@dataclass(frozen=True)
class Way:
    """From whom to whom: the insured of a home, treated in a region, one purse of theirs."""

    scheme: int
    home: str
    region: str
    share: int
    debtor: Fund
    creditor: Fund

    @property
    def pair(self) -> tuple[int, int]:
        return min(self.debtor.pk, self.creditor.pk), max(self.debtor.pk, self.creditor.pk)


def ways(region: str = regions.NATION) -> list[Way]:
    """Every way in which a fund of a region, or above or below it, owes another or is owed."""
    places = (
        Settlement.objects.filter(handed_in=False)
        .order_by("scheme", "home", "region")
        .values_list("scheme", "home", "region")
        .distinct()
    )
    found = []
    for scheme, home, place in places:
        creditor = funds.for_(Branch.MEDICAL, scheme, place)
        if regions.covers(creditor.region_id, home):
            continue  # the same fund pools both: the provider's own statement has it
        debtors = {
            ClearingLine.Share.INSURANCE: funds.for_(Branch.MEDICAL, scheme, home),
            ClearingLine.Share.ASSISTANCE: _purse(home),
        }
        for share, debtor in debtors.items():
            if debtor is not None and (_near(debtor, region) or _near(creditor, region)):
                found.append(Way(scheme, home, place, int(share), debtor, creditor))
    return found


def check_month(month: int) -> None:
    """`Invalid` for a month that is not over."""
    if month >= months.month_of(timezone.localdate()):
        raise Invalid(
            _("This month is not over yet."),
            code="not_over",
            field="month",
            fix=_("Statements are drawn up once the month is over."),
        )


def preview(month: int, region: str) -> Preview:
    """How many lines there would be, what is owed by them, and between whom."""
    check_month(month)
    count, total = 0, 0
    of_region: dict[str, list[int]] = {}
    for pair in pairs(month, region):
        lines, amount = _sum(_of(region, pair), month)
        count, total = count + lines, total + amount
        for fund in Fund.objects.filter(pk__in=pair):
            before = of_region.get(fund.region_id, [0, 0])
            of_region[fund.region_id] = [before[0] + lines, before[1] + amount]
    return Preview(count=count, total=total, regions=of_region)


def pairs(month: int, region: str) -> list[tuple[int, int]]:
    """The pairs of funds with something to clear and no statement of the month yet."""
    done = set(ClearingStatement.objects.filter(month=month).values_list("low", "high"))
    asked = sorted({way.pair for way in ways(region)} - done)
    return [pair for pair in asked if _sum(_of(region, pair), month)[0]]


def chunks(month: int, region: str) -> Iterator[dict[str, Any]]:
    for low, high in pairs(month, region):
        yield {"low": low, "high": high}


def draw_up(run: Run, low: int, high: int) -> tuple[int, int]:
    """Write the statement of two funds and its lines; how many, and what they add up to."""
    funds_of = Fund.objects.in_bulk([low, high])
    made = ClearingStatement.objects.create(
        run=run,
        month=run.month,
        low_id=low,
        high_id=high,
        low_region=funds_of[low].region_id,
        high_region=funds_of[high].region_id,
    )
    way_columns = columns(_of(run.region_id, (low, high)))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""insert into {LINES}
                  (statement_id, settlement_id, share, owed_by_low, provider_id, amount)
                select %s, s.id, way.share, way.debtor = %s, s.provider_id, {_AMOUNT}
                {WAITING} order by s.id, way.share""",
            [made.pk, low, *way_columns, months.last_day(run.month)],
        )
    add_up(made)
    found = made.lines.count()
    return found, made.low_owes + made.high_owes


def add_up(statement: ClearingStatement) -> None:
    """What each side owes by the lines that are not conceded."""
    lines = statement.lines.exclude(state=ClearingLine.State.CONCEDED)
    statement.low_owes = sum(lines.filter(owed_by_low=True).values_list("amount", flat=True))
    statement.high_owes = sum(lines.filter(owed_by_low=False).values_list("amount", flat=True))
    statement.save(update_fields=["low_owes", "high_owes"])


def withdraw(run: Run, low: int, high: int) -> None:
    """Take a statement back, before anybody agreed to it."""
    ClearingStatement.objects.filter(run=run, low=low, high=high).delete()


def check_untouched(run: Run) -> None:
    """A run whose statements somebody agreed to is not undone: later months correct it."""
    mine = ClearingStatement.objects.filter(run=run)
    touched = mine.exclude(low_agreed_by=None) | mine.exclude(high_agreed_by=None)
    if touched.exists():
        raise Refused(
            _("A side has agreed to a statement of this run."),
            code="agreed_already",
            fix=_("Correct the bills: the difference stands in the next statement."),
        )


def _of(region: str, pair: tuple[int, int]) -> list[Way]:
    return [way for way in ways(region) if way.pair == pair]


def columns(found: list[Way]) -> list[list[Any]]:
    rows = [
        (way.scheme, way.home, way.region, way.share, way.debtor.pk, way.creditor.pk)
        for way in found
    ]
    return [list(column) for column in zip(*rows, strict=True)]


def _sum(found: list[Way], month: int) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"select count(*), coalesce(sum({_AMOUNT}), 0)::bigint {WAITING}",
            [*columns(found), months.last_day(month)],
        )
        count, total = cursor.fetchone()
    return int(count), int(total)


def _near(fund: Fund, region: str) -> bool:
    return regions.covers(region, fund.region_id) or regions.covers(fund.region_id, region)


def _purse(home: str) -> Fund | None:
    """The purse of medical assistance of a home; None where there is none, and so nothing is paid."""
    above = regions.upwards(home)
    rows = Fund.objects.filter(
        branch=Public.ASSISTANCE, scheme=Scheme.RESIDENTS, region__in=above
    ).select_related("region")
    return min(rows, key=lambda row: above.index(row.region_id), default=None)
