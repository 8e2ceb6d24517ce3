"""The desk's pages of providers: register, agreements, measures."""

from django.utils.translation import gettext_lazy as _

from medical.models import Agreement, Provider, ProviderAccount, ProviderAdvance, Sanction
from medical.queries import providers as queries
from medical.services.providers import prices
from socsec.office import jobs, menu

from .agreements import AgreementAdmin
from .measures import SanctionAdmin
from .money import ProviderAccountAdmin, ProviderAdvanceAdmin
from .register import ProviderAdmin

__all__ = [
    "AgreementAdmin",
    "ProviderAccountAdmin",
    "ProviderAdmin",
    "ProviderAdvanceAdmin",
    "SanctionAdmin",
    "hang",
]


def hang() -> None:
    """Hang the providers into the sidebar, and tell the office how price lists are read."""
    jobs.register(prices.KIND)
    places = (
        ("providers", 1, _("Providers"), Provider, "local_hospital", None),
        (
            "provider_agreements",
            2,
            _("Provider agreements"),
            Agreement,
            "handshake",
            queries.to_decide,
        ),
        (
            "provider_accounts",
            11,
            _("Bank accounts of providers"),
            ProviderAccount,
            "account_balance",
            None,
        ),
        ("provider_advances", 12, _("Advances to providers"), ProviderAdvance, "payments", None),
        ("sanctions", 10, _("Measures against providers"), Sanction, "gavel", None),
    )
    for slug, order, label, model, icon, count in places:
        name = f"admin:medical_{model._meta.model_name}_changelist"
        menu.place(
            menu.Place(slug, menu.Group.PROVIDERS, order, label, name, icon, "provider.read", count)
        )
