"""The desk's queue of cases, and the page of one: clock, sheet, notes, documents, history, verbs."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from socsec.office import case_file, kinds, queries
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, staff
from socsec.office.errors import pick
from socsec.office.forms import ScreenForm
from socsec.office.models import Case, CaseDocument
from socsec.office.my_cases import clock_of
from socsec.office.services import audit
from socsec.office.services import case as services
from socsec.office.templatetags.screens import mini

from . import appeals

State = Case.State
LARGEST = 10 * 1024 * 1024  # bytes of a document


def case_url(case: Case) -> str:
    return reverse("admin:office_case_change", args=[case.pk])


class Whose(SimpleListFilter):
    title = _("whose")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("mine", _("mine")),
            ("nobody", _("nobody's")),
            ("check", _("for me to check")),
            ("late", _("due soon")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> QuerySet[Case]:
        user = staff(request)
        found = {
            "mine": lambda: queries.my_cases(user),
            "nobody": lambda: queries.queue(user).filter(clerk=None),
            "check": lambda: queries.to_check(user),
            "late": lambda: queries.running_out(user, 3),
        }.get(self.value() or "")
        return queryset.filter(pk__in=found().values("pk")) if found else queryset


class Kind(SimpleListFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(kind.slug, kind.label) for kind in kinds.all_kinds()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> QuerySet[Case]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class NoteForm(ScreenForm):
    text = forms.CharField(
        label=_("Text"), max_length=2000, widget=forms.Textarea(attrs={"class": "input", "rows": 4})
    )


class DocumentForm(ScreenForm):
    label = forms.CharField(
        label=_("What it is"), max_length=80, widget=forms.TextInput(attrs={"class": "input w-20"})
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_("PDF or picture, at most 10 MB."),
        widget=forms.FileInput(attrs={"class": "input"}),
    )


@admin.register(Case)
class CaseAdmin(DeskAdmin):
    read_act = "case.read"
    change_form_template = "admin/office/case.html"
    list_display: ClassVar = ["who", "what", "mini", "due_on", "state", "clerk"]
    list_select_related: ClassVar = ["clerk", "region"]
    list_filter: ClassVar = [Whose, Kind, "state"]
    search_fields: ClassVar = ["number__startswith", "subject__startswith"]
    search_help_text = _("Case number, or name")
    ordering: ClassVar = ["due_on", "id"]
    fields: ClassVar = ["number"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        return queries.cases(staff(request))

    @admin.display(description=_("who"), ordering="subject")
    def who(self, case: Case) -> str:
        return format_html("{}<br><small>{}</small>", case.subject, case.spaced_number)

    @admin.display(description=_("what"), ordering="kind")
    def what(self, case: Case) -> str:
        return str(case.registered.label)

    @admin.display(description=_("clock"))
    def mini(self, case: Case) -> str:
        return render_to_string("portal/_parts/mini.html", mini(clock_of(case)))

    def buttons(self, request: HttpRequest, obj: Case | None) -> list[Button]:
        if obj is None:
            take = Button(_("Take the next case"), reverse("admin:office_case_next"), main=True)
            return [take] if may(request.user, "case.take") else []
        user = staff(request)
        offered = case_file.buttons_of(user, obj)
        own = {str(button.label) for button in offered}  # the kind's own verb goes before ours
        for slug, (act, label, states, stop, make) in VERBS.items():
            if str(label) in own or (slug == "take" and obj.clerk_id == user.pk):
                continue
            if make and obj.state in states and may(user, act, obj.region_id):
                url = reverse("admin:office_case_verb", args=[obj.pk, slug])
                offered.append(Button(label, url, stop=stop))
        offered += appeals.offered_on_decision(user, obj)
        # The next step first, what ends the case last.
        return sorted(offered, key=lambda button: (not button.main, button.stop))

    def context(self, request: HttpRequest, obj: Case) -> dict[str, Any]:
        names = {slug: label for slug, (_act, label, _states, _stop, _make) in VERBS.items()}
        return {
            "case": obj,
            "heading": f"{obj.subject} · {obj.registered.label}",
            "kind": obj.registered,
            "clock": clock_of(obj),
            "law": obj.registered.law,
            "sheet_json": obj.sheet,
            "reasons": [
                {
                    "text": pick({"zh": each["text_zh"], "en": each["text_en"]}),
                    "law": each.get("law", ""),
                }
                for each in obj.reasons
            ],
            "notes": obj.notes.select_related("by"),
            "documents": obj.documents.defer("content").select_related("by"),
            "events": [
                (event, names.get(event.act, event.act))
                for event in obj.events.select_related("by").order_by("-id")
            ],
            "panels": case_file.panels_of(staff(request), obj),
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("next/", guard(self.take_next), name="office_case_next"),
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="office_case_verb"),
            path("document/<int:pk>/", guard(self.document), name="office_case_document"),
            path(
                "<slug:source>/<int:pk>/disagree/",
                guard(appeals.open_appeal),
                name="office_appeal_open",
            ),
            path(
                "<int:case_id>/review/<slug:verb>/", guard(appeals.verb), name="office_appeal_verb"
            ),
            *super().get_urls(),
        ]

    def take_next(self, request: HttpRequest) -> HttpResponse:
        """The most urgent case that nobody has taken."""
        user = staff(request)

        def do(said: dict[str, Any]) -> str:
            found = queries.queue(user).filter(clerk=None).first()
            if found is None:
                return _now("No case is waiting for someone to take it.")
            services.take(case_id=found.pk, by=user)
            taken.append(found)
            return _now("Case %(number)s is yours.") % {"number": found.spaced_number}

        taken: list[Case] = []
        return Deed(
            title=_("Take the next case"),
            act="case.take",
            button=_("Take it"),
            do=do,
            back=list_url(Case),
            then=lambda: case_url(taken[0]) if taken else list_url(Case),
            lead=_("You get the case that is due soonest and that nobody has taken."),
        ).answer(request)

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        case = get_object_or_404(self.get_queryset(request), pk=pk)
        if verb not in VERBS or VERBS[verb][4] is None:
            raise Http404
        act, label, _states, stop, make = VERBS[verb]
        form, lead, do = make(request, case)
        return Deed(
            title=label,
            act=act,
            button=label,
            do=do,
            form=form,
            lead=lead,
            stop=stop,
            back=case_url(case),
            crumbs=[Crumb(_("Cases"), list_url(Case)), Crumb(case.spaced_number, case_url(case))],
        ).answer(request)

    def document(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A paper of a case, as a download; reading it is noted."""
        found = get_object_or_404(CaseDocument.objects.select_related("case"), pk=pk)
        case = get_object_or_404(self.get_queryset(request), pk=found.case_id)
        if not self.has_view_permission(request):
            raise Http404
        user = staff(request)
        if case.person_id:
            reason = _now("document of case %(number)s") % {"number": case.number}
            audit.read(by=user, person_id=case.person_id, reason=reason, region=case.region_id)
        answer = HttpResponse(found.content, content_type=found.content_type)
        answer["Content-Disposition"] = f'attachment; filename="document-{found.pk}"'
        answer["X-Content-Type-Options"] = "nosniff"
        return answer


