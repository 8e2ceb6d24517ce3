"""The medical cover of a person on a day: as what and where insured, filings, diseases, accounts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, When

from enrollment import queries as people
from enrollment.models import Category, Coverage, Person
from funds.models import Branch, Scheme
from medical.models import (
    AccountShare,
    Away,
    AwayFiling,
    Care,
    Disease,
    DiseaseClaim,
    Encounter,
    MedicalAccount,
    MedicalEntry,
    Registration,
)
from socsec.kernel.regions import covers
from socsec.office.access import scope
from socsec.office.people import numbers

from .catalogue import on

ENTRIES_OF_CARE = (MedicalEntry.Kind.SPENT, MedicalEntry.Kind.GIVEN_BACK)
# Of several filings the one that costs the person least counts.
BEST_FIRST = (Away.LONG_TERM, Away.EMERGENCY, Away.REFERRED, Away.OTHER)
# The chapters of the classification of diseases (ICD-10) for each of the two common diseases.
CHAPTERS = {
    Disease.HYPERTENSION: ("I10", "I11", "I12", "I13", "I15"),
    Disease.DIABETES: ("E10", "E11", "E12", "E13", "E14"),
}


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
    held = filed(person_id, place=place, first=day, last=day, emergency=emergency)
    return Away.OTHER if held is None else held


def filed(
    person_id: int, *, place: str, first: date, last: date, emergency: bool = False
) -> Away | None:
    """How care away from home is filed, by the best filing that holds on a day of it; None if by none.

    A filing that runs out during a stay holds until the discharge, and one made during the stay
    holds for all of it (医保发〔2022〕22号).
    """
    rows = filings(person_id).filter(from_date__lte=last)
    rows = rows.filter(Q(until__isnull=True) | Q(until__gte=first))
    held = {each.away for each in rows if covers(each.to_region, place)}
    if emergency:
        held.add(Away.EMERGENCY)
    return next((Away(each) for each in BEST_FIRST if each in held), None)


def registrations(person_id: int, day: date | None = None) -> QuerySet[Registration]:
    """The diseases registered for a person; with `day` those that hold on it."""
    rows = Registration.objects.filter(person_id__in=numbers(person_id)).order_by("-from_date")
    return rows.filter(on(day)) if day else rows


def registered(person_id: int, care: int, day: date, diagnosis: str = "") -> bool:
    """Whether somebody has a disease registered for such care on a day."""
    rows = registrations(person_id, day).filter(care=care)
    return rows.filter(diagnosis=diagnosis).exists() if diagnosis else rows.exists()


def two_diseases(person_id: int, day: date) -> Disease:
    """Which of hypertension and diabetes somebody has registered for their drugs on a day."""
    codes = registrations(person_id, day).filter(care=Care.TWO_DISEASES)
    found = int(Disease.NONE)
    for disease, chapters in CHAPTERS.items():
        if any(each.diagnosis.upper().startswith(chapters) for each in codes):
            found |= disease
    return Disease(found)


def civil_servant(person_id: int, day: date) -> bool:
    """Whether somebody is insured on a day through an agency or institution, or retired from one."""
    working = people.coverages(person_id).filter(branch=Branch.MEDICAL, span__startswith__lte=day)
    last = working.exclude(category=Category.RETIREE).reverse().first()
    return last is not None and last.category == Category.AGENCY


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
        .filter(Q(ended_on__isnull=True) | Q(ended_on__gte=day), owner__died_on__isnull=True)
        .select_related("owner__medical_account")
        .order_by("since", "pk")
    )


def account(person_id: int) -> MedicalAccount | None:
    return MedicalAccount.objects.filter(person__in=numbers(person_id)).first()


def entries(person_id: int) -> QuerySet[MedicalEntry]:
    """The statement of an account, the newest line first.

    What was paid for care names the relative for whom (`for_name`), or the own bill (`bill`): what
    care a relative had is not the owner's to see.
    """
    own = Encounter.objects.filter(
        pk=OuterRef("reference"), person=OuterRef("person_id"), state=Encounter.State.SETTLED
    )
    return (
        MedicalEntry.objects.filter(person_id__in=numbers(person_id))
        .annotate(
            for_name=Subquery(
                Person.objects.filter(pk=OuterRef("for_person_id")).values("name")[:1]
            ),
            bill=Case(
                When(kind__in=ENTRIES_OF_CARE, then=Subquery(own.values("public_id")[:1])),
                default=None,
            ),
        )
        .order_by("-seq")
    )


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
