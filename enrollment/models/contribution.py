"""What is owed for a person's month."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from funds.models import Branch
from socsec.kernel.months import format_month

from .coverage import Category


class Contribution(models.Model):
    """What one person's month owes in one branch through one payer, in fen. Never changed.

    `employer_id` 0 means that the person pays. `part` 0 is the first assessment; a correction
    adds a further part. Of the sum of both shares, `account_share` belongs to the individual
    account and the rest to the pool. `run_id` is 0 for what was assessed at the counter;
    `edition` numbers the policy edition that it was assessed with, `standing_id` the row of
    `EmployerStanding` (0: none). `waived` is what a policy of relief took off the employer's share
    before; `deemed` says that nothing was declared and the base was taken from the month before.
    What turns out to be too much is taken off by a `Reduction`.
    """

    pk = models.CompositePrimaryKey("person_id", "month", "branch", "employer_id", "part")
    person_id = models.BigIntegerField(_("person"))
    month = models.IntegerField(_("month"))
    branch = models.PositiveSmallIntegerField(_("branch"), choices=Branch.choices)
    employer_id = models.BigIntegerField(_("employer"))
    part = models.PositiveSmallIntegerField(_("part"), default=0)
    category = models.PositiveSmallIntegerField(_("category"), choices=Category.choices)
    region = models.CharField(_("region"), max_length=6)
    wage = models.BigIntegerField(_("wage"))
    wage_before = models.BigIntegerField(_("wage with other employers, counted first"))
    base = models.BigIntegerField(_("contribution base"))
    employer_share = models.BigIntegerField(_("employer's share"))
    person_share = models.BigIntegerField(_("person's share"))
    account_share = models.BigIntegerField(_("individual account's share"))
    run_id = models.BigIntegerField(_("run"), default=0)
    edition = models.IntegerField(_("policy edition"))
    standing_id = models.BigIntegerField(_("employer's standing"), db_default=0, default=0)
    waived = models.BigIntegerField(_("waived"), db_default=0, default=0)
    deemed = models.BooleanField(_("deemed"), db_default=False, default=False)

    class Meta:
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")
        indexes = [
            models.Index(
                fields=["employer_id", "month"],
                name="contribution_employer_month",
                condition=models.Q(employer_id__gt=0),
            ),
            # A month is written at one time and lies together on disk: a few pages find it.
            BrinIndex(fields=["month", "run_id"], name="contribution_month"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=(models.Q(wage__gt=0) | models.Q(wage=0, part__gt=0))
                & models.Q(
                    wage_before__gte=0,
                    base__gte=0,
                    employer_share__gte=0,
                    person_share__gte=0,
                    account_share__gte=0,
                    waived__gte=0,
                    account_share__lte=models.F("employer_share") + models.F("person_share"),
                ),
                name="contribution_shares_possible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} · {format_month(self.month)}"

    @property
    def due(self) -> int:
        """Both shares, in fen."""
        return self.employer_share + self.person_share

    @property
    def pool_share(self) -> int:
        """What is left for the pool."""
        return self.due - self.account_share


class Reduction(models.Model):
    """What of a contribution turned out not to be owed (核减), in fen. Never changed.

    Never a contribution below zero: it stands beside the part that it takes from, and the parts
    left are what the month owes. `number` counts the reductions of a person's month and branch.
    What was paid on it before is the payer's credit.
    """

    pk = models.CompositePrimaryKey("person_id", "month", "branch", "employer_id", "part", "number")
    person_id = models.BigIntegerField(_("person"))
    month = models.IntegerField(_("month"))
    branch = models.PositiveSmallIntegerField(_("branch"), choices=Branch.choices)
    employer_id = models.BigIntegerField(_("employer"))
    part = models.PositiveSmallIntegerField(_("part"))
    number = models.PositiveSmallIntegerField(_("number"))
    region = models.CharField(_("region"), max_length=6)
    wage = models.BigIntegerField(_("wage"))
    base = models.BigIntegerField(_("contribution base"))
    employer_share = models.BigIntegerField(_("employer's share"))
    person_share = models.BigIntegerField(_("person's share"))
    account_share = models.BigIntegerField(_("individual account's share"))
    reason = models.CharField(_("reason"), max_length=200)
    edition = models.IntegerField(_("policy edition"))
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("reduction of a contribution")
        verbose_name_plural = _("reductions of contributions")
        indexes = [
            models.Index(
                fields=["employer_id", "month"],
                name="reduction_employer_month",
                condition=models.Q(employer_id__gt=0),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    wage__gte=0,
                    base__gte=0,
                    employer_share__gte=0,
                    person_share__gte=0,
                    account_share__gte=0,
                ),
                name="reduction_takes_off",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="reduction_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} · {format_month(self.month)}"

    @property
    def amount(self) -> int:
        """Both shares, in fen."""
        return self.employer_share + self.person_share
