"""What the desk asks about a debt, and which verbs there are."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    Employer,
    Measure,
    Person,
    Waiver,
)
from funds.models import Branch
from socsec.office import desk_forms
from socsec.office.forms import (
    BankCardField,
    DateField,
    MonthField,
    ScreenForm,
    WholeField,
)


class WaiveForm(ScreenForm):
    kind = desk_forms.pick(_("What shall be let off?"), Waiver.Kind.choices)
    branch = desk_forms.pick(_("Branch"), [("", _("every one")), *Branch.choices], required=False)
    first_month = MonthField(label=_("First month"))
    last_month = MonthField(label=_("Last month"))
    reason = desk_forms.text(_("Reason"), max_length=200)
    document = desk_forms.text(_("Document"), max_length=120)


class AgreeForm(ScreenForm):
    last_month = MonthField(label=_("For debts up to month"))
    parts = WholeField(label=_("Number of monthly instalments"), least=2, most=60)
    first_due = DateField(label=_("First instalment due on"))
    guarantee = desk_forms.text(_("Guarantee"), max_length=200, required=False)


class MeasureForm(ScreenForm):
    kind = desk_forms.pick(_("Measure"), Measure.Kind.choices)
    on = DateField(label=_("Date"))
    document = desk_forms.text(_("Document"), max_length=120)
    note = desk_forms.text(_("Note"), max_length=200, required=False)


class MandateForm(ScreenForm):
    holder = desk_forms.text(_("Account holder"), max_length=120)
    bank = desk_forms.text(_("Bank"), max_length=60)
    account = BankCardField(label=_("Account number"))


class PutOffForm(ScreenForm):
    branch = desk_forms.pick(_("Branch"), Branch.choices)
    first_month = MonthField(label=_("First month"))
    last_month = MonthField(label=_("Last month"))
    months = WholeField(label=_("Months to put off"), least=1, most=24)
    reason = desk_forms.text(_("Reason"), max_length=200)
    document = desk_forms.text(_("Document"), max_length=120, required=False)


class MonthForm(ScreenForm):
    month = MonthField(label=_("Up to month"))


class NothingForm(ScreenForm):
    """Nothing to ask: the page says what will happen."""


# verb: act, label, form, lead, for employers only
VERBS: dict[str, tuple[str, Any, type[ScreenForm], Any, bool]] = {
    "note": (
        "demand.draw",
        _("Draw a demand note"),
        MonthForm,
        _("It says what is owed, branch by branch, and replaces the note before."),
        False,
    ),
    "count": (
        "surcharge.count",
        _("Count the surcharge up to today"),
        NothingForm,
        _("0.05 % of what is open for each day late. Counting again adds nothing twice."),
        True,
    ),
    "agree": (
        "agreement.propose",
        _("Propose an instalment agreement"),
        AgreeForm,
        _("The instalments add up to what is owed today. A second person decides."),
        False,
    ),
    "later": (
        "deferral.ask",
        _("Ask to put contributions off"),
        PutOffForm,
        _("For months that are not due yet, as long as a policy allows. A second person decides."),
        True,
    ),
    "waive": (
        "waiver.propose",
        _("Propose a waiver or write-off"),
        WaiveForm,
        _("Everything open of these months is let off once a second person agrees."),
        False,
    ),
    "measure": (
        "measure.enter",
        _("Note a measure of the law"),
        MeasureForm,
        _("Social Insurance Law, article 63."),
        True,
    ),
    "mandate": (
        "withholding.mandate",
        _("Enter a withholding mandate"),
        MandateForm,
        _("The bank account is charged with what is owed, from the next file on."),
        False,
    ),
}


def payer_url(payer: Employer | Person) -> str:
    kind = "person" if isinstance(payer, Person) else "employer"
    return reverse("admin:enrollment_debts", args=[kind, payer.pk])


def file_url(payer: Employer | Person) -> str:
    return reverse(f"admin:enrollment_{payer._meta.model_name}_change", args=[payer.pk])
