"""Decisions that people may have reviewed: registered by the apps that make them.

The office keeps the review: its case, its clock, which line of which sheet is contested, what was
found and by whom. What counts as a decision, which outcomes a review of it may have and how each
is carried out, only the app knows that decided. It registers a `Source` from its `ready()`; for
decisions that are cases, `of_cases` makes one.

A review that finds the decision right is an outcome of every source and needs no registering.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from . import people
from .errors import Text
from .models import Appeal, Case, User

KIND = "appeal"
KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision as a review sees it.

    `source` and `pk` name it. `number` and `title` are what people call it by. `sheet` is the
    document whose lines may be contested, None where there is none. `hands` are those who made
    and checked it: none of them handles the review. `url` is its page at the desk.
    """

    source: str
    pk: int
    number: str
    title: Text
    person_id: int
    subject: str
    region: str
    decided_on: date
    sheet: Any
    hands: tuple[int, ...]
    url: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a review may end with besides that the decision stands.

    `carry_out` gets the keywords appeal, decision and by, runs in the transaction of the second
    officer's decision and returns a reference to what it did: the number of a new case, say. It
    raises a `Problem` where it cannot be done, and then nothing is decided.
    """

    slug: str
    label: Text
    hint: Text
    carry_out: Callable[..., str]


@dataclass(frozen=True, slots=True)
class Source:
    """A sort of decision. `find` gives those of a person, latest first; `get` one by its key.

    `outcomes` are those open to a decision as it stands; a decision without any is not offered.
    """

    slug: str
    find: Callable[[int], Iterable[Decision]]
    get: Callable[[int], Decision | None]
    outcomes: Callable[[Decision], tuple[Outcome, ...]]


_sources: dict[str, Source] = {}


def register(*new: Source) -> None:
    """Called from an app's ready()."""
    for each in new:
        _sources[each.slug] = each


def of_cases(kind: str, outcomes: Callable[[Decision], tuple[Outcome, ...]]) -> Source:
    """The decided cases of a kind. Its slug is that of the kind."""
    decided = Case.objects.filter(kind=kind, state__in=(Case.State.GRANTED, Case.State.REFUSED))

    def find(person_id: int) -> list[Decision]:
        mine = decided.all().filter(person_id__in=people.numbers(person_id))
        return [_of_case(case) for case in mine.order_by("-decided_at")]

    def get(pk: int) -> Decision | None:
        case = decided.all().filter(pk=pk).first()
        return None if case is None else _of_case(case)

    return Source(kind, find, get, outcomes)


def _of_case(case: Case) -> Decision:
    assert case.decided_at is not None  # granted or refused
    assert case.person_id is not None  # only people's decisions are registered
    return Decision(
        source=case.kind,
        pk=case.pk,
        number=case.number,
        title=case.registered.label,
        person_id=case.person_id,
        subject=case.subject,
        region=case.region_id,
        decided_on=timezone.localdate(case.decided_at),
        sheet=case.sheet,
        hands=tuple(pk for pk in (case.maker_id, case.checker_id) if pk is not None),
        url=case.get_absolute_url(),
    )


def get(source: str, pk: int) -> Decision | None:
    """The decision that a source knows by this key; None where there is no such source either."""
    return _sources[source].get(pk) if source in _sources else None


def decision_of(appeal: Appeal) -> Decision:
    """What a review is about. A source that lost its decision is a mistake of ours."""
    found = _sources[appeal.source].get(appeal.decision)
    if found is None:
        raise LookupError(f"{appeal.source} does not know decision {appeal.decision}")
    return found


def outcomes_of(decision: Decision) -> tuple[Outcome, ...]:
    return _sources[decision.source].outcomes(decision)


def open_to(person_id: int) -> list[Decision]:
    """The decisions about a person that a review could change, the latest first."""
    found = [
        decision
        for source in _sources.values()
        for decision in source.find(person_id)
        if source.outcomes(decision)
    ]
    return sorted(found, key=lambda each: (each.decided_on, each.pk), reverse=True)


def may_be_reviewed(source: str, pk: int) -> bool:
    """Whether the page of a decision offers a review."""
    found = get(source, pk)
    return found is not None and bool(outcomes_of(found))


def hands_off(decision: Decision, user: User) -> bool:
    """Whether this user had a hand in the decision, so that a colleague must look at it."""
    return user.pk in decision.hands
