"""The forms of rounds and of payments between levels, and which verb takes which."""

from django import forms
from django.utils.translation import gettext_lazy as _

from funds.models import Fund, PoolingRound, PoolingTransfer
from socsec.office.forms import MoneyField, MonthField, ScreenForm

from ..budgets import FundForm
from .words import Text

Round, Payment = PoolingRound.State, PoolingTransfer.State


class RoundForm(FundForm):
    since = MonthField(label=_("First month"))
    until = MonthField(label=_("Last month"))


class TotalForm(ScreenForm):
    total = MoneyField(label=_("Total of the preview, in yuan"))


class FiguresForm(ScreenForm):
    source = forms.CharField(
        label=_("Where the figures come from"),
        max_length=80,
        widget=forms.TextInput(attrs={"class": "input w-20"}),
    )


class PaymentForm(ScreenForm):
    payer = forms.ModelChoiceField(
        Fund.objects.none(), label=_("Paid by"), widget=forms.Select(attrs={"class": "select w-20"})
    )
    payee = forms.ModelChoiceField(
        Fund.objects.none(),
        label=_("Received by"),
        widget=forms.Select(attrs={"class": "select w-20"}),
    )
    month = MonthField(label=_("Month"))
    amount = MoneyField(label=_("Amount, in yuan"))
    purpose = forms.CharField(
        label=_("Purpose"), max_length=200, widget=forms.TextInput(attrs={"class": "input w-20"})
    )


# verb: its label, act, the states in which it is offered, whether it stops something
ROUND_VERBS: dict[str, tuple[Text, str, tuple[str, ...], bool]] = {
    "preview": (_("Preview"), "pooling.draft", (Round.DRAFTED, Round.PREVIEWED), False),
    "approve": (_("Approve"), "pooling.approve", (Round.PREVIEWED,), False),
    "post": (_("Post"), "pooling.draft", (Round.APPROVED,), False),
    "ask": (_("Ask for reversal"), "pooling.draft", (Round.POSTED,), True),
    "reverse": (_("Reverse"), "pooling.approve", (Round.POSTED,), True),
    "abandon": (
        _("Abandon"),
        "pooling.draft",
        (Round.DRAFTED, Round.PREVIEWED, Round.APPROVED),
        True,
    ),
}


PART_VERBS: dict[str, tuple[Text, str, bool]] = {
    "agree": (_("Agree"), "pooling.draft", False),
    "confirm": (_("Confirm"), "pooling.approve", False),
    "object": (_("Object"), "pooling.approve", True),
}


PAYMENT_VERBS: dict[str, tuple[Text, str, tuple[str, ...], bool]] = {
    "send": (_("Approve for the payer"), "pooling.approve", (Payment.DRAFTED,), False),
    "accept": (_("Check for the payee"), "pooling.draft", (Payment.SENT,), False),
    "finish": (_("Confirm and post"), "pooling.approve", (Payment.ACCEPTED,), False),
    "reject": (
        _("Turn down"),
        "pooling.approve",
        (Payment.DRAFTED, Payment.SENT, Payment.ACCEPTED),
        True,
    ),
    "ask": (_("Ask for reversal"), "pooling.draft", (Payment.POSTED,), True),
    "give_back": (_("Agree to the reversal"), "pooling.approve", (Payment.POSTED,), True),
}
