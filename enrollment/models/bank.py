"""The accounts to which people are paid and from which they pay."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from socsec.office.fields import BlindIndexField, EncryptedField

from .person import Person


class Purpose(models.TextChoices):
    BENEFIT = "benefit", _("Benefits")
    CONTRIBUTION = "contribution", _("Contributions")


class BankAccount(models.Model):
    """A person's own account: one for each purpose at a time, never shared between two people."""

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="bank_accounts", verbose_name=_("person")
    )
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose.choices)
    holder = models.CharField(_("account holder"), max_length=60)
    bank = models.CharField(_("bank"), max_length=60)
    account = EncryptedField(_("account number"))
    blind = BlindIndexField(source="account", purpose="bank_account")
    last_four = models.CharField(_("last four digits"), max_length=4)
    opened_on = models.DateField(_("used from"))
    closed_on = models.DateField(_("used until"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        ordering = ["person", "purpose", "opened_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose"],
                condition=models.Q(closed_on__isnull=True),
                name="bank_account_one_open_per_purpose",
            ),
            models.UniqueConstraint(
                fields=["blind", "purpose"],
                condition=models.Q(closed_on__isnull=True),
                name="bank_account_of_one_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank} ····{self.last_four}"
