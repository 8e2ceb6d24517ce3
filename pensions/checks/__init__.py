"""Questions that pensions asks of its own books: `manage.py verify` asks them all."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from socsec.office import oversight
from socsec.office.oversight import Finding

from . import supervision
from .accounts import (
    accounts_against_control,
    credited_as_received,
    entries_follow,
    notional_against_control,
    residents_credited,
)
from .awards import resident_too_young, too_young, two_awards
from .payments import (
    balances_paid_out,
    drawn_as_paid,
    overpaid_as_recorded,
    overpayments_add_up,
    paid_although_dead,
    payments_against_orders,
    payrolls_have_envelopes,
    settled_after_a_death,
)
from .transfers import transfers_as_entries, transfers_in_flight

QUESTIONS: dict[str, tuple[Any, Callable[[], Iterable[Finding]]]] = {
    "pensions.accounts": (
        _("Individual accounts add up to their control account"),
        accounts_against_control,
    ),
    "pensions.notional": (
        _("What annuities hold in writing only adds up to its control account"),
        notional_against_control,
    ),
    "pensions.residents": (
        _("Residents' accounts are credited with what was paid"),
        residents_credited,
    ),
    "pensions.entries": (_("Entries of individual accounts follow each other"), entries_follow),
    "pensions.credited": (_("Accounts are credited with what was received"), credited_as_received),
    "pensions.orders": (_("Pension payments are what the bank was told"), payments_against_orders),
    "pensions.envelopes": (_("Every payroll has its envelope"), payrolls_have_envelopes),
    "pensions.drawn": (_("Accounts are drawn on as payrolls say"), drawn_as_paid),
    "pensions.paid_dead": (_("Nobody known to be dead is paid"), paid_although_dead),
    "pensions.overpaid": (_("What was paid too much is recorded"), overpaid_as_recorded),
    "pensions.heirs": (_("Heirs receive what was granted"), settled_after_a_death),
    "pensions.balances": (_("Balances paid out left their accounts"), balances_paid_out),
    "pensions.recovered": (_("Overpayments add up"), overpayments_add_up),
    "pensions.transfers": (_("Transfers on their way balance"), transfers_in_flight),
    "pensions.transferred": (
        _("Every transfer left one account and reached one"),
        transfers_as_entries,
    ),
    "pensions.two_awards": (_("Nobody draws two pensions"), two_awards),
    "pensions.resident_too_young": (
        _("No resident's pension begins before its age"),
        resident_too_young,
    ),
    "pensions.too_young": (_("No pension begins before its age"), too_young),
}


def register() -> None:
    """Called when the app is ready."""
    for code, (label, ask) in QUESTIONS.items():
        oversight.register(code, label, ask)
    supervision.register()
