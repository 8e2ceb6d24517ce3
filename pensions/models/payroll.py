"""The monthly payroll: what is paid to whom for which month, what could not be, what came back."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from funds.models import Branch, Fund, PaymentBatch, Scheme
from socsec.kernel.months import format_month


class PaymentState(models.TextChoices):
    """How far a payment has got. Not stored: funds knows what the bank said, and is asked."""

    PREPARED = "prepared", _("Being prepared")
    SENT = "sent", _("Sent to the bank")
    PAID = "paid", _("Paid")
    RETURNED = "returned", _("Returned by the bank")
    REORDERED = "reordered", _("Sent again")


class HoldReason(models.TextChoices):
    NO_ACCOUNT = "no_account", _("No bank account on file")


class Payroll(models.Model):
    """A month's pensions of one scheme in one region: the run that makes them, and their envelope.

    The envelope is there once the run is posted, unless there was nobody to pay.
    """

    run = models.OneToOneField(
        "office.Run",
        models.PROTECT,
        primary_key=True,
        related_name="payroll",
        verbose_name=_("run"),
    )
    scheme = models.PositiveSmallIntegerField(_("scheme"), choices=Scheme.choices)
    branch = models.PositiveSmallIntegerField(
        _("branch"),
        choices=Branch.choices,
        default=Branch.PENSION,
        db_default=Branch.PENSION,
    )
    month = models.IntegerField(_("month"))
    region = models.CharField(_("region"), max_length=6)
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="+", verbose_name=_("fund"))
    envelope = models.OneToOneField(
        PaymentBatch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("payment batch"),
    )

    class Meta:
        verbose_name = _("pension payroll")
        verbose_name_plural = _("pension payrolls")
        ordering = ["-month", "region"]

    def __str__(self) -> str:
        return f"{format_month(self.month)} · {self.region}"


class Paid(models.Model):
    """The columns of a payment: one person's pension for one month, in fen.

    `month` is the month it is for, `run_id` the payroll that pays it: months before the payroll's
    own are arrears. `part` 0 is the pension itself; a later correction of the month adds a part.
    `from_account` is what the individual account bears; the pool bears the rest.
    """

    person_id = models.BigIntegerField(_("person"))
    month = models.IntegerField(_("month"))
    award_id = models.BigIntegerField(_("award"))
    part = models.PositiveSmallIntegerField(_("part"), default=0)
    run_id = models.BigIntegerField(_("run"))
    region = models.CharField(_("region"), max_length=6)
    basic = models.BigIntegerField(_("basic pension"))
    account = models.BigIntegerField(_("account pension"))
    transitional = models.BigIntegerField(_("transitional pension"))
    addition = models.BigIntegerField(_("additions"))
    amount = models.BigIntegerField(_("amount"))
    from_account = models.BigIntegerField(_("borne by the account"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.person_id} · {format_month(self.month)}"


class PensionPayment(Paid):
    """A pension paid. The key is the promise: nobody is paid twice for one month of an award."""

    pk = models.CompositePrimaryKey("person_id", "month", "award_id", "part")

    class Meta:
        verbose_name = _("pension payment")
        verbose_name_plural = _("pension payments")
        indexes = [
            # A run writes its rows together, by person: a few pages hold those of a chunk.
            BrinIndex(fields=["run_id", "person_id"], name="payment_by_run"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    amount=models.F("basic")
                    + models.F("account")
                    + models.F("transitional")
                    + models.F("addition"),
                    amount__gt=0,
                    from_account__gte=0,
                    from_account__lte=models.F("account"),
                ),
                name="payment_amounts_possible",
            ),
        ]


class WithdrawnPayment(Paid):
    """A payment of a payroll that was reversed before any money left: kept for the auditor.

    It stands apart, so that the month can be paid by the payroll that replaces the reversed one.
    """

    pk = models.CompositePrimaryKey("person_id", "run_id", "month", "award_id", "part")

    class Meta:
        verbose_name = _("withdrawn payment")
        verbose_name_plural = _("withdrawn payments")


class HeldPayment(models.Model):
    """Somebody whom a payroll owed money and could not pay. It stays owed: the next one tries again."""

    pk = models.CompositePrimaryKey("person_id", "run_id", "award_id")
    person_id = models.BigIntegerField(_("person"))
    run_id = models.BigIntegerField(_("run"))
    award_id = models.BigIntegerField(_("award"))
    region = models.CharField(_("region"), max_length=6)
    months = models.IntegerField(_("months"))
    amount = models.BigIntegerField(_("amount"))
    reason = models.CharField(_("reason"), max_length=12, choices=HoldReason.choices)

    class Meta:
        verbose_name = _("held payment")
        verbose_name_plural = _("held payments")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gt=0, months__gt=0), name="held_payment_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.get_reason_display()}"


class ReturnedPayment(models.Model):
    """A payment that the bank sent back: a task, until it is ordered once more.

    The key is that of the order in funds. `reordered_in` is the envelope that pays it again.
    """

    pk = models.CompositePrimaryKey("person_id", "batch_id", "seq")
    person_id = models.BigIntegerField(_("person"))
    batch_id = models.BigIntegerField(_("payment batch"))
    seq = models.IntegerField(_("sequence"))
    run_id = models.BigIntegerField(_("run"))
    region = models.CharField(_("region"), max_length=6)
    amount = models.BigIntegerField(_("amount"))
    returned_on = models.DateField(_("returned on"))
    reason = models.CharField(_("bank's reason"), max_length=120, blank=True, default="")
    reordered_in = models.BigIntegerField(_("ordered again in"), null=True, blank=True)

    class Meta:
        verbose_name = _("returned payment")
        verbose_name_plural = _("returned payments")
        indexes = [
            models.Index(
                fields=["region"],
                condition=models.Q(reordered_in__isnull=True),
                name="returned_payment_open",
            ),
        ]

    def __str__(self) -> str:
        return f"P{self.batch_id}-{self.person_id}-{self.seq}"
