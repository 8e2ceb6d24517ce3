"""The desk's side of a movement: receive a request, and the verbs of each office's own step."""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from django import forms as plain
from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import Keep, Movement, MovementState, Person, Step
from enrollment.services import movements
from funds.models import Branch
from socsec.kernel import ids
from socsec.kernel.regions import covers
from socsec.office import case_file, figures, person_file
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, staff
from socsec.office.desk_forms import RegionField, pick, text
from socsec.office.errors import NotFound, Refused, from_kernel
from socsec.office.forms import DateField, ResidentIdField, ScreenForm, TickField
from socsec.office.models import Case, Region, User
from socsec.office.papers_out import pdf_answer
from socsec.office.places import place
from socsec.office.services import audit
from socsec.office.services import certificates as papers

State = Case.State
LONG = 19  # digits: no number of ours has as many
MOVABLE = [(b.value, b.label) for b in movements.MOVABLE]


class AskForm(ScreenForm):
    resident_id = ResidentIdField()
    branch = pick(_("Branch"), MOVABLE)
    to_region = RegionField(label=_("Moves to"))
    household_region = RegionField(
        label=_("Household registration in"),
        help_text=_("Decides, from a certain age on, whether the record follows."),
    )
    transferred = TickField(label=_("Transferred to the new work with approval"), required=False)
    keep = pick(_("Where both places insured a month, keep"), Keep.choices, initial=Keep.NEW)


class TextForm(ScreenForm):
    text = plain.CharField(
        label=_("Text"), max_length=2000, widget=plain.Textarea(attrs={"class": "input", "rows": 4})
    )


class LeavingForm(ScreenForm):
    last_day = DateField(label=_("Last day at work"))
    document = text(
        _("Certificate"), max_length=120, help_text=_("The employer's paper that the work ended.")
    )


class RefuseForm(ScreenForm):
    reason = pick(_("Reason"), [(code, text) for code, (text, _law) in movements.REASONS.items()])


