"""Reads of pensions for its own screens, and the door for the apps above."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextChoices,
)
from django.db.models.functions import ExtractMonth, ExtractYear
from django.utils.translation import gettext_lazy as _

from enrollment.models import BankAccount, EventKind, LifeEvent, ProofTask, Purpose
from funds.models import PaymentBatch, PaymentOrder, PaymentOutcome
from pensions.models import (
    AccountEntry,
    AccountState,
    Award,
    AwardState,
    Benefit,
    Correction,
    DisabilityClaim,
    EntryKind,
    HeldPayment,
    IndividualAccount,
    OverpaidMonth,
    Overpayment,
    OverpaymentState,
    PaymentState,
    Payroll,
    PensionAdjustment,
    PensionClaim,
    PensionPayment,
    Recovery,
    ReturnedPayment,
    SurvivorClaim,
)
from socsec.kernel import regions
from socsec.kernel.months import first_day
from socsec.office import people
from socsec.office.access import scope
from socsec.office.errors import Text
from socsec.office.models import Case, Run

# claims and awards


def claims(user: Any) -> QuerySet[PensionClaim]:
    """The claims of the user's region, those due first at the top."""
    found = PensionClaim.objects.select_related("case", "case__region", "case__clerk", "person")
    return scope(found, user).order_by("case__due_on", "pk")


def claim_of_case(case: Case) -> PensionClaim | None:
    """The claim behind a case of kind pension_claim."""
    return PensionClaim.objects.select_related("case", "person").filter(pk=case.pk).first()


def claims_of(person_id: int) -> QuerySet[PensionClaim]:
    """A person's own claims, the latest first."""
    return (
        PensionClaim.objects.select_related("case", "award")
        .filter(person_id__in=people.numbers(person_id))
        .order_by("-pk")
    )


def open_claim(person_id: int) -> PensionClaim | None:
    """The claim that a person has under way."""
    return claims_of(person_id).filter(open=True).first()


def awards(user: Any) -> QuerySet[Award]:
    """The awards of the user's region, the latest first."""
    return scope(Award.objects.select_related("person", "claim__case", "edition"), user)


def awards_of(person_id: int) -> QuerySet[Award]:
    """A person's awards, the latest first."""
    return Award.objects.select_related("edition", "claim__case").filter(
        person_id__in=people.numbers(person_id)
    )


_PROVE_LIFE = """
    select person_id, region, make_date(from_month / 12, from_month %% 12 + 1, 1) as since
    from pensions_award where state <> %s
"""


def who_must_prove_life() -> tuple[str, list[Any]]:
    """Everybody who draws a pension: person_id, region and the day on which it began."""
    return _PROVE_LIFE, [int(AwardState.ENDED)]


def award_in_payment(person_id: int) -> Award | None:
    """The pension that a person draws."""
    return awards_of(person_id).filter(state=AwardState.IN_PAYMENT).first()


def benefit_in(award: Award, month: int) -> Benefit | None:
    """What an award pays in a month; None before it begins."""
    return (
        Benefit.objects.filter(person_id=award.person_id, award_id=award.pk, from_month__lte=month)
        .order_by("-from_month", "-version")
        .first()
    )


def adjustments(person_id: int) -> QuerySet[PensionAdjustment]:
    """The yearly adjustments of a person's pensions that stand, the latest first."""
    return PensionAdjustment.objects.filter(
        person_id__in=people.numbers(person_id),
        run_id__in=Run.objects.filter(state=Run.State.POSTED).values("pk"),
    ).order_by("-month")


def corrections(user: Any) -> QuerySet[Correction]:
    """The corrections of the user's region, those due first at the top."""
    found = Correction.objects.select_related("case", "person", "award")
    return scope(found, user).order_by("case__due_on", "pk")


def corrections_of(award: Award) -> QuerySet[Correction]:
    """The corrections of an award, the latest first."""
    return Correction.objects.select_related("case").filter(award=award).order_by("-pk")


def survivor_claims(user: Any) -> QuerySet[SurvivorClaim]:
    """What families claim in the user's region, those due first at the top."""
    found = SurvivorClaim.objects.select_related("case", "person", "claimant", "envelope")
    return scope(found, user).order_by("case__due_on", "pk")


def disability_claims(user: Any) -> QuerySet[DisabilityClaim]:
    """The claims for a disability allowance of the user's region, those due first at the top."""
    found = DisabilityClaim.objects.select_related("case", "person", "award")
    return scope(found, user).order_by("case__due_on", "pk")


