"""What assistance puts on a person's home page, and how its applications are taken back there."""

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from assistance import queries
from assistance.models import Application, Family
from assistance.services import applying
from socsec.office.acting import acting_for
from socsec.office.models import User
from socsec.office.shell import Money, Todo

FAMILIES = Family.values


def todos(request: HttpRequest) -> list[Todo]:
    """Authorise the questions to registers: without it an application stands still."""
    waiting = queries.to_authorise(acting_for(request))
    if not waiting:
        return []
    return [
        Todo(
            title=_("Allow us to ask registers about you"),
            url=reverse("assistance"),
            why=_("“%(programme)s” waits for it, so that you need not bring papers.")
            % {"programme": waiting[0].application.programme},
            button=_("Look at it"),
        )
    ]


def moneys(request: HttpRequest) -> list[Money]:
    """What all running grants come to."""
    monthly = queries.monthly_of(acting_for(request))
    if not monthly:
        return []
    return [
        Money(
            _("Your assistance"),
            monthly,
            unit=_("a month"),
            note=_("Tell us when your circumstances change."),
            url=reverse("assistance"),
            link=_("Grants and payments"),
        )
    ]


def withdraw(*, case_id: int, by: User, text: str) -> None:
    """Taking an application back from the portal: it goes with its case."""
    application = Application.objects.filter(pk=case_id).first()
    if application is None:
        raise Http404
    applying.withdraw(by=by, application=application, text=text)
