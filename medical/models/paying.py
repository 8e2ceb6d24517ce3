"""Paying providers: the bank account, the month's statement, what is added to it and taken off, and payment."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from funds.models import Fund, PaymentBatch, Scheme
from socsec.office.fields import EncryptedField
from socsec.office.models import Run

from .providers import Provider

# What a statement adds up of the settlements of its month.
STATEMENT_MONEY = (
    "total",
    "pool_pay",
    "large_pay",
    "major_pay",
    "civil_pay",
    "assistance_pay",
    "fund_pay",
    "provider_pay",
    "person_pay",
    "account_pay",
    "family_pay",
    "cash",
)
# What a provider tells of its own books, to be compared first.
STATED = ("bills", "total", "fund_pay", "person_pay")


def _user(label: Any, **more: Any) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **more
    )


def four_eyes(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(checker__isnull=True) | ~Q(checker=F("maker")), name=name
    )


class ProviderAccount(models.Model):
    """Where a provider is paid: entered by one, approved by another, one at a time."""

    provider = models.ForeignKey(
        Provider, models.PROTECT, related_name="bank_accounts", verbose_name=_("provider")
    )
    holder = models.CharField(_("account holder"), max_length=60)
    bank = models.CharField(_("bank"), max_length=60)
    account = EncryptedField(_("account number"))
    last_four = models.CharField(_("last four digits"), max_length=4)
    maker = _user(_("entered by"))
    checker = _user(_("approved by"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    closed_on = models.DateField(_("used until"), null=True, blank=True)

    class Meta:
        verbose_name = _("bank account of a provider")
        verbose_name_plural = _("bank accounts of providers")
        ordering = ["provider", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider"],
                condition=Q(closed_on__isnull=True, checker__isnull=False),
                name="provider_account_one_open",
            ),
            four_eyes("provider_account_four_eyes"),
        ]

    def __str__(self) -> str:
        return f"{self.bank} ····{self.last_four}"

    @property
    def region(self) -> str:
        return self.provider.region


class ProviderStatement(models.Model):
    """What the bills of one provider came to in a month of the books, in one scheme.

    It adds up the parts of settlements booked in the month, reversals and bills worked out anew
    among them, of people who are insured with the fund of the provider's own region: bills of others
    are cleared between regions. `bills` are those settled less those taken back. The `stated_`
    columns are the provider's own totals. Amounts in fen; never changed once agreed.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for the provider's totals")
        DIFFERS = "differs", _("The provider's totals differ")
        AGREED = "agreed", _("Agreed")

    public_id = models.UUIDField(
        _("public number"), db_default=RandomUUID(), unique=True, editable=False
    )
    run = models.ForeignKey(
        Run, models.PROTECT, related_name="provider_statements", verbose_name=_("run")
    )
    provider = models.ForeignKey(
        Provider, models.PROTECT, related_name="statements", verbose_name=_("provider")
    )
    month = models.IntegerField(_("month"))
    scheme = models.PositiveSmallIntegerField(_("scheme"), choices=Scheme.choices)
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="+", verbose_name=_("fund"))
    region = models.CharField(_("region"), max_length=6)
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.WAITING, db_default="waiting"
    )
    bills = models.IntegerField(_("bills"))
    total = models.BigIntegerField(_("total"))
    pool_pay = models.BigIntegerField(_("pooled fund"))
    large_pay = models.BigIntegerField(_("large-amount fund"))
    major_pay = models.BigIntegerField(_("catastrophic insurance"))
    civil_pay = models.BigIntegerField(_("civil servants' supplement"))
    assistance_pay = models.BigIntegerField(_("medical assistance"))
    fund_pay = models.BigIntegerField(_("funds together"))
    provider_pay = models.BigIntegerField(_("borne by the provider"))
    person_pay = models.BigIntegerField(_("insured person"))
    account_pay = models.BigIntegerField(_("personal account"))
    family_pay = models.BigIntegerField(_("family accounts"))
    cash = models.BigIntegerField(_("cash"))
    stated_bills = models.IntegerField(_("bills, says the provider"), null=True, blank=True)
    stated_total = models.BigIntegerField(_("total, says the provider"), null=True, blank=True)
    stated_fund_pay = models.BigIntegerField(_("funds, says the provider"), null=True, blank=True)
    stated_person_pay = models.BigIntegerField(
        _("insured persons, says the provider"), null=True, blank=True
    )
    stated_at = models.DateTimeField(_("provider's totals received"), null=True, blank=True)
    agreed_at = models.DateTimeField(_("agreed on"), null=True, blank=True)
    agreed_by = _user(_("agreed by"), null=True, blank=True)
    agreed_note = models.CharField(_("how it was agreed"), max_length=200, blank=True, default="")
    recorded_at = models.DateTimeField(_("drawn up"), auto_now_add=True)

    class Meta:
        verbose_name = _("provider statement")
        verbose_name_plural = _("provider statements")
        ordering = ["-month", "provider", "scheme"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "scheme", "month"], name="provider_statement_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    fund_pay=F("pool_pay")
                    + F("large_pay")
                    + F("major_pay")
                    + F("civil_pay")
                    + F("assistance_pay"),
                    total=F("fund_pay") + F("provider_pay") + F("person_pay"),
                    person_pay=F("account_pay") + F("family_pay") + F("cash"),
                ),
                name="provider_statement_adds_up",
            ),
            models.CheckConstraint(
                condition=~Q(state="agreed") | Q(agreed_at__isnull=False, agreed_by__isnull=False),
                name="provider_statement_agreed_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} · {self.month // 12}-{self.month % 12 + 1:02}"


class StatedBill(models.Model):
    """A bill of the month as the provider has it, by its own number of the visit: for the line by line."""

    statement = models.ForeignKey(
        ProviderStatement, models.CASCADE, related_name="stated", verbose_name=_("statement")
    )
    number = models.CharField(_("number"), max_length=30)
    total = models.BigIntegerField(_("total"))
    fund_pay = models.BigIntegerField(_("funds together"))
    person_pay = models.BigIntegerField(_("insured person"))

    class Meta:
        verbose_name = _("bill as the provider states it")
        verbose_name_plural = _("bills as providers state them")
        ordering = ["statement", "number"]
        constraints = [
            models.UniqueConstraint(fields=["statement", "number"], name="stated_bill_once"),
        ]

    def __str__(self) -> str:
        return self.number


class ProviderPayment(models.Model):
    """What a provider gets from one fund in a payment run, and how it was worked out.

    `due` are its agreed statements, `adjusted` differences of payment by group or by the year;
    `deducted` is taken off for findings, `restored` given back after an appeal, `retained` kept
    until the year is judged, `released` of what was kept before, `set_off` what was paid in advance.
    """

    run = models.ForeignKey(
        Run, models.PROTECT, related_name="provider_payments", verbose_name=_("run")
    )
    provider = models.ForeignKey(
        Provider, models.PROTECT, related_name="payments", verbose_name=_("provider")
    )
    fund = models.ForeignKey(
        Fund, models.PROTECT, related_name="provider_payments", verbose_name=_("fund")
    )
    month = models.IntegerField(_("month"))
    region = models.CharField(_("region"), max_length=6)
    due = models.BigIntegerField(_("agreed statements"))
    adjusted = models.BigIntegerField(_("differences of payment by group and year"), default=0)
    deducted = models.BigIntegerField(_("deducted for findings"), default=0)
    restored = models.BigIntegerField(_("given back after appeals"), default=0)
    retained = models.BigIntegerField(_("retained"), default=0)
    released = models.BigIntegerField(_("released of what was retained"), default=0)
    set_off = models.BigIntegerField(_("advances set off"), default=0)
    payable = models.BigIntegerField(_("paid out"))
    envelope = models.ForeignKey(
        PaymentBatch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("payment batch"),
    )
    seq = models.IntegerField(_("place in the payment batch"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("payment to a provider")
        verbose_name_plural = _("payments to providers")
        ordering = ["-month", "provider", "fund"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "provider", "fund"], name="provider_payment_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    payable=F("due")
                    + F("adjusted")
                    - F("deducted")
                    + F("restored")
                    - F("retained")
                    + F("released")
                    - F("set_off")
                ),
                name="provider_payment_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(
                    payable__gte=0,
                    deducted__gte=0,
                    restored__gte=0,
                    retained__gte=0,
                    released__gte=0,
                    set_off__gte=0,
                ),
                name="provider_payment_possible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} · {self.month // 12}-{self.month % 12 + 1:02}"


class StatementShare(models.Model):
    """What one fund owes of a statement: the insurance its part, each purse of assistance its own."""

    statement = models.ForeignKey(
        ProviderStatement, models.CASCADE, related_name="shares", verbose_name=_("statement")
    )
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="+", verbose_name=_("fund"))
    amount = models.BigIntegerField(_("amount"))
    payment = models.ForeignKey(
        ProviderPayment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="shares",
        verbose_name=_("payment"),
    )

    class Meta:
        verbose_name = _("part of a statement")
        verbose_name_plural = _("parts of statements")
        constraints = [
            models.UniqueConstraint(fields=["statement", "fund"], name="statement_share_once"),
        ]

    def __str__(self) -> str:
        return f"{self.statement} · {self.fund}"


