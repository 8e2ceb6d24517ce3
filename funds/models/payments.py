"""Payments: an envelope announced first, orders in it, the file to the bank, the bank's answer.

Orders and outcomes are append-only, like the ledger: an order is never changed into a paid one, an
outcome is written beside it. Only the envelope moves through states.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import gettext_lazy as _

from socsec.office.fields import EncryptedField

from . import accounts
from .fund import Fund
from .words import kind_words

# What an order of a kind takes the money from when the bank has paid it: benefits, unless it gives
# back what stood in suspense or was paid twice, hands an entitlement over to another fund, or pays
# a hospital before its bills.
SPENT_FROM = {
    "contribution_refund": accounts.SUSPENSE,
    "overlap_refund": accounts.OTHER_EXPENSE,
    "pension_transfer": accounts.TRANSFER_EXPENSE,
    "provider_advance": accounts.ADVANCES,
}


def user(label: Any, **more: Any) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=label,
        **more,
    )


class PaymentBatch(models.Model):
    """The envelope: how many orders over how much are to come is written on it before the first."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        RELEASED = "released", _("Released to the bank")
        RECONCILED = "reconciled", _("Reconciled")
        CANCELLED = "cancelled", _("Cancelled")

    fund = models.ForeignKey(
        Fund, models.PROTECT, related_name="payment_batches", verbose_name=_("fund")
    )
    kind = models.CharField(_("kind"), max_length=32)
    source = models.CharField(_("source"), max_length=80)
    region = models.CharField(_("region"), max_length=6)
    month = models.IntegerField(_("month"))
    pay_on = models.DateField(_("payment date"))
    count = models.BigIntegerField(_("orders announced"))
    total = models.BigIntegerField(_("total announced, in fen"))
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.OPEN)
    maker = user(_("prepared by"))
    opened_at = models.DateTimeField(_("opened"), auto_now_add=True)
    checker = user(_("released by"), null=True, blank=True)
    released_at = models.DateTimeField(_("released"), null=True, blank=True)
    # The day on which the ledger books the release, and before which the bank cannot have paid.
    released_on = models.DateField(_("booked on"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=120, blank=True, default="")

    class Meta:
        verbose_name = _("payment batch")
        verbose_name_plural = _("payment batches")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["source"], name="payment_batch_once_per_source"),
            models.CheckConstraint(
                condition=Q(count__gt=0, total__gt=0), name="payment_batch_not_empty"
            ),
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | ~Q(checker=F("maker")),
                name="payment_batch_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "cancelled"])
                | Q(checker__isnull=False, released_at__isnull=False, released_on__isnull=False),
                name="payment_batch_released_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{kind_words(self.kind)} · {self.id}"

    @property
    def spent_from(self) -> int:
        """The account that is debited when the bank has paid."""
        return SPENT_FROM.get(self.kind, accounts.BENEFITS)


class PaymentOrder(models.Model):
    """One payment, complete in itself: whoever reads it needs nothing else to pay it.

    `account` holds ciphertext, copied as it is from the payee's account on file. Person 0 stands for
    an organisation, such as a hospital: `seq` tells those of an envelope apart. `attempt` 2 is the one repetition after the bank returned the
    first, which `reorders_batch_id` and `reorders_seq` name; a second `reorders_try` of it exists
    only after the envelope of the one before was cancelled.
    """

    pk = models.CompositePrimaryKey("person_id", "batch_id", "seq")
    person_id = models.BigIntegerField(_("person"))
    batch_id = models.BigIntegerField(_("payment batch"), db_index=True)
    amount = models.BigIntegerField(_("amount in fen"))
    reorders_batch_id = models.BigIntegerField(_("repeats an order of batch"), null=True)
    reorders_seq = models.IntegerField(_("repeats order"), null=True)
    seq = models.IntegerField(_("sequence"))
    month = models.IntegerField(_("month"))
    attempt = models.SmallIntegerField(_("attempt"))
    reorders_try = models.SmallIntegerField(_("try of the repetition"), null=True)
    region = models.CharField(_("region"), max_length=6)
    payee = models.CharField(_("payee"), max_length=60)
    bank = models.CharField(_("bank"), max_length=60)
    account = EncryptedField(_("account number"))
    last_four = models.CharField(_("last four digits"), max_length=4)
    source = models.CharField(_("source"), max_length=80)

    class Meta:
        verbose_name = _("payment order")
        verbose_name_plural = _("payment orders")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, person_id__gte=0), name="payment_order_pays_someone"
            ),
            models.CheckConstraint(
                condition=Q(
                    attempt=1,
                    reorders_batch_id__isnull=True,
                    reorders_seq__isnull=True,
                    reorders_try__isnull=True,
                )
                | Q(
                    attempt=2,
                    reorders_batch_id__isnull=False,
                    reorders_seq__isnull=False,
                    reorders_try__isnull=False,
                ),
                name="payment_order_repeated_once",
            ),
            # The shortest ciphertext is longer than the longest account number.
            models.CheckConstraint(
                condition=GreaterThanOrEqual(Length("account"), 48),
                name="payment_order_account_encrypted",
            ),
            models.UniqueConstraint(
                fields=["person_id", "reorders_batch_id", "reorders_seq", "reorders_try"],
                condition=Q(reorders_batch_id__isnull=False),
                name="payment_order_repetition_once",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """What the bank quotes back: made of the key, so it is unique and the same everywhere."""
        return f"P{self.batch_id}-{self.person_id}-{self.seq}"


class PaymentOutcome(models.Model):
    """What the bank did with an order. A payment that went out can still come back: two rows."""

    class Outcome(models.IntegerChoices):
        PAID = 1, _("Paid")
        RETURNED = 2, _("Returned by the bank")

    pk = models.CompositePrimaryKey("person_id", "batch_id", "seq", "outcome")
    person_id = models.BigIntegerField(_("person"))
    batch_id = models.BigIntegerField(_("payment batch"), db_index=True)
    return_id = models.BigIntegerField(_("bank return"), db_index=True)
    amount = models.BigIntegerField(_("amount in fen"))
    seq = models.IntegerField(_("sequence"))
    outcome = models.SmallIntegerField(_("outcome"), choices=Outcome.choices)
    # A return of money that had gone out takes the benefit back; one that had not, only the transit.
    late = models.BooleanField(_("after it was reported paid"))
    on = models.DateField(_("date"))
    reason = models.CharField(_("bank's reason"), max_length=120, blank=True, default="")

    class Meta:
        verbose_name = _("payment outcome")
        verbose_name_plural = _("payment outcomes")
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=[1, 2]), name="payment_outcome_paid_or_returned"
            ),
            models.CheckConstraint(
                condition=Q(late=False) | Q(outcome=2), name="payment_outcome_late_is_a_return"
            ),
        ]

    def __str__(self) -> str:
        return f"P{self.batch_id}-{self.person_id}-{self.seq}: {self.get_outcome_display()}"


