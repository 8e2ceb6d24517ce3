"""The desk's queue of deferrals: what employers ask to pay later, and the decision."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from enrollment.models import Deferral
from enrollment.services.revision import deferrals
from socsec.kernel.months import format_month
from socsec.office.desk import staff
from socsec.office.desk_forms import PlainForm, SayForm
from socsec.office.display import day_plain, moment
from socsec.office.queues import Queue
from socsec.office.tables import Row, Table, facts

from .debts import payer_url


@admin.register(Deferral)
class DeferralAdmin(Queue):
    read_act = "debt.read"
    list_display: ClassVar = ["employer", "branch", "months_of", "months", "state", "made_at"]
    list_filter: ClassVar = ["state", "branch"]
    list_select_related: ClassVar = ["employer", "maker"]
    verbs: ClassVar = {
        "grant": (
            "deferral.decide",
            _("Agree"),
            ("asked",),
            PlainForm,
            _("Until the later due date nothing is demanded, and no surcharge is counted."),
            False,
        ),
        "refuse": ("deferral.decide", _("Decline"), ("asked",), SayForm, "", True),
        "withdraw": (
            deferrals.ASK,
            _("Withdraw"),
            ("asked",),
            PlainForm,
            _("The employer takes it back: its months are due as before."),
            True,
        ),
    }

    @admin.display(description=_("months"))
    def months_of(self, row: Deferral) -> str:
        return f"{format_month(row.first_month)} – {format_month(row.last_month)}"

    def context(self, request: HttpRequest, obj: Deferral) -> dict[str, Any]:
        return {
            "facts": facts(
                (_("State"), obj.get_state_display()),
                (_("Employer"), obj.employer, payer_url(obj.employer)),
                (_("Branch"), obj.get_branch_display()),
                (_("Months"), self.months_of(obj)),
                (_("Months put off"), obj.months),
                (
                    _("Most that the policy allows"),
                    deferrals.possible(obj.employer, obj.branch, obj.first_month),
                ),
                (_("Reason"), obj.reason),
                (_("Document"), obj.document),
                (_("Asked by"), f"{obj.maker} · {moment(obj.made_at)}"),
                (_("Checked by"), obj.checker),
                (_("Note"), obj.note),
            ),
            "tables": [
                Table(
                    _("Later due dates"),
                    [_("Month"), _("Due on")],
                    [
                        Row([format_month(each.month), day_plain(each.due_on)])
                        for each in obj.put_off.order_by("month")
                    ],
                    _("None."),
                    (),
                )
            ],
        }

    def do_grant(self, request: HttpRequest, row: Deferral, said: dict[str, Any]) -> None:
        deferrals.decide(by=staff(request), deferral=row, grant=True)

    def do_refuse(self, request: HttpRequest, row: Deferral, said: dict[str, Any]) -> None:
        deferrals.decide(by=staff(request), deferral=row, grant=False, note=said["note"])

    def do_withdraw(self, request: HttpRequest, row: Deferral, said: dict[str, Any]) -> None:
        deferrals.withdraw(by=staff(request), deferral=row)
