"""Groups whose contribution is paid for them, and the bills to those who pay."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from funds.models import Branch

from .person import Person
from .residents import Payer
from .spans import whole


class Sponsored(models.IntegerChoices):
    """Why a contribution is paid for somebody. The number is what the rules see."""

    EXTREME_HARDSHIP = 1, _("In extreme hardship")
    ORPHAN = 2, _("Orphan")
    DIBAO = 3, _("On minimum living guarantee")
    RETURNED_POOR = 4, _("Fallen back into poverty, or watched")
    NEAR_POOR = 5, _("Near poor")
    DISABLED = 6, _("Severely disabled")


class SponsorMembership(models.Model):
    """A person's time in one sponsored group, as the department in charge reported it.

    Somebody may belong to several groups at once; of these the best one counts.
    """

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="sponsorships", verbose_name=_("person")
    )
    group = models.PositiveSmallIntegerField(_("group"), choices=Sponsored.choices)
    region = models.CharField(_("region"), max_length=6)
    span = DateRangeField(_("period"))
    document = models.CharField(_("document"), max_length=120)
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    ended_at = models.DateTimeField(_("end recorded"), null=True, blank=True)

    class Meta:
        verbose_name = _("sponsored person")
        verbose_name_plural = _("sponsored people")
        ordering = ["person", "span"]
        indexes = [models.Index(fields=["region", "group"], name="sponsor_region_group")]
        constraints = [
            ExclusionConstraint(
                name="sponsor_no_overlap_in_one_group",
                expressions=[
                    (whole("person_id"), RangeOperators.OVERLAPS),
                    (whole("group"), RangeOperators.OVERLAPS),
                    ("span", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=models.Q(group__in=Sponsored.values), name="sponsor_group_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_group_display()}"


class SponsorBill(models.Model):
    """What a sponsor, a village or the treasury is asked to pay for the residents of a year.

    Drawn by one, sent by another; paid by one transfer of exactly its amount.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Waiting for approval")
        SENT = "sent", _("Sent")
        PAID = "paid", _("Paid")
        DROPPED = "dropped", _("Dropped")

    branch = models.PositiveSmallIntegerField(_("branch"), choices=Branch.choices)
    year = models.PositiveSmallIntegerField(_("year"))
    payer = models.PositiveSmallIntegerField(_("to"), choices=Payer.choices)
    region = models.CharField(_("region"), max_length=6)
    fund_id = models.BigIntegerField(_("fund"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT)
    count = models.IntegerField(_("people"))
    amount = models.BigIntegerField(_("amount"))
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("drawn by")
    )
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("sent by"),
    )
    receipt_id = models.BigIntegerField(_("receipt"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("bill to a sponsor")
        verbose_name_plural = _("bills to sponsors")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(checker__isnull=True) | ~models.Q(checker=models.F("maker")),
                name="bill_four_eyes",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "dropped"])
                | models.Q(checker__isnull=False),
                name="bill_sent_by_a_second",
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0, count__gt=0), name="bill_amount_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} · {self.get_payer_display()} · {self.pk}"


class SponsorBillLine(models.Model):
    """One person's part of a bill, in fen; below zero where too much was paid before.

    Goes with its bill if that is dropped.
    """

    pk = models.CompositePrimaryKey("person_id", "branch", "year", "payer", "bill_id")
    person_id = models.BigIntegerField(_("person"))
    branch = models.PositiveSmallIntegerField(_("branch"), choices=Branch.choices)
    year = models.PositiveSmallIntegerField(_("year"))
    payer = models.PositiveSmallIntegerField(_("to"), choices=Payer.choices)
    bill_id = models.BigIntegerField(_("bill"))
    region = models.CharField(_("region"), max_length=6)
    amount = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("line of a bill")
        verbose_name_plural = _("lines of bills")
        indexes = [models.Index(fields=["bill_id"], name="bill_line_bill")]
        constraints = [
            models.CheckConstraint(condition=~models.Q(amount=0), name="bill_line_not_nothing"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.bill_id}"
