"""`Idempotency-Key`: a POST that creates is done once, however often it arrives.

The answer is kept in the same transaction as the act, so a crash leaves either both or neither.
Two requests with one key at the same moment: one works, the other is told to wait.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from socsec.office.errors import Conflict, Invalid
from socsec.office.models import IdempotencyKey

LONGEST = 80


def fingerprint(request: Request) -> str:
    """What was asked: method, address and body, whatever order its members came in."""
    said = json.dumps(request.data, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(f"{request.method} {request.path} {said}".encode()).hexdigest()


def file_fingerprint(request: Request, content: bytes) -> str:
    """The same for a request whose body is a file."""
    return hashlib.sha256(f"{request.method} {request.path} ".encode() + content).hexdigest()


def lock(partner_id: int, key: str) -> bool:
    """Hold this key until the transaction ends; False if another request holds it."""
    digest = hashlib.sha256(f"{partner_id} {key}".encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s)", [int.from_bytes(digest[:8], signed=True)]
        )
        return bool(cursor.fetchone()[0])


class Once:
    """For an ApiView whose POST creates something: `return self.once(request, act)`."""

    def once(
        self, request: Request, act: Callable[[], tuple[int, Any]], asked: str = ""
    ) -> Response:
        """Do `act`, which returns status and body, unless this key was answered before.

        `asked` is the fingerprint of the request where its body is a file.
        """
        key = request.headers.get("Idempotency-Key", "").strip()
        if not key or len(key) > LONGEST:
            raise Invalid(
                _("This request needs the header Idempotency-Key, of at most 80 characters."),
                code="idempotency_key_missing",
                fix=_(
                    "Send a new random key with each new request, and the same key when you repeat it."
                ),
            )
        asked = asked or fingerprint(request)
        with transaction.atomic():
            if not lock(request.user.pk, key):
                raise Conflict(
                    _("A request with this Idempotency-Key is being worked on."),
                    code="idempotency_in_progress",
                    fix=_("Wait a moment and send it again."),
                )
            before = IdempotencyKey.objects.filter(partner=request.user, key=key).first()
            if before is None:
                status, said = act()
                IdempotencyKey.objects.create(
                    partner=request.user, key=key, request_hash=asked, status=status, body=said
                )
                return Response(said, status=status)
        if before.request_hash != asked:
            raise Invalid(
                _("This Idempotency-Key was used for another request."),
                code="idempotency_key_reused",
                fix=_("Send a new key with a new request."),
            )
        return Response(before.body, status=before.status, headers={"Idempotency-Replayed": "true"})
