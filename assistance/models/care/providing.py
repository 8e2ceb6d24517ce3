"""Who gives care: providers with their agreements, beds, who lies in them and who waits."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from socsec.office.fields import EncryptedField
from socsec.office.models import User

from .needing import CareState, Decided


class CareProvider(Decided):
    """A provider of care under an agreement with the office, from one day to another.

    `services` are codes of `rules.care_services.CareService`, `settings` of `Setting`. Its system
    speaks to ours as `user`. `insured` says that it settles with the insurance of long-term care.
    """

    name = models.CharField(_("name"), max_length=60)
    credit_code = models.CharField(_("unified social credit code"), max_length=18)
    region = models.CharField(_("region"), max_length=6)
    address = models.CharField(_("address"), max_length=200, blank=True, default="")
    phone = models.CharField(_("phone"), max_length=20, blank=True, default="")
    services = models.JSONField(_("kinds of service"))
    settings = models.JSONField(_("where care is given"))
    insured = models.BooleanField(_("settles with long-term care insurance"), default=False)
    from_date = models.DateField(_("agreement from"))
    until = models.DateField(_("agreement until"))
    document = models.CharField(_("document"), max_length=120)
    bank = models.CharField(_("bank"), max_length=60)
    account = EncryptedField(_("account number"))
    user = models.OneToOneField(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="care_provider",
        verbose_name=_("account of its system"),
    )

    class Meta(Decided.Meta):
        verbose_name = _("provider of care")
        verbose_name_plural = _("providers of care")
        ordering = ["region", "name"]
        constraints = [
            *Decided.Meta.constraints,
            models.UniqueConstraint(
                fields=["region", "credit_code", "from_date"],
                condition=~Q(state=CareState.REJECTED),
                name="care_provider_once",
            ),
            models.CheckConstraint(
                condition=Q(until__gte=F("from_date")), name="care_provider_agreement_days"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def holds_on(self, day: date) -> bool:
        """Whether its agreement is in force on that day."""
        return self.state == CareState.IN_FORCE and self.from_date <= day <= self.until


class Bed(models.Model):
    """A bed of an institution. `closed_on` is its last day."""

    provider = models.ForeignKey(
        CareProvider, models.PROTECT, related_name="beds", verbose_name=_("provider")
    )
    label = models.CharField(_("bed"), max_length=20)
    since = models.DateField(_("from"))
    closed_on = models.DateField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("bed")
        verbose_name_plural = _("beds")
        ordering = ["provider", "label"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "label"],
                condition=Q(closed_on__isnull=True),
                name="care_bed_label_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} · {self.label}"

    @property
    def region(self) -> str:
        return self.provider.region


class WaitState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    OFFERED = "offered", _("Bed offered")
    PLACED = "placed", _("Moved in")
    GONE = "gone", _("Off the list")


class BedWait(models.Model):
    """A person's place on the waiting list of an institution: by need first, then by the day asked.

    An offer that is declined, or not answered by `answer_by`, goes to the next; the person stays.
    """

    provider = models.ForeignKey(
        CareProvider, models.PROTECT, related_name="waits", verbose_name=_("provider")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="bed_waits", verbose_name=_("person")
    )
    region = models.CharField(_("region"), max_length=6)
    level = models.PositiveSmallIntegerField(_("level of care"))
    asked_on = models.DateField(_("asked"))
    state = models.CharField(
        _("state"), max_length=8, choices=WaitState.choices, default=WaitState.WAITING
    )
    bed = models.ForeignKey(
        Bed, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("bed")
    )
    answer_by = models.DateField(_("answer by"), null=True, blank=True)
    declined = models.PositiveSmallIntegerField(_("offers declined"), default=0)
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("place on a waiting list")
        verbose_name_plural = _("waiting lists for beds")
        ordering = ["provider", "-level", "asked_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "person"],
                condition=Q(state__in=[WaitState.WAITING, WaitState.OFFERED]),
                name="care_wait_once",
            ),
            models.UniqueConstraint(
                fields=["bed"],
                condition=Q(state=WaitState.OFFERED),
                name="care_bed_offered_once",
            ),
            models.CheckConstraint(
                condition=~Q(state=WaitState.OFFERED)
                | Q(bed__isnull=False, answer_by__isnull=False),
                name="care_offer_names_a_bed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.provider}"


class BedStay(models.Model):
    """Who lies in which bed, from day to day; `until` is the last day."""

    bed = models.ForeignKey(Bed, models.PROTECT, related_name="stays", verbose_name=_("bed"))
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="bed_stays", verbose_name=_("person")
    )
    region = models.CharField(_("region"), max_length=6)
    from_date = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason for moving out"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("stay in a bed")
        verbose_name_plural = _("stays in beds")
        ordering = ["-from_date", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["bed"], condition=Q(until__isnull=True), name="care_bed_taken_once"
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(until__isnull=True), name="care_one_bed_a_person"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("from_date")),
                name="care_stay_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.bed}"
