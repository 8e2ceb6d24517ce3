"""What funds hangs into the desk's start page: what each fund holds, and the months as a chart."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from funds import queries
from funds.models import Fund, accounts
from socsec.kernel.money import yuan
from socsec.kernel.months import format_month, month_of
from socsec.office import figures, home
from socsec.office.access import scope
from socsec.office.home import Panel
from socsec.office.models import User

MONTHS = 12


def mine(user: User) -> list[Fund]:
    return list(scope(Fund.objects.select_related("region"), user, "region_id"))


def balances(user: User) -> dict[str, Any] | None:
    funds = mine(user)
    if not funds:
        return None
    fiscal, income = (
        queries.control(accounts.FISCAL_ACCOUNT),
        queries.control(accounts.INCOME_ACCOUNT),
    )
    spending = queries.control(accounts.EXPENDITURE_ACCOUNT)
    rows = [
        (fund, income.get(fund.pk, 0), fiscal.get(fund.pk, 0), spending.get(fund.pk, 0))
        for fund in funds
    ]
    return {"rows": rows}


def months(user: User) -> dict[str, Any] | None:
    """Contributions received and benefits paid for each of the last twelve months."""
    funds = mine(user)
    if not funds:
        return None
    last = month_of(timezone.localdate())
    span = range(last - MONTHS + 1, last + 1)
    came = queries.moved_by_month(funds, accounts.CONTRIBUTION_INCOME, span[0])
    went = queries.moved_by_month(funds, accounts.BENEFITS, span[0])
    series = [
        figures.Series(_("Contributions"), [came.get(month, 0) for month in span]),
        figures.Series(_("Benefits"), [went.get(month, 0) for month in span]),
    ]
    return {
        "chart": figures.bar_chart([format_month(month) for month in span], series, beside=True),
        "head": [_now("Month"), _now("Contributions"), _now("Benefits")],
        "table": [
            [format_month(month), yuan(came.get(month, 0)), yuan(went.get(month, 0))]
            for month in reversed(span)
        ],
    }


def hang() -> None:
    home.panel(
        Panel(
            "funds",
            3,
            _("What the funds hold"),
            "fund.read",
            "admin/funds/_balances.html",
            balances,
        )
    )
    home.panel(
        Panel("months", 4, _("Twelve months"), "fund.read", "admin/funds/_months.html", months)
    )
