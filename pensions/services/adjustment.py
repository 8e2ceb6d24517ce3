"""The yearly adjustment of all pensions in payment (养老金调整), by the scheme of the province.

One statement works out each pension's increase by the rule and writes down its facts and its sheet;
another adds the benefit that takes over in January. What was paid since then is looked at again by
the next payroll, which pays the difference month by month. Months that earlier books paid are
settled there: these books do not know what they paid.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from funds.models import Branch
from pensions import facts, queries
from pensions.models import (
    Award,
    Benefit,
    Correction,
    PensionAdjustment,
    PensionPayment,
)
from pensions.params import AdjustmentParams
from pensions.rules.adjustment import (
    Adjustment,
    AdjustmentFacts,
    SchemeError,
    adjustment,
    check_scheme,
)
from pensions.services import payroll
from socsec.kernel import months, regions
from socsec.kernel.document import Document, explain
from socsec.kernel.policy import Policy, PolicyError
from socsec.kernel.ranges import MOST
from socsec.kernel.sqlexpr import compile as compile_rule
from socsec.office.errors import Invalid, Refused, from_kernel, say
from socsec.office.gathering import gathered
from socsec.office.models import Run
from socsec.office.services import policy as policies

KIND = "pension_adjustment"

AWARDS = Award._meta.db_table
BENEFITS = Benefit._meta.db_table
ADJUSTMENTS = PensionAdjustment._meta.db_table
PAYMENTS = PensionPayment._meta.db_table
GATHERED = "pensions_gathered"  # a table of one transaction
PARTS = ("flat_part", "linked", "level", "tilt")
CARRY = (
    *("person_id", "award_id", "month", "region", "pension", "months", "age", "woman", "area"),
    *("standing", "land_taken", "owed_before"),
)


@dataclass(frozen=True)
class Part:
    """A range of people whose pensions of one scheme are adjusted from one January on."""

    january: int
    scheme: int
    region: str
    edition: int
    first: int = 0
    last: int = MOST

    @property
    def policy(self) -> Policy:
        return policies.of(self.edition)


def part_of(run: Run, first: int = 0, last: int = MOST) -> Part:
    assert run.edition_id is not None  # every run is drafted under one
    return Part(run.month, run.params["scheme"], run.region_id, run.edition_id, first, last)


def check(run: Run) -> None:
    """The run is for a January, and every region in it has a scheme that can be applied."""
    if run.month != months.month(months.year_of(run.month), 1):
        raise Invalid(
            _("Pensions are adjusted from January on: choose that month."),
            code="not_january",
            field="month",
        )
    part = part_of(run)
    for region in places(part):
        params = params_at(part.policy, region, run.month)
        try:
            check_scheme(params)
        except SchemeError as error:
            raise from_kernel(error) from error


def params_at(policy: Policy, region: str, january: int) -> AdjustmentParams:
    """The scheme of a region for that January; `Refused` until it is announced."""
    try:
        params = AdjustmentParams.at(policy, region, january)
    except PolicyError as error:
        raise from_kernel(error) from error
    if params.scheme_month != january:
        raise Refused(
            say(
                _("The scheme of %(year)s is not announced for %(region)s yet."),
                year=months.year_of(january),
                region=region,
            ),
            code="scheme_not_announced",
            fix=_("Enter it as policy values first, and have it approved."),
        )
    return params


def places(part: Part) -> list[str]:
    """The regions whose schemes a part needs."""
    low, high = regions.span(part.region)
    return list(
        Award.objects.filter(
            scheme=part.scheme,
            branch=Branch.PENSION,
            region__gte=low,
            region__lte=high,
            from_month__lt=part.january,
        )
        .order_by("region")
        .values_list("region", flat=True)
        .distinct()
    )


def select(part: Part) -> tuple[str, list[Any]]:
    """The adjustment of each pension of a part: its facts and the lines of its sheet."""
    source, values = facts_of(part)
    return sheets_of(part.policy, part.january, source, places(part)), values


def facts_of(part: Part) -> tuple[str, list[Any]]:
    """The facts of each pension of a part, as a SELECT."""
    source, values = facts.in_payment(part.january, part.scheme, part.region, part.first, part.last)
    return f"{source} and a.months > 0", values


def sheets_of(
    policy: Policy,
    january: int,
    source: str,
    where: list[str],
    *,
    checked: bool = False,
    carry: tuple[str, ...] = CARRY,
) -> str:
    """The rule over facts that a SELECT gives (and `checked`), with the scheme of each region."""
    table, params = AdjustmentParams.sql(policy, where, january)
    sheet = adjustment(AdjustmentFacts.sql(checked=checked), params)
    return compile_rule(
        {
            "flat_part": sheet.flat_part,
            "linked": sheet.linked.amount,
            "level": sheet.level.amount,
            "tilt": sheet.tilt.amount,
            "increase": sheet.increase,
        },
        f"select * from ({source}) f join ({table}) p using (region)",  # noqa: S608
        carry=carry,
    )


def explained(policy: Policy, region: str, given: AdjustmentFacts) -> Document:
    """The sheet of one pension."""
    params = AdjustmentParams.at(policy, region, given.month)
    return explain(adjustment(given, params), given, params)


def sheet_of(row: PensionAdjustment) -> Document:
    """The sheet of an adjustment that was made, worked out again with the edition of its run."""
    return explain(*_worked_out(row))


def numbers_of(row: PensionAdjustment) -> dict[str, int]:
    """The same as plain numbers, by the code of the line."""
    return {line.code: line.value for line in _worked_out(row)[0].lines()}


def _worked_out(row: PensionAdjustment) -> tuple[Adjustment, AdjustmentFacts, AdjustmentParams]:
    edition = Run.objects.values_list("edition_id", flat=True).get(pk=row.run_id)
    assert edition is not None  # every run is drafted under one
    given = AdjustmentFacts(**{name: getattr(row, name) for name in AdjustmentFacts.specs()})
    params = AdjustmentParams.at(policies.of(edition), row.region, given.month)
    return adjustment(given, params), given, params


def adjusted(person_id: int, award_id: int | None = None) -> list[dict[str, Any]]:
    """Each yearly adjustment that stands of a person, or of one award, with its sheet."""
    rows = queries.adjustments(person_id)
    if award_id is not None:
        rows = rows.filter(award_id=award_id)
    return [{"row": row, "sheet": sheet_of(row)} for row in rows]


# execution


def adjust(part: Part, run_id: int) -> tuple[int, int]:
    """Write a part's adjustments and the benefits that take over. (pensions, fen a month)."""
    where = places(part)
    if not where:
        return 0, 0
    source, values = facts_of(part)
    rows = sheets_of(part.policy, part.january, f"table {GATHERED}", where, checked=True)
    names = ", ".join((*CARRY, *PARTS, "increase"))
    who = [part.first, part.last]
    with connection.cursor() as cursor:
        with gathered(GATHERED, source, values, AdjustmentFacts.in_bounds()):
            cursor.execute(
                f"""insert into {ADJUSTMENTS} (run_id, {names})
                    select %s, {names} from ({rows}) r order by person_id""",  # noqa: S608
                [run_id],
            )
        _restate(cursor, run_id, part, sign="+")
        cursor.execute(
            f"""update {AWARDS} a set owed_from = p.first_paid
                  from {ADJUSTMENTS} j
                 cross join lateral (
                       select min(y.month) as first_paid from {PAYMENTS} y
                        where y.person_id = j.person_id and y.award_id = j.award_id
                          and y.month >= j.month) p
                 where j.run_id = %s and j.person_id = a.person_id and j.award_id = a.id
                   and j.person_id between %s and %s
                   and (a.owed_from is null or a.owed_from > p.first_paid)
                   and p.first_paid is not null""",  # noqa: S608
            [run_id, *who],
        )
        cursor.execute(
            f"""select count(*), coalesce(sum(increase), 0)::bigint from {ADJUSTMENTS}
                 where run_id = %s and person_id between %s and %s""",  # noqa: S608
            [run_id, *who],
        )
        count, total = cursor.fetchone()
    return count, total


