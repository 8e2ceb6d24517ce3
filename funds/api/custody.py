"""For custodians: their mandates, the orders that left, the file of a day, and what it was worth."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from funds.models import FirmUser, InvestmentOrder, Mandate, Valuation
from funds.queries import investment as reads
from funds.services import investment
from socsec.kernel.money import decimal, format_rate, format_yuan
from socsec.kernel.units import ONE
from socsec.office.access import require
from socsec.office.api import ApiView, Once
from socsec.office.api.idempotency import file_fingerprint
from socsec.office.errors import NotFound

from .payments import PROBLEM, CsvParser

READ, WRITE = "custody:read", "custody:write"


class PortfolioOut(serializers.ModelSerializer):
    """A mandate that the caller may see."""

    manager = serializers.CharField(source="manager.name")
    custodian = serializers.CharField(source="custodian.name")

    class Meta:
        model = Mandate
        fields: ClassVar = [
            "number",
            "name",
            "manager",
            "custodian",
            "limits",
            "benchmark",
            "since",
            "until",
        ]


class InvestmentOrderOut(serializers.ModelSerializer):
    """An order that left: units, and the price that it may cost."""

    mandate = serializers.CharField(source="mandate.number")
    instrument = serializers.CharField(source="instrument.code")
    side = serializers.SerializerMethodField()
    price = serializers.SerializerMethodField()

    class Meta:
        model = InvestmentOrder
        fields: ClassVar = ["id", "mandate", "instrument", "side", "quantity", "filled", "price"]

    def get_side(self, order: InvestmentOrder) -> str:
        return "BUY" if order.buys else "SELL"

    def get_price(self, order: InvestmentOrder) -> str:
        return decimal(order.price, ONE, 2)


class ValuationOut(serializers.ModelSerializer):
    """What a mandate was worth at the end of a day."""

    mandate = serializers.CharField(source="mandate.number")
    nav = serializers.SerializerMethodField()
    stated = serializers.SerializerMethodField()
    cash = serializers.SerializerMethodField()
    unit_value = serializers.SerializerMethodField()

    class Meta:
        model = Valuation
        fields: ClassVar = ["mandate", "day", "nav", "stated", "cash", "unit_value"]

    def get_nav(self, of: Valuation) -> str:
        return format_yuan(of.nav)

    def get_stated(self, of: Valuation) -> str:
        return format_yuan(of.stated)

    def get_cash(self, of: Valuation) -> str:
        return format_yuan(of.cash)

    def get_unit_value(self, of: Valuation) -> str:
        return format_rate(of.unit_value)


def seen(request: Request) -> QuerySet[Mandate]:
    """The mandates in force of the caller's region; of a custodian's account, those it keeps."""
    require(request.user, "investment.read")
    found = reads.mandates_of(request.user).filter(checker__isnull=False)
    firms = FirmUser.objects.filter(user=request.user).values_list("firm", flat=True)
    return found.filter(custodian__in=firms) if firms else found


def one(request: Request, number: str) -> Mandate:
    found = seen(request).filter(number=number).first()
    if found is None:
        raise NotFound(_("There is no such mandate."), code="no_mandate")
    return found


PAGES = [OpenApiParameter("limit", int), OpenApiParameter("cursor", str)]


class Mandates(ApiView):
    scopes: ClassVar = {"GET": READ}

    @extend_schema(
        operation_id="mandates_list",
        tags=["custody"],
        summary="Mandates of investment in force",
        parameters=PAGES,
        responses={200: PortfolioOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        return self.page(seen(request), PortfolioOut, ("number",))


class Orders(ApiView):
    scopes: ClassVar = {"GET": READ}

    @extend_schema(
        operation_id="mandate_orders_list",
        tags=["custody"],
        summary="Orders of a mandate that left and are not carried out yet",
        parameters=PAGES,
        responses={200: InvestmentOrderOut(many=True), 404: PROBLEM},
    )
    def get(self, request: Request, number: str) -> Response:
        orders = reads.open_orders(one(request, number)).select_related("mandate", "instrument")
        return self.page(orders, InvestmentOrderOut, ("pk",))


class Valuations(ApiView):
    scopes: ClassVar = {"GET": READ}

    @extend_schema(
        operation_id="mandate_valuations_list",
        tags=["custody"],
        summary="Valuations of a mandate, the latest first",
        parameters=PAGES,
        responses={200: ValuationOut(many=True), 404: PROBLEM},
    )
    def get(self, request: Request, number: str) -> Response:
        found = one(request, number).valuations.select_related("mandate")
        return self.page(found, ValuationOut, ("-day",))


class CustodianFiles(Once, ApiView):
    scopes: ClassVar = {"POST": WRITE}
    parser_classes: ClassVar = [CsvParser]

    @extend_schema(
        operation_id="custodian_files_create",
        tags=["custody"],
        summary="Send the file of a day",
        description="The whole file is taken or nothing of it; a refusal names the line that is wrong.",
        parameters=[
            OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, required=True)
        ],
        request={"text/csv": bytes},
        responses={201: ValuationOut, 409: PROBLEM, 422: OpenApiResponse(description="problem")},
    )
    def post(self, request: Request) -> Response:
        # An empty body never reaches the parser.
        content = request.data if isinstance(request.data, bytes) else b""

        def act() -> tuple[int, dict[str, Any]]:
            made = investment.read_file(content, by=request.user)
            return 201, dict(ValuationOut(made).data)

        return self.once(request, act, file_fingerprint(request, content))
