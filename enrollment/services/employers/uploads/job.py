"""The job that reads a file, and what it tells of it."""

from collections.abc import Iterator
from heapq import merge
from typing import IO, Any

from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    ReturnedRow,
    Upload,
    UploadedChange,
    UploadedWage,
)
from enrollment.services.employers import staff_file, wage_file
from socsec.kernel.money import format_yuan
from socsec.kernel.months import format_month
from socsec.office.jobs import JobKind
from socsec.office.models import Job

from .common import Kind, State, settle
from .handing_in import JOB


def work(job: Job, file: IO[bytes]) -> dict[str, Any]:
    """Read the file of an upload: the job's work."""
    upload = Upload.objects.select_related("employer").get(pk=int(job.subject))
    reader = wage_file.read if upload.kind == Kind.WAGES else staff_file.read
    counts = reader(upload, file)
    settle(upload, counts)
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
