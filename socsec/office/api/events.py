"""What changed: a feed to read, subscriptions to be told, and what their deliveries came to."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from socsec.office import events, feeds
from socsec.office.access import require
from socsec.office.errors import Invalid, NotFound
from socsec.office.models import Delivery, PublicEvent, Subscription
from socsec.office.services import subscriptions
from socsec.settings.api import SCOPES

from .idempotency import Once
from .views import ApiView

PROBLEM = OpenApiResponse(description="application/problem+json (RFC 9457)")
KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="New with each new request",
)


def held_scopes(request: Request) -> list[str]:
    """The scopes of the request's token."""
    return [scope for scope in SCOPES if request.auth.is_valid([scope])]


class SubjectOut(serializers.Serializer):
    type = serializers.CharField(source="subject_type")
    id = serializers.CharField(source="subject_id")


class EventOut(serializers.ModelSerializer):
    """That something happened; what became of it is read where the kind says."""

    subject = SubjectOut(source="*")

    class Meta:
        model = PublicEvent
        fields: ClassVar = [
            "event_id",
            "kind",
            "occurred_at",
            "published_at",
            "subject",
            "sequence",
            "region",
            "data",
        ]


class Events(ApiView):
    scopes: ClassVar = {"GET": "events:read"}

    class Asked(serializers.Serializer):
        updated_since = serializers.DateTimeField(required=False)
        after = serializers.UUIDField(required=False)
        kind = serializers.CharField(required=False, max_length=40)

    @extend_schema(
        operation_id="events_list",
        tags=["events"],
        summary="What changed, in the order in which it was published",
        description=(
            "Only kinds whose scope the token has, only of the partner's region. Keep the last"
            " `event_id` and ask for what came `after` it: nothing is missed, nothing comes twice."
        ),
        parameters=[
            OpenApiParameter("updated_since", str, description="Published at or after, ISO 8601"),
            OpenApiParameter("after", str, description="The last event_id already seen"),
            OpenApiParameter("kind", str, description="One kind only"),
            OpenApiParameter("limit", int),
            OpenApiParameter("cursor", str),
        ],
        responses={200: EventOut(many=True), 403: PROBLEM, 422: PROBLEM},
    )
    def get(self, request: Request) -> Response:
        require(request.user, "event.read")
        asked = self.Asked(data=request.query_params)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        kinds = events.within(held_scopes(request))
        if "kind" in said:
            if not events.known(said["kind"]):
                raise Invalid(
                    _("There is no such kind of event."), code="unknown_kind", field="kind"
                )
            kinds = [name for name in kinds if name == said["kind"]]
        after = None
        if "after" in said:
            after = feeds.place(said["after"])
            if after is None:
                raise Invalid(_("There is no such event."), code="no_event", field="after")
        rows = feeds.feed(request.user, kinds, since=said.get("updated_since"), after=after)
        return self.page(rows, EventOut, ("pk",))


def described(kind: events.EventKind) -> dict[str, Any]:
    return {
        "kind": kind.name,
        "label": str(kind.label),
        "subject": kind.subject,
        "scope": kind.scope,
        "read_at": kind.read_at,
        "data": [{"name": name, "meaning": str(kind.words[name])} for name in kind.data],
    }


class EventKinds(APIView):
    """Open to anyone: what may be heard of is no secret."""

    authentication_classes: ClassVar = []
    permission_classes: ClassVar = [AllowAny]

    @extend_schema(
        operation_id="events_kinds",
        tags=["events"],
        summary="Every kind of event",
        responses={200: dict},
    )
    def get(self, request: Request) -> Response:
        return Response({"results": [described(kind) for kind in events.all_kinds()]})


def documentation(request: HttpRequest) -> HttpResponse:
    """Every kind of event, and how to prove that a delivery came from here: written from the registry."""
    return render(
        request,
        "portal/office/event_kinds.html",
        {"kinds": [described(kind) for kind in events.all_kinds()]},
    )


class SubscriptionOut(serializers.ModelSerializer):
    id = serializers.UUIDField(source="public_id")
    region = serializers.CharField(source="region_id")
    waiting = serializers.IntegerField()
    given_up = serializers.IntegerField(source="dead")

    class Meta:
        model = Subscription
        fields: ClassVar = [
            "id",
            "kinds",
            "region",
            "url",
            "active",
            "failures",
            "rest_until",
            "waiting",
            "given_up",
        ]


class SubscriptionIn(serializers.Serializer):
    kinds = serializers.ListField(child=serializers.CharField(max_length=40), max_length=200)
    region = serializers.CharField(max_length=6)
    url = serializers.CharField(max_length=300)
    secret = serializers.CharField(max_length=128, write_only=True, trim_whitespace=False)


class SubscriptionChange(SubscriptionIn):
    kinds = serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=200, required=False
    )
    region = serializers.CharField(max_length=6, required=False)
    url = serializers.CharField(max_length=300, required=False)
    secret = serializers.CharField(
        max_length=128, write_only=True, required=False, trim_whitespace=False
    )
    active = serializers.BooleanField(required=False)


