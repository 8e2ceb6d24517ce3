"""The lifelong record (权益记录): month by month, across employers and regions."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    Contribution,
    EmployerStanding,
    PriorKind,
    PriorMonth,
    PriorService,
    PriorState,
    ReceiptAllocation,
    Reduction,
    WageDeclaration,
)
from enrollment.rules.branches import RULES
from socsec.kernel.document import Document, explain
from socsec.kernel.months import FIRST_MONTH, LAST_MONTH
from socsec.office import people
from socsec.office.services import policy


class MonthStatus(StrEnum):
    """What became of a month."""

    PAID = "paid"
    PART = "part"
    DUE = "due"
    CARRIED = "carried"
    DEEMED = "deemed"

    @property
    def label(self) -> Promise:
        return _LABELS[self]

    @property
    def counts_as_paid(self) -> bool:
        """Whether it is a contributed month (实际缴费月数)."""
        return self in (MonthStatus.PAID, MonthStatus.CARRIED)


_LABELS = {
    MonthStatus.PAID: _("Paid"),
    MonthStatus.PART: _("Partly paid"),
    MonthStatus.DUE: _("Not paid yet"),
    MonthStatus.CARRIED: _("Paid, from an earlier record"),
    MonthStatus.DEEMED: _("Deemed"),
}


@dataclass(frozen=True, slots=True)
class MonthRecord:
    """One month of one branch, all employers together, in fen.

    `base` is what was assessed, whether paid or not; a deemed month has none. `account_share` is
    what of the paid amount went to the individual account. `employers` are their numbers, empty
    where the person paid alone; `region` is where the month was insured.
    """

    month: int
    status: MonthStatus
    base: int = 0
    wage: int = 0
    employer_share: int = 0
    person_share: int = 0
    paid: int = 0
    account_share: int = 0
    category: int = 0
    region: str = ""
    employers: tuple[int, ...] = ()

    @property
    def due(self) -> int:
        return self.employer_share + self.person_share

    @property
    def open(self) -> int:
        """What is still owed."""
        return self.due - self.paid


def record(person_id: int, branch: int) -> list[MonthRecord]:
    """A person's months in one branch, oldest first. As many queries, however long the record.

    A month that was assessed here shows that; else one carried over; else one deemed.
    """
    numbers = people.numbers(person_id)
    months: dict[int, MonthRecord] = {}
    approved = PriorService.objects.filter(
        person_id__in=numbers, branch=branch, state=PriorState.APPROVED
    )
    regions: dict[int, str] = {}
    for prior in approved:
        regions[prior.pk] = prior.region
        if prior.kind == PriorKind.DEEMED:
            for month in range(prior.first_month, prior.last_month + 1):
                months[month] = MonthRecord(month, MonthStatus.DEEMED, region=prior.region)
    for carried in PriorMonth.objects.filter(
        person_id__in=numbers, branch=branch, prior_id__in=list(regions)
    ):
        months[carried.month] = MonthRecord(
            carried.month,
            MonthStatus.CARRIED,
            base=carried.base,
            wage=carried.base,
            region=regions[carried.prior_id],
        )
    paid: dict[int, dict[str, Any]] = {
        row["month"]: dict(row)
        for row in ReceiptAllocation.objects.filter(person_id__in=numbers, branch=branch)
        .values("month")
        .annotate(paid=Sum("amount"), account=Sum("account_share"))
    }
    assessed: dict[int, list[Contribution]] = {}
    for contribution in Contribution.objects.filter(person_id__in=numbers, branch=branch).order_by(
        "month", "employer_id", "part"
    ):
        assessed.setdefault(contribution.month, []).append(contribution)
    taken_off: dict[int, list[Reduction]] = {}
    for reduction in Reduction.objects.filter(person_id__in=numbers, branch=branch):
        taken_off.setdefault(reduction.month, []).append(reduction)
    for month, parts in assessed.items():
        money = paid.get(month, {"paid": 0, "account": 0})
        months[month] = _assessed_month(month, parts, taken_off.get(month, []), money)
    return [months[month] for month in sorted(months)]


def branches(person_id: int) -> set[int]:
    """The branches in which a person has any month: two queries."""
    numbers = people.numbers(person_id)
    assessed = Contribution.objects.filter(person_id__in=numbers).values_list("branch", flat=True)
    earlier = PriorService.objects.filter(
        person_id__in=numbers, state=PriorState.APPROVED
    ).values_list("branch", flat=True)
    return {*assessed.distinct(), *earlier.distinct()}


def _assessed_month(
    month: int, parts: list[Contribution], off: list[Reduction], money: dict[str, Any]
) -> MonthRecord:
    due = sum(part.due for part in parts) - sum(each.amount for each in off)
    if money["paid"] >= due:
        status = MonthStatus.PAID
    else:
        status = MonthStatus.PART if money["paid"] else MonthStatus.DUE
    return MonthRecord(
        month,
        status,
        base=sum(part.base for part in parts) - sum(each.base for each in off),
        wage=sum(part.wage for part in parts) - sum(each.wage for each in off),
        employer_share=sum(part.employer_share for part in parts)
        - sum(each.employer_share for each in off),
        person_share=sum(part.person_share for part in parts)
        - sum(each.person_share for each in off),
        paid=money["paid"],
        account_share=money["account"],
        category=parts[0].category,
        region=parts[0].region,
        employers=tuple(sorted({part.employer_id for part in parts} - {0})),
    )


def months_paid(person_id: int, branch: int, until: int = LAST_MONTH) -> int:
    """Contributed months (实际缴费月数) up to and with a month: paid in full, or carried over."""
    return sum(
        each.status.counts_as_paid and each.month <= until for each in record(person_id, branch)
    )


def months_deemed(person_id: int, branch: int, until: int = LAST_MONTH) -> int:
    """Deemed months (视同缴费月数) up to and with a month, those not also paid."""
    return sum(
        each.status is MonthStatus.DEEMED and each.month <= until
        for each in record(person_id, branch)
    )


_PAID_MONTHS = """
    select c.person_id, c.month, sum(c.base)::bigint as base
    from (
        select person_id, month, branch, base, employer_share + person_share as due
        from enrollment_contribution
        union all
        select person_id, month, branch, -base, -employer_share - person_share
        from enrollment_reduction
    ) as c
    where c.branch = %s and c.person_id between %s and %s and c.month between %s and %s
    group by c.person_id, c.month
    having sum(c.due) <= (
        select coalesce(sum(a.amount), 0) from enrollment_receiptallocation a
        where a.person_id = c.person_id and a.month = c.month and a.branch = %s
    )
    union all
    select m.person_id, m.month, m.base
    from enrollment_priormonth m
    join enrollment_priorservice p on p.id = m.prior_id and p.state = %s
    where m.branch = %s and m.person_id between %s and %s and m.month between %s and %s
      and not exists (
          select from enrollment_contribution c
          where c.person_id = m.person_id and c.month = m.month and c.branch = m.branch
      )