def undo(part: Part, run_id: int) -> None:
    """Take a part's increases back, before any payroll paid them."""
    with connection.cursor() as cursor:
        _restate(cursor, run_id, part, sign="-")
        cursor.execute(
            f"""update {AWARDS} a set owed_from = j.owed_before
                  from {ADJUSTMENTS} j
                 where j.run_id = %s and j.person_id = a.person_id and j.award_id = a.id
                   and j.person_id between %s and %s""",  # noqa: S608
            [run_id, part.first, part.last],
        )


def _restate(cursor: Any, run_id: int, part: Part, sign: str) -> None:
    """State every benefit from January on anew, more or less by the increase.

    January's is the one that held before, or the one of January itself where there is one; each
    later one keeps its own amounts and gets the increase too.
    """
    cursor.execute(
        f"""insert into {BENEFITS}
              (person_id, award_id, from_month, version, basic, account, transitional, addition)
            select distinct on (j.person_id, j.award_id, m.month)
                   j.person_id, j.award_id, m.month,
                   (case when b.from_month = m.month then b.version + 1 else 0 end)::smallint,
                   b.basic, b.account, b.transitional, b.addition {sign} j.increase
              from {ADJUSTMENTS} j
              join {BENEFITS} b on b.person_id = j.person_id and b.award_id = j.award_id
             cross join lateral (select greatest(b.from_month, j.month) as month) m
             where j.run_id = %s and j.person_id between %s and %s
               and j.increase > 0
             order by j.person_id, j.award_id, m.month, b.from_month desc, b.version desc""",  # noqa: S608
        [run_id, part.first, part.last],
    )


def check_unpaid(run: Run) -> None:
    """`Refused` once a payroll may have paid what the run added."""
    later = Run.objects.filter(
        kind=payroll.KIND,
        params={**run.params, "branch": Branch.PENSION.value},
        region_low__lte=run.region_high,
        region_high__gte=run.region_low,
        state__in=[*Run.WORKING, Run.State.POSTED, Run.State.FAILED],
        started_at__gt=run.started_at,
    ).first()
    if later is not None:
        raise Refused(
            say(
                _("The payroll of %(month)s has paid these increases."),
                month=months.format_month(later.month),
            ),
            code="paid_already",
            fix=_("Reverse that payroll first, or correct single pensions."),
        )
    corrected = Correction.objects.filter(
        posted_at__gt=run.started_at,
        reversed_at__isnull=True,
        award_id__in=PensionAdjustment.objects.filter(run_id=run.pk).values("award_id"),
    ).exists()
    if corrected:
        raise Refused(
            _("A pension of this run was corrected since, with its increase."),
            code="corrected_since",
            fix=_("Reverse that correction first."),
        )


def chunks(part: Part, size: int) -> list[dict[str, Any]]:
    """Ranges of person numbers with about `size` pensions each."""
    return payroll.chunks(
        payroll.Part(part.january, part.scheme, part.region, part.first, part.last), size
    )
