"""What partners ask for in collection: refunds, instalment agreements, deferrals, withholding mandates.

A partner asks, people of the office decide; `state` tells what came of it.
"""

from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.models import (
    Agreement,
    Deferral,
    Employer,
    Person,
    Receipt,
    Refund,
    WithholdingMandate,
)
from enrollment.services.collection import agreements, refunds, unmatched, withholding
from enrollment.services.revision import deferrals
from funds.models import Branch
from socsec.office.access import require, scope
from socsec.office.api import ApiView, MonthField, Once, YuanField
from socsec.office.errors import NotFound

from . import KEY, PROBLEM, find_employer
from .collection import BRANCHES, partner

WRITE, READ = "collection:write", "receipts:read"
PAGE = [OpenApiParameter("limit", int), OpenApiParameter("cursor", str)]


def find_payer(request: Request, number: str) -> Employer | Person:
    """Whoever has this credit code or identity number in the partner's region."""
    payer = unmatched.find_payer(number, partner(request).region_code or "")
    if payer is None:
        raise NotFound(
            _("There is no such payer in the region."), code="no_such_payer", field="payer"
        )
    return payer


def listed(request: Request, rows: QuerySet[Any], act: str) -> QuerySet[Any]:
    """The rows of the partner's region."""
    user = partner(request)
    require(user, act)
    return scope(rows, user)


class PayerOut(serializers.Serializer):
    """Who is meant: an employer by credit code, a person by our public number."""

    employer = serializers.SerializerMethodField()
    person = serializers.SerializerMethodField()

    def get_employer(self, row: Any) -> str | None:
        return row.employer.credit_code if row.employer else None

    def get_person(self, row: Any) -> str | None:
        return str(row.person.public_id) if row.person else None


