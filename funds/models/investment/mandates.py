"""Who invests what for whom: firms, mandates, the money that regions entrust, and orders."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from funds.models.fund import Fund
from funds.models.payments import user
from socsec.office.models import Region


class InvestmentFirm(models.Model):
    """A manager that invests, or a custodian that keeps what is bought (投资管理机构、托管机构)."""

    class Kind(models.TextChoices):
        MANAGER = "manager", _("Manager")
        CUSTODIAN = "custodian", _("Custodian")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=80)
    code = models.CharField(_("unified social credit code"), max_length=18)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("region"))

    class Meta:
        verbose_name = _("manager or custodian")
        verbose_name_plural = _("managers and custodians")
        ordering = ["kind", "name"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "code"], name="investment_firm_once"),
        ]

    def __str__(self) -> str:
        return self.name


class FirmUser(models.Model):
    """The account with which a custodian's system signs in."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("account")
    )
    firm = models.ForeignKey(
        InvestmentFirm, models.PROTECT, related_name="accounts", verbose_name=_("firm")
    )

    class Meta:
        verbose_name = _("account of a custodian")
        verbose_name_plural = _("accounts of custodians")

    def __str__(self) -> str:
        return str(self.user)


class Mandate(models.Model):
    """A portfolio that a manager invests under one set of limits, for the regions that entrust to it.

    Fees in millionths of the net asset value a year; `cure_days` working days to end a breach that
    nobody caused. It is in force once a second person has approved it.
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="mandates", verbose_name=_("region and below")
    )
    manager = models.ForeignKey(
        InvestmentFirm, models.PROTECT, related_name="+", verbose_name=_("manager")
    )
    custodian = models.ForeignKey(
        InvestmentFirm, models.PROTECT, related_name="mandates", verbose_name=_("custodian")
    )
    limits = models.CharField(_("limits"), max_length=24)
    benchmark = models.CharField(_("benchmark"), max_length=120)
    manager_rate = models.IntegerField(_("manager's yearly rate in millionths"))
    custody_rate = models.IntegerField(_("custodian's yearly rate in millionths"))
    cure_days = models.SmallIntegerField(_("working days to end a passive breach"))
    since = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True)
    maker = user(_("drawn up by"))
    checker = user(_("approved by"), null=True, blank=True)

    class Meta:
        verbose_name = _("mandate of investment")
        verbose_name_plural = _("mandates of investment")
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    manager_rate__gte=0,
                    custody_rate__gte=0,
                    cure_days__gt=0,
                ),
                name="mandate_terms_real",
            ),
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | ~Q(checker=F("maker")),
                name="mandate_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(manager=F("custodian")), name="mandate_custody_apart"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Entrustment(models.Model):
    """Money that a fund hands to a mandate (above zero) or takes back (below): fen, moved by two.

    `received_on` is the day on which the custodian saw it.
    """

    mandate = models.ForeignKey(
        Mandate,
        models.PROTECT,
        related_name="entrustments",
        verbose_name=_("mandate of investment"),
    )
    fund = models.ForeignKey(
        Fund, models.PROTECT, related_name="entrustments", verbose_name=_("fund")
    )
    amount = models.BigIntegerField(_("amount in fen"))
    on = models.DateField(_("date"))
    maker = user(_("asked by"))
    checker = user(_("approved by"), null=True, blank=True)
    received_on = models.DateField(_("seen by the custodian"), null=True, blank=True)

    class Meta:
        verbose_name = _("entrusted money")
        verbose_name_plural = _("entrusted money")
        ordering = ["-on", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="entrustment_moves_something"),
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | ~Q(checker=F("maker")),
                name="entrustment_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(received_on__isnull=True) | Q(checker__isnull=False),
                name="entrustment_approved_before_it_arrives",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fund} · {self.on}"


class InvestmentOrder(models.Model):
    """What a manager is told to buy or sell: compared with the limits before it leaves."""

    class State(models.TextChoices):
        DRAFT = "draft", _("To be released")
        SENT = "sent", _("Sent")
        DONE = "done", _("Carried out")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    mandate = models.ForeignKey(
        Mandate, models.PROTECT, related_name="orders", verbose_name=_("mandate of investment")
    )
    instrument = models.ForeignKey(
        "funds.Instrument", models.PROTECT, related_name="+", verbose_name=_("instrument")
    )
    buys = models.BooleanField(_("buys"))
    quantity = models.BigIntegerField(_("units"))
    price = models.BigIntegerField(_("price in millionths of a yuan"))
    amount = models.BigIntegerField(_("amount in fen"))
    filled = models.BigIntegerField(_("units carried out"), default=0)
    on = models.DateField(_("date"))
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.DRAFT)
    maker = user(_("drawn up by"))
    checker = user(_("released by"), null=True, blank=True)

    class Meta:
        verbose_name = _("order of investment")
        verbose_name_plural = _("orders of investment")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    quantity__gt=0, price__gt=0, amount__gt=0, filled__gte=0,
                    filled__lte=F("quantity"),
                ),
                name="investment_order_real",
            ),
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | ~Q(checker=F("maker")),
                name="investment_order_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"]) | Q(checker__isnull=False),
                name="investment_order_released_by_someone",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.pk} · {self.instrument}"