"""


def paid_months(
    branch: int,
    first_person: int,
    last_person: int,
    first_month: int = FIRST_MONTH,
    last_month: int = LAST_MONTH,
) -> tuple[str, list[Any]]:
    """A SELECT of person_id, month and base (fen) of every contributed month, and its parameters.

    The door for the apps above that reckon with many people at once; the same months as `record`.
    """
    who = [first_person, last_person]
    when = [first_month, last_month]
    return _PAID_MONTHS, [
        *(branch, *who, *when, branch),
        *(PriorState.APPROVED.value, branch, *who, *when),
    ]


def declarations(employer_id: int, month: int) -> QuerySet[WageDeclaration]:
    """What an employer declared for a month."""
    return WageDeclaration.objects.filter(employer_id=employer_id, month=month).order_by(
        "person_id"
    )


def assessed(employer_id: int, month: int, branch: int | None = None) -> QuerySet[Contribution]:
    """What was assessed for an employer's staff in a month, in one branch or in all."""
    found = Contribution.objects.filter(employer_id=employer_id, month=month)
    if branch is not None:
        found = found.filter(branch=branch)
    return found.order_by("person_id", "branch", "part")


def working(contribution: Contribution) -> Document:
    """How a contribution came about: its sheet, worked out again with the law of its edition."""
    return _sheet(contribution, contribution.wage, contribution.wage_before, contribution.edition)


def month_sheets(person_id: int, branch: int, month: int) -> list[Document]:
    """The sheets of a month as it stands now, corrections included: one for each payer."""
    return [sheet for _employer, sheet in month_workings(person_id, branch, month)]


def month_workings(person_id: int, branch: int, month: int) -> list[tuple[int, Document]]:
    """The same with the number of each payer, 0 for the person."""
    payers: dict[int, list[Contribution]] = {}
    for part in Contribution.objects.filter(
        person_id__in=people.numbers(person_id), branch=branch, month=month
    ).order_by("wage_before", "employer_id", "part"):
        payers.setdefault(part.employer_id, []).append(part)
    off: dict[int, list[Reduction]] = {}
    for reduction in Reduction.objects.filter(
        person_id__in=people.numbers(person_id), branch=branch, month=month
    ).order_by("recorded_at"):
        off.setdefault(reduction.employer_id, []).append(reduction)
    sheets = []
    before = 0
    for employer, parts in payers.items():
        taken = off.get(employer, [])
        wage = sum(part.wage for part in parts) - sum(each.wage for each in taken)
        edition = max([part.edition for part in parts] + [each.edition for each in taken])
        sheets.append((employer, _sheet(parts[0], wage, before, edition)))
        before += wage
    return sheets


def _sheet(contribution: Contribution, wage: int, wage_before: int, edition: int) -> Document:
    rule = RULES[contribution.branch]  # type: ignore[index]
    params = rule.params.at(policy.of(edition), contribution.region, contribution.month)
    standing = EmployerStanding.objects.filter(pk=contribution.standing_id).first()
    known = rule.known(
        {
            "wage": wage,
            "wage_before": wage_before,
            "category": contribution.category,
            "kind": standing.kind if standing else 0,
            "risk_class": standing.risk_class if standing else 0,
            "floating": standing.floating if standing else 0,
            "fully_funded": standing is not None and standing.fully_funded,
        }
    )
    return explain(rule.rule(known, params), known, params)
