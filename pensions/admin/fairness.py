"""Fairness, seen: what people get, pay and are covered for, by scheme, region, sex, age, town and country, over time."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment import queries as people
from enrollment.models import AgeBand, Area, Sex
from funds.models import Branch, Scheme
from pensions.queries import fairness as queries
from pensions.queries.fairness import Means
from socsec.kernel.errors import KernelError
from socsec.kernel.money import percent, yuan
from socsec.kernel.months import format_month, month_of, parse_month
from socsec.office import figures
from socsec.office.access import may
from socsec.office.desk import show_page, staff
from socsec.office.models import Region
from socsec.office.places import place

READ = "benefit.read"
YEARS = 5
TENTH = 1_000  # millionths: rates are shown to a tenth of a per cent
Text = str | Promise


def fairness(request: HttpRequest) -> HttpResponse:
    """The means of a month, asked by the address: region and month."""
    user = staff(request)
    region = request.GET.get("region") or user.region_code or ""
    if not may(user, READ, region):
        raise Http404
    try:
        month = parse_month(request.GET.get("month", ""))
    except KernelError:
        month = month_of(timezone.localdate())
    found = queries.means(region, month)
    counted = people.latest_count()
    covered = {
        by: people.rates(region, min(month, counted), Branch.PENSION, by) if counted else []
        for by in ("area", "band")
    }
    return show_page(
        request,
        "admin/pensions/fairness.html",
        title=_("Fairness"),
        act=READ,
        month=format_month(month),
        region=region,
        regions=[(each.code, str(each)) for each in Region.objects.within(user.region_code or "")],
        gap=_gap(found["scheme"]),
        tables=[
            (title, [_row(name(each.key), each) for each in found[group]])
            for title, group, name in _groups()
        ],
        coverage=[
            (title, [(names(r.key).label, r, _rate(r.rate)) for r in covered[by]])
            for title, by, names in (
                (_("Coverage, town and country"), "area", Area),
                (_("Coverage by age"), "band", AgeBand),
            )
        ],
        picture=_picture(region, month),
    )


def _groups() -> list[tuple[Text, str, Any]]:
    return [
        (_("By scheme"), "scheme", lambda key: Scheme(int(key)).label),
        (_("By region"), "region", place),
        (_("By sex"), "sex", lambda key: Sex(int(key)).label),
        (
            _("By age"),
            "age",
            lambda key: _now("%(first)s to %(last)s") % {"first": key, "last": int(key) + 9},
        ),
    ]


def _row(name: Text, of: Means) -> list[Text]:
    return [
        name,
        f"{of.pensioners:,}",
        _money(of.pension),
        f"{of.contributors:,}",
        _money(of.base),
        _rate(of.replacement),
    ]


def _money(fen: int | None) -> str:
    return "—" if fen is None else yuan(fen)


def _rate(rate: int | None) -> str:
    return "—" if rate is None else percent(rate // TENTH * TENTH)


def _gap(schemes: list[Means]) -> str:
    """How a resident's pension stands to an employee's, in a sentence; "" where one is missing."""
    known = {int(each.key): each.pension for each in schemes}
    theirs, ours = known.get(Scheme.EMPLOYEES), known.get(Scheme.RESIDENTS)
    if not (theirs and ours):
        return ""
    return _now(
        "A resident's pension is %(part)s of an employee's: %(ours)s against %(theirs)s yuan a month."
    ) % {
        "part": _rate(ours * 1_000_000 // theirs),
        "ours": yuan(ours),
        "theirs": yuan(theirs),
    }


def _picture(region: str, month: int) -> dict[str, Any]:
    """The mean pension of each scheme in the same month of five years, with its table."""
    months = [month - 12 * back for back in range(YEARS - 1, -1, -1)]
    found = queries.over_time(region, months)
    schemes = [scheme for scheme in Scheme if any(scheme in found[each] for each in months)]
    if not schemes:
        return {}
    labels = [format_month(each) for each in months]

    def pension(scheme: Scheme, at: int) -> int:
        return (found[at][scheme].pension or 0) if scheme in found[at] else 0

    return {
        "chart": figures.bar_chart(
            labels,
            [figures.Series(s.label, [pension(s, at) for at in months]) for s in schemes],
            beside=True,
        ),
        "head": [_now("Month"), *(str(scheme.label) for scheme in schemes)],
        "table": [
            [label, *(yuan(pension(scheme, at)) for scheme in schemes)]
            for label, at in zip(labels, months, strict=True)
        ],
    }
