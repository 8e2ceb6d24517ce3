"""Sealing the audit into chained blocks, and proving that nobody has touched it since.

Every transaction has a number, given out in order. Below the *horizon*, the oldest number still
running (`pg_snapshot_xmin`), nothing can appear any more: what is there is complete. Each minute
a seal takes every entry between the horizon before and the horizon now, so writers never wait for
one another and no late commit escapes.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from ..errors import Refused
from ..models import AuditEntry, AuditSeal, User
from . import audit

START = hashlib.sha256(b"socsec audit chain").digest()
# Entries in one block; a single transaction is never cut, so a block may hold more.
BLOCK = 100_000
LEAF = 40  # bytes: number and fingerprint of one entry
_LOCK = "hashtextextended('socsec.office.audit_seal', 0)"

# Everything an entry says, as text that does not depend on the settings of the session.
_LEAF_SQL = """int8send(id) || sha256(convert_to(jsonb_build_array(
    id, extract(epoch FROM at)::text, actor_id, office_id, act, subject_type, subject_id,
    person_id, region, reason, detail, txid)::text, 'UTF8'))"""


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something in the audit that is not as it was sealed."""

    code: str
    seal: int
    entry: int | None
    message: str


def horizon() -> int:
    """The oldest transaction still running: every one below it has ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return cursor.fetchone()[0]


@transaction.atomic
def seal() -> AuditSeal | None:
    """Seal one block of what is complete and not sealed yet; None where there is nothing to do.

    Sealers that meet do not wait for each other: the later one leaves.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_xact_lock({_LOCK})")
        if not cursor.fetchone()[0]:
            return None
    last = AuditSeal.objects.first()
    start = last.to_txid if last else 0
    end = horizon()
    if last and counter() < start:
        raise Refused(
            _("The database counts its transactions afresh: it was restored from a copy."),
            code="audit_chain_ended",
            fix=_("Run “manage.py seal --new-chain” with the reason."),
        )
    if end <= start:
        return None
    floor = last.after_id if last else 0
    entries = AuditEntry.objects.filter(txid__gte=start, txid__lt=end, id__gt=floor)
    # The transaction of the entry that would be one too many begins the next block.
    over = entries.order_by("txid", "id").values_list("txid", flat=True)[BLOCK : BLOCK + 1].first()
    if over is not None:
        end = over if entries.filter(txid__lt=over).exists() else over + 1
    if not entries.filter(txid__lt=end).exists():
        return None
    return _close(last, start, end)


def seal_all() -> int:
    """Seal until nothing complete is left open. Returns the number of blocks."""
    blocks = 0
    while seal() is not None:
        blocks += 1
    return blocks


