"""The stays of a month paid by group: what each is worth beside its bill, and each provider's difference.

A stay counts once its bill is booked, as the bills of statements do. One that is taken back, worked
out anew or grouped otherwise counts again, with the difference, in the month of that; it keeps the
value of a point at which it counted first.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from medical.models import (
    BudgetShare,
    Care,
    CaseGroup,
    CasePayment,
    GroupList,
    GroupMethod,
    ProviderAdjustment,
    Settlement,
    StayGroup,
    YearBudget,
)
from medical.params import CaseTerms
from medical.queries.cases import budget_in_force, list_in_force
from medical.rules.cases import MOST_VALUE, CaseFacts, case
from medical.services.paying.drawing import Part, parts
from socsec.kernel import months, regions
from socsec.kernel.policy import Policy
from socsec.kernel.sqlexpr import compile as compile_rule
from socsec.kernel.units import ONE
from socsec.office.errors import Refused, say
from socsec.office.models import Run
from socsec.office.places import place
from socsec.office.services import policy as policies

from .differences import post

KIND = "case_payments"
CASES, GROUPS, STAYS = (model._meta.db_table for model in (CasePayment, CaseGroup, StayGroup))
BILLS, SHARES = Settlement._meta.db_table, BudgetShare._meta.db_table
ADJUSTMENTS = ProviderAdjustment._meta.db_table
AMOUNTS = ("points", "standard", "others", "due", "billed", "difference")
FACTS = tuple(CaseFacts.specs())

NO_TERMS = {
    "code": "no_terms",
    "zh": "没有该年度的病组目录或预算，先留着",
    "en": "No list of groups, or no budget, of the year; they wait",
}

# Stays whose bill was booked in the month, and those that got another group since they counted.
_TOUCHED = f"""
    select s.encounter_id {{booked}} and s.care = {Care.INPATIENT}
    union
    select c.encounter_id
      from (select distinct on (encounter_id) encounter_id, code, month, provider_id from {CASES}
             where fund_id = %s order by encounter_id, id desc) c
      join {STAYS} g on g.encounter_id = c.encounter_id
     where g.code <> c.code and c.month <= %s and c.provider_id between %s and %s
"""  # noqa: S608
# What stands of each by the end of the month, and what of it counted before.
_STANDING = f"""
    select b.*, coalesce(g.code, '') as code, p.value as kept_value,
           {", ".join(f"coalesce(p.{name}, 0)::bigint as before_{name}" for name in AMOUNTS)},
           coalesce(p.stays, 0) as before_stays
      from (select s.encounter_id, min(s.provider_id) as provider_id, min(s.region) as region,
                   extract(year from max(s.served_until))::int as year,
                   sum(s.total)::bigint as cost, sum(s.fund_pay)::bigint as billed,
                   sum(s.total - s.fund_pay)::bigint as others
              from {BILLS} s
             where s.encounter_id in ({{touched}}) and s.booked_on <= %s
             group by s.encounter_id) b
      left join {STAYS} g on g.encounter_id = b.encounter_id
      left join lateral (
           select {", ".join(f"sum(c.{name}) as {name}" for name in AMOUNTS)},
                  sum(c.stays) as stays, min((c.facts ->> 'value')::bigint) as value
             from {CASES} c where c.encounter_id = b.encounter_id) p on true
"""  # noqa: S608
# As facts of the rule. A bill of nothing, since it was taken back, is worth nothing.
_FACTS = f"""
    select b.*, b.cost <> 0 as stands,
           case when b.cost = 0 then 0 else coalesce(g.weight, 0) end as weight,
           coalesce(g.mean, 1) as mean, (g.id is not null or b.cost = 0) as grouped,
           coalesce(g.stable, true) as stable, %s::bigint as base, %s::bigint as mean_all,
           coalesce(h.coefficient, {ONE})::bigint as coefficient,
           coalesce(b.kept_value, %s)::bigint as value
      from ({{standing}}) b
      left join {GROUPS} g on g.list_id = %s and g.code = b.code
      left join {SHARES} h on h.budget_id = %s and h.provider_id = b.provider_id
     where b.year = %s
