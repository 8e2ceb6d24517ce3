"""Flexible retirement as a partner hands it in: a notice or an agreement recorded, and taken back."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from pensions.models import Category, RetirementChoice
from pensions.services import choices
from socsec.office.access import require
from socsec.office.api import KEY, PROBLEM, PURPOSE, ApiView, MonthField, Once
from socsec.office.errors import NotFound

from .claims import WORK
from .common import find_person


class RetirementChoiceOut(serializers.ModelSerializer):
    """A choice that stands: `early` by notice, `late` by agreement with the employer."""

    work = serializers.SerializerMethodField()
    start_month = MonthField()

    class Meta:
        model = RetirementChoice
        fields: ClassVar = ["kind", "work", "region", "start_month", "told_on", "document"]

    def get_work(self, row: RetirementChoice) -> str:
        return Category(row.category).name.lower()


def standing(person_id: int) -> RetirementChoice:
    """The choice that stands; `NotFound` without one."""
    found = choices.standing(person_id)
    if found is None:
        raise NotFound(_("No month of retirement is chosen."), code="no_choice")
    return found


class RetirementChoices(Once, ApiView):
    scopes: ClassVar = {"GET": "claims:read", "POST": "claims:write"}

    class RetirementChoiceIn(serializers.Serializer):
        work = serializers.ChoiceField(choices=sorted(WORK))
        start_month = MonthField()
        told_on = serializers.DateField(help_text="Day of the written notice or agreement.")
        document = serializers.CharField(max_length=120)

    @extend_schema(
        operation_id="people_retirement_choice",
        tags=["pensions"],
        summary="The month of retirement that a person has chosen",
        parameters=[PURPOSE],
        responses={200: RetirementChoiceOut, 404: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        require(request.user, "case.read")
        person = find_person(request, public_id)
        return Response(RetirementChoiceOut(standing(person.pk)).data)

    @extend_schema(
        operation_id="people_retirement_choice_create",
        tags=["pensions"],
        summary="Record a notice of earlier, or an agreement on later, retirement",
        description=(
            "Earlier than the statutory month: told to the employer three months before. Later:"
            " agreed with the employer one month before the statutory month, once."
        ),
        parameters=[KEY, PURPOSE],
        request=RetirementChoiceIn,
        responses={201: RetirementChoiceOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        asked = self.RetirementChoiceIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        person = find_person(request, public_id)
        by: Any = request.user

        def act() -> tuple[int, Any]:
            made = choices.choose(
                by=by,
                person=person,
                category=WORK[said["work"]],
                start_month=said["start_month"],
                told_on=said["told_on"],
                document=said["document"],
            )
            return 201, dict(RetirementChoiceOut(made).data)

        return self.once(request, act)


class RetirementChoiceWithdrawal(Once, ApiView):
    scopes: ClassVar = {"POST": "claims:write"}

    class RetirementChoiceWithdrawalIn(serializers.Serializer):
        reason = serializers.CharField(max_length=200)

    @extend_schema(
        operation_id="people_retirement_choice_withdraw",
        tags=["pensions"],
        summary="Take the choice back: a notice before its month, an agreement at any time",
        parameters=[KEY, PURPOSE],
        request=RetirementChoiceWithdrawalIn,
        responses={201: RetirementChoiceOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        asked = self.RetirementChoiceWithdrawalIn(data=request.data)
        asked.is_valid(raise_exception=True)
        person = find_person(request, public_id)
        by: Any = request.user

        def act() -> tuple[int, Any]:
            held = choices.withdraw(
                by=by, choice=standing(person.pk), text=asked.validated_data["reason"]
            )
            return 201, dict(RetirementChoiceOut(held).data)

        return self.once(request, act)
