"""What registers say of people, sent line by line, and what became of each line."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.models import Register, StatusKind, StatusNotice
from enrollment.services.living import status
from socsec.office.access import require
from socsec.office.api import ApiView, Once
from socsec.office.errors import Invalid, Problem

from . import KEY, PROBLEM


class NoticeOut(serializers.ModelSerializer):
    """No number and no name: the sender has both, and knows the line by its reference."""

    person = serializers.UUIDField(source="person.public_id", allow_null=True, default=None)

    class Meta:
        model = StatusNotice
        fields: ClassVar = ["register", "reference", "kind", "happened_on", "state", "person"]


class StatusNotices(Once, ApiView):
    scopes: ClassVar = {"POST": "status:write", "GET": "status:read"}

    class NoticesIn(serializers.Serializer):
        class StatusLineIn(serializers.Serializer):
            reference = serializers.CharField(max_length=64)
            kind = serializers.ChoiceField(choices=StatusKind.values)
            resident_id = serializers.CharField(max_length=40)
            name = serializers.CharField(max_length=60)
            happened_on = serializers.DateField()
            to_region = serializers.CharField(max_length=6, required=False, default="")

        register = serializers.ChoiceField(choices=Register.values)
        lines = StatusLineIn(many=True, allow_empty=False)

    class TakenOut(serializers.Serializer):
        matched = serializers.IntegerField()
        doubtful = serializers.IntegerField()
        unmatched = serializers.IntegerField()
        proofs = serializers.IntegerField()
        repeated = serializers.IntegerField()

    @extend_schema(
        operation_id="status_notices_create",
        tags=["status"],
        summary="Send what a register says of people",
        description=(
            "All lines are taken or none. A reference that was sent before changes nothing. A number"
            " that nobody has here is kept and matched later."
        ),
        parameters=[KEY],
        request=NoticesIn,
        responses={201: TakenOut, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        asked = self.NoticesIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data

        def act() -> tuple[int, Any]:
            taken = status.receive(
                by=request.user,
                register=said["register"],
                lines=[status.Line(**line) for line in said["lines"]],
            )
            return 201, {**self.TakenOut(taken).data}

        try:
            return self.once(request, act)
        except Problem as trouble:
            if row := trouble.detail.get("row"):
                raise serializers.ValidationError(
                    {"lines": {str(row - 1): {trouble.field: [str(trouble)]}}}
                ) from trouble
            raise

    @extend_schema(
        operation_id="status_notices_list",
        tags=["status"],
        summary="What became of the lines that this partner sent, newest first",
        parameters=[
            OpenApiParameter("register", str, required=True, enum=list(Register.values)),
            OpenApiParameter("state", str),
            OpenApiParameter("limit", int),
            OpenApiParameter("cursor", str),
        ],
        responses={200: NoticeOut(many=True), 422: PROBLEM},
    )
    def get(self, request: Request) -> Response:
        require(request.user, "status.read")
        register = request.query_params.get("register", "")
        if register not in Register.values:
            raise Invalid(_("There is no such register."), code="no_register", field="register")
        rows = StatusNotice.objects.filter(
            received_by=request.user, register=register
        ).select_related("person")
        if state := request.query_params.get("state"):
            rows = rows.filter(state=state)
        return self.page(rows, NoticeOut, ("-pk",))
