"""An employer hands a file or a form in; the same twice is refused."""

import hashlib
import json
from typing import IO

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    Employer,
    Upload,
)
from enrollment.services.checks import lock, month_has_come
from enrollment.services.employers import returned, staff_file, wage_file, wages
from enrollment.services.employers.officers import require_for
from socsec.kernel.months import format_month, month_of
from socsec.office import spreadsheets
from socsec.office.errors import Conflict, Invalid, NotFound, Refused, say
from socsec.office.models import Job, User
from socsec.office.services import jobs
from socsec.office.spreadsheets import Layout

from .common import Kind, State, note, settle

LARGEST = 20 * 1024 * 1024


MOST_HEADS = 10_000_000


JOB = "upload"


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
    return settle(upload, wage_file.Counts(len(good), 0, sum(amounts.values())))


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
    return settle(upload, wage_file.Counts(good=1))


def template_file(employer: Employer, kind: str, month: int) -> tuple[IO[bytes], str]:
    """The workbook to fill in, and its name; that of wages holds the staff list of the month."""
    if kind == Kind.WAGES:
        return wage_file.template(employer, month), f"wages-{format_month(month)}.xlsx"
    return spreadsheets.template(staff_file.LAYOUT), "staff-changes.xlsx"


def bad_file(upload: Upload) -> tuple[IO[bytes], str]:
    """The rows that came back, to correct and hand in again, and the name of the file."""
    return returned.file(upload, layout_of(upload)), f"to-correct-{upload.pk}.xlsx"


def find(by: User, employer: Employer, number: int) -> Upload:
    """An upload of this employer, for its officer or for staff of its region."""
    require_for(by, "upload.read", employer)
    found = Upload.objects.filter(employer=employer, pk=number).first()
    if found is None:
        raise NotFound(_("There is no such upload."), code="no_such_upload")
    return found


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
    note(by, "upload.hand_in", upload, digest=digest)
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
