"""Programmes and their procedures at the desk: entered by one policy officer, approved by another."""

from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from assistance import queries
from assistance.models import (
    Actor,
    Family,
    FirstMonth,
    Form,
    LimitUnit,
    Programme,
    ProgrammeState,
    Rhythm,
    StepCode,
    Unit,
)
from assistance.rules.facts import Standing
from assistance.services import programmes
from socsec.kernel import rules
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, staff
from socsec.office.errors import Problem
from socsec.office.forms import DateField, ScreenForm, SelectField, TextField, TickField, WholeField
from socsec.office.models import Region

from . import questions

MOST_MONTHS = 120


class RuleForm(ScreenForm):
    rule = SelectField(label=_("The rule that decides"))


class ProgrammeForm(ScreenForm):
    region = SelectField(label=_("Region"))
    slug = TextField(
        label=_("Code"), max_length=32, help_text=_("Small letters, digits and underscores.")
    )
    name_zh = TextField(label=_("Chinese name"), max_length=60)
    name_en = TextField(label=_("English name"), max_length=80)
    about_zh = TextField(label=_("In a sentence, Chinese"), max_length=200)
    about_en = TextField(label=_("In a sentence, English"), max_length=200)
    family = SelectField(label=_("Family"), choices=Family.choices)
    unit = SelectField(label=_("For"), choices=Unit.choices)
    rhythm = SelectField(label=_("Paid"), choices=Rhythm.choices)
    form = SelectField(label=_("Given as"), choices=Form.choices)
    first_month = SelectField(label=_("Paid from"), choices=FirstMonth.choices)
    means_tested = TickField(label=_("Means-tested"), required=False)
    for_children = TickField(label=_("For children"), required=False)
    noticed = TickField(label=_("Public notice"), required=False)
    review_months = WholeField(
        label=_("Reviewed every so many months"), least=1, most=MOST_MONTHS, required=False
    )
    standing = SelectField(label=_("Its recipients are recognised as"), required=False)
    law = TextField(label=_("Document"), max_length=120)
    since = DateField(label=_("In force from"))


class ProcedureForm(ScreenForm):
    region = SelectField(label=_("Region"))
    since = DateField(label=_("In force from"))
    law = TextField(label=_("Document"), max_length=120)


