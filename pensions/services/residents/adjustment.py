"""Residents' pensions stated anew from a month on: a new basic pension, or an age that was reached.

One statement works out what each pension gains and writes down its facts and its sheet; others add
the benefits that take over. What was paid since then is looked at again by the next payroll, which
pays the difference month by month.
"""

from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from funds.models import Branch, Scheme
from pensions import facts
from pensions.models import Award, AwardState, Benefit, PensionPayment, ResidentAdjustment
from pensions.params import ResidentParams
from pensions.rules.resident_adjustment import ResidentAdjustmentFacts, resident_adjustment
from pensions.services import payroll
from pensions.services.adjustment import Part
from socsec.kernel import months, regions
from socsec.kernel.document import Document, explain
from socsec.kernel.policy import Policy, PolicyError
from socsec.kernel.ranges import MOST
from socsec.kernel.sheet import Sheet
from socsec.kernel.sqlexpr import compile as compile_rule
from socsec.office import people
from socsec.office.errors import Invalid, Refused, from_kernel, say
from socsec.office.models import Run
from socsec.office.services import policy as policies

KIND = "resident_adjustment"

AWARDS = Award._meta.db_table
BENEFITS = Benefit._meta.db_table
PAYMENTS = PensionPayment._meta.db_table
ADJUSTMENTS = ResidentAdjustment._meta.db_table
FACTS = tuple(ResidentAdjustmentFacts.specs())
CARRY = ("person_id", "award_id", "month", "region", *FACTS, "owed_before")
PARTS = ("basic_more", "addition_more")


def part_of(run: Run, first: int = 0, last: int = MOST) -> Part:
    """The part of a run; its month need be no January."""
    assert run.edition_id is not None  # every run is drafted under one
    return Part(run.month, Scheme.RESIDENTS, run.region_id, run.edition_id, first, last)


def check(run: Run) -> None:
    """Runs of a region follow each other, and none looks ahead: an age counts once it is reached."""
    if run.month > months.month_of(timezone.localdate()) + 1:
        raise Invalid(
            _("Pensions are stated anew from next month on at the latest."),
            code="in_the_future",
            field="month",
        )
    later = _others(run).filter(month__gt=run.month).order_by("month").first()
    if later is not None:
        raise Refused(
            say(
                _("The pensions of %(month)s were stated anew already."),
                month=months.format_month(later.month),
            ),
            code="adjustment_out_of_turn",
            fix=_("Reverse that run first, or correct single pensions."),
        )


def check_gaining(run: Run) -> None:
    """`Refused` where nobody gains from that month on, or the run may not be made at all."""
    check(run)
    part = part_of(run)
    if places(part):
        rows, values = select(part)
        with connection.cursor() as cursor:
            cursor.execute(f"select exists ({rows})", values)
            if cursor.fetchone()[0]:
                return
    raise Refused(
        _("Nobody's pension rises in that month."),
        code="nobody_gains",
        fix=_("Enter a new basic pension as a policy value first, and have it approved."),
    )


def check_last(run: Run) -> None:
    """`Refused` once a later run rests on this one, or a payroll may have paid what it added."""
    if _others(run).filter(month__gte=run.month, started_at__gt=run.started_at).exists():
        raise Refused(
            _("A later adjustment rests on this one."),
            code="adjustment_out_of_turn",
            fix=_("Reverse that one first."),
        )
    paid = Run.objects.filter(
        kind=payroll.KIND,
        params={"scheme": Scheme.RESIDENTS.value, "branch": Branch.PENSION.value},
        region_low__lte=run.region_high,
        region_high__gte=run.region_low,
        state__in=[*Run.WORKING, Run.State.POSTED, Run.State.FAILED],
        started_at__gt=run.started_at,
    ).first()
    if paid is not None:
        raise Refused(
            say(
                _("The payroll of %(month)s has paid these increases."),
                month=months.format_month(paid.month),
            ),
            code="paid_already",
            fix=_("Reverse that payroll first, or correct single pensions."),
        )


def _others(run: Run) -> QuerySet[Run]:
    """Runs over the same people that may have written something."""
    return Run.objects.filter(
        kind=KIND,
        region_low__lte=run.region_high,
        region_high__gte=run.region_low,
        state__in=[*Run.WORKING, Run.State.POSTED, Run.State.FAILED],
    ).exclude(pk=run.pk)


def places(part: Part) -> list[str]:
    """The regions whose basic pensions a part needs."""
    low, high = regions.span(part.region)
    return list(
        Award.objects.filter(scheme=part.scheme, region__gte=low, region__lte=high)
        .exclude(state=AwardState.ENDED)
        .order_by("region")
        .values_list("region", flat=True)
        .distinct()
    )


def select(part: Part) -> tuple[str, list[Any]]:
    """What each pension of a part gains, of those that gain: its facts, and two lines of its sheet."""
    source, values = facts.residents_in_payment(part.january, part.region, part.first, part.last)
    return sheets_of(part.policy, part.january, source, places(part), gaining=True), values


