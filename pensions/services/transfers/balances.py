"""What an account holds when it leaves, and the entries by which it leaves, returns and arrives.

An account leaves as parts: how much bears interest from which month. The new fund takes over the
same parts, so that the year in which a record moves bears exactly what it would have borne, once.
Finished years are settled before an account leaves, as far as their rate is announced.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from funds.models import Fund
from pensions.models import (
    AccountEntry,
    AccountState,
    EntryKind,
    IndividualAccount,
    Transfer,
)
from pensions.services import entries
from pensions.services.decision import InterestLine, interest_of
from pensions.services.gathering import account_of
from socsec.kernel.months import month, month_of, year_of
from socsec.kernel.policy import PROVISIONAL, Policy, PolicyError
from socsec.office.errors import from_kernel
from socsec.office.models import User

Part = tuple[int, int]  # bears interest from, fen

_ROWS = """select * from unnest(%s::bigint[], %s::text[], %s::int[], %s::int[], %s::bigint[],
                                %s::int[], %s::bigint[], %s::smallint[])
             as r (person_id, region, month, bears_from, amount, rate, reference, part)"""


@dataclass(frozen=True)
class Held:
    """An account about to leave: interest still to be credited, and what it consists of then."""

    interest: tuple[InterestLine, ...]
    parts: tuple[Part, ...]
    opens: int  # the first month of the first year that is not settled

    @property
    def balance(self) -> int:
        return sum(amount for _from, amount in self.parts)


def held(person_id: int, fund: Fund, region: str, policy: Policy) -> Held:
    """What a person's account in a fund holds today, with the interest of finished years."""
    this_year = year_of(month_of(timezone.localdate()))
    _balance, years = account_of(person_id, fund, month(this_year - 1, 12))
    try:
        lines = interest_of(region, years, policy)
    except PolicyError as error:
        raise from_kernel(error) from error
    settled: list[InterestLine] = []
    for each in lines:
        if each.rate.status == PROVISIONAL:
            break
        settled.append(each)
    first = years[len(settled)].through if len(settled) < len(years) else month(this_year, 1)
    opens = month(year_of(first), 1)
    parts: dict[int, int] = defaultdict(int)
    for bears_from, amount in AccountEntry.objects.filter(
        person_id=person_id, fund_id=fund.pk
    ).values_list("bears_from", "amount"):
        parts[max(bears_from, opens)] += amount
    for each in settled:
        parts[opens] += each.amount
    return Held(
        tuple(settled),
        tuple((begins, parts[begins]) for begins in sorted(parts) if parts[begins]),
        opens,
    )


def credits_of(person_id: int, fund: Fund, months: Iterable[int], opens: int) -> list[Part]:
    """What was credited for some months, as parts."""
    parts: dict[int, int] = defaultdict(int)
    for bears_from, amount in AccountEntry.objects.filter(
        person_id=person_id,
        fund_id=fund.pk,
        kind__in=(EntryKind.CREDIT, EntryKind.CORRECTED),
        month__in=list(months),
    ).values_list("bears_from", "amount"):
        parts[max(bears_from, opens)] += amount
    return [(begins, parts[begins]) for begins in sorted(parts) if parts[begins]]


def less(parts: Iterable[Part], taken: Iterable[Part]) -> list[Part]:
    """Parts without others.

    >>> less([(10, 500), (12, 100)], [(12, 100), (10, 50)])
    [(10, 450)]
    """
    left: dict[int, int] = defaultdict(int)
    for begins, amount in parts:
        left[begins] += amount
    for begins, amount in taken:
        left[begins] -= amount
    return [(begins, left[begins]) for begins in sorted(left) if left[begins]]


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
    moved = [(begins, -amount) for begins, amount in transfer.parts]
    back = [(begins, -amount) for begins, amount in given_back]
    batches = [
        _write(transfer, fund, transfer.from_region, kind, parts, by)
        for kind, parts in ((EntryKind.GIVEN_BACK, back), (EntryKind.SENT, moved))
        if parts
    ]
    IndividualAccount.objects.filter(person_id=transfer.person_id, fund_id=fund.pk).update(
        state=AccountState.CLOSED
    )
    return batches


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
    if transfer.parts:
        parts = [(begins, amount) for begins, amount in transfer.parts]
        _write(transfer, fund, transfer.to_region, EntryKind.TAKEN_OVER, parts, by)
    IndividualAccount.objects.filter(
        person_id=transfer.person_id, fund_id=fund.pk, state=AccountState.CLOSED
    ).update(state=AccountState.CONTRIBUTING)


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
            [begins for begins, _amount in parts],
            [amount for _begins, amount in parts],
            [None] * count,
            [transfer.pk] * count,
            list(range(count)),
        ],
        source=f"pensions.transfer:{transfer.pk}/{transfer.turn}/account:{kind.name.lower()}",
        by=by,
    )
    assert written.batch_id is not None  # no part is nothing
    return written.batch_id
