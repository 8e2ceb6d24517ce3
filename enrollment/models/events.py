"""What happens in a life and matters to insurance: when it happened, and when it became known."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from socsec.office.models import Case

from .person import Person


class EventKind(models.TextChoices):
    BIRTH = "birth", _("Birth of a child")
    DEATH = "death", _("Death")
    MOVE = "move", _("Move to another place")
    PRISON = "prison", _("Imprisonment")
    RELEASE = "release", _("Release from prison")
    EMIGRATION = "emigration", _("Emigration")
    RETURN = "return", _("Return from abroad")


class LifeEvent(models.Model):
    """One event. Append-only: an event that did not happen is taken back by a row that reverses it.

    `happened_on` is the day in the world, `known_on` the day on which an office learned of it,
    `recorded_at` the moment of the row. `detail` holds what the kind needs besides, and what the
    event changed here, so that its reversal can put it back.
    """

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="life_events", verbose_name=_("person")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=EventKind.choices)
    happened_on = models.DateField(_("happened"))
    known_on = models.DateField(_("known since"))
    recorded_at = models.DateTimeField(_("recorded"), db_default=Now(), editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    document = models.CharField(_("document"), max_length=120)
    region = models.CharField(_("region"), max_length=6)
    detail = models.JSONField(_("detail"), default=dict, blank=True)
    reverses = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reversed_by",
        verbose_name=_("takes back"),
    )

    class Meta:
        verbose_name = _("life event")
        verbose_name_plural = _("life events")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["person", "happened_on"], name="life_event_person"),
            models.Index(fields=["region"], name="life_event_region"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(known_on__gte=models.F("happened_on")),
                name="life_event_known_after_it_happened",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_kind_display()}"


class EventReport(models.Model):
    """What somebody told through the portal: a clerk looks at the papers, a second one confirms."""

    case = models.OneToOneField(Case, models.PROTECT, primary_key=True, related_name="event_report")
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="event_reports", verbose_name=_("person")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=EventKind.choices)
    happened_on = models.DateField(_("happened"))
    detail = models.JSONField(_("detail"), default=dict, blank=True)
    event = models.OneToOneField(
        LifeEvent, models.PROTECT, null=True, blank=True, related_name="report"
    )

    class Meta:
        verbose_name = _("report of a life event")
        verbose_name_plural = _("reports of life events")

    def __str__(self) -> str:
        return f"{self.person} · {self.get_kind_display()}"
