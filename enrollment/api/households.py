"""Households by API, as a register of households reports them: formed, joined, left, split, merged."""

from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment import queries
from enrollment.models import Household, HouseholdMember, HouseholdRole, Person
from enrollment.services.people import households
from socsec.office.access import scope
from socsec.office.api import ApiView, Once
from socsec.office.errors import NotFound

from . import KEY, PROBLEM, PURPOSE, find_person

ROLES = [role.value for role in HouseholdRole if role is not HouseholdRole.HEAD]


class MemberIn(serializers.Serializer):
    person = serializers.UUIDField()
    role = serializers.ChoiceField(choices=ROLES)


class MemberOut(serializers.ModelSerializer):
    person = serializers.UUIDField(source="person.public_id")
    since = serializers.DateField(source="span.lower")

    class Meta:
        model = HouseholdMember
        fields: ClassVar = ["person", "role", "since"]


class HouseholdOut(serializers.ModelSerializer):
    """A household and who belongs to it today."""

    number = serializers.IntegerField(source="pk")
    members = serializers.SerializerMethodField()

    class Meta:
        model = Household
        fields: ClassVar = ["number", "region", "opened_on", "closed_on", "members"]

    def get_members(self, household: Household) -> list[dict[str, Any]]:
        today = timezone.localdate()
        rows = household.members.filter(span__contains=today).select_related("person")
        return list(MemberOut(rows.order_by("pk"), many=True).data)


class HouseholdView(Once, ApiView):
    """Parses, lets one service do it, and shows the household as it then is."""

    scopes: ClassVar = {"POST": "people:write"}

    def does(self, request: Request, said: dict[str, Any]) -> Household:
        raise TypeError("a view of households says what it does")

    def answer(self, request: Request, asked: serializers.Serializer) -> Response:
        asked.is_valid(raise_exception=True)

        def act() -> tuple[int, Any]:
            return 201, HouseholdOut(self.does(request, dict(asked.validated_data))).data

        return self.once(request, act)


def _household(request: Request, number: int) -> Household:
    found = scope(Household.objects.all(), request.user).filter(pk=number).first()
    if found is None:
        raise NotFound(_("There is no such household in your region."), code="no_household")
    return found


def person_of(request: Request, public_id: Any) -> Person:
    found = queries.people(request.user).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such person in your region."), code="no_such_person")
    return found


def _roles(request: Request, members: list[dict[str, Any]]) -> dict[int, str]:
    """Person numbers with their roles, as the services take them."""
    return {person_of(request, each["person"]).pk: each["role"] for each in members}


RESPONSES = {201: HouseholdOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM}


class Households(HouseholdView):
    class HouseholdIn(serializers.Serializer):
        head = serializers.UUIDField()
        region = serializers.CharField(max_length=6)
        opened_on = serializers.DateField()
        address = serializers.CharField(
            max_length=200, required=False, default="", allow_blank=True
        )

    @extend_schema(
        operation_id="households_create",
        tags=["people"],
        summary="Form a household with its head",
        parameters=[KEY],
        request=HouseholdIn,
        responses=RESPONSES,
    )
    def post(self, request: Request) -> Response:
        return self.answer(request, self.HouseholdIn(data=request.data))

    def does(self, request: Request, said: dict[str, Any]) -> Household:
        head = person_of(request, said.pop("head"))
        return households.form(by=request.user, head=head, **said)


class OfHousehold(HouseholdView):
    """What is done to one household, which the address names."""

    def answer_of(self, request: Request, number: int, asked: serializers.Serializer) -> Response:
        self.number = number
        return self.answer(request, asked)

    def does(self, request: Request, said: dict[str, Any]) -> Household:
        return self.change(request, _household(request, self.number), said)

    def change(self, request: Request, household: Household, said: dict[str, Any]) -> Household:
        raise TypeError("a view of one household says what it changes")


class HouseholdMembers(OfHousehold):
    class JoinIn(MemberIn):
        since = serializers.DateField()

    @extend_schema(
        operation_id="households_join",
        tags=["people"],
        summary="Somebody joins a household",
        parameters=[KEY],
        request=JoinIn,
        responses=RESPONSES,
    )
    def post(self, request: Request, number: int) -> Response:
        return self.answer_of(request, number, self.JoinIn(data=request.data))

    def change(self, request: Request, household: Household, said: dict[str, Any]) -> Household:
        households.join(
            by=request.user,
            household=household,
            person=person_of(request, said["person"]),
            role=said["role"],
            from_=said["since"],
        )
        return household


