"""Entitlements on their way from one fund to another: between regions, or between schemes."""

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.models import Movement, Person
from funds.models import Branch, Fund, PaymentBatch, Scheme
from socsec.kernel.months import format_month
from socsec.office.fields import EncryptedField
from socsec.office.models import Case

from .claim import Category


class TransferKind(models.TextChoices):
    RECORD = "record", _("Record that moved to another region")
    TEMPORARY = "temporary", _("Temporary account that joins its record")
    LINK = "link", _("From one scheme to another")
    ANNUITY = "annuity", _("Occupational annuity")


class TransferState(models.TextChoices):
    ASKED = "asked", _("The new place looks at the request")
    DUE = "due", _("The old place draws up the form")
    SENT = "sent", _("The money is on its way")
    ARRIVED = "arrived", _("The new place compares form and money")
    BACK = "back", _("Rejected; the money is on its way back")
    DONE = "done", _("Transferred")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class TransferStep(models.TextChoices):
    """What a case of a transfer is for; the value ends its kind."""

    ASK = "ask", _("Look at a request to link schemes")
    SEND = "send", _("Draw up the form and pay")
    RECEIVE = "receive", _("Compare form and money")


class Transfer(models.Model):
    """What one fund hands over to another for one person, from the form to its arrival.

    `account`, `pool` and `refund` are fen: of the individual account, of the pooled fund, and what
    stays behind for the person because months were insured twice. `turn` counts the forms: one that
    was rejected is followed by the next. Without a `from_fund` or a `to_fund` that office keeps
    books of its own and is spoken to through the partner API; `partner` is its system and
    `reference` its number. From the moment a form leaves (`out`) until the money has arrived or is
    back, the entitlement is in flight and belongs to neither account.
    """

    OPEN = (
        TransferState.ASKED,
        TransferState.DUE,
        TransferState.SENT,
        TransferState.ARRIVED,
        TransferState.BACK,
    )
    IN_FLIGHT = (TransferState.SENT, TransferState.ARRIVED, TransferState.BACK)

    public_id = models.UUIDField(
        _("public number"), db_default=RandomUUID(), unique=True, editable=False
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="transfers", verbose_name=_("person")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=TransferKind.choices)
    branch = models.PositiveSmallIntegerField(
        _("branch"), choices=Branch.choices, default=Branch.PENSION
    )
    movement = models.ForeignKey(
        Movement,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="transfers",
        verbose_name=_("movement"),
    )
    from_region = models.CharField(_("from"), max_length=6)
    to_region = models.CharField(_("to"), max_length=6)
    from_scheme = models.PositiveSmallIntegerField(_("out of scheme"), choices=Scheme.choices)
    to_scheme = models.PositiveSmallIntegerField(_("into scheme"), choices=Scheme.choices)
    from_fund = models.ForeignKey(
        Fund, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("from fund")
    )
    to_fund = models.ForeignKey(
        Fund, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("to fund")
    )
    state = models.CharField(_("state"), max_length=10, choices=TransferState.choices)
    turn = models.PositiveSmallIntegerField(_("form"), default=0)
    months = models.IntegerField(_("months"), default=0)
    wages = models.BigIntegerField(_("wages that count"), default=0)
    account = models.BigIntegerField(_("of the account"), default=0)
    pool = models.BigIntegerField(_("of the pooled fund"), default=0)
    refund = models.BigIntegerField(_("given back to the person"), default=0)
    # What the account consists of: [bears interest from (month), fen], so that none of it is lost.
    parts = models.JSONField(_("parts of the account"), default=list, blank=True)
    digest = models.CharField(_("digest of the form"), max_length=64, blank=True, default="")
    envelope = models.ForeignKey(
        PaymentBatch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("payment"),
    )
    refund_envelope = models.ForeignKey(
        PaymentBatch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("payment to the person"),
    )
    payee = models.CharField(_("payee"), max_length=60, blank=True, default="")
    bank = models.CharField(_("bank"), max_length=60, blank=True, default="")
    bank_account = EncryptedField(_("account number"), blank=True, default="")
    partner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("partner system"),
    )
    reference = models.CharField(_("number at the other office"), max_length=64, blank=True)
    reason = models.CharField(_("reason of the last rejection"), max_length=30, blank=True)
    # The entries of the account that left with the form, to be undone if it is rejected.
    sent_batches = models.JSONField(_("ledger batches"), default=list, blank=True)
    # By which original age the person retires; asked where a scheme may be left at that age only.
    category = models.PositiveSmallIntegerField(
        _("category"), choices=Category.choices, null=True, blank=True
    )
    opened_on = models.DateField(_("opened"))
    sent_on = models.DateField(_("sent"), null=True, blank=True)
    arrived_on = models.DateField(_("arrived"), null=True, blank=True)
    arrival = models.CharField(_("reference of the arrival"), max_length=64, blank=True)
    done_on = models.DateField(_("transferred"), null=True, blank=True)

    class Meta:
        verbose_name = _("transfer of an entitlement")
        verbose_name_plural = _("transfers of entitlements")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["from_region"], name="transfer_from"),
            models.Index(fields=["to_region"], name="transfer_to"),
            models.Index(fields=["person"], name="transfer_person"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "branch"],
                condition=models.Q(state__in=["asked", "due", "sent", "arrived", "back"]),
                name="transfer_one_open_per_branch",
            ),
            models.UniqueConstraint(
                fields=["partner", "reference"],
                condition=~models.Q(reference=""),
                name="transfer_reference_once",
            ),
            models.CheckConstraint(
                condition=models.Q(account__gte=0, pool__gte=0, refund__gte=0, months__gte=0),
                name="transfer_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(from_fund__isnull=False) | models.Q(to_fund__isnull=False),
                name="transfer_has_one_of_our_funds",
            ),
            models.CheckConstraint(
                condition=models.Q(from_fund__isnull=True)
                | models.Q(to_fund__isnull=True)
                | ~models.Q(from_fund=models.F("to_fund")),
                name="transfer_between_two_funds",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["sent", "arrived", "back", "done"])
                | (models.Q(turn__gt=0, sent_on__isnull=False) & ~models.Q(digest="")),
                name="transfer_sent_with_a_form",
            ),
            models.CheckConstraint(
                condition=models.Q(state="done", done_on__isnull=False)
                | (~models.Q(state="done") & models.Q(done_on__isnull=True)),
                name="transfer_done_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.from_region} → {self.to_region}"

    @property
    def total(self) -> int:
        """What the old place pays to the new one, in fen."""
        return self.account + self.pool

    @property
    def refunds_at_arrival(self) -> bool:
        """Whether what is given back stands on the account that is joined, not on the one that left."""
        return self.kind == TransferKind.LINK and self.to_scheme == Scheme.RESIDENTS

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def in_flight(self) -> bool:
        """Whether the entitlement has left one account and not reached the other."""
        return self.state in self.IN_FLIGHT


class TransferCase(models.Model):
    """The case of one step of a transfer: in the queue and under the clock of one office."""

    case = models.OneToOneField(
        Case, models.PROTECT, primary_key=True, related_name="transfer_case"
    )
    transfer = models.ForeignKey(
        Transfer, models.PROTECT, related_name="cases", verbose_name=_("transfer of an entitlement")
    )
    step = models.CharField(_("step"), max_length=8, choices=TransferStep.choices)

    class Meta:
        verbose_name = _("case of a transfer")
        verbose_name_plural = _("cases of transfers")
        ordering = ["case_id"]

    def __str__(self) -> str:
        return f"{self.transfer} · {self.get_step_display()}"


class TransferMonth(models.Model):
    """One month of a form (信息表): paid or deemed where, on which base in fen. Append-only."""

    pk = models.CompositePrimaryKey("person_id", "transfer_id", "turn", "month")
    person_id = models.BigIntegerField(_("person"))
    transfer_id = models.BigIntegerField(_("transfer of an entitlement"))
    turn = models.PositiveSmallIntegerField(_("form"))
    month = models.IntegerField(_("month"))
    region = models.CharField(_("region"), max_length=6)
    base = models.BigIntegerField(_("contribution base"))
    deemed = models.BooleanField(_("deemed"), default=False)

    class Meta:
        verbose_name = _("month of a transfer")
        verbose_name_plural = _("months of transfers")

    def __str__(self) -> str:
        return f"{self.person_id} · {format_month(self.month)}"


class TransferAccount(models.Model):
    """The bank account of a fund into which other offices pay what moves. One in force at a time."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Waiting for approval")
        APPROVED = "approved", _("In force")
        CLOSED = "closed", _("Closed")

    fund = models.ForeignKey(
        Fund, models.PROTECT, related_name="transfer_accounts", verbose_name=_("fund")
    )
    region = models.CharField(_("region"), max_length=6)
    payee = models.CharField(_("payee"), max_length=60)
    bank = models.CharField(_("bank"), max_length=60)
    account = EncryptedField(_("account number"))
    last_four = models.CharField(_("last four digits"), max_length=4)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT)
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

    class Meta:
        verbose_name = _("account for transfers")
        verbose_name_plural = _("accounts for transfers")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["fund"],
                condition=models.Q(state="approved"),
                name="transfer_account_one_in_force",
            ),
            models.CheckConstraint(
                condition=models.Q(checker__isnull=True) | ~models.Q(checker=models.F("maker")),
                name="transfer_account_four_eyes",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="approved") | models.Q(checker__isnull=False),
                name="transfer_account_approved_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payee} · {self.last_four}"
