"""Rounds and payments between levels, as far as a reader's office has a part in them."""

from typing import Any

from django.db.models import Q, QuerySet

from funds.models import PoolingPart, PoolingRound, PoolingTransfer
from socsec.office.access import scope


def rounds_of(user: Any) -> QuerySet[PoolingRound]:
    """The rounds of pools that the office keeps, and those in which a region of its has a part."""
    rows = PoolingRound.objects.select_related("fund__region", "maker", "checker")
    kept = scope(PoolingRound.objects.all(), user, "fund__region_id")
    shared = scope(PoolingPart.objects.exclude(round__state="drafted"), user, "region_id")
    return rows.filter(Q(pk__in=kept.values("pk")) | Q(pk__in=shared.values("round_id")))


def parts_of(user: Any, found: PoolingRound) -> list[PoolingPart]:
    """The parts of a round that the reader may see, who is short of most first: ranked by what is
    granted beyond what is handed up."""
    rows = scope(
        found.parts.select_related("region", "fund__region", "maker", "checker"), user, "region_id"
    )
    return sorted(rows, key=lambda part: (-part.net, part.region_id))


def transfers_of(user: Any) -> QuerySet[PoolingTransfer]:
    """The payments that a fund of the office's region paid or received."""
    rows = PoolingTransfer.objects.select_related("payer__region", "payee__region")
    paid = scope(PoolingTransfer.objects.all(), user, "payer__region_id").values("pk")
    received = scope(PoolingTransfer.objects.all(), user, "payee__region_id").values("pk")
    return rows.filter(Q(pk__in=paid) | Q(pk__in=received))
