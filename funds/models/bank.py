"""Accounts at banks, what the banks say of them, and term deposits."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .accounts import Account
from .fund import Fund
from .payments import user


class BankAccount(models.Model):
    """The account at a bank or treasury on which a fund's income, spending or fiscal money lies."""

    fund = models.ForeignKey(
        Fund, models.PROTECT, related_name="bank_accounts", verbose_name=_("fund")
    )
    ledger = models.ForeignKey(
        Account, models.PROTECT, related_name="+", verbose_name=_("ledger account")
    )
    bank = models.CharField(_("bank"), max_length=60)
    number = models.CharField(_("account number"), max_length=34, unique=True)
    opened_on = models.DateField(_("opened"))

    class Meta:
        verbose_name = _("account at a bank")
        verbose_name_plural = _("accounts at banks")
        ordering = ["fund", "ledger"]
        constraints = [
            models.UniqueConstraint(fields=["fund", "ledger"], name="bank_account_one_per_ledger"),
        ]

    def __str__(self) -> str:
        return f"{self.bank} · •••• {self.number[-4:]}"


class BankStatement(models.Model):
    """A statement of a bank, read once: it goes on where the one before ended, and adds up."""

    account = models.ForeignKey(
        BankAccount, models.PROTECT, related_name="statements", verbose_name=_("account at a bank")
    )
    number = models.CharField(_("bank's number"), max_length=40)
    sha256 = models.CharField(_("checksum"), max_length=64, unique=True)
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("to"))
    opening = models.BigIntegerField(_("opening balance in fen"))
    closing = models.BigIntegerField(_("closing balance in fen"))
    by = user(_("read by"))
    read_at = models.DateTimeField(_("read"), auto_now_add=True)

    class Meta:
        verbose_name = _("bank statement")
        verbose_name_plural = _("bank statements")
        ordering = ["-last_day", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "number"], name="bank_statement_once"),
            models.CheckConstraint(
                condition=Q(first_day__lte=F("last_day")), name="bank_statement_days_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} · {self.number}"


class BankLine(models.Model):
    """A line of a statement: fen above zero came in, below zero went out."""

    statement = models.ForeignKey(
        BankStatement, models.PROTECT, related_name="lines", verbose_name=_("bank statement")
    )
    place = models.IntegerField(_("line"))
    on = models.DateField(_("date"))
    amount = models.BigIntegerField(_("amount in fen"))
    reference = models.CharField(_("reference"), max_length=64, blank=True, default="")
    text = models.CharField(_("text"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("line of a bank statement")
        verbose_name_plural = _("lines of bank statements")
        ordering = ["statement", "place"]
        constraints = [
            models.UniqueConstraint(fields=["statement", "place"], name="bank_line_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="bank_line_moves_something"),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id}/{self.place}"


class BankMatch(models.Model):
    """That a ledger batch is the other side of a line: what it moved on that account, in fen."""

    line = models.ForeignKey(
        BankLine, models.PROTECT, related_name="matches", verbose_name=_("line")
    )
    account = models.ForeignKey(
        BankAccount, models.PROTECT, related_name="+", verbose_name=_("account at a bank")
    )
    batch_id = models.BigIntegerField(_("ledger batch"))
    amount = models.BigIntegerField(_("amount in fen"))
    # None: the system found it.
    by = user(_("matched by"), null=True, blank=True)

    class Meta:
        verbose_name = _("match of a bank line")
        verbose_name_plural = _("matches of bank lines")
        constraints = [
            models.UniqueConstraint(fields=["account", "batch_id"], name="bank_match_batch_once"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} = {self.batch_id}"


class BankNote(models.Model):
    """Why a line, or what we booked, has no other side yet: said by somebody, kept beside it."""

    account = models.ForeignKey(
        BankAccount, models.PROTECT, related_name="notes", verbose_name=_("account at a bank")
    )
    line = models.OneToOneField(
        BankLine, models.PROTECT, null=True, blank=True, related_name="note", verbose_name=_("line")
    )
    batch_id = models.BigIntegerField(_("ledger batch"), null=True, blank=True)
    text = models.CharField(_("explanation"), max_length=200)
    by = user(_("by"))
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("explanation of a difference")
        verbose_name_plural = _("explanations of differences")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "batch_id"],
                condition=Q(batch_id__isnull=False),
                name="bank_note_batch_once",
            ),
            models.CheckConstraint(
                condition=Q(line__isnull=True, batch_id__isnull=False)
                | Q(line__isnull=False, batch_id__isnull=True),
                name="bank_note_of_one_side",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class TaxDay(models.Model):
    """What the tax office says it collected for a fund and handed over on a day."""

    fund = models.ForeignKey(Fund, models.PROTECT, related_name="tax_days", verbose_name=_("fund"))
    day = models.DateField(_("day"))
    amount = models.BigIntegerField(_("amount in fen"))
    by = user(_("entered by"))
    entered_at = models.DateTimeField(_("entered"), auto_now_add=True)

    class Meta:
        verbose_name = _("day of the tax office")
        verbose_name_plural = _("days of the tax office")
        ordering = ["-day", "fund"]
        constraints = [
            models.UniqueConstraint(fields=["fund", "day"], name="tax_day_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="tax_day_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.fund} · {self.day}"


class DayReconciliation(models.Model):
    """One of the three comparisons of a day: the agency's books with the bank, the treasury, the tax office.

    `explained` is the part of the difference that single items account for, each named.
    """

    class With(models.TextChoices):
        BANK = "bank", _("Agency and bank")
        TREASURY = "treasury", _("Agency and treasury")
        TAX = "tax", _("Agency and tax office")

    fund = models.ForeignKey(
        Fund, models.PROTECT, related_name="day_reconciliations", verbose_name=_("fund")
    )
    account = models.ForeignKey(
        BankAccount,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("account at a bank"),
    )
    what = models.CharField(_("comparison"), max_length=8, choices=With.choices)
    day = models.DateField(_("day"))
    ours = models.BigIntegerField(_("our books, in fen"))
    theirs = models.BigIntegerField(_("their books, in fen"))
    explained = models.BigIntegerField(_("explained, in fen"))
    open_items = models.IntegerField(_("items without an explanation"), default=0)
    at = models.DateTimeField(_("compared"), auto_now=True)

    class Meta:
        verbose_name = _("reconciliation of a day")
        verbose_name_plural = _("reconciliations of days")
        ordering = ["-day", "fund", "what"]
        constraints = [
            models.UniqueConstraint(
                fields=["fund", "account", "what", "day"],
                nulls_distinct=False,
                name="day_reconciliation_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fund} · {self.get_what_display()} · {self.day}"

    @property
    def agrees(self) -> bool:
        """Whether both sides are the same, but for items that somebody explained."""
        return self.ours - self.theirs == self.explained and not self.open_items


class TermDeposit(models.Model):
    """Money of the fiscal special account that lies at a bank until a day, at a yearly rate."""

    fund = models.ForeignKey(
        Fund, models.PROTECT, related_name="term_deposits", verbose_name=_("fund")
    )
    bank = models.CharField(_("bank"), max_length=60)
    receipt = models.CharField(_("bank's certificate"), max_length=40)
    amount = models.BigIntegerField(_("amount in fen"))
    rate = models.IntegerField(_("yearly rate in millionths"))
    placed_on = models.DateField(_("placed"))
    months = models.SmallIntegerField(_("months"))
    due_on = models.DateField(_("due"))
    maker = user(_("placed by"))
    checker = user(_("approved by"), null=True, blank=True)
    returned_on = models.DateField(_("returned"), null=True, blank=True)
    interest = models.BigIntegerField(_("interest received, in fen"), null=True, blank=True)

    class Meta:
        verbose_name = _("term deposit")
        verbose_name_plural = _("term deposits")
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["bank", "receipt"], name="term_deposit_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, rate__gte=0, months__gt=0), name="term_deposit_real"
            ),
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | ~Q(checker=F("maker")),
                name="term_deposit_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(returned_on__isnull=True, interest__isnull=True)
                | Q(returned_on__isnull=False, interest__gte=0, checker__isnull=False),
                name="term_deposit_returned_with_interest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank} · {self.receipt}"
