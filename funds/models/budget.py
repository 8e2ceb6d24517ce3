"""Budgets, the monthly plans that draw on them, and the final accounts of a year (社会保险法第六十五条至第六十七条)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from socsec.kernel.months import format_month

from .accounts import Account
from .fund import Fund
from .payments import user


class Budget(models.Model):
    """A fund's budget of a year: drafted, reviewed, approved by three people.

    An adjustment is a budget of its own that says what it changes and why; approved, it takes the
    place of the one before. What was approved is never edited.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        REVIEWED = "reviewed", _("Reviewed")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Turned down")
        REPLACED = "replaced", _("Replaced by an adjustment")

    fund = models.ForeignKey(Fund, models.PROTECT, related_name="budgets", verbose_name=_("fund"))
    year = models.SmallIntegerField(_("year"))
    number = models.SmallIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT)
    adjusts = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="adjusted_by",
        verbose_name=_("adjusts"),
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")
    maker = user(_("drafted by"))
    made_at = models.DateTimeField(_("drafted"), auto_now_add=True)
    reviewer = user(_("reviewed by"), null=True, blank=True)
    checker = user(_("approved by"), null=True, blank=True)
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    refusal = models.CharField(_("why it was turned down"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        ordering = ["-year", "fund", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["fund", "year", "number"], name="budget_number_once"),
            models.UniqueConstraint(
                fields=["fund", "year"],
                condition=Q(state="approved"),
                name="budget_one_in_force",
            ),
            models.UniqueConstraint(
                fields=["fund", "year"],
                condition=Q(state__in=["draft", "reviewed"]),
                name="budget_one_in_work",
            ),
            models.CheckConstraint(
                condition=(Q(reviewer__isnull=True) | ~Q(reviewer=F("maker")))
                & (Q(checker__isnull=True) | ~Q(checker=F("maker")) & ~Q(checker=F("reviewer"))),
                name="budget_three_people",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "replaced"])
                | Q(reviewer__isnull=False, checker__isnull=False, approved_at__isnull=False),
                name="budget_approved_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fund} · {self.year}-{self.number}"


class BudgetLine(models.Model):
    """A head of a budget: what may come in on an account of income, or go out on one of expenditure."""

    budget = models.ForeignKey(
        Budget, models.CASCADE, related_name="lines", verbose_name=_("budget")
    )
    account = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name=_("head"))
    amount = models.BigIntegerField(_("amount in fen"))

    class Meta:
        verbose_name = _("budget line")
        verbose_name_plural = _("budget lines")
        ordering = ["account"]
        constraints = [
            models.UniqueConstraint(fields=["budget", "account"], name="budget_line_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="budget_line_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.amount}"


class SpendingPlan(models.Model):
    """How much a fund may draw from the fiscal special account in a month (用款计划).

    Asked for by one, approved by another; what was drawn on it is counted on the ledger.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Waiting for approval")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Turned down")

    fund = models.ForeignKey(Fund, models.PROTECT, related_name="plans", verbose_name=_("fund"))
    month = models.IntegerField(_("month"))
    amount = models.BigIntegerField(_("amount in fen"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT)
    maker = user(_("asked by"))
    made_at = models.DateTimeField(_("asked"), auto_now_add=True)
    checker = user(_("decided by"), null=True, blank=True)
    refusal = models.CharField(_("why it was turned down"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("spending plan")
        verbose_name_plural = _("spending plans")
        ordering = ["-month", "fund", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="spending_plan_positive"),
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | ~Q(checker=F("maker")),
                name="spending_plan_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(checker__isnull=False),
                name="spending_plan_decided_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fund} · {format_month(self.month)}"


class FinalAccounts(models.Model):
    """The final accounts of a fund's year (决算): its statements and its budget, as they were approved.

    Only of a year whose months are all closed; `content` is what was approved, by line, in fen.
    """

    fund = models.ForeignKey(
        Fund, models.PROTECT, related_name="final_accounts", verbose_name=_("fund")
    )
    year = models.SmallIntegerField(_("year"))
    content = models.JSONField(_("content"))
    digest = models.CharField(_("fingerprint"), max_length=64)
    maker = user(_("prepared by"))
    prepared_at = models.DateTimeField(_("prepared"), auto_now_add=True)
    checker = user(_("approved by"), null=True, blank=True)
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)

    class Meta:
        verbose_name = _("final accounts")
        verbose_name_plural = _("final accounts of years")
        ordering = ["-year", "fund"]
        constraints = [
            models.UniqueConstraint(fields=["fund", "year"], name="final_accounts_once"),
            models.CheckConstraint(
                condition=Q(checker__isnull=True, approved_at__isnull=True)
                | Q(checker__isnull=False, approved_at__isnull=False) & ~Q(checker=F("maker")),
                name="final_accounts_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fund} · {self.year}"
