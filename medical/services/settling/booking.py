"""Writing a year anew: what each bill now comes to otherwise than it is booked, and the sums.

Whoever writes holds the row of the year's sums, so that bills of one person take turns.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db import connection
from django.utils import timezone

from medical.models import MONEY, Encounter, Settlement, YearSums
from medical.services.accounts import spending
from medical.services.accounts.spending import Choice
from socsec.kernel.policy import Policy
from socsec.office.models import PolicyEdition, User
from socsec.office.services import policy

from . import year

Kind = Settlement.Kind
CASH = Choice()
_COLUMNS = [field.attname for field in YearSums._meta.concrete_fields if field.column]
ZEROED = [field.attname for field in YearSums._meta.concrete_fields if field.default == 0]
# The sums that a bill adds to; the others name the year, its last bill, and the raise of the cap.
STORED = {field.name for field in YearSums._meta.local_fields} - {
    *(
        "pk",
        "person_id",
        "year",
        "scheme",
        "home",
        "cap_raise",
        "last_served",
        "last_encounter",
        "opened_by",
    )
}
# The row of the year, made if it is not there, and held: one statement, since it is asked each time.
_HOLD = f"""
    INSERT INTO {YearSums._meta.db_table} AS s (person_id, year, scheme, home, {", ".join(ZEROED)})
    VALUES (%s, %s, %s, %s, {", ".join("0" for _name in ZEROED)})
    ON CONFLICT (person_id, year, scheme, home) DO UPDATE SET bills = s.bills
    RETURNING {", ".join(_COLUMNS)}
"""  # noqa: S608 - columns of the model


class Laws:
    """Policy by the number of its edition, each read once."""

    def __init__(self, *known: PolicyEdition) -> None:
        self.known = {edition.number: policy.of(edition) for edition in known}

    def __call__(self, number: int) -> Policy:
        if number not in self.known:
            self.known[number] = policy.of(number)
        return self.known[number]


Key = dict[str, int | str]


def key_of(encounter: Encounter, at: int) -> Key:
    """What names one person's year in one scheme and home region."""
    return {
        "person_id": encounter.person_id,
        "year": at,
        "scheme": encounter.scheme,
        "home": encounter.home,
    }


def rows_of(key: Key) -> Iterable[Settlement]:
    return Settlement.objects.filter(**key).order_by("encounter_id", "part")


def hold(key: Key) -> YearSums:
    """The sums of the year, held until the transaction ends: bills of one person take turns."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, list(key.values()))
        return YearSums.from_db(connection.alias, _COLUMNS, cursor.fetchone())


def book(
    by: User,
    encounter: Encounter,
    pay_from: Choice,
    rows: list[Settlement],
    live: dict[int, year.Bill],
    since: tuple[date, int],
    held: YearSums,
    edition: PolicyEdition,
) -> list[Settlement]:
    """Write what the year now comes to otherwise than it is booked, and its sums.

    `since` is the place of the bill of the visit: those before it in the order of care stand.
    """
    worked, sums = year.work(live.values(), Laws(edition), held.cap_raise, since)
    parts = _parts(rows)
    new = _changed(by, worked, parts, edition)
    mine = parts[encounter.pk]
    for each in worked:
        if not each.bill.came_to:
            drawn = spending.draw(
                person_id=encounter.person_id,
                choice=pay_from,
                encounter_id=encounter.pk,
                month=each.bill.month,
                person_pay=each.amounts["person_pay"],
            )
            paid = each.paid_from(drawn.own, drawn.family)
            new.append(_first(by, encounter, paid, len(mine)))
    if encounter.pk not in live:
        settled = max(place for place, row in enumerate(mine) if row.kind == Kind.SETTLED)
        back = {name: -sum(getattr(row, name) for row in mine[settled:]) for name in MONEY}
        stay = -sum(row.stay for row in mine[settled:])
        new.append(_further(by, Kind.REVERSED, mine, back, stay, edition))
    made = Settlement.objects.bulk_create(new)
    _keep(held, sums)
    return made


def work_anew(*, by: User, person_id: int, at: int, scheme: int, home: str) -> list[Settlement]:
    """Work the bills of a year out again where something else has changed: the raise of the cap."""
    key: Key = {"person_id": person_id, "year": at, "scheme": scheme, "home": home}
    edition = policy.current_edition()
    held = hold(key)
    rows = list(rows_of(key))
    worked, sums = year.work(year.booked(rows).values(), Laws(edition), held.cap_raise)
    made = Settlement.objects.bulk_create(_changed(by, worked, _parts(rows), edition))
    _keep(held, sums)
    return made


def _parts(rows: Iterable[Settlement]) -> dict[int, list[Settlement]]:
    parts: dict[int, list[Settlement]] = defaultdict(list)
    for row in rows:
        parts[row.encounter_id].append(row)
    return parts


def _changed(
    by: User,
    worked: Iterable[year.Worked],
    parts: dict[int, list[Settlement]],
    edition: PolicyEdition,
) -> list[Settlement]:
    """A further part of each booked bill that comes out otherwise."""
    new = []
    for each in worked:
        had = each.bill.came_to
        if had and any(each.amounts[name] != had[name] for name in MONEY):
            change = {name: each.amounts[name] - had[name] for name in MONEY}
            new.append(_further(by, Kind.RESTATED, parts[each.bill.encounter], change, 0, edition))
    return new


def _first(by: User, encounter: Encounter, worked: year.Worked, part: int) -> Settlement:
    bill = worked.bill
    return Settlement(
        encounter=encounter,
        person_id=encounter.person_id,
        year=bill.served_until.year,
        part=part,
        kind=Kind.SETTLED,
        provider_id=encounter.provider_id,
        scheme=bill.scheme,
        home=bill.home,
        region=encounter.region,
        handed_in=encounter.handed_in,
        care=bill.care,
        level=bill.level,
        standing=encounter.standing,
        served_from=bill.served_from,
        served_until=bill.served_until,
        booked_on=timezone.localdate(),
        stay=bill.stay,
        facts={"told": bill.told, "designation": bill.designation, "continues": bill.before},
        edition=bill.edition,
        month=bill.month,
        by=by,
        **worked.amounts,
    )


def _further(
    by: User,
    kind: str,
    parts: list[Settlement],
    change: dict[str, int],
    stay: int,
    edition: PolicyEdition,
) -> Settlement:
    """A part after the first: of the same bill, with what changes."""
    first = parts[0]
    same = (
        "encounter_id",
        "person_id",
        "year",
        "provider_id",
        "scheme",
        "home",
        "region",
        "handed_in",
        "care",
        "level",
        "standing",
        "served_from",
        "served_until",
        "facts",
        "month",
    )
    return Settlement(
        **{name: getattr(first, name) for name in same},
        part=max(row.part for row in parts) + 1,
        kind=kind,
        booked_on=timezone.localdate(),
        stay=stay,
        edition=edition.number,
        by=by,
        **change,
    )


def _keep(held: YearSums, sums: year.Sums) -> None:
    for name in STORED:
        setattr(held, name, sums.at[name])
    held.last_served, held.last_encounter = sums.last
    held.save()
