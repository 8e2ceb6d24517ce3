"""The desk's pages of opening balances: entered by one, approved by another."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries as people
from funds.models import Branch, Scheme
from pensions.models import OpeningBalance, OpeningState
from pensions.services import account
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month, month_of
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, staff
from socsec.office.forms import MoneyField, MonthField, ScreenForm, SelectField


def opening_url(opening: OpeningBalance) -> str:
    return reverse("admin:pensions_openingbalance_change", args=[opening.pk])


# The accounts that earlier books may hand over: a resident's comes with the file of the older scheme.
ACCOUNTS = {
    "employees": (Scheme.EMPLOYEES, Branch.PENSION, _("Employees' old-age insurance")),
    "agencies": (Scheme.AGENCIES, Branch.PENSION, _("Old-age insurance of agencies")),
    "annuity": (Scheme.AGENCIES, Branch.ANNUITY, _("Occupational annuity")),
}


class OpeningForm(ScreenForm):
    account = SelectField(
        label=_("Account"),
        choices=[(name, words) for name, (_scheme, _branch, words) in ACCOUNTS.items()],
        required=False,
    )
    amount = MoneyField(label=_("Balance, in yuan"))
    notional = MoneyField(
        label=_("Of it written down only, in yuan"),
        help_text=_("Of an occupational annuity whose employer the treasury pays."),
        required=False,
    )
    month = MonthField(
        label=_("Up to month"),
        help_text=_("The last month whose contributions and interest it holds."),
    )
    document = forms.CharField(
        label=_("Document"), max_length=200, widget=forms.TextInput(attrs={"class": "input w-20"})
    )


class ReasonForm(ScreenForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.TextInput(attrs={"class": "input w-20"})
    )


@admin.register(OpeningBalance)
class OpeningAdmin(DeskAdmin):
    read_act = "benefit.read"
    list_display: ClassVar = ["person", "money", "until", "document", "state", "maker"]
    list_filter: ClassVar = ["state"]
    list_select_related: ClassVar = ["person", "maker"]
    fields: ClassVar = ["person", "money", "until", "document", "state", "maker", "checker"]
    readonly_fields: ClassVar = fields

    @admin.display(description=_("balance"), ordering="amount")
    def money(self, opening: OpeningBalance) -> str:
        return yuan(opening.amount)

    @admin.display(description=_("up to month"), ordering="month")
    def until(self, opening: OpeningBalance) -> str:
        return format_month(opening.month)

    def buttons(self, request: HttpRequest, obj: OpeningBalance | None) -> list[Button]:
        if obj is None or obj.state != OpeningState.DRAFT:
            return []
        if not may(request.user, "case.check", obj.region):
            return []
        return [
            Button(_("Approve"), _verb_url(obj, "approve"), main=True),
            Button(_("Reject"), _verb_url(obj, "reject"), stop=True),
        ]

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("enter/<int:person>/", guard(self.enter), name="pensions_opening_enter"),
            path("<int:pk>/do/<slug:verb>/", guard(self.verb), name="pensions_opening_verb"),
            *super().get_urls(),
        ]

    def enter(self, request: HttpRequest, person: int) -> HttpResponse:
        found = get_object_or_404(people.people(request.user), pk=person)
        home = reverse("admin:enrollment_person_change", args=[found.pk])

        def do(said: dict[str, Any]) -> str:
            scheme, branch, _words = ACCOUNTS[said.pop("account") or "employees"]
            said["notional"] = said["notional"] or 0
            account.enter_opening(
                by=staff(request),
                person=found,
                region=found.region,
                scheme=scheme,
                branch=branch,
                **said,
            )
            return _now("Entered. It counts once a colleague has approved it.")

        return Deed(
            title=_("Opening balance of %(name)s") % {"name": found.name},
            act="benefit.change",
            button=_("Enter"),
            do=do,
            form=OpeningForm,
            back=home,
            initial={"month": month_of(timezone.localdate()) - 1},
            crumbs=[Crumb(found.name, home), Crumb(_("Opening balance"))],
        ).answer(request)

    def verb(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        opening = get_object_or_404(self.get_queryset(request), pk=pk)

        def approve(said: dict[str, Any]) -> str:
            account.approve_opening(by=staff(request), opening=opening)
            return _now("The balance stands on the account and in the books.")

        def reject(said: dict[str, Any]) -> str:
            account.reject_opening(by=staff(request), opening=opening, **said)
            return _now("Rejected. It may be entered anew.")

        if verb not in ("approve", "reject"):
            raise Http404
        agree = verb == "approve"
        return Deed(
            title=_("Approve the balance") if agree else _("Reject the balance"),
            act="case.check",
            button=_("Approve") if agree else _("Reject"),
            do=approve if agree else reject,
            form=ScreenForm if agree else ReasonForm,
            stop=not agree,
            back=list_url(OpeningBalance),
            lead=_("%(amount)s yuan for %(name)s, %(document)s.")
            % {
                "amount": yuan(opening.amount),
                "name": opening.person.name,
                "document": opening.document,
            },
            crumbs=[
                Crumb(_("Opening balances"), list_url(OpeningBalance)),
                Crumb(opening.person.name),
            ],
        ).answer(request)


def _verb_url(opening: OpeningBalance, verb: str) -> str:
    return reverse("admin:pensions_opening_verb", args=[opening.pk, verb])
