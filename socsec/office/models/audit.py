"""Who did what, when, to whom: written with the act, never changed, sealed in chained blocks."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Cast, Now
from django.utils.translation import gettext_lazy as _

from .region import Office


def _this_transaction() -> Cast:
    """The id of the transaction that writes the row, as a whole number (64 bits, never reused)."""
    return Cast(
        Cast(
            models.Func(function="pg_current_xact_id", output_field=models.TextField()),
            models.TextField(),
        ),
        models.BigIntegerField(),
    )


class AuditEntry(models.Model):
    """One act. Committed or rolled back together with what it tells of.

    `act` is a word of the access table or of a service ("case.decide"); the subject is what was
    acted upon; `person_id` whose file it belongs to, so that this person can see who looked.
    """

    at = models.DateTimeField(_("at"), db_default=Now(), editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
        help_text=_("Empty where the system itself acted."),
    )
    office = models.ForeignKey(
        Office,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("office"),
    )
    act = models.CharField(_("act"), max_length=40)
    subject_type = models.CharField(_("subject"), max_length=40, blank=True, default="")
    subject_id = models.CharField(_("subject's number"), max_length=64, blank=True, default="")
    person_id = models.BigIntegerField(_("person's number"), null=True, blank=True)
    region = models.CharField(_("region"), max_length=6, blank=True, default="")
    reason = models.TextField(_("reason"), blank=True, default="")
    detail = models.JSONField(_("detail"), default=dict, blank=True)
    txid = models.BigIntegerField(_("transaction"), db_default=_this_transaction(), editable=False)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["txid", "id"], name="audit_by_transaction"),
            models.Index(
                fields=["person_id", "-id"],
                condition=models.Q(person_id__isnull=False),
                name="audit_by_person",
            ),
            models.Index(fields=["subject_type", "subject_id"], name="audit_by_subject"),
            models.Index(fields=["actor", "-id"], name="audit_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.subject_type} {self.subject_id}".strip()


class AuditSeal(models.Model):
    """A block of audit entries, fingerprinted and chained to the block before.

    It holds every entry whose transaction lies in [`from_txid`, `to_txid`) and whose number is
    above `after_id`. `leaves` is, for each entry in order, its number (8 bytes) and the SHA-256 of
    its content (32 bytes), so that a verification names the very entry that was touched. `digest`
    is the SHA-256 of the previous digest followed by the leaves.

    A restored database counts transactions afresh: it begins a new `chain`, whose first block is
    empty, repeats the link to the old chain, and fences its entries off by `after_id`.
    """

    number = models.BigIntegerField(_("number"), primary_key=True)
    chain = models.IntegerField(_("chain"), default=1)
    from_txid = models.BigIntegerField(_("from transaction"))
    to_txid = models.BigIntegerField(_("to transaction"))
    after_id = models.BigIntegerField(_("after entry"), default=0)
    count = models.BigIntegerField(_("entries"))
    leaves = models.BinaryField(_("fingerprints"))
    digest = models.BinaryField(_("digest"), max_length=32)
    # Each digest is followed once: two chains cannot grow from one block.
    previous = models.BinaryField(_("digest before"), max_length=32, unique=True)
    sealed_at = models.DateTimeField(_("sealed"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("audit seal")
        verbose_name_plural = _("audit seals")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["chain", "to_txid"], name="audit_seal_one_per_horizon"),
            models.CheckConstraint(
                condition=models.Q(to_txid__gte=models.F("from_txid")), name="audit_seal_forward"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}"