@admin.register(Programme)
class ProgrammeAdmin(DeskAdmin):
    read_act = "programme.read"
    change_form_template = "admin/assistance/programme.html"
    list_display: ClassVar = [
        "__str__",
        "region",
        "family",
        "unit",
        "rhythm",
        "since",
        "state",
    ]
    list_filter: ClassVar = ["state", "family", "means_tested"]
    search_fields: ClassVar = ["slug", "name_zh", "name_en"]
    fields: ClassVar = [
        "slug", "region", "name_zh", "name_en", "about_zh", "about_en", "family", "rule", "unit",
        "rhythm", "form", "first_month", "means_tested", "for_children", "noticed",
        "review_months", "law", "since", "until", "state", "maker", "checker",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Programme]:
        return queries.programmes(request.user)

    def buttons(self, request: HttpRequest, obj: Programme | None) -> list[Button]:
        user = request.user
        if obj is None:
            enter = Button(
                _("Enter a programme"), reverse("admin:assistance_programme_rule"), main=True
            )
            return [enter] if may(user, "programme.enter") else []
        found = []
        if obj.state == ProgrammeState.PROPOSED and may(user, "programme.approve", obj.region_id):
            found.append(_button(_("Approve the programme"), obj, "approve", main=True))
        if may(user, "programme.enter"):
            found.append(
                Button(
                    _("Enter a procedure"),
                    reverse("admin:assistance_programme_procedure", args=[obj.pk]),
                )
            )
        return found

    def context(self, request: HttpRequest, obj: Programme) -> dict[str, Any]:
        rows = queries.steps(request.user).filter(programme=obj.slug)
        procedures: dict[tuple[str, date], list[Any]] = {}
        for step in rows.order_by("region", "-since", "place", "code"):
            procedures.setdefault((step.region_id, step.since), []).append(step)
        return {
            "heading": str(obj),
            "programme": obj,
            "rule": questions.rule_label(obj.rule),
            "given": list(questions.in_words(obj, obj.given)),
            "procedures": [
                {
                    "steps": steps,
                    "first": steps[0],
                    "approve": _approve_url(obj, *key)
                    if steps[0].state == ProgrammeState.PROPOSED
                    and may(request.user, "programme.approve", key[0])
                    else "",
                }
                for key, steps in procedures.items()
            ],
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("enter/", guard(self.choose_rule), name="assistance_programme_rule"),
            path("enter/<str:rule>/", guard(self.enter), name="assistance_programme_enter"),
            path(
                "<int:pk>/procedure/",
                guard(self.procedure),
                name="assistance_programme_procedure",
            ),
            path(
                "<int:pk>/procedure/<str:region>/<str:since>/",
                guard(self.approve_procedure),
                name="assistance_programme_procedure_approve",
            ),
            path("<int:pk>/approve/", guard(self.approve), name="assistance_programme_approve"),
            *super().get_urls(),
        ]

    def choose_rule(self, request: HttpRequest) -> HttpResponse:
        chosen: list[str] = []

        def prepare(form: ScreenForm) -> None:
            form.fields["rule"].choices = _rules()  # type: ignore[attr-defined]

        def do(said: dict[str, Any]) -> Any:
            chosen.append(said["rule"])
            return _now("Say now what the programme fixes.")

        return Deed(
            title=_("Enter a programme"),
            act="programme.enter",
            button=_("Go on"),
            do=do,
            form=RuleForm,
            prepare=prepare,
            initial={"rule": "assistance.local"},
            lead=_("A programme is data plus a rule that is there. Which rule decides this one?"),
            back=list_url(Programme),
            then=lambda: reverse("admin:assistance_programme_enter", args=chosen),
            crumbs=[Crumb(_("Programmes"), list_url(Programme)), Crumb(_("Enter a programme"))],
        ).answer(request)

    def enter(self, request: HttpRequest, rule: str) -> HttpResponse:
        """The programme, and beneath it the facts of its rule that it fixes."""
        if rule not in dict(_rules()):
            raise Http404
        draft = Programme(rule=rule, given={})
        made: list[Programme] = []

        def prepare(form: ScreenForm) -> None:
            form.fields["region"].choices = _regions(request)  # type: ignore[attr-defined]
            language = 0 if (get_language() or "").startswith("zh") else 1
            standings = [(str(int(each)), each.label[language]) for each in Standing]
            form.fields["standing"].choices = [("", _("nothing")), *standings[:-1]]  # type: ignore[attr-defined]
            questions.add(form, draft, {})

        def do(said: dict[str, Any]) -> Any:
            given = questions.answers(draft, said)
            said["standing"] = int(said["standing"]) if said["standing"] else None
            try:
                made.append(programmes.propose(by=staff(request), rule=rule, given=given, **said))
            except Problem as trouble:
                raise questions.by_its_field(trouble, draft) from trouble
            return _now("Entered. It is in force once a colleague has approved it.")

        return Deed(
            title=_("Enter a programme"),
            act="programme.enter",
            button=_("Enter"),
            do=do,
            form=ProgrammeForm,
            prepare=prepare,
            initial={"since": timezone.localdate()},
            lead=_now(
                "Decided by: %(rule)s. The last questions are facts of this rule: what is filled in is fixed for everybody."
            )
            % {"rule": questions.rule_label(rule)},
            back=list_url(Programme),
            then=lambda: row_url(made[0]),
            crumbs=[Crumb(_("Programmes"), list_url(Programme)), Crumb(_("Enter a programme"))],
        ).answer(request)

    def approve(self, request: HttpRequest, pk: int) -> HttpResponse:
        programme = get_object_or_404(self.get_queryset(request), pk=pk)

        def do(said: dict[str, Any]) -> Any:
            programmes.approve(by=staff(request), programme=programme)
            return _now("In force. It can be applied for from its day on.")

        return self._deed(request, programme, _("Approve the programme"), "programme.approve", do)

    def procedure(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A table of steps: those without a place are not held."""
        programme = get_object_or_404(self.get_queryset(request), pk=pk)
        table: list[dict[str, Any]] = []

        def prepare(form: ScreenForm) -> None:
            form.fields["region"].choices = _regions(request)  # type: ignore[attr-defined]
            for code in StepCode:
                fields = {f"{code.value}_{n}": field for n, field in _step_fields(code).items()}
                form.fields.update(fields)
                table.append({"label": code.label, "fields": [form[name] for name in fields]})

        def do(said: dict[str, Any]) -> Any:
            steps = [
                {name: said[f"{code.value}_{name}"] or 0 for name in ("place", "limit")}
                | {name: said[f"{code.value}_{name}"] for name in ("actor", "unit")}
                | {"code": code.value}
                for code in StepCode
                if said[f"{code.value}_place"]
            ]
            try:
                programmes.propose_steps(
                    by=staff(request),
                    programme=programme.slug,
                    region=said["region"],
                    since=said["since"],
                    law=said["law"],
                    steps=steps,
                )
            except Problem as trouble:
                if trouble.field in StepCode.values:
                    trouble.field = f"{trouble.field}_place"
                raise
            return _now("Entered. It is in force once a colleague has approved it.")

        return self._deed(
            request,
            programme,
            _("Enter a procedure"),
            "programme.enter",
            do,
            form=ProcedureForm,
            prepare=prepare,
            initial={"since": timezone.localdate(), "region": programme.region_id},
            template="admin/assistance/procedure.html",
            context={"steps": table},
            lead=_(
                "Steps of one place run side by side; the next place begins when they are done."
            ),
        )

    def approve_procedure(
        self, request: HttpRequest, pk: int, region: str, since: str
    ) -> HttpResponse:
        programme = get_object_or_404(self.get_queryset(request), pk=pk)
        try:
            day = date.fromisoformat(since)
        except ValueError as wrong:
            raise Http404 from wrong

        def do(said: dict[str, Any]) -> Any:
            programmes.approve_steps(
                by=staff(request), programme=programme.slug, region=region, since=day
            )
            return _now("The procedure is in force from its day on.")

        return self._deed(request, programme, _("Approve the procedure"), "programme.approve", do)

    def _deed(
        self,
        request: HttpRequest,
        programme: Programme,
        title: Any,
        act: str,
        do: Callable[[dict[str, Any]], Any],
        **more: Any,
    ) -> HttpResponse:
        return Deed(
            title=title,
            act=act,
            button=title,
            do=do,
            back=row_url(programme),
            crumbs=[
                Crumb(_("Programmes"), list_url(Programme)),
                Crumb(str(programme), row_url(programme)),
            ],
            **more,
        ).answer(request)


def _button(label: Any, programme: Programme, verb: str, *, main: bool = False) -> Button:
    url = reverse(f"admin:assistance_programme_{verb}", args=[programme.pk])
    return Button(label, url, main=main)


def _approve_url(programme: Programme, region: str, since: date) -> str:
    return reverse(
        "admin:assistance_programme_procedure_approve",
        args=[programme.pk, region, since.isoformat()],
    )


def _rules() -> list[tuple[str, str]]:
    """The rules of assistance that come to an amount or a recognition."""
    rules.load(["assistance"])
    return [
        (code, questions.rule_label(code))
        for code in sorted(rules.RULES)
        if code.startswith("assistance.")
    ]


def _regions(request: HttpRequest) -> list[tuple[str, str]]:
    within = Region.objects.within(staff(request).region_code or "-")
    return [(each.code, f"{each} · {each.code}") for each in within]


def _step_fields(code: StepCode) -> dict[str, Any]:
    """Place, actor, days and unit of one step, each labelled for those who only hear the page."""
    label = str(code.label)
    fields: dict[str, Any] = {
        "place": WholeField(label=_("Place"), most=programmes.MOST_STEPS, required=False),
        "actor": SelectField(label=_("Done by"), choices=Actor.choices),
        "limit": WholeField(label=_("Within"), most=programmes.MOST_DAYS, required=False),
        "unit": SelectField(label=_("Unit"), choices=LimitUnit.choices),
    }
    for field in fields.values():
        field.widget.attrs["aria-label"] = f"{label}: {field.label}"
        field.required = False
    fields["actor"].initial, fields["unit"].initial = Actor.TOWNSHIP, LimitUnit.WORKING
    return fields
