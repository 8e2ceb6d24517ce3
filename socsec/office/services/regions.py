"""Regions from the data file, whose codes are those of GB/T 2260."""

import csv
from pathlib import Path

from django.db import transaction

from socsec.kernel import regions

from ..models import Region

FILE = Path(__file__).resolve().parents[1] / "data" / "regions.csv"


def level_of(code: str) -> Region.Level:
    """The level that a code's digits tell: 110000 a province, 110100 a city, 110105 a county."""
    return Region.Level(len(regions.stem(code)) // 2)


@transaction.atomic
def load(*, path: Path = FILE) -> int:
    """Add the regions of the file, and take over their names. Returns how many the file holds.

    Regions that the file no longer names stay: old cases and old money point to them.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = [
        Region(
            code=row["code"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            level=level_of(row["code"]),
            parent_id=next(iter(regions.upwards(row["code"])[1:]), None),
        )
        for row in rows
    ]
    Region.objects.bulk_create(
        found,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name_zh", "name_en", "level", "parent"],
    )
    return len(found)
