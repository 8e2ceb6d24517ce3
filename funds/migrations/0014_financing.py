"""Financing besides contributions, transferred state-owned equity, reserves, and the nation's reserve as a purse."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("funds", "0013_projections"),
        ("office", "0006_appeals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FundingDue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("central", "Subsidy of the central government"),
                            ("local", "Subsidy of the local government"),
                            ("capital", "Transferred state-owned capital"),
                            ("lottery", "Lottery funds"),
                            ("other", "Other income"),
                        ],
                        max_length=8,
                        verbose_name="channel",
                    ),
                ),
                ("year", models.SmallIntegerField(verbose_name="year")),
                ("amount", models.BigIntegerField(verbose_name="amount in fen")),
                ("due_on", models.DateField(verbose_name="due on")),
                ("document", models.CharField(max_length=120, verbose_name="document")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Waiting for approval"),
                            ("due", "Due"),
                            ("received", "Received"),
                            ("rejected", "Turned down"),
                        ],
                        default="draft",
                        max_length=8,
                        verbose_name="state",
                    ),
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
            ],
            options={
                "verbose_name": "financing due",
                "verbose_name_plural": "financing due",
                "ordering": ["due_on", "id"],
            },
        ),
        migrations.CreateModel(
            name="FundingReceipt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount", models.BigIntegerField(verbose_name="amount in fen")),
                ("received_on", models.DateField(verbose_name="received")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Waiting for approval"),
                            ("posted", "Posted"),
                            ("rejected", "Turned down"),
                            ("reversed", "Reversed"),
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
            ],
            options={
                "verbose_name": "receipt of financing",
                "verbose_name_plural": "receipts of financing",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ReserveMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("aside", "Set aside for risk"),
                            ("use", "Taken from the risk reserve"),
                            ("grant", "Granted by the nation's reserve"),
                        ],
                        max_length=5,
                        verbose_name="kind",
                    ),
                ),
                ("amount", models.BigIntegerField(verbose_name="amount in fen")),
                ("document", models.CharField(max_length=120, verbose_name="document")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Waiting for approval"),
                            ("posted", "Posted"),
                            ("rejected", "Turned down"),
                            ("reversed", "Reversed"),
                        ],
                        default="draft",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="proposed")),
                ("posted_on", models.DateField(blank=True, null=True, verbose_name="posted")),
                (
                    "reason",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="reason"),
                ),
            ],
            options={
                "verbose_name": "use of a reserve",
                "verbose_name_plural": "uses of reserves",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="StateHolding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("enterprise", models.CharField(max_length=120, verbose_name="enterprise")),
                (
                    "credit_code",
                    models.CharField(max_length=18, verbose_name="unified social credit code"),
                ),
                ("equity", models.BigIntegerField(verbose_name="state-owned equity in fen")),
                ("transferred", models.BigIntegerField(verbose_name="equity transferred in fen")),
                ("transferred_on", models.DateField(verbose_name="transferred")),
                ("document", models.CharField(max_length=120, verbose_name="document")),
            ],
            options={
                "verbose_name": "holding of state-owned equity",
                "verbose_name_plural": "holdings of state-owned equity",
                "ordering": ["-transferred_on", "-id"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="fund",
            name="fund_branch_known",
        ),
        migrations.AlterField(
            model_name="accountcode",
            name="branch",
            field=models.SmallIntegerField(
                blank=True,
                choices=[
                    (1, "Basic old-age insurance"),
                    (2, "Medical insurance"),
                    (3, "Unemployment insurance"),
                    (4, "Work injury insurance"),
                    (5, "Occupational annuity"),
                    (6, "Social assistance"),
                    (7, "Long-term care insurance"),
                    (8, "National Social Security Fund"),
                ],
                help_text="Empty: every one",
                null=True,
                verbose_name="branch",
            ),
        ),
        migrations.AlterField(
            model_name="flowrule",
            name="branch",
            field=models.SmallIntegerField(
                blank=True,
                choices=[
                    (1, "Basic old-age insurance"),
                    (2, "Medical insurance"),
                    (3, "Unemployment insurance"),
                    (4, "Work injury insurance"),
                    (5, "Occupational annuity"),
                    (6, "Social assistance"),
                    (7, "Long-term care insurance"),
                    (8, "National Social Security Fund"),
                ],
                help_text="Empty: every one",
                null=True,
                verbose_name="branch",
            ),
        ),
        migrations.AlterField(
            model_name="fund",
            name="branch",
            field=models.SmallIntegerField(
                choices=[
                    (1, "Basic old-age insurance"),
                    (2, "Medical insurance"),
                    (3, "Unemployment insurance"),
                    (4, "Work injury insurance"),
                    (5, "Occupational annuity"),
                    (6, "Social assistance"),
                    (7, "Long-term care insurance"),
                    (8, "National Social Security Fund"),
                ],
                verbose_name="branch",
            ),
        ),
        migrations.AlterField(
            model_name="statementline",
            name="branch",
            field=models.SmallIntegerField(
                blank=True,
                choices=[
                    (1, "Basic old-age insurance"),
                    (2, "Medical insurance"),
                    (3, "Unemployment insurance"),
                    (4, "Work injury insurance"),
                    (5, "Occupational annuity"),
                    (6, "Social assistance"),
                    (7, "Long-term care insurance"),
                    (8, "National Social Security Fund"),
                ],
                help_text="Empty: every one",
                null=True,
                verbose_name="branch",
            ),
        ),
        migrations.AddConstraint(
            model_name="fund",
            constraint=models.CheckConstraint(
                condition=models.Q(("branch__in", [1, 2, 3, 4, 5, 6, 7, 8])),
                name="fund_branch_known",
            ),
        ),
        migrations.AddField(
            model_name="fundingdue",
            name="checker",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="decided by",
            ),
        ),
        migrations.AddField(
            model_name="fundingdue",
            name="fund",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="dues",
                to="funds.fund",
                verbose_name="fund",
            ),
        ),
        migrations.AddField(
            model_name="fundingdue",
            name="maker",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="entered by",
            ),
        ),
        migrations.AddField(
            model_name="fundingreceipt",
            name="checker",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="decided by",
            ),
        ),
        migrations.AddField(
            model_name="fundingreceipt",
            name="due",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="receipts",
                to="funds.fundingdue",
                verbose_name="financing due",
            ),
        ),
        migrations.AddField(
            model_name="fundingreceipt",
            name="maker",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="entered by",
            ),
        ),
        migrations.AddField(
            model_name="fundingreceipt",
            name="reversed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="reversed by",
            ),
        ),
        migrations.AddField(
            model_name="reservemove",
            name="checker",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="decided by",
            ),
        ),
        migrations.AddField(
            model_name="reservemove",
            name="fund",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="funds.fund",
                verbose_name="fund",
            ),
        ),
        migrations.AddField(
            model_name="reservemove",
            name="maker",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="proposed by",
            ),
        ),
        migrations.AddField(
            model_name="reservemove",
            name="reversed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="reversed by",
            ),
        ),
        migrations.AddField(
            model_name="reservemove",
            name="to",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="funds.fund",
                verbose_name="granted to",
            ),
        ),
        migrations.AddField(
            model_name="stateholding",
            name="checker",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="approved by",
            ),
        ),
        migrations.AddField(
            model_name="stateholding",
            name="fund",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="holdings",
                to="funds.fund",
                verbose_name="fund",
            ),
        ),
        migrations.AddField(
            model_name="stateholding",
            name="maker",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="entered by",
            ),
        ),
        migrations.AddField(
            model_name="fundingdue",
            name="holding",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="dividends",
                to="funds.stateholding",
                verbose_name="holding",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundingreceipt",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="funding_receipt_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="fundingreceipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("checker__isnull", True),
                        models.Q(("checker", models.F("maker")), _negated=True),
                        _connector="OR",
                    ),
                    models.Q(
                        ("reversed_by__isnull", True),
                        models.Q(("reversed_by", models.F("maker")), _negated=True),
                        _connector="OR",
                    ),
                ),
                name="funding_receipt_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundingreceipt",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "draft"), ("checker__isnull", False), _connector="OR"),
                name="funding_receipt_decided_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="reservemove",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="reserve_move_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="reservemove",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind", "grant"),
                        ("to__isnull", False),
                        models.Q(("to", models.F("fund")), _negated=True),
                    ),
                    models.Q(models.Q(("kind", "grant"), _negated=True), ("to__isnull", True)),
                    _connector="OR",
                ),
                name="reserve_move_grants_to_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="reservemove",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("checker__isnull", True),
                        models.Q(("checker", models.F("maker")), _negated=True),
                        _connector="OR",
                    ),
                    models.Q(
                        ("reversed_by__isnull", True),
                        models.Q(("reversed_by", models.F("maker")), _negated=True),
                        _connector="OR",
                    ),
                ),
                name="reserve_move_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="reservemove",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "draft"), ("checker__isnull", False), _connector="OR"),
                name="reserve_move_decided_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="stateholding",
            constraint=models.UniqueConstraint(
                fields=("fund", "credit_code"), name="state_holding_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="stateholding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("equity__gt", 0),
                    ("transferred__gt", 0),
                    ("transferred__lte", models.F("equity")),
                ),
                name="state_holding_part_of_the_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="stateholding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("checker__isnull", True),
                    models.Q(("checker", models.F("maker")), _negated=True),
                    _connector="OR",
                ),
                name="state_holding_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundingdue",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="funding_due_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="fundingdue",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("checker__isnull", True),
                    models.Q(("checker", models.F("maker")), _negated=True),
                    _connector="OR",
                ),
                name="funding_due_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundingdue",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "draft"), ("checker__isnull", False), _connector="OR"),
                name="funding_due_decided_by_someone",
            ),
        ),
    ]
