"""Messages of a provider's system: done once, answered again, and taken back where the answer was lost."""

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from medical.models import Encounter, Provider, ProviderMessage
from socsec.office.errors import Conflict, NotFound
from socsec.office.models import User

from . import bills, charging, visits

Answer = tuple[int, Any]

# A number is taken by whoever writes it first; others wait here until that is done or undone.
_TAKE = f"""
    insert into {ProviderMessage._meta.db_table}
           (provider_id, msgid, act, digest, status, answer, recorded_at)
    values (%s, %s, %s, %s, 0, '{{}}', now())
        on conflict (provider_id, msgid) do nothing returning id
"""  # noqa: S608


@transaction.atomic
def once(
    *,
    provider: Provider,
    msgid: str,
    act: str,
    digest: str,
    do: Callable[[], tuple[int, Any, Encounter]],
) -> tuple[Answer, bool]:
    """Do what a message asks, unless it was done: the answer, and whether it is an old one.

    `digest` is the fingerprint of what was asked: the same number with something else is refused,
    and so is one that was taken back. Two of the same number at once take turns.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [provider.pk, msgid, act, digest])
        taken = cursor.fetchone()
    if taken is not None:
        status, answer, encounter = do()
        ProviderMessage.objects.filter(pk=taken[0]).update(
            status=status, answer=answer, encounter_id=encounter.pk
        )
        return (status, answer), False
    row = _hold(provider, msgid)
    if (row.digest, row.act) != (digest, act):
        raise Conflict(
            _("The message number %(msgid)s was used for something else.") % {"msgid": msgid},
            code="msgid_reused",
            field="msgid",
            fix=_("Send a new number with a new message."),
        )
    if row.undone_at is not None:
        raise Conflict(
            _("The message %(msgid)s was taken back.") % {"msgid": msgid},
            code="msgid_undone",
            field="msgid",
            fix=_("Send a new number with a new message."),
        )
    return (row.status, row.answer), True


@transaction.atomic
def undo(*, by: User, provider: Provider, msgid: str) -> ProviderMessage:
    """Take a message back whose answer was lost: its opposite is done, once.

    `NotFound` for one that never arrived: nothing is there to take back, and nothing is done.
    """
    row = ProviderMessage.objects.filter(provider_id=provider.pk, msgid=msgid).first()
    if row is None:
        raise NotFound(
            _("No message %(msgid)s has arrived.") % {"msgid": msgid},
            code="no_such_message",
            fix=_("Nothing was done; send it again."),
        )
    row = _hold(provider, msgid)
    if row.undone_at is None:
        if row.act not in OPPOSITES:
            raise Conflict(
                _("A message of this kind is not taken back."),
                code="no_opposite",
                fix=_("Look at the visit and go on from there."),
            )
        encounter = Encounter.objects.get(pk=row.encounter_id or 0)
        OPPOSITES[row.act](by, encounter, row)
        row.undone_at = timezone.now()
        row.save(update_fields=["undone_at"])
    return row


def _hold(provider: Provider, msgid: str) -> ProviderMessage:
    rows = ProviderMessage.objects.select_for_update(no_key=True)
    return rows.get(provider_id=provider.pk, msgid=msgid)


def _lost(row: ProviderMessage) -> str:
    return _("The answer to message %(msgid)s was lost.") % {"msgid": row.msgid}


OPPOSITES: dict[str, Callable[[User, Encounter, ProviderMessage], Any]] = {
    "admit": lambda by, encounter, row: visits.cancel(
        by=by, encounter=encounter, reason=_lost(row)
    ),
    "charge": lambda by, encounter, row: charging.take_off(
        by=by, encounter=encounter, numbers=row.answer["lines"]
    ),
    "settle": lambda by, encounter, row: bills.reverse(
        by=by, encounter=encounter, reason=_lost(row)
    ),
}
