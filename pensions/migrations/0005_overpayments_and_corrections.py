"""What was paid too much and how it comes back; awards worked out anew; claims after a death."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import socsec.office.fields
from socsec.office.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0016_cards"),
        ("funds", "0003_every_branch"),
        ("office", "0005_certificates"),
        ("pensions", "0004_adjustments"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Correction",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="pension_correction",
                        serialize=False,
                        to="office.case",
                        verbose_name="case",
                    ),
                ),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("wages", "Wages or contribution months"),
                            ("birth", "Date of birth"),
                            ("value", "A value announced later"),
                            ("papers", "What papers show"),
                        ],
                        max_length=8,
                        verbose_name="cause",
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                (
                    "stated",
                    models.JSONField(blank=True, null=True, verbose_name="facts from papers"),
                ),
                ("before", models.JSONField(blank=True, null=True, verbose_name="before")),
                ("after", models.JSONField(blank=True, null=True, verbose_name="after")),
                ("months", models.JSONField(blank=True, default=list, verbose_name="months")),
                ("open", models.BooleanField(default=True, verbose_name="open")),
                ("posted_at", models.DateTimeField(blank=True, null=True, verbose_name="posted")),
                (
                    "reversed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="reversed"),
                ),
            ],
            options={
                "verbose_name": "correction of a pension",
                "verbose_name_plural": "corrections of pensions",
            },
        ),
        migrations.CreateModel(
            name="Heir",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                (
                    "relation",
                    models.CharField(
                        choices=[
                            ("spouse", "Husband or wife"),
                            ("child", "Child"),
                            ("parent", "Parent"),
                            ("other", "Other heir"),
                        ],
                        max_length=8,
                        verbose_name="relation",
                    ),
                ),
                ("share", models.IntegerField(verbose_name="share")),
                ("bank", models.CharField(max_length=60, verbose_name="bank")),
                ("account", socsec.office.fields.EncryptedField(verbose_name="account number")),
                ("last_four", models.CharField(max_length=4, verbose_name="last four digits")),
                ("amount", models.BigIntegerField(default=0, verbose_name="amount")),
            ],
            options={
                "verbose_name": "heir",
                "verbose_name_plural": "heirs",
                "ordering": ["claim_id", "number"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0), ("share__gt", 0)),
                        name="heir_has_a_share",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Instalment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                ("due_on", models.DateField(verbose_name="due")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
            ],
            options={
                "verbose_name": "instalment",
                "verbose_name_plural": "instalments",
                "ordering": ["overpayment_id", "number"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="repayment_instalment_positive"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OverpaidMonth",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id",
                        "overpayment_id",
                        "month",
                        "part",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("person_id", models.BigIntegerField(verbose_name="person")),
                ("overpayment_id", models.BigIntegerField(verbose_name="overpayment")),
                ("month", models.IntegerField(verbose_name="month")),
                ("part", models.PositiveSmallIntegerField(default=0, verbose_name="part")),
                ("award_id", models.BigIntegerField(verbose_name="award")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
            ],
            options={
                "verbose_name": "overpaid month",
                "verbose_name_plural": "overpaid months",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount", 0), _negated=True),
                        name="overpaid_month_something",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Overpayment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("death", "Paid after a death that was reported late"),
                            ("correction", "A fact turned out otherwise"),
                            ("ended", "Paid after the pension had ended"),
                            ("double", "Drawn elsewhere for the same months"),
                        ],
                        max_length=12,
                        verbose_name="reason",
                    ),
                ),
                ("amount", models.BigIntegerField(verbose_name="overpaid")),
                ("recovered", models.BigIntegerField(default=0, verbose_name="come back")),
                ("found_on", models.DateField(verbose_name="found")),
                ("limited_on", models.DateField(verbose_name="limitation")),
                (
                    "noticed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="notice sent"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "To be paid back"),
                            ("settled", "Paid back"),
                            ("written_off", "Written off"),
                            ("cancelled", "Was not overpaid after all"),
                        ],
                        default="open",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                (
                    "plan",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not agreed yet"),
                            ("once", "At once"),
                            ("instalments", "In instalments"),
                            ("offset", "Kept back from the pension"),
                        ],
                        default="",
                        max_length=12,
                        verbose_name="way of paying back",
                    ),
                ),
                (
                    "monthly",
                    models.BigIntegerField(blank=True, null=True, verbose_name="at most a month"),
                ),
                (
                    "why",
                    models.CharField(
                        blank=True,
                        default="",
                        max_length=200,
                        verbose_name="reason to write it off",
                    ),
                ),
            ],
            options={
                "verbose_name": "overpayment",
                "verbose_name_plural": "overpayments",
                "ordering": ["-found_on", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0)), name="overpayment_not_negative"
                    )
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "open")),
                        fields=["region"],
                        name="overpayment_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Recomputation",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id",
                        "award_id",
                        "run_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("person_id", models.BigIntegerField(verbose_name="person")),
                ("award_id", models.BigIntegerField(verbose_name="award")),
                ("run_id", models.BigIntegerField(verbose_name="run")),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("before", models.JSONField(verbose_name="before")),
                ("after", models.JSONField(verbose_name="after")),
                ("monthly_before", models.BigIntegerField(verbose_name="a month, before")),
                ("monthly", models.BigIntegerField(verbose_name="a month")),
            ],
            options={
                "verbose_name": "recomputation of a provisional award",
                "verbose_name_plural": "recomputations of provisional awards",
            },
        ),
        migrations.CreateModel(
            name="Recovery",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id",
                        "overpayment_id",
                        "number",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("person_id", models.BigIntegerField(verbose_name="person")),
                ("overpayment_id", models.BigIntegerField(verbose_name="overpayment")),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("receipt", "Paid back"),
                            ("offset", "Kept back from the pension"),
                            ("grant", "Kept back from what the family receives"),
                            ("write_off", "Written off"),
                            ("refund", "Returned to the person"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                ("on", models.DateField(verbose_name="day")),
                ("run_id", models.BigIntegerField(blank=True, null=True, verbose_name="run")),
                (
                    "batch_id",
                    models.BigIntegerField(
                        blank=True, null=True, verbose_name="ledger or payment batch"
                    ),
                ),
                (
                    "reference",
                    models.CharField(
                        blank=True, default="", max_length=80, verbose_name="reference"
                    ),
                ),
            ],
            options={
                "verbose_name": "recovery",
                "verbose_name_plural": "recoveries",
                "ordering": ["person_id", "overpayment_id", "number"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount", 0), _negated=True), name="recovery_something"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "receipt")),
                        fields=("overpayment_id", "reference"),
                        name="recovery_reference_once",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("run_id__isnull", False)),
                        fields=["run_id"],
                        name="recovery_by_run",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SurvivorClaim",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="survivor_claim",
                        serialize=False,
                        to="office.case",
                        verbose_name="case",
                    ),
                ),
                (
                    "scheme",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Employees"),
                            (2, "Residents"),
                            (3, "Agencies and institutions"),
                        ],
                        default=1,
                        verbose_name="scheme",
                    ),
                ),
                ("region", models.CharField(max_length=6, verbose_name="region of payment")),
                (
                    "grants_elsewhere",
                    models.BooleanField(
                        default=False, verbose_name="funeral grant drawn elsewhere"
                    ),
                ),
                (
                    "keep_back",
                    models.BooleanField(
                        default=False, verbose_name="heirs agree to keep back what was overpaid"
                    ),
                ),
                (
                    "gathered",
                    models.JSONField(blank=True, null=True, verbose_name="facts gathered"),
                ),
                ("funeral", models.BigIntegerField(default=0, verbose_name="funeral grant")),
                ("grant", models.BigIntegerField(default=0, verbose_name="survivors' grant")),
                (
                    "balance",
                    models.BigIntegerField(default=0, verbose_name="balance of the account"),
                ),
                ("unpaid", models.BigIntegerField(default=0, verbose_name="unpaid pension")),
                ("kept_back", models.BigIntegerField(default=0, verbose_name="kept back")),
                ("open", models.BooleanField(default=True, verbose_name="open")),
                ("granted", models.BooleanField(default=False, verbose_name="granted")),
            ],
            options={
                "verbose_name": "claim after a death",
                "verbose_name_plural": "claims after deaths",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("balance__gte", 0),
                            ("funeral__gte", 0),
                            ("grant__gte", 0),
                            ("kept_back__gte", 0),
                            ("unpaid__gte", 0),
                        ),
                        name="survivor_claim_amounts_possible",
                    )
                ],
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
                    models.Q(("kind__in", [3, 6, 7]), models.Q(("amount", 0), _negated=True)),
                    _connector="OR",
                ),
                name="account_entry_sign_of_its_kind",
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="award",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrections",
                to="pensions.award",
                verbose_name="award",
            ),
        ),
        migrations.AddField(
            model_name="correction",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="pension_corrections",
                to="enrollment.person",
                verbose_name="person",
            ),
        ),
        migrations.AddField(
            model_name="correction",
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
            model_name="overpayment",
            name="award",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="overpayments",
                to="pensions.award",
                verbose_name="award",
            ),
        ),
        migrations.AddField(
            model_name="overpayment",
            name="checker",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="agreed by",
            ),
        ),
        migrations.AddField(
            model_name="overpayment",
            name="maker",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="proposed by",
            ),
        ),
        migrations.AddField(
            model_name="overpayment",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="overpayments",
                to="enrollment.person",
                verbose_name="person",
            ),
        ),
        migrations.AddField(
            model_name="instalment",
            name="overpayment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="instalments",
                to="pensions.overpayment",
            ),
        ),
        migrations.AddField(
            model_name="survivorclaim",
            name="claimant",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="enrollment.person",
                verbose_name="claimed by",
            ),
        ),
        migrations.AddField(
            model_name="survivorclaim",
            name="envelope",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="funds.paymentbatch",
                verbose_name="payment batch",
            ),
        ),
        migrations.AddField(
            model_name="survivorclaim",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="survivor_claims",
                to="enrollment.person",
                verbose_name="who died",
            ),
        ),
        migrations.AddField(
            model_name="survivorclaim",
            name="taken_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="received by",
            ),
        ),
        migrations.AddField(
            model_name="heir",
            name="claim",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="heirs",
                to="pensions.survivorclaim",
                verbose_name="claim",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("open", True)), fields=("award",), name="correction_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reversed_at__isnull", True),
                    models.Q(("posted_at__isnull", False), ("reversed_by__isnull", False)),
                    _connector="OR",
                ),
                name="correction_reversed_after_posting",
            ),
        ),
        migrations.AddConstraint(
            model_name="overpayment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("plan", "offset"), ("state", "open")),
                fields=("person",),
                name="overpayment_one_offset",
            ),
        ),
        migrations.AddConstraint(
            model_name="overpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("checker__isnull", True),
                    models.Q(("checker", models.F("maker")), _negated=True),
                    _connector="OR",
                ),
                name="overpayment_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="overpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "written_off"), _negated=True),
                    models.Q(("checker__isnull", False), ("maker__isnull", False)),
                    _connector="OR",
                ),
                name="overpayment_written_off_by_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="instalment",
            constraint=models.UniqueConstraint(
                fields=("overpayment", "number"), name="repayment_instalment_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="survivorclaim",
            constraint=models.UniqueConstraint(
                condition=models.Q(("open", True), ("granted", True), _connector="OR"),
                fields=("person",),
                name="survivor_claim_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="heir",
            constraint=models.UniqueConstraint(fields=("claim", "number"), name="heir_once"),
        ),
        append_only("pensions_overpaidmonth"),
        append_only("pensions_recovery"),
        append_only("pensions_recomputation"),
    ]
