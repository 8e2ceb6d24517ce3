"""Insured twice at the same time: what a matching run found, what was decided, what went back."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from funds.models import Branch
from socsec.office.fields import EncryptedField

from .person import Person


class DoubleEnrolment(models.Model):
    """One person's year as a resident that meets another insurance of the same branch.

    Found by a run or by a payment, never decided by it: somebody of the `region` that gives back
    looks at it and proposes, a colleague decides. The office of the other region sees it, too.
    """

    class Other(models.TextChoices):
        EMPLOYEE = "employee", _("Insured as a worker as well")
        ELSEWHERE = "elsewhere", _("Insured as a resident elsewhere as well")
        TWICE = "twice", _("Paid as a worker in two regions")
        LEGACY = "legacy", _("Carried over from an older scheme as well")

    class State(models.TextChoices):
        FOUND = "found", _("To be looked at")
        PROPOSED = "proposed", _("Proposed")
        RESOLVED = "resolved", _("Resolved")
        DISMISSED = "dismissed", _("No double enrolment")

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="double_enrolments", verbose_name=_("person")
    )
    branch = models.PositiveSmallIntegerField(_("branch"), choices=Branch.choices)
    year = models.PositiveSmallIntegerField(_("year"))
    region = models.CharField(_("region"), max_length=6)
    other = models.CharField(_("kind"), max_length=10, choices=Other.choices)
    other_region = models.CharField(_("other region"), max_length=6)
    # Months of the year, counted from 1, as a bit each: 1 is January alone, 4095 the whole year.
    months = models.PositiveSmallIntegerField(_("months insured twice"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.FOUND)
    case = models.OneToOneField(
        "office.Case",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="double_enrolment",
        verbose_name=_("case"),
    )
    found_at = models.DateTimeField(_("found"), auto_now_add=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("double enrolment")
        verbose_name_plural = _("double enrolments")
        ordering = ["state", "-found_at", "-pk"]
        indexes = [models.Index(fields=["region", "state"], name="double_queue")]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "branch", "year", "other"], name="double_found_once"
            ),
            models.CheckConstraint(condition=models.Q(months__gt=0), name="double_months_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_branch_display()} · {self.year}"

    @property
    def overlap(self) -> int:
        """How many months of the year are insured twice."""
        return self.months.bit_count()


class ResidentRefund(models.Model):
    """Money of a resident's year that goes back to who paid it: asked for by one, let go by another.

    The person's part goes by a payment order to their own account, or to the payee named here, as an
    heir; what a village paid goes back the way it came.
    """

    class Reason(models.TextChoices):
        NOT_BEGUN = "not_begun", _("The insured year has not begun")
        DOUBLE = "double", _("Insured twice")
        DIED = "died", _("Died before the year began")
        ELSEWHERE = "elsewhere", _("Paid in two regions")

    class State(models.TextChoices):
        DRAFT = "draft", _("Waiting for approval")
        ORDERED = "ordered", _("Ordered at the bank")
        PAID = "paid", _("Refunded")
        RETURNED = "returned", _("Returned by the bank")
        REJECTED = "rejected", _("Rejected")

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="resident_refunds", verbose_name=_("person")
    )
    branch = models.PositiveSmallIntegerField(_("branch"), choices=Branch.choices)
    year = models.PositiveSmallIntegerField(_("year"))
    region = models.CharField(_("region"), max_length=6)
    fund_id = models.BigIntegerField(_("fund"))
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices)
    person_amount = models.BigIntegerField(_("of the insured person's part"))
    sponsor_amount = models.BigIntegerField(_("of the sponsor's part"), default=0)
    collective_amount = models.BigIntegerField(_("of the collective subsidy"), default=0)
    government_amount = models.BigIntegerField(_("of the government subsidy"), default=0)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT)
    double = models.ForeignKey(
        DoubleEnrolment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="refunds",
        verbose_name=_("double enrolment"),
    )
    payee_name = models.CharField(_("payee"), max_length=120, blank=True, default="")
    payee_bank = models.CharField(_("payee's bank"), max_length=60, blank=True, default="")
    payee_account = EncryptedField(_("payee's account"), blank=True, default="")
    batch_id = models.BigIntegerField(_("payment batch"), null=True, blank=True)
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked for by")
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
        verbose_name = _("resident's refund")
        verbose_name_plural = _("residents' refunds")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "branch", "year"],
                condition=models.Q(state="draft"),
                name="resident_refund_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    person_amount__gte=0,
                    sponsor_amount__gte=0,
                    collective_amount__gte=0,
                    government_amount__gte=0,
                ),
                name="resident_refund_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(checker__isnull=True) | ~models.Q(checker=models.F("maker")),
                name="resident_refund_four_eyes",
            ),
            models.CheckConstraint(
                condition=models.Q(state="draft") | models.Q(checker__isnull=False),
                name="resident_refund_decided_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_branch_display()} · {self.year}"

    @property
    def amount(self) -> int:
        """What goes back to all who paid, in fen."""
        return (
            self.person_amount
            + self.sponsor_amount
            + self.collective_amount
            + self.government_amount
        )
