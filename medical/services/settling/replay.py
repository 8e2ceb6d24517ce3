"""Years worked out again for many people at once, in columns, beside what is booked.

Bills of a person go one after the other, those of different people side by side: first everybody's
first bill of the year, then everybody's second. The rules are those of one settlement. Under the
editions they were settled by, bills come out as they are booked; under another policy they say what
it would cost.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from django.db import connection

from medical.models import BY_STAY, Settlement, YearSums
from medical.params import Plan
from medical.rules import year as rules
from medical.rules.settlement import BillFacts
from medical.services import next_payer
from socsec.kernel.column import Column
from socsec.kernel.policy import Policy
from socsec.office.services import policy as policies

from .year import PLANS, WORKED, plan_of, shares

Array = np.ndarray[Any, Any]
YearKey = tuple[int, int, str]
LawOf = Callable[[int], Policy]
PEOPLE = 10_000  # so many people's bills lie in memory at once
FEW = 20  # differences named
BILLS, SUMS = Settlement._meta.db_table, YearSums._meta.db_table
# What of a bill the rule is told besides the year: amounts, choices, conditions.
AMOUNTS = ("total", "uncovered", "over_limit", "first_self_pay")
CHOICES = ("standing", "away", "disease")
CONDITIONS = ("poor", "listed", "civil_servant")
SUMMED = tuple(name for name in rules.SUMS if name != "borne")

_BILLS = f"""
    with bills as (
        select encounter_id, max(part) filter (where kind = '{Settlement.Kind.SETTLED}') as since,
               (array_agg(kind order by part desc))[1] as last
          from {BILLS} where year = %(year)s and person_id between %(first)s and %(last)s
         group by encounter_id
    ),
    live as (
        select s.encounter_id, sum(s.stay)::int as stay,
               {", ".join(f"sum(s.{name})::bigint as {name}" for name in WORKED)}
          from {BILLS} s join bills b on b.encounter_id = s.encounter_id and s.part >= b.since
         where s.year = %(year)s and b.last <> '{Settlement.Kind.REVERSED}'
         group by s.encounter_id
    )
    select s.person_id, s.scheme, s.home, s.encounter_id, s.care, s.level, s.month, s.edition,
           (s.facts->>'continues')::bigint, nullif(s.facts->'designation', '{{}}'::jsonb),
           coalesce(y.cap_raise, 0), l.stay,
           {", ".join(f"coalesce((s.facts->'told'->>'{n}')::bigint, 0)" for n in AMOUNTS + CHOICES)},
           {", ".join(f"coalesce((s.facts->'told'->>'{name}')::bool, false)" for name in CONDITIONS)},
           {", ".join(f"l.{name}" for name in WORKED)}
      from live l
      join bills b on b.encounter_id = l.encounter_id
      join {BILLS} s on s.encounter_id = l.encounter_id and s.part = b.since and s.year = %(year)s
      left join {SUMS} y on y.person_id = s.person_id and y.year = s.year
                        and y.scheme = s.scheme and y.home = s.home
     order by s.person_id, s.scheme, s.home, s.served_until, s.encounter_id
"""  # noqa: S608 - names of this module
NAMES = (
    *("person_id", "scheme", "home", "encounter", "care", "level", "month", "edition"),
    *("before", "designation", "cap_raise", "stay", *AMOUNTS, *CHOICES, *CONDITIONS, *WORKED),
)
TEXTS = ("home", "designation")
_SUMS = f"""
    select person_id, scheme, home, {", ".join(SUMMED)} from {SUMS}
     where year = %s and person_id between %s and %s
