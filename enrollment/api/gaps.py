"""The work lists of full coverage by API, for systems of grass-roots offices."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment import queries
from enrollment.models import ContactOutcome, ContactWay, CoverageGap, GapContact, GapReason
from enrollment.services.people import gaps
from funds.models import Branch
from socsec.office.access import require
from socsec.office.api import ApiView, Once
from socsec.office.errors import NotFound

from . import KEY, PROBLEM, PURPOSE, find_person
from .coverage import BRANCHES

REASONS = {reason.value: reason.name.lower() for reason in GapReason}


class CoverageGaps(ApiView):
    scopes: ClassVar = {"GET": "people:read"}

    class GapOut(serializers.Serializer):
        """Somebody who should be insured in a branch and is not."""

        person = serializers.SerializerMethodField()
        branch = serializers.SerializerMethodField()
        reason = serializers.SerializerMethodField()
        region = serializers.CharField()
        found_on = serializers.DateField()
        since = serializers.DateField(allow_null=True)
        next_on = serializers.DateField(allow_null=True, help_text="Day agreed for the next word")

        def get_person(self, row: CoverageGap) -> str:
            return str(self.context["people"][row.person_id])

        def get_branch(self, row: CoverageGap) -> str:
            return Branch(row.branch).name.lower()

        def get_reason(self, row: CoverageGap) -> str:
            return REASONS[row.reason]

    @extend_schema(
        operation_id="coverage_gaps_list",
        tags=["people"],
        summary="Who should be insured and is not, a page at a time",
        parameters=[
            OpenApiParameter("reason", str, enum=list(REASONS.values())),
            OpenApiParameter("limit", int),
            OpenApiParameter("cursor", str),
        ],
        responses={200: GapOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        require(request.user, "gap.read")
        rows = queries.gaps(request.user)
        if reason := request.query_params.get("reason"):
            rows = rows.filter(reason__in=[key for key, name in REASONS.items() if name == reason])
        return self.page(
            rows,
            self.GapOut,
            ("person_id", "branch", "found_on"),
            lambda found: {"people": queries.public_ids(row.person_id for row in found)},
        )


class PersonGapContacts(Once, ApiView):
    scopes: ClassVar = {"GET": "people:read", "POST": "people:write"}

    class ContactIn(serializers.Serializer):
        branch = serializers.ChoiceField(BRANCHES)
        way = serializers.ChoiceField(choices=ContactWay.choices)
        outcome = serializers.ChoiceField(choices=ContactOutcome.choices)
        note = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
        next_on = serializers.DateField(required=False, default=None, allow_null=True)

    class ContactOut(serializers.ModelSerializer):
        branch = serializers.SerializerMethodField()

        class Meta:
            model = GapContact
            fields: ClassVar = ["branch", "way", "outcome", "note", "next_on"]

        def get_branch(self, row: GapContact) -> str:
            return Branch(row.branch).name.lower()

    @extend_schema(
        operation_id="people_gap_contacts_list",
        tags=["people"],
        summary="Every attempt to win a person for insurance, and what came of it",
        parameters=[PURPOSE],
        responses={200: ContactOut(many=True), 404: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        person = find_person(request, public_id)
        require(request.user, "gap.read", person.region)
        rows = GapContact.objects.filter(person_id__in=queries.numbers_of(person.pk))
        return Response({"results": self.ContactOut(rows.order_by("-pk"), many=True).data})

    @extend_schema(
        operation_id="people_gap_contacts_create",
        tags=["people"],
        summary="Write down an attempt and what came of it",
        parameters=[KEY, PURPOSE],
        request=ContactIn,
        responses={201: ContactOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        asked = self.ContactIn(data=request.data)
        asked.is_valid(raise_exception=True)
        person = find_person(request, public_id)

        def act() -> tuple[int, Any]:
            said = dict(asked.validated_data)
            gap = queries.gap_of(request.user, person.pk, Branch[said.pop("branch").upper()])
            if gap is None:
                raise NotFound(_("This person is not on the list."), code="no_gap")
            return 201, self.ContactOut(gaps.contact(by=request.user, gap=gap, **said)).data

        return self.once(request, act)