class HouseholdHead(OfHousehold):
    class HeadIn(serializers.Serializer):
        head = serializers.UUIDField()
        role_of_former = serializers.ChoiceField(choices=ROLES)
        since = serializers.DateField()

    @extend_schema(
        operation_id="households_head",
        tags=["people"],
        summary="Another member becomes the head",
        parameters=[KEY],
        request=HeadIn,
        responses=RESPONSES,
    )
    def post(self, request: Request, number: int) -> Response:
        return self.answer_of(request, number, self.HeadIn(data=request.data))

    def change(self, request: Request, household: Household, said: dict[str, Any]) -> Household:
        return households.change_head(
            by=request.user,
            household=household,
            head=person_of(request, said["head"]),
            role_of_former=said["role_of_former"],
            from_=said["since"],
        )


class HouseholdSplit(OfHousehold):
    class SplitIn(serializers.Serializer):
        head = serializers.UUIDField()
        members = MemberIn(many=True, required=False, default=list)
        region = serializers.CharField(max_length=6)
        since = serializers.DateField()
        address = serializers.CharField(
            max_length=200, required=False, default="", allow_blank=True
        )
        new_head = serializers.UUIDField(
            required=False, default=None, allow_null=True, help_text="Of those who stay"
        )

    @extend_schema(
        operation_id="households_split",
        tags=["people"],
        summary="Some members form a household of their own, which is the answer",
        parameters=[KEY],
        request=SplitIn,
        responses=RESPONSES,
    )
    def post(self, request: Request, number: int) -> Response:
        return self.answer_of(request, number, self.SplitIn(data=request.data))

    def change(self, request: Request, household: Household, said: dict[str, Any]) -> Household:
        return households.split(
            by=request.user,
            household=household,
            head=person_of(request, said["head"]),
            roles=_roles(request, said["members"]),
            region=said["region"],
            from_=said["since"],
            address=said["address"],
            new_head=person_of(request, said["new_head"]) if said["new_head"] else None,
        )


class HouseholdMerge(OfHousehold):
    class HouseholdMergeIn(serializers.Serializer):
        into = serializers.IntegerField(help_text="The number of the household that goes on")
        members = MemberIn(many=True, allow_empty=False)
        since = serializers.DateField()

    @extend_schema(
        operation_id="households_merge",
        tags=["people"],
        summary="All members belong to another household, which is the answer; this one closes",
        parameters=[KEY],
        request=HouseholdMergeIn,
        responses=RESPONSES,
    )
    def post(self, request: Request, number: int) -> Response:
        return self.answer_of(request, number, self.HouseholdMergeIn(data=request.data))

    def change(self, request: Request, household: Household, said: dict[str, Any]) -> Household:
        return households.merge(
            by=request.user,
            household=household,
            into=_household(request, said["into"]),
            roles=_roles(request, said["members"]),
            from_=said["since"],
        )


class PersonHousehold(HouseholdView):
    scopes: ClassVar = {"GET": "people:read", "POST": "people:write"}

    class HouseholdLeftIn(serializers.Serializer):
        last_day = serializers.DateField()

    @extend_schema(
        operation_id="people_household",
        tags=["people"],
        summary="The household to which a person belongs today",
        parameters=[PURPOSE],
        responses={200: HouseholdOut, 404: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        home = queries.household_of(find_person(request, public_id).pk)
        if home is None:
            raise NotFound(_("The person belongs to no household."), code="in_no_household")
        return Response(HouseholdOut(home).data)

    @extend_schema(
        operation_id="people_household_leave",
        tags=["people"],
        summary="The person leaves the household after a day",
        parameters=[KEY, PURPOSE],
        request=HouseholdLeftIn,
        responses=RESPONSES,
    )
    def post(self, request: Request, public_id: Any) -> Response:
        self.person = find_person(request, public_id)
        return self.answer(request, self.HouseholdLeftIn(data=request.data))

    def does(self, request: Request, said: dict[str, Any]) -> Household:
        left = households.leave(by=request.user, person=self.person, last_day=said["last_day"])
        return left.household
