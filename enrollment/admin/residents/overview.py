"""The desk's first page of residents: what waits, when one may enrol, how many are covered."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enrollment.models import (
    DoubleEnrolment,
    LegacyImport,
    ResidentReceipt,
    ResidentRefund,
    SponsorBill,
    SponsorMembership,
    UnmatchedPayment,
)
from enrollment.queries import resident_desk
from enrollment.services.residents import offers
from socsec.office.access import may
from socsec.office.desk import (
    Button,
    Crumb,
    list_url,
    show_page,
    staff,
)
from socsec.office.errors import Problem

SHOWN = 50  # of who has not paid


def home() -> str:
    return reverse("admin:enrollment_residents")


def crumb() -> Crumb:
    return Crumb(_("Residents' insurance"), home())


def overview(request: HttpRequest) -> HttpResponse:
    """What waits, when one may enrol, and how many are enrolled and covered."""
    user = staff(request)
    counts = resident_desk.queue_counts(user)
    queues = [
        (_("Payments that fit nobody"), counts["unmatched"], list_url(UnmatchedPayment)),
        (_("Bills to be sent"), counts["bills"], list_url(SponsorBill)),
        (_("Refunds to be approved"), counts["refunds"], list_url(ResidentRefund)),
        (_("Double enrolments to be looked at"), counts["doubles"], list_url(DoubleEnrolment)),
        (_("Older schemes to be carried over"), counts["legacy"], list_url(LegacyImport)),
    ]
    today = timezone.localdate()
    windows = []
    for year in (today.year, today.year + 1):
        try:
            found = offers.window(user.region_code or "000000", year)
        except Problem:
            continue
        windows.append((found, found.way(today)))
    buttons = [
        Button(_("Sponsored people"), list_url(SponsorMembership)),
        Button(_("Bills to sponsors"), list_url(SponsorBill)),
        Button(_("Money that came in"), list_url(ResidentReceipt)),
    ]
    if may(user, "resident.receive"):
        buttons.insert(
            0,
            Button(
                _("Take a file of payments"), reverse("admin:enrollment_resident_file"), main=True
            ),
        )
    return show_page(
        request,
        "admin/enrollment/residents.html",
        title=_("Residents' insurance"),
        act="resident.read",
        buttons=buttons,
        queues=queues,
        windows=windows,
        years=resident_desk.year_counts(user),
        waiting=resident_desk.waiting(user, SHOWN),
    )
