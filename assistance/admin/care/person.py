"""Care on the page of a person: level, plan, vouchers and orders, and the verbs that begin them."""

from collections.abc import Callable, Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from assistance.models import CareAssessment, CareState
from assistance.queries import care as queries
from assistance.rules.care_services import CareService, Setting
from assistance.services.care import beds, levels, orders, plans, vouchers
from enrollment import queries as people
from enrollment.models import Person
from socsec.kernel.money import yuan
from socsec.office import person_file
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, row_url, staff
from socsec.office.display import word
from socsec.office.errors import Problem
from socsec.office.forms import ScreenForm
from socsec.office.models import User

from .forms import GROUP_OF, AskForm, AssessForm, OrderForm, PlanForm
from .needing import level_word, plan_lines

FEW = 5


def _person(request: HttpRequest, pk: int) -> Person:
    return get_object_or_404(people.people(request.user), pk=pk)


def _deed(
    request: HttpRequest,
    person: Person,
    title: Any,
    act: str,
    form: type[ScreenForm],
    do: Any,
    **more: Any,
) -> HttpResponse:
    made: list[Any] = []

    def run(said: dict[str, Any]) -> Any:
        row, told = do(said)
        made.append(row)
        return told

    return Deed(
        title=title,
        act=act,
        button=title,
        do=run,
        form=form,
        back=row_url(person),
        then=lambda: row_url(made[0]),
        crumbs=[Crumb(person.name, row_url(person)), Crumb(title)],
        **more,
    ).answer(request)


def assess(request: HttpRequest, person_id: int) -> HttpResponse:
    """Enter the scores of a visit by two."""
    person = _person(request, person_id)

    def do(said: dict[str, Any]) -> tuple[Any, str]:
        scores = {**said.pop("living"), **said.pop("mind"), **said.pop("senses")}
        try:
            made = levels.propose(by=staff(request), person=person, scores=scores, **said)
        except Problem as trouble:
            trouble.field = GROUP_OF.get(trouble.field, trouble.field)
            raise
        return made, _now("Level %(level)s. A colleague must approve it.") % {
            "level": level_word(made.level)
        }

    return _deed(
        request,
        person,
        _("Assess the level of care"),
        "care.assess",
        AssessForm,
        do,
        initial={"assessed_on": timezone.localdate()},
    )


def plan(request: HttpRequest, person_id: int) -> HttpResponse:
    """Enter a care plan, beginning with the one in force."""
    person = _person(request, person_id)
    before = plans.current(person.pk)
    held = (
        {(each["setting"], each["service"]): each["units"] for each in before.lines}
        if before
        else {}
    )

    def do(said: dict[str, Any]) -> tuple[Any, str]:
        lines = [
            {"service": service, "setting": setting.name, "units": units}
            for setting in Setting
            for service, units in said.pop(setting.name.lower()).items()
            if units
        ]
        made = plans.propose(by=staff(request), person=person, lines=lines, **said)
        return made, _now("Entered. A colleague must approve it.")

    return _deed(
        request,
        person,
        _("Care plan"),
        "care.assess",
        PlanForm,
        do,
        lead=_("Units a month: hours, times or days. What stays empty is not in the plan."),
        initial={
            "from_date": timezone.localdate(),
            "goal": before.goal if before else "",
            **{
                setting.name.lower(): [held.get((setting.name, each.name)) for each in CareService]
                for setting in Setting
            },
        },
    )


def order(request: HttpRequest, person_id: int) -> HttpResponse:
    """Order a service for a day."""
    person = _person(request, person_id)
    offered = queries.providers_for(person.region)

    def prepare(form: ScreenForm) -> None:
        form.fields["provider"].choices = [(str(each.pk), each.name) for each in offered]  # type: ignore[attr-defined]

    def do(said: dict[str, Any]) -> tuple[Any, str]:
        said["provider"] = offered.get(pk=int(said["provider"]))
        said |= {"service": int(said["service"]), "setting": int(said["setting"])}
        made = orders.order(by=staff(request), person=person, **said)
        return made, _now("Ordered. It is paid once the person has confirmed it.")

    return _deed(
        request,
        person,
        _("Order care"),
        "care.order",
        OrderForm,
        do,
        prepare=prepare,
        initial={"day": timezone.localdate()},
    )


def wait(request: HttpRequest, person_id: int) -> HttpResponse:
    """Put a person on the waiting list of an institution."""
    person = _person(request, person_id)
    offered = [
        each
        for each in queries.providers_for(person.region)
        if Setting.INSTITUTION in each.settings and CareService.BED_DAY in each.services
    ]

    def prepare(form: ScreenForm) -> None:
        form.fields["provider"].choices = [(str(each.pk), each.name) for each in offered]  # type: ignore[attr-defined]

    def do(said: dict[str, Any]) -> tuple[Any, str]:
        chosen = next(each for each in offered if str(each.pk) == said["provider"])
        made = beds.ask(by=staff(request), person=person, provider=chosen)
        return made, _now("On the list, as number %(place)s.") % {"place": queries.place_of(made)}

    return _deed(
        request,
        person,
        _("Waiting list for a bed"),
        "care.order",
        AskForm,
        do,
        prepare=prepare,
        lead=_("The greatest need comes first, then the longest wait."),
    )


# verb: act, label, the page, whether a level of care must be in force.
PAGES: dict[str, tuple[str, Any, Callable[[HttpRequest, int], HttpResponse], bool]] = {
    "assess": ("care.assess", _("Assess the level of care"), assess, False),
    "plan": ("care.assess", _("Care plan"), plan, True),
    "order": ("care.order", _("Order care"), order, True),
    "wait": ("care.order", _("Waiting list for a bed"), wait, True),
}


def page(request: HttpRequest, person_id: int, verb: str) -> HttpResponse:
    """What begins something for a person."""
    if verb not in PAGES:
        raise Http404
    return PAGES[verb][2](request, person_id)


def offered_to_person(user: User, person_id: int) -> Iterator[Button]:
    known = [each for each in PAGES.items() if may(user, each[1][0])]
    if not known:
        return
    has_level = levels.current(person_id) is not None
    for slug, (_act, label, _view, needs_level) in known:
        if has_level or not needs_level:
            yield Button(label, reverse("admin:assistance_care", args=[person_id, slug]))


def shown_of_person(user: User, person_id: int) -> dict[str, Any] | None:
    level = levels.current(person_id)
    proposed = CareAssessment.objects.filter(person_id=person_id, state=CareState.PROPOSED).first()
    if level is None and proposed is None:
        return None
    held = plans.current(person_id)
    left = vouchers.left(person_id)
    return {
        "level": level,
        "level_said": level_word(level.level) if level else "",
        "proposed": proposed,
        "plan": held,
        "lines": plan_lines(held) if held else [],
        "money_left": yuan(sum(each.amount for each in left)),
        "minutes_left": sum(each.minutes for each in left),
        "stay": queries.stay_of(person_id),
        "waits": [(each, queries.place_of(each)) for each in queries.waits_of(person_id)],
        "orders": [
            (each, word(CareService.read(each.service)))
            for each in queries.orders_of(person_id)[:FEW]
        ],
    }


def hang() -> None:
    """Called once, when the app is ready."""
    person_file.buttons("care", offered_to_person)
    person_file.panel(
        person_file.FilePanel(
            "care",
            3,
            _("Care"),
            "care.read",
            "admin/assistance/_care.html",
            shown_of_person,
        )
    )
