"""What all statements of this room share: their form, who owes a month, how many are planned for."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from enrollment.models import EMPLOYED, Category

Select = tuple[str, list[Any]]

# For a run over many, in its transaction: the planner cannot know how many people are covered, and
# a nested loop chosen for a few is the wrong one for a million; and compiling the many small
# expressions of a rule takes longer than computing them.
FOR_MANY = "set local enable_nestloop = off; set local jit = off"
AS_USUAL = "set local enable_nestloop = on"


@contextmanager
def for_many() -> Iterator[None]:
    """The statements of a chunk, posting included: nobody has counted yet what it just wrote, and
    the planner would go through every region once more for each row."""
    with connection.cursor() as cursor:
        cursor.execute(FOR_MANY)
        yield
        cursor.execute(AS_USUAL)  # what follows may be about a few again


# Categories for which a month is owed: those of an employer's staff, and who pays alone.
STAFF = sorted(int(category) for category in EMPLOYED)
ALONE = int(Category.OWN_ACCOUNT)
PAYING = [*STAFF, ALONE]
