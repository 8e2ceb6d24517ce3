"""Reads for the desk, the portal and the tasks. Every list that staff see passes through `scope`."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from . import people
from .access import scope
from .calendar import add_working_days
from .models import (
    AuditEntry,
    Case,
    Notice,
    OutboxMessage,
    PolicyEdition,
    PolicyValue,
    Run,
    User,
)

# Acts that show a file to someone: what a person wants to see in the log of who looked.
LOOKS = ("person.read",)


def cases(user: User) -> QuerySet[Case]:
    """Every case of the user's region, soonest deadline first, with what a list shows."""
    found = Case.objects.select_related("region", "office", "clerk", "maker", "checker")
    return scope(found.defer("sheet"), user)


def queue(user: User) -> QuerySet[Case]:
    """Open cases of the region."""
    return cases(user).filter(state__in=Case.OPEN)


def my_cases(user: User) -> QuerySet[Case]:
    """Open cases in the user's own hands."""
    return queue(user).filter(clerk=user)


def to_check(user: User) -> QuerySet[Case]:
    """Cases that wait for a second pair of eyes, and these eyes may be the user's."""
    mine = Q(maker=user) | Q(person_id=user.person_id) if user.person_id else Q(maker=user)
    return queue(user).filter(state=Case.State.ASSESSED).exclude(mine)


def running_out(user: User, days: int, today: date | None = None) -> QuerySet[Case]:
    """Open cases due within so many working days, or late; those that wait for papers are not."""
    until = add_working_days(today or timezone.localdate(), days)
    return queue(user).filter(due_on__lte=until).exclude(state=Case.State.WAITING)


def cases_of(person_id: int) -> QuerySet[Case]:
    """All cases of one person, newest first: for that person's own pages."""
    return (
        Case.objects.filter(person_id__in=people.numbers(person_id))
        .select_related("office")
        .order_by("-id")
    )


def case_counts(user: User) -> dict[str, int]:
    """How many cases stand in each state."""
    rows = scope(Case.objects.order_by(), user).values_list("state").annotate(Count("id"))
    return dict(rows)


def runs(user: User) -> QuerySet[Run]:
    """Every run of the user's region, newest first, without the weight of its preview."""
    return scope(
        Run.objects.select_related("region", "maker", "checker").defer("preview"), user
    ).order_by("-id")


def runs_in_progress(user: User) -> QuerySet[Run]:
    """Runs that are not over: drafted to running, stopped, or being reversed."""
    over = (Run.State.POSTED, *Run.GONE)
    return runs(user).exclude(state__in=over)


def working_runs() -> list[int]:
    """Runs that workers should take part in."""
    return list(
        Run.objects.filter(state__in=Run.WORKING).order_by("id").values_list("id", flat=True)
    )


def messages_to_send() -> list[int]:
    waiting = OutboxMessage.objects.filter(state=OutboxMessage.State.QUEUED)
    return list(waiting.order_by("id").values_list("id", flat=True))


def notices_of(person_id: int) -> QuerySet[Notice]:
    return Notice.objects.filter(person_id__in=people.numbers(person_id)).select_related("case")


def audit_trail(user: User) -> QuerySet[AuditEntry]:
    """The audit of the user's region. Entries without a region are the nation's."""
    return scope(AuditEntry.objects.select_related("actor", "office"), user)


def history(subject_type: str, subject_id: object) -> QuerySet[AuditEntry]:
    """Everything done to one thing, oldest first."""
    return (
        AuditEntry.objects.filter(subject_type=subject_type, subject_id=str(subject_id))
        .select_related("actor", "office")
        .order_by("id")
    )


def looks_at(person_id: int) -> QuerySet[AuditEntry]:
    """Who opened a person's file, when and why: shown to that person. Their own looks are left out."""
    return (
        AuditEntry.objects.filter(person_id__in=people.numbers(person_id), act__in=LOOKS)
        .exclude(actor__person_id=person_id)
        .select_related("actor", "office")
    )


def editions() -> QuerySet[PolicyEdition]:
    return PolicyEdition.objects.defer("content").select_related("created_by")


def policy_values(user: User) -> QuerySet[PolicyValue]:
    return scope(PolicyValue.objects.select_related("region", "maker", "checker"), user)


def describe(rows: Iterable[Case | AuditEntry | Notice]) -> dict[int, people.PersonLine]:
    """Names for the people of a page of rows, in one query."""
    return people.describe(row.person_id for row in rows)
