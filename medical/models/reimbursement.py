"""Bills paid in cash and handed in afterwards (手工报销): claim, invoices, cost list, what was paid."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from funds.models import PaymentBatch
from socsec.office.models import Case

from .bills import Encounter
from .words import Care, ItemKind, Level


class Reimbursement(models.Model):
    """A claim to have one visit or stay reimbursed that was paid in cash.

    `region` is where the person was insured on the first day, `place` where the care was given.
    `provider_code` is the national code, empty where the provider has none; `level` is empty until
    a clerk has read it from the papers. `encounter` is the bill as it was worked out, from the
    assessment on. After an appeal a claim `replaces` an earlier one: once granted it takes that
    bill's place, and what was paid on the earlier counts as paid. `root` is the first of such a row
    of claims, whose payments belong together. `open` until it is decided or withdrawn.
    """

    class Cause(models.TextChoices):
        AWAY = "away", _("Treated away from home, not settled there")
        EMERGENCY = "emergency", _("Emergency without card or code")
        CARD = "card", _("Card not issued yet, or being replaced")
        SYSTEM = "system", _("The provider's system was down")

    case = models.OneToOneField(
        Case,
        models.PROTECT,
        primary_key=True,
        related_name="reimbursement",
        verbose_name=_("case"),
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="reimbursements", verbose_name=_("person")
    )
    region = models.CharField(_("region"), max_length=6)
    cause = models.CharField(_("why it was paid in cash"), max_length=10, choices=Cause.choices)
    care = models.PositiveSmallIntegerField(_("kind of care"), choices=Care.choices)
    provider_name = models.CharField(_("hospital or clinic"), max_length=120)
    provider_code = models.CharField(_("national code"), max_length=12, blank=True, default="")
    level = models.PositiveSmallIntegerField(
        _("level"), choices=Level.choices, null=True, blank=True
    )
    place = models.CharField(_("place of care"), max_length=6)
    from_date = models.DateField(_("first day"))
    until = models.DateField(_("last day"))
    diagnosis = models.CharField(_("main diagnosis"), max_length=20, blank=True, default="")
    open = models.BooleanField(_("open"), default=True)
    encounter = models.OneToOneField(
        Encounter,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reimbursement",
        verbose_name=_("bill"),
    )
    replaces = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name=_("replaces"),
    )
    root = models.BigIntegerField(_("first claim"), db_index=True)

    class Meta:
        verbose_name = _("reimbursement")
        verbose_name_plural = _("reimbursements")
        ordering = ["-case"]
        indexes = [models.Index(fields=["region", "-case"], name="reimbursement_region")]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gte=F("from_date")),
                name="reimbursement_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["replaces"], condition=Q(open=True), name="reimbursement_replaced_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.provider_name}"


class Invoice(models.Model):
    """An invoice that was handed in. Amount in fen; `code` is that of a paper or an older e-bill.

    `live` while its claim is open or granted: then it counts once in the country, whoever hands it
    in. `issuer` is as printed on it.
    """

    claim = models.ForeignKey(
        Reimbursement, models.PROTECT, related_name="invoices", verbose_name=_("reimbursement")
    )
    code = models.CharField(_("invoice code"), max_length=20, blank=True, default="")
    number = models.CharField(_("invoice number"), max_length=30)
    issuer = models.CharField(_("issuer of the invoice"), max_length=120)
    issued_on = models.DateField(_("invoice date"))
    amount = models.BigIntegerField(_("amount"))
    live = models.BooleanField(_("still counts"), default=True)

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["claim", "issued_on", "pk"]
        indexes = [
            models.Index(fields=["number"], name="invoice_number"),
            models.Index(fields=["issued_on", "amount"], name="invoice_day_amount"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "number"], condition=Q(live=True), name="invoice_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="invoice_amount_possible"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.number}".strip()


class ClaimLine(models.Model):
    """A line of the cost list that was handed in, as the clerk matched it to the catalogue of its day.

    Units are those of `BillLine`. Without a `code` no catalogue knows it. A line with a `refusal`
    counts as outside the catalogue; `refusal_text` says more where it must.
    """

    class Refusal(models.TextChoices):
        NOT_SHOWN = "not_shown", _("The papers do not show it.")
        NOT_FOR_IT = "not_for_it", _("It does not belong to the care that is claimed.")
        OUT_OF_SCOPE = "out_of_scope", _("The catalogue limits it to other cases.")
        THIRD_PARTY = "third_party", _("Work injury insurance or whoever did the harm pays for it.")
        PAID = "paid", _("It was settled or reimbursed already.")

    claim = models.ForeignKey(
        Reimbursement, models.PROTECT, related_name="lines", verbose_name=_("reimbursement")
    )
    number = models.PositiveSmallIntegerField(_("line"))
    day = models.DateField(_("day"))
    kind = models.PositiveSmallIntegerField(_("catalogue"), choices=ItemKind.choices)
    code = models.CharField(_("code"), max_length=40, blank=True, default="")
    name = models.CharField(_("name"), max_length=200)
    quantity = models.BigIntegerField(_("quantity"))
    price = models.BigIntegerField(_("price"))
    amount = models.BigIntegerField(_("amount"))
    refusal = models.CharField(
        _("why it is not reimbursed"),
        max_length=12,
        choices=Refusal.choices,
        blank=True,
        default="",
    )
    refusal_text = models.CharField(_("refused because"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("line of a cost list")
        verbose_name_plural = _("lines of cost lists")
        ordering = ["claim", "number"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "number"], name="claim_line_number_once"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, price__gte=0, amount__gte=0),
                name="claim_line_amounts_possible",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ReimbursementPayment(models.Model):
    """What was ordered to be paid on a claim, or came back from the person. Never changed.

    `amount` in fen: above zero an order, under its place `seq` in the envelope; below zero money
    that was paid back, under `source` in the books. `share` says which purse.
    """

    class Share(models.IntegerChoices):
        INSURANCE = 1, _("Medical insurance")
        ASSISTANCE = 2, _("Medical assistance")

    claim = models.ForeignKey(
        Reimbursement, models.PROTECT, related_name="payments", verbose_name=_("reimbursement")
    )
    share = models.PositiveSmallIntegerField(_("purse"), choices=Share.choices)
    amount = models.BigIntegerField(_("amount"))
    batch = models.ForeignKey(
        PaymentBatch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("payment batch"),
    )
    seq = models.IntegerField(_("place in the payment batch"), default=0)
    person_id = models.BigIntegerField(_("person"))
    source = models.CharField(_("source"), max_length=80)
    booked_on = models.DateField(_("booked"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("payment of a reimbursement")
        verbose_name_plural = _("payments of reimbursements")
        ordering = ["claim", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, batch__isnull=False)
                | Q(amount__lt=0, batch__isnull=True),
                name="reimbursement_payment_ordered_or_returned",
            ),
            models.UniqueConstraint(
                fields=["claim", "share", "source"], name="reimbursement_payment_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} · {self.amount}"
