"""The desk's verbs on a working life: insure, end, retire, assess, correct, pay missed months."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import Category, Contribution, Employer, EndReason, Person
from enrollment.services import cover
from enrollment.services.assessment import contributions
from enrollment.services.record import payable
from enrollment.services.revision import back_payment, corrections
from funds.models import Branch
from socsec.kernel.document import explain
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month, month_of
from socsec.office import desk_forms, figures
from socsec.office.access import may
from socsec.office.desk import Crumb, Deed, list_url, show_page, staff
from socsec.office.errors import NotFound, Problem
from socsec.office.forms import (
    DateField,
    MoneyField,
    MonthField,
    Option,
    PickManyField,
    ScreenForm,
    TickField,
)
from socsec.office.places import place

Text = str | Promise
WORKING = (Category.EMPLOYEE, Category.AGENCY, Category.OWN_ACCOUNT)
WORK_IT_OUT = _("Work it out")
OPTIONS = [Option(str(branch.value), branch.label) for branch in Branch]


def file_url(person: Person) -> str:
    return reverse("admin:enrollment_person_change", args=[person.pk])


def branches_url(person: Person) -> str:
    return reverse("admin:enrollment_person_branches", args=[person.pk])


def crumbs(person: Person) -> list[Crumb]:
    return [Crumb(capfirst(_("people")), list_url(Person)), Crumb(person.name, file_url(person))]


def find_employer(request: HttpRequest, code: str) -> Employer:
    """The employer of the user's region under a credit code as people type it."""
    employer = (
        queries.employers(request.user).filter(credit_code="".join(code.split()).upper()).first()
    )
    if employer is None:
        raise NotFound(
            _("There is no employer with this code in your region."),
            code="no_such_employer",
            field="employer",
            fix=_("Check the code, or register the employer first."),
        )
    return employer


class CategoryForm(ScreenForm):
    category = desk_forms.pick(_("Insured as"), [(c.value, c.label) for c in WORKING])
    employer = desk_forms.text(
        _("Employer's unified social credit code"),
        required=False,
        help_text=_("For employees, of enterprises, agencies and institutions."),
        max_length=40,
    )
    base = MoneyField(
        label=_("Chosen monthly base, in yuan"),
        required=False,
        help_text=_("For own-account workers only."),
    )
    region = desk_forms.RegionField(label=_("Insured in"))


class CoverForm(CategoryForm):
    also = PickManyField(
        OPTIONS,
        label=_("Branches asked for besides those that the law ties together"),
        required=False,
        help_text=_(
            "An employee is insured in every branch that the law requires without a tick here. "
            "An own-account worker names the branches."
        ),
    )
    injury_only = TickField(
        label=_("In work injury alone"),
        required=False,
        help_text=_(
            "For a further job: its employer insures against accidents at work where it is; the "
            "other branches stay as they are."
        ),
    )
    from_ = DateField(label=_("First day"))


class LeaveForm(ScreenForm):
    last_day = DateField(label=_("Last day insured"))
    reason = desk_forms.pick(
        _("Reason"), [(r.value, r.label) for r in EndReason if r is not EndReason.DIED]
    )
    employer = desk_forms.text(
        _("Employer's unified social credit code"),
        required=False,
        help_text=_("Only where one of several employments ends. Empty: everything ends."),
        max_length=40,
    )


class LastDayForm(ScreenForm):
    last_day = DateField(label=_("Last day of work"))


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


class BaseForm(ScreenForm):
    base = MoneyField(label=_("Chosen monthly base, in yuan"))
    from_month = MonthField(label=_("From month"))


