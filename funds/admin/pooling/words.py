"""Words of rounds and of their parts."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from funds.models import PoolingPart
from socsec.kernel.money import yuan

Text = str | Promise


WHERE: Mapping[str, Text] = {
    "books": _("the fund's books"),
    "official": _("policy"),
    "secondary": _("policy"),
    "unverified": _("policy, unverified"),
    "provisional": _("policy, of an earlier year"),
}


NAMES: Mapping[str, Text] = {
    "average_wage": _("Average wage of a year, yuan"),
    "insured": _("Workers insured"),
    "employed": _("People employed by enterprises"),
    "retirees": _("Pensioners"),
    "income": _("Income of the months, yuan"),
    "expenditure": _("Expenditure of the months, yuan"),
}


MONEY = {"average_wage", "income", "expenditure"}


OPEN = {"unverified", "provisional"}


def said(name: str, value: int | None) -> str:
    """A figure as people read it."""
    if value is None:
        return "—"
    return yuan(value) if name in MONEY else f"{value:,}"


def agreed(part: PoolingPart) -> Text:
    if part.objection:
        return _("objects")
    if part.checker_id:
        return _("yes")
    return _("to be confirmed") if part.maker_id else "—"
