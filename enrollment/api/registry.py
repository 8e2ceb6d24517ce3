"""The registry for partners: people entered, read as of a day, and their identity documents."""

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
    IdentifierKind,
    IdentityDocument,
    Person,
)
from enrollment.queries.as_of import AsOf, as_of
from enrollment.services.people import identifiers
from enrollment.services.people import person as registry
from funds.models import Branch
from socsec.office.api import ApiView, Once
from socsec.office.errors import Invalid, NotFound

from . import KEY, PROBLEM, PURPOSE, PersonDetail, PersonOut, find_person

SEXES = {"male": 1, "female": 2}


class DocumentIn(serializers.Serializer):
    kind = serializers.ChoiceField(choices=IdentifierKind.choices)
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


class PersonDocuments(Once, ApiView):
    scopes: ClassVar = {"GET": "people:read", "POST": "people:write"}

    class DocumentsIn(DocumentIn):
        valid_from = serializers.DateField(required=False, default=None, allow_null=True)
        renews = serializers.BooleanField(
            required=False, default=False, help_text="Takes the place of the one on file"
        )

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

    @extend_schema(
        operation_id="people_documents_create",
        tags=["people"],
        summary="Add an identity document, or renew the one of its kind",
        description="A renewed document needs `valid_from`; the old number goes on finding the"
        " person. A resident identity number is exchanged by a change that two officers decide.",
        parameters=[KEY, PURPOSE],
        request=DocumentsIn,
        responses={201: DocumentOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        asked = self.DocumentsIn(data=request.data)
        asked.is_valid(raise_exception=True)
        person = find_person(request, public_id)

        def act() -> tuple[int, Any]:
            said = dict(asked.validated_data)
            from_ = said.pop("valid_from")
            if said.pop("renews"):
                made = _renew(request, person, said, from_)
            else:
                made = identifiers.add(
                    by=request.user, person=person, document=identifiers.Given(**said), from_=from_
                )
            return 201, DocumentOut(made).data

        return self.once(request, act)


def _renew(
    request: Request, person: Person, said: dict[str, Any], from_: date | None
) -> IdentityDocument:
    held = queries.documents(person.pk).filter(kind=said["kind"], ended_on__isnull=True).first()
    if held is None:
        raise NotFound(_("There is no document of this kind."), code="no_document", field="kind")
    if from_ is None:
        raise Invalid(_("Say from which day."), code="missing", field="valid_from")
    return identifiers.renew(
        by=request.user,
        document=held,
        number=said["number"],
        on=from_,
        valid_until=said["valid_until"],
    )
