"""Anchors: once a day the heads of the chains go into a signed file outside the database.

Whoever can change every table can also chain it anew; what lies elsewhere, signed with a key that
the database does not hold, still says how it was. An anchor names the head of the ledger's chain
and of the audit's, the digest of each batch sealed since the anchor before, and the SHA-256 of a
file of leaves: eight bytes for each transfer in key order, by which a changed row is named.

The folder is `ANCHOR_DIR`: in production a store that the database's server cannot write to.
"""

import hashlib
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from funds.models.ledger import LedgerSeal, SealedBatch
from funds.services.digests import SLICE_BITS
from funds.services.seal import seal
from socsec.office.models import AuditSeal

LEAF = 8  # bytes of a transfer's SHA-256
RECORD = struct.Struct(">qqq")  # batch, slice, transfers
# One transfer as the digest of its batch writes it.
LINE = "concat_ws(',', person_id, seq, fund_id, debit, credit, amount, month, heads, region)"
LEAVES = f"""
    SELECT batch_id, person_id >> {SLICE_BITS} AS slice, count(*),
           string_agg(substring(sha256(convert_to({LINE}, 'UTF8')) FROM 1 FOR {LEAF}), ''::bytea
                      ORDER BY person_id, seq)
    FROM funds_transfer WHERE batch_id = ANY(%s)
    GROUP BY batch_id, person_id >> {SLICE_BITS} ORDER BY batch_id, slice
"""  # noqa: S608  nothing but constants is put in


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a file says; `trouble` is why it cannot be believed, or nothing."""

    path: Path
    said: dict[str, Any]
    trouble: str = ""

    @property
    def number(self) -> int:
        return int(self.said.get("number", 0))

    @property
    def leaves(self) -> Path:
        return self.path.with_suffix(".leaves")


def folder() -> Path:
    return Path(settings.ANCHOR_DIR)


def anchor(day: date | None = None) -> Path | None:
    """Seal what is posted and write the anchor of a day; None where it is written already, or
    nothing was sealed since the last."""
    day = day or timezone.localdate()
    path = folder() / f"{day.isoformat()}.json"
    if path.exists():
        return None
    seal()
    before = max(kept(), key=lambda each: each.number, default=None)
    since = before.said["ledger"]["number"] if before else 0
    with transaction.atomic():
        head = LedgerSeal.objects.filter(number__gt=since).order_by("-number").first()
        if head is None:
            return None
        batches = [
            (number, bytes(digest).hex(), count)
            for number, digest, count in SealedBatch.objects.filter(
                seal__number__gt=since, seal__number__lte=head.number
            )
            .order_by("batch_id")
            .values_list("batch_id", "batch__digest", "batch__count")
        ]
        audit = AuditSeal.objects.order_by("-number").first()
        folder().mkdir(parents=True, exist_ok=True)
        leaves = _write_leaves(path.with_suffix(".leaves"), [number for number, _d, _c in batches])
    said = {
        "number": before.number + 1 if before else 1,
        "day": day.isoformat(),
        "ledger": {"number": head.number, "digest": bytes(head.digest).hex()},
        "audit": {"number": audit.number, "digest": bytes(audit.digest).hex()} if audit else None,
        "batches": batches,
        "leaves": leaves,
        "previous": hashlib.sha256(before.path.read_bytes()).hexdigest() if before else "",
        "key": public_key(),
    }
    said["signature"] = _key().sign(_text(said)).hex()
    # Whole or not at all: a file that was begun is never read as an anchor.
    begun = path.with_suffix(".begun")
    begun.write_text(json.dumps(said, ensure_ascii=False, indent=1), "utf-8")
    begun.rename(path)
    return path


def kept() -> list[Anchor]:
    """The anchors in the folder, by day, each read and its signature checked."""
    found = []
    for path in sorted(folder().glob("*.json")) if folder().is_dir() else []:
        try:
            said = json.loads(path.read_text("utf-8"))
            signature = bytes.fromhex(said.pop("signature"))
            _key().public_key().verify(signature, _text(said))
        except (ValueError, KeyError, TypeError, AttributeError, InvalidSignature):
            found.append(Anchor(path, {}, "signature"))
            continue
        found.append(Anchor(path, said))
    return found


def leads_through(found: Anchor, chain: str) -> bool:
    """Whether a chain ("ledger" or "audit") still leads through the head that was anchored."""
    head = found.said[chain]
    if head is None:
        return True
    model = LedgerSeal if chain == "ledger" else AuditSeal
    there = model.objects.filter(number=head["number"]).first()
    return there is not None and bytes(there.digest).hex() == head["digest"]


def unanchored(found: Anchor | None, before: datetime) -> bool:
    """Whether something was sealed before a moment and no anchor up to this one covers it."""
    since = found.said["ledger"]["number"] if found else 0
    return LedgerSeal.objects.filter(number__gt=since, sealed_at__lt=before).exists()


def public_key() -> str:
    """The key by which anyone can check a signature (Ed25519, hex)."""
    return _key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def touched(found: Anchor, batch: int) -> Iterator[tuple[int, int]]:
    """The transfers of an anchored batch that are not as they were, as (person, sequence).

    Where rows are gone or were added, those are named that follow the first gap in their slice.
    """
    then = {each: leaves for number, each, leaves in _read_leaves(found.leaves) if number == batch}
    with connection.cursor() as cursor:
        cursor.execute(LEAVES, [[batch]])
        now = {each: bytes(leaves) for _b, each, _count, leaves in cursor.fetchall()}
        for each in sorted({*then, *now}):
            old, new = _cut(then.get(each, b"")), _cut(now.get(each, b""))
            if old == new:
                continue
            cursor.execute(
                f"""SELECT person_id, seq FROM funds_transfer
                    WHERE batch_id = %s AND person_id >> {SLICE_BITS} = %s
                    ORDER BY person_id, seq""",  # noqa: S608
                [batch, each],
            )
            rows = cursor.fetchall()
            places = [
                place
                for place, pair in enumerate(zip(old, new, strict=False))
                if pair[0] != pair[1]
            ]
            yield from ((int(rows[p][0]), int(rows[p][1])) for p in places)


def _write_leaves(path: Path, batches: list[int]) -> str:
    """The leaves of batches into a file; its SHA-256."""
    digest = hashlib.sha256()
    with path.open("wb") as file, connection.chunked_cursor() as cursor:
        cursor.execute(LEAVES, [batches])
        while pieces := cursor.fetchmany(1):
            for batch, slice_, count, leaves in pieces:
                for part in (RECORD.pack(batch, slice_, count), bytes(leaves)):
                    file.write(part)
                    digest.update(part)
    return digest.hexdigest()


def _read_leaves(path: Path) -> Iterator[tuple[int, int, bytes]]:
    with path.open("rb") as file:
        while head := file.read(RECORD.size):
            batch, slice_, count = RECORD.unpack(head)
            yield batch, slice_, file.read(count * LEAF)


def _cut(leaves: bytes) -> list[bytes]:
    return [leaves[place : place + LEAF] for place in range(0, len(leaves), LEAF)]


def _key() -> Ed25519PrivateKey:
    seed = hashlib.sha256(b"socsec anchor:" + settings.SECRET_KEY.encode()).digest()
    return Ed25519PrivateKey.from_private_bytes(seed)


def _text(said: dict[str, Any]) -> bytes:
    """What is signed: the same whatever the order or spacing of the file."""
    return json.dumps(said, ensure_ascii=False, sort_keys=True).encode()
