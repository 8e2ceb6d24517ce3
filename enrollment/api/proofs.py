"""Proofs of life by API: read, and given by whoever saw the person."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment import queries
from enrollment.models import ProofOfLife
from enrollment.services.living import proofs
from socsec.office.access import require
from socsec.office.api import ApiView, Once

from . import KEY, PROBLEM, PURPOSE, find_person


class PersonProofs(Once, ApiView):
    scopes: ClassVar = {"GET": "status:read", "POST": "status:write"}

    class ProofIn(serializers.Serializer):
        way = serializers.ChoiceField(choices=proofs.AT_DESK)
        proved_on = serializers.DateField()
        witness = serializers.CharField(
            max_length=60, required=False, default="", allow_blank=True, help_text="Who saw them"
        )

    class ProofOut(serializers.ModelSerializer):
        class Meta:
            model = ProofOfLife
            fields: ClassVar = ["way", "proved_on", "valid_until"]

    @extend_schema(
        operation_id="people_proofs_list",
        tags=["people"],
        summary="On which days somebody was known to be alive, and until when that is enough",
        parameters=[PURPOSE],
        responses={200: ProofOut(many=True), 404: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        person = find_person(request, public_id)
        require(request.user, "proof.read", person.region)
        rows = queries.proofs_of(person.pk)
        return Response({"results": self.ProofOut(rows, many=True).data})

    @extend_schema(
        operation_id="people_proofs_create",
        tags=["people"],
        summary="Say that somebody was seen alive on a day, and by whom",
        parameters=[KEY, PURPOSE],
        request=ProofIn,
        responses={201: ProofOut, 404: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        asked = self.ProofIn(data=request.data)
        asked.is_valid(raise_exception=True)
        person = find_person(request, public_id)

        def act() -> tuple[int, Any]:
            made = proofs.record(by=request.user, person=person, **asked.validated_data)
            return 201, self.ProofOut(made).data

        return self.once(request, act)
