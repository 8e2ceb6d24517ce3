"""Possible duplicates, looked at by one; merges of two records, agreed by another, and undone."""

from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment import queries
from enrollment.models import DuplicatePair, Person, PersonLink
from enrollment.queries import matching
from enrollment.services.checks import lock
from socsec.office import merges
from socsec.office.access import may, require, require_other_hand, require_stranger
from socsec.office.errors import Conflict, Invalid, NotFound, Refused
from socsec.office.models import User
from socsec.office.services import audit

NATION = "000000"

_INSERT = """
    insert into enrollment_duplicatepair
        (person_id, other_id, reason, region, other_region, run_id, found_at, state, note)
    select person_id, other_id, reason, region, other_region, %s, now(), 'open', ''
    from ({select}) as found
"""


def write_pairs(found: matching.Select, region: str, run_id: int) -> int:
    """Put pairs that nobody has looked at yet into the queue, with one statement. How many."""
    select, values = matching.new_pairs(found, region)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT.format(select=select), [run_id, *values])
        return int(cursor.rowcount)


def look_for(person: Person) -> int:
    """The same for one person who was just entered: a batch of one."""
    found = matching.near_names(person.born_on, person.born_on, person.pk)
    return write_pairs(found, NATION, 0)


@transaction.atomic
def distinct(*, by: User, pair: DuplicatePair, note: str) -> DuplicatePair:
    """They are two people: the pair leaves the queue and does not come back."""
    pair = _lock_pair(pair)
    _require_either(by, pair)
    note = _said(note)
    pair.state = DuplicatePair.State.DISTINCT
    _close(pair, by, note)
    _note(by, "duplicate.judge", pair.person_id, pair.region, note, other=pair.other_id)
    return pair


@transaction.atomic
def propose(*, by: User, survivor: Person, absorbed: Person, reason: str) -> PersonLink:
    """Propose that `absorbed` is read under `survivor`. The office covers both files.

    Refused where the two contradict each other: what each app says forbids it must be settled
    first, such as two pensions in payment.
    """
    for person in (survivor, absorbed):
        require(by, "duplicate.judge", person.region)
        require_stranger(by, person.pk)
    reason = _said(reason)
    if survivor.pk == absorbed.pk:
        raise Invalid(_("Choose two records."), code="same_record", field="survivor")
    for person in sorted((survivor, absorbed), key=lambda each: each.pk):
        lock(person)
        if queries.canonical(person.pk) != person.pk:
            raise Conflict(
                _("%(name)s, no. %(number)s, is read under another record already.")
                % {"name": person.name, "number": person.pk},
                code="merged_already",
                fix=_("Open that record instead."),
            )
    if (survivor.died_on is None) != (absorbed.died_on is None):
        raise Refused(
            _("One of the records says that the person has died, the other does not."),
            code="death_differs",
            fix=_("Record the death, or take it back, first."),
        )
    against = merges.conflicts_of(survivor.pk, absorbed.pk)
    if against:
        raise Refused(
            against[0],
            code="records_contradict",
            fix=_("Settle this first; then the records can be merged."),
            all=[str(each) for each in against],
        )
    try:
        with transaction.atomic():
            made = PersonLink.objects.create(
                absorbed=absorbed, survivor=survivor, reason=reason, maker=by
            )
    except IntegrityError as error:
        raise Conflict(
            _("A merge of this record is proposed already."), code="proposed_already"
        ) from error
    _note(
        by,
        "merge.propose",
        survivor.pk,
        survivor.region,
        reason,
        absorbed=absorbed.pk,
        link=made.pk,
    )
    return made


@transaction.atomic
def approve(*, by: User, link: PersonLink) -> PersonLink:
    """Agree: from now on all records of both are read under the survivor. Nothing is rewritten.

    The portal account of the absorbed record opens the survivor's pages; if both have one, the
    survivor's stays.
    """
    link = _decide(by, link, PersonLink.State.ACTIVE)
    link.accounts = _accounts(link)
    link.save(update_fields=["accounts"])
    first, second = sorted((link.survivor_id, link.absorbed_id))
    pair = DuplicatePair.objects.filter(person_id=first, other_id=second).first()
    if pair is not None:
        pair.state = DuplicatePair.State.SAME
        _close(pair, by, link.reason)
    _note_both(by, "person.merge", link, link.reason)
    return link


@transaction.atomic
def reject(*, by: User, link: PersonLink, reason: str) -> PersonLink:
    """Disagree, with a reason; both records stay as they are."""
    link = _decide(by, link, PersonLink.State.REJECTED)
    link.undo_reason = _said(reason)
    link.save(update_fields=["undo_reason"])
    _note_both(by, "merge.reject", link, link.undo_reason)
    return link


