"""What is done to a claim on the page of its case: a table of verbs, and one page for any of them."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from socsec.office.desk import Crumb, Deed, staff
from socsec.office.forms import ScreenForm

# act, label, states, main, whether it ends something, form, lead, what is said, service.
Verb = tuple[str, Any, tuple[str, ...], bool, bool, type[ScreenForm], Any, Any, Callable[..., Any]]


def case_url(held: Any) -> str:
    """The page of the claim's case."""
    return reverse("admin:office_case_change", args=[held.pk])


def answer(
    request: HttpRequest,
    held: Any,
    verbs: Mapping[str, Verb],
    verb: str,
    *,
    template: str = "admin/pensions/decide.html",
    **context: Any,
) -> HttpResponse:
    """The page of a verb of a claim, and what happens when it is confirmed; 404 for others."""
    if verb not in verbs:
        raise Http404
    act, label, _states, _main, stop, form, lead, said, do = verbs[verb]

    def done(answers: dict[str, Any]) -> Any:
        do(by=staff(request), claim=held, **answers)
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
        template=template,
        context={**context, "sheet_json": held.case.sheet},
    ).answer(request)
