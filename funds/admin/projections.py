"""The desk's pages of the long-term balance: projections, new scenarios, side by side, sensitivities."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from funds.models import Projection, Scheme
from funds.queries import projection as queries
from funds.services import projection as services
from funds.services.projection import LEVERS, outlook
from socsec.kernel.regions import NATION
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, show_page, staff
from socsec.office.forms import ScreenForm, WholeField
from socsec.office.services import policy as policies

READ, MAKE, PUBLISH = "projection.read", "projection.make", "projection.publish"
MOST = 4  # scenarios side by side
SHOWN = 60  # to choose from
State = Projection.State
Text = str | Promise


class ScenarioForm(ScreenForm):
    """A name, and a field for each lever; what is left as assumed changes nothing."""

    name = forms.CharField(
        label=_("Name of the scenario"),
        max_length=80,
        widget=forms.TextInput(attrs={"class": "input w-20"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for lever in LEVERS.values():
            if lever.name == "delayed":
                self.fields[lever.name] = forms.BooleanField(
                    label=lever.label, help_text=lever.help, required=False
                )
            else:
                self.fields[lever.name] = forms.CharField(
                    label=lever.label,
                    help_text=lever.help,
                    required=False,
                    max_length=12,
                    widget=forms.TextInput(attrs={"class": "input w-10", "inputmode": "decimal"}),
                )
        self.fields["drafted"] = forms.BooleanField(
            label=_("Try drafted policy values"),
            help_text=_(
                "Values of the nation that wait for approval, beside the same without them."
            ),
            required=False,
        )
        self.fields["draws"] = WholeField(
            label=_("Draws of chance"),
            help_text=_(
                "0: none. 100 show how far wages, returns, births and deaths may carry it."
            ),
            required=False,
            most=500,
        )


@admin.register(Projection)
class ProjectionAdmin(DeskAdmin):
    read_act = READ
    region_field = None  # those of the nation hold no one's data: whoever may read, reads all
    change_form_template = "admin/funds/projection.html"
    list_display: ClassVar = [
        *("name", "where", "first_deficit", "exhausted", "long_range", "made_at", "public"),
    ]
    list_filter: ClassVar = ["state"]
    search_fields: ClassVar = ["name"]
    fields: ClassVar = ["name"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return (
            super()
            .get_queryset(request)
            .select_related("edition", "maker", "publisher", "region")
            .defer("edition__content")
        )

    @admin.display(description=_("state"), ordering="state")
    def where(self, held: Projection) -> str:
        if held.state == State.WORKING and held.steps:
            return f"{held.get_state_display()} {held.done}/{held.steps}"
        return held.get_state_display()

    def _of(self, held: Projection) -> outlook.Figures | None:
        if str(int(Scheme.EMPLOYEES)) not in held.measures:
            return None
        return outlook.Figures.of(held, Scheme.EMPLOYEES)

    @admin.display(description=_("first deficit (employees)"))
    def first_deficit(self, held: Projection) -> str:
        found = self._of(held)
        return found.first_deficit if found else "—"

    @admin.display(description=_("reserve used up (employees)"))
    def exhausted(self, held: Projection) -> str:
        found = self._of(held)
        return found.exhausted if found else "—"

    @admin.display(description=_("balance of 75 years"))
    def long_range(self, held: Projection) -> str:
        found = self._of(held)
        return found.long_range if found else "—"

    @admin.display(description=_("on the public page"), boolean=True)
    def public(self, held: Projection) -> bool:
        return held.publisher_id is not None

    def buttons(self, request: HttpRequest, obj: Projection | None) -> list[Button]:
        new = reverse("admin:funds_projection_new")
        side = Button(_("Side by side"), reverse("admin:funds_projection_compare"), main=False)
        if obj is None:
            found = [side]
            if may(request.user, MAKE):
                found.insert(0, Button(_("New scenario"), new))
            return found
        found = []
        if may(request.user, MAKE):
            found.append(Button(_("Change something"), f"{new}?from={obj.pk}"))
            if obj.state == State.DONE:
                found.append(
                    Button(_("Work out sensitivities"), _verb(obj, "sensitivities"), main=False)
                )
        if obj.state == State.DONE:
            side = Button(
                _("Side by side"),
                f"{reverse('admin:funds_projection_compare')}?p={obj.pk}",
                main=False,
            )
            found.append(side)
        if may(request.user, PUBLISH, obj.region_id) and obj.state == State.DONE:
            if obj.publisher_id:
                found.append(
                    Button(_("Take off the public page"), _verb(obj, "withdraw"), main=False)
                )
            elif obj.maker_id != request.user.pk:
                found.append(Button(_("Put on the public page"), _verb(obj, "publish")))
        return found

    def context(self, request: HttpRequest, obj: Projection) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "heading": obj.name,
            "held": obj,
            "changes": outlook.changes(obj),
        }
        if obj.state != State.DONE:
            return shown
        policy = policies.of(obj.edition)
        return {
            **shown,
            "parts": outlook.parts(obj),
            "drafted": outlook.drafted(obj, policy),
            "beside": self._beside(obj),
            "reference": outlook.reference(obj, policy),
            "plain": outlook.Figures.of(obj, Scheme.EMPLOYEES),
            "moved": [
                {
                    "url": row_url(other),
                    "name": other.name,
                    "lever": LEVERS[name].label,
                    "value": _value(other, name),
                    "figures": outlook.Figures.of(other, Scheme.EMPLOYEES),
                }
                for name, other in queries.neighbours(obj)
            ],
        }

    def _beside(self, held: Projection) -> list[tuple[str, outlook.Figures, outlook.Figures]]:
        """A projection with drafts beside the same without them, scheme by scheme."""
        other = queries.without_drafts(held) if held.drafts else None
        if other is None:
            return []
        return [
            (
                str(scheme.label),
                outlook.Figures.of(other, scheme),
                outlook.Figures.of(held, scheme),
            )
            for scheme in outlook.schemes(held)
        ]

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("new/", guard(self.new), name="funds_projection_new"),
            path("compare/", guard(self.compare), name="funds_projection_compare"),
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="funds_projection_verb"),
            *super().get_urls(),
        ]

    def new(self, request: HttpRequest) -> HttpResponse:
        """A scenario: asked on one page, worked out by a worker."""
        start = request.GET.get("from", "")
        before = Projection.objects.filter(pk=start).first() if start.isdigit() else None
        plain = outlook.plain_words(policies.of(policies.current_edition()), NATION)
        initial: dict[str, Any] = {**plain, "delayed": True, **(before.scenario if before else {})}
        made: list[Projection] = []

        def do(said: dict[str, Any]) -> str:
            name, drafted = said.pop("name"), said.pop("drafted")
            draws = said.pop("draws") or 0
            # What is written as it is assumed is no change, and stays so in a later edition.
            changed = {k: v for k, v in said.items() if k == "delayed" or v.strip() != plain[k]}
            made.append(
                services.ask(
                    by=staff(request), name=name, scenario=changed, drafted=drafted, draws=draws
                )
            )
            return _now("Asked for. It takes some seconds: load the page again.")

        return Deed(
            title=_("New scenario"),
            act=MAKE,
            button=_("Work it out"),
            do=do,
            form=ScenarioForm,
            lead=_(
                "Change one thing or several; what stays as it is follows the assumptions in force. The nation is carried to 2100 from its published figures."
            ),
            back=list_url(Projection),
            then=lambda: row_url(made[-1]),
            initial=initial,
            crumbs=[Crumb(_("Long-term balance"), list_url(Projection))],
        ).answer(request)

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        held = get_object_or_404(self.get_queryset(request), pk=pk)
        verbs: dict[str, tuple[Text, str, Text]] = {
            "publish": (
                _("Put on the public page"),
                PUBLISH,
                _("Everybody reads it from now on, with its assumptions."),
            ),
            "withdraw": (_("Take off the public page"), PUBLISH, _("It stays on the desk.")),
            "sensitivities": (
                _("Work out sensitivities"),
                MAKE,
                _(
                    "Each assumption is moved alone, up and down, and worked out as a scenario of its own."
                ),
            ),
        }
        if verb not in verbs:
            raise Http404
        label, act, lead = verbs[verb]

        def do(said: dict[str, Any]) -> str:
            by = staff(request)
            if verb == "publish":
                services.publish(by=by, projection=held.pk)
                return _now("It is on the public page.")
            if verb == "withdraw":
                services.withdraw(by=by, projection=held.pk)
                return _now("It is no longer on the public page.")
            asked = services.ask_neighbours(by=by, projection=held.pk)
            return _now("Scenarios asked for: %(n)s. Load the page again in a minute.") % {
                "n": len(asked)
            }

        return Deed(
            title=label,
            act=act,
            button=label,
            do=do,
            lead=lead,
            back=row_url(held),
            crumbs=[
                Crumb(_("Long-term balance"), list_url(Projection)),
                Crumb(held.name, row_url(held)),
            ],
        ).answer(request)

    def compare(self, request: HttpRequest) -> HttpResponse:
        """Up to four scenarios beside each other, chosen by the address."""
        asked = [int(each) for each in request.GET.getlist("p") if each.isdigit()][:MOST]
        choice = list(queries.done()[:SHOWN])
        found = [each for pk in asked for each in queries.done().filter(pk=pk)]
        return show_page(
            request,
            "admin/funds/projections_compared.html",
            title=_("Scenarios side by side"),
            act=READ,
            crumbs=[Crumb(_("Long-term balance"), list_url(Projection))],
            choice=choice,
            asked=asked,
            most=MOST,
            found=[
                {
                    "of": each,
                    "url": row_url(each),
                    "changes": outlook.changes(each),
                    "parts": [outlook.Figures.of(each, scheme) for scheme in outlook.schemes(each)],
                }
                for each in found
            ],
            pictures=outlook.compared(found),
        )


def _verb(held: Projection, verb: str) -> str:
    return reverse("admin:funds_projection_verb", args=[held.pk, verb])


def _value(other: Projection, name: str) -> str:
    """What a neighbour holds for a lever, in words."""
    if name not in other.scenario:
        return _now("as assumed")
    lever = LEVERS[name]
    return outlook.in_words(lever, int(lever.unit.read(other.scenario[name])))
