"""What providers ask about their money: statements, their own totals and bills, deductions, appeals."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from medical.models import BillFinding, Provider, ProviderStatement
from medical.queries import findings, statements
from medical.services.auditing import appeals, rules
from medical.services.paying import agreeing
from socsec.kernel.money import parse_yuan
from socsec.office.api import PROBLEM, MonthField, YuanField
from socsec.office.api.idempotency import Once
from socsec.office.errors import NotFound

from .messages import ProviderView, read


@extend_schema_field({"type": "string", "pattern": r"^-?\d+(\.\d{1,2})?$", "example": "-120.00"})
class SignedYuanField(YuanField):
    """An amount that may be below zero, where more was taken back than billed."""

    def read(self, data: Any) -> int:
        return parse_yuan(data, signed=True)


class StatementOut(serializers.ModelSerializer):
    id = serializers.UUIDField(source="public_id")
    month = MonthField()
    total = SignedYuanField()
    fund_pay = SignedYuanField()
    assistance_pay = SignedYuanField()
    person_pay = SignedYuanField()
    cash = SignedYuanField()

    class Meta:
        model = ProviderStatement
        fields: ClassVar = [
            *("id", "month", "scheme", "state", "bills", "total", "fund_pay", "assistance_pay"),
            *("person_pay", "cash", "agreed_at"),
        ]


class StatementDifferenceOut(serializers.Serializer):
    number = serializers.CharField()
    why = serializers.CharField(help_text="not_theirs, not_ours, total, funds or person")
    ours = SignedYuanField(allow_null=True)
    theirs = SignedYuanField(allow_null=True)


class StatementPaymentOut(serializers.Serializer):
    due = SignedYuanField()
    adjusted = SignedYuanField()
    deducted = YuanField()
    restored = YuanField()
    retained = YuanField()
    released = YuanField()
    set_off = YuanField()
    payable = YuanField()


class StatementWholeOut(StatementOut):
    differences = serializers.SerializerMethodField()
    payments = serializers.SerializerMethodField()

    class Meta(StatementOut.Meta):
        fields: ClassVar = [*StatementOut.Meta.fields, "differences", "payments"]

    @extend_schema_field(StatementDifferenceOut(many=True))
    def get_differences(self, row: ProviderStatement) -> Any:
        return StatementDifferenceOut(statements.differences(row), many=True).data

    @extend_schema_field(StatementPaymentOut(many=True))
    def get_payments(self, row: ProviderStatement) -> Any:
        return StatementPaymentOut(statements.payments_of(row), many=True).data


class StatementTotalsIn(serializers.Serializer):
    bills = serializers.IntegerField()
    total = SignedYuanField()
    fund_pay = SignedYuanField()
    person_pay = SignedYuanField()


class StatedBillIn(serializers.Serializer):
    number = serializers.CharField(max_length=30)
    total = SignedYuanField()
    fund_pay = SignedYuanField()
    person_pay = SignedYuanField()


class StatementBillsIn(serializers.Serializer):
    bills = StatedBillIn(many=True, allow_empty=False)


class DeductionOut(serializers.ModelSerializer):
    rule_name = serializers.SerializerMethodField()
    law = serializers.SerializerMethodField()
    month = MonthField()
    visit = serializers.CharField(source="encounter.number")
    line = serializers.CharField(source="line.number", default=None, allow_null=True)
    amount = YuanField()

    class Meta:
        model = BillFinding
        fields: ClassVar = [
            *("id", "rule", "rule_name", "law", "month", "visit", "line", "amount", "state"),
            *("reason", "confirmed_on", "appeal_until"),
        ]

    def get_rule_name(self, row: BillFinding) -> str:
        return str(rules.rule_of(row.rule).label)

    def get_law(self, row: BillFinding) -> str:
        return rules.rule_of(row.rule).law


class DeductionAppealIn(serializers.Serializer):
    text = serializers.CharField(max_length=1000)


class DeductionAppealOut(serializers.Serializer):
    turn = serializers.IntegerField()
    made_on = serializers.DateField()
    due_on = serializers.DateField()


class _Statement(ProviderView):
    def found(self, request: Request, public_id: Any) -> ProviderStatement:
        rows = statements.of_provider(self.provider(request)).select_related("provider", "fund")
        found = rows.filter(public_id=public_id).first()
        if found is None:
            raise NotFound(
                _("There is no such statement of this provider."), code="no_such_statement"
            )
        return found


class Statements(ProviderView):
    scopes: ClassVar = {"GET": "statements:read"}

    @extend_schema(
        operation_id="statements",
        tags=["medical"],
        summary="The provider's statements, the latest first",
        responses={200: StatementOut(many=True), 403: PROBLEM},
    )
    def get(self, request: Request) -> Response:
        rows = statements.of_provider(self.provider(request))
        return self.page(rows, StatementOut, ("-month", "-pk"))


class Statement(_Statement):
    scopes: ClassVar = {"GET": "statements:read"}

    @extend_schema(
        operation_id="statement",
        tags=["medical"],
        summary="A statement, the bills that differ, and what was paid",
        responses={200: StatementWholeOut, 403: PROBLEM, 404: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        return Response(StatementWholeOut(self.found(request, public_id)).data)


class StatementTotals(Once, _Statement):
    scopes: ClassVar = {"POST": "statements:write"}

    @extend_schema(
        operation_id="statement_totals",
        tags=["medical"],
        summary="Tell the provider's own totals; where they are the same, the statement is agreed",
        request=StatementTotalsIn,
        responses={200: StatementWholeOut, 403: PROBLEM, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        said = read(StatementTotalsIn, request.data)
        row = self.found(request, public_id)

        def act() -> tuple[int, Any]:
            agreeing.state_totals(by=request.user, statement=row, **said)
            return 200, StatementWholeOut(self.found(request, public_id)).data

        return self.once(request, act)


class StatementBills(Once, _Statement):
    scopes: ClassVar = {"POST": "statements:write"}

    @extend_schema(
        operation_id="statement_bills",
        tags=["medical"],
        summary="Hand in the provider's bills of the month; what differs comes back, bill by bill",
        request=StatementBillsIn,
        responses={200: StatementWholeOut, 403: PROBLEM, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        said = read(StatementBillsIn, request.data)
        row = self.found(request, public_id)

        def act() -> tuple[int, Any]:
            bills = [agreeing.Stated(**each) for each in said["bills"]]
            agreeing.state_bills(by=request.user, statement=row, bills=bills)
            return 200, StatementWholeOut(self.found(request, public_id)).data

        return self.once(request, act)


class Deductions(ProviderView):
    scopes: ClassVar = {"GET": "statements:read"}

    @extend_schema(
        operation_id="deductions",
        tags=["medical"],
        summary="What is deducted from the provider, by rule and bill, and until when to appeal",
        responses={200: DeductionOut(many=True), 403: PROBLEM},
    )
    def get(self, request: Request) -> Response:
        rows = findings.of_provider(self.provider(request))
        return self.page(rows, DeductionOut, ("-pk",))


class DeductionAppeals(Once, ProviderView):
    scopes: ClassVar = {"POST": "statements:write"}

    @extend_schema(
        operation_id="deduction_appeal",
        tags=["medical"],
        summary="Appeal against a deduction; after a rejection once more, before a panel",
        request=DeductionAppealIn,
        responses={201: DeductionAppealOut, 403: PROBLEM, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, pk: int) -> Response:
        said = read(DeductionAppealIn, request.data)
        found = self._finding(self.provider(request), pk)

        def act() -> tuple[int, Any]:
            made = appeals.appeal(by=request.user, finding=found, text=said["text"])
            return 201, DeductionAppealOut(made).data

        return self.once(request, act)

    def _finding(self, provider: Provider, pk: int) -> BillFinding:
        found = findings.of_provider(provider).filter(pk=pk).first()
        if found is None:
            raise NotFound(_("There is no such deduction."), code="no_such_deduction")
        return found
