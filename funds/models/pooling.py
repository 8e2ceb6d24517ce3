"""Money between the levels of one branch: rounds in which regions share, and each payment up or down (上解下拨)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from funds.params import PoolingMethod
from socsec.kernel.months import format_month
from socsec.office.models import PolicyEdition, Region

from .fund import Fund
from .payments import user

METHODS = [
    (int(PoolingMethod.CENTRAL_ADJUSTMENT), _("Central adjustment fund")),
    (int(PoolingMethod.BALANCE), _("Surpluses against gaps")),
]


class PoolingRound(models.Model):
    """The sharing of one branch and scheme within a region, for some months of a year.

    Drafted and previewed by one of the level that keeps the pool, approved there by another; then
    each region agrees to its part with two people of its own, and all of it is posted at once.
    """

    class State(models.TextChoices):
        DRAFTED = "drafted", _("Drafted")
        PREVIEWED = "previewed", _("Previewed")
        APPROVED = "approved", _("Approved above, regions agree")
        POSTED = "posted", _("Posted")
        REVERSED = "reversed", _("Reversed")
        ABANDONED = "abandoned", _("Abandoned")

    GONE = (State.REVERSED, State.ABANDONED)

    fund = models.ForeignKey(
        Fund, models.PROTECT, related_name="rounds", verbose_name=_("fund of the level above")
    )
    since = models.IntegerField(_("first month"))
    until = models.IntegerField(_("last month"))
    method = models.SmallIntegerField(_("method"), choices=METHODS)
    edition = models.ForeignKey(
        PolicyEdition,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("policy edition"),
    )
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.DRAFTED)
    total = models.BigIntegerField(_("moved up and down, in fen"), default=0)
    maker = user(_("drafted by"))
    drafted_at = models.DateTimeField(_("drafted"), auto_now_add=True)
    checker = user(_("approved by"), null=True, blank=True)
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    posted_on = models.DateField(_("posted"), null=True, blank=True)
    reversal_asked_by = user(_("reversal asked by"), null=True, blank=True)
    reversed_by = user(_("reversed by"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("pooling round")
        verbose_name_plural = _("pooling rounds")
        ordering = ["-since", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["fund", "since"],
                condition=~Q(state__in=["reversed", "abandoned"]),
                name="pooling_round_once",
            ),
            models.CheckConstraint(
                condition=Q(until__gte=F("since")), name="pooling_round_months_in_order"
            ),
            models.CheckConstraint(
                condition=(Q(checker__isnull=True) | ~Q(checker=F("maker")))
                & (Q(reversed_by__isnull=True) | ~Q(reversed_by=F("reversal_asked_by"))),
                name="pooling_round_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "posted", "reversed"])
                | Q(checker__isnull=False, approved_at__isnull=False),
                name="pooling_round_approved_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(state="reversed") | Q(reversed_by__isnull=False),
                name="pooling_round_reversed_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fund} · {self.span}"

    @property
    def span(self) -> str:
        """The months, as people write them."""
        first, last = format_month(self.since), format_month(self.until)
        return first if first == last else f"{first} – {last}"

    @property
    def months(self) -> int:
        return self.until - self.since + 1


class PoolingPart(models.Model):
    """One region's part in a round, in fen: what it hands up and is granted, and who pays the rest.

    `figures` are what it was worked out from, `sources` says where each came from, `sheets` is the
    working. Two people of the region agree; one of them may object instead, and the round is worked
    out anew. `fund` is empty where the region keeps no fund in these books: seen, never posted.
    """

    round = models.ForeignKey(
        PoolingRound, models.CASCADE, related_name="parts", verbose_name=_("round")
    )
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("region"))
    fund = models.ForeignKey(
        Fund, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("fund")
    )
    figures = models.JSONField(_("figures"), default=dict)
    sources = models.JSONField(_("where the figures come from"), default=dict)
    sheets = models.JSONField(_("working"), default=list)
    up = models.BigIntegerField(_("handed up"), default=0)
    down = models.BigIntegerField(_("granted"), default=0)
    central = models.BigIntegerField(_("subsidy from above"), default=0)
    local = models.BigIntegerField(_("subsidy of its own treasury"), default=0)
    maker = user(_("agreed by"), null=True, blank=True)
    checker = user(_("confirmed by"), null=True, blank=True)
    objection = models.CharField(_("objection"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("part in a pooling round")
        verbose_name_plural = _("parts in pooling rounds")
        ordering = ["-round__since", "round", "region"]
        constraints = [
            models.UniqueConstraint(fields=["round", "region"], name="pooling_part_once"),
            models.CheckConstraint(
                condition=Q(up__gte=0, down__gte=0, central__gte=0, local__gte=0),
                name="pooling_part_not_below_nought",
            ),
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | ~Q(checker=F("maker")),
                name="pooling_part_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region} · {self.round.span}"

    @property
    def net(self) -> int:
        """Above nought the region gains."""
        return self.down - self.up

    @property
    def moves(self) -> bool:
        return bool(self.up or self.down)


class PoolingTransfer(models.Model):
    """One payment between two levels, posted on both funds or on neither.

    Two people of the level that pays, two of the level that receives; no one of them acts twice.
    A mistaken one is taken back when one level asks and the other agrees.
    """

    class State(models.TextChoices):
        DRAFTED = "drafted", _("Drafted")
        SENT = "sent", _("Approved by the payer")
        ACCEPTED = "accepted", _("Checked by the payee")
        POSTED = "posted", _("Posted")
        REJECTED = "rejected", _("Turned down")
        REVERSED = "reversed", _("Reversed")

    payer = models.ForeignKey(Fund, models.PROTECT, related_name="+", verbose_name=_("paid by"))
    payee = models.ForeignKey(Fund, models.PROTECT, related_name="+", verbose_name=_("received by"))
    up = models.BooleanField(_("handed up"))
    month = models.IntegerField(_("month"))
    amount = models.BigIntegerField(_("amount in fen"))
    purpose = models.CharField(_("purpose"), max_length=200)
    part = models.ForeignKey(
        PoolingPart,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="transfers",
        verbose_name=_("part in a round"),
    )
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFTED)
    payer_maker = user(_("drafted by"))
    payer_checker = user(_("approved by"), null=True, blank=True)
    payee_maker = user(_("checked by"), null=True, blank=True)
    payee_checker = user(_("confirmed by"), null=True, blank=True)
    drafted_at = models.DateTimeField(_("drafted"), auto_now_add=True)
    posted_on = models.DateField(_("posted"), null=True, blank=True)
    reversal_asked_by = user(_("reversal asked by"), null=True, blank=True)
    reversed_by = user(_("reversed by"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("transfer between levels")
        verbose_name_plural = _("transfers between levels")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="pooling_transfer_positive"),
            models.CheckConstraint(
                condition=~Q(payer=F("payee")), name="pooling_transfer_two_funds"
            ),
            models.CheckConstraint(
                condition=(Q(payer_checker__isnull=True) | ~Q(payer_checker=F("payer_maker")))
                & (
                    Q(payee_maker__isnull=True)
                    | ~Q(payee_maker=F("payer_maker")) & ~Q(payee_maker=F("payer_checker"))
                )
                & (
                    Q(payee_checker__isnull=True)
                    | ~Q(payee_checker=F("payer_maker"))
                    & ~Q(payee_checker=F("payer_checker"))
                    & ~Q(payee_checker=F("payee_maker"))
                ),
                name="pooling_transfer_four_people",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["posted", "reversed"])
                | Q(
                    payer_checker__isnull=False,
                    payee_maker__isnull=False,
                    payee_checker__isnull=False,
                    posted_on__isnull=False,
                ),
                name="pooling_transfer_approved_on_both_levels",
            ),
            models.CheckConstraint(
                condition=Q(reversed_by__isnull=True) | ~Q(reversed_by=F("reversal_asked_by")),
                name="pooling_transfer_reversed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payer.region} → {self.payee.region} · {format_month(self.month)}"
