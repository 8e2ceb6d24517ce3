"""What was granted: to whom, from when, how much from month to month, and what was paid of it."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.models import Household, Person
from funds.models import Fund, PaymentBatch
from socsec.office.models import PolicyEdition, Run, User

from .application import Application
from .programme import Programme


class GrantState(models.IntegerChoices):
    RUNNING = 1, _("Running")
    SUSPENDED = 2, _("Suspended")
    ENDED = 3, _("Ended")


class Grant(models.Model):
    """A grant of one programme to a household or a person. `person` is its payee.

    `until_month` is the last month that is due, once known. What it comes to from a month on stands
    in `GrantAmount`. `review_on` is the day by which it has to be looked at again.
    """

    public_id = models.UUIDField(
        _("public number"), db_default=RandomUUID(), unique=True, editable=False
    )
    application = models.OneToOneField(
        Application,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="grant",
        verbose_name=_("application"),
    )
    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="grants", verbose_name=_("programme")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="grants", verbose_name=_("payee")
    )
    household = models.ForeignKey(
        Household,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="grants",
        verbose_name=_("household"),
    )
    region = models.CharField(_("region"), max_length=6)
    state = models.PositiveSmallIntegerField(
        _("state"), choices=GrantState.choices, default=GrantState.RUNNING
    )
    from_month = models.IntegerField(_("from"))
    until_month = models.IntegerField(_("until"), null=True, blank=True)
    review_on = models.DateField(_("review by"), null=True, blank=True)
    end_reason = models.CharField(_("reason for the end"), max_length=200, blank=True, default="")
    granted_at = models.DateTimeField(_("granted"), auto_now_add=True)

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        ordering = ["-granted_at"]
        indexes = [
            models.Index(
                fields=["region", "person"],
                condition=models.Q(state=GrantState.RUNNING),
                name="grant_running",
            ),
            models.Index(fields=["review_on"], name="grant_review"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "programme"],
                condition=~models.Q(state=GrantState.ENDED) & models.Q(household__isnull=True),
                name="grant_one_per_person",
            ),
            models.UniqueConstraint(
                fields=["household", "programme"],
                condition=~models.Q(state=GrantState.ENDED) & models.Q(household__isnull=False),
                name="grant_one_per_household",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} · {self.person}"


class GrantAmount(models.Model):
    """What a grant comes to a month from a month on, with the sheet that says so. Append-only.

    Of two versions from one month the later holds.
    """

    grant = models.ForeignKey(
        Grant, models.PROTECT, related_name="amounts", verbose_name=_("grant")
    )
    version = models.PositiveSmallIntegerField(_("version"))
    from_month = models.IntegerField(_("from"))
    amount = models.BigIntegerField(_("a month"))
    facts = models.JSONField(_("facts"))
    sheet = models.JSONField(_("assessment sheet"))
    edition = models.ForeignKey(
        PolicyEdition, models.PROTECT, related_name="+", verbose_name=_("policy edition")
    )
    by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("amount of a grant")
        verbose_name_plural = _("amounts of grants")
        ordering = ["grant", "version"]
        constraints = [
            models.UniqueConstraint(fields=["grant", "version"], name="grant_amount_version"),
            models.CheckConstraint(
                condition=models.Q(amount__gte=0), name="grant_amount_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grant} · {self.version}"


class Recognition(models.Model):
    """As what a person is recognised, from day to day: shared with every other scheme.

    社会救助法第四十二条: who was recognised once need not be examined by other departments again.
    """

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="recognitions", verbose_name=_("person")
    )
    standing = models.PositiveSmallIntegerField(_("recognised as"))
    region = models.CharField(_("region"), max_length=6)
    grant = models.ForeignKey(
        Grant, models.PROTECT, related_name="recognitions", verbose_name=_("grant")
    )
    since = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("recognition")
        verbose_name_plural = _("recognitions")
        ordering = ["person", "since"]
        indexes = [models.Index(fields=["person", "since"], name="recognition_person")]

    def __str__(self) -> str:
        return f"{self.person} · {self.since}"


class AssistancePayroll(models.Model):
    """A month's payments of one region, and the envelope they went into."""

    run = models.OneToOneField(
        Run, models.PROTECT, primary_key=True, related_name="+", verbose_name=_("run")
    )
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="+", verbose_name=_("fund"))
    month = models.IntegerField(_("month"))
    region = models.CharField(_("region"), max_length=6)
    envelope = models.OneToOneField(
        PaymentBatch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("payment batch"),
    )

    class Meta:
        verbose_name = _("assistance payroll")
        verbose_name_plural = _("assistance payrolls")
        ordering = ["-month"]

    def __str__(self) -> str:
        return f"{self.region} · {self.month}"


class GrantPayment(models.Model):
    """What was paid of a grant for a month; a month that came to more later has a further part.

    `held` was due and could not be ordered, since the payee has no bank account on file.
    """

    grant = models.ForeignKey(
        Grant, models.PROTECT, related_name="payments", verbose_name=_("grant")
    )
    month = models.IntegerField(_("month"))
    part = models.PositiveSmallIntegerField(_("part"), default=0)
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="+", db_constraint=False, verbose_name=_("payee")
    )
    region = models.CharField(_("region"), max_length=6)
    amount = models.BigIntegerField(_("amount"))
    form = models.CharField(_("given as"), max_length=8)
    run = models.ForeignKey(
        Run, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("run")
    )
    envelope = models.ForeignKey(
        PaymentBatch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("payment batch"),
    )

    class Meta:
        verbose_name = _("payment of a grant")
        verbose_name_plural = _("payments of grants")
        ordering = ["-month"]
        constraints = [
            models.UniqueConstraint(fields=["grant", "month", "part"], name="grant_payment_once"),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0), name="grant_payment_above_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grant} · {self.month}"
