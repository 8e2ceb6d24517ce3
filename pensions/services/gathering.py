"""What the books say of a claim: read by the SELECTs of `facts`, kept with the decision.

Whole numbers of the books, as they stand at the moment. A decision is replayed from them.
"""

from dataclasses import dataclass, replace
from typing import Any, Self

from django.db import connection
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from funds.models import Branch, Fund, Scheme
from funds.services import fund as fund_services
from pensions import facts
from pensions.models import (
    AccountEntry,
    Award,
    EntryKind,
    IndividualAccount,
    PensionClaim,
    Side,
)
from pensions.params import AccountParams
from socsec.kernel.months import format_month, month, parse_month, year_of
from socsec.kernel.policy import Policy, PolicyError
from socsec.kernel.regions import NATION
from socsec.office.errors import Refused, from_kernel
from socsec.office.services import policy as policies

VERSION = 1  # of `Gathered.as_json`


@dataclass(frozen=True)
class Year:
    """The contributed months of a calendar year, and their bases added up, in fen."""

    year: int
    months: int
    wages: int


@dataclass(frozen=True)
class AccountYear:
    """An account in a year whose interest is not settled: see `facts.account_year`."""

    through: int
    balance_months: int
    credited: int
    added: int = 0
    added_months: int = 0

    def as_json(self) -> list[Any]:
        """As it is kept with a decision; what the year method alone needs only where there is any."""
        kept = [format_month(self.through), self.balance_months, self.credited]
        return [*kept, self.added, self.added_months] if self.added or self.added_months else kept

    @classmethod
    def from_json(cls, data: list[Any]) -> Self:
        """What was once `as_json()`."""
        through, *numbers = data
        return cls(parse_month(through), *numbers)

    def with_credit(self, month: int, amount: int) -> Self:
        """The same with a contribution of a month to come: it bears from that month on."""
        first = max(month, year_of(self.through) * 12)
        borne = amount * (self.through - first + 1)
        whole = self.through % 12 == 11 and year_of(month) == year_of(self.through)
        return replace(
            self,
            balance_months=self.balance_months + borne,
            added=self.added + amount * whole,
            added_months=self.added_months + borne * whole,
        )


