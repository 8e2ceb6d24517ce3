"""Which records may be of one person: the statement that finds them, for one person or for everybody.

Near names are found by their deletion neighbourhood: a name and what is left of it when one
character is taken out. Two names that share a member of it differ by one character more, less,
other or elsewhere. That is exact, needs no extension of PostgreSQL, and is an equality that the
database joins by hash, where an edit distance would have to be worked out for every two people.
Names of two characters are compared as they are: one other character is half of the name.

The same date of birth and sex are always asked. A near name counts only where the identity
numbers do not speak against it: one of the two has none, or both files lie in one county. Two
valid numbers of two counties under two spellings are two people, and a queue nobody can finish
would hide the rest.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection, models
from django.db.models import Exists, OuterRef, QuerySet

from enrollment.models import BankAccount, DuplicatePair, Person, PersonLink
from socsec.kernel import regions
from socsec.office.access import scope

Select = tuple[str, list[Any]]

# A name without what people write differently: width, spaces, dots and strokes.
_TIDY = "upper(translate(normalize(p.name, NFKC), ' ·•・.-''’', ''))"

_NAMES = """
    with keyed as materialized (
        select p.id, p.born_on, p.sex, p.region, p.resident_id <> '' as numbered, {tidy} as name
        from enrollment_person p
        where {born}
          and not exists (select from enrollment_personlink l
                          where l.absorbed_id = p.id and l.state = 'active')
    ),
    variants as (
        select id, born_on, sex, region, numbered, name, name as variant from keyed
        union all
        select id, born_on, sex, region, numbered, name,
               substr(name, 1, place - 1) || substr(name, place + 1)
        from keyed cross join lateral generate_series(1, length(name)) as place
        where length(name) > 2
    ),
    near as (
        select a.id as person_id, b.id as other_id, a.region, b.region as other_region,
               min(case when a.name = b.name then 2 else 3 end) as reason
        from variants a
        join variants b
          on b.born_on = a.born_on and b.sex = a.sex and b.variant = a.variant and b.id > a.id
        where (a.name = b.name or not a.numbered or not b.numbered or a.region = b.region)
          and least(length(a.name), length(b.name)) > case when a.name = b.name then 0 else 1 end
          {one}
        group by a.id, b.id, a.region, b.region
    )
    select person_id, other_id, reason, region, other_region from near
"""

_NUMBERS = """
    select a.person_id, b.person_id as other_id, 1 as reason,
           min(p.region) as region, min(q.region) as other_region
    from enrollment_personidentifier a
    join enrollment_personidentifier b on b.fold = a.fold and b.person_id > a.person_id
    join enrollment_person p on p.id = a.person_id
    join enrollment_person q on q.id = b.person_id
    where a.fold <> ''
    group by a.person_id, b.person_id
"""

_NEW = """
    select f.person_id, f.other_id, f.reason, f.region, f.other_region
    from ({found}) as f
    where (f.region between %s and %s or f.other_region between %s and %s)
      and not exists (select from enrollment_duplicatepair d
                      where d.person_id = f.person_id and d.other_id = f.other_id)
"""


def near_names(first: date, last: date, person_id: int | None = None) -> Select:
    """Pairs of people born between two days, of the same or nearly the same name."""
    values: list[Any] = [first, last]
    one = ""
    if person_id is not None:
        one = "and (a.id = %s or b.id = %s)"
        values += [person_id, person_id]
    statement = _NAMES.format(tidy=_TIDY, born="p.born_on between %s and %s", one=one)
    return statement, values


def same_numbers() -> Select:
    """Pairs of people with a number that only looks different."""
    return _NUMBERS, []


def new_pairs(found: Select, region: str) -> Select:
    """Those pairs of which one lies in a region and that nobody has looked at yet."""
    low, high = regions.span(region)
    statement, values = found
    return _NEW.format(found=statement), [*values, low, high, low, high]


def pairs(user: Any) -> QuerySet[DuplicatePair]:
    """The pairs of which the user's office holds at least one file; the strongest first."""
    mine = scope(DuplicatePair.objects.all(), user)
    others = scope(DuplicatePair.objects.all(), user, "other_region")
    return (mine | others).order_by("reason", "person_id", "other_id")


def numbers_of(person_id: int) -> list[int]:
    """All numbers under which records of this person stand: the own one and those merged into it."""
    return list(numbers_of_each([person_id]))


