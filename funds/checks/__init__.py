"""Questions that funds asks of its own books: the invariants I1 to I12, as far as money is moved here.

Each reads what is there and compares it with what must be; none trusts that the services were the
only ones to write. I10 is asked by the schemes, which keep the individual accounts.
"""

from django.utils.translation import gettext_lazy as _

from socsec.office.oversight import register

from . import (
    anchors,
    bank,
    books,
    budgets,
    financing,
    investment,
    payments,
    periods,
    pooling,
    projections,
    schema,
    supervision,
)


def register_all() -> None:
    supervision.register()
    register("funds.transfers", _("Every transfer balances within one fund (I1)"), books.transfers)
    register("funds.guards", _("The books can only be added to (I2, I3)"), schema.guards)
    register("funds.reversals", _("Reversals are exact opposites, once (I2)"), books.reversals)
    register("funds.batches", _("Batches are as they were posted (I4, I11)"), books.batches)
    register("funds.balances", _("Balances are the sum of the transfers (I5)"), books.balances)
    register("funds.flows", _("Money took allowed ways only (I6)"), books.flows)
    register("funds.accounts", _("No account is overdrawn, income is swept (I7)"), books.accounts)
    register(
        "funds.totals", _("Totals of months are the sum of their batches (I5)"), periods.totals
    )
    register("funds.closings", _("Closed months are as they were closed (I8)"), periods.closings)
    register("funds.budgets", _("Nothing was spent beyond the budget"), budgets.budgets)
    register("funds.final", _("Final accounts are what the books say"), budgets.final_accounts)
    register("funds.statements", _("Statements of banks go on and add up"), bank.statements)
    register("funds.matches", _("Bank lines are matched to what was booked"), bank.matches)
    register("funds.deposits", _("Term deposits are on the ledger"), bank.deposits)
    register(
        "funds.pooling_sides", _("Money between levels stands on both books"), pooling.both_sides
    )
    register("funds.pooling_rounds", _("What goes up comes down (I9)"), pooling.rounds)
    register("funds.levels", _("Levels received what levels paid (I9)"), pooling.levels)
    register(
        "funds.financing", _("What was received is booked under its channel"), financing.receipts
    )
    register(
        "funds.reserves", _("Reserves are on the books as they were decided"), financing.reserves
    )
    register(
        "funds.values", _("What is invested is worth its units times its prices"), investment.values
    )
    register("funds.units", _("Custodians' files follow day by day"), investment.units)
    register("funds.entrusted", _("Entrusted money is on the ledger"), investment.entrusted)
    register("funds.shared", _("Returns are shared and credited whole"), investment.shared)
    register("funds.anchors", _("The books are as they were anchored (I11)"), anchors.kept)
    register(
        "funds.projections",
        _("Years of projections are those that were worked out"),
        projections.projections,
    )
    register("funds.seals", _("The chain of seals is whole (I11)"), books.seals)
    register("funds.orders", _("Orders are what their envelopes announced (I4)"), payments.orders)
    register(
        "funds.outcomes",
        _("Outcomes match orders, the bank and the ledger (I4)"),
        payments.outcomes,
    )
    register("funds.transit", _("Payments in transit are orders unanswered (I4)"), payments.transit)
    register("funds.repeated", _("Returned payments were repeated once"), payments.repeated)
    register(
        "funds.four_eyes", _("Payments were released by a second person (I12)"), payments.four_eyes
    )