@admin.register(Movement)
class MovementAdmin(DeskAdmin):
    read_act = "case.read"
    region_field = None
    change_form_template = "admin/enrollment/movement.html"
    list_display: ClassVar = [
        "person",
        "branch",
        "old_place",
        "new_place",
        "state",
        "requested_on",
    ]
    list_filter: ClassVar = ["state", "branch"]
    search_fields: ClassVar = ["person__name__startswith", "serial"]
    search_help_text = _("Name, or number of the certificate")
    fields: ClassVar = ["serial"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Movement]:
        return queries.movements(request.user)

    @admin.display(description=_("from"), ordering="from_region")
    def old_place(self, movement: Movement) -> str:
        return place(movement.from_region)

    @admin.display(description=_("to"), ordering="to_region")
    def new_place(self, movement: Movement) -> str:
        return place(movement.to_region)

    def buttons(self, request: HttpRequest, obj: Movement | None) -> list[Button]:
        if obj is None:
            asked = reverse("admin:enrollment_movement_ask")
            offered = [Button(_("Receive a request"), asked, main=True)]
            return offered if may(request.user, "case.receive") else []
        step = obj.steps.filter(case__state__in=Case.OPEN).select_related("case").last()
        return offered_on_case(staff(request), step.case) if step else []

    def context(self, request: HttpRequest, obj: Movement) -> dict[str, Any]:
        return {"movement_panel": shown(obj), "heading": obj.person.name}

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("ask/", guard(self.ask), name="enrollment_movement_ask"),
            path(
                "<int:pk>/certificate/",
                guard(self.certificate),
                name="enrollment_movement_certificate",
            ),
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="enrollment_movement_verb"),
            *super().get_urls(),
        ]

    def ask(self, request: HttpRequest) -> HttpResponse:
        made: list[Movement] = []
        asked = request.GET.get("person", "")
        mine = queries.people(request.user)
        known = mine.filter(pk=asked).first() if asked.isdecimal() and len(asked) < LONG else None
        initial = {"resident_id": known.resident_id} if known else {}

        def prepare(form: ScreenForm) -> None:
            for name in ("to_region", "household_region"):
                form.fields[name].queryset = Region.objects.exclude(level=Region.Level.NATION)

        def do(said: dict[str, Any]) -> str:
            person = find(said.pop("resident_id"))
            made.append(
                movements.ask(
                    by=staff(request),
                    person=person,
                    channel=Case.Channel.COUNTER,
                    **{**said, "branch": int(said["branch"]), "keep": int(said["keep"])},
                )
            )
            return _now("Received. The new place answers first; the old place follows.")

        return Deed(
            title=_("Move insurance to another region"),
            act="case.receive",
            button=_("Receive the request"),
            do=do,
            form=AskForm,
            back=list_url(Movement),
            then=lambda: row_url(made[0]),
            prepare=prepare,
            initial=initial,
            crumbs=[Crumb(_("Movements"), list_url(Movement))],
        ).answer(request)

    def certificate(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The paper of the old place, for either office; that it was printed is noted."""
        movement = get_object_or_404(queries.movements(staff(request)), pk=pk)
        if not self.has_view_permission(request, movement):
            return self.changelist_view(request)
        issued = papers.find(movement.serial)
        if issued is None:
            raise Http404
        with transaction.atomic():
            audit.record(
                by=staff(request),
                act="certificate.print",
                subject=movement,
                person_id=movement.person_id,
                region=movement.from_region,
            )
        return pdf_answer(issued)

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        movement = get_object_or_404(queries.movements(staff(request)), pk=pk)
        if verb not in VERBS:
            raise Http404
        act, _states, _main, stop, form, do, done = VERBS[verb]
        step = movement.steps.select_related("case").last()
        label = labels(step.step if step else Step.ACCEPT)[verb]

        def run(said: dict[str, Any]) -> str:
            do(by=staff(request), movement=movement, **said)
            return str(done)

        return Deed(
            title=label,
            act=act,
            button=label,
            do=run,
            form=form,
            stop=stop,
            back=row_url(movement),
            template="admin/enrollment/movement_deed.html",
            context=shown(movement),
            crumbs=[
                Crumb(_("Movements"), list_url(Movement)),
                Crumb(movement.person.name, row_url(movement)),
            ],
        ).answer(request)


def find(number: str) -> Person:
    """The person, wherever the file lies: the new place does not have it yet."""
    try:
        person = queries.by_resident_id(number)
    except ids.IdError as error:
        raise from_kernel(error, "resident_id") from error
    if person is None:
        raise NotFound(
            _("Nobody with this number is registered."),
            code="no_such_person",
            field="resident_id",
            fix=_("Check the number, or enter the person first."),
        )
    return person


def shown(movement: Movement) -> dict[str, Any]:
    """What every page of a movement shows: the path, the two places, the months."""
    months = list(queries.statement(movement))
    places = {movement.from_region, movement.to_region, movement.household_region}
    names = {each.code: str(each) for each in Region.objects.filter(pk__in=places)}
    done = {step.step: step.case for step in movement.steps.select_related("case", "case__office")}
    return {
        "movement": movement,
        "from_name": names.get(movement.from_region, movement.from_region),
        "to_name": names.get(movement.to_region, movement.to_region),
        "household_name": names.get(movement.household_region, movement.household_region),
        "path": [(step.label, done.get(step.value)) for step in Step],
        "months": months,
        "counted": sum(each.counts for each in months),
        "overlapping": [each for each in months if each.overlaps],
        "grid": figures.month_grid(
            {
                each.month: "over" if each.overlaps else "deemed" if each.deemed else "paid"
                for each in months
            }
        ),
        "sheet": movements.judge(movement).document if movement.state == "requested" else None,
        "certificate": papers.find(movement.serial),
        "ending": _ending(movement),
    }


def _ending(movement: Movement) -> movements.Ending | None:
    """What the attestation would end; nothing while an employer stands against it."""
    if movement.state != MovementState.ACCEPTED:
        return None
    try:
        return movements.ending(movement)
    except Refused:
        return None


def labels(step: str) -> dict[str, Any]:
    """What the verbs are called in each step."""
    confirm = {
        Step.ACCEPT: _("Accept"),
        Step.ATTEST: _("Attest and issue the certificate"),
        Step.TAKE: _("Take over"),
    }[Step(step)]
    return {
        "propose": _("Prepare for a check"),
        "confirm": confirm,
        "leaving": _("Left without the employer's word"),
        "refuse": _("Decline"),
        "return": _("Send back"),
        "withdraw": _("Withdraw"),
    }


Do = Callable[..., Any]
# verb: act, states, whether it is the main one, whether it ends something, form, service, said after.
VERBS: dict[str, tuple[str, tuple[str, ...], bool, bool, type[ScreenForm], Do, Any]] = {
    "propose": (
        "case.assess",
        (State.RECEIVED,),
        True,
        False,
        ScreenForm,
        movements.propose,
        _("Prepared. A colleague checks it."),
    ),
    "leaving": (
        "movement.leaving",
        (State.RECEIVED,),
        False,
        False,
        LeavingForm,
        movements.note_leaving,
        _("Taken down. The employment ends with the attestation."),
    ),
    "confirm": (
        "case.check",
        (State.ASSESSED,),
        True,
        False,
        ScreenForm,
        movements.confirm,
        _("Decided. The other office and the person can see it."),
    ),
    "return": (
        "case.check",
        (State.ASSESSED,),
        False,
        False,
        TextForm,
        movements.send_back,
        _("Sent back."),
    ),
    "refuse": (
        "case.check",
        (State.ASSESSED,),
        False,
        True,
        RefuseForm,
        movements.refuse,
        _("Refused. Everything stays as it was."),
    ),
    "withdraw": (
        "case.withdraw",
        Case.OPEN,
        False,
        True,
        TextForm,
        movements.withdraw,
        _("Withdrawn. Everything stays as it was."),
    ),
}


def offered_on_case(user: User, case: Case) -> list[Button]:
    """The verbs of the step that this case is, for people of its office."""
    movement = queries.movement_of(case)
    if movement is None or not covers(user.region_code or "-", case.region_id):
        return []
    step = case.kind.removeprefix("movement_")
    return [
        Button(
            labels(step)[verb],
            reverse("admin:enrollment_movement_verb", args=[movement.pk, verb]),
            main=main,
            stop=stop,
        )
        for verb, (act, states, main, stop, _form, _do, _done) in VERBS.items()
        if case.state in states
        and may(user, act, case.region_id)
        and (verb != "leaving" or (step == Step.ATTEST and movements.carried(movement)))
    ]


def shown_on_case(user: User, case: Case) -> list[case_file.Panel]:
    movement = queries.movement_of(case)
    return [("admin/enrollment/_movement.html", shown(movement))] if movement else []


def shown_of_person(user: User, person_id: int) -> dict[str, Any] | None:
    rows = list(queries.movements_of(person_id))
    return {"movements": rows} if rows else None


def offered_to_person(user: User, person_id: int) -> Iterator[Button]:
    if may(user, "case.receive") and queries.keeper(person_id, Branch.PENSION):
        asked = reverse("admin:enrollment_movement_ask")
        yield Button(_("Move to another region"), f"{asked}?person={person_id}")


def hang() -> None:
    """Hang movements into the pages of persons and cases; called once, when the app is ready."""
    person_file.buttons("movements", offered_to_person, person_file.Noun.INSURANCE)
    person_file.panel(
        person_file.FilePanel(
            "movements",
            6,
            _("Movements between regions"),
            "case.read",
            "admin/enrollment/_movements.html",
            shown_of_person,
        )
    )
    for kind in movements.KINDS.values():
        case_file.hang(kind, buttons=offered_on_case, panels=shown_on_case)
