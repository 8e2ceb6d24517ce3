"""A fact of the past turns out otherwise: an award worked out anew, checked, and posted once."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person

from .award import Award


class Cause(models.TextChoices):
    WAGES = "wages", _("Wages or contribution months")
    BIRTH = "birth", _("Date of birth")
    VALUE = "value", _("A value announced later")
    PAPERS = "papers", _("What papers show")


class Correction(models.Model):
    """An award recomputed from what the books say now. Number, clock and decision are its case's.

    `before` holds what the award rested on and paid, `after` what it would; both are complete
    enough to put the one in place of the other, and back. `months` are the rows of the preview:
    month, due before, due after, paid, in fen. Posted once, reversed at most once.
    """

    case = models.OneToOneField(
        "office.Case",
        models.PROTECT,
        primary_key=True,
        related_name="pension_correction",
        verbose_name=_("case"),
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="pension_corrections", verbose_name=_("person")
    )
    award = models.ForeignKey(
        Award, models.PROTECT, related_name="corrections", verbose_name=_("award")
    )
    region = models.CharField(_("region"), max_length=6)
    cause = models.CharField(_("cause"), max_length=8, choices=Cause.choices)
    reason = models.CharField(_("reason"), max_length=200)
    stated = models.JSONField(_("facts from papers"), null=True, blank=True)
    before = models.JSONField(_("before"), null=True, blank=True)
    after = models.JSONField(_("after"), null=True, blank=True)
    months = models.JSONField(_("months"), default=list, blank=True)
    open = models.BooleanField(_("open"), default=True)
    posted_at = models.DateTimeField(_("posted"), null=True, blank=True)
    reversed_at = models.DateTimeField(_("reversed"), null=True, blank=True)
    reversed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reversed by"),
    )

    class Meta:
        verbose_name = _("correction of a pension")
        verbose_name_plural = _("corrections of pensions")
        constraints = [
            models.UniqueConstraint(
                fields=["award"], condition=models.Q(open=True), name="correction_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(reversed_at__isnull=True)
                | models.Q(posted_at__isnull=False, reversed_by__isnull=False),
                name="correction_reversed_after_posting",
            ),
        ]

    def __str__(self) -> str:
        return str(self.case)
