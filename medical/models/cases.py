"""Payment of stays by group: the year's list of groups, budgets, each stay's group, and what came of it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from funds.models import Fund
from socsec.office.models import Run

from .bills import Encounter
from .paying import four_eyes
from .providers import Provider

POINT = 10_000  # a point; weights, scores and the value of a point have four decimals


def _user(label: Any, **more: Any) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **more
    )


class Decided(models.TextChoices):
    """How far something is that one enters and another decides on."""

    WAITING = "waiting", _("Waiting for approval")
    TAKEN = "taken", _("In force")
    REPLACED = "replaced", _("Replaced by a later one")
    REJECTED = "rejected", _("Rejected")


class GroupMethod(models.IntegerChoices):
    """By what stays are grouped; the numbers are those of the national code table (clr_way)."""

    DRG = 40, _("DRG, by weight")
    DIP = 50, _("DIP, by score")

    @property
    def base(self) -> int:
        """The weight or score of the average stay, in ten-thousandths of a point."""
        return POINT if self == GroupMethod.DRG else 1_000 * POINT


class Entered(models.Model):
    """What one enters and another puts in force or rejects."""

    document = models.CharField(_("document"), max_length=200)
    state = models.CharField(
        _("state"), max_length=8, choices=Decided.choices, default=Decided.WAITING
    )
    maker = _user(_("entered by"))
    checker = _user(_("decided by"), null=True, blank=True)
    made_at = models.DateTimeField(_("entered"), auto_now_add=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")

    class Meta:
        abstract = True


class GroupList(Entered):
    """The groups of a year in a region, with their weights or scores: a spreadsheet, approved by another.

    `mean_all` is the mean cost of all stays that the weights rest on, in fen.
    """

    region = models.CharField(_("region"), max_length=6)
    year = models.PositiveSmallIntegerField(_("year"))
    method = models.PositiveSmallIntegerField(_("method"), choices=GroupMethod.choices)
    mean_all = models.BigIntegerField(_("mean cost of all stays"))
    filename = models.CharField(_("file"), max_length=120, blank=True, default="")
    digest = models.CharField(_("fingerprint"), max_length=64)
    groups_count = models.IntegerField(_("groups"))

    class Meta:
        verbose_name = _("list of groups")
        verbose_name_plural = _("lists of groups")
        ordering = ["-year", "region", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "year"], condition=Q(state="taken"), name="group_list_one_a_year"
            ),
            models.CheckConstraint(condition=Q(mean_all__gt=0), name="group_list_mean_possible"),
            four_eyes("group_list_four_eyes"),
        ]

    def __str__(self) -> str:
        return f"{self.get_method_display()} · {self.region} · {self.year}"


class CaseGroup(models.Model):
    """A group of a list: `weight` in ten-thousandths of a point, `mean` cost in fen.

    The stays of a group that is not stable count by their cost.
    """

    list = models.ForeignKey(
        GroupList, models.CASCADE, related_name="groups", verbose_name=_("list of groups")
    )
    code = models.CharField(_("code"), max_length=30)
    name = models.CharField(_("name"), max_length=200)
    weight = models.BigIntegerField(_("weight or score"))
    mean = models.BigIntegerField(_("mean cost"))
    stable = models.BooleanField(_("stable"), default=True)

    class Meta:
        verbose_name = _("group of stays")
        verbose_name_plural = _("groups of stays")
        ordering = ["list", "code"]
        constraints = [
            models.UniqueConstraint(fields=["list", "code"], name="case_group_once"),
            models.CheckConstraint(
                condition=Q(weight__gt=0, mean__gt=0), name="case_group_possible"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class YearBudget(Entered):
    """What a fund may spend on the providers of its region in a year, provider by provider (总额预算).

    Of `amount`, `stays` is for stays paid by group; `value` is what a point is worth in the months,
    in ten-thousandths of a yuan, or none where each month's follows from its twelfth of `stays`.
    """

    fund = models.ForeignKey(Fund, models.PROTECT, related_name="+", verbose_name=_("fund"))
    region = models.CharField(_("region"), max_length=6)
    year = models.PositiveSmallIntegerField(_("year"))
    amount = models.BigIntegerField(_("budget of the year"))
    stays = models.BigIntegerField(_("of which for stays paid by group"))
    value = models.BigIntegerField(_("value of a point in the months"), null=True, blank=True)

    class Meta:
        verbose_name = _("budget for providers")
        verbose_name_plural = _("budgets for providers")
        ordering = ["-year", "fund", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["fund", "year"], condition=Q(state="taken"), name="year_budget_one_a_year"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, stays__gte=0, stays__lte=F("amount"))
                & (Q(value__isnull=True) | Q(value__gt=0)),
                name="year_budget_possible",
            ),
            four_eyes("year_budget_four_eyes"),
        ]

    def __str__(self) -> str:
        return f"{self.fund} · {self.year}"


class BudgetShare(models.Model):
    """A provider's part of a year's budget, and its coefficient in millionths."""

    budget = models.ForeignKey(
        YearBudget, models.CASCADE, related_name="shares", verbose_name=_("budget")
    )
    provider = models.ForeignKey(
        Provider, models.PROTECT, related_name="budget_shares", verbose_name=_("provider")
    )
    amount = models.BigIntegerField(_("part of the budget"))
    coefficient = models.IntegerField(_("coefficient"))

    class Meta:
        verbose_name = _("part of a budget")
        verbose_name_plural = _("parts of budgets")
        ordering = ["budget", "provider"]
        constraints = [
            models.UniqueConstraint(fields=["budget", "provider"], name="budget_share_once"),
            models.CheckConstraint(
                condition=Q(amount__gte=0, coefficient__gt=0, coefficient__lte=5_000_000),
                name="budget_share_possible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} · {self.budget.year}"


class StayGroup(models.Model):
    """Into which group a stay falls, as the provider's grouper found and told."""

    encounter = models.OneToOneField(
        Encounter,
        models.PROTECT,
        primary_key=True,
        related_name="group",
        verbose_name=_("stay"),
    )
    code = models.CharField(_("group"), max_length=30)
    by = _user(_("told by"))
    told_at = models.DateTimeField(_("told"), auto_now=True)

    class Meta:
        verbose_name = _("group of a stay")
        verbose_name_plural = _("groups of single stays")

    def __str__(self) -> str:
        return self.code


