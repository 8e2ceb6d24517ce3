"""The desk's page of balance sheet and income statement, with its spreadsheet and its paper."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from funds import queries
from funds.models import Fund, Scheme, purse
from funds.queries.statements import Statements
from socsec.kernel.errors import KernelError
from socsec.kernel.months import format_month, last_day, month_of, parse_month
from socsec.office import spreadsheets
from socsec.office.access import may, scope
from socsec.office.desk import Button, Crumb, View, list_url, show_page, staff
from socsec.office.models import Region
from socsec.office.pdf import Cell, Column, Paper

ACT = "fund.read"


@dataclass(frozen=True)
class Asked:
    """What a page is asked to show: one fund, or the funds of a branch put together in a region."""

    funds: list[Fund]
    month: int
    title: str
    query: dict[str, str]
    fund: Fund | None
    region: str
    wrong_month: bool = False

    @property
    def together(self) -> bool:
        return self.fund is None

    def statements(self) -> Statements:
        region = self.region if self.fund and self.region != self.fund.region_id else None
        return queries.statements(self.funds, self.month, region=region, together=self.together)


def addresses(guard: Callable[[View], View]) -> list[URLPattern]:
    """The addresses of these pages, below the list of funds."""
    return [
        path("statements/", guard(page), name="funds_statements"),
        path("statements/xlsx/", guard(workbook), name="funds_statements_xlsx"),
        path("statements/pdf/", guard(paper), name="funds_statements_pdf"),
    ]


def asked(request: HttpRequest) -> Asked:
    """Read the address; 404 for a fund or region that does not exist for this user."""
    user = staff(request)
    mine = scope(Fund.objects.select_related("region"), user, "region_id")
    wrong = False
    try:
        month = parse_month(request.GET.get("month", "").strip())
    except KernelError:
        wrong = bool(request.GET.get("month"))
        month = month_of(timezone.localdate())
    number, both = request.GET.get("fund", ""), request.GET.get("together", "")
    fund = mine.filter(pk=int(number)).first() if number.isdigit() else None
    if number and fund is None:
        raise Http404
    if fund is None and not both:
        fund = mine.first()
    region = request.GET.get("region", "").strip()
    if fund is not None:
        region = region or fund.region_id
        place = Region.objects.filter(pk=region).first()
        if place is None or not fund.region.covers(region):
            raise Http404
        title = str(fund) if region == fund.region_id else f"{fund} · {place}"
        said = {"fund": str(fund.pk), "month": format_month(month), "region": region}
        return Asked([fund], month, title, said, fund, region, wrong)
    branch, _dash, scheme = both.partition("-")
    if not (branch.isdigit() and scheme.isdigit()):
        raise Http404
    region = region or user.region_code or ""
    funds = [each for each in queries.within(int(branch), int(scheme), region) if each in set(mine)]
    if not funds:
        raise Http404
    title = _now("%(branch)s, %(scheme)s: %(region)s with all below") % {
        "branch": purse(int(branch)).label,
        "scheme": Scheme(int(scheme)).label,
        "region": Region.objects.get(pk=region),
    }
    said = {"together": both, "month": format_month(month), "region": region}
    return Asked(funds, month, title, said, None, region, wrong)


def page(request: HttpRequest) -> HttpResponse:
    user = staff(request)
    if not may(user, ACT):
        raise PermissionDenied
    mine = list(scope(Fund.objects.select_related("region"), user, "region_id"))
    found = asked(request) if mine or request.GET.get("fund") else None
    buttons = []
    if found:
        query = urlencode(found.query)
        buttons = [
            Button(_("Spreadsheet"), f"{reverse('admin:funds_statements_xlsx')}?{query}"),
            Button(_("PDF"), f"{reverse('admin:funds_statements_pdf')}?{query}"),
        ]
    made = found.statements() if found else None
    pairs = sorted({(fund.branch, fund.scheme) for fund in mine})
    return show_page(
        request,
        "admin/funds/statements.html",
        title=_("Statements"),
        act=ACT,
        crumbs=[Crumb(_("Funds"), list_url(Fund)), Crumb(_("Statements"))],
        buttons=buttons,
        asked=found,
        month=format_month(found.month) if found else "",
        made=made,
        parts=queries.statement_tables(made) if made else [],
        funds=mine,
        groups=[
            (f"{branch}-{scheme}", f"{purse(branch).label} · {Scheme(scheme).label}")
            for branch, scheme in pairs
        ],
        inside=inside(found, mine),
    )


def inside(found: Asked | None, mine: list[Fund]) -> list[Region]:
    """The regions that the statements can be narrowed to: within the fund, or with funds of their own."""
    if found is None:
        return []
    if found.fund:
        return list(Region.objects.within(found.fund.region_id))
    return sorted({fund.region for fund in mine}, key=lambda region: region.code)


def workbook(request: HttpRequest) -> FileResponse:
    if not may(request.user, ACT):
        raise PermissionDenied
    found = asked(request)
    layout = spreadsheets.Layout(
        _("Statements"),
        [
            spreadsheets.Column("part", _("Statement"), width=24),
            spreadsheets.Column("line", _("Line"), width=40),
            spreadsheets.Column("now", _("Month"), width=20),
            spreadsheets.Column("then", _("Year"), width=20),
        ],
    )
    rows = [
        {
            "part": str(title),
            "line": str(name),
            "now": now.replace(",", ""),
            "then": then.replace(",", ""),
        }
        for title, _now_head, _then_head, lines in queries.statement_tables(found.statements())
        for name, now, then, _sum, _accounts in lines
    ]
    return FileResponse(
        spreadsheets.write(layout, rows),
        as_attachment=True,
        filename=f"statements-{format_month(found.month)}.xlsx",
        content_type=spreadsheets.XLSX,
    )


def paper(request: HttpRequest) -> HttpResponse:
    if not may(request.user, ACT):
        raise PermissionDenied
    found, user = asked(request), staff(request)
    made = found.statements()
    sheet = Paper(
        title=_now("Balance sheet and income statement"),
        language=get_language() or "en",
        office=str(user.office),
        dated=last_day(found.month),
        number=format_month(found.month),
    )
    sheet.heading(found.title)
    sheet.text(_now("Yuan. What nobody confirmed is not in these books."))
    for title, now, then, lines in queries.statement_tables(made):
        sheet.section(title)
        sheet.table(
            [
                Column(_now("Line"), 2.4),
                Column(now, 1, figures=True),
                Column(then, 1, figures=True),
            ],
            [
                [Cell(name, bold=is_sum), Cell(a, bold=is_sum), Cell(b, bold=is_sum)]
                for name, a, b, is_sum, _accounts in lines
            ],
        )
    answer = HttpResponse(sheet.bytes(), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="statements-{format_month(found.month)}.pdf"'
    return answer
