"""The view that every partner resource is, and the fields of money and months."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from socsec.kernel.errors import KernelError
from socsec.kernel.money import format_yuan, parse_yuan
from socsec.kernel.months import format_month, parse_month

from .auth import Partner, Scoped
from .pages import CursorPages


class ApiView(APIView):
    """A partner resource: `scopes` maps each method that it answers to the scope that it needs."""

    authentication_classes: ClassVar = [Partner]
    permission_classes: ClassVar = [Scoped]
    scopes: ClassVar[dict[str, str]] = {}

    def page(
        self,
        rows: Any,
        serializer: type[serializers.Serializer],
        ordering: tuple[str, ...],
        context: Callable[[list[Any]], dict[str, Any]] | None = None,
    ) -> Response:
        """One cursor page of a queryset; `context` is what its rows need to be written together."""
        pages = CursorPages()
        pages.ordering = ordering
        found: list[Any] = pages.paginate_queryset(rows, self.request, view=self) or []
        given = context(found) if context else {}
        return pages.get_paginated_response(serializer(found, many=True, context=given).data)


class KernelField(serializers.Field):
    """A field read by the kernel, whose refusals it passes on in the reader's language."""

    def read(self, data: Any) -> int:
        raise TypeError("a kernel field says how it reads")

    def to_internal_value(self, data: Any) -> int:
        try:
            return self.read(data)
        except KernelError as trouble:
            said = trouble.in_language(get_language() or "en")
            raise serializers.ValidationError(said, code=trouble.code) from trouble


@extend_schema_field({"type": "string", "pattern": r"^\d+(\.\d{1,2})?$", "example": "1234.50"})
class YuanField(KernelField):
    """An amount in yuan as a decimal string; whole fen inside."""

    def read(self, data: Any) -> int:
        return parse_yuan(data)

    def to_representation(self, value: int) -> str:
        return format_yuan(value)


@extend_schema_field({"type": "string", "pattern": r"^\d{4}-\d{2}$", "example": "2026-03"})
class MonthField(KernelField):
    """A month as YYYY-MM; one whole number inside."""

    def read(self, data: Any) -> int:
        return parse_month(str(data))

    def to_representation(self, value: int) -> str:
        return format_month(value)