class Refunds(Once, ApiView):
    scopes: ClassVar = {"POST": WRITE, "GET": READ}

    class RefundIn(serializers.Serializer):
        reference = serializers.CharField(max_length=64)
        branch = serializers.ChoiceField(choices=sorted(BRANCHES))
        amount = YuanField(required=False)
        reason = serializers.CharField(max_length=200)

    class RefundOut(serializers.Serializer):
        id = serializers.IntegerField()
        reference = serializers.CharField(source="receipt.reference")
        branch = serializers.SerializerMethodField()
        amount = YuanField()
        state = serializers.CharField()
        note = serializers.CharField()

        def get_branch(self, row: Refund) -> str:
            return Branch(row.receipt.branch).name.lower()

    @extend_schema(
        operation_id="refunds_create",
        tags=["receipts"],
        summary="Ask to pay back the credit of a payment, or a part of it",
        description="Without `amount` all of the credit in that branch. Others decide and pay.",
        parameters=[KEY],
        request=RefundIn,
        responses={201: RefundOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        asked = self.RefundIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data

        def act() -> tuple[int, Any]:
            receipt = (
                scope(Receipt.objects.all(), partner(request))
                .filter(reference=said["reference"], branch=BRANCHES[said["branch"]].value)
                .first()
            )
            if receipt is None:
                raise NotFound(_("There is no such payment."), code="no_payment", field="reference")
            made = refunds.ask(
                by=partner(request),
                receipt=receipt,
                reason=said["reason"],
                amount=said.get("amount"),
            )
            return 201, self.RefundOut(made).data

        return self.once(request, act)

    @extend_schema(
        operation_id="refunds_list",
        tags=["receipts"],
        summary="Refunds of the region and what became of them, a page at a time",
        parameters=PAGE,
        responses={200: RefundOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        rows = listed(request, Refund.objects.select_related("receipt"), "receipt.read")
        return self.page(rows, self.RefundOut, ("id",))


class Agreements(Once, ApiView):
    scopes: ClassVar = {"POST": WRITE, "GET": READ}

    class AgreementIn(serializers.Serializer):
        payer = serializers.CharField(max_length=40)
        last_month = MonthField()
        parts = serializers.IntegerField(min_value=2)
        first_due = serializers.DateField()
        guarantee = serializers.CharField(max_length=200, required=False, allow_blank=True)

    class AgreementOut(PayerOut):
        class InstalmentOut(serializers.Serializer):
            number = serializers.IntegerField()
            due_on = serializers.DateField()
            amount = YuanField()

        id = serializers.IntegerField()
        last_month = MonthField()
        total = YuanField()
        state = serializers.CharField()
        instalments = InstalmentOut(many=True, source="instalments.all")

    @extend_schema(
        operation_id="agreements_create",
        tags=["receipts"],
        summary="Propose to pay what is owed up to a month in equal monthly parts",
        description="`payer` is a credit code or an ID number. A person of the office decides.",
        parameters=[KEY],
        request=AgreementIn,
        responses={201: AgreementOut, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        asked = self.AgreementIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = dict(asked.validated_data)

        def act() -> tuple[int, Any]:
            payer = find_payer(request, said.pop("payer"))
            made = agreements.propose(by=partner(request), payer=payer, **said)
            return 201, self.AgreementOut(made).data

        return self.once(request, act)

    @extend_schema(
        operation_id="agreements_list",
        tags=["receipts"],
        summary="Instalment agreements of the region, a page at a time",
        parameters=PAGE,
        responses={200: AgreementOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        rows = Agreement.objects.select_related("employer", "person").prefetch_related(
            "instalments"
        )
        return self.page(listed(request, rows, "debt.read"), self.AgreementOut, ("id",))


class Deferrals(Once, ApiView):
    scopes: ClassVar = {"POST": WRITE, "GET": READ}

    class DeferralIn(serializers.Serializer):
        employer = serializers.CharField(max_length=40)
        branch = serializers.ChoiceField(choices=sorted(BRANCHES))
        first_month = MonthField()
        last_month = MonthField()
        months = serializers.IntegerField(min_value=1)
        reason = serializers.CharField(max_length=200)
        document = serializers.CharField(max_length=120, required=False, allow_blank=True)

    class DeferralOut(serializers.Serializer):
        id = serializers.IntegerField()
        employer = serializers.CharField(source="employer.credit_code")
        branch = serializers.SerializerMethodField()
        first_month = MonthField()
        last_month = MonthField()
        months = serializers.IntegerField()
        state = serializers.CharField()
        note = serializers.CharField()

        def get_branch(self, row: Deferral) -> str:
            return Branch(row.branch).name.lower()

    @extend_schema(
        operation_id="deferrals_create",
        tags=["receipts"],
        summary="Ask to put an employer's months off, where a policy allows it",
        parameters=[KEY],
        request=DeferralIn,
        responses={201: DeferralOut, 404: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        asked = self.DeferralIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = dict(asked.validated_data)

        def act() -> tuple[int, Any]:
            employer = find_employer(request, said.pop("employer"))
            branch = BRANCHES[said.pop("branch")].value
            made = deferrals.ask(by=partner(request), employer=employer, branch=branch, **said)
            return 201, self.DeferralOut(made).data

        return self.once(request, act)

    @extend_schema(
        operation_id="deferrals_list",
        tags=["receipts"],
        summary="Deferrals of the region, a page at a time",
        parameters=PAGE,
        responses={200: DeferralOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        rows = listed(request, Deferral.objects.select_related("employer"), "debt.read")
        return self.page(rows, self.DeferralOut, ("id",))


class DeferralEnd(Once, ApiView):
    scopes: ClassVar = {"POST": WRITE}

    @extend_schema(
        operation_id="deferrals_withdraw",
        tags=["receipts"],
        summary="Take a question back that nobody has decided yet",
        parameters=[KEY],
        request=None,
        responses={201: Deferrals.DeferralOut, 404: PROBLEM, 409: PROBLEM},
    )
    def post(self, request: Request, pk: int) -> Response:
        def act() -> tuple[int, Any]:
            asked = scope(Deferral.objects.all(), partner(request)).filter(pk=pk).first()
            if asked is None:
                raise NotFound(_("There is no such deferral in the region."), code="no_deferral")
            taken = deferrals.withdraw(by=partner(request), deferral=asked)
            return 201, Deferrals.DeferralOut(taken).data

        return self.once(request, act)


class Mandates(Once, ApiView):
    scopes: ClassVar = {"POST": WRITE, "GET": READ}

    class MandateIn(serializers.Serializer):
        payer = serializers.CharField(max_length=40)
        holder = serializers.CharField(max_length=120)
        bank = serializers.CharField(max_length=60)
        account = serializers.CharField(max_length=40)

    class WithholdingMandateOut(PayerOut):
        id = serializers.IntegerField()
        bank = serializers.CharField()
        last_four = serializers.CharField()
        from_day = serializers.DateField()
        until = serializers.DateField(allow_null=True)

    @extend_schema(
        operation_id="withholding_mandates_create",
        tags=["receipts"],
        summary="Let an account be charged for what a payer owes; an earlier mandate ends",
        parameters=[KEY],
        request=MandateIn,
        responses={201: WithholdingMandateOut, 404: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        asked = self.MandateIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = dict(asked.validated_data)

        def act() -> tuple[int, Any]:
            payer = find_payer(request, said.pop("payer"))
            made = withholding.give_mandate(by=partner(request), payer=payer, **said)
            return 201, self.WithholdingMandateOut(made).data

        return self.once(request, act)

    @extend_schema(
        operation_id="withholding_mandates_list",
        tags=["receipts"],
        summary="Mandates of withholding that hold in the region, a page at a time",
        parameters=PAGE,
        responses={200: WithholdingMandateOut(many=True)},
    )
    def get(self, request: Request) -> Response:
        rows = WithholdingMandate.objects.filter(until__isnull=True).select_related(
            "employer", "person"
        )
        return self.page(listed(request, rows, "debt.read"), self.WithholdingMandateOut, ("id",))


class MandateEnd(Once, ApiView):
    scopes: ClassVar = {"POST": WRITE}

    @extend_schema(
        operation_id="withholding_mandates_end",
        tags=["receipts"],
        summary="From today on the account is charged no more",
        parameters=[KEY],
        request=None,
        responses={201: Mandates.WithholdingMandateOut, 404: PROBLEM, 409: PROBLEM},
    )
    def post(self, request: Request, pk: int) -> Response:
        def act() -> tuple[int, Any]:
            mandate = _of_region(request, WithholdingMandate, pk)
            ended = withholding.end_mandate(by=partner(request), mandate=mandate)
            return 201, Mandates.WithholdingMandateOut(ended).data

        return self.once(request, act)


def _of_region(request: Request, model: type[Model], pk: int) -> Any:
    found = scope(model._default_manager.all(), partner(request)).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such mandate in the region."), code="no_mandate")
    return found
