"""Changes of a grant: what the household said to them, who proposed and who decided."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from socsec.office.models import PolicyEdition, User

from .grant import Grant


class Hearing(models.Model):
    """What a household said to an intended reduction or stop (社会救助法第四十八条)."""

    grant = models.ForeignKey(
        Grant, models.PROTECT, related_name="hearings", verbose_name=_("grant")
    )
    heard_on = models.DateField(_("heard"))
    text = models.CharField(_("what was said"), max_length=2000)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("heard by"))
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("hearing")
        verbose_name_plural = _("hearings")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.grant} · {self.heard_on}"


class ChangeKind(models.TextChoices):
    AMOUNT = "amount", _("Another amount")
    SUSPEND = "suspend", _("Suspend")
    RESUME = "resume", _("Resume")
    END = "end", _("End")


class ChangeState(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    MADE = "made", _("Made")
    REJECTED = "rejected", _("Not made")


class GrantChange(models.Model):
    """A change of a grant, proposed by one and decided by another."""

    grant = models.ForeignKey(
        Grant, models.PROTECT, related_name="changes", verbose_name=_("grant")
    )
    kind = models.CharField(_("change"), max_length=8, choices=ChangeKind.choices)
    from_month = models.IntegerField(_("from"))
    before = models.BigIntegerField(_("before, a month"))
    after = models.BigIntegerField(_("after, a month"))
    facts = models.JSONField(_("facts"), null=True, blank=True)
    sheet = models.JSONField(_("assessment sheet"), null=True, blank=True)
    edition = models.ForeignKey(
        PolicyEdition,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("policy edition"),
    )
    reason = models.CharField(_("reason"), max_length=200)
    hearing = models.ForeignKey(
        Hearing,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="changes_made",
        verbose_name=_("hearing"),
    )
    state = models.CharField(
        _("state"), max_length=8, choices=ChangeState.choices, default=ChangeState.PROPOSED
    )
    maker = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("proposed by"))
    checker = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    proposed_at = models.DateTimeField(_("proposed"), auto_now_add=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("change of a grant")
        verbose_name_plural = _("changes of grants")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["grant"],
                condition=models.Q(state=ChangeState.PROPOSED),
                name="grant_change_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(checker__isnull=True) | ~models.Q(checker=models.F("maker")),
                name="grant_change_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grant} · {self.get_kind_display()}"
