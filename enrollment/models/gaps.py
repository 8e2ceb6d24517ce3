"""Full coverage: who should be insured and is not, what was done about it, and the rates over time."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from funds.models import Branch
from socsec.kernel.months import format_month


class GapReason(models.IntegerChoices):
    """Why somebody stands on the list. The number is that of the rule."""

    LEFT_OUT = 1, _("The employer left this branch out")
    NOT_RENEWED = 2, _("A resident who did not renew")
    INTERRUPTED = 3, _("Interrupted")
    MINOR = 4, _("A minor, never enrolled")
    WORKING_AGE = 5, _("Of working age, in no scheme")
    OLDER = 6, _("An older person, never enrolled")


class GapEnd(models.TextChoices):
    COVERED = "covered", _("Coverage began")
    NO_LONGER = "no_longer", _("Need not be insured any more")


class CoverageGap(models.Model):
    """One person who should be insured in a branch and is not, from the day it was found.

    Written by the refresh alone, in SQL; it closes itself when the facts change. `clerk_id` works
    on it, `next_on` is the day agreed for the next word.
    """

    pk = models.CompositePrimaryKey("person_id", "branch", "found_on")
    person_id = models.BigIntegerField(_("person"))
    branch = models.PositiveSmallIntegerField(_("branch"), choices=Branch.choices)
    found_on = models.DateField(_("found"))
    region = models.CharField(_("region"), max_length=6)
    reason = models.PositiveSmallIntegerField(_("reason"), choices=GapReason.choices)
    since = models.DateField(_("not insured since"), null=True, blank=True)
    clerk_id = models.BigIntegerField(_("in the hands of"), null=True, blank=True)
    next_on = models.DateField(_("next word"), null=True, blank=True)
    closed_on = models.DateField(_("closed"), null=True, blank=True)
    ended = models.CharField(
        _("how it ended"), max_length=10, choices=GapEnd.choices, blank=True, default=""
    )

    class Meta:
        verbose_name = _("gap in coverage")
        verbose_name_plural = _("gaps in coverage")
        indexes = [
            models.Index(
                fields=["region", "next_on", "person_id"],
                condition=models.Q(closed_on__isnull=True),
                name="gap_work_list",
            ),
            models.Index(fields=["clerk_id"], name="gap_by_clerk"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person_id", "branch"],
                condition=models.Q(closed_on__isnull=True),
                name="gap_one_open_per_branch",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_on__isnull=True, ended="")
                | (models.Q(closed_on__isnull=False) & ~models.Q(ended="")),
                name="gap_closed_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.get_branch_display()} · {self.get_reason_display()}"


class ContactWay(models.TextChoices):
    PHONE = "phone", _("By telephone")
    VISIT = "visit", _("Visited at home")
    COUNTER = "counter", _("At the counter")
    MESSAGE = "message", _("By message")


class ContactOutcome(models.TextChoices):
    WILL = "will", _("Will enrol")
    THINKS = "thinks", _("Thinks it over")
    WILL_NOT = "will_not", _("Does not want to")
    CANNOT = "cannot", _("Cannot pay; help to be looked for")
    UNREACHED = "unreached", _("Not reached")
    ELSEWHERE = "elsewhere", _("Says: insured at another place")
    AWAY = "away", _("Moved away")


class GapContact(models.Model):
    """One attempt to win a person for insurance, and what came of it. Append-only."""

    person_id = models.BigIntegerField(_("person"))
    branch = models.PositiveSmallIntegerField(_("branch"), choices=Branch.choices)
    found_on = models.DateField(_("found"))
    at = models.DateTimeField(_("at"), db_default=Now(), editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    region = models.CharField(_("region"), max_length=6)
    way = models.CharField(_("how"), max_length=8, choices=ContactWay.choices)
    outcome = models.CharField(_("outcome"), max_length=10, choices=ContactOutcome.choices)
    note = models.CharField(_("note"), max_length=300, blank=True, default="")
    next_on = models.DateField(_("next word"), null=True, blank=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["person_id", "branch"], name="gap_contact_person")]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.get_outcome_display()}"


class AgeBand(models.IntegerChoices):
    """Bands of age in which coverage is counted; the number is the first year of age."""

    CHILD = 0, _("0 to 15")
    YOUNG = 16, _("16 to 29")
    MIDDLE = 30, _("30 to 44")
    LATER = 45, _("45 to 59")
    OLD = 60, _("60 and older")


class Area(models.IntegerChoices):
    UNKNOWN = 0, _("Not known")
    URBAN = 1, _("Urban")
    RURAL = 2, _("Rural")


class CoverageCount(models.Model):
    """How many people lived in a region at the end of a month, and how many of them were insured.

    Counted in SQL; the row of a month that is not over is counted anew each night.
    """

    pk = models.CompositePrimaryKey("month", "branch", "region", "band", "area")
    month = models.IntegerField(_("month"))
    branch = models.PositiveSmallIntegerField(_("branch"), choices=Branch.choices)
    region = models.CharField(_("region"), max_length=6)
    band = models.PositiveSmallIntegerField(_("age"), choices=AgeBand.choices)
    area = models.PositiveSmallIntegerField(_("urban or rural"), choices=Area.choices)
    people = models.BigIntegerField(_("people"))
    insured = models.BigIntegerField(_("insured"))

    class Meta:
        verbose_name = _("coverage count")
        verbose_name_plural = _("coverage counts")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(people__gt=0, insured__gte=0, insured__lte=models.F("people")),
                name="coverage_count_possible",
            ),
        ]

    def __str__(self) -> str:
        return f"{format_month(self.month)} · {self.region}"
