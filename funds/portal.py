"""The public page of the funds, read without signing in: what came in, what went out, what is left (社会保险法第七十条)."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from funds import queries
from funds.models import Scheme, purse
from funds.queries import projection as projections
from funds.services.projection import outlook
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month
from socsec.office import figures, shell
from socsec.office.models import Region
from socsec.office.services import policy as policies

YEARS = 6


def hang() -> None:
    """Hang the page into the portal; called once, when the app is ready."""
    shell.tile(
        shell.Tile(
            9, "public_funds", "scales", _("Where the money goes"), _("the funds, in public")
        )
    )


def public(request: HttpRequest) -> HttpResponse:
    """The funds of a region, branch and year. Only what is closed is shown."""
    published = queries.published()
    regions = sorted({year.fund.region for year in published}, key=lambda region: region.code)
    region = _chosen(request.GET.get("region", ""), regions)
    mine = [year for year in published if year.fund.region == region]
    pairs = sorted({(year.fund.branch, year.fund.scheme) for year in mine})
    asked = request.GET.get("branch", "")
    pair = next((pair for pair in pairs if f"{pair[0]}-{pair[1]}" == asked), None)
    if asked and pair is None:
        if any(f"{y.fund.branch}-{y.fund.scheme}" == asked for y in published):
            pair = pairs[0] if pairs else None
        else:
            raise Http404
    pair = pair or (pairs[0] if pairs else None)
    shown = [year for year in mine if (year.fund.branch, year.fund.scheme) == pair][-YEARS:]
    picked = request.GET.get("year", "")
    latest = next(
        (year for year in shown if str(year.year) == picked), shown[-1] if shown else None
    )
    return render(
        request,
        "portal/funds/public.html",
        {
            "regions": regions,
            "region": region,
            "branches": [(f"{b}-{s}", f"{purse(b).label} · {Scheme(s).label}") for b, s in pairs],
            "branch": f"{pair[0]}-{pair[1]}" if pair else "",
            "years": [year.year for year in shown],
            "year": latest,
            "picture": picture(shown) if shown else None,
            "parts": queries.statement_tables(latest.statements) if latest else [],
            "through": format_month(latest.through) if latest else "",
        },
    )


def lasting(request: HttpRequest) -> HttpResponse:
    """How long the money lasts: the projections that were made public, one at a time."""
    choice = list(projections.public())
    asked = request.GET.get("p", "")
    held = next((each for each in choice if str(each.pk) == asked), None)
    if asked and held is None:
        raise Http404
    held = held or (choice[0] if choice else None)
    context: dict[str, Any] = {"choice": choice, "held": held}
    if held:
        context |= {
            "changes": outlook.changes(held),
            "parts": outlook.parts(held),
            "reference": outlook.reference(held, policies.of(held.edition)),
        }
    return render(request, "portal/funds/outlook.html", context)


def _chosen(code: str, regions: list[Region]) -> Region | None:
    if not code:
        return regions[0] if regions else None
    found = next((region for region in regions if region.code == code), None)
    if found is None:
        raise Http404
    return found


def picture(years: list[queries.PublishedYear]) -> dict[str, Any]:
    """Income, expenditure and what is left, year by year; a year not final yet is open."""
    came = [year.income for year in years]
    went = [year.expenditure for year in years]
    return {
        "chart": figures.bar_chart(
            [str(year.year) for year in years],
            [figures.Series(_("Income"), came), figures.Series(_("Expenditure"), went)],
            beside=True,
            open_bars=[not year.final for year in years],
        ),
        "head": [_now("Year"), _now("Income"), _now("Expenditure"), _now("Left at the end")],
        "table": [
            [str(y.year), yuan(y.income), yuan(y.expenditure), yuan(y.reserve)] for y in years
        ],
    }
