"""A public notice: an objection to it, and taking it down."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from assistance import queries
from assistance.models import PublicNotice
from assistance.services import noticing
from socsec.office.access import may
from socsec.office.desk import Button, Deed, staff
from socsec.office.models import Case, User

from .cases import CloseForm, TextForm, case_url, crumbs


def notice(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    found = get_object_or_404(
        PublicNotice.objects.select_related("application__case", "application__person"),
        pk=pk,
        application__in=queries.applications(request.user),
    )
    if verb not in VERBS:
        raise Http404
    act, label, lead, form = VERBS[verb]

    def do(said: dict[str, Any]) -> Any:
        if verb == "object":
            noticing.object_to(by=staff(request), notice=found, text=said["text"])
            return _now("The objection is on file; look into it before the case goes on.")
        noticing.close(by=staff(request), notice=found, found=said["found"])
        return _now("The notice is taken down.")

    return Deed(
        title=label,
        act=act,
        button=label,
        do=do,
        form=form,
        lead=lead,
        back=case_url(found.application),
        crumbs=crumbs(found.application),
    ).answer(request)


VERBS: dict[str, tuple[str, Any, Any, Any]] = {
    "object": (
        "case.note",
        _("Enter an objection"),
        _("Somebody says that what is posted is wrong. Who says so is not written down."),
        TextForm,
    ),
    "close": (
        "case.assess",
        _("Take the notice down"),
        _("Its days are over."),
        CloseForm,
    ),
}


def offered(user: User, case: Case, found: PublicNotice) -> list[Button]:
    """What may be done with a notice while its step is under way."""
    if case.state != Case.State.RECEIVED:
        return []
    return [
        Button(label, reverse("admin:assistance_notice", args=[found.pk, slug]))
        for slug, (act, label, _lead, _form) in VERBS.items()
        if may(user, act, case.region_id)
    ]
