"""The desk's pages of policy: yearly values by maker and checker, editions, and what is in force."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from socsec.kernel.policy import Policy
from socsec.office import queries
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, show_page, staff
from socsec.office.forms import DateField, ScreenForm
from socsec.office.models import PolicyEdition, PolicyValue, Region
from socsec.office.services import policy as services

from .runs import RegionSelect, TextForm

MOST_ROWS = 200


def line(label: Any, **more: Any) -> forms.CharField:
    more.setdefault("widget", forms.TextInput(attrs={"class": "input w-20", "autocomplete": "off"}))
    return forms.CharField(label=label, **more)


class ValueForm(ScreenForm):
    code = line(
        _("Parameter"), max_length=100, help_text=_("Its code, as in the list of parameters.")
    )
    region = RegionSelect()
    from_date = DateField(label=_("In force from"))
    value = line(_("Value"), max_length=2000, help_text=_("Yuan as 7162.00, a rate as 0.08."))
    law = line(_("Document"), max_length=200, help_text=_("Title or number, and article."))
    source = line(_("Where it was read"), max_length=500, required=False)
    status = forms.ChoiceField(
        label=_("How sure it is"),
        choices=PolicyValue.Status.choices,
        widget=forms.Select(attrs={"class": "select w-20"}),
    )


@admin.register(PolicyValue)
class PolicyValueAdmin(DeskAdmin):
    read_act = "policy.read"
    list_display: ClassVar = [
        "code",
        "region",
        "from_date",
        "value",
        "law",
        "status",
        "state",
        "maker",
    ]
    list_select_related: ClassVar = ["region", "maker"]
    list_filter: ClassVar = ["state", "status"]
    search_fields: ClassVar = ["code"]
    fields: ClassVar = [
        "code", "region", "from_date", "value", "law", "source", "status", "state", "maker", "checker", "reason"
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[PolicyValue]:
        return queries.policy_values(staff(request))

    def buttons(self, request: HttpRequest, obj: PolicyValue | None) -> list[Button]:
        if obj is None:
            offered = [Button(_("What is in force"), reverse("admin:office_policy_browse"))]
            if may(request.user, "policy.enter"):
                offered.append(
                    Button(_("Enter a value"), reverse("admin:office_policy_enter"), main=True)
                )
            return offered
        if obj.state != PolicyValue.State.DRAFT or not may(
            request.user, "policy.approve", obj.region_id
        ):
            return []
        return [
            Button(
                _("Approve"),
                reverse("admin:office_policy_verb", args=[obj.pk, "approve"]),
                main=True,
            ),
            Button(
                _("Reject"), reverse("admin:office_policy_verb", args=[obj.pk, "reject"]), stop=True
            ),
        ]

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("enter/", guard(self.enter), name="office_policy_enter"),
            path("in-force/", guard(self.browse), name="office_policy_browse"),
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="office_policy_verb"),
            *super().get_urls(),
        ]

    def enter(self, request: HttpRequest) -> HttpResponse:
        user = staff(request)

        def prepare(form: ScreenForm) -> None:
            form.fields["region"].queryset = Region.objects.within(user.region_code or "")  # type: ignore[attr-defined]

        def do(said: dict[str, Any]) -> str:
            services.enter(by=user, **said)
            return _now("Entered. It is in force once a colleague has approved it.")

        return Deed(
            title=_("Enter a value"),
            act="policy.enter",
            button=_("Enter"),
            do=do,
            form=ValueForm,
            back=list_url(PolicyValue),
            prepare=prepare,
            initial={name: request.GET.get(name, "") for name in ("code", "region", "value")},
        ).answer(request)

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        value = get_object_or_404(self.get_queryset(request), pk=pk)

        def approve(said: dict[str, Any]) -> str:
            edition = services.approve(value_id=value.pk, by=staff(request))
            return _now("Approved. Policy edition %(number)s is in force.") % {
                "number": edition.number
            }

        def reject(said: dict[str, Any]) -> str:
            services.reject(value_id=value.pk, by=staff(request), reason=said["text"])
            return _now("Rejected.")

        if verb not in ("approve", "reject"):
            raise Http404
        agree = verb == "approve"
        return Deed(
            title=_("Approve the value") if agree else _("Reject the value"),
            act="policy.approve",
            button=_("Approve") if agree else _("Reject"),
            do=approve if agree else reject,
            form=ScreenForm if agree else TextForm,
            stop=not agree,
            back=list_url(PolicyValue),
            lead=f"{value.code} · {value.region} · {value.from_date} · {value.value} · {value.law}",
            crumbs=[Crumb(_("Policy values"), list_url(PolicyValue)), Crumb(value.code)],
        ).answer(request)

    def browse(self, request: HttpRequest) -> HttpResponse:
        """Every value of the current edition, with its document, its source and how sure it is."""
        edition = services.current_edition()
        wanted = request.GET.get("q", "").strip().lower()
        place = 0 if (get_language() or "").startswith("zh") else 1
        rows = []
        policy: Policy = services.of(edition)
        for value in policy.values():
            parameter = value.parameter
            label = parameter.label[place]
            if (
                wanted
                and wanted not in f"{parameter.code} {label} {value.region} {value.law}".lower()
            ):
                continue
            rows.append(
                {
                    "code": parameter.code,
                    "label": label,
                    "value": value,
                    "shown": value.as_json()["value"],
                }
            )
        return show_page(
            request,
            "admin/office/policy.html",
            title=_("Policy edition %(number)s") % {"number": edition.number},
            act="policy.read",
            crumbs=[Crumb(_("Policy values"), list_url(PolicyValue)), Crumb(_("What is in force"))],
            rows=rows[:MOST_ROWS],
            count=len(rows),
            most=MOST_ROWS,
            wanted=request.GET.get("q", ""),
        )


@admin.register(PolicyEdition)
class PolicyEditionAdmin(DeskAdmin):
    read_act = "policy.read"
    region_field = None
    list_display: ClassVar = ["number", "created_at", "created_by", "note", "digest"]
    fields: ClassVar = ["number", "created_at", "created_by", "note", "digest"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PolicyEdition]:
        return queries.editions()

    def context(self, request: HttpRequest, obj: PolicyEdition) -> dict[str, Any]:
        return {"heading": _("Policy edition %(number)s") % {"number": obj.number}}
