"""Retiring before or after the statutory age by one's own choice (弹性退休), told in writing."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from socsec.kernel.months import format_month

from .claim import Category


class ChoiceKind(models.TextChoices):
    EARLY = "early", _("Earlier than the statutory age")
    LATE = "late", _("Later than the statutory age")


class RetirementChoice(models.Model):
    """A month of retirement that somebody has chosen: earlier by notice, later by agreement.

    `told_on` is the day of the written notice to the employer, or of the agreement with it. A
    choice that was withdrawn stays, with the reason; one stands at a time.
    """

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="retirement_choices", verbose_name=_("person")
    )
    kind = models.CharField(_("kind"), max_length=5, choices=ChoiceKind.choices)
    category = models.PositiveSmallIntegerField(_("category"), choices=Category.choices)
    region = models.CharField(_("region"), max_length=6)
    start_month = models.IntegerField(_("first month of the pension"))
    told_on = models.DateField(_("told in writing on"))
    document = models.CharField(_("document"), max_length=120)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("received by")
    )
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)
    withdrawn_why = models.CharField(
        _("why it was withdrawn"), max_length=200, blank=True, default=""
    )

    class Meta:
        verbose_name = _("choice of the month of retirement")
        verbose_name_plural = _("choices of the month of retirement")
        ordering = ["-recorded_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(withdrawn_on__isnull=True),
                name="retirement_choice_one_stands",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {format_month(self.start_month)}"
