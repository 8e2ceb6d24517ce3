"""A person's months by API: said to be wrong, corrected, paid later, and the base chosen for them."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment import queries
from enrollment.models import Category
from enrollment.services import cover
from enrollment.services.record import month_errors
from enrollment.services.revision import back_payment, corrections
from funds.models import Branch
from socsec.office.access import require
from socsec.office.api import ApiView, MonthField, Once, YuanField
from socsec.office.models import Case

from . import KEY, PROBLEM, PURPOSE, find_employer, find_person
from .coverage import BRANCHES, CATEGORIES, ContributionOut


class MonthErrors(Once, ApiView):
    scopes: ClassVar = {"GET": "contributions:read", "POST": "people:write"}

    class MonthErrorIn(serializers.Serializer):
        branch = serializers.ChoiceField(BRANCHES)
        month = MonthField()
        text = serializers.CharField(max_length=500)

    class MonthErrorOut(serializers.ModelSerializer):
        about = serializers.SerializerMethodField()

        class Meta:
            model = Case
            fields: ClassVar = ["number", "about", "state", "received_on", "due_on"]

        def get_about(self, case: Case) -> str:
            return month_errors.about(case)

    @extend_schema(
        operation_id="people_month_errors_list",
        tags=["contributions"],
        summary="Months that were said to be wrong, and what became of it, newest first",
        parameters=[PURPOSE],
        responses={200: MonthErrorOut(many=True), 404: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        person = find_person(request, public_id)
        require(request.user, "case.read", person.region)
        rows = Case.objects.filter(
            kind=month_errors.KIND, person_id__in=queries.numbers_of(person.pk)
        )
        found = rows.prefetch_related("events").order_by("-pk")[:100]
        return Response({"results": self.MonthErrorOut(found, many=True).data})

    @extend_schema(
        operation_id="people_month_errors_create",
        tags=["contributions"],
        summary="Say that a month of the record is wrong; two officers decide",
        parameters=[KEY, PURPOSE],
        request=MonthErrorIn,
        responses={201: MonthErrorOut, 404: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        asked = self.MonthErrorIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        person = find_person(request, public_id)

        def act() -> tuple[int, Any]:
            case = month_errors.report(
                by=request.user,
                person=person,
                branch=Branch[said["branch"].upper()],
                month=said["month"],
                text=said["text"],
                channel=Case.Channel.API,
            )
            return 201, self.MonthErrorOut(case).data

        return self.once(request, act)


class Corrections(Once, ApiView):
    scopes: ClassVar = {"POST": "corrections:write"}

    class CorrectionIn(serializers.Serializer):
        employer = serializers.CharField(max_length=40)
        month = MonthField()
        wage = YuanField()
        reason = serializers.CharField(max_length=200)

    class DifferenceOut(serializers.Serializer):
        """What one branch owes more, or less where it is below zero."""

        branch = serializers.SerializerMethodField()
        difference = YuanField(source="due")

        def get_branch(self, row: corrections.Difference) -> str:
            return Branch(row.branch).name.lower()

    @extend_schema(
        operation_id="people_corrections_create",
        tags=["contributions"],
        summary="Replace the wage of a month that is assessed; the difference is assessed",
        parameters=[KEY, PURPOSE],
        request=CorrectionIn,
        responses={201: DifferenceOut(many=True), 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        asked = self.CorrectionIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = dict(asked.validated_data)
        person = find_person(request, public_id)

        def act() -> tuple[int, Any]:
            employer = find_employer(request, said.pop("employer"))
            found = corrections.correct(by=request.user, person=person, employer=employer, **said)
            return 201, {"results": self.DifferenceOut(found, many=True).data}

        return self.once(request, act)


class BackPayments(Once, ApiView):
    scopes: ClassVar = {"POST": "corrections:write"}

    class BackPaymentIn(serializers.Serializer):
        category = serializers.ChoiceField(CATEGORIES)
        region = serializers.CharField(max_length=6)
        first_month = MonthField()
        last_month = MonthField()
        branches = serializers.ListField(child=serializers.ChoiceField(BRANCHES), allow_empty=False)
        wage = YuanField(help_text="Monthly, or the base that who pays alone chooses")
        document = serializers.CharField(max_length=120)
        employer = serializers.CharField(max_length=40, required=False)
        ruling = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)

    @extend_schema(
        operation_id="people_back_payments_create",
        tags=["contributions"],
        summary="Insure somebody for months that were missed, and assess them",
        description="Within the limits of the region; months of an employer that are older than the"
        " law's limit need the ruling or the audit that found them.",
        parameters=[KEY, PURPOSE],
        request=BackPaymentIn,
        responses={201: ContributionOut(many=True), 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        asked = self.BackPaymentIn(data=request.data)
        asked.is_valid(raise_exception=True)
        person = find_person(request, public_id)

        def act() -> tuple[int, Any]:
            said = dict(asked.validated_data)
            employer = said.pop("employer", None)
            done = back_payment.pay_back(
                by=request.user,
                asked=back_payment.Asked(
                    person=person,
                    category=Category[said.pop("category").upper()],
                    branches=[Branch[name.upper()] for name in said.pop("branches")],
                    employer=find_employer(request, employer) if employer else None,
                    **said,
                ),
            )
            rows = [each.contribution for each in done]
            people = {"people": queries.public_ids({person.pk})}
            return 201, {"results": ContributionOut(rows, many=True, context=people).data}

        return self.once(request, act)


class PersonBase(Once, ApiView):
    scopes: ClassVar = {"POST": "coverage:write"}

    class BaseIn(serializers.Serializer):
        base = YuanField()
        from_month = MonthField()

    class BaseOut(serializers.Serializer):
        base = YuanField()
        from_month = MonthField()

    @extend_schema(
        operation_id="people_base_create",
        tags=["contributions"],
        summary="An own-account worker chooses another base, from a month on",
        parameters=[KEY, PURPOSE],
        request=BaseIn,
        responses={201: BaseOut, 404: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        asked = self.BaseIn(data=request.data)
        asked.is_valid(raise_exception=True)
        person = find_person(request, public_id)

        def act() -> tuple[int, Any]:
            choice = cover.choose_base(by=request.user, person=person, **asked.validated_data)
            return 201, self.BaseOut(choice).data

        return self.once(request, act)
