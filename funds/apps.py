from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class FundsConfig(AppConfig):
    name = "funds"
    label = "funds"
    verbose_name = _("Funds")

    def import_models(self) -> None:
        super().import_models()
        # By name: only funds.services and funds.queries may import the ledger.
        import_module("funds.models.ledger")

    def ready(self) -> None:
        from socsec.office import menu, merges

        from . import checks, portal
        from .admin import tiles

        checks.register_all()
        tiles.hang()
        portal.hang()
        merges.cover("funds")
        menu.place(
            menu.Place(
                "payments",
                menu.Group.BENEFITS,
                3,
                _("Payments"),
                "admin:funds_paymentbatch_changelist",
                "credit_card",
                "payment.read",
            ),
            menu.Place(
                "funds-overview",
                menu.Group.FUNDS,
                1,
                _("Overview of the funds"),
                "admin:funds_dashboard",
                "monitoring",
                "fund.read",
            ),
            menu.Place(
                "funds",
                menu.Group.FUNDS,
                2,
                _("Funds"),
                "admin:funds_fund_changelist",
                "savings",
                "fund.read",
            ),
            menu.Place(
                "ledger",
                menu.Group.FUNDS,
                3,
                _("Ledger"),
                "admin:funds_ledgerbatch_changelist",
                "menu_book",
                "ledger.read",
            ),
            menu.Place(
                "statements",
                menu.Group.FUNDS,
                4,
                _("Statements"),
                "admin:funds_statements",
                "balance",
                "fund.read",
            ),
            menu.Place(
                "supervision",
                menu.Group.OVERSIGHT,
                1,
                _("Supervision"),
                "admin:funds_supervisionfinding_changelist",
                "policy",
                "finding.read",
            ),
            menu.Place(
                "closings",
                menu.Group.FUNDS,
                5,
                _("Closings of months"),
                "admin:funds_monthclosing_changelist",
                "event_available",
                "period.read",
            ),
            menu.Place(
                "budgets",
                menu.Group.FUNDS,
                6,
                _("Budgets"),
                "admin:funds_budget_changelist",
                "request_quote",
                "budget.read",
            ),
            menu.Place(
                "spending-plans",
                menu.Group.FUNDS,
                7,
                _("Spending plans"),
                "admin:funds_spendingplan_changelist",
                "event_note",
                "budget.read",
            ),
            menu.Place(
                "final-accounts",
                menu.Group.FUNDS,
                8,
                _("Final accounts"),
                "admin:funds_finalaccounts_changelist",
                "inventory",
                "budget.read",
            ),
            menu.Place(
                "banks",
                menu.Group.BANKS,
                1,
                _("Accounts at banks"),
                "admin:funds_bankaccount_changelist",
                "account_balance",
                "bank.read",
            ),
            menu.Place(
                "bank-statements",
                menu.Group.BANKS,
                2,
                _("Bank statements"),
                "admin:funds_bankstatement_changelist",
                "receipt_long",
                "bank.read",
            ),
            menu.Place(
                "days",
                menu.Group.BANKS,
                3,
                _("Reconciliations of days"),
                "admin:funds_dayreconciliation_changelist",
                "compare_arrows",
                "bank.read",
            ),
            menu.Place(
                "deposits",
                menu.Group.BANKS,
                4,
                _("Term deposits"),
                "admin:funds_termdeposit_changelist",
                "lock_clock",
                "bank.read",
            ),
            menu.Place(
                "pooling",
                menu.Group.BALANCE,
                1,
                _("Pooling between levels"),
                "admin:funds_poolinground_changelist",
                "swap_vert",
                "pooling.read",
            ),
            menu.Place(
                "financing",
                menu.Group.BALANCE,
                2,
                _("Financing"),
                "admin:funds_fundingdue_changelist",
                "input",
                "financing.read",
            ),
            menu.Place(
                "reserves",
                menu.Group.BALANCE,
                3,
                _("Reserves"),
                "admin:funds_reservemove_changelist",
                "shield",
                "reserve.read",
            ),
            menu.Place(
                "projections",
                menu.Group.BALANCE,
                6,
                _("Long-term balance"),
                "admin:funds_projection_changelist",
                "query_stats",
                "projection.read",
            ),
            menu.Place(
                "investment",
                menu.Group.BALANCE,
                4,
                _("Investment"),
                "admin:funds_mandate_changelist",
                "trending_up",
                "investment.read",
            ),
            menu.Place(
                "entrusted",
                menu.Group.BALANCE,
                5,
                _("Entrusted money"),
                "admin:funds_entrustment_changelist",
                "swap_horiz",
                "investment.read",
            ),
            menu.Place(
                "verify",
                menu.Group.OVERSIGHT,
                9,
                _("Verify the books"),
                "admin:funds_verify",
                "fact_check",
                "verify.read",
            ),
        )
        post_migrate.connect(load_reference, sender=self, dispatch_uid="funds.reference")


def load_reference(using: str, **kwargs: Any) -> None:
    """The chart of accounts stands wherever the tables do."""
    if "funds_statementline" in connections[using].introspection.table_names():
        import_module("funds.services.reference").load()
