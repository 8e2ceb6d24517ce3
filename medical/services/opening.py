"""Opening a year: the sums of everybody insured begin at nothing, and carry what the law carries.

That is the raise of the catastrophic cap, of residents who were insured for years without a gap
and of those without a claim (国办发〔2024〕38号). Where bills of the year came before it was opened,
those that the raise concerns are worked out anew.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.rules.residents.medical import LoyalFacts, ceiling_incentive
from funds.models import Branch, Scheme
from medical import facts
from medical.models import Settlement, YearSums
from medical.params import Incentive, ResidentsMajor
from medical.services.settling import booking
from socsec.kernel import months, regions, rules
from socsec.kernel.policy import Policy, PolicyError
from socsec.kernel.ranges import MOST
from socsec.kernel.sqlexpr import compile as compile_rule
from socsec.office import cutting
from socsec.office.errors import Invalid
from socsec.office.models import Run, User
from socsec.office.runs import Preview
from socsec.office.services import policy as policies

KIND = "medical_year"
SUMS = YearSums._meta.db_table
RULE = "enrollment.residents.ceiling_incentive"

NO_PLAN = {
    "code": "no_plan",
    "zh": "参保地没有录入大病保险封顶线或激励标准，封顶线不提高",
    "en": "No cap of catastrophic insurance, or no reward, is entered for the region; nothing is raised",
}


@dataclass(frozen=True)
class Part:
    """A range of the people insured in a region on the first day of a year."""

    year: int
    region: str
    policy: Policy
    first: int = 0
    last: int = MOST

    @property
    def month(self) -> int:
        return months.month(self.year, 1)


def part_of(run: Run, first: int = 0, last: int = MOST) -> Part:
    """The part of a run. `Invalid` for a month that is no January, and for a year to come."""
    if run.month % 12:
        raise Invalid(
            _("A year is opened in its January."),
            code="not_january",
            field="month",
            fix=_("Draft the run for January."),
        )
    if run.month > months.month_of(timezone.localdate()):
        raise Invalid(_("This month has not begun yet."), code="in_the_future", field="month")
    assert run.edition_id is not None  # every run is drafted under one
    return Part(run.month // 12, run.region_id, policies.of(run.edition_id), first, last)


def select(part: Part) -> tuple[str, dict[str, Any]]:
    """The rows that the opening writes: person_id, home, scheme, cap_raise and its two parts."""
    places = _places(part)
    insured, asked = facts.insured(part.year, places, part.first, part.last)
    caps = _caps(part, places)
    if not caps:
        return (
            f"""select i.person_id, i.region as home, i.scheme, 0::bigint as cap_raise,
                       0::bigint as for_years, 0::bigint as for_zero from ({insured}) i""",  # noqa: S608
            asked,
        )
    known = [region for region, _cap, _since in caps]
    values: Any  # the columns of that rule's own parameters, which are enrollment's to name
    params, values = rules.find(RULE).params.sql(part.policy, known, part.month)
    loyal, of_residents = facts.loyal(part.year, caps, part.first, part.last)
    sheet = ceiling_incentive(LoyalFacts.sql(), values)
    raised = compile_rule(
        {
            "cap_raise": sheet.cap_raise,
            "for_years": sheet.for_years,
            "for_zero": sheet.for_zero,
        },
        f"select * from ({loyal}) l join ({params}) q using (region)",  # noqa: S608
        carry=("person_id", "region"),
    )
    # Both ask for the same year and people, but for their regions.
    return (
        f"""select i.person_id, i.region as home, i.scheme,
                   coalesce(r.cap_raise, 0)::bigint as cap_raise,
                   coalesce(r.for_years, 0)::bigint as for_years,
                   coalesce(r.for_zero, 0)::bigint as for_zero
              from ({insured.replace("%(regions)s", "%(places)s")}) i
              left join ({raised}) r on r.person_id = i.person_id and r.region = i.region
               and i.scheme = {Scheme.RESIDENTS}""",  # noqa: S608
        {**of_residents, "places": places},
    )


def preview(part: Part) -> Preview:
    """How many people, by what their caps rise, and where nothing is known."""
    rows, asked = select(part)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select home, count(*), sum(cap_raise)::bigint, sum(for_years)::bigint,
                       sum(for_zero)::bigint from ({rows}) o group by home order by home""",  # noqa: S608
            asked,
        )
        found = cursor.fetchall()
    without = _without_plan(part)
    return Preview(
        count=sum(row[1] for row in found),
        total=sum(row[2] for row in found),
        figures={
            "for_years": sum(row[3] for row in found),
            "for_zero": sum(row[4] for row in found),
        },
        regions={row[0]: [row[1], row[2]] for row in found},
        held=[{**NO_PLAN, "count": without, "total": 0}] if without else [],
    )


