"""Pensions as a partner reads them: what is paid, what would be paid, and the payrolls with their files."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from funds.models import Scheme
from pensions import queries
from pensions.models import Award, AwardState, Category, Payroll
from pensions.services import estimate
from socsec.kernel.months import format_age, month_of
from socsec.office.access import require
from socsec.office.api import PROBLEM, PURPOSE, ApiView, MonthField, YuanField

from .common import find_person

STATES = {each.value: each.name.lower() for each in AwardState}


class PensionOut(serializers.ModelSerializer):
    """A pension as it stands: what it is now, not the whole of its working."""

    scheme = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField()
    from_month = MonthField()
    until_month = MonthField(allow_null=True)
    monthly = serializers.SerializerMethodField()

    class Meta:
        model = Award
        fields: ClassVar = [
            *("scheme", "region", "state", "from_month", "until_month", "monthly"),
            *("provisional", "end_reason"),
        ]

    def get_scheme(self, row: Award) -> str:
        return Scheme(row.scheme).name.lower()

    def get_state(self, row: Award) -> str:
        return STATES[row.state]

    def get_monthly(self, row: Award) -> str:
        benefit = queries.benefit_in(row, month_of(timezone.localdate()))
        amount = benefit.monthly if benefit else row.monthly
        return YuanField().to_representation(amount)


class PersonPension(ApiView):
    scopes: ClassVar = {"GET": "benefits:read"}

    @extend_schema(
        operation_id="people_pension",
        tags=["pensions"],
        summary="A person's pensions, those that ended included",
        parameters=[PURPOSE],
        responses={200: PensionOut(many=True), 404: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        require(request.user, "benefit.read")
        rows = queries.awards_of(find_person(request, public_id).pk)
        return Response({"results": PensionOut(rows, many=True).data})


class EstimateOut(serializers.Serializer):
    start = MonthField()
    age = serializers.SerializerMethodField()
    monthly = YuanField()
    conditions_met = serializers.BooleanField(source="met")
    months = serializers.IntegerField()
    months_required = serializers.IntegerField()
    unconfirmed = serializers.BooleanField(source="open")

    def get_age(self, row: estimate.Estimate) -> str:
        return format_age(row.age)


class PersonEstimate(ApiView):
    scopes: ClassVar = {"GET": "estimates:read"}

    @extend_schema(
        operation_id="people_estimate",
        tags=["pensions"],
        summary="What the person's record promises, for every start worth comparing",
        description=(
            "In today's money, for somebody who goes on contributing. `unconfirmed` marks a result "
            "that rests on a value nobody has confirmed. Nothing is stored or decided."
        ),
        parameters=[
            PURPOSE,
            OpenApiParameter(
                "category",
                str,
                required=True,
                enum=[each.name.lower() for each in Category],
                description="By which original age the person retires",
            ),
        ],
        responses={200: EstimateOut(many=True), 404: PROBLEM, 422: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        require(request.user, "benefit.read")
        asked = serializers.ChoiceField(choices=[each.name.lower() for each in Category])
        category = Category[asked.run_validation(request.query_params.get("category", "")).upper()]
        person = find_person(request, public_id)
        policy = estimate.current_policy()
        when = estimate.retirement(person.birth_month, category, estimate.region_of(person), policy)
        known = estimate.record_of(person)
        rows = [
            estimate.of_person(person, start, category, policy, known=known)
            for start in estimate.starts(when)
        ]
        return Response({"results": EstimateOut(rows, many=True).data})


class PayrollOut(serializers.ModelSerializer):
    """A posted payroll; its file and the bank's answer go by the number of its payment batch."""

    number = serializers.IntegerField(source="run_id")
    month = MonthField()
    people = serializers.IntegerField(source="run.count")
    total = YuanField(source="run.total")
    payment_batch = serializers.IntegerField(source="envelope_id", allow_null=True)
    payment_state = serializers.CharField(source="envelope.state", default=None)

    class Meta:
        model = Payroll
        fields: ClassVar = [
            *("number", "region", "month", "people", "total", "payment_batch", "payment_state")
        ]


class Payrolls(ApiView):
    scopes: ClassVar = {"GET": "payments:read"}

    @extend_schema(
        operation_id="payrolls_list",
        tags=["pensions"],
        summary="Payrolls of the partner's region, the latest first",
        description=(
            "The file is at /payment-batches/{payment_batch}/file/ once it is released; the bank's"
            " answer goes to /bank-returns/."
        ),
        parameters=[OpenApiParameter("limit", int), OpenApiParameter("cursor", str)],
        responses={200: PayrollOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        require(request.user, "payment.read")
        rows = queries.payrolls(request.user).filter(run__state="posted")
        return self.page(rows, PayrollOut, ("-pk",))
