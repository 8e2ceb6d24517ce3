"""What hospitals, clinics and pharmacies ask: visits, lines, settlement.

Each message carries the provider's own number, `msgid`: sent again it is answered again, never done
twice; where its answer was lost, it can be taken back.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment.queries import by_resident_id
from medical.models import (
    FUND_SHARES,
    PERSON_SHARES,
    Away,
    Care,
    Disease,
    Encounter,
    ItemKind,
    Provider,
)
from medical.queries.providers import provider_of
from medical.services import settling
from medical.services.settling import messages
from socsec.office.api import PROBLEM, ApiView, YuanField
from socsec.office.api.idempotency import fingerprint
from socsec.office.errors import Denied, NotFound, Refused, say

SHOWN = (
    "total",
    "uncovered",
    "over_limit",
    "first_self_pay",
    "in_scope",
    "deductible",
    *FUND_SHARES,
    "fund_pay",
    "person_pay",
    *PERSON_SHARES,
)

# What a provider may say and the office knows better.
CHECKED = ("away", "disease")
NOT_TOLD = ("msgid", "resident_id", *CHECKED)


class MsgIdField(serializers.CharField):
    def __init__(self, **more: Any) -> None:
        super().__init__(
            max_length=30, help_text="The provider's own number of this message", **more
        )


class VisitIn(serializers.Serializer):
    """What is on file counts: `away` and `disease` are compared with it, and where they differ the
    answer says so in `noted`."""

    msgid = MsgIdField()
    number = serializers.CharField(max_length=30)
    resident_id = serializers.CharField(max_length=18)
    care = serializers.ChoiceField(choices=Care.values)
    opened_at = serializers.DateTimeField()
    emergency = serializers.BooleanField(
        default=False, help_text="An emergency away from home counts as filed"
    )
    away = serializers.ChoiceField(choices=Away.values, required=False)
    disease = serializers.ChoiceField(choices=Disease.values, required=False)
    department = serializers.CharField(max_length=30, default="", allow_blank=True)
    doctor = serializers.CharField(max_length=30, default="", allow_blank=True)
    diagnosis = serializers.CharField(max_length=20, default="", allow_blank=True)


class VisitOut(serializers.ModelSerializer):
    id = serializers.UUIDField(source="public_id")
    continues = serializers.UUIDField(source="previous.public_id", default=None, allow_null=True)

    class Meta:
        model = Encounter
        fields: ClassVar = [
            *("id", "number", "state", "care", "scheme", "home", "standing", "away", "disease"),
            *("opened_at", "closed_at", "continues"),
        ]


class AdmittedOut(VisitOut):
    noted = serializers.ListField(
        child=serializers.CharField(), help_text="Where what was sent is not what is on file"
    )

    class Meta(VisitOut.Meta):
        fields: ClassVar = [*VisitOut.Meta.fields, "noted"]


class VisitLineIn(serializers.Serializer):
    """`quantity` and `price` have four decimals; they come to `amount`, rounded half up to the fen."""

    number = serializers.CharField(max_length=30)
    day = serializers.DateField()
    kind = serializers.ChoiceField(choices=ItemKind.values)
    code = serializers.CharField(max_length=40, default="", allow_blank=True)
    name = serializers.CharField(max_length=200)
    quantity = serializers.DecimalField(max_digits=12, decimal_places=4)
    price = serializers.DecimalField(max_digits=14, decimal_places=4)
    amount = YuanField()


class VisitLinesIn(serializers.Serializer):
    msgid = MsgIdField()
    lines = VisitLineIn(many=True, allow_empty=False)


class VisitLinesOut(serializers.Serializer):
    lines = serializers.ListField(child=serializers.CharField(), help_text="Numbers taken")


class DischargeIn(serializers.Serializer):
    msgid = MsgIdField()
    closed_at = serializers.DateTimeField()
    diagnosis = serializers.CharField(max_length=20, default="", allow_blank=True)


class MsgIdIn(serializers.Serializer):
    msgid = MsgIdField()


class TakeBackIn(serializers.Serializer):
    msgid = MsgIdField()
    reason = serializers.CharField(max_length=200)


class BillPartOut(serializers.Serializer):
    """Who pays, for one year of the visit; amounts in yuan."""

    year = serializers.IntegerField()
    total = YuanField()
    uncovered = YuanField()
    over_limit = YuanField()
    first_self_pay = YuanField()
    in_scope = YuanField()
    deductible = YuanField()
    pool_pay = YuanField()
    large_pay = YuanField()
    major_pay = YuanField()
    civil_pay = YuanField()
    assistance_pay = YuanField()
    fund_pay = YuanField()
    person_pay = YuanField()
    account_pay = YuanField()
    family_pay = YuanField()
    cash = YuanField()


class BillOut(serializers.Serializer):
    parts = BillPartOut(many=True)


class UndoneOut(serializers.Serializer):
    msgid = serializers.CharField()
    undone_at = serializers.DateTimeField()


class _ProviderView(ApiView):
    def provider(self, request: Request) -> Provider:
        found = provider_of(request.user)
        if found is None:
            raise Denied(
                _("This account speaks for no hospital, clinic or pharmacy."),
                code="no_provider",
                fix=_("The office links the account of a provider to its agreement."),
            )
        return found

    def visit(self, request: Request, public_id: Any) -> Encounter:
        rows = Encounter.objects.select_related("provider", "previous", "person")
        found = rows.filter(provider=self.provider(request), public_id=public_id).first()
        if found is None:
            raise NotFound(_("There is no such visit at this provider."), code="no_such_visit")
        return found

    def once(
        self,
        request: Request,
        act: str,
        said: dict[str, Any],
        do: Callable[[], tuple[int, Any, Encounter]],
    ) -> Response:
        (status, answer), old = messages.once(
            provider=self.provider(request),
            msgid=said["msgid"],
            act=act,
            digest=fingerprint(request),
            do=do,
        )
        return Response(answer, status=status, headers={"Message-Replayed": "true"} if old else {})


def _said(request: Request, serializer: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    asked = serializer(data=request.data)
    asked.is_valid(raise_exception=True)
    said: dict[str, Any] = asked.validated_data
    return said


def _parts(rows: list[tuple[int, dict[str, int]]]) -> Any:
    return BillOut({"parts": [{"year": year, **amounts} for year, amounts in rows]}).data


class Visits(_ProviderView):
    scopes: ClassVar = {"POST": "bills:write"}

    @extend_schema(
        operation_id="visits_admit",
        tags=["medical"],
        summary="Begin a visit or a stay of an insured person",
        request=VisitIn,
        responses={201: AdmittedOut, 403: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        said = _said(request, VisitIn)
        provider = self.provider(request)
        rest = {key: value for key, value in said.items() if key not in NOT_TOLD}
        rest["emergency"] |= said.get("away") == Away.EMERGENCY

        def act() -> tuple[int, Any, Encounter]:
            person = by_resident_id(said["resident_id"].upper())
            if person is None:
                raise Refused(
                    _("Nobody is insured under this number."),
                    code="not_covered",
                    field="resident_id",
                    fix=_("Check the number on the card."),
                )
            made = settling.admit(by=request.user, provider=provider, person=person, **rest)
            made.refresh_from_db()
            noted = [
                say(
                    _("%(what)s: on file is %(value)s, and that counts."),
                    what=Encounter._meta.get_field(name).verbose_name,
                    value=getattr(made, f"get_{name}_display")(),
                )
                for name in CHECKED
                if name in said and said[name] != getattr(made, name)
            ]
            return 201, {**VisitOut(made).data, "noted": noted}, made

        return self.once(request, "admit", said, act)


class Visit(_ProviderView):
    scopes: ClassVar = {"GET": "bills:read"}

    @extend_schema(
        operation_id="visit",
        tags=["medical"],
        summary="A visit and how far it is",
        responses={200: VisitOut, 403: PROBLEM, 404: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        return Response(VisitOut(self.visit(request, public_id)).data)


class VisitLines(_ProviderView):
    scopes: ClassVar = {"POST": "bills:write"}

    @extend_schema(
        operation_id="visit_charge",
        tags=["medical"],
        summary="Put lines on the bill of an open visit: all of them or none",
        request=VisitLinesIn,
        responses={201: VisitLinesOut, 403: PROBLEM, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        said = _said(request, VisitLinesIn)
        visit = self.visit(request, public_id)
        charges = [
            settling.Charge(
                **{
                    **line,
                    "quantity": int(line["quantity"].scaleb(4)),
                    "price": int(line["price"].scaleb(4)),
                }
            )
            for line in said["lines"]
        ]

        def act() -> tuple[int, Any, Encounter]:
            made = settling.charge(by=request.user, encounter=visit, charges=charges)
            return 201, {"lines": [line.number for line in made]}, visit

        return self.once(request, "charge", said, act)


class VisitDischarge(_ProviderView):
    scopes: ClassVar = {"POST": "bills:write"}

    @extend_schema(
        operation_id="visit_discharge",
        tags=["medical"],
        summary="End a visit or a stay",
        request=DischargeIn,
        responses={200: VisitOut, 403: PROBLEM, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        said = _said(request, DischargeIn)
        visit = self.visit(request, public_id)

        def act() -> tuple[int, Any, Encounter]:
            ended = settling.discharge(
                by=request.user,
                encounter=visit,
                closed_at=said["closed_at"],
                diagnosis=said["diagnosis"],
            )
            return 200, VisitOut(ended).data, ended

        return self.once(request, "discharge", said, act)


class VisitPreview(_ProviderView):
    scopes: ClassVar = {"GET": "bills:read"}

    @extend_schema(
        operation_id="visit_preview",
        tags=["medical"],
        summary="What settling now would come to; nothing is written",
        responses={200: BillOut, 403: PROBLEM, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def get(self, request: Request, public_id: Any) -> Response:
        shown = settling.preview(by=request.user, encounter=self.visit(request, public_id))
        return Response(_parts([(each.year, each.amounts) for each in shown]))


class VisitSettle(_ProviderView):
    scopes: ClassVar = {"POST": "bills:write"}

    @extend_schema(
        operation_id="visit_settle",
        tags=["medical"],
        summary="Settle the bill of a visit that has ended",
        request=MsgIdIn,
        responses={201: BillOut, 403: PROBLEM, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        said = _said(request, MsgIdIn)
        visit = self.visit(request, public_id)

        def act() -> tuple[int, Any, Encounter]:
            made = settling.settle(by=request.user, encounter=visit)
            rows = [(row.year, {name: getattr(row, name) for name in SHOWN}) for row in made]
            return 201, _parts(rows), visit

        return self.once(request, "settle", said, act)


class VisitReverse(_ProviderView):
    scopes: ClassVar = {"POST": "bills:write"}

    @extend_schema(
        operation_id="visit_reverse",
        tags=["medical"],
        summary="Take a settlement back; the visit can be settled again",
        request=TakeBackIn,
        responses={200: VisitOut, 403: PROBLEM, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, public_id: Any) -> Response:
        said = _said(request, TakeBackIn)
        visit = self.visit(request, public_id)

        def act() -> tuple[int, Any, Encounter]:
            settling.reverse(by=request.user, encounter=visit, reason=said["reason"])
            visit.refresh_from_db()
            return 200, VisitOut(visit).data, visit

        return self.once(request, "reverse", said, act)


class MessageUndo(_ProviderView):
    scopes: ClassVar = {"POST": "bills:write"}

    @extend_schema(
        operation_id="message_undo",
        tags=["medical"],
        summary="Take a message back whose answer was lost",
        description="For admitting, charging and settling. Asked again, it says the same.",
        request=None,
        responses={200: UndoneOut, 403: PROBLEM, 404: PROBLEM, 409: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request, msgid: str) -> Response:
        row = messages.undo(by=request.user, provider=self.provider(request), msgid=msgid)
        return Response(UndoneOut({"msgid": row.msgid, "undone_at": row.undone_at}).data)
