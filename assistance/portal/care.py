"""My care: level, plan, vouchers left, orders to make, confirm or complain of, and the list for a bed."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assistance.models import BedWait, CareOrder
from assistance.queries import care as queries
from assistance.rules.care_level import CareLevel
from assistance.rules.care_services import CareService, Setting
from assistance.services.care import beds, complaining, levels, orders, plans, vouchers
from enrollment.models import Person
from socsec.office.acting import Scope, acting_for
from socsec.office.desk_forms import pick
from socsec.office.display import word
from socsec.office.errors import Problem
from socsec.office.forms import DateField, ScreenForm, TextField, WholeField
from socsec.office.people import numbers
from socsec.office.portal import person_only, sent

SHOWN = 30


class OrderForm(ScreenForm):
    """What, from whom, where, how much and when."""

    provider = pick(gettext_lazy("From whom?"), [])
    service = pick(gettext_lazy("What do you need?"), [])
    setting = pick(gettext_lazy("Where?"), [])
    units = WholeField(
        label=gettext_lazy("How much?"),
        least=1,
        help_text=gettext_lazy("Hours, times or days, as the price is."),
    )
    day = DateField(label=gettext_lazy("On which day?"))

    def __init__(self, *args: Any, region: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(str(each.pk), each.name) for each in queries.providers_for(region)]
        for name, choices in (
            ("provider", offered),
            ("service", [(str(int(each)), word(each)) for each in CareService]),
            ("setting", [(str(int(each)), word(each)) for each in Setting]),
        ):
            self.fields[name].choices = choices  # type: ignore[attr-defined]


class BedForm(ScreenForm):
    """On which list."""

    provider = pick(gettext_lazy("Which institution?"), [])

    def __init__(self, *args: Any, region: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["provider"].choices = [  # type: ignore[attr-defined]
            (str(each.pk), each.name)
            for each in queries.providers_for(region)
            if Setting.INSTITUTION in each.settings and CareService.BED_DAY in each.services
        ]


class SayForm(ScreenForm):
    """Why."""

    text = TextField(label=gettext_lazy("In a few words"), max_length=200)


@require_safe
@person_only
def care(request: HttpRequest) -> HttpResponse:
    """Everything about my care on one page."""
    person_id = acting_for(request)
    level = levels.current(person_id)
    plan = plans.current(person_id)
    left = vouchers.left(person_id)
    return render(
        request,
        "portal/assistance/care.html",
        {
            "level": level,
            "level_word": word(CareLevel.read(level.level)) if level else "",
            "plan": plan,
            "lines": [
                (
                    word(CareService.read(each["service"])),
                    word(Setting.read(each["setting"])),
                    each["units"],
                )
                for each in (plan.lines if plan else [])
            ],
            "money_left": sum(each.amount for each in left),
            "minutes_left": sum(each.minutes for each in left),
            "expires_on": left[0].voucher.expires_on if left else None,
            "orders": [
                (each, word(CareService.read(each.service)), word(Setting.read(each.setting)))
                for each in queries.orders_of(person_id)[:SHOWN]
            ],
            "today": timezone.localdate(),
            "stay": queries.stay_of(person_id),
            "waits": [(each, queries.place_of(each)) for each in queries.waits_of(person_id)],
        },
    )


@require_http_methods(["GET", "POST"])
@person_only
def order(request: HttpRequest) -> HttpResponse:
    """Order a service for a day."""
    person = Person.objects.get(pk=acting_for(request, Scope.CLAIM))
    form = OrderForm(sent(request), region=person.region, initial={"day": timezone.localdate()})

    def do(said: dict[str, Any]) -> str:
        orders.order(
            by=request.user,  # type: ignore[arg-type]
            person=person,
            provider=queries.providers_for(person.region).get(pk=int(said["provider"])),
            service=int(said["service"]),
            setting=int(said["setting"]),
            units=said["units"],
            day=said["day"],
        )
        return _("Ordered. Confirm it here, or tell the worker the code, once it was given.")

    return _ask(request, form, _("Order care"), _("Nothing is paid before you confirm."), do)


@require_http_methods(["GET", "POST"])
@person_only
def wait(request: HttpRequest) -> HttpResponse:
    """Go on the waiting list of an institution."""
    person = Person.objects.get(pk=acting_for(request, Scope.CLAIM))
    form = BedForm(sent(request), region=person.region)

    def do(said: dict[str, Any]) -> str:
        chosen = queries.providers_for(person.region).get(pk=int(said["provider"]))
        made = beds.ask(by=request.user, person=person, provider=chosen)  # type: ignore[arg-type]
        return _("You are number %(place)s on the list.") % {"place": queries.place_of(made)}

    lead = _("The greatest need comes first, then the longest wait.")
    return _ask(request, form, _("Wait for a bed"), lead, do)


@require_POST
@person_only
def confirm(request: HttpRequest, public_id: Any) -> HttpResponse:
    """The service was given: it is paid for."""
    held = _order(request, public_id)
    orders.confirm(by=request.user, order=held)  # type: ignore[arg-type]
    messages.success(request, _("Confirmed. You see below who pays what."))
    return redirect("care")


@require_http_methods(["GET", "POST"])
@person_only
def order_verb(request: HttpRequest, public_id: Any, verb: str) -> HttpResponse:
    """Cancel an order, or complain of it."""
    held = _order(request, public_id)
    if verb not in ("cancel", "complain"):
        raise Http404
    by: Any = request.user

    def do(said: dict[str, Any]) -> str:
        if verb == "cancel":
            orders.cancel(by=by, order=held, reason=said["text"])
            return _("Cancelled. Nothing is paid for it.")
        case = complaining.complain(by=by, order=held, text=said["text"]).case
        return _("Received as case %(number)s. Others than the provider look into it.") % {
            "number": case.spaced_number
        }

    title = _("Cancel the order") if verb == "cancel" else _("Complain")
    lead = f"{word(CareService.read(held.service))} · {held.provider}"
    return _ask(request, SayForm(sent(request)), title, lead, do)


@require_POST
@person_only
def offer(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Accept or decline the bed that is offered."""
    person_id = acting_for(request, Scope.CLAIM)
    held = get_object_or_404(BedWait, pk=pk, person_id__in=numbers(person_id))
    by: Any = request.user
    if verb == "accept":
        beds.accept(by=by, wait=held)
        messages.success(request, _("The bed is yours from today."))
    elif verb == "decline":
        beds.decline(by=by, wait=held, reason=_("declined online"))
        messages.success(request, _("Declined. You wait on from today."))
    elif verb == "leave":
        beds.leave(by=by, wait=held, reason=_("left the list online"))
        messages.success(request, _("You are off the list."))
    else:
        raise Http404
    return redirect("care")


def _order(request: HttpRequest, public_id: Any) -> CareOrder:
    """An order of the person; 404 for anybody else's."""
    return get_object_or_404(
        CareOrder.objects.select_related("provider"),
        public_id=public_id,
        person_id__in=numbers(acting_for(request, Scope.CLAIM)),
    )


def _ask(request: HttpRequest, form: ScreenForm, title: str, lead: str, do: Any) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            told = do(form.cleaned_data)
        except Problem as problem:
            form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        else:
            messages.success(request, told)
            return redirect("care")
    return render(
        request,
        "portal/assistance/care_ask.html",
        {"form": form, "title": title, "lead": lead, "back": reverse("care"), "in_flow": True},
        status=422 if request.method == "POST" else 200,
    )
