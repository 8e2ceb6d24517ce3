"""Awards (核发): the decision to pay a pension, and the amount in force from month to month."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from enrollment.models.spans import whole
from funds.models import Branch, Scheme

from .claim import PensionClaim
from .disability import DisabilityClaim


class AwardState(models.IntegerChoices):
    IN_PAYMENT = 1, _("In payment")
    SUSPENDED = 2, _("Suspended")
    ENDED = 3, _("Ended")


class EndReason(models.TextChoices):
    DEATH = "death", _("Death")
    ERROR = "error", _("Awarded in error")
    MOVED = "moved", _("Moved to another scheme or region")
    EXPIRED = "expired", _("Its last month is over")


class Award(models.Model):
    """A pension that was awarded: for whom, from when, how much, by which working.

    The amounts are those awarded; what is paid in a month stands in `Benefit`. `addition` is
    whatever is not one of the three parts: supplements, and the rounding of the total. `gathered`
    and `edition` replay the decision to the fen. Where a run worked it out anew (`recomputed_by`), the
    amounts and the edition are those of the run, and `sheet` is still the one of the claim. `owed_from` is the first month that no payroll
    has settled yet: the next one pays from there. `until_month` is the last month due, once known;
    `last_month` that of an allowance whose end is known from its beginning.
    An award without a claim was taken over from earlier books. An occupational annuity is an award
    of its own branch, paid `beside` a pension by another fund, and never more than its account holds.
    """

    person = models.ForeignKey(
        Person,
        models.PROTECT,
        # A million awards are written at a time; the person is of the same key in any case.
        db_constraint=False,
        related_name="awards",
        verbose_name=_("person"),
    )
    scheme = models.PositiveSmallIntegerField(
        _("scheme"), choices=Scheme.choices, default=Scheme.EMPLOYEES
    )
    branch = models.PositiveSmallIntegerField(
        _("branch"),
        choices=[(each.value, each.label) for each in (Branch.PENSION, Branch.ANNUITY)],
        default=Branch.PENSION,
        db_default=Branch.PENSION,
    )
    region = models.CharField(_("region"), max_length=6)
    beside = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="annuity",
        verbose_name=_("pension beside which it is paid"),
    )
    claim = models.OneToOneField(
        PensionClaim,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="award",
        verbose_name=_("claim"),
    )
    disability = models.OneToOneField(
        DisabilityClaim,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="award",
        verbose_name=_("claim for a disability allowance"),
    )
    state = models.PositiveSmallIntegerField(
        _("state"), choices=AwardState.choices, default=AwardState.IN_PAYMENT
    )
    from_month = models.IntegerField(_("from"))
    until_month = models.IntegerField(_("until"), null=True, blank=True)
    last_month = models.IntegerField(_("at most until"), null=True, blank=True)
    basic = models.BigIntegerField(_("basic pension"))
    account = models.BigIntegerField(_("account pension"))
    transitional = models.BigIntegerField(_("transitional pension"))
    addition = models.BigIntegerField(_("additions"), default=0)
    monthly = models.BigIntegerField(_("monthly pension"))
    provisional = models.BooleanField(_("provisional"), default=False)
    # What a yearly adjustment asks of a working life; 0 months where earlier books did not say.
    months = models.PositiveSmallIntegerField(_("months of contributions"), db_default=0)
    area = models.PositiveSmallIntegerField(_("class of remote area"), db_default=0)
    standing = models.PositiveSmallIntegerField(_("standing"), db_default=0)
    gathered = models.JSONField(_("facts gathered"), null=True, blank=True)
    sheet = models.JSONField(_("assessment sheet"), null=True, blank=True)
    edition = models.ForeignKey(
        "office.PolicyEdition",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("policy edition"),
    )
    recomputed_by = models.BigIntegerField(_("run that worked it out anew"), null=True, blank=True)
    owed_from = models.IntegerField(_("owed from"), null=True, blank=True)
    end_reason = models.CharField(
        _("reason for the end"), max_length=8, choices=EndReason.choices, blank=True, default=""
    )
    awarded_at = models.DateTimeField(_("awarded"), auto_now_add=True)

    class Meta:
        verbose_name = _("pension award")
        verbose_name_plural = _("pension awards")
        ordering = ["-awarded_at"]
        indexes = [
            # Payrolls walk a region's awards in payment in the order of people.
            models.Index(
                fields=["person", "region"],
                condition=models.Q(state=AwardState.IN_PAYMENT),
                name="award_in_payment",
            ),
            models.Index(
                fields=["region"],
                condition=models.Q(owed_from__isnull=False),
                name="award_owed",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "scheme", "branch"],
                condition=~models.Q(state=AwardState.ENDED),
                name="award_one_per_person_and_scheme",
            ),
            ExclusionConstraint(
                name="award_no_overlap",
                expressions=[
                    (whole("person_id"), RangeOperators.OVERLAPS),
                    (whole("scheme"), RangeOperators.OVERLAPS),
                    (whole("branch"), RangeOperators.OVERLAPS),
                    (
                        models.Func(
                            models.F("from_month"),
                            # Half-open, so that an award that ended before it began is empty.
                            models.F("until_month") + 1,
                            models.Value("[)"),
                            function="int8range",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            models.CheckConstraint(
                condition=models.Q(
                    basic__gte=0, account__gte=0, transitional__gte=0, monthly__gt=0
                ),
                name="award_parts_possible",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    monthly=models.F("basic")
                    + models.F("account")
                    + models.F("transitional")
                    + models.F("addition")
                ),
                name="award_parts_add_up",
            ),
            models.CheckConstraint(
                condition=models.Q(branch=Branch.PENSION, beside__isnull=True)
                | models.Q(branch=Branch.ANNUITY, basic=0, transitional=0, addition=0),
                name="award_annuity_of_its_account",
            ),
            models.CheckConstraint(
                condition=models.Q(until_month__isnull=True)
                | models.Q(until_month__gte=models.F("from_month") - 1),
                name="award_span_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(state=AwardState.ENDED, until_month__isnull=False)
                | (~models.Q(state=AwardState.ENDED) & models.Q(until_month__isnull=True)),
                name="award_ended_with_a_month",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_state_display()}"


class Benefit(models.Model):
    """What an award pays a month from a month on (领取中的待遇), until its next row or its end.

    No row is ever changed: a yearly adjustment adds the row that takes over, and what was wrong is
    stated anew under the same month with the next `version`. The highest version holds.
    """

    pk = models.CompositePrimaryKey("person_id", "award_id", "from_month", "version")
    person_id = models.BigIntegerField(_("person"))
    award_id = models.BigIntegerField(_("award"))
    from_month = models.IntegerField(_("from"))
    version = models.PositiveSmallIntegerField(_("version"), db_default=0)
    basic = models.BigIntegerField(_("basic pension"))
    account = models.BigIntegerField(_("account pension"))
    transitional = models.BigIntegerField(_("transitional pension"))
    addition = models.BigIntegerField(_("additions"), default=0)

    class Meta:
        verbose_name = _("benefit")
        verbose_name_plural = _("benefits")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(basic__gte=0, account__gte=0, transitional__gte=0),
                name="benefit_parts_possible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.from_month}"

    @property
    def monthly(self) -> int:
        """All parts together, in fen."""
        return self.basic + self.account + self.transitional + self.addition
