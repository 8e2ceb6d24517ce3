"""The medical cover of a person on a day: as what and where insured, filings, diseases, accounts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from enrollment import queries as people
from enrollment.models import Coverage
from funds.models import Branch, Scheme
from medical.models import (
    AccountShare,
    Away,
    AwayFiling,
    DiseaseClaim,
    MedicalAccount,
    MedicalEntry,
    Registration,
)
from socsec.kernel.regions import covers
from socsec.office.access import scope
from socsec.office.people import numbers

from .catalogue import on


def insured_on(person_id: int, day: date) -> Coverage | None:
    """The medical insurance of a person on a day, None where there is none."""
    return people.coverage_as_of(person_id, Branch.MEDICAL, day)


def filings(person_id: int) -> QuerySet[AwayFiling]:
    """Every filing of care away from home that was not taken back, the newest first."""
    return AwayFiling.objects.filter(
        person_id__in=numbers(person_id), withdrawn_at__isnull=True
    ).order_by("-from_date", "-pk")


def away_on(person_id: int, *, pooled: str, place: str, day: date, emergency: bool = False) -> Away:
    """How care in a place counts for somebody whose fund pools the region `pooled`.

    An emergency counts as filed (医保发〔2022〕22号); what was not filed is away without a referral.
    """
    if covers(pooled, place):
        return Away.LOCAL
    held = {
        each.away for each in filings(person_id).filter(on(day)) if covers(each.to_region, place)
    }
    if Away.LONG_TERM in held:
        return Away.LONG_TERM
    if emergency:
        return Away.EMERGENCY
    return Away.REFERRED if Away.REFERRED in held else Away.OTHER


def filed_on(person_id: int, place: str, day: date) -> bool:
    """Whether any filing covers care in a place on a day: without one there is no direct settlement."""
    return any(covers(each.to_region, place) for each in filings(person_id).filter(on(day)))


def registrations(person_id: int, day: date | None = None) -> QuerySet[Registration]:
    """The diseases registered for a person; with `day` those that hold on it."""
    rows = Registration.objects.filter(person_id__in=numbers(person_id)).order_by("-from_date")
    return rows.filter(on(day)) if day else rows


def registered(person_id: int, care: int, day: date, diagnosis: str = "") -> bool:
    """Whether somebody has a disease registered for such care on a day."""
    rows = registrations(person_id, day).filter(care=care)
    return rows.filter(diagnosis=diagnosis).exists() if diagnosis else rows.exists()


def claims(user: Any) -> QuerySet[DiseaseClaim]:
    return scope(DiseaseClaim.objects.select_related("person", "case"), user)


def shares_given(person_id: int) -> QuerySet[AccountShare]:
    """Whom an owner let draw on the account, those in force first."""
    return (
        AccountShare.objects.filter(owner__in=numbers(person_id))
        .select_related("person")
        .order_by("-ended_on", "-since")
    )


def family_accounts(person_id: int, day: date) -> QuerySet[AccountShare]:
    """Whose accounts somebody may draw on that day, the oldest consent first."""
    return (
        AccountShare.objects.filter(person__in=numbers(person_id), since__lte=day)
        .filter(Q(ended_on__isnull=True) | Q(ended_on__gte=day))
        .select_related("owner__medical_account")
        .order_by("since", "pk")
    )


def account(person_id: int) -> MedicalAccount | None:
    return MedicalAccount.objects.filter(person__in=numbers(person_id)).first()


def entries(person_id: int) -> QuerySet[MedicalEntry]:
    """The statement of an account, the newest line first."""
    return MedicalEntry.objects.filter(person_id__in=numbers(person_id)).order_by("-seq")


@dataclass(frozen=True)
class Cover:
    """What a page shows of somebody's medical cover on a day; each query is asked once."""

    insured: Coverage | None
    filings: list[AwayFiling]
    registrations: list[Registration]
    shares: list[AccountShare]
    may_use: list[AccountShare]
    account: MedicalAccount | None
    entries: list[MedicalEntry]

    @property
    def has_account(self) -> bool:
        return self.insured is not None and self.insured.scheme == Scheme.EMPLOYEES


def cover(person_id: int, day: date, most: int = 12) -> Cover:
    """Everything of a person on a day, the newest `most` lines of the account."""
    held: Iterable[AccountShare] = shares_given(person_id)
    return Cover(
        insured=insured_on(person_id, day),
        filings=list(filings(person_id).filter(Q(until__isnull=True) | Q(until__gte=day))),
        registrations=list(registrations(person_id, day)),
        shares=[each for each in held if each.ended_on is None or each.ended_on >= day],
        may_use=list(family_accounts(person_id, day)),
        account=account(person_id),
        entries=list(entries(person_id)[:most]),
    )
