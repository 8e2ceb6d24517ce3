"""Money that funds entrust to mandates and take back: asked for by one, moved by another."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from funds.models import Entrustment, Fund, Mandate, accounts
from funds.models.ledger import LedgerBatch
from funds.queries.investment import claim
from funds.services import ledger
from socsec.kernel.money import yuan
from socsec.kernel.months import month_of
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, Invalid, NotFound, Refused
from socsec.office.models import User
from socsec.office.services import audit

from .mandates import in_force, locked


@transaction.atomic
def entrust(fund: Fund, mandate: Mandate, amount: int, *, by: User, on: date) -> Entrustment:
    """Ask that `amount` fen go from the fund's fiscal special account to the mandate, or, below zero,
    come back. Nothing moves until a second person approves it."""
    require(by, "investment.entrust", fund.region_id)
    if type(amount) is not int or not 0 < abs(amount) <= ledger.MOST:
        raise Invalid(_("Enter an amount."), code="amount_out_of_range", field="amount")
    _may_hold(fund, mandate)
    if amount > 0:
        in_force(mandate)
    _has(fund, mandate, amount)
    made = Entrustment.objects.create(fund=fund, mandate=mandate, amount=amount, on=on, maker=by)
    _note(made, by, "investment.entrust")
    return made


@transaction.atomic
def approve_entrustment(entrustment_id: int, *, by: User) -> LedgerBatch:
    """A second person approves; the ledger moves the money the same moment."""
    found = (
        Entrustment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("fund__region")
        .filter(pk=entrustment_id)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such transfer."), code="no_entrustment")
    require(by, "investment.approve", found.fund.region_id)
    require_other_hand(by, found.maker_id)
    if found.checker_id:
        raise Conflict(_("This money has moved already."), code="approved_already")
    mandate = locked(found.mandate_id)
    if found.amount > 0:
        in_force(mandate)
    _has(found.fund, mandate, found.amount)
    found.checker = by
    found.save(update_fields=["checker"])
    pair = accounts.ENTRUSTED_INVESTMENT, accounts.FISCAL_ACCOUNT
    debit, credit = pair if found.amount > 0 else reversed(pair)
    posted = ledger.post(
        found.fund,
        "entrusted",
        [
            ledger.Posting(
                0,
                debit,
                credit,
                abs(found.amount),
                month_of(found.on),
                found.fund.region_id,
                heads=0,
            )
        ],
        source=f"funds.entrusted:{found.pk}",
        on=found.on,
        by=by,
    )
    _note(found, by, "investment.entrust_approve")
    return posted


def _may_hold(fund: Fund, mandate: Mandate) -> None:
    account = accounts.Account.objects.get(pk=accounts.ENTRUSTED_INVESTMENT)
    if not account.kept_by(fund.branch, fund.scheme):
        raise Refused(
            _("Money of this insurance is not entrusted for investment."),
            fix=_("Choose a fund of old-age insurance."),
            code="not_entrusted",
        )
    if not mandate.region.covers(fund.region_id):
        raise Refused(
            _("This mandate is for another region."),
            fix=_("Choose a mandate of the fund's region or of one above it."),
            code="other_region",
        )


def _has(fund: Fund, mandate: Mandate, amount: int) -> None:
    """No fund takes more out of a mandate than it has in it by the books."""
    has = claim(mandate, fund)
    if has + amount < 0:
        raise Refused(
            _("The fund has %(has)s yuan in this mandate.") % {"has": yuan(has)},
            fix=_("Take back no more than that."),
            code="more_than_entrusted",
        )


def _note(found: Entrustment, by: User, act: str) -> None:
    audit.record(
        by=by,
        act=act,
        subject=found,
        region=found.fund.region_id,
        mandate=found.mandate_id,
        amount=found.amount,
    )
