"""What the desk's pages of a provider ask."""

from django.utils.translation import gettext_lazy as _

from funds.models import Scheme
from medical.models import Care, Level, ProviderKind, Sanction
from socsec.office.desk_forms import RegionField, pick, text
from socsec.office.forms import (
    DateField,
    MoneyField,
    MonthField,
    Option,
    PickManyField,
    ScreenForm,
    UploadField,
)

SCHEMES = (Scheme.EMPLOYEES, Scheme.RESIDENTS)


class EnrollForm(ScreenForm):
    code = text(_("National code"), max_length=20)
    name = text(_("Name"), max_length=120)
    kind = pick(_("Kind"), ProviderKind.choices)
    level = pick(_("Level"), Level.choices)
    region = RegionField()
    address = text(_("Address"), max_length=200, required=False)
    phone = text(_("Phone"), max_length=20, required=False)


class ChangeForm(ScreenForm):
    name = text(_("Name"), max_length=120)
    level = pick(_("Level"), Level.choices)
    address = text(_("Address"), max_length=200, required=False)
    phone = text(_("Phone"), max_length=20, required=False)


class CloseForm(ScreenForm):
    on = DateField(label=_("Last day"))
    reason = text(_("Reason"), max_length=200)


class AgreementForm(ScreenForm):
    document = text(_("Agreement number"), max_length=120)
    from_date = DateField(label=_("From"))
    until = DateField(label=_("Until"))
    care = PickManyField(
        [Option(str(each.value), each.label) for each in Care], label=_("Kinds of care")
    )


class SanctionForm(ScreenForm):
    kind = pick(_("Measure"), Sanction.Kind.choices)
    department = pick(_("Department"), [("", _("The whole provider"))], required=False)
    from_date = DateField(label=_("From"))
    until = DateField(label=_("Until"), required=False, help_text=_("Empty: until it is lifted."))
    reason = text(_("Reason"), max_length=200)
    law = text(_("Law"), max_length=120)


class DepartmentForm(ScreenForm):
    code = text(_("Code"), max_length=30)
    name = text(_("Name"), max_length=80)
    from_date = DateField(label=_("From"))
    until = DateField(label=_("Until"), required=False)


class AccountForm(ScreenForm):
    username = text(_("User name"), max_length=60)


class PricesForm(ScreenForm):
    from_date = DateField(label=_("In force from"))
    file = UploadField()


class EndForm(ScreenForm):
    on = DateField(label=_("Last day"))
    reason = text(_("Reason"), max_length=200)


class BankForm(ScreenForm):
    holder = text(_("Account holder"), max_length=60)
    bank = text(_("Bank"), max_length=60)
    account = text(_("Account number"), max_length=40)


class AdvanceForm(ScreenForm):
    scheme = pick(_("Scheme"), [(str(each.value), each.label) for each in SCHEMES])
    amount = MoneyField(label=_("Amount, yuan"))
    settle_from = MonthField(label=_("Set off from month"))
    reason = text(_("Reason"), max_length=200)
