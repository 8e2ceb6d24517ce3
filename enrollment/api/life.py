"""Life events by API: reported, read as a feed, taken back by another hand."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment import queries
from enrollment.models import EventKind, LifeEvent
from enrollment.services.living import events
from socsec.office.access import require, scope
from socsec.office.api import ApiView, Once
from socsec.office.errors import Invalid, NotFound

from . import KEY, PROBLEM, PURPOSE, find_person
from .registry import SEXES


class LifeEventOut(serializers.ModelSerializer):
    person = serializers.UUIDField(source="person.public_id")
    number = serializers.IntegerField(source="pk")
    takes_back = serializers.IntegerField(source="reverses_id", allow_null=True)

    class Meta:
        model = LifeEvent
        fields: ClassVar = [
            *("number", "person", "kind", "happened_on", "known_on", "recorded_at"),
            *("region", "takes_back"),
        ]


class PersonLifeEvents(Once, ApiView):
    scopes: ClassVar = {"GET": "life:read", "POST": "life:write"}

    class EventIn(serializers.Serializer):
        kind = serializers.ChoiceField(choices=EventKind.values)
        happened_on = serializers.DateField()
        known_on = serializers.DateField(required=False, default=None, allow_null=True)
        document = serializers.CharField(max_length=120)
        to_region = serializers.CharField(
            max_length=6, required=False, default="", help_text="For a move"
        )
        child_name = serializers.CharField(
            max_length=60, required=False, default="", help_text="For a birth"
        )
        sex = serializers.ChoiceField(
            choices=list(SEXES), required=False, help_text="Of the child, for a birth"
        )

    @extend_schema(
        operation_id="people_life_events",
        tags=["life events"],
        summary="What happened in a person's life, and what was taken back",
        parameters=[PURPOSE],
        responses={200: LifeEventOut(many=True), 404: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        person = find_person(request, public_id)
        rows = queries.events_since(person_id=person.pk).select_related("person")
        return Response({"results": LifeEventOut(rows, many=True).data})

    @extend_schema(
        operation_id="people_life_events_create",
        tags=["life events"],
        summary="Report a death, birth, move, imprisonment, release, emigration or return",
        description="For a birth the person is a parent; the child is registered without a number.",
        parameters=[KEY, PURPOSE],
        request=EventIn,
        responses={201: LifeEventOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        asked = self.EventIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        person = find_person(request, public_id)

        def act() -> tuple[int, dict[str, Any]]:
            if said["kind"] == EventKind.BIRTH:
                event = events.record_birth(
                    by=request.user,
                    parent=person,
                    name=said["child_name"],
                    sex=SEXES.get(said.get("sex", ""), 0),
                    born_on=said["happened_on"],
                    document=said["document"],
                    known_on=said["known_on"],
                )
            else:
                event = events.record(
                    by=request.user,
                    person=person,
                    kind=said["kind"],
                    happened_on=said["happened_on"],
                    document=said["document"],
                    known_on=said["known_on"],
                    to_region=said["to_region"],
                )
            event.refresh_from_db()
            return 201, dict(LifeEventOut(event).data)

        return self.once(request, act)


class LifeEventEnd(Once, ApiView):
    scopes: ClassVar = {"POST": "life:write"}

    class EventEndIn(serializers.Serializer):
        reason = serializers.CharField(max_length=120)

    @extend_schema(
        operation_id="life_events_withdraw",
        tags=["life events"],
        summary="Take back what did not happen; what it changed is put back",
        description="By another hand than the one that reported it.",
        parameters=[KEY],
        request=EventEndIn,
        responses={201: LifeEventOut, 403: PROBLEM, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, number: int) -> Response:
        asked = self.EventEndIn(data=request.data)
        asked.is_valid(raise_exception=True)

        def act() -> tuple[int, Any]:
            rows = LifeEvent.objects.select_related("person").filter(pk=number)
            event = scope(rows, request.user, "person__region").first()
            if event is None:
                raise NotFound(_("There is no such event in your region."), code="no_event")
            back = events.withdraw(
                by=request.user, event=event, reason=asked.validated_data["reason"]
            )
            back.refresh_from_db()
            return 201, dict(LifeEventOut(back).data)

        return self.once(request, act)


class LifeEvents(ApiView):
    scopes: ClassVar = {"GET": "life:read"}

    @extend_schema(
        operation_id="life_events_list",
        tags=["life events"],
        summary="Events of the region recorded after a number, oldest first, a page at a time",
        parameters=[
            OpenApiParameter("after", int, description="The number of the last event you know"),
            OpenApiParameter("kind", str),
            OpenApiParameter("limit", int),
            OpenApiParameter("cursor", str),
        ],
        responses={200: LifeEventOut(many=True), 422: PROBLEM},
    )
    def get(self, request: Request) -> Response:
        require(request.user, "life.read")
        after = request.query_params.get("after", "0")
        if not (after.isascii() and after.isdigit() and len(after) < 19):
            raise Invalid(_("Give the number of an event."), code="no_number", field="after")
        kind = request.query_params.get("kind")
        found = queries.events_since(int(after), [kind] if kind else None)
        rows = scope(found.select_related("person"), request.user, "person__region")
        return self.page(rows, LifeEventOut, ("id",))
