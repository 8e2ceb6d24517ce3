"""The desk's studies of bills: spending by level and disease, and what a draft plan would change."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from funds.models import Scheme
from medical.models import Settlement
from medical.queries import plans as plan_queries
from medical.queries import spending
from medical.services.settling import what_if
from socsec.kernel import months
from socsec.kernel.errors import KernelError
from socsec.kernel.money import yuan
from socsec.office import figures
from socsec.office.access import require
from socsec.office.desk import Crumb, show_page, staff
from socsec.office.desk_forms import RegionField, pick, within
from socsec.office.errors import Problem, from_kernel
from socsec.office.forms import ScreenForm, WholeField
from socsec.office.services import policy as policies
from socsec.office.tables import Row, Table

FIRST_YEAR, LAST_YEAR = 1998, 2100
DRAWN = 8  # diseases in the chart
MOST_DISEASES = 20  # in the table; the others stand together
SCHEMES = {"employees": Scheme.EMPLOYEES, "residents": Scheme.RESIDENTS}
BOTH = "both"
BY = {
    "standing": _("By whom"),
    "level": _("By level of the provider"),
    "care": _("By kind of care"),
}


class SpendingForm(ScreenForm):
    region = RegionField()
    scheme = pick(
        _("Scheme"),
        [(BOTH, _("Both")), ("employees", _("Employees")), ("residents", _("Residents"))],
    )
    year = WholeField(label=_("Year"), least=FIRST_YEAR, most=LAST_YEAR)


class WhatIfForm(ScreenForm):
    region = RegionField()
    scheme = pick(_("Scheme"), [("employees", _("Employees")), ("residents", _("Residents"))])
    year = WholeField(label=_("Year of the plan"), least=FIRST_YEAR, most=LAST_YEAR)
    bills = WholeField(label=_("Bills of the year"), least=FIRST_YEAR, most=LAST_YEAR)


def spending_page(request: HttpRequest) -> HttpResponse:
    """What care cost in a year, by level and by disease: as charts, and the same as tables."""
    user = staff(request)
    asked = {
        "region": user.region_code,
        "scheme": BOTH,
        "year": timezone.localdate().year,
        **request.GET.dict(),
    }
    form = SpendingForm(asked)
    within(form, user.region_code or "")
    parts: list[dict[str, Any]] = []
    if form.is_valid():
        said = form.cleaned_data
        chosen = list(SCHEMES.values()) if said["scheme"] == BOTH else [SCHEMES[said["scheme"]]]
        where = said["region"], said["year"], [int(each) for each in chosen]
        parts = [
            _spent("level", _now("By level of the provider"), spending.by_level(*where)),
            _spent("disease", _now("By disease"), spending.by_disease(*where, MOST_DISEASES)),
        ]
    return show_page(
        request,
        "admin/medical/spending.html",
        title=_("Spending on care"),
        act="bill.read",
        form=form,
        parts=parts,
        status=200 if form.is_valid() else 422,
    )


def _spent(key: str, title: str, rows: list[spending.Spent]) -> dict[str, Any]:
    drawn = [each for each in rows if each.key != "*"][:DRAWN]
    return {
        "key": key,
        "title": title,
        "said": _now("%(what)s: what the funds and the insured persons pay, yuan")
        % {"what": title},
        "chart": figures.bar_chart(
            [_called(each) for each in drawn],
            [
                figures.Series(_("Funds"), [max(each.funds, 0) for each in drawn]),
                figures.Series(_("Insured persons"), [max(each.person, 0) for each in drawn]),
            ],
        )
        if drawn
        else None,
        "head": [title, _now("Bills"), _now("Total"), _now("Funds"), _now("Insured persons")],
        "table": [
            [
                _called(each),
                f"{each.bills:,}",
                yuan(each.total),
                yuan(each.funds),
                yuan(each.person),
            ]
            for each in rows
        ],
    }


def _called(each: spending.Spent) -> str:
    if each.key == "*":
        return _now("All others")
    if not each.key:
        return _now("Without a diagnosis")
    return each.label


def what_if_page(request: HttpRequest) -> HttpResponse:
    """The bills of a year by the plan in force and by the plan with its drafts. Writes nothing."""
    user = staff(request)
    this = timezone.localdate().year
    asked = {
        "region": user.region_code,
        "scheme": "employees",
        "year": this,
        "bills": this - 1,
        **request.GET.dict(),
    }
    form = WhatIfForm(asked)
    within(form, user.region_code or "")
    shown: dict[str, Any] = {}
    if form.is_valid() and "bills" in request.GET:
        try:
            shown = _compared(request, form.cleaned_data)
        except (Problem, KernelError) as error:
            trouble = from_kernel(error) if isinstance(error, KernelError) else error
            form.add_error(None, str(trouble))
    return show_page(
        request,
        "admin/medical/what_if.html",
        title=_("What changes if"),
        act="policy.read",
        crumbs=[Crumb(_("Benefit plans"), reverse("admin:medical_plan"))],
        form=form,
        status=200 if form.is_valid() else 422,
        **shown,
    )


def _compared(request: HttpRequest, said: dict[str, Any]) -> dict[str, Any]:
    region, scheme = said["region"], said["scheme"]
    require(staff(request), "policy.read", region)
    codes = tuple(plan_queries.SCHEMES[scheme].codes().values())
    waiting = [each for each in policies.drafts(codes, region) if each.code in codes]
    language, law = get_language() or "", policies.joined_with(waiting)
    found = what_if.compare(
        scheme=SCHEMES[scheme],
        region=region,
        year=said["bills"],
        month=months.month(said["year"], 12),
        now=policies.of(policies.current_edition()),
        then=law,
    )
    whole = found.whole
    standing = sorted(found.groups.get("standing", {}).items())
    return {
        "found": found,
        "whole": whole,
        "drafts": [
            (each, law.parameter(each.code).label[0 if language.startswith("zh") else 1])
            for each in waiting
        ],
        "part": found.people != found.sampled,
        "chart": figures.bar_chart(
            [what_if.label("standing", key) for key, _group in standing],
            [
                figures.Series(_("As it is"), [group.funds_now for _key, group in standing]),
                figures.Series(_("With the drafts"), [group.funds_then for _k, group in standing]),
            ],
            beside=True,
        )
        if standing
        else None,
        "tables": [
            _payers(found),
            *(_groups(by, title, found) for by, title in BY.items()),
        ],
    }


def _payers(found: what_if.Compared) -> Table:
    return Table(
        _("Who pays"),
        [_("Payer"), _("As it is"), _("With the drafts"), _("Difference")],
        [
            Row([_payer(name), yuan(now), yuan(then), yuan(then - now)])
            for name, (now, then) in found.payers.items()
            if now or then
        ],
        _("There are no bills."),
        (1, 2, 3),
    )


def _payer(name: str) -> Any:
    return Settlement._meta.get_field(name).verbose_name  # type: ignore[union-attr]


def _groups(by: str, title: Any, found: what_if.Compared) -> Table:
    return Table(
        title,
        [
            *("", _("Bills"), _("People"), _("Funds as it is"), _("Funds with the drafts")),
            *(_("Difference"), _("Bear less"), _("together"), _("Bear more"), _("together")),
        ],
        [
            Row(
                [
                    what_if.label(by, key),
                    f"{each.bills:,}",
                    f"{each.people:,}",
                    yuan(each.funds_now),
                    yuan(each.funds_then),
                    yuan(each.more),
                    f"{each.gain:,}",
                    yuan(each.gained),
                    f"{each.lose:,}",
                    yuan(each.lost),
                ]
            )
            for key, each in sorted(found.groups.get(by, {}).items())
        ],
        _("There are no bills."),
        tuple(range(1, 10)),
    )
