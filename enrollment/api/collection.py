"""Collection for the tax authority's system: receipts, money not matched, demand notes."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.models import DemandNote, Remittance, UnmatchedReceipt
from enrollment.services.collection import unmatched
from funds.models import Branch
from socsec.office.access import require, scope
from socsec.office.api import ApiView, MonthField, Once, YuanField
from socsec.office.errors import Invalid, NotFound
from socsec.office.models import User

from . import KEY, PROBLEM

BRANCHES = {branch.name.lower(): branch for branch in Branch}


class PartOut(serializers.Serializer):
    branch = serializers.SerializerMethodField()
    amount = YuanField()
    credit = YuanField()

    def get_branch(self, part: Any) -> str:
        return Branch(part.branch).name.lower()


class Receipts(Once, ApiView):
    scopes: ClassVar = {"POST": "receipts:write", "GET": "receipts:read"}

    class ReceiptIn(serializers.Serializer):
        reference = serializers.CharField(max_length=64)
        payer = serializers.CharField(max_length=40)
        payer_name = serializers.CharField(max_length=120, required=False, allow_blank=True)
        amount = YuanField()
        branch = serializers.ChoiceField(choices=sorted(BRANCHES), required=False)
        received_on = serializers.DateField()

    class ReceiptOut(serializers.Serializer):
        reference = serializers.CharField()
        state = serializers.ChoiceField(choices=["booked", "unmatched"])
        amount = YuanField()
        parts = PartOut(many=True)

    @extend_schema(
        operation_id="receipts_create",
        tags=["receipts"],
        summary="Report a payment of contributions",
        description=(
            "`payer` is a credit code or an ID number. Without `branch` the money is taken for "
            "whatever the payer owes, in the legal order. A payment of somebody unknown is kept as "
            "unmatched."
        ),
        parameters=[KEY],
        request=ReceiptIn,
        responses={201: ReceiptOut, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        asked = self.ReceiptIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data

        def act() -> tuple[int, dict[str, Any]]:
            user = partner(request)
            branch = said.get("branch")
            line = unmatched.Line(
                reference=said["reference"],
                payer=said["payer"],
                name=said.get("payer_name", ""),
                amount=said["amount"],
                branch=BRANCHES[branch].value if branch else None,
                received_on=said["received_on"],
            )
            made = unmatched.take(
                by=user,
                line=line,
                region=user.region_code or "",
                channel=Remittance.Channel.API,
            )
            return 201, dict(self.ReceiptOut(_shown(made)).data)

        return self.once(request, act)

    @extend_schema(
        operation_id="receipts_read",
        tags=["receipts"],
        summary="What became of a payment",
        parameters=[OpenApiParameter("reference", str, required=True)],
        responses={200: ReceiptOut, 404: PROBLEM, 422: PROBLEM},
    )
    def get(self, request: Request) -> Response:
        user = partner(request)
        require(user, "receipt.read")
        reference = request.query_params.get("reference", "")
        if not reference:
            raise Invalid(_("Name the reference."), code="missing", field="reference")
        made = (
            scope(Remittance.objects.all(), user).filter(reference=reference).first()
            or scope(UnmatchedReceipt.objects.all(), user).filter(reference=reference).first()
        )
        if made is None:
            raise NotFound(_("There is no such payment."), code="no_payment", field="reference")
        return Response(self.ReceiptOut(_shown(made)).data)


class Unmatched(ApiView):
    scopes: ClassVar = {"GET": "receipts:read"}

    class UnmatchedOut(serializers.ModelSerializer):
        payer_masked = serializers.CharField(source="masked")
        amount = YuanField()

        class Meta:
            model = UnmatchedReceipt
            fields: ClassVar = [
                "reference",
                "payer_masked",
                "amount",
                "received_on",
                "why",
                "state",
                "note",
            ]

    @extend_schema(
        operation_id="unmatched_list",
        tags=["receipts"],
        summary="Money whose payer is not known, a page at a time",
        parameters=[OpenApiParameter("limit", int), OpenApiParameter("cursor", str)],
        responses={200: UnmatchedOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        user = partner(request)
        require(user, "receipt.read")
        return self.page(scope(UnmatchedReceipt.objects.all(), user), self.UnmatchedOut, ("id",))


class DemandNotes(ApiView):
    scopes: ClassVar = {"GET": "receipts:read"}

    class NoteOut(serializers.Serializer):
        class LineOut(serializers.Serializer):
            branch = serializers.SerializerMethodField()
            month = MonthField()
            contributions = YuanField()
            surcharge = YuanField()

            def get_branch(self, line: Any) -> str:
                return Branch(line.branch).name.lower()

        number = serializers.CharField()
        employer = serializers.SerializerMethodField()
        person = serializers.SerializerMethodField()
        month = MonthField()
        contributions = YuanField()
        surcharge = YuanField()
        total = YuanField()
        issued_on = serializers.DateField()
        due_on = serializers.DateField()
        state = serializers.CharField()
        lines = LineOut(many=True, source="lines.all")

        def get_employer(self, note: DemandNote) -> str | None:
            return note.employer.credit_code if note.employer else None

        def get_person(self, note: DemandNote) -> str | None:
            return str(note.person.public_id) if note.person else None

    @extend_schema(
        operation_id="demand_notes_list",
        tags=["receipts"],
        summary="Valid demand notes, a page at a time",
        parameters=[
            OpenApiParameter("employer", str, description="Credit code"),
            OpenApiParameter("limit", int),
            OpenApiParameter("cursor", str),
        ],
        responses={200: NoteOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        user = partner(request)
        require(user, "debt.read")
        notes = scope(DemandNote.objects.filter(state=DemandNote.State.ISSUED), user)
        if code := request.query_params.get("employer"):
            notes = notes.filter(employer__credit_code=code.strip().upper())
        notes = notes.select_related("employer", "person").prefetch_related("lines")
        return self.page(notes, self.NoteOut, ("id",))


def partner(request: Request) -> User:
    """The partner behind the token; its office says which region is meant."""
    user: Any = request.user
    found: User = user
    return found


def _shown(made: Remittance | UnmatchedReceipt) -> dict[str, Any]:
    booked = isinstance(made, Remittance)
    return {
        "reference": made.reference,
        "state": "booked" if booked else "unmatched",
        "amount": made.amount,
        "parts": list(made.receipts.order_by("branch", "pk")) if booked else [],
    }
