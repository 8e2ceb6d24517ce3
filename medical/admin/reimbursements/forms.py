"""The forms of a claim for care paid in cash, and what they say to the services."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from medical.models import ClaimLine, ItemKind, Level, Reimbursement
from medical.services import reimbursing
from medical.services.reimbursing import Paper, Said, paying
from medical.services.reimbursing.claims import CARES
from socsec.office.desk_forms import pick, text
from socsec.office.forms import DateField, MoneyField, ScreenForm
from socsec.office.models import Case

from ..cover import to_regions

State = Case.State


CAUSES = Reimbursement.Cause.choices


KINDS = [(each.value, each.label) for each in CARES]


LEVELS = [("", _("not known yet")), *Level.choices]


REFUSALS = ClaimLine.Refusal.choices


FINDINGS = [
    ("", _("It is paid for")),
    *((code, words) for code, (words, _law) in reimbursing.REASONS.items()),
]


# As the cost list is read: `reimbursing.lines.KINDS`.
KIND_WORDS = {
    "zh": {ItemKind.DRUG: "药品", ItemKind.SERVICE: "诊疗", ItemKind.CONSUMABLE: "耗材"},
    "en": {ItemKind.DRUG: "drug", ItemKind.SERVICE: "service", ItemKind.CONSUMABLE: "consumable"},
}


COST_LIST = {"rows": 12, "class": "input", "autocomplete": "off", "spellcheck": "false"}


class CareForm(ScreenForm):
    """What a claim says of the care."""

    cause = pick(_("Why it was paid in cash"), CAUSES)
    care = pick(_("Kind of care"), KINDS)
    provider_name = text(_("Hospital or clinic"), max_length=120)
    provider_code = text(_("Its national code"), max_length=12, required=False)
    level = pick(_("Its level"), LEVELS, required=False)
    place = pick(_("Place of care"), [])
    from_date = DateField(label=_("First day"))
    until = DateField(label=_("Last day"))
    diagnosis = text(_("Main diagnosis, its code"), max_length=20, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = to_regions()  # type: ignore[attr-defined]


class InvoiceForm(ScreenForm):
    code = text(_("Invoice code"), max_length=20, required=False)
    number = text(_("Invoice number"), max_length=30)
    issued_on = DateField(label=_("Invoice date"))
    amount = MoneyField(label=_("Amount, in yuan"))


class OpenForm(CareForm, InvoiceForm):
    """Both at once: a claim comes with its first invoice."""

    field_order: ClassVar = [*CareForm.base_fields, *InvoiceForm.base_fields]


class LinesForm(ScreenForm):
    text = forms.CharField(
        label=_("Cost list"),
        help_text=_(
            "One row an item: day, catalogue (drug, service, consumable), code, name, quantity, "
            "price. Without a code it is looked for by its name."
        ),
        widget=forms.Textarea(attrs=COST_LIST),
    )


class StrikeForm(ScreenForm):
    refusal = pick(_("Why it is not reimbursed"), REFUSALS)
    text = text(_("Explanation"), max_length=200, required=False)


class AssessForm(ScreenForm):
    reason = pick(_("What the papers show"), FINDINGS, required=False)
    text = text(_("What was found"), max_length=500, required=False)


class TextForm(ScreenForm):
    text = text(_("Text"), max_length=500)


class BackForm(ScreenForm):
    share = pick(_("To whom"), paying.Share.choices)
    amount = MoneyField(label=_("Amount, in yuan"))
    on = DateField(label=_("Received on"))


def said_of(said: dict[str, Any]) -> Said:
    """What a form says of the care."""
    values = {name: said[name] for name in CareForm.base_fields}
    values["care"] = int(values["care"])
    values["level"] = int(values["level"]) if values["level"] else None
    return Said(**values)


def paper_of(said: dict[str, Any]) -> Paper:
    return Paper(**{name: said[name] for name in InvoiceForm.base_fields})
