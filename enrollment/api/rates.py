"""Rates of coverage, as counted each night; they name nobody."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment import queries
from funds.models import Branch
from socsec.kernel.months import format_month, parse_month
from socsec.office.access import require
from socsec.office.api import ApiView
from socsec.office.errors import Invalid

from . import PROBLEM

BY = ("region", "band", "area")
BRANCHES = {"pension": Branch.PENSION, "medical": Branch.MEDICAL}


class Rates(ApiView):
    scopes: ClassVar = {"GET": "people:read"}

    class Asked(serializers.Serializer):
        branch = serializers.ChoiceField(
            choices=sorted(BRANCHES), required=False, default="medical"
        )
        by = serializers.ChoiceField(choices=BY, required=False, default="region")
        region = serializers.CharField(max_length=6, required=False)
        month = serializers.CharField(max_length=7, required=False)

    class RateOut(serializers.Serializer):
        key = serializers.CharField()
        people = serializers.IntegerField()
        insured = serializers.IntegerField()
        rate = serializers.SerializerMethodField()

        def get_rate(self, row: Any) -> str:
            whole, rest = divmod(row.rate, queries.RATE_OF)
            return f"{whole}.{rest:06d}"

    @extend_schema(
        operation_id="coverage_rates",
        tags=["coverage"],
        summary="How many people on record are insured, by region, age band or area",
        description="`band` is the first year of age of a band; `area` 1 urban, 2 rural, 0 not known.",
        parameters=[
            OpenApiParameter("branch", str, enum=sorted(BRANCHES)),
            OpenApiParameter("by", str, enum=list(BY)),
            OpenApiParameter("region", str, description="Within the partner's region"),
            OpenApiParameter("month", str, description="YYYY-MM; the latest counted unless said"),
        ],
        responses={200: RateOut(many=True), 404: PROBLEM, 422: PROBLEM},
    )
    def get(self, request: Request) -> Response:
        asked = self.Asked(data=request.query_params)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        region = said.get("region") or request.user.region_code
        require(request.user, "coverage.read", region)
        month = parse_month(said["month"]) if "month" in said else queries.latest_count()
        if month is None:
            raise Invalid(_("Nothing was counted yet."), code="not_counted", field="month")
        rows = queries.rates(region, month, BRANCHES[said["branch"]], said["by"])
        return Response(
            {"month": format_month(month), "results": self.RateOut(rows, many=True).data}
        )
