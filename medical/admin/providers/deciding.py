"""Agreements and measures alike: entered by one, decided by another; and where they stand today."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from medical.models import Agreement, Sanction
from socsec.office.desk import row_url
from socsec.office.queues import Queue
from socsec.office.tables import facts


def standing(row: Agreement | Sanction) -> Any:
    """What an agreement or a measure is today, in a word."""
    today = timezone.localdate()
    if row.checker_id is None:
        return _("Waits for a second person")
    if row.from_date > today:
        return _("Not yet in force")
    last = row.last_day if isinstance(row, Agreement) else row.until
    return _("Over") if last is not None and last < today else _("In force")


class Decided(Queue):
    """Agreements and measures: entered by one, decided by another."""

    read_act = "provider.read"
    list_filter: ClassVar = []
    search_fields: ClassVar = ["provider__name__icontains"]
    search_help_text = _("A part of the provider's name")
    region_field = "provider__region"

    def state(self, row: Any) -> str:
        if row.checker_id is None:
            return "waiting"
        last = row.ended_on if isinstance(row, Agreement) else row.until
        return "ended" if last is not None and last < timezone.localdate() else "decided"

    @admin.display(description=_("state"))
    def standing(self, row: Any) -> Any:
        return standing(row)

    def page_facts(self, row: Any, *more: Any) -> dict[str, Any]:
        return {
            "facts": facts(
                (_("State"), standing(row)),
                (_("Provider"), row.provider, row_url(row.provider)),
                *more,
                (_("Entered by"), row.maker),
                (_("Decided by"), row.checker),
            )
        }

    def asking(self, verb: str, request: HttpRequest, row: Any) -> dict[str, Any]:
        # A draft that is rejected is gone: go on to its provider.
        then = row_url(row.provider)
        return {"then": then, "initial": {"on": timezone.localdate()}}
