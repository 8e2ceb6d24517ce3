"""The desk's pages of guardians and delegates: who may act for whom, granted with a document."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import Mandate, Person
from enrollment.services.people import delegates
from socsec.office import person_file
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, staff
from socsec.office.desk_forms import pick, text
from socsec.office.errors import NotFound
from socsec.office.forms import DateField, Option, PickManyField, ResidentIdField, ScreenForm
from socsec.office.models import User
from socsec.office.people import Scope

from .papers import crumbs, person_url

SCOPES = [Option(scope.value, scope.label) for scope in Scope if scope is not Scope.SEE]


class GrantForm(ScreenForm):
    delegate = ResidentIdField(label=_("ID number of whoever acts"))
    kind = pick(_("As"), Mandate.Kind.choices)
    scopes = PickManyField(
        SCOPES, label=_("May do"), help_text=_("Whoever may do anything may see the record.")
    )
    until = DateField(label=_("Until"))
    document = text(
        _("Document"),
        max_length=120,
        help_text=_("For example the birth certificate, the ruling, or the signed letter."),
    )


class EndForm(ScreenForm):
    reason = text(_("Reason"), max_length=200)


@admin.register(Mandate)
class MandateAdmin(DeskAdmin):
    read_act = "mandate.read"
    region_field = "person__region"
    list_display: ClassVar = ["delegate", "acts_for", "kind", "may_do", "since", "until", "state"]
    list_filter: ClassVar = ["kind"]
    search_fields: ClassVar = ["person__name__startswith", "delegate__name__startswith"]
    search_help_text = _("Name of either")
    fields: ClassVar = [
        *("person", "delegate", "kind", "may_do", "since", "until", "document"),
        *("granted_by", "recorded_at", "ended_at", "ended_by", "end_reason"),
    ]
    readonly_fields: ClassVar = fields
    list_select_related: ClassVar = ["person", "delegate"]

    @admin.display(description=_("for"))
    def acts_for(self, mandate: Mandate) -> str:
        return mandate.person.name

    @admin.display(description=_("may do"))
    def may_do(self, mandate: Mandate) -> str:
        return "、".join(mandate.scope_labels)

    @admin.display(description=_("state"))
    def state(self, mandate: Mandate) -> str:
        return str(_("in force") if mandate.in_force_on(timezone.localdate()) else _("ended"))

    def buttons(self, request: HttpRequest, obj: Mandate | None) -> list[Button]:
        if obj is None or obj.ended_at or not may(request.user, "mandate.end", obj.person.region):
            return []
        url = reverse("admin:enrollment_mandate_end", args=[obj.pk])
        return [Button(_("End it"), url, stop=True)]


def grant(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(queries.people(request.user), pk=pk)
    minor = delegates.is_minor(person)

    def do(said: dict[str, Any]) -> str:
        other = queries.by_resident_id(said["delegate"])
        if other is None:
            raise NotFound(_("Nobody is registered under this number."), field="delegate")
        delegates.grant(by=staff(request), person=person, **{**said, "delegate": other})
        return _now("%(delegate)s may act for %(name)s. Both have been told.") % {
            "delegate": other.name,
            "name": person.name,
        }

    lead = ""
    if minor:
        adults = queries.may_be_guardians(person.pk, delegates.adults_born_by(person.region))
        names = "、".join(f"{each.name} ({each.masked_id})" for each in adults)
        lead = (
            _(
                "%(name)s is a minor. Adults of the household: %(names)s. The document is needed"
                " all the same."
            )
            % {"name": person.name, "names": names}
            if names
            else _("%(name)s is a minor, and no household shows who the guardian may be.")
            % {"name": person.name}
        )
    return Deed(
        title=_("Let somebody act"),
        act="mandate.grant",
        button=_("Take down"),
        do=do,
        form=GrantForm,
        initial={"kind": Mandate.Kind.GUARDIAN if minor else Mandate.Kind.DELEGATE},
        lead=lead,
        back=person_url(person),
        crumbs=[*crumbs(person), Crumb(_("Let somebody act"))],
    ).answer(request)


def end(request: HttpRequest, pk: int) -> HttpResponse:
    mandate = get_object_or_404(queries.all_mandates(request.user), pk=pk)

    def do(said: dict[str, Any]) -> str:
        delegates.end(by=staff(request), mandate=mandate, reason=said["reason"])
        return _now("It has ended. Both have been told.")

    return Deed(
        title=_("End the permission to act"),
        act="mandate.end",
        button=_("End it"),
        do=do,
        form=EndForm,
        stop=True,
        lead=_("%(delegate)s acts for %(person)s.")
        % {"delegate": mandate.delegate.name, "person": mandate.person.name},
        back=row_url(mandate),
        crumbs=[Crumb(Mandate._meta.verbose_name_plural, list_url(Mandate))],
    ).answer(request)


def _buttons(user: User, person_id: int) -> Iterable[Button]:
    region = Person.objects.values_list("region", flat=True).get(pk=person_id)
    if may(user, "mandate.grant", region):
        url = reverse("admin:enrollment_mandate_grant", args=[person_id])
        yield Button(_("Let somebody act"), url)


def _panel(user: User, person_id: int) -> dict[str, Any] | None:
    def shown(rows: QuerySet[Mandate]) -> list[dict[str, Any]]:
        today = timezone.localdate()
        return [
            {"row": each, "url": row_url(each), "on": each.in_force_on(today)} for each in rows[:10]
        ]

    given = shown(queries.mandates_of(person_id))
    held = shown(queries.mandates_held(person_id))
    if not given and not held:
        return None
    return {"given": given, "held": held, "uses": list(queries.uses(person_id)[:5])}


def hang() -> None:
    """Called once, when the app is ready."""
    person_file.buttons("delegates", _buttons, person_file.Noun.FAMILY)
    person_file.panel(
        person_file.FilePanel(
            "delegates",
            40,
            _("Guardians and delegates"),
            "mandate.read",
            "admin/enrollment/_delegates.html",
            _panel,
        )
    )


def urls(guard: Any) -> list[URLPattern]:
    """Pages that hang below those of people."""
    return [
        path("<int:pk>/delegates/grant/", guard(grant), name="enrollment_mandate_grant"),
        path("delegates/<int:pk>/end/", guard(end), name="enrollment_mandate_end"),
    ]
