"""What employers hand in waits for a second person; then it is taken as a whole.

A file is read by a job: good rows wait, bad ones are given back. Whoever handed it in does not
approve it. At the approval every row is looked at once more: one that has become impossible
meanwhile is put with the bad rows, nothing is taken, and the rest waits for another look.
"""

import hashlib
import json
from collections.abc import Iterator
from heapq import merge
from typing import IO, Any

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    Employer,
    MonthDeclared,
    Person,
    ReturnedRow,
    Upload,
    UploadedChange,
    UploadedWage,
)
from enrollment.queries.firms import staff_in
from enrollment.services.checks import known_name, lock, month_has_come
from enrollment.services.employers import returned, staff_file, wage_file, wages
from enrollment.services.employers.officers import require_for
from socsec.kernel.money import format_yuan
from socsec.kernel.months import format_month, month_of
from socsec.office import spreadsheets
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, Invalid, NotFound, Problem, Refused, both, say
from socsec.office.jobs import JobKind
from socsec.office.models import Job, User
from socsec.office.services import audit, jobs
from socsec.office.spreadsheets import Layout

State, Kind, Channel = Upload.State, Upload.Kind, Upload.Channel
JOB = "upload"
LARGEST = 20 * 1024 * 1024
MOST_HEADS = 10_000_000


def layout_of(upload: Upload) -> Layout:
    return wage_file.LAYOUT if upload.kind == Kind.WAGES else staff_file.LAYOUT


def hand_in(
    *,
    by: User,
    employer: Employer,
    kind: str,
    file: IO[bytes],
    filename: str,
    channel: str,
    month: int = 0,
    heads: int | None = None,
) -> tuple[Upload, Job]:
    """Take a spreadsheet of an employer's wages of a month, or of its staff changes, to be read.

    `Conflict` if the same file waits already or was the last one taken.
    """
    if file.seek(0, 2) > LARGEST:
        raise Invalid(
            _("The file is larger than 20 MB. Divide the rows among several files."),
            code="file_too_large",
            field="file",
        )
    with transaction.atomic():
        upload = _open(
            by=by,
            employer=employer,
            kind=kind,
            digest=spreadsheets.digest(file),
            filename=filename,
            channel=channel,
            month=month,
            heads=heads,
        )
        return upload, jobs.hand_in(by=by, kind=JOB, file=file, subject=str(upload.pk))


@transaction.atomic
def hand_in_wages(
    *,
    by: User,
    employer: Employer,
    month: int,
    amounts: dict[int, int],
    channel: str,
    heads: int | None = None,
) -> Upload:
    """The same from a form: wages in fen by person number. All rows must be good.

    `Invalid` carries every bad row in `detail["rows"]`, as `wages.declare` does.
    """
    said = json.dumps([[pk, amounts[pk]] for pk in sorted(amounts)])
    upload = _open(
        by=by,
        employer=employer,
        kind=Kind.WAGES,
        digest=hashlib.sha256(said.encode()).hexdigest(),
        filename="",
        channel=channel,
        month=month,
        heads=heads,
    )
    if not amounts:
        raise Invalid(_("The declaration is empty."), code="empty")
    wrong = wages.check(employer, month, amounts)
    if wrong:
        raise wages.refusal(wrong)
    good = [(pk, place, wage) for place, (pk, wage) in enumerate(amounts.items(), start=1)]
    wage_file.stage(upload, good)
    return _settle(upload, wage_file.Counts(len(good), 0, sum(amounts.values())))


@transaction.atomic
def hand_in_change(*, by: User, employer: Employer, row: dict[str, str], channel: str) -> Upload:
    """One person who joins or leaves, from a form; the values as the spreadsheet has them."""
    good, bad = staff_file.sort(employer, [spreadsheets.Row(1, row)], set())
    if bad:
        raise bad[0].problem
    said = json.dumps(row, sort_keys=True, ensure_ascii=False)
    upload = _open(
        by=by,
        employer=employer,
        kind=Kind.STAFF,
        digest=hashlib.sha256(said.encode()).hexdigest(),
        filename="",
        channel=channel,
        month=0,
        heads=None,
    )
    staff_file.stage(upload, good)
    return _settle(upload, wage_file.Counts(good=1))


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
        raise _not_waiting()
    upload.state = State.WITHDRAWN
    upload.save(update_fields=["state"])
    _note(by, "upload.hand_in", upload)
    return upload


def template_file(employer: Employer, kind: str, month: int) -> tuple[IO[bytes], str]:
    """The workbook to fill in, and its name; that of wages holds the staff list of the month."""
    if kind == Kind.WAGES:
        return wage_file.template(employer, month), f"wages-{format_month(month)}.xlsx"
    return spreadsheets.template(staff_file.LAYOUT), "staff-changes.xlsx"


def bad_file(upload: Upload) -> tuple[IO[bytes], str]:
    """The rows that came back, to correct and hand in again, and the name of the file."""
    return returned.file(upload, layout_of(upload)), f"to-correct-{upload.pk}.xlsx"


def work(job: Job, file: IO[bytes]) -> dict[str, Any]:
    """Read the file of an upload: the job's work."""
    upload = Upload.objects.select_related("employer").get(pk=int(job.subject))
    reader = wage_file.read if upload.kind == Kind.WAGES else staff_file.read
    counts = reader(upload, file)
    _settle(upload, counts)
    return {"upload": upload.pk}


