"""What became of work that took longer than a request."""

import csv
import io
from collections.abc import Iterator
from typing import Any, ClassVar

from django.http import StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from socsec.office import jobs
from socsec.office.errors import Conflict
from socsec.office.models import Job
from socsec.office.services import jobs as services
from socsec.office.spreadsheets import neutral

from .views import ApiView

COLUMNS = ("row", "outcome", "code", "message")
PROBLEM = OpenApiResponse(description="application/problem+json (RFC 9457)")


class JobOut(serializers.Serializer):
    """A job as its owner sees it. `result` is there when `state` is done, `trouble` when it failed."""

    class Trouble(serializers.Serializer):
        code = serializers.CharField()
        message = serializers.CharField()

    id = serializers.UUIDField()
    kind = serializers.CharField()
    state = serializers.ChoiceField(Job.State.choices)
    made_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    result = serializers.DictField()
    trouble = Trouble(allow_null=True)
    rows = serializers.CharField(allow_null=True, help_text="Where the outcome of each row is")


def job_address(job: Job) -> str:
    return reverse("api_job", args=[job.public_id])


def tell(job: Job) -> dict[str, Any]:
    """A job as JSON."""
    done = job.state == Job.State.DONE
    return {
        "id": str(job.public_id),
        "kind": job.kind,
        "state": job.state,
        "made_at": job.made_at.isoformat(),
        "finished_at": job.finished_at.isoformat() if job.finished_at else None,
        "result": jobs.get(job.kind).tell(job) if done else {},
        "trouble": {"code": job.trouble.get("code", ""), "message": job.why}
        if job.trouble
        else None,
        "rows": reverse("api_job_rows", args=[job.public_id]) if done else None,
    }


class JobDetail(ApiView):
    scopes: ClassVar = {"GET": "jobs:read"}

    @extend_schema(
        operation_id="jobs_read",
        tags=["jobs"],
        summary="What became of a job",
        description="Ask again while `state` is queued, not more often than once a second.",
        responses={200: JobOut, 404: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        job = services.find(public_id, request.user)
        headers = {"Retry-After": "1"} if job.state == Job.State.QUEUED else None
        return Response(tell(job), headers=headers)


class JobRows(ApiView):
    scopes: ClassVar = {"GET": "jobs:read"}

    @extend_schema(
        operation_id="jobs_rows",
        tags=["jobs"],
        summary="The outcome of each row of a job, as CSV",
        responses={(200, "text/csv"): bytes, 404: PROBLEM, 409: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> StreamingHttpResponse:
        job = services.find(public_id, request.user)
        if job.state != Job.State.DONE:
            raise Conflict(_("This job is not done yet."), code="job_not_done")
        found = StreamingHttpResponse(_lines(job), content_type="text/csv; charset=utf-8")
        found["Content-Disposition"] = f'attachment; filename="job-{job.public_id}.csv"'
        return found


def _lines(job: Job) -> Iterator[str]:
    line = io.StringIO()
    out = csv.writer(line)
    out.writerow(COLUMNS)
    yield line.getvalue()
    for row in jobs.get(job.kind).rows(job):
        line.seek(0)
        line.truncate()
        out.writerow([neutral(row.get(name, "")) for name in COLUMNS])
        yield line.getvalue()
