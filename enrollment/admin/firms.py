"""What the desk can do with an employer: change, rest, resume, takeover, officers, cancel."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import Employer, EmployerOfficer, Takeover
from enrollment.queries import firms
from enrollment.services.employers import employer as registry
from enrollment.services.employers import officers, takeover
from enrollment.services.employers import staff as moves
from socsec.kernel.errors import KernelError
from socsec.office.desk import Crumb, Deed, list_url, staff
from socsec.office.desk_forms import text
from socsec.office.errors import NotFound, from_kernel
from socsec.office.forms import (
    BankCardField,
    DateField,
    MobileField,
    ResidentIdField,
    ScreenForm,
)

from . import standing
from .coverage import find_employer
from .forms import CloseForm

Verb = Callable[[HttpRequest, Employer], Deed]


def employer_url(employer: Employer) -> str:
    return reverse("admin:enrollment_employer_change", args=[employer.pk])


def employer_crumbs(employer: Employer) -> list[Crumb]:
    return [Crumb(_("Employers"), list_url(Employer)), Crumb(employer.name, employer_url(employer))]


class ContactForm(ScreenForm):
    """How an employer is reached and from where it pays; all of it may be left empty."""

    address = text(_("Address"), required=False, max_length=200)
    contact = text(_("Contact person"), required=False, max_length=60)
    phone = MobileField(label=_("Mobile number"), required=False)
    bank = text(_("Bank"), required=False, max_length=60)
    account = BankCardField(label=_("Bank account"), required=False)


class DetailsForm(ContactForm):
    name = text(_("Name"), max_length=120)
    from_day_ = DateField(label=_("It holds from"))
    document = text(
        _("Document"), max_length=120, help_text=_("For example the number of the new licence.")
    )

    field_order: tuple[str, ...] = (
        *("name", "address", "contact", "phone", "bank", "account", "from_day_"),
    )


class RestForm(ScreenForm):
    from_ = DateField(label=_("First day of the rest"))
    reason = text(_("Reason"), max_length=200)


class ResumeForm(ScreenForm):
    from_ = DateField(label=_("First day of work"))


class TakeoverForm(ScreenForm):
    successor = text(
        _("Credit code of the employer that takes over"),
        max_length=40,
        help_text=_("It must be registered in your region and pay into the same fund."),
    )
    on = DateField(
        label=_("First day with the successor"), help_text=_("The first day of a month.")
    )
    document = text(_("Document"), max_length=200)


class OfficerForm(ScreenForm):
    resident_id = ResidentIdField(
        label=_("ID number of the officer"),
        help_text=_("The person must be registered with us and signs in to the portal as usual."),
    )
    from_ = DateField(label=_("From"))
    document = text(_("Letter of appointment"), max_length=120)


class TransferForm(ScreenForm):
    resident_id = ResidentIdField(label=_("ID number of the person"))
    to = text(_("Credit code of the new employer"), max_length=40)
    on = DateField(label=_("First day with the new employer"))


def _deed(
    request: HttpRequest,
    employer: Employer,
    verb: str,
    do: Callable[[dict[str, Any]], str],
    **more: Any,
) -> Deed:
    label, stop, _make = VERBS[verb]
    more.setdefault("title", label)
    more.setdefault("button", label)
    return Deed(
        act="employer.change",
        do=do,
        stop=stop,
        back=employer_url(employer),
        crumbs=employer_crumbs(employer),
        **more,
    )


def _change(request: HttpRequest, employer: Employer) -> Deed:
    def do(said: dict[str, Any]) -> str:
        said = {key: value or "" if key != "from_day_" else value for key, value in said.items()}
        registry.change(by=staff(request), employer=employer, **said)
        return _now("The new details are on file; the old ones can still be read.")

    now = firms.details_as_of(employer.pk)
    known = {key: getattr(now, key) for key in registry.DETAILS} if now else {}
    return _deed(
        request,
        employer,
        "details",
        do,
        form=DetailsForm,
        button=_("Take down"),
        initial={"name": employer.name, "from_day_": timezone.localdate(), **known},
    )


def _rest(request: HttpRequest, employer: Employer) -> Deed:
    def do(said: dict[str, Any]) -> str:
        registry.suspend(by=staff(request), employer=employer, **said)
        return _now("The employer rests: nothing is expected of it until it resumes.")

    return _deed(
        request,
        employer,
        "rest",
        do,
        form=RestForm,
        lead=_("For an employer that employs nobody for a time. Its staff list must have ended."),
    )


def _resume(request: HttpRequest, employer: Employer) -> Deed:
    def do(said: dict[str, Any]) -> str:
        registry.resume(by=staff(request), employer=employer, **said)
        return _now("The employer may employ people again.")

    return _deed(request, employer, "resume", do, form=ResumeForm)


def _takeover(request: HttpRequest, employer: Employer) -> Deed:
    def do(said: dict[str, Any]) -> str:
        try:
            successor = find_employer(request, said.pop("successor"))
        except NotFound as trouble:
            raise trouble.on("successor") from trouble
        takeover.propose(by=staff(request), predecessor=employer, successor=successor, **said)
        return _now("Taken down. A colleague must approve it before anything moves.")

    return _deed(
        request,
        employer,
        "takeover",
        do,
        form=TakeoverForm,
        button=_("Propose"),
        lead=_(
            "Everybody on the staff list goes over on that day without a gap, and the debts too."
        ),
    )


def _officer(request: HttpRequest, employer: Employer) -> Deed:
    def do(said: dict[str, Any]) -> str:
        try:
            person = queries.by_resident_id(said.pop("resident_id"))
        except KernelError as error:
            raise from_kernel(error, "resident_id") from error
        if person is None:
            raise NotFound(
                _("Nobody is registered under this number."),
                field="resident_id",
                fix=_("Register the person first."),
            )
        officers.appoint(by=staff(request), employer=employer, person=person, **said)
        return _now("%(name)s acts for %(employer)s in the portal from that day on.") % {
            "name": person.name,
            "employer": employer.name,
        }

    return _deed(request, employer, "officer", do, form=OfficerForm, button=_("Appoint"))


def _transfer(request: HttpRequest, employer: Employer) -> Deed:
    def do(said: dict[str, Any]) -> str:
        try:
            to = find_employer(request, said["to"])
        except NotFound as trouble:
            raise trouble.on("to") from trouble
        person = queries.by_resident_id(said["resident_id"])
        if person is None:
            raise NotFound(_("Nobody is registered under this number."), field="resident_id")
        moves.transfer(by=staff(request), person=person, employer=employer, to=to, on=said["on"])
        return _now("%(name)s works for %(employer)s from that day on, without a gap.") % {
            "name": person.name,
            "employer": to.name,
        }

    return _deed(
        request,
        employer,
        "transfer",
        do,
        form=TransferForm,
        lead=_("The person leaves here the day before and is insured there from that day on."),
    )


def _close(request: HttpRequest, employer: Employer) -> Deed:
    def do(said: dict[str, Any]) -> str:
        registry.close(by=staff(request), employer=employer, **said)
        return _now("The registration is cancelled.")

    return _deed(
        request,
        employer,
        "close",
        do,
        form=CloseForm,
        lead=_("Everything that is owed must be paid first, or be taken over by another employer."),
    )


# verb: label, whether it ends something, and the page. All are the act employer.change.
VERBS: dict[str, tuple[Any, bool, Verb]] = {
    "details": (_("Change the details"), False, _change),
    "standing": (_("Kind and risk class"), False, standing.enter),
    "transfer": (_("Transfer a person"), False, _transfer),
    "officer": (_("Appoint an officer"), False, _officer),
    "rest": (_("Let it rest"), False, _rest),
    "resume": (_("Resume"), False, _resume),
    "takeover": (_("Takeover"), False, _takeover),
    "close": (_("Cancel the registration"), True, _close),
}


def fits(verb: str, resting: bool) -> bool:
    """Whether a verb makes sense for an employer that rests, or that does not."""
    return verb not in (("rest", "takeover") if resting else ("resume",))


def decide_takeover(request: HttpRequest, found: Takeover, verb: str) -> Deed:
    """A second person carries a takeover out, or gives it up."""
    agree = verb == "approve"

    def do(said: dict[str, Any]) -> str:
        if agree:
            done = takeover.carry_out(by=staff(request), takeover=found)
            return _now("%(people)s people went over.") % {"people": done.people}
        takeover.drop(by=staff(request), takeover=found)
        return _now("The takeover is given up; nothing moved.")

    return Deed(
        title=_("Approve the takeover") if agree else _("Give the takeover up"),
        act="employer.approve",
        button=_("Carry it out") if agree else _("Give it up"),
        do=do,
        stop=not agree,
        back=employer_url(found.predecessor),
        lead=_(
            "%(successor)s takes over %(predecessor)s from %(day)s; %(document)s, entered by %(maker)s."
        )
        % {
            "successor": found.successor,
            "predecessor": found.predecessor,
            "day": found.on,
            "document": found.document,
            "maker": found.maker,
        },
        crumbs=employer_crumbs(found.predecessor),
    )


def end_officer(request: HttpRequest, found: EmployerOfficer) -> Deed:
    """An appointment ends."""

    def do(said: dict[str, Any]) -> str:
        officers.dismiss(by=staff(request), officer=found, **said)
        return _now("%(name)s no longer acts for the employer.") % {"name": found.person.name}

    return Deed(
        title=_("End the appointment of %(name)s") % {"name": found.person.name},
        act="employer.change",
        button=_("End it"),
        do=do,
        form=CloseForm,
        stop=True,
        back=employer_url(found.employer),
        initial={"last_day": timezone.localdate()},
        crumbs=employer_crumbs(found.employer),
    )
