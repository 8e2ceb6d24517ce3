"""What is published of the funds: years as far as their months are closed."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Max, Min

from funds.models import Account, FinalAccounts, Fund, MonthClosing
from socsec.kernel.months import month, year_of

from .statements import Statements, statements

Element = Account.Element


@dataclass(frozen=True)
class PublishedYear:
    """A fund's year up to its last closed month `through`; `final` once its accounts are approved."""

    fund: Fund
    year: int
    through: int
    final: bool

    @cached_property
    def statements(self) -> Statements:
        return statements([self.fund], self.through)

    @property
    def income(self) -> int:
        return self.statements.sum(Element.INCOME)[1]

    @property
    def expenditure(self) -> int:
        return self.statements.sum(Element.EXPENSE)[1]

    @property
    def reserve(self) -> int:
        """Net assets at the end of the last closed month, in fen."""
        return self.statements.sum(Element.NET)[0]


def published() -> list[PublishedYear]:
    """Every year with a closed month, of every fund, oldest first."""
    final = set(
        FinalAccounts.objects.filter(approved_at__isnull=False).values_list("fund_id", "year")
    )
    closed = {
        fund: (first, last)
        for fund, first, last in MonthClosing.objects.filter(closed_at__isnull=False)
        .order_by()
        .values_list("fund_id")
        .annotate(Min("month"), Max("month"))
    }
    found = []
    for fund in Fund.objects.select_related("region").filter(pk__in=closed):
        first, last = closed[fund.pk]
        for year in range(year_of(first), year_of(last) + 1):
            through = min(last, month(year, 12))
            found.append(PublishedYear(fund, year, through, (fund.pk, year) in final))
    return found
