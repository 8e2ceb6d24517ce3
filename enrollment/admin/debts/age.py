"""Arrears by age: who owes how much for how long."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    DemandNote,
    Employer,
)
from enrollment.queries import ageing
from enrollment.services.collection.spreading import today
from funds.models import Branch
from socsec.kernel.money import yuan
from socsec.kernel.months import month_of
from socsec.office import figures
from socsec.office.access import may
from socsec.office.desk import Crumb, list_url, show_page, staff
from socsec.office.models import Region
from socsec.office.tables import Row, Table

from .forms import payer_url

# At how many months the next bucket of arrears begins.
BOUNDS = [1, 3, 6, 12, 24]

BUCKETS = [
    _("this month"),
    _("1–2 months"),
    _("3–5 months"),
    _("6–11 months"),
    _("1 year"),
    _("2 years and more"),
]

SHOWN = 100  # payers of the list of arrears


def age(request: HttpRequest) -> HttpResponse:
    """Arrears of the user's region by age: by region, by branch, and who owes most."""
    if not may(request.user, "debt.read"):
        raise PermissionDenied
    region, month = staff(request).region_code or "", month_of(today())
    by_branch = ageing.aged(region, month, "branch", BOUNDS)
    by_region = ageing.aged(region, month, "region", BOUNDS)
    payers = ageing.aged(region, month, "employer_id", BOUNDS)[:SHOWN]
    employers = Employer.objects.in_bulk([each.key for each in payers if each.key])
    places = Region.objects.in_bulk([each.key for each in by_region])
    for each in by_branch:
        each.name = str(Branch(each.key).label)
    for each in by_region:
        each.name = str(places.get(each.key, each.key))
    for each in payers:
        each.name = str(employers.get(each.key) or _now("own-account workers together"))
        each.url = payer_url(employers[each.key]) if each.key in employers else ""
    sums = [sum(each.amounts[place] for each in by_branch) for place in range(len(BUCKETS))]
    picture = {
        "chart": figures.bar_chart(BUCKETS, [figures.Series(_("open"), sums)]),
        "title": _("Open by age, in yuan"),
        "head": [_("Age"), _("Still owed")],
        "table": [[label, yuan(amount)] for label, amount in zip(BUCKETS, sums, strict=True)],
    }
    numbers = tuple(range(1, len(BUCKETS) + 2))
    return show_page(
        request,
        "admin/enrollment/debts.html",
        title=_("Arrears by age"),
        act="debt.read",
        crumbs=[Crumb(_("Demand notes"), list_url(DemandNote)), Crumb(_("Arrears by age"))],
        picture=picture if any(sums) else None,
        facts=[],
        tables=[
            Table(
                title,
                [who, *BUCKETS, _("Together")],
                [
                    Row(
                        [
                            each.name,
                            *(yuan(a) if a else "—" for a in each.amounts),
                            yuan(each.total),
                        ],
                        url=each.url,
                    )
                    for each in aged
                ],
                _("Nothing is owed."),
                numbers,
            )
            for title, who, aged in (
                (_("By branch"), _("Branch"), by_branch),
                (_("By region"), _("Region"), by_region),
                (_("By employer"), _("Employer"), payers),
            )
        ],
    )
