"""Partner API of assistance: questions to registers, recognition, applications, and what partners hear of."""

from django.utils.translation import gettext_lazy as _

from socsec.office.events import EventKind

GRANTS_AT = "/api/v1/people/{id}/assistance/"

EVENTS = tuple(
    EventKind(
        f"assistance.{name}",
        f"grant.{act}",
        label,
        "assistance:read",
        GRANTS_AT,
        data=("programme",),
        words={"programme": _("The code of the programme")},
    )
    for name, act, label in (
        ("granted", "begin", _("Assistance was granted")),
        ("changed", "change", _("Assistance was changed, suspended or ended")),
        ("refused", "refuse", _("An application for assistance was refused")),
    )
)
