"""The desk's pages of runs: draft, preview, approve by typing the total, watch, resume, reverse."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from socsec.kernel.money import yuan
from socsec.kernel.months import format_month, month_of
from socsec.office import people, queries, runs, tasks
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, staff
from socsec.office.errors import Problem, pick
from socsec.office.forms import MoneyField, MonthField, ScreenForm
from socsec.office.models import Region, Run
from socsec.office.services import run as services
from socsec.office.services import work

from . import spread

State = Run.State


def run_url(run: Run) -> str:
    return reverse("admin:office_run_change", args=[run.pk])


def kind_label(run: Run) -> str:
    try:
        return str(runs.get(run.kind).named(run.params))
    except Problem:
        return run.kind


class RegionSelect(forms.ModelChoiceField):
    """A region within the user's subtree; the result is its code."""

    def __init__(self, **more: Any) -> None:
        select = forms.Select(attrs={"class": "select w-20"})
        super().__init__(
            Region.objects.none(), label=_("Region"), empty_label=None, widget=select, **more
        )

    def clean(self, value: Any) -> str:
        return super().clean(value).code

    def label_from_instance(self, region: Region) -> str:
        return f"{region} · {region.code}"


class DraftForm(ScreenForm):
    kind = forms.ChoiceField(
        label=_("Kind"), choices=runs.drafts, widget=forms.Select(attrs={"class": "select w-20"})
    )
    month = MonthField(label=_("Month"))
    region = RegionSelect()


class TotalForm(ScreenForm):
    total = MoneyField(
        label=_("Total of the preview, in yuan"),
        help_text=_("Type the total that you checked. It must be the same to the fen."),
    )


class TextForm(ScreenForm):
    text = forms.CharField(
        label=_("Reason"),
        max_length=400,
        widget=forms.Textarea(attrs={"class": "input", "rows": 3}),
    )


