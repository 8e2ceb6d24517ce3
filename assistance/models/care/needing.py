"""What care a person needs: the assessed level, and the plan that follows from it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from socsec.office.models import PolicyEdition, User


class CareState(models.TextChoices):
    """Of what one person enters and another approves."""

    PROPOSED = "proposed", _("Proposed")
    IN_FORCE = "in_force", _("In force")
    REJECTED = "rejected", _("Not approved")


class Decided(models.Model):
    """Entered by one, approved by another; what was not approved stays and never counts."""

    state = models.CharField(
        _("state"), max_length=8, choices=CareState.choices, default=CareState.PROPOSED
    )
    maker = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("entered by"))
    checker = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    entered_at = models.DateTimeField(_("entered"), auto_now_add=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | ~Q(checker=F("maker")),
                name="%(class)s_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(state=CareState.PROPOSED, checker__isnull=True)
                | (~Q(state=CareState.PROPOSED) & Q(checker__isnull=False)),
                name="%(class)s_decided_by_somebody",
            ),
        ]


class CareAssessment(Decided):
    """How much care a person needs, from a visit by two (长期护理失能等级评估).

    `level` is 0 to 5 (`rules.care_level.CareLevel`) and follows from `scores`; the sheet says how.
    It holds from `assessed_on` until the day before the next one, and to `valid_until` at most.
    """

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="care_assessments", verbose_name=_("person")
    )
    region = models.CharField(_("region"), max_length=6)
    assessed_on = models.DateField(_("assessed"))
    second = models.CharField(_("second assessor"), max_length=60)
    scores = models.JSONField(_("scores"))
    level = models.PositiveSmallIntegerField(_("level of care"))
    sheet = models.JSONField(_("assessment sheet"))
    edition = models.ForeignKey(
        PolicyEdition, models.PROTECT, related_name="+", verbose_name=_("policy edition")
    )
    valid_until = models.DateField(_("to be assessed again by"))
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")

    class Meta(Decided.Meta):
        verbose_name = _("assessment of care")
        verbose_name_plural = _("assessments of care")
        ordering = ["person", "-assessed_on", "-pk"]
        indexes = [
            models.Index(fields=["region", "valid_until"], name="care_assessment_region"),
        ]
        constraints = [
            *Decided.Meta.constraints,
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state=CareState.PROPOSED),
                name="care_assessment_one_proposed",
            ),
            models.UniqueConstraint(
                fields=["person", "assessed_on"],
                condition=Q(state=CareState.IN_FORCE),
                name="care_assessment_once_a_day",
            ),
            models.CheckConstraint(condition=Q(level__lte=5), name="care_level_possible"),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("assessed_on")), name="care_assessment_holds"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.level}"


class CarePlan(Decided):
    """Which services a person shall have a month, from a day on: home, community and institution.

    `lines` are [{"service": "PERSONAL", "setting": "HOME", "units": 12}]; a later plan follows it.
    """

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="care_plans", verbose_name=_("person")
    )
    region = models.CharField(_("region"), max_length=6)
    assessment = models.ForeignKey(
        CareAssessment, models.PROTECT, related_name="plans", verbose_name=_("assessment")
    )
    from_date = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)
    lines = models.JSONField(_("services a month"))
    goal = models.CharField(_("aim"), max_length=200, blank=True, default="")

    class Meta(Decided.Meta):
        verbose_name = _("care plan")
        verbose_name_plural = _("care plans")
        ordering = ["person", "-from_date", "-pk"]
        constraints = [
            *Decided.Meta.constraints,
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state=CareState.PROPOSED),
                name="care_plan_one_proposed",
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state=CareState.IN_FORCE, until__isnull=True),
                name="care_plan_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.from_date}"
