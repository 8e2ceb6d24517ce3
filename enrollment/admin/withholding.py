"""The desk's pages of bank withholding: the file out, the bank's answer in."""

from typing import Any, ClassVar

from django import forms as plain
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment.models import WithholdingFile
from enrollment.services.collection import withholding
from socsec.kernel.money import yuan
from socsec.office import desk_forms
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, row_url, staff
from socsec.office.display import day_plain
from socsec.office.forms import DateField, ScreenForm
from socsec.office.places import place
from socsec.office.tables import Row, Table, facts


class DrawForm(ScreenForm):
    region = desk_forms.RegionField()
    charge_on = DateField(label=_("Day to charge"))


class AnswerForm(ScreenForm):
    file = plain.FileField(
        label=_("The bank's answer"),
        help_text=_("The CSV file as the bank sent it. It is taken as a whole or not at all."),
        widget=plain.FileInput(attrs={"class": "input"}),
        allow_empty_file=True,
    )


@admin.register(WithholdingFile)
class WithholdingFileAdmin(DeskAdmin):
    read_act = "receipt.read"
    change_form_template = "admin/desk/tables.html"
    list_display: ClassVar = ["name", "where", "charge_on", "count", "money", "state", "by"]
    list_filter: ClassVar = ["state"]

    @admin.display(description=_("region"), ordering="region")
    def where(self, file: WithholdingFile) -> str:
        return place(file.region)

    @admin.display(description=_("number"), ordering="pk")
    def name(self, file: WithholdingFile) -> str:
        return str(file)

    @admin.display(description=_("total"), ordering="total")
    def money(self, file: WithholdingFile) -> str:
        return yuan(file.total)

    def buttons(self, request: HttpRequest, obj: WithholdingFile | None) -> list[Button]:
        if not may(request.user, "withholding.file", obj.region if obj else None):
            return []
        if obj is None:
            return [
                Button(_("Make a file"), reverse("admin:enrollment_withholding_draw"), main=True),
                Button(_("Read the bank's answer"), reverse("admin:enrollment_withholding_answer")),
            ]
        url = reverse("admin:enrollment_withholding_file", args=[obj.pk])
        return [Button(_("Take the file"), url, main=True)]

    def context(self, request: HttpRequest, obj: WithholdingFile) -> dict[str, Any]:
        return {
            "facts": facts(
                (_("State"), obj.get_state_display()),
                (_("Day to charge"), day_plain(obj.charge_on)),
                (_("Lines"), obj.count),
                (_("Total"), yuan(obj.total)),
            ),
            "tables": [
                Table(
                    _("Lines"),
                    [_("Reference"), _("Account"), _("Attempt"), _("Amount"), _("State")],
                    [
                        Row(
                            [
                                line.reference,
                                str(line.mandate),
                                line.attempt,
                                yuan(line.amount),
                                f"{line.get_state_display()} {line.reason}".strip(),
                            ]
                        )
                        for line in obj.lines.select_related("mandate__employer", "mandate__person")
                    ],
                    _("None."),
                    (2, 3),
                )
            ],
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("draw/", guard(self.draw), name="enrollment_withholding_draw"),
            path("answer/", guard(self.answer), name="enrollment_withholding_answer"),
            path("<int:pk>/file/", guard(self.file), name="enrollment_withholding_file"),
            *super().get_urls(),
        ]

    def draw(self, request: HttpRequest) -> HttpResponse:
        made: list[WithholdingFile] = []

        def do(said: dict[str, Any]) -> str:
            made.append(withholding.draw(by=staff(request), **said))
            return _now("%(count)s charges over %(total)s yuan.") % {
                "count": made[0].count,
                "total": yuan(made[0].total),
            }

        return Deed(
            title=_("Make a file"),
            act="withholding.file",
            button=_("Make a file"),
            do=do,
            form=DrawForm,
            lead=_("Everything owed under a mandate; what came back once is presented once more."),
            prepare=lambda form: desk_forms.within(form, staff(request).region_code or ""),
            back=list_url(WithholdingFile),
            then=lambda: row_url(made[0]),
            crumbs=[Crumb(_("Withholding files"), list_url(WithholdingFile))],
        ).answer(request)

    def answer(self, request: HttpRequest) -> HttpResponse:
        read: list[WithholdingFile] = []

        def do(said: dict[str, Any]) -> str:
            read.append(withholding.read_answer(said["file"].read(), by=staff(request)))
            return _now("The bank's answer is booked.")

        return Deed(
            title=_("Read the bank's answer"),
            act="withholding.file",
            button=_("Read"),
            do=do,
            form=AnswerForm,
            back=list_url(WithholdingFile),
            then=lambda: row_url(read[0]),
            crumbs=[Crumb(_("Withholding files"), list_url(WithholdingFile))],
        ).answer(request)

    def file(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not may(request.user, "withholding.file"):
            raise PermissionDenied
        file = get_object_or_404(self.get_queryset(request), pk=pk)
        answer = HttpResponse(
            withholding.written(file, by=staff(request)), content_type="text/csv; charset=utf-8"
        )
        answer["Content-Disposition"] = f'attachment; filename="{file}.csv"'
        return answer
