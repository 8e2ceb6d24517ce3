"""Papers by API: certificates issued and read, statements read, any paper checked."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.services.record import certificates as papers
from enrollment.services.record import statements
from socsec.office.access import require
from socsec.office.api import ApiView, MonthField, Once, purpose
from socsec.office.certificates import Issued
from socsec.office.errors import Invalid, NotFound
from socsec.office.papers_out import pdf_answer
from socsec.office.services import audit
from socsec.office.services import certificates as service

from . import KEY, PROBLEM, PURPOSE, find_person


class PaperOut(serializers.Serializer):
    """A paper: its number, the code that proves it was seen, and what it states."""

    serial = serializers.CharField()
    kind = serializers.CharField()
    code = serializers.CharField()
    fingerprint = serializers.CharField(source="mark")
    issued_on = serializers.DateField()
    valid_until = serializers.DateField(allow_null=True)
    revoked_on = serializers.DateField(allow_null=True)
    url = serializers.CharField()
    facts = serializers.JSONField()


class Certificates(Once, ApiView):
    scopes: ClassVar = {"POST": "certificates:write"}

    class CertificateIn(serializers.Serializer):
        person = serializers.UUIDField()
        kind = serializers.ChoiceField([papers.COVERAGE, papers.PAYMENTS])
        first_month = MonthField(required=False)
        last_month = MonthField(required=False)

    @extend_schema(
        operation_id="certificates_create",
        tags=["certificates"],
        summary="Issue a certificate of coverage or of contributions",
        description="The same facts on the same day give the same certificate. "
        "A certificate of contributions needs first_month and last_month.",
        parameters=[KEY, PURPOSE],
        request=CertificateIn,
        responses={201: PaperOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        asked = self.CertificateIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        purpose(request)

        def act() -> tuple[int, dict[str, Any]]:
            person = find_person(request, said["person"])
            if said["kind"] == papers.COVERAGE:
                made = papers.issue_coverage(by=request.user, person=person)
            else:
                for name in ("first_month", "last_month"):
                    if said.get(name) is None:
                        raise Invalid(_("Name the months."), code="missing", field=name)
                made = papers.issue_contributions(
                    by=request.user,
                    person=person,
                    first_month=said["first_month"],
                    last_month=said["last_month"],
                )
            return 201, PaperOut(made.issued).data

        return self.once(request, act)


def readable(request: Request, serial: str) -> Issued:
    """The paper, if the partner's region covers it; the read is noted with its purpose."""
    why = purpose(request)
    found = service.find(serial)
    if found is None:
        raise NotFound(_("There is no such paper in your region."), code="no_such_paper")
    require(request.user, "certificate.read", found.region)
    if found.person_id is not None:
        audit.read(by=request.user, person_id=found.person_id, reason=why, region=found.region)
    return found


class CertificateDetail(ApiView):
    scopes: ClassVar = {"GET": "certificates:read"}

    @extend_schema(
        operation_id="certificates_read",
        tags=["certificates"],
        summary="A paper that was issued",
        parameters=[PURPOSE],
        responses={200: PaperOut, 404: PROBLEM, 422: PROBLEM},
    )
    def get(self, request: Request, serial: str) -> Response:
        return Response(PaperOut(readable(request, serial)).data)


class PdfRenderer(BaseRenderer):
    """So that a client may ask for application/pdf; the view answers with the file itself."""

    media_type = "application/pdf"
    format = "pdf"


class CertificatePdf(ApiView):
    scopes: ClassVar = {"GET": "certificates:read"}
    renderer_classes: ClassVar = [JSONRenderer, PdfRenderer]

    @extend_schema(
        operation_id="certificates_pdf",
        tags=["certificates"],
        summary="The paper as a PDF, in the language of Accept-Language",
        parameters=[PURPOSE],
        responses={
            (200, "application/pdf"): OpenApiTypes.BINARY,
            404: PROBLEM,
            422: PROBLEM,
        },
    )
    def get(self, request: Request, serial: str) -> Any:
        return pdf_answer(readable(request, serial))


class CertificateCheck(ApiView):
    scopes: ClassVar = {"POST": "certificates:read"}

    class PaperCheckIn(serializers.Serializer):
        serial = serializers.CharField(max_length=40)
        code = serializers.CharField(max_length=40)
        fingerprint = serializers.CharField(max_length=20, required=False, default="")

    class PaperCheckOut(serializers.Serializer):
        verdict = serializers.ChoiceField([(v.value, v.name) for v in service.Verdict])
        kind = serializers.CharField()
        serial = serializers.CharField()
        issued_on = serializers.DateField()
        valid_until = serializers.DateField(allow_null=True)
        shown = serializers.ListField(child=serializers.DictField())

    @extend_schema(
        operation_id="certificates_check",
        tags=["certificates"],
        summary="Whether a paper is true",
        description="Needs the number and the code that stand on it. A POST, so that codes stay "
        "out of addresses and logs. The answer shows what the public page shows.",
        request=PaperCheckIn,
        responses={200: PaperCheckOut, 404: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        asked = self.PaperCheckIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        found = service.check(
            serial=said["serial"], code=said["code"], mark=said["fingerprint"], by=request.user
        )
        return Response(
            {
                "verdict": found.verdict.value,
                "kind": found.issued.kind,
                "serial": found.issued.serial,
                "issued_on": found.issued.issued_on,
                "valid_until": found.issued.valid_until,
                "shown": [
                    {"label": str(label), "value": str(value)} for label, value in found.lines
                ],
            }
        )


class PersonStatement(ApiView):
    scopes: ClassVar = {"GET": "contributions:read"}

    @extend_schema(
        operation_id="people_statement",
        tags=["certificates"],
        summary="A person's yearly statement",
        parameters=[PURPOSE, OpenApiParameter("year", int, OpenApiParameter.PATH)],
        responses={200: PaperOut, 404: OpenApiResponse(description="No statement of that year")},
    )
    def get(self, request: Request, public_id: Any, year: int) -> Response:
        person = find_person(request, public_id)
        found = statements.of_year(person.pk, year)
        if found is None:
            raise NotFound(_("There is no statement of that year."), code="no_statement")
        return Response(PaperOut(found).data)
