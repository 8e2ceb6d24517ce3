"""The list of a sponsored group, as its department sends it: who is new, who stays, who has left.

Lists have tens of thousands of lines, so every step is one question or one statement for all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person, Sponsored, SponsorMembership
from enrollment.models.spans import from_day
from enrollment.queries.people import by_resident_ids
from enrollment.services.checks import alive, known_region, known_text, not_in_future
from socsec.kernel import ids
from socsec.kernel.regions import span as region_span
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, Problem, Refused
from socsec.office.models import User
from socsec.office.services import audit

_LEAVE = """
    update enrollment_sponsormembership
    set span = daterange(lower(span), %s), ended_at = now()
    where id = any(%s)
    returning id, person_id, region
"""


@dataclass(frozen=True, slots=True)
class Listed:
    """What became of a list: new in the group, there already, ended, and the lines that are wrong."""

    new: int
    same: int
    ended: int
    wrong: list[tuple[int, Problem]]


@transaction.atomic
def take(
    *,
    by: User,
    group: int,
    region: str,
    on: date,
    document: str,
    numbers: Sequence[str],
    whole: bool = False,
) -> Listed:
    """The list of a group's members on a day, from civil affairs or another department.

    Lines that cannot be taken are told, the others are taken. With `whole` the list is complete:
    members of the region who no longer stand on it have left with the day before.
    """
    require(by, "sponsor.change", known_region(region))
    not_in_future(on, "on")
    if group not in Sponsored.values:
        raise Invalid(_("Choose the group."), code="no_group", field="group")
    document = known_text(document, "document", 120)
    wrong: list[tuple[int, Problem]] = []
    people = _people(numbers, wrong)
    of_group = SponsorMembership.objects.filter(group=group)
    held = of_group.filter(span__contains=on)
    there = _among(held, people)
    later = _among(of_group.filter(span__startswith__gt=on), people) - there
    joining: list[Person] = []
    for pk, (place, person) in people.items():
        if pk in there:
            continue
        trouble = _cannot_join(person, on, again=pk in later)
        if trouble is None:
            joining.append(person)
        else:
            wrong.append((place, trouble))
    new = _join(by, joining, group=group, region=region, on=on, document=document)
    ended = 0
    if whole and not wrong:
        low, high = region_span(region)
        gone = held.filter(
            region__gte=low,
            region__lte=high,
            span__endswith__isnull=True,
            span__startswith__lt=on,
        ).exclude(person_id__in=people)
        ended = _leave(by, list(gone.values_list("pk", flat=True)), group=group, on=on)
    return Listed(new, len(there), ended, sorted(wrong, key=lambda each: each[0]))


def _people(
    numbers: Sequence[str], wrong: list[tuple[int, Problem]]
) -> dict[int, tuple[int, Person]]:
    """By person number the first line that names them; what names nobody is put with the wrong."""
    read: dict[int, str] = {}
    for place, text in enumerate(numbers, 1):
        try:
            read[place] = ids.read_resident_id(text).number
        except ids.IdError:
            wrong.append((place, Invalid(_("This is no identity number."), code="number")))
    known = by_resident_ids(set(read.values()))
    found: dict[int, tuple[int, Person]] = {}
    for place, number in read.items():
        person = known.get(number)
        if person is None:
            wrong.append(
                (place, Refused(_("Nobody with this number is registered."), code="unknown"))
            )
        else:
            found.setdefault(person.pk, (place, person))
    return found


def _among(rows: QuerySet[SponsorMembership], people: dict[int, Any]) -> set[int]:
    return set(rows.filter(person_id__in=people).values_list("person_id", flat=True))


def _cannot_join(person: Person, on: date, again: bool) -> Problem | None:
    if again:
        return Conflict(
            _("%(name)s belongs to this group at that time.") % {"name": person.name},
            code="in_group_already",
            field="group",
        )
    try:
        alive(person, on)
    except Problem as problem:
        return problem
    return None


def _join(
    by: User, people: list[Person], *, group: int, region: str, on: date, document: str
) -> int:
    made = SponsorMembership.objects.bulk_create(
        [
            SponsorMembership(
                person=person, group=group, region=region, span=from_day(on), document=document
            )
            for person in people
        ],
        batch_size=1000,
    )
    about = {"group": group, "joined": on, "document": document}
    return _note(by, [(row.pk, row.person_id, row.region) for row in made], about)


def _leave(by: User, numbers: list[int], *, group: int, on: date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_LEAVE, [on, numbers])
        ended = cursor.fetchall()
    return _note(by, ended, {"group": group, "left": on - timedelta(days=1)})


def _note(by: User, rows: list[tuple[Any, ...]], about: dict[str, Any]) -> int:
    return audit.record_many(
        by=by,
        act="sponsor.change",
        rows=[
            {
                "subject": ("sponsormembership", number),
                "person_id": person_id,
                "region": region,
                **about,
            }
            for number, person_id, region in rows
        ],
    )
