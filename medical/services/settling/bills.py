"""Who pays a bill: shown before it is asked for, settled for good, or taken back.

What the person bears is paid in cash, or from the medical accounts that the person chooses.

What one settlement or reversal changes of the bills after it is booked as a further part of each.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max, Min, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.services.checks import known_text
from medical.models import Care, Encounter, Settlement, YearSums
from medical.params import Stays, YearOfStay
from medical.rules.settlement import Settled
from medical.services import next_payer
from medical.services.accounts import spending
from medical.services.accounts.spending import Choice
from socsec.kernel.months import month_of
from socsec.kernel.policy import Policy
from socsec.office.access import require
from socsec.office.errors import Invalid
from socsec.office.models import PolicyEdition, User
from socsec.office.services import audit, policy

from . import booking, known, year
from .booking import CASH
from .visits import must_be

State, Kind = Encounter.State, Settlement.Kind


@dataclass(frozen=True)
class Preview:
    """What a settlement would come to: one sheet and its amounts for each year of the visit."""

    year: int
    sheet: Settled
    amounts: dict[str, int]


def preview(*, by: User, encounter: Encounter, pay_from: Choice = CASH) -> list[Preview]:
    """What settling now would come to, and what the accounts chosen would pay. Writes nothing."""
    require(by, "bill.enter", encounter.region, encounter.person_id)
    must_be(encounter, State.OPEN, State.DISCHARGED)
    found = []
    edition = policy.current_edition()
    there = spending.available(encounter.person_id, pay_from)
    for at, bill in _bills(by, encounter, edition).items():
        others = year.booked(booking.rows_of(booking.key_of(encounter, at)))
        others.pop(encounter.pk, None)
        raised = YearSums.objects.filter(**booking.key_of(encounter, at)).values_list(
            "cap_raise", flat=True
        )
        worked, _sums = year.work(
            [*others.values(), bill], booking.Laws(edition), raised.first() or 0, bill.place
        )
        this = next(each for each in worked if each.bill is bill)
        drawn, there = there.pay(this.amounts["person_pay"])
        this = this.paid_from(drawn.own, drawn.family)
        found.append(Preview(at, this.sheet, this.amounts))
    return found


@transaction.atomic
def settle(*, by: User, encounter: Encounter, pay_from: Choice = CASH) -> list[Settlement]:
    """Settle the bill of a visit that has ended, a part for each of its years.

    Bills of the year that come after it in the order of care are worked out anew. What the person
    bears is taken from the accounts chosen, as far as they hold it; `Conflict` for a settled one.
    """
    require(by, "bill.settle", encounter.region, encounter.person_id)
    encounter = _lock(encounter)
    must_be(encounter, State.DISCHARGED)
    edition = policy.current_edition()
    made = []
    for at, bill in _bills(by, encounter, edition).items():
        encounter.away = bill.told["away"]
        sums = booking.hold(booking.key_of(encounter, at))
        rows = list(booking.rows_of(booking.key_of(encounter, at)))
        live = year.booked(rows)
        live[encounter.pk] = bill
        written = booking.book(by, encounter, pay_from, rows, live, bill.place, sums, edition)
        made += [row for row in written if row.encounter_id == encounter.pk]
    encounter.state = State.SETTLED
    encounter.save(update_fields=["state", "away"])
    _note(encounter, by, "bill.settle", made)
    return made


@transaction.atomic
def reverse(*, by: User, encounter: Encounter, reason: str) -> list[Settlement]:
    """Take a settlement back, exactly; the visit can then be corrected and settled again.

    `Conflict` for a visit that is not settled, and so for one that was taken back already.
    """
    require(by, "bill.reverse", encounter.region, encounter.person_id)
    reason = known_text(reason, "reason")
    encounter = _lock(encounter)
    must_be(encounter, State.SETTLED)
    edition = policy.current_edition()
    made = []
    settled = Settlement.objects.filter(encounter=encounter).values_list("year", flat=True)
    for at in sorted(set(settled)):
        sums = booking.hold(booking.key_of(encounter, at))
        rows = list(booking.rows_of(booking.key_of(encounter, at)))
        live = year.booked(rows)
        gone = live.pop(encounter.pk, None)
        if gone is None:
            continue  # a year from which an earlier reversal left nothing
        written = booking.book(by, encounter, CASH, rows, live, gone.place, sums, edition)
        made += [row for row in written if row.encounter_id == encounter.pk]
    if any(row.account_pay or row.family_pay for row in made):
        spending.give_back(encounter_id=encounter.pk)
    encounter.state = State.DISCHARGED
    encounter.save(update_fields=["state"])
    _note(encounter, by, "bill.reverse", made, reason)
    return made


def _lock(encounter: Encounter) -> Encounter:
    """The visit as it is now, with its provider, held until the transaction ends."""
    rows = Encounter.objects.select_related("provider")
    return rows.select_for_update(no_key=True, of=("self",)).get(pk=encounter.pk)


def _bills(by: User, encounter: Encounter, edition: PolicyEdition) -> dict[int, year.Bill]:
    """The bill of each year of a visit, as the lines say, and what is on file about it."""
    law = policy.of(edition)
    last = timezone.localdate(encounter.closed_at) if encounter.closed_at else timezone.localdate()
    first = timezone.localdate(encounter.opened_at)
    parts: list[Any] = list(
        encounter.lines.filter(cancelled_at=None)
        .order_by("day__year")
        .values("day__year")
        .annotate(
            total=Sum("amount"),
            uncovered=Sum("uncovered"),
            over_limit=Sum("over_limit"),
            first_self_pay=Sum("first_self_pay"),
            first=Min("day"),
            last=Max("day"),
        )
    )
    if not parts:
        raise Invalid(
            _("Nothing is charged for this visit."),
            code="nothing_charged",
            fix=_("Send the lines of the bill first."),
        )
    if Stays.at(law, encounter.home, month_of(last)).year_of_stay != YearOfStay.SPLIT:
        parts = [_together(parts, last.year)]
    told = _told(by, encounter, first, last, law)
    designation = next_payer.designated(encounter.person_id, last, law)
    told["poor"] = bool(designation.get("poor", False))
    return {
        part["day__year"]: _bill(encounter, part, first, last, told, designation, edition)
        for part in parts
    }


def _told(
    by: User, encounter: Encounter, first: date, last: date, law: Policy
) -> dict[str, int | bool]:
    """What the rule is told of the visit and the person, as it is on file when it is settled."""
    known.must_be_registered(encounter.person_id, encounter.care, first, encounter.diagnosis)
    plan = year.plan_of(law, encounter.scheme, encounter.home, month_of(last))
    return {
        "care": encounter.care,
        "level": encounter.provider.level,
        "standing": encounter.standing,
        "away": known.away_at_discharge(encounter, last, by),
        "disease": encounter.disease,
        "listed": known.listed(encounter, plan, last),
        "civil_servant": known.civil_servant(encounter, plan),
    }


def _together(parts: list[Any], at: int) -> dict[str, int]:
    whole: dict[str, int] = defaultdict(int)
    for part in parts:
        for name in ("total", "uncovered", "over_limit", "first_self_pay"):
            whole[name] += part[name]
    return {**whole, "day__year": at}


def _bill(
    encounter: Encounter,
    part: Any,
    first: date,
    last: date,
    told: dict[str, int | bool],
    designation: dict[str, Any],
    edition: PolicyEdition,
) -> year.Bill:
    at = part["day__year"]
    served_until = last if last.year == at else date(at, 12, 31)
    return year.Bill(
        encounter=encounter.pk,
        before=encounter.previous_id or 0,
        care=encounter.care,
        level=encounter.provider.level,
        served_from=first if first.year == at else date(at, 1, 1),
        served_until=served_until,
        home=encounter.home,
        scheme=encounter.scheme,
        month=month_of(served_until),
        edition=edition.number,
        told={
            **told,
            **{name: part[name] for name in ("total", "uncovered", "over_limit", "first_self_pay")},
        },
        designation=designation,
        stay=int(encounter.care == Care.INPATIENT and encounter.previous_id is None),
    )


def _note(
    encounter: Encounter, by: User, act: str, made: list[Settlement], reason: str = ""
) -> None:
    audit.record(
        by=by,
        act=act,
        subject=encounter,
        person_id=encounter.person_id,
        region=encounter.region,
        reason=reason,
        total=sum(row.total for row in made),
        fund_pay=sum(row.fund_pay for row in made),
    )
