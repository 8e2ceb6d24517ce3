"""What an account holds when it leaves, and the entries by which it leaves, returns and arrives.

An account leaves as parts: how much bears interest from which month. The new fund takes over the
same parts, so that the year in which a record moves bears exactly what it would have borne, once.
Finished years are settled before an account leaves, as far as their rate is announced.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from funds.models import Branch, Fund
from pensions.models import (
    AccountEntry,
    AccountState,
    EntryKind,
    IndividualAccount,
    Side,
    Transfer,
)
from pensions.services import entries
from pensions.services.decision import InterestLine, interest_of
from pensions.services.gathering import account_of
from pensions.services.yearly_interest import books_of
from socsec.kernel.months import month, month_of, year_of
from socsec.kernel.policy import PROVISIONAL, Policy, PolicyError
from socsec.office.errors import Refused, from_kernel
from socsec.office.models import User

Part = tuple[int, int, int]  # bears interest from, fen, whose money (`Side`)

_ROWS = """select * from unnest(%s::bigint[], %s::text[], %s::int[], %s::int[], %s::bigint[],
                                %s::int[], %s::bigint[], %s::smallint[], %s::smallint[])
             as r (person_id, region, month, bears_from, amount, rate, reference, part, side)"""


@dataclass(frozen=True)
class Held:
    """An account about to leave: interest still to be credited, and what it consists of then."""

    interest: tuple[InterestLine, ...]
    parts: tuple[Part, ...]
    opens: int  # the first month of the first year that is not settled

    @property
    def balance(self) -> int:
        return total(self.parts)


def held(person_id: int, fund: Fund, region: str, policy: Policy) -> Held:
    """What a person's account in a fund holds today, with the interest of finished years.

    `Refused` for an annuity of which a part is only written down, or whose interest of a finished
    year is open: its parts bear at rates of their own, which its yearly run credits.
    """
    this_year = year_of(month_of(timezone.localdate()))
    _balance, years = account_of(person_id, fund, month(this_year - 1, 12))
    if fund.branch == Branch.ANNUITY:
        _whole(person_id, fund, bool(years))
        years = ()
    try:
        lines = interest_of(region, years, policy, books_of(fund)[0].rates)
    except PolicyError as error:
        raise from_kernel(error) from error
    settled: list[InterestLine] = []
    for each in lines:
        if each.rate.status == PROVISIONAL:
            break
        settled.append(each)
    first = years[len(settled)].through if len(settled) < len(years) else month(this_year, 1)
    opens = month(year_of(first), 1)
    rows = [(opens, each.amount, int(Side.WHOLE)) for each in settled]
    return Held(tuple(settled), tuple(summed([*_rows(person_id, fund, opens), *rows])), opens)


def _whole(person_id: int, fund: Fund, interest_open: bool) -> None:
    parts = summed(_rows(person_id, fund, 0))
    if any(side == Side.NOTIONAL for _begins, _amount, side in parts):
        raise Refused(
            _("A part of this annuity is only written down."),
            code="notional_left",
            fix=_("Have the treasury make it real first."),
        )
    if interest_open:
        raise Refused(
            _("The interest of a finished year is not credited yet."),
            code="interest_open",
            fix=_("Run the yearly interest of the annuity first."),
        )


def credits_of(person_id: int, fund: Fund, months: Iterable[int], opens: int) -> list[Part]:
    """What was credited for some months, as parts."""
    return summed(
        _rows(
            person_id,
            fund,
            opens,
            kind__in=(EntryKind.CREDIT, EntryKind.CORRECTED),
            month__in=list(months),
        )
    )


def _rows(person_id: int, fund: Fund, opens: int, **which: Any) -> list[Part]:
    found = AccountEntry.objects.filter(person_id=person_id, fund_id=fund.pk, **which)
    return [
        (max(begins, opens), amount, side)
        for begins, amount, side in found.values_list("bears_from", "amount", "side")
    ]


def total(parts: Iterable[Sequence[int]]) -> int:
    """What parts add up to, in fen."""
    return sum(part[1] for part in parts)


def summed(parts: Iterable[Part]) -> list[Part]:
    """One part for each month and side, those of nothing left out.

    >>> summed([(10, 500, 0), (10, 100, 0), (12, 5, 1), (12, -5, 1)])
    [(10, 600, 0)]
    """
    sums: dict[tuple[int, int], int] = defaultdict(int)
    for begins, amount, side in parts:
        sums[begins, side] += amount
    return [
        (begins, sums[begins, side], side) for begins, side in sorted(sums) if sums[begins, side]
    ]


def less(parts: Iterable[Part], taken: Iterable[Part]) -> list[Part]:
    """Parts without others.

    >>> less([(10, 500, 0), (12, 100, 0)], [(12, 100, 0), (10, 50, 0)])
    [(10, 450, 0)]
    """
    return summed([*parts, *((begins, -amount, side) for begins, amount, side in taken)])


def out_of(parts: Iterable[Part], amount: int, sides: Sequence[int]) -> list[Part]:
    """An amount taken from parts: from those of the sides named first, the oldest of them first.

    >>> out_of([(10, 500, 0), (10, 80, 1), (12, 100, 1)], 150, [1, 0])
    [(10, 80, 1), (12, 70, 1)]
    """
    order = {side: place for place, side in enumerate(sides)}
    taken: list[Part] = []
    for begins, there, side in sorted(
        parts, key=lambda part: (order.get(part[2], len(order)), part[0])
    ):
        some = min(there, amount)
        if some > 0:
            taken.append((begins, some, side))
            amount -= some
    if amount:
        raise Refused(
            _("The account holds less than is to be given back."),
            code="too_little_held",
            fix=_("Have every payment credited to the account first."),
        )
    return taken


def settle(transfer: Transfer, fund: Fund, lines: Iterable[InterestLine], by: User) -> None:
    """Credit the interest of finished years; it stays, whatever becomes of the transfer."""
    for each in lines:
        if each.amount:
            entries.write_one(
                fund=fund,
                kind=EntryKind.INTEREST,
                person_id=transfer.person_id,
                region=transfer.from_region,
                month=each.through,
                bears_from=month(year_of(each.through) + 1, 1),
                amount=each.amount,
                rate=each.rate.value,
                reference=transfer.pk,
                source=f"pensions.transfer:{transfer.pk}/interest:{each.through}",
                by=by,
            )


def take_out(transfer: Transfer, fund: Fund, given_back: list[Part], by: User) -> list[int]:
    """Everything leaves the account: what moves, and what goes to the person. Ledger batches."""
    batches = [
        _write(transfer, fund, transfer.from_region, kind, _opposite(parts), by)
        for kind, parts in (
            (EntryKind.GIVEN_BACK, given_back),
            (EntryKind.SENT, parts_of(transfer)),
        )
        if parts
    ]
    IndividualAccount.objects.filter(person_id=transfer.person_id, fund_id=fund.pk).update(
        state=AccountState.CLOSED
    )
    return batches


def parts_of(transfer: Transfer) -> list[Part]:
    """What of the account moves, as the form says."""
    return [(begins, amount, side) for begins, amount, side in transfer.parts]


def _opposite(parts: Iterable[Part]) -> list[Part]:
    return [(begins, -amount, side) for begins, amount, side in parts]


def put_back(transfer: Transfer, fund: Fund, by: User) -> None:
    """The account is again what it was before the form left, entry by entry."""
    for batch_id in transfer.sent_batches:
        entries.undo(
            batch_id=batch_id,
            fund=fund,
            people=(transfer.person_id, transfer.person_id),
            source=f"pensions.transfer:{transfer.pk}/{transfer.turn}/back:{batch_id}",
            reason=str(_("The transfer came back")),
            by=by,
        )
    IndividualAccount.objects.filter(person_id=transfer.person_id, fund_id=fund.pk).update(
        state=AccountState.CONTRIBUTING
    )


def bring_in(transfer: Transfer, fund: Fund, by: User) -> None:
    """The account is opened, or joined where there is one, with the same parts."""
    # Only residents' accounts and annuities tell whose money each part is.
    sided = transfer.from_scheme == transfer.to_scheme
    parts = summed(
        (begins, amount, side if sided else int(Side.WHOLE))
        for begins, amount, side in parts_of(transfer)
    )
    if parts:
        _write(transfer, fund, transfer.to_region, EntryKind.TAKEN_OVER, parts, by)
    IndividualAccount.objects.filter(
        person_id=transfer.person_id, fund_id=fund.pk, state=AccountState.CLOSED
    ).update(state=AccountState.CONTRIBUTING)


def give_back(
    transfer: Transfer, fund: Fund, owed: list[tuple[int, Sequence[int]]], by: User
) -> int:
    """What the joined account holds for months insured twice leaves it, for the person. Its sum.

    `owed` are amounts, each with the sides that it is taken from first.
    """
    opens = month(year_of(month_of(timezone.localdate())), 1)
    left = summed(_rows(transfer.person_id, fund, opens))
    taken: list[Part] = []
    for amount, sides in owed:
        some = out_of(left, amount, sides)
        left, taken = less(left, some), [*taken, *some]
    if taken:
        _write(
            transfer, fund, transfer.to_region, EntryKind.GIVEN_BACK, _opposite(summed(taken)), by
        )
    return total(taken)


def _write(
    transfer: Transfer, fund: Fund, region: str, kind: EntryKind, parts: list[Part], by: User
) -> int:
    # The largest first: on the way the account never falls below zero.
    parts = sorted(parts, key=lambda part: (-part[1], part[0]))
    today, count = month_of(timezone.localdate()), len(parts)
    written = entries.write(
        fund=fund,
        kind=kind,
        rows=_ROWS,
        params=[
            [transfer.person_id] * count,
            [region] * count,
            [today] * count,
            [begins for begins, _amount, _side in parts],
            [amount for _begins, amount, _side in parts],
            [None] * count,
            [transfer.pk] * count,
            list(range(count)),
            [side for _begins, _amount, side in parts],
        ],
        source=f"pensions.transfer:{transfer.pk}/{transfer.turn}/account:{kind.name.lower()}",
        by=by,
        sided=True,
    )
    assert written.batch_id is not None  # no part is nothing
    return written.batch_id
