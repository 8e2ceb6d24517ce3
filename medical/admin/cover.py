"""The desk's part in people's medical cover: on their file, and on the case of a disease to register."""

from collections.abc import Callable, Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries as people
from enrollment.models import Person
from enrollment.queries import by_resident_id
from medical.models import AccountShare, Away, AwayFiling, Care, DiseaseClaim, Registration
from medical.queries import catalogue
from medical.queries import cover as queries
from medical.services.cover import diseases, filings, sharing
from socsec.office import case_file, person_file
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, staff
from socsec.office.desk_forms import pick, text
from socsec.office.display import day_plain
from socsec.office.errors import NotFound
from socsec.office.forms import DateField, ResidentIdField, ScreenForm
from socsec.office.models import Case, Region, User
from socsec.office.person_file import FilePanel, Noun
from socsec.office.places import place

State = Case.State
WAYS = [(each.value, each.label) for each in filings.KINDS]
CARES = [(each.value, each.label) for each in (Care.SPECIAL, Care.TWO_DISEASES)]


class FileForm(ScreenForm):
    away = pick(_("How"), WAYS)
    to_region = pick(_("To region"), [])
    from_date = DateField(label=_("From"))
    reason = text(
        _("Reason"),
        max_length=200,
        required=False,
        help_text=_("Needed for a day that has passed."),
    )


class EndForm(ScreenForm):
    on = DateField(label=_("Last day"))
    reason = text(_("Reason"), max_length=200)


class ShareForm(ScreenForm):
    resident_id = ResidentIdField(label=_("ID number of the relative"))
    relation = pick(_("The relative is the owner's"), AccountShare.Relation.choices)
    document = text(_("Signed consent"), max_length=120)


class DiseaseForm(ScreenForm):
    care = pick(_("For"), CARES)
    diagnosis = pick(_("Disease"), [])
    hospital = text(_("Hospital that found it"), max_length=120)
    document = text(_("Medical certificate"), max_length=120)


class AssessForm(ScreenForm):
    entitled = pick(
        _("The papers show"), [("1", _("the disease")), ("", _("not enough"))], required=False
    )
    from_date = DateField(label=_("From"))
    until = DateField(label=_("Until"), required=False, help_text=_("Empty: without an end."))
    text = text(_("What was found"), max_length=500)


class TextForm(ScreenForm):
    text = text(_("Text"), max_length=500)


def home(person_id: int) -> str:
    return reverse("admin:enrollment_person_change", args=[person_id])


def to_regions() -> list[tuple[str, str]]:
    """Provinces and cities, where care may be filed."""
    rows = Region.objects.filter(level__in=[Region.Level.PROVINCE, Region.Level.CITY])
    return [(each.code, f"{each} · {each.code}") for each in rows]


def listed(person_id: int) -> list[tuple[str, str]]:
    """The diseases that may be registered where the person is insured."""
    today = timezone.localdate()
    insured = queries.insured_on(person_id, today)
    rows = catalogue.special_diseases(insured.region, today) if insured else []
    return [(each.code, str(each)) for each in rows]


def _deed(
    request: HttpRequest,
    person: Person,
    title: Any,
    act: str,
    form: type[ScreenForm],
    do: Callable[[dict[str, Any]], Any],
    **more: Any,
) -> HttpResponse:
    return Deed(
        title=title,
        act=act,
        button=more.pop("button", title),
        do=do,
        form=form,
        back=home(person.pk),
        crumbs=[Crumb(person.name, home(person.pk))],
        **more,
    ).answer(request)


def file_away(request: HttpRequest, person_id: int) -> HttpResponse:
    """File care away from home."""
    person = get_object_or_404(people.people(request.user), pk=person_id)

    def prepare(form: ScreenForm) -> None:
        form.fields["to_region"].choices = to_regions()  # type: ignore[attr-defined]

    def do(said: dict[str, Any]) -> str:
        said["away"] = int(said["away"])
        made = filings.file(by=staff(request), person=person, **said)
        return _now("Filed from %(day)s.") % {"day": day_plain(made.from_date)}

    return _deed(
        request,
        person,
        _("File care away from home"),
        "away.file",
        FileForm,
        do,
        prepare=prepare,
        initial={"from_date": timezone.localdate()},
    )


def end_away(request: HttpRequest, pk: int) -> HttpResponse:
    """End a filing with a day."""
    held = get_object_or_404(
        AwayFiling.objects.filter(person__in=people.people(request.user)), pk=pk
    )

    def do(said: dict[str, Any]) -> str:
        filings.end(by=staff(request), filing=held, **said)
        return _now("It ends with that day.")

    return _deed(
        request,
        held.person,
        _("End the filing"),
        "away.file",
        EndForm,
        do,
        stop=True,
        initial={"on": timezone.localdate()},
    )


def share(request: HttpRequest, person_id: int) -> HttpResponse:
    """Let a relative use the account, by a signed paper of its owner."""
    person = get_object_or_404(people.people(request.user), pk=person_id)

    def do(said: dict[str, Any]) -> str:
        relative = by_resident_id(said.pop("resident_id"))
        if relative is None:
            raise NotFound(_("Nobody has this ID number."), code="no_person", field="resident_id")
        sharing.share(by=staff(request), owner=person, person=relative, **said)
        return _now("%(name)s may use the account.") % {"name": relative.name}

    return _deed(request, person, _("Share the medical account"), "account.share", ShareForm, do)


