"""The chart of accounts and the flows it allows: versioned reference data, loaded from `funds/reference/`.

A transfer names an account by its `number`, which is ours and never changes. The official code of
that account is data beside it (`AccountCode`), dated and sourced, so that a confirmed or a new
chart rewrites no posting. The constants below are numbers of ours, for code that posts.
"""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from socsec.kernel import regions

from . import fund

INCOME_ACCOUNT = 1002
EXPENDITURE_ACCOUNT = 1003
FISCAL_ACCOUNT = 1004
TREASURY_ACCOUNT = 1005
TERM_DEPOSITS = 1011
IN_TRANSIT = 1101
ADVANCES = 1111
BONDS = 1201
ENTRUSTED_INVESTMENT = 1202
SUSPENSE = 2001
TRANSFERS_HELD = 2011
BORROWED = 2101
RESERVE = 3001
RISK_FUND = 3101
SET_ASIDE = 3201
CONTRIBUTION_INCOME = 4001
SUBSIDY_INCOME = 4101
COLLECTIVE_INCOME = 4102
CAPITAL_INCOME = 4111
LOTTERY_INCOME = 4112
FROM_RESERVE = 4113
INTEREST_INCOME = 4201
INVESTMENT_INCOME = 4202
TRANSFER_INCOME = 4301
FROM_ABOVE = 4401
FROM_BELOW = 4402
OTHER_INCOME = 4501
BENEFITS = 5001
TRANSFER_EXPENSE = 5201
TO_ABOVE = 5301
TO_BELOW = 5302
OTHER_EXPENSE = 5401
TO_FUNDS = 5402
CONTRIBUTIONS_DUE = 9001
CONTRIBUTIONS_ASSESSED = 9002
SUBSIDIES_DUE = 9011
SUBSIDIES_ASSESSED = 9012
SURCHARGE_DUE = 9021
SURCHARGE_ASSESSED = 9022
TRANSFERS_OPEN = 9031
TRANSFERS_AGREED = 9032
PROVIDERS_DUE = 9041
BILLS_SETTLED = 9042
ACCOUNTS_CREDITED = 9101
INDIVIDUAL_ACCOUNTS = 9102
ACCOUNT_SHARES = 9103
NOTIONAL_ACCOUNTS = 9104


class Status(models.TextChoices):
    """How sure we are of a piece of reference data."""

    OFFICIAL = "official", _("Read in the official text")
    SECONDARY = "secondary", _("Read in a reprint")
    UNVERIFIED = "unverified", _("Not confirmed")


