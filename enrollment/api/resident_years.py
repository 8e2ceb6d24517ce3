"""Residents' years by API: enrolled, tiers chosen, taken back; double enrolments and bills to sponsors."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment import queries
from enrollment.models import DoubleEnrolment, Payer, Person, SponsorBill, Way
from enrollment.queries import ResidentYear
from enrollment.services.residents import enrolment
from funds.models import Branch
from socsec.office.access import require, scope
from socsec.office.api import ApiView, Once, YuanField
from socsec.office.errors import Invalid, NotFound

from . import KEY, PROBLEM, PURPOSE, find_person
from .residents import BRANCHES


class YearOut(serializers.Serializer):
    """One year of a person as a resident."""

    branch = serializers.SerializerMethodField()
    year = serializers.IntegerField()
    region = serializers.CharField(source="enrolment.region")
    way = serializers.SerializerMethodField()
    tier = YuanField(source="enrolment.tier")
    person_share = YuanField(source="money.due.person_share")
    sponsor_share = YuanField(source="money.due.sponsor_share")
    collective_subsidy = YuanField(source="money.due.collective_subsidy")
    government_subsidy = YuanField(source="money.due.government_subsidy")
    subsidy_paid = serializers.BooleanField(source="subsidy_in")
    paid = serializers.SerializerMethodField()
    covered_from = serializers.DateField(source="enrolment.cover_from", allow_null=True)

    def get_branch(self, row: ResidentYear) -> str:
        return Branch(row.enrolment.branch).name.lower()

    def get_way(self, row: ResidentYear) -> str:
        return Way(row.enrolment.way).name.lower()

    def get_paid(self, row: ResidentYear) -> str:
        return YuanField().to_representation(row.money.paid.get(Payer.PERSON, 0))


def shown(person: Person, branch: int, year: int) -> dict[str, Any]:
    """The one year, as the list shows it."""
    years = queries.resident_years(person.pk, branch)
    row = next(each for each in years if each.enrolment.year == year)
    return dict(YearOut(row).data)


class PersonResidentYears(Once, ApiView):
    scopes: ClassVar = {"GET": "contributions:read", "POST": "coverage:write"}

    class YearIn(serializers.Serializer):
        branch = serializers.ChoiceField(choices=sorted(BRANCHES))
        year = serializers.IntegerField(min_value=2000, max_value=2200)
        region = serializers.CharField(max_length=6)
        tier = YuanField(required=False, default=0, help_text="Of old-age insurance")
        collective_subsidy = YuanField(required=False, default=0)
        student = serializers.BooleanField(required=False, default=False)
        repaid_years = serializers.IntegerField(required=False, default=0, min_value=0)
        eligible_since = serializers.DateField(required=False, default=None, allow_null=True)

    @extend_schema(
        operation_id="people_resident_years",
        tags=["residents"],
        summary="A person's years as a resident, newest first",
        parameters=[PURPOSE],
        responses={200: YearOut(many=True), 404: PROBLEM, 422: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        person = find_person(request, public_id)
        branch = request.query_params.get("branch")
        if branch and branch not in BRANCHES:
            raise Invalid(_("There is no such branch."), code="no_branch", field="branch")
        years = queries.resident_years(person.pk, BRANCHES[branch] if branch else None)
        held = [each for each in years if each.enrolment.cancelled_on is None]
        return Response({"results": YearOut(held, many=True).data})

    @extend_schema(
        operation_id="people_resident_years_create",
        tags=["residents"],
        summary="Enrol a person as a resident for a year",
        description="Whether it is in time, late, for a newborn or after work, and how long the"
        " waiting period is, follows from the books. `eligible_since` is the day since which the"
        " person could enrol here, as the partner attests it.",
        parameters=[PURPOSE, KEY],
        request=YearIn,
        responses={201: YearOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        asked = self.YearIn(data=request.data)
        asked.is_valid(raise_exception=True)
        person = find_person(request, public_id)

        def act() -> tuple[int, Any]:
            said = dict(asked.validated_data)
            branch = BRANCHES[said.pop("branch")]
            enrolment.enroll(
                by=request.user,
                person=person,
                branch=branch,
                collective=said.pop("collective_subsidy"),
                **said,
            )
            return 201, shown(person, branch, said["year"])

        return self.once(request, act)


class ResidentTier(Once, ApiView):
    scopes: ClassVar = {"POST": "coverage:write"}

    class TierIn(serializers.Serializer):
        tier = YuanField()

    @extend_schema(
        operation_id="people_resident_tier",
        tags=["residents"],
        summary="Choose another tier of old-age insurance for a year that is not paid",
        parameters=[PURPOSE, KEY],
        request=TierIn,
        responses={201: YearOut, 404: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any, year: int) -> Response:
        asked = self.TierIn(data=request.data)
        asked.is_valid(raise_exception=True)
        person = find_person(request, public_id)

        def act() -> tuple[int, Any]:
            tier = asked.validated_data["tier"]
            enrolment.choose_tier(by=request.user, person=person, year=year, tier=tier)
            return 201, shown(person, Branch.PENSION, year)

        return self.once(request, act)


class ResidentYearEnd(Once, ApiView):
    scopes: ClassVar = {"POST": "coverage:write"}

    class YearEndOut(serializers.Serializer):
        year = serializers.IntegerField()
        cancelled_on = serializers.DateField()

    @extend_schema(
        operation_id="people_resident_years_cancel",
        tags=["residents"],
        summary="Take back an enrolment for which nothing is paid",
        parameters=[PURPOSE, KEY],
        request=None,
        responses={201: YearEndOut, 404: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any, branch: str, year: int) -> Response:
        person = find_person(request, public_id)

        def act() -> tuple[int, Any]:
            if branch not in BRANCHES:
                raise NotFound(_("There is no such branch."), code="no_branch")
            gone = enrolment.cancel(
                by=request.user, person=person, branch=BRANCHES[branch], year=year
            )
            return 201, self.YearEndOut(gone).data

        return self.once(request, act)


class DoubleEnrolments(ApiView):
    scopes: ClassVar = {"GET": "contributions:read"}

    class DoubleOut(serializers.ModelSerializer):
        person = serializers.UUIDField(source="person.public_id")
        branch = serializers.SerializerMethodField()
        months = serializers.SerializerMethodField(help_text="Of the year, counted from 1")

        class Meta:
            model = DoubleEnrolment
            fields: ClassVar = [
                *("person", "branch", "year", "months", "region", "other", "other_region"),
                *("state", "found_at", "decided_at", "reason"),
            ]

        def get_branch(self, row: DoubleEnrolment) -> str:
            return Branch(row.branch).name.lower()

        def get_months(self, row: DoubleEnrolment) -> list[int]:
            return [month for month in range(1, 13) if row.months >> (month - 1) & 1]

    @extend_schema(
        operation_id="double_enrolments_list",
        tags=["residents"],
        summary="Who was found insured twice in either region, and what became of it",
        parameters=[OpenApiParameter("limit", int), OpenApiParameter("cursor", str)],
        responses={200: DoubleOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        require(request.user, "resident.read")
        rows = DoubleEnrolment.objects.select_related("person")
        found = scope(rows, request.user) | scope(rows, request.user, "other_region")
        return self.page(found, self.DoubleOut, ("id",))


class SponsorBills(ApiView):
    scopes: ClassVar = {"GET": "contributions:read"}

    class BillToSponsorOut(serializers.ModelSerializer):
        number = serializers.IntegerField(source="pk")
        branch = serializers.SerializerMethodField()
        payer = serializers.SerializerMethodField()
        amount = YuanField()

        class Meta:
            model = SponsorBill
            fields: ClassVar = ["number", "branch", "year", "payer", "region", "state", "count"]
            fields += ["amount"]

        def get_branch(self, row: SponsorBill) -> str:
            return Branch(row.branch).name.lower()

        def get_payer(self, row: SponsorBill) -> str:
            return Payer(row.payer).name.lower()

    @extend_schema(
        operation_id="sponsor_bills_list",
        tags=["residents"],
        summary="Bills to sponsors, villages and the treasury of the region, a page at a time",
        parameters=[OpenApiParameter("limit", int), OpenApiParameter("cursor", str)],
        responses={200: BillToSponsorOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        require(request.user, "sponsor.read")
        return self.page(
            scope(SponsorBill.objects.all(), request.user), self.BillToSponsorOut, ("id",)
        )
