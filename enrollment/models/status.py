"""What other registers say about people, and proofs that somebody lives."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from socsec.office.fields import EncryptedField

from .events import LifeEvent
from .person import Person


class Register(models.TextChoices):
    """Whose word it is."""

    DEATHS = "deaths", _("Register of deaths")
    PRISONS = "prisons", _("Prison administration")
    BORDER = "border", _("Exit and entry administration")
    SCHOOLS = "schools", _("Register of schools")
    HOUSEHOLDS = "households", _("Household register")
    TAX = "tax", _("Tax authority")


class StatusKind(models.TextChoices):
    """What is said. Those that a life event can follow from have its name; the rest prove life."""

    DEATH = "death", _("Death")
    PRISON = "prison", _("Imprisonment")
    RELEASE = "release", _("Release from prison")
    EMIGRATION = "emigration", _("Emigration")
    RETURN = "return", _("Return from abroad")
    MOVE = "move", _("Move to another place")
    SEEN = "seen", _("Appeared in person")
    SCHOOL = "school", _("Goes to school")
    EARNED = "earned", _("Earned an income")


# After these a clerk looks and decides; the others prove that the person lived that day.
SUSPICIONS = frozenset(
    {
        StatusKind.DEATH,
        StatusKind.PRISON,
        StatusKind.RELEASE,
        StatusKind.EMIGRATION,
        StatusKind.RETURN,
        StatusKind.MOVE,
    }
)


class StatusState(models.TextChoices):
    MATCHED = "matched", _("Waits for a decision")
    DOUBT = "doubt", _("Number fits, name differs")
    UNMATCHED = "unmatched", _("Nobody with this number")
    CONFIRMED = "confirmed", _("Taken over")
    DISMISSED = "dismissed", _("Not so")


class StatusNotice(models.Model):
    """One line of a register: what it says of whom, and what came of it.

    `reference` is the register's own: the same line twice is one notice. Nobody is found by name:
    a notice whose number we do not know is kept, and matched once somebody has that number.
    `region` is where it is looked at.
    """

    register = models.CharField(_("register"), max_length=12, choices=Register.choices)
    reference = models.CharField(_("reference"), max_length=64)
    kind = models.CharField(_("what is said"), max_length=12, choices=StatusKind.choices)
    happened_on = models.DateField(_("happened"))
    name = models.CharField(_("name"), max_length=60)
    resident_id = EncryptedField(_("resident identity number"))
    blind = models.CharField(_("blind index"), max_length=22)
    to_region = models.CharField(_("to"), max_length=6, blank=True, default="")
    region = models.CharField(_("region"), max_length=6)
    person = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="status_notices",
        verbose_name=_("person"),
    )
    state = models.CharField(_("state"), max_length=10, choices=StatusState.choices)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("received by")
    )
    received_at = models.DateTimeField(_("received"), db_default=Now(), editable=False)
    event = models.OneToOneField(
        LifeEvent,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="notice",
        verbose_name=_("life event"),
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("status notice")
        verbose_name_plural = _("status notices")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["region", "state"], name="status_queue"),
            models.Index(
                fields=["blind"],
                condition=models.Q(state="unmatched"),
                name="status_unmatched",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["register", "reference"], name="status_once"),
            models.CheckConstraint(
                condition=models.Q(state="unmatched", person__isnull=True)
                | models.Q(state="dismissed")
                | (~models.Q(state="unmatched") & models.Q(person__isnull=False)),
                name="status_matched_has_a_person",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="dismissed")
                | (models.Q(decided_by__isnull=False) & ~models.Q(reason="")),
                name="status_dismissed_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_register_display()} · {self.name} · {self.get_kind_display()}"

    @property
    def suspicion(self) -> bool:
        return self.kind in SUSPICIONS


class ProofWay(models.TextChoices):
    MATCH = "match", _("By a match of data")
    SELF = "self", _("By the person")
    RELATIVE = "relative", _("By a relative")
    HELPER = "helper", _("By a village helper")
    VISIT = "visit", _("By a visit at home")
    COUNTER = "counter", _("At the counter")


class ProofOfLife(models.Model):
    """That somebody was alive on a day, how it was found, and until when that is enough. Append-only."""

    pk = models.CompositePrimaryKey("person_id", "proved_on", "way")
    person_id = models.BigIntegerField(_("person"))
    proved_on = models.DateField(_("alive on"))
    way = models.CharField(_("how"), max_length=8, choices=ProofWay.choices)
    valid_until = models.DateField(_("enough until"))
    by_id = models.BigIntegerField(_("by"), null=True, blank=True)
    notice_id = models.BigIntegerField(_("status notice"), null=True, blank=True)
    witness = models.CharField(_("who confirms"), max_length=60, blank=True, default="")
    recorded_at = models.DateTimeField(_("recorded"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("proof of life")
        verbose_name_plural = _("proofs of life")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_until__gte=models.F("proved_on")),
                name="proof_holds_for_a_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(way__in=["relative", "helper", "visit"])
                | ~models.Q(witness=""),
                name="proof_of_others_names_them",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.proved_on}"


class ProofTask(models.Model):
    """Somebody whose proof runs out: reminded first, looked up when it has run out.

    It is a task and nothing else: no benefit stops because of it. A proof closes it.
    """

    class State(models.TextChoices):
        REMINDED = "reminded", _("Reminded")
        MISSED = "missed", _("To be looked up")
        CLOSED = "closed", _("Proved")
        NOT_DUE = "not_due", _("Not due any more")

    pk = models.CompositePrimaryKey("person_id", "due_on")
    person_id = models.BigIntegerField(_("person"))
    due_on = models.DateField(_("due"))
    region = models.CharField(_("region"), max_length=6)
    what = models.CharField(_("for"), max_length=40)
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    reminded_on = models.DateField(_("reminded"), null=True, blank=True)
    missed_on = models.DateField(_("missed"), null=True, blank=True)
    closed_on = models.DateField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("proof that is due")
        verbose_name_plural = _("proofs that are due")
        indexes = [
            models.Index(
                fields=["region", "due_on"],
                condition=models.Q(closed_on__isnull=True),
                name="proof_task_queue",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person_id"],
                condition=models.Q(closed_on__isnull=True),
                name="proof_task_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.due_on}"