def failed(job: Job) -> None:
    """The file could not be read: so says its upload."""
    Upload.objects.filter(pk=int(job.subject)).update(state=State.FAILED, trouble=job.trouble)


def tell(job: Job) -> dict[str, Any]:
    """What a partner is told of an upload, as it stands now."""
    upload = Upload.objects.select_related("employer").get(pk=int(job.subject))
    return {
        "kind": upload.kind,
        "employer": upload.employer.credit_code,
        "month": format_month(upload.month) if upload.month else None,
        "state": upload.state,
        "good": upload.good,
        "bad": upload.bad,
        "total": format_yuan(upload.total),
        "message": upload.why or upload.reason,
    }


def rows(job: Job) -> Iterator[dict[str, Any]]:
    """The outcome of every row, in the order of the file."""
    upload = Upload.objects.get(pk=int(job.subject))
    model = UploadedWage if upload.kind == Kind.WAGES else UploadedChange
    good = (
        (number, "", "")
        for number in model.objects.filter(upload_id=upload.pk)  # type: ignore[attr-defined]
        .order_by("number")
        .values_list("number", flat=True)
        .iterator()
    )
    bad = (
        (each.number, each.code, each.why)
        for each in ReturnedRow.objects.filter(upload_id=upload.pk)
        .order_by("number")
        .defer("given")
        .iterator()
    )
    for number, code, why in merge(good, bad):
        outcome = "returned" if code else upload.state
        yield {"row": number, "outcome": outcome, "code": code, "message": why}


KIND = JobKind(
    slug=JOB, label=_("Upload of an employer"), work=work, tell=tell, rows=rows, failed=failed
)


def _open(
    *,
    by: User,
    employer: Employer,
    kind: str,
    digest: str,
    filename: str,
    channel: str,
    month: int,
    heads: int | None,
) -> Upload:
    require_for(by, "upload.hand_in", employer)
    employer = lock(employer)
    if employer.closed_on is not None:
        raise Refused(_("This registration is cancelled."), code="already_closed")
    if kind == Kind.WAGES:
        month_has_come(month)
        if month < month_of(employer.opened_on):
            raise Invalid(
                _("The employer was registered on %(day)s.")
                % {"day": date_format(employer.opened_on)},
                code="before_registration",
                field="month",
            )
    if heads is not None and not 0 <= heads <= MOST_HEADS:
        raise Invalid(_("Nobody employs so many."), code="heads_impossible", field="heads")
    latest = (
        Upload.objects.filter(employer=employer, kind=kind, month=month, state=State.TAKEN)
        .order_by("-pk")
        .first()
    )
    same = Upload.objects.filter(
        employer=employer, kind=kind, month=month, digest=digest, state__in=Upload.OPEN
    ).first()
    if same is None and latest is not None and latest.digest == digest:
        same = latest
    if same is not None:
        raise _same(same)
    try:
        with transaction.atomic():
            upload = Upload.objects.create(
                kind=kind,
                employer=employer,
                region=employer.region,
                month=month,
                heads=heads,
                filename=" ".join(filename.split())[-120:],
                digest=digest,
                channel=channel,
                maker=by,
            )
    except IntegrityError as error:
        raise Conflict(_("This was handed in already."), code="same_file", field="file") from error
    _note(by, "upload.hand_in", upload, digest=digest)
    return upload


def _same(upload: Upload) -> Conflict:
    return Conflict(
        say(
            _("The same was handed in on %(day)s: %(state)s."),
            day=date_format(timezone.localtime(upload.made_at)),
            state=upload.get_state_display(),
        ),
        code="same_file",
        field="file",
        fix=_("Nothing needs to be done. To correct it, hand in a corrected file."),
        upload=upload.pk,
    )


def _settle(upload: Upload, counts: wage_file.Counts) -> Upload:
    upload.good, upload.bad, upload.total = counts.good, counts.bad, counts.total
    upload.state = State.WAITING if counts.good else State.FAILED
    if not counts.good:
        upload.trouble = {
            **both(_("No row can be taken. Each comes back with the reason.")),
            "code": "no_good_row",
        }
    upload.save()
    return upload


def _decidable(by: User, upload: Upload) -> Upload:
    require(by, "upload.approve", upload.region)
    upload = lock(upload)
    if upload.state != State.WAITING:
        raise _not_waiting()
    require_other_hand(by, upload.maker_id)
    return upload


def _not_waiting() -> Conflict:
    return Conflict(_("This does not wait for a decision any more."), code="decided_already")


def _decided(by: User, upload: Upload) -> Upload:
    upload.checker, upload.checked_at = by, timezone.now()
    upload.save()
    _note(by, "upload.approve", upload, reason=upload.reason, good=upload.good, total=upload.total)
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
    waiting = list(UploadedChange.objects.filter(upload_id=upload.pk).order_by("-what", "number"))
    bad: list[tuple[UploadedChange, Problem]] = []
    try:
        with transaction.atomic():
            for change in waiting:
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


def find(by: User, employer: Employer, number: int) -> Upload:
    """An upload of this employer, for its officer or for staff of its region."""
    require_for(by, "upload.read", employer)
    found = Upload.objects.filter(employer=employer, pk=number).first()
    if found is None:
        raise NotFound(_("There is no such upload."), code="no_such_upload")
    return found


def _note(by: User, act: str, upload: Upload, **detail: Any) -> None:
    audit.record(
        by=by,
        act=act,
        subject=upload,
        region=upload.region,
        state=upload.state,
        employer=upload.employer_id,
        **detail,
    )
