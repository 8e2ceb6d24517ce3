"""What the desk asks before a verb of enrollment."""

from django.utils.translation import gettext_lazy as _

from enrollment.models import HouseholdRole, Purpose
from funds.models import Branch
from socsec.office.desk_forms import RegionField, pick, text
from socsec.office.forms import (
    BankCardField,
    DateField,
    MobileField,
    MoneyField,
    MonthField,
    ResidentIdField,
    ScreenForm,
)


class PersonForm(ScreenForm):
    name = text(_("Full name"), max_length=60)
    resident_id = ResidentIdField()
    phone = MobileField(
        label=_("Mobile number"), required=False, help_text=_("Leave it empty if there is none.")
    )
    region = RegionField(help_text=_("Where the person's file is kept."))


class PhoneForm(ScreenForm):
    phone = MobileField(
        label=_("Mobile number"), required=False, help_text=_("Leave it empty if there is none.")
    )


class AccountForm(ScreenForm):
    purpose = pick(_("For"), Purpose.choices)
    account = BankCardField(label=_("Card or account number"))
    bank = text(_("Bank"), max_length=60)
    holder = text(
        _("Name of the holder"), max_length=60, help_text=_("It must be the person's own account.")
    )


class DeathForm(ScreenForm):
    died_on = DateField(label=_("Date of death"))
    document = text(
        _("Document"),
        max_length=120,
        help_text=_("For example the number of the death certificate."),
    )


class ReasonForm(ScreenForm):
    reason = text(
        _("Why do you open this file?"),
        max_length=200,
        help_text=_("The person can read your reason."),
    )


class MemberForm(ScreenForm):
    resident_id = ResidentIdField(label=_("ID number of the member"))
    role = pick(
        _("Role in the household"),
        [(r.value, r.label) for r in HouseholdRole if r is not HouseholdRole.HEAD],
    )
    from_ = DateField(label=_("Since"))


class HouseholdForm(ScreenForm):
    region = RegionField()
    opened_on = DateField(label=_("Since"))
    address = text(_("Address"), required=False, max_length=200)


class EmployerForm(ScreenForm):
    name = text(_("Name of the employer"), max_length=120)
    credit_code = text(
        _("Unified social credit code"), max_length=40, help_text=_("18 characters.")
    )
    region = RegionField()
    opened_on = DateField(label=_("Registered since"))


class CloseForm(ScreenForm):
    last_day = DateField(label=_("Last day"))


class MonthForm(ScreenForm):
    month = MonthField(label=_("Month"))


class ReceiptForm(ScreenForm):
    payer = pick(_("Paid by"), [("employer", _("An employer")), ("person", _("A person"))])
    code = text(_("Credit code of the employer, or ID number of the person"), max_length=40)
    branch = pick(
        _("Branch"),
        [("", _("whatever is owed, in the legal order")), *Branch.choices],
        required=False,
    )
    amount = MoneyField(label=_("Amount, in yuan"))
    received_on = DateField(label=_("Day on the bank statement"))
    reference = text(
        _("Bank reference"), max_length=64, help_text=_("Each reference is taken once.")
    )


class NoteForm(ScreenForm):
    note = text(_("What came of it"), max_length=120)


class PriorForm(ScreenForm):
    kind = pick(_("Kind"), [])
    region = RegionField(label=_("Earned in"))
    first_month = MonthField(label=_("First month"))
    last_month = MonthField(label=_("Last month"))
    document = text(_("Document"), max_length=120)
    base = MoneyField(
        label=_("Monthly base, in yuan"),
        required=False,
        help_text=_("For paid months only; deemed months have none."),
    )


BRANCH = Branch.PENSION


class RejectForm(ScreenForm):
    reason = text(_("Reason"), max_length=200)
