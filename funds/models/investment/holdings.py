"""What a custodian reports day by day: trades, cash, holdings at the end of the day, and their value.

A day is read once, whole, and follows from the day before: units by trades, cash by its lines.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from funds.models.payments import user

from .mandates import InvestmentOrder, Mandate


class AssetClass(models.IntegerChoices):
    """The classes in which limits are written, by the numbers of the rules (国发〔2015〕48号)."""

    MONEY = 1, _("Money and short paper")
    DEPOSIT = 2, _("Term deposits over a year")
    GOVERNMENT = 3, _("Government and policy bank bonds")
    CREDIT = 4, _("Corporate and financial bonds")
    EQUITY = 5, _("Equities and equity funds")
    PROJECT = 6, _("State projects and key enterprises")
    PRIVATE = 7, _("Other private equity")
    REPO = 8, _("Borrowed by repo")
    INDEX_FUTURES = 9, _("Index futures sold")
    BOND_FUTURES = 10, _("Bond futures sold")


class Instrument(models.Model):
    """Something that can be held: its class decides under which limits it falls.

    `face` fen a unit and `coupon` millionths a year, from `accrues_from` on, in years of `basis` days.
    """

    code = models.CharField(_("code"), max_length=24, unique=True)
    name = models.CharField(_("name"), max_length=80)
    asset_class = models.SmallIntegerField(_("class"), choices=AssetClass.choices)
    issuer = models.CharField(_("issuer"), max_length=80, blank=True, default="")
    face = models.BigIntegerField(_("face value in fen"), default=0)
    coupon = models.IntegerField(_("yearly coupon in millionths"), default=0)
    basis = models.SmallIntegerField(_("days of the coupon's year"), default=365)
    accrues_from = models.DateField(_("coupon runs from"), null=True, blank=True)

    class Meta:
        verbose_name = _("instrument")
        verbose_name_plural = _("instruments")
        ordering = ["asset_class", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(face__gte=0, coupon__gte=0, basis__gte=360, basis__lte=366),
                name="instrument_terms_real",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class CustodianFile(models.Model):
    """A custodian's file of a day, read once."""

    mandate = models.ForeignKey(
        Mandate, models.PROTECT, related_name="files", verbose_name=_("mandate of investment")
    )
    day = models.DateField(_("day"))
    sha256 = models.CharField(_("checksum"), max_length=64, unique=True)
    by = user(_("read by"))
    read_at = models.DateTimeField(_("read"), auto_now_add=True)

    class Meta:
        verbose_name = _("custodian's file")
        verbose_name_plural = _("custodians' files")
        ordering = ["-day", "mandate"]
        constraints = [
            models.UniqueConstraint(fields=["mandate", "day"], name="custodian_file_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.mandate} · {self.day}"


class Trade(models.Model):
    """Units bought or sold: the amount is units times price; the fee is paid beside it. Fen."""

    file = models.ForeignKey(
        CustodianFile, models.PROTECT, related_name="trades", verbose_name=_("custodian's file")
    )
    place = models.IntegerField(_("line"))
    instrument = models.ForeignKey(
        Instrument, models.PROTECT, related_name="+", verbose_name=_("instrument")
    )
    buys = models.BooleanField(_("buys"))
    quantity = models.BigIntegerField(_("units"))
    price = models.BigIntegerField(_("price in millionths of a yuan"))
    amount = models.BigIntegerField(_("amount in fen"))
    fee = models.BigIntegerField(_("fee in fen"), default=0)
    order = models.ForeignKey(
        InvestmentOrder,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="trades",
        verbose_name=_("order of investment"),
    )

    class Meta:
        verbose_name = _("trade")
        verbose_name_plural = _("trades")
        ordering = ["file", "place"]
        constraints = [
            models.UniqueConstraint(fields=["file", "place"], name="trade_once"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, price__gt=0, amount__gt=0, fee__gte=0),
                name="trade_real",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_id}/{self.place}"


class CashKind(models.TextChoices):
    """Why cash came or went without a trade."""

    CAPITAL = "capital", _("Entrusted or taken back")
    INTEREST = "interest", _("Interest")
    DIVIDEND = "dividend", _("Dividend")
    SETTLEMENT = "settlement", _("Daily settlement of futures")
    MANAGER_FEE = "manager_fee", _("Manager's fee")
    CUSTODY_FEE = "custody_fee", _("Custodian's fee")


class CashLine(models.Model):
    """Cash that came (above zero) or went, in fen."""

    file = models.ForeignKey(
        CustodianFile, models.PROTECT, related_name="cash_lines", verbose_name=_("custodian's file")
    )
    place = models.IntegerField(_("line"))
    kind = models.CharField(_("kind"), max_length=12, choices=CashKind.choices)
    amount = models.BigIntegerField(_("amount in fen"))
    text = models.CharField(_("text"), max_length=120, blank=True, default="")

    class Meta:
        verbose_name = _("line of cash")
        verbose_name_plural = _("lines of cash")
        ordering = ["file", "place"]
        constraints = [
            models.UniqueConstraint(fields=["file", "place"], name="cash_line_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="cash_line_moves_something"),
        ]

    def __str__(self) -> str:
        return f"{self.file_id}/{self.place}"


class Holding(models.Model):
    """Units at the end of a day with their price, value and accrued interest (fen).

    Of what is owed or sold short, units and values count what is owed.
    """

    file = models.ForeignKey(
        CustodianFile, models.PROTECT, related_name="holdings", verbose_name=_("custodian's file")
    )
    instrument = models.ForeignKey(
        Instrument, models.PROTECT, related_name="+", verbose_name=_("instrument")
    )
    quantity = models.BigIntegerField(_("units"))
    price = models.BigIntegerField(_("price in millionths of a yuan"))
    days = models.SmallIntegerField(_("days of the coupon"), default=0)
    value = models.BigIntegerField(_("value in fen"))
    accrued = models.BigIntegerField(_("accrued interest in fen"))

    class Meta:
        verbose_name = _("holding")
        verbose_name_plural = _("holdings")
        ordering = ["file", "instrument"]
        constraints = [
            models.UniqueConstraint(fields=["file", "instrument"], name="holding_once_a_day"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, price__gt=0, value__gte=0, accrued__gte=0),
                name="holding_real",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_id} · {self.instrument_id}"


class Valuation(models.Model):
    """What a mandate was worth at the end of a day, in fen; unit value and benchmark in millionths.

    `nav` is cash, values and accrued interest, less what is owed and the fees that ran up (`due`).
    `stated` is what the custodian says it is. `flow` is the money that regions brought that day.
    """

    file = models.OneToOneField(
        CustodianFile,
        models.PROTECT,
        primary_key=True,
        related_name="valuation",
        verbose_name=_("custodian's file"),
    )
    mandate = models.ForeignKey(
        Mandate, models.PROTECT, related_name="valuations", verbose_name=_("mandate of investment")
    )
    day = models.DateField(_("day"))
    cash = models.BigIntegerField(_("cash in fen"))
    due = models.BigIntegerField(_("fees due in fen"))
    nav = models.BigIntegerField(_("net asset value in fen"))
    stated = models.BigIntegerField(_("stated by the custodian, in fen"))
    flow = models.BigIntegerField(_("money that came, in fen"))
    unit_value = models.BigIntegerField(_("unit value in millionths"))
    benchmark = models.BigIntegerField(_("benchmark in millionths"))

    class Meta:
        verbose_name = _("valuation")
        verbose_name_plural = _("valuations")
        ordering = ["mandate", "-day"]
        constraints = [
            models.UniqueConstraint(fields=["mandate", "day"], name="valuation_once_a_day"),
            models.CheckConstraint(
                condition=Q(cash__gte=0, unit_value__gte=0, benchmark__gt=0),
                name="valuation_real",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mandate_id} · {self.day}"
