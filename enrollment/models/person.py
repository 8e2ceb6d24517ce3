"""People: one lifelong record each, found by identity number."""

from datetime import date

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils.translation import gettext_lazy as _

from socsec.kernel import ids, months
from socsec.office.fields import EncryptedField


class Sex(models.IntegerChoices):
    MALE = 1, _("Male")
    FEMALE = 2, _("Female")


class IdentifierKind(models.TextChoices):
    RESIDENT_ID = "resident_id", _("Resident identity number")
    PASSPORT = "passport", _("Passport")
    RESIDENCE_PERMIT = (
        "residence_permit",
        _("Residence permit for people of Hong Kong, Macao and Taiwan"),
    )
    TRAVEL_PERMIT = "travel_permit", _("Travel permit for people of Hong Kong, Macao and Taiwan")
    FOREIGN_RESIDENT = "foreign_resident", _("Foreign permanent resident card")


class Person(models.Model):
    """An insured person. The number `id` never changes and is never used twice.

    `resident_id` is empty for newborns who await their number and for foreigners.
    `region` is where the person's file is kept: clerks of other regions do not see it.
    """

    name = models.CharField(_("name"), max_length=60)
    resident_id = EncryptedField(_("resident identity number"))
    sex = models.PositiveSmallIntegerField(_("sex"), choices=Sex.choices)
    born_on = models.DateField(_("date of birth"))
    died_on = models.DateField(_("date of death"), null=True, blank=True)
    death_known_on = models.DateField(_("death known since"), null=True, blank=True)
    phone = EncryptedField(_("mobile number"), blank=True, default="")
    region = models.CharField(_("region"), max_length=6)
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    # What partners know the person by: it says nothing and cannot be guessed.
    public_id = models.UUIDField(
        _("public number"), db_default=RandomUUID(), unique=True, editable=False
    )

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["region"], name="person_region"),
            models.Index(fields=["name"], name="person_name"),
            models.Index(fields=["born_on"], name="person_born_on"),
            # A payroll passes by the dead, who are few.
            models.Index(
                fields=["died_on"],
                condition=models.Q(died_on__isnull=False),
                name="person_died_on",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(died_on__isnull=True, death_known_on__isnull=True)
                | models.Q(
                    died_on__gte=models.F("born_on"), death_known_on__gte=models.F("died_on")
                ),
                name="person_death_after_birth_and_known_after_death",
            ),
            models.CheckConstraint(condition=models.Q(sex__in=[1, 2]), name="person_sex_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def birth_month(self) -> int:
        """The month of birth, as the kernel counts months."""
        return months.month_of(self.born_on)

    def age_on(self, day: date) -> int:
        """Completed months of age."""
        return months.age_on(self.born_on, day)

    def alive_on(self, day: date) -> bool:
        """Whether the person lived on that day, as far as is known."""
        return self.born_on <= day and (self.died_on is None or day <= self.died_on)

    @property
    def masked_id(self) -> str:
        """The identity number with its middle hidden, for screens; empty where there is none."""
        return ids.mask_resident_id(self.resident_id) if self.resident_id else ""

    @property
    def masked_phone(self) -> str:
        return ids.mask_mobile(self.phone) if self.phone else ""


class PersonIdentifier(models.Model):
    """Whose number it is: unique over the whole country, found through a keyed hash.

    A table of its own, so that people can be spread over machines by their own number while
    identity numbers stay unique over all of them.
    """

    # The blind index (`office.fields.blind_index`) of the number; the number itself is not here.
    blind = models.CharField(_("blind index"), max_length=22, primary_key=True)
    kind = models.CharField(_("kind"), max_length=16, choices=IdentifierKind.choices)
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="identifiers", verbose_name=_("person")
    )
    # The blind index of what is left of the number when letters that look like digits, kinds and
    # old lengths are put aside: two people with one of these are looked at, not refused.
    fold = models.CharField(_("folded index"), max_length=22, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("identifier")
        verbose_name_plural = _("identifiers")
        indexes = [
            models.Index(fields=["fold"], condition=~models.Q(fold=""), name="identifier_fold"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
