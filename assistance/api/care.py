"""What systems of providers of care ask: orders received, service done, the bill of a month."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assistance.models import CareBill, CareOrder, CareProvider, OrderState
from assistance.rules.care_services import CareService, Setting
from assistance.services.care import bills, orders, providers
from socsec.office.access import require
from socsec.office.api import KEY, PROBLEM, ApiView, MonthField, Once, YuanField
from socsec.office.errors import NotFound


class CareOrderOut(serializers.ModelSerializer):
    """An order, for whom, and once it is confirmed who pays what of it."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField(source="person.name")
    phone = serializers.CharField(source="person.phone")
    service = serializers.SerializerMethodField()
    setting = serializers.SerializerMethodField()
    state = serializers.ChoiceField(OrderState.values)
    cost = YuanField()
    insurance = YuanField()
    vouchers = serializers.SerializerMethodField()
    own = YuanField()
    billed = serializers.SerializerMethodField()

    class Meta:
        model = CareOrder
        fields: ClassVar = [
            *("id", "name", "phone", "service", "setting", "units", "day", "state"),
            *("cost", "insurance", "vouchers", "own", "billed"),
        ]

    def get_service(self, row: CareOrder) -> str:
        return CareService.read(row.service).name.lower()

    def get_setting(self, row: CareOrder) -> str:
        return Setting.read(row.setting).name.lower()

    def get_vouchers(self, row: CareOrder) -> str:
        return str(YuanField().to_representation(row.by_minutes + row.by_money))

    def get_billed(self, row: CareOrder) -> bool:
        return row.bill_id is not None


class CareBillOut(serializers.ModelSerializer):
    """A bill: what its orders come to, and how far it is."""

    id = serializers.IntegerField(source="pk")
    month = MonthField()
    orders = serializers.IntegerField(source="count")
    insurance = YuanField()
    vouchers = YuanField()
    total = YuanField()
    stated = YuanField(allow_null=True)

    class Meta:
        model = CareBill
        fields: ClassVar = [
            *("id", "month", "state", "orders", "insurance", "vouchers", "total", "stated"),
            *("note", "handed_in_at"),
        ]


class CareView(ApiView):
    """For the system of one provider of care; the orders of others do not exist for it."""

    def provider(self, request: Request, act: str) -> CareProvider:
        require(request.user, act)
        return providers.of_user(request.user)  # type: ignore[arg-type]


class CareOrders(CareView):
    scopes: ClassVar = {"GET": "care:read"}

    @extend_schema(
        operation_id="care_orders",
        tags=["assistance"],
        summary="The provider's orders, the earliest day first",
        parameters=[
            OpenApiParameter("state", str, enum=OrderState.values),
            OpenApiParameter("limit", int),
            OpenApiParameter("cursor", str),
        ],
        responses={200: CareOrderOut(many=True), 403: PROBLEM},
    )
    def get(self, request: Request) -> Response:
        rows = CareOrder.objects.filter(provider=self.provider(request, "care.read"))
        state = request.query_params.get("state", "")
        if state in OrderState.values:
            rows = rows.filter(state=state)
        return self.page(rows.select_related("person").defer("sheet"), CareOrderOut, ("day", "pk"))


class CareOrderDone(Once, CareView):
    scopes: ClassVar = {"POST": "care:write"}

    class CareOrderDoneIn(serializers.Serializer):
        code = serializers.CharField(max_length=12, help_text="What the person told the worker")

    @extend_schema(
        operation_id="care_orders_done",
        tags=["assistance"],
        summary="Confirm with the person's code that a service was given",
        description="A wrong code is counted; after some the person confirms online.",
        parameters=[KEY],
        request=CareOrderDoneIn,
        responses={200: CareOrderOut, 403: PROBLEM, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        asked = self.CareOrderDoneIn(data=request.data)
        asked.is_valid(raise_exception=True)
        held = CareOrder.objects.filter(
            provider=self.provider(request, "care.done"), public_id=public_id
        ).first()
        if held is None:
            raise NotFound(_("There is no such order."), code="no_order")
        # Not within `once`: a wrong code must stay counted, and a confirmed order says so itself.
        done = orders.confirm_by_code(
            by=request.user,  # type: ignore[arg-type]
            order=held,
            code=asked.validated_data["code"],
        )
        return Response(CareOrderOut(done).data)


class CareBills(Once, CareView):
    scopes: ClassVar = {"GET": "care:read", "POST": "care:write"}

    class CareBillIn(serializers.Serializer):
        month = MonthField()
        total = YuanField(
            required=False, allow_null=True, help_text="What the provider's own books say"
        )

    @extend_schema(
        operation_id="care_bills",
        tags=["assistance"],
        summary="The provider's bills, the oldest first",
        parameters=[OpenApiParameter("limit", int), OpenApiParameter("cursor", str)],
        responses={200: CareBillOut(many=True), 403: PROBLEM},
    )
    def get(self, request: Request) -> Response:
        rows = CareBill.objects.filter(provider=self.provider(request, "care.read"))
        return self.page(rows, CareBillOut, ("handed_in_at", "pk"))

    @extend_schema(
        operation_id="care_bills_hand_in",
        tags=["assistance"],
        summary="Hand in the bill of a month that is over",
        description="It holds all confirmed orders of the month that are on no bill yet.",
        parameters=[KEY],
        request=CareBillIn,
        responses={201: CareBillOut, 403: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        asked = self.CareBillIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        provider = self.provider(request, "care.bill")

        def act() -> tuple[int, Any]:
            made = bills.hand_in(
                by=request.user,  # type: ignore[arg-type]
                provider=provider,
                month=said["month"],
                stated=said.get("total"),
            )
            return 201, CareBillOut(made).data

        return self.once(request, act)
