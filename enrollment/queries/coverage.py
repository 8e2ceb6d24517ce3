"""Who is insured, as what and where, on a day, and as was known on a day."""

from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from enrollment.models import Coverage, Employment
from socsec.office import people
from socsec.office.errors import Text, say


def coverages(person_id: int) -> QuerySet[Coverage]:
    """Every span of coverage of a person, the earliest first."""
    return Coverage.objects.filter(person_id__in=people.numbers(person_id)).order_by(
        Lower("span"), "branch"
    )


def coverage_as_of(
    person_id: int, branch: int, on: date, known_at: datetime | None = None
) -> Coverage | None:
    """The coverage that holds on a day.

    With `known_at` it is the answer that would have been given then: what was recorded later
    does not count, and an end recorded later had not yet come.
    """
    found = Coverage.objects.filter(person_id__in=people.numbers(person_id), branch=branch)
    if known_at is None:
        return found.filter(span__contains=on).first()
    found = found.filter(recorded_at__lte=known_at)
    return found.filter(
        Q(span__contains=on) | Q(span__startswith__lte=on, ended_at__gt=known_at)
    ).first()


def employments(person_id: int) -> QuerySet[Employment]:
    """Every employer of a person, the first first."""
    return (
        Employment.objects.filter(person_id__in=people.numbers(person_id))
        .select_related("employer")
        .order_by(Lower("span"), "employer_id")
    )


def employments_as_of(person_id: int, on: date) -> QuerySet[Employment]:
    """The employers on whose staff lists the person stands on a day."""
    return employments(person_id).filter(span__contains=on).order_by("employer_id")


def staff(employer_id: int, on: date) -> QuerySet[Employment]:
    """An employer's staff list on a day."""
    return (
        Employment.objects.filter(employer_id=employer_id, span__contains=on)
        .select_related("person")
        .order_by("person__name", "person_id")
    )


def insured_twice(survivor: int, absorbed: int) -> list[Text]:
    """What forbids that two records are read as one: insured at the same time in the same branch."""
    other = people.numbers(absorbed)
    own = [number for number in people.numbers(survivor) if number not in other]
    theirs = Coverage.objects.filter(
        person_id__in=other,
        branch=OuterRef("branch"),
        span__overlap=OuterRef("span"),
    )
    return [
        say(
            _("Both records are insured at the same time: %(branch)s."),
            branch=row.get_branch_display(),
        )
        for row in Coverage.objects.filter(person_id__in=own)
        .filter(Exists(theirs), span__isempty=False)
        .order_by("branch")
    ]