def chunks(part: Part, size: int) -> list[dict[str, Any]]:
    insured, asked = facts.insured(part.year, _places(part), part.first, part.last)
    return cutting.by_person(f"select person_id from ({insured}) c", asked, size)  # noqa: S608


def open_year(part: Part, run_id: int, by: User) -> tuple[int, int]:
    """Open the year of a part's people; how many, and by how much their caps rise, in fen."""
    rows, asked = select(part)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""with opened as (
                    insert into {SUMS} as s ({", ".join(booking.ZEROED)}, person_id, year, scheme, home)
                    select {", ".join(_opened(name) for name in booking.ZEROED)},
                           o.person_id, %(year)s, o.scheme, o.home
                      from ({rows}) o order by o.person_id
                        on conflict (person_id, year, scheme, home) do update
                       set cap_raise = excluded.cap_raise, opened_by = excluded.opened_by
                    returning s.cap_raise
                )
                select count(*), coalesce(sum(cap_raise), 0)::bigint from opened""",  # noqa: S608
            {**asked, "run": run_id},
        )
        count, amount = cursor.fetchone()
    _anew(part, _paid_already(part, run_id), by)
    return count, amount


def undo(part: Part, run_id: int, by: User) -> None:
    """Close a part's year again: no cap is raised, and nothing stands of who had no bill."""
    concerned = _paid_already(part, run_id)
    mine = _mine(part, run_id)
    bills = Settlement.objects.filter(person_id=OuterRef("person_id"), year=part.year)
    mine.filter(~Exists(bills)).delete()
    mine.update(cap_raise=0, opened_by=0)
    _anew(part, concerned, by)


def _mine(part: Part, run_id: int) -> QuerySet[YearSums]:
    return YearSums.objects.filter(
        year=part.year, opened_by=run_id, person_id__gte=part.first, person_id__lte=part.last
    )


def _paid_already(part: Part, run_id: int) -> list[tuple[int, int, str]]:
    """For whom catastrophic insurance has paid in the year: few when it is opened."""
    rows = _mine(part, run_id).filter(major_pay__gt=0).order_by("person_id")
    return list(rows.values_list("person_id", "scheme", "home"))


def _opened(name: str) -> str:
    return {"cap_raise": "o.cap_raise", "opened_by": "%(run)s"}.get(name, "0")


def _anew(part: Part, concerned: list[tuple[int, int, str]], by: User) -> None:
    for person_id, scheme, home in concerned:
        booking.work_anew(by=by, person_id=person_id, at=part.year, scheme=scheme, home=home)


def _places(part: Part) -> list[str]:
    """Where somebody is insured on the first day."""
    low, high = regions.span(part.region)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select distinct region from {facts.COVERAGES}
                 where branch = %s and span @> make_date(%s, 1, 1) and region between %s and %s
                 order by region""",  # noqa: S608
            [Branch.MEDICAL, part.year, low, high],
        )
        return [region for (region,) in cursor.fetchall()]


def _caps(part: Part, places: list[str]) -> list[tuple[str, int, int]]:
    """Of each region the cap of catastrophic insurance and the first year that counts, where known."""
    found = []
    for place in places:
        try:
            cap = ResidentsMajor.at(part.policy, place, part.month).major_cap
            since = Incentive.at(part.policy, place, part.month).since
            rules.find(RULE).params.at(part.policy, place, part.month)
        except PolicyError:
            continue
        found.append((place, int(cap), int(since)))
    return found


def _without_plan(part: Part) -> int:
    """How many residents are insured where no cap is known."""
    places = _places(part)
    known = {region for region, _cap, _since in _caps(part, places)}
    insured, asked = facts.insured(part.year, [p for p in places if p not in known], 0, MOST)
    with connection.cursor() as cursor:
        cursor.execute(
            f"select count(*) from ({insured}) i where i.scheme = {Scheme.RESIDENTS}",  # noqa: S608
            asked,
        )
        (count,) = cursor.fetchone()
    return int(count)
