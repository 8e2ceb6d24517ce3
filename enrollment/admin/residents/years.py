"""A person's years as a resident at the desk: enrol, pay, change the tier, take back, refund."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import (
    Payer,
    Person,
)
from enrollment.queries.residents import open_of, sponsorships
from enrollment.services.collection.refund_orders import Payee
from enrollment.services.residents import enrolment, offers, receipts, refunds, sponsors
from funds.models import Branch
from socsec.kernel.money import yuan
from socsec.office.access import may
from socsec.office.desk import (
    Button,
    Crumb,
    Deed,
    staff,
)
from socsec.office.desk_forms import within
from socsec.office.forms import ScreenForm
from socsec.office.models import User

from . import forms


def offered(user: User, person_id: int) -> Iterator[Button]:
    if may(user, "resident.enroll"):
        for branch, label in (
            ("medical", _("Enrol as a resident: medical")),
            ("pension", _("Enrol as a resident: old age")),
        ):
            yield Button(
                label, reverse("admin:enrollment_resident_enrol", args=[person_id, branch])
            )
    if may(user, "sponsor.change"):
        yield Button(
            _("Is paid for as…"), reverse("admin:enrollment_resident_join", args=[person_id])
        )


def shown(user: User, person_id: int) -> dict[str, Any] | None:
    """The years of a person as a resident, and what may be done with each."""
    years = queries.resident_years(person_id)
    groups = list(sponsorships(person_id))
    legacy = person_legacy(person_id)
    if not (years or groups or legacy):
        return None
    carried = sum(row.amount for row in queries.carried_balances(person_id))
    rows = []
    for each in years:
        acts: list[tuple[Any, str]] = []
        if each.enrolment.cancelled_on is None:
            for slug, (act, label, fits, _make) in VERBS.items():
                if fits(each) and may(user, act, each.enrolment.region):
                    args = [person_id, each.enrolment.branch, each.year, slug]
                    acts.append((label, reverse("admin:enrollment_resident_year", args=args)))
        rows.append({"each": each, "paid": each.money.paid.get(Payer.PERSON, 0), "acts": acts})
    return {"years": rows, "groups": groups, "legacy": legacy, "carried": carried}


def person_legacy(person_id: int) -> int:
    """How many years of older schemes count for the person."""
    return queries.legacy_years(person_id).count()


def _file(person: Person) -> str:
    return reverse("admin:enrollment_person_change", args=[person.pk])


def _find(request: HttpRequest, person_id: int) -> Person:
    return get_object_or_404(queries.people(request.user), pk=person_id)


def enrol(request: HttpRequest, person_id: int, branch: str) -> HttpResponse:
    """Enrol somebody at the counter."""
    person = _find(request, person_id)
    medical = branch == "medical"
    if branch not in ("medical", "pension"):
        raise Http404
    today = timezone.localdate()

    def prepare(form: ScreenForm) -> None:
        within(form, staff(request).region_code or "")
        if not medical:
            form.fields["tier"].choices = _tiers(person.region, today.year)  # type: ignore[attr-defined]

    def do(said: dict[str, Any]) -> str:
        said = {name: value for name, value in said.items() if value not in (None, "")}
        if not medical:
            said["tier"] = int(said["tier"])
        made = enrolment.enroll(
            by=staff(request),
            person=person,
            branch=Branch.MEDICAL if medical else Branch.PENSION,
            **said,
        )
        due = open_of(person.pk, made.branch, made.year).open()
        if made.wait:
            return _now("Enrolled: %(due)s yuan to pay, cover after %(months)s months.") % {
                "due": yuan(due),
                "months": made.wait,
            }
        return _now("Enrolled: %(due)s yuan to pay.") % {"due": yuan(due)}

    opens = offers.window(person.region, today.year + 1).opens
    return Deed(
        title=_("Enrol %(name)s as a resident") % {"name": person.name},
        act="resident.enroll",
        button=_("Enrol"),
        do=do,
        form=forms.MedicalForm if medical else forms.PensionForm,
        back=_file(person),
        prepare=prepare,
        lead=_("Medical insurance, for one year. The page that follows says what it costs.")
        if medical
        else _("Old-age insurance. A higher tier brings a higher subsidy, and a higher pension."),
        initial={
            "year": today.year + 1 if medical and today >= opens else today.year,
            "region": person.region,
        },
        crumbs=[Crumb(person.name, _file(person)), Crumb(_("Enrol"))],
    ).answer(request)


def _tiers(region: str, year: int) -> list[tuple[int, str]]:
    return [
        (
            tier,
            _now("%(tier)s yuan, subsidy %(subsidy)s")
            % {"tier": yuan(tier), "subsidy": yuan(subsidy)},
        )
        for tier, subsidy in offers.tiers(region, year)
    ]


def join(request: HttpRequest, person_id: int) -> HttpResponse:
    """The person belongs to a group that is paid for."""
    person = _find(request, person_id)

    def do(said: dict[str, Any]) -> str:
        said["group"] = int(said["group"])
        sponsors.join(by=staff(request), person=person, **said)
        return _now("Noted. It counts for what is assessed from now on.")

    return Deed(
        title=_("%(name)s is paid for") % {"name": person.name},
        act="sponsor.change",
        button=_("Note down"),
        do=do,
        form=forms.JoinForm,
        back=_file(person),
        prepare=lambda form: within(form, staff(request).region_code or ""),
        initial={"region": person.region, "from_": timezone.localdate()},
        crumbs=[Crumb(person.name, _file(person))],
    ).answer(request)


Made = tuple[type[ScreenForm], Any, Callable[[dict[str, Any]], str], Any]


def _pay(request: HttpRequest, person: Person, year: Any) -> Made:
    due = year.money.open()

    def do(said: dict[str, Any]) -> str:
        receipts.pay(
            by=staff(request),
            person=person,
            branch=year.enrolment.branch,
            year=year.year,
            amount=due,
            **said,
        )
        return _now("Received: %(amount)s yuan.") % {"amount": yuan(due)}

    return forms.CounterForm, _("%(due)s yuan are to be paid.") % {"due": yuan(due)}, do, None


def _tier(request: HttpRequest, person: Person, year: Any) -> Made:
    def prepare(form: ScreenForm) -> None:
        form.fields["tier"].choices = _tiers(year.enrolment.region, year.year)  # type: ignore[attr-defined]

    def do(said: dict[str, Any]) -> str:
        enrolment.choose_tier(
            by=staff(request), person=person, year=year.year, tier=int(said["tier"])
        )
        return _now("The tier is changed.")

    return forms.TierForm, _("Until it is paid the tier may be changed."), do, prepare


def _cancel(request: HttpRequest, person: Person, year: Any) -> Made:
    def do(said: dict[str, Any]) -> str:
        enrolment.cancel(
            by=staff(request), person=person, branch=year.enrolment.branch, year=year.year
        )
        return _now("The enrolment is taken back.")

    return ScreenForm, _("Nothing was paid, so nothing goes back."), do, None


def _refund(request: HttpRequest, person: Person, year: Any) -> Made:
    def do(said: dict[str, Any]) -> str:
        payee = Payee(said["payee_name"], said["payee_bank"], said["payee_account"])
        refunds.ask(
            by=staff(request),
            person=person,
            branch=year.enrolment.branch,
            year=year.year,
            payee=payee if payee.account else None,
        )
        return _now("Asked for. A colleague must approve it now.")

    return (
        forms.PayeeForm,
        _("What was paid goes to the person's bank account, before the insured year begins."),
        do,
        None,
    )


def _refundable(year: Any) -> bool:
    """Before the year begins in medical insurance; in either branch, of who died before it began."""
    of = year.enrolment
    if year.money.paid.get(Payer.PERSON, 0) <= 0:
        return False
    if of.branch == Branch.MEDICAL and year.year > timezone.localdate().year:
        return True
    return Person.objects.filter(pk=of.person_id, died_on__lt=date(year.year, 1, 1)).exists()


# verb: act, label, whether it fits a year, the page.
VERBS: dict[str, tuple[str, Any, Callable[[Any], bool], Callable[..., Made]]] = {
    "pay": ("resident.receive", _("Take the payment"), lambda y: y.money.open() > 0, _pay),
    "tier": (
        "resident.enroll",
        _("Change the tier"),
        lambda y: y.enrolment.branch == Branch.PENSION and not y.money.account,
        _tier,
    ),
    "cancel": (
        "resident.enroll",
        _("Take back"),
        lambda y: not y.money.paid.get(Payer.PERSON, 0),
        _cancel,
    ),
    "refund": (
        "resident.refund",
        _("Refund"),
        _refundable,
        _refund,
    ),
}


def year_verb(
    request: HttpRequest, person_id: int, branch: int, year: int, verb: str
) -> HttpResponse:
    """One verb for one year of a person."""
    person = _find(request, person_id)
    found = next(
        (each for each in queries.resident_years(person.pk, branch) if each.year == year), None
    )
    if found is None or verb not in VERBS:
        raise Http404
    act, label, _fits, make = VERBS[verb]
    form, lead, do, prepare = make(request, person, found)
    return Deed(
        title=f"{label} · {found.enrolment.get_branch_display()} {year}",
        act=act,
        button=label,
        do=do,
        form=form,
        lead=lead,
        prepare=prepare,
        stop=verb == "cancel",
        back=_file(person),
        crumbs=[Crumb(person.name, _file(person))],
    ).answer(request)
