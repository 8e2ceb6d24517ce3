"""A person as of a day, and as was known at a moment: valid time and recorded time, both asked."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from enrollment.models import (
    BankAccount,
    Coverage,
    Detail,
    Employment,
    EventKind,
    HouseholdMember,
    IdentityDocument,
    LifeEvent,
    Mandate,
    Person,
    PersonFact,
    Registration,
    Sex,
)
from socsec.kernel import ids
from socsec.office import people

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class AsOf:
    """What held on `on`, as far as was on record at `known_at` (None: as is known today)."""

    person: Person
    on: date
    known_at: datetime | None
    name: str
    sex: Sex
    born_on: date
    died_on: date | None
    resident_id: str
    phone: str
    address: str
    region: str
    registration: Registration | None
    household: HouseholdMember | None
    documents: list[IdentityDocument] = field(default_factory=list)
    coverages: list[Coverage] = field(default_factory=list)
    employments: list[Employment] = field(default_factory=list)
    accounts: list[BankAccount] = field(default_factory=list)
    mandates: list[Mandate] = field(default_factory=list)
    events: list[LifeEvent] = field(default_factory=list)

    @property
    def masked_id(self) -> str:
        return ids.mask_resident_id(self.resident_id) if self.resident_id else ""

    @property
    def masked_phone(self) -> str:
        return ids.mask_mobile(self.phone) if self.phone else ""

    @property
    def sex_label(self) -> str:
        return str(self.sex.label)


def as_of(person: Person, on: date, known_at: datetime | None = None) -> AsOf | None:
    """The person as of a day; None where nothing was on record by then, or before the birth.

    What was recorded after `known_at` does not count: neither a row, nor the end of one, nor a
    correction. What was merged into the person counts as the person's.
    """
    if known_at is not None and person.recorded_at > known_at:
        return None
    facts = _facts(person, on, known_at)
    born_on = date.fromisoformat(facts[Detail.BORN_ON])
    if on < born_on:
        return None
    numbers = people.numbers(person.pk)
    happened = _events(numbers, on, known_at)
    return AsOf(
        person=person,
        on=on,
        known_at=known_at,
        name=facts[Detail.NAME],
        sex=Sex(int(facts[Detail.SEX])),
        born_on=born_on,
        died_on=_died(person, happened, on, known_at),
        resident_id=facts[Detail.RESIDENT_ID],
        phone=facts[Detail.PHONE],
        address=facts[Detail.ADDRESS],
        region=facts[Detail.REGION],
        registration=_held(Registration.objects, numbers, on, known_at).first(),
        household=_held(HouseholdMember.objects, numbers, on, known_at)
        .select_related("household")
        .first(),
        documents=_documents(numbers, on, known_at),
        coverages=list(_held(Coverage.objects, numbers, on, known_at).order_by("branch")),
        employments=list(
            _held(Employment.objects, numbers, on, known_at).select_related("employer")
        ),
        accounts=_accounts(numbers, on, known_at),
        mandates=_mandates(numbers, on, known_at),
        events=happened,
    )


def _facts(person: Person, on: date, known_at: datetime | None) -> dict[str, str]:
    """Each detail: the last correction, and of what was said after it the change nearest the day."""
    rows = PersonFact.objects.filter(person_id=person.pk).order_by("detail", "seq")
    said: dict[str, list[PersonFact]] = {}
    for row in rows:
        if known_at is None or row.recorded_at <= known_at:
            said.setdefault(row.detail, []).append(row)
    return {detail.value: _fact(person, detail, said.get(detail, []), on) for detail in Detail}


def _fact(person: Person, detail: Detail, rows: list[PersonFact], on: date) -> str:
    if not rows:
        if detail == Detail.ADDRESS:
            return ""
        first = PersonFact.objects.filter(person_id=person.pk, detail=detail, seq=0).first()
        if first is not None:
            return first.value
        now = getattr(person, detail)
        return now.isoformat() if isinstance(now, date) else str(now)
    start = max(place for place, row in enumerate(rows) if row.since is None)
    later = [row for row in rows[start + 1 :] if row.since is not None and row.since <= on]
    chosen = max(later, key=lambda row: (row.since or date.min, row.seq), default=rows[start])
    return chosen.value


def _held(manager: Any, numbers: list[int], on: date, known_at: datetime | None) -> QuerySet[Any]:
    """Rows with a span that held that day; an end recorded later had not come yet."""
    found: QuerySet[Any] = manager.filter(person_id__in=numbers)
    if known_at is None:
        return found.filter(span__contains=on)
    return found.filter(recorded_at__lte=known_at).filter(
        Q(span__contains=on) | Q(span__startswith__lte=on, ended_at__gt=known_at)
    )


def _events(numbers: list[int], on: date, known_at: datetime | None) -> list[LifeEvent]:
    """What had happened and was on record, without what had been taken back by then."""
    found = LifeEvent.objects.filter(
        person_id__in=numbers, reverses__isnull=True, happened_on__lte=on
    )
    back = Q(reversed_by__isnull=False)
    if known_at is not None:
        found = found.filter(recorded_at__lte=known_at)
        back &= Q(reversed_by__recorded_at__lte=known_at)
    return list(found.exclude(back).order_by("happened_on", "pk"))


def _died(
    person: Person, events: list[LifeEvent], on: date, known_at: datetime | None
) -> date | None:
    deaths = [event.happened_on for event in events if event.kind == EventKind.DEATH]
    if deaths:
        return deaths[-1]
    if LifeEvent.objects.filter(person=person, kind=EventKind.DEATH).exists():
        return None  # on record later, or taken back
    if person.died_on is None or person.died_on > on:
        return None
    known = person.death_known_on
    return person.died_on if known_at is None or (known and known <= known_at.date()) else None


def _documents(numbers: list[int], on: date, known_at: datetime | None) -> list[IdentityDocument]:
    found = IdentityDocument.objects.filter(person_id__in=numbers).filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=on)
    )
    ended = Q(ended_on__lte=on)
    if known_at is not None:
        found = found.filter(recorded_at__lte=known_at)
        ended &= Q(ended_at__lte=known_at)
    return list(found.exclude(ended).order_by("kind", "pk"))


def _accounts(numbers: list[int], on: date, known_at: datetime | None) -> list[BankAccount]:
    found = BankAccount.objects.filter(person_id__in=numbers, opened_on__lte=on).filter(
        Q(closed_on__isnull=True) | Q(closed_on__gt=on)
    )
    if known_at is not None:
        found = found.filter(recorded_at__lte=known_at)
    return list(found.order_by("purpose"))


def _mandates(numbers: list[int], on: date, known_at: datetime | None) -> list[Mandate]:
    found = Mandate.objects.filter(person_id__in=numbers, since__lte=on, until__gte=on)
    ended = Q(ended_at__date__lte=on)
    if known_at is not None:
        found = found.filter(recorded_at__lte=known_at)
        ended &= Q(ended_at__lte=known_at)
    return list(found.exclude(ended).select_related("delegate").order_by("pk"))
