"""Writing a detail of a person: the row of the person, and the row of its history."""

from datetime import date

from django.db.models import Max

from enrollment.models import Detail, Person, PersonFact, Sex
from socsec.office.models import User


def current(person: Person, detail: str) -> str:
    """A detail as text, as it stands on the person's row; an address stands in the history alone."""
    if detail == Detail.ADDRESS:
        last = (
            PersonFact.objects.filter(person_id=person.pk, detail=detail).order_by("-seq").first()
        )
        return last.value if last else ""
    value = getattr(person, detail)
    return value.isoformat() if isinstance(value, date) else str(value)


def put(
    person: Person,
    detail: str,
    value: str,
    *,
    by: User | None,
    from_: date | None,
    case_id: int | None = None,
) -> None:
    """Put a value in the place of the one before, for a locked person; `from_` None corrects.

    Called by services that have asked for leave, within their transaction and audit entry.
    """
    rows = PersonFact.objects.filter(person_id=person.pk, detail=detail)
    last = rows.aggregate(last=Max("seq"))["last"]
    if last is None:
        PersonFact.objects.create(
            person_id=person.pk,
            detail=detail,
            seq=0,
            value=current(person, detail),
            recorded_at=person.recorded_at,
        )
        last = 0
    PersonFact.objects.create(
        person_id=person.pk,
        detail=detail,
        seq=last + 1,
        value=value,
        since=from_,
        by=by,
        case_id=case_id,
    )
    if detail == Detail.ADDRESS:
        return
    setattr(person, detail, _typed(detail, value))
    person.save(update_fields=[detail])


def _typed(detail: str, value: str) -> object:
    if detail == Detail.BORN_ON:
        return date.fromisoformat(value)
    return Sex(int(value)) if detail == Detail.SEX else value
