"""What a change of a benefit plan would cost, and who gains: the bills of a year under two policies.

Every bill of the year is worked out in columns, in its order, by the plan as it is in force and by
the plan with the drafts, both as in the month chosen. Nothing is written. Above `MOST_PEOPLE` people
some of them, evenly spaced, stand for all, and that is said.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.db import connection
from django.utils.translation import gettext_lazy as _

from medical.models import BY_STAY, Level, Standing, YearSums
from socsec.kernel import regions
from socsec.kernel.policy import Policy

from .replay import read_bills, work

Array = np.ndarray[Any, Any]
SUMS = YearSums._meta.db_table
MOST_PEOPLE = 20_000
AT_ONCE = 5_000  # people whose bills lie in memory
PAYERS = ("pool_pay", "large_pay", "major_pay", "civil_pay", "assistance_pay", "person_pay")
STAY, VISIT = 1, 0

_PEOPLE = f"""
    select person_id from {SUMS}
     where year = %s and scheme = %s and home between %s and %s group by person_id order by person_id
"""  # noqa: S608


@dataclass
class Group:
    """Bills of one group and what they come to, in fen: as it is, and with the drafts.

    `gain` and `lose` are the people who bear less and more with the drafts, by how much together.
    """

    bills: int = 0
    people: int = 0
    total: int = 0
    funds_now: int = 0
    funds_then: int = 0
    gain: int = 0
    gained: int = 0
    lose: int = 0
    lost: int = 0

    @property
    def more(self) -> int:
        """What the funds would pay more."""
        return self.funds_then - self.funds_now


@dataclass
class Compared:
    """The whole, who pays (now and then), and groups by what tells them apart: name, key, group."""

    people: int = 0
    sampled: int = 0
    whole: Group = field(default_factory=Group)
    payers: dict[str, list[int]] = field(default_factory=lambda: {each: [0, 0] for each in PAYERS})
    groups: dict[str, dict[int, Group]] = field(default_factory=dict)


def compare(
    *, scheme: int, region: str, year: int, month: int, now: Policy, then: Policy
) -> Compared:
    """The bills of a year of who is insured in a region, by both policies as of a month of law.

    PolicyError where the plan of a home lacks a value in that month.
    """
    low, high = regions.span(region)
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, [year, scheme, low, high])
        people = [number for (number,) in cursor.fetchall()]
    step = -(-len(people) // MOST_PEOPLE) or 1
    chosen = np.array(people[::step], dtype=np.int64)
    done = Compared(people=len(people), sampled=len(chosen))
    for start in range(0, len(chosen), AT_ONCE):
        some = chosen[start : start + AT_ONCE]
        rows = read_bills(year, int(some[0]), int(some[-1]))
        if rows:
            _add(done, _of_interest(rows, some, scheme, low, high), month, now, then)
    return done


def _of_interest(
    rows: dict[str, Any], people: Array, scheme: int, low: str, high: str
) -> dict[str, Any]:
    """The bills of these people in the scheme and region, still in their order."""
    home = np.array([low <= each <= high for each in rows["home"]])
    keep = home & (rows["scheme"] == scheme) & np.isin(rows["person_id"], people)
    places = np.flatnonzero(keep).tolist()
    return {
        name: [values[place] for place in places] if isinstance(values, list) else values[keep]
        for name, values in rows.items()
    }


def _add(done: Compared, rows: dict[str, Any], month: int, now: Policy, then: Policy) -> None:
    if not len(rows["encounter"]):
        return
    rows = {**rows, "month": np.full(len(rows["encounter"]), month)}
    before, after = (_worked(rows, law) for law in (now, then))
    for payer in PAYERS:
        done.payers[payer][0] += int(before[payer].sum())
        done.payers[payer][1] += int(after[payer].sum())
    everybody = np.ones(len(rows["encounter"]), dtype=bool)
    _count(done.whole, everybody, rows, before, after)
    for name, keys in _keys(rows).items():
        groups = done.groups.setdefault(name, {})
        for key in np.unique(keys).tolist():
            _count(groups.setdefault(key, Group()), keys == key, rows, before, after)


def _worked(rows: dict[str, Any], law: Policy) -> Mapping[str, Array]:
    def law_of(_edition: int) -> Policy:
        return law

    return work(rows, law_of).bills


def _keys(rows: dict[str, Any]) -> dict[str, Array]:
    """By what bills are told apart."""
    return {
        "standing": rows["standing"],
        "level": rows["level"],
        "care": np.isin(rows["care"], [int(each) for each in BY_STAY]).astype(np.int64),
    }


def _count(
    group: Group,
    mine: Array,
    rows: dict[str, Any],
    before: Mapping[str, Array],
    after: Mapping[str, Array],
) -> None:
    people, place = np.unique(rows["person_id"][mine], return_inverse=True)
    bears = (after["person_pay"] - before["person_pay"])[mine]
    change = np.zeros(len(people), dtype=np.int64)
    np.add.at(change, place, bears)
    group.bills += int(mine.sum())
    group.people += len(people)
    group.total += int(rows["total"][mine].sum())
    group.funds_now += int(before["fund_pay"][mine].sum())
    group.funds_then += int(after["fund_pay"][mine].sum())
    group.gain += int((change < 0).sum())
    group.gained += int(-change[change < 0].sum())
    group.lose += int((change > 0).sum())
    group.lost += int(change[change > 0].sum())


def label(by: str, key: int) -> Any:
    """What a group is called."""
    if by == "standing":
        return Standing(key).label
    if by == "level":
        return Level(key).label
    return _("By the terms of stays") if key == STAY else _("By visit")
