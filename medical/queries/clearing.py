"""Clearings between regions as both offices read them."""

from typing import Any

from django.db.models import QuerySet

from medical.models import ClearingLine, ClearingStatement
from socsec.office.access import scope


def statements(user: Any) -> QuerySet[ClearingStatement]:
    """Those in which the user's office, or one below it, is a side."""
    rows = ClearingStatement.objects.select_related("low__region", "high__region")
    return scope(rows, user, "low_region") | scope(rows, user, "high_region")


def lines(statement: ClearingStatement) -> QuerySet[ClearingLine]:
    """The lines of a statement with their bills, what is disputed first."""
    rows = statement.lines.select_related("settlement__encounter__provider")
    return rows.order_by("state", "pk")


def to_agree(user: Any) -> QuerySet[ClearingStatement]:
    """Those of the user that are not agreed by both sides."""
    return statements(user).filter(state=ClearingStatement.State.OPEN)
