"""Records that may be of one person, by API: the queue, a judgement, a merge proposed.

A partner looks and proposes; that two records are read as one, and that it is undone, people decide.
"""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment import queries
from enrollment.models import DuplicatePair, Person, PersonLink
from enrollment.models.duplicates import Reason
from enrollment.services.people import merging
from socsec.office.access import require
from socsec.office.api import ApiView, Once
from socsec.office.errors import NotFound

from . import KEY, PROBLEM
from .households import person_of

REASONS = {reason.value: reason.name.lower() for reason in Reason}


class PairOut(serializers.Serializer):
    """Two records side by side, by the public numbers of their people."""

    person = serializers.SerializerMethodField()
    other = serializers.SerializerMethodField()
    reason = serializers.SerializerMethodField()
    state = serializers.CharField()
    found_at = serializers.DateTimeField()

    def get_person(self, row: DuplicatePair) -> str:
        return str(self.context["people"][row.person_id])

    def get_other(self, row: DuplicatePair) -> str:
        return str(self.context["people"][row.other_id])

    def get_reason(self, row: DuplicatePair) -> str:
        return REASONS[row.reason]


def _people(rows: list[DuplicatePair]) -> dict[str, Any]:
    numbers = {number for row in rows for number in (row.person_id, row.other_id)}
    return {"people": queries.public_ids(numbers)}


class Duplicates(Once, ApiView):
    scopes: ClassVar = {"GET": "people:read", "POST": "people:write"}

    class DistinctIn(serializers.Serializer):
        person = serializers.UUIDField()
        other = serializers.UUIDField()
        note = serializers.CharField(max_length=200)

    @extend_schema(
        operation_id="duplicates_list",
        tags=["people"],
        summary="Records of the region that may be of one person, a page at a time",
        parameters=[
            OpenApiParameter("state", str, enum=DuplicatePair.State.values),
            OpenApiParameter("limit", int),
            OpenApiParameter("cursor", str),
        ],
        responses={200: PairOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        require(request.user, "duplicate.read")
        rows = queries.pairs(request.user)
        if state := request.query_params.get("state"):
            rows = rows.filter(state=state)
        return self.page(rows, PairOut, ("person_id", "other_id"), _people)

    @extend_schema(
        operation_id="duplicates_distinct",
        tags=["people"],
        summary="Say that the two are different people; the pair does not come back",
        parameters=[KEY],
        request=DistinctIn,
        responses={201: PairOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        asked = self.DistinctIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data

        def act() -> tuple[int, Any]:
            two = Person.objects.filter(public_id__in=(said["person"], said["other"])).values("pk")
            pair = queries.pairs(request.user).filter(person_id__in=two, other_id__in=two).first()
            if pair is None:
                raise NotFound(_("There is no such pair."), code="no_pair")
            pair = merging.distinct(by=request.user, pair=pair, note=said["note"])
            return 201, PairOut(pair, context=_people([pair])).data

        return self.once(request, act)


class MergeOut(serializers.ModelSerializer):
    number = serializers.IntegerField(source="pk")
    survivor = serializers.UUIDField(source="survivor.public_id")
    absorbed = serializers.UUIDField(source="absorbed.public_id")

    class Meta:
        model = PersonLink
        fields: ClassVar = [
            *("number", "survivor", "absorbed", "state", "reason", "proposed_at"),
            *("decided_at", "undone_at", "undo_reason"),
        ]


class Merges(Once, ApiView):
    scopes: ClassVar = {"GET": "people:read", "POST": "people:write"}

    class MergeIn(serializers.Serializer):
        survivor = serializers.UUIDField()
        absorbed = serializers.UUIDField()
        reason = serializers.CharField(max_length=200)

    @extend_schema(
        operation_id="merges_list",
        tags=["people"],
        summary="Merges of records of the region and where they stand, a page at a time",
        parameters=[OpenApiParameter("limit", int), OpenApiParameter("cursor", str)],
        responses={200: MergeOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        require(request.user, "duplicate.read")
        rows = queries.links(request.user).select_related("survivor", "absorbed")
        return self.page(rows, MergeOut, ("id",))

    @extend_schema(
        operation_id="merges_create",
        tags=["people"],
        summary="Propose that one record is read under another; an officer decides",
        parameters=[KEY],
        request=MergeIn,
        responses={201: MergeOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        asked = self.MergeIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data

        def act() -> tuple[int, Any]:
            made = merging.propose(
                by=request.user,
                survivor=person_of(request, said["survivor"]),
                absorbed=person_of(request, said["absorbed"]),
                reason=said["reason"],
            )
            made.refresh_from_db()
            return 201, MergeOut(made).data

        return self.once(request, act)