@transaction.atomic
def begin_chain(*, by: User | None, reason: str) -> AuditSeal:
    """After a restore: close the old chain over everything it holds, and begin a new one.

    Run it before the restored database takes up work, with nobody else connected.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")
    last = AuditSeal.objects.first()
    floor, start = (last.after_id, last.to_txid) if last else (0, 0)
    left = AuditEntry.objects.filter(txid__gte=start, id__gt=floor)
    end = left.aggregate(end=Max("txid"))["end"]
    if end is not None:
        last = _close(last, start, end + 1)
    if last is None:
        raise Refused(_("There is no chain to follow: seal as usual."), code="audit_no_chain")
    newest = AuditEntry.objects.aggregate(newest=Max("id"))["newest"] or 0
    first = _add(
        number=last.number + 1,
        chain=last.chain + 1,
        from_txid=0,
        to_txid=0,
        after_id=newest,
        count=0,
        leaves=b"",
        previous=last.digest,
    )
    audit.record(by=by, act="audit.chain", subject=first, reason=reason, chain=first.chain)
    return first


def verify() -> Iterator[Flaw]:
    """Work the whole chain out again and yield what does not fit, naming entries where possible.

    One block at a time, so memory stays flat.
    """
    before: AuditSeal | None = None
    for at in AuditSeal.objects.order_by("number").values_list("number", flat=True):
        block = AuditSeal.objects.get(number=at)
        expected = before.number + 1 if before else 1
        if at != expected:
            yield Flaw("seal_missing", at, None, _("Seal %(n)s is missing.") % {"n": expected})
        if not _follows(block, before):
            yield Flaw(
                "seal_unlinked",
                at,
                None,
                _("Seal %(n)s does not follow the one before.") % {"n": at},
            )
        sealed = bytes(block.leaves)
        if bytes(block.digest) != _digest(block):
            yield Flaw(
                "seal_changed", at, None, _("Seal %(n)s is not as it was written.") % {"n": at}
            )
        yield from _compare(block, _split(sealed))
        before = block
    for entry in _strays():
        yield Flaw(
            "entry_added", 0, entry, _("Audit entry %(e)s lies under no seal.") % {"e": entry}
        )


def _follows(block: AuditSeal, before: AuditSeal | None) -> bool:
    if before is None:
        return bytes(block.previous) == START and block.from_txid == 0
    # Within a chain each block begins where the one before ended, so no transaction is left out.
    start = before.to_txid if block.chain == before.chain else 0
    return bytes(block.previous) == bytes(before.digest) and block.from_txid == start


def _strays() -> list[int]:
    """Entries that no block covers and none ever will: they were not written by the system."""
    last = AuditSeal.objects.first()
    # Entries of a closed chain may bear high numbers: another server gave them out.
    strays = models.Q(id__lte=0) | models.Q(id__gt=last.after_id if last else 0, txid__gt=counter())
    for first in AuditSeal.objects.filter(chain__gt=1, to_txid=0):
        closed = AuditSeal.objects.filter(chain=first.chain - 1).first()
        if closed is not None:
            strays |= models.Q(
                id__gt=closed.after_id, id__lte=first.after_id, txid__gte=closed.to_txid
            )
    return list(AuditEntry.objects.filter(strays).order_by("id").values_list("id", flat=True)[:100])


def _compare(block: AuditSeal, sealed: dict[int, bytes]) -> Iterator[Flaw]:
    found = _split(_leaves(block.after_id, _last_id(block), block.from_txid, block.to_txid))
    for entry in sorted(sealed.keys() | found.keys()):
        if entry not in found:
            code, text = "entry_missing", _("Audit entry %(e)s of seal %(n)s is gone.")
        elif entry not in sealed:
            code, text = "entry_added", _("Audit entry %(e)s was put under seal %(n)s afterwards.")
        elif found[entry] != sealed[entry]:
            code, text = "entry_changed", _("Audit entry %(e)s of seal %(n)s was changed.")
        else:
            continue
        yield Flaw(code, block.number, entry, text % {"e": entry, "n": block.number})


def _last_id(block: AuditSeal) -> int | None:
    """The last entry that a closed chain may hold: later ones belong to the next."""
    following = AuditSeal.objects.filter(chain=block.chain + 1).order_by("number").first()
    return following.after_id if following else None


def _close(last: AuditSeal | None, start: int, end: int) -> AuditSeal:
    floor = last.after_id if last else 0
    leaves = _leaves(floor, None, start, end)
    previous = bytes(last.digest) if last else START
    return _add(
        number=last.number + 1 if last else 1,
        chain=last.chain if last else 1,
        from_txid=start,
        to_txid=end,
        after_id=floor,
        count=len(leaves) // LEAF,
        leaves=leaves,
        previous=previous,
    )


def _leaves(floor: int, ceiling: int | None, start: int, end: int) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(  # only our own words are put into the statement
            f"""SELECT coalesce(string_agg({_LEAF_SQL}, ''::bytea ORDER BY id), ''::bytea)
            FROM office_auditentry WHERE txid >= %s AND txid < %s AND id > %s
            AND id <= coalesce(%s, id)""",  # noqa: S608
            [start, end, floor, ceiling],
        )
        return bytes(cursor.fetchone()[0])


def _split(leaves: bytes) -> dict[int, bytes]:
    pieces = (leaves[at : at + LEAF] for at in range(0, len(leaves), LEAF))
    return {int.from_bytes(piece[:8], "big", signed=True): piece[8:] for piece in pieces}


def _digest(block: AuditSeal) -> bytes:
    """The fingerprint of a block: what came before, what it covers, what it holds."""
    covers = f"{block.number} {block.chain} {block.from_txid} {block.to_txid} {block.after_id}"
    return hashlib.sha256(
        bytes(block.previous) + covers.encode() + b"\n" + bytes(block.leaves)
    ).digest()


def _add(**columns: Any) -> AuditSeal:
    block = AuditSeal(**columns)
    block.digest = _digest(block)
    block.save(force_insert=True)
    return block


def counter() -> int:
    """The number the next transaction would get; this one may be ahead of all that are finished."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT greatest(pg_snapshot_xmax(pg_current_snapshot())::text::bigint,"
            " pg_current_xact_id_if_assigned()::text::bigint)"
        )
        return cursor.fetchone()[0]
