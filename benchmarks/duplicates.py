"""The search for duplicate records over everybody: pairs for the review queue."""

from django.db import connection

from benchmarks.base import EVERYONE, Rows, Statement

LABEL = "Duplicate search"
KIND = "matching"
EVERY = 4  # one person in so many stands in the registry twice
SHARE = 5
REGIONS = ("000000",)
WRITES = (
    Rows(
        "enrollment.DuplicatePair",
        "person_id, other_id, reason, region, other_region, state, note",
        "reason",
    ),
)

# Records without an identity number, under the name with its first character twice: what a hasty
# import leaves.
PLANT = """
    insert into enrollment_person (id, name, resident_id, sex, born_on, phone, region, recorded_at)
    select id + (select max(id) from enrollment_person), left(name, 1) || name, '', sex, born_on,
           '', region, recorded_at
    from enrollment_person where id %% %s = 0
"""

# It knows that in these data nobody was merged or judged before, that every name is clean, and
# that no two people share a number; the run finds out.
PLAIN = """
    with variants as (
        select id, born_on, sex, region, resident_id, name, name as variant
        from enrollment_person
        union all
        select id, born_on, sex, region, resident_id, name,
               substr(name, 1, n - 1) || substr(name, n + 1)
        from enrollment_person, generate_series(1, length(name)) as n
        where length(name) > 2
    )
    insert into enrollment_duplicatepair
        (person_id, other_id, reason, region, other_region, run_id, found_at, state, note)
    select a.id, b.id, min(case when a.name = b.name then 2 else 3 end), a.region, b.region,
           1, now(), 'open', ''
    from variants a
    join variants b on b.born_on = a.born_on and b.sex = a.sex and b.variant = a.variant
                   and b.id > a.id
    where a.id <= %s
      and (a.name = b.name
           or ((a.region = b.region or a.resident_id = '' or b.resident_id = '')
               and least(length(a.name), length(b.name)) > 1))
    group by a.id, b.id, a.region, b.region
"""


def prepare() -> None:
    """Some people stand in the registry twice."""
    with connection.cursor() as cursor:
        cursor.execute(PLANT, [EVERY])


def plain(last: int = EVERYONE) -> Statement:
    """The same rows by hand, for the people up to a number."""
    return Statement(PLAIN, [last])
