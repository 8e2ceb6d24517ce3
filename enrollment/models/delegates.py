"""Who may act for whom: guardians and delegates, in which acts, until when, on whose word."""

from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from socsec.office.people import Scope

from .person import Person


class Mandate(models.Model):
    """Leave to act for a person: given by themselves, or taken down by a clerk with a document.

    It ends with its last day, by the word of either side, or with the death of either.
    """

    class Kind(models.TextChoices):
        DELEGATE = "delegate", _("Delegate")
        GUARDIAN = "guardian", _("Guardian")

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="mandates_given", verbose_name=_("for")
    )
    delegate = models.ForeignKey(
        Person, models.PROTECT, related_name="mandates_held", verbose_name=_("acts")
    )
    kind = models.CharField(_("as"), max_length=8, choices=Kind.choices)
    scopes = ArrayField(
        models.CharField(max_length=6, choices=Scope.choices), verbose_name=_("may do")
    )
    since = models.DateField(_("from"))
    until = models.DateField(_("until"))
    document = models.CharField(_("document"), max_length=120, blank=True, default="")
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("granted by")
    )
    recorded_at = models.DateTimeField(_("recorded"), db_default=Now(), editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ended by"),
    )
    end_reason = models.CharField(_("reason for the end"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("permission to act")
        verbose_name_plural = _("guardians and delegates")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "delegate"],
                condition=models.Q(ended_at__isnull=True),
                name="mandate_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(person=models.F("delegate")), name="mandate_for_another"
            ),
            models.CheckConstraint(
                condition=models.Q(until__gte=models.F("since")), name="mandate_has_a_last_day"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="delegate") | ~models.Q(document=""),
                name="mandate_guardian_by_document",
            ),
            models.CheckConstraint(
                condition=models.Q(scopes__contains=["see"]), name="mandate_sees_at_least"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delegate} → {self.person}"

    def in_force_on(self, day: date) -> bool:
        return self.ended_at is None and self.since <= day <= self.until

    @property
    def scope_labels(self) -> list[str]:
        return [str(Scope(scope).label) for scope in Scope.values if scope in self.scopes]
