"""The papers by which a person is known: every number with its dates, and what took its place."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from socsec.kernel.papers import mask_identifier
from socsec.office.fields import EncryptedField

from .person import IdentifierKind, Person


class IdentityDocument(models.Model):
    """One number of one person, from the day it held to the day it was changed or corrected.

    A number that was changed stays the person's own and finds them for good. One that was
    corrected was never theirs: it is kept here, and free for whom it belongs to.
    """

    class EndReason(models.TextChoices):
        CHANGED = "changed", _("Changed")
        CORRECTED = "corrected", _("Corrected")
        EXPIRED = "expired", _("Expired")

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="identity_documents", verbose_name=_("person")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=IdentifierKind.choices)
    number = EncryptedField(_("number"))
    country = models.CharField(_("issued by"), max_length=3, blank=True, default="")
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    ended_on = models.DateField(_("ended"), null=True, blank=True)
    ended_at = models.DateTimeField(_("end recorded"), null=True, blank=True)
    end_reason = models.CharField(
        _("reason for the end"), max_length=9, choices=EndReason.choices, blank=True, default=""
    )

    class Meta:
        verbose_name = _("identity document")
        verbose_name_plural = _("identity documents")
        ordering = ["person", "kind", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "country"],
                condition=models.Q(ended_on__isnull=True),
                name="identity_document_one_of_a_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_on__isnull=True, ended_at__isnull=True, end_reason="")
                | (
                    models.Q(ended_on__isnull=False, ended_at__isnull=False)
                    & ~models.Q(end_reason="")
                ),
                name="identity_document_ends_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ····{self.number[-4:]}"

    @property
    def masked(self) -> str:
        """The number with its middle hidden."""
        return mask_identifier(self.kind, self.number)
