"""The desk's pages of who people are: documents, people without a number, household registration."""

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import IdentifierKind, IdentityDocument, Person, RegistrationKind, Sex
from enrollment.services.people import identifiers, registration
from socsec.office import person_file
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, list_url, staff
from socsec.office.desk_forms import RegionField, pick, text, within
from socsec.office.forms import DateField, MobileField, ScreenForm, TickField
from socsec.office.models import User

OTHERS = [(k.value, k.label) for k in IdentifierKind if k is not IdentifierKind.RESIDENT_ID]


def person_url(person: Person) -> str:
    return reverse("admin:enrollment_person_change", args=[person.pk])


def crumbs(person: Person) -> list[Crumb]:
    return [Crumb(capfirst(_("people")), list_url(Person)), Crumb(person.name, person_url(person))]


class NumberlessForm(ScreenForm):
    newborn = TickField(
        label=_("A newborn who awaits the identity number"),
        required=False,
        help_text=_("No document is needed then."),
    )
    name = text(_("Full name"), max_length=60)
    sex = pick(_("Sex"), Sex.choices)
    born_on = DateField(label=_("Date of birth"))
    kind = pick(_("Document"), [("", _("None")), *OTHERS], required=False)
    number = text(_("Number of the document"), max_length=40, required=False)
    country = text(
        _("Country that issued it"),
        max_length=3,
        required=False,
        help_text=_("For passports: three letters, such as FRA."),
    )
    phone = MobileField(label=_("Mobile number"), required=False)
    region = RegionField(help_text=_("Where the person's file is kept."))


class PaperForm(ScreenForm):
    kind = pick(_("Document"), IdentifierKind.choices)
    number = text(_("Number of the document"), max_length=40)
    country = text(
        _("Country that issued it"),
        max_length=3,
        required=False,
        help_text=_("For passports: three letters, such as FRA."),
    )
    from_ = DateField(label=_("Valid from"), required=False)
    valid_until = DateField(label=_("Valid until"), required=False)


class RenewForm(ScreenForm):
    number = text(_("New number"), max_length=40)
    on = DateField(label=_("Valid from"))
    valid_until = DateField(label=_("Valid until"), required=False)


class RegistrationForm(ScreenForm):
    kind = pick(_("Registration type"), RegistrationKind.choices)
    region = RegionField(label=_("Registered in"))
    from_ = DateField(label=_("Since"))


def enroll(request: HttpRequest) -> HttpResponse:
    """Enter somebody who has no resident identity number."""
    made: list[Person] = []

    def do(said: dict[str, Any]) -> str:
        given = []
        if said["kind"] and not said["newborn"]:
            given = [identifiers.Given(said["kind"], said["number"], said["country"])]
        person = identifiers.enroll_without_number(
            by=staff(request),
            name=said["name"],
            sex=int(said["sex"]),
            born_on=said["born_on"],
            region=said["region"],
            phone=said["phone"] or "",
            documents=given,
            newborn=said["newborn"],
        )
        made.append(person)
        return _now("%(name)s is registered.") % {"name": person.name}

    return Deed(
        title=_("Enter a person without an identity number"),
        act="person.enroll",
        button=_("Register"),
        do=do,
        form=NumberlessForm,
        back=list_url(Person),
        then=lambda: person_url(made[0]),
        lead=_("For newborns who await their number, and for people from elsewhere."),
        prepare=lambda form: within(form, staff(request).region_code or ""),
        crumbs=[Crumb(capfirst(_("people")), list_url(Person)), Crumb(_("Without a number"))],
    ).answer(request)


def add(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(queries.people(request.user), pk=pk)

    def do(said: dict[str, Any]) -> str:
        given = identifiers.Given(
            said["kind"], said["number"], said["country"], said["valid_until"]
        )
        made = identifiers.add(
            by=staff(request), person=person, document=given, from_=said["from_"]
        )
        return _now("%(document)s is on file.") % {"document": made.get_kind_display()}

    return _deed(person, _("Add a document"), do, PaperForm).answer(request)


def renew(request: HttpRequest, pk: int) -> HttpResponse:
    document = get_object_or_404(
        IdentityDocument.objects.select_related("person"),
        pk=pk,
        person__in=queries.people(request.user),
    )

    def do(said: dict[str, Any]) -> str:
        identifiers.renew(by=staff(request), document=document, **said)
        return _now("The new number is on file. The old one still finds the person.")

    title = _("Renew: %(document)s") % {"document": document}
    return _deed(document.person, title, do, RenewForm).answer(request)


def register(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(queries.people(request.user), pk=pk)

    def do(said: dict[str, Any]) -> str:
        registration.register(
            by=staff(request),
            person=person,
            kind=int(said["kind"]),
            region=said["region"],
            from_=said["from_"],
        )
        return _now("The registration is on file.")

    def prepare(form: ScreenForm) -> None:
        within(form, staff(request).region_code or "")

    deed = _deed(person, _("Household registration"), do, RegistrationForm)
    deed.prepare = prepare
    return deed.answer(request)


def _deed(
    person: Person, title: Any, do: Callable[[dict[str, Any]], str], form: type[ScreenForm]
) -> Deed:
    return Deed(
        title=title,
        act="person.change",
        button=_("Take down"),
        do=do,
        form=form,
        back=person_url(person),
        crumbs=[*crumbs(person), Crumb(title)],
    )


def _buttons(user: User, person_id: int) -> Iterable[Button]:
    region = Person.objects.values_list("region", flat=True).get(pk=person_id)
    if not may(user, "person.change", region):
        return
    yield Button(_("Add a document"), reverse("admin:enrollment_paper_add", args=[person_id]))
    yield Button(
        _("Household registration"), reverse("admin:enrollment_registration_put", args=[person_id])
    )


def _panel(user: User, person_id: int) -> dict[str, Any] | None:
    documents = list(queries.documents(person_id))
    registrations = list(queries.registrations(person_id))
    if not documents and not registrations:
        return None
    return {
        "documents": documents,
        "registrations": registrations,
        "may_change": may(user, "person.change"),
        "today": timezone.localdate(),
    }


def hang() -> None:
    """Called once, when the app is ready."""
    person_file.buttons("papers", _buttons, person_file.Noun.PERSON)
    person_file.panel(
        person_file.FilePanel(
            "papers",
            30,
            _("Documents and registration"),
            "person.read",
            "admin/enrollment/_papers.html",
            _panel,
        )
    )


def urls(guard: Any) -> list[URLPattern]:
    """Pages that hang below those of people."""
    return [
        path("enroll-without-number/", guard(enroll), name="enrollment_person_numberless"),
        path("<int:pk>/documents/add/", guard(add), name="enrollment_paper_add"),
        path("documents/<int:pk>/renew/", guard(renew), name="enrollment_paper_renew"),
        path("<int:pk>/registration/", guard(register), name="enrollment_registration_put"),
    ]
