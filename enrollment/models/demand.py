"""Chasing what is owed: demand notes, reminders, instalment agreements, measures of the law."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from funds.models import Branch
from socsec.kernel.months import format_month

from .employer import Employer
from .late import one_payer, user
from .person import Person


class DemandNote(models.Model):
    """What a payer owes up to a month, over all branches, on one paper (缴费通知书). Amounts in fen.

    A new one for the payer replaces the one before: what is owed stands on one paper only.
    """

    class State(models.TextChoices):
        ISSUED = "issued", _("Issued")
        REPLACED = "replaced", _("Replaced by a newer one")

    employer = models.ForeignKey(
        Employer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="demand_notes",
        verbose_name=_("employer"),
    )
    person = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="demand_notes",
        verbose_name=_("person"),
    )
    region = models.CharField(_("region"), max_length=6)
    month = models.IntegerField(_("up to month"))
    contributions = models.BigIntegerField(_("contributions"))
    surcharge = models.BigIntegerField(_("surcharge"))
    due_on = models.DateField(_("due"))
    issued_on = models.DateField(_("issued"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.ISSUED)
    run_id = models.BigIntegerField(_("run"), default=0)
    edition = models.IntegerField(_("policy edition"))

    class Meta:
        verbose_name = _("demand note")
        verbose_name_plural = _("demand notes")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["run_id"], name="demand_note_run")]
        constraints = [
            one_payer("demand_note_one_payer"),
            models.UniqueConstraint(
                fields=["employer", "person"],
                condition=models.Q(state="issued"),
                nulls_distinct=False,
                name="demand_note_one_valid",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """As it stands on the paper: JT, the month, the number of the row."""
        return f"JT{format_month(self.month).replace('-', '')}{self.pk:08}"

    @property
    def total(self) -> int:
        return self.contributions + self.surcharge

    @property
    def payer(self) -> Employer | Person:
        payer = self.employer or self.person
        assert payer is not None  # demand_note_one_payer
        return payer


class DemandLine(models.Model):
    """One branch and month of a demand note. `heads` people; amounts in fen."""

    note = models.ForeignKey(
        DemandNote, models.CASCADE, related_name="lines", verbose_name=_("demand note")
    )
    branch = models.PositiveSmallIntegerField(_("branch"), choices=Branch.choices)
    month = models.IntegerField(_("month"))
    heads = models.IntegerField(_("people"))
    contributions = models.BigIntegerField(_("contributions"))
    surcharge = models.BigIntegerField(_("surcharge"))

    class Meta:
        verbose_name = _("line of a demand note")
        verbose_name_plural = _("lines of demand notes")
        ordering = ["month", "branch"]
        constraints = [
            models.UniqueConstraint(fields=["note", "branch", "month"], name="demand_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.note_id} · {format_month(self.month)}"


class Reminder(models.Model):
    """That a payer was reminded of a demand note that ran out unpaid, once each stage."""

    note = models.ForeignKey(
        DemandNote, models.PROTECT, related_name="reminders", verbose_name=_("demand note")
    )
    stage = models.PositiveSmallIntegerField(_("stage"))
    open = models.BigIntegerField(_("still open"))
    sent_on = models.DateField(_("sent"))
    run_id = models.BigIntegerField(_("run"), default=0)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["note", "stage"]
        constraints = [
            models.UniqueConstraint(fields=["note", "stage"], name="reminder_once_a_stage"),
        ]

    def __str__(self) -> str:
        return f"{self.note_id} · {self.stage}"


class Agreement(models.Model):
    """An instalment agreement (分期缴费协议) over what is owed up to a month, in fen."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Waiting for a second person")
        ACTIVE = "active", _("Being kept")
        KEPT = "kept", _("Kept")
        BROKEN = "broken", _("Broken")
        REFUSED = "refused", _("Refused")

    employer = models.ForeignKey(
        Employer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="agreements",
        verbose_name=_("employer"),
    )
    person = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="agreements",
        verbose_name=_("person"),
    )
    region = models.CharField(_("region"), max_length=6)
    last_month = models.IntegerField(_("up to month"))
    total = models.BigIntegerField(_("total"))
    stops_surcharge = models.BooleanField(_("no surcharge while it is kept"))
    guarantee = models.CharField(_("guarantee"), max_length=200, blank=True, default="")
    from_day = models.DateField(_("from"))
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.PROPOSED
    )
    ended_on = models.DateField(_("kept or broken on"), null=True, blank=True)
    maker = user(_("proposed by"))
    checker = user(_("decided by"), null=True, blank=True)
    made_at = models.DateTimeField(_("proposed"), auto_now_add=True)
    note = models.CharField(_("note"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("instalment agreement")
        verbose_name_plural = _("instalment agreements")
        ordering = ["-pk"]
        constraints = [
            one_payer("agreement_one_payer"),
            models.UniqueConstraint(
                fields=["employer", "person"],
                condition=models.Q(state__in=["proposed", "active"]),
                nulls_distinct=False,
                name="agreement_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(checker__isnull=True) | ~models.Q(checker=models.F("maker")),
                name="agreement_four_eyes",
            ),
            models.CheckConstraint(
                condition=models.Q(state="proposed") | models.Q(checker__isnull=False),
                name="agreement_decided_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payer} {self.pk}"

    @property
    def payer(self) -> Employer | Person:
        payer = self.employer or self.person
        assert payer is not None  # agreement_one_payer
        return payer


class Instalment(models.Model):
    """One part of an agreement, in fen. Together they are the agreement's total."""

    agreement = models.ForeignKey(
        Agreement, models.PROTECT, related_name="instalments", verbose_name=_("agreement")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    due_on = models.DateField(_("due"))
    amount = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("instalment")
        verbose_name_plural = _("instalments")
        ordering = ["agreement", "number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="instalment_once"),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0), name="instalment_amount_possible"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id}/{self.number}"


class Measure(models.Model):
    """A step of the law against a payer who does not pay (社会保险法第六十三条). Only ever added."""

    class Kind(models.TextChoices):
        ORDER = "order", _("Ordered to pay by a day")
        INQUIRY = "inquiry", _("Bank accounts inquired")
        TRANSFER = "transfer", _("Transfer from the bank account applied for")
        GUARANTEE = "guarantee", _("Guarantee demanded")
        COURT = "court", _("Seizure applied for at court")

    employer = models.ForeignKey(
        Employer, models.PROTECT, related_name="measures", verbose_name=_("employer")
    )
    region = models.CharField(_("region"), max_length=6)
    kind = models.CharField(_("measure"), max_length=9, choices=Kind.choices)
    on = models.DateField(_("date"))
    document = models.CharField(_("document"), max_length=120)
    note = models.CharField(_("note"), max_length=200, blank=True, default="")
    by = user(_("entered by"))
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("measure of collection")
        verbose_name_plural = _("measures of collection")
        ordering = ["-on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(document=""), name="measure_has_document"),
        ]

    def __str__(self) -> str:
        return f"{self.employer} · {self.get_kind_display()}"
