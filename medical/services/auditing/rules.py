"""The rules of the audit, one by one: a code, the article, and a SELECT over the bills of a month.

A SELECT reads two temporary tables of `running`: `audit_bill`, a row for each bill that stands, and
`audit_line`, its lines with what the catalogue says of them. It gives encounter_id, line_id (None for
the whole bill), cost (of the cost in scope, fen) and facts. Thresholds are policy, by their names.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from medical.models import Care, OfSex

BREACH, FRAUD = "医疗保障基金使用监督管理条例第三十八条", "医疗保障基金使用监督管理条例第四十条"


@dataclass(frozen=True)
class AuditRule:
    """One suspicion. `label` is what a clerk reads, `law` the article that it may breach."""

    code: str
    label: str | Promise
    law: str
    select: str


_rules: dict[str, AuditRule] = {}


def register(code: str, label: str | Promise, law: str, select: str) -> None:
    """A further rule; each code once."""
    if code in _rules:
        raise ValueError(f"audit rule {code} is registered twice")
    _rules[code] = AuditRule(code, label, law, select)


def all_rules() -> list[AuditRule]:
    return list(_rules.values())


def choices() -> list[tuple[str, str | Promise]]:
    return [(each.code, each.label) for each in _rules.values()]


def rule_of(code: str) -> AuditRule:
    return _rules[code]


_STAY = f"b.care = {Care.INPATIENT}"
_DAYS = "(b.served_until - b.served_from + 1)"

register(
    "duplicate",
    _("Charged twice"),
    f"{BREACH}第三项",
    """select l.encounter_id, l.line_id, l.in_scope as cost,
              jsonb_build_object('day', l.day, 'code', l.code) as facts
         from (select *, row_number() over (
                      partition by encounter_id, day, kind, code, quantity, price
                          order by line_id) as place
                 from audit_line where code <> '') l
        where l.place > 1""",
)
register(
    "too_many",
    _("More than a day allows"),
    f"{BREACH}第二项",
    """select l.encounter_id, max(l.line_id) as line_id,
              (sum(l.in_scope) * (sum(l.quantity) - max(l.most_a_day) * 10000::bigint)
               / sum(l.quantity))::bigint as cost,
              jsonb_build_object('day', l.day, 'code', l.code, 'most', max(l.most_a_day),
                                 'charged', sum(l.quantity) / 10000) as facts
         from audit_line l where l.most_a_day is not null
        group by l.encounter_id, l.day, l.kind, l.code
       having sum(l.quantity) > max(l.most_a_day) * 10000::bigint""",
)
register(
    "sex",
    _("Not for this sex"),
    f"{BREACH}第六项",
    f"""select l.encounter_id, l.line_id, l.in_scope as cost,
               jsonb_build_object('code', l.code) as facts
          from audit_line l join audit_bill b using (encounter_id)
         where l.for_sex <> {OfSex.ANY} and l.for_sex <> b.sex""",  # noqa: S608
)
register(
    "age",
    _("Not for this age"),
    f"{BREACH}第六项",
    """select a.encounter_id, a.line_id, a.in_scope as cost,
              jsonb_build_object('code', a.code, 'age_in_months', a.age) as facts
         from (select l.*, (extract(year from age(l.day, b.born_on)) * 12
                            + extract(month from age(l.day, b.born_on)))::int as age
                 from audit_line l join audit_bill b using (encounter_id)) a
        where a.age < a.least_age or a.age > a.most_age""",
)
register(
    "after_death",
    _("Service after death"),
    f"{FRAUD}第三项",
    """select l.encounter_id, l.line_id, l.in_scope as cost,
              jsonb_build_object('day', l.day, 'died_on', b.died_on) as facts
         from audit_line l join audit_bill b using (encounter_id)
        where l.day > b.died_on""",
)
register(
    "overlap",
    _("Stays at two places on the same days"),
    f"{FRAUD}第一项",
    f"""select b.encounter_id, null::bigint as line_id, b.in_scope as cost,
               jsonb_build_object('other', min(o.number), 'from', min(o.served_from)) as facts
          from audit_bill b join audit_bill o
            on o.person_id = b.person_id and o.encounter_id <> b.encounter_id
           and o.care = b.care and o.served_from < b.served_until
           and b.served_from < o.served_until
           and (o.served_from, o.encounter_id) < (b.served_from, b.encounter_id)
         where {_STAY}
         group by b.encounter_id, b.in_scope""",  # noqa: S608
)
register(
    "outpatient_in_stay",
    _("Outpatient care while in hospital"),
    f"{BREACH}第六项",
    f"""select o.encounter_id, null::bigint as line_id, o.in_scope as cost,
               jsonb_build_object('stay', min(b.number)) as facts
          from audit_bill o join audit_bill b
            on b.person_id = o.person_id and o.served_from > b.served_from
           and o.served_from < b.served_until
         where {_STAY} and o.care in ({Care.OUTPATIENT}, {Care.SPECIAL}, {Care.PHARMACY})
         group by o.encounter_id, o.in_scope""",  # noqa: S608
)
register(
    "split_stay",
    _("Stay split in two"),
    f"{BREACH}第一项",
    f"""select b.encounter_id, null::bigint as line_id, b.in_scope as cost,
               jsonb_build_object('before', o.number, 'days_between', b.served_from - o.served_until)
               as facts
          from audit_bill b join lateral (
               select o.number, o.served_until from audit_stay o
                where o.person_id = b.person_id and o.provider_id = b.provider_id
                  and o.encounter_id <> b.encounter_id and o.diagnosis = b.diagnosis
                  and o.served_until <= b.served_from
                  and o.served_until > b.served_from - %(readmission_days)s
                order by o.served_until desc limit 1) o on true
         where {_STAY} and b.diagnosis <> '' and b.previous_id is null""",  # noqa: S608
)
register(
    "daily_cost",
    _("Implausible cost of a day"),
    f"{BREACH}第二项",
    f"""select b.encounter_id, null::bigint as line_id,
               (b.in_scope - m.most * {_DAYS})::bigint as cost,
               jsonb_build_object('days', {_DAYS}, 'a_day', b.in_scope / {_DAYS}, 'most', m.most)
               as facts
          from audit_bill b
          join unnest(%(levels)s::int[], %(daily_cost)s::bigint[]) as m (level, most)
            on m.level = b.level
         where {_STAY} and b.in_scope > m.most * {_DAYS}""",  # noqa: S608
)
register(
    "hanging_bed",
    _("Hanging bed: days of a stay without any charge"),
    f"{BREACH}第一项",
    f"""select b.encounter_id, null::bigint as line_id, b.in_scope as cost,
               jsonb_build_object('days', {_DAYS}, 'charged', count(distinct l.day)) as facts
          from audit_bill b join audit_line l using (encounter_id)
         where {_STAY}
         group by b.encounter_id, b.in_scope, b.served_from, b.served_until
        having {_DAYS} - count(distinct l.day) >= %(idle_days)s""",  # noqa: S608
)
register(
    "oversupply",
    _("More of a drug than can be taken"),
    f"{BREACH}第二项",
    f"""select max(l.encounter_id) as encounter_id, null::bigint as line_id,
               (sum(l.in_scope) * (sum(l.quantity)
                   - max(l.most_a_day) * 10000::bigint * %(supply_days)s) / sum(l.quantity))::bigint
               as cost,
               jsonb_build_object('code', l.code, 'charged', sum(l.quantity) / 10000,
                                  'most', max(l.most_a_day) * %(supply_days)s) as facts
          from audit_line l join audit_bill b using (encounter_id)
         where b.care <> {Care.INPATIENT} and l.most_a_day is not null
         group by b.person_id, b.provider_id, l.kind, l.code
        having sum(l.quantity) > max(l.most_a_day) * 10000::bigint * %(supply_days)s""",  # noqa: S608
)
register(
    "above_list",
    _("Dearer than the provider's own price list"),
    f"{BREACH}第三项",
    """select l.encounter_id, l.line_id,
              (l.in_scope * (l.price - i.price * 100) / l.price)::bigint as cost,
              jsonb_build_object('code', l.code, 'price', l.price / 100, 'listed', i.price) as facts
         from audit_line l join audit_bill b using (encounter_id)
         join lateral (
              select max(i.price) as price from medical_provideritem i
               where i.provider_id = b.provider_id and i.kind = l.kind and i.code = l.code
                 and i.from_date <= l.day and (i.until is null or i.until >= l.day)) i
           on i.price is not null
        where l.price > i.price * 100""",
)
