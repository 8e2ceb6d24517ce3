"""Contributions that a policy lets an employer put off (缓缴)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from funds.models import Branch
from socsec.kernel.months import format_month

from .employer import Employer
from .late import user


class Deferral(models.Model):
    """An employer asks to pay the months of one branch so many months later than they are due.

    Asked for by its officer or at the desk, decided by another; how many months are possible is
    policy (`enrollment.<branch>.deferral`).
    """

    class State(models.TextChoices):
        ASKED = "asked", _("Waiting for a decision")
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    employer = models.ForeignKey(
        Employer, models.PROTECT, related_name="deferrals", verbose_name=_("employer")
    )
    region = models.CharField(_("region"), max_length=6)
    branch = models.PositiveSmallIntegerField(_("branch"), choices=Branch.choices)
    first_month = models.IntegerField(_("first month"))
    last_month = models.IntegerField(_("last month"))
    months = models.PositiveSmallIntegerField(_("months put off"))
    reason = models.CharField(_("reason"), max_length=200)
    document = models.CharField(_("document"), max_length=120, blank=True, default="")
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.ASKED)
    edition = models.IntegerField(_("policy edition"))
    maker = user(_("asked by"))
    made_at = models.DateTimeField(_("asked"), auto_now_add=True)
    checker = user(_("decided by"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("deferral")
        verbose_name_plural = _("deferrals")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(checker__isnull=True) | ~models.Q(checker=models.F("maker")),
                name="deferral_four_eyes",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["asked", "withdrawn"], checker__isnull=True)
                | models.Q(state__in=["granted", "refused"], checker__isnull=False),
                name="deferral_decided_by_someone",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    last_month__gte=models.F("first_month"), months__gt=0, branch__in=Branch.values
                )
                & ~models.Q(reason=""),
                name="deferral_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employer} · {self.get_branch_display()} · {format_month(self.first_month)}"


class DeferredMonth(models.Model):
    """One month of one branch that an employer may pay until a later day. Only ever added."""

    pk = models.CompositePrimaryKey("employer_id", "branch", "month")
    employer_id = models.BigIntegerField(_("employer"))
    branch = models.PositiveSmallIntegerField(_("branch"), choices=Branch.choices)
    month = models.IntegerField(_("month"))
    due_on = models.DateField(_("due"))
    deferral = models.ForeignKey(
        Deferral, models.PROTECT, related_name="put_off", verbose_name=_("deferral")
    )

    class Meta:
        verbose_name = _("deferred month")
        verbose_name_plural = _("deferred months")

    def __str__(self) -> str:
        return f"{self.employer_id} · {format_month(self.month)}"
