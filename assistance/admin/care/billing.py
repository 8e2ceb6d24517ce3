"""The desk's pages of bills of providers of care: handed in, checked, approved or given back."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from assistance.models import BillState, CareBill, CareState
from assistance.queries import care as queries
from assistance.rules.care_services import CareService
from assistance.services.care import bills
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month, month_of
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, Deed, list_url, row_url, seen_url, staff
from socsec.office.desk_forms import PlainForm
from socsec.office.display import day_plain, word
from socsec.office.forms import ScreenForm
from socsec.office.queues import Queue
from socsec.office.tables import Row, Table, facts

from .forms import BillForm, CheckForm, ReasonForm

SHOWN = 200


@admin.register(CareBill)
class CareBillAdmin(Queue):
    read_act = "care.read"
    list_display: ClassVar = ["provider", "month_", "count", "insurance_", "vouchers_", "state"]
    list_filter: ClassVar = ["state"]
    search_fields: ClassVar = ["provider__name__icontains"]
    search_help_text = _("A part of the provider's name")
    verbs: ClassVar = {
        "check": (
            "care.bill_check",
            _("Checked"),
            (BillState.HANDED_IN,),
            CheckForm,
            _("Look at the orders. Where something is odd or differs, say what you found."),
            False,
        ),
        "approve": (
            "care.bill_approve",
            _("Approve"),
            (BillState.CHECKED,),
            PlainForm,
            _("An envelope to the provider from each fund; another person releases it."),
            False,
        ),
        "reject": (
            "care.bill_approve",
            _("Give it back"),
            (BillState.HANDED_IN, BillState.CHECKED),
            ReasonForm,
            _("Its orders can be billed again."),
            True,
        ),
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[CareBill]:
        return queries.bills(request.user)

    @admin.display(description=_("month"), ordering="month")
    def month_(self, row: CareBill) -> str:
        return format_month(row.month)

    @admin.display(description=_("from the insurance"), ordering="insurance")
    def insurance_(self, row: CareBill) -> str:
        return yuan(row.insurance)

    @admin.display(description=_("for vouchers"), ordering="vouchers")
    def vouchers_(self, row: CareBill) -> str:
        return yuan(row.vouchers)

    def buttons(self, request: HttpRequest, obj: CareBill | None) -> list[Button]:
        if obj is not None:
            return super().buttons(request, obj)
        url = reverse("admin:assistance_carebill_hand_in")
        allowed = may(request.user, "care.bill")
        return [Button(_("Enter a bill"), url, main=True)] if allowed else []

    def context(self, request: HttpRequest, obj: CareBill) -> dict[str, Any]:
        return {
            "heading": str(obj),
            "facts": facts(
                (_("State"), obj.get_state_display()),
                (_("Provider of care"), obj.provider, row_url(obj.provider)),
                (_("Month"), format_month(obj.month)),
                (_("From the insurance"), yuan(obj.insurance)),
                (_("For vouchers"), yuan(obj.vouchers)),
                (_("Together"), yuan(obj.total)),
                (
                    _("Claimed by the provider"),
                    None if obj.stated is None else yuan(obj.stated),
                ),
                (
                    _("Difference"),
                    None if obj.stated in (None, obj.total) else yuan(obj.stated - obj.total),  # type: ignore[operator]
                ),
                (_("What was found"), obj.note),
                (_("Handed in by"), obj.maker),
                (_("Checked by"), obj.checked_by),
                (_("Decided by"), obj.checker),
            ),
            "tables": [_odd(obj), _paid(request, obj), _orders(obj)],
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("hand-in/", guard(self.hand_in), name="assistance_carebill_hand_in"),
            *super().get_urls(),
        ]

    def hand_in(self, request: HttpRequest) -> HttpResponse:
        """Enter the bill of a month that a provider handed in on paper."""
        made: list[CareBill] = []
        offered = queries.providers(request.user).exclude(
            state__in=[CareState.PROPOSED, CareState.REJECTED]
        )

        def prepare(form: ScreenForm) -> None:
            form.fields["provider"].choices = [(str(each.pk), each.name) for each in offered]  # type: ignore[attr-defined]

        def do(said: dict[str, Any]) -> str:
            said["provider"] = offered.get(pk=int(said["provider"]))
            made.append(bills.hand_in(by=staff(request), **said))
            return _now("Entered with %(count)s orders. It is checked now.") % {
                "count": made[0].count
            }

        return Deed(
            title=_("Enter a bill"),
            act="care.bill",
            button=_("Enter"),
            do=do,
            form=BillForm,
            prepare=prepare,
            lead=_("It takes all confirmed orders of the month that are on no bill yet."),
            initial={"month": month_of(timezone.localdate()) - 1},
            back=list_url(CareBill),
            then=lambda: row_url(made[0]),
            crumbs=[Crumb(_("Bills of care"), list_url(CareBill))],
        ).answer(request)

    def do_check(self, request: HttpRequest, row: CareBill, said: dict[str, Any]) -> None:
        bills.check(by=staff(request), bill=row, **said)

    def do_approve(self, request: HttpRequest, row: CareBill, said: Any) -> str:
        bills.approve(by=staff(request), bill=row)
        return _now("Approved. The money goes once another person has released it.")

    def do_reject(self, request: HttpRequest, row: CareBill, said: dict[str, Any]) -> None:
        bills.reject(by=staff(request), bill=row, **said)


def _odd(bill: CareBill) -> Table:
    return Table(
        _("Odd"),
        [_("Order"), _("Person"), _("Day"), _("What is odd"), _("Yuan")],
        [
            Row(
                [
                    word(CareService.read(each.service)),
                    each.person.name,
                    day_plain(each.day),
                    why.label,
                    yuan(each.cost - each.own),
                ],
                row_url(each),
            )
            for each, why in queries.oddities(bill)
        ],
        _("Nothing."),
        (4,),
    )


def _paid(request: HttpRequest, bill: CareBill) -> Table:
    return Table(
        _("Paid by the funds"),
        [_("Fund"), _("Yuan"), _("State")],
        [
            Row(
                [str(each.fund), yuan(each.amount), each.envelope.get_state_display()],
                seen_url(request.user, each.envelope, "payment.read", each.envelope.region),
            )
            for each in bill.payments.select_related("fund__region", "envelope")
        ],
        _("Not yet."),
        (1,),
    )


def _orders(bill: CareBill) -> Table:
    return Table(
        _("Orders of care"),
        [
            _("Service of care"),
            _("Person"),
            _("Day"),
            _("Units"),
            _("From the insurance"),
            _("Vouchers"),
        ],
        [
            Row(
                [
                    word(CareService.read(each.service)),
                    each.person.name,
                    day_plain(each.day),
                    each.units,
                    yuan(each.insurance),
                    yuan(each.by_minutes + each.by_money),
                ],
                row_url(each),
            )
            for each in bill.orders.select_related("person").order_by("day", "pk")[:SHOWN]
        ],
        _("None: the bill was given back."),
        (3, 4, 5),
    )
