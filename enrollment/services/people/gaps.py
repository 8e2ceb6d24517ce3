"""Full coverage (全民参保): lists of those who should be insured and are not, kept true by the facts.

The refresh applies one rule to everybody in SQL: who is found stands on the list, whose facts have
changed leaves it. Clerks only add what they said and heard; nobody is ticked off by hand.
"""

from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment import facts
from enrollment.models import (
    AgeBand,
    ContactOutcome,
    ContactWay,
    CoverageGap,
    GapContact,
    GapEnd,
    Person,
)
from enrollment.params import GapRule
from enrollment.rules.gaps import Situation, gap
from socsec.kernel import sqlexpr
from socsec.kernel.months import month_of
from socsec.kernel.policy import PolicyError
from socsec.kernel.ranges import MOST
from socsec.kernel.regions import NATION, span
from socsec.office.access import require, require_stranger
from socsec.office.errors import Conflict, Invalid, NotFound, from_kernel
from socsec.office.models import Region, User
from socsec.office.services import audit, policy

CHUNK = 50_000  # people in one transaction
FURTHEST = timedelta(days=365)  # for the next word

# Everybody with what the rule says; the two statements below read it once each.
_OPEN = """
    insert into enrollment_coveragegap
        (person_id, branch, found_on, region, reason, since, ended)
    select n.person_id, n.branch, %s, n.region, n.reason, n.since, ''
    from gap_now n
    where n.reason > 0 and not exists (
        select from enrollment_coveragegap g
        where g.person_id = n.person_id and g.branch = n.branch and g.closed_on is null
    )
    on conflict (person_id, branch, found_on)
    do update set closed_on = null, ended = '', reason = excluded.reason, region = excluded.region
"""
_CHANGE = """
    update enrollment_coveragegap g set reason = n.reason, region = n.region, since = n.since
    from gap_now n
    where g.person_id = n.person_id and g.branch = n.branch and g.closed_on is null
      and n.reason > 0 and (g.reason, g.region) is distinct from (n.reason, n.region)
"""
_CLOSE = """
    update enrollment_coveragegap g
    set closed_on = %s, next_on = null,
        ended = case when exists (
            select from gap_now n
            where n.person_id = g.person_id and n.branch = g.branch and n.insured
        ) then 'covered' else 'no_longer' end
    where g.closed_on is null and g.person_id between %s and %s and g.region between %s and %s
      and not exists (
          select from gap_now n
          where n.person_id = g.person_id and n.branch = g.branch and n.reason > 0
      )
"""
_COUNT = """
    insert into enrollment_coveragecount (month, branch, region, band, area, people, insured)
    select %s, s.branch, s.region, b.band, s.area, count(*), count(*) filter (where s.insured)
    from ({situations}) as s
    join (values {bands}) as b(band, low, high) on s.age between b.low and b.high
    group by s.branch, s.region, b.band, s.area
"""


def refresh(*, region: str = NATION, day: date | None = None, person_id: int | None = None) -> int:
    """Bring the lists in step with the facts of a day. Returns how many changes there were.

    In parts of `CHUNK` people, each a transaction of its own; with `person_id` for one alone.
    """
    today = day or timezone.localdate()
    if person_id is not None:
        return _refresh(region, today, person_id, person_id)
    changed, first = 0, 0
    while True:
        numbers = Person.objects.filter(pk__gt=first).order_by("pk").values_list("pk", flat=True)
        last = numbers[CHUNK - 1 : CHUNK].first()
        changed += _refresh(region, today, first + 1, last or MOST)
        if last is None:
            return changed
        first = last


@transaction.atomic
def _refresh(region: str, day: date, first: int, last: int) -> int:
    statement, values = _judged(region, day, first, last)
    low, high = span(region)
    with connection.cursor() as cursor:
        cursor.execute(facts.FOR_MANY if first != last else "set local jit = off")
        cursor.execute("drop table if exists gap_now")
        cursor.execute(f"create temporary table gap_now on commit drop as {statement}", values)
        cursor.execute("analyze gap_now")
        changed = 0
        steps: list[facts.Select] = [
            (_OPEN, [day]),
            (_CHANGE, []),
            (_CLOSE, [day, first, last, low, high]),
        ]
        for text, given in steps:
            cursor.execute(text, given)
            changed += cursor.rowcount
    if changed:
        audit.record(by=None, act="gap.refresh", region=region, changed=changed, day=day)
    return changed