class Account(models.Model):
    """An account of the chart. Every fund keeps it, unless `books` names those that do.

    `guarded` accounts hold money and can never fall below zero, on any day. `law` says what may
    flow in and out of an account of money.
    """

    class Element(models.TextChoices):
        ASSET = "asset", _("Asset")
        LIABILITY = "liability", _("Liability")
        NET = "net", _("Net assets")
        INCOME = "income", _("Income")
        EXPENSE = "expense", _("Expenditure")
        MEMORANDUM = "memorandum", _("Memorandum")

    number = models.SmallIntegerField(_("number"), primary_key=True)
    name_zh = models.CharField(_("Chinese name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=80)
    element = models.CharField(_("element"), max_length=12, choices=Element.choices)
    debit_normal = models.BooleanField(_("balance stands on the debit side"))
    guarded = models.BooleanField(_("never below zero"), default=False)
    books = models.JSONField(
        _("kept by"),
        default=list,
        blank=True,
        help_text=_("Pairs of branch and scheme; empty: every fund"),
    )
    law_zh = models.CharField(_("law, in Chinese"), max_length=120, blank=True, default="")
    law_en = models.CharField(_("law, in English"), max_length=120, blank=True, default="")

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("chart of accounts")
        ordering = ["number"]

    def __str__(self) -> str:
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en

    @property
    def law(self) -> str:
        return self.law_zh if (get_language() or "").startswith("zh") else self.law_en

    def kept_by(self, branch: int, scheme: int) -> bool:
        """Whether funds of this branch and scheme have the account."""
        return not self.books or [branch, scheme] in self.books


class AccountCode(models.Model):
    """The code and title of an account in the official chart, from a date on.

    That of a branch and scheme goes before the one for all.
    """

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="codes", verbose_name=_("account")
    )
    branch = models.SmallIntegerField(
        _("branch"), choices=fund.PURSES, null=True, blank=True, help_text=_("Empty: every one")
    )
    scheme = models.SmallIntegerField(
        _("scheme"),
        choices=fund.Scheme.choices,
        null=True,
        blank=True,
        help_text=_("Empty: every one"),
    )
    since = models.DateField(_("from"))
    code = models.CharField(_("official code"), max_length=12)
    title = models.CharField(_("official title"), max_length=60)
    law = models.CharField(_("law"), max_length=120)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices)

    class Meta:
        verbose_name = _("official account code")
        verbose_name_plural = _("official account codes")
        ordering = ["account", "since"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "branch", "scheme", "since"],
                nulls_distinct=False,
                name="account_code_one_per_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class FlowRule(models.Model):
    """Whether value may pass from the credited to the debited account (收支两条线).

    What no rule allows is forbidden. The rule of the nearest region decides; within it the rule
    for the branch before the rule for every branch; then the latest that is in force.
    """

    debit = models.ForeignKey(
        Account, models.PROTECT, related_name="+", verbose_name=_("debited account")
    )
    credit = models.ForeignKey(
        Account, models.PROTECT, related_name="+", verbose_name=_("credited account")
    )
    branch = models.SmallIntegerField(
        _("branch"), choices=fund.PURSES, null=True, blank=True, help_text=_("Empty: every one")
    )
    region = models.CharField(_("region and below"), max_length=6, default=regions.NATION)
    since = models.DateField(_("from"))
    allowed = models.BooleanField(_("allowed"), default=True)
    purpose_zh = models.CharField(_("Chinese purpose"), max_length=80)
    purpose_en = models.CharField(_("English purpose"), max_length=120)
    law = models.CharField(_("law"), max_length=120)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices)

    class Meta:
        verbose_name = _("allowed flow")
        verbose_name_plural = _("allowed flows")
        ordering = ["debit", "credit", "region", "branch", "since"]
        constraints = [
            models.UniqueConstraint(
                fields=["debit", "credit", "branch", "region", "since"],
                nulls_distinct=False,
                name="flow_rule_one_per_date",
            ),
            models.CheckConstraint(
                condition=~models.Q(debit=models.F("credit")), name="flow_rule_two_accounts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.credit_id} → {self.debit_id}"

    @property
    def reach(self) -> tuple[int, bool]:
        """How near the rule is: the longer the region's stem, the nearer; a branch before all."""
        return len(regions.stem(self.region)), self.branch is not None


class StatementLine(models.Model):
    """A line of a statement and the accounts that add up to it, from a date on (财会〔2017〕28号).

    An account that stands on no line would be missing from the statement; a test refuses that.
    `between_levels` lines are what levels of one branch pay each other: consolidated, they cancel.
    The line of a branch goes before the one for all.
    """

    class Statement(models.TextChoices):
        BALANCE = "balance", _("Balance sheet")
        INCOME = "income", _("Income statement")

    statement = models.CharField(_("statement"), max_length=8, choices=Statement.choices)
    element = models.CharField(_("element"), max_length=12, choices=Account.Element.choices)
    place = models.SmallIntegerField(_("place"))
    since = models.DateField(_("from"))
    branch = models.SmallIntegerField(
        _("branch"), choices=fund.PURSES, null=True, blank=True, help_text=_("Empty: every one")
    )
    name_zh = models.CharField(_("Chinese name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=80)
    accounts = models.JSONField(_("accounts"))
    between_levels = models.BooleanField(_("between levels"), default=False)
    law = models.CharField(_("law"), max_length=120)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices)

    class Meta:
        verbose_name = _("statement line")
        verbose_name_plural = _("statement lines")
        ordering = ["statement", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "place", "branch", "since"],
                nulls_distinct=False,
                name="statement_line_one_per_date",
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en
