"""The desk's page of a person as of a day, and as was known at a moment."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.queries.as_of import as_of
from socsec.office import person_file
from socsec.office.desk import Button, Crumb, show_page, staff
from socsec.office.forms import DateField, ScreenForm
from socsec.office.models import User
from socsec.office.services import audit

from .papers import crumbs, person_url


class DayForm(ScreenForm):
    on = DateField(label=_("As of"))
    known = DateField(
        label=_("As was known at the end of"),
        required=False,
        help_text=_("Empty means as is known today."),
    )


def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Asked with a form that stands in the address, so that it can be sent to a colleague."""
    person = get_object_or_404(queries.people(request.user), pk=pk)
    held = request.session.get("files", {}).get(str(person.pk), "")
    if held < timezone.now().isoformat():
        return redirect(person_url(person))  # which asks why the file is opened
    asked = "on_day" in request.GET
    form = DayForm(request.GET if asked else None, initial={"on": timezone.localdate()})
    found, answered = None, False
    if asked and form.is_valid():
        on, known = form.cleaned_data["on"], form.cleaned_data["known"]
        known_at = timezone.make_aware(datetime.combine(known, time.max)) if known else None
        reason = _now("as of %(day)s") % {"day": on.isoformat()}
        audit.read(by=staff(request), person_id=person.pk, reason=reason, region=person.region)
        found, answered = as_of(person, on, known_at), True
    return show_page(
        request,
        "admin/enrollment/as_of.html",
        title=_("%(name)s as of a day") % {"name": person.name},
        act="person.read",
        crumbs=[*crumbs(person), Crumb(_("As of a day"))],
        form=form,
        found=found,
        answered=answered,
        back=person_url(person),
    )


def _buttons(user: User, person_id: int) -> Iterable[Button]:
    yield Button(_("As of a day"), reverse("admin:enrollment_person_as_of", args=[person_id]))


def hang() -> None:
    """Called once, when the app is ready."""
    person_file.buttons("as_of", _buttons, person_file.Noun.PERSON, after_death=True)


def urls(guard: Any) -> list[URLPattern]:
    """Pages that hang below those of people."""
    return [path("<int:pk>/as-of/", guard(page), name="enrollment_person_as_of")]
