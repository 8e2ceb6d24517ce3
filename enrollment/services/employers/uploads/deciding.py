"""A second person takes what waits or refuses it; whoever handed it in may take it back before."""

import json

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    Employer,
    MonthDeclared,
    Person,
    Upload,
    UploadedChange,
    UploadedWage,
)
from enrollment.queries.firms import staff_in
from enrollment.services.checks import known_name, lock
from enrollment.services.employers import returned, staff_file, wages
from enrollment.services.employers.officers import require_for
from socsec.kernel.money import format_yuan
from socsec.office import spreadsheets
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Problem, both, say
from socsec.office.models import User

from .common import Kind, State, not_waiting, note


@transaction.atomic
def approve(*, by: User, upload: Upload) -> Upload:
    """Take what waits. Where rows have become impossible, they are given back and the rest waits on."""
    upload = _decidable(by, upload)
    employer = lock(upload.employer)
    if upload.kind == Kind.WAGES:
        gone = _take_wages(by, employer, upload)
    else:
        gone = _take_changes(by, employer, upload)
    if gone:
        return _waits_on(upload, gone)
    upload.state = State.TAKEN
    upload.trouble = {}
    return _decided(by, upload)


@transaction.atomic
def reject(*, by: User, upload: Upload, reason: str) -> Upload:
    """Refuse the whole, and say why."""
    upload = _decidable(by, upload)
    upload.reason = known_name(reason, 200, "reason")
    upload.state = State.REJECTED
    return _decided(by, upload)


@transaction.atomic
def take_back(*, by: User, upload: Upload) -> Upload:
    """Whoever handed it in takes it back, for as long as nobody has decided."""
    require_for(by, "upload.hand_in", upload.employer)
    upload = lock(upload)
    if upload.state != State.WAITING:
        raise not_waiting()
    upload.state = State.WITHDRAWN
    upload.save(update_fields=["state"])
    note(by, "upload.hand_in", upload)
    return upload


def _decidable(by: User, upload: Upload) -> Upload:
    require(by, "upload.approve", upload.region)
    upload = lock(upload)
    if upload.state != State.WAITING:
        raise not_waiting()
    require_other_hand(by, upload.maker_id)
    return upload


def _decided(by: User, upload: Upload) -> Upload:
    upload.checker, upload.checked_at = by, timezone.now()
    upload.save()
    note(by, "upload.approve", upload, reason=upload.reason, good=upload.good, total=upload.total)
    return upload


def _take_wages(by: User, employer: Employer, upload: Upload) -> list[int]:
    """Declare the wages; or the numbers of the rows that can no longer be."""
    waiting = UploadedWage.objects.filter(upload_id=upload.pk).order_by("number")
    amounts: dict[int, int] = {}
    numbers: dict[int, int] = {}
    for person, number, wage in waiting.values_list("person_id", "number", "wage"):
        amounts[person] = wage
        numbers[person] = number
    people = list(amounts)
    wrong = wages.check(employer, upload.month, amounts)
    if wrong:
        bad = {people[each.row - 1]: each.problem for each in wrong}
        _give_back_wages(upload, bad, numbers, amounts)
        return [numbers[person] for person in bad]
    wages.keep(by=by, employer=employer, month=upload.month, wages=amounts)
    MonthDeclared.objects.update_or_create(
        employer_id=employer.pk,
        month=upload.month,
        defaults={
            "heads": len(amounts) if upload.heads is None else upload.heads,
            "listed": staff_in(employer.pk, upload.month).values("person_id").distinct().count(),
            "rows": len(amounts),
            "total": sum(amounts.values()),
            "upload_id": upload.pk,
        },
    )
    return []


def _give_back_wages(
    upload: Upload, bad: dict[int, Problem], numbers: dict[int, int], amounts: dict[int, int]
) -> None:
    rows_ = [
        returned.Bad(
            spreadsheets.Row(
                numbers[person.pk],
                {
                    "resident_id": person.resident_id,
                    "name": person.name,
                    "wage": format_yuan(amounts[person.pk]),
                },
            ),
            bad[person.pk],
        )
        for person in Person.objects.filter(pk__in=list(bad))
    ]
    UploadedWage.objects.filter(upload_id=upload.pk, person_id__in=list(bad)).delete()
    returned.give_back(upload, rows_)


def _take_changes(by: User, employer: Employer, upload: Upload) -> list[int]:
    """Carry the changes out, who leaves first; or the numbers of the rows that cannot be."""
    require(by, "coverage.change", employer.region)
    waiting = list(UploadedChange.objects.filter(upload_id=upload.pk).order_by("number"))
    bad: list[tuple[UploadedChange, Problem]] = []
    try:
        with transaction.atomic():
            for what in (UploadedChange.What.LEAVE, UploadedChange.What.JOIN):
                plain = staff_file.carry_out_plain(by, employer, waiting, what)
                for change in waiting:
                    if change.what != what or change.number in plain:
                        continue
                    try:
                        with transaction.atomic():
                            staff_file.carry_out(by, employer, change)
                    except Problem as problem:
                        bad.append((change, problem))
            if bad:
                raise _Undo
    except _Undo:
        _give_back_changes(by, employer, upload, bad)
    return [change.number for change, _problem in bad]


class _Undo(Exception):
    """Nothing of it is to stay."""


def _give_back_changes(
    by: User, employer: Employer, upload: Upload, bad: list[tuple[UploadedChange, Problem]]
) -> None:
    found = []
    for change, problem in bad:
        # Services say what is wrong in one language: the other is heard by trying once more.
        reason = returned.words(problem) | returned.words_of(
            lambda change=change: staff_file.carry_out(by, employer, change)  # type: ignore[misc]
        )
        row = spreadsheets.Row(change.number, json.loads(change.given))
        found.append(returned.Bad(row, problem, reason))
    numbers = [change.number for change, _problem in bad]
    UploadedChange.objects.filter(upload_id=upload.pk, number__in=numbers).delete()
    returned.give_back(upload, found)


def _waits_on(upload: Upload, gone: list[int]) -> Upload:
    upload.good -= len(gone)
    upload.bad += len(gone)
    upload.total = (
        UploadedWage.objects.filter(upload_id=upload.pk).aggregate(all=Sum("wage"))["all"] or 0
    )
    upload.trouble = {
        **both(
            say(
                _(
                    "%(count)s rows can no longer be taken and were put with the bad ones. Nothing was taken yet: look at the rest and approve it."
                ),
                count=len(gone),
            )
        ),
        "code": "rows_gone",
    }
    if not upload.good:
        upload.state = State.FAILED
    upload.save()
    return upload
