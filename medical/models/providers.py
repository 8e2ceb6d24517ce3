"""Hospitals, clinics and pharmacies: their agreements, departments, users, prices and sanctions."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .words import ItemKind, Level, ProviderKind


class Provider(models.Model):
    """A hospital, clinic or pharmacy under its national code."""

    code = models.CharField(_("code"), max_length=12, unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.PositiveSmallIntegerField(_("kind"), choices=ProviderKind.choices)
    level = models.PositiveSmallIntegerField(_("level"), choices=Level.choices)
    region = models.CharField(_("region"), max_length=6)
    address = models.CharField(_("address"), max_length=200, blank=True, default="")
    phone = models.CharField(_("phone"), max_length=20, blank=True, default="")
    closed_on = models.DateField(_("closed"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("provider")
        verbose_name_plural = _("providers")
        ordering = ["region", "-level", "name"]
        indexes = [models.Index(fields=["region", "level"], name="provider_region")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=ProviderKind.PHARMACY, level=Level.PHARMACY)
                | (~Q(kind=ProviderKind.PHARMACY) & ~Q(level=Level.PHARMACY)),
                name="provider_level_of_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ProviderKind.values, level__in=Level.values),
                name="provider_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Agreement(models.Model):
    """For how long, and for what care, a provider settles with the funds (定点协议).

    `care` lists the kinds of care that it covers; the days are both included.
    """

    provider = models.ForeignKey(
        Provider, models.PROTECT, related_name="agreements", verbose_name=_("provider")
    )
    from_date = models.DateField(_("from"))
    until = models.DateField(_("until"))
    care = models.JSONField(_("kinds of care"))
    document = models.CharField(_("document"), max_length=120)
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    ended_on = models.DateField(_("ended early"), null=True, blank=True)
    end_reason = models.CharField(_("reason for the end"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("provider agreement")
        verbose_name_plural = _("provider agreements")
        ordering = ["provider", "-from_date"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "from_date"], name="provider_agreement_once"
            ),
            models.CheckConstraint(
                condition=Q(until__gte=F("from_date")),
                name="provider_agreement_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | ~Q(checker=F("maker")),
                name="provider_agreement_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return self.document

    @property
    def region(self) -> str:
        return self.provider.region

    @property
    def last_day(self) -> date:
        """Its last day, whether it runs out or was ended early."""
        return min(self.until, self.ended_on) if self.ended_on else self.until

    def holds_on(self, day: date) -> bool:
        """Whether the provider may settle under it on that day; one not yet approved never does."""
        return self.checker_id is not None and self.from_date <= day <= self.last_day


class Department(models.Model):
    """A department of a provider, as the provider reports it."""

    provider = models.ForeignKey(
        Provider, models.PROTECT, related_name="departments", verbose_name=_("provider")
    )
    code = models.CharField(_("code"), max_length=30)
    name = models.CharField(_("name"), max_length=80)
    from_date = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["provider", "code"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "code"], name="provider_department_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Sanction(models.Model):
    """A measure against a provider, or one of its departments: it may stop settlements for a time.

    Decided by two. `until` None holds until it is lifted.
    """

    class Kind(models.TextChoices):
        WARNING = "warning", _("Warning")
        SUSPENDED = "suspended", _("Settlement suspended")
        INVESTIGATED = "investigated", _("Settlement paused during an investigation")
        TERMINATED = "terminated", _("Agreement terminated")

    STOPS = (Kind.SUSPENDED, Kind.INVESTIGATED, Kind.TERMINATED)

    provider = models.ForeignKey(
        Provider, models.PROTECT, related_name="sanctions", verbose_name=_("provider")
    )
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sanctions",
        verbose_name=_("department"),
    )
    kind = models.CharField(_("measure"), max_length=12, choices=Kind.choices)
    from_date = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200)
    law = models.CharField(_("law"), max_length=120)
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
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

    class Meta:
        verbose_name = _("measure against a provider")
        verbose_name_plural = _("measures against providers")
        ordering = ["provider", "-from_date"]
        constraints = [
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | ~Q(checker=F("maker")),
                name="provider_sanction_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("from_date")),
                name="provider_sanction_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} · {self.get_kind_display()}"

    @property
    def region(self) -> str:
        return self.provider.region

    def stops_on(self, day: date) -> bool:
        """Whether it stops settlements on that day; one not yet decided never does."""
        return (
            self.checker_id is not None
            and self.kind in self.STOPS
            and self.from_date <= day
            and (self.until is None or day <= self.until)
        )


class ProviderUser(models.Model):
    """The account by which a provider's system speaks to ours."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        primary_key=True,
        related_name="provider_user",
        verbose_name=_("user"),
    )
    provider = models.ForeignKey(
        Provider, models.PROTECT, related_name="users", verbose_name=_("provider")
    )
    since = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("user of a provider")
        verbose_name_plural = _("users of providers")

    def __str__(self) -> str:
        return f"{self.provider} · {self.user}"


class ProviderItem(models.Model):
    """An item of a provider's own price list, matched to the catalogue (目录对照)."""

    provider = models.ForeignKey(
        Provider, models.PROTECT, related_name="items", verbose_name=_("provider")
    )
    local_code = models.CharField(_("the provider's own code"), max_length=40)
    name = models.CharField(_("name"), max_length=200)
    kind = models.PositiveSmallIntegerField(_("catalogue"), choices=ItemKind.choices)
    code = models.CharField(_("catalogue code"), max_length=40)
    price = models.BigIntegerField(_("price"))
    from_date = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("item of a price list")
        verbose_name_plural = _("price lists")
        ordering = ["provider", "local_code", "-from_date"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "local_code", "from_date"], name="provider_item_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["provider", "local_code"],
                condition=Q(until__isnull=True),
                name="provider_item_one_open",
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="provider_item_price_possible"),
        ]

    def __str__(self) -> str:
        return f"{self.local_code} {self.name}"
