"""The electronic card: a code on the person's telephone that is good for a minute, once.

The code is a signed text that names the card and when it was shown; nothing is stored when it is
made. Whoever reads it asks us, and it is used up by that.
"""

import secrets
from dataclasses import dataclass

from django.core import signing
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import Card, CardState, Coverage, Person
from socsec.office.access import require
from socsec.office.errors import NotFound, Refused
from socsec.office.models import User
from socsec.office.services import audit

GOOD_FOR = 60  # seconds
SALT = "enrollment.electronic_card"
PREFIX = "SSC1."


@dataclass(frozen=True, slots=True)
class Shown:
    """Who showed the code, and in what that person is insured today."""

    person: Person
    card: Card
    insured: list[Coverage]


def token(*, by: User, card: Card) -> str:
    """A code for the card, if it is in use: for whoever may show it, that is the person."""
    require(by, "card.show", card.region, card.person_id)
    if card.state != CardState.ACTIVE:
        raise Refused(
            _("Your card is not in use."),
            code="card_not_active",
            fix=_("Activate it, or report it found."),
        )
    said = {"c": card.pk, "n": secrets.token_urlsafe(9)}
    return PREFIX + signing.TimestampSigner(salt=SALT).sign_object(said)


@transaction.atomic
def check(*, by: User, text: str) -> Shown:
    """Who showed this code, for a partner. It is used up; an old, used or foreign one is refused.

    A card that was reported lost since counts for nothing. The person reads who checked.
    """
    require(by, "card.check")
    try:
        said = signing.TimestampSigner(salt=SALT).unsign_object(
            text.strip().removeprefix(PREFIX), max_age=GOOD_FOR
        )
    except signing.SignatureExpired as error:
        raise Refused(
            _("This code is older than a minute."),
            code="code_expired",
            field="token",
            fix=_("Ask the person to show the new one."),
        ) from error
    except signing.BadSignature as error:
        raise NotFound(_("This is no code of ours."), code="no_such_code", field="token") from error
    # Kept a little longer than the code is good, and added by one reader alone.
    if not cache.add(f"card-code:{said['n']}", 1, timeout=GOOD_FOR * 2):
        raise Refused(
            _("This code was used already."),
            code="code_used",
            field="token",
            fix=_("Ask the person to show the new one."),
        )
    card = Card.objects.select_related("person").filter(pk=said["c"]).first()
    if card is None or card.state != CardState.ACTIVE or card.person.died_on is not None:
        raise Refused(_("The card is not in use."), code="card_not_active", field="token")
    today = timezone.localdate()
    audit.record(
        by=by,
        act="card.check",
        subject=card,
        person_id=card.person_id,
        region=card.region,
    )
    insured = Coverage.objects.filter(person_id=card.person_id, span__contains=today)
    return Shown(card.person, card, list(insured.order_by("branch")))
