"""State-owned equity transferred to a fund, and the dividends that it brings."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from funds.models import Channel, Fund, FundingDue, StateHolding
from funds.params import CapitalTerms
from funds.rules.reserve import CapitalFacts, capital
from funds.services.financing.dues import LONGEST, ask_due, check_amount, said
from socsec.kernel.errors import KernelError
from socsec.kernel.ids import read_credit_code
from socsec.kernel.policy import Policy, PolicyError
from socsec.office.access import require, require_other_hand
from socsec.office.errors import Conflict, NotFound, Refused, from_kernel
from socsec.office.models import User
from socsec.office.services import audit
from socsec.office.services import policy as policies


@transaction.atomic
def enter_holding(
    fund: Fund,
    *,
    enterprise: str,
    credit_code: str,
    equity: int,
    transferred_on: date,
    document: str,
    by: User,
) -> StateHolding:
    """Enter a transfer of equity: the part of `equity` fen that the law of that day names."""
    require(by, "financing.draft", fund.region_id)
    check_amount(equity)
    try:
        code = read_credit_code(credit_code)
    except KernelError as error:
        raise from_kernel(error, field="credit_code") from error
    found = capital(CapitalFacts(equity=equity), terms(fund, transferred_on))
    check_amount(found.transferred)
    try:
        with transaction.atomic():
            made = StateHolding.objects.create(
                fund=fund,
                enterprise=said(enterprise, "enterprise", LONGEST),
                credit_code=code,
                equity=equity,
                transferred=found.transferred,
                transferred_on=transferred_on,
                document=said(document, "document", LONGEST),
                maker=by,
            )
    except IntegrityError as error:
        if "state_holding_once" not in str(error):
            raise
        raise Conflict(
            _("The equity of this enterprise is on file."), code="holding_twice"
        ) from error
    _record(by, "financing.holding", made)
    return made


@transaction.atomic
def approve_holding(holding_id: int, *, by: User) -> StateHolding:
    """A second person approves the transfer; from then on dividends are due."""
    found = _held(holding_id)
    require(by, "financing.approve", found.fund.region_id)
    require_other_hand(by, found.maker_id)
    if found.checker_id:
        raise Conflict(_("This transfer is approved already."), code="approved_already")
    found.checker = by
    found.save(update_fields=["checker"])
    _record(by, "financing.holding_approve", found)
    return found


@transaction.atomic
def ask_dividend(
    holding_id: int, *, year: int, distributed: int, due_on: date, document: str, by: User
) -> FundingDue:
    """Enter the dividend of a year: the fund's part of what was distributed on the state's equity."""
    found = _held(holding_id)
    require(by, "financing.draft", found.fund.region_id)
    check_amount(distributed)
    if found.checker_id is None:
        raise Refused(
            _("This transfer of equity is not approved yet."),
            fix=_("Have it approved first."),
            code="holding_not_approved",
        )
    due = capital(
        CapitalFacts(equity=found.equity, distributed=distributed),
        terms(found.fund, found.transferred_on),
    ).dividend
    return ask_due(
        found.fund,
        Channel.CAPITAL,
        year=year,
        amount=due,
        due_on=due_on,
        document=document,
        by=by,
        holding=found,
    )


def terms(fund: Fund, on: date) -> CapitalTerms:
    """The law of a transfer is that of its day."""
    edition = policies.current_edition()
    try:
        return CapitalTerms.at(
            policies.of(edition) if edition else Policy.files(), fund.region_id, on
        )
    except PolicyError as error:
        raise from_kernel(error) from error


def _held(holding_id: int) -> StateHolding:
    found = (
        StateHolding.objects.select_for_update(no_key=True, of=("self",))
        .select_related("fund__region")
        .filter(pk=holding_id)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such holding."), code="no_holding")
    return found


def _record(by: User, act: str, found: StateHolding) -> None:
    audit.record(
        by=by,
        act=act,
        subject=found,
        region=found.fund.region_id,
        equity=found.equity,
        transferred=found.transferred,
    )
