"""Too few months at the pensionable age, as a partner asks for a person: the offer and the choice."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.models import Person
from pensions import queries
from pensions.models import Way
from pensions.services import few_months
from socsec.kernel.money import format_yuan
from socsec.kernel.months import format_month
from socsec.office.access import require
from socsec.office.api import KEY, PROBLEM, PURPOSE, ApiView, MonthField, Once, purpose
from socsec.office.errors import NotFound
from socsec.office.models import Case
from socsec.office.services import audit

from .claims import WORK
from .common import find_person


class FewMonthsOut(serializers.Serializer):
    """What is open to a person, and what was chosen. Amounts in yuan as text, months as 2026-03."""

    months = serializers.IntegerField()
    months_required = serializers.IntegerField()
    missing = serializers.IntegerField()
    of_age = serializers.BooleanField()
    open = serializers.BooleanField(help_text="Whether one of the three ways may be chosen.")
    pension_from = MonthField(help_text="Earliest month of a pension when every month is paid.")
    balance = serializers.CharField(help_text="Paid at once when the relation is ended.")
    way = serializers.CharField(help_text="What was chosen; empty where nothing was.")
    case = serializers.CharField(help_text="The case of a claim for the balance.")
    confirmed = serializers.BooleanField()


WORK_ASKED = OpenApiParameter(
    "work", str, required=True, enum=sorted(WORK), description="By which age the person retires."
)


def shown(person: Person, category: int) -> dict[str, Any]:
    """The offer as it stands, with what was chosen of it."""
    found = few_months.offer(person, category)
    standing, claimed = few_months.standing(person.pk), few_months.under_way(person.pk)
    return {
        "months": found.gathered.months,
        "months_required": int(found.sheet.months_required),
        "missing": int(found.sheet.missing),
        "of_age": bool(found.sheet.of_age),
        "open": found.open,
        "pension_from": format_month(found.sheet.pension_from),
        "balance": format_yuan(found.sheet.balance),
        "way": standing.way if standing else Way.BALANCE.value if claimed else "",
        "case": claimed.case.number if claimed else "",
        "confirmed": bool(claimed and claimed.confirmed_on),
    }


class FewMonths(Once, ApiView):
    scopes: ClassVar = {"GET": "claims:read", "POST": "claims:write"}

    class FewMonthsIn(serializers.Serializer):
        work = serializers.ChoiceField(choices=sorted(WORK))
        way = serializers.ChoiceField(choices=sorted(Way.values))

    @extend_schema(
        operation_id="people_few_months",
        tags=["pensions"],
        summary="What is open to a person who reaches the pensionable age with too few months",
        parameters=[PURPOSE, WORK_ASKED],
        responses={200: FewMonthsOut, 404: PROBLEM, 422: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        require(request.user, "case.read")
        person = find_person(request, public_id)
        asked = serializers.ChoiceField(choices=sorted(WORK))
        work = asked.run_validation(request.query_params.get("work", ""))
        return Response(shown(person, WORK[work]))

    @extend_schema(
        operation_id="people_few_months_choose",
        tags=["pensions"],
        summary="Choose one of the three ways for a person",
        description=(
            "go_on: pay until the months are enough. move: into the residents' scheme. balance: end"
            " the relation; it opens a case and waits for the written confirmation."
        ),
        parameters=[KEY, PURPOSE],
        request=FewMonthsIn,
        responses={201: FewMonthsOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        asked = self.FewMonthsIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        person = find_person(request, public_id)
        by: Any = request.user
        category, api = WORK[said["work"]], Case.Channel.API

        def act() -> tuple[int, Any]:
            if said["way"] == Way.GO_ON:
                few_months.go_on(by=by, person=person, category=category)
            elif said["way"] == Way.MOVE:
                few_months.move(by=by, person=person, category=category, channel=api)
            else:
                few_months.ask_balance(by=by, person=person, category=category, channel=api)
            return 201, shown(person, category)

        return self.once(request, act)


class BalanceConfirmation(Once, ApiView):
    scopes: ClassVar = {"POST": "claims:write"}

    class BalanceConfirmationIn(serializers.Serializer):
        document = serializers.CharField(max_length=120)

    @extend_schema(
        operation_id="pension_balances_confirm",
        tags=["pensions"],
        summary="The person's written confirmation that the relation is to end",
        parameters=[KEY, PURPOSE],
        request=BalanceConfirmationIn,
        responses={201: FewMonthsOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, number: str) -> Response:
        asked = self.BalanceConfirmationIn(data=request.data)
        asked.is_valid(raise_exception=True)
        require(request.user, "case.read")
        why = purpose(request)
        held = queries.balance_claims(request.user).filter(case__number=number).first()
        if held is None:
            raise NotFound(_("There is no such claim."), code="no_claim")
        audit.read(by=request.user, person_id=held.person_id, reason=why, region=held.region)

        def act() -> tuple[int, Any]:
            few_months.confirm(
                by=request.user, claim=held, document=asked.validated_data["document"]
            )
            return 201, shown(held.person, held.category)

        return self.once(request, act)
