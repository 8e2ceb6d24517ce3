"""The tables on the page of a provider."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from medical.models import Provider, ProviderItem, ProviderUser
from socsec.kernel.money import yuan
from socsec.office.desk import row_url
from socsec.office.display import day_plain
from socsec.office.tables import Row, Table

from .deciding import standing

SHOWN = 50


def of(provider: Provider, unmatched: QuerySet[ProviderItem]) -> list[Table]:
    """Agreements, measures, departments, accounts, and what of the price list no catalogue knows."""
    return [
        _agreements(provider),
        _measures(provider),
        _departments(provider),
        _accounts(provider),
        _unmatched(unmatched),
    ]


def _agreements(provider: Provider) -> Table:
    return Table(
        _("Agreements"),
        [_("Document"), _("From"), _("Until"), _("State")],
        [
            Row(
                [
                    each.document,
                    day_plain(each.from_date),
                    day_plain(each.last_day),
                    standing(each),
                ],
                url=row_url(each),
            )
            for each in provider.agreements.all()[:SHOWN]
        ],
        _("There is none; without an agreement nothing is settled."),
    )


def _measures(provider: Provider) -> Table:
    return Table(
        _("Measures"),
        [_("Measure"), _("Department"), _("From"), _("Until"), _("State")],
        [
            Row(
                [
                    each.get_kind_display(),
                    each.department or "—",
                    day_plain(each.from_date),
                    _until(each.until),
                    standing(each),
                ],
                url=row_url(each),
            )
            for each in provider.sanctions.select_related("department")[:SHOWN]
        ],
        _("None."),
    )


def _departments(provider: Provider) -> Table:
    return Table(
        _("Departments"),
        [_("Code"), _("Name"), _("From"), _("Until")],
        [
            Row([each.code, each.name, day_plain(each.from_date), _until(each.until)])
            for each in provider.departments.all()[:SHOWN]
        ],
        _("None."),
    )


def _accounts(provider: Provider) -> Table:
    return Table(
        _("Accounts of its systems"),
        [_("User name"), _("From"), _("Until")],
        [
            Row(
                [each.user.username, day_plain(each.since), _until(each.until)],
                url=reverse("admin:medical_provider_end_account", args=[each.pk])
                if each.until is None
                else "",
            )
            for each in ProviderUser.objects.filter(provider=provider).select_related("user")
        ],
        _("None."),
    )


def _unmatched(unmatched: QuerySet[ProviderItem]) -> Table:
    return Table(
        _("Not in the catalogue"),
        [_("Own code"), _("Name"), _("Catalogue code"), _("Price")],
        [
            Row([each.local_code, each.name, each.code or "—", yuan(each.price)])
            for each in unmatched[:SHOWN]
        ],
        _("Every item of the price list is in the catalogue."),
        (3,),
    )


def _until(day: Any) -> Any:
    return day_plain(day) if day else "—"
