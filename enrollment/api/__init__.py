"""Partner API of enrollment: people, coverage, wage declarations, contributions."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment import queries
from enrollment.models import Employer, Person
from enrollment.services.employers import wages
from socsec.kernel.months import format_month, parse_month
from socsec.office.access import require
from socsec.office.api import (
    KEY,
    PROBLEM,
    PURPOSE,
    ApiView,
    MonthField,
    Once,
    YuanField,
    purpose,
)
from socsec.office.errors import Invalid, NotFound, Problem
from socsec.office.services import audit


class PersonOut(serializers.ModelSerializer):
    """A person as a partner sees one: no identity number in clear, no number of ours."""

    id = serializers.UUIDField(source="public_id")
    resident_id_masked = serializers.CharField(source="masked_id")
    sex = serializers.SerializerMethodField()
    alive = serializers.SerializerMethodField()

    class Meta:
        model = Person
        fields: ClassVar = ["id", "name", "resident_id_masked", "sex", "born_on", "region", "alive"]

    def get_sex(self, person: Person) -> str:
        return person.get_sex_display()

    def get_alive(self, person: Person) -> bool:
        return person.died_on is None


def find_person(request: Request, public_id: Any) -> Person:
    """The person, if the partner's region holds the file; the read is noted with its purpose."""
    why = purpose(request)
    person = queries.people(request.user).filter(public_id=public_id).first()
    if person is None:
        raise NotFound(_("There is no such person in your region."), code="no_such_person")
    audit.read(by=request.user, person_id=person.pk, reason=why, region=person.region)
    return person


class PersonLookup(ApiView):
    scopes: ClassVar = {"POST": "people:read"}

    class LookupIn(serializers.Serializer):
        resident_id = serializers.CharField(max_length=40)

    @extend_schema(
        operation_id="people_lookup",
        tags=["people"],
        summary="Find a person by identity number",
        description="A POST, so that identity numbers stay out of addresses and logs. It changes nothing.",
        parameters=[PURPOSE],
        request=LookupIn,
        responses={200: PersonOut, 404: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        asked = self.LookupIn(data=request.data)
        asked.is_valid(raise_exception=True)
        why = purpose(request)
        person = queries.search_number(request.user, asked.validated_data["resident_id"])
        if person is None:
            raise NotFound(_("There is no such person in your region."), code="no_such_person")
        audit.read(by=request.user, person_id=person.pk, reason=why, region=person.region)
        return Response(PersonOut(person).data)


class PersonDetail(ApiView):
    scopes: ClassVar = {"GET": "people:read"}

    @extend_schema(
        operation_id="people_read",
        tags=["people"],
        summary="A person",
        parameters=[PURPOSE],
        responses={200: PersonOut, 404: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        return Response(PersonOut(find_person(request, public_id)).data)


def find_employer(request: Request, code: str) -> Employer:
    employer = queries.employers(request.user).filter(credit_code=code.strip().upper()).first()
    if employer is None:
        raise NotFound(
            _("There is no employer with this credit code in your region."),
            code="no_such_employer",
            field="employer",
        )
    return employer


class Declarations(Once, ApiView):
    scopes: ClassVar = {"POST": "declarations:write", "GET": "contributions:read"}

    class DeclarationIn(serializers.Serializer):
        class WageRow(serializers.Serializer):
            resident_id = serializers.CharField(max_length=40)
            wage = serializers.CharField(max_length=40)

        employer = serializers.CharField(max_length=40)
        month = MonthField()
        wages = WageRow(many=True, allow_empty=False)

    class DeclarationOut(serializers.Serializer):
        employer = serializers.CharField()
        month = serializers.CharField()
        new = serializers.IntegerField()
        changed = serializers.IntegerField()
        unchanged = serializers.IntegerField()

    class DeclaredWage(serializers.Serializer):
        person = serializers.UUIDField()
        month = MonthField()
        wage = YuanField()

    @extend_schema(
        operation_id="declarations_create",
        tags=["declarations"],
        summary="Declare a month's wages of an employer",
        description="All rows are taken or none; every row that cannot be taken is listed.",
        parameters=[KEY],
        request=DeclarationIn,
        responses={201: DeclarationOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        asked = self.DeclarationIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data

        def act() -> tuple[int, dict[str, Any]]:
            employer = find_employer(request, said["employer"])
            declared = wages.declare_rows(
                by=request.user,
                employer=employer,
                month=said["month"],
                rows=[(row["resident_id"], row["wage"]) for row in said["wages"]],
            )
            return 201, {
                "employer": employer.credit_code,
                "month": format_month(said["month"]),
                "new": declared.new,
                "changed": declared.changed,
                "unchanged": declared.unchanged,
            }

        try:
            return self.once(request, act)
        except Problem as trouble:
            if rows := trouble.detail.get("rows"):
                raise serializers.ValidationError(
                    {
                        "wages": {
                            str(each.row - 1): {each.problem.field: [str(each.problem)]}
                            for each in rows
                        }
                    }
                ) from trouble
            raise

    @extend_schema(
        operation_id="declarations_list",
        tags=["declarations"],
        summary="What an employer declared for a month",
        parameters=[
            OpenApiParameter("employer", str, required=True),
            OpenApiParameter("month", str, required=True),
        ],
        responses={200: DeclaredWage(many=True), 404: PROBLEM, 422: PROBLEM},
    )
    def get(self, request: Request) -> Response:
        employer, month = employer_and_month(request)
        rows = queries.declarations(employer.pk, month)
        people = queries.public_ids(row.person_id for row in rows)
        found = [
            {"person": people[row.person_id], "month": row.month, "wage": row.wage} for row in rows
        ]
        return Response({"results": self.DeclaredWage(found, many=True).data})


def employer_and_month(request: Request) -> tuple[Employer, int]:
    """The two query parameters that a list of an employer's month needs."""
    for name in ("employer", "month"):
        if not request.query_params.get(name):
            raise Invalid(_("Name the employer and the month."), code="missing", field=name)
    require(request.user, "contribution.read")
    return (
        find_employer(request, request.query_params["employer"]),
        parse_month(request.query_params["month"]),
    )
