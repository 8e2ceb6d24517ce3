"""The desk's pages of supervision: what looks wrong, judging it, putting it right, how good the rules are."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from funds.models import SupervisionFinding
from funds.services import supervision
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month
from socsec.office import people
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, show_page, staff
from socsec.office.forms import ScreenForm
from socsec.office.models import Region
from socsec.office.tables import Table, facts
from socsec.office.tables import rows as table_rows

Text = str | Promise
State = SupervisionFinding.State


class RuleFilter(admin.SimpleListFilter):
    title = _("rule")
    parameter_name = "rule"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Text]]:
        return [(rule.code, f"{rule.code} {rule.label}") for rule in supervision.rules()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(rule=self.value()) if self.value() else queryset


class ReasonForm(ScreenForm):
    reason = forms.CharField(
        label=_("Why"), max_length=200, widget=forms.TextInput(attrs={"class": "input w-20"})
    )


class RemedyForm(ScreenForm):
    reason = forms.CharField(
        label=_("What was done"),
        max_length=200,
        help_text=_("Money recovered, a record corrected, a person charged."),
        widget=forms.TextInput(attrs={"class": "input w-20"}),
    )


VERBS: dict[str, tuple[Text, str, str]] = {
    "real": (_("It is real"), "finding.judge", State.OPEN),
    "nothing": (_("Nothing wrong"), "finding.judge", State.OPEN),
    "settle": (_("It was put right"), "finding.settle", State.REAL),
}


@admin.register(SupervisionFinding)
class FindingAdmin(DeskAdmin):
    read_act = "finding.read"
    change_form_template = "admin/desk/tables.html"
    list_display: ClassVar = ["what", "who", "place", "stake", "found_on", "due_on", "state"]
    list_filter: ClassVar = ["state", RuleFilter]
    fields: ClassVar = ["rule"]

    def get_queryset(self, request: HttpRequest) -> Any:
        self._names: dict[int, people.PersonLine] = {}
        return super().get_queryset(request)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        page = super().get_changelist_instance(request)
        found = list(page.result_list)
        self._names = people.describe(row.person_id for row in found)
        codes = {row.region for row in found}
        self._places = {each.code: str(each) for each in Region.objects.filter(code__in=codes)}
        page.result_list = found
        return page

    @admin.display(description=_("what looks wrong"), ordering="rule")
    def what(self, found: SupervisionFinding) -> str:
        rule = supervision.get(found.rule)
        return f"{found.rule} · {rule.label}" if rule else found.rule

    @admin.display(description=_("person"))
    def who(self, found: SupervisionFinding) -> str:
        line = self._names.get(found.person_id or 0)
        return line.name if line else "—"

    @admin.display(description=_("region"), ordering="region")
    def place(self, found: SupervisionFinding) -> str:
        return self._places.get(found.region, found.region)

    @admin.display(description=_("at stake, yuan"), ordering="amount")
    def stake(self, found: SupervisionFinding) -> str:
        return yuan(found.amount) if found.amount else "—"

    def buttons(self, request: HttpRequest, obj: SupervisionFinding | None) -> list[Button]:
        if obj is None:
            return [Button(_("How good the rules are"), reverse("admin:funds_rules"))]
        return [
            Button(
                label,
                reverse("admin:funds_finding_verb", args=[obj.pk, slug]),
                main=slug != "nothing",
            )
            for slug, (label, act, state) in VERBS.items()
            if obj.state == state and may(request.user, act, obj.region)
        ]

    def context(self, request: HttpRequest, obj: SupervisionFinding) -> dict[str, Any]:
        rule = supervision.get(obj.rule)
        line = people.describe([obj.person_id]).get(obj.person_id or 0)
        page = rule.page(obj) if rule and rule.page and obj.person_id else ""
        gone = (
            _("The rule no longer finds this since %(day)s.") % {"day": obj.gone_on.isoformat()}
            if obj.gone_on
            else ""
        )
        return {
            "heading": self.what(obj),
            "trouble": gone,
            "facts": facts(
                (_("Person"), f"{line.name} · {line.masked_id}" if line else "", page),
                (_("Region"), str(Region.objects.get(code=obj.region))),
                (_("At stake, yuan"), yuan(obj.amount) if obj.amount else ""),
                *_said(obj, rule),
                (_("Law"), rule.law if rule else ""),
                (_("Found"), obj.found_on.isoformat()),
                (_("To be judged by"), obj.due_on.isoformat()),
                (_("State"), obj.get_state_display()),
                (_("Judged by"), f"{obj.judge} · {obj.reason}" if obj.judge else ""),
                (_("Put right by"), f"{obj.settler} · {obj.remedy}" if obj.settler else ""),
            ),
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("rules/", guard(self.precision), name="funds_rules"),
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="funds_finding_verb"),
            *super().get_urls(),
        ]

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        found = get_object_or_404(self.get_queryset(request), pk=pk)
        if verb not in VERBS:
            raise Http404
        label, act, _state = VERBS[verb]

        def do(said: dict[str, Any]) -> str:
            by, why = staff(request), said["reason"]
            if verb == "settle":
                supervision.settle(by=by, finding=found.pk, remedy=why)
                return _now("Put right.")
            supervision.judge(by=by, finding=found.pk, real=verb == "real", reason=why)
            return (
                _now("Judged as real. A colleague closes it once it is put right.")
                if verb == "real"
                else _now("Judged: nothing wrong. It is not asked again.")
            )

        return Deed(
            title=label,
            act=act,
            button=label,
            do=do,
            form=RemedyForm if verb == "settle" else ReasonForm,
            lead=self.what(found),
            back=row_url(found),
            crumbs=[
                Crumb(_("Supervision"), list_url(SupervisionFinding)),
                Crumb(self.what(found), row_url(found)),
            ],
        ).answer(request)

    def precision(self, request: HttpRequest) -> HttpResponse:
        """Each rule, how much it found, and how much of what was judged was real."""
        seen = supervision.precision(staff(request)) if may(request.user, "finding.read") else []
        return show_page(
            request,
            "admin/funds/rules.html",
            title=_("How good the rules are"),
            act="finding.read",
            crumbs=[Crumb(_("Supervision"), list_url(SupervisionFinding))],
            tables=[
                Table(
                    _("Rules of supervision"),
                    [
                        _("Rule"),
                        _("Found"),
                        _("To be judged"),
                        _("Real"),
                        _("Nothing wrong"),
                        _("Real among judged"),
                        _("At stake where real, yuan"),
                    ],
                    table_rows(
                        (
                            f"{each.rule.code} · {each.rule.label}",
                            each.found,
                            each.open,
                            each.real,
                            each.false,
                            "—" if each.share is None else f"{each.share} %",
                            yuan(each.amount),
                        )
                        for each in seen
                    ),
                    _("There are no rules."),
                    numbers=(1, 2, 3, 4, 5, 6),
                )
            ],
        )


def _said(found: SupervisionFinding, rule: supervision.Rule | None) -> list[tuple[Text, str]]:
    """What was found, in the words of its rule."""
    if rule is None:
        return []
    shown = dict(found.facts)
    shown |= {name: format_month(shown[name]) for name in rule.month_words & shown.keys()}
    shown |= {name: yuan(shown[name]) for name in rule.money_words & shown.keys()}
    return [(label, shown[name]) for name, label in rule.words.items() if name in shown]
