"""What a holding is worth on a day, and the fees that ran up since the last valuation."""

from datetime import date

from funds.models import Instrument, Mandate, Valuation
from funds.params import FeeTerms, NoParams
from funds.rules.investment.valuation import FeeFacts, HoldingFacts, HoldingSheet, fees, holding
from socsec.kernel.regions import NATION
from socsec.office.services import policy as policies


def worth(of: Instrument, quantity: int, price: int, day: date) -> tuple[int, HoldingSheet]:
    """The days that the coupon has run, and the value of so many units at a price in millionths."""
    days = max((day - of.accrues_from).days, 0) if of.coupon and of.accrues_from else 0
    facts = HoldingFacts(
        quantity=quantity,
        price=price,
        face=of.face,
        coupon=of.coupon,
        days=days,
        basis=of.basis,
    )
    return days, holding(facts, NoParams())


def fees_due(mandate: Mandate, before: Valuation | None, day: date) -> int:
    """Fees due in fen: those of the last valuation, and what its value has run up since."""
    if before is None:
        return 0
    law = FeeTerms.at(policies.of(policies.current_edition()), NATION, day)
    facts = FeeFacts(
        nav=before.nav,
        manager_rate=mandate.manager_rate,
        custody_rate=mandate.custody_rate,
        days=(day - before.day).days,
    )
    return before.due + int(fees(facts, law).fees)
