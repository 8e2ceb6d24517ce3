"""After a death in the family: a relative claims everything at once, on one page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from enrollment import queries as people
from enrollment.models import Person
from pensions import queries
from pensions.models import Relation
from pensions.services import survivors
from pensions.services.survivors import Payee
from socsec.kernel.arith import ONE
from socsec.office.acting import Scope, acting_for
from socsec.office.errors import Problem
from socsec.office.forms import BankCardField, Option, PickField, ScreenForm, TextField, TickField
from socsec.office.models import Case
from socsec.office.portal import person_only, sent
from socsec.office.services import case as cases

KEY = "survivors"


class ClaimForm(ScreenForm):
    """Who died, how you are related, where the money goes, and that nobody is passed over."""

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
            error_messages={
                "required": gettext_lazy(
                    "With several heirs, come to any desk: each receives their own share"
                )
            },
        )


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
    form = ClaimForm(waiting, sent(request))
    key = request.session.setdefault(KEY, get_random_string(32))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        about = next(each for each in waiting if str(each.pk) == said["person"])
        heir = Payee(claimant.name, said["relation"], ONE, said["bank"], said["account"])
        try:
            made = survivors.open_claim(
                by=request.user,  # type: ignore[arg-type]  # signed in, says person_only
                person=about,
                claimant=claimant,
                heirs=[heir],
                channel=Case.Channel.PORTAL,
                keep_back=said["keep_back"],
                key=key,
            )
        except Problem as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        else:
            request.session.pop(KEY, None)
            return redirect("case", number=made.case.number)
    return render(
        request,
        "portal/pensions/survivors.html",
        {"form": form},
        status=422 if request.method == "POST" else 200,
    )


def withdraw(*, case_id: int, by: object, text: str) -> None:
    """Take the claim back, with its case."""
    held = queries.survivor_claim_of_case(case_id)
    if held is None:
        cases.withdraw(case_id=case_id, by=by, text=text)  # type: ignore[arg-type]
    else:
        survivors.withdraw(by=by, claim=held, text=text)  # type: ignore[arg-type]
