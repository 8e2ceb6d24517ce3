"""Withholding for banks by API: the files to charge, and the answers to them."""

from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.models import WithholdingFile
from enrollment.services.collection import withholding
from socsec.office.access import require, scope
from socsec.office.api import ApiView, Once, YuanField
from socsec.office.api.idempotency import file_fingerprint
from socsec.office.errors import NotFound

from . import KEY, PROBLEM
from .files import CsvFile


class BankFileOut(serializers.ModelSerializer):
    number = serializers.IntegerField(source="pk")
    name = serializers.CharField(source="__str__")
    total = YuanField()

    class Meta:
        model = WithholdingFile
        fields: ClassVar = [
            *("number", "name", "region", "charge_on", "count", "total", "state", "answered_at"),
        ]


class WithholdingFiles(Once, ApiView):
    scopes: ClassVar = {"GET": "payments:read", "POST": "payments:write"}
    parser_classes: ClassVar = [CsvFile]

    @extend_schema(
        operation_id="withholding_files_list",
        tags=["receipts"],
        summary="Files to charge accounts by, and whether they are answered, a page at a time",
        parameters=[OpenApiParameter("limit", int), OpenApiParameter("cursor", str)],
        responses={200: BankFileOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        require(request.user, "withholding.file")
        rows = scope(WithholdingFile.objects.all(), request.user)
        return self.page(rows, BankFileOut, ("id",))

    @extend_schema(
        operation_id="withholding_files_answer",
        tags=["receipts"],
        summary="The bank's answer: what it charged becomes receipts, and what it could not returns",
        description="Taken whole or not at all; the same answer again changes nothing.",
        parameters=[KEY],
        request={"text/csv": bytes},
        responses={201: BankFileOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        content = request.data if isinstance(request.data, bytes) else b""

        def act() -> tuple[int, Any]:
            return 201, BankFileOut(withholding.read_answer(content, by=request.user)).data

        return self.once(request, act, file_fingerprint(request, content))


class WithholdingFileRead(ApiView):
    scopes: ClassVar = {"GET": "payments:read"}

    @extend_schema(
        operation_id="withholding_files_read",
        tags=["receipts"],
        summary="The file with its lines, as the bank charges them",
        responses={(200, "text/csv"): OpenApiTypes.BINARY, 404: PROBLEM},
    )
    def get(self, request: Request, number: int) -> HttpResponse:
        require(request.user, "withholding.file")
        file = scope(WithholdingFile.objects.all(), request.user).filter(pk=number).first()
        if file is None:
            raise NotFound(_("There is no such file in the region."), code="no_file")
        body = withholding.written(file, by=request.user)
        return HttpResponse(body, content_type="text/csv; charset=utf-8")
