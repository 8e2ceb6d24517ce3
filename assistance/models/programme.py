"""Programmes of assistance and the steps of their procedure: data, dated, by region."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from socsec.office.models import User


class Family(models.TextChoices):
    """The kinds of 社会救助法 art. 15, and the welfare beside them."""

    BASIC = "basic", _("Basic living")
    SPECIAL = "special", _("Special assistance")
    URGENT = "urgent", _("Urgent assistance")
    WELFARE = "welfare", _("Welfare")
    CARE = "care", _("Special care")


class Unit(models.TextChoices):
    HOUSEHOLD = "household", _("Household")
    PERSON = "person", _("Person")


class Rhythm(models.TextChoices):
    """How often a programme pays."""

    MONTHLY = "monthly", _("Every month")
    ONCE = "once", _("Once")
    NONE = "none", _("Recognition only")


class Form(models.TextChoices):
    CASH = "cash", _("Money")
    KIND = "kind", _("Goods")
    VOUCHER = "voucher", _("Voucher")


class FirstMonth(models.TextChoices):
    """From which month a monthly grant is paid: the regions differ."""

    NEXT = "next", _("The month after the decision")
    DECISION = "decision", _("The month of the decision")
    APPLICATION = "application", _("The month of the application")


class ProgrammeState(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    IN_FORCE = "in_force", _("In force")


class Programme(models.Model):
    """A benefit in one region and below, from one day on. The nearest region's row holds.

    `rule` names the rule that decides eligibility and amount; `given` are facts of that rule which
    the programme fixes. `standing` is what its recipients are recognised as (`rules.facts.Standing`).
    Nothing about a child is ever put on a public notice.
    """

    slug = models.SlugField(_("code"), max_length=32)
    region = models.ForeignKey(
        "office.Region", models.PROTECT, related_name="+", verbose_name=_("region")
    )
    name_zh = models.CharField(_("Chinese name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=80)
    about_zh = models.CharField(_("In a sentence, Chinese"), max_length=200)
    about_en = models.CharField(_("In a sentence, English"), max_length=200)
    family = models.CharField(_("family"), max_length=8, choices=Family.choices)
    rule = models.CharField(_("rule"), max_length=60)
    given = models.JSONField(_("facts fixed by the programme"), default=dict, blank=True)
    unit = models.CharField(_("for"), max_length=12, choices=Unit.choices)
    rhythm = models.CharField(_("paid"), max_length=8, choices=Rhythm.choices)
    form = models.CharField(_("given as"), max_length=8, choices=Form.choices, default=Form.CASH)
    first_month = models.CharField(_("paid from"), max_length=12, choices=FirstMonth.choices)
    means_tested = models.BooleanField(_("means-tested"))
    for_children = models.BooleanField(_("for children"), default=False)
    noticed = models.BooleanField(_("public notice"))
    review_months = models.PositiveSmallIntegerField(
        _("reviewed every so many months"), null=True, blank=True
    )
    standing = models.PositiveSmallIntegerField(_("recognised as"), null=True, blank=True)
    law = models.CharField(_("law"), max_length=120)
    since = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)
    state = models.CharField(
        _("state"),
        max_length=8,
        choices=ProgrammeState.choices,
        default=ProgrammeState.PROPOSED,
    )
    maker = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("entered by")
    )
    checker = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("approved by")
    )

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["family", "slug", "region", "-since"]
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "region", "since"], name="programme_once_per_region_and_day"
            ),
            models.CheckConstraint(
                condition=models.Q(for_children=False) | models.Q(noticed=False),
                name="programme_no_notice_of_a_child",
                violation_error_message=_("Nothing about a child is put on a public notice."),
            ),
            models.CheckConstraint(
                condition=models.Q(maker__isnull=True)
                | models.Q(checker__isnull=True)
                | ~models.Q(maker=models.F("checker")),
                name="programme_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en

    @property
    def about(self) -> str:
        return self.about_zh if (get_language() or "").startswith("zh") else self.about_en


class StepCode(models.TextChoices):
    """What has to be done between acceptance and letter."""

    MATCH = "match", _("Match data")
    SURVEY = "survey", _("Survey the household")
    APPRAISE = "appraise", _("Democratic appraisal")
    OPINION = "opinion", _("First opinion")
    NOTICE = "notice", _("Public notice")
    DECIDE = "decide", _("Decision")
    LETTER = "letter", _("Letter")
    PAPERS = "papers", _("Papers afterwards")


class Actor(models.TextChoices):
    TOWNSHIP = "township", _("Township")
    COUNTY = "county", _("County")


class LimitUnit(models.TextChoices):
    WORKING = "working", _("working days")
    CALENDAR = "calendar", _("calendar days")


class Step(models.Model):
    """One step of a programme's procedure in a region: who, within how long, by which article.

    Steps of one `place` run side by side; the next place begins when all of them are done. Those of
    one programme, region and day are one procedure, entered and approved together.
    """

    programme = models.SlugField(_("programme"), max_length=32)
    region = models.ForeignKey(
        "office.Region", models.PROTECT, related_name="+", verbose_name=_("region")
    )
    code = models.CharField(_("step"), max_length=10, choices=StepCode.choices)
    place = models.PositiveSmallIntegerField(_("place"))
    actor = models.CharField(_("done by"), max_length=10, choices=Actor.choices)
    limit = models.PositiveSmallIntegerField(_("within"))
    unit = models.CharField(_("unit"), max_length=10, choices=LimitUnit.choices)
    law = models.CharField(_("law"), max_length=120)
    status = models.CharField(_("certainty"), max_length=12)
    since = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)
    state = models.CharField(
        _("state"),
        max_length=8,
        choices=ProgrammeState.choices,
        default=ProgrammeState.IN_FORCE,
    )
    maker = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("entered by")
    )
    checker = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("approved by")
    )

    class Meta:
        verbose_name = _("step of a procedure")
        verbose_name_plural = _("steps of procedures")
        ordering = ["programme", "region", "place", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "region", "code", "since"], name="step_once_per_day"
            ),
            models.CheckConstraint(
                condition=models.Q(maker__isnull=True)
                | models.Q(checker__isnull=True)
                | ~models.Q(maker=models.F("checker")),
                name="step_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} · {self.get_code_display()}"
