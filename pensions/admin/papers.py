"""What the desk asks of a person's papers when a claim is assessed: facts that no book holds.

Empty means that there is none.
"""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from funds.models import Scheme
from socsec.office.forms import ScreenForm, TickField, WholeField


def _text(label: Any, help_text: Any = "") -> forms.CharField:
    """A fact as it is written on the papers; the rule says whether it can be."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"class": "input w-10", "inputmode": "decimal"}),
    )


class EmployeePapers(ScreenForm):
    one_child = TickField(label=_("Certificate of one-child parents"), required=False)
    intellectual = TickField(label=_("Counted as an intellectual (Ningxia)"), required=False)
    birth_examined = TickField(
        label=_("The personnel file shows the same date of birth"), required=False
    )


class ResidentPapers(ScreenForm):
    basic_pension = _text(
        _("Basic pension, in yuan"),
        _("Only where the place pays this person another level than the announced one."),
    )
    other_pension = TickField(
        label=_("Draws another basic pension, by the papers of another place"), required=False
    )
    birth_examined = TickField(
        label=_("The household register shows the same date of birth"), required=False
    )


class AgencyPapers(ScreenForm):
    rank = WholeField(
        label=_("Rank, by its number in the province's table"), most=99, required=False
    )
    index_of_rank = _text(_("Deemed index"), _("Only where the papers state it, such as 1.16."))
    basic_pay = _text(
        _("Basic pay of September 2014, in yuan"),
        _("For who had worked before the reform and retired by September 2024."),
    )
    old_rate = _text(_("Rate of the old method"), _("Such as 0.9."))
    subsidy = _text(_("Retirement subsidy, in yuan"))
    increment = _text(_("Increase of 2015, in yuan"))
    wage_growth = _text(_("Wage growth since 2015, multiplied up"), _("Such as 1.05."))
    birth_examined = TickField(
        label=_("The personnel file shows the same date of birth"), required=False
    )


PAPERS: dict[int, type[ScreenForm]] = {
    Scheme.EMPLOYEES: EmployeePapers,
    Scheme.RESIDENTS: ResidentPapers,
    Scheme.AGENCIES: AgencyPapers,
}


def stated(said: dict[str, Any]) -> dict[str, Any]:
    """The facts that papers state, in natural units. What is empty or not ticked is none."""
    return {name: value for name, value in said.items() if value and name != "birth_examined"}
