"""Work that takes longer than a request: handed in with its file, done by a worker, asked about later."""

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from ..errors import pick
from ..fields import EncryptedBytesField


class Job(models.Model):
    """One piece of work for one user: registered kind, what it works on, and what came of it.

    `subject` says in the kind's own words what it is about. `content` is the file that was handed
    in, kept only until it is read. `trouble` is why it failed, in both languages, with its code.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    public_id = models.UUIDField(
        _("public number"), unique=True, db_default=RandomUUID(), editable=False
    )
    kind = models.CharField(_("kind"), max_length=32)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("handed in by")
    )
    subject = models.CharField(_("about"), max_length=64, blank=True, default="")
    content = EncryptedBytesField(_("file"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.QUEUED)
    attempts = models.SmallIntegerField(_("attempts"), default=0)
    result = models.JSONField(_("result"), default=dict, blank=True)
    trouble = models.JSONField(_("why it failed"), default=dict, blank=True)
    made_at = models.DateTimeField(_("handed in"), db_default=Now(), editable=False)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(state="queued"), name="job_waiting"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="queued") | models.Q(content__isnull=True),
                name="job_keeps_no_file",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def why(self) -> str:
        """Why it failed, in the reader's language."""
        return pick(self.trouble)