@dataclass(frozen=True)
class Gathered:
    """Everything that the books and the claim say; whole numbers of the kernel."""

    region: str
    category: int
    birth_month: int
    claim_month: int
    flexible: bool
    months_paid: int
    months_before_account: int
    months_deemed: int
    months_gap: int
    years: tuple[Year, ...]
    balance: int
    account_years: tuple[AccountYear, ...]
    stated: dict[str, Any]

    @property
    def months(self) -> int:
        """The months that a yearly adjustment reckons with."""
        return self.months_paid + self.months_deemed

    def as_json(self) -> dict[str, Any]:
        """As it is kept with a decision: months as 2026-03, amounts in fen."""
        return {
            "version": VERSION,
            "region": self.region,
            "category": self.category,
            "birth_month": format_month(self.birth_month),
            "claim_month": format_month(self.claim_month),
            "flexible": self.flexible,
            "months_paid": self.months_paid,
            "months_before_account": self.months_before_account,
            "months_deemed": self.months_deemed,
            "months_gap": self.months_gap,
            "years": [[each.year, each.months, each.wages] for each in self.years],
            "balance": self.balance,
            "account_years": [each.as_json() for each in self.account_years],
            "stated": self.stated,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """What was once `as_json()`."""
        return cls(
            region=data["region"],
            category=data["category"],
            birth_month=parse_month(data["birth_month"]),
            claim_month=parse_month(data["claim_month"]),
            flexible=data["flexible"],
            months_paid=data["months_paid"],
            months_before_account=data["months_before_account"],
            months_deemed=data["months_deemed"],
            months_gap=data["months_gap"],
            years=tuple(Year(*row) for row in data["years"]),
            balance=data["balance"],
            account_years=tuple(map(AccountYear.from_json, data["account_years"])),
            stated=data["stated"],
        )


def gather(claim: PensionClaim) -> Gathered:
    """What the books say of a claim, as they stand now."""
    assert claim.category is not None  # only a resident's claim has none
    return gather_for(
        claim.person,
        claim.region,
        claim.start_month,
        claim.category,
        flexible=claim.flexible,
        stated=claim.stated,
    )


def gather_again(award: Award, stated: dict[str, Any] | None = None) -> Gathered:
    """What the books say now of an award that is there, for the month in which it began.

    Its account has been drawn on since and bears interest: what it held up to retirement is read
    from its entries. The years whose interest retirement settled are those settled then.
    """
    then = Gathered.from_json(award.gathered or {})
    person = award.person
    life, years = _life(person, award.region, award.from_month, None)
    balance, account_years = account_again(award, then.account_years)
    return Gathered(
        region=award.region,
        category=then.category,
        birth_month=person.birth_month,
        claim_month=award.from_month,
        flexible=then.flexible,
        **life,
        years=years,
        balance=balance,
        account_years=account_years,
        stated=then.stated if stated is None else dict(stated),
    )


def account_again(
    award: Award, settled: tuple[AccountYear, ...]
) -> tuple[int, tuple[AccountYear, ...]]:
    """What an award's account held up to retirement, by its entries, and the years settled then."""
    person = award.person
    fund = fund_services.for_(award.branch, award.scheme, award.region)
    held = list(AccountEntry.objects.filter(person_id=person.pk, fund_id=fund.pk).order_by("seq"))
    counted = {entry.seq: entry for entry in held if _before_retirement(entry, award)}
    for entry in held:
        if entry.kind == EntryKind.REVERSAL and entry.reference in counted:
            counted[entry.seq] = entry
    account_years = []
    for each in settled:
        january = month(year_of(each.through), 1)
        count = each.through - january + 1
        added = [
            (entry.amount, each.through - entry.bears_from + 1)
            for entry in counted.values()
            if count == 12
            and _paid_in(entry, counted)
            and january <= entry.bears_from <= each.through
        ]
        account_years.append(
            AccountYear(
                each.through,
                sum(
                    entry.amount * (count - min(max(entry.bears_from - january, 0), count))
                    for entry in counted.values()
                ),
                sum(
                    entry.amount
                    for entry in counted.values()
                    if entry.rate is not None and january <= entry.month < january + 12
                ),
                sum(amount for amount, _months in added),
                sum(amount * months for amount, months in added),
            )
        )
    return sum(entry.amount for entry in counted.values()), tuple(account_years)


def _paid_in(entry: AccountEntry, held: dict[int, AccountEntry]) -> bool:
    """Whether an entry carries a contribution to the account, or takes one back."""
    if entry.kind == EntryKind.REVERSAL and entry.reference in held:
        entry = held[entry.reference]
    return entry.kind in (EntryKind.CREDIT, EntryKind.CORRECTED)


def _before_retirement(entry: AccountEntry, award: Award) -> bool:
    """Whether an entry stood, or should have stood, on the account when the pension began."""
    if entry.month >= award.from_month:
        return False
    if entry.kind == EntryKind.INTEREST:
        return entry.reference != award.pk
    return entry.kind in (
        EntryKind.OPENING,
        EntryKind.CREDIT,
        EntryKind.CORRECTED,
        EntryKind.TAKEN_OVER,
        EntryKind.SENT,
        EntryKind.GIVEN_BACK,
    )


def life_of(person: Person, region: str, start_month: int) -> dict[str, int]:
    """The months of a working life before a month, by kind, as `Gathered` names them."""
    return _life(person, region, start_month, None)[0]


def _life(
    person: Person, region: str, start_month: int, policy: Policy | None
) -> tuple[dict[str, int], tuple[Year, ...]]:
    """The months of a working life up to a pension, and the wages of each year."""
    until = start_month - 1
    account_month = _account_month(
        policy or policies.of(policies.current_edition()), region, start_month
    )
    life = row_of(*facts.working_life(person.pk, person.pk, until, account_month)) or {}
    names = ("months_paid", "months_before_account", "months_deemed", "months_gap")
    years = _rows(*facts.years(person.pk, person.pk, until))
    return (
        {name: life.get(name, 0) for name in names},
        tuple(
            Year(row["year"], row["months"], row["wages"])
            for row in sorted(years, key=lambda row: row["year"])
        ),
    )


def gather_for(
    person: Person,
    region: str,
    start_month: int,
    category: int,
    *,
    flexible: bool = False,
    stated: dict[str, Any] | None = None,
    policy: Policy | None = None,
    scheme: int = Scheme.EMPLOYEES,
    alone: bool = True,
) -> Gathered:
    """What the books say of a person who would draw a pension from a month on.

    `alone` refuses who has money on an account of another fund, which a pension would leave out.
    """
    life, years = _life(person, region, start_month, policy)
    fund = fund_services.for_(Branch.PENSION, scheme, region)
    if alone:
        one_account_only(person, fund)
    balance, account_years = account_of(person.pk, fund, start_month - 1)
    return Gathered(
        region=region,
        category=int(category),
        birth_month=person.birth_month,
        claim_month=start_month,
        flexible=flexible,
        **life,
        years=years,
        balance=balance,
        account_years=account_years,
        stated=dict(stated or {}),
    )


def account_of(
    person_id: int, fund: Fund, until: int, notional: bool | None = None
) -> tuple[int, tuple[AccountYear, ...]]:
    """The balance of the account, and every year up to the month `until` that it has to settle.

    `notional` asks for the written-down part of an annuity alone, or for the rest of it.
    """
    entries = AccountEntry.objects.filter(person_id=person_id, fund_id=fund.pk)
    if notional is not None:
        entries = (
            entries.filter(side=Side.NOTIONAL) if notional else entries.exclude(side=Side.NOTIONAL)
        )
    last = entries.order_by("-seq").first()
    if last is None:
        return 0, ()
    undone = entries.filter(kind=EntryKind.REVERSAL).values("reference")
    settled = (
        entries.filter(kind=EntryKind.INTEREST).exclude(seq__in=undone).order_by("-month").first()
    )
    # Interest up to a December closes its year; a year begun is settled to its end.
    first = settled.month + 1 if settled else min(entries.values_list("bears_from", flat=True))
    account_years = []
    for year in range(year_of(first), year_of(until) + 1):
        through = min(until, month(year, 12))
        row = row_of(
            *facts.account_year(
                fund.pk, through, person_id, person_id, region=NATION, notional=notional
            )
        )
        if row is not None:
            account_years.append(_year_of(through, row))
    balance = last.balance if notional is None else sum(entries.values_list("amount", flat=True))
    return balance, tuple(account_years)


def _year_of(through: int, row: dict[str, Any]) -> AccountYear:
    names = ("balance_months", "credited", "added", "added_months")
    return AccountYear(through, *(row.get(name, 0) for name in names))


def one_account_only(person: Person, fund: Fund) -> None:
    """A pension draws on one account: others are transferred to it first (国办发〔2009〕66号)."""
    elsewhere = (
        IndividualAccount.objects.filter(
            person_id=person.pk, fund_id__in=Fund.objects.filter(branch=fund.branch).values("pk")
        )
        .exclude(fund_id=fund.pk)
        .values_list("fund_id", flat=True)
    )
    for fund_id in elsewhere:
        last = (
            AccountEntry.objects.filter(person_id=person.pk, fund_id=fund_id)
            .order_by("-seq")
            .first()
        )
        if last is not None and last.balance:
            raise Refused(
                _("%(name)s has an account in another fund: %(fund)s.")
                % {"name": person.name, "fund": Fund.objects.get(pk=fund_id)},
                code="account_elsewhere",
                fix=_("Have it transferred to the fund that pays the pension first."),
            )


def _account_month(policy: Policy, region: str, on: int) -> int:
    try:
        return int(AccountParams.at(policy, region, on).first_month)
    except PolicyError as error:
        raise from_kernel(error) from error


def _rows(select: str, params: list[Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(select, params)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def row_of(select: str, params: list[Any]) -> dict[str, Any] | None:
    """The one row of a SELECT over one person, by its columns; None where there is none."""
    rows = _rows(select, params)
    return rows[0] if rows else None
