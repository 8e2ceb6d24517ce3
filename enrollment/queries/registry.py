"""Where people are registered, and how their details came about."""

from django.db.models import QuerySet
from django.db.models.functions import Lower

from enrollment.models import Household, HouseholdMember, PersonFact, Registration


def registrations(person_id: int) -> QuerySet[Registration]:
    """Every household registration of a person, the newest first."""
    return Registration.objects.filter(person_id=person_id).order_by(Lower("span").desc())


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
