"""Money that came in, and for which months it was taken."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from funds.models import Branch
from socsec.kernel.months import format_month

from .employer import Employer
from .person import Person


class Remittance(models.Model):
    """Money that a payer handed over at one time (缴款), in fen. Never changed.

    The funds keep separate books, so it becomes one receipt in each fund for whose debts it is
    taken. `reference` is the bank's or the tax authority's and tells payments apart.
    """

    class Channel(models.TextChoices):
        COUNTER = "counter", _("Entered at the desk")
        TAX = "tax", _("The tax authority's file")
        API = "api", _("The tax authority's system")
        WITHHOLDING = "withhold", _("Bank withholding")
        ONLINE = "online", _("Paid online")
        UNMATCHED = "unmatched", _("Matched later")

    employer = models.ForeignKey(
        Employer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="remittances",
        verbose_name=_("employer"),
    )
    person = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="remittances",
        verbose_name=_("person"),
    )
    region = models.CharField(_("region"), max_length=6)
    amount = models.BigIntegerField(_("amount"))
    branch = models.PositiveSmallIntegerField(_("branch"), choices=Branch.choices, null=True)
    channel = models.CharField(_("way"), max_length=9, choices=Channel.choices)
    received_on = models.DateField(_("received"))
    reference = models.CharField(_("bank reference"), max_length=64, unique=True)
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("remittance")
        verbose_name_plural = _("remittances")
        ordering = ["-received_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(employer__isnull=True, person__isnull=False)
                | models.Q(employer__isnull=False, person__isnull=True),
                name="remittance_one_payer",
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0), name="remittance_amount_possible"
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Receipt(models.Model):
    """What of a remittance came into one fund, in fen.

    `credit` is what is not yet allocated to any month; `gone` is what has left again, as a refund
    or for the payer's debts in another fund. The rest is allocated. `posted_as` names the entry in
    the books of a receipt that was booked together with others.
    """

    remittance = models.ForeignKey(
        Remittance,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="receipts",
        verbose_name=_("remittance"),
    )

    employer = models.ForeignKey(
        Employer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="receipts",
        verbose_name=_("employer"),
    )
    person = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="receipts",
        verbose_name=_("person"),
    )
    branch = models.PositiveSmallIntegerField(_("branch"), choices=Branch.choices)
    region = models.CharField(_("region"), max_length=6)
    fund_id = models.BigIntegerField(_("fund"))
    amount = models.BigIntegerField(_("amount"))
    credit = models.BigIntegerField(_("credit"))
    gone = models.BigIntegerField(_("refunded or moved"), default=0, db_default=0)
    received_on = models.DateField(_("received"))
    reference = models.CharField(_("bank reference"), max_length=64, db_index=True)
    posted_as = models.CharField(
        _("entry in the books"), max_length=80, default="", db_default="", editable=False
    )
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        ordering = ["-received_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(employer__isnull=True, person__isnull=False)
                | models.Q(employer__isnull=False, person__isnull=True),
                name="receipt_one_payer",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    amount__gt=0,
                    credit__gte=0,
                    gone__gte=0,
                    amount__gte=models.F("credit") + models.F("gone"),
                ),
                name="receipt_amounts_possible",
            ),
            models.UniqueConstraint(
                fields=["reference", "fund_id"], name="receipt_reference_once_a_fund"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def payer(self) -> Employer | Person:
        payer = self.employer or self.person
        assert payer is not None  # receipt_one_payer
        return payer

    def entry(self, turn: int) -> str:
        """The source under which the books know its allocation of that turn."""
        own = f"enrollment.receipt:{self.pk}/{turn}"
        return own if turn else self.posted_as or own


class ReceiptAllocation(models.Model):
    """How much of a receipt went to one person's month, in fen, and how much of that to the
    individual account. Never changed, never deleted: what turns out too much is taken back by a
    row below zero.
    """

    pk = models.CompositePrimaryKey(
        "person_id", "month", "branch", "employer_id", "part", "receipt_id", "turn"
    )
    person_id = models.BigIntegerField(_("person"))
    month = models.IntegerField(_("month"))
    branch = models.PositiveSmallIntegerField(_("branch"), choices=Branch.choices)
    employer_id = models.BigIntegerField(_("employer"))
    part = models.PositiveSmallIntegerField(_("part"), default=0)
    receipt_id = models.BigIntegerField(_("receipt"))
    region = models.CharField(_("region"), max_length=6)
    amount = models.BigIntegerField(_("amount"))
    account_share = models.BigIntegerField(_("individual account's share"))
    received_on = models.DateField(_("received"))
    # How often the receipt had been allocated before: 0 when it came in, 1 when its credit was used.
    turn = models.PositiveSmallIntegerField(_("turn"), default=0)

    class Meta:
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        indexes = [models.Index(fields=["receipt_id"], name="allocation_receipt")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    amount__gt=0, account_share__gte=0, account_share__lte=models.F("amount")
                )
                | models.Q(amount__lte=0),
                name="allocation_amounts_possible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} · {format_month(self.month)}"


class SurchargeAllocation(models.Model):
    """How much of a receipt went to the surcharge on one month's debt, in fen. Only ever added."""

    pk = models.CompositePrimaryKey(
        "person_id", "month", "branch", "employer_id", "part", "receipt_id", "turn"
    )
    person_id = models.BigIntegerField(_("person"))
    month = models.IntegerField(_("month"))
    branch = models.PositiveSmallIntegerField(_("branch"), choices=Branch.choices)
    employer_id = models.BigIntegerField(_("employer"))
    part = models.PositiveSmallIntegerField(_("part"), default=0)
    receipt_id = models.BigIntegerField(_("receipt"))
    turn = models.PositiveSmallIntegerField(_("turn"), default=0)
    region = models.CharField(_("region"), max_length=6)
    amount = models.BigIntegerField(_("amount"))
    received_on = models.DateField(_("received"))

    class Meta:
        verbose_name = _("allocation to a surcharge")
        verbose_name_plural = _("allocations to surcharges")
        indexes = [models.Index(fields=["receipt_id"], name="surcharge_allocation_receipt")]

    def __str__(self) -> str:
        return f"{self.person_id} · {format_month(self.month)}"