"""  # noqa: S608


@dataclass(frozen=True)
class Terms:
    """By what the stays of a year are paid: its list, its budget, and the policy."""

    year: int
    groups: GroupList
    budget: YearBudget
    policy: Policy


def parts_of(run: Run) -> list[Part]:
    """One for each scheme. `Refused` for a part of a pool: the value of a point is that of the whole.

    `Refused` too for a month before one that was paid: what counts is the difference to that.
    """
    found = parts(run.month, run.region_id)
    if later(run):
        raise Refused(
            _("A later month of this region has been worked out."),
            code="later_month",
            fix=_("Draft the run for the newest month: it takes what was left."),
        )
    for part in found:
        if part.fund.region_id != run.region_id:
            raise Refused(
                say(
                    _("The stays of %(place)s are paid together."),
                    place=place(part.fund.region_id),
                ),
                code="whole_pool",
                fix=_("Draft the run for that region."),
            )
    return found


def later(run: Run) -> bool:
    """Whether stays of the region counted in a later month."""
    low, high = regions.span(run.region_id)
    return CasePayment.objects.filter(
        region__gte=low, region__lte=high, month__gt=run.month
    ).exists()


def years_in(part: Part) -> list[int]:
    """Of which years there are stays that count now."""
    rows, names = _standing(part)
    with connection.cursor() as cursor:
        cursor.execute(f"select distinct year from ({rows}) b order by year", names)  # noqa: S608
        return [year for (year,) in cursor.fetchall()]


def terms_of(part: Part, year: int, policy: Policy) -> Terms | None:
    """By what the stays of a year are paid, or None where no list or no budget for them is in force."""
    groups = list_in_force(part.fund.region_id, year)
    budget = budget_in_force(part.fund, year)
    if groups is None or budget is None or not budget.stays:
        return None
    return Terms(year, groups, budget, policy)


def worked_out(part: Part, terms: Terms) -> tuple[str, list[Any]]:
    """A SELECT of what counts of each stay now: the difference to what counted before."""
    value = terms.budget.value or _value_of_month(part, terms)
    rows, values = _sheets(part, terms, value)
    counted = ", ".join(f"(w.{name} - w.before_{name})::bigint as {name}" for name in AMOUNTS)
    return (
        f"""select w.encounter_id, w.provider_id, w.region, w.year, w.code, w.told,
                   (w.stands::int - w.before_stays)::smallint as stays, {counted}
              from ({rows}) w
             where ({", ".join(f"w.{name}" for name in AMOUNTS)})
                   is distinct from ({", ".join(f"w.before_{name}" for name in AMOUNTS)})""",  # noqa: S608
        values,
    )


def preview(run: Run) -> tuple[int, int, dict[str, list[int]], tuple[int, int]]:
    """Stays, what they are worth to the funds beside their bills, by region, and what waits."""
    by_region: dict[str, list[int]] = {}
    waiting = [0, 0]
    for part in parts_of(run):
        for year in years_in(part):
            terms = terms_of(part, year, policies.of(run.edition_id or 0))
            if terms is None:
                held = _held(part, year)
                waiting = [waiting[0] + held[0], waiting[1] + held[1]]
                continue
            rows, values = worked_out(part, terms)
            with connection.cursor() as cursor:
                cursor.execute(
                    f"""select region, count(*), sum(difference)::bigint from ({rows}) w
                         group by region order by region""",  # noqa: S608
                    values,
                )
                for region, count, amount in cursor.fetchall():
                    seen = by_region.setdefault(region, [0, 0])
                    seen[0], seen[1] = seen[0] + count, seen[1] + int(amount)
    return (
        sum(each[0] for each in by_region.values()),
        sum(each[1] for each in by_region.values()),
        by_region,
        (waiting[0], waiting[1]),
    )


def pay(part: Part, run: Run) -> tuple[int, int]:
    """Write what counts of the stays of a part, and each provider's difference; stays and fen."""
    with connection.cursor() as cursor:
        cursor.execute(f"lock table {CASES} in share row exclusive mode")
    for year in years_in(part):
        terms = terms_of(part, year, policies.of(run.edition_id or 0))
        if terms is not None:
            _write(part, terms, run)
    mine = CasePayment.objects.filter(run=run, fund=part.fund)
    _differ(part, run)
    post(run, part.fund)
    found = mine.aggregate(sum=Sum("difference", default=0))
    return mine.count(), int(found["sum"])