def _judged(region: str, day: date, first: int, last: int) -> facts.Select:
    """The rule over the facts, as one SELECT."""
    gathered, values = facts.situations(
        day=day, region=region, first_person=first, last_person=last
    )
    places = list(Region.objects.values_list("code", flat=True))
    try:
        table, params = GapRule.sql(policy.of(policy.current_edition()), places, month_of(day))
    except PolicyError as error:
        raise from_kernel(error) from error
    source = f"select * from ({gathered}) as gathered join ({table}) as law using (region)"  # noqa: S608
    found = gap(Situation.sql(), params)
    lines = {"branch": sqlexpr.column("branch"), "reason": found.reason}
    carry = ("person_id", "region", "insured", "since")
    return sqlexpr.compile(lines, source, carry=carry), values


@transaction.atomic
def count(*, month: int | None = None, region: str = NATION, day: date | None = None) -> int:
    """Count people and insured of a month anew, by region, age and area. Returns the rows written."""
    today = day or timezone.localdate()
    month = month_of(today) if month is None else month
    gathered, values = facts.situations(day=today, region=region)
    starts = sorted(int(band) for band in AgeBand)
    # In completed months of age, as the facts count it.
    highs = [start * 12 - 1 for start in starts[1:]] + [MOST]
    bands = ", ".join(
        f"({start}, {start * 12}, {high})" for start, high in zip(starts, highs, strict=True)
    )
    low, high = span(region)
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from enrollment_coveragecount where month = %s and region between %s and %s",
            [month, low, high],
        )
        cursor.execute(facts.FOR_MANY)
        cursor.execute(_COUNT.format(situations=gathered, bands=bands), [month, *values])
        return int(cursor.rowcount)


@transaction.atomic
def contact(
    *,
    by: User,
    gap: CoverageGap,
    way: str,
    outcome: str,
    note: str = "",
    next_on: date | None = None,
) -> GapContact:
    """Write down one attempt and what came of it. Whoever writes has it in hand from now on."""
    held = _lock(by, gap, "gap.work")
    if way not in ContactWay.values:
        raise Invalid(_("Choose how you tried."), code="no_way", field="way")
    if outcome not in ContactOutcome.values:
        raise Invalid(_("Choose what came of it."), code="no_outcome", field="outcome")
    today = timezone.localdate()
    if next_on is not None and not today < next_on <= today + FURTHEST:
        raise Invalid(
            _("The next word lies after today, within a year."), code="next_day", field="next_on"
        )
    if next_on is None and outcome in (
        ContactOutcome.THINKS,
        ContactOutcome.UNREACHED,
        ContactOutcome.CANNOT,
    ):
        raise Invalid(
            _("Say when you try again."),
            code="next_missing",
            field="next_on",
            fix=_("Only a clear yes or no needs no next day."),
        )
    made = GapContact.objects.create(
        person_id=held.person_id,
        branch=held.branch,
        found_on=held.found_on,
        by=by,
        region=held.region,
        way=way,
        outcome=outcome,
        note=note.strip()[:300],
        next_on=next_on,
    )
    held.clerk_id, held.next_on = by.pk, next_on
    held.save(update_fields=["clerk_id", "next_on"])
    _record(by, "gap.contact", held, outcome=outcome)
    return made


@transaction.atomic
def assign(*, by: User, gap: CoverageGap, clerk: User | None) -> CoverageGap:
    """Give a person on the list to a colleague of the office, or to nobody."""
    held = _lock(by, gap, "gap.assign")
    if clerk is not None:
        require(clerk, "gap.work", held.region)
    held.clerk_id = clerk.pk if clerk else None
    held.save(update_fields=["clerk_id"])
    _record(by, "gap.assign", held, clerk=clerk.username if clerk else None)
    return held


def _lock(by: User, gap: CoverageGap, act: str) -> CoverageGap:
    held = (
        CoverageGap.objects.select_for_update()
        .filter(person_id=gap.person_id, branch=gap.branch, found_on=gap.found_on)
        .first()
    )
    if held is None:
        raise NotFound(_("This person is not on the list."), code="no_gap")
    require(by, act, held.region)
    require_stranger(by, held.person_id)
    if held.closed_on is not None:
        raise Conflict(
            _("This is closed: %(ended)s.") % {"ended": GapEnd(held.ended).label},
            code="gap_closed",
            fix=_("There is nothing left to do."),
        )
    return held


def _record(by: User, act: str, held: CoverageGap, **detail: Any) -> None:
    audit.record(
        by=by,
        act=act,
        subject=("coveragegap", f"{held.person_id}/{held.branch}"),
        person_id=held.person_id,
        region=held.region,
        branch=held.branch,
        **detail,
    )
