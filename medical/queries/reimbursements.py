"""Reimbursements as screens read them, and invoices that look like others."""

from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum

from medical.models import Invoice, Reimbursement, Settlement
from socsec.office.access import scope
from socsec.office.people import numbers


def claims(user: Any) -> QuerySet[Reimbursement]:
    """Those of the user's region and below."""
    return scope(_with_sums(), user)


def of_person(person_id: int) -> QuerySet[Reimbursement]:
    """Every claim of a person, the latest first."""
    return _with_sums().filter(person__in=numbers(person_id)).order_by("-pk")


def _with_sums() -> QuerySet[Reimbursement]:
    """Claims with `asked`, what the invoices come to, and `pays`, what the funds do; in fen."""
    asked = Invoice.objects.filter(claim=OuterRef("pk")).order_by().values("claim")
    pays = Settlement.objects.filter(encounter=OuterRef("encounter")).order_by()
    return Reimbursement.objects.select_related("person", "case", "encounter").annotate(
        asked=Subquery(asked.annotate(sum=Sum("amount")).values("sum")),
        pays=Subquery(pays.values("encounter").annotate(sum=Sum("fund_pay")).values("sum")),
    )


@dataclass(frozen=True)
class Alike:
    """An invoice of a claim, and one of another claim that looks like it."""

    mine: Invoice
    other: Invoice


def alike(claim: Reimbursement) -> list[Alike]:
    """Invoices handed in before, by whomever, that may be those of a claim: the same number with the
    same issuer or amount, or the same issuer, day and amount. Refused claims count too; those that
    this one replaces do not."""
    found = []
    others = Invoice.objects.exclude(claim__root=claim.root).select_related(
        "claim__case", "claim__person"
    )
    for mine in claim.invoices.all():
        same_number = Q(number=mine.number) & (Q(issuer=mine.issuer) | Q(amount=mine.amount))
        same_bill = Q(issued_on=mine.issued_on, amount=mine.amount, issuer=mine.issuer)
        twins = others.filter(same_number | same_bill)
        found += [Alike(mine, other) for other in twins.order_by("pk")]
    return found
