"""Budgets, spending plans and final accounts. What was approved is not changed by anybody."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from socsec.office.append_only import append_only

GUARD = """
CREATE TRIGGER funds_finalaccounts_append_only BEFORE UPDATE OR DELETE ON funds_finalaccounts
    FOR EACH ROW WHEN (OLD.approved_at IS NOT NULL) EXECUTE FUNCTION funds_closing_refuse_change();
CREATE TRIGGER funds_finalaccounts_no_truncate BEFORE TRUNCATE ON funds_finalaccounts
    FOR EACH STATEMENT EXECUTE FUNCTION funds_closing_refuse_change();
"""
NO_GUARD = """
DROP TRIGGER funds_finalaccounts_no_truncate ON funds_finalaccounts;
DROP TRIGGER funds_finalaccounts_append_only ON funds_finalaccounts;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("funds", "0006_periods"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Budget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.SmallIntegerField(verbose_name="year")),
                ("number", models.SmallIntegerField(verbose_name="number")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("reviewed", "Reviewed"),
                            ("approved", "Approved"),
                            ("rejected", "Turned down"),
                            ("replaced", "Replaced by an adjustment"),
                        ],
                        default="draft",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                (
                    "reason",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="reason"),
                ),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="drafted")),
                (
                    "approved_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="approved"),
                ),
                (
                    "refusal",
                    models.CharField(
                        blank=True,
                        default="",
                        max_length=200,
                        verbose_name="why it was turned down",
                    ),
                ),
                (
                    "adjusts",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="adjusted_by",
                        to="funds.budget",
                        verbose_name="adjusts",
                    ),
                ),
                (
                    "checker",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="approved by",
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="budgets",
                        to="funds.fund",
                        verbose_name="fund",
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="drafted by",
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="reviewed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "budget",
                "verbose_name_plural": "budgets",
                "ordering": ["-year", "fund", "-number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("fund", "year", "number"), name="budget_number_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "approved")),
                        fields=("fund", "year"),
                        name="budget_one_in_force",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["draft", "reviewed"])),
                        fields=("fund", "year"),
                        name="budget_one_in_work",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("reviewer__isnull", True),
                                models.Q(("reviewer", models.F("maker")), _negated=True),
                                _connector="OR",
                            ),
                            models.Q(
                                ("checker__isnull", True),
                                models.Q(
                                    models.Q(("checker", models.F("maker")), _negated=True),
                                    models.Q(("checker", models.F("reviewer")), _negated=True),
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="budget_three_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["approved", "replaced"]), _negated=True),
                            models.Q(
                                ("approved_at__isnull", False),
                                ("checker__isnull", False),
                                ("reviewer__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="budget_approved_by_someone",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BudgetLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount", models.BigIntegerField(verbose_name="amount in fen")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="funds.account",
                        verbose_name="head",
                    ),
                ),
                (
                    "budget",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="funds.budget",
                        verbose_name="budget",
                    ),
                ),
            ],
            options={
                "verbose_name": "budget line",
                "verbose_name_plural": "budget lines",
                "ordering": ["account"],
                "constraints": [
                    models.UniqueConstraint(fields=("budget", "account"), name="budget_line_once"),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="budget_line_positive"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FinalAccounts",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.SmallIntegerField(verbose_name="year")),
                ("content", models.JSONField(verbose_name="content")),
                ("digest", models.CharField(max_length=64, verbose_name="fingerprint")),
                ("prepared_at", models.DateTimeField(auto_now_add=True, verbose_name="prepared")),
                (
                    "approved_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="approved"),
                ),
                (
                    "checker",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="approved by",
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="final_accounts",
                        to="funds.fund",
                        verbose_name="fund",
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="prepared by",
                    ),
                ),
            ],
            options={
                "verbose_name": "final accounts",
                "verbose_name_plural": "final accounts of years",
                "ordering": ["-year", "fund"],
                "constraints": [
                    models.UniqueConstraint(fields=("fund", "year"), name="final_accounts_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("approved_at__isnull", True), ("checker__isnull", True)),
                            models.Q(
                                ("approved_at__isnull", False),
                                ("checker__isnull", False),
                                models.Q(("checker", models.F("maker")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="final_accounts_four_eyes",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SpendingPlan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.IntegerField(verbose_name="month")),
                ("amount", models.BigIntegerField(verbose_name="amount in fen")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Waiting for approval"),
                            ("approved", "Approved"),
                            ("rejected", "Turned down"),
                        ],
                        default="draft",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="asked")),
                (
                    "refusal",
                    models.CharField(
                        blank=True,
                        default="",
                        max_length=200,
                        verbose_name="why it was turned down",
                    ),
                ),
                (
                    "checker",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plans",
                        to="funds.fund",
                        verbose_name="fund",
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
                    ),
                ),
            ],
            options={
                "verbose_name": "spending plan",
                "verbose_name_plural": "spending plans",
                "ordering": ["-month", "fund", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="spending_plan_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("checker__isnull", True),
                            models.Q(("checker", models.F("maker")), _negated=True),
                            _connector="OR",
                        ),
                        name="spending_plan_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "draft"), ("checker__isnull", False), _connector="OR"
                        ),
                        name="spending_plan_decided_by_someone",
                    ),
                ],
            },
        ),
        append_only("funds_budgetline"),
        migrations.RunSQL(GUARD, NO_GUARD),
    ]
