"""The yearly interest of individual accounts (记账), for everybody of a fund at once.

One statement works out each account's interest by the rule; what an award credited in advance, at
a provisional rate, is part of it and not credited again.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from funds.models import Branch, Fund, Scheme
from funds.services import fund as fund_services
from funds.services import ledger
from pensions import facts
from pensions.models import AccountEntry, AccountState, EntryKind, IndividualAccount, Side
from pensions.params import (
    AnnuityInterestParams,
    InterestMethod,
    InterestParams,
    ResidentInterestParams,
)
from pensions.rules.interest import InterestFacts, interest
from pensions.services import entries
from socsec.kernel import months, regions
from socsec.kernel.document import explain
from socsec.kernel.policy import PROVISIONAL, Policy, PolicyError
from socsec.kernel.ranges import MOST
from socsec.kernel.sqlexpr import compile as compile_rule
from socsec.office import cutting
from socsec.office.errors import Invalid, NotFound, Refused, from_kernel, say
from socsec.office.gathering import gathered
from socsec.office.models import Run
from socsec.office.runs import Preview
from socsec.office.services import policy as policies

KIND = "account_interest"

ACCOUNTS = IndividualAccount._meta.db_table
ENTRIES = AccountEntry._meta.db_table
WORKED_OUT = "pensions_interest_worked_out"  # a temporary table: each account is reckoned once


@dataclass(frozen=True)
class Book:
    """A kind of account, or a part of one, that bears interest at rates of its own.

    `notional` is None where accounts are of one kind, and tells the parts of an annuity apart.
    """

    rates: type[InterestParams] = InterestParams
    notional: bool | None = None

    @property
    def side(self) -> Side:
        return Side.NOTIONAL if self.notional else Side.WHOLE


# Of what is only written down the national rate is credited; the rest earns what it is invested at.
ANNUITY = (Book(notional=True), Book(AnnuityInterestParams, notional=False))


def books_of(fund: Fund) -> tuple[Book, ...]:
    """By which rates the accounts of a fund bear interest."""
    if fund.branch == Branch.ANNUITY:
        return ANNUITY
    if fund.scheme == Scheme.RESIDENTS:
        return (Book(ResidentInterestParams),)
    return (Book(),)


@dataclass(frozen=True)
class Part:
    """A range of people with an account in a fund, a region of it, and the year's December."""

    fund: Fund
    december: int
    region: str
    edition: int
    first: int = 0
    last: int = MOST

    @property
    def policy(self) -> Policy:
        return policies.of(self.edition)


def part_of(run: Run, first: int = 0, last: int = MOST) -> Part:
    """The part of a run. `Refused` for a region that is pooled in more than one fund."""
    try:
        fund = fund_services.for_(run.params["branch"], run.params["scheme"], run.region_id)
    except NotFound as error:
        raise Refused(
            _("No one fund keeps the accounts of this region."),
            code="no_fund",
            fix=_("Draft a run for each pooling region."),
        ) from error
    assert run.edition_id is not None  # every run is drafted under one
    return Part(fund, run.month, run.region_id, run.edition_id, first, last)


def check_year(run: Run, *, previewed: bool = False) -> None:
    """The run is for a whole year that is over, whose rate is announced, and no year is skipped.

    Which year is the first of all is found among every entry of the fund, at the preview only: an
    account taken over since then waits as one does that is taken over after the run.
    """
    year = months.year_of(run.month)
    if run.month != months.month(year, 12):
        raise Invalid(
            _("Interest is credited for a whole year: choose its December."),
            code="not_december",
            field="month",
        )
    part = part_of(run)
    for book in books_of(part.fund):
        try:
            params = book.rates.at(part.policy, run.region_id, months.month(year, 1))
        except PolicyError as error:
            raise from_kernel(error) from error
        if params.statuses["bookkeeping_rate"].status == PROVISIONAL:
            raise Refused(
                say(_("The bookkeeping rate of %(year)s is not announced yet."), year=year),
                code="rate_not_announced",
                fix=_("Enter it as a policy value first, and have it approved."),
            )
    others = _others(run)
    later = others.filter(month__gt=run.month).order_by("month").first()
    before = others.filter(month__lt=run.month).order_by("-month", "-pk").first()
    wanted: int | None
    if later is not None:
        wanted = months.year_of(later.month) + 1
    elif before is None:
        wanted = None if previewed else _first_unsettled(part)
    elif before.state != Run.State.POSTED:
        wanted = months.year_of(before.month)
    else:
        wanted = months.year_of(before.month) + 1
    if wanted is not None and wanted != year:
        raise Refused(
            say(_("The interest of %(year)s comes first."), year=wanted),
            code="interest_out_of_turn",
            fix=_("Draft the run for that year."),
        )


def check_last(run: Run) -> None:
    """Only the last year's interest can be undone: later years bear interest on it."""
    if _others(run).filter(month__gt=run.month).exists():
        raise Refused(
            _("The interest of a later year rests on this."),
            code="interest_out_of_turn",
            fix=_("Reverse that run first."),
        )


def _others(run: Run) -> QuerySet[Run]:
    """Runs over the same accounts that may have written something."""
    return Run.objects.filter(
        kind=KIND,
        params=run.params,
        region_low__lte=run.region_high,
        region_high__gte=run.region_low,
        state__in=[*Run.WORKING, Run.State.POSTED, Run.State.FAILED],
    ).exclude(pk=run.pk)


