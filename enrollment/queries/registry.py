"""Where people are registered, their papers and bank accounts, and how their details came about."""

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from enrollment.models import (
    BankAccount,
    Household,
    HouseholdMember,
    IdentityDocument,
    PersonFact,
    PriorService,
    Registration,
)
from socsec.office import people


def registrations(person_id: int) -> QuerySet[Registration]:
    """Every household registration of a person, the newest first."""
    return Registration.objects.filter(person_id__in=people.numbers(person_id)).order_by(
        Lower("span").desc()
    )


def documents(person_id: int) -> QuerySet[IdentityDocument]:
    """Every identity document of a person, the latest taken down first."""
    return IdentityDocument.objects.filter(person_id__in=people.numbers(person_id)).order_by("-pk")


def accounts(person_id: int) -> QuerySet[BankAccount]:
    """The bank accounts in use, by purpose; after a merge the person's own before taken-over ones."""
    return (
        BankAccount.objects.filter(person_id__in=people.numbers(person_id), closed_on__isnull=True)
        .annotate(own=Q(person_id=person_id))
        .order_by("purpose", "-own", "-opened_on", "-pk")
    )


def account_for(person_id: int, purpose: str) -> BankAccount | None:
    """The account in use for a purpose: where benefits go, or from where contributions come."""
    return accounts(person_id).filter(purpose=purpose).first()


def prior_service(person_id: int) -> QuerySet[PriorService]:
    """What was entered of the time before these books, whoever has agreed to it."""
    return PriorService.objects.filter(person_id__in=people.numbers(person_id)).select_related(
        "maker", "checker"
    )


def facts_of(person_id: int) -> QuerySet[PersonFact]:
    """Every detail that ever changed, with what stood there before."""
    return PersonFact.objects.filter(person_id=person_id).order_by("detail", "seq")


def address_of(person_id: int) -> str:
    """The address as it stands; empty where none is on file."""
    last = PersonFact.objects.filter(person_id=person_id, detail="address").order_by("-seq").first()
    return last.value if last else ""


def members(household: Household) -> QuerySet[HouseholdMember]:
    """Everybody who ever belonged to a household, those of today first."""
    return (
        HouseholdMember.objects.filter(household=household)
        .select_related("person")
        .order_by("-span__endswith", "span__startswith", "pk")
    )
