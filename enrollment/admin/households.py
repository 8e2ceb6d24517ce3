"""The desk's pages of households: who belongs, and how that changes."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import Household, HouseholdMember, HouseholdRole, Person
from enrollment.services.people import households
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, staff
from socsec.office.desk_forms import RegionField, pick, text, within
from socsec.office.errors import NotFound
from socsec.office.forms import DateField, ResidentIdField, ScreenForm, WholeField
from socsec.office.places import place

ROLES = [(r.value, r.label) for r in HouseholdRole if r is not HouseholdRole.HEAD]
STAYS = ("", _("Stays"))


class JoinForm(ScreenForm):
    resident_id = ResidentIdField(label=_("ID number of the member"), required=False)
    number = WholeField(
        label=_("Or the person number"),
        required=False,
        most=10**11 - 1,
        help_text=_("For people without an identity number."),
    )
    role = pick(_("Role in the household"), ROLES)
    from_ = DateField(label=_("Since"))


class LeaveForm(ScreenForm):
    member = pick(_("Who leaves"), [])
    last_day = DateField(label=_("Last day"))


class HeadForm(ScreenForm):
    head = pick(_("New head"), [])
    role_of_former = pick(_("The former head becomes"), ROLES)
    from_ = DateField(label=_("Since"))


class SplitForm(ScreenForm):
    from_ = DateField(label=_("Since"))
    region = RegionField()
    address = text(_("Address of the new household"), required=False, max_length=200)
    new_head = pick(
        _("Who leads those who stay"),
        [],
        required=False,
        help_text=_("Only if the present head goes."),
    )


class MergeForm(ScreenForm):
    into = WholeField(label=_("Number of the household that they join"), most=10**11 - 1)
    from_ = DateField(label=_("Since"))


@admin.register(Household)
class HouseholdAdmin(DeskAdmin):
    read_act = "person.read"
    change_form_template = "admin/enrollment/household.html"
    list_display: ClassVar = ["__str__", "head", "where", "address", "opened_on", "closed_on"]
    search_fields: ClassVar = ["=pk", "members__person__name__startswith"]
    search_help_text = _("Number of the household, or name of a member")
    fields: ClassVar = ["address"]

    @admin.display(description=_("region"), ordering="region")
    def where(self, household: Household) -> str:
        return place(household.region)

    @admin.display(description=_("head"))
    def head(self, household: Household) -> str:
        found = HouseholdMember.objects.filter(
            household=household, role=HouseholdRole.HEAD, span__endswith__isnull=True
        ).select_related("person")
        return "、".join(each.person.name for each in found)

    def buttons(self, request: HttpRequest, obj: Household | None) -> list[Button]:
        if obj is None or obj.closed_on or not may(request.user, "household.change", obj.region):
            return []
        return [
            Button(label, reverse("admin:enrollment_household_verb", args=[obj.pk, slug]))
            for slug, (label, _make) in VERBS.items()
        ]

    def context(self, request: HttpRequest, obj: Household) -> dict[str, Any]:
        return {
            "household": obj,
            "heading": str(obj),
            "members": queries.members(obj),
            "today": timezone.localdate(),
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="enrollment_household_verb"),
            *super().get_urls(),
        ]

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        household = get_object_or_404(self.get_queryset(request), pk=pk)
        if verb not in VERBS:
            raise Http404
        label, make = VERBS[verb]
        form, prepare, do = make(request, household)
        return Deed(
            title=label,
            act="household.change",
            button=label,
            do=do,
            form=form,
            prepare=prepare,
            back=row_url(household),
            crumbs=[
                Crumb(_("Households"), list_url(Household)),
                Crumb(str(household), row_url(household)),
            ],
        ).answer(request)


def _now_members(household: Household) -> list[HouseholdMember]:
    today = timezone.localdate()
    return list(queries.members(household).filter(span__contains=today))


def _names(household: Household) -> list[tuple[str, str]]:
    return [(str(each.person_id), each.person.name) for each in _now_members(household)]


def _offer(**choices: Any) -> Any:
    def prepare(form: ScreenForm) -> None:
        for name, offered in choices.items():
            form.fields[name].choices = offered

    return prepare


def _person(number: str) -> Person:
    return Person.objects.get(pk=int(number))


def _join(request: HttpRequest, household: Household) -> Any:
    def do(said: dict[str, Any]) -> str:
        number, resident_id = said.pop("number"), said.pop("resident_id")
        found = queries.people(request.user).filter(pk=number).first() if number else None
        if resident_id:
            found = queries.search_number(request.user, resident_id)
        if found is None:
            raise NotFound(_("There is no such person in your region."), field="resident_id")
        households.join(by=staff(request), household=household, person=found, **said)
        return _now("%(name)s belongs to the household.") % {"name": found.name}

    return JoinForm, None, do


def _leave(request: HttpRequest, household: Household) -> Any:
    def do(said: dict[str, Any]) -> str:
        who = _person(said["member"])
        households.leave(by=staff(request), person=who, last_day=said["last_day"])
        return _now("%(name)s has left the household.") % {"name": who.name}

    return LeaveForm, _offer(member=_names(household)), do


def _head(request: HttpRequest, household: Household) -> Any:
    def do(said: dict[str, Any]) -> str:
        who = _person(said.pop("head"))
        households.change_head(by=staff(request), household=household, head=who, **said)
        return _now("%(name)s is the head now.") % {"name": who.name}

    return HeadForm, _offer(head=_names(household)), do


def _ask_each(
    form: ScreenForm, members: list[HouseholdMember], choices: Any, *, must: bool = False
) -> None:
    for each in members:
        form.fields[f"role_{each.person_id}"] = pick(each.person.name, choices, required=must)


def _roles(said: dict[str, Any]) -> dict[int, str]:
    return {
        int(name.removeprefix("role_")): role
        for name, role in said.items()
        if name.startswith("role_") and role
    }


def _split(request: HttpRequest, household: Household) -> Any:
    members = _now_members(household)

    def prepare(form: ScreenForm) -> None:
        within(form, staff(request).region_code or "")
        form.fields["region"].initial = household.region
        form.fields["new_head"].choices = [("", "—"), *_names(household)]
        _ask_each(form, members, [STAYS, *HouseholdRole.choices])

    def do(said: dict[str, Any]) -> str:
        roles = _roles(said)
        heads = [number for number, role in roles.items() if role == HouseholdRole.HEAD]
        if len(heads) != 1:
            raise NotFound(_("Choose one head for the new household."), code="no_head")
        roles.pop(heads[0])
        made = households.split(
            by=staff(request),
            household=household,
            head=_person(str(heads[0])),
            roles=roles,
            region=said["region"],
            from_=said["from_"],
            address=said["address"],
            new_head=_person(said["new_head"]) if said["new_head"] else None,
        )
        return _now("They form %(household)s now.") % {"household": made}

    return SplitForm, prepare, do


def _merge(request: HttpRequest, household: Household) -> Any:
    members = _now_members(household)

    def prepare(form: ScreenForm) -> None:
        # Nobody becomes somebody's spouse because the list begins with it.
        _ask_each(form, members, [("", "—"), *ROLES], must=True)

    def do(said: dict[str, Any]) -> str:
        into = Household.objects.filter(pk=said["into"]).first()
        if into is None or not may(request.user, "household.change", into.region):
            raise NotFound(_("There is no such household in your region."), field="into")
        households.merge(
            by=staff(request),
            household=household,
            into=into,
            roles=_roles(said),
            from_=said["from_"],
        )
        return _now("They belong to %(household)s now.") % {"household": into}

    return MergeForm, prepare, do


VERBS: dict[str, tuple[Any, Any]] = {
    "join": (_("Add a member"), _join),
    "leave": (_("A member leaves"), _leave),
    "head": (_("Another head"), _head),
    "split": (_("Split"), _split),
    "merge": (_("Merge into another"), _merge),
}
