"""What the desk does after a death: receive what the family claims, assess it, grant it."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries as people
from enrollment.models import Person
from pensions import queries
from pensions.models import Relation, SurvivorClaim
from pensions.services import survivors, survivors_undone
from pensions.services.survivors import KIND, Payee
from socsec.kernel.money import yuan
from socsec.office import case_file, person_file
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, seen_url, staff
from socsec.office.forms import ScreenForm, TickField, WholeField
from socsec.office.models import Case, User

from . import claim_verbs
from .claim_verbs import case_url

State = Case.State
HEIRS = 4  # on one form


class OpenForm(ScreenForm):
    """The heirs, the first of them always; then what is asked once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, HEIRS + 1):
            first = number == 1
            said = {"number": number}
            self.fields[f"name_{number}"] = forms.CharField(
                label=_("Heir %(number)s: name") % said,
                max_length=60,
                required=first,
                widget=forms.TextInput(attrs={"class": "input w-20"}),
            )
            self.fields[f"relation_{number}"] = forms.ChoiceField(
                label=_("Heir %(number)s: relation") % said,
                choices=[("", "—"), *Relation.choices],
                required=first,
                widget=forms.Select(attrs={"class": "select w-20"}),
            )
            self.fields[f"parts_{number}"] = WholeField(
                label=_("Heir %(number)s: parts of the whole") % said,
                least=1,
                most=1000,
                required=first,
                help_text=_("2, 1 and 1: half to the first, a quarter to each of the others."),
            )
            self.fields[f"bank_{number}"] = forms.CharField(
                label=_("Heir %(number)s: bank") % said,
                max_length=60,
                required=first,
                widget=forms.TextInput(attrs={"class": "input w-20"}),
            )
            self.fields[f"account_{number}"] = forms.CharField(
                label=_("Heir %(number)s: account number") % said,
                max_length=30,
                required=first,
                widget=forms.TextInput(attrs={"class": "input w-20", "autocomplete": "off"}),
            )
        self.fields["grants_elsewhere"] = TickField(
            label=_("The funeral grant is drawn from another branch of insurance"), required=False
        )
        self.fields["keep_back"] = TickField(
            label=_("The heirs agree that what was overpaid is kept back"), required=False
        )


class TextForm(ScreenForm):
    text = forms.CharField(
        label=_("Text"), max_length=2000, widget=forms.Textarea(attrs={"class": "input", "rows": 4})
    )


def payees(said: dict[str, Any]) -> list[Payee]:
    """The heirs that were filled in, their parts made shares of one."""
    told = [number for number in range(1, HEIRS + 1) if said[f"name_{number}"]]
    shares = survivors.shares_of([said[f"parts_{number}"] or 0 for number in told])
    return [
        Payee(
            name=said[f"name_{number}"],
            relation=said[f"relation_{number}"],
            share=share,
            bank=said[f"bank_{number}"],
            account=said[f"account_{number}"],
        )
        for number, share in zip(told, shares, strict=True)
    ]


def open_claim(request: HttpRequest, person_id: int) -> HttpResponse:
    """Receive at the counter what a family claims."""
    person = get_object_or_404(people.people(request.user), pk=person_id)
    made: list[SurvivorClaim] = []
    home = reverse("admin:enrollment_person_change", args=[person.pk])

    def do(said: dict[str, Any]) -> str:
        made.append(
            survivors.open_claim(
                by=staff(request),
                person=person,
                heirs=payees(said),
                channel=Case.Channel.COUNTER,
                grants_elsewhere=said["grants_elsewhere"],
                keep_back=said["keep_back"],
            )
        )
        return _now("Received as case %(number)s.") % {"number": made[0].case.spaced_number}

    return Deed(
        title=_("Claim after the death of %(name)s") % {"name": person.name},
        act="case.receive",
        button=_("Receive the claim"),
        do=do,
        form=OpenForm,
        lead=_(
            "One claim settles everything: the grants, the balance of the account and what was"
            " not paid yet. It is divided by the parts and paid to each heir."
        ),
        back=home,
        then=lambda: case_url(made[0]),
        crumbs=[Crumb(person.name, home), Crumb(_("Claim after a death"))],
    ).answer(request)


