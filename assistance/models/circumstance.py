"""What changed about a household: reported by it, found by matching, or due to be looked at again."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from socsec.office.models import User

from .change import GrantChange
from .grant import Grant


class Origin(models.TextChoices):
    REPORTED = "reported", _("Reported by the household")
    MATCHED = "matched", _("Found by matching")
    REVIEW = "review", _("Periodic review")


class What(models.TextChoices):
    """What changed (社会救助法第四十六条)."""

    DEATH = "death", _("A member died")
    MEMBERS = "members", _("Members joined or left")
    INCOME = "income", _("Income")
    WORK = "work", _("A member found work, or lost it")
    PENSION = "pension", _("A member draws a pension")
    PROPERTY = "property", _("Property")
    HEALTH = "health", _("Illness or disability")
    MOVED = "moved", _("The household moved")
    REVIEW = "review", _("The day of the review has come")
    OTHER = "other", _("Something else")


class Circumstance(models.Model):
    """One thing about a grant that somebody has to look at, by `due_on`.

    Settled, it names the change that came of it, or says why none did.
    """

    public_id = models.UUIDField(
        _("public number"), db_default=RandomUUID(), unique=True, editable=False
    )
    grant = models.ForeignKey(
        Grant, models.PROTECT, related_name="circumstances", verbose_name=_("grant")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("about whom")
    )
    region = models.CharField(_("region"), max_length=6)
    origin = models.CharField(_("origin"), max_length=8, choices=Origin.choices)
    what = models.CharField(_("what changed"), max_length=10, choices=What.choices)
    happened_on = models.DateField(_("since"))
    text = models.CharField(_("in words"), max_length=500, blank=True, default="")
    due_on = models.DateField(_("to be settled by"))
    by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("told by")
    )
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("settled by")
    )
    finding = models.CharField(_("what came of it"), max_length=500, blank=True, default="")
    change = models.ForeignKey(
        GrantChange,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("change made"),
    )

    class Meta:
        verbose_name = _("change of circumstances")
        verbose_name_plural = _("changes of circumstances")
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(
                fields=["region", "due_on"],
                condition=models.Q(settled_at__isnull=True),
                name="circumstance_open",
            ),
        ]
        constraints = [
            # What matching finds every month, and every night's list, is put down once.
            models.UniqueConstraint(
                fields=["grant", "person", "what", "happened_on"],
                condition=~models.Q(origin=Origin.REPORTED),
                name="circumstance_found_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grant} · {self.get_what_display()}"


class Reclaim(models.Model):
    """What was paid beyond what a grant came to and is ordered back (社会救助法第七十三条、第七十四条).

    `fine` comes on top for fraud. Both are fen. Whoever ordered it is not who confirmed it.
    """

    grant = models.ForeignKey(
        Grant, models.PROTECT, related_name="reclaims", verbose_name=_("grant")
    )
    region = models.CharField(_("region"), max_length=6)
    amount = models.BigIntegerField(_("to be paid back"))
    fine = models.BigIntegerField(_("fine"), default=0)
    fraud = models.BooleanField(_("obtained by fraud"), default=False)
    months = models.JSONField(_("month by month"))
    reason = models.CharField(_("reason"), max_length=200)
    due_on = models.DateField(_("to be paid back by"))
    ordered_on = models.DateField(_("confirmed"), null=True, blank=True)
    maker = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("proposed by"))
    checker = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    proposed_at = models.DateTimeField(_("proposed"), auto_now_add=True)

    class Meta:
        verbose_name = _("assistance to be paid back")
        verbose_name_plural = _("assistance to be paid back")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["grant"],
                condition=models.Q(ordered_on__isnull=True),
                name="reclaim_one_proposed",
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0, fine__gte=0), name="reclaim_above_zero"
            ),
            models.CheckConstraint(
                condition=models.Q(fraud=True) | models.Q(fine=0), name="reclaim_fine_for_fraud"
            ),
            models.CheckConstraint(
                condition=models.Q(checker__isnull=True) | ~models.Q(checker=models.F("maker")),
                name="reclaim_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grant} · {self.reason}"


class ReclaimReceipt(models.Model):
    """Money that came back, fen."""

    reclaim = models.ForeignKey(
        Reclaim, models.PROTECT, related_name="receipts", verbose_name=_("order")
    )
    amount = models.BigIntegerField(_("amount"))
    received_on = models.DateField(_("received"))
    reference = models.CharField(_("bank reference"), max_length=60)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("entered by"))

    class Meta:
        verbose_name = _("money paid back")
        verbose_name_plural = _("money paid back")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["reclaim", "reference"], name="reclaim_receipt_reference_once"
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0), name="reclaim_receipt_above_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reclaim} · {self.received_on}"


class Revision(models.Model):
    """What a yearly change of the standard made of one grant: fen a month before and after."""

    run = models.ForeignKey("office.Run", models.PROTECT, related_name="+", verbose_name=_("run"))
    grant = models.ForeignKey(
        Grant, models.PROTECT, related_name="revisions", verbose_name=_("grant")
    )
    before = models.BigIntegerField(_("before, a month"))
    after = models.BigIntegerField(_("after, a month"))
    # what it wrote, and which version each would restore: [{"version": 2, "restores": 1}]
    versions = models.JSONField(_("versions"), default=list)

    class Meta:
        verbose_name = _("revision of a grant")
        verbose_name_plural = _("revisions of grants")
        ordering = ["run", "grant"]
        constraints = [
            models.UniqueConstraint(fields=["run", "grant"], name="revision_once_per_run"),
        ]

    def __str__(self) -> str:
        return f"{self.grant} · {self.run_id}"
