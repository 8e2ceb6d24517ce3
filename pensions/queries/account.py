"""Individual accounts: their entries, balances, years and totals."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Sum

from pensions.models import AccountEntry, EntryKind, IndividualAccount, Side
from socsec.office import people


def accounts(person_id: int) -> QuerySet[IndividualAccount]:
    """A person's individual accounts, one for each fund that keeps one."""
    return IndividualAccount.objects.filter(person_id__in=people.numbers(person_id)).order_by(
        "opened_month"
    )


def statement(person_id: int, fund_id: int | None = None) -> QuerySet[AccountEntry]:
    """The entries of a person's accounts, or of that in one fund, the latest first."""
    found = AccountEntry.objects.filter(person_id__in=people.numbers(person_id))
    if fund_id is not None:
        found = found.filter(fund_id=fund_id)
    return found.order_by("fund_id", "-seq")


def balance(person_id: int, fund_id: int | None = None) -> int:
    """What stands on a person's accounts, or on that in one fund, in fen."""
    keys = ("person_id", "fund_id")
    last = statement(person_id, fund_id).order_by(*keys, "-seq").distinct(*keys)
    return sum(last.values_list("balance", flat=True))


@dataclass(frozen=True)
class AccountYear:
    """A year of a person's accounts, in fen. The year of an entry is that of its month."""

    year: int
    credited: int
    interest: int
    drawn: int
    rate: int | None


def account_years(person_id: int) -> list[AccountYear]:
    """What each year brought to a person's accounts and took from them, the latest first.

    What was reversed is left out with its reversal, and what was made real: it only changed sides.
    `credited` holds opening balances too.
    """
    entries = list(statement(person_id).order_by("person_id", "fund_id", "seq"))
    undone = {
        (entry.person_id, entry.fund_id, entry.reference)
        for entry in entries
        if entry.kind == EntryKind.REVERSAL
    }
    years: dict[int, dict[str, Any]] = {}
    for entry in entries:
        if (
            entry.kind in (EntryKind.REVERSAL, EntryKind.MADE_REAL)
            or (entry.person_id, entry.fund_id, entry.seq) in undone
        ):
            continue
        year = years.setdefault(
            entry.month // 12, {"credited": 0, "interest": 0, "drawn": 0, "rate": None}
        )
        if entry.kind == EntryKind.INTEREST:
            year["interest"] += entry.amount
            year["rate"] = entry.rate
        elif entry.amount > 0 and entry.kind != EntryKind.RESTORED:
            year["credited"] += entry.amount
        else:
            year["drawn"] -= entry.amount
    return [AccountYear(year, **years[year]) for year in sorted(years, reverse=True)]


def account_totals(*, notional: bool = False) -> dict[int, int]:
    """What the accounts of each fund add up to, in fen, for the control account.

    `notional` asks for the parts of annuities that are written down only, which have their own.
    """
    found = AccountEntry.objects.order_by()
    found = found.filter(side=Side.NOTIONAL) if notional else found.exclude(side=Side.NOTIONAL)
    return {
        row["fund_id"]: int(row["total"])
        for row in found.values("fund_id").annotate(total=Sum("amount"))
    }


def account_of_year(
    first_person: int, last_person: int, first_month: int, last_month: int
) -> tuple[str, list[Any]]:
    """A SELECT of person_id and what the yearly statement says of the individual account, in fen."""
    return (
        """
        select person_id, jsonb_build_object(
            'credited', coalesce(sum(amount) filter (where kind in (%s, %s) and month >= %s), 0),
            'interest', coalesce(sum(amount) filter (where kind = %s and month >= %s), 0),
            'balance', sum(amount)
        )
        from pensions_accountentry
        where person_id between %s and %s and month <= %s
        group by person_id
        """,
        [
            *(EntryKind.CREDIT.value, EntryKind.CORRECTED.value, first_month),
            *(EntryKind.INTEREST.value, first_month),
            *(first_person, last_person, last_month),
        ],
    )
