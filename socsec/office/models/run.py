"""Jobs over many people: drafted, previewed, approved by a second person, executed in chunks."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from ..errors import pick
from .policy import PolicyEdition
from .region import Region


def span(low: str, high: str) -> models.Func:
    """[low, high] of two columns of whole numbers, as a range that GiST indexes without extensions."""
    return models.Func(
        models.F(low),
        models.F(high),
        models.Value("[]"),
        function="int8range",
        output_field=BigIntegerRangeField(),
    )


class Run(models.Model):
    """One mass job for one month and region, under one policy edition.

    `count` is in rows (heads), `total` in fen: those of the preview until the run is posted, and
    those of its chunks from then on. `params` is what the kind needs to know besides, `digest`
    their fingerprint. While a run is neither reversed nor abandoned, the database refuses another
    of the same kind, parameters and month whose region overlaps with it.
    """

    class State(models.TextChoices):
        DRAFTED = "drafted", _("Drafted")
        PREVIEWED = "previewed", _("Previewed")
        APPROVED = "approved", _("Approved")
        RUNNING = "running", _("Running")
        POSTED = "posted", _("Posted")
        FAILED = "failed", _("Stopped")
        REVERSING = "reversing", _("Being reversed")
        REVERSED = "reversed", _("Reversed")
        ABANDONED = "abandoned", _("Abandoned")

    # States in which a worker has something to do.
    WORKING = (State.APPROVED, State.RUNNING, State.REVERSING)
    GONE = (State.REVERSED, State.ABANDONED)

    kind = models.CharField(_("kind"), max_length=40)
    month = models.IntegerField(_("month"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("region"))
    region_low = models.IntegerField(_("lowest code"), editable=False)
    region_high = models.IntegerField(_("highest code"), editable=False)
    params = models.JSONField(_("settings"), default=dict, blank=True)
    digest = models.CharField(_("fingerprint of the settings"), max_length=64)
    # The first 63 bits of SHA-256 of kind and settings: what the exclusion constraint compares.
    identity = models.BigIntegerField(_("identity"), editable=False)
    edition = models.ForeignKey(
        PolicyEdition,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("policy edition"),
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.DRAFTED
    )
    preview = models.JSONField(_("preview"), null=True, blank=True)
    count = models.BigIntegerField(_("rows"), default=0)
    total = models.BigIntegerField(_("total"), default=0)
    checksum = models.CharField(_("checksum"), max_length=64, blank=True, default="")
    error = models.JSONField(_("why it stopped"), default=dict, blank=True)
    # FAILED in the middle of a reversal goes on reversing, not paying.
    backwards = models.BooleanField(_("in reverse"), default=False)

    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("drafted by")
    )
    drafted_at = models.DateTimeField(_("drafted"), db_default=Now(), editable=False)
    previewed_at = models.DateTimeField(_("previewed"), null=True, blank=True)
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    reversed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reversed by"),
    )
    reversal_reason = models.TextField(_("reason for reversing"), blank=True, default="")

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["-id"]
        indexes = [models.Index(fields=["state"], name="run_by_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "month", "region", "digest"],
                condition=~models.Q(state__in=["reversed", "abandoned"]),
                name="run_once",
            ),
            ExclusionConstraint(
                name="run_once_for_overlapping_regions",
                expressions=[
                    (span("identity", "identity"), RangeOperators.OVERLAPS),
                    (span("month", "month"), RangeOperators.OVERLAPS),
                    (span("region_low", "region_high"), RangeOperators.OVERLAPS),
                ],
                condition=~models.Q(state__in=["reversed", "abandoned"]),
            ),
            models.CheckConstraint(
                condition=models.Q(checker__isnull=True) | ~models.Q(checker=models.F("maker")),
                name="run_four_eyes",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["approved", "running", "posted"])
                | models.Q(checker__isnull=False),
                name="run_approved_by_someone",
            ),
            models.CheckConstraint(
                condition=models.Q(reversed_by__isnull=True)
                | ~models.Q(reversed_by=models.F("maker")),
                name="run_reversed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.month} {self.region_id}"

    @property
    def why(self) -> str:
        """Why it stopped, in the reader's language."""
        return pick(self.error)


class RunChunk(models.Model):
    """A part of a run: one transaction of work, whose rows and whose state commit together.

    `spec` says which part, in words of the kind. `worker` and `leased_until` tell who took it;
    the row lock held for the whole of the work is what keeps two workers apart.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        TAKEN = "taken", _("Being worked on")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        REVERSED = "reversed", _("Reversed")

    run = models.ForeignKey(Run, models.PROTECT, related_name="chunks", verbose_name=_("run"))
    number = models.IntegerField(_("number"))
    spec = models.JSONField(_("which part"), default=dict)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    worker = models.CharField(_("worker"), max_length=80, blank=True, default="")
    leased_until = models.DateTimeField(_("taken until"), null=True, blank=True)
    attempts = models.SmallIntegerField(_("attempts"), default=0)
    count = models.BigIntegerField(_("rows"), default=0)
    total = models.BigIntegerField(_("total"), default=0)
    checksum = models.CharField(_("checksum"), max_length=64, blank=True, default="")
    error = models.JSONField(_("error"), default=dict, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("chunk")
        verbose_name_plural = _("chunks")
        ordering = ["run", "number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="run_chunk_once"),
        ]
        indexes = [models.Index(fields=["run", "state", "number"], name="run_chunk_next")]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.number}"

    @property
    def why(self) -> str:
        """Why it failed, in the reader's language."""
        return pick(self.error)
