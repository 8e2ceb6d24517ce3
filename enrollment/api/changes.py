"""Changes of a person's details by API: asked for with papers, decided by two officers."""

import base64
import binascii
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment import queries
from enrollment.models import ChangeRequest, What
from enrollment.services.people import changes
from socsec.office.access import require
from socsec.office.api import ApiView, Once
from socsec.office.errors import Invalid
from socsec.office.models import Case

from . import KEY, PROBLEM, PURPOSE, find_person


class Changes(Once, ApiView):
    scopes: ClassVar = {"GET": "people:read", "POST": "people:write"}

    class ChangeIn(serializers.Serializer):
        class PaperIn(serializers.Serializer):
            name = serializers.CharField(max_length=120)
            content = serializers.CharField(help_text="PDF, PNG or JPEG in base64")

        what = serializers.ChoiceField(choices=What.values)
        new = serializers.DictField(child=serializers.CharField(max_length=200))
        correction = serializers.BooleanField(required=False, default=False)
        since = serializers.DateField(required=False, default=None, allow_null=True)
        papers = PaperIn(many=True, required=False, default=list)

    class ChangeOut(serializers.Serializer):
        """A request and where it stands; what it asks for stays with the office."""

        case = serializers.CharField(source="case.number")
        what = serializers.CharField()
        state = serializers.CharField(source="case.state")
        received_on = serializers.DateField(source="case.received_on")
        due_on = serializers.DateField(source="case.due_on")

    @extend_schema(
        operation_id="people_changes_create",
        tags=["people"],
        summary="Ask for a change of a person's details",
        description="Two officers decide; until then nothing on file changes.",
        parameters=[KEY, PURPOSE],
        request=ChangeIn,
        responses={201: ChangeOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        asked = self.ChangeIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        person = find_person(request, public_id)

        def act() -> tuple[int, dict[str, Any]]:
            made = changes.ask(
                by=request.user,
                person=person,
                what=said["what"],
                new=said["new"],
                channel=Case.Channel.API,
                correction=said["correction"],
                from_=said["since"],
                uploads=[_upload(each) for each in said["papers"]],
            )
            return 201, self.ChangeOut(made).data

        return self.once(request, act)

    @extend_schema(
        operation_id="people_changes_list",
        tags=["people"],
        summary="Changes that were asked for, and what became of them, newest first",
        parameters=[PURPOSE],
        responses={200: ChangeOut(many=True), 404: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        person = find_person(request, public_id)
        require(request.user, "case.read", person.region)
        rows = ChangeRequest.objects.filter(person__in=queries.numbers_of(person.pk))
        found = rows.select_related("case").order_by("-pk")[:100]
        return Response({"results": self.ChangeOut(found, many=True).data})


def _upload(paper: dict[str, str]) -> changes.Upload:
    try:
        content = base64.b64decode(paper["content"], validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid(_("A paper is sent in base64."), code="not_base64", field="papers") from error
    return changes.Upload(paper["name"], content)
