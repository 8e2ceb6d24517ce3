"""A person's assistance as partners see it: as what they are recognised, what is granted, and what a
school, a hospital, a shelter or a care provider asks for or reports on their behalf."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assistance import queries
from assistance.models import Application, Circumstance, GrantState, What
from assistance.queries import GrantNow
from assistance.rules.facts import Standing
from assistance.services import applying, watching
from socsec.office.access import require
from socsec.office.api import KEY, PROBLEM, PURPOSE, ApiView, MonthField, Once, YuanField
from socsec.office.errors import NotFound
from socsec.office.models import Case

from .common import find_person

STANDINGS = [each.name.lower() for each in Standing]
STATES = [each.name.lower() for each in GrantState]


class RecognitionOut(serializers.Serializer):
    """As what somebody is recognised; other departments need not examine it again."""

    standing = serializers.SerializerMethodField()
    region = serializers.CharField()
    since = serializers.DateField()
    until = serializers.DateField(allow_null=True)

    def get_standing(self, row: Any) -> str:
        return Standing.read(row.standing).name.lower()


class PersonRecognitions(ApiView):
    scopes: ClassVar = {"GET": "recognitions:read"}

    @extend_schema(
        operation_id="people_recognitions",
        tags=["assistance"],
        summary="As what a person is recognised today",
        description=(
            "Households in extreme hardship, with the minimum living guarantee, near-poor or with "
            "rigid expenditure: shared between departments (社会救助法 art. 42). Empty if none."
        ),
        parameters=[PURPOSE],
        responses={200: RecognitionOut(many=True), 404: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        rows = queries.recognitions_of(find_person(request, public_id).pk)
        return Response({"results": RecognitionOut(rows, many=True).data})


class GrantOut(serializers.Serializer):
    """A grant as it stands."""

    id = serializers.UUIDField(source="grant.public_id")
    programme = serializers.CharField(source="grant.programme.slug")
    region = serializers.CharField(source="grant.region")
    state = serializers.SerializerMethodField()
    from_month = MonthField(source="grant.from_month")
    until_month = MonthField(source="grant.until_month", allow_null=True)
    amount = YuanField()

    def get_state(self, row: GrantNow) -> str:
        return GrantState(row.grant.state).name.lower()


class AssistanceCaseOut(serializers.Serializer):
    """An application that was received: its number, and by when it is decided."""

    number = serializers.CharField(source="case.number")
    programme = serializers.CharField(source="programme.slug")
    state = serializers.CharField(source="case.state")
    received_on = serializers.DateField(source="case.received_on")
    due_on = serializers.DateField(source="case.due_on")


class PersonAssistance(Once, ApiView):
    scopes: ClassVar = {"GET": "assistance:read", "POST": "assistance:write"}

    class AssistanceIn(serializers.Serializer):
        programme = serializers.SlugField(max_length=32)
        rural = serializers.BooleanField(required=False, default=False)
        stated = serializers.DictField(
            child=serializers.JSONField(),
            required=False,
            default=dict,
            help_text="Facts of the programme's rule, in natural units",
        )
        event = serializers.CharField(required=False, default="", allow_blank=True, max_length=120)
        event_on = serializers.DateField(required=False, allow_null=True, default=None)

    @extend_schema(
        operation_id="people_assistance",
        tags=["assistance"],
        summary="A person's grants, those that ended included",
        parameters=[PURPOSE],
        responses={200: GrantOut(many=True), 404: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        require(request.user, "benefit.read")
        rows = queries.drawn_by(find_person(request, public_id).pk)
        return Response({"results": GrantOut(rows, many=True).data})

    @extend_schema(
        operation_id="people_assistance_apply",
        tags=["assistance"],
        summary="Hand in an application on a person's behalf",
        description=(
            "By those whom the person entrusted, such as a school, a hospital or a shelter "
            "(社会救助法 art. 37). Who has an open application gets that one again."
        ),
        parameters=[PURPOSE, KEY],
        request=AssistanceIn,
        responses={201: AssistanceCaseOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        asked = self.AssistanceIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        person = find_person(request, public_id)

        def act() -> tuple[int, Any]:
            made: Application = applying.apply(
                by=request.user, person=person, channel=Case.Channel.API, **said
            )
            return 201, AssistanceCaseOut(made).data

        return self.once(request, act)


class CircumstanceOut(serializers.ModelSerializer):
    """What was reported, by when it is settled, and whether it is."""

    id = serializers.UUIDField(source="public_id")
    settled = serializers.SerializerMethodField()

    class Meta:
        model = Circumstance
        fields: ClassVar = ["id", "what", "happened_on", "due_on", "settled"]

    def get_settled(self, row: Circumstance) -> bool:
        return row.settled_at is not None


class GrantReports(Once, ApiView):
    scopes: ClassVar = {"POST": "assistance:write"}

    class ReportIn(serializers.Serializer):
        what = serializers.ChoiceField([each for each in What.values if each != What.REVIEW])
        happened_on = serializers.DateField()
        text = serializers.CharField(required=False, default="", allow_blank=True, max_length=500)

    @extend_schema(
        operation_id="grants_report",
        tags=["assistance"],
        summary="Report a change of circumstances of a household with a grant",
        parameters=[PURPOSE, KEY],
        request=ReportIn,
        responses={201: CircumstanceOut, 404: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        asked = self.ReportIn(data=request.data)
        asked.is_valid(raise_exception=True)
        grant = queries.grants(request.user).filter(public_id=public_id).first()
        if grant is None:
            raise NotFound(_("There is no such grant."), code="no_grant")
        find_person(request, grant.person.public_id)

        def act() -> tuple[int, Any]:
            made = watching.report(by=request.user, grant=grant, **asked.validated_data)
            return 201, CircumstanceOut(made).data

        return self.once(request, act)