def sheets_of(
    policy: Policy, month: int, source: str, where: list[str], *, gaining: bool = False
) -> str:
    """The rule over facts that a SELECT gives, by the standards of a month; of all, or who gain."""
    try:
        table, params = ResidentParams.sql(policy, where, month)
    except PolicyError as error:
        raise from_kernel(error) from error
    sheet = resident_adjustment(ResidentAdjustmentFacts.sql(), params)
    return compile_rule(
        {name: getattr(sheet, name) for name in PARTS},
        f"select * from ({source}) f join ({table}) p using (region)",  # noqa: S608
        carry=CARRY,
        keep=sheet.increase > 0 if gaining else None,
    )


def samples(part: Part, count: int) -> list[dict[str, Any]]:
    """A few sheets of those who gain."""
    rows, values = select(part)
    with connection.cursor() as cursor:
        cursor.execute(
            f"select region, {', '.join(FACTS)} from ({rows}) r order by person_id limit %s",  # noqa: S608
            [*values, count],
        )
        few = cursor.fetchall()
    return [
        explain(
            *_work_out(part.edition, part.january, region, dict(zip(FACTS, row, strict=True)))
        ).as_json()
        for region, *row in few
    ]


Worked = tuple[Sheet, ResidentAdjustmentFacts, ResidentParams]


def _work_out(edition: int, month: int, region: str, known: dict[str, int]) -> Worked:
    given = ResidentAdjustmentFacts(**known)
    params = ResidentParams.at(policies.of(edition), region, month)
    return resident_adjustment(given, params), given, params


def _again(row: ResidentAdjustment) -> Worked:
    run = Run.objects.get(pk=row.run_id)
    assert run.edition_id is not None  # every run is drafted under one
    known = {name: getattr(row, name) for name in FACTS}
    return _work_out(run.edition_id, run.month, row.region, known)


def sheet_of(row: ResidentAdjustment) -> Document:
    """The sheet of an adjustment that was made, worked out again with the edition of its run."""
    return explain(*_again(row))


def numbers_of(row: ResidentAdjustment) -> dict[str, int]:
    """The same as plain numbers, by the code of the line."""
    return {line.code: line.value for line in _again(row)[0].lines()}


def adjusted(person_id: int, award_id: int | None = None) -> list[dict[str, Any]]:
    """Each adjustment that stands of a resident, or of one award, with its sheet, the latest first."""
    rows = ResidentAdjustment.objects.filter(
        person_id__in=people.numbers(person_id),
        run_id__in=Run.objects.filter(state=Run.State.POSTED).values("pk"),
    ).order_by("-month")
    if award_id is not None:
        rows = rows.filter(award_id=award_id)
    return [{"row": row, "sheet": sheet_of(row)} for row in rows]


# execution


def chunks(part: Part, size: int) -> list[dict[str, Any]]:
    """Ranges of person numbers with about `size` pensions each."""
    return payroll.chunks(
        payroll.Part(part.january, part.scheme, part.region, part.first, part.last), size
    )


def adjust(part: Part, run_id: int) -> tuple[int, int]:
    """Write a part's adjustments and the benefits that take over. (pensions, fen a month)."""
    if not places(part):
        return 0, 0
    rows, values = select(part)
    names, who = ", ".join((*CARRY, *PARTS)), [run_id, part.first, part.last]
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into {ADJUSTMENTS} (run_id, {names}) select %s, {names} from ({rows}) r",  # noqa: S608
            [run_id, *values],
        )
        _restate(cursor, who, sign="+")
        # What was paid since is looked at again from its first month on.
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
            who,
        )
        cursor.execute(
            f"""select count(*), coalesce(sum(basic_more + addition_more), 0)::bigint
                  from {ADJUSTMENTS}
                 where run_id = %s and person_id between %s and %s""",  # noqa: S608
            who,
        )
        count, total = cursor.fetchone()
    return count, total


def undo(part: Part, run_id: int) -> None:
    """Take a part's increases back, before any payroll paid them."""
    who = [run_id, part.first, part.last]
    with connection.cursor() as cursor:
        _restate(cursor, who, sign="-")
        cursor.execute(
            f"""update {AWARDS} a set owed_from = j.owed_before
                  from {ADJUSTMENTS} j
                 where j.run_id = %s and j.person_id = a.person_id and j.award_id = a.id
                   and j.person_id between %s and %s""",  # noqa: S608
            who,
        )


def _restate(cursor: Any, who: list[int], sign: str) -> None:
    """State every benefit from the month on anew, more or less by what was gained."""
    cursor.execute(
        f"""insert into {BENEFITS}
              (person_id, award_id, from_month, version, basic, account, transitional, addition)
            select distinct on (j.person_id, j.award_id, m.month)
                   j.person_id, j.award_id, m.month,
                   (case when b.from_month = m.month then b.version + 1 else 0 end)::smallint,
                   b.basic {sign} j.basic_more, b.account, b.transitional,
                   b.addition {sign} j.addition_more
              from {ADJUSTMENTS} j
              join {BENEFITS} b on b.person_id = j.person_id and b.award_id = j.award_id
             cross join lateral (select greatest(b.from_month, j.month) as month) m
             where j.run_id = %s and j.person_id between %s and %s
             order by j.person_id, j.award_id, m.month, b.from_month desc, b.version desc""",  # noqa: S608
        who,
    )
