"""What providers tell and ask about stays paid by group: each one's group, what it came to, the year."""

from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from medical.models import CaseGroup, CasePayment, CaseYear, Encounter
from medical.queries import cases
from medical.rules.cases import CaseFacts
from medical.services.grouping import stays
from socsec.kernel.units import UNITS
from socsec.office.api import PROBLEM, MonthField, YuanField
from socsec.office.errors import NotFound
from socsec.office.models import User

from .messages import Done, Message, ProviderView, message, read
from .shapes import MsgIdField
from .statements import SignedYuanField


@extend_schema_field({"type": "string", "pattern": r"^-?\d+(\.\d{1,4})?$", "example": "1.6"})
class PointsField(serializers.Field):
    """A weight, a score or points, with at most four decimals."""

    def to_representation(self, value: int) -> Any:
        return UNITS["points"].natural(value)


class StayGroupIn(serializers.Serializer):
    msgid = MsgIdField()
    group = serializers.CharField(max_length=30, help_text="Its code in the list of the year")


class StayGroupOut(serializers.Serializer):
    number = serializers.CharField(source="encounter.number")
    group = serializers.CharField(source="code")


class CaseGroupOut(serializers.ModelSerializer):
    weight = PointsField()
    mean = YuanField()

    class Meta:
        model = CaseGroup
        fields: ClassVar = ["code", "name", "weight", "mean", "stable"]


class CasePaymentOut(serializers.ModelSerializer):
    """A further one of the same stay adds the difference to those before it."""

    visit = serializers.CharField(source="encounter.number")
    group = serializers.CharField(source="code", help_text="Empty: it had none")
    month = MonthField()
    points = PointsField()
    standard = SignedYuanField()
    others = SignedYuanField()
    due = SignedYuanField()
    billed = SignedYuanField()
    difference = SignedYuanField()
    facts = serializers.SerializerMethodField(help_text="What it was worked out from")

    class Meta:
        model = CasePayment
        fields: ClassVar = [
            *("visit", "group", "month", "year", "points", "standard", "others", "due"),
            *("billed", "difference", "facts"),
        ]

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_facts(self, row: CasePayment) -> Any:
        return CaseFacts(**row.facts).as_json()


class CaseYearOut(serializers.ModelSerializer):
    scheme = serializers.IntegerField(source="fund.scheme")
    points = PointsField()
    others = SignedYuanField()
    billed = SignedYuanField()
    differences = SignedYuanField()
    worth = SignedYuanField()
    final = SignedYuanField()
    difference = SignedYuanField()

    class Meta:
        model = CaseYear
        fields: ClassVar = [
            *("year", "scheme", "stays", "points", "others", "billed", "differences", "worth"),
            *("final", "difference"),
        ]


class YearIn(serializers.Serializer):
    year = serializers.IntegerField(min_value=2019, max_value=2100, required=False)


@message(
    "group",
    "visit_group",
    "Tell the group of a stay that has ended; told again, the last counts",
    reads=StayGroupIn,
    answers=StayGroupOut,
)
class VisitGroup(Message):
    def do(self, by: User, subject: Encounter, said: dict[str, Any]) -> Done:
        told = stays.tell(by=by, encounter=subject, code=said["group"])
        return StayGroupOut(told).data, subject


class StayGroups(ProviderView):
    scopes: ClassVar = {"GET": "bills:read"}

    @extend_schema(
        operation_id="stay_groups",
        tags=["medical"],
        summary="The groups in force for stays of a year, with weights or scores",
        parameters=[OpenApiParameter("year", int, description="This year, if it is left out")],
        responses={200: CaseGroupOut(many=True), 403: PROBLEM, 404: PROBLEM, 422: PROBLEM},
    )
    def get(self, request: Request) -> Response:
        year = read(YearIn, request.query_params).get("year") or timezone.localdate().year
        listed = cases.list_in_force(self.provider(request).region, year)
        if listed is None:
            raise NotFound(
                _("No list of groups is in force for this year."), code="no_list_of_groups"
            )
        return self.page(listed.groups.all(), CaseGroupOut, ("code",))


class CasePayments(ProviderView):
    scopes: ClassVar = {"GET": "statements:read"}

    @extend_schema(
        operation_id="case_payments",
        tags=["medical"],
        summary="What the provider's stays came to by group, the latest first",
        responses={200: CasePaymentOut(many=True), 403: PROBLEM},
    )
    def get(self, request: Request) -> Response:
        rows = cases.payments_of(self.provider(request))
        return self.page(rows, CasePaymentOut, ("-pk",))


class CaseYears(ProviderView):
    scopes: ClassVar = {"GET": "statements:read"}

    @extend_schema(
        operation_id="case_years",
        tags=["medical"],
        summary="How the provider's years of stays paid by group were settled",
        responses={200: CaseYearOut(many=True), 403: PROBLEM},
    )
    def get(self, request: Request) -> Response:
        rows = cases.years_of(self.provider(request)).select_related("fund")
        return self.page(rows, CaseYearOut, ("-year", "-pk"))
