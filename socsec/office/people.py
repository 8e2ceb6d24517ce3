"""Names for person numbers: the office knows people only by number, the app that knows them registers.

`describe` gives the office something to show; `relatives` keeps staff away from the cases of
their family. Before anyone has registered, a person is their number and nobody has relatives.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person in one line of a list: what a colleague may see without opening the file."""

    person_id: int
    name: str
    masked_id: str = ""
    region: str = ""


Describe = Callable[[list[int]], dict[int, PersonLine]]
Relatives = Callable[[int], set[int]]

_describe: Describe | None = None
_relatives: Relatives | None = None


def register(*, describe: Describe, relatives: Relatives | None = None) -> None:
    """Called once, from the ready() of the app that holds the people."""
    global _describe, _relatives
    _describe, _relatives = describe, relatives


def describe(person_ids: Iterable[int | None]) -> dict[int, PersonLine]:
    """A line for each number asked for, in one query however many there are."""
    wanted = sorted({number for number in person_ids if number is not None})
    known = _describe(wanted) if _describe and wanted else {}
    return {number: known.get(number) or PersonLine(number, str(number)) for number in wanted}


def relatives(person_id: int) -> set[int]:
    """The numbers of registered relatives. A look-up that fails, fails: access is never widened."""
    return _relatives(person_id) if _relatives else set()
