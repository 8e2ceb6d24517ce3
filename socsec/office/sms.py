"""The way out for text messages: the setting SMS_BACKEND names a class by its dotted path."""

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class Undeliverable(Exception):
    """The carrier took the message and refused it for good: trying again would not help."""


class Backend(Protocol):
    """What a carrier's adapter must have.

    `deliver` sends one text to one mobile number and returns once the carrier has taken it. It
    raises `Undeliverable` where the number cannot be reached, and anything else where it may be
    tried again. `keeps` says that messages stay here to be read, because nothing is sent.
    """

    keeps: bool

    def deliver(self, to: str, body: str) -> None: ...


class LocalOutbox:
    """Sends nothing: the message stays in the outbox, where staff of a trial office can read it."""

    keeps = True

    def deliver(self, to: str, body: str) -> None:
        return None


def backend() -> Backend:
    path = getattr(settings, "SMS_BACKEND", "socsec.office.sms.LocalOutbox")
    return import_string(path)()  # type: ignore[no-any-return]
