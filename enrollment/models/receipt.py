"""Money that came in, and for which months it was taken."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from funds.models import Branch
from socsec.kernel.months import format_month

from .employer import Employer
from .person import Person


class Receipt(models.Model):
    """A payment of contributions into the income account, by an employer or by a person.

    `credit` is what is not yet allocated to any month, in fen.
    """

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
    received_on = models.DateField(_("received"))
    reference = models.CharField(_("bank reference"), max_length=64, unique=True)
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
                condition=models.Q(amount__gt=0, credit__gte=0, credit__lte=models.F("amount")),
                name="receipt_amounts_possible",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def payer(self) -> Employer | Person:
        payer = self.employer or self.person
        assert payer is not None  # receipt_one_payer
        return payer


class ReceiptAllocation(models.Model):
    """How much of a receipt went to one person's month, in fen, and how much of that to the
    individual account. Never changed, never deleted.
    """

    pk = models.CompositePrimaryKey(
        "person_id", "month", "branch", "employer_id", "part", "receipt_id"
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
                ),
                name="allocation_amounts_possible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} · {format_month(self.month)}"
