"""The desk's view of what partners are told: subscriptions, and events that never arrived."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from socsec.office import events, feeds, home, menu
from socsec.office.access import may, scope
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, staff
from socsec.office.forms import ScreenForm, SelectField
from socsec.office.models import Delivery, Region, Subscription, User
from socsec.office.services import subscriptions

SHOWN = 50  # deliveries on the page of a subscription


def text(label: Any, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        widget=forms.TextInput(attrs={"class": "input w-20", "autocomplete": "off"}),
        **more,
    )


class ReasonForm(ScreenForm):
    reason = text(_("Why"), max_length=200)


class SubscriptionForm(ScreenForm):
    partner = SelectField(label=_("Partner"))
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of event"), widget=forms.CheckboxSelectMultiple
    )
    region = SelectField(label=_("Region"), help_text=_("Within that of the partner's office."))
    url = text(_("Address"), max_length=300, help_text=_("Begins with https://."))
    secret = text(
        _("Secret"),
        max_length=128,
        help_text=_("32 random characters or more, agreed with the partner. Never shown again."),
    )


class ReplayForm(ScreenForm):
    since = forms.DateTimeField(
        label=_("Everything since"),
        help_text=_("As 2026-11-13 08:00. Leave it empty to send only what was given up."),
        required=False,
        widget=forms.TextInput(attrs={"class": "input w-20", "autocomplete": "off"}),
    )


@admin.register(Subscription)
class SubscriptionAdmin(DeskAdmin):
    read_act = "subscription.read"
    change_form_template = "admin/office/subscription.html"
    list_display: ClassVar = ["partner", "url", "region", "state", "waiting", "dead"]
    list_select_related: ClassVar = ["partner", "region"]
    fields: ClassVar = ["url"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscription]:
        return feeds.counted(request.user)

    @admin.display(description=_("state"))
    def state(self, row: Subscription) -> str:
        if row.closed_at:
            return str(_("closed"))
        return str(_("active") if row.active else _("switched off"))

    @admin.display(description=_("waiting"))
    def waiting(self, row: Any) -> int:
        return int(row.waiting)

    @admin.display(description=_("given up"))
    def dead(self, row: Any) -> int:
        return int(row.dead)

    def buttons(self, request: HttpRequest, obj: Subscription | None) -> list[Button]:
        if not may(request.user, "subscription.change", obj.region_id if obj else None):
            return []
        if obj is None:
            opened = reverse("admin:office_subscription_open")
            return [Button(_("Open a subscription"), opened, main=True)]
        if obj.closed_at:
            return []
        offered = [Button(_("Close"), _to("close", obj), stop=True)]
        if obj.active:
            return [
                Button(_("Send anew"), _to("replay", obj), main=True),
                Button(_("Switch off"), _to("switch", obj), stop=True),
                *offered,
            ]
        return [Button(_("Switch on"), _to("switch", obj), main=True), *offered]

    def context(self, request: HttpRequest, obj: Subscription) -> dict[str, Any]:
        return {
            "subscription": obj,
            "heading": obj.partner,
            "kinds": [events.get(name) for name in obj.kinds if events.known(name)],
            "deliveries": feeds.deliveries(request.user).filter(subscription=obj)[:SHOWN],
            "may_change": may(request.user, "subscription.change", obj.region_id),
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("open/", guard(self.open), name="office_subscription_open"),
            path("<int:pk>/switch/", guard(self.switch), name="office_subscription_switch"),
            path("<int:pk>/replay/", guard(self.replay), name="office_subscription_replay"),
            path("<int:pk>/close/", guard(self.close), name="office_subscription_close"),
            *super().get_urls(),
        ]

    def find(self, request: HttpRequest, pk: int) -> Subscription:
        return get_object_or_404(feeds.subscriptions(staff(request)), pk=pk)

    def open(self, request: HttpRequest) -> HttpResponse:
        made: list[Subscription] = []
        partners = scope(
            User.objects.filter(kind=User.Kind.PARTNER, is_active=True),
            request.user,
            "office__region",
        )

        def prepare(form: ScreenForm) -> None:
            form.fields["partner"].choices = [(p.pk, p.username) for p in partners]
            form.fields["kinds"].choices = [
                (kind.name, f"{kind.name}: {kind.label}") for kind in events.all_kinds()
            ]
            within = Region.objects.within(staff(request).region_code or "")
            form.fields["region"].choices = [(r.code, f"{r} · {r.code}") for r in within]

        def do(said: dict[str, Any]) -> str:
            partner = get_object_or_404(partners, pk=said.pop("partner"))
            made.append(subscriptions.open_subscription(by=staff(request), partner=partner, **said))
            return _now("%(name)s is told from now on.") % {"name": partner.username}

        return Deed(
            title=_("Open a subscription"),
            act="subscription.change",
            button=_("Open"),
            do=do,
            form=SubscriptionForm,
            back=list_url(Subscription),
            then=lambda: row_url(made[0]),
            prepare=prepare,
            crumbs=[Crumb(_("Subscriptions"), list_url(Subscription))],
        ).answer(request)

    def switch(self, request: HttpRequest, pk: int) -> HttpResponse:
        held = self.find(request, pk)

        def do(said: dict[str, Any]) -> str:
            subscriptions.switch(
                by=staff(request), subscription=held, active=not held.active, **said
            )
            return _now("Switched off.") if held.active else _now("Switched on.")

        label = _("Switch off") if held.active else _("Switch on")
        return self.deed(request, held, label, do, ReasonForm, stop=held.active)

    def replay(self, request: HttpRequest, pk: int) -> HttpResponse:
        held = self.find(request, pk)

        def do(said: dict[str, Any]) -> str:
            since = said["since"]
            count = subscriptions.replay(
                by=staff(request), subscription=held, since=since, dead=since is None
            )
            return _now("%(count)s events are sent anew.") % {"count": count}

        return self.deed(request, held, _("Send anew"), do, ReplayForm)

    def close(self, request: HttpRequest, pk: int) -> HttpResponse:
        held = self.find(request, pk)

        def do(said: dict[str, Any]) -> str:
            subscriptions.close(by=staff(request), subscription=held)
            return _now("The subscription is closed.")

        return self.deed(request, held, _("Close"), do, ScreenForm, stop=True)

    def deed(
        self,
        request: HttpRequest,
        held: Subscription,
        label: Any,
        do: Any,
        form: type[ScreenForm],
        stop: bool = False,
    ) -> HttpResponse:
        return Deed(
            title=label,
            act="subscription.change",
            button=label,
            do=do,
            form=form,
            stop=stop,
            back=row_url(held),
            lead=f"{held.partner} · {held.url}",
            crumbs=[Crumb(_("Subscriptions"), list_url(Subscription)), Crumb(str(held.partner))],
        ).answer(request)


@admin.register(Delivery)
class DeliveryAdmin(DeskAdmin):
    """Events that never arrived: a task for whoever looks after partners."""

    read_act = "event.read"
    region_field = None
    change_form_template = "admin/office/delivery.html"
    list_display: ClassVar = ["kind", "partner", "state", "attempts", "error", "since"]
    list_filter: ClassVar = ["state"]
    fields: ClassVar = ["error"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        return feeds.deliveries(request.user)

    @admin.display(description=_("kind"))
    def kind(self, row: Delivery) -> str:
        return row.event.kind

    @admin.display(description=_("partner"))
    def partner(self, row: Delivery) -> str:
        return str(row.subscription.partner)

    def buttons(self, request: HttpRequest, obj: Delivery | None) -> list[Button]:
        if obj is None or obj.state != Delivery.State.DEAD:
            return []
        if not may(request.user, "subscription.change", obj.subscription.region_id):
            return []
        return [
            Button(_("Try again"), reverse("admin:office_delivery_retry", args=[obj.pk]), main=True)
        ]

    def context(self, request: HttpRequest, obj: Delivery) -> dict[str, Any]:
        return {"delivery": obj, "heading": obj.event.kind}

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("<int:pk>/retry/", guard(self.retry), name="office_delivery_retry"),
            *super().get_urls(),
        ]

    def retry(self, request: HttpRequest, pk: int) -> HttpResponse:
        held = get_object_or_404(feeds.deliveries(staff(request)), pk=pk)

        def do(said: dict[str, Any]) -> str:
            subscriptions.retry(by=staff(request), delivery=held)
            return _now("It is tried again for three more days.")

        return Deed(
            title=_("Try again"),
            act="subscription.change",
            button=_("Try again"),
            do=do,
            back=row_url(held),
            lead=f"{held.event.kind} · {held.subscription.partner}",
            crumbs=[Crumb(_("Deliveries"), list_url(Delivery))],
        ).answer(request)


def _to(verb: str, row: Subscription) -> str:
    return reverse(f"admin:office_subscription_{verb}", args=[row.pk])


def _dead(user: User) -> home.Figure:
    count = feeds.given_up(user).count()
    return home.Figure(
        str(count), url=list_url(Delivery) + "?state__exact=dead", tone="red" if count else ""
    )


def hang() -> None:
    """Called once, when the app is ready."""
    home.tile(home.Tile("events", 9, _("Events that never arrived"), "event.read", _dead))
    menu.place(
        menu.Place(
            "subscriptions",
            menu.Group.SYSTEM,
            5,
            _("Subscriptions"),
            "admin:office_subscription_changelist",
            "webhook",
            "subscription.read",
        ),
        menu.Place(
            "deliveries",
            menu.Group.SYSTEM,
            6,
            _("Deliveries"),
            "admin:office_delivery_changelist",
            "outgoing_mail",
            "event.read",
            feeds.given_up,
        ),
    )
