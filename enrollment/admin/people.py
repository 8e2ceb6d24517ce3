"""The desk's pages of people: search, open a file with a reason, and the verbs on it."""

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from enrollment import queries
from enrollment.models import Person, PriorService
from enrollment.services.people import person as registry
from enrollment.services.record import prior
from funds.models import Branch
from socsec.office import desk_forms, figures, person_file
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, staff
from socsec.office.models import Region
from socsec.office.places import place
from socsec.office.services import audit

from . import as_of, changes, coverage, delegates, duplicates, forms, issued, month_errors, papers
from . import life as life_pages
from .person_verbs import VERBS, crumbs, file_url

# How long a stated reason holds before it is asked again, in minutes.
REASON_HOLDS = 60


def note_look(request: HttpRequest, person: Person, reason: str) -> None:
    """Note who opens the file and why; it stays open to them for a while."""
    audit.read(by=staff(request), person_id=person.pk, reason=reason, region=person.region)
    until = timezone.now() + timedelta(minutes=REASON_HOLDS)
    request.session["files"] = {
        **request.session.get("files", {}),
        str(person.pk): until.isoformat(),
    }


def verb_url(person: Person, verb: str) -> str:
    return reverse("admin:enrollment_person_verb", args=[person.pk, verb])


@admin.register(Person)
class PersonAdmin(DeskAdmin):
    read_act = "person.read"
    change_form_template = "admin/enrollment/person.html"
    list_display: ClassVar = ["name", "number", "born_on", "where", "state"]
    search_fields: ClassVar = ["name"]
    search_help_text = _("Name, or the whole ID number")
    fields: ClassVar = ["name"]

    @admin.display(description=_("ID number"))
    def number(self, person: Person) -> str:
        return person.masked_id

    @admin.display(description=_("region"))
    def where(self, person: Person) -> str:
        return place(person.region)

    @admin.display(description=_("state"))
    def state(self, person: Person) -> str:
        return str(_("died %(on)s") % {"on": person.died_on} if person.died_on else _("living"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Person], search_term: str
    ) -> tuple[QuerySet[Person], bool]:
        return (queries.search(request.user, search_term) if search_term else queryset), False

    def buttons(self, request: HttpRequest, obj: Person | None) -> list[Button]:
        if obj is None:
            enroll = Button(
                _("Enter a person"), reverse("admin:enrollment_person_enroll"), main=True
            )
            without = Button(
                _("Without an identity number"), reverse("admin:enrollment_person_numberless")
            )
            return [enroll, without] if may(request.user, "person.enroll") else []
        return [button for _noun, button in self.verbs(request, obj) if button.main]

    @staticmethod
    def verbs(request: HttpRequest, obj: Person) -> person_file.Verbs:
        """Every verb that this user may press; the dead only lose what was still open."""
        dead = obj.died_on is not None
        offered = person_file.buttons_of(staff(request), obj.pk, dead=dead)
        own = [
            (noun, Button(label, verb_url(obj, slug), stop=stop))
            for slug, (act, label, stop, noun, _make) in VERBS.items()
            if not dead and may(request.user, act, obj.region)
        ]
        return own + offered

    def context(self, request: HttpRequest, obj: Person) -> dict[str, Any]:
        today = timezone.localdate()
        coverages = list(queries.coverages(obj.pk))
        record = queries.record(obj.pk, Branch.PENSION)
        states = queries.states_of(
            {each.month: each for each in record},
            [each for each in coverages if each.branch == Branch.PENSION],
        )
        places = {obj.region, *(each.region for each in coverages)}
        return {
            "person": obj,
            "heading": obj.name,
            "verbs": person_file.grouped(
                [each for each in self.verbs(request, obj) if not each[1].main]
            ),
            "age": obj.age_on(obj.died_on or today),
            "places": {each.code: str(each) for each in Region.objects.filter(pk__in=places)},
            "insured": any(each.last_day is None and not each.span.isempty for each in coverages),
            "coverages": coverages,
            "grid": figures.month_grid(states),
            "employments": queries.employments(obj.pk),
            "bank_accounts": queries.accounts(obj.pk),
            "household": queries.household_of(obj.pk),
            "priors": queries.prior_service(obj.pk),
            "record": record,
            "today": today,
            "panels": person_file.panels_of(staff(request), obj.pk),
            "may_check": may(request.user, "prior.approve", obj.region),
        }

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        person = self.get_object(request, object_id)
        seen = person is not None and self.has_view_permission(request, person)
        if person is not None and seen and not self.opened(request, person):
            return self.ask_reason(request, person)
        return super().change_view(request, object_id, form_url, extra_context)

    @staticmethod
    def opened(request: HttpRequest, person: Person) -> bool:
        """Whether the user has said why they look into this file, not too long ago."""
        held: str = request.session.get("files", {}).get(str(person.pk), "")
        return held >= timezone.now().isoformat()

    def ask_reason(self, request: HttpRequest, person: Person) -> HttpResponse:
        """Opening a file states why; the person sees it."""

        def do(said: dict[str, Any]) -> str:
            note_look(request, person, said["reason"])
            return _now("Noted. %(name)s can see that you opened this file, and why.") % {
                "name": person.name
            }

        return Deed(
            title=person.name,
            act="person.read",
            button=_("Open the file"),
            do=do,
            form=forms.ReasonForm,
            back=list_url(Person),
            then=file_url(person),
            lead=_("Every look into a file is noted with its reason, and the person can read it."),
        ).answer(request)

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("enroll/", guard(self.enroll), name="enrollment_person_enroll"),
            *papers.urls(guard),
            *issued.urls(guard),
            *month_errors.urls(guard),
            *delegates.urls(guard),
            *changes.urls(guard),
            *life_pages.urls(guard),
            path("<int:pk>/branches/", guard(self.branches), name="enrollment_person_branches"),
            path(
                "<int:pk>/branches/<int:month>/",
                guard(self.month),
                name="enrollment_person_month",
            ),
            *duplicates.urls(guard),
            *as_of.urls(guard),
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="enrollment_person_verb"),
            path("prior/<int:pk>/<slug:verb>/", guard(self.prior), name="enrollment_prior_verb"),
            *super().get_urls(),
        ]

    def enroll(self, request: HttpRequest) -> HttpResponse:
        made: list[Person] = []

        def do(said: dict[str, Any]) -> str:
            person = registry.enroll(by=staff(request), **{**said, "phone": said["phone"] or ""})
            made.append(person)
            # Who has just registered somebody is in their file, and that is the reason.
            note_look(request, person, gettext_noop("Registration"))
            return _now("%(name)s is registered.") % {"name": person.name}

        return Deed(
            title=_("Enter a person"),
            act="person.enroll",
            button=_("Register"),
            do=do,
            form=forms.PersonForm,
            back=list_url(Person),
            then=lambda: file_url(made[0]),
            prepare=lambda form: desk_forms.within(form, staff(request).region_code or ""),
            crumbs=[Crumb(capfirst(_("people")), list_url(Person)), Crumb(_("Enter a person"))],
        ).answer(request)

    def branches(self, request: HttpRequest, pk: int) -> HttpResponse:
        person = get_object_or_404(queries.people(request.user), pk=pk)
        if not self.opened(request, person):
            return self.ask_reason(request, person)
        return coverage.branches_page(request, person)

    def month(self, request: HttpRequest, pk: int, month: int) -> HttpResponse:
        person = get_object_or_404(queries.people(request.user), pk=pk)
        if not self.opened(request, person):
            return self.ask_reason(request, person)
        return coverage.month_page(request, person, month)

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        person = get_object_or_404(queries.people(request.user), pk=pk)
        if verb not in VERBS:
            raise Http404
        make = VERBS[verb][-1]
        return make(request, person).answer(request)

    def prior(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        """A second person agrees or disagrees with months from before these books."""
        found = get_object_or_404(PriorService, pk=pk, person__in=queries.people(request.user))
        person = found.person

        def approve(said: dict[str, Any]) -> str:
            prior.approve(by=staff(request), prior=found)
            return _now("The months count from now on.")

        def reject(said: dict[str, Any]) -> str:
            prior.reject(by=staff(request), prior=found, reason=said["reason"])
            return _now("The months are struck out.")

        if verb not in ("approve", "reject"):
            raise Http404
        agree = verb == "approve"
        return Deed(
            title=_("Approve earlier months") if agree else _("Reject earlier months"),
            act="prior.approve",
            button=_("Approve") if agree else _("Reject"),
            do=approve if agree else reject,
            form=forms.ScreenForm if agree else forms.RejectForm,
            stop=not agree,
            back=file_url(person),
            lead=_("%(kind)s, %(document)s, entered by %(maker)s.")
            % {"kind": found.get_kind_display(), "document": found.document, "maker": found.maker},
            crumbs=crumbs(person),
        ).answer(request)
