"""What the desk does with a pension claim: receive it, assess it, award or refuse it, send it back."""

from collections.abc import Callable, Iterator
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries as people
from enrollment.models import Person, Sex
from funds.models import Scheme
from pensions import queries
from pensions.models import Category, PensionClaim
from pensions.services import choices, few_months, payer
from pensions.services import claim as claims
from pensions.services.agencies import annuity
from pensions.services.claim import KIND
from pensions.services.conditions import paid_twice
from socsec.kernel.money import yuan
from socsec.kernel.months import month_of
from socsec.office import case_file, person_file
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, staff
from socsec.office.forms import (
    DateField,
    MonthField,
    ScreenForm,
    SelectField,
    TextField,
    TickField,
)
from socsec.office.models import Case, User

from . import papers

State = Case.State


def case_url(claim: PensionClaim) -> str:
    return reverse("admin:office_case_change", args=[claim.pk])


class ClaimForm(ScreenForm):
    scheme = SelectField(label=_("Scheme"), choices=Scheme.choices, required=False)
    category = SelectField(
        label=_("Pensionable age is that of a"),
        help_text=_("Residents draw at 60 whatever they did: leave it empty."),
        required=False,
    )
    start_month = MonthField(label=_("First month of the pension"))
    flexible = TickField(label=_("Flexible early retirement, by own choice"), required=False)


class TextForm(ScreenForm):
    text = forms.CharField(
        label=_("Text"), max_length=2000, widget=forms.Textarea(attrs={"class": "input", "rows": 4})
    )


class RealForm(ScreenForm):
    reference = TextField(label=_("Bank reference"), max_length=64)
    received_on = DateField(label=_("Received on"))


def offered_to_person(user: User, person_id: int) -> Iterator[Button]:
    """On the page of a person: claim a pension, or go on with the claim that is open."""
    if may(user, "benefit.change"):
        yield Button(
            _("Opening balance"), reverse("admin:pensions_opening_enter", args=[person_id])
        )
    if not may(user, "case.receive"):
        return
    there = queries.open_claim(person_id)
    if there is not None:
        yield Button(_("Open pension claim"), case_url(there), main=True)
    elif queries.award_in_payment(person_id) is None:
        claim = reverse("admin:pensions_claim_open", args=[person_id])
        yield Button(_("Claim a pension"), claim, main=True)


def offered_on_case(user: User, case: Case) -> list[Button]:
    """On the page of a case: what may be done with the claim in its state."""
    return [
        Button(
            label, reverse("admin:pensions_claim_verb", args=[case.pk, slug]), main=main, stop=stop
        )
        for slug, (act, label, states, main, stop, _make) in VERBS.items()
        if case.state in states
        and may(user, act, case.region_id)
        and (slug != "real" or _owed(case))
    ]


def _owed(case: Case) -> bool:
    """Whether a part of the claimant's annuity is only written down."""
    claim = queries.claim_of_case(case)
    return (
        claim is not None
        and claim.scheme == Scheme.AGENCIES
        and annuity.to_make_real(claim.person_id, claim.region, claim.start_month - 1) is not None
    )


def shown_on_case(user: User, case: Case) -> list[case_file.Panel]:
    """What the claim asks for, beside what every case has."""
    claim = queries.claim_of_case(case)
    if claim is None:
        return []
    held = {
        "claim": claim,
        "award": getattr(claim, "award", None),
        "paid_twice": paid_twice(claim.person_id) if claim.open else [],
    }
    panels = [("admin/pensions/_claim.html", held)]
    found = payer.payer_of(claim.person, claim.region)
    if found is not None and claim.scheme == Scheme.EMPLOYEES:
        panels.append(("admin/pensions/_payer.html", {"payer": found}))
    return panels


def shown_of_person(user: User, person_id: int) -> dict[str, Any] | None:
    """Pension, account and payments on the page of a person."""
    awards = list(queries.awards_of(person_id))
    balance = queries.balance(person_id)
    cases = list(queries.claims_of(person_id))
    if not (awards or balance or cases):
        return None
    return {
        "person_id": person_id,
        "choice": choices.standing(person_id),
        "few_months": few_months.standing(person_id),
        "awards": awards,
        "balance": balance,
        "claims": cases,
        "payments": queries.payments(person_id)[:12],
    }


def hang() -> None:
    """Hang the claim's verbs and panels into the pages of persons and cases."""
    person_file.buttons("pensions", offered_to_person)
    people.needs(people.Need("pension", _("Pension"), queries.who_must_prove_life))
    person_file.panel(
        person_file.FilePanel(
            "pension",
            1,
            _("Pension"),
            "benefit.read",
            "admin/pensions/_person.html",
            shown_of_person,
        )
    )
    case_file.hang(KIND, buttons=offered_on_case, panels=shown_on_case)


