"""What a round is worked out from: figures of policy, of the books, or entered for a region."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from funds.models import Account, Fund, PoolingPart, PoolingRound, accounts
from funds.params import PoolingFigures, PoolingMethod
from funds.queries import moved
from funds.rules.pooling.adjustment import MOST
from funds.rules.pooling.together import METHODS
from socsec.kernel import regions
from socsec.kernel.months import first_day, last_day, month
from socsec.kernel.policy import NotInRegion, NotYetInForce, Policy
from socsec.office.access import require
from socsec.office.errors import Conflict, Invalid, NotFound
from socsec.office.models import Region, User
from socsec.office.services import audit

Element = Account.Element
# What levels pay each other, and what the treasuries add, is what pooling is to decide.
LEFT_OUT = {
    accounts.FROM_ABOVE,
    accounts.FROM_BELOW,
    accounts.TO_ABOVE,
    accounts.TO_BELOW,
    accounts.SUBSIDY_INCOME,
}
BOOKS = "books"
LONGEST = 80  # of a source


def members(upper: Fund, method: int, policy: Policy) -> list[tuple[Region, Fund | None]]:
    """The regions that share: those with a fund right below, and provinces with figures of policy."""
    within = Fund.objects.select_related("region").filter(
        branch=upper.branch,
        scheme=upper.scheme,
        region__code__startswith=regions.stem(upper.region_id),
    )
    funds = {each.region_id: each for each in within if each != upper}
    nearest = {
        code: fund
        for code, fund in funds.items()
        if not any(place in funds for place in regions.upwards(code)[1:])
    }
    known = set(nearest)
    if method == PoolingMethod.CENTRAL_ADJUSTMENT:
        code = PoolingFigures.codes()["average_wage"]
        known |= {value.region for value in policy.values() if value.code == code}
    places = Region.objects.filter(code__in=known).order_by("code")
    return [(place, nearest.get(place.code)) for place in places]


def gather(part: PoolingPart, of: PoolingRound, policy: Policy) -> None:
    """The figures of a region as they are on file; what is not on file stays out."""
    if of.method == PoolingMethod.CENTRAL_ADJUSTMENT:
        year = first_day(month(of.since // 12, 1))
        for name, code in PoolingFigures.codes().items():
            try:
                value = policy.at(code, part.region_id, year)
            except (NotInRegion, NotYetInForce):
                continue
            part.figures[name] = int(value.value)
            part.sources[name] = value.status
    elif part.fund is not None:
        came, went = _moved(part.fund, of)
        part.figures = {"income": came, "expenditure": went}
        part.sources = dict.fromkeys(part.figures, BOOKS)


def _moved(fund: Fund, of: PoolingRound) -> tuple[int, int]:
    """Income and expenditure of the months in fen, without levels and treasuries."""
    elements = dict(Account.objects.values_list("number", "element"))
    sums = {Element.INCOME: 0, Element.EXPENSE: 0}
    for move in moved([fund.pk], since=of.since, on=last_day(of.until)):
        for account, sign in ((move.debit, 1), (move.credit, -1)):
            element = Element(elements[account])
            if element in sums and account not in LEFT_OUT:
                sums[element] += sign * move.amount
    return max(-sums[Element.INCOME], 0), max(sums[Element.EXPENSE], 0)


def missing(part: PoolingPart) -> list[str]:
    """The figures that the method wants and that are not there."""
    wanted = METHODS[PoolingMethod.read(part.round.method)].figures
    return [name for name in wanted if name not in part.figures]


@transaction.atomic
def enter_figures(
    part_id: int, figures: Mapping[str, int], *, source: str, by: User
) -> PoolingPart:
    """Put figures of a region (fen, people) in the place of those on file, and say whose they are.

    Only until the round is approved; what was previewed has to be previewed again.
    """
    found = PoolingPart.objects.select_related("round__fund__region", "region").get(pk=part_id)
    held = PoolingRound.objects.select_for_update(no_key=True).get(pk=found.round_id)
    require(by, "pooling.draft", found.round.fund.region_id)
    if held.state not in (PoolingRound.State.DRAFTED, PoolingRound.State.PREVIEWED):
        raise Conflict(
            _("This round is approved: its figures stand."),
            fix=_("A region objects, or the round is reversed."),
            code="round_moved_on",
        )
    if not source.strip():
        raise Invalid(_("Say where the figures come from."), code="source_missing", field="source")
    for name, value in figures.items():
        if name not in METHODS[PoolingMethod.read(held.method)].figures:
            raise NotFound(_("There is no such figure."), code="no_such_figure")
        if type(value) is not int or not 0 <= value <= MOST:
            raise Invalid(_("This cannot be."), code="figure_out_of_range", field=name)
    found.figures |= figures
    found.sources |= dict.fromkeys(figures, source.strip()[:LONGEST])
    found.save(update_fields=["figures", "sources"])
    held.state = PoolingRound.State.DRAFTED
    held.save(update_fields=["state"])
    audit.record(
        by=by,
        act="pooling.figures",
        subject=held,
        region=found.round.fund.region_id,
        of=found.region_id,
        source=source.strip(),
        figures=dict(figures),
    )
    return found
