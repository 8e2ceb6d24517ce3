"""The catalogues: what insurance pays for, by edition; the one in force on the day of service counts."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from socsec.office.errors import pick

from .words import Catalogue, ItemClass, ItemKind, OfSex

ONE = 1_000_000  # a whole, in millionths


class CatalogueEdition(models.Model):
    """A file of catalogue items or diagnoses: read, compared with what is in force, approved by another.

    `whole` says that the file is the whole catalogue of its kind, so that what it leaves out ends.
    The counts are those of the comparison.
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("Being read")
        WAITING = "waiting", _("Waiting for approval")
        TAKEN = "taken", _("In force")
        REJECTED = "rejected", _("Rejected")
        FAILED = "failed", _("Not readable")

    region = models.CharField(_("region"), max_length=6)
    kind = models.PositiveSmallIntegerField(_("catalogue"), choices=Catalogue.choices)
    from_date = models.DateField(_("in force from"))
    whole = models.BooleanField(_("the whole catalogue"), default=False)
    document = models.CharField(_("document"), max_length=200)
    filename = models.CharField(_("file"), max_length=120, blank=True, default="")
    digest = models.CharField(_("fingerprint"), max_length=64)
    state = models.CharField(
        _("state"), max_length=9, choices=State.choices, default=State.RECEIVED
    )
    added = models.IntegerField(_("new items"), default=0)
    changed = models.IntegerField(_("changed items"), default=0)
    same = models.IntegerField(_("unchanged items"), default=0)
    ended = models.IntegerField(_("items that end"), default=0)
    bad = models.IntegerField(_("bad rows"), default=0)
    trouble = models.JSONField(_("trouble"), default=dict, blank=True)
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("handed in by")
    )
    made_at = models.DateTimeField(_("handed in"), auto_now_add=True)
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    checked_at = models.DateTimeField(_("decided"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("catalogue edition")
        verbose_name_plural = _("catalogue editions")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "kind", "digest", "from_date"],
                condition=Q(state__in=["received", "waiting", "taken"]),
                name="catalogue_edition_same_file_once",
            ),
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | ~Q(checker=F("maker")),
                name="catalogue_edition_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["taken", "rejected"]) | Q(checker__isnull=False),
                name="catalogue_edition_decided_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.from_date}"

    @property
    def why(self) -> str:
        """The trouble, in the reader's language."""
        return pick(self.trouble)


class ItemTerms(models.Model):
    """What a catalogue says of an item: class, first self-pay shares in millionths, and limits.

    `price_limit` is for one unit, in fen; None is no limit. Ages are in months, `most_a_day` in
    whole units; they are for the audit of bills.
    """

    name = models.CharField(_("name"), max_length=200)
    unit = models.CharField(_("unit"), max_length=40, blank=True, default="")
    item_class = models.PositiveSmallIntegerField(_("class"), choices=ItemClass.choices)
    share_employees = models.IntegerField(_("first self-pay share, employees"), default=0)
    share_residents = models.IntegerField(_("first self-pay share, residents"), default=0)
    price_limit = models.BigIntegerField(_("price limit"), null=True, blank=True)
    negotiated = models.BooleanField(_("negotiated drug"), default=False)
    dual_channel = models.BooleanField(_("also at pharmacies"), default=False)
    sex = models.PositiveSmallIntegerField(_("for"), choices=OfSex.choices, default=OfSex.ANY)
    least_age = models.IntegerField(_("from age"), null=True, blank=True)
    most_age = models.IntegerField(_("up to age"), null=True, blank=True)
    most_a_day = models.IntegerField(_("most a day"), null=True, blank=True)

    class Meta:
        abstract = True


# The columns of ItemTerms, in the order in which statements write them.
TERMS = tuple(field.attname for field in ItemTerms._meta.local_fields)


