"""What a yearly adjustment brings, or a draft of one would: cost, groups, distribution, and how it
compares with another rule.

A scheme is announced for one January; the scheme of the year before, or the one in force while a
draft waits for its approval, is put to the same pensions. Nothing is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils import timezone

from funds.models import Branch, Scheme
from pensions import facts
from pensions.models import Award, AwardState, PensionPayment
from pensions.params import AdjustmentParams
from pensions.rules.adjustment import AdjustmentFacts
from pensions.services import adjustment
from pensions.services.adjustment import PARTS, Part
from pensions.services.residents import adjustment as residents
from socsec.kernel import months, regions
from socsec.kernel.policy import Policy, PolicyError
from socsec.office.models import Region
from socsec.office.runs import Preview
from socsec.office.spread import Bands, Named, Words, measure

TABLE = "pensions_rises"  # of one transaction
LAST_YEAR: Words = ("按上年办法", "by last year's scheme")
MONTH_BEFORE: Words = ("按上月标准", "by the standards of the month before")
_AGES = Bands(("年龄", "Age"), "age / 12", (60, 65, 70, 75, 80))
_SCHEMES = Named(
    ("险种", "Scheme"),
    "scheme",
    {
        Scheme.EMPLOYEES.value: ("企业职工", "Employees"),
        Scheme.RESIDENTS.value: ("城乡居民", "Residents"),
        Scheme.AGENCIES.value: ("机关事业单位", "Agencies and institutions"),
    },
)
_LEVELS = Bands(
    ("原养老金（元）", "Pension before, yuan"),
    "before / 100",
    (200, 500, 1000, 2000, 3000, 4000, 5000, 7000),
)
_YEARS = Bands(("缴费年限", "Years paid"), "months / 12", (15, 20, 25, 30, 35, 40))


@dataclass(frozen=True)
class Rule:
    """The standards of one month, by one policy: those of a run, of a year before, of a draft."""

    policy: Policy
    month: int


def preview(part: Part, samples: int) -> Preview:
    """What the adjustment of a part costs, how it falls against last year's scheme, a few sheets."""
    if not adjustment.places(part):
        return Preview(0, 0)
    rule = Rule(part.policy, part.january)
    rows, values = of_scheme(part, rule, Rule(part.policy, part.january - 12))
    with connection.cursor() as cursor:
        found = _filled(cursor, rows, values, PARTS)
        spread = measured(places=adjustment.places(part), against=LAST_YEAR)
        cursor.execute(f"drop table {TABLE}")
    count, total = sum(row[1] for row in found), sum(row[2] for row in found)
    return Preview(
        count=count,
        total=total,
        figures={
            **{name: sum(row[4 + place] for row in found) for place, name in enumerate(PARTS)},
            "pensions_before": sum(row[3] for row in found),
            "average_increase": total // count if count else 0,
        },
        regions={row[0]: [row[1], row[2]] for row in found},
        spread=spread,
        samples=_samples(part, samples),
        held=_left_out(part),
    )


def preview_residents(part: Part, samples: int) -> Preview:
    """The same for residents, against the standards of the month before."""
    places = residents.places(part)
    if not places:
        return Preview(0, 0)
    rows, values = of_residents(
        part, Rule(part.policy, part.january), Rule(part.policy, part.january - 1)
    )
    with connection.cursor() as cursor:
        found = _filled(cursor, rows, values, residents.PARTS)
        spread = measured(places=places, against=MONTH_BEFORE)
        cursor.execute(f"drop table {TABLE}")
    return Preview(
        count=sum(row[1] for row in found),
        total=sum(row[2] for row in found),
        figures={
            name: sum(row[4 + place] for row in found) for place, name in enumerate(residents.PARTS)
        },
        regions={row[0]: [row[1], row[2]] for row in found},
        spread=spread,
        samples=residents.samples(part, samples),
    )


def _filled(
    cursor: Any, rows: str, values: Sequence[Any], parts: Sequence[str]
) -> list[tuple[Any, ...]]:
    """Fill the table; region, people, increase, pensions before and each part, by region."""
    cursor.execute(f"create temporary table {TABLE} on commit drop as {rows}", values)
    sums = ", ".join(f"sum({name})::bigint" for name in ("increase", "before", *parts))
    cursor.execute(
        f"""select region, count(*), {sums} from {TABLE}
             where increase > 0 or scheme <> {Scheme.RESIDENTS.value}
             group by region order by region"""  # noqa: S608
    )
    return list(cursor.fetchall())


def measured(places: Sequence[str], against: Words | None) -> dict[str, Any]:
    known = Region.objects.filter(code__in=places).values_list("code", "name_zh", "name_en")
    names = {code: (zh, en) for code, zh, en in known}
    by_region = Named(("地区", "Region"), "region", names)
    return measure(TABLE, (_AGES, _LEVELS, _YEARS, by_region, _SCHEMES), against)


