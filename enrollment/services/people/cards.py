"""The social security card: requested, made, handed over, used, lost, found, replaced, cancelled."""

import re
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from enrollment.models import Card, CardChannel, CardState, Person, Purpose
from enrollment.models.card import STEPS
from enrollment.params import CardRules
from enrollment.services.checks import known_name, lock
from enrollment.services.people import bank_account
from socsec.kernel import ids
from socsec.office import people
from socsec.office.access import require, require_stranger
from socsec.office.calendar import add_working_days
from socsec.office.errors import Conflict, Invalid, Refused, from_kernel
from socsec.office.models import User
from socsec.office.services import audit, messages, policy

# A letter and eight digits or capital letters, as the standard for cards prints them.
NUMBER = re.compile(r"[A-Z0-9]{9}\Z")


@transaction.atomic
def request(*, by: User, person: Person, channel: str) -> Card:
    """Ask for a person's first card, or the next after one that was cancelled.

    The law's working days run from today. Asked again while one is on its way, it is that one.
    """
    person = _of(by, "card.request", person)
    if person.died_on is not None:
        raise Refused(_("%(name)s has died.") % {"name": person.name}, code="person_died")
    known = current(person.pk)
    if known is not None:
        if known.state in Card.COMING:
            return known
        raise Conflict(
            _("%(name)s has a card already.") % {"name": person.name},
            code="card_there",
            fix=_("If it is lost, report it lost; it can be replaced then."),
        )
    return _make(by, person, channel, None)


@transaction.atomic
def produced(
    *,
    by: User,
    card: Card,
    number: str,
    bank: str = "",
    account: str = "",
    channel: str = "counter",
) -> Card:
    """The card is made, under this number, with this account of the person on it."""
    card = _lock(by, "card.handle", card)
    tidy = "".join(number.split()).upper()
    if not NUMBER.match(tidy):
        raise Invalid(
            _("A card number has 9 letters and digits."), code="bad_card_number", field="number"
        )
    if bool(bank.strip()) != bool(account.strip()):
        raise Invalid(
            _("Bank and account belong together."), code="half_an_account", field="account"
        )
    if account.strip():
        try:
            card.account = ids.read_bank_card(account)
        except ids.IdError as error:
            raise from_kernel(error, "account") from error
        card.bank = known_name(bank, 60, "bank")
        card.last_four = card.account[-4:]
    card.number = tidy
    card.produced_on = timezone.localdate()
    return _step(by, card, CardState.PRODUCED, "card.produce", channel, last_four=card.last_four)


@transaction.atomic
def issue(*, by: User, card: Card, channel: str = "counter") -> Card:
    """The card is handed over to the person."""
    card = _lock(by, "card.handle", card)
    card.issued_on = timezone.localdate()
    return _step(by, card, CardState.ISSUED, "card.issue", channel)


@transaction.atomic
def activate(
    *, by: User, card: Card, channel: str = "counter", use_for: tuple[str, ...] = ()
) -> Card:
    """The person begins to use the card; its account is used for these purposes from now on."""
    card = _lock(by, "card.activate", card)
    if card.state == CardState.LOST:
        raise _not_from(card, CardState.ACTIVE)
    card.activated_on = timezone.localdate()
    card = _step(by, card, CardState.ACTIVE, "card.activate", channel, use_for=list(use_for))
    for purpose in use_for:
        _use(by, card, purpose)
    return card


@transaction.atomic
def report_lost(*, by: User, card: Card, channel: str) -> Card:
    """The card counts for nothing from this moment. Reported twice, it is lost once."""
    card = _lock(by, "card.lost", card)
    if card.state == CardState.LOST:
        return card
    card.before_loss = card.state
    card.lost_at = timezone.now()
    card = _step(by, card, CardState.LOST, "card.lost", channel)
    messages.notify(
        person_id=card.person_id,
        title=_("Your card was reported lost"),
        body=_(
            "Nobody can use it any more. If you find it, report it found; if not, ask for another."
        ),
        by=by,
    )
    return card


@transaction.atomic
def found(*, by: User, card: Card, channel: str = "counter") -> Card:
    """A lost card is there again, and is what it was before."""
    card = _lock(by, "card.found", card)
    if card.state != CardState.LOST:
        raise _not_from(card, CardState.ACTIVE)
    after = CardState(card.before_loss)
    card.lost_at, card.before_loss = None, ""
    return _step(by, card, after, "card.found", channel)


