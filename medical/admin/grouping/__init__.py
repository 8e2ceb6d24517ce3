"""The desk's pages of stays paid by group, budgets for providers, and scores of their years."""

from django.utils.translation import gettext_lazy as _

from medical.queries import cases as queries
from socsec.office import menu

from .budgets import YearBudgetAdmin
from .lists import GroupListAdmin
from .stays import CasePaymentAdmin, CaseYearAdmin, ProviderScoreAdmin

__all__ = [
    "CasePaymentAdmin",
    "CaseYearAdmin",
    "GroupListAdmin",
    "ProviderScoreAdmin",
    "YearBudgetAdmin",
]


def hang() -> None:
    """Hang them into the sidebar; the first counts what of all of them waits for a second person."""
    for slug, order, label, model, icon, count in (
        (
            "case_payments",
            4,
            _("Stays paid by group"),
            "casepayment",
            "calculate",
            queries.to_decide,
        ),
        ("group_lists", 5, _("Lists of groups"), "grouplist", "list_alt", None),
        ("year_budgets", 6, _("Budgets for providers"), "yearbudget", "pie_chart", None),
        ("provider_scores", 7, _("Scores of providers' years"), "providerscore", "grade", None),
    ):
        name = f"admin:medical_{model}_changelist"
        menu.place(
            menu.Place(
                slug, menu.Group.PROVIDERS, order, label, name, icon, "statement.read", count
            )
        )
