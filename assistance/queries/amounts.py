"""What grants come to in a month."""

from typing import Any

from assistance.models import GrantAmount


def amount_in(grant_id: int, month: int) -> int:
    """What a grant comes to in a month, fen."""
    return amounts_in([grant_id], month).get(grant_id, 0)


def amounts_in(grant_ids: Any, month: int) -> dict[int, int]:
    """The same for several grants; those that have not begun are not in it."""
    holding = (
        GrantAmount.objects.filter(grant_id__in=grant_ids, from_month__lte=month)
        .order_by("grant_id", "-from_month", "-version")
        .distinct("grant_id")
    )
    return dict(holding.values_list("grant_id", "amount"))
