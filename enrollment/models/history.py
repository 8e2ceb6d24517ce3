"""What was known of a person, and when: each change of a detail is a further row, none is lost."""

from datetime import date

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from socsec.office.fields import EncryptedField

from .person import Person
from .spans import last_day, whole


class Detail(models.TextChoices):
    """A detail of a person that has a history."""

    NAME = "name", _("Name")
    SEX = "sex", _("Sex")
    BORN_ON = "born_on", _("Date of birth")
    RESIDENT_ID = "resident_id", _("Resident identity number")
    PHONE = "phone", _("Mobile number")
    ADDRESS = "address", _("Address")
    REGION = "region", _("Region")


class PersonFact(models.Model):
    """One detail of a person from a day on, as it was recorded at a moment. Append-only.

    A correction holds from the first day (`since` is NULL); a change from its own. The row of
    `seq` 0 is what stood there before the first change, recorded when the person was.
    """

    pk = models.CompositePrimaryKey("person_id", "detail", "seq")
    person_id = models.BigIntegerField(_("person"))
    detail = models.CharField(_("detail"), max_length=12, choices=Detail.choices)
    seq = models.PositiveSmallIntegerField(_("number"))
    value = EncryptedField(_("value"), blank=True)
    since = models.DateField(_("holds from"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded"), db_default=Now())
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    case_id = models.BigIntegerField(_("case"), null=True, blank=True)

    class Meta:
        verbose_name = _("detail of a person")
        verbose_name_plural = _("details of people")

    def __str__(self) -> str:
        return f"{self.person_id} · {self.detail} {self.seq}"


class RegistrationKind(models.IntegerChoices):
    """Of what kind the household registration is (户籍性质)."""

    URBAN = 1, _("Urban")
    RURAL = 2, _("Rural")


class Registration(models.Model):
    """Where and as what a person is registered, over time. One at a time."""

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="registrations", verbose_name=_("person")
    )
    kind = models.PositiveSmallIntegerField(
        _("registration type"), choices=RegistrationKind.choices
    )
    region = models.CharField(_("region"), max_length=6)
    span = DateRangeField(_("period"))
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    ended_at = models.DateTimeField(_("end recorded"), null=True, blank=True)

    class Meta:
        verbose_name = _("household registration")
        verbose_name_plural = _("household registrations")
        ordering = ["person", "span"]
        constraints = [
            ExclusionConstraint(
                name="registration_one_at_a_time",
                expressions=[
                    (whole("person_id"), RangeOperators.OVERLAPS),
                    ("span", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=RegistrationKind.values), name="registration_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.region}"

    @property
    def last_day(self) -> date | None:
        """The last day; None while it holds."""
        return last_day(self.span)
