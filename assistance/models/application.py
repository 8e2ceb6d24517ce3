"""An application for assistance and what is found out about it. Number and decision are its case's."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.models import Household, Person
from socsec.office.models import User

from .programme import Programme, Step


class Application(models.Model):
    """Who asks for what. `household` is the one registered; its members are copied to the case.

    `stated` are facts that the applicant stated, in natural units; `gathered` is what the proposal
    rests on, and with the case's edition it replays the decision. `event` names what happened where
    temporary aid is asked for: one event is aided once.
    """

    case = models.OneToOneField(
        "office.Case",
        models.PROTECT,
        primary_key=True,
        related_name="assistance",
        verbose_name=_("case"),
    )
    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="applications", verbose_name=_("programme")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="assistance", verbose_name=_("applicant")
    )
    household = models.ForeignKey(
        Household,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assistance",
        verbose_name=_("household"),
    )
    region = models.CharField(_("region"), max_length=6)
    rural = models.BooleanField(_("by the rural standard"), default=False)
    stated = models.JSONField(_("facts stated"), default=dict, blank=True)
    gathered = models.JSONField(_("facts gathered"), null=True, blank=True)
    spoken = models.BooleanField(_("applied by word of mouth"), default=False)
    staff_relative = models.BooleanField(_("relative of staff"), default=False)
    event = models.CharField(_("event"), max_length=120, blank=True, default="")
    event_on = models.DateField(_("day of the event"), null=True, blank=True)
    open = models.BooleanField(_("open"), default=True)

    class Meta:
        verbose_name = _("application for assistance")
        verbose_name_plural = _("applications for assistance")
        ordering = ["-case"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "programme"],
                condition=models.Q(open=True),
                name="application_one_open_per_programme",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} · {self.case}"


class Exclusion(models.TextChoices):
    """Who lives there and does not count (民发〔2021〕57号第七条)."""

    NONE = "", _("Counts as a member")
    RELIGIOUS = "religious", _("Lives apart as religious staff for three years or more")
    PRISON = "prison", _("In prison, custody or compulsory detoxification")
    MISSING = "missing", _("Declared missing")
    CONSCRIPT = "conscript", _("Serving as a conscript")
    AWAY = "away", _("Does not live with the household")


class Applicant(models.Model):
    """A member of the household in an application, and the authorisation to ask about them."""

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="members", verbose_name=_("application")
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=8)
    excluded = models.CharField(
        _("counts"), max_length=12, choices=Exclusion.choices, blank=True, default=""
    )
    authorised_on = models.DateField(_("authorised"), null=True, blank=True)
    authorised_until = models.DateField(_("authorised until"), null=True, blank=True)

    class Meta:
        verbose_name = _("member in an application")
        verbose_name_plural = _("members in an application")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "person"], name="applicant_once"),
            models.CheckConstraint(
                condition=models.Q(authorised_on__isnull=True, authorised_until__isnull=True)
                | models.Q(authorised_until__gte=models.F("authorised_on")),
                name="applicant_authorised_for_a_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.person)


class Source(models.TextChoices):
    """Registers that are asked (社会救助法第四十一条)."""

    POPULATION = "population", _("Household register")
    TAX = "tax", _("Tax")
    INSURANCE = "insurance", _("Social insurance")
    PROPERTY = "property", _("Real estate")
    VEHICLES = "vehicles", _("Vehicles")
    BANKS = "banks", _("Banks and securities")
    COMPANIES = "companies", _("Company register")
    HOUSING_FUND = "housing_fund", _("Housing fund")


class Matching(models.Model):
    """One question to one register about one member, its answer, and an objection to it.

    Income is fen a month, money is fen; what a register does not know is null.
    """

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="matchings", verbose_name=_("application")
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("person"))
    source = models.CharField(_("register"), max_length=12, choices=Source.choices)
    # What registers know the question by: it says nothing and cannot be guessed.
    public_id = models.UUIDField(
        _("public number"), db_default=RandomUUID(), unique=True, editable=False
    )
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    earned = models.BigIntegerField(_("earned a month"), null=True, blank=True)
    transfers = models.BigIntegerField(_("transfers a month"), null=True, blank=True)
    business = models.BigIntegerField(_("business income a month"), null=True, blank=True)
    money = models.BigIntegerField(_("money"), null=True, blank=True)
    vehicles = models.PositiveSmallIntegerField(_("vehicles"), null=True, blank=True)
    homes = models.PositiveSmallIntegerField(_("homes"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True, default="")
    objection = models.CharField(_("objection"), max_length=500, blank=True, default="")
    objected_on = models.DateField(_("objected"), null=True, blank=True)
    settled = models.CharField(_("re-check"), max_length=500, blank=True, default="")
    settled_on = models.DateField(_("re-checked"), null=True, blank=True)

    class Meta:
        verbose_name = _("data matching")
        verbose_name_plural = _("data matchings")
        ordering = ["application", "person", "source"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "person", "source"], name="matching_once_per_source"
            ),
            models.CheckConstraint(
                condition=models.Q(earned__isnull=True) | models.Q(earned__gte=0),
                name="matching_income_possible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_source_display()}"


class Survey(models.Model):
    """A visit by two people (民发〔2021〕57号第十六条). A draft is kept until it is handed in."""

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="surveys", verbose_name=_("application")
    )
    visited_on = models.DateField(_("visited"))
    first = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("surveyor"))
    second = models.CharField(_("second surveyor"), max_length=60)
    findings = models.JSONField(_("findings"), default=dict)
    text = models.CharField(_("how the household lives"), max_length=2000, blank=True, default="")
    draft = models.BooleanField(_("draft"), default=True)
    handed_in_at = models.DateTimeField(_("handed in"), null=True, blank=True)

    class Meta:
        verbose_name = _("household survey")
        verbose_name_plural = _("household surveys")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=models.Q(draft=True),
                name="survey_one_draft",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} · {self.visited_on}"


class Appraisal(models.Model):
    """What a panel of residents said of what the household stated, where the region keeps it."""

    application = models.OneToOneField(
        Application, models.CASCADE, related_name="appraisal", verbose_name=_("application")
    )
    held_on = models.DateField(_("held"))
    place = models.CharField(_("place"), max_length=120)
    present = models.PositiveSmallIntegerField(_("members of the panel"))
    residents = models.PositiveSmallIntegerField(_("of them elected residents"))
    agreed = models.PositiveSmallIntegerField(_("found it true"))
    text = models.CharField(_("what was said"), max_length=2000, blank=True, default="")

    class Meta:
        verbose_name = _("democratic appraisal")
        verbose_name_plural = _("democratic appraisals")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(residents__lte=models.F("present"))
                & models.Q(agreed__lte=models.F("present")),
                name="appraisal_votes_possible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} · {self.held_on}"


class PublicNotice(models.Model):
    """What is posted in the village or community: name, number of members and amount, nothing else."""

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="notices", verbose_name=_("application")
    )
    place = models.CharField(_("posted at"), max_length=120)
    posted_on = models.DateField(_("posted"))
    until = models.DateField(_("until"))
    shown = models.JSONField(_("what it shows"))
    objection = models.CharField(_("objection"), max_length=500, blank=True, default="")
    answered = models.CharField(_("what was found"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("public notice")
        verbose_name_plural = _("public notices")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.application} · {self.posted_on}"


class Clock(models.Model):
    """One step of one application: when it began, when it is due, when it was done.

    `escalated_at` is when the supervisors were told that it is about to run out.
    """

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="clocks", verbose_name=_("application")
    )
    step = models.ForeignKey(Step, models.PROTECT, related_name="+", verbose_name=_("step"))
    began_on = models.DateField(_("began"), null=True, blank=True)
    due_on = models.DateField(_("due"), null=True, blank=True)
    done_on = models.DateField(_("done"), null=True, blank=True)
    escalated_at = models.DateTimeField(_("escalated"), null=True, blank=True)

    class Meta:
        verbose_name = _("step under way")
        verbose_name_plural = _("steps under way")
        ordering = ["application", "step__place"]
        constraints = [
            models.UniqueConstraint(fields=["application", "step"], name="clock_once"),
        ]
        indexes = [
            models.Index(
                fields=["due_on"], condition=models.Q(done_on__isnull=True), name="clock_running"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} · {self.step}"

    @property
    def late(self) -> bool | None:
        """Whether the step was done after its day; None while that is not known."""
        if self.done_on is None or self.due_on is None:
            return None
        return self.done_on > self.due_on
