"""Punctuality as a chart and a table: by programme, by step, by who does it, by office."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from assistance import queries
from assistance.models import Actor, Clock, StepCode
from assistance.queries.punctuality import Punctuality
from socsec.office import display, figures
from socsec.office.desk import Crumb, list_url, show_page, staff
from socsec.office.models import Office

BY = {
    "programme": _("Programme"),
    "step": _("Step"),
    "actor": _("Done by"),
    "office": _("Township or office"),
}
YEARS = 5  # how far back one may look here


def punctuality(request: HttpRequest) -> HttpResponse:
    user = staff(request)
    today = timezone.localdate()
    asked = request.GET.get("by", "")
    by = asked if asked in BY else "programme"
    years = [str(today.year - back) for back in range(YEARS)]
    year = request.GET.get("year", "")
    year = year if year in years else years[0]
    rows = queries.punctuality(user, by, date(int(year), 1, 1), date(int(year), 12, 31))
    labels = _labels(user, by, rows)
    return show_page(
        request,
        "admin/assistance/punctuality.html",
        title=_("Punctuality"),
        act="case.read",
        crumbs=[Crumb(_("Steps under way"), list_url(Clock)), Crumb(_("Punctuality"))],
        by=by,
        groups=BY.items(),
        year=year,
        years=years,
        rows=rows,
        chart=_chart(labels, rows),
        head=[BY[by], _("Steps"), _("In time"), _("Late"), _("Overdue"), _("Share in time")],
        table=[
            [
                label,
                f"{row.count:,}",
                f"{row.in_time:,}",
                f"{row.late:,}",
                f"{row.overdue:,}",
                display.rate(row.share),
            ]
            for label, row in zip(labels, rows, strict=True)
        ],
    )


def _chart(labels: Sequence[str], rows: list[Punctuality]) -> figures.Chart:
    return figures.bar_chart(
        labels,
        [
            figures.Series(_("In time"), [row.in_time for row in rows]),
            figures.Series(_("Late"), [row.late for row in rows]),
            figures.Series(_("Overdue"), [row.overdue for row in rows]),
        ],
        say=lambda number: f"{number:,}",
    )


def _labels(user: Any, by: str, rows: list[Punctuality]) -> list[str]:
    """What each group is called."""
    names: dict[Any, str]
    if by == "programme":
        names = {each.slug: str(each) for each in queries.programmes(user)}
    elif by == "step":
        names = {each.value: str(each.label) for each in StepCode}
    elif by == "actor":
        names = {each.value: str(each.label) for each in Actor}
    else:
        names = {each.pk: str(each) for each in Office.objects.all()}
    return [names.get(row.key, _now("other")) for row in rows]
