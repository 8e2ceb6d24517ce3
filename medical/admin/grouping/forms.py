"""What the desk's pages of stays paid by group ask."""

from django.utils.translation import gettext_lazy as _

from funds.models import Scheme
from medical.models import GroupMethod
from socsec.kernel.units import UNITS
from socsec.office.desk_forms import RegionField, pick, text
from socsec.office.forms import Kernel, MoneyField, ScreenForm, UploadField, WholeField

FIRST_YEAR, LAST_YEAR = 2019, 2100


class PointsField(Kernel):
    """A number with at most four decimals; the result is in ten-thousandths."""

    read = staticmethod(UNITS["points"].read)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(width="w-10", **kwargs)
        self.widget.attrs["inputmode"] = "decimal"


class ListForm(ScreenForm):
    region = RegionField()
    year = WholeField(label=_("Year"), least=FIRST_YEAR, most=LAST_YEAR)
    method = pick(_("Method of payment"), GroupMethod.choices)
    mean_all = MoneyField(label=_("Mean cost of all stays, yuan"))
    document = text(_("Document"), max_length=200)
    file = UploadField()


class BudgetForm(ScreenForm):
    region = RegionField(help_text=_("The budget is that of the fund that pools the region."))
    scheme = pick(
        _("Scheme"), [(each.value, each.label) for each in (Scheme.EMPLOYEES, Scheme.RESIDENTS)]
    )
    year = WholeField(label=_("Year"), least=FIRST_YEAR, most=LAST_YEAR)
    amount = MoneyField(label=_("Budget of the year, yuan"))
    stays = MoneyField(label=_("Of which for stays paid by group, yuan"))
    value = PointsField(
        label=_("Value of a point in the months, yuan"),
        required=False,
        help_text=_("Empty: each month's own, from its twelfth of the budget."),
    )
    document = text(_("Document"), max_length=200)
    file = UploadField(label=_("Parts of the providers"))


class GroupForm(ScreenForm):
    code = text(_("Payment group"), max_length=30)


class ScoreForm(ScreenForm):
    year = WholeField(label=_("Year"), least=FIRST_YEAR, most=LAST_YEAR)
    score = PointsField(label=_("Score, out of 100"))
    document = text(_("Document"), max_length=200)
