"""Months at arduous work (特殊工种) that are recognised, so that a person may retire early."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from enrollment.models.spans import whole
from socsec.kernel.months import format_month


class ArduousWork(models.IntegerChoices):
    HEIGHTS = 0, _("At heights")
    HEAVY = 1, _("Especially heavy labour")
    UNDERGROUND = 2, _("Underground")
    HEAT = 3, _("In heat")
    COLD = 4, _("In cold stores")
    PLATEAU = 5, _("On high mountains and plateaus")
    HARMFUL = 6, _("Other work that harms the health")


class SpecialWorkState(models.TextChoices):
    DRAFT = "draft", _("Waiting for approval")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")


class SpecialWorkPeriod(models.Model):
    """A time at one post of arduous work: entered from the personnel file by one, approved by another.

    `first_month` and `last_month` both count. Months are recognised once, so that no two periods of
    a person overlap, those rejected aside.
    """

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="special_work", verbose_name=_("person")
    )
    region = models.CharField(_("region"), max_length=6)
    kind = models.PositiveSmallIntegerField(_("kind of work"), choices=ArduousWork.choices)
    first_month = models.IntegerField(_("from month"))
    last_month = models.IntegerField(_("up to month"))
    employer = models.CharField(_("employer"), max_length=120)
    post = models.CharField(_("post"), max_length=80)
    document = models.CharField(_("document"), max_length=200)
    state = models.CharField(
        _("state"),
        max_length=8,
        choices=SpecialWorkState.choices,
        default=SpecialWorkState.DRAFT,
    )
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("period of arduous work")
        verbose_name_plural = _("periods of arduous work")
        ordering = ["person", "first_month"]
        constraints = [
            ExclusionConstraint(
                name="special_work_no_overlap",
                expressions=[
                    (whole("person_id"), RangeOperators.OVERLAPS),
                    (
                        models.Func(
                            models.F("first_month"),
                            models.F("last_month"),
                            models.Value("[]"),
                            function="int8range",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=~models.Q(state=SpecialWorkState.REJECTED),
            ),
            models.CheckConstraint(
                condition=models.Q(last_month__gte=models.F("first_month")),
                name="special_work_span_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(checker__isnull=True) | ~models.Q(checker=models.F("maker")),
                name="special_work_four_eyes",
            ),
            models.CheckConstraint(
                condition=models.Q(state=SpecialWorkState.DRAFT) | models.Q(checker__isnull=False),
                name="special_work_decided_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return (
            f"{self.get_kind_display()} · {format_month(self.first_month)}"
            f" – {format_month(self.last_month)}"
        )
