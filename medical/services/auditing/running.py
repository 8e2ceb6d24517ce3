"""The audit of a month: every rule over every bill that stands, each suspicion written once.

The bills are gathered into temporary tables with their lines; a rule is one statement over them. What
was found before stays as it is, decided or not, so that the audit can be run again at any time.
"""

from typing import Any

from django.db import connection
from django.db.models import Count, Sum

from enrollment.models import Person
from medical.models import BillFinding, BillLine, CatalogueItem, Encounter, Level, Settlement
from medical.params import AuditTerms
from medical.services.paying.drawing import Part
from socsec.kernel import months, regions
from socsec.kernel.policy import Policy

from . import rules

FINDINGS, BILLS = BillFinding._meta.db_table, Settlement._meta.db_table
VISITS, LINES = Encounter._meta.db_table, BillLine._meta.db_table
ITEMS, PEOPLE = CatalogueItem._meta.db_table, Person._meta.db_table

# Bills that stand and were booked in the month, with what the insurance pays of the cost in scope.
_BILLS = f"""
    create temporary table audit_bill on commit drop as
    select v.id as encounter_id, v.provider_id, v.person_id, v.care, v.number, v.diagnosis,
           v.previous_id, s.level, s.scheme, s.region, s.served_from, s.served_until, s.in_scope,
           s.insured, p.born_on, p.died_on, p.sex
      from (select encounter_id, max(level) as level, max(scheme) as scheme, min(region) as region,
                   min(served_from) as served_from, max(served_until) as served_until,
                   sum(in_scope)::bigint as in_scope,
                   sum(fund_pay - assistance_pay)::bigint as insured
              from {BILLS}
             where encounter_id in (
                   select s.encounter_id {{booked}} and s.kind = '{Settlement.Kind.SETTLED}')
             group by encounter_id) s
      join {VISITS} v on v.id = s.encounter_id
      join {PEOPLE} p on p.id = v.person_id
     where s.in_scope > 0 and s.insured > 0
"""  # noqa: S608
_LINES = f"""
    create temporary table audit_line on commit drop as
    select l.encounter_id, l.id as line_id, l.day, l.kind, l.code, l.quantity, l.price, l.in_scope,
           i.sex as for_sex, i.least_age, i.most_age, i.most_a_day
      from {LINES} l join audit_bill b using (encounter_id)
      left join {ITEMS} i on i.id = l.item_id
     where l.cancelled_at is null and l.in_scope > 0
"""  # noqa: S608
# Stays that ended before: of this month and of the ones before it, as far as a readmission counts.
_STAYS = f"""
    create temporary table audit_stay on commit drop as
    select v.id as encounter_id, v.provider_id, v.person_id, v.number, v.diagnosis,
           max(s.served_until) as served_until
      from {VISITS} v join {BILLS} s on s.encounter_id = v.id
     where v.state = '{Encounter.State.SETTLED}' and not v.handed_in and v.care = s.care and v.diagnosis <> ''
       and v.person_id in (select person_id from audit_bill)
       and s.served_until >= %s::date - 400
     group by v.id
"""  # noqa: S608
_FOUND = f"""
    insert into {FINDINGS}
      (rule, provider_id, fund_id, scheme, region, month, encounter_id, line_id, person_id, cost,
       stake, facts, found_at)
    select %(rule)s, b.provider_id, %(fund)s, b.scheme, b.region, %(month)s, b.encounter_id,
           f.line_id, b.person_id, f.cost, f.stake, f.facts, now()
      from (select f.*, div(f.cost::numeric * b.insured, b.in_scope)::bigint as stake
              from ({{select}}) f join audit_bill b using (encounter_id)) f
      join audit_bill b using (encounter_id)
     where f.cost > 0 and f.stake > 0
     order by b.encounter_id, f.line_id
        on conflict do nothing
"""  # noqa: S608


def audit(part: Part, policy: Policy) -> tuple[int, int]:
    """Run every rule over a part of a month; new findings, and what is at stake in them, fen."""
    terms = AuditTerms.at(policy, part.region, part.month)
    names = {
        "fund": part.fund.pk,
        "month": part.month,
        "readmission_days": terms.readmission_days,
        "idle_days": terms.idle_days,
        "supply_days": terms.supply_days,
        "levels": [int(level) for level in Level],
        "daily_cost": [terms.daily_cost.at(int(level)) for level in Level],
    }
    before = _sums(part)
    booked, values = part.booked()
    with connection.cursor() as cursor:
        cursor.execute(_BILLS.format(booked=booked), values)
        cursor.execute(
            "create index on audit_bill (person_id); create index on audit_bill (encounter_id)"
        )
        cursor.execute(_LINES)
        cursor.execute(_STAYS, [months.first_day(part.month)])
        cursor.execute(
            "create index on audit_stay (person_id); analyze audit_bill, audit_line, audit_stay"
        )
        for rule in rules.all_rules():
            cursor.execute(_FOUND.format(select=rule.select), {**names, "rule": rule.code})
        cursor.execute("drop table audit_stay, audit_line, audit_bill")
    after = _sums(part)
    return after[0] - before[0], after[1] - before[1]


def by_rule(month: int, region: str) -> dict[str, tuple[int, int]]:
    """Findings of a month and what is at stake in them, by rule."""
    low, high = regions.span(region)
    found = BillFinding.objects.filter(month=month, region__gte=low, region__lte=high)
    rows: Any = found.order_by().values_list("rule").annotate(count=Count("pk"), sum=Sum("stake"))
    return {rule: (count, int(stake)) for rule, count, stake in rows}


def _sums(part: Part) -> tuple[int, int]:
    found = BillFinding.objects.filter(
        month=part.month,
        fund=part.fund,
        provider_id__gte=part.first,
        provider_id__lte=part.last,
    ).aggregate(count=Count("pk"), sum=Sum("stake", default=0))
    return int(found["count"]), int(found["sum"])
