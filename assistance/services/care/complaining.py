"""Complaints about care: a report that others look into, never the provider itself."""

from django.db import transaction
from django.utils.translation import gettext as _

from assistance.models import CareOrder, Report
from assistance.rules.care_services import CareService
from assistance.services import reporting
from socsec.office.access import require
from socsec.office.display import day_plain, word
from socsec.office.models import Case, User


@transaction.atomic
def complain(*, by: User, order: CareOrder, text: str) -> Report:
    """Take a complaint about an order down, as a case of the office of the person's region.

    An order that is not confirmed stays unpaid meanwhile; one that is confirmed is taken back by a
    reviewer where the complaint is true.
    """
    require(by, "care.order", order.region, order.person_id)
    about = _("Order of care: %(service)s, %(day)s, %(provider)s.") % {
        "service": word(CareService.read(order.service)),
        "day": day_plain(order.day),
        "provider": order.provider.name,
    }
    return reporting.receive(
        by=by,
        region=order.region,
        text=f"{about}\n{text}" if text.strip() else text,
        person=order.person,
        channel=Case.Channel.PORTAL if by.kind == User.Kind.INSURED else Case.Channel.COUNTER,
    )
