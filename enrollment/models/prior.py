"""Months from before these books were kept: paid elsewhere or deemed, each with its document."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from funds.models import Branch
from socsec.kernel.months import format_month

from .person import Person
from .spans import whole


class PriorKind(models.TextChoices):
    PAID = "paid", _("Paid")
    DEEMED = "deemed", _("Deemed")


class PriorState(models.TextChoices):
    DRAFT = "draft", _("Waiting for approval")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")


class PriorService(models.Model):
    """A stretch of months that counts because a document says so and a second person agreed.

    PAID months (实际缴费年限) have a base each, in `PriorMonth`; DEEMED months (视同缴费年限)
    count without one.
    """

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="prior_service", verbose_name=_("person")
    )
    branch = models.PositiveSmallIntegerField(_("branch"), choices=Branch.choices)
    kind = models.CharField(_("kind"), max_length=8, choices=PriorKind.choices)
    region = models.CharField(_("region"), max_length=6)
    first_month = models.IntegerField(_("first month"))
    last_month = models.IntegerField(_("last month"))
    document = models.CharField(_("document"), max_length=200)
    state = models.CharField(
        _("state"), max_length=8, choices=PriorState.choices, default=PriorState.DRAFT
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
        verbose_name = _("prior service")
        verbose_name_plural = _("prior service")
        ordering = ["person", "first_month"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_month__gte=models.F("first_month")),
                name="prior_service_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(checker__isnull=True) | ~models.Q(checker=models.F("maker")),
                name="prior_service_four_eyes",
            ),
            models.CheckConstraint(
                condition=models.Q(state=PriorState.DRAFT) | models.Q(checker__isnull=False),
                name="prior_service_decided_by_someone",
            ),
            ExclusionConstraint(
                name="prior_service_no_overlap",
                expressions=[
                    (whole("person_id"), RangeOperators.OVERLAPS),
                    (whole("branch"), RangeOperators.OVERLAPS),
                    (
                        models.Func(
                            models.F("first_month"),
                            models.F("last_month"),
                            models.Value("[]"),
                            function="int4range",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=~models.Q(state=PriorState.REJECTED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.document}"

    @property
    def months(self) -> int:
        return self.last_month - self.first_month + 1


class PriorMonth(models.Model):
    """The base of one paid month of a prior service, in fen."""

    pk = models.CompositePrimaryKey("person_id", "branch", "month")
    person_id = models.BigIntegerField(_("person"))
    branch = models.PositiveSmallIntegerField(_("branch"), choices=Branch.choices)
    month = models.IntegerField(_("month"))
    prior_id = models.BigIntegerField(_("prior service"))
    base = models.BigIntegerField(_("contribution base"))

    class Meta:
        verbose_name = _("prior month")
        verbose_name_plural = _("prior months")
        constraints = [
            models.CheckConstraint(condition=models.Q(base__gt=0), name="prior_month_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} · {format_month(self.month)}"
