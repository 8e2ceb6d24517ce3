"""Residents' yearly enrolment: who enrolled for which year, what it owes, and what was paid for it.

Residents' contributions are voluntary: nobody is in arrears and nothing bears a surcharge. So they
are kept apart from the monthly `Contribution`, a row for each person, branch and year, with the
parts of the insured person, of a sponsor, of the village and of the government never mixed.
"""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from funds.models import Branch
from socsec.office.fields import EncryptedField


class Way(models.IntegerChoices):
    """How somebody comes into a year."""

    WINDOW = 1, _("In the enrolment window")
    GRACE = 2, _("Late, in the time without a wait")
    LATE = 3, _("Late")
    NEWBORN = 4, _("Newborn")
    NEWLY_ELIGIBLE = 5, _("Newly eligible")
    SWITCHED = 6, _("From employees' insurance")
    MAKE_UP = 7, _("Makes up an earlier year")


class Payer(models.IntegerChoices):
    """Who paid a part of a resident's year."""

    PERSON = 1, _("The insured person")
    SPONSOR = 2, _("Sponsor")
    COLLECTIVE = 3, _("Village or collective")
    GOVERNMENT = 4, _("Government")


class ResidentEnrolment(models.Model):
    """One person in one branch for one year, as it was asked for.

    `tier` is the chosen yearly contribution to the old-age insurance in fen, 0 in medical
    insurance. `wait` are the months between payment and cover, `cover_from` the first day of the
    cover, known once it is paid. An enrolment that was taken back stays, with its day;
    `lapsed_by` is the run that found it unpaid when the time to pay was over, 0 for none.
    """

    pk = models.CompositePrimaryKey("person_id", "branch", "year")
    person_id = models.BigIntegerField(_("person"))
    branch = models.PositiveSmallIntegerField(_("branch"), choices=Branch.choices)
    year = models.PositiveSmallIntegerField(_("year"))
    region = models.CharField(_("region"), max_length=6)
    tier = models.BigIntegerField(_("tier"), default=0)
    collective = models.BigIntegerField(_("collective subsidy"), default=0)
    student = models.BooleanField(_("student"), default=False)
    way = models.PositiveSmallIntegerField(_("how"), choices=Way.choices)
    missed_years = models.PositiveSmallIntegerField(_("missed years"), default=0)
    repaid_years = models.PositiveSmallIntegerField(_("years bought back"), default=0)
    wait = models.PositiveSmallIntegerField(_("waiting period in months"), default=0)
    enrolled_on = models.DateField(_("enrolled"))
    cover_from = models.DateField(_("covered from"), null=True, blank=True)
    cancelled_on = models.DateField(_("taken back"), null=True, blank=True)
    lapsed_by = models.BigIntegerField(_("lapsed by run"), default=0, db_default=0)
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("resident's enrolment")
        verbose_name_plural = _("residents' enrolments")
        indexes = [
            models.Index(fields=["branch", "year", "region"], name="resident_enrolment_year"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(branch__in=[Branch.PENSION, Branch.MEDICAL]),
                name="resident_enrolment_branch",
            ),
            models.CheckConstraint(
                condition=models.Q(branch=Branch.PENSION, tier__gt=0)
                | models.Q(branch=Branch.MEDICAL, tier=0),
                name="resident_enrolment_tier",
            ),
            models.CheckConstraint(
                condition=models.Q(collective__gte=0), name="resident_enrolment_collective"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.get_branch_display()} · {self.year}"


class ResidentDue(models.Model):
    """What one person's year owes and who is to pay it, in fen. Never changed.

    `part` 0 is the first assessment; a correction adds a further part, which may be negative. All
    of an old-age year is credited to the individual account; a medical year is pooled. `sponsor`
    is the group that was paid for (`Sponsored`), 0 for none.
    """

    pk = models.CompositePrimaryKey("person_id", "branch", "year", "part")
    person_id = models.BigIntegerField(_("person"))
    branch = models.PositiveSmallIntegerField(_("branch"), choices=Branch.choices)
    year = models.PositiveSmallIntegerField(_("year"))
    part = models.PositiveSmallIntegerField(_("part"), default=0)
    region = models.CharField(_("region"), max_length=6)
    person_share = models.BigIntegerField(_("insured person's part"))
    sponsor_share = models.BigIntegerField(_("sponsor's part"))
    collective_subsidy = models.BigIntegerField(_("collective subsidy"))
    government_subsidy = models.BigIntegerField(_("government subsidy"))
    run_id = models.BigIntegerField(_("run"), default=0)
    edition = models.IntegerField(_("policy edition"))

    class Meta:
        verbose_name = _("resident's yearly contribution")
        verbose_name_plural = _("residents' yearly contributions")
        indexes = [BrinIndex(fields=["year", "run_id"], name="resident_due_year")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(part__gt=0)
                | models.Q(
                    person_share__gte=0,
                    sponsor_share__gte=0,
                    collective_subsidy__gte=0,
                    government_subsidy__gte=0,
                ),
                name="resident_due_shares_possible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.get_branch_display()} · {self.year}"


class ResidentReceipt(models.Model):
    """Money for residents' years that came in together: a file of the tax authority, one payment
    at the counter or through the portal, a sponsor's or the treasury's transfer.

    `unmatched` of it belongs to lines whose person or year is not known yet; it waits in suspense.
    """

    class Channel(models.TextChoices):
        TAX_FILE = "tax", _("File of the tax authority")
        COUNTER = "counter", _("Counter")
        GATEWAY = "gateway", _("Portal payment")
        BILL = "bill", _("Bill paid")

    branch = models.PositiveSmallIntegerField(_("branch"), choices=Branch.choices)
    payer = models.PositiveSmallIntegerField(_("paid by"), choices=Payer.choices)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    region = models.CharField(_("region"), max_length=6)
    fund_id = models.BigIntegerField(_("fund"))
    reference = models.CharField(_("reference"), max_length=64, unique=True)
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    received_on = models.DateField(_("received"))
    count = models.IntegerField(_("payments"))
    amount = models.BigIntegerField(_("amount"))
    unmatched = models.BigIntegerField(_("not matched yet"), default=0)
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("residents' receipt")
        verbose_name_plural = _("residents' receipts")
        ordering = ["-received_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    amount__gt=0, unmatched__gte=0, unmatched__lte=models.F("amount")
                ),
                name="resident_receipt_amounts_possible",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class ResidentPayment(models.Model):
    """What was paid for one person's year by one payer, in fen; below zero where it went back.

    Never changed, never deleted. `source_id` is the number of the receipt, or below zero that of
    the refund by which it went back. A bill may take back what an earlier one claimed too much.
    """

    pk = models.CompositePrimaryKey("person_id", "branch", "year", "payer", "source_id", "refund")
    person_id = models.BigIntegerField(_("person"))
    branch = models.PositiveSmallIntegerField(_("branch"), choices=Branch.choices)
    year = models.PositiveSmallIntegerField(_("year"))
    payer = models.PositiveSmallIntegerField(_("paid by"), choices=Payer.choices)
    source_id = models.BigIntegerField(_("receipt or refund"))
    refund = models.BooleanField(_("went back"), default=False)
    region = models.CharField(_("region"), max_length=6)
    amount = models.BigIntegerField(_("amount"))
    paid_on = models.DateField(_("on"))

    class Meta:
        verbose_name = _("resident's payment")
        verbose_name_plural = _("residents' payments")
        indexes = [models.Index(fields=["source_id"], name="resident_payment_source")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(refund=False, amount__gt=0)
                | models.Q(refund=True, amount__lt=0),
                name="resident_payment_sign",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.get_branch_display()} · {self.year}"


class UnmatchedPayment(models.Model):
    """A line of a file whose person, or whose year, is not known: kept, never dropped.

    Later it is taken for somebody's year, or goes back by the way it came.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Not matched yet")
        TAKEN = "taken", _("Matched")
        RETURNED = "returned", _("Sent back")

    receipt = models.ForeignKey(
        ResidentReceipt, models.PROTECT, related_name="unmatched_lines", verbose_name=_("receipt")
    )
    row = models.IntegerField(_("row"))
    number = EncryptedField(_("identity number"))
    name = models.CharField(_("name"), max_length=60, blank=True, default="")
    year = models.PositiveSmallIntegerField(_("year"))
    amount = models.BigIntegerField(_("amount"))
    reason = models.CharField(_("reason"), max_length=12)
    region = models.CharField(_("region"), max_length=6)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    person_id = models.BigIntegerField(_("person"), default=0)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    class Meta:
        verbose_name = _("unmatched payment")
        verbose_name_plural = _("unmatched payments")
        ordering = ["state", "receipt", "row"]
        constraints = [
            models.UniqueConstraint(fields=["receipt", "row"], name="resident_unmatched_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="unmatched_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.receipt} / {self.row}"
