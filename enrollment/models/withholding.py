"""Bank withholding (银行代扣): whose account may be charged, the file to the bank, its answer."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from socsec.office.fields import EncryptedField

from .employer import Employer
from .late import one_payer, user
from .person import Person


class WithholdingMandate(models.Model):
    """That a payer lets us charge a bank account, from a day until it is ended."""

    employer = models.ForeignKey(
        Employer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="withholding_mandates",
        verbose_name=_("employer"),
    )
    person = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="withholding_mandates",
        verbose_name=_("person"),
    )
    region = models.CharField(_("region"), max_length=6)
    holder = models.CharField(_("account holder"), max_length=120)
    bank = models.CharField(_("bank"), max_length=60)
    account = EncryptedField(_("account number"))
    last_four = models.CharField(_("last four digits"), max_length=4)
    from_day = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)
    by = user(_("entered by"))
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("withholding mandate")
        verbose_name_plural = _("withholding mandates")
        ordering = ["-pk"]
        constraints = [
            one_payer("withholding_mandate_one_payer"),
            models.UniqueConstraint(
                fields=["employer", "person"],
                condition=models.Q(until__isnull=True),
                nulls_distinct=False,
                name="withholding_mandate_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employer or self.person} ····{self.last_four}"


class WithholdingFile(models.Model):
    """What the bank is asked to charge, with the number and total of its lines, in fen."""

    class State(models.TextChoices):
        OUT = "out", _("With the bank")
        ANSWERED = "answered", _("Answered")

    region = models.CharField(_("region"), max_length=6)
    charge_on = models.DateField(_("to be charged on"))
    count = models.IntegerField(_("lines"))
    total = models.BigIntegerField(_("total"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OUT)
    by = user(_("made by"))
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    answer_sha256 = models.CharField(
        _("checksum of the answer"), max_length=64, blank=True, default=""
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("withholding file")
        verbose_name_plural = _("withholding files")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["region"],
                condition=models.Q(state="out"),
                name="withholding_file_one_out",
            ),
        ]

    def __str__(self) -> str:
        return f"DK{self.pk:08}"


class WithholdingLine(models.Model):
    """One charge. What the bank returned is presented once more, in a later file, and not again."""

    class State(models.TextChoices):
        OUT = "out", _("With the bank")
        PAID = "paid", _("Charged")
        RETURNED = "returned", _("Returned by the bank")
        AGAIN = "again", _("Presented again")

    file = models.ForeignKey(
        WithholdingFile, models.PROTECT, related_name="lines", verbose_name=_("file")
    )
    mandate = models.ForeignKey(
        WithholdingMandate, models.PROTECT, related_name="lines", verbose_name=_("mandate")
    )
    number = models.IntegerField(_("line"))
    attempt = models.PositiveSmallIntegerField(_("attempt"))
    repeats = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="repeated_by",
        verbose_name=_("repeats"),
    )
    amount = models.BigIntegerField(_("amount"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OUT)
    reason = models.CharField(_("bank's reason"), max_length=120, blank=True, default="")

    class Meta:
        verbose_name = _("withholding")
        verbose_name_plural = _("withholdings")
        ordering = ["file", "number"]
        constraints = [
            models.UniqueConstraint(fields=["file", "number"], name="withholding_line_once"),
            models.CheckConstraint(
                condition=models.Q(attempt=1, repeats__isnull=True)
                | models.Q(attempt=2, repeats__isnull=False),
                name="withholding_repeated_once",
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0), name="withholding_amount_possible"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """What the bank quotes back, and under which the money is booked."""
        return f"DK{self.file_id}-{self.number}"
