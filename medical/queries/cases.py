"""Payment of stays by group, for the desk, for providers, and for the runs that pay."""

from typing import Any

from django.db.models import QuerySet, Sum

from funds.models import Fund
from medical.models import (
    CasePayment,
    CaseYear,
    Decided,
    GroupList,
    Provider,
    ProviderAdjustment,
    ProviderPayment,
    ProviderScore,
    StatementShare,
    YearBudget,
)
from socsec.kernel import months, regions
from socsec.office.access import scope


def list_in_force(region: str, year: int) -> GroupList | None:
    """The list of groups of a year: that of the region, or of the nearest one above it."""
    return (
        GroupList.objects.filter(state=Decided.TAKEN, year=year, region__in=regions.upwards(region))
        .order_by("-region")
        .first()
    )


def budget_in_force(fund: Fund, year: int) -> YearBudget | None:
    """The budget of a fund's year."""
    return YearBudget.objects.filter(state=Decided.TAKEN, fund=fund, year=year).first()


def lists(user: Any) -> QuerySet[GroupList]:
    return scope(GroupList.objects.select_related("maker", "checker"), user)


def budgets(user: Any) -> QuerySet[YearBudget]:
    return scope(YearBudget.objects.select_related("fund__region", "maker", "checker"), user)


def payments(user: Any) -> QuerySet[CasePayment]:
    return scope(
        CasePayment.objects.select_related("provider", "encounter", "fund__region", "run"), user
    )


def years(user: Any) -> QuerySet[CaseYear]:
    return scope(
        CaseYear.objects.select_related("provider", "fund__region", "budget__fund__region", "run"),
        user,
    )


def scores(user: Any) -> QuerySet[ProviderScore]:
    return scope(
        ProviderScore.objects.select_related("provider", "maker", "checker"),
        user,
        "provider__region",
    )


def payments_of(provider: Provider) -> QuerySet[CasePayment]:
    return CasePayment.objects.filter(provider=provider).select_related("encounter")


def years_of(provider: Provider) -> QuerySet[CaseYear]:
    return CaseYear.objects.filter(provider=provider)


def used(budget: YearBudget) -> dict[int, int]:
    """What each provider used of a budget so far, fen: its statements, and differences by group."""
    first, last = months.month(budget.year, 1), months.month(budget.year, 12)
    in_year: dict[str, Any] = {"fund": budget.fund_id}
    bills = (
        StatementShare.objects.filter(
            **in_year, statement__month__gte=first, statement__month__lte=last
        )
        .values_list("statement__provider")
        .annotate(sum=Sum("amount"))
    )
    differences = (
        ProviderAdjustment.objects.filter(
            **in_year,
            month__gte=first,
            month__lte=last,
            kind__in=[ProviderAdjustment.Kind.GROUP, ProviderAdjustment.Kind.YEAR],
        )
        .order_by()
        .values_list("provider")
        .annotate(sum=Sum("amount"))
    )
    found: dict[int, int] = {}
    for provider, amount in [*bills.order_by(), *differences]:
        found[provider] = found.get(provider, 0) + int(amount)
    return found


def retained(provider: Provider) -> int:
    """What is still retained of a provider's payments, from all funds, fen."""
    kept = ProviderPayment.objects.filter(provider=provider).aggregate(
        sum=Sum("retained", default=0)
    )["sum"]
    gone = ProviderAdjustment.objects.filter(
        provider=provider,
        kind__in=[ProviderAdjustment.Kind.RELEASE, ProviderAdjustment.Kind.FORFEIT],
    ).aggregate(sum=Sum("amount", default=0))["sum"]
    return int(kept - gone)


def to_decide(user: Any) -> QuerySet:
    """The numbers of lists of groups, budgets and scores that wait for a second person."""
    waiting = [
        rows(user).filter(state=Decided.WAITING).order_by().values("pk")
        for rows in (lists, budgets, scores)
    ]
    return waiting[0].union(*waiting[1:], all=True)