def open_claim(request: HttpRequest, person_id: int) -> HttpResponse:
    """Receive a claim at the counter."""
    person = get_object_or_404(people.people(request.user), pk=person_id)
    made: list[PensionClaim] = []
    home = reverse("admin:enrollment_person_change", args=[person.pk])

    def prepare(form: ScreenForm) -> None:
        fitting = [c for c in Category if c.sex == person.sex]
        form.fields["category"].choices = [  # type: ignore[attr-defined]
            ("", "—"),
            *((c.value, c.label) for c in fitting),
        ]

    def do(said: dict[str, Any]) -> str:
        made.append(
            claims.open_claim(
                by=staff(request),
                person=person,
                start_month=said["start_month"],
                category=int(said["category"]) if said["category"] else None,
                scheme=int(said["scheme"] or Scheme.EMPLOYEES),
                flexible=said["flexible"],
                channel=Case.Channel.COUNTER,
            )
        )
        return _now("Received as case %(number)s.") % {"number": made[0].case.spaced_number}

    return Deed(
        title=_("Claim a pension for %(name)s") % {"name": person.name},
        act="case.receive",
        button=_("Receive the claim"),
        do=do,
        form=ClaimForm,
        back=home,
        then=lambda: case_url(made[0]),
        prepare=prepare,
        initial={"start_month": month_of(timezone.localdate()), **_usual(person)},
        crumbs=[Crumb(person.name, home), Crumb(_("Claim a pension"))],
    ).answer(request)


def _usual(person: Person) -> dict[str, Any]:
    """The scheme in which the person was insured last, and the usual kind of work."""
    scheme = queries.last_scheme(person.pk)
    if scheme == Scheme.RESIDENTS:
        return {"scheme": scheme, "category": ""}
    usual = Category.MALE_60 if person.sex == Sex.MALE else Category.FEMALE_50
    return {"scheme": scheme, "category": usual.value}


def verb(request: HttpRequest, case_id: int, verb: str) -> HttpResponse:
    claim = get_object_or_404(queries.claims(request.user), pk=case_id)
    if verb not in VERBS:
        raise Http404
    act, label, _states, _main, stop, make = VERBS[verb]
    form, lead, do, shown = make(request, claim)
    return Deed(
        title=label,
        act=act,
        button=label,
        do=do,
        form=form,
        lead=lead,
        stop=stop,
        back=case_url(claim),
        crumbs=[Crumb(claim.person.name), Crumb(claim.case.spaced_number, case_url(claim))],
        template="admin/pensions/decide.html",
        context={"sheet_json": shown, "claim": claim},
    ).answer(request)


Made = tuple[type[ScreenForm], Any, Callable[[dict[str, Any]], str], Any]


def _assess(request: HttpRequest, claim: PensionClaim) -> Made:
    def do(said: dict[str, Any]) -> str:
        claims.assess(
            by=staff(request),
            claim=claim,
            stated=papers.stated(said),
            birth_examined=said["birth_examined"],
        )
        return _now("Assessed. A colleague must check it now.")

    return (
        papers.PAPERS[claim.scheme],
        _("The facts are gathered from the books; add what only the papers show."),
        do,
        None,
    )


def _award(request: HttpRequest, claim: PensionClaim) -> Made:
    def do(said: dict[str, Any]) -> str:
        award = claims.award(by=staff(request), claim=claim)
        return _now("Awarded: %(monthly)s yuan a month.") % {"monthly": yuan(award.monthly)}

    return ScreenForm, _("You agree with every line of the sheet below."), do, claim.case.sheet


def _refuse(request: HttpRequest, claim: PensionClaim) -> Made:
    def do(said: dict[str, Any]) -> str:
        claims.refuse(by=staff(request), claim=claim)
        return _now("Refused. The reasons are the conditions that are not met.")

    return (
        ScreenForm,
        _("The reasons are the lines of the sheet that are not met."),
        do,
        claim.case.sheet,
    )


def _send_back(request: HttpRequest, claim: PensionClaim) -> Made:
    def do(said: dict[str, Any]) -> str:
        claims.send_back(by=staff(request), claim=claim, text=said["text"])
        return _now("The claim is back with the assessor.")

    return TextForm, _("Say what must be looked at again."), do, claim.case.sheet


def _make_real(request: HttpRequest, claim: PensionClaim) -> Made:
    owed = annuity.to_make_real(claim.person_id, claim.region, claim.start_month - 1)

    def do(said: dict[str, Any]) -> str:
        total = annuity.make_real(
            by=staff(request),
            person=claim.person,
            region=claim.region,
            until=claim.start_month - 1,
            **said,
        )
        return _now("%(amount)s yuan of the annuity are real now.") % {"amount": yuan(total)}

    lead = (
        _now("The treasury owes %(amount)s yuan, with interest up to the pension.")
        % {"amount": yuan(owed[1])}
        if owed
        else _("Nothing of the annuity is written down.")
    )
    return RealForm, lead, do, None


def _withdraw(request: HttpRequest, claim: PensionClaim) -> Made:
    def do(said: dict[str, Any]) -> str:
        claims.withdraw(by=staff(request), claim=claim, text=said["text"])
        return _now("Withdrawn. It may be claimed again at any time.")

    return TextForm, _("Say that and why the person takes the claim back."), do, None


# verb: act, label, states, whether it is the main one, whether it ends something, the page.
VERBS: dict[
    str, tuple[str, Any, tuple[str, ...], bool, bool, Callable[[HttpRequest, PensionClaim], Made]]
] = {
    "assess": ("case.assess", _("Assess"), (State.RECEIVED,), True, False, _assess),
    "award": ("case.check", _("Award"), (State.ASSESSED,), True, False, _award),
    "refuse": ("case.check", _("Refuse"), (State.ASSESSED,), False, True, _refuse),
    "real": ("receipt.enter", _("Book the annuity made real"), Case.OPEN, False, False, _make_real),
    "return": ("case.check", _("Send back"), (State.ASSESSED,), False, False, _send_back),
    "withdraw": ("case.withdraw", _("Withdraw"), Case.OPEN, False, True, _withdraw),
}
