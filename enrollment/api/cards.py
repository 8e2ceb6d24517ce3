"""Social security cards by API: what is to be made, what happened to a card, whose code this is."""

from typing import Any, ClassVar

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.models import Card, CardChannel, CardState, Purpose
from enrollment.services.people import cards, electronic_card
from socsec.office.access import require, scope
from socsec.office.api import ApiView, Once, purpose
from socsec.office.errors import NotFound
from socsec.office.services import audit

from . import KEY, PROBLEM, PURPOSE, find_person
from .coverage import CoverageOut

API = CardChannel.API


class CardOut(serializers.ModelSerializer):
    """A card as a partner sees it: no account in clear."""

    id = serializers.UUIDField(source="public_id")
    person = serializers.UUIDField(source="person.public_id")

    class Meta:
        model = Card
        fields: ClassVar = [
            "id",
            "person",
            "region",
            "state",
            "number",
            "bank",
            "last_four",
            "requested_on",
            "due_on",
            "produced_on",
            "issued_on",
            "activated_on",
            "ended_on",
        ]


class ToMakeOut(CardOut):
    """What a card is made from: here, and only here, the identity number is whole."""

    name = serializers.CharField(source="person.name")
    resident_id = serializers.CharField(source="person.resident_id")

    class Meta(CardOut.Meta):
        fields: ClassVar = [
            "id",
            "person",
            "name",
            "resident_id",
            "region",
            "requested_on",
            "due_on",
        ]


class CardsToMake(ApiView):
    scopes: ClassVar = {"GET": "cards:produce"}

    @extend_schema(
        operation_id="cards_to_make",
        tags=["cards"],
        summary="Cards that are asked for and not made yet, soonest due first",
        description="Each look is noted for each person.",
        parameters=[OpenApiParameter("limit", int), OpenApiParameter("cursor", str)],
        responses={200: ToMakeOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        require(request.user, "card.handle")
        rows = scope(
            Card.objects.filter(state=CardState.REQUESTED).select_related("person"), request.user
        )

        def note(found: list[Card]) -> dict[str, Any]:
            with transaction.atomic():
                audit.record_many(
                    by=request.user,
                    act="person.read",
                    rows=[
                        {
                            "subject": ("person", card.person_id),
                            "person_id": card.person_id,
                            "region": card.region,
                            "reason": "card",
                        }
                        for card in found
                    ],
                )
            return {}

        return self.page(rows, ToMakeOut, ("due_on", "pk"), note)


def find_card(request: Request, public_id: Any) -> Card:
    """The card, if the partner's region holds it."""
    cards_there = scope(Card.objects.select_related("person"), request.user)
    card = cards_there.filter(public_id=public_id).first()
    if card is None:
        raise NotFound(_("There is no such card in your region."), code="no_such_card")
    return card


class PersonCard(Once, ApiView):
    scopes: ClassVar = {"GET": "cards:read", "POST": "cards:write"}

    @extend_schema(
        operation_id="people_card",
        tags=["cards"],
        summary="A person's card that counts, or is on its way",
        parameters=[PURPOSE],
        responses={200: CardOut, 404: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        person = find_person(request, public_id)
        card = cards.current(person.pk)
        if card is None:
            raise NotFound(_("This person has no card."), code="no_such_card")
        return Response(CardOut(card).data)

    @extend_schema(
        operation_id="people_card_request",
        tags=["cards"],
        summary="Ask for a person's card",
        parameters=[KEY, PURPOSE],
        request=None,
        responses={201: CardOut, 404: PROBLEM, 409: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        purpose(request)

        def act() -> tuple[int, dict[str, Any]]:
            person = find_person(request, public_id)
            card = cards.request(by=request.user, person=person, channel=API)
            card.refresh_from_db()
            return 201, _plain(card)

        return self.once(request, act)


def _plain(card: Card) -> dict[str, Any]:
    """The card as the answer that is kept for repeats."""
    return {name: None if v is None else str(v) for name, v in CardOut(card).data.items()}


class CardEvents(Once, ApiView):
    scopes: ClassVar = {"POST": "cards:write"}

    class CardEventIn(serializers.Serializer):
        event = serializers.ChoiceField(
            ["produced", "issued", "activated", "lost", "found", "replaced", "cancelled"]
        )
        number = serializers.CharField(max_length=20, required=False, default="")
        bank = serializers.CharField(max_length=60, required=False, default="")
        account = serializers.CharField(max_length=40, required=False, default="")
        use_for = serializers.MultipleChoiceField(
            choices=Purpose.choices, required=False, default=()
        )
        reason = serializers.CharField(max_length=200, required=False, default="")

    @extend_schema(
        operation_id="cards_event",
        tags=["cards"],
        summary="Tell what happened to a card",
        description="produced needs a number (and bank and account, if it carries one); cancelled "
        "needs a reason; replaced answers with the new card. What cannot follow is refused.",
        parameters=[KEY],
        request=CardEventIn,
        responses={201: CardOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        asked = self.CardEventIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        by: Any = {"by": request.user, "channel": API}

        def act() -> tuple[int, dict[str, Any]]:
            card = find_card(request, public_id)
            event = said["event"]
            if event == "produced":
                made = {name: said[name] for name in ("number", "bank", "account")}
                done = cards.produced(card=card, **made, **by)
            elif event == "issued":
                done = cards.issue(card=card, **by)
            elif event == "activated":
                done = cards.activate(card=card, use_for=tuple(sorted(said["use_for"])), **by)
            elif event == "lost":
                done = cards.report_lost(card=card, **by)
            elif event == "found":
                done = cards.found(card=card, **by)
            elif event == "replaced":
                done = cards.replace(card=card, reason=said["reason"], **by)
                done.refresh_from_db()
            else:
                done = cards.cancel(card=card, reason=said["reason"], **by)
            return 201, _plain(done)

        return self.once(request, act)


class CardCheck(ApiView):
    scopes: ClassVar = {"POST": "cards:check"}

    class CodeIn(serializers.Serializer):
        token = serializers.CharField(max_length=400)

    class CodeOut(serializers.Serializer):
        person = serializers.UUIDField()
        name = serializers.CharField()
        resident_id_masked = serializers.CharField()
        card = serializers.CharField()
        insured = CoverageOut(many=True)

    @extend_schema(
        operation_id="cards_check",
        tags=["cards"],
        summary="Whose electronic card this is, and in what they are insured today",
        description="The token is what the QR code holds: good for a minute, once.",
        request=CodeIn,
        responses={200: CodeOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        asked = self.CodeIn(data=request.data)
        asked.is_valid(raise_exception=True)
        shown = electronic_card.check(by=request.user, text=asked.validated_data["token"])
        return Response(
            {
                "person": str(shown.person.public_id),
                "name": shown.person.name,
                "resident_id_masked": shown.person.masked_id,
                "card": shown.card.number,
                "insured": CoverageOut(shown.insured, many=True).data,
            }
        )