def verb(request: HttpRequest, case_id: int, verb: str) -> HttpResponse:
    held = get_object_or_404(queries.survivor_claims(request.user), pk=case_id)
    return claim_verbs.answer(
        request,
        held,
        VERBS,
        verb,
        template="admin/pensions/survive.html",
        panel=_shown(staff(request), held),
    )


VERBS: dict[str, claim_verbs.Verb] = {
    "assess": (
        "case.assess",
        _("Assess"),
        (State.RECEIVED,),
        True,
        False,
        ScreenForm,
        _("The working life, the pension drawn and the account are read from the books."),
        _("Assessed. A colleague must check it now."),
        survivors.assess,
    ),
    "grant": (
        "case.check",
        _("Grant"),
        (State.ASSESSED,),
        True,
        False,
        ScreenForm,
        _("The account is closed and each heir gets an order, which a colleague releases."),
        _("Granted. The orders lie in an envelope of their own."),
        survivors.grant,
    ),
    "return": (
        "case.check",
        _("Send back"),
        (State.ASSESSED,),
        False,
        False,
        TextForm,
        _("Say what must be looked at again."),
        _("The claim is back with the assessor."),
        survivors.send_back,
    ),
    "withdraw": (
        "case.withdraw",
        _("Withdraw"),
        Case.OPEN,
        False,
        True,
        TextForm,
        _("Say that and why the family takes the claim back."),
        _("Withdrawn. It may be claimed again at any time."),
        survivors.withdraw,
    ),
    "undo": (
        "case.check",
        _("Take the grant back"),
        (State.GRANTED,),
        False,
        True,
        TextForm,
        _("The account stands again and the orders are cancelled; the family may claim anew."),
        _("Taken back. The family may claim anew."),
        survivors_undone.undo,
    ),
}


def offered_on_case(user: User, case: Case) -> list[Button]:
    """On the page of a case: what may be done in its state."""
    return [
        Button(
            label,
            reverse("admin:pensions_survivors_verb", args=[case.pk, slug]),
            main=main,
            stop=stop,
        )
        for slug, (act, label, states, main, stop, *_rest) in VERBS.items()
        if case.state in states
        and may(user, act, case.region_id)
        and (slug != "undo" or survivors_undone.undoable(_claim_of(case)))
    ]


def _claim_of(case: Case) -> SurvivorClaim:
    return SurvivorClaim.objects.select_related("envelope", "annuity_envelope").get(pk=case.pk)


def shown_on_case(user: User, case: Case) -> list[case_file.Panel]:
    """Who died, what is due, who receives it."""
    held = queries.survivor_claims(user).filter(pk=case.pk).first()
    return [] if held is None else [("admin/pensions/_survivors.html", _shown(user, held))]


def _shown(user: User, held: SurvivorClaim) -> dict[str, Any]:
    return {
        "claim": held,
        "heirs": list(held.heirs.all()),
        "lines": [
            (_("Funeral grant"), yuan(held.funeral)),
            (_("Survivors' grant"), yuan(held.grant)),
            (_("Balance of the account, with interest"), yuan(held.balance)),
            *(
                [(_("Balance of the occupational annuity"), yuan(held.annuity))]
                if held.annuity
                else []
            ),
            (_("Pension of months not paid"), yuan(held.unpaid)),
            (_("Kept back for what was overpaid"), yuan(-held.kept_back)),
            (_("Together"), yuan(held.total - held.kept_back)),
        ]
        if held.gathered
        else [],
        "envelope_url": seen_url(user, held.envelope, "payment.read", held.case.region_id),
    }


def offered_to_person(user: User, person_id: int) -> Iterator[Button]:
    """On the page of a person who died: claim for the family."""
    person = Person.objects.get(pk=person_id)
    if person.died_on is None or not may(user, "case.receive", person.region):
        return
    there = queries.survivor_claim_of(person_id)
    if there is not None:
        yield Button(_("Claim after a death"), case_url(there), main=True)
    else:
        opened = reverse("admin:pensions_survivors_open", args=[person_id])
        yield Button(_("Claim after a death"), opened, main=True)


def hang() -> None:
    """Called once, when the app is ready."""
    person_file.buttons("survivors", offered_to_person, after_death=True)
    case_file.hang(KIND, buttons=offered_on_case, panels=shown_on_case)
