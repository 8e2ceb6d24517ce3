"""What registers are asked about households, and their answers."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assistance.models import Matching, Source
from assistance.services import answers
from assistance.services.matching import AMOUNTS, COUNTS, MOST_THINGS
from socsec.office.access import require
from socsec.office.api import KEY, PROBLEM, ApiView, Once, YuanField
from socsec.office.errors import Problem

REGISTERS = [source for source in Source.values if source != Source.INSURANCE]


class MatchingQuestionOut(serializers.ModelSerializer):
    """Whom a register is asked about. It looks them up by number and name, and by nothing else."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField(source="person.name")
    resident_id = serializers.CharField(source="person.resident_id")
    asked_at = serializers.DateTimeField()

    class Meta:
        model = Matching
        fields: ClassVar = ["id", "name", "resident_id", "asked_at"]


class MatchingQuestions(ApiView):
    scopes: ClassVar = {"GET": "matchings:read"}

    @extend_schema(
        operation_id="assistance_matchings",
        tags=["assistance"],
        summary="What a register is asked and has not answered, the oldest first",
        description="Only with an authorisation in force (社会救助法 art. 40, 41).",
        parameters=[
            OpenApiParameter("register", str, required=True, enum=REGISTERS),
            OpenApiParameter("limit", int),
            OpenApiParameter("cursor", str),
        ],
        responses={200: MatchingQuestionOut(many=True), 422: PROBLEM},
    )
    def get(self, request: Request) -> Response:
        require(request.user, "matching.answer")
        rows = answers.waiting(request.user, request.query_params.get("register", ""))
        return self.page(rows, MatchingQuestionOut, ("asked_at", "pk"))


class MatchingAnswers(Once, ApiView):
    scopes: ClassVar = {"POST": "matchings:write"}

    class MatchingAnswersIn(serializers.Serializer):
        class MatchingAnswerIn(serializers.Serializer):
            id = serializers.UUIDField()
            earned = YuanField(required=False, allow_null=True)
            transfers = YuanField(required=False, allow_null=True)
            business = YuanField(required=False, allow_null=True)
            money = YuanField(required=False, allow_null=True)
            vehicles = serializers.IntegerField(
                required=False, allow_null=True, min_value=0, max_value=MOST_THINGS
            )
            homes = serializers.IntegerField(
                required=False, allow_null=True, min_value=0, max_value=MOST_THINGS
            )
            note = serializers.CharField(
                required=False, default="", allow_blank=True, max_length=200
            )

        register = serializers.ChoiceField(choices=REGISTERS)
        answers = MatchingAnswerIn(many=True, allow_empty=False)

    class MatchingAnswersOut(serializers.Serializer):
        answered = serializers.IntegerField()

    @extend_schema(
        operation_id="assistance_matchings_answer",
        tags=["assistance"],
        summary="Answer questions of one register",
        description=(
            "Income is a month. What is left out is not known, which is not the same as nought. All"
            " answers are taken or none; a question is answered once."
        ),
        parameters=[KEY],
        request=MatchingAnswersIn,
        responses={201: MatchingAnswersOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        asked = self.MatchingAnswersIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        lines = [
            answers.Answer(
                line["id"],
                {name: line[name] for name in (*AMOUNTS, *COUNTS) if line.get(name) is not None},
                line["note"],
            )
            for line in said["answers"]
        ]

        def act() -> tuple[int, Any]:
            count = answers.take(by=request.user, source=said["register"], answers=lines)
            return 201, {"answered": count}

        try:
            return self.once(request, act)
        except Problem as trouble:
            if trouble.field and (row := trouble.detail.get("row")):
                raise serializers.ValidationError(
                    {"answers": {str(row - 1): {trouble.field: [str(trouble)]}}}
                ) from trouble
            raise
