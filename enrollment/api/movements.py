"""Records that move between regions, as a partner asks for them and follows them."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment import queries
from enrollment.models import Keep, Movement
from enrollment.services import movements
from funds.models import Branch
from socsec.office.access import require
from socsec.office.api import ApiView, MonthField, Once, YuanField, purpose
from socsec.office.errors import NotFound
from socsec.office.models import Case
from socsec.office.papers_out import pdf_answer
from socsec.office.services import audit
from socsec.office.services import certificates as papers

from . import KEY, PROBLEM, PURPOSE, find_person
from .certificates import PdfRenderer

KEEPS = {"old": Keep.OLD, "new": Keep.NEW}
BRANCHES = {Branch(number).name.lower(): Branch(number) for number in movements.MOVABLE}


class StepOut(serializers.Serializer):
    step = serializers.CharField()
    number = serializers.CharField(source="case.number")
    state = serializers.CharField(source="case.state")
    region = serializers.CharField(source="case.region_id")
    due_on = serializers.DateField(source="case.due_on")


class MovementOut(serializers.ModelSerializer):
    id = serializers.UUIDField(source="public_id")
    person = serializers.UUIDField(source="person.public_id")
    branch = serializers.SerializerMethodField()
    months_attested = serializers.IntegerField(source="months")
    steps = StepOut(many=True, source="steps.all")
    ended_on = serializers.DateField(
        source="ended.last_day",
        default=None,
        allow_null=True,
        help_text="Last day of the coverage at the old place that the attestation ended",
    )

    left_on = serializers.DateField(
        allow_null=True, help_text="Last day of work by the employer's own certificate"
    )

    class Meta:
        model = Movement
        fields: ClassVar = [
            "id",
            "person",
            "branch",
            "from_region",
            "to_region",
            "state",
            "months_attested",
            "serial",
            "left_on",
            "ended_on",
            "money",
            "requested_on",
            "attested_on",
            "done_on",
            "steps",
        ]

    def get_branch(self, row: Movement) -> str:
        return Branch(row.branch).name.lower()


def find(request: Request, public_id: Any) -> Movement:
    """The movement, if the partner's region is on either side; the look is noted."""
    why = purpose(request)
    require(request.user, "case.read")
    found = (
        queries.movements(request.user)
        .prefetch_related("steps__case")
        .filter(public_id=public_id)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such movement."), code="no_movement")
    audit.record(
        by=request.user,
        act="person.read",
        subject=("person", found.person_id),
        person_id=found.person_id,
        region=found.to_region,
        reason=why,
    )
    return found


class Movements(Once, ApiView):
    scopes: ClassVar = {"GET": "movements:read", "POST": "movements:write"}

    class MovementIn(serializers.Serializer):
        resident_id = serializers.CharField(max_length=40)
        branch = serializers.ChoiceField(choices=sorted(BRANCHES))
        to_region = serializers.CharField(max_length=6)
        household_region = serializers.CharField(max_length=6)
        from_region = serializers.CharField(max_length=6, required=False, default="")
        transferred = serializers.BooleanField(required=False, default=False)
        keep = serializers.ChoiceField(choices=sorted(KEEPS), required=False, default="new")

    @extend_schema(
        operation_id="movements_create",
        tags=["movements"],
        summary="Ask for a person's record to move to another region",
        description="The partner's region must be the old place or the new one.",
        parameters=[KEY],
        request=MovementIn,
        responses={201: MovementOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        asked = self.MovementIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = dict(asked.validated_data)

        def act() -> tuple[int, Any]:
            person = queries.by_resident_id(said.pop("resident_id"))
            if person is None:
                raise NotFound(
                    _("Nobody with this number is registered."),
                    code="no_such_person",
                    field="resident_id",
                )
            made = movements.ask(
                by=request.user,
                person=person,
                channel=Case.Channel.API,
                **{**said, "branch": BRANCHES[said["branch"]], "keep": KEEPS[said["keep"]]},
            )
            return 201, {**MovementOut(Movement.objects.get(pk=made.pk)).data}

        return self.once(request, act)

    @extend_schema(
        operation_id="movements_list",
        tags=["movements"],
        summary="Movements from and to the partner's region, newest first",
        parameters=[
            OpenApiParameter("state", str),
            OpenApiParameter("limit", int),
            OpenApiParameter("cursor", str),
        ],
        responses={200: MovementOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        require(request.user, "case.read")
        rows = queries.movements(request.user).prefetch_related("steps__case")
        if state := request.query_params.get("state"):
            rows = rows.filter(state=state)
        return self.page(rows, MovementOut, ("-pk",))


class MovementDetail(ApiView):
    scopes: ClassVar = {"GET": "movements:read"}

    @extend_schema(
        operation_id="movements_read",
        tags=["movements"],
        summary="A movement, with the clock of each step",
        parameters=[PURPOSE],
        responses={200: MovementOut, 404: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        return Response(MovementOut(find(request, public_id)).data)


class MonthMovedOut(serializers.Serializer):
    month = MonthField()
    base = YuanField()
    region = serializers.CharField()
    resident = serializers.BooleanField()
    deemed = serializers.BooleanField()
    overlaps = serializers.BooleanField()
    counts = serializers.BooleanField()


class MovementMonths(ApiView):
    scopes: ClassVar = {"GET": "movements:read"}

    @extend_schema(
        operation_id="movements_months",
        tags=["movements"],
        summary="The attested months, readable at both places",
        parameters=[PURPOSE],
        responses={200: MonthMovedOut(many=True), 404: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        rows = queries.statement(find(request, public_id))
        return Response({"results": MonthMovedOut(rows, many=True).data})


class MovementCertificate(ApiView):
    scopes: ClassVar = {"GET": "movements:read"}
    renderer_classes: ClassVar = [JSONRenderer, PdfRenderer]

    @extend_schema(
        operation_id="movements_certificate",
        tags=["movements"],
        summary="The certificate of the old place as a PDF, for either office",
        parameters=[PURPOSE],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY, 404: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Any:
        issued = papers.find(find(request, public_id).serial)
        if issued is None:
            raise NotFound(_("No certificate is issued yet."), code="no_certificate")
        return pdf_answer(issued)


class MovementLeaving(Once, ApiView):
    scopes: ClassVar = {"POST": "movements:write"}

    class LeavingIn(serializers.Serializer):
        last_day = serializers.DateField()
        document = serializers.CharField(max_length=120)

    @extend_schema(
        operation_id="movements_leaving",
        tags=["movements"],
        summary="Take down the certificate of leaving that a silent employer gave the person",
        description="At the old place, before it attests the record; the attestation by two of its"
        " office then ends the employment. The employer's own days to report it come first.",
        parameters=[KEY, PURPOSE],
        request=LeavingIn,
        responses={201: MovementOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        asked = self.LeavingIn(data=request.data)
        asked.is_valid(raise_exception=True)
        movement = find(request, public_id)

        def act() -> tuple[int, Any]:
            movements.note_leaving(by=request.user, movement=movement, **asked.validated_data)
            return 201, {**MovementOut(Movement.objects.get(pk=movement.pk)).data}

        return self.once(request, act)


class PersonMovements(ApiView):
    scopes: ClassVar = {"GET": "movements:read"}

    @extend_schema(
        operation_id="people_movements",
        tags=["movements"],
        summary="A person's movements, newest first",
        parameters=[PURPOSE],
        responses={200: MovementOut(many=True), 404: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        rows = queries.movements_of(find_person(request, public_id).pk)
        return Response({"results": MovementOut(rows, many=True).data})