"""  # noqa: S608


@dataclass
class Replayed:
    """What came of it: bills, their sums as booked and as worked out (fen), and what differs.

    `bills_differ` and `years_differ` name the first few visits and people.
    """

    bills: int = 0
    people: int = 0
    differing: int = 0
    booked: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    bills_differ: list[int] = field(default_factory=list)
    years_differ: list[int] = field(default_factory=list)


def replay(year: int, law: Policy | None = None) -> Replayed:
    """Work every live bill of a year out again; under `law` instead of its own edition, if given.

    Memory does not grow with the number of bills.
    """
    of_edition: LawOf = cache(policies.of) if law is None else lambda _number: law
    done = Replayed()
    for first, last in _ranges(year):
        rows = read_bills(year, first, last)
        if rows:
            _tell(rows, work(rows, of_edition), _sums(year, first, last), done)
    return done


def _ranges(year: int) -> Iterator[tuple[int, int]]:
    """The people with bills in a year, so many at a time."""
    after = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"""select max(person_id) from (
                        select distinct person_id from {SUMS}
                         where year = %s and person_id > %s order by person_id limit %s) p""",  # noqa: S608
                [year, after, PEOPLE],
            )
            (last,) = cursor.fetchone()
        if last is None:
            return
        yield after + 1, last
        after = last


def read_bills(year: int, first: int, last: int) -> dict[str, Any]:
    """The live bills of some people, in their order, as arrays."""
    with connection.cursor() as cursor:
        cursor.execute(_BILLS, {"year": year, "first": first, "last": last})
        found = cursor.fetchall()
    if not found:
        return {}
    columns = dict(zip(NAMES, zip(*found, strict=True), strict=True))
    return {
        name: list(values) if name in TEXTS else np.array(values)
        for name, values in columns.items()
    }


def _sums(year: int, first: int, last: int) -> dict[YearKey, tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, [year, first, last])
        return {tuple(row[:3]): tuple(row[3:]) for row in cursor.fetchall()}


@dataclass(frozen=True)
class CameTo:
    """The amounts of each bill, and the sums of each year: (person, scheme, home) and its place."""

    bills: dict[str, Array]
    sums: dict[str, Array]
    years: dict[YearKey, int]


def work(rows: dict[str, Any], law_of: LawOf) -> CameTo:
    """Every bill worked out, each by those before it. `rows` has the arrays of `NAMES`, those of one
    year together and in the order of care."""
    keys = list(zip(rows["person_id"].tolist(), rows["scheme"].tolist(), rows["home"], strict=True))
    years = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    of_year = np.array([years[key] for key in keys])
    starts = np.concatenate(([True], of_year[1:] != of_year[:-1]))
    place = np.arange(len(keys)) - np.flatnonzero(starts)[of_year]
    visits = {number: row for row, number in enumerate(rows["encounter"].tolist())}
    before = np.array([visits.get(number, -1) for number in rows["before"].tolist()])
    plans, which = _plans(rows, law_of)
    at = {name: np.zeros(len(years), dtype=np.int64) for name in rules.SUMS}
    found = {name: np.zeros(len(keys), dtype=np.int64) for name in WORKED}
    worked = np.zeros(len(keys), dtype=bool)
    for turn in range(int(place.max()) + 1):
        for number, (plan, rule, law) in enumerate(plans):
            mine = np.flatnonzero((place == turn) & (which == number))
            if not len(mine):
                continue
            held = of_year[mine]
            known = worked[before[mine]] & (before[mine] >= 0)
            visit = {
                "deductible": np.where(known, found["deductible"][before[mine]], 0),
                "pool_pay": np.where(known, found["pool_pay"][before[mine]], 0),
                "stay": np.where(known, rows["stay"][before[mine]], 0),
            }
            care, level = Column(rows["care"][mine]), Column(rows["level"][mine])
            sums = {name: Column(values[held]) for name, values in at.items()}
            told = {name: rows[name][mine] for name in (*AMOUNTS, *CHOICES, *CONDITIONS)}
            told |= {"care": care, "level": level, "cap_raise": rows["cap_raise"][mine]}
            told |= rules.told(care, level, sums, {n: Column(v) for n, v in visit.items()}, plan)
            sheet = rule(BillFacts.columns(told), plan)
            helped = _assistance(rows, mine, _ints(sheet.residual, len(mine)), at, held, law)
            if helped.any():
                sheet = rule(BillFacts.columns({**told, "assistance": helped}), plan)
            for name, value in shares(sheet).items():
                found[name][mine] = _ints(value, len(mine))
            amounts = {**shares(sheet), "total": Column(rows["total"][mine])}
            adds = rules.added(care, level, Column(rows["stay"][mine]), amounts)
            for name, value in adds.items():
                at[name][held] += _ints(value, len(mine))  # one bill of each year in a turn
            worked[mine] = True
    return CameTo(found, at, years)


def _plans(rows: dict[str, Any], law_of: LawOf) -> tuple[list[tuple[Plan, Any, Policy]], Array]:
    """The benefit plans in use, and which of them each bill is settled by.

    Months and places with the same values share a plan, so that there are few.
    """
    plans: list[tuple[Plan, Any, Policy]] = []
    known: list[tuple[int, int, Plan]] = []
    by_key: dict[tuple[int, str, int, int], int] = {}
    which = []
    asked = (
        rows["scheme"].tolist(),
        rows["home"],
        rows["month"].tolist(),
        rows["edition"].tolist(),
    )
    for key in zip(*asked, strict=True):
        if key not in by_key:
            scheme, home, month, edition = key
            law = law_of(edition)
            same = (scheme, edition, plan_of(law, scheme, home, month))
            if same not in known:
                known.append(same)
                plans.append((same[2], PLANS[scheme][1], law))
            by_key[key] = known.index(same)
        which.append(by_key[key])
    return plans, np.array(which)


def _assistance(
    rows: dict[str, Any],
    mine: Array,
    residual: Array,
    at: dict[str, Array],
    held: Array,
    law: Policy,
) -> Array:
    """What medical assistance pays of each bill: asked one by one, for the few who are designated."""
    helped = np.zeros(len(mine), dtype=np.int64)
    for place, row in enumerate(mine.tolist()):
        if rows["designation"][row] is None:
            continue
        designation = json.loads(rows["designation"][row])
        inpatient = int(rows["care"][row]) in BY_STAY
        paid = at["assistance_inpatient" if inpatient else "assistance_outpatient"]
        helped[place] = next_payer.pays(
            designation,
            next_payer.Burden(
                month=int(rows["month"][row]),
                region=rows["home"][row],
                inpatient=inpatient,
                bears=int(residual[place]),
                bears_before=int(at["borne"][held[place]]),
                paid_before=int(paid[held[place]]),
            ),
            law,
        )
    return helped


def _tell(
    rows: dict[str, Any],
    came: CameTo,
    stored: Mapping[YearKey, tuple[int, ...]],
    done: Replayed,
) -> None:
    differs = np.zeros(len(rows["encounter"]), dtype=bool)
    for name in WORKED:
        differs |= came.bills[name] != rows[name]
        done.booked[name] += int(rows[name].sum())
        done.found[name] += int(came.bills[name].sum())
    done.bills += len(differs)
    done.people += len(came.years)
    done.differing += int(differs.sum())
    done.bills_differ += rows["encounter"][differs][: FEW - len(done.bills_differ)].tolist()
    for key, place in came.years.items():
        if tuple(int(came.sums[name][place]) for name in SUMMED) != stored.get(key):
            done.years_differ.append(key[0])
    del done.years_differ[FEW:]


def _ints(value: Any, rows: int) -> Array:
    """A line of a sheet as an array; what is the same for all comes as one number."""
    return value.int64() if isinstance(value, Column) else np.full(rows, int(value))
