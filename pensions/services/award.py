"""What becomes of a pension in payment: suspended, resumed, ended; the dead are found by themselves."""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Person
from pensions.models import Award, AwardState, EndReason, PensionPayment
from pensions.services import overpaid
from socsec.kernel import months, regions
from socsec.office.access import require, require_stranger
from socsec.office.errors import Conflict, Invalid, Refused, say
from socsec.office.models import User
from socsec.office.services import audit


@transaction.atomic
def suspend(*, by: User, award: Award, from_month: int, reason: str) -> Award:
    """Stop paying from a month on, until it is known whether the pension is still due.

    A month that was paid stands: `Refused` for one of those.
    """
    award = _lock(award, by)
    _must_be(award, AwardState.IN_PAYMENT)
    _reasoned(reason)
    _not_paid(award, from_month)
    award.state = AwardState.SUSPENDED
    # What is not settled by now stays owed, in case it is resumed.
    award.owed_from = min(from_month, award.owed_from or from_month)
    award.save(update_fields=["state", "owed_from"])
    return _done(award, by, "award.suspend", reason, from_month)


@transaction.atomic
def resume(*, by: User, award: Award, from_month: int, reason: str) -> Award:
    """Pay again. The next payroll pays every month from `from_month` on that was not paid."""
    award = _lock(award, by)
    _must_be(award, AwardState.SUSPENDED)
    _reasoned(reason)
    if award.person.died_on is not None:
        raise Refused(_("This person has died."), code="dead", fix=_("End the award."))
    if from_month < (award.owed_from or award.from_month):
        raise Invalid(
            _("Earlier months were paid already."), code="paid_already", field="from_month"
        )
    award.state = AwardState.IN_PAYMENT
    award.owed_from = from_month
    award.save(update_fields=["state", "owed_from"])
    return _done(award, by, "award.resume", reason, from_month)


@transaction.atomic
def end(*, by: User, award: Award, last_month: int, end_reason: str, reason: str) -> Award:
    """End an award after its last month. What was paid beyond it is recorded as overpaid."""
    award = _lock(award, by)
    _must_be(award, AwardState.IN_PAYMENT, AwardState.SUSPENDED)
    _reasoned(reason)
    if end_reason not in EndReason.values:
        raise Invalid(_("Choose why the pension ends."), code="no_reason", field="end_reason")
    if last_month > months.month_of(timezone.localdate()) + 1:
        raise Invalid(
            _("An award ends next month at the latest."), code="in_the_future", field="last_month"
        )
    return _end(award, by, last_month, EndReason(end_reason), reason)


@transaction.atomic
def pull_deaths(*, by: User | None = None) -> list[Award]:
    """End every award whose person has died, with the month of death. The system does it daily.

    Payrolls ask for themselves who is alive: this only writes down what they go by. A death that
    was taken back gives the pension back as well, with the months that were missed.
    """
    if by is not None:
        require(by, "benefit.change")
    found = (
        Award.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("person")
        .filter(~Q(state=AwardState.ENDED), person__died_on__isnull=False)
        .order_by("pk")
    )
    if by is not None and by.region_code is not None:
        low, high = regions.span(by.region_code)
        found = found.filter(region__gte=low, region__lte=high)
    _revive(by)
    ended = []
    for award in found:
        died = award.person.died_on
        assert died is not None  # the filter says so
        ended.append(
            _end(award, by, months.month_of(died), EndReason.DEATH, f"died {died.isoformat()}")
        )
    return ended


