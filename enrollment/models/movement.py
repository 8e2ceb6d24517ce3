"""Insurance that follows a person from one region to another: two offices, three steps, one record."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils.translation import gettext_lazy as _

from funds.models import Branch
from socsec.kernel.months import format_month
from socsec.office.models import Case

from .coverage import Coverage
from .person import Person


class MovementState(models.TextChoices):
    REQUESTED = "requested", _("The new place looks at the request")
    ACCEPTED = "accepted", _("The old place attests the record")
    ATTESTED = "attested", _("The new place takes the record over")
    DONE = "done", _("Moved")
    TEMPORARY = "temporary", _("Stays; temporary account at the new place")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    RETURNED = "returned", _("Back at the old place")


class MoneyState(models.TextChoices):
    """How far the money of the record is; the app that moves it says so."""

    NONE = "none", _("No money moves")
    DUE = "due", _("To be sent")
    SENT = "sent", _("Sent")
    RECEIVED = "received", _("Received")


class Step(models.TextChoices):
    """What each of the three cases of a movement is for; the value ends its kind."""

    ACCEPT = "accept", _("Accept a record from elsewhere")
    ATTEST = "attest", _("Attest a record that moves away")
    TAKE = "take", _("Take an attested record over")


class Keep(models.IntegerChoices):
    """Which of two months the person keeps where both places insured it; as the rule sees it."""

    OLD = 1, _("The month of the old place")
    NEW = 2, _("The month of the new place")


class Movement(models.Model):
    """A person's record of one branch on its way from one region to another.

    Nothing moves before the new place takes over: a refusal at any step leaves all as it was.
    `turn` numbers the statement of months in force, 0 before there is one; its rows are
    `MovedMonth`. `serial` is the number of the certificate (参保缴费凭证) as it is looked up by.
    `ended` is the coverage at the old place that ends with the attestation, `begun` the resident's
    registration that goes on at the new one; both stand as before once the movement fails.
    `left_on` is the last day at an employer of the old place that did not report it, as its
    certificate `left_document` says (终止或者解除劳动关系的证明); that stands whatever becomes of it.
    """

    OPEN = (MovementState.REQUESTED, MovementState.ACCEPTED, MovementState.ATTESTED)

    public_id = models.UUIDField(
        _("public number"), db_default=RandomUUID(), unique=True, editable=False
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="movements", verbose_name=_("person")
    )
    branch = models.PositiveSmallIntegerField(_("branch"), choices=Branch.choices)
    from_region = models.CharField(_("from"), max_length=6)
    to_region = models.CharField(_("to"), max_length=6)
    household_region = models.CharField(_("household registration"), max_length=6)
    transferred = models.BooleanField(_("transferred with approval"), default=False)
    keep = models.PositiveSmallIntegerField(
        _("where months overlap, keep"), choices=Keep.choices, default=Keep.NEW
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=MovementState.choices,
        default=MovementState.REQUESTED,
    )
    turn = models.PositiveSmallIntegerField(_("statement"), default=0)
    months = models.IntegerField(_("months attested"), default=0)
    digest = models.CharField(_("digest of the statement"), max_length=64, blank=True, default="")
    serial = models.CharField(_("certificate"), max_length=24, blank=True, default="")
    ended = models.ForeignKey(
        Coverage,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("coverage that ends"),
    )
    begun = models.ForeignKey(
        Coverage,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("coverage that begins"),
    )
    left_on = models.DateField(_("left the employer"), null=True, blank=True)
    left_document = models.CharField(
        _("certificate of leaving"), max_length=120, blank=True, default=""
    )
    file_before = models.CharField(_("file kept before in"), max_length=6, blank=True, default="")
    money = models.CharField(
        _("money"), max_length=8, choices=MoneyState.choices, default=MoneyState.NONE
    )
    requested_on = models.DateField(_("requested"))
    attested_on = models.DateField(_("attested"), null=True, blank=True)
    done_on = models.DateField(_("moved"), null=True, blank=True)

    class Meta:
        verbose_name = _("movement")
        verbose_name_plural = _("movements")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["from_region"], name="movement_from"),
            models.Index(fields=["to_region"], name="movement_to"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "branch"],
                condition=models.Q(state__in=["requested", "accepted", "attested"]),
                name="movement_one_open_per_branch",
            ),
            models.CheckConstraint(
                condition=~models.Q(from_region=models.F("to_region")),
                name="movement_goes_somewhere",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["attested", "done"])
                | (
                    models.Q(turn__gt=0, months__gt=0) & ~models.Q(serial="") & ~models.Q(digest="")
                ),
                name="movement_attested_with_months",
            ),
            models.CheckConstraint(
                condition=models.Q(state="done", done_on__isnull=False)
                | (~models.Q(state="done") & models.Q(done_on__isnull=True)),
                name="movement_done_on_a_day",
            ),
            models.CheckConstraint(
                condition=models.Q(money="none") | models.Q(state="done"),
                name="movement_money_after_the_record",
            ),
            models.CheckConstraint(
                condition=models.Q(left_on__isnull=True, left_document="")
                | (models.Q(left_on__isnull=False) & ~models.Q(left_document="")),
                name="movement_left_by_a_certificate",
            ),
            models.UniqueConstraint(
                fields=["serial"], condition=~models.Q(serial=""), name="movement_serial_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.from_region} → {self.to_region}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN


class MovementStep(models.Model):
    """The case of one step: in the queue, under the clock and the four eyes of one office."""

    case = models.OneToOneField(
        Case, models.PROTECT, primary_key=True, related_name="movement_step"
    )
    movement = models.ForeignKey(
        Movement, models.PROTECT, related_name="steps", verbose_name=_("movement")
    )
    step = models.CharField(_("step"), max_length=8, choices=Step.choices)

    class Meta:
        verbose_name = _("step of a movement")
        verbose_name_plural = _("steps of movements")
        ordering = ["case_id"]
        constraints = [
            models.UniqueConstraint(fields=["movement", "step"], name="movement_step_once"),
        ]

    def __str__(self) -> str:
        return f"{self.movement} · {self.get_step_display()}"


class MovedMonth(models.Model):
    """One month as the old place attested it, readable at both. Append-only: a statement that is
    sent back is followed by the next `turn`.
    """

    pk = models.CompositePrimaryKey("person_id", "movement_id", "turn", "month")
    person_id = models.BigIntegerField(_("person"))
    movement_id = models.BigIntegerField(_("movement"))
    turn = models.PositiveSmallIntegerField(_("statement"))
    month = models.IntegerField(_("month"))
    region = models.CharField(_("region"), max_length=6)
    resident = models.BooleanField(_("as a resident"))
    deemed = models.BooleanField(_("deemed"))
    base = models.BigIntegerField(_("contribution base"))
    # Whether the new place insured the month too, and whether then this one counts.
    overlaps = models.BooleanField(_("overlaps"))
    counts = models.BooleanField(_("counts"))

    class Meta:
        verbose_name = _("month that moved")
        verbose_name_plural = _("months that moved")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(overlaps=True) | models.Q(counts=True),
                name="moved_month_left_out_only_where_it_overlaps",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} · {format_month(self.month)}"
