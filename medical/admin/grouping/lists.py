"""The desk's pages of lists of groups: hand in, look, approve."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from medical.models import Decided, GroupList
from medical.queries import cases as queries
from medical.services.grouping import lists
from socsec.kernel.money import yuan
from socsec.kernel.units import UNITS
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, list_url, row_url, staff
from socsec.office.desk_forms import PlainForm, SayForm, within
from socsec.office.display import moment
from socsec.office.places import place
from socsec.office.queues import Queue
from socsec.office.spreadsheets import XLSX
from socsec.office.tables import Row, Table, facts

from .forms import ListForm

SHOWN = 200


@admin.register(GroupList)
class GroupListAdmin(Queue):
    read_act = "statement.read"
    list_display: ClassVar = ["year", "place", "method", "groups_count", "document", "state"]
    list_filter: ClassVar = ["state", "method"]
    search_fields: ClassVar = ["document__icontains"]
    search_help_text = _("Document")
    verbs: ClassVar = {
        "approve": (
            "group_list.approve",
            _("Approve"),
            (Decided.WAITING,),
            PlainForm,
            _("Stays of the year that count from now on are paid by it."),
            False,
        ),
        "reject": ("group_list.approve", _("Reject"), (Decided.WAITING,), SayForm, "", True),
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[GroupList]:
        return queries.lists(request.user)

    @admin.display(description=_("region"), ordering="region")
    def place(self, row: GroupList) -> str:
        return place(row.region)

    def buttons(self, request: HttpRequest, obj: GroupList | None) -> list[Button]:
        if obj is not None:
            return super().buttons(request, obj)
        send = Button(_("Hand in a list"), reverse("admin:medical_grouplist_send"), main=True)
        return [send] if may(request.user, "group_list.enter") else []

    def context(self, request: HttpRequest, obj: GroupList) -> dict[str, Any]:
        say = UNITS["points"].say
        return {
            "heading": f"{obj.get_method_display()} · {place(obj.region)} · {obj.year}",
            "facts": facts(
                (_("State"), obj.get_state_display()),
                (_("Region"), place(obj.region)),
                (_("Year"), obj.year),
                (_("Method of payment"), obj.get_method_display()),
                (_("Mean cost of all stays, yuan"), yuan(obj.mean_all)),
                (_("Groups"), obj.groups_count),
                (_("Document"), obj.document),
                (_("Entered by"), f"{obj.maker} · {moment(obj.made_at)}"),
                (_("Decided by"), obj.checker),
                (_("Reason"), obj.reason),
            ),
            "tables": [
                Table(
                    _("Groups"),
                    [_("Code"), _("Name"), _("Weight or score"), _("Mean cost"), _("Stable")],
                    [
                        Row(
                            [
                                each.code,
                                each.name,
                                say(each.weight, ""),
                                yuan(each.mean),
                                _("Yes") if each.stable else _("No"),
                            ]
                        )
                        for each in obj.groups.all()[:SHOWN]
                    ],
                    "",
                    (2, 3),
                )
            ],
        }

    def do_approve(self, request: HttpRequest, row: GroupList, said: Any) -> None:
        lists.decide_list(by=staff(request), row=row, approve=True)

    def do_reject(self, request: HttpRequest, row: GroupList, said: dict[str, Any]) -> None:
        lists.decide_list(by=staff(request), row=row, approve=False, reason=said["note"])

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("send/", guard(self.send), name="medical_grouplist_send"),
            path("template/", guard(self.template), name="medical_grouplist_template"),
            *super().get_urls(),
        ]

    def send(self, request: HttpRequest) -> HttpResponse:
        """Hand in the groups of a year."""
        made: list[GroupList] = []

        def do(said: dict[str, Any]) -> str:
            said |= {"method": int(said["method"]), "filename": said["file"].name}
            made.append(lists.hand_in(by=staff(request), **said))
            return _now("Handed in. It waits for a colleague.")

        return Deed(
            title=_("Hand in a list of groups"),
            act="group_list.enter",
            button=_("Hand in"),
            do=do,
            form=ListForm,
            prepare=lambda form: within(form, staff(request).region_code or ""),
            back=list_url(GroupList),
            then=lambda: row_url(made[0]),
            template="admin/medical/edition_send.html",
            context={"template_url": reverse("admin:medical_grouplist_template")},
            crumbs=[Crumb(_("Lists of groups"), list_url(GroupList))],
        ).answer(request)

    def template(self, request: HttpRequest) -> FileResponse:
        """The workbook to fill in."""
        if not may(request.user, "group_list.enter"):
            raise Http404
        return FileResponse(
            lists.template_file(), as_attachment=True, filename="groups.xlsx", content_type=XLSX
        )
