"""Answers of a register, many at once: through the API, or read from its file.

A file is CSV with a head: id, earned, transfers, business, money (yuan), vehicles, homes, note. An
empty cell is not known, which is not the same as nothing.
"""

import csv
import io
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistance.models import Matching, Source
from assistance.services.matching import AMOUNTS, COUNTS, answer
from socsec.kernel.errors import KernelError
from socsec.kernel.money import parse_yuan
from socsec.office.access import require, scope
from socsec.office.errors import Invalid, Problem, from_kernel, say
from socsec.office.models import Case, User

MOST = 1000  # answers at once


@dataclass(frozen=True)
class Answer:
    """What a register says to one question: fen a month, fen, numbers of things."""

    question: UUID
    found: dict[str, int | None] = field(default_factory=dict)
    note: str = ""


def waiting(user: User, source: str) -> QuerySet[Matching]:
    """The questions of the user's region that a register has not answered, the oldest first. Those
    whose authorisation has ended are not shown any more."""
    if source not in Source.values:
        raise Invalid(_("There is no such register."), code="unknown_source", field="register")
    today = timezone.localdate()
    rows = Matching.objects.filter(
        application__members__authorised_until__gte=today,
        source=source,
        answered_at__isnull=True,
        application__open=True,
        application__case__state__in=Case.OPEN,
        application__members__person=F("person"),
    )
    return scope(rows.select_related("person", "application__case"), user, "application__region")


@transaction.atomic
def take(*, by: User, source: str, answers: list[Answer]) -> int:
    """Write down the answers of one register: all of them or none. Returns how many.

    A question that is not its own, or of another region, does not exist for it.
    """
    require(by, "matching.answer")
    if not 0 < len(answers) <= MOST:
        raise _too_many()
    asked = dict(
        scope(Matching.objects.filter(source=source), by, "application__region")
        .filter(public_id__in=[each.question for each in answers])
        .values_list("public_id", "pk")
    )
    for number, each in enumerate(answers, start=1):
        try:
            answer(by=by, matching_id=asked.get(each.question, 0), note=each.note, **each.found)
        except Problem as problem:
            problem.detail["row"] = number
            raise
    return len(answers)


def take_file(*, by: User, source: str, content: bytes) -> int:
    """Write down a whole file of answers of one register, or nothing of it. Returns how many.

    `Invalid` names every row that cannot be taken, with its reason, in `detail["rows"]`: the first
    row under the head is 1.
    """
    require(by, "matching.answer")
    asked = dict(
        scope(Matching.objects.filter(source=source), by, "application__region").values_list(
            "public_id", "pk"
        )
    )
    faults: list[tuple[int, Problem]] = []
    with transaction.atomic():
        rows = _rows(content)
        if not 0 < len(rows) <= MOST:
            raise _too_many()
        for number, row in enumerate(rows, start=1):
            try:
                each = _read(number, row)
                with transaction.atomic():
                    answer(
                        by=by, matching_id=asked.get(each.question, 0), note=each.note, **each.found
                    )
            except Problem as problem:
                faults.append((number, problem))
        if faults:
            transaction.set_rollback(True)
    if faults:
        raise Invalid(
            _("Nothing was taken: some rows of the file are wrong."),
            code="bad_rows",
            field="file",
            fix=_("Correct them and send the whole file again."),
            rows=[(number, str(problem)) for number, problem in faults],
        )
    return len(rows)


def read(content: bytes) -> list[Answer]:
    """The answers in a file. `Invalid` names the row that cannot be read."""
    return [_read(number, row) for number, row in enumerate(_rows(content), start=1)]


def _rows(content: bytes) -> list[dict[str, Any]]:
    try:
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid(
            _("The file cannot be read as a table."),
            code="unreadable",
            field="file",
            fix=_("Send CSV in UTF-8 with the columns that the list of questions has."),
        ) from error


def _read(number: int, row: dict[str, Any]) -> Answer:
    try:
        return _answer(row)
    except (KernelError, ValueError) as error:
        problem = (
            from_kernel(error, "file")
            if isinstance(error, KernelError)
            else Invalid(
                say(_("Row %(row)s cannot be read."), row=number), code="bad_row", field="file"
            )
        )
        problem.detail["row"] = number
        raise problem from error


def _too_many() -> Invalid:
    return Invalid(
        say(_("Send between 1 and %(most)s answers."), most=MOST),
        code="too_many_answers",
        field="answers",
    )


def _answer(row: dict[str, Any]) -> Answer:
    found: dict[str, int | None] = {}
    for name in AMOUNTS:
        if (row.get(name) or "").strip():
            found[name] = parse_yuan(row[name].strip())
    for name in COUNTS:
        if (row.get(name) or "").strip():
            found[name] = int(row[name].strip())
    return Answer(UUID((row.get("id") or "").strip()), found, (row.get("note") or "").strip())