class BankFile(models.Model):
    """The file that went to the bank: not its text, which holds account numbers, but its proof."""

    batch = models.OneToOneField(
        PaymentBatch,
        models.PROTECT,
        primary_key=True,
        related_name="bank_file",
        verbose_name=_("payment batch"),
    )
    count = models.BigIntegerField(_("lines"))
    total = models.BigIntegerField(_("total in fen"))
    sha256 = models.CharField(_("checksum"), max_length=64)
    by = user(_("written by"))
    written_at = models.DateTimeField(_("written"), auto_now_add=True)

    class Meta:
        verbose_name = _("bank file")
        verbose_name_plural = _("bank files")

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.sha256[:12]}"


class BankReturn(models.Model):
    """An answer of the bank about one envelope, read once. The totals are those the bank states."""

    batch = models.ForeignKey(
        PaymentBatch, models.PROTECT, related_name="returns", verbose_name=_("payment batch")
    )
    number = models.CharField(_("bank's number"), max_length=40)
    sha256 = models.CharField(_("checksum"), max_length=64, unique=True)
    returned_on = models.DateField(_("date"))
    paid_count = models.BigIntegerField(_("paid"))
    paid_total = models.BigIntegerField(_("paid, in fen"))
    returned_count = models.BigIntegerField(_("returned"))
    returned_total = models.BigIntegerField(_("returned, in fen"))
    unmatched = models.BigIntegerField(_("unmatched lines"))
    by = user(_("read by"))
    read_at = models.DateTimeField(_("read"), auto_now_add=True)

    class Meta:
        verbose_name = _("bank return")
        verbose_name_plural = _("bank returns")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "number"], name="bank_return_number_once_per_batch"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class UnmatchedLine(models.Model):
    """A line of a bank return that fits no order: kept, shown, and open until someone settles it."""

    class Why(models.TextChoices):
        UNKNOWN = "unknown", _("No such order in this payment batch")
        AMOUNT = "amount", _("The amount differs from the order")
        REPORTED = "reported", _("This outcome was reported before")

    bank_return = models.ForeignKey(
        BankReturn, models.PROTECT, related_name="lines", verbose_name=_("bank return")
    )
    line = models.IntegerField(_("line"))
    reference = models.CharField(_("reference"), max_length=64)
    amount = models.BigIntegerField(_("amount in fen"))
    outcome = models.SmallIntegerField(_("outcome"), choices=PaymentOutcome.Outcome.choices)
    on = models.DateField(_("date"))
    reason = models.CharField(_("bank's reason"), max_length=120, blank=True, default="")
    why = models.CharField(_("why it fits nothing"), max_length=8, choices=Why.choices)
    settled_by = user(_("settled by"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    note = models.CharField(_("how it was settled"), max_length=120, blank=True, default="")

    class Meta:
        verbose_name = _("unmatched line")
        verbose_name_plural = _("unmatched lines")
        ordering = ["bank_return", "line"]
        constraints = [
            models.UniqueConstraint(fields=["bank_return", "line"], name="unmatched_line_once"),
            models.CheckConstraint(
                condition=Q(settled_by__isnull=True) | ~Q(note=""),
                name="unmatched_line_settled_with_a_note",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank_return_id}/{self.line} {self.reference}"


class Reconciliation(models.Model):
    """A comparison of an envelope with the bank's file, the bank's account or the ledger."""

    class What(models.TextChoices):
        FILE = "file", _("Orders against the bank file")
        ACCOUNT = "account", _("Outcomes against the bank's statement")
        LEDGER = "ledger", _("Outcomes against the ledger")

    batch = models.ForeignKey(
        PaymentBatch,
        models.PROTECT,
        related_name="reconciliations",
        verbose_name=_("payment batch"),
    )
    what = models.CharField(_("comparison"), max_length=8, choices=What.choices)
    expected_count = models.BigIntegerField(_("expected"))
    expected_total = models.BigIntegerField(_("expected, in fen"))
    found_count = models.BigIntegerField(_("found"))
    found_total = models.BigIntegerField(_("found, in fen"))
    by = user(_("by"))
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.get_what_display()}"

    @property
    def agrees(self) -> bool:
        return (self.expected_count, self.expected_total) == (self.found_count, self.found_total)