def numbers_of_each(person_ids: Iterable[int]) -> dict[int, int]:
    """Every number under which records of these people stand, each with the one asked for, which
    comes first: one query where nothing was merged."""
    asked = {number: number for number in person_ids}
    found = dict(asked)
    while asked:
        links = PersonLink.objects.filter(survivor_id__in=asked, state=PersonLink.State.ACTIVE)
        asked = {
            absorbed: asked[survivor]
            for absorbed, survivor in links.values_list("absorbed_id", "survivor_id")
        }
        found |= asked
    return found


def canonical(person_id: int) -> int:
    """The number under which this record is read: its own unless it was merged."""
    link = (
        PersonLink.objects.filter(absorbed_id=person_id, state=PersonLink.State.ACTIVE)
        .values_list("survivor_id", flat=True)
        .first()
    )
    return person_id if link is None else canonical(link)


def read_under(numbers: Iterable[int]) -> dict[int, int]:
    """For each number the one under which its records are read: one query where nothing was merged."""
    found = {number: number for number in numbers}
    while True:
        links = dict(
            PersonLink.objects.filter(
                absorbed_id__in=set(found.values()), state=PersonLink.State.ACTIVE
            ).values_list("absorbed_id", "survivor_id")
        )
        if not links:
            return found
        found = {number: links.get(under, under) for number, under in found.items()}


# For mass work: a row (number, other) for every two numbers under which records of one person stand.
# Nothing where nothing was merged, and small beside the people: merges are made one by one.
_LINKS = PersonLink._meta.db_table
SAME_PERSON = f"""(
    with recursive tree (number, root) as (
        select l.survivor_id, l.survivor_id from {_LINKS} l
         where l.state = '{PersonLink.State.ACTIVE}'
           and not exists (select from {_LINKS} u
                            where u.absorbed_id = l.survivor_id
                              and u.state = '{PersonLink.State.ACTIVE}')
        union
        select l.absorbed_id, t.root from {_LINKS} l join tree t on t.number = l.survivor_id
         where l.state = '{PersonLink.State.ACTIVE}'
    )
    select a.number, b.number as other from tree a join tree b using (root)
     where a.number <> b.number
)"""  # noqa: S608

# For a statement about one person, `%(person)s`: `with recursive {MINE}` has every number of theirs.
MINE = f"""mine (number) as (
    select %(person)s::bigint
     union
    select l.absorbed_id from {_LINKS} l
      join mine m on m.number = l.survivor_id and l.state = '{PersonLink.State.ACTIVE}'
)"""  # noqa: S608


def paid_under_another(purpose: str) -> list[int]:
    """Numbers that were merged with one under which an account for that purpose is on file."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select distinct s.number from {SAME_PERSON} s
                  join {BankAccount._meta.db_table} k on k.person_id = s.other
                 where k.purpose = %s and k.closed_on is null""",  # noqa: S608
            [purpose],
        )
        return [number for (number,) in cursor.fetchall()]


def not_absorbed(people: QuerySet[Person]) -> QuerySet[Person]:
    """Without those whose records are read under another number."""
    link = PersonLink.objects.filter(absorbed_id=OuterRef("pk"), state=PersonLink.State.ACTIVE)
    return people.filter(~Exists(link))


def links(user: Any) -> QuerySet[PersonLink]:
    """Merges of the user's region, the latest first."""
    found = PersonLink.objects.select_related("absorbed", "survivor", "maker", "checker")
    return scope(found, user, "survivor__region").order_by("-pk")


def links_into(person_id: int) -> QuerySet[PersonLink]:
    """What is read under this person."""
    return PersonLink.objects.filter(
        survivor_id=person_id, state=PersonLink.State.ACTIVE
    ).select_related("absorbed", "maker", "checker")


def link_of(person_id: int) -> PersonLink | None:
    """Under whom this record is read, if it is."""
    return (
        PersonLink.objects.filter(absorbed_id=person_id, state=PersonLink.State.ACTIVE)
        .select_related("survivor")
        .first()
    )


def born_days() -> list[tuple[date, int]]:
    """How many people were born on each day: by which the search is cut into pieces."""
    rows = Person.objects.order_by("born_on").values("born_on").annotate(n=models.Count("pk"))
    return [(row["born_on"], row["n"]) for row in rows]
