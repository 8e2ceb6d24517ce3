"""The overview of the funds: understood in a minute, and from each number on to the transfers behind it."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from funds import queries
from funds.models import Account, Fund
from funds.models.words import kind_words
from socsec.kernel import regions
from socsec.kernel.errors import KernelError
from socsec.kernel.money import percent, yuan
from socsec.kernel.months import format_month, month_of, parse_month
from socsec.office import figures
from socsec.office.access import may, scope
from socsec.office.desk import Crumb, View, list_url, row_url, show_page, staff

ACT = "fund.read"
MONTHS = 12
ROWS = 100
TENTH = 1000  # millionths: budgets are shown to a tenth of a per cent


def addresses(guard: Callable[[View], View]) -> list[URLPattern]:
    """The addresses of these pages, below the list of funds."""
    return [
        path("overview/", guard(dashboard), name="funds_dashboard"),
        path("<int:fund>/account/<int:number>/", guard(account), name="funds_account_moves"),
    ]


def dashboard(request: HttpRequest) -> HttpResponse:
    """Every fund of the reader: what is left, what came and went this year, who must look where."""
    user = staff(request)
    if not may(user, ACT):
        raise PermissionDenied
    funds = list(scope(Fund.objects.select_related("region"), user, "region_id"))
    until = month_of(timezone.localdate())
    found = queries.overview(funds, until) if funds else []
    months = queries.by_month(funds, until - MONTHS + 1, until) if funds else {}
    spent = sum(each.spent_in_a_year for each in found)
    reserve = sum(each.reserve for each in found)
    return show_page(
        request,
        "admin/funds/dashboard.html",
        title=_("Overview of the funds"),
        act=ACT,
        crumbs=[Crumb(_("Funds"), list_url(Fund))],
        until=format_month(until),
        reserve=reserve,
        income=sum(each.income for each in found),
        expenditure=sum(each.expenditure for each in found),
        months=reserve * MONTHS // spent if spent > 0 else None,
        differing=sum(each.differing for each in found),
        rows=[
            {
                "of": each,
                "url": f"{reverse('admin:funds_statements')}?fund={each.fund.pk}",
                "closed": format_month(each.closed) if each.closed is not None else "",
                "used": percent(each.used // TENTH * TENTH) if each.used is not None else "",
            }
            for each in found
        ],
        **picture(months),
    )


def picture(months: dict[int, tuple[int, int]]) -> dict[str, Any]:
    """Income and expenditure of each month, with their numbers."""
    names = [format_month(of) for of in months]
    return {
        "chart": figures.bar_chart(
            names,
            [
                figures.Series(_("Income"), [max(came, 0) for came, _went in months.values()]),
                figures.Series(_("Expenditure"), [max(went, 0) for _came, went in months.values()]),
            ],
            beside=True,
        ),
        "head": [_now("Month"), _now("Income"), _now("Expenditure"), _now("Result")],
        "table": [
            [format_month(of), yuan(came), yuan(went), yuan(came - went)]
            for of, (came, went) in reversed(months.items())
        ],
    }


def account(request: HttpRequest, fund: int, number: int) -> HttpResponse:
    """The batches that moved one account of a fund in a month; each leads to its transfers."""
    user = staff(request)
    if not may(user, ACT):
        raise PermissionDenied
    found = get_object_or_404(
        scope(Fund.objects.select_related("region"), user, "region_id"), pk=fund
    )
    of = get_object_or_404(Account, number=number)
    try:
        month = parse_month(request.GET.get("month", ""))
    except KernelError:
        month = month_of(timezone.localdate())
    region = request.GET.get("region") or found.region_id
    if not found.region.covers(region):
        raise Http404
    page = int(request.GET.get("p", "1")) if request.GET.get("p", "1").isdigit() else 1
    start = max(page - 1, 0) * ROWS
    moves = queries.moves(found, of, month, regions.stem(region), start, ROWS + 1)
    query = f"fund={found.pk}&month={format_month(month)}&region={region}"
    return show_page(
        request,
        "admin/funds/account.html",
        title=f"{of} · {format_month(month)}",
        act=ACT,
        crumbs=[
            Crumb(_("Funds"), list_url(Fund)),
            Crumb(str(found), row_url(found)),
            Crumb(_("Statements"), f"{reverse('admin:funds_statements')}?{query}"),
        ],
        fund=found,
        moves=[(each, kind_words(each.kind)) for each in moves[:ROWS]],
        sees_batches=may(user, "ledger.read", found.region_id),
        query=query,
        before=page - 1,
        after=page + 1 if len(moves) > ROWS else 0,
        earlier=format_month(month - 1),
        later=format_month(month + 1),
        region=region,
    )
