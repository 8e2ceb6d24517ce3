"""Accounts at banks, their statements and matches, term deposits. What a bank said is only added to."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from socsec.office.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("funds", "0007_budgets"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BankLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.IntegerField(verbose_name="line")),
                ("on", models.DateField(verbose_name="date")),
                ("amount", models.BigIntegerField(verbose_name="amount in fen")),
                (
                    "reference",
                    models.CharField(
                        blank=True, default="", max_length=64, verbose_name="reference"
                    ),
                ),
                (
                    "text",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="text"),
                ),
            ],
            options={
                "verbose_name": "line of a bank statement",
                "verbose_name_plural": "lines of bank statements",
                "ordering": ["statement", "place"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount", 0), _negated=True),
                        name="bank_line_moves_something",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BankAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("bank", models.CharField(max_length=60, verbose_name="bank")),
                (
                    "number",
                    models.CharField(max_length=34, unique=True, verbose_name="account number"),
                ),
                ("opened_on", models.DateField(verbose_name="opened")),
                (
                    "fund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bank_accounts",
                        to="funds.fund",
                        verbose_name="fund",
                    ),
                ),
                (
                    "ledger",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="funds.account",
                        verbose_name="ledger account",
                    ),
                ),
            ],
            options={
                "verbose_name": "account at a bank",
                "verbose_name_plural": "accounts at banks",
                "ordering": ["fund", "ledger"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("fund", "ledger"), name="bank_account_one_per_ledger"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BankMatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("batch_id", models.BigIntegerField(verbose_name="ledger batch")),
                ("amount", models.BigIntegerField(verbose_name="amount in fen")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="funds.bankaccount",
                        verbose_name="account at a bank",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="matched by",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="matches",
                        to="funds.bankline",
                        verbose_name="line",
                    ),
                ),
            ],
            options={
                "verbose_name": "match of a bank line",
                "verbose_name_plural": "matches of bank lines",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "batch_id"), name="bank_match_batch_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BankNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "batch_id",
                    models.BigIntegerField(blank=True, null=True, verbose_name="ledger batch"),
                ),
                ("text", models.CharField(max_length=200, verbose_name="explanation")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="funds.bankaccount",
                        verbose_name="account at a bank",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "line",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="note",
                        to="funds.bankline",
                        verbose_name="line",
                    ),
                ),
            ],
            options={
                "verbose_name": "explanation of a difference",
                "verbose_name_plural": "explanations of differences",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("batch_id__isnull", False)),
                        fields=("account", "batch_id"),
                        name="bank_note_batch_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("batch_id__isnull", False), ("line__isnull", True)),
                            models.Q(("batch_id__isnull", True), ("line__isnull", False)),
                            _connector="OR",
                        ),
                        name="bank_note_of_one_side",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BankStatement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=40, verbose_name="bank's number")),
                ("sha256", models.CharField(max_length=64, unique=True, verbose_name="checksum")),
                ("first_day", models.DateField(verbose_name="from")),
                ("last_day", models.DateField(verbose_name="to")),
                ("opening", models.BigIntegerField(verbose_name="opening balance in fen")),
                ("closing", models.BigIntegerField(verbose_name="closing balance in fen")),
                ("read_at", models.DateTimeField(auto_now_add=True, verbose_name="read")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="funds.bankaccount",
                        verbose_name="account at a bank",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="read by",
                    ),
                ),
            ],
            options={
                "verbose_name": "bank statement",
                "verbose_name_plural": "bank statements",
                "ordering": ["-last_day", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "number"), name="bank_statement_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("first_day__lte", models.F("last_day"))),
                        name="bank_statement_days_in_order",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="bankline",
            name="statement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="funds.bankstatement",
                verbose_name="bank statement",
            ),
        ),
        migrations.CreateModel(
            name="DayReconciliation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("bank", "Agency and bank"),
                            ("treasury", "Agency and treasury"),
                            ("tax", "Agency and tax office"),
                        ],
                        max_length=8,
                        verbose_name="comparison",
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("ours", models.BigIntegerField(verbose_name="our books, in fen")),
                ("theirs", models.BigIntegerField(verbose_name="their books, in fen")),
                ("explained", models.BigIntegerField(verbose_name="explained, in fen")),
                (
                    "open_items",
                    models.IntegerField(default=0, verbose_name="items without an explanation"),
                ),
                ("at", models.DateTimeField(auto_now=True, verbose_name="compared")),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="funds.bankaccount",
                        verbose_name="account at a bank",
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="day_reconciliations",
                        to="funds.fund",
                        verbose_name="fund",
                    ),
                ),
            ],
            options={
                "verbose_name": "reconciliation of a day",
                "verbose_name_plural": "reconciliations of days",
                "ordering": ["-day", "fund", "what"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("fund", "account", "what", "day"),
                        name="day_reconciliation_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TaxDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("amount", models.BigIntegerField(verbose_name="amount in fen")),
                ("entered_at", models.DateTimeField(auto_now_add=True, verbose_name="entered")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="entered by",
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tax_days",
                        to="funds.fund",
                        verbose_name="fund",
                    ),
                ),
            ],
            options={
                "verbose_name": "day of the tax office",
                "verbose_name_plural": "days of the tax office",
                "ordering": ["-day", "fund"],
                "constraints": [
                    models.UniqueConstraint(fields=("fund", "day"), name="tax_day_once"),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0)), name="tax_day_not_negative"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TermDeposit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("bank", models.CharField(max_length=60, verbose_name="bank")),
                ("receipt", models.CharField(max_length=40, verbose_name="bank's certificate")),
                ("amount", models.BigIntegerField(verbose_name="amount in fen")),
                ("rate", models.IntegerField(verbose_name="yearly rate in millionths")),
                ("placed_on", models.DateField(verbose_name="placed")),
                ("months", models.SmallIntegerField(verbose_name="months")),
                ("due_on", models.DateField(verbose_name="due")),
                ("returned_on", models.DateField(blank=True, null=True, verbose_name="returned")),
                (
                    "interest",
                    models.BigIntegerField(
                        blank=True, null=True, verbose_name="interest received, in fen"
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
                        related_name="term_deposits",
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
                        verbose_name="placed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "term deposit",
                "verbose_name_plural": "term deposits",
                "ordering": ["due_on", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("bank", "receipt"), name="term_deposit_once"),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0), ("months__gt", 0), ("rate__gte", 0)),
                        name="term_deposit_real",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("checker__isnull", True),
                            models.Q(("checker", models.F("maker")), _negated=True),
                            _connector="OR",
                        ),
                        name="term_deposit_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("interest__isnull", True), ("returned_on__isnull", True)),
                            models.Q(
                                ("checker__isnull", False),
                                ("interest__gte", 0),
                                ("returned_on__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="term_deposit_returned_with_interest",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="bankline",
            constraint=models.UniqueConstraint(
                fields=("statement", "place"), name="bank_line_once"
            ),
        ),
        append_only("funds_bankstatement"),
        append_only("funds_bankline"),
    ]
