"""Partner API of residents' insurance: payments of the tax authority, lists of civil affairs."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.models import Sponsored
from enrollment.services.residents import receipts, sponsor_lists
from enrollment.services.residents.receipts import Line
from funds.models import Branch
from socsec.office.api import ApiView, Once, YuanField

from . import KEY, PROBLEM

BRANCHES = {"medical": Branch.MEDICAL, "pension": Branch.PENSION}
GROUPS = {group.name.lower(): group for group in Sponsored}


class ResidentPayments(Once, ApiView):
    scopes: ClassVar = {"POST": "resident-payments:write"}

    class PaymentsIn(serializers.Serializer):
        class ResidentLineIn(serializers.Serializer):
            resident_id = serializers.CharField(max_length=40)
            name = serializers.CharField(max_length=60, required=False, default="")
            year = serializers.IntegerField(min_value=2000, max_value=2200)
            amount = YuanField()

        branch = serializers.ChoiceField(choices=sorted(BRANCHES))
        region = serializers.CharField(max_length=6)
        reference = serializers.CharField(max_length=64)
        received_on = serializers.DateField()
        payments = ResidentLineIn(many=True, allow_empty=False)

    class PaymentsOut(serializers.Serializer):
        class ResidentUnmatchedOut(serializers.Serializer):
            row = serializers.IntegerField()
            reason = serializers.CharField()

        reference = serializers.CharField()
        count = serializers.IntegerField()
        amount = YuanField()
        unmatched_amount = YuanField()
        unmatched = ResidentUnmatchedOut(many=True)

    @extend_schema(
        operation_id="resident_payments_create",
        tags=["residents"],
        summary="Report payments of residents for their years",
        description="Payments that fit nobody are kept and named in the answer; nothing is dropped."
        " The same reference with the same payments is booked once.",
        parameters=[KEY],
        request=PaymentsIn,
        responses={201: PaymentsOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        asked = self.PaymentsIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data

        def act() -> tuple[int, Any]:
            receipt = receipts.receive(
                by=request.user,
                branch=BRANCHES[said["branch"]],
                region=said["region"],
                reference=said["reference"],
                received_on=said["received_on"],
                lines=[
                    Line(row["resident_id"], row["year"], row["amount"], row["name"])
                    for row in said["payments"]
                ],
            )
            found = {
                "reference": receipt.reference,
                "count": receipt.count,
                "amount": receipt.amount,
                "unmatched_amount": receipt.unmatched,
                "unmatched": [
                    {"row": row.row, "reason": row.reason}
                    for row in receipt.unmatched_lines.order_by("row")
                ],
            }
            return 201, self.PaymentsOut(found).data

        return self.once(request, act)


class SponsoredLists(Once, ApiView):
    scopes: ClassVar = {"POST": "sponsored:write"}

    class ListIn(serializers.Serializer):
        group = serializers.ChoiceField(choices=sorted(GROUPS))
        region = serializers.CharField(max_length=6)
        on = serializers.DateField()
        document = serializers.CharField(max_length=120)
        complete = serializers.BooleanField(required=False, default=False)
        resident_ids = serializers.ListField(
            child=serializers.CharField(max_length=40), allow_empty=False
        )

    class ListOut(serializers.Serializer):
        class WrongOut(serializers.Serializer):
            row = serializers.IntegerField()
            code = serializers.CharField()
            detail = serializers.CharField()

        new = serializers.IntegerField()
        same = serializers.IntegerField()
        ended = serializers.IntegerField()
        wrong = WrongOut(many=True)

    @extend_schema(
        operation_id="sponsored_lists_create",
        tags=["residents"],
        summary="Report who belongs to a group whose contribution is paid for",
        description="With `complete`, members of the region who do not stand on the list have left,"
        " unless a line of it is wrong.",
        parameters=[KEY],
        request=ListIn,
        responses={201: ListOut, 404: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        asked = self.ListIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data

        def act() -> tuple[int, Any]:
            done = sponsor_lists.take(
                by=request.user,
                group=GROUPS[said["group"]],
                region=said["region"],
                on=said["on"],
                document=said["document"],
                numbers=said["resident_ids"],
                whole=said["complete"],
            )
            wrong = [
                {"row": row, "code": problem.code, "detail": str(problem)}
                for row, problem in done.wrong
            ]
            found = {"new": done.new, "same": done.same, "ended": done.ended, "wrong": wrong}
            return 201, self.ListOut(found).data

        return self.once(request, act)
