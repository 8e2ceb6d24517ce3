"""An employer by API: as it is or was on a day, and what it owes."""

from datetime import date
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.models import EmployerRequest
from enrollment.queries import firms
from enrollment.services.employers import requests
from enrollment.services.employers.employer import enroll, standing
from funds.models import Branch
from socsec.kernel.months import format_month, month_of
from socsec.office.access import require
from socsec.office.api import ApiView, Once, YuanField
from socsec.office.errors import Invalid, NotFound
from socsec.office.models import Case

from . import KEY, PROBLEM, find_employer
from .collection import partner


class EmployerOut(serializers.Serializer):
    """An employer as a partner sees it: no account, no telephone number."""

    credit_code = serializers.CharField()
    name = serializers.CharField()
    region = serializers.CharField()
    registered = serializers.DateField()
    cancelled = serializers.DateField(allow_null=True)
    rests = serializers.BooleanField()
    people = serializers.IntegerField()
    owed = serializers.DictField(child=YuanField())
    undeclared = serializers.ListField(child=serializers.CharField())


class Employers(Once, ApiView):
    scopes: ClassVar = {"POST": "employers:write"}

    class EmployerIn(serializers.Serializer):
        credit_code = serializers.CharField(max_length=40)
        name = serializers.CharField(max_length=120)
        region = serializers.CharField(max_length=6)
        opened_on = serializers.DateField()
        document = serializers.CharField(max_length=120, required=False)
        address = serializers.CharField(max_length=200, required=False)
        contact = serializers.CharField(max_length=60, required=False)
        phone = serializers.CharField(max_length=30, required=False)
        bank = serializers.CharField(max_length=60, required=False)
        account = serializers.CharField(max_length=40, required=False)

    class Registered(serializers.Serializer):
        """An employer as it was registered."""

        credit_code = serializers.CharField()
        name = serializers.CharField()
        region = serializers.CharField()
        registered = serializers.DateField(source="opened_on")

    @extend_schema(
        operation_id="employers_create",
        tags=["declarations"],
        summary="Register an employer, such as one that the business register has just entered",
        parameters=[KEY],
        request=EmployerIn,
        responses={201: Registered, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        asked = self.EmployerIn(data=request.data)
        asked.is_valid(raise_exception=True)

        def act() -> tuple[int, Any]:
            made = enroll(by=request.user, **asked.validated_data)
            return 201, self.Registered(made).data

        return self.once(request, act)


class EmployerRequests(Once, ApiView):
    """An employer's applications to change or to cancel its registration."""

    scopes: ClassVar = {"GET": "contributions:read", "POST": "employers:write"}

    class EmployerRequestIn(serializers.Serializer):
        sort = serializers.ChoiceField(choices=EmployerRequest.Sort.values)
        day = serializers.DateField()
        document = serializers.CharField(max_length=120, required=False, default="")
        name = serializers.CharField(max_length=120, required=False)
        address = serializers.CharField(max_length=200, required=False)
        contact = serializers.CharField(max_length=60, required=False)
        phone = serializers.CharField(max_length=30, required=False)
        bank = serializers.CharField(max_length=60, required=False)
        account = serializers.CharField(max_length=40, required=False)

    class EmployerRequestOut(serializers.Serializer):
        number = serializers.CharField(source="case.number")
        sort = serializers.CharField()
        state = serializers.CharField(source="case.state")
        day = serializers.DateField()
        received_on = serializers.DateField(source="case.received_on")
        due_on = serializers.DateField(source="case.due_on")

    @extend_schema(
        operation_id="employers_requests_create",
        tags=["declarations"],
        summary="Apply to change or to cancel a registration; decided within ten working days",
        parameters=[KEY],
        request=EmployerRequestIn,
        responses={201: EmployerRequestOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, code: str) -> Response:
        asked = self.EmployerRequestIn(data=request.data)
        asked.is_valid(raise_exception=True)

        def act() -> tuple[int, Any]:
            employer = find_employer(request, code)
            made = requests.ask(
                by=partner(request),
                employer=employer,
                channel=Case.Channel.API,
                **asked.validated_data,
            )
            return 201, self.EmployerRequestOut(made).data

        return self.once(request, act)

    @extend_schema(
        operation_id="employers_requests_list",
        tags=["declarations"],
        summary="An employer's applications, newest first, each with its clock",
        responses={200: EmployerRequestOut(many=True), 404: PROBLEM},
    )
    def get(self, request: Request, code: str) -> Response:
        require(request.user, "employer.read")
        rows = find_employer(request, code).requests.select_related("case")[:100]
        return Response({"results": self.EmployerRequestOut(rows, many=True).data})


class EmployerRequestEnd(Once, ApiView):
    """An application is taken back before it is decided."""

    scopes: ClassVar = {"POST": "employers:write"}

    @extend_schema(
        operation_id="employers_requests_withdraw",
        tags=["declarations"],
        summary="Take an application back that nobody has decided yet",
        parameters=[KEY],
        request=None,
        responses={201: EmployerRequests.EmployerRequestOut, 404: PROBLEM, 409: PROBLEM},
    )
    def post(self, request: Request, code: str, number: str) -> Response:
        def act() -> tuple[int, Any]:
            employer = find_employer(request, code)
            asked = employer.requests.select_related("case").filter(case__number=number).first()
            if asked is None:
                raise NotFound(_("There is no such application."), code="no_request")
            requests.withdraw(
                by=partner(request), request=asked, text=str(_("Withdrawn by a partner system."))
            )
            asked.case.refresh_from_db()
            return 201, EmployerRequests.EmployerRequestOut(asked).data

        return self.once(request, act)


class EmployerDetail(ApiView):
    scopes: ClassVar = {"GET": "contributions:read"}

    @extend_schema(
        operation_id="employers_read",
        tags=["declarations"],
        summary="An employer as it is or was on a day, and what it owes today",
        parameters=[OpenApiParameter("on", date, description="A day; today unless said")],
        responses={200: EmployerOut, 404: PROBLEM, 422: PROBLEM},
    )
    def get(self, request: Request, code: str) -> Response:
        require(request.user, "employer.read")
        employer = find_employer(request, code)
        on = day_of(request.query_params.get("on", ""))
        details = firms.details_as_of(employer.pk, on)
        now = standing(employer, month_of(timezone.localdate()) - 1)
        found: dict[str, Any] = {
            "credit_code": employer.credit_code,
            "name": details.name if details else employer.name,
            "region": employer.region,
            "registered": employer.opened_on,
            "cancelled": employer.closed_on,
            "rests": firms.resting(employer.pk, on) is not None,
            "people": firms.staff_on(employer.pk, on),
            "owed": {Branch(branch).name.lower(): fen for branch, fen in now.owed.items()},
            "undeclared": [format_month(month) for month in now.undeclared],
        }
        return Response(EmployerOut(found).data)


def day_of(text: str) -> date:
    try:
        return date.fromisoformat(text) if text else timezone.localdate()
    except ValueError:
        raise Invalid(_("Write the day as YYYY-MM-DD."), code="not_a_date", field="on") from None
