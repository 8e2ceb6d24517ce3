"""Questions that assistance asks of its own books: `manage.py verify` asks them all."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from socsec.office import oversight
from socsec.office.oversight import Finding

from .care import (
    beds_taken_once,
    bills_paid_as_ordered,
    orders_paid_when_confirmed,
    vouchers_spent_once,
)
from .grants import (
    changes_heard,
    paid_although_dead,
    paid_as_granted,
    paid_as_ordered,
    paid_before_the_grant,
    recognised_by_a_grant,
)
from .procedure import (
    asked_with_authorisation,
    counted_twice,
    notices_of_children,
    notices_show_no_more,
    programmes_by_two,
    surveyed_by_two,
)

QUESTIONS: dict[str, tuple[Any, Callable[[], Iterable[Finding]]]] = {
    "assistance.paid": (_("No month of a grant is paid beyond what was granted"), paid_as_granted),
    "assistance.ordered": (_("Assistance in money is what the bank was told"), paid_as_ordered),
    "assistance.early": (_("Nothing is paid from before a grant"), paid_before_the_grant),
    "assistance.paid_dead": (
        _("No assistance is paid to those known to be dead"),
        paid_although_dead,
    ),
    "assistance.heard": (_("A household is heard before it gets less"), changes_heard),
    "assistance.recognised": (
        _("Who is recognised has a grant that has not ended"),
        recognised_by_a_grant,
    ),
    "assistance.notices": (_("A public notice shows what the law allows"), notices_show_no_more),
    "assistance.children": (_("No public notice is about a child"), notices_of_children),
    "assistance.authorised": (
        _("Registers are asked about those who authorised it"),
        asked_with_authorisation,
    ),
    "assistance.surveyed": (
        _("Households are visited by two people, after they applied"),
        surveyed_by_two,
    ),
    "assistance.counted": (_("Nobody counts in two households of a programme"), counted_twice),
    "assistance.programmes": (
        _("Local programmes and procedures were approved by a second person"),
        programmes_by_two,
    ),
    "assistance.vouchers": (
        _("Vouchers for care are spent once, in their time"),
        vouchers_spent_once,
    ),
    "assistance.care_orders": (
        _("Only confirmed orders of care are paid, by what they say"),
        orders_paid_when_confirmed,
    ),
    "assistance.care_bills": (
        _("Bills of providers of care are the sum of their orders, and paid as such"),
        bills_paid_as_ordered,
    ),
    "assistance.beds": (_("A bed of an institution is one person's"), beds_taken_once),
}


def register() -> None:
    """Called when the app is ready."""
    for code, (label, ask) in QUESTIONS.items():
        oversight.register(code, label, ask)
