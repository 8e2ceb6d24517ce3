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
    `edition` numbers the policy edition that it was assessed with.
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
                condition=models.Q(
                    wage__gt=0,
                    wage_before__gte=0,
                    base__gte=0,
                    employer_share__gte=0,
                    person_share__gte=0,
                    account_share__gte=0,
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
