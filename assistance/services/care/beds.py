"""Beds of institutions: who waits, who is offered one, who moves in and out.

The list goes by need, then by the day asked. Whoever declines, or does not answer in time, keeps
their need and begins anew with the day.
"""

from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistance.models import Bed, BedStay, BedWait, CareProvider, WaitState
from assistance.rules.care_services import CareService, Setting
from assistance.services.care import levels, providers
from enrollment.models import Person
from enrollment.services.checks import alive, known_text, lock
from socsec.kernel import regions
from socsec.office.access import require, require_stranger
from socsec.office.errors import Conflict, Invalid, NotFound, Refused, say
from socsec.office.models import User
from socsec.office.people import numbers
from socsec.office.services import audit
from socsec.office.services import policy as policies
from socsec.office.services.messages import notify

OPEN = (WaitState.WAITING, WaitState.OFFERED)


@transaction.atomic
def ask(*, by: User, person: Person, provider: CareProvider) -> BedWait:
    """Put a person on the waiting list of an institution, with the level of care in force."""
    require(by, "care.order", person.region, person.pk)
    if by.kind == User.Kind.STAFF:
        require_stranger(by, person.pk)
    today = timezone.localdate()
    alive(person, today)
    if provider.region not in regions.upwards(person.region):
        raise NotFound(_("There is no such provider in your region."), code="no_provider")
    providers.offering(provider, CareService.BED_DAY, Setting.INSTITUTION, today)
    found = levels.current(person.pk)
    if found is None or not found.level:
        raise Refused(
            _("No level of care is in force for this person."),
            code="no_level",
            fix=_("Ask the office for an assessment first."),
        )
    if BedStay.objects.filter(person_id__in=numbers(person.pk), until__isnull=True).exists():
        raise Refused(_("This person has a bed already."), code="has_a_bed")
    try:
        with transaction.atomic():
            made = BedWait.objects.create(
                provider=provider,
                person=person,
                region=person.region,
                level=found.level,
                asked_on=today,
            )
    except IntegrityError as error:
        raise Conflict(
            _("This person waits on this list already."), code="waits_already"
        ) from error
    _note(by, "care.wait", made, provider=provider.name)
    return made


@transaction.atomic
def offer(*, by: User, bed: Bed) -> BedWait:
    """Offer a free bed to whoever comes first: the greatest need, then the longest wait."""
    require(by, "care.bed", bed.provider.region)
    bed = lock(bed)
    today = timezone.localdate()
    taken = BedStay.objects.filter(bed=bed, until__isnull=True).exists()
    offered = BedWait.objects.filter(bed=bed, state=WaitState.OFFERED).exists()
    if taken or offered or (bed.closed_on is not None and bed.closed_on < today):
        raise Refused(_("This bed is not free."), code="bed_not_free")
    first = (
        BedWait.objects.select_for_update(of=("self",))
        .filter(provider=bed.provider, state=WaitState.WAITING, person__died_on__isnull=True)
        .order_by("-level", "asked_on", "pk")
        .first()
    )
    if first is None:
        raise Refused(_("Nobody waits for a bed here."), code="nobody_waits")
    days = int(
        policies.of(policies.current_edition())
        .at("assistance.care.offer_days", first.region, today)
        .value
    )
    first.state, first.bed, first.answer_by = (
        WaitState.OFFERED,
        bed,
        today + timedelta(days=days),
    )
    first.save(update_fields=["state", "bed", "answer_by"])
    _note(by, "care.offer", first, bed=bed.label)
    notify(
        person_id=first.person_id,
        title=_("A bed is free for you"),
        body=say(
            _("%(provider)s offers you bed %(bed)s. Please accept or decline it in %(days)s days."),
            provider=bed.provider.name,
            bed=bed.label,
            days=days,
        ),
        by=by,
    )
    return first


