"""Transfers as offices with systems of their own take part in them: ask, send a form, confirm, reject."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment import queries as enrollment
from enrollment.models import Person
from funds.models import Scheme
from pensions import queries
from pensions.models import Transfer
from pensions.services import transfers
from socsec.office.access import require
from socsec.office.api import KEY, PROBLEM, PURPOSE, ApiView, MonthField, Once, YuanField, purpose
from socsec.office.errors import NotFound
from socsec.office.services import audit

from .common import find_person


class TransferStepOut(serializers.Serializer):
    step = serializers.CharField()
    number = serializers.CharField(source="case.number")
    state = serializers.CharField(source="case.state")
    region = serializers.CharField(source="case.region_id")
    due_on = serializers.DateField(source="case.due_on")


class TransferOut(serializers.ModelSerializer):
    """A transfer as both offices see it: where it stands, and the amounts of the form in force."""

    id = serializers.UUIDField(source="public_id")
    person = serializers.UUIDField(source="person.public_id")
    from_scheme = serializers.SerializerMethodField()
    to_scheme = serializers.SerializerMethodField()
    form = serializers.IntegerField(source="turn")
    account = YuanField()
    pool = YuanField()
    total = YuanField()
    given_back = YuanField(source="refund")
    steps = TransferStepOut(many=True, source="cases.all")

    class Meta:
        model = Transfer
        fields: ClassVar = [
            *("id", "person", "kind", "from_region", "to_region", "from_scheme", "to_scheme"),
            *("state", "form", "months", "account", "pool", "total", "given_back", "reference"),
            *("reason", "opened_on", "sent_on", "arrived_on", "done_on", "steps"),
        ]

    def get_from_scheme(self, row: Transfer) -> str:
        return Scheme(row.from_scheme).name.lower()

    def get_to_scheme(self, row: Transfer) -> str:
        return Scheme(row.to_scheme).name.lower()


def shown(transfer: Transfer) -> dict[str, Any]:
    return dict(TransferOut(Transfer.objects.get(pk=transfer.pk)).data)


def find(request: Request, public_id: Any, *, look: bool = True) -> Transfer:
    """The transfer, if the partner's region is on either side; a look is noted with its purpose."""
    require(request.user, "case.read")
    why = purpose(request) if look else ""
    found = (
        queries.transfers(request.user)
        .prefetch_related("cases__case")
        .filter(public_id=public_id)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such transfer."), code="no_transfer")
    if look:
        audit.record(
            by=request.user,
            act="person.read",
            subject=("person", found.person_id),
            person_id=found.person_id,
            region=request.user.region_code or "",
            reason=why,
        )
    return found


def who(number: str) -> Person:
    """The person, wherever the file lies: the other place does not have it."""
    person = enrollment.by_resident_id(number)
    if person is None:
        raise NotFound(
            _("Nobody with this number is registered."),
            code="no_such_person",
            field="resident_id",
        )
    return person


class Transfers(ApiView):
    scopes: ClassVar = {"GET": "transfers:read"}

    @extend_schema(
        operation_id="transfers_list",
        tags=["transfers"],
        summary="Transfers from and to the partner's region, newest first",
        parameters=[
            OpenApiParameter("state", str),
            OpenApiParameter("limit", int),
            OpenApiParameter("cursor", str),
        ],
        responses={200: TransferOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        require(request.user, "case.read")
        rows = queries.transfers(request.user).prefetch_related("cases__case")
        if state := request.query_params.get("state"):
            rows = rows.filter(state=state)
        return self.page(rows, TransferOut, ("-pk",))


class TransferDetail(ApiView):
    scopes: ClassVar = {"GET": "transfers:read"}

    @extend_schema(
        operation_id="transfers_read",
        tags=["transfers"],
        summary="A transfer, with the clock of each office",
        parameters=[PURPOSE],
        responses={200: TransferOut, 404: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        return Response(TransferOut(find(request, public_id)).data)


class TransferMonthOut(serializers.Serializer):
    month = MonthField()
    region = serializers.CharField()
    base = YuanField()
    deemed = serializers.BooleanField()


class TransferMonths(ApiView):
    scopes: ClassVar = {"GET": "transfers:read"}

    @extend_schema(
        operation_id="transfers_months",
        tags=["transfers"],
        summary="The months of the form in force",
        parameters=[PURPOSE],
        responses={200: TransferMonthOut(many=True), 404: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        rows = queries.transfer_months(find(request, public_id))
        return Response({"results": TransferMonthOut(rows, many=True).data})


class PersonTransfers(ApiView):
    scopes: ClassVar = {"GET": "transfers:read"}

    @extend_schema(
        operation_id="people_transfers",
        tags=["transfers"],
        summary="A person's transfers, newest first",
        parameters=[PURPOSE],
        responses={200: TransferOut(many=True), 404: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        rows = queries.transfers_of(find_person(request, public_id).pk)
        return Response({"results": TransferOut(rows, many=True).data})


class TransferRequests(Once, ApiView):
    scopes: ClassVar = {"POST": "transfers:write"}

    class RecordRequestIn(serializers.Serializer):
        resident_id = serializers.CharField(max_length=40)
        from_region = serializers.CharField(max_length=6)
        household_region = serializers.CharField(max_length=6)
        transferred = serializers.BooleanField(required=False, default=False)
        reference = serializers.CharField(max_length=64)
        payee = serializers.CharField(max_length=60)
        bank = serializers.CharField(max_length=60)
        account = serializers.CharField(max_length=40)

    @extend_schema(
        operation_id="transfers_request",
        tags=["transfers"],
        summary="Ask for a person's record and its money",
        description="The partner's region is the new place; the account is where the money is to go.",
        parameters=[KEY],
        request=RecordRequestIn,
        responses={201: TransferOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        asked = self.RecordRequestIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = dict(asked.validated_data)

        def act() -> tuple[int, Any]:
            person = who(said.pop("resident_id"))
            return 201, shown(transfers.request_record(by=request.user, person=person, **said))

        return self.once(request, act)


class TransferForms(Once, ApiView):
    scopes: ClassVar = {"POST": "transfers:write"}

    class InformationFormIn(serializers.Serializer):
        class FormMonthIn(serializers.Serializer):
            month = MonthField()
            base = YuanField(required=False)
            deemed = serializers.BooleanField(required=False, default=False)

        resident_id = serializers.CharField(max_length=40)
        to_region = serializers.CharField(max_length=6)
        household_region = serializers.CharField(max_length=6)
        transferred = serializers.BooleanField(required=False, default=False)
        reference = serializers.CharField(max_length=64)
        months = FormMonthIn(many=True, allow_empty=False)
        account = YuanField()
        pool = YuanField()
        total = YuanField()
        bears_from = MonthField()

    @extend_schema(
        operation_id="transfers_send_form",
        tags=["transfers"],
        summary="Send the information form of a person whose money is being paid",
        description=(
            "The partner's region is the old place. `account` holds the interest up to the month "
            "before `bears_from`. A form that does not add up is not taken."
        ),
        parameters=[KEY],
        request=InformationFormIn,
        responses={201: TransferOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        asked = self.InformationFormIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        form = transfers.Announced(
            reference=said["reference"],
            paid={row["month"]: row.get("base", 0) for row in said["months"] if not row["deemed"]},
            deemed=[row["month"] for row in said["months"] if row["deemed"]],
            **{name: said[name] for name in ("account", "pool", "total", "bears_from")},
        )

        def act() -> tuple[int, Any]:
            return 201, shown(
                transfers.announce_form(
                    by=request.user,
                    person=who(said["resident_id"]),
                    to_region=said["to_region"],
                    household_region=said["household_region"],
                    transferred=said["transferred"],
                    form=form,
                )
            )

        return self.once(request, act)


class TransferConfirmation(Once, ApiView):
    scopes: ClassVar = {"POST": "transfers:write"}

    class ConfirmIn(serializers.Serializer):
        received = YuanField()

    @extend_schema(
        operation_id="transfers_confirm",
        tags=["transfers"],
        summary="Confirm that form and money arrived and agree",
        parameters=[KEY],
        request=ConfirmIn,
        responses={200: TransferOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        asked = self.ConfirmIn(data=request.data)
        asked.is_valid(raise_exception=True)

        def act() -> tuple[int, Any]:
            held = find(request, public_id, look=False)
            return 200, shown(
                transfers.confirm_elsewhere(
                    by=request.user, transfer=held, received=asked.validated_data["received"]
                )
            )

        return self.once(request, act)


class TransferRejection(Once, ApiView):
    scopes: ClassVar = {"POST": "transfers:write"}

    class RejectIn(serializers.Serializer):
        reason = serializers.ChoiceField(choices=sorted(transfers.REASONS))

    @extend_schema(
        operation_id="transfers_reject",
        tags=["transfers"],
        summary="Reject a form: the old place restores everything once the money is back",
        parameters=[KEY],
        request=RejectIn,
        responses={200: TransferOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        asked = self.RejectIn(data=request.data)
        asked.is_valid(raise_exception=True)

        def act() -> tuple[int, Any]:
            held = find(request, public_id, look=False)
            return 200, shown(
                transfers.reject_elsewhere(
                    by=request.user, transfer=held, reason=asked.validated_data["reason"]
                )
            )

        return self.once(request, act)


class TransferWithdrawal(Once, ApiView):
    scopes: ClassVar = {"POST": "transfers:write"}

    @extend_schema(
        operation_id="transfers_withdraw",
        tags=["transfers"],
        summary="Take back a form that was sent, before its money was booked",
        parameters=[KEY],
        request=None,
        responses={200: TransferOut, 404: PROBLEM, 409: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        def act() -> tuple[int, Any]:
            held = find(request, public_id, look=False)
            return 200, shown(transfers.withdraw_form(by=request.user, transfer=held))

        return self.once(request, act)