def survivor_claim_of(person_id: int) -> SurvivorClaim | None:
    """What is claimed or settled after a person's death."""
    found = SurvivorClaim.objects.select_related("case").filter(person_id=person_id)
    return found.filter(Q(open=True) | Q(granted=True)).first()


def survivor_claim_of_case(case_id: int) -> SurvivorClaim | None:
    """The claim behind a case of kind pension_survivors."""
    return SurvivorClaim.objects.filter(pk=case_id).first()


# overpayments


def overpayments(user: Any) -> QuerySet[Overpayment]:
    """The overpayments of the user's region, the latest first."""
    found = Overpayment.objects.select_related("person", "award")
    return scope(found, user).order_by("-found_on", "-pk")


def overpayments_of(person_id: int) -> QuerySet[Overpayment]:
    """A person's overpayments that were not taken back as a mistake, the latest first."""
    return (
        Overpayment.objects.filter(person_id=person_id)
        .exclude(state=OverpaymentState.CANCELLED)
        .order_by("-found_on", "-pk")
    )


def overpaid_months(overpayment: Overpayment) -> list[tuple[int, int]]:
    """Which months were overpaid by how much, in fen."""
    rows = OverpaidMonth.objects.filter(
        person_id=overpayment.person_id, overpayment_id=overpayment.pk
    )
    found = rows.order_by("month").values_list("month").annotate(total=Sum("amount"))
    return [(month, total) for month, total in found if total]


def recoveries(overpayment: Overpayment) -> QuerySet[Recovery]:
    """What came back of an overpayment, in the order in which it came."""
    return Recovery.objects.filter(
        person_id=overpayment.person_id, overpayment_id=overpayment.pk
    ).order_by("number")


# accounts


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

    What was reversed is left out with its reversal. `credited` holds opening balances too.
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
            entry.kind == EntryKind.REVERSAL
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


def account_totals() -> dict[int, int]:
    """What the accounts of each fund add up to, in fen, for the control account."""
    return {
        row["fund_id"]: int(row["total"])
        for row in AccountEntry.objects.order_by().values("fund_id").annotate(total=Sum("amount"))
    }


# payments


@dataclass(frozen=True)
class PaidRow:
    """A pension paid or on its way: the month it is for, and how far it has got."""

    payment: PensionPayment
    state: PaymentState
    paid_month: int
    reason: str = ""

    @property
    def arrears(self) -> bool:
        """Whether it was paid later than in its own month."""
        return self.payment.month < self.paid_month


def payments(person_id: int) -> list[PaidRow]:
    """A person's pension payments, the latest month first. A few queries, however many."""
    numbers = people.numbers(person_id)
    found = [row for number in numbers for row in _payments_under(number)]
    if len(numbers) > 1:
        found.sort(key=lambda row: (row.payment.month, row.payment.part), reverse=True)
    return found


def _payments_under(person_id: int) -> list[PaidRow]:
    """What was paid under one number of a person."""
    found = list(PensionPayment.objects.filter(person_id=person_id).order_by("-month", "-part"))
    payrolls = Payroll.objects.select_related("envelope").in_bulk({row.run_id for row in found})
    states = _order_states(person_id, payrolls.values())
    rows = []
    for payment in found:
        payroll = payrolls[payment.run_id]
        state, reason = states.get(payroll.envelope_id or 0, (PaymentState.PREPARED, ""))
        rows.append(PaidRow(payment, state, payroll.month, reason))
    return rows


def _order_states(
    person_id: int, payrolls: Iterable[Payroll]
) -> dict[int, tuple[PaymentState, str]]:
    """How far the order of a person has got in each envelope, with the bank's reason."""
    released = {
        payroll.envelope.pk: payroll.envelope.state not in _NOT_SENT
        for payroll in payrolls
        if payroll.envelope is not None
    }
    orders = PaymentOrder.objects.filter(person_id=person_id)
    again = {
        order.reorders_batch_id or 0: order.batch_id
        for order in orders.filter(reorders_batch_id__in=list(released))
    }
    outcomes: dict[int, PaymentOutcome] = {}
    for outcome in PaymentOutcome.objects.filter(
        person_id=person_id, batch_id__in=[*released, *again.values()]
    ).order_by("outcome"):
        outcomes[outcome.batch_id] = outcome  # RETURNED comes after PAID: the last word
    states = {}
    for envelope, sent in released.items():
        state, reason = _state(outcomes.get(envelope), sent)
        if envelope in again:
            second, second_reason = _state(outcomes.get(again[envelope]), True)
            if second == PaymentState.SENT:
                second = PaymentState.REORDERED
            state, reason = second, second_reason or reason
        states[envelope] = (state, reason)
    return states


