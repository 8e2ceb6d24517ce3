"""The desk's page for what the law takes an employer for, and for employers that declare nothing."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment.models import Employer, EmployerKind, Floating
from enrollment.queries import firms
from enrollment.services.assessment import deemed
from enrollment.services.employers import standing
from socsec.kernel.months import format_month, month_of
from socsec.office import desk_forms
from socsec.office.desk import Crumb, Deed, list_url, staff
from socsec.office.forms import MonthField, ScreenForm, TickField, WholeField

from . import forms


class StandingForm(ScreenForm):
    kind = desk_forms.pick(_("Kind of employer"), EmployerKind.choices)
    risk_class = WholeField(
        label=_("Work injury risk class"), help_text=_("Of the employer's industry, 1 to 8.")
    )
    floating = desk_forms.pick(_("Floating step"), Floating.choices, initial=Floating.BASIC.value)
    fully_funded = TickField(label=_("The treasury pays all wages"), required=False)
    from_month = MonthField(label=_("From month"))
    document = desk_forms.text(_("Document"), max_length=120)


def _back(employer: Employer) -> str:
    return reverse("admin:enrollment_employer_change", args=[employer.pk])


def _crumbs(employer: Employer) -> list[Crumb]:
    return [Crumb(_("Employers"), list_url(Employer)), Crumb(employer.name, _back(employer))]


def enter(request: HttpRequest, employer: Employer) -> Deed:
    """Kind, risk class and floating step from a month on."""

    def do(said: dict[str, Any]) -> str:
        standing.set_standing(
            by=staff(request),
            employer=employer,
            **{**said, "kind": int(said["kind"]), "floating": int(said["floating"])},
        )
        return _now("The risk class counts from %(month)s on.") % {
            "month": format_month(said["from_month"])
        }

    now = firms.standing_of(employer.pk)
    known = (
        {
            "kind": now.kind,
            "risk_class": now.risk_class,
            "floating": now.floating,
            "fully_funded": now.fully_funded,
        }
        if now
        else {}
    )
    return Deed(
        title=_("Kind and risk class"),
        act="employer.change",
        button=_("Take down"),
        do=do,
        form=StandingForm,
        back=_back(employer),
        crumbs=_crumbs(employer),
        lead=_(
            "They decide the rate of work injury insurance, and what a policy of relief waives. "
            "Months that are assessed stay as they are."
        ),
        initial={**known, "from_month": month_of(timezone.localdate())},
    )


def deem(request: HttpRequest, employer: Employer) -> Deed:
    """Take 110 % of the month before for everybody without a declared wage."""

    def do(said: dict[str, Any]) -> str:
        people = deemed.deem(by=staff(request), employer=employer, month=said["month"])
        return _now("The month before is taken for %(people)s people.") % {"people": people}

    return Deed(
        title=_("Take the month before"),
        act="wage.deem",
        button=_("Take the month before"),
        do=do,
        form=forms.MonthForm,
        back=_back(employer),
        crumbs=_crumbs(employer),
        lead=_(
            "For an employer that declares nothing: 110 % of last month's base counts as the wage "
            "until it declares. The difference is settled then."
        ),
        initial={"month": month_of(timezone.localdate())},
    )
