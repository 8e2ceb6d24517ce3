"""Claims for a pension: what a case of this kind needs to know beyond every case."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person, Sex
from funds.models import Scheme


class Category(models.IntegerChoices):
    """By which original age a person retires. The numbers are those of the rules (a test compares)."""

    MALE_60 = 0, _("Man")
    FEMALE_55 = 1, _("Woman, original age 55")
    FEMALE_50 = 2, _("Woman, original age 50")
    MALE_55 = 3, _("Man, arduous work")
    FEMALE_45 = 4, _("Woman, arduous work")

    @property
    def sex(self) -> Sex:
        return Sex.MALE if self in (Category.MALE_60, Category.MALE_55) else Sex.FEMALE


class PensionClaim(models.Model):
    """A person's wish to draw a pension from a month on. Number, clock and decision are its case's.

    `category` is that of somebody who worked; a resident has none. `flexible` asks for early retirement by own choice. `stated` are facts that papers show and the
    books do not hold, in natural units. `gathered` is everything that the proposal rests on: with
    the case's edition it replays the decision.
    """

    case = models.OneToOneField(
        "office.Case",
        models.PROTECT,
        primary_key=True,
        related_name="pension_claim",
        verbose_name=_("case"),
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="pension_claims", verbose_name=_("person")
    )
    scheme = models.PositiveSmallIntegerField(
        _("scheme"), choices=Scheme.choices, default=Scheme.EMPLOYEES
    )
    start_month = models.IntegerField(_("from month"))
    category = models.PositiveSmallIntegerField(
        _("category"), choices=Category.choices, null=True, blank=True
    )
    flexible = models.BooleanField(_("flexible early retirement"), default=False)
    region = models.CharField(_("region of payment"), max_length=6)
    stated = models.JSONField(_("facts from papers"), default=dict, blank=True)
    gathered = models.JSONField(_("facts gathered"), null=True, blank=True)
    open = models.BooleanField(_("open"), default=True)

    class Meta:
        verbose_name = _("pension claim")
        verbose_name_plural = _("pension claims")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "scheme"],
                condition=models.Q(open=True),
                name="pension_claim_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(category__in=Category.values, category__isnull=False)
                & ~models.Q(scheme=Scheme.RESIDENTS)
                | models.Q(category__isnull=True, scheme=Scheme.RESIDENTS),
                name="pension_claim_category_known",
            ),
        ]

    def __str__(self) -> str:
        return str(self.case)
