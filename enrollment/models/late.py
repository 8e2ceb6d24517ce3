"""Debts that were not paid in time: what late payment costs, and what is let off.

Each row stands beside the contribution that it is about, under the same key.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from funds.models import Branch
from socsec.kernel.months import format_month

from .employer import Employer
from .person import Person


def user(label: object, **more: object) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=label,  # type: ignore[arg-type]
        **more,  # type: ignore[arg-type]
    )


def one_payer(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=models.Q(employer__isnull=True, person__isnull=False)
        | models.Q(employer__isnull=False, person__isnull=True),
        name=name,
    )


class SurchargeEntry(models.Model):
    """What was added to the surcharge of one debt, in fen, for all days before `until`.

    `weight` is the sum over all days so far of the open amount in fen times the day's rate in
    millionths, from which the surcharge is counted anew each time; so `amount` is below zero where
    money came in with an earlier date. `run_id` 0 was counted at the desk. Never changed.
    """

    pk = models.CompositePrimaryKey("person_id", "month", "branch", "employer_id", "part", "until")
    person_id = models.BigIntegerField(_("person"))
    month = models.IntegerField(_("month"))
    branch = models.PositiveSmallIntegerField(_("branch"), choices=Branch.choices)
    employer_id = models.BigIntegerField(_("employer"))
    part = models.PositiveSmallIntegerField(_("part"), default=0)
    until = models.DateField(_("for the days before"))
    category = models.PositiveSmallIntegerField(_("category"))
    region = models.CharField(_("region"), max_length=6)
    weight = models.BigIntegerField(_("open amount times days times rate"))
    amount = models.BigIntegerField(_("amount"))
    run_id = models.BigIntegerField(_("run"), default=0)
    edition = models.IntegerField(_("policy edition"))

    class Meta:
        verbose_name = _("surcharge")
        verbose_name_plural = _("surcharges")
        indexes = [
            models.Index(
                fields=["employer_id"],
                name="surcharge_employer",
                condition=models.Q(employer_id__gt=0),
            ),
            models.Index(fields=["run_id"], name="surcharge_run"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(weight__gte=0), name="surcharge_weight_possible"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} · {format_month(self.month)}"


class Waiver(models.Model):
    """What is let off with four eyes and a reason: a surcharge waived, or a debt written off.

    A debt that was written off can be taken up again (`REVOKED`), and then is owed as before.
    """

    class Kind(models.TextChoices):
        SURCHARGE = "surcharge", _("Surcharge waived")
        DEBT = "debt", _("Debt written off")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Waiting for a second person")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")
        REVOKED = "revoked", _("Taken up again")

    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices)
    employer = models.ForeignKey(
        Employer, models.PROTECT, null=True, blank=True, verbose_name=_("employer")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, verbose_name=_("person")
    )
    region = models.CharField(_("region"), max_length=6)
    branch = models.PositiveSmallIntegerField(
        _("branch"), choices=Branch.choices, null=True, help_text=_("Empty: every one")
    )
    first_month = models.IntegerField(_("first month"))
    last_month = models.IntegerField(_("last month"))
    amount = models.BigIntegerField(_("amount"))
    reason = models.CharField(_("reason"), max_length=200)
    document = models.CharField(_("document"), max_length=120)
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.PROPOSED
    )
    maker = user(_("proposed by"))
    made_at = models.DateTimeField(_("proposed"), auto_now_add=True)
    checker = user(_("decided by"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    revoked_by = user(_("taken up again by"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("waiver or write-off")
        verbose_name_plural = _("waivers and write-offs")
        ordering = ["-pk"]
        constraints = [
            one_payer("waiver_one_payer"),
            models.CheckConstraint(
                condition=models.Q(checker__isnull=True) | ~models.Q(checker=models.F("maker")),
                name="waiver_four_eyes",
            ),
            models.CheckConstraint(
                condition=models.Q(state="proposed") | models.Q(checker__isnull=False),
                name="waiver_decided_by_someone",
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0) & ~models.Q(reason="") & ~models.Q(document=""),
                name="waiver_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def payer(self) -> Employer | Person:
        payer = self.employer or self.person
        assert payer is not None  # waiver_one_payer
        return payer


class WaiverLine(models.Model):
    """What of one debt a waiver lets off, in fen; below zero where it is taken up again.

    `surcharge` tells whether it is off the surcharge or off the contribution. Only ever added.
    """

    pk = models.CompositePrimaryKey(
        "person_id", "month", "branch", "employer_id", "part", "waiver_id", "turn"
    )
    person_id = models.BigIntegerField(_("person"))
    month = models.IntegerField(_("month"))
    branch = models.PositiveSmallIntegerField(_("branch"), choices=Branch.choices)
    employer_id = models.BigIntegerField(_("employer"))
    part = models.PositiveSmallIntegerField(_("part"), default=0)
    waiver_id = models.BigIntegerField(_("waiver"), db_index=True)
    # 0 contribution let off, 1 contribution taken up again, 2 and 3 the same of the surcharge
    turn = models.PositiveSmallIntegerField(_("turn"))
    surcharge = models.BooleanField(_("of the surcharge"))
    category = models.PositiveSmallIntegerField(_("category"))
    region = models.CharField(_("region"), max_length=6)
    amount = models.BigIntegerField(_("amount"))
    on = models.DateField(_("date"))

    class Meta:
        verbose_name = _("line of a waiver")
        verbose_name_plural = _("lines of waivers")

    def __str__(self) -> str:
        return f"{self.person_id} · {format_month(self.month)}"
