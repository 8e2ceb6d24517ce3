"""Rounds in which levels share their money, the parts of regions, payments between two levels."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("funds", "0010_organisations_paid"),
        ("office", "0006_appeals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PoolingRound",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.IntegerField(verbose_name="first month")),
                ("until", models.IntegerField(verbose_name="last month")),
                (
                    "method",
                    models.SmallIntegerField(
                        choices=[(1, "Central adjustment fund"), (2, "Surpluses against gaps")],
                        verbose_name="method",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("drafted", "Drafted"),
                            ("previewed", "Previewed"),
                            ("approved", "Approved above, regions agree"),
                            ("posted", "Posted"),
                            ("reversed", "Reversed"),
                            ("abandoned", "Abandoned"),
                        ],
                        default="drafted",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                (
                    "total",
                    models.BigIntegerField(default=0, verbose_name="moved up and down, in fen"),
                ),
                ("drafted_at", models.DateTimeField(auto_now_add=True, verbose_name="drafted")),
                (
                    "approved_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="approved"),
                ),
                ("posted_on", models.DateField(blank=True, null=True, verbose_name="posted")),
                (
                    "reason",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="reason"),
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
                    "edition",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="office.policyedition",
                        verbose_name="policy edition",
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rounds",
                        to="funds.fund",
                        verbose_name="fund of the level above",
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
                    "reversal_asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="reversal asked by",
                    ),
                ),
                (
                    "reversed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="reversed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "pooling round",
                "verbose_name_plural": "pooling rounds",
                "ordering": ["-since", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["reversed", "abandoned"]), _negated=True),
                        fields=("fund", "since"),
                        name="pooling_round_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until__gte", models.F("since"))),
                        name="pooling_round_months_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("checker__isnull", True),
                                models.Q(("checker", models.F("maker")), _negated=True),
                                _connector="OR",
                            ),
                            models.Q(
                                ("reversed_by__isnull", True),
                                models.Q(
                                    ("reversed_by", models.F("reversal_asked_by")), _negated=True
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="pooling_round_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ["approved", "posted", "reversed"]), _negated=True
                            ),
                            models.Q(("approved_at__isnull", False), ("checker__isnull", False)),
                            _connector="OR",
                        ),
                        name="pooling_round_approved_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "reversed"), _negated=True),
                            ("reversed_by__isnull", False),
                            _connector="OR",
                        ),
                        name="pooling_round_reversed_by_someone",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PoolingPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("figures", models.JSONField(default=dict, verbose_name="figures")),
                (
                    "sources",
                    models.JSONField(default=dict, verbose_name="where the figures come from"),
                ),
                ("sheets", models.JSONField(default=list, verbose_name="working")),
                ("up", models.BigIntegerField(default=0, verbose_name="handed up")),
                ("down", models.BigIntegerField(default=0, verbose_name="granted")),
                ("central", models.BigIntegerField(default=0, verbose_name="subsidy from above")),
                (
                    "local",
                    models.BigIntegerField(default=0, verbose_name="subsidy of its own treasury"),
                ),
                (
                    "objection",
                    models.CharField(
                        blank=True, default="", max_length=200, verbose_name="objection"
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
                        verbose_name="confirmed by",
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="funds.fund",
                        verbose_name="fund",
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="agreed by",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="office.region",
                        verbose_name="region",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="funds.poolinground",
                        verbose_name="round",
                    ),
                ),
            ],
            options={
                "verbose_name": "part in a pooling round",
                "verbose_name_plural": "parts in pooling rounds",
                "ordering": ["-round__since", "round", "region"],
                "constraints": [
                    models.UniqueConstraint(fields=("round", "region"), name="pooling_part_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("central__gte", 0), ("down__gte", 0), ("local__gte", 0), ("up__gte", 0)
                        ),
                        name="pooling_part_not_below_nought",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("checker__isnull", True),
                            models.Q(("checker", models.F("maker")), _negated=True),
                            _connector="OR",
                        ),
                        name="pooling_part_four_eyes",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PoolingTransfer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("up", models.BooleanField(verbose_name="handed up")),
                ("month", models.IntegerField(verbose_name="month")),
                ("amount", models.BigIntegerField(verbose_name="amount in fen")),
                ("purpose", models.CharField(max_length=200, verbose_name="purpose")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("drafted", "Drafted"),
                            ("sent", "Approved by the payer"),
                            ("accepted", "Checked by the payee"),
                            ("posted", "Posted"),
                            ("rejected", "Turned down"),
                            ("reversed", "Reversed"),
                        ],
                        default="drafted",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("drafted_at", models.DateTimeField(auto_now_add=True, verbose_name="drafted")),
                ("posted_on", models.DateField(blank=True, null=True, verbose_name="posted")),
                (
                    "reason",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="reason"),
                ),
                (
                    "part",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfers",
                        to="funds.poolingpart",
                        verbose_name="part in a round",
                    ),
                ),
                (
                    "payee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="funds.fund",
                        verbose_name="received by",
                    ),
                ),
                (
                    "payee_checker",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="confirmed by",
                    ),
                ),
                (
                    "payee_maker",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="checked by",
                    ),
                ),
                (
                    "payer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="funds.fund",
                        verbose_name="paid by",
                    ),
                ),
                (
                    "payer_checker",
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
                    "payer_maker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="drafted by",
                    ),
                ),
                (
                    "reversal_asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="reversal asked by",
                    ),
                ),
                (
                    "reversed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="reversed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "transfer between levels",
                "verbose_name_plural": "transfers between levels",
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="pooling_transfer_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("payer", models.F("payee")), _negated=True),
                        name="pooling_transfer_two_funds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("payer_checker__isnull", True),
                                models.Q(("payer_checker", models.F("payer_maker")), _negated=True),
                                _connector="OR",
                            ),
                            models.Q(
                                ("payee_maker__isnull", True),
                                models.Q(
                                    models.Q(
                                        ("payee_maker", models.F("payer_maker")), _negated=True
                                    ),
                                    models.Q(
                                        ("payee_maker", models.F("payer_checker")), _negated=True
                                    ),
                                ),
                                _connector="OR",
                            ),
                            models.Q(
                                ("payee_checker__isnull", True),
                                models.Q(
                                    models.Q(
                                        ("payee_checker", models.F("payer_maker")), _negated=True
                                    ),
                                    models.Q(
                                        ("payee_checker", models.F("payer_checker")), _negated=True
                                    ),
                                    models.Q(
                                        ("payee_checker", models.F("payee_maker")), _negated=True
                                    ),
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="pooling_transfer_four_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["posted", "reversed"]), _negated=True),
                            models.Q(
                                ("payee_checker__isnull", False),
                                ("payee_maker__isnull", False),
                                ("payer_checker__isnull", False),
                                ("posted_on__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="pooling_transfer_approved_on_both_levels",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reversed_by__isnull", True),
                            models.Q(("reversed_by", models.F("reversal_asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="pooling_transfer_reversed_by_another",
                    ),
                ],
            },
        ),
    ]
