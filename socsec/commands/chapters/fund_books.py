"""The fund keeps its books: subsidies, a budget, a deposit, a bank's statement, months that are closed."""

from datetime import date

from django.utils import timezone

from funds import queries
from funds.models import Fund, accounts
from funds.services import bank, budgets, cash, closing
from socsec.commands.village import SHANGHAI, Village
from socsec.kernel.money import format_yuan
from socsec.kernel.months import month, month_of

NUMBER = "1001000302026011"
SUBSIDY, INTEREST, FEE = 600_000_00, 1_875_00, 35_00
SEPTEMBER = date(2026, 9, 1), date(2026, 9, 30)


def fund_books(village: Village) -> None:
    """The fund keeps its books: a budget, a deposit, a bank's statement, and closed months"""
    pool = village.funds[SHANGHAI]
    accountant = village.by("accountant")
    for on in (date(2026, 1, 15), date(2026, 6, 15), date(2026, 9, 15)):
        cash.subsidy(pool, SUBSIDY, by=accountant, on=on)
    deposit = bank.place(
        pool,
        bank="浦江银行",
        receipt="DC-2026-0031",
        amount=800_000_00,
        rate=13_500,
        months=12,
        placed_on=date(2026, 3, 2),
        by=accountant,
    )
    bank.approve_deposit(deposit.pk, by=village.by("reviewer"))
    _budget(village, pool)
    _statement(village, pool)
    _months(village, pool)


def _budget(village: Village, pool: Fund) -> None:
    """This year's budget by three people, and a plan of this month to draw on."""
    accountant, today = village.by("accountant"), timezone.localdate()
    planned = {
        accounts.CONTRIBUTION_INCOME: 4_000_000_00,
        accounts.SUBSIDY_INCOME: 3 * SUBSIDY,
        accounts.INTEREST_INCOME: 20_000_00,
        accounts.BENEFITS: 3_600_000_00,
        accounts.TRANSFER_EXPENSE: 400_000_00,
        accounts.OTHER_EXPENSE: 100_000_00,
    }
    drafted = budgets.draft(pool, today.year, planned, by=accountant)
    budgets.review(drafted.pk, by=village.by("reviewer"))
    budgets.approve(drafted.pk, by=village.by("releaser"))
    plan = budgets.plan(pool, month_of(today), 2_000_000_00, by=accountant)
    budgets.decide_plan(plan.pk, by=village.by("reviewer"), agree=True)


def _statement(village: Village, pool: Fund) -> None:
    """September at the bank: the subsidy, interest that was not booked yet, and a fee that was not ours."""
    accountant = village.by("accountant")
    account = bank.open_account(
        pool,
        accounts.FISCAL_ACCOUNT,
        bank="浦江银行",
        number=NUMBER,
        by=accountant,
        opened_on=SEPTEMBER[0],
    )
    opening = queries.balance(pool, accounts.FISCAL_ACCOUNT, date(2026, 8, 31))
    lines = [
        ("2026-09-15", SUBSIDY, "财政补贴"),
        ("2026-09-21", INTEREST, "利息"),
        ("2026-09-28", -FEE, "账户管理费"),
    ]
    first, last = (day.isoformat() for day in SEPTEMBER)
    closes = opening + sum(fen for _day, fen, _text in lines)
    head = f"H,SOCSEC-STATEMENT,1,{NUMBER},2026-09,{first},{last}"
    text = [
        f"{head},{format_yuan(opening)},{format_yuan(closes)}",
        *(f"D,{day},{_signed(fen)},,{words}" for day, fen, words in lines),
        f"T,{len(lines)}",
    ]
    bank.read_statement("\n".join(text).encode(), by=accountant)
    for line in queries.open_lines(account):
        if line.amount == INTEREST:
            bank.book_interest(line.pk, by=accountant)
        else:
            bank.explain(
                account, line_id=line.pk, text="银行误收管理费，已去函要求退回", by=accountant
            )
    bank.compare(pool, SEPTEMBER[1])


def _signed(fen: int) -> str:
    return f"-{format_yuan(-fen)}" if fen < 0 else format_yuan(fen)


def _months(village: Village, pool: Fund) -> None:
    """Every month up to August is closed by two; September is prepared and waits."""
    accountant, reviewer = village.by("accountant"), village.by("reviewer")
    for of in range(closing.next_month(pool) or month(2026, 9), month(2026, 9)):
        closing.close(closing.prepare(pool, of, by=accountant).pk, by=reviewer)
    closing.prepare(pool, month(2026, 9), by=accountant)
