"""The form (信息表) that goes with a record: the months, the account and the money, from the books."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from enrollment import queries as enrollment
from enrollment.models import Category, Contribution
from enrollment.queries import PlaceMonth
from enrollment.services.residents.overlaps import OverlappingYear, overlapping_years
from funds.models import Branch, Fund, Scheme
from pensions.models import (
    AccountEntry,
    AccountState,
    EntryKind,
    IndividualAccount,
    Side,
    Transfer,
    TransferKind,
    TransferMonth,
    TransferState,
)
from pensions.params import TransferParams
from pensions.rules.transfer import Handover, TransferFacts
from pensions.rules.transfer import transfer as transfer_rule
from pensions.services.decision import interest_of
from pensions.services.gathering import AccountYear
from socsec.kernel.document import Document, explain
from socsec.kernel.months import month, month_of, year_of
from socsec.kernel.policy import PROVISIONAL, Policy, PolicyError
from socsec.kernel.regions import covers
from socsec.office.errors import Refused, from_kernel
from socsec.office.models import PolicyEdition
from socsec.office.services import policy as policies

from . import balances
from .balances import Held, Part


@dataclass(frozen=True)
class Form:
    """What one fund would hand over today. Stores nothing."""

    months: tuple[PlaceMonth, ...]
    held: Held
    given_back: tuple[Part, ...]
    facts: TransferFacts
    sheet: Handover
    document: Document
    edition: PolicyEdition

    @property
    def parts(self) -> list[Part]:
        """What of the account moves."""
        return balances.less(self.held.parts, self.given_back)

    @property
    def digest(self) -> str:
        """Of every month and every amount: two forms with one digest say the same."""
        said = [f"{m.month} {m.region} {m.deemed:d} {m.base}" for m in self.months]
        said += [f"{part}" for part in (*self.held.parts, *self.given_back)]
        said.append(f"{self.sheet.account} {self.sheet.pool}")
        return hashlib.sha256("\n".join(said).encode()).hexdigest()


def draw_up(transfer: Transfer) -> Form:
    """Read the books of the old place and work out what moves."""
    fund = transfer.from_fund
    assert fund is not None  # a form of ours is drawn up from a fund of ours
    edition = policies.current_edition()
    policy = policies.of(edition)
    _everything_credited(transfer, fund)
    held = balances.held(transfer.person_id, fund, transfer.from_region, policy)
    twice = _not_counted(transfer)
    settles = twice_as_resident(transfer)
    months = [each for each in months_held(transfer, fund) if each.month not in twice]
    given_back = balances.credits_of(transfer.person_id, fund, twice, held.opens)
    if settles and not transfer.refunds_at_arrival:
        given_back = []
        for amount, sides in owed(settles):
            left = balances.less(held.parts, given_back)
            given_back = balances.summed([*given_back, *balances.out_of(left, amount, sides)])
    try:
        params = TransferParams.at(policy, transfer.from_region, transfer_month(transfer))
    except PolicyError as error:
        raise from_kernel(error) from error
    temporary = transfer.kind == TransferKind.TEMPORARY
    facts = TransferFacts(
        months=len(months),
        wages=0
        if account_alone(transfer)
        else sum(each.base for each in months if each.month >= params.first_month),
        balance=held.balance,
        given_back=balances.total(given_back),
        temporary=temporary,
        pool_paid=_pool_paid(transfer, fund, policy) if temporary else 0,
    )
    sheet = transfer_rule(facts, params)
    form = Form(
        tuple(months),
        held,
        tuple(given_back),
        facts,
        sheet,
        explain(sheet, facts, params),
        edition,
    )
    check(form, transfer, fund)
    return form


def check(form: Form, transfer: Transfer, fund: Fund) -> None:
    """A form whose amounts do not add up never leaves the office."""
    last = (
        AccountEntry.objects.filter(person_id=transfer.person_id, fund_id=fund.pk)
        .order_by("-seq")
        .first()
    )
    booked = last.balance if last else 0
    added = sum(each.amount for each in form.held.interest)
    if (
        form.held.balance != booked + added
        or balances.total(form.parts) != form.sheet.account
        or form.sheet.account < 0
        or form.sheet.total != form.sheet.account + form.sheet.pool
    ):
        raise Refused(
            _("The amounts of this form do not add up, so it stays here."),
            code="does_not_add_up",
            fix=_("Look at the account of this person with “verify”, and correct it first."),
        )


def months_held(transfer: Transfer, fund: Fund) -> list[PlaceMonth]:
    """The months that a fund holds of a person: paid there or taken over, and not handed on since."""
    person_id, branch = transfer.person_id, transfer.branch
    of_agency = set(
        Contribution.objects.filter(
            person_id=person_id, branch=branch, category=Category.AGENCY
        ).values_list("month", flat=True)
    )
    mine: dict[int, PlaceMonth] = {}
    held = enrollment.place_months(person_id, branch)
    if fund.scheme == Scheme.RESIDENTS:
        held = enrollment.resident_months(person_id, branch)
    for each in held:
        scheme = (
            Scheme.RESIDENTS
            if each.resident
            else Scheme.AGENCIES
            if each.month in of_agency and not each.deemed
            else Scheme.EMPLOYEES
        )
        if scheme == fund.scheme and covers(fund.region_id, each.region):
            mine.setdefault(each.month, each)
    for before in Transfer.objects.filter(
        person_id=person_id, branch=branch, state=TransferState.DONE
    ).order_by("done_on", "pk"):
        moved = month_rows(before)
        if before.from_fund_id == fund.pk:
            for each in moved:
                mine.pop(each.month, None)
        if before.to_fund_id == fund.pk:
            for each in moved:
                mine.setdefault(each.month, each)
    return [mine[at] for at in sorted(mine)]


def month_rows(transfer: Transfer) -> list[PlaceMonth]:
    """The months of the form in force, oldest first."""
    rows = TransferMonth.objects.filter(
        person_id=transfer.person_id, transfer_id=transfer.pk, turn=transfer.turn
    ).order_by("month")
    return [PlaceMonth(row.month, row.region, False, row.deemed, row.base) for row in rows]


def transfer_month(transfer: Transfer) -> int:
    """The month whose rules apply: that in which the transfer was opened."""
    return month_of(transfer.opened_on)


def twice_as_resident(transfer: Transfer) -> list[OverlappingYear]:
    """Years that a linking settles, because they were paid as a worker and as a resident."""
    if transfer.kind != TransferKind.LINK or Scheme.RESIDENTS not in (
        transfer.from_scheme,
        transfer.to_scheme,
    ):
        return []
    return overlapping_years(transfer.person_id)


def account_alone(transfer: Transfer) -> bool:
    """Whether nothing of a pooled fund moves along: with residents, and with annuities."""
    schemes = (transfer.from_scheme, transfer.to_scheme)
    return Scheme.RESIDENTS in schemes or transfer.kind == TransferKind.ANNUITY


def owed(years: list[OverlappingYear]) -> list[tuple[int, Sequence[int]]]:
    """What such years give back, and out of whose money: the person's own, then the collective's."""
    return [
        (sum(each.person for each in years), (Side.OWN, Side.WHOLE)),
        (sum(each.collective for each in years), (Side.COLLECTIVE, Side.WHOLE)),
    ]


def _not_counted(transfer: Transfer) -> set[int]:
    """Months that the new place insured as well, and whose months there count."""
    if transfer.movement is None or transfer.kind != TransferKind.RECORD:
        return set()
    return set(
        enrollment.statement(transfer.movement).filter(counts=False).values_list("month", flat=True)
    )


def _everything_credited(transfer: Transfer, fund: Fund) -> None:
    """What was received must stand on the account, or it would be left behind."""
    account = IndividualAccount.objects.filter(
        person_id=transfer.person_id, fund_id=fund.pk
    ).first()
    if account is not None and account.state == AccountState.PAYING:
        raise Refused(
            _("A pension is paid from this account; a record moves before that, not after."),
            code="drawing_benefits",
        )
    if fund.scheme == Scheme.RESIDENTS or fund.branch != Branch.PENSION:
        return
    received = (
        enrollment.allocations_in(fund.pk, transfer.person_id).aggregate(
            total=Sum("account_share")
        )["total"]
        or 0
    )
    credited = (
        AccountEntry.objects.filter(
            person_id=transfer.person_id,
            fund_id=fund.pk,
            kind__in=(EntryKind.CREDIT, EntryKind.CORRECTED),
        ).aggregate(total=Sum("amount"))["total"]
        or 0
    )
    if received != credited:
        raise Refused(
            _("Contributions were received that are not on the account yet."),
            code="not_credited",
            fix=_("They are credited every few minutes: try again then."),
        )


def _pool_paid(transfer: Transfer, fund: Fund, policy: Policy) -> int:
    """What a temporary account's contributions gave the pooled fund, with interest, in fen.

    It bears the bookkeeping rate like the account, for finished years whose rate is announced.
    """
    paid: dict[int, int] = {}
    for received_on, amount, part in enrollment.allocations_in(
        fund.pk, transfer.person_id
    ).values_list("received_on", "amount", "account_share"):
        begins = month_of(received_on)
        paid[begins] = paid.get(begins, 0) + amount - part
    if not paid:
        return 0
    years = []
    for year in range(year_of(min(paid)), year_of(transfer_month(transfer))):
        december = month(year, 12)
        of_year = AccountYear(december, 0, 0)
        for begins, amount in paid.items():
            if begins <= december:
                of_year = of_year.with_credit(begins, amount)
        years.append(of_year)
    try:
        lines = interest_of(transfer.from_region, tuple(years), policy)
    except PolicyError as error:
        raise from_kernel(error) from error
    return sum(paid.values()) + sum(
        each.amount for each in lines if each.rate.status != PROVISIONAL
    )
