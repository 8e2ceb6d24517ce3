"""Visits and stays, and the lines of their bills."""

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from funds.models import Scheme

from .catalogue import CatalogueItem
from .providers import Provider
from .words import Away, Care, Disease, ItemClass, ItemKind, Standing


class Encounter(models.Model):
    """A visit, a purchase or a stay of one person at one provider.

    `number` is the provider's own. `scheme`, `home` and `standing` are how the person was insured
    on the first day. `previous` is the stay that this one continues after a transfer. What was paid
    in cash and `handed_in` is owed to the person, and its `region` is that of the insurance; every
    other bill is owed to the provider.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DISCHARGED = "discharged", _("Discharged")
        SETTLED = "settled", _("Settled")
        CANCELLED = "cancelled", _("Cancelled")

    public_id = models.UUIDField(
        _("public number"), db_default=RandomUUID(), unique=True, editable=False
    )
    provider = models.ForeignKey(
        Provider, models.PROTECT, related_name="encounters", verbose_name=_("provider")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="encounters", verbose_name=_("person")
    )
    number = models.CharField(_("number"), max_length=30)
    care = models.PositiveSmallIntegerField(_("kind of care"), choices=Care.choices)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    scheme = models.PositiveSmallIntegerField(_("scheme"), choices=Scheme.choices)
    home = models.CharField(_("insured in"), max_length=6)
    standing = models.PositiveSmallIntegerField(_("insured as"), choices=Standing.choices)
    region = models.CharField(_("region"), max_length=6)
    away = models.PositiveSmallIntegerField(
        _("away from home"), choices=Away.choices, default=Away.LOCAL
    )
    disease = models.PositiveSmallIntegerField(
        _("hypertension or diabetes"), choices=Disease.choices, default=Disease.NONE
    )
    department = models.CharField(_("department"), max_length=30, blank=True, default="")
    doctor = models.CharField(_("doctor"), max_length=30, blank=True, default="")
    diagnosis = models.CharField(_("main diagnosis"), max_length=20, blank=True, default="")
    opened_at = models.DateTimeField(_("admitted"))
    closed_at = models.DateTimeField(_("discharged"), null=True, blank=True)
    previous = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="following",
        verbose_name=_("continues"),
    )
    handed_in = models.BooleanField(
        _("paid in cash and handed in"), default=False, db_default=False
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("visit or stay")
        verbose_name_plural = _("visits and stays")
        ordering = ["-opened_at", "-pk"]
        indexes = [
            models.Index(fields=["person", "-opened_at"], name="encounter_of_person"),
            models.Index(fields=["provider", "-opened_at"], name="encounter_of_provider"),
            models.Index(fields=["-opened_at", "-id"], name="encounter_latest"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "number"],
                condition=~Q(state="cancelled"),
                name="encounter_number_once",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
                name="encounter_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["discharged", "settled"]) | Q(closed_at__isnull=False),
                name="encounter_settled_after_discharge",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} · {self.number}"


class BillLine(models.Model):
    """A line of a bill, with what the catalogue of its day said of it and what of it is in scope.

    `quantity` is in ten-thousandths, `price` in ten-thousandths of a yuan, amounts in fen. A line
    may be cancelled as long as the bill is not settled; it then counts for nothing.
    """

    encounter = models.ForeignKey(
        Encounter, models.PROTECT, related_name="lines", verbose_name=_("visit or stay")
    )
    number = models.CharField(_("number"), max_length=30)
    day = models.DateField(_("day"))
    kind = models.PositiveSmallIntegerField(_("catalogue"), choices=ItemKind.choices)
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=200)
    item = models.ForeignKey(
        CatalogueItem,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("catalogue item"),
    )
    quantity = models.BigIntegerField(_("quantity"))
    price = models.BigIntegerField(_("price"))
    amount = models.BigIntegerField(_("amount"))
    item_class = models.PositiveSmallIntegerField(_("class"), choices=ItemClass.choices)
    first_share = models.IntegerField(_("first self-pay share"))
    over_limit = models.BigIntegerField(_("above the price limit"))
    uncovered = models.BigIntegerField(_("outside the catalogue"))
    first_self_pay = models.BigIntegerField(_("first self-pay"))
    in_scope = models.BigIntegerField(_("in scope"))
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)

    class Meta:
        verbose_name = _("line of a bill")
        verbose_name_plural = _("lines of bills")
        ordering = ["encounter", "day", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["encounter", "number"],
                condition=Q(cancelled_at__isnull=True),
                name="bill_line_number_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    amount=F("over_limit") + F("uncovered") + F("first_self_pay") + F("in_scope")
                ),
                name="bill_line_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(
                    quantity__gt=0,
                    price__gte=0,
                    over_limit__gte=0,
                    uncovered__gte=0,
                    first_self_pay__gte=0,
                    in_scope__gte=0,
                ),
                name="bill_line_amounts_possible",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
