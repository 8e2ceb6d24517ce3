"""What the desk asks before a verb of residents' insurance."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from enrollment.models import LegacyScheme, Payer, Sponsored
from funds.models import Branch
from socsec.office.desk_forms import RegionField, pick, text
from socsec.office.forms import (
    BankCardField,
    DateField,
    MoneyField,
    ResidentIdField,
    ScreenForm,
    TickField,
    UploadField,
    WholeField,
)

BRANCHES = [(b.value, b.label) for b in (Branch.MEDICAL, Branch.PENSION)]


def year(**more: Any) -> WholeField:
    return WholeField(label=_("Year"), least=2009, most=2100, **more)


class MedicalForm(ScreenForm):
    year = year()
    region = RegionField(label=_("Insured in"))
    student = TickField(label=_("A student"), required=False)
    repaid_years = WholeField(
        label=_("Missed years bought back"),
        most=60,
        required=False,
        help_text=_("Each costs a year's contribution and shortens the wait by a month."),
    )
    eligible_since = DateField(
        label=_("First able to enrol here since"),
        required=False,
        help_text=_("Only with a document, such as a household registration."),
    )


class PensionForm(ScreenForm):
    year = year()
    region = RegionField(label=_("Insured in"))
    tier = pick(_("Tier"), [])
    collective = MoneyField(label=_("Collective subsidy, in yuan"), required=False)


class TierForm(ScreenForm):
    tier = pick(_("Tier"), [])


class CounterForm(ScreenForm):
    reference = text(_("Number of the receipt or bank reference"), max_length=64)


class TaxFileForm(ScreenForm):
    file = UploadField()
    branch = pick(_("Branch"), BRANCHES)
    region = RegionField()
    received_on = DateField(label=_("Day on the bank statement"))
    reference = text(_("Reference"), max_length=64, help_text=_("Each reference is taken once."))


class MatchForm(ScreenForm):
    resident_id = ResidentIdField(label=_("ID number of the person it is for"))
    year = year()


class JoinForm(ScreenForm):
    group = pick(_("Group"), Sponsored.choices)
    region = RegionField()
    from_ = DateField(label=_("Since"))
    document = text(_("Document"), max_length=120)


class ListForm(ScreenForm):
    group = pick(_("Group"), Sponsored.choices)
    region = RegionField()
    on = DateField(label=_("List of the day"))
    document = text(_("Document"), max_length=120)
    numbers = forms.CharField(
        label=_("Identity numbers, one a line"),
        widget=forms.Textarea(attrs={"class": "input", "rows": 8}),
    )
    whole = TickField(
        label=_("The list is complete: who no longer stands on it has left"), required=False
    )


class LeaveForm(ScreenForm):
    last_day = DateField(label=_("Last day"))


class DrawForm(ScreenForm):
    branch = pick(_("Branch"), BRANCHES)
    year = year()
    payer = pick(_("Billed to"), [(p.value, p.label) for p in Payer if p is not Payer.PERSON])
    region = RegionField()


class PaidForm(ScreenForm):
    reference = text(_("Bank reference"), max_length=64)
    received_on = DateField(label=_("Day on the bank statement"))


class FindForm(ScreenForm):
    branch = pick(_("Branch"), BRANCHES)
    year = year()
    region = RegionField()


class LegacyForm(ScreenForm):
    file = UploadField()
    scheme = pick(_("Older scheme"), LegacyScheme.choices)
    region = RegionField()


class PayeeForm(ScreenForm):
    payee_name = text(
        _("Heir, where the person has died"),
        required=False,
        max_length=120,
        help_text=_("Empty: it goes to the person's own account on file."),
    )
    payee_bank = text(_("Heir's bank"), required=False, max_length=60)
    payee_account = BankCardField(label=_("Heir's account number"), required=False)


class ReasonForm(ScreenForm):
    reason = text(_("Reason"), max_length=200)
