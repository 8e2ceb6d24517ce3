"""Claims for the allowance for illness and disability before the pensionable age (病残津贴)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person

from .claim import Category


class DisabilityClaim(models.Model):
    """An insured person who became wholly unable to work. Number, clock and decision are its case's.

    `document` is the conclusion of the labour capacity appraisal. `gathered` is what the proposal
    rests on: with the case's edition it replays the decision.
    """

    case = models.OneToOneField(
        "office.Case",
        models.PROTECT,
        primary_key=True,
        related_name="disability_claim",
        verbose_name=_("case"),
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="disability_claims", verbose_name=_("person")
    )
    region = models.CharField(_("region of payment"), max_length=6)
    start_month = models.IntegerField(_("from month"))
    category = models.PositiveSmallIntegerField(_("category"), choices=Category.choices)
    document = models.CharField(_("appraisal of labour capacity"), max_length=120)
    gathered = models.JSONField(_("facts gathered"), null=True, blank=True)
    open = models.BooleanField(_("open"), default=True)

    class Meta:
        verbose_name = _("claim for a disability allowance")
        verbose_name_plural = _("claims for disability allowances")
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(open=True),
                name="disability_claim_one_open",
            ),
        ]

    def __str__(self) -> str:
        return str(self.case)
