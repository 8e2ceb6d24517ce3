"""Finding people and employers, within what a user may see."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from enrollment.models import (
    Employer,
    Household,
    HouseholdMember,
    Person,
    PersonIdentifier,
    PersonLink,
    WageDeclaration,
)
from enrollment.queries.matching import canonical, not_absorbed, numbers_of, numbers_of_each
from socsec.kernel import ids, papers
from socsec.office.access import scope
from socsec.office.fields import blind_index
from socsec.office.people import PersonLine

RESIDENT_ID = "resident_id"


def people(user: Any) -> QuerySet[Person]:
    """The people whose files lie in the user's region."""
    return scope(Person.objects.all(), user)


def employers(user: Any) -> QuerySet[Employer]:
    """The employers of the user's region."""
    return scope(Employer.objects.all(), user)


def by_resident_id(text: str) -> Person | None:
    """The person with this identity number, wherever registered. IdError if it is no such number."""
    return by_paper(papers.Paper(RESIDENT_ID, ids.read_resident_id(text).number))


def by_paper(paper: papers.Paper) -> Person | None:
    """The person with this document, now or formerly, wherever registered."""
    blind = blind_index(paper.key, paper.kind)
    found = Person.objects.filter(identifiers__blind=blind).first()
    if found is None:
        return None
    number = canonical(found.pk)
    return found if number == found.pk else Person.objects.get(pk=number)


def by_resident_ids(numbers: Iterable[str]) -> dict[str, Person]:
    """The same for many identity numbers that were read already, in a few queries."""
    blinds = {blind_index(number, RESIDENT_ID): number for number in numbers}
    found = list(
        PersonIdentifier.objects.filter(blind__in=blinds).values_list("person_id", "blind")
    )
    active = PersonLink.objects.filter(state=PersonLink.State.ACTIVE)
    links = dict(active.values_list("absorbed_id", "survivor_id")) if found else {}

    def under(number: int) -> int:
        while number in links:
            number = links[number]
        return number

    people = Person.objects.in_bulk({under(person) for person, _blind in found})
    return {blinds[blind]: people[under(person)] for person, blind in found}


def search(user: Any, text: str) -> QuerySet[Person]:
    """People that the user may see, by a number of any kind, or by how the name begins.

    Old numbers of 15 digits find their person too. Nothing typed finds nobody.
    """
    found = people(user)
    words = text.strip()
    if not words:
        return found.none()
    try:
        number = ids.read_resident_id(papers.widen(papers.tidy(words))).number
    except ids.IdError:
        if any(letter.isdigit() for letter in papers.tidy(words)):
            folded = blind_index(papers.fold(words), "fold")
            return found.filter(identifiers__fold=folded).distinct()
        return not_absorbed(found).filter(name__startswith=words).order_by("name", "pk")
    holder = by_resident_id(number)
    return found.filter(pk=holder.pk) if holder else found.none()


def search_number(user: Any, text: str) -> Person | None:
    """The person with this identity number, if the user may see the file. IdError if it is none."""
    holder = by_resident_id(text)
    return people(user).filter(pk=holder.pk).first() if holder else None


def public_ids(numbers: Iterable[int]) -> dict[int, UUID]:
    """What partners call these people, by person number, in one query."""
    return dict(Person.objects.filter(pk__in=list(numbers)).values_list("pk", "public_id"))


def describe(numbers: Iterable[int]) -> dict[int, PersonLine]:
    """Name, masked identity number and region for each person number, in one query."""
    return {
        person.pk: PersonLine(person.pk, person.name, person.masked_id, person.region)
        for person in Person.objects.filter(pk__in=list(numbers))
    }


def household_of(person_id: int, on: date | None = None) -> Household | None:
    """The household to which the person belongs on a day, today unless said."""
    day = on or timezone.localdate()
    return Household.objects.filter(
        members__person_id__in=numbers_of(person_id), members__span__contains=day
    ).first()


def members_of(household: Household, on: date) -> list[tuple[Person, str]]:
    """Who belongs to a household on a day and lives, each with their role, as they joined."""
    rows = household.members.filter(span__contains=on, person__died_on__isnull=True)
    return [(row.person, row.role) for row in rows.select_related("person").order_by("pk")]


def wage_lately(person_id: int, month: int) -> int:
    """What employers declared for a person in `month`, or else in the month before; fen, all
    employers together. 0 where nothing was declared."""
    return wages_lately([person_id], month)[person_id]


def wages_lately(person_ids: Iterable[int], month: int) -> dict[int, int]:
    """The same for several people, in two queries."""
    own = numbers_of_each(person_ids)
    found: dict[int, dict[int, int]] = {number: {} for number in own.values()}
    rows = WageDeclaration.objects.filter(
        person_id__in=own, month__gte=month - 1, month__lte=month
    ).values_list("person_id", "month", "wage")
    for number, of, wage in rows:
        months = found[own[number]]
        months[of] = months.get(of, 0) + wage
    return {number: months[max(months)] if months else 0 for number, months in found.items()}


def relatives(person_id: int) -> set[int]:
    """Everybody who ever shared a household with the person at the same time."""
    own = numbers_of(person_id)
    mine = HouseholdMember.objects.filter(person_id__in=own).values_list("household_id", "span")
    found: set[int] = set()
    for household, span in mine:
        found.update(
            HouseholdMember.objects.filter(household=household, span__overlap=span).values_list(
                "person_id", flat=True
            )
        )
    return found.difference(own)