@transaction.atomic
def accept(*, by: User, wait: BedWait, on: date | None = None) -> BedStay:
    """The person moves in; other lists on which they stand are left."""
    held = _offered(by, wait)
    assert held.bed is not None  # an offer names its bed
    today = timezone.localdate()
    if held.answer_by is not None and held.answer_by < today:
        raise Refused(
            _("The days to answer this offer are over."),
            code="offer_over",
            fix=_("Ask the institution for another bed."),
        )
    day = on or today
    if day > today:
        raise Invalid(_("This day has not come yet."), code="future_date", field="on")
    alive(held.person, day)
    try:
        with transaction.atomic():
            stay = BedStay.objects.create(
                bed=held.bed, person_id=held.person_id, region=held.region, from_date=day
            )
    except IntegrityError as error:
        raise Conflict(_("This bed is not free."), code="bed_not_free") from error
    held.state = WaitState.PLACED
    held.save(update_fields=["state"])
    BedWait.objects.filter(person_id__in=numbers(held.person_id), state__in=OPEN).update(
        state=WaitState.GONE
    )
    _note(by, "care.move_in", held, bed=stay.bed.label)
    return stay


@transaction.atomic
def decline(*, by: User, wait: BedWait, reason: str) -> BedWait:
    """The person does not want this bed: it goes to the next, and they wait on from today."""
    held = _offered(by, wait)
    _back(held, known_text(reason, "reason"))
    _note(by, "care.decline", held, reason=held.reason)
    return held


@transaction.atomic
def leave(*, by: User, wait: BedWait, reason: str) -> BedWait:
    """Take a person off a waiting list."""
    require(by, "care.order", wait.region, wait.person_id)
    held = lock(wait)
    if held.state not in OPEN:
        raise Conflict(_("This person does not wait here any more."), code="not_waiting")
    held.state, held.bed, held.reason = WaitState.GONE, None, known_text(reason, "reason")
    held.save(update_fields=["state", "bed", "reason"])
    _note(by, "care.leave", held, reason=held.reason)
    return held


@transaction.atomic
def move_out(*, by: User, stay: BedStay, on: date, reason: str) -> BedStay:
    """The bed is free from the day after `on`."""
    require(by, "care.bed", stay.bed.provider.region)
    held = lock(stay)
    if held.until is not None:
        raise Conflict(_("This person moved out already."), code="moved_out")
    if not held.from_date <= on <= timezone.localdate():
        raise Invalid(
            _("The last day lies between moving in and today."), code="impossible_day", field="on"
        )
    held.until, held.reason = on, known_text(reason, "reason")
    held.save(update_fields=["until", "reason"])
    audit.record(
        by=by,
        act="care.move_out",
        subject=held,
        person_id=held.person_id,
        region=held.region,
        bed=held.bed.label,
        reason=held.reason,
    )
    return held


@transaction.atomic
def lapse(today: date) -> int:
    """Offers that nobody answered in time count as declined. Returns how many."""
    rows = BedWait.objects.select_for_update(skip_locked=True).filter(
        state=WaitState.OFFERED, answer_by__lt=today
    )
    over = list(rows)
    for row in over:
        _back(row, "")
        _note(None, "care.decline", row, reason="")
    return len(over)


def _offered(by: User, wait: BedWait) -> BedWait:
    require(by, "care.order", wait.region, wait.person_id)
    held = lock(wait)
    if held.state != WaitState.OFFERED:
        raise Conflict(_("No bed is offered to this person."), code="not_offered")
    return held


def _back(held: BedWait, reason: str) -> None:
    held.state, held.bed, held.answer_by = WaitState.WAITING, None, None
    held.asked_on, held.declined, held.reason = timezone.localdate(), held.declined + 1, reason
    held.save(update_fields=["state", "bed", "answer_by", "asked_on", "declined", "reason"])


def _note(by: User | None, act: str, row: BedWait, **more: Any) -> None:
    audit.record(by=by, act=act, subject=row, person_id=row.person_id, region=row.region, **more)
