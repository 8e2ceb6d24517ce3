"""Files of receipts, and money that fits no payer: kept, shown, and open until it is settled."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from funds.models import Branch
from socsec.office.fields import BlindIndexField, EncryptedField

from .late import user
from .receipt import Remittance


class ReceiptFile(models.Model):
    """A file of receipts, read once: its proof and what came of it, not its text."""

    number = models.CharField(_("file number"), max_length=40)
    sha256 = models.CharField(_("checksum"), max_length=64, unique=True)
    region = models.CharField(_("region"), max_length=6)
    received_on = models.DateField(_("date"))
    count = models.IntegerField(_("lines"))
    total = models.BigIntegerField(_("total"))
    taken = models.IntegerField(_("taken"))
    known = models.IntegerField(_("known before"))
    unmatched = models.IntegerField(_("unmatched"))
    by = user(_("read by"))
    read_at = models.DateTimeField(_("read"), auto_now_add=True)

    class Meta:
        verbose_name = _("file of receipts")
        verbose_name_plural = _("files of receipts")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["number", "region"], name="receipt_file_number_once"),
        ]

    def __str__(self) -> str:
        return self.number


class UnmatchedReceipt(models.Model):
    """Money that is in, for a payer whom we do not know or cannot book it for.

    It stands in suspense in the books of `fund_id`. It is settled by matching it to a payer or by
    sending it back the way it came, which a second person approves.
    """

    class Why(models.TextChoices):
        UNKNOWN = "unknown", _("No such payer")
        UNREADABLE = "unreadable", _("The number of the payer is wrong")
        NO_FUND = "no_fund", _("No fund for it")
        REFERENCE = "reference", _("The reference belongs to another payment")
        ONLINE = "online", _("Paid online for a payment that is not ours")

    class State(models.TextChoices):
        OPEN = "open", _("Unmatched")
        RETURNING = "returning", _("To be sent back, waiting for a second person")
        MATCHED = "matched", _("Matched")
        RETURNED = "returned", _("Sent back")

    file = models.ForeignKey(
        ReceiptFile,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="lines",
        verbose_name=_("file"),
    )
    line = models.IntegerField(_("line"), default=0)
    reference = models.CharField(_("bank reference"), max_length=64, unique=True)
    payer_number = EncryptedField(_("number of the payer"))
    blind = BlindIndexField(source="payer_number", purpose="unmatched_payer")
    masked = models.CharField(_("number of the payer"), max_length=40)
    payer_name = models.CharField(_("name of the payer"), max_length=120, blank=True, default="")
    amount = models.BigIntegerField(_("amount"))
    branch = models.PositiveSmallIntegerField(_("branch"), choices=Branch.choices, null=True)
    received_on = models.DateField(_("received"))
    region = models.CharField(_("region"), max_length=6)
    fund_id = models.BigIntegerField(_("fund"))
    why = models.CharField(_("why it fits nothing"), max_length=10, choices=Why.choices)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.OPEN)
    remittance = models.OneToOneField(
        Remittance,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="unmatched",
        verbose_name=_("remittance"),
    )
    note = models.CharField(_("how it was settled"), max_length=120, blank=True, default="")
    maker = user(_("proposed by"), null=True, blank=True)
    settled_by = user(_("settled by"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("unmatched receipt")
        verbose_name_plural = _("unmatched receipts")
        ordering = ["received_on", "pk"]
        indexes = [
            models.Index(
                fields=["region"],
                condition=models.Q(state__in=["open", "returning"]),
                name="unmatched_open",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gt=0), name="unmatched_amount_possible"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="returned")
                | (
                    models.Q(maker__isnull=False, settled_by__isnull=False)
                    & ~models.Q(settled_by=models.F("maker"))
                ),
                name="unmatched_returned_with_four_eyes",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="matched") | models.Q(remittance__isnull=False),
                name="unmatched_matched_to_something",
            ),
        ]

    def __str__(self) -> str:
        return self.reference
