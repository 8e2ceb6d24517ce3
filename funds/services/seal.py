"""Sealing: chaining the batches after they were posted, so that no writer waits for another.

A seal takes every batch that is committed and not yet sealed. One that commits late, with a lower
number, stands in the next seal. The head of the chain, printed and kept outside the database
(`manage.py verify --anchor`), proves later that nothing before it was changed.
"""

from django.db import connection, transaction
from django.utils import timezone

from funds.models.ledger import LedgerSeal
from funds.services.digests import HEADER, link


@transaction.atomic
def seal() -> LedgerSeal | None:
    """Chain what was posted since the last seal; None if nothing was."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('funds.seal', 0))")
        last = LedgerSeal.objects.order_by("-number").first()
        number = last.number + 1 if last else 1
        cursor.execute(
            """
            INSERT INTO funds_sealedbatch (batch_id, seal_id)
            SELECT b.id, %s FROM funds_ledgerbatch b
            WHERE NOT EXISTS (SELECT FROM funds_sealedbatch m WHERE m.batch_id = b.id)
            """,
            [number],
        )
        count = cursor.rowcount
        if not count:
            return None
        cursor.execute(
            f"""
            SELECT string_agg({HEADER.format(batch="b")}, '' ORDER BY b.id)
            FROM funds_sealedbatch m JOIN funds_ledgerbatch b ON b.id = m.batch_id
            WHERE m.seal_id = %s
            """,  # noqa: S608
            [number],
        )
        (batches,) = cursor.fetchone()
    return LedgerSeal.objects.create(
        number=number,
        digest=link(bytes(last.digest) if last else b"", batches),
        count=count,
        sealed_at=timezone.now(),
    )


def anchor() -> str:
    """The head of the chain, as "number:digest"; empty while nothing is sealed."""
    last = LedgerSeal.objects.order_by("-number").first()
    return str(last) if last else ""


def holds(anchored: str) -> bool:
    """Whether a head of the chain that was kept outside is still part of it."""
    number, _colon, digest = anchored.strip().partition(":")
    if not number.isascii() or not number.isdigit():
        return False
    found = LedgerSeal.objects.filter(number=int(number)).first()
    return found is not None and bytes(found.digest).hex() == digest.lower()
