"""How far back a month may still be paid (补缴): the one home of the limits of `enrollment.back_payment`.

A month is late where nobody had taken its coverage down by its end. Who works alone may make up
only as many late months as the region allows, in most places none; an employer pays any month,
those further back than the policy says with a ruling, audit or inspection record.
"""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Category, Coverage
from enrollment.params import BackPayment
from socsec.kernel.months import format_month, month_of
from socsec.kernel.policy import Policy, PolicyError
from socsec.office.errors import Refused, from_kernel
from socsec.office.services import policy


def allowed(
    region: str, category: Category, today_month: int, known: Policy | None = None
) -> tuple[int, int]:
    """The first month that may be paid at all, and the first that needs no ruling, from this month.

    `known` is the policy in force, for who has it at hand.
    """
    try:
        law = BackPayment.at(known or policy.of(policy.current_edition()), region, today_month)
    except PolicyError as error:
        raise from_kernel(error, "first_month") from error
    if category is Category.OWN_ACCOUNT:
        first = today_month - law.own_account_months
        return first, first
    return 0, today_month - law.employee_months


def check(
    *, region: str, category: Category, month: int, ruling: str = "", field: str = "month"
) -> None:
    """`Refused` for a month too far back, or that needs the `ruling` which is not named."""
    this_month = month_of(timezone.localdate())
    first, free = allowed(region, category, this_month)
    if month < first:
        raise Refused(
            _("In this region an own-account worker may make up months from %(month)s on only.")
            % {"month": format_month(first)}
            if first < this_month
            else _("In this region an own-account worker cannot make up missed months."),
            code="back_payment_closed",
            field=field,
            fix=_("Only months that an employer failed to insure can be paid later."),
        )
    if month < free and not ruling.strip():
        raise Refused(
            _("Months before %(month)s need a ruling or an inspection record.")
            % {"month": format_month(free)},
            code="ruling_missing",
            field="ruling",
            fix=_("Name the court or arbitration ruling, audit or inspection record."),
        )


def check_assessed_late(coverage: Coverage, month: int, ruling: str = "") -> None:
    """The same for a month of a coverage, unless that was on record before the month was over."""
    if month_of(timezone.localtime(coverage.recorded_at).date()) > month:
        check(
            region=coverage.region,
            category=Category(coverage.category),
            month=month,
            ruling=ruling,
        )
