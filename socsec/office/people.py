"""Names for person numbers: the office knows people only by number, the app that knows them registers.

`describe` gives the office something to show; `relatives` keeps staff away from the cases of
their family; `mandates` says for whom a person may act; `public_ids` are the numbers by which
partners know people. Before anyone has registered, a person is their number, nobody has relatives
and nobody acts for another.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person in one line of a list: what a colleague may see without opening the file."""

    person_id: int
    name: str
    masked_id: str = ""
    region: str = ""


class Scope(models.TextChoices):
    """What somebody may do for another person. Whoever may do anything may see the record."""

    SEE = "see", _("See the record")
    ENROL = "enrol", _("Enrol")
    CLAIM = "claim", _("Claim benefits")
    PAY = "pay", _("Pay contributions")
    CHANGE = "change", _("Change details")


@dataclass(frozen=True, slots=True)
class Mandate:
    """For whom somebody may act, in what, and until which day."""

    person_id: int
    name: str
    scopes: frozenset[str]
    until: date
    guardian: bool = False


Describe = Callable[[list[int]], dict[int, PersonLine]]
Relatives = Callable[[int], set[int]]
Mandates = Callable[[int], dict[int, Mandate]]
Numbers = Callable[[int], list[int]]
PublicIds = Callable[[Iterable[int]], dict[int, UUID]]

_describe: Describe | None = None
_relatives: Relatives | None = None
_mandates: Mandates | None = None
_public_ids: PublicIds | None = None
_numbers: Numbers | None = None


def register(
    *,
    describe: Describe,
    relatives: Relatives | None = None,
    mandates: Mandates | None = None,
    public_ids: PublicIds | None = None,
    numbers: Numbers | None = None,
) -> None:
    """Called once, from the ready() of the app that holds the people."""
    global _describe, _relatives, _mandates, _public_ids, _numbers
    _numbers = numbers
    _describe, _relatives, _mandates, _public_ids = describe, relatives, mandates, public_ids


def describe(person_ids: Iterable[int | None]) -> dict[int, PersonLine]:
    """A line for each number asked for, in one query however many there are."""
    wanted = sorted({number for number in person_ids if number is not None})
    known = _describe(wanted) if _describe and wanted else {}
    return {number: known.get(number) or PersonLine(number, str(number)) for number in wanted}


def relatives(person_id: int) -> set[int]:
    """The numbers of registered relatives. A look-up that fails, fails: access is never widened."""
    return _relatives(person_id) if _relatives else set()


def mandates(person_id: int) -> dict[int, Mandate]:
    """For whom this person may act today, by person number. A look-up that fails, fails."""
    return _mandates(person_id) if _mandates else {}


def public_ids(person_ids: Iterable[int | None]) -> dict[int, UUID]:
    """What partners call these people, in one query. Who is not known is not in it."""
    wanted = sorted({number for number in person_ids if number is not None})
    return _public_ids(wanted) if _public_ids and wanted else {}


def numbers(person_id: int) -> list[int]:
    """All numbers under which records of one person stand, the asked one first.

    Reads of a person's records filter by these, so that what was merged is seen as one.
    """
    return _numbers(person_id) if _numbers else [person_id]
