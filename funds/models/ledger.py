"""The ledger: append-only transfers in batches, their totals, and the seals that chain the batches.

Loaded by name from `apps.py`: only `funds.services` and `funds.queries` may import it.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from socsec.kernel.months import format_month

from .fund import Fund


class LedgerBatch(models.Model):
    """What one act posted: count, totals and a digest over its transfers, written once, after them.

    `source` names the act and is unique: the same act posts once, however often it is tried.
    """

    fund = models.ForeignKey(Fund, models.PROTECT, related_name="batches", verbose_name=_("fund"))
    kind = models.CharField(_("kind"), max_length=32)
    source = models.CharField(_("source"), max_length=80)
    booked_on = models.DateField(_("booking date"))
    count = models.BigIntegerField(_("transfers"))
    total = models.BigIntegerField(_("total in fen"))
    heads = models.BigIntegerField(_("heads"))
    digest = models.BinaryField(_("digest"), max_length=32)
    reverses = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reversed_by",
        verbose_name=_("reverses"),
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("posted by"),
    )
    posted_at = models.DateTimeField(_("posted"))

    class Meta:
        verbose_name = _("ledger batch")
        verbose_name_plural = _("ledger batches")
        ordering = ["-id"]
        indexes = [models.Index(fields=["fund", "booked_on"], name="ledger_batch_fund_day")]
        constraints = [
            models.UniqueConstraint(fields=["source"], name="ledger_batch_once_per_source"),
            models.CheckConstraint(
                condition=Q(count__gt=0, total__gt=0, heads__gte=0), name="ledger_batch_not_empty"
            ),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True) | ~Q(reverses=F("id")),
                name="ledger_batch_not_its_own_reversal",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.kind}"


class Transfer(models.Model):
    """One posting: `amount` fen from the credited to the debited account of one fund and region.

    Balanced by construction. No foreign keys and no defaults: a mass run inserts it, and the person
    is the key by which the table could be spread. Person 0 is the fund's own money, nobody's.
    `month` is the month it is for; `heads` the people that the amount stands for.
    """

    pk = models.CompositePrimaryKey("person_id", "batch_id", "seq")
    person_id = models.BigIntegerField(_("person"))
    batch_id = models.BigIntegerField(_("batch"), db_index=True)
    amount = models.BigIntegerField(_("amount in fen"))
    fund_id = models.IntegerField(_("fund"))
    seq = models.IntegerField(_("sequence"))
    month = models.IntegerField(_("month"))
    heads = models.IntegerField(_("heads"))
    debit = models.SmallIntegerField(_("debit"))
    credit = models.SmallIntegerField(_("credit"))
    region = models.CharField(_("region"), max_length=6)

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="transfer_amount_positive"),
            models.CheckConstraint(condition=Q(person_id__gte=0), name="transfer_person_known"),
            models.CheckConstraint(condition=Q(heads__gte=0), name="transfer_heads_not_negative"),
            models.CheckConstraint(
                condition=~Q(debit=F("credit")), name="transfer_between_two_accounts"
            ),
            # The digest ends each line with the region, so its width must be known.
            models.CheckConstraint(
                condition=Exact(Length("region"), 6), name="transfer_region_six_digits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.person_id}/{self.seq}"


class BatchTotal(models.Model):
    """What a batch moved between two accounts, by region and month: the books without their rows.

    Balances are sums over these, so that a balance costs the same after a million payments.
    """

    batch = models.ForeignKey(
        LedgerBatch, models.PROTECT, related_name="totals", verbose_name=_("batch")
    )
    region = models.CharField(_("region"), max_length=6)
    month = models.IntegerField(_("month"))
    debit = models.SmallIntegerField(_("debit"))
    credit = models.SmallIntegerField(_("credit"))
    count = models.BigIntegerField(_("transfers"))
    amount = models.BigIntegerField(_("amount in fen"))
    heads = models.BigIntegerField(_("heads"))

    class Meta:
        verbose_name = _("batch total")
        verbose_name_plural = _("batch totals")
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "region", "month", "debit", "credit"], name="batch_total_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.credit} → {self.debit}"


class LedgerSeal(models.Model):
    """A link of the chain: the digest of the seal before it and of the batches it covers.

    Seals are made after the fact and say themselves which batches they cover. A writer therefore
    never waits for another, as it would if each batch carried the digest of the one before.
    """

    number = models.BigIntegerField(_("number"), primary_key=True)
    digest = models.BinaryField(_("digest"), max_length=32)
    count = models.IntegerField(_("batches"))
    sealed_at = models.DateTimeField(_("sealed"))

    class Meta:
        verbose_name = _("ledger seal")
        verbose_name_plural = _("ledger seals")
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(number__gt=0, count__gt=0), name="ledger_seal_not_empty"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}:{bytes(self.digest).hex()}"


class SealedBatch(models.Model):
    """That a batch is covered by a seal."""

    batch = models.OneToOneField(
        LedgerBatch, models.PROTECT, primary_key=True, related_name="sealed"
    )
    seal = models.ForeignKey(LedgerSeal, models.PROTECT, related_name="batches")

    class Meta:
        verbose_name = _("sealed batch")
        verbose_name_plural = _("sealed batches")

    def __str__(self) -> str:
        return f"{self.batch_id} · {self.seal_id}"


class MonthTotal(models.Model):
    """What a fund moved between two accounts in a month of booking, by region.

    The sum of the batch totals but for those that `UnsummedBatch` names: whoever reads adds both.
    Nobody who posts waits for it. Trial balance and statements cost the same after years of postings.
    """

    pk = models.CompositePrimaryKey("fund_id", "period", "region", "debit", "credit")
    fund_id = models.IntegerField(_("fund"))
    period = models.IntegerField(_("month of booking"))
    region = models.CharField(_("region"), max_length=6)
    debit = models.SmallIntegerField(_("debit"))
    credit = models.SmallIntegerField(_("credit"))
    count = models.BigIntegerField(_("transfers"))
    amount = models.BigIntegerField(_("amount in fen"))
    heads = models.BigIntegerField(_("heads"))

    class Meta:
        verbose_name = _("month total")
        verbose_name_plural = _("month totals")

    def __str__(self) -> str:
        return f"{self.fund_id} {format_month(self.period)}: {self.credit} → {self.debit}"


class UnsummedBatch(models.Model):
    """A batch that the month totals do not hold yet; the database writes it with the batch."""

    batch = models.OneToOneField(
        LedgerBatch, models.CASCADE, primary_key=True, related_name="unsummed"
    )

    class Meta:
        verbose_name = _("batch not added up yet")
        verbose_name_plural = _("batches not added up yet")

    def __str__(self) -> str:
        return str(self.batch_id)
