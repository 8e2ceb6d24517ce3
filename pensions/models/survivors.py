"""What a family receives after a death (遗属待遇): grants, the balance of the account, unpaid months."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from funds.models import PaymentBatch, Scheme
from socsec.office.fields import EncryptedField


class Relation(models.TextChoices):
    SPOUSE = "spouse", _("Husband or wife")
    CHILD = "child", _("Child")
    PARENT = "parent", _("Parent")
    OTHER = "other", _("Other heir")


class SurvivorClaim(models.Model):
    """What is claimed after the death of `person`. Number, clock and decision are its case's.

    There is one for each death. `claimant` is a relative who is on file here; at the counter
    there may be none. `grants_elsewhere` says that the funeral grant is drawn from work injury or
    unemployment insurance: only one of them is paid. Amounts are fen, from the sheet once assessed:
    `balance` is that of the account with interest up to the death, `unpaid` the pension of months
    up to the death that nobody was paid. `kept_back` goes on what was paid beyond the death.
    `annuity` is the balance of an occupational annuity, which its own fund pays in an envelope of
    its own.
    """

    case = models.OneToOneField(
        "office.Case",
        models.PROTECT,
        primary_key=True,
        related_name="survivor_claim",
        verbose_name=_("case"),
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="survivor_claims", verbose_name=_("who died")
    )
    claimant = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("claimed by"),
    )
    scheme = models.PositiveSmallIntegerField(
        _("scheme"), choices=Scheme.choices, default=Scheme.EMPLOYEES
    )
    region = models.CharField(_("region of payment"), max_length=6)
    grants_elsewhere = models.BooleanField(_("funeral grant drawn elsewhere"), default=False)
    keep_back = models.BooleanField(_("heirs agree to keep back what was overpaid"), default=False)
    gathered = models.JSONField(_("facts gathered"), null=True, blank=True)
    funeral = models.BigIntegerField(_("funeral grant"), default=0)
    grant = models.BigIntegerField(_("survivors' grant"), default=0)
    balance = models.BigIntegerField(_("balance of the account"), default=0)
    annuity = models.BigIntegerField(_("balance of the annuity"), default=0, db_default=0)
    unpaid = models.BigIntegerField(_("unpaid pension"), default=0)
    kept_back = models.BigIntegerField(_("kept back"), default=0)
    open = models.BooleanField(_("open"), default=True)
    granted = models.BooleanField(_("granted"), default=False)
    undone_on = models.DateField(_("grant taken back"), null=True, blank=True)
    undone_why = models.TextField(_("why it was taken back"), blank=True, default="", db_default="")
    envelope = models.ForeignKey(
        PaymentBatch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("payment batch"),
    )
    annuity_envelope = models.ForeignKey(
        PaymentBatch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("payment batch of the annuity"),
    )
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("received by"),
    )

    class Meta:
        verbose_name = _("claim after a death")
        verbose_name_plural = _("claims after deaths")
        constraints = [
            # The grants of one death are paid once.
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(open=True) | models.Q(granted=True),
                name="survivor_claim_once",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    funeral__gte=0,
                    grant__gte=0,
                    balance__gte=0,
                    annuity__gte=0,
                    unpaid__gte=0,
                    kept_back__gte=0,
                ),
                name="survivor_claim_amounts_possible",
            ),
        ]

    def __str__(self) -> str:
        return str(self.case)

    @property
    def total(self) -> int:
        """Everything that is due to the family, in fen, before anything is kept back."""
        return self.funeral + self.grant + self.balance + self.annuity + self.unpaid


class Heir(models.Model):
    """Who receives a share, in millionths of the whole, and where. Shares add up to one."""

    claim = models.ForeignKey(
        SurvivorClaim, models.CASCADE, related_name="heirs", verbose_name=_("claim")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=60)
    relation = models.CharField(_("relation"), max_length=8, choices=Relation.choices)
    share = models.IntegerField(_("share"))
    bank = models.CharField(_("bank"), max_length=60)
    account = EncryptedField(_("account number"))
    last_four = models.CharField(_("last four digits"), max_length=4)
    amount = models.BigIntegerField(_("amount"), default=0)

    class Meta:
        verbose_name = _("heir")
        verbose_name_plural = _("heirs")
        ordering = ["claim_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "number"], name="heir_once"),
            models.CheckConstraint(
                condition=models.Q(share__gt=0, amount__gte=0), name="heir_has_a_share"
            ),
        ]

    def __str__(self) -> str:
        return self.name
