"""Two records of one person: every app says which of its tables name a person, and what forbids a merge.

A merge rewrites nothing. It is a link (the app that holds the people keeps it), and every table
that names a person is read for all numbers of that person: `people.numbers`. What an app covers
is counted for whoever decides a merge, and a test enumerates the models, so that none is forgotten.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.apps import apps
from django.db import models
from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Table:
    """A table of an app that names a person in a column."""

    model: type[models.Model]
    column: str

    @property
    def label(self) -> Text:
        return self.model._meta.verbose_name_plural or self.model._meta.label

    def count(self, numbers: Iterable[int]) -> int:
        rows = self.model._base_manager.filter(**{f"{self.column}__in": list(numbers)})
        return int(rows.count())


Conflicts = Callable[[int, int], Iterable[Text]]

_covered: dict[str, dict[str, str]] = {}
_conflicts: dict[str, Conflicts] = {}


def cover(app: str, *, apart: dict[str, str] | None = None) -> None:
    """Called from an app's ready(): its tables that name a person are read for all their numbers.

    `apart` names those that are not, each with the reason.
    """
    _covered[app] = dict(apart or {})


def conflicts(app: str, ask: Conflicts) -> None:
    """What of an app forbids that two people are read as one, in sentences; asked with both numbers."""
    _conflicts[app] = ask


def conflicts_of(survivor: int, absorbed: int) -> list[Text]:
    return [text for ask in _conflicts.values() for text in ask(survivor, absorbed)]


def tables() -> list[Table]:
    """Every table of a covered app that names a person."""
    return [
        table
        for table in naming_a_person()
        if table.model._meta.app_label in _covered
        and table.model._meta.label not in _covered[table.model._meta.app_label]
    ]


def naming_a_person() -> list[Table]:
    """Every table of any app that names a person, by column name or by foreign key."""
    found = []
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            points = field.remote_field is not None and (
                getattr(field.remote_field.model, "__name__", "") == "Person"
            )
            if points or field.attname == "person_id":
                found.append(Table(model, field.attname))
    return found


def uncovered() -> list[str]:
    """Tables that name a person and that no app has answered for: there should be none."""
    known = {(table.model._meta.label, table.column) for table in tables()}
    apart = {label for each in _covered.values() for label in each}
    return sorted(
        f"{table.model._meta.label}.{table.column}"
        for table in naming_a_person()
        if (table.model._meta.label, table.column) not in known
        and table.model._meta.label not in apart
    )