@admin.register(Run)
class RunAdmin(DeskAdmin):
    read_act = "run.read"
    change_form_template = "admin/office/run.html"
    list_display: ClassVar = [
        "title",
        "month_",
        "region",
        "state",
        "rows",
        "money",
        "maker",
        "checker",
    ]
    list_select_related: ClassVar = ["region", "maker", "checker"]
    list_filter: ClassVar = ["state"]
    fields: ClassVar = ["state"]

    @admin.display(description=_("run"))
    def title(self, run: Run) -> str:
        return f"{kind_label(run)} · {run.pk}"

    @admin.display(description=_("month"), ordering="month")
    def month_(self, run: Run) -> str:
        return format_month(run.month)

    @admin.display(description=_("rows"), ordering="count")
    def rows(self, run: Run) -> str:
        return f"{run.count:,}"

    @admin.display(description=_("total"), ordering="total")
    def money(self, run: Run) -> str:
        return yuan(run.total)

    def buttons(self, request: HttpRequest, obj: Run | None) -> list[Button]:
        if obj is None:
            draft = Button(_("Draft a run"), reverse("admin:office_run_draft"), main=True)
            return [draft] if may(request.user, "run.draft") else []
        return [
            Button(
                label,
                reverse("admin:office_run_verb", args=[obj.pk, slug]),
                main=not stop,
                stop=stop,
            )
            for slug, (act, label, states, stop, _make) in VERBS.items()
            if obj.state in states and may(request.user, act, obj.region_id)
        ]

    def context(self, request: HttpRequest, obj: Run) -> dict[str, Any]:
        preview = obj.preview or {}
        changes = preview.get("changes", [])
        names = {r.code: str(r) for r in Region.objects.filter(code__in=preview.get("regions", {}))}
        steps = [
            (_("Drafted"), obj.maker, obj.drafted_at),
            (_("Previewed"), None, obj.previewed_at),
            (_("Approved"), obj.checker, obj.approved_at),
            (_("Started"), None, obj.started_at),
            (_("Finished"), None, obj.finished_at),
        ]
        return {
            "run": obj,
            "heading": kind_label(obj),
            "kind_label": kind_label(obj),
            "preview": preview,
            "regions": [
                (names.get(code, code), rows, fen)
                for code, (rows, fen) in preview.get("regions", {}).items()
            ],
            "figures": [
                (FIGURES.get(name) or runs.get(obj.kind).figure(name), fen)
                for name, fen in preview.get("figures", {}).items()
            ],
            "before": [_before(each) for each in changes if "person_id" not in each],
            "differences": _differences(each for each in changes if "person_id" in each),
            "spread": spread.shown(preview.get("spread", {})),
            "held": [(pick(each), each["count"]) for each in preview.get("held", [])],
            "waits": obj.state == State.PREVIEWED
            and not (may(request.user, "run.approve", obj.region_id) and request.user != obj.maker),
            "steps": [step for step in steps if step[2]],
            "progress": work.progress(obj.pk),
            "working": obj.state in Run.WORKING,
            "progress_url": reverse("admin:office_run_progress", args=[obj.pk]),
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("draft/", guard(self.draft), name="office_run_draft"),
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="office_run_verb"),
            path("<int:pk>/progress/", guard(self.progress), name="office_run_progress"),
            path(
                "<int:pk>/progress.json", guard(self.progress_json), name="office_run_progress_json"
            ),
            *super().get_urls(),
        ]

    def find(self, request: HttpRequest, pk: int) -> Run:
        if not self.has_view_permission(request):
            raise Http404
        return get_object_or_404(queries.runs(staff(request)), pk=pk)

    def draft(self, request: HttpRequest) -> HttpResponse:
        made: list[Run] = []
        user = staff(request)

        def prepare(form: ScreenForm) -> None:
            form.fields["region"].queryset = Region.objects.within(user.region_code or "")  # type: ignore[attr-defined]

        def do(said: dict[str, Any]) -> str:
            kind, params = runs.drafted(said.pop("kind"))
            run = services.draft(by=user, kind=kind, params=params, **said)
            made.append(services.preview(run_id=run.pk, by=user))
            return _now("Drafted. This is what it would do; nothing is written yet.")

        return Deed(
            title=_("Draft a run"),
            act="run.draft",
            button=_("Work out the preview"),
            do=do,
            form=DraftForm,
            back=list_url(Run),
            then=lambda: run_url(made[0]),
            prepare=prepare,
            initial={"month": month_of(timezone.localdate()), "region": user.region_code},
            crumbs=[Crumb(_("Runs"), list_url(Run)), Crumb(_("Draft a run"))],
        ).answer(request)

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        run = self.find(request, pk)
        if verb not in VERBS:
            raise Http404
        act, label, _states, stop, make = VERBS[verb]
        form, lead, do = make(request, run)
        return Deed(
            title=label,
            act=act,
            button=label,
            do=do,
            form=form,
            lead=lead,
            stop=stop,
            back=run_url(run),
            crumbs=[Crumb(_("Runs"), list_url(Run)), Crumb(self.title(run), run_url(run))],
        ).answer(request)

    def progress(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The bar alone, asked again and again while the run goes on."""
        from django.shortcuts import render

        run = self.find(request, pk)
        return render(
            request,
            "admin/office/_progress.html",
            {
                "run": run,
                "progress": work.progress(run.pk),
                "working": run.state in Run.WORKING,
                "progress_url": request.path,
            },
        )

    def progress_json(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = work.progress(self.find(request, pk).pk)
        return JsonResponse(
            {
                "state": found.state,
                "chunks": found.chunks,
                "done": found.done,
                "failed": found.failed,
                "count": found.count,
                "total": f"{found.total // 100}.{found.total % 100:02d}",
                "percent": found.percent,
                "error": found.error,
                "active": found.active,
            }
        )


def _before(said: dict[str, Any]) -> tuple[str, list[tuple[Any, str]]]:
    """A line of the month before: its heading, and each figure with its words."""
    heading = str(said.get("month") or pick(said))
    skip = {"month", "zh", "en", "code"}
    figures = [
        (FIGURES.get(name, name), str(value) if name == "count" else yuan(int(value)))
        for name, value in said.items()
        if name not in skip and value is not None
    ]
    return heading, figures


def _differences(changes: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Whose amount differs most from the month before, with the name beside the number."""
    rows = list(changes)
    names = people.describe(row["person_id"] for row in rows)
    return [{**row, "who": names[row["person_id"]]} for row in rows]


Made = tuple[type[ScreenForm], Any, Callable[[dict[str, Any]], str]]


def _preview(request: HttpRequest, run: Run) -> Made:
    def do(said: dict[str, Any]) -> str:
        services.preview(run_id=run.pk, by=staff(request))
        return _now("The preview is new.")

    return ScreenForm, _("The preview is worked out again with the current policy edition."), do


def _approve(request: HttpRequest, run: Run) -> Made:
    def do(said: dict[str, Any]) -> str:
        services.approve(run_id=run.pk, by=staff(request), total=said["total"])
        tasks.work_run.delay(run.pk)
        return _now("Approved. The workers have begun.")

    return TotalForm, _("Look at the totals and open the samples first."), do


def _resume(request: HttpRequest, run: Run) -> Made:
    def do(said: dict[str, Any]) -> str:
        services.resume(run_id=run.pk, by=staff(request))
        tasks.work_run.delay(run.pk)
        return _now("The workers go on where they stopped.")

    return ScreenForm, _("What is done stays done; only the rest is worked on."), do


def _abandon(request: HttpRequest, run: Run) -> Made:
    def do(said: dict[str, Any]) -> str:
        services.abandon(run_id=run.pk, by=staff(request), reason=said["text"])
        tasks.work_run.delay(run.pk)
        return _now("Abandoned. What was written is reversed.")

    return TextForm, _("The run is given up. What it has written so far is reversed."), do


def _reverse(request: HttpRequest, run: Run) -> Made:
    def do(said: dict[str, Any]) -> str:
        services.reverse(run_id=run.pk, by=staff(request), reason=said["text"])
        tasks.work_run.delay(run.pk)
        return _now("The workers post the exact opposite.")

    return TextForm, _("The exact opposite of everything this run posted is posted."), do


# verb: act, label, the states in which it is offered, whether it ends something, the page.
VERBS: dict[str, tuple[str, Any, tuple[str, ...], bool, Callable[[HttpRequest, Run], Made]]] = {
    "preview": ("run.draft", _("Preview again"), (State.DRAFTED, State.PREVIEWED), False, _preview),
    "approve": ("run.approve", _("Approve"), (State.PREVIEWED,), False, _approve),
    "resume": (
        "run.execute",
        _("Go on"),
        (State.FAILED, State.RUNNING, State.APPROVED),
        False,
        _resume,
    ),
    "abandon": (
        "run.draft",
        _("Abandon"),
        (State.DRAFTED, State.PREVIEWED, State.APPROVED, State.FAILED),
        True,
        _abandon,
    ),
    "reverse": ("run.reverse", _("Reverse"), (State.POSTED,), True, _reverse),
}

FIGURES = {
    "flat_part": _("Flat part"),
    "linked": _("Linked to years"),
    "level": _("Linked to the pension"),
    "tilt": _("Preferential part"),
    "pensions_before": _("Pensions before"),
    "average_increase": _("Average increase"),
    "more_a_month": _("Come to more, a month"),
    "less_a_month": _("Come to less, a month"),
    "overpaid": _("Overpaid in months before"),
    "before": _("Average before"),
    "increase": _("Average increase"),
    "count": _("Rows"),
    "total": _("Total"),
    "employer_share": _("Employers' share"),
    "person_share": _("Insured persons' share"),
    "subsidies": _("Subsidies"),
    "account_share": _("To individual accounts"),
    "pool_share": _("To the pool"),
    "waived": _("Waived by relief"),
    "pension": _("Basic old-age insurance"),
    "medical": _("Medical insurance"),
    "unemployment": _("Unemployment insurance"),
    "injury": _("Work injury insurance"),
    "annuity": _("Occupational annuity"),
    "basic": _("Basic pension"),
    "account": _("Account pension"),
    "transitional": _("Transitional pension"),
    "addition": _("Additions"),
    "arrears": _("Arrears"),
    "from_account": _("Paid from individual accounts"),
    "from_pool": _("Paid from the pool"),
    "interest": _("Interest"),
}
