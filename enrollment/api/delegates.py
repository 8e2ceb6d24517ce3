"""Guardians and delegates by API: who may act for a person, reported and ended with a reason."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment import queries
from enrollment.models import Mandate
from enrollment.services.people import delegates
from socsec.office.access import require
from socsec.office.api import ApiView, Once
from socsec.office.errors import NotFound
from socsec.office.people import Scope

from . import KEY, PROBLEM, PURPOSE, find_person


class MandateOut(serializers.ModelSerializer):
    number = serializers.IntegerField(source="pk")
    delegate = serializers.UUIDField(source="delegate.public_id")
    name = serializers.CharField(source="delegate.name")

    class Meta:
        model = Mandate
        fields: ClassVar = ["number", "delegate", "name", "kind", "scopes", "since", "until"]


class PersonDelegates(Once, ApiView):
    scopes: ClassVar = {"GET": "people:read", "POST": "people:write"}

    class DelegateIn(serializers.Serializer):
        resident_id = serializers.CharField(max_length=40, help_text="Of who will act")
        name = serializers.CharField(max_length=60, help_text="Of who will act")
        kind = serializers.ChoiceField(choices=Mandate.Kind.values)
        scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.values))
        until = serializers.DateField()
        document = serializers.CharField(max_length=120)

    @extend_schema(
        operation_id="people_delegates",
        tags=["people"],
        summary="Who may act for a person today, and in what",
        parameters=[PURPOSE],
        responses={200: MandateOut(many=True), 404: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        person = find_person(request, public_id)
        require(request.user, "person.read", person.region)
        rows = queries.in_force().filter(person__in=queries.numbers_of(person.pk)).order_by("pk")
        return Response({"results": MandateOut(rows, many=True).data})

    @extend_schema(
        operation_id="people_delegates_create",
        tags=["people"],
        summary="Report a guardian or delegate, such as a court has named, with the document",
        parameters=[KEY, PURPOSE],
        request=DelegateIn,
        responses={201: MandateOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        asked = self.DelegateIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = dict(asked.validated_data)
        person = find_person(request, public_id)

        def act() -> tuple[int, Any]:
            delegate = delegates.find_delegate(
                name=said.pop("name"), resident_id=said.pop("resident_id")
            )
            made = delegates.grant(by=request.user, person=person, delegate=delegate, **said)
            return 201, MandateOut(made).data

        return self.once(request, act)


class PersonDelegateEnd(Once, ApiView):
    scopes: ClassVar = {"POST": "people:write"}

    class MandateEndIn(serializers.Serializer):
        reason = serializers.CharField(max_length=200)

    @extend_schema(
        operation_id="people_delegates_end",
        tags=["people"],
        summary="End a permission to act, from now on",
        parameters=[KEY, PURPOSE],
        request=MandateEndIn,
        responses={201: MandateOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any, number: int) -> Response:
        asked = self.MandateEndIn(data=request.data)
        asked.is_valid(raise_exception=True)
        person = find_person(request, public_id)

        def act() -> tuple[int, Any]:
            mandate = queries.mandates_of(person.pk).filter(pk=number).first()
            if mandate is None:
                raise NotFound(_("There is no such permission."), code="no_mandate")
            reason = asked.validated_data["reason"]
            ended = delegates.end(by=request.user, mandate=mandate, reason=reason)
            return 201, MandateOut(ended).data

        return self.once(request, act)
