"""One-time codes: six digits to a telephone, good once, for five minutes and five guesses."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from ..errors import Invalid, Refused
from ..models import OneTimeCode, User
from . import audit, messages

GOOD_FOR = timedelta(minutes=5)
PAUSE = timedelta(minutes=1)
GUESSES = 5
A_DAY = 10


@transaction.atomic
def issue(*, user: User, purpose: str, to: str) -> OneTimeCode:
    """Send a new code to a mobile number. Earlier codes for the same purpose are void.

    Refused within a minute of the last one, and after ten in a day.
    """
    # The account's row lock keeps two presses of one button apart.
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    now = timezone.now()
    mine = OneTimeCode.objects.filter(user=user, purpose=purpose)
    last = mine.first()
    if last is not None and now - last.created_at < PAUSE:
        wait = PAUSE - (now - last.created_at)
        raise Refused(
            _("A code was sent a moment ago."),
            code="code_too_soon",
            fix=_("Use that one, or ask again in %(n)s seconds.")
            % {"n": int(wait.total_seconds()) + 1},
        )
    if mine.filter(created_at__gt=now - timedelta(days=1)).count() >= A_DAY:
        raise Refused(
            _("Too many codes were sent today."),
            code="code_too_many",
            fix=_("Try again tomorrow, or come to the counter."),
        )
    digits = f"{secrets.randbelow(1_000_000):06d}"
    code = OneTimeCode(
        user=user, purpose=purpose, digest="", created_at=now, expires_at=now + GOOD_FOR
    )
    code.save()
    code.digest = _digest(code, digits)
    code.save(update_fields=["digest"])
    messages.text(
        to=to,
        body=_("Your code is %(code)s. It is good for 5 minutes. Tell it to nobody, not even us.")
        % {"code": digits},
        purpose="code",
        person_id=user.person_id,
    )
    audit.record(by=user, act="code.send", person_id=user.person_id, purpose=purpose)
    return code


def check(*, user: User, purpose: str, digits: str) -> None:
    """Use a code up, or raise `Invalid`. A wrong guess is counted even where this raises."""
    typed = "".join(digits.split())
    # Raised outside the transaction: the counted guess must stay.
    problem = _use(user, purpose, typed)
    if problem is not None:
        raise problem


def forget_old() -> int:
    """Delete codes that have been of no use for a day. Returns how many."""
    old = OneTimeCode.objects.filter(created_at__lt=timezone.now() - timedelta(days=1))
    return old.delete()[0]


@transaction.atomic
def _use(user: User, purpose: str, typed: str) -> Invalid | None:
    now = timezone.now()
    code = (
        OneTimeCode.objects.select_for_update(of=("self",))
        .filter(user=user, purpose=purpose)
        .first()
    )
    again = _("Ask for a new code.")
    if code is None or code.used_at is not None or code.expires_at <= now:
        return Invalid(
            _("This code is no longer good."), code="code_expired", field="code", fix=again
        )
    if code.attempts >= GUESSES:
        return Invalid(
            _("A wrong code was typed too often."), code="code_spent", field="code", fix=again
        )
    if not constant_time_compare(code.digest, _digest(code, typed)):
        code.attempts += 1
        code.save(update_fields=["attempts"])
        return Invalid(
            _("The code is not right."),
            code="code_wrong",
            field="code",
            fix=_("Look at the newest message and type its 6 digits."),
        )
    code.used_at = now
    code.save(update_fields=["used_at"])
    return None


def _digest(code: OneTimeCode, digits: str) -> str:
    # A million possible codes are quickly tried, so the fingerprint needs the server's secret.
    return salted_hmac(
        "socsec.office.one_time_code", f"{code.pk}:{digits}", algorithm="sha256"
    ).hexdigest()
