"""Records of the schemes that were merged into the residents' two: what their files held, and what
was carried over from them.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from funds.models import Branch
from socsec.office.fields import EncryptedField


class LegacyScheme(models.TextChoices):
    """The schemes that went before (code table: 380 新农合, 391 城镇居民)."""

    RURAL_PENSION = "rural_pension", _("New rural old-age insurance")
    URBAN_PENSION = "urban_pension", _("Urban residents' old-age insurance")
    RURAL_MEDICAL = "rural_medical", _("New rural cooperative medical insurance")
    URBAN_MEDICAL = "urban_medical", _("Urban residents' medical insurance")

    @property
    def branch(self) -> Branch:
        return Branch.PENSION if self.value.endswith("pension") else Branch.MEDICAL


class LegacyImport(models.Model):
    """One file of an older scheme: read first, looked at, then carried over by a second person.

    The same file is the same import: its fingerprint tells it, and importing it twice changes
    nothing.
    """

    class State(models.TextChoices):
        READ = "read", _("Read, waiting for approval")
        CARRIED = "carried", _("Carried over")
        REJECTED = "rejected", _("Rejected")

    scheme = models.CharField(_("scheme"), max_length=16, choices=LegacyScheme.choices)
    region = models.CharField(_("region"), max_length=6)
    name = models.CharField(_("file"), max_length=120)
    sha256 = models.CharField(_("fingerprint"), max_length=64)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.READ)
    rows = models.IntegerField(_("rows"))
    report = models.JSONField(_("reconciliation"), default=dict)
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("read by")
    )
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("import of an older scheme")
        verbose_name_plural = _("imports of older schemes")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["sha256", "scheme", "region"], name="legacy_import_one_per_file"
            ),
            models.CheckConstraint(
                condition=models.Q(checker__isnull=True) | ~models.Q(checker=models.F("maker")),
                name="legacy_import_four_eyes",
            ),
            models.CheckConstraint(
                condition=models.Q(state="read") | models.Q(checker__isnull=False),
                name="legacy_import_decided_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LegacyRow(models.Model):
    """One line of such a file, and what became of it."""

    class State(models.TextChoices):
        MATCHED = "matched", _("Carried over")
        UNKNOWN = "unknown", _("Nobody with this number is registered")
        OTHER_NAME = "name", _("The number belongs to somebody with another name")
        DUPLICATE = "duplicate", _("Stands twice")
        WRONG = "wrong", _("Cannot be read")

    pk = models.CompositePrimaryKey("import_id", "row")
    import_id = models.BigIntegerField(_("import"))
    row = models.IntegerField(_("row"))
    person_id = models.BigIntegerField(_("person"), default=0)
    number = EncryptedField(_("identity number"))
    name = models.CharField(_("name"), max_length=60)
    first_year = models.PositiveSmallIntegerField(_("first year"), default=0)
    last_year = models.PositiveSmallIntegerField(_("last year"), default=0)
    tier = models.BigIntegerField(_("tier"), default=0)
    balance = models.BigIntegerField(_("balance"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    # Years that were held already, from another scheme or file: they count once.
    years_held = models.PositiveSmallIntegerField(_("years held already"), default=0)
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("line of an older scheme")
        verbose_name_plural = _("lines of older schemes")
        ordering = ["import_id", "row"]

    def __str__(self) -> str:
        return f"{self.import_id}/{self.row}"


class LegacyYear(models.Model):
    """A year of an older scheme that counts in the residents' scheme: each year once."""

    pk = models.CompositePrimaryKey("person_id", "branch", "year")
    person_id = models.BigIntegerField(_("person"))
    branch = models.PositiveSmallIntegerField(_("branch"), choices=Branch.choices)
    year = models.PositiveSmallIntegerField(_("year"))
    scheme = models.CharField(_("scheme"), max_length=16, choices=LegacyScheme.choices)
    region = models.CharField(_("region"), max_length=6)
    tier = models.BigIntegerField(_("tier as converted"), default=0)
    import_id = models.BigIntegerField(_("import"))

    class Meta:
        verbose_name = _("year of an older scheme")
        verbose_name_plural = _("years of older schemes")

    def __str__(self) -> str:
        return f"{self.person_id} · {self.year}"


class CarriedBalance(models.Model):
    """An account balance that an older scheme handed over, to the fen, approved by a second person.

    The old-age insurance opens or raises the individual account by it.
    """

    pk = models.CompositePrimaryKey("person_id", "import_id", "row")
    person_id = models.BigIntegerField(_("person"))
    import_id = models.BigIntegerField(_("import"))
    row = models.IntegerField(_("row"))
    scheme = models.CharField(_("scheme"), max_length=16, choices=LegacyScheme.choices)
    region = models.CharField(_("region"), max_length=6)
    amount = models.BigIntegerField(_("balance"))
    carried_on = models.DateField(_("carried over"))

    class Meta:
        verbose_name = _("balance carried over")
        verbose_name_plural = _("balances carried over")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gt=0), name="carried_balance_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.amount}"
