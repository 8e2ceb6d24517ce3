"""The yearly interest of all individual accounts: an entry each, and the ledger."""

from benchmarks.base import EVERYONE, PLAIN_BOOKS, TRANSFERS, Rows, Statement
from benchmarks.payroll import PLACE, fund
from funds.models import accounts
from pensions.models import EntryKind
from pensions.params import InterestParams
from socsec.kernel.months import month
from socsec.office.services import policy

LABEL = "Yearly interest on accounts"
KIND = "account_interest"
MONTH = month(2020, 12)  # of the year in which the accounts were opened
REGIONS = (PLACE,)
WRITES = (
    Rows(
        "pensions.AccountEntry",
        "person_id, fund_id, seq, kind, month, bears_from, amount, balance, rate, part",
        "amount",
        f"kind = {EntryKind.INTEREST.value}",
    ),
    Rows("funds.Transfer", TRANSFERS, "amount", f"month = {MONTH}"),
)

# It knows that every account holds what it was opened with in the January, and was credited nothing
# in advance; the run finds out.
PLAIN = """
    with earned as materialized (
        select person_id, region, seq, balance, (balance * 12 * %s + 6000000) / 12000000 as amount
        from pensions_individualaccount
        join (
            select distinct on (person_id, fund_id) person_id, fund_id, seq, balance
            from pensions_accountentry order by person_id, fund_id, seq desc
        ) as last using (person_id, fund_id)
        where fund_id = %s and person_id <= %s
    ),
    credited as (
        insert into pensions_accountentry
          (person_id, fund_id, seq, kind, month, bears_from, amount, balance, rate, reference, part,
           batch_id)
        select person_id, %s, seq + 1, %s, %s, %s, amount, balance + amount, %s, 1, 0, 1000000
        from earned
    )
    insert into funds_transfer
      (person_id, batch_id, seq, fund_id, region, debit, credit, amount, month, heads)
    select person_id, 1000000, 1, %s, region, %s, %s, amount, %s, 1 from earned
"""


def prepare() -> None:
    """The accounts of the payroll are all that it needs."""


def plain(last: int = EVERYONE) -> Statement:
    """The same rows by hand, for the people up to a number."""
    law = InterestParams.at(policy.of(policy.current_edition()), PLACE, MONTH - 11)
    rate, number = law.bookkeeping_rate, fund().pk
    return Statement(
        PLAIN + PLAIN_BOOKS,
        [
            *(rate, number, last),
            *(number, EntryKind.INTEREST, MONTH, MONTH + 1, rate),
            *(number, accounts.ACCOUNTS_CREDITED, accounts.INDIVIDUAL_ACCOUNTS, MONTH),
        ],
    )
