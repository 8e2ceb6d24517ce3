"""The applications of every app in one table: one queue, one clock, one search, one history."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import kinds
from ..calendar import is_announced, working_days_between
from ..fields import EncryptedBytesField
from .policy import PolicyEdition
from .region import Office, Region


@dataclass(frozen=True, slots=True)
class Clock:
    """The statutory period of a case, in working days, seen on one day.

    `used` of `days` are gone, `left` remain; `late` counts days past the end. While `waiting` for
    the person, the clock stands. `forecast` means that the holidays up to `due_on` are not yet
    announced, so the date may still move.
    """

    days: int
    used: int
    left: int
    late: int
    due_on: date
    waiting: bool
    stopped: bool
    forecast: bool


class Case(models.Model):
    """An application: of whom, what kind, how far, due when, in whose hands, decided how.

    What an app must know besides stands in a model of that app that points here. `subject` is the
    name as shown in lists. `reasons` of a refusal: [{code, text_zh, text_en, law}].
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        WAITING = "waiting", _("Waiting for papers")
        ASSESSED = "assessed", _("Waiting for a check")
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Channel(models.TextChoices):
        COUNTER = "counter", _("Counter")
        PORTAL = "portal", _("Portal")
        API = "api", _("Partner system")
        SYSTEM = "system", _("System")

    OPEN = (State.RECEIVED, State.WAITING, State.ASSESSED)
    CLOSED = (State.GRANTED, State.REFUSED, State.WITHDRAWN)

    number = models.CharField(_("number"), max_length=24, unique=True)
    kind = models.CharField(_("kind"), max_length=40)
    person_id = models.BigIntegerField(_("person's number"), null=True, blank=True)
    subject = models.CharField(_("name"), max_length=120)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("region"))
    office = models.ForeignKey(
        Office,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("office"),
    )
    clerk = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("in the hands of"),
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.RECEIVED
    )
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)

    received_on = models.DateField(_("received"))
    days = models.SmallIntegerField(_("statutory working days"))
    due_on = models.DateField(_("due"))
    waiting_since = models.DateField(_("waiting since"), null=True, blank=True)
    waited = models.SmallIntegerField(_("working days waited"), default=0)

    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("opened by")
    )
    key = models.CharField(_("idempotency key"), max_length=80, blank=True, default="")
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("assessed by"),
    )
    assessed_at = models.DateTimeField(_("assessed"), null=True, blank=True)
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("checked by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    sheet = models.JSONField(_("assessment sheet"), null=True, blank=True)
    edition = models.ForeignKey(
        PolicyEdition,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("policy edition"),
    )
    reasons = models.JSONField(_("reasons for refusal"), default=list, blank=True)

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(fields=["region", "state", "due_on"], name="case_queue"),
            models.Index(fields=["clerk", "state", "due_on"], name="case_by_clerk"),
            models.Index(fields=["person_id", "-received_on"], name="case_by_person"),
            models.Index(fields=["kind", "state"], name="case_by_kind"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["opened_by", "key"],
                condition=~models.Q(key=""),
                name="case_opened_once_per_key",
            ),
            models.CheckConstraint(
                condition=models.Q(maker__isnull=True)
                | models.Q(checker__isnull=True)
                | ~models.Q(checker=models.F("maker")),
                name="case_four_eyes",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["granted", "refused"])
                | models.Q(maker__isnull=False, checker__isnull=False, decided_at__isnull=False),
                name="case_decided_by_two",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="assessed") | models.Q(maker__isnull=False),
                name="case_assessed_by_someone",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="refused") | ~models.Q(reasons=[]),
                name="case_refused_with_reasons",
            ),
            models.CheckConstraint(
                condition=models.Q(state="waiting", waiting_since__isnull=False)
                | (~models.Q(state="waiting") & models.Q(waiting_since__isnull=True)),
                name="case_waits_since_a_day",
            ),
            models.CheckConstraint(
                condition=models.Q(days__gte=0, waited__gte=0), name="case_days_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.subject}"

    def get_absolute_url(self) -> str:
        """The page of this case, which its kind knows."""
        return self.registered.url(self)

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def spaced_number(self) -> str:
        """The number as people read it: YL 2026 1113 0471."""
        head = self.number.rstrip("0123456789")
        tail = self.number[len(head) :]
        return f"{head} {tail[:4]} {tail[4:8]} {tail[8:]}"

    @property
    def registered(self) -> kinds.CaseKind:
        """The kind as its app registered it: label, law, address."""
        return kinds.get(self.kind)

    def clock(self, today: date | None = None) -> Clock:
        """The statutory period as it stands today; for a closed case, as it stood at the end."""
        now = today or timezone.localdate()
        stopped = not self.is_open
        if stopped and self.decided_at:
            now = timezone.localdate(self.decided_at)
        if self.state == self.State.WAITING and self.waiting_since:
            now = self.waiting_since
        used = max(0, working_days_between(self.received_on, now) - self.waited)
        return Clock(
            days=self.days,
            used=min(used, self.days),
            left=max(0, self.days - used),
            late=max(0, used - self.days),
            due_on=self.due_on,
            waiting=self.state == self.State.WAITING,
            stopped=stopped,
            forecast=not is_announced(self.due_on),
        )


class CaseCounter(models.Model):
    """The last serial number given out for a prefix on a day."""

    pk = models.CompositePrimaryKey("prefix", "day")
    prefix = models.CharField(max_length=6)
    day = models.DateField()
    last = models.IntegerField()

    class Meta:
        verbose_name = _("case counter")
        verbose_name_plural = _("case counters")

    def __str__(self) -> str:
        return f"{self.prefix} {self.day}: {self.last}"


class CaseEvent(models.Model):
    """One step in the life of a case. Append-only."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="events", verbose_name=_("case"))
    at = models.DateTimeField(_("at"), db_default=Now(), editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    act = models.CharField(_("act"), max_length=20)
    before = models.CharField(_("state before"), max_length=10, blank=True, default="")
    after = models.CharField(_("state after"), max_length=10, blank=True, default="")
    text = models.TextField(_("text"), blank=True, default="")
    detail = models.JSONField(_("detail"), default=dict, blank=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.act} {self.before} → {self.after}"


class CaseNote(models.Model):
    """What a colleague wants to remember about a case. Append-only."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="notes", verbose_name=_("case"))
    at = models.DateTimeField(_("at"), db_default=Now(), editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text[:60]


class CaseDocument(models.Model):
    """A paper that belongs to a case: scanned or uploaded, encrypted at rest, never replaced.

    The file stands in the database, so that it is written or not written with its case.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="documents", verbose_name=_("case"))
    at = models.DateTimeField(_("at"), db_default=Now(), editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    name = models.CharField(_("file name"), max_length=120)
    label = models.CharField(_("what it is"), max_length=80, blank=True, default="")
    content_type = models.CharField(_("type"), max_length=40)
    size = models.IntegerField(_("bytes"))
    sha256 = models.CharField(_("fingerprint"), max_length=64)
    content = EncryptedBytesField(_("content"))

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["id"]
        constraints = [
            # The same file twice is a double click.
            models.UniqueConstraint(fields=["case", "sha256"], name="case_document_once"),
        ]

    def __str__(self) -> str:
        return self.name