_NOT_SENT = (PaymentBatch.State.OPEN, PaymentBatch.State.CANCELLED)


def _state(outcome: PaymentOutcome | None, sent: bool) -> tuple[PaymentState, str]:
    if outcome is None:
        return (PaymentState.SENT if sent else PaymentState.PREPARED), ""
    if outcome.outcome == PaymentOutcome.Outcome.PAID:
        return PaymentState.PAID, ""
    return PaymentState.RETURNED, outcome.reason


def next_payment(person_id: int) -> int | None:
    """What the award of a person pays a month at present, in fen; None without one."""
    award = award_in_payment(person_id)
    if award is None:
        return None
    last = Benefit.objects.filter(person_id=award.person_id, award_id=award.pk)
    row = last.order_by("-from_month", "-version").first()
    return row.monthly if row else None


def payrolls(user: Any) -> QuerySet[Payroll]:
    """The payrolls of the user's region, the latest first."""
    return scope(Payroll.objects.select_related("run", "fund__region", "envelope"), user)


def payments_of(run: Run) -> QuerySet[PensionPayment]:
    """What a payroll pays, by person."""
    return PensionPayment.objects.filter(run_id=run.pk).order_by("person_id", "month")


@dataclass(frozen=True)
class MonthTotal:
    """What a month's payrolls paid: people and fen, the part that accounts bear among them."""

    month: int
    people: int
    amount: int
    from_account: int


def monthly_totals(region: str, first_month: int, last_month: int) -> list[MonthTotal]:
    """What the payrolls of a region's parts paid in each month, for charts."""
    low, high = regions.span(region)
    runs = Run.objects.filter(
        payroll__month__gte=first_month,
        payroll__month__lte=last_month,
        payroll__region__gte=low,
        payroll__region__lte=high,
        state=Run.State.POSTED,
    ).annotate(paid_month=F("payroll__month"))
    borne = (
        AccountEntry.objects.filter(kind=EntryKind.BENEFIT, reference__in=[run.pk for run in runs])
        .order_by()
        .values("reference")
        .annotate(total=Sum("amount"))
    )
    drawn = {row["reference"]: -row["total"] for row in borne}
    months: dict[int, list[int]] = {}
    for run in runs:
        sums = months.setdefault(run.paid_month, [0, 0, 0])
        for place, value in enumerate((run.count, run.total, drawn.get(run.pk, 0))):
            sums[place] += value
    return [MonthTotal(month, *months[month]) for month in sorted(months)]


# what needs somebody


def returned(user: Any) -> QuerySet[ReturnedPayment]:
    """Payments that the bank sent back and nobody ordered again, the oldest first."""
    return scope(ReturnedPayment.objects.filter(reordered_in__isnull=True), user).order_by(
        "returned_on", "person_id"
    )


def without_account(user: Any) -> QuerySet[Award]:
    """Awards in payment whose person has no bank account on file: the payroll cannot pay them."""
    on_file = BankAccount.objects.filter(
        person_id=OuterRef("person_id"), purpose=Purpose.BENEFIT, closed_on__isnull=True
    )
    found = awards(user).filter(state=AwardState.IN_PAYMENT)
    return found.exclude(Exists(on_file)).order_by("from_month", "pk")


def held(user: Any) -> QuerySet[HeldPayment]:
    """Whom payrolls could not pay and still owe, the oldest first."""
    owed = Award.objects.filter(owed_from__isnull=False).exclude(state=AwardState.ENDED)
    return scope(HeldPayment.objects.filter(award_id__in=owed.values("pk")), user).order_by(
        "run_id", "person_id"
    )


def dead_in_payment(user: Any) -> QuerySet[Award]:
    """Awards whose person has died and which nobody has ended yet."""
    return awards(user).filter(person__died_on__isnull=False).exclude(state=AwardState.ENDED)


