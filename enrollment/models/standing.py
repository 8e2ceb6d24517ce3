"""What the law takes an employer for: its kind, size and industry risk, from a month on."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from socsec.kernel.months import format_month

from .employer import Employer


class EmployerKind(models.IntegerChoices):
    """Sort of employer, as policies of relief tell them apart. The number is what the rules see."""

    LARGE_ENTERPRISE = 1, _("Large enterprise")
    SMALL_ENTERPRISE = 2, _("Medium, small or micro enterprise")
    SOLE_TRADER = 3, _("Sole trader with employees")
    ASSOCIATION = 4, _("Association, foundation or other organisation")
    INSTITUTION = 5, _("Public institution")
    AGENCY = 6, _("Government agency")


class Floating(models.IntegerChoices):
    """How far an employer's work injury rate floats from that of its class (浮动费率)."""

    HALF = 1, _("Two steps down")
    LOWER = 2, _("One step down")
    BASIC = 3, _("At the rate of the class")
    HIGHER = 4, _("One step up")
    HIGHEST = 5, _("Two steps up")


class EmployerStanding(models.Model):
    """An employer's kind, work injury risk class and floating step, from a month until the next row.

    Never changed: a correction is a later row for the same month, and the latest counts. A
    contribution keeps the number of the row that it was assessed with. `fully_funded` says that
    the treasury pays all wages, so that the employer's part of the annuity is only written down.
    """

    employer = models.ForeignKey(
        Employer, models.PROTECT, related_name="standings", verbose_name=_("employer")
    )
    from_month = models.IntegerField(_("from month"))
    kind = models.PositiveSmallIntegerField(_("kind"), choices=EmployerKind.choices)
    risk_class = models.PositiveSmallIntegerField(_("work injury risk class"))
    floating = models.PositiveSmallIntegerField(
        _("floating step"), choices=Floating.choices, default=Floating.BASIC
    )
    fully_funded = models.BooleanField(_("paid wholly by the treasury"), default=False)
    document = models.CharField(_("document"), max_length=120)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("standing of an employer")
        verbose_name_plural = _("standings of employers")
        ordering = ["employer", "-from_month", "-pk"]
        indexes = [
            models.Index(fields=["employer", "-from_month", "-id"], name="standing_latest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=EmployerKind.values), name="standing_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(floating__in=Floating.values), name="standing_floating_known"
            ),
            models.CheckConstraint(
                condition=models.Q(risk_class__gt=0), name="standing_class_known"
            ),
            models.CheckConstraint(condition=~models.Q(document=""), name="standing_has_document"),
        ]

    def __str__(self) -> str:
        return f"{self.employer} · {format_month(self.from_month)}"
