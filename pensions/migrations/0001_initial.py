import django.contrib.postgres.constraints
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("enrollment", "0001_initial"),
        ("funds", "0001_initial"),
        ("office", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CreditedReceipt",
            fields=[
                (
                    "receipt_id",
                    models.BigIntegerField(
                        primary_key=True, serialize=False, verbose_name="receipt"
                    ),
                ),
                ("allocated", models.BigIntegerField(verbose_name="allocated")),
                ("credited_at", models.DateTimeField(auto_now=True, verbose_name="credited")),
            ],
            options={
                "verbose_name": "credited receipt",
                "verbose_name_plural": "credited receipts",
            },
        ),
        migrations.CreateModel(
            name="WithdrawnPayment",
            fields=[
                ("person_id", models.BigIntegerField(verbose_name="person")),
                ("month", models.IntegerField(verbose_name="month")),
                ("award_id", models.BigIntegerField(verbose_name="award")),
                ("part", models.PositiveSmallIntegerField(default=0, verbose_name="part")),
                ("run_id", models.BigIntegerField(verbose_name="run")),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("basic", models.BigIntegerField(verbose_name="basic pension")),
                ("account", models.BigIntegerField(verbose_name="account pension")),
                ("transitional", models.BigIntegerField(verbose_name="transitional pension")),
                ("addition", models.BigIntegerField(verbose_name="additions")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                ("from_account", models.BigIntegerField(verbose_name="borne by the account")),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id",
                        "run_id",
                        "month",
                        "award_id",
                        "part",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "verbose_name": "withdrawn payment",
                "verbose_name_plural": "withdrawn payments",
            },
        ),
        migrations.CreateModel(
            name="AccountEntry",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id",
                        "fund_id",
                        "seq",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("person_id", models.BigIntegerField(verbose_name="person")),
                ("fund_id", models.BigIntegerField(verbose_name="fund")),
                ("seq", models.IntegerField(verbose_name="number")),
                (
                    "kind",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Opening balance"),
                            (2, "Contribution"),
                            (3, "Interest"),
                            (4, "Pension paid from the account"),
                            (5, "Closed"),
                            (6, "Reversal"),
                        ],
                        verbose_name="kind",
                    ),
                ),
                ("month", models.IntegerField(verbose_name="month")),
                ("bears_from", models.IntegerField(verbose_name="bears interest from")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                ("balance", models.BigIntegerField(verbose_name="balance")),
                (
                    "rate",
                    models.IntegerField(blank=True, null=True, verbose_name="bookkeeping rate"),
                ),
                ("reference", models.BigIntegerField(default=0, verbose_name="reference")),
                ("part", models.PositiveSmallIntegerField(default=0, verbose_name="part")),
                ("batch_id", models.BigIntegerField(verbose_name="ledger batch")),
            ],
            options={
                "verbose_name": "account entry",
                "verbose_name_plural": "account entries",
                "ordering": ["person_id", "fund_id", "seq"],
                "indexes": [
                    django.contrib.postgres.indexes.BrinIndex(
                        fields=["bears_from"], name="account_entry_bears_from"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kind", 2)),
                        fields=("person_id", "fund_id", "reference", "month", "part"),
                        name="account_entry_credited_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", 6)),
                        fields=("person_id", "fund_id", "reference"),
                        name="account_entry_reversed_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("balance__gte", 0)), name="account_entry_not_overdrawn"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("seq__gte", 1)), name="account_entry_from_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount__gt", 0), ("kind__in", [1, 2])),
                            models.Q(("amount__lt", 0), ("kind__in", [4, 5])),
                            models.Q(("kind__in", [3, 6]), models.Q(("amount", 0), _negated=True)),
                            _connector="OR",
                        ),
                        name="account_entry_sign_of_its_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Benefit",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id",
                        "award_id",
                        "from_month",
                        "version",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("person_id", models.BigIntegerField(verbose_name="person")),
                ("award_id", models.BigIntegerField(verbose_name="award")),
                ("from_month", models.IntegerField(verbose_name="from")),
                ("version", models.PositiveSmallIntegerField(db_default=0, verbose_name="version")),
                ("basic", models.BigIntegerField(verbose_name="basic pension")),
                ("account", models.BigIntegerField(verbose_name="account pension")),
                ("transitional", models.BigIntegerField(verbose_name="transitional pension")),
                ("addition", models.BigIntegerField(default=0, verbose_name="additions")),
            ],
            options={
                "verbose_name": "benefit",
                "verbose_name_plural": "benefits",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("account__gte", 0), ("basic__gte", 0), ("transitional__gte", 0)
                        ),
                        name="benefit_parts_possible",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HeldPayment",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id",
                        "run_id",
                        "award_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("person_id", models.BigIntegerField(verbose_name="person")),
                ("run_id", models.BigIntegerField(verbose_name="run")),
                ("award_id", models.BigIntegerField(verbose_name="award")),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("months", models.IntegerField(verbose_name="months")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                (
                    "reason",
                    models.CharField(
                        choices=[("no_account", "No bank account on file")],
                        max_length=12,
                        verbose_name="reason",
                    ),
                ),
            ],
            options={
                "verbose_name": "held payment",
                "verbose_name_plural": "held payments",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0), ("months__gt", 0)),
                        name="held_payment_positive",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="IndividualAccount",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id",
                        "fund_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("person_id", models.BigIntegerField(verbose_name="person")),
                ("fund_id", models.BigIntegerField(verbose_name="fund")),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                (
                    "state",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Contributing"), (2, "In payment"), (3, "Closed")],
                        default=1,
                        verbose_name="state",
                    ),
                ),
                ("opened_month", models.IntegerField(verbose_name="opened")),
            ],
            options={
                "verbose_name": "individual account",
                "verbose_name_plural": "individual accounts",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", [1, 2, 3])), name="account_state_known"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Payroll",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="payroll",
                        serialize=False,
                        to="office.run",
                        verbose_name="run",
                    ),
                ),
                (
                    "scheme",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Employees"), (2, "Residents")], verbose_name="scheme"
                    ),
                ),
                ("month", models.IntegerField(verbose_name="month")),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                (
                    "envelope",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="funds.paymentbatch",
                        verbose_name="payment batch",
                    ),
                ),
                (
                    "fund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="funds.fund",
                        verbose_name="fund",
                    ),
                ),
            ],
            options={
                "verbose_name": "pension payroll",
                "verbose_name_plural": "pension payrolls",
                "ordering": ["-month", "region"],
            },
        ),
        migrations.CreateModel(
            name="PensionClaim",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="pension_claim",
                        serialize=False,
                        to="office.case",
                        verbose_name="case",
                    ),
                ),
                (
                    "scheme",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Employees"), (2, "Residents")],
                        default=1,
                        verbose_name="scheme",
                    ),
                ),
                ("start_month", models.IntegerField(verbose_name="from month")),
                (
                    "category",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Man"),
                            (1, "Woman, original age 55"),
                            (2, "Woman, original age 50"),
                            (3, "Man, arduous work"),
                            (4, "Woman, arduous work"),
                        ],
                        verbose_name="category",
                    ),
                ),
                (
                    "flexible",
                    models.BooleanField(default=False, verbose_name="flexible early retirement"),
                ),
                ("region", models.CharField(max_length=6, verbose_name="region of payment")),
                (
                    "stated",
                    models.JSONField(blank=True, default=dict, verbose_name="facts from papers"),
                ),
                (
                    "gathered",
                    models.JSONField(blank=True, null=True, verbose_name="facts gathered"),
                ),
                ("open", models.BooleanField(default=True, verbose_name="open")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pension_claims",
                        to="enrollment.person",
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "pension claim",
                "verbose_name_plural": "pension claims",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("open", True)),
                        fields=("person", "scheme"),
                        name="pension_claim_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("category__in", [0, 1, 2, 3, 4])),
                        name="pension_claim_category_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Award",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "scheme",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Employees"), (2, "Residents")],
                        default=1,
                        verbose_name="scheme",
                    ),
                ),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                (
                    "state",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "In payment"), (2, "Suspended"), (3, "Ended")],
                        default=1,
                        verbose_name="state",
                    ),
                ),
                ("from_month", models.IntegerField(verbose_name="from")),
                ("until_month", models.IntegerField(blank=True, null=True, verbose_name="until")),
                ("basic", models.BigIntegerField(verbose_name="basic pension")),
                ("account", models.BigIntegerField(verbose_name="account pension")),
                ("transitional", models.BigIntegerField(verbose_name="transitional pension")),
                ("addition", models.BigIntegerField(default=0, verbose_name="additions")),
                ("monthly", models.BigIntegerField(verbose_name="monthly pension")),
                ("provisional", models.BooleanField(default=False, verbose_name="provisional")),
                (
                    "gathered",
                    models.JSONField(blank=True, null=True, verbose_name="facts gathered"),
                ),
                ("sheet", models.JSONField(blank=True, null=True, verbose_name="assessment sheet")),
                ("owed_from", models.IntegerField(blank=True, null=True, verbose_name="owed from")),
                (
                    "end_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("death", "Death"),
                            ("error", "Awarded in error"),
                            ("moved", "Moved to another scheme or region"),
                        ],
                        default="",
                        max_length=8,
                        verbose_name="reason for the end",
                    ),
                ),
                ("awarded_at", models.DateTimeField(auto_now_add=True, verbose_name="awarded")),
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
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="awards",
                        to="enrollment.person",
                        verbose_name="person",
                    ),
                ),
                (
                    "claim",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="award",
                        to="pensions.pensionclaim",
                        verbose_name="claim",
                    ),
                ),
            ],
            options={
                "verbose_name": "pension award",
                "verbose_name_plural": "pension awards",
                "ordering": ["-awarded_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", 3), _negated=True),
                        fields=("person", "scheme"),
                        name="award_one_per_person_and_scheme",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            (
                                models.Func(
                                    models.F("person_id"),
                                    models.F("person_id"),
                                    models.Value("[]"),
                                    function="int8range",
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.F("scheme"),
                                    models.F("scheme"),
                                    models.Value("[]"),
                                    function="int8range",
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.F("from_month"),
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("until_month"), "+", models.Value(1)
                                    ),
                                    models.Value("[)"),
                                    function="int8range",
                                ),
                                "&&",
                            ),
                        ],
                        name="award_no_overlap",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("account__gte", 0),
                            ("basic__gte", 0),
                            ("monthly__gt", 0),
                            ("transitional__gte", 0),
                        ),
                        name="award_parts_possible",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "monthly",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("basic"), "+", models.F("account")
                                        ),
                                        "+",
                                        models.F("transitional"),
                                    ),
                                    "+",
                                    models.F("addition"),
                                ),
                            )
                        ),
                        name="award_parts_add_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until_month__isnull", True),
                            (
                                "until_month__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("from_month"), "-", models.Value(1)
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="award_span_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", 3), ("until_month__isnull", False)),
                            models.Q(
                                models.Q(("state", 3), _negated=True), ("until_month__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="award_ended_with_a_month",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", 1)),
                        fields=["person", "region"],
                        name="award_in_payment",
                    ),
                    models.Index(
                        condition=models.Q(("owed_from__isnull", False)),
                        fields=["region"],
                        name="award_owed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PensionPayment",
            fields=[
                ("person_id", models.BigIntegerField(verbose_name="person")),
                ("month", models.IntegerField(verbose_name="month")),
                ("award_id", models.BigIntegerField(verbose_name="award")),
                ("part", models.PositiveSmallIntegerField(default=0, verbose_name="part")),
                ("run_id", models.BigIntegerField(verbose_name="run")),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("basic", models.BigIntegerField(verbose_name="basic pension")),
                ("account", models.BigIntegerField(verbose_name="account pension")),
                ("transitional", models.BigIntegerField(verbose_name="transitional pension")),
                ("addition", models.BigIntegerField(verbose_name="additions")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                ("from_account", models.BigIntegerField(verbose_name="borne by the account")),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id",
                        "month",
                        "award_id",
                        "part",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "verbose_name": "pension payment",
                "verbose_name_plural": "pension payments",
                "indexes": [
                    django.contrib.postgres.indexes.BrinIndex(
                        fields=["run_id", "person_id"], name="payment_by_run"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "amount",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("basic"), "+", models.F("account")
                                        ),
                                        "+",
                                        models.F("transitional"),
                                    ),
                                    "+",
                                    models.F("addition"),
                                ),
                            ),
                            ("amount__gt", 0),
                            ("from_account__gte", 0),
                            ("from_account__lte", models.F("account")),
                        ),
                        name="payment_amounts_possible",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReturnedPayment",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "person_id",
                        "batch_id",
                        "seq",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("person_id", models.BigIntegerField(verbose_name="person")),
                ("batch_id", models.BigIntegerField(verbose_name="payment batch")),
                ("seq", models.IntegerField(verbose_name="sequence")),
                ("run_id", models.BigIntegerField(verbose_name="run")),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                ("returned_on", models.DateField(verbose_name="returned on")),
                (
                    "reason",
                    models.CharField(
                        blank=True, default="", max_length=120, verbose_name="bank's reason"
                    ),
                ),
                (
                    "reordered_in",
                    models.BigIntegerField(blank=True, null=True, verbose_name="ordered again in"),
                ),
            ],
            options={
                "verbose_name": "returned payment",
                "verbose_name_plural": "returned payments",
                "indexes": [
                    models.Index(
                        condition=models.Q(("reordered_in__isnull", True)),
                        fields=["region"],
                        name="returned_payment_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OpeningBalance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("region", models.CharField(max_length=6, verbose_name="region")),
                ("amount", models.BigIntegerField(verbose_name="amount")),
                ("month", models.IntegerField(verbose_name="up to month")),
                ("document", models.CharField(max_length=200, verbose_name="document")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Waiting for approval"),
                            ("approved", "Approved"),
                            ("rejected", "Rejected"),
                        ],
                        default="draft",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("recorded_at", models.DateTimeField(auto_now_add=True, verbose_name="recorded")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided")),
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
                        related_name="+",
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
                        verbose_name="entered by",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opening_balances",
                        to="enrollment.person",
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "opening balance",
                "verbose_name_plural": "opening balances",
                "ordering": ["-recorded_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "rejected"), _negated=True),
                        fields=("person", "fund"),
                        name="opening_balance_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="opening_balance_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("checker__isnull", True),
                            models.Q(("checker", models.F("maker")), _negated=True),
                            _connector="OR",
                        ),
                        name="opening_balance_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "draft"), ("checker__isnull", False), _connector="OR"
                        ),
                        name="opening_balance_decided_by_someone",
                    ),
                ],
            },
        ),
    ]
