"""The desk's pages of orders of care and of vouchers."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from assistance.models import CareOrder, OrderState, Voucher
from assistance.queries import care as queries
from assistance.rules.care_services import CareService, Setting
from assistance.services.care import orders
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month
from socsec.office.desk import row_url, seen_url, staff
from socsec.office.display import day_plain, word
from socsec.office.places import place
from socsec.office.queues import Queue
from socsec.office.tables import Row, Table, facts

from . import person
from .forms import ReasonForm
from .needing import level_word

PAYERS = ("insurance", "by_minutes", "by_money", "own", "cost")


@admin.register(CareOrder)
class CareOrderAdmin(Queue):
    read_act = "care.read"
    change_form_template = "admin/assistance/care.html"
    list_display: ClassVar = ["person", "service_", "units", "day", "provider", "cost_", "state"]
    list_filter: ClassVar = ["state"]
    search_fields: ClassVar = ["person__name__startswith", "provider__name__icontains"]
    search_help_text = _("Name, or a part of the provider's name")
    verbs: ClassVar = {
        "confirm": (
            "care.confirm",
            _("Confirm for the person"),
            (OrderState.ORDERED,),
            ReasonForm,
            _("Only where the person can neither confirm online nor tell the worker the code."),
            False,
        ),
        "cancel": ("care.order", _("Cancel"), (OrderState.ORDERED,), ReasonForm, "", True),
        "take_back": (
            "care.take_back",
            _("Take the confirmation back"),
            (OrderState.CONFIRMED,),
            ReasonForm,
            _("The service was not given after all. Vouchers have it left again."),
            True,
        ),
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[CareOrder]:
        return queries.orders(request.user).defer("sheet")

    @admin.display(description=_("service"), ordering="service")
    def service_(self, row: CareOrder) -> str:
        return f"{word(CareService.read(row.service))} · {word(Setting.read(row.setting))}"

    @admin.display(description=_("cost"), ordering="cost")
    def cost_(self, row: CareOrder) -> str:
        return yuan(row.cost) if row.state == OrderState.CONFIRMED else "—"

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("for/<int:person_id>/<slug:verb>/", guard(person.page), name="assistance_care"),
            *super().get_urls(),
        ]

    def context(self, request: HttpRequest, obj: CareOrder) -> dict[str, Any]:
        paid = obj.state == OrderState.CONFIRMED
        return {
            "heading": f"{obj.person.name} · {word(CareService.read(obj.service))}",
            "sheet_json": obj.sheet,
            "facts": facts(
                (_("State"), obj.get_state_display()),
                (_("Person"), obj.person.name, row_url(obj.person)),
                (
                    _("Provider of care"),
                    obj.provider,
                    seen_url(request.user, obj.provider, "care.read", obj.provider.region),
                ),
                (_("Where"), word(Setting.read(obj.setting))),
                (_("Units"), obj.units),
                (_("Day"), day_plain(obj.day)),
                (_("Confirmed"), obj.get_how_display() if obj.how else None),
                (_("Bill"), obj.bill, seen_url(request.user, obj.bill, "care.read", obj.region)),
                (_("Reason"), obj.reason),
                (_("Region"), place(obj.region)),
            ),
            "tables": [
                Table(
                    _("Who pays"),
                    [_("Payer"), _("Yuan")],
                    [
                        Row([CareOrder._meta.get_field(name).verbose_name, yuan(value)])  # type: ignore[union-attr]
                        for name in PAYERS
                        if (value := getattr(obj, name))
                    ],
                    "",
                    (1,),
                )
            ]
            if paid
            else [],
        }

    def do_confirm(self, request: HttpRequest, row: CareOrder, said: dict[str, Any]) -> None:
        orders.confirm(by=staff(request), order=row, **said)

    def do_take_back(self, request: HttpRequest, row: CareOrder, said: dict[str, Any]) -> None:
        orders.take_back(by=staff(request), order=row, **said)

    def do_cancel(self, request: HttpRequest, row: CareOrder, said: dict[str, Any]) -> None:
        orders.cancel(by=staff(request), order=row, **said)


@admin.register(Voucher)
class VoucherAdmin(Queue):
    read_act = "care.read"
    list_display: ClassVar = ["person", "month_", "level_", "given", "left", "expires_on"]
    list_filter: ClassVar = ["level"]
    search_fields: ClassVar = ["person__name__startswith"]
    search_help_text = _("Name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Voucher]:
        return queries.vouchers(request.user)

    @admin.display(description=_("month"), ordering="month")
    def month_(self, row: Voucher) -> str:
        return format_month(row.month)

    @admin.display(description=_("level of care"), ordering="level")
    def level_(self, row: Voucher) -> str:
        return level_word(row.level)

    @admin.display(description=_("issued"))
    def given(self, row: Voucher) -> str:
        return value_of(row.amount, row.minutes)

    @admin.display(description=_("left"))
    def left(self, row: Any) -> str:
        return value_of(row.money_left, row.time_left, hours=bool(row.minutes))

    def context(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        uses = obj.uses.select_related("order").order_by("pk")
        return {
            "heading": f"{obj.person.name} · {format_month(obj.month)}",
            "facts": facts(
                (_("Person"), obj.person.name, row_url(obj.person)),
                (_("Month"), format_month(obj.month)),
                (_("Level of care"), level_word(obj.level)),
                (_("Issued"), self.given(obj)),
                (_("Left"), self.left(obj)),
                (_("To be spent by"), day_plain(obj.expires_on)),
            ),
            "tables": [
                Table(
                    _("Spent on"),
                    [_("Service of care"), _("Day"), _("Spent")],
                    [
                        Row(
                            [
                                word(CareService.read(each.order.service)),
                                day_plain(each.order.day),
                                value_of(each.amount, each.minutes),
                            ],
                            row_url(each.order),
                        )
                        for each in uses
                    ],
                    _("Nothing yet."),
                    (2,),
                )
            ],
        }


def value_of(amount: int, minutes: int, hours: bool = False) -> str:
    """What a voucher is worth: yuan, or minutes of service."""
    if minutes or hours:
        return str(_("%(minutes)s minutes") % {"minutes": minutes})
    return str(_("%(amount)s yuan") % {"amount": yuan(amount)})
