"""Claims for a pension as a partner hands them in: opened, looked at, papers added. People decide."""

import base64
import binascii
from typing import Any, ClassVar

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from funds.models import Scheme
from pensions import queries
from pensions.models import Category, PensionClaim
from pensions.services import claim as claims
from pensions.services.conditions import paid_twice
from socsec.office.access import require
from socsec.office.api import KEY, PROBLEM, PURPOSE, ApiView, MonthField, Once, purpose
from socsec.office.errors import Invalid, NotFound
from socsec.office.models import Case, CaseDocument
from socsec.office.services import audit
from socsec.office.services import case as cases

from .common import find_person

SCHEMES = {each.name.lower(): each for each in Scheme}
# Without their content, which nobody reads here.
PAPERS = Prefetch("case__documents", CaseDocument.objects.defer("content"))
WORK = {each.name.lower(): each for each in Category}


class PensionClaimOut(serializers.ModelSerializer):
    """A claim as it stands. `reasons` of a refusal are the conditions that are not met."""

    number = serializers.CharField(source="case.number")
    person = serializers.UUIDField(source="person.public_id")
    scheme = serializers.SerializerMethodField()
    work = serializers.SerializerMethodField()
    start_month = MonthField()
    state = serializers.CharField(source="case.state")
    received_on = serializers.DateField(source="case.received_on")
    due_on = serializers.DateField(source="case.due_on")
    reasons = serializers.ListField(child=serializers.DictField(), source="case.reasons")
    papers = serializers.SerializerMethodField()

    class Meta:
        model = PensionClaim
        fields: ClassVar = [
            *("number", "person", "scheme", "work", "start_month", "flexible", "region"),
            *("state", "received_on", "due_on", "reasons", "papers"),
        ]

    def get_scheme(self, row: PensionClaim) -> str:
        return Scheme(row.scheme).name.lower()

    def get_work(self, row: PensionClaim) -> str:
        return "" if row.category is None else Category(row.category).name.lower()

    def get_papers(self, row: PensionClaim) -> list[str]:
        return [paper.label or paper.name for paper in row.case.documents.all()]


class PensionClaimDetailOut(PensionClaimOut):
    """One claim, with the years that keep it waiting because they were paid twice."""

    years_paid_twice = serializers.SerializerMethodField()

    class Meta(PensionClaimOut.Meta):
        fields: ClassVar = [*PensionClaimOut.Meta.fields, "years_paid_twice"]

    def get_years_paid_twice(self, row: PensionClaim) -> list[int]:
        return paid_twice(row.person_id) if row.open else []


def shown(claim: PensionClaim) -> dict[str, Any]:
    return dict(PensionClaimDetailOut(PensionClaim.objects.get(pk=claim.pk)).data)


def find(request: Request, number: str) -> PensionClaim:
    """The claim, if the partner's region handles it; the look is noted with its purpose."""
    require(request.user, "case.read")
    why = purpose(request)
    found = queries.claims(request.user).filter(case__number=number).first()
    if found is None:
        raise NotFound(_("There is no such claim."), code="no_claim")
    audit.read(by=request.user, person_id=found.person_id, reason=why, region=found.region)
    return found


class PensionClaims(Once, ApiView):
    scopes: ClassVar = {"GET": "claims:read", "POST": "claims:write"}

    class PensionClaimIn(serializers.Serializer):
        scheme = serializers.ChoiceField(choices=sorted(SCHEMES), default="employees")
        work = serializers.ChoiceField(
            choices=sorted(WORK),
            required=False,
            help_text="By which original age the person retires; none for a resident.",
        )
        start_month = MonthField()
        flexible = serializers.BooleanField(required=False, default=False)

    @extend_schema(
        operation_id="people_pension_claims",
        tags=["pensions"],
        summary="A person's claims for a pension, the latest first",
        parameters=[PURPOSE],
        responses={200: PensionClaimOut(many=True), 404: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        require(request.user, "case.read")
        rows = queries.claims_of(find_person(request, public_id).pk).prefetch_related(PAPERS)
        return Response({"results": PensionClaimOut(rows, many=True).data})

    @extend_schema(
        operation_id="people_pension_claims_create",
        tags=["pensions"],
        summary="Claim a pension for a person",
        description=(
            "Received with the statutory clock; two officers decide. Who has an open claim gets"
            " that one again."
        ),
        parameters=[KEY, PURPOSE],
        request=PensionClaimIn,
        responses={201: PensionClaimDetailOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        asked = self.PensionClaimIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        person = find_person(request, public_id)

        def act() -> tuple[int, Any]:
            made = claims.open_claim(
                by=request.user,
                person=person,
                scheme=SCHEMES[said["scheme"]],
                category=WORK[said["work"]] if "work" in said else None,
                start_month=said["start_month"],
                flexible=said["flexible"],
                channel=Case.Channel.API,
            )
            return 201, shown(made)

        return self.once(request, act)


class PensionClaimList(ApiView):
    scopes: ClassVar = {"GET": "claims:read"}

    @extend_schema(
        operation_id="pension_claims_list",
        tags=["pensions"],
        summary="Claims for a pension in the partner's region, newest first",
        parameters=[
            OpenApiParameter("state", str),
            OpenApiParameter("limit", int),
            OpenApiParameter("cursor", str),
        ],
        responses={200: PensionClaimOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        require(request.user, "case.read")
        rows = queries.claims(request.user).prefetch_related(PAPERS)
        if state := request.query_params.get("state"):
            rows = rows.filter(case__state=state)
        return self.page(rows, PensionClaimOut, ("-pk",))


class PensionClaimDetail(ApiView):
    scopes: ClassVar = {"GET": "claims:read"}

    @extend_schema(
        operation_id="pension_claims_read",
        tags=["pensions"],
        summary="A claim: where it stands, until when it is decided, why it was refused",
        parameters=[PURPOSE],
        responses={200: PensionClaimDetailOut, 404: PROBLEM},
    )
    def get(self, request: Request, number: str) -> Response:
        return Response(PensionClaimDetailOut(find(request, number)).data)


class PensionClaimPapers(Once, ApiView):
    scopes: ClassVar = {"POST": "claims:write"}

    class ClaimPaperIn(serializers.Serializer):
        name = serializers.CharField(max_length=120)
        what = serializers.CharField(max_length=80, required=False, default="")
        content = serializers.CharField(help_text="PDF, PNG or JPEG in base64, at most 10 MB")

    @extend_schema(
        operation_id="pension_claims_add_paper",
        tags=["pensions"],
        summary="Add a paper to an open claim",
        description="The same file again is one paper.",
        parameters=[KEY, PURPOSE],
        request=ClaimPaperIn,
        responses={201: PensionClaimDetailOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, number: str) -> Response:
        asked = self.ClaimPaperIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        try:
            content = base64.b64decode(said["content"], validate=True)
        except (binascii.Error, ValueError) as error:
            raise Invalid(
                _("A paper is sent in base64."), code="not_base64", field="content"
            ) from error
        held = find(request, number)

        def act() -> tuple[int, Any]:
            cases.attach(
                case_id=held.pk,
                by=request.user,
                name=said["name"],
                content=content,
                label=said["what"],
            )
            return 201, shown(held)

        return self.once(request, act)
