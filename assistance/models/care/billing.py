"""What providers of care are owed for a month: the bill of its confirmed orders, and how it is paid."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from funds.models import Fund, PaymentBatch
from socsec.kernel.months import format_month
from socsec.office.models import User

from .providing import CareProvider


class BillState(models.TextChoices):
    HANDED_IN = "handed_in", _("Handed in")
    CHECKED = "checked", _("Checked")
    APPROVED = "approved", _("Approved, being paid")
    REJECTED = "rejected", _("Given back")


class CareBill(models.Model):
    """The confirmed orders of a month of one provider: `insurance` and `vouchers` in fen.

    `stated` is the total that the provider claims, None where it left the sum to us. The person's
    own share never passes through the office. Entered by one, checked, approved by another.
    """

    provider = models.ForeignKey(
        CareProvider, models.PROTECT, related_name="bills", verbose_name=_("provider")
    )
    region = models.CharField(_("region"), max_length=6)
    month = models.IntegerField(_("month"))
    state = models.CharField(
        _("state"), max_length=9, choices=BillState.choices, default=BillState.HANDED_IN
    )
    count = models.PositiveIntegerField(_("orders"))
    insurance = models.BigIntegerField(_("from the insurance"))
    vouchers = models.BigIntegerField(_("for vouchers"))
    stated = models.BigIntegerField(_("claimed by the provider"), null=True, blank=True)
    note = models.CharField(_("what was found"), max_length=200, blank=True, default="")
    maker = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("handed in by")
    )
    checked_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("checked by")
    )
    checker = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    handed_in_at = models.DateTimeField(_("handed in"), auto_now_add=True)

    class Meta:
        verbose_name = _("bill of a provider of care")
        verbose_name_plural = _("bills of providers of care")
        ordering = ["-month", "provider", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "month"],
                condition=Q(state__in=[BillState.HANDED_IN, BillState.CHECKED]),
                name="care_bill_one_waiting",
            ),
            models.CheckConstraint(
                condition=Q(checker__isnull=True)
                | (~Q(checker=F("maker")) & ~Q(checker=F("checked_by"))),
                name="care_bill_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(count__gt=0, insurance__gte=0, vouchers__gte=0)
                & Q(insurance__gt=-F("vouchers")),
                name="care_bill_possible",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=BillState.HANDED_IN, checked_by__isnull=True, checker__isnull=True
                )
                | Q(state=BillState.CHECKED, checked_by__isnull=False, checker__isnull=True)
                | Q(state=BillState.APPROVED, checked_by__isnull=False, checker__isnull=False)
                | Q(state=BillState.REJECTED, checker__isnull=False),
                name="care_bill_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} · {format_month(self.month)}"

    @property
    def total(self) -> int:
        """What the office pays, fen."""
        return self.insurance + self.vouchers


class CareBillPayment(models.Model):
    """What one fund pays of a bill: that of the insurance, or that of assistance for vouchers, each
    of the place where the cared for live."""

    bill = models.ForeignKey(
        CareBill, models.PROTECT, related_name="payments", verbose_name=_("bill")
    )
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="+", verbose_name=_("fund"))
    amount = models.BigIntegerField(_("amount"))
    envelope = models.OneToOneField(
        PaymentBatch, models.PROTECT, related_name="+", verbose_name=_("payment batch")
    )

    class Meta:
        verbose_name = _("payment of a bill of care")
        verbose_name_plural = _("payments of bills of care")
        ordering = ["bill", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["bill", "fund"], name="care_bill_paid_once_by_a_fund"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="care_bill_payment_possible"),
        ]

    def __str__(self) -> str:
        return f"{self.bill} · {self.fund}"