def end_share(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner withdraws the consent."""
    held = get_object_or_404(
        AccountShare.objects.filter(owner__in=people.people(request.user)), pk=pk
    )

    def do(said: dict[str, Any]) -> str:
        sharing.end(by=staff(request), share=held)
        return _now("The consent is withdrawn.")

    return _deed(
        request, held.owner, _("Withdraw the consent"), "account.share", ScreenForm, do, stop=True
    )


def open_disease(request: HttpRequest, person_id: int) -> HttpResponse:
    """Receive an application to register a disease."""
    person = get_object_or_404(people.people(request.user), pk=person_id)
    made: list[DiseaseClaim] = []

    def prepare(form: ScreenForm) -> None:
        form.fields["diagnosis"].choices = listed(person.pk)  # type: ignore[attr-defined]

    def do(said: dict[str, Any]) -> str:
        said["care"] = int(said["care"])
        made.append(
            diseases.open_claim(
                by=staff(request), person=person, channel=Case.Channel.COUNTER, **said
            )
        )
        return _now("Received as case %(number)s.") % {"number": made[0].case.spaced_number}

    return _deed(
        request,
        person,
        _("Register a disease"),
        "case.receive",
        DiseaseForm,
        do,
        button=_("Receive the application"),
        prepare=prepare,
        then=lambda: case_url(made[0]),
    )


def end_disease(request: HttpRequest, pk: int) -> HttpResponse:
    """End the registration of a disease."""
    held = get_object_or_404(
        Registration.objects.filter(person__in=people.people(request.user)), pk=pk
    )

    def do(said: dict[str, Any]) -> str:
        diseases.end(by=staff(request), registration=held, **said)
        return _now("It ends with that day.")

    return _deed(
        request, held.person, _("End the registration"), "disease.end", EndForm, do, stop=True
    )


def case_url(held: DiseaseClaim) -> str:
    return reverse("admin:office_case_change", args=[held.pk])


# verb: act, label, states, whether it is the main one, whether it ends something, form, service.
VERBS: dict[str, tuple[str, Any, tuple[str, ...], bool, bool, type[ScreenForm], Any]] = {
    "assess": (
        "case.assess",
        _("Assess"),
        (State.RECEIVED,),
        True,
        False,
        AssessForm,
        diseases.assess,
    ),
    "grant": (
        "case.check",
        _("Register"),
        (State.ASSESSED,),
        True,
        False,
        ScreenForm,
        diseases.grant,
    ),
    "refuse": (
        "case.check",
        _("Refuse"),
        (State.ASSESSED,),
        False,
        True,
        ScreenForm,
        diseases.refuse,
    ),
    "return": (
        "case.check",
        _("Send back"),
        (State.ASSESSED,),
        False,
        False,
        TextForm,
        diseases.send_back,
    ),
    "withdraw": (
        "case.withdraw",
        _("Withdraw"),
        Case.OPEN,
        False,
        True,
        TextForm,
        diseases.withdraw,
    ),
}


def verb(request: HttpRequest, case_id: int, verb: str) -> HttpResponse:
    """What the desk does with an application, in its state."""
    held = get_object_or_404(queries.claims(request.user), pk=case_id)
    if verb not in VERBS:
        raise Http404
    act, label, _states, _main, stop, form, service = VERBS[verb]

    def do(said: dict[str, Any]) -> Any:
        if "entitled" in said:
            said["entitled"] = bool(said["entitled"])
        service(by=staff(request), claim=held, **said)
        return _now("Done: %(what)s.") % {"what": label}

    found = diseases.proposal(held)
    return Deed(
        title=label,
        act=act,
        button=label,
        do=do,
        form=form,
        stop=stop,
        lead=found.get("finding", ""),
        initial={"from_date": timezone.localdate(), "entitled": "1"},
        back=case_url(held),
        crumbs=[Crumb(held.person.name), Crumb(held.case.spaced_number, case_url(held))],
    ).answer(request)


def offered_on_case(user: User, case: Case) -> list[Button]:
    return [
        Button(
            label, reverse("admin:medical_disease_verb", args=[case.pk, slug]), main=main, stop=stop
        )
        for slug, (act, label, states, main, stop, *_rest) in VERBS.items()
        if case.state in states and may(user, act, case.region_id)
    ]


def shown_on_case(user: User, case: Case) -> list[case_file.Panel]:
    held = queries.claims(user).filter(pk=case.pk).first()
    if held is None:
        return []
    listed_as = catalogue.diagnosis_on(held.region, case.received_on, held.diagnosis)
    context = {
        "claim": held,
        "disease": listed_as or held.diagnosis,
        "found": diseases.proposal(held),
    }
    return [("admin/medical/_disease.html", context)]


def offered_to_person(user: User, person_id: int) -> Iterator[Button]:
    """On the file of a person: what may be arranged about the medical cover."""
    for act, label, name in (
        ("away.file", _("File care away from home"), "admin:medical_away_file"),
        ("case.receive", _("Register a disease"), "admin:medical_disease_open"),
        ("account.share", _("Share the medical account"), "admin:medical_share"),
    ):
        if may(user, act):
            yield Button(label, reverse(name, args=[person_id]))


def panel(user: User, person_id: int) -> dict[str, Any] | None:
    """The medical cover of a person today; nothing where there is nothing."""
    found = queries.cover(person_id, timezone.localdate())
    if not (found.insured or found.filings or found.account):
        return None
    return {
        "cover": found,
        "where": place(found.insured.region) if found.insured else "",
        "filings": [(each, place(each.to_region), Away(each.away).label) for each in found.filings],
        "may_file": may(user, "away.file"),
        "may_share": may(user, "account.share"),
        "may_end": may(user, "disease.end"),
    }


def hang() -> None:
    """Called once, when the app is ready."""
    person_file.panel(
        FilePanel(
            "medical", 45, _("Medical cover"), "medical.read", "admin/medical/_cover.html", panel
        )
    )
    person_file.buttons("medical", offered_to_person, Noun.INSURANCE)
    case_file.hang(diseases.KIND, buttons=offered_on_case, panels=shown_on_case)