@transaction.atomic
def undo(*, by: User, link: PersonLink, reason: str) -> PersonLink:
    """They are two people after all: each record is read by itself again, as it was written.

    Not by whoever agreed to the merge.
    """
    require(by, "merge.undo", link.survivor.region)
    for number in (link.survivor_id, link.absorbed_id):
        require_stranger(by, number)
    require_other_hand(by, link.checker_id)
    link = lock(link)
    reason = _said(reason)
    if link.state != PersonLink.State.ACTIVE:
        raise Conflict(
            _("This merge is “%(state)s”.") % {"state": link.get_state_display()},
            code="link_moved_on",
        )
    link.state = PersonLink.State.UNDONE
    link.undone_by, link.undone_at, link.undo_reason = by, timezone.now(), reason
    link.save(update_fields=["state", "undone_by", "undone_at", "undo_reason"])
    for number, before in link.accounts.items():
        User.objects.filter(pk=int(number)).update(**before)
    first, second = sorted((link.survivor_id, link.absorbed_id))
    pair = DuplicatePair.objects.filter(person_id=first, other_id=second).first()
    if pair is not None:
        pair.state = DuplicatePair.State.DISTINCT
        _close(pair, by, reason)
    _note_both(by, "merge.undo", link, reason)
    return link


def taken_over(person_id: int) -> list[tuple[Any, int]]:
    """What of each sort stands under the numbers that were merged into this one."""
    numbers = [number for number in queries.numbers_of(person_id) if number != person_id]
    return what_stands(numbers) if numbers else []


def what_stands(numbers: list[int]) -> list[tuple[Any, int]]:
    """How many rows of each table name these people, tables without any left out."""
    counted = [(table.label, table.count(numbers)) for table in merges.tables()]
    return [(label, count) for label, count in counted if count]


def _accounts(link: PersonLink) -> dict[str, dict[str, Any]]:
    """Let the portal account follow; returns what was, for the undoing."""
    accounts = User.objects.select_for_update().filter(kind=User.Kind.INSURED)
    theirs = accounts.filter(person_id=link.absorbed_id).first()
    if theirs is None:
        return {}
    before = {"person_id": theirs.person_id, "is_active": theirs.is_active}
    if accounts.filter(person_id=link.survivor_id).exists():
        theirs.is_active = False
    else:
        theirs.person_id = link.survivor_id
    theirs.save(update_fields=["person_id", "is_active"])
    return {str(theirs.pk): before}


def _decide(by: User, link: PersonLink, state: PersonLink.State) -> PersonLink:
    for person in (link.survivor, link.absorbed):
        require(by, "merge.approve", person.region)
        require_stranger(by, person.pk)
    require_other_hand(by, link.maker_id)
    link = lock(link)
    if link.state != PersonLink.State.PROPOSED:
        raise Conflict(
            _("This merge is “%(state)s”.") % {"state": link.get_state_display()},
            code="link_moved_on",
        )
    if state == PersonLink.State.ACTIVE:
        # Asked while they are still two: afterwards each would have what the other has.
        against = merges.conflicts_of(link.survivor_id, link.absorbed_id)
        if against:
            raise Refused(against[0], code="records_contradict")
    link.state = state
    link.checker = by
    link.decided_at = timezone.now()
    link.save(update_fields=["state", "checker", "decided_at"])
    return link


def _lock_pair(pair: DuplicatePair) -> DuplicatePair:
    found = (
        DuplicatePair.objects.select_for_update()
        .filter(person_id=pair.person_id, other_id=pair.other_id)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such pair."), code="no_pair")
    if found.state != DuplicatePair.State.OPEN:
        raise Conflict(_("Somebody has decided this already."), code="decided_already")
    return found


def _require_either(by: User, pair: DuplicatePair) -> None:
    """One of the two files must lie with the office: who judges sees at least that one."""
    if not may(by, "duplicate.judge", pair.region):
        require(by, "duplicate.judge", pair.other_region)
    for number in (pair.person_id, pair.other_id):
        require_stranger(by, number)


def _close(pair: DuplicatePair, by: User, note: str) -> None:
    DuplicatePair.objects.filter(person_id=pair.person_id, other_id=pair.other_id).update(
        state=pair.state, decided_by=by, decided_at=timezone.now(), note=note[:200]
    )


def _said(text: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid(_("Say why."), code="no_reason", field="reason")
    return text[:200]


def _note(by: User, act: str, person_id: int, region: str, reason: str, **detail: Any) -> None:
    audit.record(
        by=by,
        act=act,
        subject=("person", person_id),
        person_id=person_id,
        region=region,
        reason=reason,
        **detail,
    )


def _note_both(by: User, act: str, link: PersonLink, reason: str) -> None:
    for person, other in ((link.survivor, link.absorbed), (link.absorbed, link.survivor)):
        _note(by, act, person.pk, person.region, reason, other=other.pk, link=link.pk)
