"""The desk's pages of the books: each fund's balances on any day, ledger batches, cash, verify."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.apps import apps
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from funds import queries
from funds.models import Fund, accounts
from funds.models.words import kind_words
from funds.services import cash, ledger
from socsec.kernel.money import yuan
from socsec.office import oversight
from socsec.office.access import may, scope
from socsec.office.desk import Button, Crumb, Deed, DeskAdmin, list_url, show_page, staff
from socsec.office.forms import MoneyField, ScreenForm

from . import dashboard, periods, statements

CASH = (accounts.INCOME_ACCOUNT, accounts.FISCAL_ACCOUNT, accounts.EXPENDITURE_ACCOUNT)
PAGE = 100

# The ledger's models are known to services and queries alone; the desk asks Django for them.
LedgerBatch = apps.get_model("funds", "LedgerBatch")


def fund_url(fund: Fund) -> str:
    return reverse("admin:funds_fund_change", args=[fund.pk])


class AmountForm(ScreenForm):
    amount = MoneyField(label=_("Amount, in yuan"))


class ReasonForm(ScreenForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.TextInput(attrs={"class": "input w-20"})
    )


@admin.register(Fund)
class FundAdmin(DeskAdmin):
    read_act = "fund.read"
    region_field = "region_id"
    change_form_template = "admin/funds/fund.html"
    list_display: ClassVar = ["name", "fiscal", "since"]
    list_display_links: ClassVar = ["name"]
    list_select_related: ClassVar = ["region"]
    fields: ClassVar = ["since"]

    @admin.display(description=_("fund"))
    def name(self, fund: Fund) -> str:
        return str(fund)

    @admin.display(description=_("fiscal special account"))
    def fiscal(self, fund: Fund) -> str:
        return yuan(queries.balance(fund, accounts.FISCAL_ACCOUNT))

    def buttons(self, request: HttpRequest, obj: Fund | None) -> list[Button]:
        if obj is None:
            ask = Button(_("Verify the books"), reverse("admin:funds_verify"))
            return [ask] if may(request.user, "verify.read") else []
        offered = [
            Button(_("Statements"), f"{reverse('admin:funds_statements')}?fund={obj.pk}"),
            *periods.offer(request.user, obj),
        ]
        if may(request.user, "fund.move", obj.region_id):
            offered += [
                Button(label, reverse("admin:funds_fund_verb", args=[obj.pk, slug]))
                for slug, (label, _form, _do) in MOVES.items()
            ]
        return offered

    def context(self, request: HttpRequest, obj: Fund) -> dict[str, Any]:
        asked = parse_date(request.GET.get("on", "")) if request.GET.get("on") else None
        on = asked or timezone.localdate()
        lines = queries.trial_balance(obj, on)
        held = {line.account.number: line.balance for line in lines}
        spent = held.get(accounts.BENEFITS, 0)
        return {
            "fund": obj,
            "title": str(obj),
            "on": on,
            "wrong_day": bool(request.GET.get("on")) and asked is None,
            "lines": lines,
            "debit": sum(line.debit for line in lines),
            "credit": sum(line.credit for line in lines),
            "cash": [(_(CASH_WORDS[number]), held.get(number, 0)) for number in CASH],
            "income": held.get(accounts.CONTRIBUTION_INCOME, 0)
            + held.get(accounts.SUBSIDY_INCOME, 0),
            "spent": spent,
            "batches": [
                (batch, kind_words(batch.kind))
                for batch in queries.batches(request.user).filter(fund=obj)[:10]
            ],
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("<int:pk>/do/<slug:verb>/", guard(self.move), name="funds_fund_verb"),
            path("verify/", guard(self.verify), name="funds_verify"),
            *statements.addresses(guard),
            *dashboard.addresses(guard),
            *super().get_urls(),
        ]

    def move(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        fund = get_object_or_404(self.get_queryset(request), pk=pk)
        if verb not in MOVES:
            raise Http404
        label, form, act = MOVES[verb]

        def do(said: dict[str, Any]) -> str:
            act(fund, staff(request), said)
            return _now("Posted.")

        return Deed(
            title=label,
            act="fund.move",
            button=label,
            do=do,
            form=form,
            back=fund_url(fund),
            crumbs=[Crumb(_("Funds"), list_url(Fund)), Crumb(str(fund), fund_url(fund))],
        ).answer(request)

    def verify(self, request: HttpRequest) -> HttpResponse:
        """Every question that the apps registered, asked now."""
        if not may(request.user, "verify.read"):
            raise PermissionDenied
        asked = list(oversight.run()) if request.GET.get("ask") else []
        return show_page(
            request,
            "admin/funds/verify.html",
            title=_("Verify the books"),
            act="verify.read",
            crumbs=[
                Crumb(_("Funds"), list_url(Fund) if may(request.user, "fund.read") else ""),
                Crumb(_("Verify the books")),
            ],
            asked=asked,
            questions=oversight.questions(),
            wrong=sum(len(findings) for _question, findings in asked),
        )


CASH_WORDS = {
    accounts.INCOME_ACCOUNT: "Income account",
    accounts.FISCAL_ACCOUNT: "Fiscal special account",
    accounts.EXPENDITURE_ACCOUNT: "Expenditure account",
}
# For the extraction of messages: the words above are looked up when shown.
_WORDS = (_("Income account"), _("Fiscal special account"), _("Expenditure account"))

MOVES: dict[str, tuple[Any, type[ScreenForm], Callable[[Fund, Any, dict[str, Any]], Any]]] = {
    "sweep": (
        _("Empty the income account"),
        ScreenForm,
        lambda fund, user, said: cash.sweep(fund, by=user),
    ),
    "subsidy": (
        _("Book a subsidy"),
        AmountForm,
        lambda fund, user, said: cash.subsidy(fund, said["amount"], by=user),
    ),
    "opening": (
        _("Book an opening reserve"),
        AmountForm,
        lambda fund, user, said: cash.opening(fund, said["amount"], by=user),
    ),
}


# The sources of what is booked on this desk.
BOOKED_HERE = tuple(f"funds.{kind}:" for kind in MOVES)


class KindFilter(admin.SimpleListFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        kinds = model_admin.get_queryset(request).order_by("kind").values_list("kind", flat=True)
        return [(kind, kind_words(kind)) for kind in kinds.distinct()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(LedgerBatch)
class BatchAdmin(DeskAdmin):
    read_act = "ledger.read"
    region_field = "fund__region_id"
    change_form_template = "admin/funds/batch.html"
    list_display: ClassVar = ["id", "kind_", "fund", "booked_on", "count", "money", "reverses"]
    list_select_related: ClassVar = ["fund__region", "reverses"]
    list_filter: ClassVar = [KindFilter]
    search_fields: ClassVar = ["source__startswith"]
    search_help_text = _("Source")
    fields: ClassVar = ["kind"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return scope(queries.batches(request.user), request.user, "fund__region_id")

    @admin.display(description=_("kind"), ordering="kind")
    def kind_(self, batch: Any) -> str:
        return kind_words(batch.kind)

    @admin.display(description=_("total"), ordering="total")
    def money(self, batch: Any) -> str:
        return yuan(batch.total)

    def buttons(self, request: HttpRequest, obj: Any | None) -> list[Button]:
        # What an app posted is undone by that app; the desk reverses only what the desk posted.
        if obj is None or not obj.source.startswith(BOOKED_HERE) or obj.reverses_id:
            return []
        if hasattr(obj, "reversed_by") or not may(
            request.user, "ledger.reverse", obj.fund.region_id
        ):
            return []
        return [
            Button(_("Reverse"), reverse("admin:funds_batch_reverse", args=[obj.pk]), stop=True)
        ]

    def context(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        page = Paginator(queries.transfers(batch_id=obj.pk), PAGE).get_page(request.GET.get("p"))
        return {
            "batch": obj,
            "heading": f"{kind_words(obj.kind)} · {obj.pk}",
            "kind": kind_words(obj.kind),
            "page": page,
            "digest": bytes(obj.digest).hex(),
        }

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("<int:pk>/reverse/", guard(self.reverse_batch), name="funds_batch_reverse"),
            *super().get_urls(),
        ]

    def reverse_batch(self, request: HttpRequest, pk: int) -> HttpResponse:
        batch = get_object_or_404(self.get_queryset(request), pk=pk)
        home = reverse("admin:funds_ledgerbatch_change", args=[pk])

        def do(said: dict[str, Any]) -> str:
            ledger.reverse(batch.pk, reason=said["reason"], by=staff(request))
            return _now("The exact opposite is posted.")

        return Deed(
            title=_("Reverse batch %(id)s") % {"id": pk},
            act="ledger.reverse",
            button=_("Reverse"),
            do=do,
            form=ReasonForm,
            stop=True,
            back=home,
        ).answer(request)
