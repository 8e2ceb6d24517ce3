"""After a death in the family: a relative claims everything at once, for all heirs, on one page."""

from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from enrollment import queries as people
from enrollment.models import Person
from pensions import queries
from pensions.models import Relation, SurvivorClaim
from pensions.services import survivors
from pensions.services.survivors import Payee, shares_of
from socsec.kernel.arith import ONE
from socsec.office.acting import Scope, acting_for
from socsec.office.errors import Problem
from socsec.office.forms import (
    BankCardField,
    Option,
    PaperField,
    PickField,
    ScreenForm,
    SelectField,
    TextField,
    TickField,
)
from socsec.office.models import Case, User
from socsec.office.portal import person_only, sent
from socsec.office.services import case as cases

KEY = "survivors"


OTHERS = range(2, 5)  # numbers of the heirs whom the claimant names


class ClaimForm(ScreenForm):
    """Who died, how you are related, where the money goes, and who else inherits."""

    def __init__(self, dead: list[Person], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"] = PickField(
            [Option(str(each.pk), each.name) for each in dead],
            label=gettext_lazy("Who has died?"),
            error_messages={"required": gettext_lazy("Choose who has died")},
        )
        self.fields["relation"] = PickField(
            [Option(value, label) for value, label in Relation.choices],
            label=gettext_lazy("You are the"),
            error_messages={"required": gettext_lazy("Choose how you are related")},
        )
        self.fields["bank"] = TextField(label=gettext_lazy("Your bank"), max_length=60)
        self.fields["account"] = BankCardField(label=gettext_lazy("Your account number"))
        self.fields["keep_back"] = TickField(
            label=gettext_lazy("Keep back what was paid after the death, if anything was"),
            required=False,
        )
        self.fields["alone"] = TickField(
            label=gettext_lazy("I am the only heir, or the others agree that it is paid to me"),
            required=False,
        )
        self.fields["parts"] = forms.IntegerField(
            label=gettext_lazy("Your part"),
            help_text=gettext_lazy("Whole parts, such as 2 for you and 1 for each child."),
            min_value=1,
            max_value=99,
            initial=1,
            required=False,
            widget=forms.NumberInput(attrs={"class": "input w-8"}),
        )
        for number in OTHERS:
            self._add_heir(number)
        self.fields["paper"] = PaperField(
            label=gettext_lazy("Papers, scanned or photographed"),
            help_text=gettext_lazy(
                "How you are related to who died; with several heirs also what all of them signed."
            ),
            required=False,
        )

    def _add_heir(self, number: int) -> None:
        self.fields[f"name_{number}"] = TextField(
            label=gettext_lazy("Name of the heir"), max_length=60, required=False
        )
        self.fields[f"relation_{number}"] = SelectField(
            label=gettext_lazy("Who is the"), choices=[("", "—"), *Relation.choices], required=False
        )
        self.fields[f"parts_{number}"] = forms.IntegerField(
            label=gettext_lazy("Part"),
            min_value=1,
            max_value=99,
            initial=1,
            required=False,
            widget=forms.NumberInput(attrs={"class": "input w-8"}),
        )
        self.fields[f"bank_{number}"] = TextField(
            label=gettext_lazy("Bank"), max_length=60, required=False
        )
        self.fields[f"account_{number}"] = BankCardField(
            label=gettext_lazy("Account number"), required=False
        )

    def mine(self) -> list[forms.BoundField]:
        """What is asked of the claimant."""
        names = ("person", "relation", "bank", "account", "keep_back", "alone")
        return [self[name] for name in names]

    def others(self) -> list[list[forms.BoundField]]:
        """What is asked of each further heir."""
        names = ("name", "relation", "parts", "bank", "account")
        return [[self[f"{name}_{number}"] for name in names] for number in OTHERS]

    def named(self) -> list[int]:
        """The numbers of the heirs that are named."""
        return [each for each in OTHERS if self.cleaned_data.get(f"name_{each}")]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        named = self.named()
        if not named and not said.get("alone"):
            self.add_error("alone", _("Tick this, or name the other heirs below."))
        if named and not said.get("paper"):
            self.add_error("paper", _("With several heirs, add what all of them signed."))
        for number in named:
            for name in ("relation", "bank", "account"):
                if not said.get(f"{name}_{number}"):
                    self.add_error(f"{name}_{number}", _("This is needed of every heir."))
        return said

    def heirs(self, claimant: Person) -> list[Payee]:
        """The claimant and whoever else is named, by their parts."""
        said, named = self.cleaned_data, self.named()
        parts = [said["parts"] or 1, *(said[f"parts_{each}"] or 1 for each in named)]
        shares = shares_of(parts) if named else [ONE]
        rows = [(claimant.name, said["relation"], said["bank"], said["account"])]
        rows += [
            tuple(said[f"{name}_{each}"] for name in ("name", "relation", "bank", "account"))
            for each in named
        ]
        return [
            Payee(name, relation, share, bank, account)
            for (name, relation, bank, account), share in zip(rows, shares, strict=True)
        ]


@require_http_methods(["GET", "POST"])
@person_only
def claim(request: HttpRequest) -> HttpResponse:
    """Claim the grants, the account and what was not paid yet."""
    claimant = Person.objects.get(pk=acting_for(request, Scope.CLAIM))
    dead = list(
        Person.objects.filter(pk__in=people.relatives(claimant.pk), died_on__isnull=False).order_by(
            "-died_on"
        )
    )
    waiting = [each for each in dead if queries.survivor_claim_of(each.pk) is None]
    if not waiting:
        return render(request, "portal/pensions/survivors_none.html", {"dead": dead})
    files = request.FILES if request.method == "POST" else None
    form = ClaimForm(waiting, sent(request), files)
    key = request.session.setdefault(KEY, get_random_string(32))
    if request.method == "POST" and form.is_valid():
        about = next(each for each in waiting if str(each.pk) == form.cleaned_data["person"])
        try:
            made = _hand_in(request.user, about, claimant, form, key)  # type: ignore[arg-type]
        except Problem as problem:
            named = {"content": "paper"}.get(problem.field, problem.field)
            form.add_error(named if named in form.fields else None, str(problem))
        else:
            request.session.pop(KEY, None)
            return redirect("case", number=made.case.number)
    return render(
        request,
        "portal/pensions/survivors.html",
        {"form": form},
        status=422 if request.method == "POST" else 200,
    )


@transaction.atomic
def _hand_in(by: User, about: Person, claimant: Person, form: ClaimForm, key: str) -> SurvivorClaim:
    """The claim and its paper, or neither."""
    made = survivors.open_claim(
        by=by,
        person=about,
        claimant=claimant,
        heirs=form.heirs(claimant),
        channel=Case.Channel.PORTAL,
        keep_back=form.cleaned_data["keep_back"],
        key=key,
    )
    paper = form.cleaned_data["paper"]
    if paper:
        cases.attach(case_id=made.pk, by=by, name=paper.name, content=paper.read())
    return made


def withdraw(*, case_id: int, by: object, text: str) -> None:
    """Take the claim back, with its case."""
    held = queries.survivor_claim_of_case(case_id)
    if held is None:
        cases.withdraw(case_id=case_id, by=by, text=text)  # type: ignore[arg-type]
    else:
        survivors.withdraw(by=by, claim=held, text=text)  # type: ignore[arg-type]
