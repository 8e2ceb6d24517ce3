"""The desk's pages of agreements with providers."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from medical.models import Agreement, Care
from medical.services.providers import agreements
from socsec.office.desk import staff
from socsec.office.desk_forms import PlainForm, SayForm
from socsec.office.display import day_plain

from .deciding import Decided
from .forms import EndForm


@admin.register(Agreement)
class AgreementAdmin(Decided):
    list_display: ClassVar = ["document", "provider", "from_date", "until", "standing"]
    list_select_related: ClassVar = ["provider"]
    verbs: ClassVar = {
        "approve": ("provider.approve", _("Approve"), ("waiting",), PlainForm, "", False),
        "reject": ("provider.approve", _("Reject"), ("waiting",), SayForm, "", True),
        "finish": ("provider.approve", _("End early"), ("decided",), EndForm, "", True),
    }

    def context(self, request: HttpRequest, obj: Agreement) -> dict[str, Any]:
        return self.page_facts(
            obj,
            (_("From"), day_plain(obj.from_date)),
            (_("Until"), day_plain(obj.last_day)),
            (_("Kinds of care"), " · ".join(str(Care(each).label) for each in obj.care)),
            (_("Reason for the end"), obj.end_reason),
        )

    def do_approve(self, request: HttpRequest, row: Agreement, said: Any) -> None:
        agreements.decide(by=staff(request), agreement=row, approve=True)

    def do_reject(self, request: HttpRequest, row: Agreement, said: Any) -> None:
        agreements.decide(by=staff(request), agreement=row, approve=False, reason=said["note"])

    def do_finish(self, request: HttpRequest, row: Agreement, said: dict[str, Any]) -> None:
        agreements.end(by=staff(request), agreement=row, **said)
