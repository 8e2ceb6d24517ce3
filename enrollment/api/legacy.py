"""Records of the older residents' schemes by API: read as a file, reconciled, carried over by people."""

import io
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.models import LegacyImport, LegacyRow, LegacyScheme
from enrollment.services.residents import legacy
from socsec.office.access import require, scope
from socsec.office.api import ApiView, Once, YuanField
from socsec.office.api.idempotency import file_fingerprint
from socsec.office.errors import NotFound
from socsec.office.spreadsheets import XLSX

from . import KEY, PROBLEM
from .files import CsvFile, XlsxFile


class LegacyOut(serializers.ModelSerializer):
    """A file and its reconciliation: every row and every fen by what became of it."""

    class PartOfFileOut(serializers.Serializer):
        state = serializers.CharField()
        rows = serializers.IntegerField()
        balance = YuanField()

    number = serializers.IntegerField(source="pk")
    closes = serializers.BooleanField(source="report.closes")
    years = serializers.IntegerField(source="report.years")
    years_held = serializers.IntegerField(source="report.years_held")
    years_carried = serializers.IntegerField(source="report.years_carried")
    balance = YuanField(source="report.balance")
    carried = YuanField(source="report.carried")
    parts = serializers.SerializerMethodField()

    class Meta:
        model = LegacyImport
        fields: ClassVar = [
            *("number", "scheme", "region", "name", "state", "rows", "balance", "closes"),
            *("years", "years_held", "years_carried", "carried", "parts"),
        ]

    @extend_schema_field(PartOfFileOut(many=True))
    def get_parts(self, row: LegacyImport) -> list[dict[str, Any]]:
        found = [
            {"state": state, "rows": count, "balance": amount}
            for state, (count, amount) in row.report["states"].items()
        ]
        return list(self.PartOfFileOut(found, many=True).data)


class LegacyImports(Once, ApiView):
    scopes: ClassVar = {"GET": "contributions:read", "POST": "legacy:write"}
    parser_classes: ClassVar = [XlsxFile, CsvFile]

    @extend_schema(
        operation_id="legacy_imports_list",
        tags=["residents"],
        summary="Files of older schemes with their reconciliations, a page at a time",
        parameters=[OpenApiParameter("limit", int), OpenApiParameter("cursor", str)],
        responses={200: LegacyOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        require(request.user, "legacy.read")
        return self.page(scope(LegacyImport.objects.all(), request.user), LegacyOut, ("id",))

    @extend_schema(
        operation_id="legacy_imports_create",
        tags=["residents"],
        summary="Hand in a file of an older scheme: matched and reconciled, nothing carried over yet",
        description="The same file for the same scheme and region is the import that is there.",
        parameters=[
            KEY,
            OpenApiParameter("scheme", str, required=True, enum=LegacyScheme.values),
            OpenApiParameter("region", str, required=True),
            OpenApiParameter("name", str),
        ],
        request={XLSX: bytes, "text/csv": bytes},
        responses={201: LegacyOut, 404: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        content = request.data if isinstance(request.data, bytes) else b""
        asked = request.query_params

        def act() -> tuple[int, Any]:
            made = legacy.read(
                by=request.user,
                scheme=asked.get("scheme", ""),
                region=asked.get("region", ""),
                file=io.BytesIO(content),
                name=asked.get("name", ""),
            )
            return 201, LegacyOut(made).data

        body = request.get_full_path().encode() + content
        return self.once(request, act, file_fingerprint(request, body))


class LegacyImportRows(ApiView):
    scopes: ClassVar = {"GET": "contributions:read"}

    class LegacyRowOut(serializers.ModelSerializer):
        class Meta:
            model = LegacyRow
            fields: ClassVar = ["row", "state", "reason", "years_held"]

    @extend_schema(
        operation_id="legacy_imports_rows",
        tags=["residents"],
        summary="What became of each row of a file, a page at a time",
        parameters=[OpenApiParameter("limit", int), OpenApiParameter("cursor", str)],
        responses={200: LegacyRowOut(many=True), 404: PROBLEM},
    )
    def get(self, request: Request, number: int) -> Response:
        require(request.user, "legacy.read")
        found = scope(LegacyImport.objects.all(), request.user).filter(pk=number).first()
        if found is None:
            raise NotFound(_("There is no such file in the region."), code="no_file")
        rows = LegacyRow.objects.filter(import_id=found.pk)
        return self.page(rows, self.LegacyRowOut, ("row",))
