"""What care costs and who pays, by level of provider and by disease: sums over the bills of a year."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from medical.models import Diagnosis, Encounter, Level, Settlement
from socsec.kernel import months, regions

# Of a year of the books, of who is insured in a region: the key, bills, and amounts.
_SUMS = f"""
    select {{key}} as key,
           sum(case s.kind when '{Settlement.Kind.SETTLED}' then 1
                           when '{Settlement.Kind.REVERSED}' then -1 else 0 end)::int as bills,
           sum(s.total)::bigint as total, sum(s.fund_pay)::bigint as funds,
           sum(s.person_pay)::bigint as person
      from {Settlement._meta.db_table} s {{join}}
     where s.booked_on between %s and %s and s.home between %s and %s and s.scheme = any(%s)
     group by 1 having sum(s.total) <> 0
"""  # noqa: S608


@dataclass(frozen=True)
class Spent:
    """Bills of a level or a disease, and what they came to, fen."""

    key: str
    label: str
    bills: int
    total: int
    funds: int
    person: int


def by_level(region: str, year: int, schemes: list[int]) -> list[Spent]:
    """By the level of the provider, the lowest first."""
    rows = _sums("s.level", "", region, year, schemes)
    return sorted(
        (Spent(str(key), str(Level(key).label), *amounts) for key, *amounts in rows),
        key=lambda each: int(each.key),
    )


def by_disease(region: str, year: int, schemes: list[int], most: int) -> list[Spent]:
    """By the category of the main diagnosis, the `most` dearest first; what is beyond them, last.

    Bills without a diagnosis stand under an empty key.
    """
    join = f"join {Encounter._meta.db_table} v on v.id = s.encounter_id"
    rows = sorted(
        _sums("split_part(v.diagnosis, '.', 1)", join, region, year, schemes),
        key=lambda row: (-row[2], row[0]),
    )
    names = _names([row[0] for row in rows[:most]])
    found = [Spent(key, names.get(key, key), *amounts) for key, *amounts in rows[:most]]
    if rest := rows[most:]:
        _keys, *amounts = zip(*rest, strict=True)
        found.append(Spent("*", "", *map(sum, amounts)))
    return found


def _sums(key: str, join: str, region: str, year: int, schemes: list[int]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            _SUMS.format(key=key, join=join),
            [
                months.first_day(months.month(year, 1)),
                months.last_day(months.month(year, 12)),
                *regions.span(region),
                schemes,
            ],
        )
        return list(cursor.fetchall())


def _names(codes: list[str]) -> dict[str, str]:
    """The name of each category: its own, or that of the first diagnosis in it."""
    found: dict[str, str] = {}
    for code in filter(None, codes):
        named = Diagnosis.objects.filter(code__startswith=code).order_by("code", "-from_date")
        name = named.values_list("name", flat=True).first()
        if name:
            found[code] = name
    return found
