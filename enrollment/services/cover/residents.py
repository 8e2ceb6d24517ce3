"""The cover that a paid year brings. It begins where somebody paid, or was paid for: never by a
lapse of time."""

from collections.abc import Iterable
from datetime import date

from django.db import connection
from django.utils import timezone

from enrollment.models import Category, Coverage, EndReason, Person, ResidentEnrolment
from enrollment.models.spans import DAY, until
from enrollment.params import MedicalWindow
from enrollment.queries.residents import money_of
from enrollment.rules.residents.cover import cover_from
from funds.models import Branch
from socsec.office.services import policy

# A year's cover is written unless another insurance of the branch holds at that time: then the
# person is insured twice, which a matching run finds and two people decide.
_COVER = """
    insert into enrollment_coverage
      (person_id, branch, category, region, span, end_reason, recorded_at, ended_at)
    select n.person_id, n.branch, %s, n.region, n.span, '', now(), null
    from unnest(%s::bigint[], %s::smallint[], %s::text[], %s::daterange[])
           as n (person_id, branch, region, span)
    where not exists (
        select from enrollment_coverage c
        where c.person_id = n.person_id and c.branch = n.branch and c.span && n.span
    )
"""


def begin_if_paid(enrolments: Iterable[ResidentEnrolment], *, paid_on: date) -> int:
    """Let the cover begin of those whose own part is paid. Gives how many begin."""
    waiting = [each for each in enrolments if each.cover_from is None]
    settled: list[ResidentEnrolment] = []
    for branch in sorted({each.branch for each in waiting}):
        of = [each for each in waiting if each.branch == branch]
        money = money_of([(each.person_id, each.year) for each in of], branch)
        settled += [each for each in of if money[each.person_id, each.year].settled]
    if not settled:
        return 0
    born = dict(
        Person.objects.filter(pk__in={each.person_id for each in settled}).values_list(
            "pk", "born_on"
        )
    )
    law = policy.of(policy.current_edition())
    windows: dict[tuple[str, int], MedicalWindow] = {}
    for each in settled:
        each.cover_from = paid_on.replace(day=1)
        if each.branch == Branch.MEDICAL:
            place = (each.region, each.year)
            if place not in windows:
                windows[place] = MedicalWindow.at(law, each.region, date(each.year, 1, 1))
            each.cover_from = cover_from(
                way=each.way,
                wait=each.wait,
                paid_on=paid_on,
                year=each.year,
                born_on=born[each.person_id],
                by_month=bool(windows[place].wait_by_month),
            )
    ResidentEnrolment.objects.bulk_update(settled, ["cover_from"], batch_size=1000)
    _open(settled)
    return len(settled)


def _open(settled: list[ResidentEnrolment]) -> None:
    people, branches, regions, spans = [], [], [], []
    for each in settled:
        begins = each.cover_from
        assert begins is not None
        ends = date(each.year + 1, 1, 1) if each.branch == Branch.MEDICAL else None
        if ends is not None and begins >= ends:
            continue  # the wait takes up the whole year
        people.append(each.person_id)
        branches.append(each.branch)
        regions.append(each.region)
        spans.append(f"[{begins},{ends or ''})")
    with connection.cursor() as cursor:
        cursor.execute(_COVER, [int(Category.RESIDENT), people, branches, regions, spans])


def cut(person_id: int, branch: int, from_: date, reason: str = EndReason.CHANGED) -> int:
    """End a resident's cover with the day before. Gives how many ended.

    One that had not begun by then never was: its span is empty.
    """
    ended = 0
    for row in Coverage.objects.select_for_update(no_key=True).filter(
        person_id=person_id, branch=branch, category=Category.RESIDENT, span__overlap=(from_, None)
    ):
        row.span = until(row.span, from_ - DAY)
        row.end_reason = reason
        row.ended_at = timezone.now()
        row.save(update_fields=["span", "end_reason", "ended_at"])
        ended += 1
    return ended
