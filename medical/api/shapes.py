"""What is sent and answered: a visit, its lines, who pays. Amounts in yuan with two decimals."""

from typing import Any, ClassVar

from rest_framework import serializers

from medical.models import Away, Care, Disease, Encounter, ItemKind
from socsec.office.api import YuanField


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
    noted = serializers.ListField(
        child=serializers.CharField(),
        default=list,
        read_only=True,
        help_text="At admission: where what was sent is not what is on file",
    )

    class Meta:
        model = Encounter
        fields: ClassVar = [
            *("id", "number", "state", "care", "scheme", "home", "standing", "away", "disease"),
            *("opened_at", "closed_at", "continues", "noted"),
        ]


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


class PayFromIn(serializers.Serializer):
    """From which medical accounts the insured person chooses to pay; the rest is cash."""

    use_account = serializers.BooleanField(default=False, help_text="The own account")
    use_family = serializers.BooleanField(
        default=False, help_text="Accounts that relatives share, after the own one"
    )


class SettleIn(PayFromIn):
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


class PaidFromOut(serializers.Serializer):
    family = serializers.BooleanField(help_text="A relative's account, not the person's own")
    amount = YuanField()


class BillOut(serializers.Serializer):
    parts = BillPartOut(many=True)


class SettledOut(BillOut):
    accounts = PaidFromOut(many=True, help_text="Each account that paid, for all parts together")


class UndoneOut(serializers.Serializer):
    msgid = serializers.CharField()
    undone_at = serializers.DateTimeField()