@transaction.atomic
def end_run_out(*, by: User | None = None, person_id: int | None = None) -> int:
    """End allowances whose last month is paid: each day, or before the pension that follows one.

    What is still owed is paid first: until then the award runs on, and pays no later month.
    """
    paid = PensionPayment.objects.filter(
        person_id=OuterRef("person_id"), award_id=OuterRef("pk"), month=OuterRef("last_month")
    )
    over = (
        Award.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(Exists(paid), last_month__isnull=False)
        .exclude(state=AwardState.ENDED)
    )
    if person_id is not None:
        over = over.filter(person_id=person_id)
    count = 0
    for award in over.order_by("pk"):
        assert award.last_month is not None  # the filter says so
        _end(award, by, award.last_month, EndReason.EXPIRED, "the last month is paid")
        count += 1
    return count


@transaction.atomic
def expire(award: Award, last_month: int) -> Award:
    """End an award whose money is used up, with the last month that was paid."""
    held = Award.objects.select_for_update(of=("self",)).select_related("person").get(pk=award.pk)
    _must_be(held, AwardState.IN_PAYMENT)
    return _end(held, None, last_month, EndReason.EXPIRED, "the account is used up")


def end_of_the_dead(*, person: Person, by: User | None) -> None:
    """The same for one person who died, for services that go on from there."""
    found = (
        Award.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(~Q(state=AwardState.ENDED), person=person)
    )
    died = person.died_on
    for award in found if died else []:
        assert died is not None  # asked above
        _end(award, by, months.month_of(died), EndReason.DEATH, f"died {died.isoformat()}")


def _revive(by: User | None) -> None:
    """Awards that a death ended which did not happen: in payment again, every month owed."""
    found = (
        Award.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("person")
        .filter(state=AwardState.ENDED, end_reason=EndReason.DEATH, person__died_on__isnull=True)
        .order_by("pk")
    )
    if by is not None and by.region_code is not None:
        low, high = regions.span(by.region_code)
        found = found.filter(region__gte=low, region__lte=high)
    for award in found:
        assert award.until_month is not None  # ended awards have one
        award.owed_from = min(award.until_month + 1, award.owed_from or award.until_month + 1)
        award.state, award.end_reason, award.until_month = AwardState.IN_PAYMENT, "", None
        award.save(update_fields=["state", "end_reason", "until_month", "owed_from"])
        _done(award, by, "award.resume", "the death was taken back", award.owed_from)
        overpaid.find(award=award, by=by)


def _end(
    award: Award, by: User | None, last_month: int, end_reason: EndReason, reason: str
) -> Award:
    award.state = AwardState.ENDED
    award.end_reason = end_reason
    award.until_month = max(last_month, award.from_month - 1)
    award.save(update_fields=["state", "end_reason", "until_month"])
    _done(award, by, "award.end", reason, award.until_month)
    overpaid.find(award=award, by=by)
    return award


def _lock(award: Award, by: User) -> Award:
    award = Award.objects.select_for_update(of=("self",)).select_related("person").get(pk=award.pk)
    require(by, "benefit.change", award.region)
    require_stranger(by, award.person_id)
    return award


def _must_be(award: Award, *states: AwardState) -> None:
    if award.state not in states:
        raise Conflict(
            say(_("This award is already “%(state)s”."), state=award.get_state_display()),
            code="award_moved_on",
        )


def _reasoned(reason: str) -> None:
    if not reason.strip():
        raise Invalid(_("Say why."), code="empty", field="reason")


def _not_paid(award: Award, month: int) -> None:
    last = (
        PensionPayment.objects.filter(person_id=award.person_id, award_id=award.pk)
        .order_by("-month")
        .first()
    )
    if (last is not None and month <= last.month) or month < award.from_month:
        raise Refused(
            say(
                _("The pension is paid up to %(month)s."),
                month=months.format_month(last.month if last else award.from_month - 1),
            ),
            code="paid_already",
            field="from_month",
            fix=_("Suspend it from a later month on."),
        )


def _done(award: Award, by: User | None, act: str, reason: str, month: int) -> Award:
    audit.record(
        by=by,
        act=act,
        subject=award,
        person_id=award.person_id,
        region=award.region,
        reason=reason.strip(),
        month=months.format_month(month),
    )
    return award
