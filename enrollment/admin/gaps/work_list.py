"""The work list, a person on it, and a file to take along."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms as plain
from django.contrib import admin
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import (
    ContactOutcome,
    ContactWay,
    CoverageGap,
    GapContact,
    GapReason,
)
from enrollment.services.people import gaps
from socsec.office import home, menu, people
from socsec.office.access import may, scope
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, show_page, staff
from socsec.office.desk_forms import pick
from socsec.office.forms import DateField, ScreenForm
from socsec.office.models import User
from socsec.office.places import place
from socsec.office.services import audit

from . import rates
from .common import BRANCHES, chosen, gap_url, list_page, reader, region_names, regions_of
from .csv_file import chunks, csv_answer

PAGE = 50


class ContactForm(ScreenForm):
    way = pick(_("How"), ContactWay.choices)
    outcome = pick(_("What came of it"), ContactOutcome.choices)
    note = plain.CharField(
        label=_("Note"),
        required=False,
        max_length=300,
        widget=plain.TextInput(attrs={"class": "input w-20", "autocomplete": "off"}),
    )
    next_on = DateField(
        label=_("Next word on"),
        required=False,
        help_text=_("Leave it empty after a clear yes or no."),
    )


class AssignForm(ScreenForm):
    clerk = pick(_("Who takes it"), [])


def listed(user: User, by: dict[str, Any]) -> QuerySet[CoverageGap]:
    rows = queries.gaps(user)
    if by["branch"]:
        rows = rows.filter(branch=by["branch"])
    if by["reason"]:
        rows = rows.filter(reason=by["reason"])
    if by["region"]:
        rows = rows.filter(region=by["region"])
    if by["whose"] == "mine":
        rows = rows.filter(clerk_id=user.pk)
    elif by["whose"] == "nobody":
        rows = rows.filter(clerk_id=None)
    elif by["whose"] == "due":
        rows = rows.filter(next_on__lte=timezone.localdate())
    return rows


@admin.register(GapContact)
class GapContactAdmin(DeskAdmin):
    """Attempts as they were made; the lists they belong to hang here too."""

    read_act = "gap.read"
    list_display: ClassVar = ["at", "by", "where", "branch", "way", "outcome", "next_on"]
    list_filter: ClassVar = ["outcome", "branch"]
    fields: ClassVar = ["at", "by", "way", "outcome", "note", "next_on"]

    @admin.display(description=_("region"), ordering="region")
    def where(self, contact: GapContact) -> str:
        return place(contact.region)

    def buttons(self, request: HttpRequest, obj: GapContact | None) -> list[Button]:
        return [Button(_("To the list"), list_page())] if obj is None else []

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("gaps/", guard(self.gaps), name="enrollment_gaps"),
            path("gaps/file/", guard(self.file), name="enrollment_gaps_file"),
            path("gaps/<int:person_id>/<int:branch>/", guard(self.gap), name="enrollment_gap"),
            path(
                "gaps/<int:person_id>/<int:branch>/contact/",
                guard(self.contact),
                name="enrollment_gap_contact",
            ),
            path(
                "gaps/<int:person_id>/<int:branch>/assign/",
                guard(self.assign),
                name="enrollment_gap_assign",
            ),
            path("rates/", guard(rates.page), name="enrollment_rates"),
            path("rates/file/", guard(rates.file), name="enrollment_rates_file"),
            *super().get_urls(),
        ]

    def gaps(self, request: HttpRequest) -> HttpResponse:
        user = reader(request)
        by = chosen(request)
        page = Paginator(listed(user, by), PAGE).get_page(request.GET.get("page"))
        names = people.describe(row.person_id for row in page)
        clerks = dict(
            User.objects.filter(pk__in={row.clerk_id for row in page}).values_list(
                "pk", "first_name"
            )
        )
        places = region_names({row.region for row in page})
        query = request.GET.copy()
        query.pop("page", None)
        file = reverse("admin:enrollment_gaps_file") + (f"?{query.urlencode()}" if query else "")
        return show_page(
            request,
            "admin/enrollment/gaps.html",
            title=_("Full coverage: who should be insured and is not"),
            act="gap.read",
            buttons=[
                Button(_("Rates of coverage"), reverse("admin:enrollment_rates")),
                Button(_("As a file"), file),
            ],
            page=page,
            rows=[
                {
                    "gap": row,
                    "who": names[row.person_id],
                    "clerk": clerks.get(row.clerk_id, ""),
                    "place": places.get(row.region, row.region),
                    "url": gap_url(row),
                }
                for row in page
            ],
            by=by,
            query=query.urlencode(),
            branches=[(int(b), b.label) for b in BRANCHES],
            reasons=GapReason.choices,
            regions=[
                (code, str(name)) for code, name in sorted(region_names(regions_of(user)).items())
            ],
            whose=[("mine", _("mine")), ("nobody", _("nobody's")), ("due", _("due today"))],
            today=timezone.localdate(),
        )

    def file(self, request: HttpRequest) -> StreamingHttpResponse:
        """The list as CSV, for a round through the village. Every file is noted."""
        user = reader(request)
        by = chosen(request)
        rows = listed(user, by)
        with transaction.atomic():
            audit.record(
                by=user,
                act="gap.file",
                region=user.region_code or "",
                rows=rows.count(),
                filters=by,
            )
        return csv_answer("full-coverage.csv", self.lines(rows))

    def lines(self, rows: QuerySet[CoverageGap]) -> Iterator[list[Any]]:
        yield [
            *(_now("Name"), _now("ID number"), _now("Region"), _now("Branch"), _now("Reason")),
            *(_now("Not insured since"), _now("Found on"), _now("Next word")),
        ]
        for part in chunks(rows.iterator(chunk_size=1000)):
            names = people.describe(row.person_id for row in part)
            for row in part:
                who = names[row.person_id]
                yield [
                    *(who.name, who.masked_id, row.region),
                    *(row.get_branch_display(), row.get_reason_display()),
                    *(row.since or "", row.found_on, row.next_on or ""),
                ]

    def find(self, request: HttpRequest, person_id: int, branch: int) -> CoverageGap:
        reader(request)
        found = queries.gap_of(staff(request), person_id, branch)
        if found is None:
            raise Http404
        return found

    def gap(self, request: HttpRequest, person_id: int, branch: int) -> HttpResponse:
        gap = self.find(request, person_id, branch)
        who = people.describe([person_id])[person_id]
        offered = []
        here = reverse("admin:enrollment_gap", args=[person_id, branch])
        if gap.closed_on is None and may(request.user, "gap.work", gap.region):
            offered.append(Button(_("Write down a contact"), f"{here}contact/", main=True))
        if gap.closed_on is None and may(request.user, "gap.assign", gap.region):
            offered.append(Button(_("Give to a colleague"), f"{here}assign/"))
        if may(request.user, "person.read", gap.region):
            file = reverse("admin:enrollment_person_change", args=[person_id])
            offered.append(Button(_("Open the file"), file))
        return show_page(
            request,
            "admin/enrollment/gap.html",
            title=who.name,
            act="gap.read",
            crumbs=[Crumb(_("Full coverage"), list_page()), Crumb(who.name)],
            buttons=offered,
            gap=gap,
            who=who,
            place=region_names({gap.region}).get(gap.region, gap.region),
            clerk=User.objects.filter(pk=gap.clerk_id).first(),
            contacts=queries.contacts(gap),
        )

    def contact(self, request: HttpRequest, person_id: int, branch: int) -> HttpResponse:
        gap = self.find(request, person_id, branch)

        def do(said: dict[str, Any]) -> str:
            gaps.contact(by=staff(request), gap=gap, **said)
            return _now("Written down. It leaves the list by itself once coverage begins.")

        return self.deed(request, gap, "gap.work", _("Write down a contact"), do, ContactForm)

    def assign(self, request: HttpRequest, person_id: int, branch: int) -> HttpResponse:
        gap = self.find(request, person_id, branch)
        clerks = scope(
            User.objects.filter(kind=User.Kind.STAFF, is_active=True),
            request.user,
            "office__region",
        )
        able = [
            each for each in clerks.select_related("office") if may(each, "gap.work", gap.region)
        ]

        def prepare(form: ScreenForm) -> None:
            form.fields["clerk"].choices = [
                ("0", _("nobody")),
                *((str(each.pk), each.get_full_name() or each.username) for each in able),
            ]

        def do(said: dict[str, Any]) -> str:
            clerk = next((each for each in able if str(each.pk) == said["clerk"]), None)
            gaps.assign(by=staff(request), gap=gap, clerk=clerk)
            return _now("It is in other hands now.")

        return self.deed(
            request, gap, "gap.assign", _("Give to a colleague"), do, AssignForm, prepare
        )

    def deed(
        self,
        request: HttpRequest,
        gap: CoverageGap,
        act: str,
        label: str | Promise,
        do: Any,
        form: type[ScreenForm],
        prepare: Any = None,
    ) -> HttpResponse:
        who = people.describe([gap.person_id])[gap.person_id]
        return Deed(
            title=label,
            act=act,
            button=label,
            do=do,
            form=form,
            prepare=prepare,
            back=gap_url(gap),
            lead=f"{who.name} · {gap.get_branch_display()} · {gap.get_reason_display()}",
            crumbs=[Crumb(_("Full coverage"), list_page()), Crumb(who.name, gap_url(gap))],
        ).answer(request)


def _mine(user: User) -> home.Figure:
    count = queries.gaps_due(user, timezone.localdate()).count()
    return home.Figure(str(count), url=f"{list_page()}?whose=mine", tone="amber" if count else "")


def hang() -> None:
    """Called once, when the app is ready."""
    home.tile(home.Tile("gaps", 6, _("Full coverage: to call today"), "gap.work", _mine))
    menu.place(
        menu.Place(
            "gaps",
            menu.Group.INSURANCE,
            3,
            _("Full coverage"),
            "admin:enrollment_gaps",
            "person_search",
            "gap.read",
        )
    )