@transaction.atomic
def replace(*, by: User, card: Card, channel: str, reason: str = "") -> Card:
    """Ask for another card in place of one that is lost. The old one never counts again."""
    card = _lock(by, "card.request", card)
    if card.state != CardState.LOST:
        raise Refused(
            _("Only a card that is reported lost is replaced."),
            code="card_not_lost",
            fix=_("Report it lost first; then nobody else can use it."),
        )
    card.ended_on = timezone.localdate()
    card.reason = reason.strip()[:200]
    card = _step(by, card, CardState.REPLACED, "card.replace", channel)
    return _make(by, card.person, channel, card)


@transaction.atomic
def cancel(*, by: User, card: Card, reason: str, channel: str = "counter") -> Card:
    """End a card for good, with a reason."""
    card = _lock(by, "card.cancel", card)
    if not reason.strip():
        raise Invalid(_("Say why."), code="reason_missing", field="reason")
    card.ended_on = timezone.localdate()
    card.reason = reason.strip()[:200]
    return _step(by, card, CardState.CANCELLED, "card.cancel", channel)


def end_for_death(*, by: User, person: Person) -> None:
    """Cancel the card of somebody who died, within the service that records the death."""
    card = current(person.pk)
    if card is not None:
        card.ended_on = timezone.localdate()
        card.reason = str(person.died_on)
        _step(by, card, CardState.CANCELLED, "card.cancel", CardChannel.SYSTEM)


def current(person_id: int) -> Card | None:
    """The person's card that is neither replaced nor cancelled, under whichever of their numbers."""
    mine = Card.objects.filter(person_id__in=people.numbers(person_id))
    return mine.exclude(state__in=Card.ENDED).order_by("pk").last()


def _of(by: User, act: str, person: Person) -> Person:
    require(by, act, person.region, person.pk)
    if by.kind == User.Kind.STAFF:
        require_stranger(by, person.pk)
    return lock(person)


def _lock(by: User, act: str, card: Card) -> Card:
    _of(by, act, card.person)
    # The lock is for the card alone, not for its person.
    locked = Card.objects.select_for_update(of=("self",)).select_related("person")
    return locked.get(pk=card.pk)


def _make(by: User, person: Person, channel: str, before: Card | None) -> Card:
    if channel not in CardChannel.values:
        raise Invalid(_("There is no such channel."), code="unknown_channel", field="channel")
    today = timezone.localdate()
    rules = CardRules.at(policy.of(policy.current_edition()), person.region, today)
    try:
        with transaction.atomic():
            card = Card.objects.create(
                person=person,
                region=person.region,
                channel=channel,
                requested_by=by,
                requested_on=today,
                due_on=add_working_days(today, rules.days),
                replaces=before,
            )
    except IntegrityError as error:  # two requests at one moment
        raise Conflict(
            _("%(name)s has a card already.") % {"name": person.name}, code="card_there"
        ) from error
    _record(by, card, "card.request", channel, due=card.due_on)
    return card


def _step(by: User, card: Card, after: CardState, act: str, channel: str, **detail: Any) -> Card:
    """Move a locked card on, where its state leads there."""
    if channel not in CardChannel.values:
        raise Invalid(_("There is no such channel."), code="unknown_channel", field="channel")
    if after not in STEPS[card.state]:
        raise _not_from(card, after)
    before, card.state = card.state, after
    try:
        with transaction.atomic():
            card.save()
    except IntegrityError as error:
        raise Conflict(
            _("Another card has this number."), code="card_number_taken", field="number"
        ) from error
    _record(by, card, act, channel, before=before, after=after.value, **detail)
    return card


def _not_from(card: Card, after: CardState) -> Conflict:
    said: dict[str, str | Promise] = {
        "now": CardState(card.state).label,
        "wanted": after.label,
    }
    return Conflict(
        _("The card is “%(now)s” and cannot become “%(wanted)s”.") % said,
        code="card_step",
        fix=_("Open it again to see where it stands."),
        state=card.state,
    )


def _record(by: User, card: Card, act: str, channel: str, **detail: Any) -> None:
    audit.record(
        by=by,
        act=act,
        subject=card,
        person_id=card.person_id,
        region=card.region,
        reason=card.reason,
        channel=channel,
        **detail,
    )


def _use(by: User, card: Card, purpose: str) -> None:
    if purpose not in Purpose.values:
        raise Invalid(_("Choose what the account is for."), code="no_purpose", field="use_for")
    if not card.account:
        raise Refused(_("There is no account on this card."), code="no_account", field="use_for")
    bank_account.put(
        by=by,
        person=card.person,
        purpose=purpose,
        account=card.account,
        bank=card.bank,
        holder=card.person.name,
    )
