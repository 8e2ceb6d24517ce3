"""The forms of the pages of banks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from funds.models import (
    Account,
)
from funds.services.bank.accounts import KEPT_AT_A_BANK
from socsec.office.forms import DateField, MoneyField, PercentField, ScreenForm, WholeField

from ..budgets import FundForm


def text(label: Any, length: int, **more: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "input w-20", "autocomplete": "off"})
    return forms.CharField(label=label, max_length=length, widget=widget, **more)


class AccountForm(FundForm):
    ledger = forms.ChoiceField(
        label=_("Ledger account"), widget=forms.Select(attrs={"class": "select w-20"})
    )
    bank = text(_("Bank"), 60)
    number = text(_("Account number"), 40)
    opened_on = DateField(label=_("Compared from"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = Account.objects.filter(number__in=KEPT_AT_A_BANK)
        self.fields["ledger"].choices = [(str(a.number), str(a)) for a in found]  # type: ignore[attr-defined]


class StatementForm(ScreenForm):
    file = forms.FileField(
        label=_("Bank statement"),
        help_text=_("MT940 or CSV, as the bank sent it. It is taken as a whole or not at all."),
        widget=forms.FileInput(attrs={"class": "input"}),
        allow_empty_file=True,
    )


class MatchForm(ScreenForm):
    batches = text(_("Ledger batches"), 200, help_text=_("Their numbers, with spaces between."))


class ExplainForm(ScreenForm):
    text = text(_("Explanation"), 200)


class TaxForm(FundForm):
    day = DateField(label=_("Day"))
    amount = MoneyField(label=_("Amount, in yuan"))


class DepositForm(FundForm):
    bank = text(_("Bank"), 60)
    receipt = text(_("Number of the certificate"), 40)
    amount = MoneyField(label=_("Amount, in yuan"))
    rate = PercentField(label=_("Yearly rate, per cent"), most=200_000)
    months = WholeField(label=_("Months"), least=1, most=120)
    placed_on = DateField(label=_("Placed on"))


class BackForm(ScreenForm):
    interest = MoneyField(label=_("Interest that the bank paid, in yuan"))