def withdraw(part: Part, run: Run) -> None:
    """Undo what a part of a run counted; its adjustments are gone before."""
    CasePayment.objects.filter(run=run, fund=part.fund).delete()


def _write(part: Part, terms: Terms, run: Run) -> None:
    rows, values = worked_out(part, terms)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""insert into {CASES}
                  (run_id, encounter_id, provider_id, fund_id, region, month, year, code, stays,
                   {", ".join(AMOUNTS)}, facts)
                select %s, w.encounter_id, w.provider_id, %s, w.region, %s, w.year, w.code, w.stays,
                       {", ".join(f"w.{name}" for name in AMOUNTS)}, w.told
                  from ({rows}) w order by w.encounter_id""",  # noqa: S608
            [run.pk, part.fund.pk, run.month, *values],
        )


def _differ(part: Part, run: Run) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""insert into {ADJUSTMENTS} (provider_id, fund_id, kind, month, amount, run_id)
                select c.provider_id, c.fund_id, '{ProviderAdjustment.Kind.GROUP}', %s,
                       sum(c.difference)::bigint, c.run_id
                  from {CASES} c where c.run_id = %s and c.fund_id = %s
                 group by c.provider_id, c.fund_id, c.run_id having sum(c.difference) <> 0
                 order by c.provider_id""",  # noqa: S608
            [run.month, run.pk, part.fund.pk],
        )


def _standing(part: Part) -> tuple[str, list[Any]]:
    booked, values = part.booked()
    touched = _TOUCHED.format(booked=booked)
    return (
        _STANDING.format(touched=touched),
        [
            *values,
            part.fund.pk,
            part.month,
            part.first,
            part.last,
            months.last_day(part.month),
        ],
    )


def _sheets(part: Part, terms: Terms, value: int) -> tuple[str, list[Any]]:
    """The rule over every stay of a year that counts now, in one SELECT."""
    standing, values = _standing(part)
    source = _FACTS.format(standing=standing)
    sheet = case(
        CaseFacts.sql(), CaseTerms.at(terms.policy, part.fund.region_id, _month_of_law(part, terms))
    )
    told = ", ".join(f"'{name}', f.{name}" for name in FACTS)
    carried = [f"before_{name}" for name in AMOUNTS]
    worked = compile_rule(
        {name: getattr(sheet, name) for name in ("points", "standard", "due", "difference")},
        f"select f.*, jsonb_build_object({told}) as told from ({source}) f",  # noqa: S608
        carry=(
            *("encounter_id", "provider_id", "region", "year", "code", "others", "billed"),
            *("stands", "before_stays", "told"),
            *carried,
        ),
    )
    return worked, [
        GroupMethod(terms.groups.method).base,
        terms.groups.mean_all,
        value,
        *values,
        terms.groups.pk,
        terms.budget.pk,
        terms.year,
    ]


def _month_of_law(part: Part, terms: Terms) -> int:
    """The month of the policy: that of the books, within the year of the stays."""
    return min(part.month, months.month(terms.year, 12))


def _value_of_month(part: Part, terms: Terms) -> int:
    """What a point is worth in the month: its twelfth of the budget and what others pay, by points."""
    rows, values = _sheets(part, terms, 0)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select coalesce(sum(w.points), 0)::bigint, coalesce(sum(w.others), 0)::bigint
                  from ({rows}) w where w.before_stays = 0 and w.stands""",  # noqa: S608
            values,
        )
        points, others = cursor.fetchone()
    at = part.month % 12
    twelfth = terms.budget.stays * (at + 1) // 12 - terms.budget.stays * at // 12
    if points <= 0:
        return 1  # no new stay counts: nothing is worked out by it
    # Fen by ten-thousandths of a point, as ten-thousandths of a yuan: 10^6.
    return int(max(1, min((twelfth + others) * ONE // points, MOST_VALUE)))


def _held(part: Part, year: int) -> tuple[int, int]:
    rows, values = _standing(part)
    with connection.cursor() as cursor:
        cursor.execute(
            f"select count(*), coalesce(sum(billed), 0)::bigint from ({rows}) b where year = %s",  # noqa: S608
            [*values, year],
        )
        count, amount = cursor.fetchone()
    return int(count), int(amount)
