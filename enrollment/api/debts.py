"""What is owed, by API: by one payer, by age over a region, and what is proposed to be let off."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.models import Waiver
from enrollment.queries import ageing, debts
from enrollment.services.collection import waivers
from funds.models import Branch
from socsec.kernel.months import month_of
from socsec.office.access import require
from socsec.office.api import ApiView, MonthField, Once, YuanField

from . import KEY, PROBLEM
from .asking import PAGE, READ, WRITE, PayerOut, find_payer, listed
from .collection import BRANCHES, partner

# At how many months the next age of arrears begins, as on the desk.
BOUNDS = [1, 3, 6, 12, 24]


class Debts(ApiView):
    scopes: ClassVar = {"GET": READ}

    class DebtOut(serializers.Serializer):
        """One branch and month of a payer that is not paid in full."""

        month = MonthField()
        branch = serializers.SerializerMethodField()
        people = serializers.IntegerField(source="heads")
        contributions = YuanField()
        surcharge = YuanField()

        def get_branch(self, row: debts.Debt) -> str:
            return Branch(row.branch).name.lower()

    @extend_schema(
        operation_id="debts_list",
        tags=["receipts"],
        summary="What a payer owes, by month and branch, the oldest first",
        parameters=[
            OpenApiParameter("payer", str, required=True, description="Credit code or ID number")
        ],
        responses={200: DebtOut(many=True), 404: PROBLEM},
    )
    def get(self, request: Request) -> Response:
        payer = find_payer(request, request.query_params.get("payer", ""))
        require(request.user, "debt.read", payer.region)
        return Response({"results": self.DebtOut(debts.owed(payer), many=True).data})


class Arrears(ApiView):
    scopes: ClassVar = {"GET": READ}

    class ArrearsOut(serializers.Serializer):
        """What one region owes; `amounts` stand beside `from_months`, the ages at which each begins."""

        region = serializers.CharField(source="key")
        people = serializers.IntegerField(source="heads")
        total = YuanField()
        from_months = serializers.SerializerMethodField()
        amounts = serializers.ListField(child=YuanField())

        def get_from_months(self, _row: ageing.Aged) -> list[int]:
            return [0, *BOUNDS]

    @extend_schema(
        operation_id="arrears_list",
        tags=["receipts"],
        summary="Arrears of the partner's region by age, by place, the most owed first",
        responses={200: ArrearsOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        user = partner(request)
        require(user, "debt.read")
        rows = ageing.aged(user.region_code or "", month_of(timezone.localdate()), "region", BOUNDS)
        return Response({"results": self.ArrearsOut(rows, many=True).data})


class Waivers(Once, ApiView):
    scopes: ClassVar = {"GET": READ, "POST": WRITE}

    class WaiverIn(serializers.Serializer):
        payer = serializers.CharField(max_length=40, help_text="Credit code or ID number")
        kind = serializers.ChoiceField(choices=Waiver.kind.field.choices)
        branch = serializers.ChoiceField(choices=sorted(BRANCHES), required=False)
        first_month = MonthField()
        last_month = MonthField()
        reason = serializers.CharField(max_length=200)
        document = serializers.CharField(max_length=120)

    class WaiverOut(PayerOut):
        number = serializers.IntegerField(source="pk")
        kind = serializers.CharField()
        branch = serializers.SerializerMethodField()
        first_month = MonthField()
        last_month = MonthField()
        amount = YuanField()
        state = serializers.CharField()

        def get_branch(self, row: Waiver) -> str | None:
            return Branch(row.branch).name.lower() if row.branch else None

    @extend_schema(
        operation_id="waivers_list",
        tags=["receipts"],
        summary="Waivers and write-offs of the region and where they stand, a page at a time",
        parameters=PAGE,
        responses={200: WaiverOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        rows = Waiver.objects.select_related("employer", "person")
        return self.page(listed(request, rows, "debt.read"), self.WaiverOut, ("id",))

    @extend_schema(
        operation_id="waivers_create",
        tags=["receipts"],
        summary="Propose to waive a surcharge or to write a debt off; an officer decides",
        parameters=[KEY],
        request=WaiverIn,
        responses={201: WaiverOut, 404: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        asked = self.WaiverIn(data=request.data)
        asked.is_valid(raise_exception=True)

        def act() -> tuple[int, Any]:
            said = dict(asked.validated_data)
            branch = said.pop("branch", None)
            made = waivers.propose(
                by=partner(request),
                payer=find_payer(request, said.pop("payer")),
                branch=BRANCHES[branch].value if branch else None,
                **said,
            )
            return 201, self.WaiverOut(made).data

        return self.once(request, act)
