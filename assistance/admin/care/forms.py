"""What the desk's pages of care ask."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _

from assistance.rules.care_level import LIVING, MIND, SENSES, CareLevelFacts
from assistance.rules.care_services import CareService, Setting
from socsec.office.desk_forms import RegionField, pick, text
from socsec.office.display import chinese, word
from socsec.office.forms import (
    BankCardField,
    BoxesField,
    DateField,
    MoneyField,
    MonthField,
    Option,
    PickManyField,
    ScreenForm,
    TickField,
    WholeField,
    tidy,
)

Text = str | Promise
said = lazy(word, str)
SERVICES = [(str(int(each)), said(each)) for each in CareService]
SETTINGS = [(str(int(each)), said(each)) for each in Setting]


class NumbersField(BoxesField):
    """Whole numbers, each in a box of its own; the result is a dict without the empty ones."""

    def __init__(self, names: Sequence[tuple[str, Text]], **kwargs: Any) -> None:
        super().__init__([(name, label, "w-4", "off") for name, label in names], **kwargs)
        self.names = [name for name, _label in names]
        self.widget.turns = False

    def clean(self, value: Any) -> dict[str, int]:
        texts = [tidy(str(each or "")) for each in value or [""] * len(self.names)]
        if not all(not each or (each.isascii() and each.isdigit()) for each in texts):
            raise ValidationError(_("Write a whole number in digits, such as 12"), "not_whole")
        found = {name: int(each) for name, each in zip(self.names, texts, strict=True) if each}
        if self.required and len(found) < len(self.names):
            raise ValidationError(_("Fill in every box; 0 is a number too"), "required")
        return found


def _item(name: str) -> str:
    """An item of the assessment with its greatest score."""
    spec = CareLevelFacts.specs()[name]
    return f"{spec.label[0 if chinese() else 1]} 0–{spec.most}"


_item_said = lazy(_item, str)


def _items(names: Iterable[str]) -> list[tuple[str, Text]]:
    return [(name, _item_said(name)) for name in names]


class AssessForm(ScreenForm):
    assessed_on = DateField(label=_("Day of the visit"))
    second = text(_("Name of the second assessor"), max_length=60)
    living = NumbersField(
        _items(LIVING), label=_("Daily living"), help_text=_("In fives: 0, 5, 10, 15.")
    )
    mind = NumbersField(_items(MIND), label=_("Mind"), help_text=_("0 is lost, 4 is whole."))
    senses = NumbersField(
        _items(SENSES), label=_("Senses and speech"), help_text=_("0 is lost, 4 is whole.")
    )
    reason = text(
        _("Why it is assessed again"),
        max_length=200,
        required=False,
        help_text=_("Needed where the last assessment is too recent."),
    )


# The part of the form in which an item stands.
GROUP_OF = (
    dict.fromkeys(LIVING, "living") | dict.fromkeys(MIND, "mind") | dict.fromkeys(SENSES, "senses")
)


def _units(setting: Setting) -> NumbersField:
    return NumbersField(
        [(each.name, said(each)) for each in CareService], label=said(setting), required=False
    )


class PlanForm(ScreenForm):
    from_date = DateField(label=_("From"))
    home = _units(Setting.HOME)
    community = _units(Setting.COMMUNITY)
    institution = _units(Setting.INSTITUTION)
    goal = text(_("Aim"), max_length=200, required=False)


class OrderForm(ScreenForm):
    provider = pick(_("Provider of care"), [])
    service = pick(_("Service of care"), SERVICES)
    setting = pick(_("Where"), SETTINGS)
    units = WholeField(
        label=_("Units"), least=1, help_text=_("Hours, times or days, as the price is.")
    )
    day = DateField(label=_("Day"))


class AskForm(ScreenForm):
    provider = pick(_("Institution"), [])


class ProviderForm(ScreenForm):
    name = text(_("Name"), max_length=60)
    credit_code = text(_("Unified social credit code"), max_length=30)
    region = RegionField()
    services = PickManyField([Option(*each) for each in SERVICES], label=_("What it gives"))
    settings = PickManyField([Option(*each) for each in SETTINGS], label=_("Where care is given"))
    insured = TickField(label=_("Settles with the insurance of long-term care"), required=False)
    document = text(_("Agreement number"), max_length=120)
    from_date = DateField(label=_("Agreement from"))
    until = DateField(label=_("Agreement until"))
    bank = text(_("Bank"), max_length=60)
    account = BankCardField(label=_("Account number"))
    address = text(_("Address"), max_length=200, required=False)
    phone = text(_("Phone"), max_length=20, required=False)


class AccountForm(ScreenForm):
    username = text(_("User name"), max_length=60)


class BedForm(ScreenForm):
    label = text(_("Bed"), max_length=20, help_text=_("Such as 201-1."))


class BillForm(ScreenForm):
    provider = pick(_("Provider of care"), [])
    month = MonthField(label=_("Month"))
    stated = MoneyField(
        label=_("Claimed by the provider, yuan"),
        required=False,
        help_text=_("Empty where the provider leaves the sum to us."),
    )


class CheckForm(ScreenForm):
    note = text(_("What was found"), max_length=200, required=False)


class OnForm(ScreenForm):
    on = DateField(label=_("Day"))


class OutForm(ScreenForm):
    on = DateField(label=_("Last day"))
    reason = text(_("Reason"), max_length=200)


class ReasonForm(ScreenForm):
    reason = text(_("Reason"), max_length=200)
