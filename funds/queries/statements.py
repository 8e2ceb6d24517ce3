"""Balance sheet and income statement: of one fund, of a region within it, or of many put together.

Read from the totals of months, so that they cost the same after years of postings. Years are not
carried over by entries (docs/adr/0013-a-year-is-closed-without-entries.md): what income and
expenditure left behind in earlier years stands in the reserve here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from funds.models import Account, Fund, StatementLine, Status, accounts
from socsec.kernel import regions
from socsec.kernel.money import yuan
from socsec.kernel.months import last_day
from socsec.office.errors import Text

from .balances import Moved, moved

Element = Account.Element
Sheet = StatementLine.Statement
# What one level pays is what the other receives: granted from above, and handed up from below.
MIRRORED = ((accounts.FROM_ABOVE, accounts.TO_BELOW), (accounts.FROM_BELOW, accounts.TO_ABOVE))


@dataclass(frozen=True)
class Row:
    """A line: `now` at the end of the month or in it, `then` at the year's beginning or since it."""

    name: Text | StatementLine
    element: str
    now: int
    then: int
    accounts: tuple[int, ...] = ()
    unverified: bool = False


@dataclass(frozen=True)
class Statements:
    """Both statements of a month, in fen.

    `balance` compares the month's end with the beginning of the year; `income` the month with the
    year so far. `cancelled` is what levels paid each other and is left out of both sides.
    """

    month: int
    balance: tuple[Row, ...]
    income: tuple[Row, ...]
    cancelled: tuple[int, int] = (0, 0)

    def rows(self, element: str) -> list[Row]:
        return [row for row in (*self.balance, *self.income) if row.element == element]

    def sum(self, *elements: str) -> tuple[int, int]:
        """The lines of these elements together: now, then."""
        rows = [row for element in elements for row in self.rows(element)]
        return sum(row.now for row in rows), sum(row.then for row in rows)

    @property
    def result(self) -> tuple[int, int]:
        """Income less expenditure: of the month, of the year so far."""
        (came, came_year), (went, went_year) = self.sum(Element.INCOME), self.sum(Element.EXPENSE)
        return came - went, came_year - went_year

    @property
    def balances(self) -> bool:
        """Whether assets are liabilities and net assets: at the month's end and the year's beginning."""
        return self.sum(Element.ASSET) == self.sum(Element.LIABILITY, Element.NET)


def statements(
    funds: Sequence[Fund], month: int, *, region: str | None = None, together: bool = False
) -> Statements:
    """The statements of funds at the end of a month; `region` keeps to what was for it.

    `together` puts the levels of one branch together: what they paid each other cancels, as far as
    it has arrived.
    """
    year, numbers = month - month % 12, [fund.pk for fund in funds]
    before = _sides(moved(numbers, on=last_day(year - 1), region=region))
    so_far = _sides(moved(numbers, since=year, on=last_day(month), region=region))
    in_month = _sides(moved(numbers, since=month, on=last_day(month), region=region))
    elements = dict(Account.objects.values_list("number", "element"))
    cancelled = (_cancel(in_month), _cancel(so_far)) if together else (0, 0)
    lines = _lines(last_day(month), {fund.branch for fund in funds})
    balance, income = [], []
    for line in lines:
        numbers_ = tuple(line.accounts)
        unverified = line.status == Status.UNVERIFIED
        if line.statement == Sheet.BALANCE:
            then = _of(before, numbers_, line.element)
            now = then + _of(so_far, numbers_, line.element)
            if accounts.RESERVE in numbers_:
                earlier = _result(before, elements)
                then, now = then + earlier, now + earlier
            balance.append(Row(line, line.element, now, then, numbers_, unverified))
        else:
            income.append(
                Row(
                    line,
                    line.element,
                    _of(in_month, numbers_, line.element),
                    _of(so_far, numbers_, line.element),
                    numbers_,
                    unverified,
                )
            )
    balance.append(Row(_("Result of the year so far"), Element.NET, _result(so_far, elements), 0))
    return Statements(month, tuple(balance), tuple(income), cancelled)


def _lines(on: date, branches: set[int]) -> list[StatementLine]:
    """The lines in force that day; those of a branch where all the funds are of that branch."""
    chosen: dict[tuple[str, int], StatementLine] = {}
    branch = branches.pop() if len(branches) == 1 else None
    for line in StatementLine.objects.filter(since__lte=on).order_by("since"):
        if line.branch not in (None, branch):
            continue
        place = (line.statement, line.place)
        there = chosen.get(place)
        if there is None or line.branch is not None or there.branch is None:
            chosen[place] = line
    return [chosen[place] for place in sorted(chosen)]


def _sides(moves: Iterable[Moved]) -> dict[int, int]:
    """By account: debits less credits, in fen."""
    sides: dict[int, int] = {}
    for move in moves:
        sides[move.debit] = sides.get(move.debit, 0) + move.amount
        sides[move.credit] = sides.get(move.credit, 0) - move.amount
    return sides


def _of(sides: dict[int, int], numbers: Iterable[int], element: str) -> int:
    """Accounts together, above zero on the side on which their element stands."""
    debited = sum(sides.get(number, 0) for number in numbers)
    return debited if element in (Element.ASSET, Element.EXPENSE) else -debited


def _result(sides: dict[int, int], elements: dict[int, str]) -> int:
    """Income less expenditure."""
    return -sum(
        amount
        for number, amount in sides.items()
        if elements[number] in (Element.INCOME, Element.EXPENSE)
    )


def _cancel(sides: dict[int, int]) -> int:
    """Take out what levels paid each other and what has arrived; how much that was."""
    whole = 0
    for received, paid in MIRRORED:
        both = min(-sides.get(received, 0), sides.get(paid, 0))
        if both > 0:
            sides[received] += both
            sides[paid] -= both
            whole += both
    return whole


# As rows of a spreadsheet and tables of a paper


Line = tuple[Text | StatementLine, str, str, bool, tuple[int, ...]]


def parts(found: Statements) -> list[tuple[Text, Text, Text, list[Line]]]:
    """Both statements as tables: title, heads of the two columns, rows of
    (name, now, then, whether it is a sum, its accounts)."""

    def table(elements: Sequence[tuple[str, Text]]) -> list[Line]:
        rows: list[Line] = []
        for element, together in elements:
            rows += [
                (row.name, yuan(row.now), yuan(row.then), False, row.accounts)
                for row in found.rows(element)
                if row.now or row.then
            ]
            now, then = found.sum(element)
            rows.append((together, yuan(now), yuan(then), True, ()))
        return rows

    balance = table(
        (
            (Element.ASSET, _("Assets")),
            (Element.LIABILITY, _("Liabilities")),
            (Element.NET, _("Net assets")),
        )
    )
    income = table(((Element.INCOME, _("Income")), (Element.EXPENSE, _("Expenditure"))))
    now, then = found.result
    income.append((_("Result"), yuan(now), yuan(then), True, ()))
    return [
        (_("Balance sheet"), _("End of the month"), _("Beginning of the year"), balance),
        (_("Income statement"), _("In the month"), _("Year so far"), income),
    ]


def within(branch: int, scheme: int, region: str) -> list[Fund]:
    """The funds of a branch and scheme in a region and below it."""
    return list(
        Fund.objects.select_related("region").filter(
            branch=branch, scheme=scheme, region__code__startswith=regions.stem(region)
        )
    )
