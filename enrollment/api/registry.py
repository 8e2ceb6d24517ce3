"""The registry for partners: people entered, read as of a day, their papers, changes and life events."""

import base64
import binascii
from datetime import date, datetime
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment import queries
from enrollment.models import (
    Category,
    EventKind,
    IdentifierKind,
    IdentityDocument,
    LifeEvent,
    Mandate,
    Person,
    What,
)
from enrollment.queries.as_of import AsOf, as_of
from enrollment.services.living import events
from enrollment.services.people import changes, identifiers
from enrollment.services.people import person as registry
from funds.models import Branch
from socsec.office.access import require, scope
from socsec.office.api import ApiView, Once
from socsec.office.errors import Invalid, NotFound
from socsec.office.models import Case

from . import KEY, PROBLEM, PURPOSE, PersonDetail, PersonOut, find_person

SEXES = {"male": 1, "female": 2}


class DocumentIn(serializers.Serializer):
    kind = serializers.ChoiceField(choices=IdentifierKind.values)
    number = serializers.CharField(max_length=40)
    country = serializers.CharField(max_length=3, required=False, default="")
    valid_until = serializers.DateField(required=False, default=None, allow_null=True)


class People(Once, ApiView):
    scopes: ClassVar = {"POST": "people:write"}

    class PersonIn(serializers.Serializer):
        name = serializers.CharField(max_length=60)
        region = serializers.CharField(max_length=6)
        resident_id = serializers.CharField(max_length=40, required=False, default="")
        phone = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
        sex = serializers.ChoiceField(choices=list(SEXES), required=False)
        born_on = serializers.DateField(required=False)
        newborn = serializers.BooleanField(required=False, default=False)
        documents = DocumentIn(many=True, required=False, default=list)

    @extend_schema(
        operation_id="people_create",
        tags=["people"],
        summary="Register a person, with an identity number or without one",
        description="Without `resident_id`, sex and birth date are needed, and a document unless"
        " it is a newborn who awaits the number.",
        parameters=[KEY],
        request=PersonIn,
        responses={201: PersonOut, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        asked = self.PersonIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data

        def act() -> tuple[int, dict[str, Any]]:
            return 201, dict(PersonOut(_enter(request, said)).data)

        return self.once(request, act)


def _enter(request: Request, said: dict[str, Any]) -> Person:
    common = {"by": request.user, "name": said["name"], "region": said["region"]}
    if said["resident_id"]:
        return registry.enroll(**common, resident_id=said["resident_id"], phone=said["phone"])
    for name in ("sex", "born_on"):
        if name not in said:
            raise Invalid(
                _("Without an identity number, sex and date of birth are needed."),
                code="missing",
                field=name,
            )
    return identifiers.enroll_without_number(
        **common,
        sex=SEXES[said["sex"]],
        born_on=said["born_on"],
        phone=said["phone"],
        newborn=said["newborn"],
        documents=[identifiers.Given(**each) for each in said["documents"]],
    )


class SpanOut(serializers.Serializer):
    branch = serializers.SerializerMethodField()
    category = serializers.SerializerMethodField()
    region = serializers.CharField()
    since = serializers.DateField(source="span.lower")

    def get_branch(self, row: Any) -> str:
        return Branch(row.branch).name.lower()

    def get_category(self, row: Any) -> str:
        return Category(row.category).name.lower()


class EmployerOut(serializers.Serializer):
    credit_code = serializers.CharField(source="employer.credit_code")
    name = serializers.CharField(source="employer.name")


class DocumentOut(serializers.ModelSerializer):
    number_masked = serializers.CharField(source="masked")

    class Meta:
        model = IdentityDocument
        fields: ClassVar = [
            *("kind", "number_masked", "country", "valid_from", "valid_until"),
            *("ended_on", "end_reason"),
        ]


class AsOfOut(serializers.Serializer):
    """A person as of a day."""

    as_of = serializers.DateField(source="on")
    known_at = serializers.DateTimeField(allow_null=True)
    id = serializers.UUIDField(source="person.public_id")
    name = serializers.CharField()
    resident_id_masked = serializers.CharField(source="masked_id")
    sex = serializers.SerializerMethodField()
    born_on = serializers.DateField()
    died_on = serializers.DateField(allow_null=True)
    region = serializers.CharField()
    registration = serializers.SerializerMethodField()
    coverage = SpanOut(many=True, source="coverages")
    employers = EmployerOut(many=True, source="employments")
    documents = DocumentOut(many=True)

    def get_sex(self, found: AsOf) -> str:
        return next(word for word, number in SEXES.items() if number == found.sex)

    def get_registration(self, found: AsOf) -> str | None:
        return found.registration.get_kind_display() if found.registration else None


class PersonRead(PersonDetail):
    """A person as today, or with `as_of` as of a day."""

    @extend_schema(
        operation_id="people_read",
        tags=["people"],
        summary="A person, today or as of a day",
        parameters=[
            PURPOSE,
            OpenApiParameter("as_of", str, description="The day, as YYYY-MM-DD"),
            OpenApiParameter("known_at", str, description="As was on record at that moment"),
        ],
        responses={200: PersonOut, 404: PROBLEM, 422: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        if "as_of" not in request.query_params:
            return super().get(request, public_id)
        on = _day(request, "as_of")
        known_at = _moment(request)
        found = as_of(find_person(request, public_id), on, known_at)
        if found is None:
            raise NotFound(
                _("Nothing was on record of this person then."), code="nothing_on_record"
            )
        return Response(AsOfOut(found).data)


def _day(request: Request, name: str) -> date:
    try:
        found = parse_date(request.query_params[name])
    except ValueError:
        found = None
    if found is None:
        raise Invalid(_("Give the day as YYYY-MM-DD."), code="no_date", field=name)
    return found


def _moment(request: Request) -> datetime | None:
    text = request.query_params.get("known_at", "")
    if not text:
        return None
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise Invalid(
            _("Give the moment as YYYY-MM-DDTHH:MM:SS."), code="no_moment", field="known_at"
        )
    return timezone.make_aware(found) if timezone.is_naive(found) else found


class PersonDocuments(ApiView):
    scopes: ClassVar = {"GET": "people:read"}

    @extend_schema(
        operation_id="people_documents",
        tags=["people"],
        summary="The identity documents of a person, numbers masked",
        parameters=[PURPOSE],
        responses={200: DocumentOut(many=True), 404: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        person = find_person(request, public_id)
        rows = queries.documents(person.pk).order_by("pk")
        return Response({"results": DocumentOut(rows, many=True).data})


class MandateOut(serializers.ModelSerializer):
    delegate = serializers.UUIDField(source="delegate.public_id")
    name = serializers.CharField(source="delegate.name")

    class Meta:
        model = Mandate
        fields: ClassVar = ["delegate", "name", "kind", "scopes", "since", "until"]


class PersonDelegates(ApiView):
    scopes: ClassVar = {"GET": "people:read"}

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


class Changes(Once, ApiView):
    scopes: ClassVar = {"POST": "people:write"}

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
        case = serializers.CharField()
        state = serializers.CharField()
        due_on = serializers.DateField()

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
            return 201, {
                "case": made.case.number,
                "state": made.case.state,
                "due_on": made.case.due_on.isoformat(),
            }

        return self.once(request, act)


def _upload(paper: dict[str, str]) -> changes.Upload:
    try:
        content = base64.b64decode(paper["content"], validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid(_("A paper is sent in base64."), code="not_base64", field="papers") from error
    return changes.Upload(paper["name"], content)


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
