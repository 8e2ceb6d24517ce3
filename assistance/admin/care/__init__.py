"""The desk's pages of care: levels and plans, providers and beds, orders and vouchers."""

from django.utils.translation import gettext_lazy as _

from assistance.models import (
    BedWait,
    CareAssessment,
    CareBill,
    CareOrder,
    CarePlan,
    CareProvider,
    CareState,
    Voucher,
)
from assistance.queries import care as queries
from socsec.office import home, menu
from socsec.office.desk import list_url
from socsec.office.models import User

from . import person
from .billing import CareBillAdmin
from .giving import CareOrderAdmin, VoucherAdmin
from .needing import CareAssessmentAdmin, CarePlanAdmin
from .providing import BedAdmin, BedWaitAdmin, CareProviderAdmin

__all__ = [
    "BedAdmin",
    "BedWaitAdmin",
    "CareAssessmentAdmin",
    "CareBillAdmin",
    "CareOrderAdmin",
    "CarePlanAdmin",
    "CareProviderAdmin",
    "VoucherAdmin",
    "hang",
]


def hang() -> None:
    """Hang care into the sidebar and onto the pages of persons."""
    person.hang()
    places = (
        ("care-levels", 1, _("Levels of care"), CareAssessment, "elderly"),
        ("care-plans", 2, _("Care plans"), CarePlan, "event_note"),
        ("care-orders", 3, _("Orders of care"), CareOrder, "home_health"),
        ("care-vouchers", 4, _("Vouchers for care"), Voucher, "confirmation_number"),
        ("care-waits", 5, _("Waiting lists for beds"), BedWait, "bed"),
        ("care-bills", 7, _("Bills of care"), CareBill, "receipt_long"),
        ("care-providers", 6, _("Providers of care"), CareProvider, "night_shelter"),
    )
    for slug, order, label, model, icon in places:
        name = f"admin:assistance_{model._meta.model_name}_changelist"
        menu.place(menu.Place(slug, menu.Group.CARE, order, label, name, icon, "care.read"))
    home.tile(home.Tile("care", 6, _("Care to be decided"), "care.approve", _to_decide))


def _to_decide(user: User) -> home.Figure | None:
    """Levels, plans and agreements that wait for a second person; the tile leads to the first kind."""
    counts = queries.to_decide(user)
    if not sum(counts):
        return None
    kinds = (CareAssessment, CarePlan, CareProvider)
    model = next(kind for kind, count in zip(kinds, counts, strict=True) if count)
    return home.Figure(
        str(sum(counts)),
        note=_("levels, plans and providers"),
        url=f"{list_url(model)}?state={CareState.PROPOSED}",
    )
