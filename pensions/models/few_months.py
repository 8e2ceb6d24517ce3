"""What is chosen by who reaches the pensionable age with too few months (缴费年限不足)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from funds.models import PaymentBatch

from .claim import Category
from .transfer import Transfer


class Way(models.TextChoices):
    GO_ON = "go_on", _("Go on paying")
    MOVE = "move", _("Move to the residents' scheme")
    BALANCE = "balance", _("End the relation and take the balance")


class FewMonthsChoice(models.Model):
    """Going on paying, or moving to the residents' scheme: chosen once, until it is taken back.

    `months` were there and `required` were asked for when it was chosen; `pension_from` is the
    earliest month of a pension if every month is paid. A move has its `transfer`.
    """

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="few_months_choices", verbose_name=_("person")
    )
    way = models.CharField(
        _("way"),
        max_length=7,
        choices=[(each.value, each.label) for each in (Way.GO_ON, Way.MOVE)],
    )
    category = models.PositiveSmallIntegerField(_("category"), choices=Category.choices)
    region = models.CharField(_("region"), max_length=6)
    months = models.PositiveSmallIntegerField(_("months of contributions"))
    required = models.PositiveSmallIntegerField(_("months required"))
    pension_from = models.IntegerField(_("earliest month of a pension"))
    transfer = models.OneToOneField(
        Transfer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("transfer"),
    )
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("received by")
    )
    chosen_on = models.DateField(_("chosen on"))
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    ended_on = models.DateField(_("given up on"), null=True, blank=True)

    class Meta:
        verbose_name = _("choice with too few months")
        verbose_name_plural = _("choices with too few months")
        ordering = ["-recorded_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(ended_on__isnull=True),
                name="few_months_one_choice_stands",
            ),
            models.CheckConstraint(
                condition=models.Q(way=Way.GO_ON, transfer__isnull=True)
                | models.Q(way=Way.MOVE, transfer__isnull=False),
                name="few_months_move_has_a_transfer",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_way_display())


class BalanceClaim(models.Model):
    """A written wish to end the relation and take the balance (一次性支付个人账户储存额).

    Number, clock and decision are its case's. The office tells the person in writing of the right to
    move to the residents' scheme and of what ending means (`told_on`); only what is confirmed in
    writing after that (`confirmed_on`) is worked on. `balance` is paid in `envelope`, in fen, with
    interest up to the month before `month`.
    """

    case = models.OneToOneField(
        "office.Case",
        models.PROTECT,
        primary_key=True,
        related_name="balance_claim",
        verbose_name=_("case"),
    )
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="balance_claims", verbose_name=_("person")
    )
    region = models.CharField(_("region"), max_length=6)
    category = models.PositiveSmallIntegerField(_("category"), choices=Category.choices)
    told_on = models.DateField(_("told of the consequences on"))
    confirmed_on = models.DateField(_("confirmed on"), null=True, blank=True)
    confirmation = models.CharField(
        _("written confirmation"), max_length=120, blank=True, default=""
    )
    month = models.IntegerField(_("month of closing"), null=True, blank=True)
    gathered = models.JSONField(_("facts gathered"), null=True, blank=True)
    balance = models.BigIntegerField(_("balance"), default=0)
    envelope = models.ForeignKey(
        PaymentBatch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("envelope"),
    )
    open = models.BooleanField(_("open"), default=True)
    granted = models.BooleanField(_("paid out"), default=False)

    class Meta:
        verbose_name = _("claim for the balance of the account")
        verbose_name_plural = _("claims for the balance of the account")
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(open=True) | models.Q(granted=True),
                name="balance_claim_one_stands",
            ),
            models.CheckConstraint(
                condition=models.Q(granted=False)
                | models.Q(confirmed_on__isnull=False, open=False),
                name="balance_claim_confirmed_before_paid",
            ),
        ]

    def __str__(self) -> str:
        return str(self.case)