def _first_unsettled(part: Part) -> int | None:
    """The first year in which an account bore interest that was never credited; None if none."""
    low, high = regions.span(part.region)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select min(e.bears_from)
                  from {ENTRIES} e
                  join {ACCOUNTS} a on a.person_id = e.person_id and a.fund_id = e.fund_id
                 where e.fund_id = %s and a.state <> %s and a.region between %s and %s
                   and e.rate is null and e.bears_from <= %s
                   and not exists (select from {ENTRIES} i
                                    where i.person_id = e.person_id and i.fund_id = e.fund_id
                                      and i.kind = %s and i.month >= e.bears_from
                                      and not exists (
                                            select from {ENTRIES} u
                                             where u.person_id = i.person_id
                                               and u.fund_id = i.fund_id
                                               and u.kind = %s and u.reference = i.seq))""",  # noqa: S608
            [
                *(part.fund.pk, AccountState.CLOSED, low, high, part.december),
                *(EntryKind.INTEREST, EntryKind.REVERSAL),
            ],
        )
        (first,) = cursor.fetchone()
    return None if first is None else months.year_of(first)


def select(part: Part, where: list[str]) -> tuple[str, list[Any]]:
    """The interest of each account of a part that has any, by the rates of its regions.

    Columns: person_id, region, amount, rate, side.
    """
    selects, values = [], []
    for book in books_of(part.fund):
        january = part.december - 12 + 1
        # What only the year method asks for is read where a region keeps it.
        yearly = any(
            book.rates.at(part.policy, place, january).interest_method
            == InterestMethod.YEAR_AT_ONCE
            for place in where
        )
        source, asked = facts.account_year(
            *(part.fund.pk, part.december, part.first, part.last, part.region, book.notional),
            yearly=yearly,
        )
        table, params = book.rates.sql(part.policy, where, january)
        names = ("balance_months", "credited", *(("added", "added_months") if yearly else ()))
        sheet = interest(InterestFacts.sql(names=names), params)
        rows = compile_rule(
            {"amount": sheet.amount, "rate": params.bookkeeping_rate},
            f"select * from ({source}) a join ({table}) p using (region)",  # noqa: S608
            carry=("person_id", "region", "last_seq", "last_balance"),
            keep=sheet.amount != 0,
        )
        selects.append(f"select *, {book.side}::smallint as side from ({rows}) b")  # noqa: S608
        values += asked
    return " union all ".join(selects), values


def preview(part: Part, samples: int) -> Preview:
    """Totals by region, and the sheets of a few accounts."""
    where = _regions(part)
    if not where:
        return Preview(0, 0)
    rows, values = select(part, where)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select region, count(*), sum(amount)::bigint,
                       coalesce(sum(amount) filter (where amount < 0), 0)::bigint
                  from ({rows}) i group by region order by region""",  # noqa: S608
            values,
        )
        found = cursor.fetchall()
    return Preview(
        count=sum(row[1] for row in found),
        total=sum(row[2] for row in found),
        figures={"corrected_downwards": sum(row[3] for row in found)},
        regions={row[0]: [row[1], row[2]] for row in found},
        samples=_samples(part, samples),
    )


def _samples(part: Part, count: int) -> list[dict[str, Any]]:
    return [sheet for book in books_of(part.fund) for sheet in _sheets(part, book, count)]


def _sheets(part: Part, book: Book, count: int) -> list[dict[str, Any]]:
    source, values = facts.account_year(
        part.fund.pk, part.december, part.first, part.last, part.region, book.notional
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select region, balance_months, credited, added, added_months from ({source}) a
                 where balance_months > 0 order by person_id limit %s""",  # noqa: S608
            [*values, count],
        )
        rows = cursor.fetchall()
    sheets = []
    for region, balance_months, credited, added, added_months in rows:
        params = book.rates.at(part.policy, region, part.december - 12 + 1)
        given = InterestFacts(
            balance_months=balance_months,
            credited=credited,
            added=added,
            added_months=added_months,
        )
        sheets.append(explain(interest(given, params), given, params).as_json())
    return sheets


def chunks(part: Part, size: int) -> list[dict[str, Any]]:
    """Ranges of person numbers with about `size` accounts each."""
    return cutting.by_person(
        f"""select person_id from {ACCOUNTS}
             where fund_id = %s and state <> %s and region between %s and %s""",  # noqa: S608
        [part.fund.pk, AccountState.CLOSED, *regions.span(part.region)],
        size,
    )


def credit(part: Part, run_id: int, source: str) -> entries.Written:
    """Credit a part's interest, on the accounts and in the books."""
    where = _regions(part)
    if not where:
        return entries.Written(None, 0, 0)
    rows, values = select(part, where)
    # Of a divided account two entries may be written: its last one is looked up as they are.
    alone = len(books_of(part.fund)) == 1
    known = ", last_seq, last_balance" if alone else ""
    with gathered(WORKED_OUT, rows, values):
        return entries.write(
            fund=part.fund,
            kind=EntryKind.INTEREST,
            rows=f"""select person_id, region, %s::int as month, %s::int as bears_from, amount,
                            rate::int as rate, %s::bigint as reference, 0::smallint as part, side
                            {known}
                       from {WORKED_OUT}""",  # noqa: S608
            params=[part.december, part.december + 1, run_id],
            source=source,
            sided=True,
            alone=alone,
        )


def undo(part: Part, run: Run, source: str) -> None:
    """Take a part's interest back, unless it was drawn upon since."""
    credited = ledger.batch(source)
    if credited is not None:
        entries.undo(
            batch_id=credited.pk,
            fund=part.fund,
            people=(part.first, part.last),
            source=f"{source}/reversed",
            reason=run.reversal_reason,
            by=run.reversed_by,
        )


def _regions(part: Part) -> list[str]:
    low, high = regions.span(part.region)
    return list(
        IndividualAccount.objects.filter(
            fund_id=part.fund.pk,
            region__gte=low,
            region__lte=high,
            person_id__gte=part.first,
            person_id__lte=part.last,
        )
        .order_by("region")
        .values_list("region", flat=True)
        .distinct()
    )
