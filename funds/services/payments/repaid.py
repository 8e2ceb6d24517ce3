"""Benefits that people pay back: money that returns to the expenditure account it came from."""

from datetime import date

from funds.models import Fund, accounts
from funds.models.ledger import LedgerBatch
from funds.services import ledger
from socsec.kernel.months import month_of
from socsec.office.models import User

REPAID = "benefit_repaid"


def repaid(
    fund: Fund, *, person_id: int, region: str, amount: int, on: date, source: str, by: User
) -> LedgerBatch:
    """Book `amount` fen that a person paid back of what a scheme paid too much.

    The scheme has asked whether its user may, and keeps the account of what is still owed.
    """
    return ledger.post(
        fund,
        REPAID,
        [
            ledger.Posting(
                person_id,
                accounts.EXPENDITURE_ACCOUNT,
                accounts.BENEFITS,
                amount,
                month_of(on),
                region,
            )
        ],
        source=source,
        on=on,
        by=by,
    )
