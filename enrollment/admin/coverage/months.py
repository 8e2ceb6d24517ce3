"""Assess a late month, correct a wage, assess anew, pay missed months."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment.models import Category, Employer, Person
from enrollment.services.assessment import contributions
from enrollment.services.revision import back_payment, corrections
from funds.models import Branch
from socsec.kernel.document import explain
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month, month_of
from socsec.office import desk_forms
from socsec.office.desk import Deed, staff
from socsec.office.forms import (
    MoneyField,
    MonthField,
    PickManyField,
    ScreenForm,
)

from .common import OPTIONS, CategoryForm, Foreseen, branches_url, crumbs, find_employer, in_regions


class LateMonthForm(ScreenForm):
    month = MonthField(label=_("Month"))
    ruling = desk_forms.text(
        _("Ruling or inspection record"),
        required=False,
        max_length=120,
        help_text=_("For months long past."),
    )


class CorrectForm(ScreenForm):
    employer = desk_forms.text(_("Employer's unified social credit code"), max_length=40)
    month = MonthField(label=_("Month"))
    wage = MoneyField(label=_("Right monthly wage, in yuan"))
    reason = desk_forms.text(_("Reason and document"), max_length=200)


class ReassessForm(ScreenForm):
    month = MonthField(label=_("Month"))
    way = desk_forms.pick(
        _("What has changed"),
        [
            ("settle", _("A deemed month was declared")),
            ("reassess", _("Limits or rates were published, or a risk class was corrected")),
        ],
    )
    reason = desk_forms.text(_("Reason and document"), max_length=200)


class BackPayForm(CategoryForm):
    branches = PickManyField(OPTIONS, label=_("Branches"))
    first_month = MonthField(label=_("First month"))
    last_month = MonthField(label=_("Last month"))
    wage = MoneyField(label=_("Monthly wage, or chosen base, in yuan"))
    document = desk_forms.text(
        _("Document"), max_length=120, help_text=_("For example the labour contract.")
    )
    ruling = desk_forms.text(
        _("Ruling or inspection record"),
        required=False,
        max_length=120,
        help_text=_("For months long past."),
    )
    field_order = ("category", "employer", "region")


del BackPayForm.base_fields["base"]


def assess(request: HttpRequest, person: Person) -> Deed:
    def do(said: dict[str, Any]) -> str:
        done = contributions.assess_all(by=staff(request), person=person, **said)
        return _now("%(month)s is assessed: %(due)s yuan is due.") % {
            "month": format_month(said["month"]),
            "due": yuan(sum(each.contribution.due for each in done)),
        }

    return Deed(
        title=_("Assess a late month"),
        act="contribution.assess",
        button=_("Assess the month"),
        do=do,
        form=LateMonthForm,
        back=branches_url(person),
        crumbs=crumbs(person),
        lead=_(
            "For a month whose run is over: somebody enrolled late, or a wage declared afterwards. "
            "What is assessed already stays as it is."
        ),
        initial={"month": month_of(timezone.localdate())},
    )


def correct(request: HttpRequest, person: Person) -> Deed:
    def asked(said: dict[str, Any]) -> dict[str, Any]:
        return {
            **said,
            "by": staff(request),
            "person": person,
            "employer": find_employer(request, said["employer"]),
        }

    def foresee(said: dict[str, Any]) -> dict[str, Any]:
        return _differences(corrections.preview(corrections.correct, **asked(said)))

    def do(said: dict[str, Any]) -> str:
        return _said(corrections.correct(**asked(said)))

    return Foreseen(
        title=_("Correct a wage"),
        act="contribution.correct",
        button=_("Assess the difference"),
        do=do,
        foresee=foresee,
        form=CorrectForm,
        back=branches_url(person),
        crumbs=crumbs(person),
        lead=_(
            "The month that was assessed stays; the difference is assessed in every branch. "
            "What was paid too much becomes a credit of the payer."
        ),
    )


def reassess(request: HttpRequest, person: Person) -> Deed:
    acts = {"settle": corrections.settle, "reassess": corrections.reassess}

    def asked(said: dict[str, Any]) -> dict[str, Any]:
        return {
            "by": staff(request),
            "person": person,
            "month": said["month"],
            "reason": said["reason"],
        }

    def foresee(said: dict[str, Any]) -> dict[str, Any]:
        return _differences(corrections.preview(acts[said["way"]], **asked(said)))

    def do(said: dict[str, Any]) -> str:
        return _said(acts[said["way"]](**asked(said)))

    return Foreseen(
        title=_("Assess a month anew"),
        act="contribution.correct",
        button=_("Assess the difference"),
        do=do,
        foresee=foresee,
        form=ReassessForm,
        back=branches_url(person),
        crumbs=crumbs(person),
    )


def pay_back(request: HttpRequest, person: Person) -> Deed:
    def asked(said: dict[str, Any]) -> back_payment.Asked:
        category = Category(int(said["category"]))
        return back_payment.Asked(
            person=person,
            category=category,
            region=said["region"],
            first_month=said["first_month"],
            last_month=said["last_month"],
            branches=[int(branch) for branch in said["branches"]],
            wage=said["wage"],
            document=said["document"],
            employer=find_employer(request, said["employer"]) if category.employed else None,
            ruling=said["ruling"],
        )

    def foresee(said: dict[str, Any]) -> dict[str, Any]:
        found = back_payment.preview(by=staff(request), asked=asked(said))
        return {
            "rows": [
                (
                    format_month(each.contribution.month),
                    Branch(each.contribution.branch).label,
                    each.contribution.base,
                    each.contribution.due,
                )
                for each in found
            ],
            "total": sum(each.contribution.due for each in found),
            "sheets": _first_of_each(found),
        }

    def do(said: dict[str, Any]) -> str:
        done = back_payment.pay_back(by=staff(request), asked=asked(said))
        return _now("The months are assessed: %(due)s yuan is due.") % {
            "due": yuan(sum(each.contribution.due for each in done))
        }

    return Foreseen(
        title=_("Pay missed months"),
        act="contribution.pay_back",
        button=_("Insure and assess these months"),
        do=do,
        foresee=foresee,
        form=BackPayForm,
        back=branches_url(person),
        crumbs=crumbs(person),
        lead=_(
            "For months in which somebody worked and was not insured. Each month is worked out at "
            "its own limits and rates; the surcharge for paying late is added when it is collected."
        ),
        prepare=in_regions(request),
        initial={"region": person.region},
    )


def _differences(found: list[corrections.Difference]) -> dict[str, Any]:
    names = dict(
        Employer.objects.filter(pk__in={each.employer_id for each in found}).values_list(
            "pk", "name"
        )
    )
    return {
        "differences": [
            (each.branch.label, names.get(each.employer_id, ""), each.before, each.after, each.due)
            for each in found
        ],
        "total": sum(each.due for each in found),
        "sheets": [explain(each.sheet, each.facts, each.params) for each in found],
    }


def _said(found: list[corrections.Difference]) -> str:
    due = sum(each.due for each in found)
    if due < 0:
        return _now("%(due)s yuan less is owed. What was paid too much is a credit.") % {
            "due": yuan(-due)
        }
    return _now("%(due)s yuan more is owed.") % {"due": yuan(due)}


def _first_of_each(found: list[contributions.Assessed]) -> list[Any]:
    """One sheet for each branch: those of the first month."""
    first: dict[int, contributions.Assessed] = {}
    for each in found:
        first.setdefault(each.contribution.branch, each)
    return [explain(each.sheet, each.facts, each.params) for each in first.values()]
