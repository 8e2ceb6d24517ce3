"""Cutting a run over many people into chunks: ranges of person numbers, without gaps between them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import connection

from socsec.kernel.ranges import MOST

# A chunk may be larger by one part in so many, at most: people are counted by blocks of numbers.
FINENESS = 128


def by_person(
    select: str, values: Sequence[Any] | Mapping[str, Any], size: int
) -> list[dict[str, Any]]:
    """Chunks for the rows of a SELECT with a `person_id`, about `size` of them in each.

    Blocks of numbers are counted, since to put a million people into order only to cut them costs
    as much as a statement of the run. Who gets a number meanwhile falls into one of the chunks;
    without any row there is none.
    """
    bits = (size // FINENESS).bit_length()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select person_id >> {bits} as block, count(*)
                  from ({select}) as people group by block order by block""",  # noqa: S608
            values,
        )
        blocks = cursor.fetchall()
    if not blocks:
        return []
    ends = [((block + 1) << bits) - 1 for block in _full(blocks, size)]
    firsts = [0, *(end + 1 for end in ends)]
    return [
        {"first": first, "last": last} for first, last in zip(firsts, [*ends, MOST], strict=True)
    ]


def _full(blocks: Sequence[tuple[int, int]], size: int) -> Iterator[int]:
    """The blocks that end a chunk but for the last: all are of about the same size."""
    everybody = sum(count for _block, count in blocks)
    parts, done, held = -(-everybody // size), 0, 0
    for block, count in blocks[:-1]:
        held += count
        if held * parts >= everybody * (done + 1):
            yield block
            done = held * parts // everybody
