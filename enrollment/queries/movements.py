"""Movements between regions: what each office sees, where months were paid, where a record lies."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, QuerySet

from enrollment.models import (
    Category,
    Coverage,
    LegacyYear,
    MovedMonth,
    Movement,
    MovementState,
    PriorKind,
    PriorState,
    ResidentEnrolment,
)
from funds.models import Branch
from socsec.kernel import regions
from socsec.kernel.months import LAST_MONTH
from socsec.office import people
from socsec.office.access import scope
from socsec.office.models import Case, User

from .residents import paid_years


@dataclass(frozen=True, slots=True)
class PlaceMonth:
    """A month that counts, where it was paid, and as what. Base in fen; none where it is deemed."""

    month: int
    region: str
    resident: bool
    deemed: bool
    base: int


# Of a month only what is paid in full counts; where two employers of one place paid, it is one month.
_MONTHS = """
    select c.month, c.region, min(c.category) = %s as resident, false, sum(c.base)::bigint
    from enrollment_contribution c
    where c.person_id = %s and c.branch = %s
    group by c.month, c.region
    having sum(c.employer_share + c.person_share) <= (
        select coalesce(sum(a.amount), 0) from enrollment_receiptallocation a
        where a.person_id = %s and a.branch = %s and a.month = c.month and a.region = c.region
    )
    union all
    select m.month, p.region, false, false, m.base
    from enrollment_priormonth m
    join enrollment_priorservice p on p.id = m.prior_id and p.state = %s
    where m.person_id = %s and m.branch = %s
    union all
    select n.month, p.region, false, true, 0::bigint
    from enrollment_priorservice p
    cross join lateral generate_series(p.first_month, p.last_month) as n(month)
    where p.person_id = %s and p.branch = %s and p.state = %s and p.kind = %s
    order by 1, 4, 3, 2
"""


def place_months(person_id: int, branch: int) -> list[PlaceMonth]:
    """Every month that counts, by place: paid before deemed, an employee's before a resident's."""
    who = [person_id, branch]
    approved = PriorState.APPROVED.value
    with connection.cursor() as cursor:
        cursor.execute(
            _MONTHS,
            [
                int(Category.RESIDENT),
                *who,
                *who,
                approved,
                *who,
                *who,
                approved,
                PriorKind.DEEMED.value,
            ],
        )
        return [PlaceMonth(*row) for row in cursor.fetchall()]


def resident_months(person_id: int, branch: int) -> list[PlaceMonth]:
    """The months of a resident's years that count: all twelve in old-age insurance, in medical
    insurance from the first one covered."""
    paid: set[tuple[int, int]] = set()
    numbers = people.numbers(person_id)
    with connection.cursor() as cursor:
        for number in numbers:
            sql, said = paid_years(branch, number, number, LAST_MONTH // 12)
            cursor.execute(sql, said)
            paid.update((who, year) for who, year, _older in cursor.fetchall())
    places: dict[tuple[int, int], tuple[str, int]] = {
        (each.person_id, each.year): (each.region, 0)
        for each in LegacyYear.objects.filter(person_id__in=numbers, branch=branch)
    }
    for row in ResidentEnrolment.objects.filter(person_id__in=numbers, branch=branch):
        covered = row.cover_from if branch == Branch.MEDICAL else None
        late = covered is not None and covered.year == row.year
        places[row.person_id, row.year] = row.region, covered.month - 1 if late and covered else 0
    return [
        PlaceMonth(year * 12 + at, places[who, year][0], True, False, 0)
        for who, year in sorted(paid, key=lambda each: each[1])
        if (who, year) in places
        for at in range(places[who, year][1], 12)
    ]


def within(months: Iterable[PlaceMonth], pool: str) -> dict[int, PlaceMonth]:
    """One month each of those paid within a pooling region."""
    found: dict[int, PlaceMonth] = {}
    for each in months:
        if regions.covers(pool, each.region):
            found.setdefault(each.month, each)
    return found


def movements(user: User) -> QuerySet[Movement]:
    """The movements that a user's office has a part in, whichever side it is on."""
    every = Movement.objects.select_related("person", "ended", "begun")
    mine = scope(every, user, "from_region").values("pk")
    theirs = scope(every, user, "to_region").values("pk")
    return every.filter(Q(pk__in=mine) | Q(pk__in=theirs)).order_by("-pk")


def movements_of(person_id: int) -> QuerySet[Movement]:
    """A person's movements, newest first, with their cases."""
    return (
        Movement.objects.filter(person_id__in=people.numbers(person_id))
        .select_related("ended", "begun")
        .prefetch_related("steps__case")
        .order_by("-pk")
    )


def movement_of(case: Case) -> Movement | None:
    return Movement.objects.filter(steps__case=case).select_related("person").first()


def statement(movement: Movement) -> QuerySet[MovedMonth]:
    """The attested months in force, oldest first."""
    return MovedMonth.objects.filter(
        person_id=movement.person_id, movement_id=movement.pk, turn=movement.turn
    ).order_by("month")


def keeper(person_id: int, branch: int) -> str | None:
    """The region in which a person's record of a branch lies: where it moved last, else where the
    latest coverage is or was; a temporary account does not move it. None for nobody insured.
    """
    moves = Movement.objects.filter(person_id__in=people.numbers(person_id), branch=branch)
    moved = moves.filter(state=MovementState.DONE).order_by("done_on", "pk").last()
    spans = Coverage.objects.filter(
        person_id__in=people.numbers(person_id), branch=branch, span__isempty=False
    )
    stays = moves.filter(state=MovementState.TEMPORARY).order_by("pk").last()
    if stays is not None and (moved is None or stays.pk > moved.pk):
        return stays.from_region
    last = spans.order_by("-span").first()
    if moved is not None and (last is None or last.region == moved.from_region):
        return moved.to_region
    return last.region if last else None


def done_since(number: int, branch: int = Branch.PENSION) -> QuerySet[Movement]:
    """The door for the apps above: records that moved, of movements above a number, in order."""
    return (
        Movement.objects.filter(pk__gt=number, branch=branch, state=MovementState.DONE)
        .select_related("person")
        .order_by("pk")
    )


def money_due(branch: int = Branch.PENSION) -> QuerySet[Movement]:
    """Records whose money has not arrived yet."""
    return Movement.objects.filter(
        branch=branch, state=MovementState.DONE, money__in=["due", "sent"]
    ).order_by("pk")
