"""Rates of coverage by region, age, urban and rural, and over time, as charts and as a file."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import (
    AgeBand,
    Area,
)
from funds.models import Branch
from socsec.kernel.months import format_month
from socsec.office import display, figures
from socsec.office.access import may
from socsec.office.desk import Button, Crumb, show_page
from socsec.office.models import User

from .common import BRANCHES, chosen, list_page, reader, region_names, regions_of
from .csv_file import csv_answer

TENTH = 1000  # millionths in a tenth of a per cent
MONTHS = 12  # of a rate over time


def which(request: HttpRequest, user: User) -> tuple[str, Branch, int | None]:
    """Region, branch and month that the rates are asked for: within the user's own subtree."""
    by = chosen(request)
    region = by["region"] or user.region_code or ""
    if not may(user, "gap.read", region):
        raise Http404
    return region, Branch(by["branch"] or Branch.MEDICAL), queries.latest_count()


def parts_of(region: str, branch: Branch, month: int) -> list[dict[str, Any]]:
    """The rates of a month by region, age, and urban and rural: each a chart with its table."""
    every = (
        (_("By region"), "region", region_names),
        (_("By age"), "band", lambda keys: {key: AgeBand(key).label for key in keys}),
        (_("Urban and rural"), "area", lambda keys: {key: Area(key).label for key in keys}),
    )
    found = []
    for title, by, name in every:
        rates = queries.rates(region, month, branch, by)
        names = name({rate.key for rate in rates})
        labels = [str(names.get(rate.key, rate.key)) for rate in rates]
        found.append(
            {
                "title": title,
                "chart": figures.bar_chart(
                    labels,
                    [
                        figures.Series(_("insured"), [rate.insured for rate in rates]),
                        figures.Series(_("not insured"), [rate.missing for rate in rates]),
                    ],
                    say=lambda number: f"{number:,}",
                )
                if rates
                else None,
                "table": [
                    [label, f"{rate.people:,}", f"{rate.insured:,}", percent(rate)]
                    for label, rate in zip(labels, rates, strict=True)
                ],
                "head": [title, _("People"), _("Insured"), _("Rate of coverage")],
            }
        )
    return found


def line_of(rates: list[queries.Rate]) -> dict[str, Any] | None:
    """The rate month by month, in tenths of a per cent."""
    if not rates:
        return None
    labels = [format_month(rate.key) for rate in rates]
    return {
        "chart": figures.line_chart(
            labels,
            [figures.Series(_("insured"), [rate.rate // TENTH for rate in rates])],
            every=max(1, len(labels) // 6),
            say=lambda tenths: f"{tenths // 10}.{tenths % 10}%",
        ),
        "table": [
            [label, f"{rate.people:,}", f"{rate.insured:,}", percent(rate)]
            for label, rate in zip(labels, rates, strict=True)
        ],
        "head": [_("Month"), _("People"), _("Insured"), _("Rate of coverage")],
    }


def percent(rate: queries.Rate) -> str:
    """To a tenth of a per cent, rounded down: nobody is counted who is not there."""
    return display.rate(rate.rate // TENTH * TENTH)


def page(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    region, branch, month = which(request, user)
    over = queries.rates_over_time(region, branch, month - MONTHS + 1, month) if month else []
    return show_page(
        request,
        "admin/enrollment/rates.html",
        title=_("Rates of coverage"),
        act="gap.read",
        crumbs=[Crumb(_("Full coverage"), list_page()), Crumb(_("Rates of coverage"))],
        buttons=[
            Button(
                _("As a file"),
                f"{reverse('admin:enrollment_rates_file')}?branch={int(branch)}&region={region}",
            )
        ],
        month=month,
        branch=int(branch),
        region=region,
        branches=[(int(b), b.label) for b in BRANCHES],
        regions=sorted(region_names(regions_of(user)).items()),
        parts=parts_of(region, branch, month) if month else [],
        over=line_of(over),
    )


def file(request: HttpRequest) -> StreamingHttpResponse:
    user = reader(request)
    region, branch, month = which(request, user)
    rows: list[list[Any]] = [
        [_now("By"), _now("Part"), _now("People"), _now("Insured"), _now("Rate of coverage")]
    ]
    for part in parts_of(region, branch, month) if month else []:
        rows += [[str(part["title"]), *row] for row in part["table"]]
    return csv_answer("coverage-rates.csv", iter(rows))
