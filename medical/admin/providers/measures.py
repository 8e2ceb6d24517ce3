"""The desk's pages of measures against providers."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from medical.models import Sanction
from medical.services.providers import agreements
from socsec.office.desk import staff
from socsec.office.desk_forms import PlainForm, SayForm
from socsec.office.display import day_plain

from .deciding import Decided
from .forms import EndForm


@admin.register(Sanction)
class SanctionAdmin(Decided):
    list_display: ClassVar = ["provider", "kind", "department", "from_date", "until", "standing"]
    list_select_related: ClassVar = ["provider", "department"]
    list_filter: ClassVar = ["kind"]
    verbs: ClassVar = {
        "decide": ("provider.approve", _("Decide on it"), ("waiting",), PlainForm, "", False),
        "reject": ("provider.approve", _("Reject"), ("waiting",), SayForm, "", True),
        "lift": ("provider.approve", _("Lift"), ("decided",), EndForm, "", False),
    }

    def context(self, request: HttpRequest, obj: Sanction) -> dict[str, Any]:
        return self.page_facts(
            obj,
            (_("Measure"), obj.get_kind_display()),
            (_("Department"), obj.department),
            (_("From"), day_plain(obj.from_date)),
            (_("Until"), day_plain(obj.until) if obj.until else None),
            (_("Reason"), obj.reason),
            (_("Law"), obj.law),
        )

    def do_decide(self, request: HttpRequest, row: Sanction, said: Any) -> None:
        agreements.decide_sanction(by=staff(request), sanction=row, approve=True)

    def do_reject(self, request: HttpRequest, row: Sanction, said: Any) -> None:
        agreements.decide_sanction(
            by=staff(request), sanction=row, approve=False, reason=said["note"]
        )

    def do_lift(self, request: HttpRequest, row: Sanction, said: dict[str, Any]) -> None:
        agreements.lift(by=staff(request), sanction=row, **said)
