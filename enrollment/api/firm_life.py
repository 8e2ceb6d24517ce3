"""An employer's staff list by API, when it rests, and that another takes it over."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment import queries
from enrollment.models import EmployerPause, Employment, Takeover
from enrollment.models.spans import last_day
from enrollment.queries import firms
from enrollment.services.employers import employer as employers
from enrollment.services.employers import takeover
from socsec.office.access import require
from socsec.office.api import ApiView, Once, YuanField

from . import KEY, PROBLEM, find_employer
from .employers import day_of


def _last(row: EmployerPause | Employment) -> str | None:
    end = last_day(row.span)
    return end.isoformat() if end else None


class EmployerStaff(ApiView):
    scopes: ClassVar = {"GET": "people:read"}

    class StaffOut(serializers.Serializer):
        person = serializers.UUIDField(source="person.public_id")
        name = serializers.CharField(source="person.name")
        since = serializers.DateField(source="span.lower")
        until = serializers.SerializerMethodField()

        def get_until(self, row: Employment) -> str | None:
            return _last(row)

    @extend_schema(
        operation_id="employers_staff",
        tags=["declarations"],
        summary="Who stands on an employer's staff list on a day, a page at a time",
        parameters=[
            OpenApiParameter("on", str, description="A day; today unless said"),
            OpenApiParameter("limit", int),
            OpenApiParameter("cursor", str),
        ],
        responses={200: StaffOut(many=True), 404: PROBLEM, 422: PROBLEM},
    )
    def get(self, request: Request, code: str) -> Response:
        require(request.user, "coverage.read")
        on = day_of(request.query_params.get("on", ""))
        rows = queries.staff(find_employer(request, code).pk, on)
        return self.page(rows, self.StaffOut, ("person_id", "pk"))


class PauseOut(serializers.ModelSerializer):
    """A rest of an employer; `until` is its last day."""

    since = serializers.DateField(source="span.lower")
    until = serializers.SerializerMethodField()

    class Meta:
        model = EmployerPause
        fields: ClassVar = ["since", "until", "reason"]

    def get_until(self, row: EmployerPause) -> str | None:
        return _last(row)


class EmployerRests(Once, ApiView):
    scopes: ClassVar = {"GET": "contributions:read", "POST": "employers:write"}

    class RestIn(serializers.Serializer):
        since = serializers.DateField()
        reason = serializers.CharField(max_length=200)

    @extend_schema(
        operation_id="employers_rests_list",
        tags=["declarations"],
        summary="When an employer rested, the latest first",
        responses={200: PauseOut(many=True), 404: PROBLEM},
    )
    def get(self, request: Request, code: str) -> Response:
        require(request.user, "employer.read")
        rows = firms.pauses(find_employer(request, code).pk)
        return Response({"results": PauseOut(rows, many=True).data})

    @extend_schema(
        operation_id="employers_rests_create",
        tags=["declarations"],
        summary="Let an employer that employs nobody rest from a day on",
        parameters=[KEY],
        request=RestIn,
        responses={201: PauseOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, code: str) -> Response:
        asked = self.RestIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data

        def act() -> tuple[int, Any]:
            employer = find_employer(request, code)
            made = employers.suspend(
                by=request.user, employer=employer, from_=said["since"], reason=said["reason"]
            )
            return 201, PauseOut(made).data

        return self.once(request, act)


class EmployerRestEnd(Once, ApiView):
    scopes: ClassVar = {"POST": "employers:write"}

    class ResumeIn(serializers.Serializer):
        since = serializers.DateField(help_text="The first day on which it works again")

    @extend_schema(
        operation_id="employers_rests_end",
        tags=["declarations"],
        summary="End the rest of an employer",
        parameters=[KEY],
        request=ResumeIn,
        responses={201: PauseOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, code: str) -> Response:
        asked = self.ResumeIn(data=request.data)
        asked.is_valid(raise_exception=True)

        def act() -> tuple[int, Any]:
            employer = find_employer(request, code)
            from_ = asked.validated_data["since"]
            return 201, PauseOut(
                employers.resume(by=request.user, employer=employer, from_=from_)
            ).data

        return self.once(request, act)


class TakeoverOut(serializers.ModelSerializer):
    predecessor = serializers.CharField(source="predecessor.credit_code")
    successor = serializers.CharField(source="successor.credit_code")
    debt = YuanField()

    class Meta:
        model = Takeover
        fields: ClassVar = ["predecessor", "successor", "on", "document", "state", "people", "debt"]


class EmployerTakeovers(Once, ApiView):
    scopes: ClassVar = {"GET": "contributions:read", "POST": "employers:write"}

    class TakeoverIn(serializers.Serializer):
        successor = serializers.CharField(max_length=40)
        on = serializers.DateField(help_text="The first day of a month, with the successor")
        document = serializers.CharField(max_length=200)

    @extend_schema(
        operation_id="employers_takeovers_list",
        tags=["declarations"],
        summary="Takeovers in which an employer has part, the latest first",
        responses={200: TakeoverOut(many=True), 404: PROBLEM},
    )
    def get(self, request: Request, code: str) -> Response:
        require(request.user, "employer.read")
        rows = firms.takeovers(find_employer(request, code).pk)
        return Response({"results": TakeoverOut(rows, many=True).data})

    @extend_schema(
        operation_id="employers_takeovers_create",
        tags=["declarations"],
        summary="Report that another employer takes this one over; an officer carries it out",
        parameters=[KEY],
        request=TakeoverIn,
        responses={201: TakeoverOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, code: str) -> Response:
        asked = self.TakeoverIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data

        def act() -> tuple[int, Any]:
            made = takeover.propose(
                by=request.user,
                predecessor=find_employer(request, code),
                successor=find_employer(request, said["successor"]),
                on=said["on"],
                document=said["document"],
            )
            return 201, TakeoverOut(made).data

        return self.once(request, act)