def of_scheme(part: Part, rule: Rule, other: Rule) -> tuple[str, list[Any]]:
    """The rises of employees or agencies: one row a pension, beside what `other` would add."""
    source, values = adjustment.facts_of(part)
    there = announced(rule, adjustment.places(part))
    rows = adjustment.sheets_of(rule.policy, rule.month, _at(rule.month), there)
    return (
        f"""with given as ({source})
            select r.person_id, r.award_id, r.region, {part.scheme} as scheme, r.age, r.months,
                   r.pension as before, r.increase, {", ".join(f"r.{name}" for name in PARTS)},
                   o.increase as other
              from ({rows}) r
              left join ({_others(other, there)}) o using (person_id, award_id)""",  # noqa: S608
        values,
    )


def _others(other: Rule, places: list[str]) -> str:
    known = announced(other, places)
    if not known:
        return (
            "select null::bigint as person_id, null::bigint as award_id, null::bigint as increase"
        )
    return adjustment.sheets_of(other.policy, other.month, _at(other.month), known)


def _at(month: int) -> str:
    """The pensions that were gathered, as a scheme of that month sees them."""
    names = ", ".join(name for name in adjustment.CARRY if name != "month")
    return f"select {names}, {month} as month from given"  # noqa: S608


def announced(rule: Rule, places: list[str]) -> list[str]:
    """The regions whose scheme of that month the policy knows."""
    return [place for place in places if _is_announced(rule, place)]


def _is_announced(rule: Rule, place: str) -> bool:
    try:
        found = AdjustmentParams.at(rule.policy, place, rule.month)
    except PolicyError:
        return False
    return bool(found.scheme_month == rule.month)


def of_residents(part: Part, rule: Rule, other: Rule) -> tuple[str, list[Any]]:
    """The rises of residents, of all who gain by the one rule or by the other."""
    source, values = facts.residents_in_payment(part.january, part.region, part.first, part.last)
    places = residents.places(part)
    rows = residents.sheets_of(rule.policy, rule.month, "table given", places)
    others = residents.sheets_of(other.policy, other.month, "table given", places)
    return (
        f"""with given as ({source})
            select g.person_id, g.award_id, g.region, {part.scheme} as scheme, g.age,
                   g.months_paid as months, g.pension as before,
                   r.basic_more + r.addition_more as increase, r.basic_more, r.addition_more,
                   o.basic_more + o.addition_more as other
              from given g
              join ({rows}) r using (person_id, award_id)
              join ({others}) o using (person_id, award_id)
             where r.basic_more + r.addition_more > 0 or o.basic_more + o.addition_more > 0""",  # noqa: S608
        values,
    )


def _samples(part: Part, count: int) -> list[dict[str, Any]]:
    source, values = facts.in_payment(part.january, part.scheme, part.region, part.first, part.last)
    names = ("region", "pension", "months", "age", "woman", "area", "standing", "land_taken")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select {", ".join(names)} from ({source} and a.months > 0) f
                 order by person_id limit %s""",  # noqa: S608
            [*values, count],
        )
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [
        adjustment.explained(
            part.policy, row.pop("region"), AdjustmentFacts(month=part.january, **row)
        ).as_json()
        for row in rows
    ]


def _left_out(part: Part) -> list[dict[str, Any]]:
    low, high = regions.span(part.region)
    awards = Award.objects.filter(
        state=AwardState.IN_PAYMENT,
        scheme=part.scheme,
        branch=Branch.PENSION,
        region__gte=low,
        region__lte=high,
    )
    unknown = awards.filter(from_month__lt=part.january, months=0).count()
    later = awards.filter(from_month__gte=part.january).count()
    here = PensionPayment.objects.filter(
        person_id=OuterRef("person_id"), award_id=OuterRef("pk"), month=part.january
    )
    elsewhere = (
        awards.filter(from_month__lt=part.january, months__gt=0).exclude(Exists(here)).count()
        if part.january < months.month_of(timezone.localdate())
        else 0
    )
    said = [
        (
            "years_unknown",
            "旧账没有写明缴费年限，要先补上",
            "The earlier books do not say how many years were paid: enter them first",
            unknown,
        ),
        (
            "began_later",
            "当年才开始领取，不参加本次调整",
            "The pension began in the year itself, so this adjustment does not concern it",
            later,
        ),
        (
            "months_elsewhere",
            "1 月以来有月份是旧账发的，差额在旧账结清，这里从本系统发放的月份起补",
            "Earlier books paid some months since January: their difference is settled there",
            elsewhere,
        ),
    ]
    return [
        {"code": code, "zh": zh, "en": en, "count": count} for code, zh, en, count in said if count
    ]