@dataclass(slots=True)
class Foreseen(Deed):
    """A verb that is first shown with what it would do, sheets included, and done on a second press."""

    foresee: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    look: Text = WORK_IT_OUT
    template: str = "admin/enrollment/foreseen.html"

    def answer(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or "go" in request.POST:
            return Deed.answer(self, request)
        form = self.form(request.POST, request.FILES, initial=self.initial)
        if self.prepare:
            self.prepare(form)
        shown: dict[str, Any] = {}
        if form.is_valid():
            assert self.foresee is not None
            try:
                shown = self.foresee(form.cleaned_data)
            except Problem as trouble:
                form.add_error(
                    trouble.field if trouble.field in form.fields else None, str(trouble)
                )
        return show_page(
            request,
            self.template,
            title=self.title,
            act=self.act,
            crumbs=self.crumbs,
            status=200 if shown else 422,
            deed=self,
            form=form,
            foreseen=shown,
            **self.context,
        )


def in_regions(request: HttpRequest) -> Callable[[ScreenForm], None]:
    return lambda form: desk_forms.within(form, staff(request).region_code or "")


def insure(request: HttpRequest, person: Person) -> Deed:
    """Enrol in every branch that belongs together."""

    def do(said: dict[str, Any]) -> str:
        category = Category(int(said["category"]))
        employer = find_employer(request, said["employer"]) if category.employed else None
        if said["injury_only"] and employer is not None:
            cover.insure_at_work(
                by=staff(request),
                person=person,
                employer=employer,
                region=said["region"],
                from_=said["from_"],
            )
            return _now("%(name)s is insured in work injury with %(employer)s.") % {
                "name": person.name,
                "employer": employer.name,
            }
        begun = cover.enrol(
            by=staff(request),
            person=person,
            category=category,
            region=said["region"],
            from_=said["from_"],
            employer=employer,
            base=None if category.employed else said["base"],
            also=[int(branch) for branch in said["also"]],
        )
        return _now("%(name)s is insured: %(branches)s.") % {
            "name": person.name,
            "branches": _list(each.get_branch_display() for each in begun),
        }

    return Deed(
        title=_("Insure"),
        act="coverage.change",
        button=_("Insure"),
        do=do,
        form=CoverForm,
        back=file_url(person),
        crumbs=crumbs(person),
        prepare=in_regions(request),
        initial={"region": person.region},
    )


def leave(request: HttpRequest, person: Person) -> Deed:
    def do(said: dict[str, Any]) -> str:
        employer = find_employer(request, said["employer"]) if said["employer"].strip() else None
        ended = cover.leave(
            by=staff(request),
            person=person,
            last_day=said["last_day"],
            reason=said["reason"],
            employer=employer,
        )
        over = [each.get_branch_display() for each in ended if each.last_day]
        if not over:
            return _now("The employment has ended. The coverage goes on with another employer.")
        month = cover.last_month(ended[0].region, said["last_day"])
        return _now("The coverage has ended: %(branches)s. The last month owed is %(month)s.") % {
            "branches": _list(over),
            "month": format_month(month),
        }

    return Deed(
        title=_("End coverage"),
        act="coverage.change",
        button=_("End coverage"),
        do=do,
        form=LeaveForm,
        stop=True,
        back=file_url(person),
        crumbs=crumbs(person),
        lead=_("Every branch ends with the same day."),
    )


def retire(request: HttpRequest, person: Person) -> Deed:
    def do(said: dict[str, Any]) -> str:
        changed = cover.retire(by=staff(request), person=person, last_day=said["last_day"])
        if any(each.category == Category.RETIREE for each in changed):
            return _now(
                "Work has ended. Medical insurance goes on without contributions from the next day."
            )
        return _now(
            "Work has ended. For medical insurance in retirement more months are needed: "
            "%(name)s may go on paying as an own-account worker."
        ) % {"name": person.name}

    return Deed(
        title=_("Retire from work"),
        act="coverage.change",
        button=_("Retire from work"),
        do=do,
        form=LastDayForm,
        stop=True,
        back=file_url(person),
        crumbs=crumbs(person),
        lead=_(
            "Every branch of work ends. Who was insured in medical insurance for long enough stays "
            "insured there and pays no more."
        ),
    )


def choose(request: HttpRequest, person: Person) -> Deed:
    def do(said: dict[str, Any]) -> str:
        cover.choose_base(by=staff(request), person=person, **said)
        return _now("The base counts from %(month)s on.") % {
            "month": format_month(said["from_month"])
        }

    return Deed(
        title=_("Change the chosen base"),
        act="coverage.change",
        button=_("Take down"),
        do=do,
        form=BaseForm,
        back=branches_url(person),
        crumbs=crumbs(person),
        initial={"from_month": month_of(timezone.localdate())},
    )


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


def branches_page(request: HttpRequest, person: Person) -> HttpResponse:
    """Every branch of one person: where, as what, each month, and what it owed."""
    coverages = [each for each in queries.coverages(person.pk) if not each.span.isempty]
    parts = []
    for branch in Branch:
        spans = [each for each in coverages if each.branch == branch]
        record = queries.record(person.pk, branch)
        if not spans and not record:
            continue
        states = queries.states_of({each.month: each for each in record}, spans)
        parts.append(
            {
                "payable": payable.in_branch(person, branch, record, spans),
                "branch": branch,
                "slug": branch.name.lower(),
                "spans": spans,
                "grid": figures.month_grid(states),
                "record": record[::-1],
            }
        )
    return show_page(
        request,
        "admin/enrollment/branches.html",
        title=_("Insurance in every branch"),
        act="contribution.read",
        crumbs=crumbs(person),
        person=person,
        parts=parts,
        may_report=may(request.user, "case.receive", person.region),
        places={each.region: place(each.region) for each in coverages},
    )


def month_page(request: HttpRequest, person: Person, month: int) -> HttpResponse:
    """One month of one person: the sheet of every branch and payer, and what was corrected."""
    rows = list(
        Contribution.objects.filter(person_id=person.pk, month=month).order_by(
            "branch", "employer_id", "part"
        )
    )
    if not rows:
        raise NotFound(_("This month is not assessed."), code="not_assessed")
    employers = dict(
        Employer.objects.filter(pk__in={row.employer_id for row in rows}).values_list("pk", "name")
    )
    return show_page(
        request,
        "admin/enrollment/contribution_month.html",
        title=format_month(month),
        act="contribution.read",
        crumbs=[*crumbs(person), Crumb(_("Insurance in every branch"), branches_url(person))],
        person=person,
        rows=rows,
        employers=employers,
        reductions=queries.reductions(person.pk, month),
        sheets=[
            (Branch(branch).label, employers.get(employer, ""), sheet)
            for branch in sorted({row.branch for row in rows})
            for employer, sheet in queries.month_workings(person.pk, branch, month)
        ],
    )


def _list(names: Iterable[Any]) -> str:
    return _now(", ").join(str(name) for name in names)


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
