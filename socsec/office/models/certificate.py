"""Papers that were issued, each with the facts that it states."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from .. import certificates
from ..fields import EncryptedField
from .region import Office


class Certificate(models.Model):
    """A paper that the office answers for: of a person (`person_id`) or of an employer (`owner`).

    What it says is `facts`; they, the digest and the dates never change, the database refuses it.
    `number` is the identity or credit number as printed. A paper that should not have been issued
    is revoked, with a reason; it is not deleted.
    """

    kind = models.CharField(_("kind"), max_length=24)
    person_id = models.BigIntegerField(_("person's number"), null=True, blank=True)
    owner = models.CharField(_("credit code"), max_length=18, blank=True, default="")
    name = models.CharField(_("name"), max_length=120)
    number = EncryptedField(_("number as printed"), blank=True, default="")
    masked = models.CharField(_("number"), max_length=20, blank=True, default="")
    region = models.CharField(_("region"), max_length=6)
    office = models.ForeignKey(
        Office, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("office")
    )
    facts = models.JSONField(_("what it states"))
    digest = models.CharField(_("fingerprint"), max_length=64)
    issued_on = models.DateField(_("issued"))
    valid_until = models.DateField(_("good until"), null=True, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("issued by")
    )
    recorded_at = models.DateTimeField(_("recorded"), db_default=Now(), editable=False)
    revoked_on = models.DateField(_("revoked"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("revoked by"),
    )
    revoke_reason = models.CharField(
        _("reason for revoking"), max_length=200, blank=True, default=""
    )

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["person_id", "-id"], name="certificate_by_person"),
            models.Index(fields=["owner", "-id"], name="certificate_by_owner"),
            models.Index(fields=["region"], name="certificate_region"),
        ]
        constraints = [
            # Pressed twice, it is one paper: what it says on a day is said once.
            models.UniqueConstraint(
                fields=["kind", "person_id", "owner", "digest", "issued_on"],
                nulls_distinct=False,
                condition=models.Q(revoked_on__isnull=True),
                name="certificate_once_a_day",
            ),
            models.CheckConstraint(
                condition=models.Q(person_id__isnull=False) ^ ~models.Q(owner=""),
                name="certificate_of_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(revoked_on__isnull=True, revoked_by__isnull=True)
                | models.Q(revoked_on__isnull=False, revoked_by__isnull=False),
                name="certificate_revoked_by_someone",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gte=models.F("issued_on")),
                name="certificate_valid_after_issue",
            ),
        ]

    def __str__(self) -> str:
        return self.issued.printed_serial

    @property
    def issued(self) -> certificates.Issued:
        """The paper itself."""
        kind = certificates.get(self.kind)
        return certificates.Issued(
            kind=self.kind,
            serial=f"{kind.prefix}{self.issued_on:%Y}{self.pk:08d}",
            name=self.name,
            number=self.number,
            masked=self.masked,
            region=self.region,
            facts=self.facts,
            digest=self.digest,
            whole=certificates.digest(self.facts) == self.digest,
            issued_on=self.issued_on,
            valid_until=self.valid_until,
            revoked_on=self.revoked_on,
            person_id=self.person_id,
        )
