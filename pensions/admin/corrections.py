"""The desk's pages of corrections: opened on an award, assessed, posted by a second one, reversed."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from pensions import queries
from pensions.models import Award, Cause, Correction
from pensions.services import correction as corrections
from pensions.services.correction import KIND
from socsec.kernel.money import yuan
from socsec.kernel.months import parse_month
from socsec.office import case_file
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, list_url, row_url, staff
from socsec.office.forms import ScreenForm
from socsec.office.models import Case, User

State = Case.State


def case_url(held: Correction) -> str:
    return reverse("admin:office_case_change", args=[held.pk])


class OpenForm(ScreenForm):
    cause = forms.ChoiceField(
        label=_("What turned out otherwise"),
        choices=Cause.choices,
        widget=forms.Select(attrs={"class": "select w-20"}),
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.TextInput(attrs={"class": "input"})
    )


class TextForm(ScreenForm):
    text = forms.CharField(
        label=_("Text"), max_length=2000, widget=forms.Textarea(attrs={"class": "input", "rows": 4})
    )


def open_correction(request: HttpRequest, pk: int) -> HttpResponse:
    """On the page of an award: a fact turned out otherwise."""
    award = get_object_or_404(queries.awards(request.user), pk=pk)
    made: list[Correction] = []

    def do(said: dict[str, Any]) -> str:
        made.append(corrections.open_correction(by=staff(request), award=award, **said))
        return _now("Opened as case %(number)s.") % {"number": made[0].case.spaced_number}

    return Deed(
        title=_("Correct the pension of %(name)s") % {"name": award.person.name},
        act="benefit.change",
        button=_("Open the correction"),
        do=do,
        form=OpenForm,
        lead=_("Correct the fact in the books first. Then the pension is worked out anew from it."),
        back=row_url(award),
        then=lambda: case_url(made[0]),
        crumbs=[Crumb(_("Awards"), list_url(Award)), Crumb(award.person.name, row_url(award))],
    ).answer(request)


def verb(request: HttpRequest, case_id: int, verb: str) -> HttpResponse:
    held = get_object_or_404(queries.corrections(request.user), pk=case_id)
    if verb not in VERBS:
        raise Http404
    act, label, _fits, _main, stop, form, lead, said, do = VERBS[verb]

    def done(answers: dict[str, Any]) -> Any:
        do(by=staff(request), correction=held, **answers)
        return said

    return Deed(
        title=label,
        act=act,
        button=label,
        do=done,
        form=form,
        lead=lead,
        stop=stop,
        back=case_url(held),
        crumbs=[Crumb(held.person.name), Crumb(held.case.spaced_number, case_url(held))],
        template="admin/pensions/correct.html",
        context=_shown(held),
    ).answer(request)


def _reverse(*, by: User, correction: Correction, text: str) -> None:
    corrections.reverse(by=by, correction=correction, reason=text)


def _stands(held: Correction) -> bool:
    return held.posted_at is not None and held.reversed_at is None


# verb: act, label, when it fits, main, whether it ends something, form, lead, what is said, service.
VERBS: dict[
    str,
    tuple[
        str,
        Any,
        Callable[[Correction, str], bool],
        bool,
        bool,
        type[ScreenForm],
        Any,
        Any,
        Callable[..., Any],
    ],
] = {
    "assess": (
        "case.assess",
        _("Work it out anew"),
        lambda held, state: state == State.RECEIVED,
        True,
        False,
        ScreenForm,
        _(
            "The books are read as they stand now. Nothing is paid or taken before a colleague agrees."
        ),
        _("Worked out. A colleague must check it now."),
        corrections.assess,
    ),
    "post": (
        "case.check",
        _("Post the correction"),
        lambda held, state: state == State.ASSESSED,
        True,
        False,
        ScreenForm,
        _("More is paid by the next payroll; what was paid too much is recorded as overpaid."),
        _("Posted. The award rests on the corrected facts."),
        corrections.post,
    ),
    "return": (
        "case.check",
        _("Send back"),
        lambda held, state: state == State.ASSESSED,
        False,
        False,
        TextForm,
        _("Say what must be looked at again."),
        _("The correction is back with the assessor."),
        corrections.send_back,
    ),
    "withdraw": (
        "case.withdraw",
        _("Withdraw"),
        lambda held, state: state in Case.OPEN,
        False,
        True,
        TextForm,
        _("Say why nothing is corrected."),
        _("Withdrawn. Nothing has changed."),
        corrections.withdraw,
    ),
    "reverse": (
        "case.check",
        _("Reverse the correction"),
        lambda held, state: _stands(held),
        False,
        True,
        TextForm,
        _("The award is put back as it was. What the correction paid is then overpaid."),
        _("Reversed. The award is as it was before."),
        _reverse,
    ),
}


def offered_on_case(user: User, case: Case) -> list[Button]:
    """On the page of a case: what may be done with the correction in its state."""
    held = Correction.objects.filter(pk=case.pk).first()
    if held is None:
        return []
    return [
        Button(
            label,
            reverse("admin:pensions_correction_verb", args=[case.pk, slug]),
            main=main,
            stop=stop,
        )
        for slug, (act, label, fits, main, stop, *_rest) in VERBS.items()
        if fits(held, case.state) and may(user, act, case.region_id)
    ]


def shown_on_case(user: User, case: Case) -> list[case_file.Panel]:
    """What is corrected, with both sheets and the months."""
    held = Correction.objects.select_related("award", "person").filter(pk=case.pk).first()
    return [] if held is None else [("admin/pensions/_correction.html", _shown(held))]


def _shown(held: Correction) -> dict[str, Any]:
    before, after = held.before or {}, held.after or {}
    return {
        "correction": held,
        "award_url": row_url(held.award),
        "before": before.get("sheet"),
        "after": after.get("sheet"),
        "entitled": after.get("entitled", True),
        "rows": [{**row, "number": parse_month(row["month"])} for row in held.months],
        "more": yuan(sum(row["more"] for row in held.months)),
        "overpaid": yuan(sum(row["overpaid"] for row in held.months)),
    }


def hang() -> None:
    """Called once, when the app is ready."""
    case_file.hang(KIND, buttons=offered_on_case, panels=shown_on_case)
