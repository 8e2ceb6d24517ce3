"""Partner API of funds: payment files for the bank, and the bank's answers."""

from typing import Any, ClassVar, cast

from django.http import StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from funds import queries
from funds.models import PaymentBatch
from funds.services import payments
from socsec.office.access import require
from socsec.office.api import ApiView, MonthField, Once, YuanField
from socsec.office.api.idempotency import file_fingerprint
from socsec.office.errors import Invalid, NotFound

PROBLEM = OpenApiResponse(description="application/problem+json (RFC 9457)")
NOT_OUT = [PaymentBatch.State.OPEN, PaymentBatch.State.CANCELLED]
LARGEST_RETURN = 512 * 1024 * 1024  # bytes: a province's month has some 100 bytes for each person


class BatchOut(serializers.ModelSerializer):
    """An envelope of payments, as announced."""

    month = MonthField()
    total = YuanField()

    class Meta:
        model = PaymentBatch
        fields: ClassVar = [
            "id",
            "kind",
            "region",
            "month",
            "pay_on",
            "count",
            "total",
            "state",
            "released_at",
        ]


def find_batch(request: Request, number: int) -> PaymentBatch:
    batch = queries.envelopes(request.user).exclude(state__in=NOT_OUT).filter(pk=number).first()
    if batch is None:
        raise NotFound(_("There is no such payment batch for you."), code="no_such_batch")
    return batch


class PaymentBatches(ApiView):
    scopes: ClassVar = {"GET": "payments:read"}

    @extend_schema(
        operation_id="payment_batches_list",
        tags=["payments"],
        summary="Released payment batches, the latest first",
        parameters=[OpenApiParameter("limit", int), OpenApiParameter("cursor", str)],
        responses={200: BatchOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        require(request.user, "payment.read")
        return self.page(
            queries.envelopes(request.user).exclude(state__in=NOT_OUT), BatchOut, ("-pk",)
        )


class PaymentFile(ApiView):
    scopes: ClassVar = {"GET": "payments:read"}

    @extend_schema(
        operation_id="payment_file",
        tags=["payments"],
        summary="The file of a batch for the bank",
        description="CSV in UTF-8: a header with count and total, a line for each order, a last line with the SHA-256.",
        responses={(200, "text/csv"): bytes, 404: PROBLEM, 409: PROBLEM},
    )
    def get(self, request: Request, number: int) -> StreamingHttpResponse:
        batch = find_batch(request, number)
        found = StreamingHttpResponse(
            payments.bank_file(batch.pk, by=request.user), content_type="text/csv; charset=utf-8"
        )
        found["Content-Disposition"] = f'attachment; filename="payments-{batch.pk}.csv"'
        return found


class CsvParser(BaseParser):
    """Takes the file as it is; the service reads it."""

    media_type = "text/csv"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Any = None
    ) -> bytes:
        content = stream.read(LARGEST_RETURN + 1)
        if len(content) > LARGEST_RETURN:
            raise Invalid(
                _("The file is larger than 512 MiB. Split it and send the parts."), code="too_large"
            )
        return content


class ReturnOut(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    batch = serializers.IntegerField(source="batch_id")
    paid_count = serializers.IntegerField()
    paid_total = YuanField()
    returned_count = serializers.IntegerField()
    returned_total = YuanField()
    unmatched = serializers.IntegerField()


class BankReturns(Once, ApiView):
    scopes: ClassVar = {"POST": "payments:write"}
    parser_classes: ClassVar = [CsvParser]

    @extend_schema(
        operation_id="bank_returns_create",
        tags=["payments"],
        summary="Send the bank's answer to a batch",
        description="The whole file is taken or nothing of it. Lines that match no order are kept and shown.",
        parameters=[
            OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, required=True)
        ],
        request={"text/csv": bytes},
        responses={201: ReturnOut, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        # An empty body never reaches the parser.
        content = cast(bytes, request.data) if isinstance(request.data, bytes) else b""

        def act() -> tuple[int, dict[str, Any]]:
            return 201, dict(ReturnOut(payments.read_return(content, by=request.user)).data)

        return self.once(request, act, file_fingerprint(request, content))
