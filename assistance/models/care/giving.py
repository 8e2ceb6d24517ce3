"""Care that is given: vouchers issued by the month, orders, and what pays for them."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from socsec.office.models import PolicyEdition, Run

from .billing import CareBill
from .providing import CareProvider


class Voucher(models.Model):
    """What a person may spend on care: `amount` fen, or `minutes` of service.

    It is issued once a month by the level of care and spent by confirmed orders alone; what is left
    on `expires_on` has lapsed the day after.
    """

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="care_vouchers", verbose_name=_("person")
    )
    region = models.CharField(_("region"), max_length=6)
    month = models.IntegerField(_("month"))
    level = models.PositiveSmallIntegerField(_("level of care"))
    amount = models.BigIntegerField(_("amount"), default=0)
    minutes = models.IntegerField(_("minutes"), default=0)
    expires_on = models.DateField(_("to be spent by"))
    run = models.ForeignKey(Run, models.PROTECT, related_name="+", verbose_name=_("run"))

    class Meta:
        verbose_name = _("voucher for care")
        verbose_name_plural = _("vouchers for care")
        ordering = ["person", "month"]
        constraints = [
            models.UniqueConstraint(fields=["person", "month"], name="care_voucher_once_a_month"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, minutes=0) | Q(amount=0, minutes__gt=0),
                name="care_voucher_money_or_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.month}"


class OrderState(models.TextChoices):
    ORDERED = "ordered", _("Ordered, not given yet")
    CONFIRMED = "confirmed", _("Confirmed")
    CANCELLED = "cancelled", _("Cancelled")


class ConfirmedHow(models.TextChoices):
    PORTAL = "portal", _("by the person, online")
    CODE = "code", _("by the code told to the worker")
    DESK = "desk", _("by the office")


class CareOrder(models.Model):
    """One service ordered from a provider for a day; confirmed once it was given.

    Who pays what is worked out when it is confirmed: `cost` = `insurance` + `by_minutes` +
    `by_money` + `own`, fen. `code` is what the elder tells the worker.
    """

    public_id = models.UUIDField(
        _("public number"), db_default=RandomUUID(), unique=True, editable=False
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="care_orders", verbose_name=_("person")
    )
    provider = models.ForeignKey(
        CareProvider, models.PROTECT, related_name="orders", verbose_name=_("provider")
    )
    region = models.CharField(_("region"), max_length=6)
    service = models.PositiveSmallIntegerField(_("service"))
    setting = models.PositiveSmallIntegerField(_("where"))
    units = models.PositiveSmallIntegerField(_("units"))
    day = models.DateField(_("day"))
    state = models.CharField(
        _("state"), max_length=9, choices=OrderState.choices, default=OrderState.ORDERED
    )
    code = models.CharField(_("code of confirmation"), max_length=6)
    wrong_codes = models.PositiveSmallIntegerField(_("wrong codes"), default=0)
    how = models.CharField(
        _("confirmed"), max_length=6, choices=ConfirmedHow.choices, blank=True, default=""
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")
    cost = models.BigIntegerField(_("cost"), default=0)
    insurance = models.BigIntegerField(_("paid by the insurance"), default=0)
    by_minutes = models.BigIntegerField(_("paid by hours"), default=0)
    by_money = models.BigIntegerField(_("paid by voucher"), default=0)
    own = models.BigIntegerField(_("paid by the person"), default=0)
    sheet = models.JSONField(_("assessment sheet"), null=True, blank=True)
    edition = models.ForeignKey(
        PolicyEdition,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("policy edition"),
    )
    bill = models.ForeignKey(
        CareBill,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name=_("bill"),
    )
    ordered_at = models.DateTimeField(_("ordered at"), auto_now_add=True)

    class Meta:
        verbose_name = _("order of care")
        verbose_name_plural = _("orders of care")
        ordering = ["-day", "-pk"]
        indexes = [
            models.Index(fields=["person", "day"], name="care_order_person"),
            models.Index(fields=["provider", "state", "day"], name="care_order_provider"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(cost=F("insurance") + F("by_minutes") + F("by_money") + F("own")),
                name="care_order_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(insurance__gte=0, by_minutes__gte=0, by_money__gte=0, own__gte=0),
                name="care_order_shares_possible",
            ),
            models.CheckConstraint(
                condition=Q(state=OrderState.CONFIRMED, sheet__isnull=False, how__gt="")
                | (~Q(state=OrderState.CONFIRMED) & Q(cost=0, how="", bill__isnull=True)),
                name="care_order_paid_when_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.day}"


class VoucherUse(models.Model):
    """What a confirmed order took from a voucher."""

    voucher = models.ForeignKey(
        Voucher, models.PROTECT, related_name="uses", verbose_name=_("voucher")
    )
    order = models.ForeignKey(
        CareOrder, models.PROTECT, related_name="uses", verbose_name=_("order")
    )
    amount = models.BigIntegerField(_("amount"), default=0)
    minutes = models.IntegerField(_("minutes"), default=0)

    class Meta:
        verbose_name = _("use of a voucher")
        verbose_name_plural = _("uses of vouchers")
        constraints = [
            models.UniqueConstraint(fields=["voucher", "order"], name="care_voucher_use_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, minutes=0) | Q(amount=0, minutes__gt=0),
                name="care_voucher_use_money_or_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.voucher} · {self.order}"
