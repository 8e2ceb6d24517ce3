"""The verbs on a person's file: what each asks, and which service it calls."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import Person, PriorKind
from enrollment.services.living import life
from enrollment.services.people import bank_account, households
from enrollment.services.people import person as registry
from enrollment.services.record import prior
from funds.models import Branch
from socsec.kernel.months import months_from
from socsec.office import desk_forms
from socsec.office.desk import Crumb, Deed, list_url, staff
from socsec.office.errors import Invalid, NotFound
from socsec.office.person_file import Noun

from . import coverage, forms

Verb = Callable[[HttpRequest, Person], Deed]


def file_url(person: Person) -> str:
    return reverse("admin:enrollment_person_change", args=[person.pk])


def crumbs(person: Person) -> list[Crumb]:
    return [Crumb(capfirst(_("people")), list_url(Person)), Crumb(person.name, file_url(person))]


def _deed(
    request: HttpRequest,
    person: Person,
    verb: str,
    do: Callable[[dict[str, Any]], str],
    **more: Any,
) -> Deed:
    act, label, stop, _noun, _make = VERBS[verb]
    more.setdefault("title", label)
    more.setdefault("button", label)
    return Deed(act=act, do=do, stop=stop, back=file_url(person), crumbs=crumbs(person), **more)


def _bank(request: HttpRequest, person: Person) -> Deed:
    def do(said: dict[str, Any]) -> str:
        bank_account.set(by=staff(request), person=person, **said)
        return _now("The account is on file.")

    return _deed(
        request,
        person,
        "account",
        do,
        form=forms.AccountForm,
        button=_("Take down"),
        initial={"holder": person.name},
    )


def _phone(request: HttpRequest, person: Person) -> Deed:
    def do(said: dict[str, Any]) -> str:
        registry.change_phone(by=staff(request), person=person, phone=said["phone"] or "")
        return _now("The number is on file.")

    return _deed(request, person, "phone", do, form=forms.PhoneForm, button=_("Take down"))


def _death(request: HttpRequest, person: Person) -> Deed:
    def do(said: dict[str, Any]) -> str:
        life.record_death(by=staff(request), person=person, known_on=timezone.localdate(), **said)
        return _now(
            "The death is on record. Coverage has ended, and no benefit is paid for later months."
        )

    return _deed(
        request,
        person,
        "death",
        do,
        form=forms.DeathForm,
        button=_("Record the death"),
        warning=_("This ends every coverage and every benefit of %(name)s.")
        % {"name": person.name},
    )


def _household(request: HttpRequest, person: Person) -> Deed:
    def do(said: dict[str, Any]) -> str:
        households.form(by=staff(request), head=person, **said)
        return _now("The household is on record.")

    return _deed(
        request,
        person,
        "household",
        do,
        form=forms.HouseholdForm,
        prepare=lambda form: desk_forms.within(form, staff(request).region_code or ""),
        initial={"region": person.region},
    )


def _member(request: HttpRequest, person: Person) -> Deed:
    def do(said: dict[str, Any]) -> str:
        home = queries.household_of(person.pk)
        if home is None:
            raise Invalid(
                _("%(name)s belongs to no household.") % {"name": person.name}, code="no_household"
            )
        other = queries.search_number(request.user, said.pop("resident_id"))
        if other is None:
            raise NotFound(_("There is no such person in your region."), field="resident_id")
        households.join(by=staff(request), household=home, person=other, **said)
        return _now("%(name)s belongs to the household.") % {"name": other.name}

    return _deed(request, person, "member", do, form=forms.MemberForm, button=_("Add"))


def _earlier(request: HttpRequest, person: Person) -> Deed:
    def prepare(form: forms.ScreenForm) -> None:
        desk_forms.within(form, staff(request).region_code or "")
        form.fields["kind"].choices = PriorKind.choices  # type: ignore[attr-defined]

    def do(said: dict[str, Any]) -> str:
        common = {"by": staff(request), "person": person, "branch": Branch.PENSION}
        common |= {"region": said["region"], "document": said["document"]}
        if said["kind"] == PriorKind.DEEMED:
            prior.enter_deemed(
                **common, first_month=said["first_month"], last_month=said["last_month"]
            )
        else:
            if not said["base"]:
                raise Invalid(_("Paid months need their base."), code="base_missing", field="base")
            if said["last_month"] < said["first_month"]:
                raise Invalid(
                    _("The last month is before the first."), code="order", field="last_month"
                )
            span = months_from(said["first_month"], said["last_month"])
            prior.enter_paid(**common, bases=dict.fromkeys(span, said["base"]))
        return _now("Entered. The months count once a colleague has approved them.")

    return _deed(
        request,
        person,
        "earlier",
        do,
        form=forms.PriorForm,
        button=_("Enter"),
        prepare=prepare,
        initial={"region": person.region},
    )


# verb: act, label, whether it ends something, what it is about, and the page.
VERBS: dict[str, tuple[str, Any, bool, Noun, Verb]] = {
    "cover": ("coverage.change", _("Insure"), False, Noun.INSURANCE, coverage.insure),
    "base": (
        "coverage.change",
        _("Change the chosen base"),
        False,
        Noun.INSURANCE,
        coverage.choose,
    ),
    "end-cover": ("coverage.change", _("End coverage"), True, Noun.INSURANCE, coverage.leave),
    "retire": ("coverage.change", _("Retire from work"), True, Noun.INSURANCE, coverage.retire),
    "phone": ("person.change", _("Mobile number"), False, Noun.PERSON, _phone),
    "account": ("person.change", _("Bank account"), False, Noun.PERSON, _bank),
    "household": ("household.change", _("Form a household"), False, Noun.FAMILY, _household),
    "member": ("household.change", _("Add a household member"), False, Noun.FAMILY, _member),
    "death": ("person.death", _("Record a death"), True, Noun.FAMILY, _death),
    "earlier": ("prior.enter", _("Earlier months"), False, Noun.CONTRIBUTIONS, _earlier),
    "assess": (
        *("contribution.assess", _("Assess a late month"), False, Noun.CONTRIBUTIONS),
        coverage.assess,
    ),
    "correct": (
        *("contribution.correct", _("Correct a wage"), False, Noun.CONTRIBUTIONS),
        coverage.correct,
    ),
    "reassess": (
        *("contribution.correct", _("Assess a month anew"), False, Noun.CONTRIBUTIONS),
        coverage.reassess,
    ),
    "pay-back": (
        *("contribution.pay_back", _("Pay missed months"), False, Noun.CONTRIBUTIONS),
        coverage.pay_back,
    ),
}
