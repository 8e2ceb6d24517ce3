"""Where a fund's money comes from besides contributions, and the reserves it may fall back on."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .fund import Fund
from .payments import user


class Channel(models.TextChoices):
    """筹资渠道 (社会保险法第六十五条、第七十一条；全国社会保障基金条例第二条)."""

    CENTRAL = "central", _("Subsidy of the central government")
    LOCAL = "local", _("Subsidy of the local government")
    CAPITAL = "capital", _("Transferred state-owned capital")
    LOTTERY = "lottery", _("Lottery funds")
    OTHER = "other", _("Other income")


class StateHolding(models.Model):
    """Equity of a state-owned enterprise that was transferred to a fund (国发〔2017〕49号).

    `equity` is the whole of the state-owned equity in fen, `transferred` the part that the law names.
    The fund receives its dividends; it does not run the enterprise.
    """

    fund = models.ForeignKey(Fund, models.PROTECT, related_name="holdings", verbose_name=_("fund"))
    enterprise = models.CharField(_("enterprise"), max_length=120)
    credit_code = models.CharField(_("unified social credit code"), max_length=18)
    equity = models.BigIntegerField(_("state-owned equity in fen"))
    transferred = models.BigIntegerField(_("equity transferred in fen"))
    transferred_on = models.DateField(_("transferred"))
    document = models.CharField(_("document"), max_length=120)
    maker = user(_("entered by"))
    checker = user(_("approved by"), null=True, blank=True)

    class Meta:
        verbose_name = _("holding of state-owned equity")
        verbose_name_plural = _("holdings of state-owned equity")
        ordering = ["-transferred_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["fund", "credit_code"], name="state_holding_once"),
            models.CheckConstraint(
                condition=Q(equity__gt=0, transferred__gt=0) & Q(transferred__lte=F("equity")),
                name="state_holding_part_of_the_whole",
            ),
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | ~Q(checker=F("maker")),
                name="state_holding_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return self.enterprise


class FundingDue(models.Model):
    """Money that a treasury, an enterprise or another payer owes a fund for a year, in fen.

    Entered by one with the document that says so, approved by another; from then on it is due.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Waiting for approval")
        DUE = "due", _("Due")
        RECEIVED = "received", _("Received")
        REJECTED = "rejected", _("Turned down")

    fund = models.ForeignKey(Fund, models.PROTECT, related_name="dues", verbose_name=_("fund"))
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    year = models.SmallIntegerField(_("year"))
    amount = models.BigIntegerField(_("amount in fen"))
    due_on = models.DateField(_("due on"))
    document = models.CharField(_("document"), max_length=120)
    holding = models.ForeignKey(
        StateHolding,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="dividends",
        verbose_name=_("holding"),
    )
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT)
    maker = user(_("entered by"))
    checker = user(_("decided by"), null=True, blank=True)
    refusal = models.CharField(_("why it was turned down"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("financing due")
        verbose_name_plural = _("financing due")
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="funding_due_positive"),
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | ~Q(checker=F("maker")),
                name="funding_due_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(checker__isnull=False),
                name="funding_due_decided_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fund} · {self.get_channel_display()} · {self.year}"


class FundingReceipt(models.Model):
    """Money that arrived on what is due: entered by one, posted by another, reversed by its opposite."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Waiting for approval")
        POSTED = "posted", _("Posted")
        REJECTED = "rejected", _("Turned down")
        REVERSED = "reversed", _("Reversed")

    due = models.ForeignKey(
        FundingDue, models.PROTECT, related_name="receipts", verbose_name=_("financing due")
    )
    amount = models.BigIntegerField(_("amount in fen"))
    received_on = models.DateField(_("received"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT)
    maker = user(_("entered by"))
    checker = user(_("decided by"), null=True, blank=True)
    reversed_by = user(_("reversed by"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("receipt of financing")
        verbose_name_plural = _("receipts of financing")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="funding_receipt_positive"),
            models.CheckConstraint(
                condition=(Q(checker__isnull=True) | ~Q(checker=F("maker")))
                & (Q(reversed_by__isnull=True) | ~Q(reversed_by=F("maker"))),
                name="funding_receipt_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(checker__isnull=False),
                name="funding_receipt_decided_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.due} · {self.received_on}"


class ReserveMove(models.Model):
    """Money set aside for risk, taken from it, or granted to a fund by the reserve of the nation.

    Proposed by one with the document that allows it, approved by another, who posts it; reversed by
    its exact opposite. `to` is the fund that the nation's reserve grants money to.
    """

    class Kind(models.TextChoices):
        ASIDE = "aside", _("Set aside for risk")
        USE = "use", _("Taken from the risk reserve")
        GRANT = "grant", _("Granted by the nation's reserve")

    class State(models.TextChoices):
        DRAFT = "draft", _("Waiting for approval")
        POSTED = "posted", _("Posted")
        REJECTED = "rejected", _("Turned down")
        REVERSED = "reversed", _("Reversed")

    kind = models.CharField(_("kind"), max_length=5, choices=Kind.choices)
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="+", verbose_name=_("fund"))
    to = models.ForeignKey(
        Fund,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("granted to"),
    )
    amount = models.BigIntegerField(_("amount in fen"))
    document = models.CharField(_("document"), max_length=120)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT)
    maker = user(_("proposed by"))
    made_at = models.DateTimeField(_("proposed"), auto_now_add=True)
    checker = user(_("decided by"), null=True, blank=True)
    posted_on = models.DateField(_("posted"), null=True, blank=True)
    reversed_by = user(_("reversed by"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("use of a reserve")
        verbose_name_plural = _("uses of reserves")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="reserve_move_positive"),
            models.CheckConstraint(
                condition=Q(kind="grant", to__isnull=False) & ~Q(to=F("fund"))
                | ~Q(kind="grant") & Q(to__isnull=True),
                name="reserve_move_grants_to_another",
            ),
            models.CheckConstraint(
                condition=(Q(checker__isnull=True) | ~Q(checker=F("maker")))
                & (Q(reversed_by__isnull=True) | ~Q(reversed_by=F("maker"))),
                name="reserve_move_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(checker__isnull=False),
                name="reserve_move_decided_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fund} · {self.get_kind_display()}"
