"""Individual accounts (个人账户): what was credited, what it earned, what was drawn."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from funds.models import Fund
from socsec.kernel.months import format_month


class AccountState(models.IntegerChoices):
    CONTRIBUTING = 1, _("Contributing")
    PAYING = 2, _("In payment")
    CLOSED = 3, _("Closed")


class EntryKind(models.IntegerChoices):
    OPENING = 1, _("Opening balance")
    CREDIT = 2, _("Contribution")
    INTEREST = 3, _("Interest")
    BENEFIT = 4, _("Pension paid from the account")
    CLOSE = 5, _("Closed")
    REVERSAL = 6, _("Reversal")
    RESTORED = 7, _("Given back for overpaid months")
    CORRECTED = 8, _("Contribution corrected")
    MADE_REAL = 9, _("Written-down part made real")
    SENT = 10, _("Transferred to another fund")
    TAKEN_OVER = 11, _("Taken over from another fund")
    GIVEN_BACK = 12, _("Given back for months insured twice")


class Side(models.IntegerChoices):
    """Whose money an entry is, where a scheme keeps the parts of an account apart.

    An employee's account is of one kind throughout. `NOTIONAL` is the part of an occupational
    annuity that the treasury has only written down (国办发〔2015〕18号第六条): no money lies behind it
    until it is made real.
    """

    WHOLE = 0, _("Not divided")
    OWN = 1, _("Own contribution")
    SPONSOR = 2, _("Paid by a sponsor")
    COLLECTIVE = 3, _("Collective subsidy")
    GOVERNMENT = 4, _("Government subsidy")
    EMPLOYER = 5, _("Employer's part")
    NOTIONAL = 6, _("Employer's part, written down only")


class IndividualAccount(models.Model):
    """One person's account in one fund. What is in it, its entries tell.

    Who was insured in two pooling regions has an account in each until one is transferred.
    """

    pk = models.CompositePrimaryKey("person_id", "fund_id")
    person_id = models.BigIntegerField(_("person"))
    fund_id = models.BigIntegerField(_("fund"))
    region = models.CharField(_("region"), max_length=6)
    state = models.PositiveSmallIntegerField(
        _("state"), choices=AccountState.choices, default=AccountState.CONTRIBUTING
    )
    opened_month = models.IntegerField(_("opened"))

    class Meta:
        verbose_name = _("individual account")
        verbose_name_plural = _("individual accounts")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=AccountState.values), name="account_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.region}"


class AccountEntry(models.Model):
    """One line of an individual account. Never changed, never deleted: corrections are reversals.

    `seq` counts an account's entries from 1, and `balance` is what the account holds after this
    one: two writers cannot both add the next entry, and no entry can overdraw the account.

    `month` is what the entry is for: a contribution month, the last month of interest, the month
    of a payroll. `bears_from` is the month from which it earns interest (or ceases to, if it was
    taken out). `reference` says what it comes from: a receipt (CREDIT, CORRECTED), a run (INTEREST, BENEFIT),
    an award (CLOSE, RESTORED, and the INTEREST up to retirement), a transfer (SENT, TAKEN_OVER,
    GIVEN_BACK), the entry undone (REVERSAL). `rate` marks
    interest: the bookkeeping rate it was computed with, in millionths. `side` says whose money it
    is. MADE_REAL comes in pairs: out of the notional part, into the funded one.
    """

    pk = models.CompositePrimaryKey("person_id", "fund_id", "seq")
    person_id = models.BigIntegerField(_("person"))
    fund_id = models.BigIntegerField(_("fund"))
    seq = models.IntegerField(_("number"))
    kind = models.PositiveSmallIntegerField(_("kind"), choices=EntryKind.choices)
    month = models.IntegerField(_("month"))
    bears_from = models.IntegerField(_("bears interest from"))
    amount = models.BigIntegerField(_("amount"))
    balance = models.BigIntegerField(_("balance"))
    rate = models.IntegerField(_("bookkeeping rate"), null=True, blank=True)
    reference = models.BigIntegerField(_("reference"), default=0)
    part = models.PositiveSmallIntegerField(_("part"), default=0)
    side = models.PositiveSmallIntegerField(
        _("whose money"), choices=Side.choices, default=Side.WHOLE, db_default=Side.WHOLE
    )
    batch_id = models.BigIntegerField(_("ledger batch"))

    class Meta:
        verbose_name = _("account entry")
        verbose_name_plural = _("account entries")
        ordering = ["person_id", "fund_id", "seq"]
        indexes = [
            # Entries are written in the order of time: a few pages hold those of a year.
            BrinIndex(fields=["bears_from"], name="account_entry_bears_from"),
        ]
        constraints = [
            # A receipt is credited once for each month, an entry undone once.
            models.UniqueConstraint(
                fields=["person_id", "fund_id", "reference", "month", "part", "side"],
                condition=models.Q(kind=EntryKind.CREDIT),
                name="account_entry_credited_once",
            ),
            models.UniqueConstraint(
                fields=["person_id", "fund_id", "reference"],
                condition=models.Q(kind=EntryKind.REVERSAL),
                name="account_entry_reversed_once",
            ),
            models.CheckConstraint(
                condition=models.Q(balance__gte=0), name="account_entry_not_overdrawn"
            ),
            models.CheckConstraint(condition=models.Q(seq__gte=1), name="account_entry_from_one"),
            models.CheckConstraint(
                condition=models.Q(kind__in=[EntryKind.OPENING, EntryKind.CREDIT], amount__gt=0)
                | models.Q(kind__in=[EntryKind.BENEFIT, EntryKind.CLOSE], amount__lt=0)
                | (
                    models.Q(
                        kind__in=[
                            EntryKind.INTEREST,
                            EntryKind.REVERSAL,
                            EntryKind.RESTORED,
                            EntryKind.CORRECTED,
                            EntryKind.MADE_REAL,
                            EntryKind.SENT,
                            EntryKind.TAKEN_OVER,
                            EntryKind.GIVEN_BACK,
                        ]
                    )
                    & ~models.Q(amount=0)
                ),
                name="account_entry_sign_of_its_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {format_month(self.month)}"

    @property
    def words(self) -> Any:
        """What the entry is, for a statement: interest up to a retirement, a transfer or a death is told
        apart from that of a whole year."""
        december = 12 - 1
        if self.kind == EntryKind.INTEREST and self.month % 12 != december:
            return _("Interest for a part of the year")
        return self.get_kind_display()


class CreditedReceipt(models.Model):
    """How much of a receipt's allocation to months has been carried to individual accounts, in fen.

    A receipt whose allocated amount differs has allocations that wait to be credited.
    """

    receipt_id = models.BigIntegerField(_("receipt"), primary_key=True)
    allocated = models.BigIntegerField(_("allocated"))
    credited_at = models.DateTimeField(_("credited"), auto_now=True)

    class Meta:
        verbose_name = _("credited receipt")
        verbose_name_plural = _("credited receipts")

    def __str__(self) -> str:
        return str(self.receipt_id)


class OpeningState(models.TextChoices):
    DRAFT = "draft", _("Waiting for approval")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")


class OpeningBalance(models.Model):
    """A balance from books kept before these: entered by one, posted when a second one approves.

    `month` is the last month of contributions and interest that `amount`, in fen, holds. `notional`
    is what of it the treasury has only written down: in an occupational annuity.
    """

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="opening_balances", verbose_name=_("person")
    )
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="+", verbose_name=_("fund"))
    region = models.CharField(_("region"), max_length=6)
    amount = models.BigIntegerField(_("amount"))
    notional = models.BigIntegerField(_("of it written down only"), default=0, db_default=0)
    month = models.IntegerField(_("up to month"))
    document = models.CharField(_("document"), max_length=200)
    state = models.CharField(
        _("state"), max_length=8, choices=OpeningState.choices, default=OpeningState.DRAFT
    )
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("opening balance")
        verbose_name_plural = _("opening balances")
        ordering = ["-recorded_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "fund"],
                condition=~models.Q(state=OpeningState.REJECTED),
                name="opening_balance_once",
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0, notional__gte=0, notional__lte=models.F("amount")),
                name="opening_balance_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(checker__isnull=True) | ~models.Q(checker=models.F("maker")),
                name="opening_balance_four_eyes",
            ),
            models.CheckConstraint(
                condition=models.Q(state=OpeningState.DRAFT) | models.Q(checker__isnull=False),
                name="opening_balance_decided_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.document}"