Made = tuple[type[ScreenForm], Any, Callable[[dict[str, Any]], str]]


def _take(request: HttpRequest, case: Case) -> Made:
    def do(said: dict[str, Any]) -> str:
        services.take(case_id=case.pk, by=staff(request), over=case.clerk_id is not None)
        return _now("The case is yours.")

    held = _("It is in the hands of %(clerk)s now.") % {"clerk": case.clerk} if case.clerk else ""
    return ScreenForm, held, do


def _note(request: HttpRequest, case: Case) -> Made:
    def do(said: dict[str, Any]) -> str:
        services.note(case_id=case.pk, by=staff(request), text=said["text"])
        return _now("Noted.")

    return NoteForm, "", do


def _attach(request: HttpRequest, case: Case) -> Made:
    def do(said: dict[str, Any]) -> str:
        file = said["file"]
        services.attach(
            case_id=case.pk,
            by=staff(request),
            name=file.name,
            content=file.read(LARGEST + 1),
            label=said["label"],
        )
        return _now("The document is with the case.")

    return DocumentForm, "", do


def _wait(request: HttpRequest, case: Case) -> Made:
    def do(said: dict[str, Any]) -> str:
        services.wait(case_id=case.pk, by=staff(request), text=said["text"])
        return _now("The clock stands until the papers come.")

    return (
        NoteForm,
        _("Say which papers are needed. The person reads this, and our clock stands meanwhile."),
        do,
    )


def _resume(request: HttpRequest, case: Case) -> Made:
    def do(said: dict[str, Any]) -> str:
        services.resume(case_id=case.pk, by=staff(request))
        return _now("The clock goes on.")

    return ScreenForm, _("The papers have come."), do


def _send_back(request: HttpRequest, case: Case) -> Made:
    def do(said: dict[str, Any]) -> str:
        services.send_back(case_id=case.pk, by=staff(request), text=said["text"])
        return _now("The case is back with the assessor.")

    return NoteForm, _("Say what must be looked at again."), do


# verb: act, label, the states in which it is offered, whether it ends something, the page.
# Those without a page are steps that only the app of a kind can take; they are here for their words.
VERBS: dict[str, tuple[str, Any, tuple[str, ...], bool, Any]] = {
    "take": ("case.take", _("Take the case"), Case.OPEN, False, _take),
    "note": ("case.note", _("Write a note"), (*Case.OPEN, *Case.CLOSED), False, _note),
    "attach": ("case.note", _("Add a document"), Case.OPEN, False, _attach),
    "wait": ("case.wait", _("Ask for papers"), (State.RECEIVED,), False, _wait),
    "resume": ("case.wait", _("Papers have come"), (State.WAITING,), False, _resume),
    "send_back": ("case.check", _("Send back"), (State.ASSESSED,), False, _send_back),
    "open": ("case.read", _("Opened"), (), False, None),
    "propose": ("case.assess", _("Assessed"), (), False, None),
    "decide": ("case.check", _("Decided"), (), False, None),
    "withdraw": ("case.withdraw", _("Withdrawn"), (), False, None),
}
