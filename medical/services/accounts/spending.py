"""Care paid from medical accounts: the own one, then those that the family shares, none below zero.

国办发〔2021〕14号 and 国办发〔2024〕38号. An account is drawn on at once, when a bill is settled; the
books follow in the night, with one posting for each fund and day (`settling.posting`).
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from enrollment.models import Person
from enrollment.queries import MINE
from medical.models import AccountShare, MedicalAccount, MedicalEntry

ACCOUNTS = MedicalAccount._meta.db_table
ENTRIES = MedicalEntry._meta.db_table
SHARES = AccountShare._meta.db_table
PEOPLE = Person._meta.db_table
SPENT, GIVEN_BACK = MedicalEntry.Kind.SPENT, MedicalEntry.Kind.GIVEN_BACK
COLUMNS = """person_id, seq, kind, month, amount, balance, reference, for_person_id, batch_id,
             booked_on"""

# Whose accounts may pay, in their order: the own ones (0), then the family's, the oldest consent first.
_OFFERED = f"""
    {MINE},
    offered (person_id, place) as (
        select number, 0::bigint from mine where %(own)s
         union all
        select s.owner_id, row_number() over (order by min(s.since), min(s.id))
          from {SHARES} s join {PEOPLE} p on p.id = s.owner_id
         where %(family)s and s.person_id in (select number from mine)
           and s.since <= %(day)s and (s.ended_on is null or s.ended_on >= %(day)s)
           and p.died_on is null
         group by s.owner_id
    )
"""  # noqa: S608 - names of this module, as below

# Everything in one statement: lock in the order of people, draw in the order of the offer, write.
_DRAW = f"""
    with recursive {_OFFERED},
    held as (
        select a.person_id, a.balance, o.place
          from {ACCOUNTS} a join offered o on o.person_id = a.person_id
         order by a.person_id for update of a
    ),
    drawn as (
        select person_id, place, least(balance, greatest(%(most)s - coalesce(sum(balance) over (
                   order by place, person_id rows between unbounded preceding and 1 preceding
               ), 0), 0))::bigint as amount
          from held
    ),
    moved as (
        update {ACCOUNTS} a set balance = a.balance - d.amount, entries = a.entries + 1
          from drawn d where d.person_id = a.person_id and d.amount > 0
        returning a.person_id, a.entries, a.balance, d.amount, d.place
    )
    insert into {ENTRIES} ({COLUMNS})
    select person_id, entries, {SPENT}, %(month)s, -amount, balance, %(visit)s,
           case when place = 0 then 0 else %(person)s end, 0, %(day)s
      from moved
    returning for_person_id <> 0, -amount
"""  # noqa: S608

_GIVE_BACK = f"""
    with spent as (
        select e.person_id, e.for_person_id, max(e.month) as month, -sum(e.amount)::bigint as amount
          from {ENTRIES} e
         where e.reference = %(visit)s and e.kind in ({SPENT}, {GIVEN_BACK})
         group by e.person_id, e.for_person_id having sum(e.amount) <> 0
    ),
    held as (
        select a.person_id from {ACCOUNTS} a join spent s on s.person_id = a.person_id
         order by a.person_id for update of a
    ),
    moved as (
        update {ACCOUNTS} a set balance = a.balance + s.amount, entries = a.entries + 1
          from spent s join held h on h.person_id = s.person_id where s.person_id = a.person_id
        returning a.person_id, a.entries, a.balance, s.amount, s.month, s.for_person_id
    )
    insert into {ENTRIES} ({COLUMNS})
    select person_id, entries, {GIVEN_BACK}, month, amount, balance, %(visit)s, for_person_id, 0,
           %(day)s
      from moved
    returning amount
"""  # noqa: S608


@dataclass(frozen=True)
class Choice:
    """From which accounts the insured person wants to pay. Nothing is drawn on unasked."""

    own: bool = False
    family: bool = False

    def __bool__(self) -> bool:
        return self.own or self.family


@dataclass(frozen=True)
class Drawn:
    """What accounts hold or pay, in fen."""

    own: int = 0
    family: int = 0

    def pay(self, amount: int) -> tuple["Drawn", "Drawn"]:
        """What is paid of an amount, the own account first, and what is left to draw on."""
        own = min(amount, self.own)
        family = min(amount - own, self.family)
        return Drawn(own, family), Drawn(self.own - own, self.family - family)


def available(person_id: int, choice: Choice) -> Drawn:
    """What there is to draw on today; nobody is held to it."""
    if not choice:
        return Drawn()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""with recursive {_OFFERED}
                select o.place > 0, coalesce(sum(a.balance), 0)::bigint
                  from offered o join {ACCOUNTS} a on a.person_id = o.person_id
                 group by 1""",  # noqa: S608
            _asked(person_id, choice),
        )
        found = dict(cursor.fetchall())
    return Drawn(found.get(False, 0), found.get(True, 0))


def draw(
    *, person_id: int, choice: Choice, encounter_id: int, month: int, person_pay: int
) -> Drawn:
    """Pay what the person owes of a bill from the accounts chosen, as far as they hold it.

    Each account is locked until the transaction ends, so that two hospitals take turns.
    """
    if not choice or not person_pay:
        return Drawn()
    asked = _asked(person_id, choice)
    asked |= {"most": person_pay, "month": month, "visit": encounter_id}
    paid = {False: 0, True: 0}
    with connection.cursor() as cursor:
        cursor.execute(_DRAW, asked)
        for family, amount in cursor.fetchall():
            paid[family] += amount
    return Drawn(paid[False], paid[True])


def give_back(*, encounter_id: int) -> int:
    """Return to each account what it paid for a visit and did not get back yet; the sum, in fen."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, {"visit": encounter_id, "day": timezone.localdate()})
        return sum(amount for (amount,) in cursor.fetchall())


def _asked(person_id: int, choice: Choice) -> dict[str, Any]:
    return {
        "person": person_id,
        "own": choice.own,
        "family": choice.family,
        "day": timezone.localdate(),
    }
