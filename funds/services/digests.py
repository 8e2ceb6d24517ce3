"""Digests of what was posted, computed by the database in key order, and the same in Python.

A transfer is one line of text: person, sequence, fund, debit, credit, amount, month, heads, region,
with commas between and a line feed at the end. Lines are joined in the order of (person, sequence)
into slices of 65,536 person numbers, so that no text grows with the batch; the digest of a batch is
the SHA-256 over the SHA-256 of its slices. Whoever has the rows can compute it with any tool.
"""

import hashlib
from collections.abc import Iterable
from itertools import groupby

SLICE_BITS = 16

# One pass over the transfers of any number of batches; `{where}` picks the batches.
DIGESTS = f"""
    SELECT batch_id,
           sha256(string_agg(digest, ''::bytea ORDER BY slice)) AS digest,
           sum(count)::bigint AS count, sum(total)::bigint AS total, sum(heads)::bigint AS heads
    FROM (
      SELECT batch_id, person_id >> {SLICE_BITS} AS slice,
             sha256(convert_to(string_agg(
               concat_ws(',', person_id, seq, fund_id, debit, credit, amount, month, heads, region),
               E'\\n' ORDER BY person_id, seq) || E'\\n', 'UTF8')) AS digest,
             count(*) AS count, sum(amount) AS total, sum(heads) AS heads
      FROM funds_transfer
      WHERE {{where}}
      GROUP BY batch_id, person_id >> {SLICE_BITS}
    ) AS slices
    GROUP BY batch_id
"""  # noqa: S608  nothing but a constant is put in

Row = tuple[int, int, int, int, int, int, int, int, str]


def digest_of(rows: Iterable[Row]) -> bytes:
    """The digest of transfers given as (person, seq, fund, debit, credit, amount, month, heads,
    region)."""
    slices = hashlib.sha256()
    ordered = sorted(rows, key=lambda row: row[:2])
    for _, within in groupby(ordered, key=lambda row: row[0] >> SLICE_BITS):
        text = "".join(",".join(map(str, row)) + "\n" for row in within)
        slices.update(hashlib.sha256(text.encode()).digest())
    return slices.digest()


# A batch as the seal sees it: every column of it, as a JSON list. `{batch}` is its alias.
HEADER = """
    jsonb_build_array(
      {batch}.id, {batch}.fund_id, {batch}.kind, {batch}.source, {batch}.booked_on, {batch}.count,
      {batch}.total, {batch}.heads, encode({batch}.digest, 'hex'), {batch}.reverses_id,
      {batch}.reason, {batch}.by_id, (extract(epoch FROM {batch}.posted_at) * 1000000)::bigint
    )::text || E'\\n'
"""

# The seals in order, each with the text of the batches it covers.
SEALED = f"""
    SELECT s.number, s.digest, s.count, count(b.id),
           coalesce(string_agg({HEADER.format(batch="b")}, '' ORDER BY b.id), '')
    FROM funds_ledgerseal s
    LEFT JOIN funds_sealedbatch m ON m.seal_id = s.number
    LEFT JOIN funds_ledgerbatch b ON b.id = m.batch_id
    WHERE s.number >= %s
    GROUP BY s.number
    ORDER BY s.number
"""  # noqa: S608


def link(previous: bytes, batches: str) -> bytes:
    """The digest of a seal: of the seal before it (nothing before the first) and its batches."""
    return hashlib.sha256(previous + batches.encode()).digest()