class CatalogueItem(ItemTerms):
    """An item as it stood from one day to another, both included. Never changed but for its end."""

    region = models.CharField(_("region"), max_length=6)
    kind = models.PositiveSmallIntegerField(_("catalogue"), choices=ItemKind.choices)
    code = models.CharField(_("code"), max_length=40)
    from_date = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)
    edition = models.ForeignKey(
        CatalogueEdition, models.PROTECT, related_name="items", verbose_name=_("edition")
    )

    class Meta:
        verbose_name = _("catalogue item")
        verbose_name_plural = _("catalogue items")
        ordering = ["kind", "code", "-from_date"]
        indexes = [models.Index(fields=["name"], name="catalogue_item_name")]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "region", "kind", "from_date"], name="catalogue_item_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["code", "region", "kind"],
                condition=Q(until__isnull=True),
                name="catalogue_item_one_open",
            ),
            models.CheckConstraint(
                condition=Q(share_employees__range=(0, ONE), share_residents__range=(0, ONE)),
                name="catalogue_item_shares_possible",
            ),
            models.CheckConstraint(
                condition=Q(price_limit__isnull=True) | Q(price_limit__gte=0),
                name="catalogue_item_limit_possible",
            ),
            models.CheckConstraint(
                condition=Q(item_class__in=ItemClass.values), name="catalogue_item_class_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def holds_on(self, day: date) -> bool:
        """Whether the item stood so on that day."""
        return self.from_date <= day and (self.until is None or day <= self.until)


class Change(models.TextChoices):
    """What a row would change of what is in force."""

    ADDED = "added", _("New")
    CHANGED = "changed", _("Changed")
    SAME = "same", _("Unchanged")


class CatalogueRow(ItemTerms):
    """A good row of a file that waits, and what it would change."""

    edition = models.ForeignKey(
        CatalogueEdition, models.CASCADE, related_name="rows", verbose_name=_("edition")
    )
    number = models.IntegerField(_("row"))
    code = models.CharField(_("code"), max_length=40)
    change = models.CharField(
        _("change"), max_length=8, choices=Change.choices, default=Change.ADDED
    )

    class Meta:
        verbose_name = _("row of a catalogue file")
        verbose_name_plural = _("rows of catalogue files")
        ordering = ["edition", "number"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], name="catalogue_row_code_once"),
        ]

    def __str__(self) -> str:
        return self.code


class CatalogueBadRow(models.Model):
    """A row that could not be read, with the reason in both languages."""

    edition = models.ForeignKey(
        CatalogueEdition, models.CASCADE, related_name="bad_rows", verbose_name=_("edition")
    )
    number = models.IntegerField(_("row"))
    given = models.JSONField(_("as it came"), default=dict)
    code = models.CharField(_("code"), max_length=40)
    reason = models.JSONField(_("reason"), default=dict)

    class Meta:
        verbose_name = _("bad row of a catalogue file")
        verbose_name_plural = _("bad rows of catalogue files")
        ordering = ["edition", "number"]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def why(self) -> str:
        return pick(self.reason)


class DiagnosisTerms(models.Model):
    """What benefits hang on a diagnosis.

    `listed` diseases are those that catastrophic insurance covers where it covers a list only;
    `special` ones may be registered for outpatient care on the terms of hospital stays.
    """

    name = models.CharField(_("name"), max_length=120)
    sex = models.PositiveSmallIntegerField(_("for"), choices=OfSex.choices, default=OfSex.ANY)
    listed = models.BooleanField(_("on the list of catastrophic insurance"), default=False)
    special = models.BooleanField(_("chronic or special disease"), default=False)

    class Meta:
        abstract = True


DIAGNOSIS_TERMS = tuple(field.attname for field in DiagnosisTerms._meta.local_fields)


class Diagnosis(DiagnosisTerms):
    """A diagnosis as it stood from one day to another, both included. Never changed but for its end."""

    region = models.CharField(_("region"), max_length=6)
    code = models.CharField(_("code"), max_length=20)
    from_date = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)
    edition = models.ForeignKey(
        CatalogueEdition, models.PROTECT, related_name="diagnoses", verbose_name=_("edition")
    )

    class Meta:
        verbose_name = _("diagnosis")
        verbose_name_plural = _("diagnoses")
        ordering = ["code", "-from_date"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "region", "from_date"], name="diagnosis_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["code", "region"],
                condition=Q(until__isnull=True),
                name="diagnosis_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class DiagnosisRow(DiagnosisTerms):
    """A good row of a list of diagnoses that waits, and what it would change."""

    edition = models.ForeignKey(
        CatalogueEdition, models.CASCADE, related_name="diagnosis_rows", verbose_name=_("edition")
    )
    number = models.IntegerField(_("row"))
    code = models.CharField(_("code"), max_length=20)
    change = models.CharField(
        _("change"), max_length=8, choices=Change.choices, default=Change.ADDED
    )

    class Meta:
        verbose_name = _("row of a list of diagnoses")
        verbose_name_plural = _("rows of lists of diagnoses")
        ordering = ["edition", "number"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], name="diagnosis_row_code_once"),
        ]

    def __str__(self) -> str:
        return self.code
