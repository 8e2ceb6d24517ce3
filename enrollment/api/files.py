"""What employers hand in as spreadsheets, by API: a job to ask about, and rows that wait."""

import io
from typing import Any, ClassVar

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.models import Upload
from enrollment.services.employers import uploads
from socsec.kernel.months import parse_month
from socsec.office.api import ApiView, Once
from socsec.office.api.idempotency import file_fingerprint
from socsec.office.api.jobs import JobOut
from socsec.office.api.jobs import tell as tell_job
from socsec.office.errors import Invalid
from socsec.office.spreadsheets import XLSX

from . import KEY, PROBLEM, find_employer


class FileParser(BaseParser):
    """Takes a file as it is, of bounded size; the service reads it."""

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Any = None
    ) -> bytes:
        content: bytes = stream.read(uploads.LARGEST + 1)
        if len(content) > uploads.LARGEST:
            raise Invalid(
                _("The file is larger than 20 MB. Divide the rows among several files."),
                code="file_too_large",
            )
        return content


class XlsxFile(FileParser):
    media_type = XLSX


class CsvFile(FileParser):
    media_type = "text/csv"


class EmployerFiles(Once, ApiView):
    """What an employer hands in as a spreadsheet: a job to ask about, and rows that wait for us."""

    scopes: ClassVar = {"POST": "declarations:write"}
    parser_classes: ClassVar = [XlsxFile, CsvFile]

    @extend_schema(
        operation_id="uploads_create",
        tags=["declarations"],
        summary="Hand in a spreadsheet of wages or of staff changes",
        description=(
            "The file is read by a job, whose address is in Location. Good rows wait until the "
            "office has approved them, bad ones are returned with a reason each; both stand in "
            "the rows of the job. The same file twice is a 409."
        ),
        parameters=[
            KEY,
            OpenApiParameter("employer", str, required=True, description="Credit code"),
            OpenApiParameter("kind", str, required=True, enum=list(Upload.Kind.values)),
            OpenApiParameter("month", str, description="For wages, as YYYY-MM"),
            OpenApiParameter("heads", int, description="People employed in the month"),
        ],
        request={XLSX: bytes, "text/csv": bytes},
        responses={202: JobOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        content = request.data if isinstance(request.data, bytes) else b""
        asked = request.query_params
        kind = asked.get("kind", "")
        if kind not in Upload.Kind.values:
            raise Invalid(_("Say what the file holds."), code="no_kind", field="kind")
        heads = asked.get("heads", "")
        if heads and not (heads.isascii() and heads.isdigit() and len(heads) < 9):
            raise Invalid(
                _("Write a whole number in digits, such as 12"), code="not_whole", field="heads"
            )

        def act() -> tuple[int, dict[str, Any]]:
            employer = find_employer(request, asked.get("employer", ""))
            _upload, job = uploads.hand_in(
                by=request.user,
                employer=employer,
                kind=kind,
                file=io.BytesIO(content),
                filename="",
                channel=Upload.Channel.API,
                month=parse_month(asked.get("month", "")) if kind == Upload.Kind.WAGES else 0,
                heads=int(heads) if heads else None,
            )
            return 202, tell_job(job)

        said = self.once(
            request, act, file_fingerprint(request, request.get_full_path().encode() + content)
        )
        said["Location"] = reverse("api_job", args=[said.data["id"]])
        return said
