"""The desk's pages of older schemes: read a file, look at the reconciliation, carry it over."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment.models import LegacyImport, LegacyRow
from enrollment.services.residents import legacy
from socsec.kernel.money import yuan
from socsec.office import spreadsheets
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, staff
from socsec.office.desk_forms import within
from socsec.office.forms import ScreenForm
from socsec.office.places import place

from . import forms
from .overview import crumb


@admin.register(LegacyImport)
class LegacyImportAdmin(DeskAdmin):
    read_act = "legacy.read"
    change_form_template = "admin/enrollment/resident.html"
    list_display: ClassVar = ["name", "scheme", "where", "rows", "balance", "state"]
    list_filter: ClassVar = ["state", "scheme"]
    search_fields: ClassVar = ["name"]
    fields: ClassVar = ["name"]

    @admin.display(description=_("region"), ordering="region")
    def where(self, row: LegacyImport) -> str:
        return place(row.region)

    @admin.display(description=_("balance"))
    def balance(self, row: LegacyImport) -> str:
        return yuan(row.report.get("balance", 0))

    def buttons(self, request: HttpRequest, obj: LegacyImport | None) -> list[Button]:
        user = request.user
        if obj is None:
            offered = [Button(_("Template"), reverse("admin:enrollment_legacy_template"))]
            if may(user, "legacy.enter"):
                url = reverse("admin:enrollment_legacy_read")
                offered.insert(0, Button(_("Read a file"), url, main=True))
            return offered
        if obj.state != LegacyImport.State.READ:
            return []
        offered = []
        if may(user, "legacy.approve", obj.region) and obj.maker_id != user.pk:
            offered.append(Button(_("Carry over"), _to("carry", obj), main=True))
            offered.append(Button(_("Reject"), _to("reject", obj), stop=True))
        if may(user, "legacy.enter", obj.region):
            offered.append(Button(_("Match anew"), _to("rematch", obj)))
        return offered

    def context(self, request: HttpRequest, obj: LegacyImport) -> dict[str, Any]:
        report = obj.report
        labels = {state.value: state.label for state in LegacyRow.State}
        if obj.state != LegacyImport.State.CARRIED:
            labels[LegacyRow.State.MATCHED.value] = _("Matched")
        rows = [
            (labels.get(state, state), count, yuan(amount))
            for state, (count, amount) in report["states"].items()
        ]
        return {
            "notice": _("Every row and every fen of the file is accounted for.")
            if report["closes"]
            else _("The reconciliation does not close."),
            "notice_bad": not report["closes"],
            "shown": [
                (_("Scheme"), obj.get_scheme_display()),
                (_("Region"), place(obj.region)),
                (_("State"), obj.get_state_display()),
                (_("Read by"), obj.maker),
                (_("Checked by"), obj.checker or "—"),
                (_("Years that matched"), report["years"]),
                (_("Of them held already"), report["years_held"]),
                (_("Years carried over"), report["years_carried"]),
                (_("Balances carried over"), yuan(report["carried"])),
            ],
            "table": {
                "title": _("Reconciliation"),
                "head": [_("What became of the rows"), _("Rows"), _("Balance")],
                "right": [1, 2],
                "rows": [*rows, (_("Together"), report["rows"], yuan(report["balance"]))],
                "file": reverse("admin:enrollment_legacy_wrong", args=[obj.pk]),
                "file_label": _("Rows that did not match, as a file"),
                "empty": "",
            },
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("read/", guard(self.read), name="enrollment_legacy_read"),
            path("template/", guard(self.template), name="enrollment_legacy_template"),
            path("<int:pk>/wrong/", guard(self.wrong), name="enrollment_legacy_wrong"),
            path("<int:pk>/carry/", guard(self.carry), name="enrollment_legacy_carry"),
            path("<int:pk>/reject/", guard(self.reject), name="enrollment_legacy_reject"),
            path("<int:pk>/rematch/", guard(self.rematch), name="enrollment_legacy_rematch"),
            *super().get_urls(),
        ]

    def read(self, request: HttpRequest) -> HttpResponse:
        made: list[LegacyImport] = []

        def do(said: dict[str, Any]) -> str:
            file = said.pop("file")
            made.append(legacy.read(by=staff(request), file=file, name=file.name, **said))
            return _now("Read: %(rows)s rows. Nothing is carried over yet.") % {
                "rows": made[0].rows
            }

        return Deed(
            title=_("Read a file of an older scheme"),
            act="legacy.enter",
            button=_("Read it"),
            do=do,
            form=forms.LegacyForm,
            back=list_url(LegacyImport),
            then=lambda: row_url(made[0]),
            prepare=lambda form: within(form, staff(request).region_code or ""),
            initial={"region": staff(request).region_code},
            lead=_("The rows are matched to people and reconciled; a colleague carries them over."),
            crumbs=[crumb(), Crumb(_("Older schemes"), list_url(LegacyImport))],
        ).answer(request)

    def template(self, request: HttpRequest) -> FileResponse:
        if not may(request.user, self.read_act):
            raise PermissionDenied
        return FileResponse(
            spreadsheets.template(legacy.LAYOUT), as_attachment=True, filename="legacy.xlsx"
        )

    def wrong(self, request: HttpRequest, pk: int) -> FileResponse:
        if not may(request.user, self.read_act):
            raise PermissionDenied
        row = get_object_or_404(self.get_queryset(request), pk=pk)
        return FileResponse(
            legacy.wrong_rows(row), as_attachment=True, filename=f"legacy-{row.pk}.xlsx"
        )

    def carry(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._verb(
            request,
            pk,
            "legacy.approve",
            _("Carry over"),
            lambda row, said: legacy.carry(by=staff(request), legacy=row),
            _now("Carried over: years and balances."),
        )

    def reject(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._verb(
            request,
            pk,
            "legacy.approve",
            _("Reject"),
            lambda row, said: legacy.reject(by=staff(request), legacy=row, **said),
            _now("Rejected. Nothing of the file counts."),
            form=forms.ReasonForm,
        )

    def rematch(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._verb(
            request,
            pk,
            "legacy.enter",
            _("Match anew"),
            lambda row, said: legacy.rematch(by=staff(request), legacy=row),
            _now("Matched anew."),
        )

    def _verb(
        self,
        request: HttpRequest,
        pk: int,
        act: str,
        label: Any,
        call: Any,
        done: str,
        form: type[ScreenForm] = ScreenForm,
    ) -> HttpResponse:
        row = get_object_or_404(self.get_queryset(request), pk=pk)

        def do(said: dict[str, Any]) -> str:
            call(row, said)
            return done

        report = row.report
        return Deed(
            title=label,
            act=act,
            button=label,
            do=do,
            form=form,
            stop=form is not ScreenForm,
            back=row_url(row),
            lead=_("%(rows)s rows matched, with %(balance)s yuan.")
            % {
                "rows": report["states"]["matched"][0],
                "balance": yuan(report["states"]["matched"][1]),
            },
            crumbs=[crumb(), Crumb(_("Older schemes"), list_url(LegacyImport))],
        ).answer(request)


def _to(verb: str, row: LegacyImport) -> str:
    return reverse(f"admin:enrollment_legacy_{verb}", args=[row.pk])