def paid_after_death(user: Any) -> QuerySet[PensionPayment]:
    """Payments for months after the month of death: to be recovered."""
    month_of_death = Subquery(
        Award.objects.filter(pk=OuterRef("award_id"), person__died_on__isnull=False).values(
            month=ExtractYear("person__died_on") * 12 + ExtractMonth("person__died_on") - 1
        ),
        output_field=IntegerField(),
    )
    dead = Award.objects.filter(person__died_on__isnull=False).values("person_id")
    return (
        scope(PensionPayment.objects.filter(person_id__in=dead), user)
        .annotate(month_of_death=month_of_death)
        .filter(month__gt=F("month_of_death"))
        .order_by("person_id", "month")
    )


class Watch(TextChoices):
    """Why somebody should look at a pension in payment. None of them stops it by itself."""

    DEAD = "dead", _("has died; the award runs on")
    DOUBLE = "double", _("draws another pension as well")
    PRISON = "prison", _("serves a sentence")
    ABROAD = "abroad", _("has settled abroad")
    UNPROVED = "unproved", _("proof of life has run out")


@dataclass(frozen=True)
class Watched:
    """A pension to look at, with every reason and the day since when it holds."""

    award: Award
    reasons: list[tuple[Watch, date]]


def watched(user: Any, limit: int) -> list[Watched]:
    """Pensions in payment of the user's region that somebody should look at. Six queries."""
    running = awards(user).filter(state=AwardState.IN_PAYMENT).order_by("person_id", "pk")
    found: dict[int, list[tuple[Watch, date]]] = {}
    for award in running.filter(person__died_on__isnull=False)[:limit]:
        assert award.person.died_on is not None  # the filter says so
        found.setdefault(award.pk, []).append((Watch.DEAD, award.person.died_on))
    others = (
        Award.objects.filter(person_id=OuterRef("person_id"))
        .exclude(pk=OuterRef("pk"))
        .exclude(state=AwardState.ENDED)
    )
    for award in running.filter(Exists(others))[:limit]:
        found.setdefault(award.pk, []).append((Watch.DOUBLE, first_day(award.from_month)))
    for begins, ends, why in (
        (EventKind.PRISON, EventKind.RELEASE, Watch.PRISON),
        (EventKind.EMIGRATION, EventKind.RETURN, Watch.ABROAD),
    ):
        last = (
            LifeEvent.objects.filter(
                person_id=OuterRef("person_id"),
                kind__in=(begins, ends),
                reverses__isnull=True,
                reversed_by__isnull=True,
            )
            .order_by("-happened_on", "-pk")
            .values("kind", "happened_on")[:1]
        )
        inside = running.annotate(
            last_kind=Subquery(last.values("kind")), last_on=Subquery(last.values("happened_on"))
        ).filter(last_kind=begins)
        for award in inside[:limit]:
            found.setdefault(award.pk, []).append((why, award.last_on))  # type: ignore[attr-defined]
    missed = ProofTask.objects.filter(
        person_id=OuterRef("person_id"), state=ProofTask.State.MISSED, closed_on__isnull=True
    ).order_by("due_on")
    late = running.annotate(missed_on=Subquery(missed.values("due_on")[:1]))
    for award in late.filter(missed_on__isnull=False)[:limit]:
        found.setdefault(award.pk, []).append((Watch.UNPROVED, award.missed_on))  # type: ignore[attr-defined]
    rows = {award.pk: award for award in running.filter(pk__in=found)}
    return [Watched(rows[pk], reasons) for pk, reasons in sorted(found.items())][:limit]


@dataclass(frozen=True)
class Standing:
    """How pensions stand in a user's region, for a start page. Counts, and fen a month."""

    in_payment: int
    suspended: int
    accounts: int
    returned: int
    held: int
    dead_in_payment: int


def standing(user: Any) -> Standing:
    """The figures of a start page."""
    states = dict(awards(user).order_by().values_list("state").annotate(count=Count("pk")))
    kept = scope(IndividualAccount.objects.exclude(state=AccountState.CLOSED), user)
    return Standing(
        in_payment=states.get(AwardState.IN_PAYMENT, 0),
        suspended=states.get(AwardState.SUSPENDED, 0),
        accounts=kept.count(),
        returned=returned(user).count(),
        held=without_account(user).count(),
        dead_in_payment=dead_in_payment(user).count(),
    )


def two_pensions(survivor: int, absorbed: int) -> list[Text]:
    """What forbids that two records are read as one: a pension in payment, or a claim, on each."""
    if award_in_payment(survivor) and award_in_payment(absorbed):
        return [_("Both records draw a pension.")]
    if open_claim(survivor) and open_claim(absorbed):
        return [_("Both records have an open pension claim.")]
    return []


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