def find(request: Request, public_id: Any) -> Subscription:
    found = feeds.counted(request.user).filter(public_id=public_id, closed_at=None).first()
    if found is None:
        raise NotFound(_("There is no such subscription."), code="no_subscription")
    return found


class Subscriptions(Once, ApiView):
    scopes: ClassVar = {"GET": "events:read", "POST": "subscriptions:write"}

    @extend_schema(
        operation_id="subscriptions_list",
        tags=["events"],
        summary="The partner's subscriptions",
        responses={200: SubscriptionOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        rows = feeds.counted(request.user).filter(closed_at=None)
        return Response({"results": SubscriptionOut(rows, many=True).data})

    @extend_schema(
        operation_id="subscriptions_create",
        tags=["events"],
        summary="Be told of changes",
        description="The secret is the partner's own, of 32 characters or more; it is never shown again.",
        parameters=[KEY],
        request=SubscriptionIn,
        responses={201: SubscriptionOut, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        asked = SubscriptionIn(data=request.data)
        asked.is_valid(raise_exception=True)

        def act() -> tuple[int, Any]:
            made = subscriptions.open_subscription(
                by=request.user,
                partner=request.user,
                scopes=held_scopes(request),
                **asked.validated_data,
            )
            said = SubscriptionOut(find(request, made.public_id)).data
            return 201, {**said}

        return self.once(request, act)


class SubscriptionDetail(ApiView):
    scopes: ClassVar = {
        "GET": "events:read",
        "PATCH": "subscriptions:write",
        "DELETE": "subscriptions:write",
    }

    @extend_schema(
        operation_id="subscriptions_read",
        tags=["events"],
        summary="A subscription",
        responses={200: SubscriptionOut, 404: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        return Response(SubscriptionOut(find(request, public_id)).data)

    @extend_schema(
        operation_id="subscriptions_change",
        tags=["events"],
        summary="Change a subscription, or switch it off and on",
        description="A new secret signs at once; the one before signs beside it for 24 hours.",
        request=SubscriptionChange,
        responses={200: SubscriptionOut, 404: PROBLEM, 422: PROBLEM},
    )
    def patch(self, request: Request, public_id: Any) -> Response:
        held = find(request, public_id)
        asked = SubscriptionChange(data=request.data)
        asked.is_valid(raise_exception=True)
        said = dict(asked.validated_data)
        active = said.pop("active", None)
        if said:
            subscriptions.change(
                by=request.user, subscription=held, scopes=held_scopes(request), **said
            )
        if active is not None:
            subscriptions.switch(
                by=request.user, subscription=held, active=active, reason="partner, over the API"
            )
        return Response(SubscriptionOut(find(request, public_id)).data)

    @extend_schema(
        operation_id="subscriptions_close",
        tags=["events"],
        summary="End a subscription",
        responses={204: None, 404: PROBLEM},
    )
    def delete(self, request: Request, public_id: Any) -> Response:
        subscriptions.close(by=request.user, subscription=find(request, public_id))
        return Response(status=204)


class DeliveryOut(serializers.ModelSerializer):
    event_id = serializers.UUIDField(source="event.event_id")
    kind = serializers.CharField(source="event.kind")
    next_attempt = serializers.SerializerMethodField()

    class Meta:
        model = Delivery
        fields: ClassVar = [
            "event_id",
            "kind",
            "state",
            "attempts",
            "status",
            "error",
            "next_attempt",
            "delivered_at",
            "replays",
        ]

    def get_next_attempt(self, row: Delivery) -> str | None:
        return row.due_at.isoformat() if row.state == Delivery.State.WAITING else None


class Deliveries(ApiView):
    scopes: ClassVar = {"GET": "events:read"}

    @extend_schema(
        operation_id="subscriptions_deliveries",
        tags=["events"],
        summary="What was told, and what came of it",
        parameters=[
            OpenApiParameter("state", str, enum=list(Delivery.State.values)),
            OpenApiParameter("limit", int),
            OpenApiParameter("cursor", str),
        ],
        responses={200: DeliveryOut(many=True), 404: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        rows = feeds.deliveries(request.user).filter(subscription=find(request, public_id))
        if state := request.query_params.get("state"):
            rows = rows.filter(state=state)
        return self.page(rows, DeliveryOut, ("-event_id",))


class Replay(Once, ApiView):
    scopes: ClassVar = {"POST": "subscriptions:write"}

    class ReplayIn(serializers.Serializer):
        since = serializers.DateTimeField(required=False)
        after = serializers.UUIDField(required=False)
        given_up = serializers.BooleanField(required=False, default=False)

    class ReplayOut(serializers.Serializer):
        events = serializers.IntegerField()

    @extend_schema(
        operation_id="subscriptions_replay",
        tags=["events"],
        summary="Send anew: since a time, after an event, or what was given up",
        parameters=[KEY],
        request=ReplayIn,
        responses={202: ReplayOut, 404: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        held = find(request, public_id)
        asked = self.ReplayIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data

        def act() -> tuple[int, Any]:
            count = subscriptions.replay(
                by=request.user,
                subscription=held,
                since=said.get("since"),
                after=said.get("after"),
                dead=said["given_up"],
            )
            return 202, {"events": count}

        return self.once(request, act)
