"""Partner API of pensions: transfers between offices, estimates, payrolls, and what partners hear of."""

from django.utils.translation import gettext_lazy as _

from socsec.office.events import EventKind
from socsec.office.models import AuditEntry

TRANSFER_AT = "/api/v1/people/{id}/transfers/"
AWARD_AT = "/api/v1/people/{id}/pension/"


def _happened(*what: str):
    def when(entry: AuditEntry) -> bool:
        return entry.detail.get("happened") in what

    return when


_TRANSFER = {
    "transfer": _("The public number of the transfer"),
    "from_region": _("The old place"),
    "to_region": _("The new place"),
}

EVENTS = (
    EventKind(
        "pension.awarded",
        "award.grant",
        _("A pension was awarded"),
        "benefits:read",
        AWARD_AT,
        data=("from_month",),
        words={"from_month": _("The first month, as YYYY-MM")},
    ),
    *(
        EventKind(
            f"pension.{name}",
            f"award.{act}",
            label,
            "benefits:read",
            AWARD_AT,
            data=("month",),
            words={"month": _("The month from which, or up to which, it counts, as YYYY-MM")},
        )
        for name, act, label in (
            ("suspended", "suspend", _("A pension was suspended")),
            ("resumed", "resume", _("A pension is paid again")),
            ("ended", "end", _("A pension ended")),
        )
    ),
    *(
        EventKind(
            f"transfer.{name}",
            "transfer.tell",
            label,
            "transfers:read",
            TRANSFER_AT,
            when=_happened(name),
            data=tuple(_TRANSFER),
            words=_TRANSFER,
        )
        for name, label in (
            ("sent", _("The old place sent its form and ordered the money")),
            ("recalled", _("The old place took its form back before it was paid")),
            ("arrived", _("The new place booked the money")),
            ("done", _("The new place took the record over")),
            ("rejected", _("The new place rejected the form")),
            ("came_back", _("The money of a rejected form is back at the old place")),
            ("refused", _("The old place refused to send the record")),
        )
    ),
)
