"""One question to one register: its answer, an objection to it, and what was found then."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from assistance import queries
from assistance.models import Matching
from assistance.services import matching
from socsec.kernel.money import yuan
from socsec.office.access import may
from socsec.office.desk import Button, Deed, staff
from socsec.office.forms import MoneyField, ScreenForm, TextField, WholeField
from socsec.office.models import Case, User

from .cases import TextForm, case_url, crumbs

FOUND = (*matching.AMOUNTS, *matching.COUNTS)


class FoundForm(ScreenForm):
    earned = MoneyField(label=_("Earned a month"), required=False)
    transfers = MoneyField(label=_("Transfers received a month"), required=False)
    business = MoneyField(label=_("Business income a month"), required=False)
    money = MoneyField(label=_("Money and securities"), required=False)
    vehicles = WholeField(label=_("Vehicles"), most=matching.MOST_THINGS, required=False)
    homes = WholeField(label=_("Homes"), most=matching.MOST_THINGS, required=False)


class AnswerForm(FoundForm):
    note = TextField(label=_("Note"), max_length=200, required=False)


class SettleForm(FoundForm):
    text = TextField(label=_("What was found"), max_length=500)


def register(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    row = get_object_or_404(
        Matching.objects.select_related("application__case", "person"),
        pk=pk,
        application__in=queries.applications(request.user),
    )
    if verb not in VERBS:
        raise Http404
    act, label, lead, form, _fits, do, said = VERBS[verb]

    def run(answers: dict[str, Any]) -> Any:
        do(by=staff(request), row=row, **answers)
        return said

    return Deed(
        title=_now("%(verb)s: %(register)s, %(name)s")
        % {"verb": label, "register": row.get_source_display(), "name": row.person.name},
        act=act,
        button=label,
        do=run,
        form=form,
        lead=lead,
        back=case_url(row.application),
        initial={name: getattr(row, name) for name in matching.COUNTS},
        crumbs=crumbs(row.application),
    ).answer(request)


def _answer(*, by: User, row: Matching, note: str, **found: int | None) -> None:
    matching.answer(by=by, matching_id=row.pk, note=note, **found)


def _object(*, by: User, row: Matching, text: str) -> None:
    matching.object_to(by=by, matching=row, text=text)


def _settle(*, by: User, row: Matching, text: str, **found: int | None) -> None:
    known = {name: value for name, value in found.items() if value is not None}
    matching.settle(by=by, matching=row, text=text, **known)


def _unanswered(row: Matching) -> bool:
    return row.answered_at is None


def _answered(row: Matching) -> bool:
    return row.answered_at is not None


def _contested(row: Matching) -> bool:
    return bool(row.objection) and row.settled_on is None


Fits = Callable[[Matching], bool]
# verb: act, label, lead, form, when it is offered, the service, what is said.
VERBS: dict[str, tuple[str, Any, Any, type[ScreenForm], Fits, Callable[..., None], Any]] = {
    "answer": (
        "matching.answer",
        _("Enter the answer"),
        _("What the register does not know stays empty: that is not the same as nothing."),
        AnswerForm,
        _unanswered,
        _answer,
        _("The answer is on file."),
    ),
    "object": (
        "case.note",
        _("Enter an objection"),
        _("What the applicant says is wrong, and why."),
        TextForm,
        _answered,
        _object,
        _("The objection is on file; the registers are checked again."),
    ),
    "settle": (
        "case.assess",
        _("Enter the re-check"),
        _("Fill in only what is right instead of the answer."),
        SettleForm,
        _contested,
        _settle,
        _("The objection is settled."),
    ),
}


def in_words(row: Matching) -> list[tuple[str, str]]:
    """What a register answered, as labels and values; what it does not know is left out."""
    known = [(name, getattr(row, name)) for name in FOUND if getattr(row, name) is not None]
    return [
        (
            str(Matching._meta.get_field(name).verbose_name),  # type: ignore[union-attr]
            yuan(value) if name in matching.AMOUNTS else str(value),
        )
        for name, value in known
    ]


def offered(user: User, case: Case, row: Matching) -> list[Button]:
    """What may be done with one question in the state of its case."""
    if not case.is_open:
        return []
    return [
        Button(label, reverse("admin:assistance_register", args=[row.pk, slug]))
        for slug, (act, label, _lead, _form, fits, _do, _said) in VERBS.items()
        if fits(row)
        and may(user, act, case.region_id)
        and (slug != "object" or not _contested(row))
    ]
