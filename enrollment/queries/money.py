"""What is owed, what came in, and what of it belongs to individual accounts."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet, Sum

from enrollment.models import Receipt, ReceiptAllocation, Reduction
from socsec.kernel.regions import span
from socsec.office import people


@dataclass(frozen=True, slots=True)
class Arrears:
    """A month for which a payer still owes, in fen; `heads` people of it."""

    month: int
    due: int
    paid: int
    heads: int

    @property
    def open(self) -> int:
        return self.due - self.paid


_ARREARS = """
    select c.{by}, sum(c.employer_share + c.person_share - r.amount)::bigint, sum(p.paid)::bigint,
           count(*)
    from enrollment_contribution c
    cross join lateral (
        select coalesce(sum(r.employer_share + r.person_share), 0)::bigint as amount
        from enrollment_reduction r
        where r.person_id = c.person_id and r.month = c.month and r.branch = c.branch
          and r.employer_id = c.employer_id and r.part = c.part
    ) as r
    cross join lateral (
        select coalesce(sum(a.amount), 0)::bigint as paid
        from enrollment_receiptallocation a
        where a.person_id = c.person_id and a.month = c.month and a.branch = c.branch
          and a.employer_id = c.employer_id and a.part = c.part
    ) as p
    where c.branch = %s and {payer} and c.employer_share + c.person_share - r.amount > p.paid
    group by c.{by} order by c.{by}
"""


def arrears(
    branch: int, *, employer_id: int | None = None, person_id: int | None = None
) -> list[Arrears]:
    """The months for which an employer, or a person who pays alone, still owes; oldest first."""
    number: int | list[int]
    if person_id is not None:
        payer, number = "c.person_id = any(%s) and c.employer_id = 0", people.numbers(person_id)
    else:
        payer, number = "c.employer_id = %s and c.employer_id > 0", employer_id or 0
    with connection.cursor() as cursor:
        cursor.execute(_ARREARS.format(by="month", payer=payer), [branch, number])
        return [Arrears(*row) for row in cursor.fetchall()]


def arrears_by_employer(branch: int, region: str, up_to_month: int) -> dict[int, int]:
    """What each employer of a region still owes for months up to one, in fen, by its number."""
    low, high = span(region)
    payer = "c.employer_id > 0 and c.region between %s and %s and c.month <= %s"
    with connection.cursor() as cursor:
        cursor.execute(
            _ARREARS.format(by="employer_id", payer=payer), [branch, low, high, up_to_month]
        )
        return {employer: due - paid for employer, due, paid, _heads in cursor.fetchall()}


def receipts(*, employer_id: int | None = None, person_id: int | None = None) -> QuerySet[Receipt]:
    """The receipts of a payer, the latest first."""
    payer = (
        {"person_id__in": people.numbers(person_id)}
        if person_id is not None
        else {"employer_id": employer_id}
    )
    return Receipt.objects.filter(**payer)


def allocations(receipt_id: int) -> QuerySet[ReceiptAllocation]:
    """Which months of whom a receipt was taken for."""
    return ReceiptAllocation.objects.filter(receipt_id=receipt_id).order_by(
        "person_id", "month", "part"
    )


def allocations_in(fund_id: int, person_id: int) -> QuerySet[ReceiptAllocation]:
    """What of the receipts of one fund was taken for a person's months."""
    receipts_there = Receipt.objects.filter(fund_id=fund_id).values("pk")
    return ReceiptAllocation.objects.filter(person_id=person_id, receipt_id__in=receipts_there)


def unallocated(branch: int, region: str) -> QuerySet[Receipt]:
    """Receipts of a region with a credit that no month has used yet, the oldest first."""
    low, high = span(region)
    return Receipt.objects.filter(
        branch=branch, region__gte=low, region__lte=high, credit__gt=0
    ).order_by("received_on", "pk")


def credited_receipts(branch: int) -> QuerySet[ReceiptAllocation]:
    """Every allocation of which a part belongs to an individual account.

    Whoever keeps the accounts pulls from here and remembers the key (person, month, branch,
    employer, part, receipt), so that nothing is credited twice; `account_share` is in fen,
    `received_on` the day on which the money came.
    """
    return ReceiptAllocation.objects.filter(branch=branch, account_share__gt=0)


def account_shares(branch: int) -> int:
    """All that ever belonged to individual accounts, in fen."""
    return credited_receipts(branch).aggregate(total=Sum("account_share"))["total"] or 0


def reductions(person_id: int, month: int) -> QuerySet[Reduction]:
    """What was taken off a person's month, in every branch."""
    return Reduction.objects.filter(person_id__in=people.numbers(person_id), month=month).order_by(
        "branch", "employer_id", "part", "number"
    )
