"""The settlement of a year of stays paid by group, from the budget, provider by provider.

What the budget gives for stays and others paid for them is shared by points, to the fen: so the
value of a point is that pot divided by all points. Each provider gets its part less what others paid,
with surplus and overrun shared as the policy says, less what it got in the months.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from funds.models import Fund
from medical.models import CasePayment, CaseYear, ProviderAdjustment, YearBudget
from medical.params import CaseYearTerms
from medical.queries.cases import budget_in_force
from medical.rules.cases import CaseYearFacts, case_year
from medical.services.paying.drawing import parts
from socsec.kernel import months
from socsec.kernel.policy import Policy
from socsec.kernel.sqlexpr import compile as compile_rule
from socsec.office.errors import Invalid
from socsec.office.models import Run
from socsec.office.services import policy as policies

from .differences import post

KIND = "case_years"
CASES, YEARS = CasePayment._meta.db_table, CaseYear._meta.db_table
ADJUSTMENTS = ProviderAdjustment._meta.db_table

# Each provider's part of the pot: by points, cut where the points of those before it end, so that
# the parts add up to the pot to the fen.
_FACTS = f"""
    select s.*, s.share - s.others as worth
      from (select y.*,
                   (div(pot * running, every) - div(pot * (running - points), every))::bigint as share
              from (select y.*, sum(y.points) over (order by y.provider_id) as running,
                           sum(y.points) over () as every,
                           (%s + sum(y.others) over ())::numeric as pot
                      from (select c.provider_id, min(c.region) as region,
                                   sum(c.stays)::int as stays, sum(c.points)::bigint as points,
                                   sum(c.others)::bigint as others, sum(c.billed)::bigint as billed,
                                   sum(c.difference)::bigint as differences
                              from {CASES} c
                             where c.fund_id = %s and c.year = %s
                             group by c.provider_id) y) y
             where every > 0) s
"""  # noqa: S608
_KEPT = ("stays", "points", "others", "billed", "differences", "worth")


@dataclass(frozen=True)
class Part:
    """A fund's year of stays, and the budget that pays them."""

    fund: Fund
    year: int
    budget: YearBudget
    policy: Policy

    @property
    def month(self) -> int:
        return months.month(self.year, 12)


def year_of(run: Run) -> int:
    """The year of a run that settles one. `Invalid` for a month that is no December, or not over."""
    if run.month % 12 != 11:
        raise Invalid(
            _("A year is settled in its December."),
            code="not_december",
            field="month",
            fix=_("Draft the run for December."),
        )
    if run.month >= months.month_of(timezone.localdate()):
        raise Invalid(_("This month is not over yet."), code="not_over", field="month")
    return run.month // 12


def parts_of(run: Run) -> list[Part]:
    """The funds of the region that have a budget for stays of the year and have not settled it."""
    year, law = year_of(run), policies.of(run.edition_id or 0)
    found = []
    for fund in (part.fund for part in parts(run.month, run.region_id)):
        budget = budget_in_force(fund, year)
        settled = CaseYear.objects.filter(fund=fund, year=year).exclude(run=run).exists()
        if fund.region_id == run.region_id and budget and budget.stays and not settled:
            found.append(Part(fund, year, budget, law))
    return found


def worked_out(part: Part) -> tuple[str, list[Any]]:
    """A SELECT of what the year comes to for each provider, with its parameters."""
    terms = CaseYearTerms.at(part.policy, part.fund.region_id, part.month)
    sheet = case_year(CaseYearFacts.sql(), terms)
    return (
        compile_rule(
            {"final": sheet.final, "difference": sheet.difference},
            _FACTS,
            carry=("provider_id", "region", *_KEPT),
        ),
        [part.budget.stays, part.fund.pk, part.year],
    )


def preview(run: Run) -> tuple[int, int, dict[str, int], dict[str, list[int]]]:
    """Providers, fen still due to them, the figures behind it, and both by region."""
    by_region: dict[str, list[int]] = {}
    names = ("worth", "billed", "differences", "final")
    figures = dict.fromkeys(names, 0)
    for part in parts_of(run):
        rows, values = worked_out(part)
        sums = ", ".join(f"sum(w.{name})::bigint" for name in names)
        with connection.cursor() as cursor:
            cursor.execute(
                f"""select w.region, count(*), sum(w.difference)::bigint, {sums}
                      from ({rows}) w group by w.region order by w.region""",  # noqa: S608
                values,
            )
            for region, count, amount, *found in cursor.fetchall():
                seen = by_region.setdefault(region, [0, 0])
                seen[0], seen[1] = seen[0] + count, seen[1] + int(amount)
                figures = {
                    name: figures[name] + int(fen) for name, fen in zip(names, found, strict=True)
                }
    count, total = (sum(each[place] for each in by_region.values()) for place in (0, 1))
    return count, total, {name: fen for name, fen in figures.items() if fen}, by_region


def settle(part: Part, run: Run) -> tuple[int, int]:
    """Write what the year comes to, and each provider's difference; providers and fen."""
    rows, values = worked_out(part)
    with connection.cursor() as cursor:
        cursor.execute(f"lock table {CASES}, {YEARS} in share row exclusive mode")
        cursor.execute(
            f"""insert into {YEARS}
                  (run_id, provider_id, fund_id, budget_id, region, year,
                   {", ".join(_KEPT)}, final, difference)
                select %s, w.provider_id, %s, %s, w.region, %s,
                       {", ".join(f"w.{name}" for name in _KEPT)}, w.final, w.difference
                  from ({rows}) w order by w.provider_id""",  # noqa: S608
            [run.pk, part.fund.pk, part.budget.pk, part.year, *values],
        )
        cursor.execute(
            f"""insert into {ADJUSTMENTS} (provider_id, fund_id, kind, month, amount, run_id)
                select y.provider_id, y.fund_id, '{ProviderAdjustment.Kind.YEAR}', %s, y.difference,
                       y.run_id
                  from {YEARS} y where y.run_id = %s and y.fund_id = %s and y.difference <> 0
                 order by y.provider_id""",  # noqa: S608
            [run.month, run.pk, part.fund.pk],
        )
    post(run, part.fund)
    mine = CaseYear.objects.filter(run=run, fund=part.fund)
    return mine.count(), int(mine.aggregate(sum=Sum("difference", default=0))["sum"])


def withdraw(fund: Fund, run: Run) -> None:
    """Undo the settlement of a fund's year; its adjustments are gone before."""
    CaseYear.objects.filter(run=run, fund=fund).delete()
