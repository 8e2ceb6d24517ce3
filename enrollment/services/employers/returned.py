"""Rows that cannot be taken go back to whoever sent them, with the reason in words."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import override

from enrollment.models import ReturnedRow, Upload
from socsec.office import spreadsheets
from socsec.office.errors import Problem, words
from socsec.office.spreadsheets import Layout, Row


@dataclass(frozen=True, slots=True)
class Bad:
    """A row and what is wrong with it; `reason` where it is known in both languages already."""

    row: Row
    problem: Problem
    reason: dict[str, str] | None = None


def give_back(upload: Upload, bad: Sequence[Bad]) -> None:
    """Keep bad rows, encrypted, to be downloaded and corrected."""
    ReturnedRow.objects.bulk_create(
        ReturnedRow(
            upload_id=upload.pk,
            number=each.row.number,
            given=json.dumps(each.row.values, ensure_ascii=False),
            code=each.problem.code[:40],
            reason=each.reason or words(each.problem),
        )
        for each in bad
    )


def words_of(act: Callable[[], Any]) -> dict[str, str]:
    """What an act that is refused says in each language: it is tried once in each, and undone."""
    said = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            try:
                with transaction.atomic():
                    act()
                    transaction.set_rollback(True)
            except Problem as problem:
                said[language[:2]] = str(problem)
    return said


def returned(upload: Upload) -> Iterator[tuple[Row, str]]:
    """The bad rows of an upload in their order, each with the reason in the reader's language."""
    for each in ReturnedRow.objects.filter(upload_id=upload.pk).order_by("number").iterator():
        yield Row(each.number, json.loads(each.given)), each.why


def file(upload: Upload, layout: Layout) -> IO[bytes]:
    """The bad rows as a workbook: to correct and to send again."""
    return spreadsheets.errors(layout, returned(upload))
