"""Insure, end coverage, retire from work, change the chosen base."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment.models import Category, EndReason, Person
from enrollment.services import cover
from socsec.kernel.months import format_month, month_of
from socsec.office import desk_forms
from socsec.office.desk import Deed, staff
from socsec.office.forms import (
    DateField,
    MoneyField,
    MonthField,
    PickManyField,
    ScreenForm,
    TickField,
)

from .common import (
    OPTIONS,
    CategoryForm,
    branches_url,
    crumbs,
    file_url,
    find_employer,
    in_regions,
    listed,
)


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


class BaseForm(ScreenForm):
    base = MoneyField(label=_("Chosen monthly base, in yuan"))
    from_month = MonthField(label=_("From month"))


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
            "branches": listed(each.get_branch_display() for each in begun),
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
            "branches": listed(over),
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
