"""What the audit of bills found, what was decided on it, and what the provider says against it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from funds.models import Fund, Scheme

from .bills import BillLine, Encounter
from .paying import ProviderPayment, four_eyes
from .providers import Provider


class BillFinding(models.Model):
    """A suspicion about a bill or one of its lines, by a rule of the audit.

    `cost` is what it touches of the cost in scope, `stake` what the insurance paid of that, `amount`
    what is deducted; all in fen. `facts` are the figures that the rule saw. Deducting is proposed by
    one and confirmed by another; what was deducted is given back if an appeal is upheld.
    """

    class State(models.TextChoices):
        OPEN = "open", _("To be looked at")
        DISMISSED = "dismissed", _("No fault")
        PROPOSED = "proposed", _("Deduction proposed")
        CONFIRMED = "confirmed", _("Deducted")
        APPEALED = "appealed", _("Appealed")
        RESTORED = "restored", _("Given back after an appeal")

    # A deduction stands in these.
    STANDING = (State.CONFIRMED, State.APPEALED)

    rule = models.CharField(_("rule"), max_length=20)
    provider = models.ForeignKey(
        Provider, models.PROTECT, related_name="findings", verbose_name=_("provider")
    )
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="+", verbose_name=_("fund"))
    scheme = models.PositiveSmallIntegerField(_("scheme"), choices=Scheme.choices)
    region = models.CharField(_("region"), max_length=6)
    month = models.IntegerField(_("month"))
    encounter = models.ForeignKey(
        Encounter, models.PROTECT, related_name="findings", verbose_name=_("visit or stay")
    )
    line = models.ForeignKey(
        BillLine,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="findings",
        verbose_name=_("line"),
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("insured person")
    )
    cost = models.BigIntegerField(_("cost in scope"))
    stake = models.BigIntegerField(_("at stake"))
    facts = models.JSONField(_("figures"), default=dict)
    state = models.CharField(
        _("state"), max_length=9, choices=State.choices, default=State.OPEN, db_default="open"
    )
    amount = models.BigIntegerField(_("deducted"), default=0, db_default=0)
    found_at = models.DateTimeField(_("found"), auto_now_add=True)
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("looked at by"),
    )
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="", db_default="")
    confirmed_on = models.DateField(_("confirmed"), null=True, blank=True)
    appeal_until = models.DateField(_("appeal until"), null=True, blank=True)
    deducted_in = models.ForeignKey(
        ProviderPayment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deductions",
        verbose_name=_("deducted in"),
    )
    restored_in = models.ForeignKey(
        ProviderPayment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="restorations",
        verbose_name=_("given back in"),
    )

    class Meta:
        verbose_name = _("audit finding")
        verbose_name_plural = _("audit findings")
        ordering = ["-month", "-stake", "pk"]
        indexes = [
            models.Index(fields=["provider", "month"], name="bill_finding_of_provider"),
            models.Index(fields=["state", "region"], name="bill_finding_queue"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "encounter", "line"],
                nulls_distinct=False,
                name="bill_finding_once",
            ),
            four_eyes("bill_finding_four_eyes"),
            models.CheckConstraint(
                condition=Q(amount__gte=0, stake__gt=0, cost__gt=0, amount__lte=F("stake")),
                name="bill_finding_amounts_possible",
            ),
            models.CheckConstraint(
                condition=Q(state="open") | (Q(maker__isnull=False) & ~Q(reason="")),
                name="bill_finding_decided_with_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "appealed", "restored"])
                | Q(checker__isnull=False, amount__gt=0),
                name="bill_finding_confirmed_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} · {self.pk}"


class FindingAppeal(models.Model):
    """What a provider says against a deduction, and what was decided, by none of those before.

    `turn` 2 asks a panel (合议) to look once more.
    """

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("Upheld: the deduction is given back")
        REJECTED = "rejected", _("Rejected: the deduction stands")

    finding = models.ForeignKey(
        BillFinding, models.PROTECT, related_name="appeals", verbose_name=_("finding")
    )
    turn = models.PositiveSmallIntegerField(_("turn"), default=1)
    text = models.TextField(_("what the provider says"), max_length=1000)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    made_on = models.DateField(_("made on"))
    due_on = models.DateField(_("to be decided by"))
    outcome = models.CharField(
        _("decision"), max_length=8, choices=Outcome.choices, blank=True, default=""
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_on = models.DateField(_("decided"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=400, blank=True, default="")

    class Meta:
        verbose_name = _("appeal against a deduction")
        verbose_name_plural = _("appeals against deductions")
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["finding", "turn"], name="finding_appeal_once_a_turn"),
            models.CheckConstraint(condition=Q(turn__in=[1, 2]), name="finding_appeal_two_turns"),
            models.CheckConstraint(
                condition=Q(outcome="") | (Q(decided_by__isnull=False) & ~Q(reason="")),
                name="finding_appeal_decided_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding} · {self.turn}"

    @property
    def region(self) -> str:
        return self.finding.region
