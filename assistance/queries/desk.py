"""What the desk shows. Every list passes through `scope`."""

from typing import Any

from django.db.models import Q, QuerySet

from assistance.models import (
    Application,
    Circumstance,
    Clock,
    Grant,
    GrantChange,
    Programme,
    Reclaim,
    Step,
)
from socsec.kernel import regions
from socsec.office.access import scope
from socsec.office.models import Case, User
from socsec.office.people import numbers


def applications(user: Any) -> QuerySet[Application]:
    """Every application of the user's region."""
    found = Application.objects.select_related("programme", "person", "case__clerk", "household")
    return scope(found, user)


def application_of(case: Case) -> Application | None:
    """The application that a case holds; None for a case of another kind."""
    return (
        Application.objects.select_related("programme", "person", "case", "household")
        .filter(pk=case.pk)
        .first()
    )


def steps_under_way(user: Any) -> QuerySet[Clock]:
    """Steps that have begun and are not done, the one with the fewest days left first."""
    found = Clock.objects.filter(
        application__open=True, began_on__isnull=False, done_on__isnull=True
    ).select_related(
        "step",
        "application__programme",
        "application__person",
        "application__case__clerk",
        "application__case__office",
    )
    return scope(found, user, "application__region").order_by("due_on", "pk")


def next_step(user: User, actor: str = "") -> Clock | None:
    """The step with the fewest days left whose case nobody has taken."""
    found = steps_under_way(user).filter(application__case__clerk__isnull=True)
    return (found.filter(step__actor=actor) if actor else found).first()


def grants(user: Any) -> QuerySet[Grant]:
    """Every grant of the user's region."""
    return scope(Grant.objects.select_related("programme", "person", "household"), user)


def grants_of(person_id: int) -> QuerySet[Grant]:
    """What was granted to one person or to the household in whose name that person is paid."""
    return (
        Grant.objects.filter(person_id__in=numbers(person_id))
        .select_related("programme")
        .order_by("state", "-granted_at")
    )


def changes(user: Any) -> QuerySet[GrantChange]:
    """Every change of a grant of the user's region, newest first."""
    found = GrantChange.objects.select_related("grant__programme", "grant__person", "maker")
    return scope(found.defer("sheet", "facts"), user, "grant__region")


def circumstances(user: Any) -> QuerySet[Circumstance]:
    """What changed about households of the user's region, what is due first at the top."""
    found = Circumstance.objects.select_related("grant__programme", "grant__person", "person")
    return scope(found, user).order_by("due_on", "pk")


def reclaims(user: Any) -> QuerySet[Reclaim]:
    """What is ordered back in the user's region, the latest first."""
    found = Reclaim.objects.select_related("grant__programme", "grant__person", "maker")
    return scope(found, user)


def grievances(user: Any) -> QuerySet[Case]:
    """Cases of reports and reconsiderations of the user's region."""
    held = Q(assistance_report__isnull=False) | Q(reconsideration__isnull=False)
    return scope(Case.objects.filter(held), user)


def programmes(user: Any) -> QuerySet[Programme]:
    """The programmes of the user's region and below, and those from above that hold there."""
    return _law(Programme.objects.select_related("region", "maker"), user)


def steps(user: Any) -> QuerySet[Step]:
    """The steps of procedures of the user's region and below, and those that hold there."""
    return _law(Step.objects.select_related("region", "maker"), user)


def _law(rows: QuerySet[Any], user: Any) -> QuerySet[Any]:
    within = scope(rows, user)
    code = getattr(user, "region_code", None)
    if code is None or not user.held_roles():
        return within.none()
    low, high = regions.span(code)
    return rows.filter(Q(region__gte=low, region__lte=high) | Q(region__in=regions.upwards(code)))
