"""What supervision found: suspicions that people judge and put right."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from socsec.office.calendar import working_days_between


class SupervisionFinding(models.Model):
    """Something that looks wrong, found by a rule (`funds.services.supervision`).

    `key` names the matter within its rule, so that the same is found once. `amount` in fen is what
    is at stake. One clerk judges whether it is real; what is real is put right, and another clerk
    says how. `gone_on` is the day from which the rule no longer finds it.
    """

    class State(models.TextChoices):
        OPEN = "open", _("To be judged")
        REAL = "real", _("To be put right")
        FALSE = "false", _("Nothing wrong")
        SETTLED = "settled", _("Put right")

    rule = models.CharField(_("rule"), max_length=8)
    key = models.CharField(_("matter"), max_length=120)
    person_id = models.BigIntegerField(_("person's number"), null=True, blank=True)
    region = models.CharField(_("region"), max_length=6)
    amount = models.BigIntegerField(_("amount at stake"), default=0)
    facts = models.JSONField(_("what was found"), default=dict, blank=True)
    found_on = models.DateField(_("found"))
    due_on = models.DateField(_("to be judged by"))
    gone_on = models.DateField(_("no longer found since"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    judge = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("judged by"),
    )
    judged_at = models.DateTimeField(_("judged"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")
    settler = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("put right by"),
    )
    settled_at = models.DateTimeField(_("put right"), null=True, blank=True)
    remedy = models.CharField(_("how it was put right"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("finding of supervision")
        verbose_name_plural = _("findings of supervision")
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(fields=["region", "state", "due_on"], name="finding_queue"),
            models.Index(fields=["person_id"], name="finding_person"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["rule", "key"], name="finding_once"),
            models.CheckConstraint(
                condition=Q(state="open", judge__isnull=True) | Q(judge__isnull=False),
                name="finding_judged_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(settler__isnull=True) | ~Q(settler=F("judge")),
                name="finding_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(state="settled") | Q(settler__isnull=False),
                name="finding_settled_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} · {self.key}"

    def days_left(self, today: date) -> int:
        """Working days until it is due; below zero once it is late."""
        return working_days_between(today, self.due_on)
