"""What offices announce each year, and the numbered editions that decisions are made under."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from .region import Region


class PolicyValue(models.Model):
    """One value of one parameter from one day on, entered by a maker and approved by a checker.

    It has the shape of a row in a policy file and passes the same validator. `value` is text in
    natural units ("7162.00", "0.08", "180"). Once approved it is in every later edition.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Waiting for a check")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")

    class Status(models.TextChoices):
        OFFICIAL = "official", _("Official")
        SECONDARY = "secondary", _("From a second source")
        PROVISIONAL = "provisional", _("Provisional")
        UNVERIFIED = "unverified", _("Not verified")

    code = models.CharField(_("parameter"), max_length=100)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("region"))
    from_date = models.DateField(_("from"))
    value = models.TextField(_("value"))
    law = models.CharField(_("document"), max_length=200)
    source = models.CharField(_("source"), max_length=500, blank=True, default="")
    status = models.CharField(
        _("status"), max_length=12, choices=Status.choices, default=Status.OFFICIAL
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    made_at = models.DateTimeField(_("entered"), db_default=Now(), editable=False)
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("checked by"),
    )
    checked_at = models.DateTimeField(_("checked"), null=True, blank=True)
    reason = models.TextField(_("reason for rejecting"), blank=True, default="")

    class Meta:
        verbose_name = _("policy value")
        verbose_name_plural = _("policy values")
        ordering = ["code", "region", "-from_date", "-id"]
        indexes = [models.Index(fields=["state", "code"], name="policy_value_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(checker__isnull=True) | ~models.Q(checker=models.F("maker")),
                name="policy_value_four_eyes",
            ),
            models.CheckConstraint(
                condition=models.Q(state="draft", checker__isnull=True)
                | models.Q(state__in=["approved", "rejected"], checker__isnull=False),
                name="policy_value_checked_by_someone",
            ),
            models.UniqueConstraint(
                fields=["code", "region", "from_date"],
                condition=models.Q(state="draft"),
                name="policy_value_one_draft",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.region_id} · {self.from_date}"


class PolicyEdition(models.Model):
    """All law in force at one moment, frozen: every parameter with every value, old ones too.

    A decision keeps its edition's number, so that it can be worked out again years later. The row
    is append-only, and `digest` is the fingerprint of `content`.
    """

    number = models.IntegerField(_("number"), primary_key=True)
    digest = models.CharField(_("fingerprint"), max_length=64)
    content = models.JSONField(_("content"))
    note = models.CharField(_("what changed"), max_length=300, blank=True, default="")
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("created by"),
    )

    class Meta:
        verbose_name = _("policy edition")
        verbose_name_plural = _("policy editions")
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.number}"
