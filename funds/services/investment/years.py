"""The return of a year: what is set aside, what each region gets, and posted to its books by two."""

from collections import defaultdict
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from funds.models import (
    Entrustment,
    Fund,
    Mandate,
    ReturnShare,
    ReturnYear,
    RiskReserve,
    accounts,
)
from funds.models.ledger import LedgerBatch
from funds.params import NoParams, RiskReserves
from funds.queries.investment import last_valuation, reserve_of
from funds.rules.investment.sharing import (
    ShareFacts,
    TrusteeReserveFacts,
    region_share,
    trustee_reserve,
)
from funds.services import ledger
from socsec.kernel.months import month
from socsec.kernel.regions import NATION
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, Invalid, NotFound, Refused
from socsec.office.models import User
from socsec.office.services import audit
from socsec.office.services import policy as policies

from .mandates import locked

DECEMBER, LAST_DAY = 12, 31


@transaction.atomic
def prepare_year(mandate: Mandate, year: int, *, by: User) -> ReturnYear:
    """Work out the return of a year that is over and each fund's part; a draft is worked out anew.

    A fund's capital is the money that the custodian saw, and the parts of earlier years, by days.
    """
    found = locked(mandate.pk)
    require(by, "investment.mandate", found.region_id)
    last = date(year, DECEMBER, LAST_DAY)
    if last >= timezone.localdate():
        raise Refused(_("The year is not over."), code="year_not_over")
    there = found.years.filter(year=year).first()
    if there and there.checker_id:
        raise Conflict(_("The return of this year is posted."), code="posted_already")
    closing = last_valuation(found, last)
    if closing is None or closing.day.year != year:
        raise Refused(
            _("The mandate was not valued in this year."),
            fix=_("Read the custodian's files first."),
            code="not_valued",
        )
    if found.years.filter(year__lt=year, checker__isnull=True).exists():
        raise Refused(
            _("An earlier year is not posted yet."),
            fix=_("Have it approved first."),
            code="earlier_year_open",
        )
    opening = last_valuation(found, date(year - 1, DECEMBER, LAST_DAY))
    flow = sum(
        found.valuations.filter(
            day__gt=date(year - 1, DECEMBER, LAST_DAY), day__lte=last
        ).values_list("flow", flat=True)
    )
    earned = closing.nav - (opening.nav if opening else 0) - flow
    law = RiskReserves.at(policies.of(policies.current_edition()), NATION, last)
    facts = TrusteeReserveFacts(
        earned=earned,
        reserve=reserve_of(found, RiskReserve.Keeper.TRUSTEE),
        nav=closing.nav,
    )
    sheet = trustee_reserve(facts, law)
    if there:
        there.shares.all().delete()
        there.delete()
    made = ReturnYear.objects.create(
        mandate=found,
        year=year,
        opening=opening.nav if opening else 0,
        closing=closing.nav,
        flow=flow,
        earned=earned,
        reserve=sheet.put,
        shared=sheet.shared,
        maker=by,
    )
    _share(made)
    _note(made, by, "investment.year")
    return made


@transaction.atomic
def approve_year(year_id: int, *, by: User) -> list[LedgerBatch]:
    """A second person approves; each fund's part is posted to its books, in the month of December."""
    found = (
        ReturnYear.objects.select_for_update(no_key=True, of=("self",))
        .select_related("mandate")
        .filter(pk=year_id)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such year."), code="no_year")
    require(by, "investment.approve", found.mandate.region_id)
    require_other_hand(by, found.maker_id)
    if found.checker_id:
        raise Conflict(_("The return of this year is posted."), code="posted_already")
    found.checker = by
    found.save(update_fields=["checker"])
    if found.reserve:
        RiskReserve.objects.create(
            mandate=found.mandate,
            keeper=RiskReserve.Keeper.TRUSTEE,
            on=date(found.year, DECEMBER, LAST_DAY),
            source=f"year:{found.pk}",
            amount=found.reserve,
        )
    posted = [
        _post(found, share, by)
        for share in found.shares.select_related("fund__region")
        if share.part
    ]
    _note(found, by, "investment.year_approve")
    return posted


def _share(made: ReturnYear) -> None:
    weights = dict(sorted(capital_days(made.mandate, made.year).items()))
    everybody = sum(weights.values())
    if everybody <= 0:
        if made.shared:
            raise Invalid(
                _("No fund had money in the mandate, so nobody can have its return."),
                code="nobody_shares",
            )
        return
    before = 0
    for fund, own in weights.items():
        facts = ShareFacts(shared=made.shared, before=before, own=own, everybody=everybody)
        ReturnShare.objects.create(
            of=made, fund_id=fund, capital_days=own, part=region_share(facts, NoParams()).part
        )
        before += own


def capital_days(mandate: Mandate, year: int) -> dict[int, int]:
    """Each fund's capital in fen times the days that it was there in a year, the last day included."""
    first, last = date(year, 1, 1), date(year, DECEMBER, LAST_DAY)
    found: dict[int, int] = defaultdict(int)
    for fund, amount, day in Entrustment.objects.filter(
        mandate=mandate, received_on__lte=last
    ).values_list("fund", "amount", "received_on"):
        found[fund] += amount * ((last - max(day or last, first)).days + 1)
    whole = (last - first).days + 1
    for fund, part in ReturnShare.objects.filter(
        of__mandate=mandate, of__year__lt=year, of__checker__isnull=False
    ).values_list("fund", "part"):
        found[fund] += part * whole
    return {fund: max(days, 0) for fund, days in found.items()}


def _post(year: ReturnYear, share: ReturnShare, by: User) -> LedgerBatch:
    fund: Fund = share.fund
    pair = accounts.ENTRUSTED_INVESTMENT, accounts.INVESTMENT_INCOME
    debit, credit = pair if share.part > 0 else reversed(pair)
    return ledger.post(
        fund,
        "investment_return",
        [
            ledger.Posting(
                0,
                debit,
                credit,
                abs(share.part),
                month(year.year, DECEMBER),
                fund.region_id,
                heads=0,
            )
        ],
        source=f"funds.investment_return:{share.pk}",
        on=date(year.year, DECEMBER, LAST_DAY),
        by=by,
    )


def _note(year: ReturnYear, by: User, act: str) -> None:
    audit.record(
        by=by,
        act=act,
        subject=year,
        region=year.mandate.region_id,
        year=year.year,
        earned=year.earned,
        shared=year.shared,
    )
