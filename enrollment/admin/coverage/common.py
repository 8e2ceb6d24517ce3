"""What the deeds on a working life share: addresses, the employer, forms, looking before doing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import Category, Employer, Person
from funds.models import Branch
from socsec.office import desk_forms
from socsec.office.desk import Crumb, Deed, list_url, show_page, staff
from socsec.office.errors import NotFound, Problem
from socsec.office.forms import (
    MoneyField,
    Option,
    ScreenForm,
)

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


def listed(names: Iterable[Any]) -> str:
    return _now(", ").join(str(name) for name in names)
