"""For auditors and banks, to read only: the ledger, the funds' statements, and what banks stated."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.http import StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from funds import queries
from funds.models import BankStatement, Fund
from funds.services import exporting
from socsec.kernel.errors import KernelError
from socsec.kernel.money import format_yuan
from socsec.kernel.months import parse_month
from socsec.office.access import require, scope
from socsec.office.api import ApiView, YuanField
from socsec.office.errors import NotFound, from_kernel

from .custody import PAGES
from .payments import PROBLEM

LEDGER, BANKS = "ledger:read", "bank-statements:read"
MONTH = OpenApiParameter("month", str, description="YYYY-MM", required=True)


class LedgerBatchOut(serializers.Serializer):
    """What one act posted, with the digest over its transfers."""

    id = serializers.IntegerField()
    fund = serializers.IntegerField(source="fund_id")
    kind = serializers.CharField()
    act = serializers.CharField(source="source")
    booked_on = serializers.DateField()
    count = serializers.IntegerField()
    total = YuanField()
    digest = serializers.SerializerMethodField()
    reverses = serializers.IntegerField(source="reverses_id", allow_null=True)

    def get_digest(self, batch: Any) -> str:
        return bytes(batch.digest).hex()


class BankStatementOut(serializers.ModelSerializer):
    """A bank's statement as it was read."""

    bank = serializers.CharField(source="account.bank")
    account = serializers.CharField(source="account.number")
    opening = serializers.SerializerMethodField()
    closing = serializers.SerializerMethodField()

    class Meta:
        model = BankStatement
        fields: ClassVar = [
            "id",
            "bank",
            "account",
            "number",
            "first_day",
            "last_day",
            "opening",
            "closing",
            "sha256",
        ]

    def get_opening(self, of: BankStatement) -> str:
        return format_yuan(of.opening)

    def get_closing(self, of: BankStatement) -> str:
        return format_yuan(of.closing)


def fund_of(request: Request, number: int) -> Fund:
    found = scope(Fund.objects.select_related("region"), request.user, "region_id").filter(
        pk=number
    )
    if (fund := found.first()) is None:
        raise NotFound(_("There is no such fund for you."), code="no_such_fund")
    return fund


def month_of(request: Request) -> int:
    try:
        return parse_month(request.query_params.get("month", ""))
    except KernelError as error:
        raise from_kernel(error, field="month") from error


def csv_of(lines: Iterator[str], name: str) -> StreamingHttpResponse:
    found = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    found["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return found


class LedgerBatches(ApiView):
    scopes: ClassVar = {"GET": LEDGER}

    @extend_schema(
        operation_id="ledger_batches_list",
        tags=["books"],
        summary="Batches of the ledger, the latest first",
        parameters=PAGES,
        responses={200: LedgerBatchOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        require(request.user, "ledger.read")
        return self.page(queries.batches(request.user), LedgerBatchOut, ("-pk",))


class LedgerTransfers(ApiView):
    scopes: ClassVar = {"GET": LEDGER}

    @extend_schema(
        operation_id="ledger_transfers",
        tags=["books"],
        summary="Every transfer of a fund that was booked in a month, streamed",
        description="CSV in UTF-8: a header, a line for each transfer, a last line with count and total. Persons are numbers.",
        parameters=[MONTH],
        responses={(200, "text/csv"): bytes, 404: PROBLEM, 422: PROBLEM},
    )
    def get(self, request: Request, number: int) -> StreamingHttpResponse:
        fund, month = fund_of(request, number), month_of(request)
        lines = exporting.transfers(fund, month, by=request.user)
        return csv_of(lines, f"ledger-{fund.pk}-{request.query_params['month']}")


class FundStatements(ApiView):
    scopes: ClassVar = {"GET": LEDGER}

    @extend_schema(
        operation_id="fund_statements",
        tags=["books"],
        summary="Balance sheet and income statement of a fund at the end of a month",
        parameters=[MONTH],
        responses={200: dict[str, Any], 404: PROBLEM, 422: PROBLEM},
    )
    def get(self, request: Request, number: int) -> Response:
        require(request.user, "fund.read")
        fund, month = fund_of(request, number), month_of(request)
        found = queries.statements([fund], month)
        part = lambda rows: [  # noqa: E731
            {
                "name": str(row.name),
                "element": row.element,
                "now": format_yuan(row.now),
                "then": format_yuan(row.then),
            }
            for row in rows
        ]
        return Response(
            {
                "fund": fund.pk,
                "month": request.query_params["month"],
                "balance": part(found.balance),
                "income": part(found.income),
                "balances": found.balances,
            }
        )


class BankStatements(ApiView):
    scopes: ClassVar = {"GET": BANKS}

    @extend_schema(
        operation_id="bank_statements_list",
        tags=["books"],
        summary="Statements of banks as they were read, the latest first",
        parameters=PAGES,
        responses={200: BankStatementOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        require(request.user, "bank.read")
        found = scope(
            BankStatement.objects.select_related("account"),
            request.user,
            "account__fund__region_id",
        )
        return self.page(found, BankStatementOut, ("-last_day", "-pk"))


class StatementLines(ApiView):
    scopes: ClassVar = {"GET": BANKS}

    @extend_schema(
        operation_id="bank_statement_lines",
        tags=["books"],
        summary="The lines of a bank's statement with the batches they were matched to, streamed",
        responses={(200, "text/csv"): bytes, 404: PROBLEM},
    )
    def get(self, request: Request, number: int) -> StreamingHttpResponse:
        statements = scope(
            BankStatement.objects.all(), request.user, "account__fund__region_id"
        ).select_related("account__fund")
        if (found := statements.filter(pk=number).first()) is None:
            raise NotFound(_("There is no such statement for you."), code="no_such_statement")
        return csv_of(exporting.lines(found, by=request.user), f"statement-{found.pk}")