class CasePayment(models.Model):
    """What a stay paid by its group comes to beside its bill. Amounts in fen, never changed.

    The first one of a stay is its whole; where its bill is worked out anew or taken back, or it gets
    another group, a further one adds the difference. `facts` is what the rule was told, at the value
    of a point of the first. `year` is that of the discharge.
    """

    run = models.ForeignKey(
        Run, models.PROTECT, related_name="case_payments", verbose_name=_("run")
    )
    encounter = models.ForeignKey(
        Encounter, models.PROTECT, related_name="case_payments", verbose_name=_("stay")
    )
    provider = models.ForeignKey(
        Provider, models.PROTECT, related_name="case_payments", verbose_name=_("provider")
    )
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="+", verbose_name=_("fund"))
    region = models.CharField(_("region"), max_length=6)
    month = models.IntegerField(_("month"))
    year = models.PositiveSmallIntegerField(_("year"))
    code = models.CharField(_("group"), max_length=30, blank=True)
    stays = models.SmallIntegerField(_("stays"))
    points = models.BigIntegerField(_("points"))
    standard = models.BigIntegerField(_("worth"))
    others = models.BigIntegerField(_("paid by others"))
    due = models.BigIntegerField(_("the funds pay"))
    billed = models.BigIntegerField(_("paid item by item"))
    difference = models.BigIntegerField(_("difference"))
    facts = models.JSONField(_("facts"))

    class Meta:
        verbose_name = _("payment of a stay by its group")
        verbose_name_plural = _("payments of stays by group")
        ordering = ["-month", "provider", "encounter"]
        indexes = [
            models.Index(fields=["provider", "year"], name="case_payment_of_year"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["run", "encounter"], name="case_payment_once"),
            models.CheckConstraint(
                condition=Q(difference=F("due") - F("billed")), name="case_payment_adds_up"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.encounter_id} · {self.month // 12}-{self.month % 12 + 1:02}"


class CaseYear(models.Model):
    """The settlement of a provider's year of stays paid by group, in one fund. Amounts in fen.

    `worth` is its part of the budget by points, less what others paid; all of them add up to the
    budget. `final` is what the year comes to once surplus and overrun are shared.
    """

    run = models.ForeignKey(Run, models.PROTECT, related_name="case_years", verbose_name=_("run"))
    provider = models.ForeignKey(
        Provider, models.PROTECT, related_name="case_years", verbose_name=_("provider")
    )
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="+", verbose_name=_("fund"))
    budget = models.ForeignKey(
        YearBudget, models.PROTECT, related_name="years", verbose_name=_("budget")
    )
    region = models.CharField(_("region"), max_length=6)
    year = models.PositiveSmallIntegerField(_("year"))
    stays = models.IntegerField(_("stays"))
    points = models.BigIntegerField(_("points"))
    others = models.BigIntegerField(_("paid by others"))
    billed = models.BigIntegerField(_("paid item by item"))
    differences = models.BigIntegerField(_("differences of the months"))
    worth = models.BigIntegerField(_("worth at the value of the year"))
    final = models.BigIntegerField(_("due for the year"))
    difference = models.BigIntegerField(_("still due for the year"))

    class Meta:
        verbose_name = _("settlement of a year by group")
        verbose_name_plural = _("settlements of years by group")
        ordering = ["-year", "provider"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "fund", "year"], name="case_year_once"),
            models.CheckConstraint(
                condition=Q(difference=F("final") - F("billed") - F("differences")),
                name="case_year_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} · {self.year}"


class ProviderScore(Entered):
    """How a provider's year was judged: out of a hundred, in ten-thousandths of a point (年度考核)."""

    provider = models.ForeignKey(
        Provider, models.PROTECT, related_name="scores", verbose_name=_("provider")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    score = models.IntegerField(_("score"))

    class Meta:
        verbose_name = _("score of a provider's year")
        verbose_name_plural = _("scores of providers' years")
        ordering = ["-year", "provider", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "year"],
                condition=Q(state="taken"),
                name="provider_score_one_a_year",
            ),
            models.CheckConstraint(
                condition=Q(score__gte=0, score__lte=100 * POINT), name="provider_score_possible"
            ),
            four_eyes("provider_score_four_eyes"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} · {self.year}"

    @property
    def region(self) -> str:
        return self.provider.region
