"""What records of medical insurance are told apart by. The numbers are what the rules see."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProviderKind(models.IntegerChoices):
    HOSPITAL = 1, _("Hospital")
    CLINIC = 2, _("Clinic or health centre")
    PHARMACY = 3, _("Pharmacy")


class Level(models.IntegerChoices):
    """How high a provider stands."""

    PRIMARY = 0, _("Primary care")
    FIRST = 1, _("First level")
    SECOND = 2, _("Second level")
    THIRD = 3, _("Third level")
    PHARMACY = 4, _("Pharmacy")


class Care(models.IntegerChoices):
    """What kind of care a bill is for; the numbers are those of the national code table (med_type)."""

    OUTPATIENT = 11, _("Outpatient care")
    EMERGENCY = 13, _("Emergency care")
    SPECIAL = 14, _("Outpatient care of chronic and special diseases")
    NEGOTIATED = 18, _("Negotiated drugs")
    INPATIENT = 21, _("Hospital stay")
    PHARMACY = 41, _("Purchase at a pharmacy")
    TWO_DISEASES = 9901, _("Drugs for hypertension and diabetes")


class Standing(models.IntegerChoices):
    """As whom somebody is insured, as far as benefits differ by it."""

    ACTIVE = 1, _("Working")
    RETIRED = 2, _("Retired")
    ADULT = 3, _("Adult resident")
    CHILD = 4, _("Student or child")
    ELDERLY = 5, _("Elderly resident")


class Away(models.IntegerChoices):
    """How somebody came to be treated outside the home region."""

    LOCAL = 0, _("Treated at home")
    LONG_TERM = 1, _("Filed as living elsewhere")
    EMERGENCY = 2, _("Emergency")
    REFERRED = 3, _("Filed with a referral")
    OTHER = 4, _("Away without a referral")


class Disease(models.IntegerChoices):
    """The two common diseases whose drugs are paid for outside hospital."""

    NONE = 0, _("Neither")
    HYPERTENSION = 1, _("Hypertension")
    DIABETES = 2, _("Diabetes")
    BOTH = 3, _("Hypertension and diabetes")


class ItemKind(models.IntegerChoices):
    """The three catalogues."""

    DRUG = 1, _("Drug")
    SERVICE = 2, _("Service")
    CONSUMABLE = 3, _("Consumable")


class Catalogue(models.IntegerChoices):
    """What comes in editions: the three catalogues of items, and the list of diagnoses."""

    DRUGS = 1, _("Drugs")
    SERVICES = 2, _("Services")
    CONSUMABLES = 3, _("Consumables")
    DIAGNOSES = 4, _("Diagnoses")


class ItemClass(models.IntegerChoices):
    """The class of an item; class C is not paid for."""

    A = 1, _("Class A")
    B = 2, _("Class B")
    C = 3, _("Class C")


class OfSex(models.IntegerChoices):
    """Whom an item or a diagnosis is for."""

    ANY = 0, _("Anybody")
    MALE = 1, _("Men")
    FEMALE = 2, _("Women")


# Care that is paid for by the terms of hospital stays, and by those of outpatient pooling.
BY_STAY = (Care.INPATIENT, Care.SPECIAL)
BY_VISIT = (Care.OUTPATIENT, Care.EMERGENCY, Care.PHARMACY)