class ProviderAdvance(models.Model):
    """Money paid to a provider before its bills; from a month on it is set off against them.

    Proposed by one, decided by another, who thereby opens the payment; a third releases it.
    """

    provider = models.ForeignKey(
        Provider, models.PROTECT, related_name="advances", verbose_name=_("provider")
    )
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="+", verbose_name=_("fund"))
    amount = models.BigIntegerField(_("amount"))
    settle_from = models.IntegerField(_("set off from month"))
    reason = models.CharField(_("reason"), max_length=200)
    maker = _user(_("proposed by"))
    checker = _user(_("decided by"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    envelope = models.ForeignKey(
        PaymentBatch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("payment batch"),
    )

    class Meta:
        verbose_name = _("advance to a provider")
        verbose_name_plural = _("advances to providers")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="provider_advance_possible"),
            four_eyes("provider_advance_four_eyes"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} · {self.pk}"

    @property
    def region(self) -> str:
        return self.provider.region


class AdvanceSetOff(models.Model):
    """What of an advance a payment set off."""

    advance = models.ForeignKey(
        ProviderAdvance, models.PROTECT, related_name="set_offs", verbose_name=_("advance")
    )
    payment = models.ForeignKey(
        ProviderPayment, models.CASCADE, related_name="set_offs", verbose_name=_("payment")
    )
    amount = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("advance set off")
        verbose_name_plural = _("advances set off")
        constraints = [
            models.UniqueConstraint(fields=["advance", "payment"], name="advance_set_off_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="advance_set_off_possible"),
        ]

    def __str__(self) -> str:
        return f"{self.advance} · {self.payment}"


class ProviderAdjustment(models.Model):
    """What is added to a provider's payments beside its statements, or taken off. Amounts in fen.

    Group and year differences change what is owed, and so do bills of people insured elsewhere once
    a `clearing` is agreed; a release pays what was retained and is owed already; what is forfeited
    of it is owed no more.
    """

    class Kind(models.TextChoices):
        GROUP = "group", _("Difference of payment by group")
        YEAR = "year", _("Difference of the year's settlement")
        RELEASE = "release", _("Retention released")
        FORFEIT = "forfeit", _("Retention forfeited")
        CLEARED = "cleared", _("Bills of people insured elsewhere, cleared")

    provider = models.ForeignKey(
        Provider, models.PROTECT, related_name="adjustments", verbose_name=_("provider")
    )
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="+", verbose_name=_("fund"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    month = models.IntegerField(_("month"))
    amount = models.BigIntegerField(_("amount"))
    run = models.ForeignKey(
        Run, models.PROTECT, related_name="provider_adjustments", verbose_name=_("run")
    )
    payment = models.ForeignKey(
        ProviderPayment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="adjustments",
        verbose_name=_("payment"),
    )

    clearing = models.ForeignKey(
        "ClearingStatement",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="adjustments",
        verbose_name=_("clearing between regions"),
    )

    class Meta:
        verbose_name = _("adjustment of a provider's payments")
        verbose_name_plural = _("adjustments of providers' payments")
        ordering = ["-month", "provider"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "provider", "fund", "kind", "clearing"],
                nulls_distinct=False,
                name="provider_adjustment_once",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["release", "forfeit"]) | Q(amount__gt=0),
                name="provider_adjustment_possible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} · {self.get_kind_display()}"
