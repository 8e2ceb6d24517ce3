"""What was paid beyond what was due (多领待遇), month by month, and how it comes back."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from socsec.kernel.months import format_month

from .award import Award


class OverpaymentReason(models.TextChoices):
    DEATH = "death", _("Paid after a death that was reported late")
    CORRECTION = "correction", _("A fact turned out otherwise")
    ENDED = "ended", _("Paid after the pension had ended")
    DOUBLE = "double", _("Drawn elsewhere for the same months")


class OverpaymentState(models.TextChoices):
    OPEN = "open", _("To be paid back")
    SETTLED = "settled", _("Paid back")
    WRITTEN_OFF = "written_off", _("Written off")
    CANCELLED = "cancelled", _("Was not overpaid after all")


class Plan(models.TextChoices):
    NONE = "", _("Not agreed yet")
    ONCE = "once", _("At once")
    INSTALMENTS = "instalments", _("In instalments")
    OFFSET = "offset", _("Kept back from the pension")


class RecoveryKind(models.TextChoices):
    RECEIPT = "receipt", _("Paid back")
    OFFSET = "offset", _("Kept back from the pension")
    GRANT = "grant", _("Kept back from what the family receives")
    WRITE_OFF = "write_off", _("Written off")
    REFUND = "refund", _("Returned to the person")


class Overpayment(models.Model):
    """A sum that one award paid too much, in fen: `amount`, of which `recovered` has come back.

    Both are the sums of rows (`OverpaidMonth`, `Recovery`), kept here for lists. More recovered
    than overpaid is owed back to the person. 社会保险经办条例 art. 46 orders it back: at once,
    in instalments, or out of later benefits, at most `monthly` fen a month.
    """

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="overpayments", verbose_name=_("person")
    )
    award = models.ForeignKey(
        Award, models.PROTECT, related_name="overpayments", verbose_name=_("award")
    )
    region = models.CharField(_("region"), max_length=6)
    reason = models.CharField(_("reason"), max_length=12, choices=OverpaymentReason.choices)
    amount = models.BigIntegerField(_("overpaid"))
    recovered = models.BigIntegerField(_("come back"), default=0)
    found_on = models.DateField(_("found"))
    limited_on = models.DateField(_("limitation"))
    noticed_at = models.DateTimeField(_("notice sent"), null=True, blank=True)
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=OverpaymentState.choices,
        default=OverpaymentState.OPEN,
    )
    plan = models.CharField(
        _("way of paying back"), max_length=12, choices=Plan.choices, blank=True, default=Plan.NONE
    )
    monthly = models.BigIntegerField(_("at most a month"), null=True, blank=True)
    # who would write it off, and why; a second person agrees
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("proposed by"),
    )
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("agreed by"),
    )
    why = models.CharField(_("reason to write it off"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("overpayment")
        verbose_name_plural = _("overpayments")
        ordering = ["-found_on", "-pk"]
        indexes = [
            models.Index(
                fields=["region"],
                condition=models.Q(state=OverpaymentState.OPEN),
                name="overpayment_open",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gte=0), name="overpayment_not_negative"
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(state=OverpaymentState.OPEN, plan=Plan.OFFSET),
                name="overpayment_one_offset",
            ),
            models.CheckConstraint(
                condition=models.Q(checker__isnull=True) | ~models.Q(checker=models.F("maker")),
                name="overpayment_four_eyes",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=OverpaymentState.WRITTEN_OFF)
                | models.Q(checker__isnull=False, maker__isnull=False),
                name="overpayment_written_off_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_reason_display()}"

    @property
    def remaining(self) -> int:
        """What is still to come back, in fen; below zero it is owed to the person."""
        return self.amount - self.recovered


class OverpaidMonth(models.Model):
    """What one month was overpaid, in fen. A later correction adds a row below zero."""

    pk = models.CompositePrimaryKey("person_id", "overpayment_id", "month", "part")
    person_id = models.BigIntegerField(_("person"))
    overpayment_id = models.BigIntegerField(_("overpayment"))
    month = models.IntegerField(_("month"))
    part = models.PositiveSmallIntegerField(_("part"), default=0)
    award_id = models.BigIntegerField(_("award"))
    amount = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("overpaid month")
        verbose_name_plural = _("overpaid months")
        constraints = [
            models.CheckConstraint(condition=~models.Q(amount=0), name="overpaid_month_something"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} · {format_month(self.month)}"


class Instalment(models.Model):
    """One instalment of a plan, in fen. All of a plan add up to the debt."""

    overpayment = models.ForeignKey(Overpayment, models.CASCADE, related_name="instalments")
    number = models.PositiveSmallIntegerField(_("number"))
    due_on = models.DateField(_("due"))
    amount = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("instalment")
        verbose_name_plural = _("instalments")
        ordering = ["overpayment_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["overpayment", "number"], name="repayment_instalment_once"
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0), name="repayment_instalment_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.due_on}"


class Recovery(models.Model):
    """What came back of an overpayment, in fen; below zero it went back to the person.

    `run_id` is the payroll that kept it back. A payroll that is reversed gets the opposite row.
    """

    pk = models.CompositePrimaryKey("person_id", "overpayment_id", "number")
    person_id = models.BigIntegerField(_("person"))
    overpayment_id = models.BigIntegerField(_("overpayment"))
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=12, choices=RecoveryKind.choices)
    amount = models.BigIntegerField(_("amount"))
    on = models.DateField(_("day"))
    run_id = models.BigIntegerField(_("run"), null=True, blank=True)
    batch_id = models.BigIntegerField(_("ledger or payment batch"), null=True, blank=True)
    reference = models.CharField(_("reference"), max_length=80, blank=True, default="")

    class Meta:
        verbose_name = _("recovery")
        verbose_name_plural = _("recoveries")
        ordering = ["person_id", "overpayment_id", "number"]
        indexes = [
            models.Index(
                fields=["run_id"], condition=models.Q(run_id__isnull=False), name="recovery_by_run"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(amount=0), name="recovery_something"),
            # The same transfer is not booked twice.
            models.UniqueConstraint(
                fields=["overpayment_id", "reference"],
                condition=models.Q(kind=RecoveryKind.RECEIPT),
                name="recovery_reference_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.overpayment_id} · {self.get_kind_display()}"
