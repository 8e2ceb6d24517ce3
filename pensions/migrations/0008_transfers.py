"""Transfers between funds: their forms, months, cases and the accounts into which they are paid."""

import django.contrib.postgres.functions
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import socsec.office.fields
from socsec.office.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0019_moved_back"),
        ("funds", "0003_every_branch"),
        ("office", "0005_certificates"),
        ("pensions", "0007_corrected_credits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Transfer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(),
                        editable=False,
                        unique=True,
                        verbose_name="public number",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("record", "Record that moved to another region"),
                            ("temporary", "Temporary account that joins its record"),
                            ("link", "From one scheme to another"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "branch",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Basic old-age insurance"),
                            (2, "Medical insurance"),
                            (3, "Unemployment insurance"),
                            (4, "Work injury insurance"),
                            (5, "Occupational annuity"),
                        ],
                        default=1,
                        verbose_name="branch",
                    ),
                ),
                ("from_region", models.CharField(max_length=6, verbose_name="from")),
                ("to_region", models.CharField(max_length=6, verbose_name="to")),
                (
                    "from_scheme",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Employees"),
                            (2, "Residents"),
                            (3, "Agencies and institutions"),
                        ],
                        verbose_name="out of scheme",
                    ),
                ),
                (
                    "to_scheme",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Employees"),
                            (2, "Residents"),
                            (3, "Agencies and institutions"),
                        ],
                        verbose_name="into scheme",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "The new place looks at the request"),
                            ("due", "The old place draws up the form"),
                            ("sent", "The money is on its way"),
                            ("arrived", "The new place compares form and money"),
                            ("back", "Rejected; the money is on its way back"),
                            ("done", "Transferred"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("turn", models.PositiveSmallIntegerField(default=0, verbose_name="form")),
                ("months", models.IntegerField(default=0, verbose_name="months")),
                ("wages", models.BigIntegerField(default=0, verbose_name="wages that count")),
                ("account", models.BigIntegerField(default=0, verbose_name="of the account")),
                ("pool", models.BigIntegerField(default=0, verbose_name="of the pooled fund")),
                (
                    "refund",
                    models.BigIntegerField(default=0, verbose_name="given back to the person"),
                ),
                (
                    "parts",
                    models.JSONField(blank=True, default=list, verbose_name="parts of the account"),
                ),
                (
                    "digest",
                    models.CharField(
                        blank=True, default="", max_length=64, verbose_name="digest of the form"
                    ),
                ),
                (
                    "payee",
                    models.CharField(blank=True, default="", max_length=60, verbose_name="payee"),
                ),
                (
                    "bank",
                    models.CharField(blank=True, default="", max_length=60, verbose_name="bank"),
                ),
                (
                    "bank_account",
                    socsec.office.fields.EncryptedField(
                        blank=True, default="", verbose_name="account number"
                    ),
                ),
                (
                    "reference",
                    models.CharField(
                        blank=True, max_length=64, verbose_name="number at the other office"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True, max_length=30, verbose_name="reason of the last rejection"
                    ),
                ),
                (
                    "sent_batches",
                    models.JSONField(blank=True, default=list, verbose_name="ledger batches"),
                ),
                ("opened_on", models.DateField(verbose_name="opened")),
                ("sent_on", models.DateField(blank=True, null=True, verbose_name="sent")),
                ("arrived_on", models.DateField(blank=True, null=True, verbose_name="arrived")),
                (
                    "arrival",
                    models.CharField(
                        blank=True, max_length=64, verbose_name="reference of the arrival"
                    ),
                ),
                ("done_on", models.DateField(blank=True, null=True, verbose_name="transferred")),
            ],
            options={
                "verbose_name": "transfer",
                "verbose_name_plural": "transfers",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("account__gte", 0),
                            ("months__gte", 0),
                            ("pool__gte", 0),
                            ("refund__gte", 0),
                        ),
                        name="transfer_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ["sent", "arrived", "back", "done"]), _negated=True
                            ),
                            models.Q(
                                ("sent_on__isnull", False),
                                ("turn__gt", 0),
                                models.Q(("digest", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="transfer_sent_with_a_form",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_on__isnull", False), ("state", "done")),
                            models.Q(
                                models.Q(("state", "done"), _negated=True),
                                ("done_on__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="transfer_done_on_a_day",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["from_region"], name="transfer_from"),
                    models.Index(fields=["to_region"], name="transfer_to"),
                ],
            },
        ),
        migrations.CreateModel(
            name="TransferAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("payee", models.CharField(max_length=60, verbose_name="payee")),
                ("bank", models.CharField(max_length=60, verbose_name="bank")),
                ("account", socsec.office.fields.EncryptedField(verbose_name="account number")),
                ("last_four", models.CharField(max_length=4, verbose_name="last four digits")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Waiting for approval"),
                            ("approved", "In force"),
                            ("closed", "Closed"),
                        ],
                        default="draft",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("recorded_at", models.DateTimeField(auto_now_add=True, verbose_name="recorded")),
            ],
            options={
                "verbose_name": "account for transfers",
                "verbose_name_plural": "accounts for transfers",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="TransferCase",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="transfer_case",
                        serialize=False,
                        to="office.case",
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("ask", "Look at a request to link schemes"),
                            ("send", "Draw up the form and pay"),
                            ("receive", "Compare form and money"),
                        ],
                        max_length=8,
                        verbose_name="step",
                    ),
                ),
            ],
            options={
                "verbose_name": "case of a transfer",
                "verbose_name_plural": "cases of transfers",
                "ordering": ["case_id"],
            },
        ),
        migrations.CreateModel(
            name="TransferMonth",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id",
                        "transfer_id",
                        "turn",
                        "month",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("person_id", models.BigIntegerField(verbose_name="person")),
                ("transfer_id", models.BigIntegerField(verbose_name="transfer")),
                ("turn", models.PositiveSmallIntegerField(verbose_name="form")),
                ("month", models.IntegerField(verbose_name="month")),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("base", models.BigIntegerField(verbose_name="contribution base")),
                ("deemed", models.BooleanField(default=False, verbose_name="deemed")),
            ],
            options={
                "verbose_name": "month of a transfer",
                "verbose_name_plural": "months of transfers",
            },
        ),
        migrations.RemoveConstraint(
            model_name="accountentry",
            name="account_entry_sign_of_its_kind",
        ),
        migrations.AlterField(
            model_name="accountentry",
            name="kind",
            field=models.PositiveSmallIntegerField(
                choices=[
                    (1, "Opening balance"),
                    (2, "Contribution"),
                    (3, "Interest"),
                    (4, "Pension paid from the account"),
                    (5, "Closed"),
                    (6, "Reversal"),
                    (7, "Given back for overpaid months"),
                    (8, "Contribution corrected"),
                    (10, "Transferred to another fund"),
                    (11, "Taken over from another fund"),
                    (12, "Given back for months insured twice"),
                ],
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount__gt", 0), ("kind__in", [1, 2])),
                    models.Q(("amount__lt", 0), ("kind__in", [4, 5])),
                    models.Q(
                        ("kind__in", [3, 6, 7, 8, 10, 11, 12]),
                        models.Q(("amount", 0), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="account_entry_sign_of_its_kind",
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="envelope",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="funds.paymentbatch",
                verbose_name="payment",
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="from_fund",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="funds.fund",
                verbose_name="from fund",
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="movement",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transfers",
                to="enrollment.movement",
                verbose_name="movement",
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="partner",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="partner system",
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transfers",
                to="enrollment.person",
                verbose_name="person",
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="refund_envelope",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="funds.paymentbatch",
                verbose_name="payment to the person",
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="to_fund",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="funds.fund",
                verbose_name="to fund",
            ),
        ),
        migrations.AddField(
            model_name="transferaccount",
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
            model_name="transferaccount",
            name="fund",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transfer_accounts",
                to="funds.fund",
                verbose_name="fund",
            ),
        ),
        migrations.AddField(
            model_name="transferaccount",
            name="maker",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="entered by",
            ),
        ),
        migrations.AddField(
            model_name="transfercase",
            name="transfer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cases",
                to="pensions.transfer",
                verbose_name="transfer",
            ),
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(fields=["person"], name="transfer_person"),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["asked", "due", "sent", "arrived", "back"])),
                fields=("person", "branch"),
                name="transfer_one_open_per_branch",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reference", ""), _negated=True),
                fields=("partner", "reference"),
                name="transfer_reference_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("from_fund__isnull", False), ("to_fund__isnull", False), _connector="OR"
                ),
                name="transfer_has_one_of_our_funds",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("from_fund__isnull", True),
                    ("to_fund__isnull", True),
                    models.Q(("from_fund", models.F("to_fund")), _negated=True),
                    _connector="OR",
                ),
                name="transfer_between_two_funds",
            ),
        ),
        migrations.AddConstraint(
            model_name="transferaccount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "approved")),
                fields=("fund",),
                name="transfer_account_one_in_force",
            ),
        ),
        migrations.AddConstraint(
            model_name="transferaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("checker__isnull", True),
                    models.Q(("checker", models.F("maker")), _negated=True),
                    _connector="OR",
                ),
                name="transfer_account_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="transferaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "approved"), _negated=True),
                    ("checker__isnull", False),
                    _connector="OR",
                ),
                name="transfer_account_approved_by_someone",
            ),
        ),
        append_only("pensions_transfermonth"),
    ]
